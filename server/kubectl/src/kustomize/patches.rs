//! Patches of a kustomization: pieces of objects, or lists of operations, and what they are for.

use json_patch::{Patch, PatchErrorKind, PatchOperation};
use regex::Regex;
use serde_json::Value;

use super::merge::merge;
use super::resource::{Resource, group_and_version};
use crate::fields::{at, field, name_of, namespace_of, text};
use crate::manifest::yaml_documents;
use crate::pods::selects;

/// Pieces of objects, each of which says by its name which object it is of.
pub(super) fn strategic(patch: &str, all: &mut Vec<Resource>) -> Result<(), String> {
    for piece in yaml_documents(patch)? {
        of_its_own(&piece, all)?;
    }
    Ok(())
}

/// A patch of either sort, in the kustomization or in a file, with or without a target.
pub(super) fn either(
    said: &Value,
    read: &impl Fn(&str) -> Result<String, String>,
    all: &mut Vec<Resource>,
) -> Result<(), String> {
    let own = text(said, "patch");
    let content = match text(said, "path") {
        "" => own.to_owned(),
        path => read(path)
            .map_err(|why| format!("failed to get the patch file from path({path}): {why}"))?,
    };
    let pieces = pieces(&content).ok_or_else(|| unreadable(&content))?;
    let target = field(said, "target");
    if let [Value::Array(_)] = pieces.as_slice() {
        let patch: Patch =
            serde_json::from_value(pieces[0].clone()).map_err(|_| unreadable(&content))?;
        if target.is_null() {
            return Err(format!("must specify a target for JSON patch {content}"));
        }
        let target = Target::new(target)?;
        return all.iter_mut().filter(|it| target.fits(it)).try_for_each(|it| operate(it, &patch));
    }
    if pieces.is_empty() || !pieces.iter().all(Value::is_object) {
        return Err(unreadable(&content));
    }
    for piece in &pieces {
        if target.is_null() {
            of_its_own(piece, all)?;
            continue;
        }
        let target = Target::new(target)?;
        let options = field(said, "options");
        if piece["$patch"] == "delete" {
            all.retain(|it| !target.fits(it));
        }
        for resource in all.iter_mut().filter(|it| target.fits(it)) {
            with_identity(resource, piece, options);
        }
    }
    Ok(())
}

/// The documents of a patch; what begins as a JSON list has to be one.
fn pieces(content: &str) -> Option<Vec<Value>> {
    if content.trim_start().starts_with('[') {
        return serde_json::from_str(content).ok().map(|list| vec![list]);
    }
    yaml_documents(content).ok()
}

fn unreadable(content: &str) -> String {
    format!("unable to parse SM or JSON patch from [patch: {content:?}]")
}

/// Merges a piece into the object that it names.
fn of_its_own(piece: &Value, all: &mut Vec<Resource>) -> Result<(), String> {
    let (kind, name, namespace) = (text(piece, "kind"), name_of(piece), namespace_of(piece));
    let group = group_and_version(piece).0;
    let fits = |it: &Resource| {
        it.kind() == kind && group_and_version(&it.object).0 == group && it.was(name, namespace)
    };
    let Some(at) = all.iter().position(fits) else {
        let words = Resource::new(piece.clone()).words();
        return Err(format!(
            "no resource matches strategic merge patch {words:?}: no matches for Id {words}; \
             failed to find unique target for patch {words}"
        ));
    };
    if piece["$patch"] == "delete" {
        all.remove(at);
        return Ok(());
    }
    with_identity(&mut all[at], piece, &Value::Null);
    Ok(())
}

/// Merges a piece, but for what would make it another object.
fn with_identity(resource: &mut Resource, piece: &Value, options: &Value) {
    let kind = resource.kind().to_owned();
    let mut piece = piece.clone();
    if field(options, "allowKindChange") != true {
        piece["kind"] = resource.object["kind"].clone();
        piece["apiVersion"] = resource.object["apiVersion"].clone();
    }
    if field(options, "allowNameChange") != true
        && let Some(metadata) = piece.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("name");
        metadata.remove("namespace");
    }
    resource.change(|object| merge(&kind, object, &piece));
}

fn operate(resource: &mut Resource, patch: &Patch) -> Result<(), String> {
    let mut done = Ok(());
    resource.change(|object| done = json_patch::patch(object, patch));
    done.map_err(|error| {
        let operation = &patch.0[error.operation.min(patch.0.len().saturating_sub(1))];
        complaint(operation, &error.path.to_string(), &error.kind)
    })
}

/// What the library that kustomize uses says.
fn complaint(operation: &PatchOperation, path: &str, kind: &PatchErrorKind) -> String {
    let verb = match operation {
        PatchOperation::Add(_) => "add",
        PatchOperation::Remove(_) => "remove",
        PatchOperation::Replace(_) => "replace",
        PatchOperation::Move(_) => "move",
        PatchOperation::Copy(_) => "copy",
        PatchOperation::Test(_) => "test",
    };
    match kind {
        PatchErrorKind::TestFailed => format!("testing value {path} failed: test failed"),
        _ if verb == "replace" => {
            format!("{verb} operation does not apply: doc is missing path: {path}: missing value")
        }
        _ => {
            format!("{verb} operation does not apply: doc is missing path: {path:?}: missing value")
        }
    }
}

/// Which objects a patch is for.
struct Target<'t> {
    said: &'t Value,
    /// Field of the target, and the expression that its whole value has to match.
    patterns: Vec<(&'static str, Regex)>,
}

impl Target<'_> {
    fn new(said: &Value) -> Result<Target<'_>, String> {
        let mut patterns = Vec::new();
        for name in ["group", "version", "kind", "name", "namespace"] {
            let pattern = text(said, name);
            if !pattern.is_empty() {
                let whole = Regex::new(&format!("^(?:{pattern})$"));
                patterns.push((name, whole.map_err(|error| error.to_string())?));
            }
        }
        Ok(Target { said, patterns })
    }

    fn fits(&self, resource: &Resource) -> bool {
        let (group, version) = group_and_version(&resource.object);
        let is_called = |pattern: &Regex, of: fn(&super::resource::Id) -> &str, now: &str| {
            pattern.is_match(now) || resource.before.iter().any(|id| pattern.is_match(of(id)))
        };
        let by_name = self.patterns.iter().all(|(name, pattern)| match *name {
            "group" => pattern.is_match(group),
            "version" => pattern.is_match(version),
            "kind" => pattern.is_match(resource.kind()),
            "name" => is_called(pattern, |id| &id.name, resource.name()),
            _ => is_called(pattern, |id| &id.namespace, resource.namespace()),
        });
        let by_map = |selector: &str, map: &str| {
            selects(text(self.said, selector), at(&resource.object, map))
        };
        by_name
            && by_map("labelSelector", "/metadata/labels")
            && by_map("annotationSelector", "/metadata/annotations")
    }
}
