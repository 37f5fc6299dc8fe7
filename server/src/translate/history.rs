//! An object through time: each write of it, and which of its fields that changed.

use std::collections::BTreeMap;

use orchestrator::{Object, World, trace};
use protocol::{FieldChange, ObjectChange, ObjectRef};
use serde_json::Value;

use super::moment;

/// So many writes are told, the latest ones, and so many fields of each.
const WRITES_MAX: usize = 40;
const FIELDS_MAX: usize = 12;
/// What changes with each write and says nothing.
const QUIET: [&str; 2] = ["metadata.resourceVersion", "metadata.managedFields"];

/// The writes of an object that the trace still holds, latest first.
pub(crate) fn history(world: &World, object: &ObjectRef) -> Vec<ObjectChange> {
    let (trace, clock) = (world.trace(), world.clock());
    let positions = (trace.first()..trace.len()).rev();
    let entries = positions.filter_map(|position| trace.get(position));
    entries
        .filter(|entry| moment::writes(entry, object))
        .take(WRITES_MAX)
        .map(|entry| {
            let changes = match &entry.what {
                trace::What::Write { before: Some(before), after: Some(after), .. } => {
                    changes(before, after)
                }
                _ => Vec::new(),
            };
            ObjectChange { moment: moment::moment(entry, &clock), changes }
        })
        .collect()
}

fn changes(before: &Object, after: &Object) -> Vec<FieldChange> {
    let (before, after) = (fields(&before.to_json()), fields(&after.to_json()));
    let paths: BTreeMap<&String, ()> = before.keys().chain(after.keys()).map(|p| (p, ())).collect();
    let loud = |path: &&String| !QUIET.iter().any(|quiet| path.starts_with(quiet));
    let changed =
        paths.into_keys().filter(loud).filter(|path| before.get(*path) != after.get(*path));
    changed
        .take(FIELDS_MAX)
        .map(|path| FieldChange {
            path: path.clone(),
            before: before.get(path).cloned(),
            after: after.get(path).cloned(),
        })
        .collect()
}

/// Every scalar of an object by its path.
fn fields(value: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(value, "", &mut found);
    found
}

fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(all) => {
            for (name, value) in all {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(value, &path, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{}]", name_of(item, index)), found);
            }
        }
        Value::String(text) => drop(found.insert(path.to_owned(), text.clone())),
        other => drop(found.insert(path.to_owned(), other.to_string())),
    }
}

/// Items of Kubernetes' lists have names: they stay the same when the list's order changes.
fn name_of(item: &Value, index: usize) -> String {
    let named =
        ["name", "type", "containerPort", "ip"].into_iter().find_map(|key| match &item[key] {
            Value::String(name) => Some(name.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
    named.unwrap_or_else(|| index.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fields;

    #[test]
    fn fields_are_named_by_what_stays_the_same() {
        let found = fields(&json!({
            "spec": {"replicas": 3, "containers": [{"name": "web", "image": "a:1"}], "args": ["x"]},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }));
        let lines: Vec<_> = found.iter().map(|(path, value)| format!("{path}={value}")).collect();
        let expected = [
            "spec.args[0]=x",
            "spec.containers[web].image=a:1",
            "spec.containers[web].name=web",
            "spec.replicas=3",
            "status.conditions[Ready].status=True",
            "status.conditions[Ready].type=Ready",
        ];
        assert_eq!(lines, expected);
    }
}
