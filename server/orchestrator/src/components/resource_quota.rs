//! The resource quota controller: says what each quota's namespace takes, and counts anew when
//! something goes.
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/>

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, Pod, ResourceQuota, ResourceQuotaStatus, Service,
};

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::object::{Key, Kind, Object};
use crate::quota;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "resourcequota-controller",
    host: Host::ControllerManager,
    watches: WATCHES,
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::ResourceQuota).map(Object::key).collect(),
    serial: false,
    decide,
};

const WATCHES: &[Kind] = &[
    Kind::ResourceQuota,
    Kind::Pod,
    Kind::Service,
    Kind::ConfigMap,
    Kind::Secret,
    Kind::ServiceAccount,
    Kind::PersistentVolumeClaim,
    Kind::ReplicationController,
    Kind::ReplicaSet,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
];

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else { return Vec::new() };
    if let Object::ResourceQuota(quota) = object {
        // The status is the API server's to count up; only other limits are counted anew.
        let was = before.and_then(|before| before.as_typed::<ResourceQuota>());
        let same = was.is_some_and(|was| was.spec == quota.spec);
        return if same { Vec::new() } else { vec![object.key()] };
    }
    // What came was counted as it came.
    if after.is_some() && !gives_back(before, object) {
        return Vec::new();
    }
    view.cache.in_namespace(Kind::ResourceQuota, object.namespace()).map(Object::key).collect()
}

/// Whether an object takes less than before, or something else.
fn gives_back(before: Option<&Object>, after: &Object) -> bool {
    let Some(before) = before else { return false };
    if let (Some(was), Some(is)) = (before.as_typed::<Pod>(), after.as_typed::<Pod>()) {
        return quota::has_ended(is) && !quota::has_ended(was);
    }
    let claim =
        |object: &Object| object.as_typed::<PersistentVolumeClaim>().map(|c| c.spec.clone());
    let service = |object: &Object| object.as_typed::<Service>().map(|s| s.spec.clone());
    claim(before) != claim(after) || service(before) != service(after)
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(Object::ResourceQuota(quota)) = view.cache.get(key) else { return Outcome::nothing() };
    let content = WATCHES.iter().flat_map(|kind| view.cache.in_namespace(*kind, key.namespace()));
    let used = quota::used(quota, content);
    let hard = quota.spec.as_ref().and_then(|spec| spec.hard.clone());
    let status = ResourceQuotaStatus { hard, used: Some(used) };
    if quota.status.as_ref() == Some(&status) {
        return Outcome::nothing();
    }
    let note = Note::new("Count", "what the namespace takes has changed");
    let mut updated = (**quota).clone();
    updated.status = Some(status);
    Outcome::nothing().note(note).call(Call::UpdateStatus(updated.into()))
}
