//! Reading fields of objects that are only JSON: an absent field reads as empty, as in Go.

use std::collections::BTreeMap;

use serde_json::Value;

static NOTHING: Value = Value::Null;

/// The value of a field of an object, or null.
pub(crate) fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&NOTHING)
}

/// The value at a JSON pointer, or null.
pub(crate) fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&NOTHING)
}

/// The string in a field, or "".
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    field(value, name).as_str().unwrap_or_default()
}

/// The string at a JSON pointer, or "".
pub(crate) fn str_at<'v>(value: &'v Value, pointer: &str) -> &'v str {
    at(value, pointer).as_str().unwrap_or_default()
}

/// The integer at a JSON pointer, or 0.
pub(crate) fn int_at(value: &Value, pointer: &str) -> i64 {
    at(value, pointer).as_i64().unwrap_or_default()
}

/// Whether `true` stands at a JSON pointer.
pub(crate) fn bool_at(value: &Value, pointer: &str) -> bool {
    at(value, pointer).as_bool().unwrap_or_default()
}

/// The list in a field, or an empty one.
pub(crate) fn array<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    field(value, name).as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The list at a JSON pointer, or an empty one.
pub(crate) fn array_at<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    at(value, pointer).as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The fields of an object, sorted by name; none of anything else.
pub(crate) fn sorted(value: &Value) -> Vec<(&str, &Value)> {
    let mut fields: Vec<_> =
        value.as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), v)).collect();
    fields.sort_by_key(|(name, _)| *name);
    fields
}

/// A map of strings (labels, annotations, data), sorted by key.
pub(crate) fn string_map(value: &Value) -> BTreeMap<&str, &str> {
    sorted(value).into_iter().map(|(k, v)| (k, v.as_str().unwrap_or_default())).collect()
}

/// `k=v,k2=v2`, or `<none>`.
pub(crate) fn format_labels(value: &Value) -> String {
    let pairs: Vec<String> =
        string_map(value).into_iter().map(|(k, v)| format!("{k}={v}")).collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

/// The name of an object.
pub(crate) fn name_of(object: &Value) -> &str {
    str_at(object, "/metadata/name")
}

/// The namespace of an object; "" if it has none.
pub(crate) fn namespace_of(object: &Value) -> &str {
    str_at(object, "/metadata/namespace")
}

/// The object at `pointer`, made (with all objects above it) where absent. `pointer` has no
/// escapes.
pub(crate) fn object_mut<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Value {
    let mut here = value;
    for name in pointer.split('/').skip(1) {
        if !here.is_object() {
            *here = Value::Object(serde_json::Map::new());
        }
        here = &mut here[name];
    }
    if !here.is_object() {
        *here = Value::Object(serde_json::Map::new());
    }
    here
}
