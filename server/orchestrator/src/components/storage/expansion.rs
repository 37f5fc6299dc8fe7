//! A claim that asks for more than it has: its disk grows, and then the file system on it, as soon
//! as a node uses it.
//! <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims>

use k8s_openapi::api::core::v1::{
    PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimCondition,
};
use k8s_openapi::api::storage::v1::VolumeAttachment;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{Outcome, View};
use crate::object::Object;

use super::driver::NAME;
use super::matching::{amount, requested, size};
use super::{attacher, is_bound, volume_name};

const PENDING: &str =
    "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";

/// The volume has changed, or come to a node: its claim may go on growing.
pub(super) fn of_volume(view: &View<'_>, volume: &PersistentVolume) -> Outcome {
    let Some(of) = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref()) else {
        return Outcome::nothing();
    };
    let namespace = of.namespace.as_deref().unwrap_or_default();
    let name = of.name.as_deref().unwrap_or_default();
    match view.cache.get_typed::<PersistentVolumeClaim>(namespace, name) {
        Some(claim) if volume_name(claim) == volume.metadata.name.as_deref() => {
            grow(view, &Object::PersistentVolumeClaim(claim.clone()), claim)
        }
        _ => Outcome::nothing(),
    }
}

/// The next step of growing, if one is due.
pub(super) fn grow(view: &View<'_>, object: &Object, claim: &PersistentVolumeClaim) -> Outcome {
    let name = volume_name(claim).unwrap_or_default();
    let Some(volume) = view.cache.get_typed::<PersistentVolume>("", name) else {
        return Outcome::nothing();
    };
    let status = claim.status.clone().unwrap_or_default();
    let has = amount(status.capacity.as_ref().and_then(|capacity| capacity.get("storage")));
    let bound = is_bound(claim) && status.phase.as_deref() == Some("Bound");
    if !bound || attacher(volume) != Some(NAME) || requested(claim) <= has {
        return Outcome::nothing();
    }
    let wanted = wanted(claim);
    if size(volume) < requested(claim) {
        if condition(claim) != Some("Resizing") {
            let message = format!("External resizer is resizing volume {name}");
            let updated = with_condition(view, claim, Some(("Resizing", "")));
            return step(object, updated, "Resizing", message);
        }
        let mut grown = (**volume).clone();
        let capacity = grown.spec.get_or_insert_default().capacity.get_or_insert_default();
        capacity.insert("storage".to_owned(), wanted);
        return Outcome::nothing().call(Call::Update(grown.into()));
    }
    if condition(claim) != Some("FileSystemResizePending") && !is_used(view, name) {
        let updated = with_condition(view, claim, Some(("FileSystemResizePending", PENDING)));
        let message = "Require file system resize of volume on node".to_owned();
        return step(object, updated, "FileSystemResizeRequired", message);
    }
    if !is_used(view, name) {
        return Outcome::nothing();
    }
    let mut updated = with_condition(view, claim, None);
    let status = updated.status.get_or_insert_default();
    status.capacity.get_or_insert_default().insert("storage".to_owned(), wanted);
    let message = format!("MountVolume.NodeExpandVolume succeeded for volume \"{name}\"");
    step(object, updated, "FileSystemResizeSuccessful", message)
}

fn step(object: &Object, updated: PersistentVolumeClaim, reason: &str, message: String) -> Outcome {
    let event = EventRecord {
        regarding: Regarding::object(object),
        event_type: "Normal",
        reason: reason.to_owned(),
        message,
    };
    Outcome::nothing().call(Step::from(Call::UpdateStatus(updated.into())).then(event))
}

fn wanted(claim: &PersistentVolumeClaim) -> Quantity {
    let resources = claim.spec.as_ref().and_then(|spec| spec.resources.as_ref());
    let requests = resources.and_then(|resources| resources.requests.as_ref());
    requests.and_then(|requests| requests.get("storage")).cloned().unwrap_or_default()
}

fn is_used(view: &View<'_>, volume: &str) -> bool {
    view.cache.all::<VolumeAttachment>().any(|attachment| {
        attachment.spec.source.persistent_volume_name.as_deref() == Some(volume)
            && attachment.status.as_ref().is_some_and(|status| status.attached)
    })
}

fn condition(claim: &PersistentVolumeClaim) -> Option<&str> {
    let conditions = claim.status.as_ref()?.conditions.as_ref()?;
    conditions.first().map(|condition| condition.type_.as_str())
}

/// The claim with this condition alone, or with none.
fn with_condition(
    view: &View<'_>,
    claim: &PersistentVolumeClaim,
    condition: Option<(&str, &str)>,
) -> PersistentVolumeClaim {
    let mut updated = claim.clone();
    let condition = condition.map(|(type_, message)| PersistentVolumeClaimCondition {
        type_: type_.to_owned(),
        status: "True".to_owned(),
        last_transition_time: Some(view.clock.time()),
        message: Some(message.to_owned()).filter(|message| !message.is_empty()),
        ..PersistentVolumeClaimCondition::default()
    });
    updated.status.get_or_insert_default().conditions = condition.map(|one| vec![one]);
    updated
}
