//! Kubernetes' field paths, such as `spec.containers[0].image`, and where they lead in a document.

use super::tree::{Document, Node};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Index(usize),
}

impl Path {
    /// Reads a path. A key with dots in it stands in brackets: `metadata.labels[a.b/c]`.
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (word, after) = inside.split_once(']').unwrap_or((inside, ""));
                let part = word.parse().map_or_else(|_| Part::Key(word.to_owned()), Part::Index);
                parts.push(part);
                rest = after;
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                if !word.is_empty() {
                    parts.push(Part::Key(word.to_owned()));
                }
                rest = after;
            }
        }
        Self(parts)
    }

    /// The last key.
    pub(super) fn field(&self) -> &str {
        let mut keys = self.0.iter().rev();
        keys.find_map(|part| match part {
            Part::Key(key) => Some(key.as_str()),
            Part::Index(_) => None,
        })
        .unwrap_or_default()
    }

    pub(super) fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// The keys on the way; `[]` stands for an item of a list.
    pub(super) fn keys(&self) -> Vec<String> {
        let word = |part: &Part| match part {
            Part::Key(key) => key.clone(),
            Part::Index(_) => "[]".to_owned(),
        };
        self.0.iter().map(word).collect()
    }

    /// Where it leads; if it leads nowhere, as far as it goes.
    pub(super) fn find<'tree>(&self, document: &'tree Document) -> Found<'tree> {
        let mut node = document.root();
        for (index, part) in self.0.iter().enumerate() {
            match step(node, part, &self.0[index + 1..]) {
                Some(next) => node = next,
                None => return Found { node, whole: false },
            }
        }
        Found { node, whole: true }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'tree> {
    pub(super) node: &'tree Node,
    /// Whether the path led to its end.
    pub(super) whole: bool,
}

/// One step. Some messages leave indexes out: then the first item in which the path goes on.
fn step<'tree>(node: &'tree Node, part: &Part, rest: &[Part]) -> Option<&'tree Node> {
    match part {
        Part::Index(index) => node.items().get(*index),
        Part::Key(key) if node.items().is_empty() => node.get(key),
        Part::Key(key) => {
            node.items().iter().filter_map(|item| item.get(key)).find(|next| {
                rest.first().is_none_or(|after| step(next, after, &rest[1..]).is_some())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::tree::{Place, parse};

    const POD: &str = "\
spec:
  labels:
    a.b/c: x
  containers:
  - name: first
    image: a
  - name: second
    ports:
    - containerPort: eighty
";

    #[test]
    fn a_path_leads_to_its_line() {
        let documents = parse(POD).expect("YAML");
        let check = |path: &str, line, column, whole| {
            let found = Path::parse(path).find(&documents[0]);
            assert_eq!((found.node.key, found.whole), (Place { line, column }, whole), "{path}");
        };
        check("spec.containers[0].image", 6, 5, true);
        check("spec.containers[1].name", 7, 5, true);
        check("spec.containers[1].image", 7, 5, false);
        check("spec.labels[a.b/c]", 3, 5, true);
        check("spec.containers.ports.containerPort", 9, 7, true);
        check("metadata.name", 1, 1, false);
    }

    #[test]
    fn a_path_names_its_field() {
        assert_eq!(Path::parse("spec.containers[0]").field(), "containers");
        assert_eq!(
            Path::parse("spec.containers[0].image").parent(),
            Path::parse("spec.containers[0]")
        );
        assert_eq!(Path::parse("").field(), "");
    }
}
