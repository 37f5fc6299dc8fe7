//! Whether a value is as its schema says.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;
use regex::Regex;
use serde_json::{Map, Value};

use super::{Field, field_of, go_value, items_of, join};
use crate::kinds::FieldErrors;

/// Notes what is wrong with a value.
pub(crate) fn check(value: &Value, schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    if value.is_null() && schema.nullable == Some(true) {
        return;
    }
    if !has_type(value, schema) {
        let wanted = schema.type_.as_deref().unwrap_or("integer,string");
        errors.wrong_type(
            path,
            format!("{path} in body must be of type {wanted}: \"{}\"", type_of(value)),
        );
        return;
    }
    match value {
        Value::Object(inner) => fields(inner, schema, path, errors),
        Value::Array(list) => items(list, schema, path, errors),
        Value::String(text) => string(text, schema, path, errors),
        Value::Number(_) => number(value, schema, path, errors),
        _ => {}
    }
    one_of(value, schema, path, errors);
    combined(value, schema, path, errors);
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn has_type(value: &Value, schema: &JSONSchemaProps) -> bool {
    let is = type_of(value);
    if schema.x_kubernetes_int_or_string == Some(true) {
        return matches!(is, "integer" | "string");
    }
    match schema.type_.as_deref() {
        None | Some("") => true,
        Some("number") => matches!(is, "number" | "integer"),
        // Go's decoder makes no difference between 1 and 1.0.
        Some("integer") => is == "integer" || value.as_f64().is_some_and(|it| it.fract() == 0.0),
        Some(wanted) => wanted == is,
    }
}

/// Notes what is wrong with the fields of an object.
pub(super) fn fields(
    fields: &Map<String, Value>,
    schema: &JSONSchemaProps,
    path: &str,
    errors: &mut FieldErrors,
) {
    for name in schema.required.iter().flatten() {
        if !fields.contains_key(name) {
            errors.required(join(path, name), "");
        }
    }
    let count = i64::try_from(fields.len()).unwrap_or(i64::MAX);
    if let Some(limit) = schema.max_properties.filter(|limit| count > *limit) {
        errors.too_many(path, fields.len(), usize::try_from(limit).unwrap_or_default());
    }
    if let Some(limit) = schema.min_properties.filter(|limit| count < *limit) {
        let detail = format!("{path} in body should have at least {limit} properties");
        errors.invalid(path, fields.len(), detail);
    }
    for (name, value) in fields {
        if let Field::Of(schema) = field_of(schema, name) {
            check(value, schema, &join(path, name), errors);
        }
    }
}

fn items(list: &[Value], schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let count = i64::try_from(list.len()).unwrap_or(i64::MAX);
    if let Some(limit) = schema.max_items.filter(|limit| count > *limit) {
        errors.too_many(path, list.len(), usize::try_from(limit).unwrap_or_default());
    }
    if let Some(limit) = schema.min_items.filter(|limit| count < *limit) {
        let detail = format!("{path} in body should have at least {limit} items");
        errors.invalid(path, list.len(), detail);
    }
    if let Some(of_items) = items_of(schema) {
        for (index, item) in list.iter().enumerate() {
            check(item, of_items, &format!("{path}[{index}]"), errors);
        }
    }
    unique(list, schema, path, errors);
}

/// Lists that are sets or maps have no item twice.
fn unique(list: &[Value], schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let keys = schema.x_kubernetes_list_map_keys.as_deref().unwrap_or_default();
    let key = |item: &Value| -> Value {
        keys.iter().map(|key| (key.clone(), item[key].clone())).collect::<Map<_, _>>().into()
    };
    let known: Vec<Value> = match schema.x_kubernetes_list_type.as_deref() {
        Some("set") => list.to_vec(),
        Some("map") => list.iter().map(key).collect(),
        _ => return,
    };
    for (index, one) in known.iter().enumerate() {
        if known[..index].contains(one) {
            errors.duplicate(format!("{path}[{index}]"), go_value(one));
        }
    }
}

fn string(text: &str, schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let shown = super::quoted(text);
    if let Some(limit) = schema.max_length.filter(|limit| count > *limit) {
        errors.too_long(path, usize::try_from(limit).unwrap_or_default());
    }
    if let Some(limit) = schema.min_length.filter(|limit| count < *limit) {
        let detail = format!("{path} in body should be at least {limit} chars long");
        errors.invalid(path, &shown, detail);
    }
    if let Some(pattern) = schema.pattern.as_deref().filter(|pattern| !matches(pattern, text)) {
        errors.invalid(path, &shown, format!("{path} in body should match '{pattern}'"));
    }
    if let Some(format) = schema.format.as_deref().filter(|format| !fits(format, text)) {
        let detail = format!("{path} in body must be of type {format}: {shown}");
        errors.invalid(path, &shown, detail);
    }
}

/// A pattern that is none was refused with the definition.
fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

/// The formats that are checked; all others are as good as none.
fn fits(format: &str, text: &str) -> bool {
    match format {
        "date-time" | "datetime" => text.parse::<k8s_openapi::jiff::Timestamp>().is_ok(),
        "date" => text.parse::<k8s_openapi::jiff::civil::Date>().is_ok(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    }
}

fn number(value: &Value, schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let Some(number) = value.as_f64() else { return };
    if let Some(limit) = schema.maximum {
        let strict = schema.exclusive_maximum == Some(true);
        if number > limit || (strict && number >= limit) {
            let than = if strict { "less than" } else { "less than or equal to" };
            errors.invalid(path, value, format!("{path} in body should be {than} {limit}"));
        }
    }
    if let Some(limit) = schema.minimum {
        let strict = schema.exclusive_minimum == Some(true);
        if number < limit || (strict && number <= limit) {
            let than = if strict { "greater than" } else { "greater than or equal to" };
            errors.invalid(path, value, format!("{path} in body should be {than} {limit}"));
        }
    }
    if let Some(factor) = schema.multiple_of.filter(|factor| *factor != 0.0) {
        let times = number / factor;
        if (times - times.round()).abs() > f64::EPSILON {
            errors.invalid(path, value, format!("{path} in body should be a multiple of {factor}"));
        }
    }
}

fn one_of(value: &Value, schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let Some(known) = schema.enum_.as_ref().filter(|known| !known.is_empty()) else { return };
    if known.iter().any(|one| one.0 == *value) {
        return;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let known: Vec<String> = known.iter().map(|one| text(&one.0)).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    errors.not_supported(path, &text(value), &known);
}

/// `allOf`, `anyOf`, `oneOf` and `not`.
fn combined(value: &Value, schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let holds = |schema: &JSONSchemaProps| {
        let mut own = FieldErrors::default();
        check(value, schema, path, &mut own);
        own.is_empty()
    };
    let shown = go_value(value);
    let mut refuse = |detail: &str| {
        errors.invalid(path, &shown, format!("{path} in body {detail}"));
    };
    if schema.any_of.as_ref().is_some_and(|any| !any.is_empty() && !any.iter().any(holds)) {
        refuse("must validate at least one schema (anyOf)");
    }
    if let Some(choices) = schema.one_of.as_ref().filter(|choices| !choices.is_empty()) {
        match choices.iter().filter(|one| holds(one)).count() {
            1 => {}
            0 => refuse("must validate one and only one schema (oneOf). Found none valid"),
            count => refuse(&format!(
                "must validate one and only one schema (oneOf). Found {count} valid alternatives"
            )),
        }
    }
    if schema.all_of.as_ref().is_some_and(|all| !all.iter().all(holds)) {
        refuse("must validate all the schemas (allOf)");
    }
    if schema.not.as_ref().is_some_and(|not| holds(not)) {
        refuse("must not validate the schema (not)");
    }
}
