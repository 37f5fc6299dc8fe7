//! Whose the fields are of what the cluster's own components have made.
//!
//! Kubernetes notes it in each object. Here thousands of Pods and slices would carry a tree that says
//! the same of all of them: so it is told from what the object is when somebody asks, and written
//! down only once a client changes it.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry, Time};
use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::{FieldSet, UPDATE, add_new_parents, custom};
use crate::api::fields::Path;
use crate::object::{Kind, Object};

const CONTROLLERS: &str = "kube-controller-manager";
const KUBELET: &str = "kubelet";
const SCHEDULER: &str = "kube-scheduler";
const SCHEDULED: &str = "k:{\"type\":\"PodScheduled\"}";

/// What is not noted of a Pod: the node is bound by a subresource of its own, and admission comes
/// after the fields are noted.
const ADMITTED: [&str; 3] = ["f:nodeName", "f:preemptionPolicy", "f:priority"];
const ACCOUNT: [&str; 2] = ["f:serviceAccount", "f:serviceAccountName"];
const TOKEN_VOLUME: &str = "kube-api-access-";
const TOKEN_MOUNT: &str = "k:{\"mountPath\":\"/var/run/secrets/kubernetes.io/serviceaccount\"}";
const TOLERATED: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
/// What controllers add to a Node that its kubelet has made.
const NODE_TTL: &str = "f:node.alpha.kubernetes.io/ttl";

/// An object as clients see it.
pub(in crate::api) fn shown(object: &Object) -> Cow<'_, Object> {
    if object.metadata().managed_fields.is_some() {
        return Cow::Borrowed(object);
    }
    let mut shown = object.clone();
    shown.metadata_mut().managed_fields = Some(entries(object)).filter(|all| !all.is_empty());
    Cow::Owned(shown)
}

/// The entries of an object: those that are written down, or what can be told from it.
pub(in crate::api) fn entries(object: &Object) -> Vec<ManagedFieldsEntry> {
    if let Some(written) = &object.metadata().managed_fields {
        return written.clone();
    }
    let json = object.to_json();
    let fields = FieldSet::of(&json, &custom::shape_of(object));
    let is_status = |path: &Path| path.first().is_some_and(|part| part == "f:status");
    let (status, mut main) = split(fields, is_status);
    let mut others = FieldSet::default();
    match object.kind() {
        Kind::Pod => main.0.retain(|path| !is_admitted(path, &json["spec"])),
        Kind::Node => (others, main) = split(main, is_of_node_controllers),
        _ => {}
    }
    let made = object.metadata().creation_timestamp.clone();
    let changed = latest(&json["status"]).map(Time).or_else(|| made.clone());
    let mut entries = vec![
        entry(object, creator(object), None, made.clone(), main),
        entry(object, CONTROLLERS, None, made, others),
    ];
    for (manager, fields) in reported(object, status) {
        entries.push(entry(object, manager, Some("status"), changed.clone(), fields));
    }
    entries.retain(|entry| entry.fields_v1.is_some());
    entries
}

fn split(fields: FieldSet, is_first: impl Fn(&Path) -> bool) -> (FieldSet, FieldSet) {
    let (first, second) = fields.0.into_iter().partition(is_first);
    (FieldSet(first), FieldSet(second))
}

fn entry(
    object: &Object,
    manager: &str,
    subresource: Option<&str>,
    time: Option<Time>,
    mut fields: FieldSet,
) -> ManagedFieldsEntry {
    add_new_parents(&mut fields, &Value::Null);
    ManagedFieldsEntry {
        manager: Some(manager.to_owned()),
        operation: Some(UPDATE.to_owned()),
        api_version: Some(object.api_version().into_owned()),
        time,
        fields_type: Some("FieldsV1".to_owned()),
        fields_v1: (!fields.0.is_empty()).then(|| FieldsV1(fields.write())),
        subresource: subresource.map(str::to_owned),
    }
}

/// The program that has made an object.
fn creator(object: &Object) -> &str {
    let annotation = |name: &str| {
        object.metadata().annotations.as_ref().is_some_and(|all| all.contains_key(name))
    };
    match object {
        Object::Node(_) => KUBELET,
        Object::Pod(_) if annotation("kubernetes.io/config.mirror") => KUBELET,
        Object::Lease(_) if object.namespace() == "kube-node-lease" => KUBELET,
        Object::Lease(_) if object.name() == SCHEDULER => SCHEDULER,
        Object::Event(event) => {
            let component = event.source.as_ref().and_then(|source| source.component.as_deref());
            match component.or(event.reporting_component.as_deref()) {
                Some(KUBELET) => KUBELET,
                Some("default-scheduler") => SCHEDULER,
                _ => CONTROLLERS,
            }
        }
        Object::Namespace(_) | Object::ClusterRole(_) | Object::ClusterRoleBinding(_) => {
            "kube-apiserver"
        }
        Object::Service(_) if object.name() == "kubernetes" => "kube-apiserver",
        _ => CONTROLLERS,
    }
}

/// Who has written which part of an object's status.
fn reported(object: &Object, status: FieldSet) -> Vec<(&'static str, FieldSet)> {
    match object.kind() {
        // Its phase is the API server's own doing.
        Kind::Namespace => Vec::new(),
        Kind::Node => vec![(KUBELET, status)],
        Kind::Pod => {
            let (scheduled, mut rest) =
                split(status, |path| path.get(2).is_some_and(|item| item == SCHEDULED));
            let is = |path: &Path, name: &str| path.get(1).is_some_and(|part| part == name);
            // It is set at the birth of a Pod.
            rest.0.retain(|path| !is(path, "f:qosClass"));
            let has_started = rest.0.iter().any(|path| is(path, "f:startTime"));
            vec![if has_started { (KUBELET, rest) } else { (SCHEDULER, scheduled) }]
        }
        _ => vec![(CONTROLLERS, status)],
    }
}

fn is_of_node_controllers(path: &Path) -> bool {
    path.first().is_some_and(|part| part == "f:spec") || path.iter().any(|part| part == NODE_TTL)
}

fn is_admitted(path: &Path, spec: &Value) -> bool {
    let [first, second, ..] = &path[..] else { return false };
    let tolerations = || spec["tolerations"].as_array().into_iter().flatten();
    let is_usual = |one: &Value| one["key"].as_str().is_some_and(|key| TOLERATED.contains(&key));
    first == "f:spec"
        && match &**second {
            "f:tolerations" => tolerations().all(is_usual),
            "f:volumes" => path.get(2).is_some_and(|item| item.contains(TOKEN_VOLUME)),
            second if ACCOUNT.contains(&second) => spec["serviceAccountName"] == "default",
            second => {
                ADMITTED.contains(&second) || path.get(4).is_some_and(|item| item == TOKEN_MOUNT)
            }
        }
}

/// The last moment that a status speaks of.
fn latest(status: &Value) -> Option<Timestamp> {
    match status {
        Value::String(text) if text.ends_with('Z') => text.parse().ok(),
        Value::Array(items) => items.iter().filter_map(latest).max(),
        Value::Object(fields) => fields.values().filter_map(latest).max(),
        _ => None,
    }
}
