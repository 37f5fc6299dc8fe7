//! Static Pods and their mirrors: what stands in the API for a Pod that the kubelet runs by itself.
//!
//! The kubelet creates a mirror for each static Pod, keeps its status, and makes it again when
//! somebody deletes it. What runs is the manifest, whatever becomes of the mirror.
//! <https://kubernetes.io/docs/concepts/workloads/pods/#static-pods>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use crate::call::{Call, Propagation};
use crate::component::View;
use crate::components::pods::{MIRROR, runtime_uid};
use crate::machine::{CONFIG_HASH, Machine};
use crate::object::{Key, Object};

/// What a kubelet knows of a Pod.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// What is to run: the API's Pod, or the manifest's.
    pub(super) run: Option<&'a Pod>,
    /// Where its status is kept, if anywhere yet.
    pub(super) told: Option<&'a Pod>,
    /// What is to be done about the mirror.
    pub(super) call: Option<Call>,
}

/// Looks a Pod up in the API and among the manifests.
pub(super) fn source<'a>(view: &'a View<'a>, machine: &'a Machine, key: &Key) -> Source<'a> {
    let in_api = match view.cache.get(key) {
        Some(Object::Pod(pod)) => Some(pod.as_ref()),
        _ => None,
    };
    let manifest = machine.manifest(key).map(Arc::as_ref);
    match (in_api, manifest) {
        (in_api, None) => match in_api.filter(|pod| is_mirror(pod)) {
            Some(orphan) => Source { run: None, told: None, call: Some(remove(key, orphan)) },
            None => Source { run: in_api, told: in_api, call: None },
        },
        (None, Some(own)) => Source {
            run: Some(own),
            told: None,
            call: Some(Call::Create(mirror(view, own).into())),
        },
        (Some(mirror), Some(own)) if is_current(mirror, own) => {
            Source { run: Some(own), told: Some(mirror), call: None }
        }
        (Some(outdated), Some(own)) => {
            Source { run: Some(own), told: None, call: Some(remove(key, outdated)) }
        }
    }
}

fn is_mirror(pod: &Pod) -> bool {
    pod.metadata.annotations.as_ref().is_some_and(|all| all.contains_key(MIRROR))
}

/// Whether a Pod mirrors this manifest as it is now. One that is being deleted is made anew.
fn is_current(mirror: &Pod, own: &Pod) -> bool {
    is_mirror(mirror)
        && mirror.metadata.deletion_timestamp.is_none()
        && Some(runtime_uid(mirror)) == own.metadata.uid.as_deref()
}

fn remove(key: &Key, mirror: &Pod) -> Call {
    Call::Delete {
        key: key.clone(),
        uid: mirror.metadata.uid.clone(),
        grace_s: Some(0),
        propagation: Propagation::Background,
    }
}

fn mirror(view: &View<'_>, own: &Pod) -> Pod {
    let mut mirror = own.clone();
    let meta = &mut mirror.metadata;
    meta.uid = None;
    let annotations = meta.annotations.get_or_insert_default();
    let hash = annotations.get(CONFIG_HASH).cloned().unwrap_or_default();
    annotations.insert(MIRROR.to_owned(), hash);
    let name = own.spec.as_ref().and_then(|spec| spec.node_name.clone()).unwrap_or_default();
    let node = view.cache.get_typed::<Node>("", &name);
    meta.owner_references = node.and_then(|node| node.metadata.uid.clone()).map(|uid| {
        vec![OwnerReference {
            api_version: "v1".to_owned(),
            kind: "Node".to_owned(),
            name,
            uid,
            controller: Some(true),
            ..OwnerReference::default()
        }]
    });
    mirror
}
