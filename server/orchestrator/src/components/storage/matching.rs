//! Which volume suits a claim.
//! <https://github.com/kubernetes/component-helpers/blob/master/storage/volume/pv_helpers.go>

use k8s_openapi::api::core::v1::{Node, ObjectReference, PersistentVolume, PersistentVolumeClaim};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::components::scheduler::node_fits_term;
use crate::kinds::quantity;
use crate::kinds::storage::{class_of_claim, class_of_volume};
use crate::selector;
use crate::store::Objects;

/// For whom a volume is looked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::components) enum For<'a> {
    /// A claim that is bound at once.
    Anyone,
    /// A claim that waits for its first consumer: only what was reserved for it by hand.
    Reserved,
    /// A Pod on this node.
    Node(&'a Node),
}

/// The smallest free volume that suits a claim, or the one reserved for it.
pub(in crate::components) fn find<'a>(
    objects: &'a Objects,
    claim: &PersistentVolumeClaim,
    wanted: For<'_>,
) -> Option<&'a PersistentVolume> {
    let mut best: Option<&PersistentVolume> = None;
    for volume in objects.all::<PersistentVolume>().map(AsRef::as_ref) {
        let reserved = is_reserved_for(volume, claim);
        if size(volume) < requested(claim) || !same_mode(volume, claim) || !reaches(volume, wanted)
        {
            continue;
        }
        if reserved {
            return Some(volume);
        }
        if matches!(wanted, For::Reserved) || !is_free(volume) || !suits(volume, claim) {
            continue;
        }
        if best.is_none_or(|best| size(volume) < size(best)) {
            best = Some(volume);
        }
    }
    best
}

/// Why a claim cannot have the volume that it names.
pub(in crate::components) fn mismatch(
    volume: &PersistentVolume,
    claim: &PersistentVolumeClaim,
) -> Option<&'static str> {
    if volume.metadata.deletion_timestamp.is_some() {
        return Some("the volume is marked for deletion");
    }
    if size(volume) < requested(claim) {
        return Some("requested PV is too small");
    }
    if class_of_volume(volume) != class_of_claim(claim).unwrap_or_default() {
        return Some("storageClassName does not match");
    }
    if !same_mode(volume, claim) {
        return Some("incompatible volumeMode");
    }
    (!has_modes(volume, claim)).then_some("incompatible accessMode")
}

/// Whether a reference is to this claim, by name at least.
pub(in crate::components) fn refers(of: &ObjectReference, claim: &PersistentVolumeClaim) -> bool {
    let uid = of.uid.as_deref().unwrap_or_default();
    of.name == claim.metadata.name
        && of.namespace == claim.metadata.namespace
        && (uid.is_empty() || Some(uid) == claim.metadata.uid.as_deref())
}

/// Whether a volume can be used on a node.
pub(in crate::components) fn fits_node(volume: &PersistentVolume, node: &Node) -> bool {
    let affinity = volume.spec.as_ref().and_then(|spec| spec.node_affinity.as_ref());
    let required = affinity.and_then(|affinity| affinity.required.as_ref());
    required.is_none_or(|required| {
        required.node_selector_terms.iter().any(|term| node_fits_term(term, node))
    })
}

fn reaches(volume: &PersistentVolume, wanted: For<'_>) -> bool {
    match wanted {
        For::Node(node) => fits_node(volume, node),
        For::Anyone | For::Reserved => true,
    }
}

fn is_reserved_for(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    let of = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref());
    of.is_some_and(|of| refers(of, claim))
}

fn is_free(volume: &PersistentVolume) -> bool {
    let phase = volume.status.as_ref().and_then(|status| status.phase.as_deref());
    let claimed = volume.spec.as_ref().is_some_and(|spec| spec.claim_ref.is_some());
    phase == Some("Available") && !claimed && volume.metadata.deletion_timestamp.is_none()
}

fn suits(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    let wanted = claim.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let labels = volume.metadata.labels.as_ref();
    wanted.is_none_or(|wanted| selector::matches(wanted, labels))
        && class_of_volume(volume) == class_of_claim(claim).unwrap_or_default()
        && has_modes(volume, claim)
}

fn has_modes(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    let has = volume.spec.as_ref().and_then(|spec| spec.access_modes.as_deref());
    let wanted = claim.spec.as_ref().and_then(|spec| spec.access_modes.as_deref());
    wanted.unwrap_or_default().iter().all(|mode| has.unwrap_or_default().contains(mode))
}

fn same_mode(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    let mode = |mode: Option<&String>| mode.map_or("Filesystem", String::as_str).to_owned();
    mode(volume.spec.as_ref().and_then(|spec| spec.volume_mode.as_ref()))
        == mode(claim.spec.as_ref().and_then(|spec| spec.volume_mode.as_ref()))
}

pub(in crate::components) fn size(volume: &PersistentVolume) -> i128 {
    let capacity = volume.spec.as_ref().and_then(|spec| spec.capacity.as_ref());
    amount(capacity.and_then(|capacity| capacity.get("storage")))
}

pub(in crate::components) fn requested(claim: &PersistentVolumeClaim) -> i128 {
    let resources = claim.spec.as_ref().and_then(|spec| spec.resources.as_ref());
    let requests = resources.and_then(|resources| resources.requests.as_ref());
    amount(requests.and_then(|requests| requests.get("storage")))
}

pub(super) fn amount(size: Option<&Quantity>) -> i128 {
    size.and_then(|size| quantity::nano(&size.0).ok()).unwrap_or(0)
}
