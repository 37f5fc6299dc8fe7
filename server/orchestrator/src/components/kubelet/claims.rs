//! Claims among a Pod's volumes: a container starts when their volumes are at the node.

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim, Volume};
use k8s_openapi::api::storage::v1::VolumeAttachment;

use crate::component::View;
use crate::components::storage;
use crate::object::{Key, Object};
use crate::time::Millis;

use super::memory::Backoff;
use super::plan::Plan;

/// How long the kubelet waits for volumes before it complains: `podAttachAndMountTimeout`.
const TIMEOUT_MS: Millis = 123_000;
/// Between two looks at a claim that cannot be used.
const RETRY_MS: (Millis, Millis) = (2000, 122_000);

/// What is the matter with a volume that is a claim.
enum Trouble {
    /// It is not at the node yet.
    Away,
    /// It cannot be used.
    Unusable(String),
}

/// Whether all claims of the Pod are at the node. If one is not, looks again later.
pub(super) fn are_attached(plan: &mut Plan<'_>) -> bool {
    let volumes = plan.spec.volumes.iter().flatten();
    let troubles: Vec<(String, Trouble)> =
        volumes.filter_map(|volume| Some((volume.name.clone(), trouble(plan, volume)?))).collect();
    if troubles.is_empty() {
        plan.memory.attaching = None;
        return true;
    }
    let unusable = troubles.iter().any(|(_, trouble)| matches!(trouble, Trouble::Unusable(_)));
    let last = plan.memory.attaching;
    let left = last.map_or(0, |last| last.at + last.delay_ms - plan.now());
    if left > 0 {
        plan.look_after(left);
        return false;
    }
    if unusable || last.is_some() {
        let message = complaint(&troubles);
        plan.warning("", "FailedMount", message);
    }
    let limits = if unusable { RETRY_MS } else { (TIMEOUT_MS, TIMEOUT_MS) };
    let next = Backoff::next(last.filter(|_| unusable), limits, plan.now());
    plan.memory.attaching = Some(next);
    plan.look_after(next.delay_ms);
    false
}

fn complaint(troubles: &[(String, Trouble)]) -> String {
    let unmounted: Vec<&str> = troubles.iter().map(|(name, _)| name.as_str()).collect();
    let unmounted = unmounted.join(" ");
    let failed: Vec<(&str, &str)> = troubles
        .iter()
        .filter_map(|(name, trouble)| match trouble {
            Trouble::Unusable(why) => Some((name.as_str(), why.as_str())),
            Trouble::Away => None,
        })
        .collect();
    let names: Vec<&str> = failed.iter().map(|(name, _)| *name).collect();
    let reasons: Vec<&str> = failed.iter().map(|(_, why)| *why).collect();
    let unattached = if failed.is_empty() { unmounted.as_str() } else { "" };
    let why =
        if failed.is_empty() { "context deadline exceeded".to_owned() } else { reasons.join("; ") };
    format!(
        "Unable to attach or mount volumes: unmounted volumes=[{unmounted}], unattached \
         volumes=[{unattached}], failed to process volumes=[{}]: {why}",
        names.join(" ")
    )
}

fn trouble(plan: &Plan<'_>, volume: &Volume) -> Option<Trouble> {
    let name = storage::claim_name(plan.pod, volume)?;
    let namespace = plan.key.namespace();
    let unusable = |why: String| {
        Some(Trouble::Unusable(format!("error processing PVC {namespace}/{name}: {why}")))
    };
    let Some(claim) = plan.view.cache.get_typed::<PersistentVolumeClaim>(namespace, &name) else {
        return unusable(format!(
            "failed to fetch PVC from API server: persistentvolumeclaims \"{name}\" not found"
        ));
    };
    let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref());
    if phase != Some("Bound") || !storage::is_bound(claim) {
        return unusable("PVC is not bound".to_owned());
    }
    let Some(volume) = volume_of(plan, &name) else { return Some(Trouble::Away) };
    let attachment = storage::attachment_name(volume, plan.view.node?)?;
    let attachment = plan.view.cache.get_typed::<VolumeAttachment>("", &attachment);
    let status = attachment.and_then(|attachment| attachment.status.as_ref());
    (!status.is_some_and(|status| status.attached)).then_some(Trouble::Away)
}

/// The volume that a claim of the Pod's namespace is bound to.
pub(super) fn volume_of<'a>(plan: &Plan<'a>, claim: &str) -> Option<&'a PersistentVolume> {
    let cache = plan.view.cache;
    let claim = cache.get_typed::<PersistentVolumeClaim>(plan.key.namespace(), claim)?;
    let name = storage::volume_name(claim)?;
    cache.get_typed::<PersistentVolume>("", name).map(AsRef::as_ref)
}

/// The Pods that may wait for a volume which is on its way to the node.
pub(super) fn users(view: &View<'_>, attachment: &Object) -> Vec<Key> {
    let Object::VolumeAttachment(attachment) = attachment else { return Vec::new() };
    let volume = attachment.spec.source.persistent_volume_name.as_deref().unwrap_or_default();
    let volume = view.cache.get_typed::<PersistentVolume>("", volume);
    let of = volume.and_then(|volume| volume.spec.as_ref()?.claim_ref.as_ref());
    let namespace = of.and_then(|of| of.namespace.as_deref()).unwrap_or_default();
    super::waiting_in(view, namespace)
}
