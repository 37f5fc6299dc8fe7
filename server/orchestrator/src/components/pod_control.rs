//! How controllers make and delete Pods, and what they report of it.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/controller_utils.go>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::components::ownership;
use crate::object::Object;

/// A Pod of a template, to be named after its owner.
pub fn pod_of(owner: &Object, template: &PodTemplateSpec) -> Pod {
    let metadata = template.metadata.clone().unwrap_or_default();
    Pod {
        metadata: ObjectMeta {
            generate_name: Some(format!("{}-", owner.name())),
            namespace: Some(owner.namespace().to_owned()),
            labels: metadata.labels,
            annotations: metadata.annotations,
            finalizers: metadata.finalizers,
            owner_references: Some(vec![ownership::controlled_by(owner)]),
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        status: None,
    }
}

/// Makes a Pod, with its event.
pub fn create(owner: &Object, pod: Pod) -> Step {
    Step::from(Call::Create(pod.into()))
        .then(event(owner, "Normal", "SuccessfulCreate", "Created pod: {name}"))
        .otherwise(event(owner, "Warning", "FailedCreate", "Error creating: {error}"))
}

/// Deletes a Pod, with its event.
pub fn delete(owner: &Object, pod: &Arc<Pod>) -> Step {
    let pod = Object::Pod(Arc::clone(pod));
    let message = format!("Deleted pod: {}", pod.name());
    Step::from(Call::delete(&pod))
        .then(event(owner, "Normal", "SuccessfulDelete", &message))
        .otherwise(event(owner, "Warning", "FailedDelete", "Error deleting: {error}"))
}

/// An event about a controller's own object.
pub fn event(
    owner: &Object,
    event_type: &'static str,
    reason: &'static str,
    message: &str,
) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(owner),
        event_type,
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}
