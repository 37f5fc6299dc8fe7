//! Rules of schemas (`x-kubernetes-validations`): CEL expressions over a value, `self`, and what it
//! was before, `oldSelf`.
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>

use std::sync::Arc;

use cel::common::types::CelOptional;
use cel::common::value::Val;
use cel::{Context, ExecutionError, Program};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, ValidationRule,
};
use serde_json::{Map, Value};

use super::{Field, field_of, items_of, join};
use crate::kinds::{FieldErrors, quoted};

mod library;
mod value;

use library::ENV;
use value::Typed;

/// How often the insides of a rule's macros may run for one object: in place of Kubernetes' budget,
/// which counts more finely.
const RUNS_MAX: u64 = 100_000;
/// Functions of CEL and of Kubernetes' libraries that are not modelled: a rule that calls one is not
/// asked.
const UNKNOWN: [&str; 17] = [
    "duration",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "isSemver",
    "major",
    "minor",
    "patch",
    "semver",
    "timestamp",
];

/// Whether a rule asks what its value was.
///
/// # Errors
/// What CEL's parser says of one that is none.
pub(in crate::kinds) fn compile(rule: &str) -> Result<bool, String> {
    let program = ENV.compile(rule).map_err(|errors| errors.to_string())?;
    Ok(program.references().has_variable("oldSelf"))
}

/// Notes which rules an object breaks. They are not asked where the object is no such one anyway.
pub(crate) fn check_rules(
    fields: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
    schema: &JSONSchemaProps,
    errors: &mut FieldErrors,
) {
    if errors.are_blocking() && has_rules(schema) {
        let detail = "some validation rules were not checked because the object was invalid; \
                      correct the existing errors to complete validation";
        errors.invalid("<nil>", "null", detail);
        return;
    }
    let (new, old) = (Value::Object(fields.clone()), old.cloned().map(Value::Object));
    let mut judge = Judge { errors, runs_left: RUNS_MAX };
    judge.look(&Pair { new: &new, old: old.as_ref(), kept: false }, schema, "");
}

fn has_rules(schema: &JSONSchemaProps) -> bool {
    schema.x_kubernetes_validations.as_ref().is_some_and(|rules| !rules.is_empty())
        || schema.properties.iter().flatten().any(|(_, inner)| has_rules(inner))
        || items_of(schema).is_some_and(has_rules)
        || matches!(field_of(schema, ""), Field::Of(inner) if has_rules(inner))
}

/// A value, and what it was.
struct Pair<'a> {
    new: &'a Value,
    old: Option<&'a Value>,
    /// Whether it is part of something that stays as it was.
    kept: bool,
}

impl Pair<'_> {
    /// What was refused now, but stays as it was, is let be.
    fn is_kept(&self) -> bool {
        self.old.map_or(self.kept, |old| old == self.new)
    }
}

struct Judge<'a> {
    errors: &'a mut FieldErrors,
    runs_left: u64,
}

impl Judge<'_> {
    fn look(&mut self, pair: &Pair<'_>, schema: &JSONSchemaProps, path: &str) {
        if pair.new.is_null() {
            return;
        }
        for rule in schema.x_kubernetes_validations.iter().flatten() {
            self.judge(rule, pair, schema, path);
        }
        let kept = pair.is_kept();
        match pair.new {
            Value::Object(fields) => {
                for (name, new) in fields {
                    let Field::Of(inner) = field_of(schema, name) else { continue };
                    let is_key =
                        schema.properties.as_ref().is_none_or(|all| !all.contains_key(name));
                    let path = if is_key { format!("{path}[{name}]") } else { join(path, name) };
                    let old = pair.old.and_then(|old| old.get(name));
                    self.look(&Pair { new, old, kept }, inner, &path);
                }
            }
            Value::Array(items) => {
                let Some(inner) = items_of(schema) else { return };
                for (index, new) in items.iter().enumerate() {
                    let old = was_item(new, pair.old, schema);
                    self.look(&Pair { new, old, kept }, inner, &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }

    fn judge(
        &mut self,
        rule: &ValidationRule,
        pair: &Pair<'_>,
        schema: &JSONSchemaProps,
        path: &str,
    ) {
        let Ok(program) = ENV.compile(&rule.rule) else { return };
        let of_old = program.references().has_variable("oldSelf");
        let optional = rule.optional_old_self == Some(true);
        if (of_old && pair.old.is_none() && !optional) || !is_known(&program) {
            return;
        }
        let shown = quoted(schema.type_.as_deref().unwrap_or_default());
        let place = if path.is_empty() { "<nil>" } else { path };
        let runs = runs(&rule.rule, pair.new);
        if runs > self.runs_left {
            let detail = "validation failed due to running out of cost budget, no further \
                          validation rules will be run";
            self.errors.invalid(place, shown, detail);
            self.runs_left = 0;
            return;
        }
        self.runs_left -= runs;
        match evaluate(&program, rule, pair, schema) {
            Ok(cel::Value::Bool(true)) => {}
            Ok(_) if !of_old && pair.is_kept() => {}
            Ok(_) => {
                let field = rule.field_path.as_deref().unwrap_or_default();
                let place = match field.trim_start_matches('.') {
                    "" => place.to_owned(),
                    field => join(path, field),
                };
                self.refuse(rule, place, &shown, says(rule, pair, schema));
            }
            Err(error) => {
                let detail = format!("{} evaluating rule: {}", words(&error), name(rule));
                self.errors.invalid(place, shown, detail);
            }
        }
    }

    fn refuse(&mut self, rule: &ValidationRule, place: String, shown: &str, detail: String) {
        match rule.reason.as_deref() {
            Some("FieldValueForbidden") => self.errors.forbidden(place, detail),
            Some("FieldValueRequired") => self.errors.required(place, &detail),
            Some("FieldValueDuplicate") => self.errors.duplicate(place, shown),
            _ => self.errors.invalid(place, shown, detail),
        }
    }
}

/// What an item of a list was: only the items of a map are known again, by their keys.
fn was_item<'a>(
    new: &Value,
    old: Option<&'a Value>,
    schema: &JSONSchemaProps,
) -> Option<&'a Value> {
    let keys = schema.x_kubernetes_list_map_keys.as_ref()?;
    let mut items = old?.as_array()?.iter();
    items.find(|item| keys.iter().all(|key| item.get(key) == new.get(key)))
}

/// Whether it calls nothing that is not modelled.
fn is_known(program: &Program) -> bool {
    let references = program.references();
    !references.functions().into_iter().any(|name| UNKNOWN.contains(&name))
}

/// How often what is inside of a rule's macros runs, at most.
fn runs(rule: &str, value: &Value) -> u64 {
    let macros = [".all(", ".exists(", ".exists_one(", ".map(", ".filter("];
    let depth = macros.iter().map(|name| rule.matches(name).count()).sum::<usize>();
    let depth = u32::try_from(depth).unwrap_or(u32::MAX);
    longest(value).max(1).saturating_pow(depth)
}

fn longest(value: &Value) -> u64 {
    let (own, inner) = match value {
        Value::Array(items) => (items.len(), items.iter().map(longest).max()),
        Value::Object(fields) => (fields.len(), fields.values().map(longest).max()),
        _ => (0, None),
    };
    (own as u64).max(inner.unwrap_or(0))
}

fn evaluate(
    program: &Program,
    rule: &ValidationRule,
    pair: &Pair<'_>,
    schema: &JSONSchemaProps,
) -> Result<cel::Value, ExecutionError> {
    // What JSON can say, CEL can.
    let seen = |value: &Value| -> Option<Box<dyn Val>> {
        cel::to_value(Typed { value, schema: Some(schema) }).ok()?.try_into().ok()
    };
    let mut context = Context::with_env(Arc::clone(&ENV));
    if let Some(new) = seen(pair.new) {
        context.add_variable_as_val("self", new);
    }
    let old = pair.old.and_then(seen);
    if rule.optional_old_self == Some(true) {
        let old = old.map_or_else(CelOptional::none, CelOptional::of);
        context.add_variable_as_val("oldSelf", Box::new(old));
    } else if let Some(old) = old {
        context.add_variable_as_val("oldSelf", old);
    }
    program.execute(&context)
}

fn words(error: &ExecutionError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn name(rule: &ValidationRule) -> String {
    let message = rule.message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    message.unwrap_or(rule.rule.trim()).to_owned()
}

/// What a rule says when it is broken.
fn says(rule: &ValidationRule, pair: &Pair<'_>, schema: &JSONSchemaProps) -> String {
    if let Some(text) = rule.message_expression.as_deref().and_then(|expression| {
        let program = ENV.compile(expression).ok().filter(is_known)?;
        // The order of a map's keys is nobody's: what goes through them says nothing certain.
        let certain = !expression.contains(".map(") && !expression.contains(".filter(");
        match evaluate(&program, rule, pair, schema) {
            Ok(cel::Value::String(text)) if certain => Some(text.to_string()),
            _ => None,
        }
    }) {
        return text;
    }
    match rule.message.as_deref().map(str::trim) {
        None | Some("") => format!("failed rule: {}", rule.rule.trim()),
        Some(message) => message.to_owned(),
    }
}
