//! Whether a schema is structural: each value's type is told, and told once.
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema>

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, ValidationRule,
};
use regex::Regex;

use crate::kinds::custom::schema::{self, rules};
use crate::kinds::{FieldErrors, quoted};

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// Notes what is wrong with the schema of a version.
pub(super) fn validate(root: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    match root.type_.as_deref().unwrap_or_default() {
        "" => errors.required(format!("{path}.type"), "must not be empty at the root"),
        "object" => {}
        other => {
            errors.invalid(format!("{path}.type"), quoted(other), "must be object at the root");
        }
    }
    node(root, path, errors);
}

fn node(schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    rules(schema, path, errors);
    let has_properties = schema.properties.as_ref().is_some_and(|all| !all.is_empty());
    match &schema.additional_properties {
        Some(JSONSchemaPropsOrBool::Schema(inner)) => {
            if has_properties {
                let detail = "additionalProperties and properties are mutual exclusive";
                errors.forbidden(format!("{path}.additionalProperties"), detail);
            }
            inner_node(inner, &format!("{path}.additionalProperties"), "object fields", errors);
        }
        Some(JSONSchemaPropsOrBool::Bool(false)) if has_properties => {
            let detail = "additionalProperties and properties are mutual exclusive";
            errors.forbidden(format!("{path}.additionalProperties"), detail);
        }
        _ => {}
    }
    for (name, inner) in schema.properties.iter().flatten() {
        inner_node(inner, &format!("{path}.properties[{name}]"), "object fields", errors);
    }
    match &schema.items {
        Some(JSONSchemaPropsOrArray::Schema(inner)) => {
            inner_node(inner, &format!("{path}.items"), "array items", errors);
        }
        Some(JSONSchemaPropsOrArray::Schemas(_)) => {
            let detail = "items must be a schema object and not an array";
            errors.forbidden(format!("{path}.items"), detail);
        }
        None if schema.type_.as_deref() == Some("array") => {
            errors.required(format!("{path}.items"), "must be specified");
        }
        None => {}
    }
}

fn inner_node(schema: &JSONSchemaProps, path: &str, of: &str, errors: &mut FieldErrors) {
    let free = schema.x_kubernetes_int_or_string == Some(true)
        || schema.x_kubernetes_preserve_unknown_fields == Some(true);
    if schema.type_.as_deref().unwrap_or_default().is_empty() && !free {
        let detail = format!("must not be empty for specified {of}");
        errors.required(format!("{path}.type"), &detail);
    }
    node(schema, path, errors);
    if let Some(default) = &schema.default {
        let mut own = FieldErrors::default();
        schema::check(&default.0, schema, "", &mut own);
        if !own.is_empty() {
            errors.invalid(format!("{path}.default"), &default.0, own);
        }
    }
}

/// What holds at every node.
fn rules(schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    if let Some(given) = schema.type_.as_deref().filter(|given| !given.is_empty())
        && !TYPES.contains(&given)
    {
        errors.not_supported(format!("{path}.type"), given, TYPES);
    }
    if schema.unique_items == Some(true) {
        let detail = "uniqueItems cannot be set to true since the runtime complexity becomes \
                      quadratic";
        errors.forbidden(format!("{path}.uniqueItems"), detail);
    }
    if let Some(pattern) = &schema.pattern
        && let Err(error) = Regex::new(pattern)
    {
        let detail = format!("must be a valid regular expression, but isn't: {error}");
        errors.invalid(format!("{path}.pattern"), quoted(pattern), detail);
    }
    for (field, given) in [
        ("$ref", schema.ref_path.is_some()),
        ("definitions", schema.definitions.is_some()),
        ("dependencies", schema.dependencies.is_some()),
        ("additionalItems", schema.additional_items.is_some()),
        ("patternProperties", schema.pattern_properties.is_some()),
    ] {
        if given {
            errors.forbidden(format!("{path}.{field}"), format!("{field} is not supported"));
        }
    }
    cel_rules(schema, path, errors);
    if schema.x_kubernetes_list_type.as_deref() == Some("map")
        && schema.x_kubernetes_list_map_keys.as_ref().is_none_or(Vec::is_empty)
    {
        let detail = "must not be empty if x-kubernetes-list-type is map";
        errors.required(format!("{path}.x-kubernetes-list-map-keys"), detail);
    }
}

/// The rules of a schema must at least be CEL.
fn cel_rules(schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    for (index, rule) in schema.x_kubernetes_validations.iter().flatten().enumerate() {
        let path = format!("{path}.x-kubernetes-validations[{index}]");
        said_by(rule, schema, &path, errors);
        if rule.rule.trim().is_empty() {
            errors.required(format!("{path}.rule"), "rule is not specified");
            continue;
        }
        match rules::compile(&rule.rule) {
            Ok(of_old) if !of_old && rule.optional_old_self.is_some() => {
                let detail = "may not be set if oldSelf is not used in rule";
                let given = rule.optional_old_self.unwrap_or_default();
                errors.invalid(format!("{path}.optionalOldSelf"), given, detail);
            }
            Ok(_) => {}
            Err(error) => {
                let detail = format!("compilation failed: {error}");
                errors.invalid(format!("{path}.rule"), shown(rule), detail);
            }
        }
        let message = rule.message_expression.as_deref().filter(|text| !text.trim().is_empty());
        if let Some(Err(error)) = message.map(rules::compile) {
            let detail = format!("messageExpression compilation failed: {error}");
            errors.invalid(format!("{path}.messageExpression"), shown(rule), detail);
        }
    }
}

/// A rule as Go prints it.
fn shown(rule: &ValidationRule) -> String {
    let text = |text: &Option<String>| quoted(text.as_deref().unwrap_or_default());
    format!(
        "apiextensions.ValidationRule{{Rule:{}, Message:{}, MessageExpression:{}, \
         Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:{}, \
         OptionalOldSelf:(*bool)(nil)}}",
        quoted(&rule.rule),
        text(&rule.message),
        text(&rule.message_expression),
        text(&rule.field_path),
    )
}

const REASONS: &[&str] =
    &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// What a rule says when it is broken, and of which field.
fn said_by(rule: &ValidationRule, schema: &JSONSchemaProps, path: &str, errors: &mut FieldErrors) {
    let breaks = |text: &str| text.contains(['\n', '\r']);
    let message = rule.message.as_deref().unwrap_or_default();
    let place = format!("{path}.message");
    if !message.is_empty() && message.trim().is_empty() {
        errors.invalid(place, quoted(message), "message must be non-empty if specified");
    } else if breaks(message.trim()) {
        errors.invalid(place, quoted(message), "message must not contain line breaks");
    } else if breaks(rule.rule.trim()) && message.is_empty() {
        errors.required(place, "message must be specified if rule contains line breaks");
    }
    if rule.message_expression.as_ref().is_some_and(|it| !it.is_empty() && it.trim().is_empty()) {
        let detail = "messageExpression must be non-empty if specified";
        errors.required(format!("{path}.messageExpression"), detail);
    }
    if let Some(reason) = rule.reason.as_deref().filter(|reason| !REASONS.contains(reason)) {
        errors.not_supported(format!("{path}.reason"), reason, REASONS);
    }
    if let Some(field) = rule.field_path.as_deref().filter(|field| !field.is_empty()) {
        let detail = match field {
            _ if field.trim().is_empty() => "fieldPath must be non-empty if specified",
            _ if breaks(field) => "fieldPath must not contain line breaks",
            _ if schema::has_field(schema, field) => return,
            _ => "fieldPath must be a valid path: does not refer to a valid field",
        };
        errors.invalid(format!("{path}.fieldPath"), quoted(field), detail);
    }
}
