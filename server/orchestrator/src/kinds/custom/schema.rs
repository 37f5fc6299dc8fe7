//! Schemas of custom resources at work: what is unknown goes, what is left out is filled in, and the
//! rest is checked, in the words of kube-openapi's validation.
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema>

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use serde_json::{Map, Value};

use crate::kinds::{FieldErrors, quoted};

mod check;
pub(in crate::kinds) mod rules;

pub(crate) use check::check;
pub(crate) use rules::check_rules;

/// Fields that every object has, whatever its schema says.
const OF_EVERY_OBJECT: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Takes out what the schema does not know, and says what that was.
pub(crate) fn prune(fields: &mut Map<String, Value>, schema: &JSONSchemaProps) -> Vec<String> {
    let mut unknown = Vec::new();
    prune_fields(fields, schema, "", true, &mut unknown);
    unknown
}

fn prune_value(value: &mut Value, schema: &JSONSchemaProps, path: &str, unknown: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let whole = schema.x_kubernetes_embedded_resource == Some(true);
            prune_fields(fields, schema, path, whole, unknown);
        }
        Value::Array(items) => {
            let Some(of_items) = items_of(schema) else { return };
            for (index, item) in items.iter_mut().enumerate() {
                prune_value(item, of_items, &format!("{path}[{index}]"), unknown);
            }
        }
        _ => {}
    }
}

fn prune_fields(
    fields: &mut Map<String, Value>,
    schema: &JSONSchemaProps,
    path: &str,
    is_object: bool,
    unknown: &mut Vec<String>,
) {
    fields.retain(|name, value| {
        let path = join(path, name);
        if is_object && OF_EVERY_OBJECT.contains(&name.as_str()) {
            return true;
        }
        match field_of(schema, name) {
            Field::Of(schema) => prune_value(value, schema, &path, unknown),
            Field::Any => {}
            Field::Unknown => {
                unknown.push(format!("unknown field \"{path}\""));
                return false;
            }
        }
        true
    });
}

enum Field<'a> {
    Of(&'a JSONSchemaProps),
    Any,
    Unknown,
}

fn field_of<'a>(schema: &'a JSONSchemaProps, name: &str) -> Field<'a> {
    if let Some(found) = schema.properties.as_ref().and_then(|all| all.get(name)) {
        return Field::Of(found);
    }
    match &schema.additional_properties {
        Some(JSONSchemaPropsOrBool::Schema(schema)) => Field::Of(schema),
        Some(JSONSchemaPropsOrBool::Bool(true)) => Field::Any,
        _ if schema.x_kubernetes_preserve_unknown_fields == Some(true) => Field::Any,
        _ => Field::Unknown,
    }
}

fn items_of(schema: &JSONSchemaProps) -> Option<&JSONSchemaProps> {
    match schema.items.as_ref()? {
        JSONSchemaPropsOrArray::Schema(schema) => Some(schema),
        JSONSchemaPropsOrArray::Schemas(_) => None,
    }
}

/// Whether a path such as `.spec.ports` or `.labels['app']` leads to a field of the schema.
pub(in crate::kinds) fn has_field(schema: &JSONSchemaProps, path: &str) -> bool {
    let mut rest = path.trim();
    let mut place = schema;
    while !rest.is_empty() {
        let (name, after) = if let Some(inner) = rest.strip_prefix("['") {
            let Some(parts) = inner.split_once("']") else { return false };
            parts
        } else {
            let Some(inner) = rest.strip_prefix('.') else { return false };
            inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
        };
        match field_of(place, name) {
            Field::Of(inner) => place = inner,
            Field::Any | Field::Unknown => return false,
        }
        rest = after;
    }
    true
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Fills in the schema's defaults. A null where none may be counts as left out.
pub(crate) fn fill_in(fields: &mut Map<String, Value>, schema: &JSONSchemaProps) {
    for (name, schema) in schema.properties.iter().flatten() {
        let missing = match fields.get(name) {
            None => true,
            Some(Value::Null) => schema.nullable != Some(true),
            Some(_) => false,
        };
        if let Some(default) = schema.default.as_ref().filter(|_| missing) {
            fields.insert(name.clone(), default.0.clone());
        }
    }
    for (name, value) in fields.iter_mut() {
        if let Field::Of(schema) = field_of(schema, name) {
            fill_in_value(value, schema);
        }
    }
}

fn fill_in_value(value: &mut Value, schema: &JSONSchemaProps) {
    match value {
        Value::Object(fields) => fill_in(fields, schema),
        Value::Array(items) => {
            let Some(of_items) = items_of(schema) else { return };
            items.iter_mut().for_each(|item| fill_in_value(item, of_items));
        }
        _ => {}
    }
}

/// A value as Go prints it in a refusal.
fn go_value(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Null => "null".to_owned(),
        other => other.to_string(),
    }
}

/// Notes what is wrong with the fields of an object.
pub(crate) fn check_object(
    fields: &Map<String, Value>,
    schema: &JSONSchemaProps,
    errors: &mut FieldErrors,
) {
    check::fields(fields, schema, "", errors);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> JSONSchemaProps {
        let schema = json!({"type": "object", "properties": {"spec": {
            "type": "object",
            "required": ["cronSpec"],
            "properties": {
                "cronSpec": {"type": "string", "pattern": "^(\\d+|\\*)$"},
                "image": {"type": "string", "enum": ["a", "b"], "default": "a"},
                "replicas": {"type": "integer", "minimum": 1, "maximum": 10},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "env": {"type": "object", "additionalProperties": {"type": "string"}},
                "ports": {"type": "array", "maxItems": 2, "items": {
                    "type": "object",
                    "properties": {"port": {"type": "integer"}, "name": {"type": "string", "default": "x"}},
                }},
            },
        }}});
        serde_json::from_value(schema).unwrap()
    }

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    #[test]
    fn unknown_fields_go_and_defaults_come() {
        let mut fields = map(json!({"kind": "X", "spec": {
            "cronSpec": "*", "what": 1, "image": null, "free": {"a": {"b": 1}}, "env": {"K": "v"},
            "ports": [{"port": 1, "prot": 2}],
        }, "other": {}}));
        let unknown = prune(&mut fields, &schema());
        let expected = ["other", "spec.ports[0].prot", "spec.what"];
        let expected: Vec<String> =
            expected.iter().map(|path| format!("unknown field \"{path}\"")).collect();
        let mut sorted = unknown;
        sorted.sort();
        assert_eq!(sorted, expected);
        fill_in(&mut fields, &schema());
        let expected = json!({"kind": "X", "spec": {
            "cronSpec": "*", "image": "a", "free": {"a": {"b": 1}}, "env": {"K": "v"},
            "ports": [{"port": 1, "name": "x"}],
        }});
        assert_eq!(Value::Object(fields), expected);
    }

    #[test]
    fn what_breaks_the_schema_is_told_in_kubernetes_words() {
        let cases = [
            (json!({}), "spec.cronSpec: Required value"),
            (
                json!({"cronSpec": "x"}),
                "spec.cronSpec: Invalid value: \"x\": spec.cronSpec in body should match \
                 '^(\\d+|\\*)$'",
            ),
            (
                json!({"cronSpec": "*", "replicas": 11}),
                "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or \
                 equal to 10",
            ),
            (
                json!({"cronSpec": "*", "replicas": 0}),
                "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or \
                 equal to 1",
            ),
            (
                json!({"cronSpec": "*", "replicas": "three"}),
                "spec.replicas: Invalid value: spec.replicas in body must be of type integer: \
                 \"string\"",
            ),
            (
                json!({"cronSpec": "*", "image": "c"}),
                "spec.image: Unsupported value: \"c\": supported values: \"a\", \"b\"",
            ),
            (
                json!({"cronSpec": "*", "ports": [{}, {}, {}]}),
                "spec.ports: Too many: 3: must have at most 2 items",
            ),
        ];
        for (spec, expected) in cases {
            let mut errors = FieldErrors::default();
            check_object(&map(json!({"spec": spec.clone()})), &schema(), &mut errors);
            assert_eq!(errors.to_string(), expected, "{spec}");
        }
    }
}
