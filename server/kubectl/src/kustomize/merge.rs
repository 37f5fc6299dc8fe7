//! Strategic merge, as kustomize does it: lists with a key merge, what is new comes first.

use serde_json::{Map, Value};

use crate::patch::{Strategy, strategy};

/// Merges a patch into an object of a kind.
pub(super) fn merge(kind: &str, object: &mut Value, patch: &Value) {
    fields(kind, object, patch, &mut Vec::new());
}

fn fields<'p>(kind: &str, target: &mut Value, patch: &'p Value, path: &mut Vec<&'p str>) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if directive(patch) == "replace" || !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, change) in changes.iter().filter(|(name, _)| !name.starts_with('$')) {
        path.push(name);
        let Some(here) = target.as_object_mut() else { return };
        if change.is_null() || directive(change) == "delete" {
            here.remove(name);
        } else if let Some(items) = change.as_array() {
            list(kind, here.entry(name.as_str()).or_insert(Value::Null), items, path);
        } else {
            fields(kind, here.entry(name.as_str()).or_insert(Value::Null), change, path);
        }
        path.pop();
    }
}

fn list<'p>(kind: &str, target: &mut Value, changes: &'p [Value], path: &mut Vec<&'p str>) {
    let plain = |change: &Value| directive(change) != "replace";
    let replaces = !changes.iter().all(plain);
    let (Strategy::Merge { key, .. }, Some(old), false) =
        (strategy(kind, path), target.as_array_mut(), replaces)
    else {
        let kept = changes.iter().filter(|change| plain(change)).cloned();
        *target = Value::Array(kept.collect());
        return;
    };
    let mut new = Vec::new();
    for change in changes {
        let found = old.iter_mut().find(|item| item[key] == change[key]);
        match (found, directive(change)) {
            (_, "delete") => old.retain(|item| item[key] != change[key]),
            (Some(item), _) => fields(kind, item, change, path),
            (None, _) => new.push(change.clone()),
        }
    }
    old.splice(0..0, new);
}

/// What `$patch` says.
fn directive(patch: &Value) -> &str {
    patch.get("$patch").and_then(Value::as_str).unwrap_or_default()
}
