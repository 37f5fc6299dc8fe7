//! Strategic merge patches: lists are merged by the keys of their items.
//! <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>

use serde_json::{Map, Value};

use super::super::types::{self, Shape};

type Fields = Map<String, Value>;

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

/// Merges a patch into an object.
///
/// # Errors
/// In Kubernetes' words: an unknown directive, an item without its key.
pub(super) fn merge(
    current: &mut Fields,
    patch: &Fields,
    shape: Option<&Shape>,
) -> Result<(), String> {
    match patch.get(DIRECTIVE).and_then(Value::as_str) {
        None | Some("merge") => {}
        Some("replace") => {
            *current = without_directives(patch);
            return Ok(());
        }
        Some("delete") => {
            current.clear();
            return Ok(());
        }
        Some(other) => return Err(unknown_directive(other)),
    }
    if let Some(Value::Array(kept)) = patch.get(RETAIN_KEYS) {
        current.retain(|key, _| kept.iter().any(|kept| kept == key));
    }
    for (key, value) in patch {
        if let Some(field) = key.strip_prefix(DELETE_FROM) {
            delete_values(current, field, value);
        }
    }
    for (key, value) in patch.iter().filter(|(key, _)| !key.starts_with('$')) {
        let order = patch.get(&format!("{ORDER}{key}")).and_then(Value::as_array);
        merge_field(current, key, value, order, shape)?;
    }
    for (key, order) in patch {
        let Some(field) = key.strip_prefix(ORDER).filter(|field| !patch.contains_key(*field))
        else {
            continue;
        };
        if let (Some(order), Some(Value::Array(list))) = (order.as_array(), current.get_mut(field))
        {
            let key =
                shape.and_then(Shape::fields).and_then(|of| types::merge_key(&of.name, field));
            let server = list.clone();
            *list = sorted(std::mem::take(list), &server, order, key.unwrap_or_default());
        }
    }
    Ok(())
}

fn merge_field(
    current: &mut Fields,
    key: &str,
    value: &Value,
    order: Option<&Vec<Value>>,
    shape: Option<&Shape>,
) -> Result<(), String> {
    let field = shape.and_then(|shape| shape.field(key));
    match value {
        Value::Null => {
            current.remove(key);
        }
        Value::Object(patch) => {
            let slot = current.entry(key).or_insert_with(|| Value::Object(Fields::new()));
            if !slot.is_object() {
                *slot = Value::Object(Fields::new());
            }
            if let Value::Object(inner) = slot {
                merge(inner, patch, field)?;
            }
            if patch.get(DIRECTIVE).and_then(Value::as_str) == Some("delete") {
                current.remove(key);
            }
        }
        Value::Array(patch) => {
            let of = shape.and_then(Shape::fields).map(|fields| fields.name.as_str());
            let merge_key = of.and_then(|of| types::merge_key(of, key));
            let old = match current.get_mut(key) {
                Some(Value::Array(list)) => std::mem::take(list),
                _ => Vec::new(),
            };
            let items = match field {
                Some(Shape::List(items)) => Some(&**items),
                _ => None,
            };
            let merged = match merge_key {
                None => patch.clone(),
                Some("") => merge_values(old, patch, order),
                Some(merge_key) => merge_list(old, patch, order, merge_key, items)?,
            };
            current.insert(key.to_owned(), Value::Array(merged));
        }
        plain => {
            current.insert(key.to_owned(), plain.clone());
        }
    }
    Ok(())
}

fn unknown_directive(directive: &str) -> String {
    format!(
        "Unrecognized directive {directive:?} in patch: $patch must be one of merge, replace, delete"
    )
}

/// A part of a patch as plain data: nulls and directives say nothing there.
fn without_directives(patch: &Fields) -> Fields {
    let plain = |(key, value): (&String, &Value)| {
        (!key.starts_with('$') && !value.is_null()).then(|| (key.clone(), plain(value)))
    };
    patch.iter().filter_map(plain).collect()
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(without_directives(fields)),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn delete_values(current: &mut Fields, field: &str, values: &Value) {
    if let (Some(Value::Array(list)), Value::Array(values)) = (current.get_mut(field), values) {
        list.retain(|value| !values.contains(value));
    }
}

fn merge_values(mut old: Vec<Value>, patch: &[Value], order: Option<&Vec<Value>>) -> Vec<Value> {
    let server = old.clone();
    for value in patch {
        if !old.contains(value) {
            old.push(value.clone());
        }
    }
    match order {
        Some(order) => sorted(old, &server, order, ""),
        None => old,
    }
}

fn merge_list(
    mut old: Vec<Value>,
    patch: &[Value],
    order: Option<&Vec<Value>>,
    key: &str,
    items: Option<&Shape>,
) -> Result<Vec<Value>, String> {
    let replaces = |item: &Value| {
        item[DIRECTIVE] == "replace" && item.as_object().is_some_and(|fields| fields.len() == 1)
    };
    if patch.iter().any(replaces) {
        return Ok(patch.iter().filter(|item| !replaces(item)).map(plain).collect());
    }
    let server = old.clone();
    for item in patch {
        let Value::Object(fields) = item else {
            return Err("expected map element in patch list".to_owned());
        };
        let Some(id) = fields.get(key) else {
            return Err(format!(
                "map: {} does not contain declared merge key: {key}",
                super::go_value(item)
            ));
        };
        let known = old.iter().position(|one| one.get(key) == Some(id));
        match (fields.get(DIRECTIVE).and_then(Value::as_str), known) {
            (Some("delete"), _) => old.retain(|one| one.get(key) != Some(id)),
            (Some("replace"), Some(at)) => old[at] = plain(item),
            (None | Some("merge"), Some(at)) => {
                if let Value::Object(current) = &mut old[at] {
                    merge(current, fields, items)?;
                }
            }
            (None | Some("merge" | "replace"), None) => {
                let mut new = Fields::new();
                merge(&mut new, fields, items)?;
                old.push(Value::Object(new));
            }
            (Some(other), _) => return Err(unknown_directive(other)),
        }
    }
    Ok(match order {
        Some(order) => sorted(old, &server, order, key),
        None => old,
    })
}

/// The items in the order that the patch gives; those that only the server has keep their places
/// among them as well as may be.
fn sorted(items: Vec<Value>, server: &[Value], order: &[Value], key: &str) -> Vec<Value> {
    let id = |item: &Value| if key.is_empty() { item.clone() } else { item[key].clone() };
    let place = |among: &[Value], item: &Value| among.iter().position(|one| id(one) == id(item));
    let (mut wanted, own): (Vec<Value>, Vec<Value>) =
        items.into_iter().partition(|item| place(order, item).is_some());
    wanted.sort_by_key(|item| place(order, item));
    let mut sorted = Vec::with_capacity(wanted.len() + own.len());
    let (mut own, mut wanted) = (own.into_iter().peekable(), wanted.into_iter().peekable());
    loop {
        let before = match (own.peek(), wanted.peek()) {
            (None, None) => return sorted,
            (Some(own), Some(wanted)) => match (place(server, own), place(server, wanted)) {
                (Some(own), Some(wanted)) => own < wanted,
                _ => false,
            },
            (own, _) => own.is_some(),
        };
        sorted.extend(if before { own.next() } else { wanted.next() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::object::Kind;

    fn check(current: &Value, patch: &Value, expected: &Value) {
        let mut merged = current.as_object().unwrap().clone();
        let shape = types::of_kind(Kind::Pod);
        merge(&mut merged, patch.as_object().unwrap(), Some(&shape)).unwrap();
        assert_eq!(Value::Object(merged), *expected, "{patch}");
    }

    #[test]
    fn lists_are_merged_by_key() {
        let pod = json!({"spec": {"containers": [
            {"name": "a", "image": "x", "args": ["1", "2"]},
            {"name": "b", "image": "y", "env": [{"name": "E", "value": "1"}]},
        ]}});
        check(
            &pod,
            &json!({"spec": {"containers": [{"name": "a", "image": "z", "args": ["3"]}]}}),
            &json!({"spec": {"containers": [
                {"name": "a", "image": "z", "args": ["3"]},
                {"name": "b", "image": "y", "env": [{"name": "E", "value": "1"}]},
            ]}}),
        );
        check(
            &pod,
            &json!({"spec": {
                "$setElementOrder/containers": [{"name": "c"}, {"name": "b"}],
                "containers": [{"name": "c", "image": "n"}, {"name": "a", "$patch": "delete"}],
            }}),
            &json!({"spec": {"containers": [
                {"name": "c", "image": "n"},
                {"name": "b", "image": "y", "env": [{"name": "E", "value": "1"}]},
            ]}}),
        );
        check(
            &pod,
            &json!({"spec": {"containers": [{"$patch": "replace"}, {"name": "d"}]}}),
            &json!({"spec": {"containers": [{"name": "d"}]}}),
        );
    }

    #[test]
    fn maps_take_directives() {
        check(
            &json!({"metadata": {"labels": {"a": "1", "b": "2"}, "finalizers": ["x/y", "x/z"]}}),
            &json!({"metadata": {
                "labels": {"a": null, "c": "3"},
                "$deleteFromPrimitiveList/finalizers": ["x/y"],
            }}),
            &json!({"metadata": {"labels": {"b": "2", "c": "3"}, "finalizers": ["x/z"]}}),
        );
        check(
            &json!({"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}),
            &json!({"spec": {"volumes": [
                {"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}},
            ]}}),
            &json!({"spec": {"volumes": [{"name": "v", "configMap": {"name": "c"}}]}}),
        );
        check(
            &json!({"spec": {"nodeSelector": {"a": "1"}}}),
            &json!({"spec": {"nodeSelector": {"$patch": "replace", "b": "2"}}}),
            &json!({"spec": {"nodeSelector": {"b": "2"}}}),
        );
    }

    #[test]
    fn an_item_needs_its_key() {
        let mut pod = Fields::new();
        let patch = json!({"spec": {"containers": [{"image": "x"}]}});
        let shape = types::of_kind(Kind::Pod);
        let refused = merge(&mut pod, patch.as_object().unwrap(), Some(&shape)).unwrap_err();
        assert_eq!(refused, "map: map[image:x] does not contain declared merge key: name");
    }
}
