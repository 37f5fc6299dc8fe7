//! Patches: JSON, merge and strategic merge. Server-side apply is in [`super::apply`].
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply>

use serde_json::Value;

use super::asked::Asked;
use super::body::{self, Body, Validation};
use super::decode::Decoded;
use super::draft::Draft;
use super::status::Status;
use super::tree::Tree;
use super::types;
use super::update::{self, Part};
use crate::kinds::{FieldErrors, quoted};
use crate::object::{Key, Object};

mod strategic;

/// The most operations of a JSON patch.
const OPERATIONS_MAX: usize = 10_000;

/// Patches an object.
///
/// # Errors
/// 400, 404, 409 or 422.
pub(super) fn patch(
    draft: &mut Draft<'_>,
    asked: &Asked<'_>,
    key: &Key,
    part: Part,
    body: &mut Body<'_>,
) -> Result<Object, Status> {
    let old = draft.get(key)?;
    let patch = body.json();
    let current = old.to_json();
    let of = asked.type_of(key.kind);
    let patched = apply(asked.content_type(), &current, &patch, &of.shape())?;
    let Decoded { json, findings, error } = of.decode(Tree::from(patched.clone()));
    let shown = match asked.content_type() {
        body::STRATEGIC_PATCH => quoted(&go_value(&patch)),
        _ => quoted(&patched.to_string()),
    };
    if let Some(error) = error {
        return Err(does_not_fit(&shown, &error));
    }
    match Validation::of(asked) {
        Validation::Strict if !findings.is_empty() => {
            let error = format!("strict decoding error: {}", findings.join(", "));
            return Err(does_not_fit(&shown, &error));
        }
        Validation::Warn => body.warn(findings),
        _ => {}
    }
    let object = of.object(json);
    let mut object = object.map_err(|error| does_not_fit(&shown, &error.to_string()))?;
    update::fit_key(&mut object, key)?;
    update::update(draft, key, object, part)
}

/// Applies a patch to anything in JSON.
///
/// # Errors
/// 400 or 422 for a patch that cannot be applied.
pub(super) fn apply(
    content_type: &str,
    current: &Value,
    patch: &Value,
    shape: &types::Shape,
) -> Result<Value, Status> {
    let mut patched = current.clone();
    match content_type {
        body::JSON_PATCH => {
            let operations: json_patch::Patch = serde_json::from_value(patch.clone())
                .map_err(|error| Status::bad_request(error.to_string()))?;
            if operations.0.len() > OPERATIONS_MAX {
                return Err(Status::too_large(OPERATIONS_MAX));
            }
            json_patch::patch(&mut patched, &operations.0).map_err(|_| Status::rejected_patch())?;
        }
        body::MERGE_PATCH => json_patch::merge(&mut patched, patch),
        _ => match (&mut patched, patch) {
            (Value::Object(fields), Value::Object(patch)) => {
                strategic::merge(fields, patch, Some(shape)).map_err(Status::bad_request)?;
            }
            _ => {
                let what = "json: cannot unmarshal value into Go value of type \
                            map[string]interface {}";
                return Err(Status::bad_request(what));
            }
        },
    }
    if !patched.is_object() {
        return Err(Status::rejected_patch());
    }
    Ok(patched)
}

/// What Kubernetes says of a patch whose result is no such object.
fn does_not_fit(patch: &str, error: &str) -> Status {
    let mut errors = FieldErrors::default();
    errors.invalid("patch", patch, error);
    let mut refused = Status::bad_request(format!(" \"\" is invalid: {errors}"));
    (refused.code, refused.reason) = (422, "Invalid");
    errors
        .into_causes()
        .into_iter()
        .fold(refused, |refused, cause| refused.because(cause.reason, cause.message, &cause.field))
}

/// A value as Go's `%+v` prints it.
fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_value).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}:{}", go_value(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        other => other.to_string(),
    }
}
