//! Names in the output that are names of objects in the picture.

use std::collections::BTreeMap;

use protocol::ObjectRef;

/// A piece of a command's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Name(&'a str, &'a ObjectRef),
}

/// The objects that output may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names(BTreeMap<String, Vec<ObjectRef>>);

/// The kinds that a bare name is looked for in, the likeliest first. Other kinds' names (`default`)
/// are too often plain words.
const KINDS: [&str; 7] =
    ["Pod", "Deployment", "ReplicaSet", "Node", "Service", "ConfigMap", "Secret"];

fn rank(kind: &str) -> Option<usize> {
    KINDS.iter().position(|known| *known == kind)
}

impl Names {
    pub(super) fn new<'a>(objects: impl Iterator<Item = &'a ObjectRef>) -> Names {
        let mut names = BTreeMap::<String, Vec<ObjectRef>>::new();
        for object in objects.filter(|object| rank(&object.kind).is_some()) {
            names.entry(object.name.clone()).or_default().push(object.clone());
        }
        for objects in names.values_mut() {
            objects.sort_by_key(|object| rank(&object.kind));
        }
        Names(names)
    }

    fn find(&self, kind: Option<&str>, name: &str) -> Option<&ObjectRef> {
        let objects = self.0.get(name)?;
        let Some(kind) = kind else { return objects.first() };
        // `deployment.apps/web` names the kind in lower case, with its group.
        let kind = kind.split('.').next().unwrap_or_default();
        objects.iter().find(|o| {
            o.kind.eq_ignore_ascii_case(kind)
                || o.kind.eq_ignore_ascii_case(kind.trim_end_matches('s'))
        })
    }
}

/// Cuts a text where names of objects stand.
pub(super) fn pieces<'a>(text: &'a str, names: &'a Names) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    let mut kind = None;
    for (start, word) in words(text) {
        let slash = text[start + word.len()..].starts_with('/');
        if slash {
            kind = Some(word);
            continue;
        }
        let of = kind.take().filter(|_| text[..start].ends_with('/'));
        let Some(object) = names.find(of, word) else { continue };
        if rest < start {
            pieces.push(Piece::Text(&text[rest..start]));
        }
        pieces.push(Piece::Name(word, object));
        rest = start + word.len();
    }
    if rest < text.len() {
        pieces.push(Piece::Text(&text[rest..]));
    }
    pieces
}

/// The runs of characters that a name can have, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    text.split(move |c: char| !is_part(c))
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
        .map(|(start, word)| (start, word.trim_end_matches('.')))
        .filter(|(_, word)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let object = |kind: &str, name: &str| ObjectRef {
            kind: kind.to_owned(),
            name: name.to_owned(),
            ..ObjectRef::default()
        };
        let objects = [
            object("Service", "web"),
            object("Deployment", "web"),
            object("Pod", "web-7c9f-x2k"),
            object("Namespace", "default"),
        ];
        let names = Names::new(objects.iter());
        let marked: String = pieces(text, &names)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Name(text, object) => format!("[{text}:{}]", object.kind),
            })
            .collect();
        assert_eq!(marked, expected);
    }

    #[test]
    fn names_are_found_where_they_stand_alone() {
        check("deployment.apps/web created\n", "deployment.apps/[web:Deployment] created\n");
        check("service/web created", "service/[web:Service] created");
        check("pods \"web-7c9f-x2k\" deleted", "pods \"[web-7c9f-x2k:Pod]\" deleted");
        check("NAME   READY\nweb-7c9f-x2k  1/1", "NAME   READY\n[web-7c9f-x2k:Pod]  1/1");
        check("web-7c9f and webs", "web-7c9f and webs");
        check("in namespace default.", "in namespace default.");
        check("see web.", "see [web:Deployment].");
        check("configmap/web", "configmap/web");
        check("파드 web는", "파드 [web:Deployment]는");
        check("", "");
    }
}
