//! The `scale` subresource: a workload's count, whatever its kind.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::core::v1::ReplicationController;
use serde_json::{Value, json};

use super::draft::Draft;
use super::status::Status;
use super::update::{self, Part};
use crate::kinds::custom::json_path;
use crate::kinds::selectors;
use crate::object::{CustomResource, Key, Object, Typed};

/// The count, its observed value and the selector in text.
fn parts(object: &Object) -> Option<(i32, i32, String)> {
    let (wanted, replicas, selector) = match object {
        Object::Deployment(deployment) => {
            let spec = deployment.spec.as_ref()?;
            let replicas = deployment.status.as_ref().and_then(|status| status.replicas);
            (spec.replicas, replicas, selectors::show(&spec.selector))
        }
        Object::ReplicaSet(set) => {
            let spec = set.spec.as_ref()?;
            let replicas = set.status.as_ref().map(|status| status.replicas);
            (spec.replicas, replicas, selectors::show(&spec.selector))
        }
        Object::StatefulSet(set) => {
            let spec = set.spec.as_ref()?;
            let replicas = set.status.as_ref().map(|status| status.replicas);
            (spec.replicas, replicas, selectors::show(&spec.selector))
        }
        Object::ReplicationController(controller) => {
            let spec = controller.spec.as_ref()?;
            let replicas = controller.status.as_ref().map(|status| status.replicas);
            (spec.replicas, replicas, selectors::show_labels(spec.selector.as_ref()))
        }
        Object::Custom(custom) => return parts_of_custom(custom),
        _ => return None,
    };
    Some((wanted.unwrap_or(1), replicas.unwrap_or_default(), selector))
}

/// The same where the definition says where it stands.
fn parts_of_custom(object: &CustomResource) -> Option<(i32, i32, String)> {
    let scale = object.served.scale()?;
    let whole = object.to_json();
    let find = |path: &str| json_path::find(path, &whole).first().copied().cloned();
    let number = |path: &str| i32::try_from(find(path)?.as_i64()?).ok();
    let selector = scale.label_selector_path.as_deref().and_then(find);
    let selector = selector.and_then(|value| value.as_str().map(str::to_owned));
    let replicas = number(&scale.status_replicas_path).unwrap_or_default();
    Some((number(&scale.spec_replicas_path)?, replicas, selector.unwrap_or_default()))
}

fn set_custom(object: &mut CustomResource, replicas: i32) {
    let path = object.served.scale().and_then(|scale| json_path::fields(&scale.spec_replicas_path));
    let Some(path) = path else { return };
    let Some((last, way)) = path.split_last() else { return };
    let mut fields = &mut object.fields;
    for name in way {
        let inner = fields.entry(name.clone()).or_insert_with(|| json!({}));
        let Value::Object(inner) = inner else { return };
        fields = inner;
    }
    fields.insert(last.clone(), replicas.into());
}

/// `autoscaling/v1` Scale of an object.
pub(super) fn show(object: &Object) -> Option<Value> {
    let (wanted, replicas, selector) = parts(object)?;
    let meta = object.metadata();
    let mut scale = json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": meta.name,
            "namespace": meta.namespace,
            "uid": meta.uid,
            "resourceVersion": meta.resource_version,
            "creationTimestamp": meta.creation_timestamp,
        },
        "spec": {},
        "status": {"replicas": replicas, "selector": selector},
    });
    // As Go leaves out what is zero.
    if wanted != 0 {
        scale["spec"]["replicas"] = wanted.into();
    }
    Some(scale)
}

/// Sets an object's count as a Scale says.
///
/// # Errors
/// 400 or 422 for what is no count, 404, 409.
pub(super) fn set(draft: &mut Draft<'_>, key: &Key, scale: &Value) -> Result<Value, Status> {
    let old = draft.get(key)?;
    let replicas = match &scale["spec"]["replicas"] {
        Value::Null => 0,
        value => value.as_i64().and_then(|count| i32::try_from(count).ok()).ok_or_else(|| {
            Status::bad_request(
                "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal \
                 value into Go struct field ScaleSpec.spec.replicas of type int32",
            )
        })?,
    };
    if replicas < 0 {
        return Err(negative(key, replicas));
    }
    let mut new = old.clone();
    if let Some(deployment) = Deployment::of_mut(&mut new) {
        deployment.spec.get_or_insert_default().replicas = Some(replicas);
    } else if let Some(set) = ReplicaSet::of_mut(&mut new) {
        set.spec.get_or_insert_default().replicas = Some(replicas);
    } else if let Some(set) = StatefulSet::of_mut(&mut new) {
        set.spec.get_or_insert_default().replicas = Some(replicas);
    } else if let Some(controller) = ReplicationController::of_mut(&mut new) {
        controller.spec.get_or_insert_default().replicas = Some(replicas);
    } else if let Some(custom) = CustomResource::of_mut(&mut new) {
        set_custom(custom, replicas);
    }
    let meta = new.metadata_mut();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    meta.resource_version = text(&scale["metadata"]["resourceVersion"]);
    if let Some(uid) = text(&scale["metadata"]["uid"]) {
        meta.uid = Some(uid);
    }
    let changed = update::update(draft, key, new, Part::Scale)?;
    show(&changed).ok_or_else(Status::no_such_resource)
}

fn negative(key: &Key, replicas: i32) -> Status {
    let detail = "must be greater than or equal to 0";
    let message = format!("Invalid value: {replicas}: {detail}");
    let whole =
        format!("Scale.autoscaling \"{}\" is invalid: spec.replicas: {message}", key.name());
    let mut refused = Status::bad_request(whole);
    (refused.code, refused.reason) = (422, "Invalid");
    let mut refused = refused.because("FieldValueInvalid", message, "spec.replicas");
    if let Some(details) = &mut refused.details {
        (details.name, details.group, details.kind) =
            (key.name().to_owned(), "autoscaling".into(), "Scale".into());
    }
    refused
}
