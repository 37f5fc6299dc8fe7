//! What is in use is not deleted: a claim stays while a Pod uses it, a volume while it is bound.
//! <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection>

use k8s_openapi::api::core::v1::{PersistentVolume, Pod};

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::pods;
use crate::kinds::storage::{CLAIM_PROTECTION, VOLUME_PROTECTION};
use crate::object::{Key, Kind, Object};

use super::{claim_names, uses};

pub(in crate::components) static CLAIMS: ComponentRow = ComponentRow {
    name: "pvc-protection-controller",
    host: Host::ControllerManager,
    watches: &[Kind::PersistentVolumeClaim, Kind::Pod],
    interest: |_| Interest::All,
    keys: claim_keys,
    starts_with: |view| view.cache.of_kind(Kind::PersistentVolumeClaim).map(Object::key).collect(),
    serial: false,
    decide: decide_claim,
};

pub(in crate::components) static VOLUMES: ComponentRow = ComponentRow {
    name: "pv-protection-controller",
    host: Host::ControllerManager,
    watches: &[Kind::PersistentVolume],
    interest: |_| Interest::All,
    keys: |_, _, after| {
        after.filter(|object| object.is_deleting()).map(Object::key).into_iter().collect()
    },
    starts_with: |view| view.cache.of_kind(Kind::PersistentVolume).map(Object::key).collect(),
    serial: false,
    decide: decide_volume,
};

/// A claim that is to go; the claims of a Pod that has ended.
fn claim_keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match after.or(before) {
        Some(object @ Object::PersistentVolumeClaim(_)) if object.is_deleting() => {
            vec![object.key()]
        }
        Some(object @ Object::Pod(pod)) if after.is_none() || pods::is_terminal(pod) => {
            let key =
                |name: String| Key::new(Kind::PersistentVolumeClaim, object.namespace(), &name);
            let is_going = |key: &Key| view.cache.get(key).is_some_and(Object::is_deleting);
            claim_names(pod).map(key).filter(is_going).collect()
        }
        _ => Vec::new(),
    }
}

fn decide_claim(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object) = view.cache.get(key) else { return Outcome::nothing() };
    let in_use = |pod: &&std::sync::Arc<Pod>| {
        pods::node(pod).is_some() && !pods::is_terminal(pod) && uses(pod, key.name())
    };
    let user = view.cache.all_in::<Pod>(key.namespace()).find(in_use);
    match user {
        Some(pod) if object.is_deleting() => {
            let name = pod.metadata.name.as_deref().unwrap_or_default();
            let note = Note::new("InUse", format!("the Pod {name} uses it")).with("pod", name);
            Outcome::nothing().note(note)
        }
        _ => let_go(object, CLAIM_PROTECTION),
    }
}

fn decide_volume(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object) = view.cache.get(key) else { return Outcome::nothing() };
    let phase = object
        .as_typed::<PersistentVolume>()
        .and_then(|volume| volume.status.as_ref())
        .and_then(|status| status.phase.as_deref());
    match phase {
        Some("Bound") if object.is_deleting() => {
            Outcome::nothing().note(Note::new("InUse", "it is bound to a claim"))
        }
        _ => let_go(object, VOLUME_PROTECTION),
    }
}

/// Takes away what holds an object that is to go.
pub(super) fn let_go(object: &Object, finalizer: &str) -> Outcome {
    let finalizers = object.metadata().finalizers.clone().unwrap_or_default();
    if !object.is_deleting() || !finalizers.iter().any(|one| one == finalizer) {
        return Outcome::nothing();
    }
    let mut updated = object.clone();
    let left = finalizers.into_iter().filter(|one| one != finalizer).collect();
    updated.metadata_mut().finalizers = Some(left);
    Outcome::nothing().call(Call::Update(updated))
}
