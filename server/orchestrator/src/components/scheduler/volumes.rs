//! The plugins VolumeRestrictions and VolumeBinding: where a Pod's claims are, or can be, at hand.
//!
//! A claim that waits for its first consumer is reserved a volume once its Pod has a node: the Pod
//! is bound when its claims are.
//! <https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    Node, ObjectReference, PersistentVolume, PersistentVolumeClaim, Pod, TopologySelectorTerm,
};
use k8s_openapi::api::storage::v1::StorageClass;

use crate::call::{Call, Step};
use crate::component::View;
use crate::components::storage::{
    self, SELECTED_NODE,
    matching::{self, For},
};
use crate::kinds::storage::class_of_claim;

use super::filter::Refusal;
use super::name;

pub(super) const PLUGIN: &str = "VolumeBinding";

/// The claims of a Pod.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    bound: Vec<&'a PersistentVolume>,
    /// Bound once the Pod has a node.
    pub(super) waiting: Vec<&'a PersistentVolumeClaim>,
    /// Another Pod has a claim that only one may use.
    taken: bool,
}

/// The claims of a Pod, as far as they can be used.
///
/// # Errors
/// Why no node will do, in Kubernetes' words.
pub(super) fn claims<'a>(view: &View<'a>, pod: &Pod) -> Result<Claims<'a>, String> {
    let mut claims = Claims::default();
    let mut unbound = false;
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    for name in storage::claim_names(pod) {
        let claim = view.cache.get_typed::<PersistentVolumeClaim>(namespace, &name);
        let claim = claim.ok_or_else(|| format!("persistentvolumeclaim \"{name}\" not found"))?;
        let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref());
        let volume = storage::volume_name(claim).unwrap_or_default();
        if phase == Some("Lost") {
            return Err(format!(
                "persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \
                 \"{volume}\""
            ));
        }
        if claim.metadata.deletion_timestamp.is_some() {
            return Err(format!("persistentvolumeclaim \"{name}\" is being deleted"));
        }
        claims.taken |= is_exclusive(claim) && is_taken(view, pod, &name);
        if storage::is_bound(claim) {
            claims
                .bound
                .extend(view.cache.get_typed::<PersistentVolume>("", volume).map(Arc::as_ref));
        } else if volume.is_empty() && storage::waits_for_consumer(view.cache, claim) {
            claims.waiting.push(claim);
        } else {
            unbound = true;
        }
    }
    if unbound {
        return Err("pod has unbound immediate PersistentVolumeClaims".to_owned());
    }
    Ok(claims)
}

fn is_exclusive(claim: &PersistentVolumeClaim) -> bool {
    let modes = claim.spec.as_ref().and_then(|spec| spec.access_modes.as_deref());
    modes.unwrap_or_default().iter().any(|mode| mode == "ReadWriteOncePod")
}

fn is_taken(view: &View<'_>, pod: &Pod, claim: &str) -> bool {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    view.cache.all_in::<Pod>(namespace).any(|other| {
        other.metadata.uid != pod.metadata.uid
            && crate::components::pods::node(other).is_some()
            && !crate::components::pods::is_terminal(other)
            && storage::claim_names(other).any(|name| name == claim)
    })
}

/// Whether the Pod's claims keep it from a node.
pub(super) fn refusal(view: &View<'_>, claims: &Claims<'_>, node: &Node) -> Option<Refusal> {
    if claims.taken {
        let reason = "node has pod using PersistentVolumeClaim with the same name and \
                      ReadWriteOncePod access mode";
        return Some(Refusal::new("VolumeRestrictions", reason).resolvable());
    }
    if claims.bound.iter().any(|volume| !matching::fits_node(volume, node)) {
        let reason = "node(s) didn't match PersistentVolume's node affinity";
        return Some(Refusal::new(PLUGIN, reason));
    }
    let can_be = |claim: &&PersistentVolumeClaim| {
        matching::find(view.cache, claim, For::Node(node)).is_some()
            || can_be_made(view, claim, node)
    };
    let reason = "node(s) didn't find available persistent volumes to bind";
    (!claims.waiting.iter().all(can_be)).then(|| Refusal::new(PLUGIN, reason))
}

/// Whether somebody makes volumes for the claim that can be used on the node.
fn can_be_made(view: &View<'_>, claim: &PersistentVolumeClaim, node: &Node) -> bool {
    let class = class_of_claim(claim).unwrap_or_default();
    let Some(class) = view.cache.get_typed::<StorageClass>("", class) else { return false };
    if class.provisioner == "kubernetes.io/no-provisioner" {
        return false;
    }
    let topologies = class.allowed_topologies.as_deref().unwrap_or_default();
    topologies.is_empty() || topologies.iter().any(|term| allows(term, node))
}

fn allows(term: &TopologySelectorTerm, node: &Node) -> bool {
    let labels = node.metadata.labels.as_ref();
    term.match_label_expressions.iter().flatten().all(|one| {
        labels.and_then(|labels| labels.get(&one.key)).is_some_and(|has| one.values.contains(has))
    })
}

/// What reserves volumes on the chosen node for the claims that wait.
pub(super) fn reserve(view: &View<'_>, claims: &Claims<'_>, node: &Node) -> Vec<Step> {
    let one = |claim: &&PersistentVolumeClaim| {
        let Some(volume) = matching::find(view.cache, claim, For::Node(node)) else {
            let mut updated = (*claim).clone();
            let annotations = updated.metadata.annotations.get_or_insert_default();
            annotations.insert(SELECTED_NODE.to_owned(), name(node).to_owned());
            return Step::from(Call::Update(updated.into()));
        };
        let mut updated = volume.clone();
        let spec = updated.spec.get_or_insert_default();
        spec.claim_ref = Some(ObjectReference {
            api_version: Some("v1".to_owned()),
            kind: Some("PersistentVolumeClaim".to_owned()),
            name: claim.metadata.name.clone(),
            namespace: claim.metadata.namespace.clone(),
            uid: claim.metadata.uid.clone(),
            resource_version: claim.metadata.resource_version.clone(),
            ..ObjectReference::default()
        });
        let annotations = updated.metadata.annotations.get_or_insert_default();
        annotations.insert(storage::BOUND_BY_CONTROLLER.to_owned(), "yes".to_owned());
        Step::from(Call::Update(updated.into()))
    };
    claims.waiting.iter().map(one).collect()
}
