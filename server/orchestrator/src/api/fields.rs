//! Sets of fields: who owns what, as `metadata.managedFields` writes it.
//! <https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::types::{self, Shape};

/// The way to a field: `f:` and a field's name, `k:` and the keys of a list's item, `v:` and a
/// value of a set.
pub(super) type Path = Vec<String>;

/// Some fields of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet(pub(super) BTreeSet<Path>);

/// Fields that nobody owns: the API server sets them.
const UNOWNED: &[&[&str]] = &[
    &["f:apiVersion"],
    &["f:kind"],
    &["f:metadata", "f:creationTimestamp"],
    &["f:metadata", "f:deletionGracePeriodSeconds"],
    &["f:metadata", "f:deletionTimestamp"],
    &["f:metadata", "f:generation"],
    &["f:metadata", "f:managedFields"],
    &["f:metadata", "f:name"],
    &["f:metadata", "f:namespace"],
    &["f:metadata", "f:resourceVersion"],
    &["f:metadata", "f:selfLink"],
    &["f:metadata", "f:uid"],
];

/// A node of the tree that is written.
#[derive(Default)]
struct Node {
    member: bool,
    children: BTreeMap<String, Node>,
}

impl FieldSet {
    /// The fields that a value has.
    pub(super) fn of(value: &Value, shape: &Shape) -> FieldSet {
        let mut set = FieldSet::default();
        set.collect(value, shape, &mut Path::new());
        set.0.retain(|path| !UNOWNED.iter().any(|unowned| path.iter().take(2).eq(unowned.iter())));
        set
    }

    fn collect(&mut self, value: &Value, shape: &Shape, path: &mut Path) {
        let Value::Object(fields) = value else { return };
        let of = shape.fields().map(|fields| fields.name.as_str()).unwrap_or_default();
        for (name, value) in fields {
            path.push(format!("f:{name}"));
            let inner = shape.field(name).unwrap_or(&Shape::Any);
            let empty = value.as_object().is_some_and(Map::is_empty) || value.is_null();
            let in_map = matches!(shape, Shape::Map(_));
            let plain = *inner == Shape::Free && !value.is_object();
            if empty || plain || in_map || types::is_atomic(of, name, inner) {
                self.0.insert(path.clone());
            } else if let (Shape::List(items), Value::Array(list)) = (inner, value) {
                let keys = types::list_keys(of, name).unwrap_or_default();
                self.collect_list(list, items, keys, path);
            }
            if !types::is_atomic(of, name, inner) {
                self.collect(value, inner, path);
            }
            path.pop();
        }
    }

    fn collect_list(&mut self, list: &[Value], items: &Shape, keys: &[&str], path: &mut Path) {
        for item in list {
            path.push(segment(item, keys));
            self.0.insert(path.clone());
            let atomic = items.fields().is_some_and(|_| types::is_atomic("", "", items));
            if !keys.is_empty() && !atomic {
                self.collect(item, items, path);
            }
            path.pop();
        }
    }

    /// Reads `fieldsV1`.
    pub(super) fn read(value: &Value) -> FieldSet {
        let mut set = FieldSet::default();
        set.read_node(value, &mut Path::new());
        set
    }

    fn read_node(&mut self, value: &Value, path: &mut Path) {
        let Value::Object(fields) = value else { return };
        if fields.is_empty() && !path.is_empty() {
            self.0.insert(path.clone());
        }
        for (name, value) in fields {
            if name == "." {
                self.0.insert(path.clone());
                continue;
            }
            path.push(name.clone());
            self.read_node(value, path);
            path.pop();
        }
    }

    /// Writes `fieldsV1`.
    pub(super) fn write(&self) -> Value {
        let mut root = Node::default();
        for path in &self.0 {
            let mut node = &mut root;
            for segment in path {
                node = node.children.entry(segment.clone()).or_default();
            }
            node.member = true;
        }
        root.write()
    }

    /// Takes fields away, and all below them.
    pub(super) fn remove(&mut self, others: &FieldSet) {
        self.0.retain(|path| !(1..=path.len()).any(|end| others.0.contains(&path[..end])));
    }
}

impl Node {
    fn write(&self) -> Value {
        let mut fields = Map::new();
        if self.member && !self.children.is_empty() {
            fields.insert(".".to_owned(), json!({}));
        }
        for (segment, child) in &self.children {
            fields.insert(segment.clone(), child.write());
        }
        Value::Object(fields)
    }
}

/// How an item of a list is told from the others.
fn segment(item: &Value, keys: &[&str]) -> String {
    if keys.is_empty() {
        return format!("v:{item}");
    }
    let key = |key: &&str| ((*key).to_owned(), key_of(item, key));
    format!("k:{}", Value::Object(keys.iter().map(key).collect()))
}

/// An item's key. The protocol of a port may be left out.
fn key_of(item: &Value, key: &str) -> Value {
    match item.get(key) {
        Some(value) => value.clone(),
        None if key == "protocol" => "TCP".into(),
        None => Value::Null,
    }
}

/// Whether a segment leads to an item.
fn leads_to(segment: &str, item: &Value) -> bool {
    if let Some(value) = segment.strip_prefix("v:") {
        return serde_json::from_str::<Value>(value).is_ok_and(|value| value == *item);
    }
    let keys = segment.strip_prefix("k:").and_then(|keys| serde_json::from_str(keys).ok());
    let Some(Value::Object(keys)) = keys else { return false };
    keys.iter().all(|(key, value)| key_of(item, key) == *value)
}

/// The value that a path leads to.
pub(super) fn get<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    let Some((first, rest)) = path.split_first() else { return Some(value) };
    let inner = match (first.strip_prefix("f:"), value) {
        (Some(field), Value::Object(fields)) => fields.get(field)?,
        (None, Value::Array(items)) => items.iter().find(|item| leads_to(first, item))?,
        _ => return None,
    };
    get(inner, rest)
}

/// Takes away what a path leads to.
pub(super) fn remove(value: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else { return };
    match (first.strip_prefix("f:"), value) {
        (Some(field), Value::Object(fields)) => {
            if rest.is_empty() {
                fields.remove(field);
            } else if let Some(inner) = fields.get_mut(field) {
                remove(inner, rest);
            }
        }
        (None, Value::Array(items)) => {
            if rest.is_empty() {
                items.retain(|item| !leads_to(first, item));
            } else if let Some(item) = items.iter_mut().find(|item| leads_to(first, item)) {
                remove(item, rest);
            }
        }
        _ => {}
    }
}

/// A path as Kubernetes' messages show it: `.spec.containers[name="nginx"].image`.
pub(super) fn show(path: &[String]) -> String {
    path.iter().map(|segment| show_segment(segment)).collect()
}

fn show_segment(segment: &str) -> String {
    if let Some(field) = segment.strip_prefix("f:") {
        return format!(".{field}");
    }
    if let Some(value) = segment.strip_prefix("v:") {
        return format!("[={value}]");
    }
    let keys = segment.strip_prefix("k:").and_then(|keys| serde_json::from_str(keys).ok());
    let Some(Value::Object(keys)) = keys else { return format!("[{segment}]") };
    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("[{}]", keys.join(","))
}

/// Merges what somebody applies into what is there: maps field by field, lists item by item where
/// items have keys, anything else as a whole.
pub(super) fn merge(current: &mut Value, applied: &Value, shape: &Shape) {
    let (Value::Object(current), Value::Object(applied)) = (current, applied) else { return };
    let of = shape.fields().map(|fields| fields.name.as_str()).unwrap_or_default();
    for (name, value) in applied {
        let inner = shape.field(name).unwrap_or(&Shape::Any);
        match (current.get_mut(name), inner) {
            (Some(slot), _) if types::is_atomic(of, name, inner) => *slot = value.clone(),
            (Some(Value::Array(list)), Shape::List(items)) => {
                let keys = types::list_keys(of, name).unwrap_or_default();
                merge_list(list, value, items, keys);
            }
            (Some(slot @ Value::Object(_)), _) if value.is_object() => merge(slot, value, inner),
            _ => {
                current.insert(name.clone(), value.clone());
            }
        }
    }
}

fn merge_list(list: &mut Vec<Value>, applied: &Value, items: &Shape, keys: &[&str]) {
    for item in applied.as_array().into_iter().flatten() {
        let segment = segment(item, keys);
        match list.iter_mut().find(|one| leads_to(&segment, one)) {
            Some(_) if keys.is_empty() => {}
            Some(known) if types::is_atomic("", "", items) => *known = item.clone(),
            Some(known) => merge(known, item, items),
            None => list.push(item.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Kind;

    #[test]
    fn fields_are_written_as_kubernetes_does() {
        let shape = types::of_kind(Kind::Deployment);
        let value = json!({"metadata": {"name": "web", "labels": {"app": "web"}}, "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
                {"name": "nginx", "image": "nginx", "ports": [{"containerPort": 80}]},
            ]}},
        }});
        let expected = json!({"f:metadata": {"f:labels": {"f:app": {}}}, "f:spec": {
            "f:replicas": {},
            "f:selector": {},
            "f:template": {"f:metadata": {"f:labels": {"f:app": {}}}, "f:spec": {"f:containers": {
                "k:{\"name\":\"nginx\"}": {".": {}, "f:image": {}, "f:name": {}, "f:ports": {
                    "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}},
                }},
            }}},
        }});
        let set = FieldSet::of(&value, &shape);
        assert_eq!(set.write(), expected);
        assert_eq!(FieldSet::read(&expected), set);
    }

    #[test]
    fn paths_are_shown_as_kubernetes_does() {
        let path: Path = ["f:spec", "f:containers", "k:{\"name\":\"nginx\"}", "f:image"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(show(&path), ".spec.containers[name=\"nginx\"].image");
    }
}
