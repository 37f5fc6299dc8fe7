//! Storage: who binds claims to volumes, makes volumes, attaches them to nodes and protects them.
//!
//! A claim's way: [`binder`] finds it a volume, or asks for one to be made; [`driver`], a disk
//! driver as a cloud has one, makes it; [`attach`] asks for it at the node where a Pod needs it.
//! <https://kubernetes.io/docs/concepts/storage/persistent-volumes/>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim, Pod, Volume};
use k8s_openapi::api::storage::v1::StorageClass;
use sha2::{Digest, Sha256};

use crate::kinds::storage::class_of_claim;
use crate::store::Objects;

mod attach;
mod binder;
mod driver;
mod expansion;
pub(super) mod matching;
mod protection;

pub(super) use attach::ROW as ATTACH;
pub(super) use binder::ROW as BINDER;
pub(crate) use driver::NAME as DRIVER;
pub(super) use driver::ROW as DISKS;
pub(super) use protection::{CLAIMS as CLAIM_PROTECTION, VOLUMES as VOLUME_PROTECTION};

/// The controller has bound the claim for good.
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// The controller, not the user, has chosen the other side.
pub(super) const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// Who made a volume, and so unmakes it.
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// Who is asked to make a volume for a claim: the name of old, and the one of now.
const PROVISIONER: [&str; 2] =
    ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"];
/// Where the scheduler wants the Pod that waits for a claim.
pub(super) const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

type Annotations = Option<BTreeMap<String, String>>;

fn annotation<'a>(annotations: &'a Annotations, key: &str) -> Option<&'a str> {
    annotations.as_ref()?.get(key).map(String::as_str)
}

fn annotate(annotations: &mut Annotations, key: &str, value: &str) {
    annotations.get_or_insert_default().insert(key.to_owned(), value.to_owned());
}

/// The name of the claim that one of a Pod's volumes is: its own, or one made for the Pod alone.
pub(super) fn claim_name(pod: &Pod, volume: &Volume) -> Option<String> {
    if volume.ephemeral.is_some() {
        let pod = pod.metadata.name.as_deref().unwrap_or_default();
        return Some(format!("{pod}-{}", volume.name));
    }
    volume.persistent_volume_claim.as_ref().map(|source| source.claim_name.clone())
}

/// The names of the claims that a Pod uses.
pub(crate) fn claim_names(pod: &Pod) -> impl Iterator<Item = String> {
    let volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
    volumes.filter_map(move |volume| claim_name(pod, volume))
}

/// Whether a Pod uses a claim of its namespace.
fn uses(pod: &Pod, claim: &str) -> bool {
    claim_names(pod).any(|name| name == claim)
}

/// Whether the controller has bound a claim to a volume.
pub(super) fn is_bound(claim: &PersistentVolumeClaim) -> bool {
    annotation(&claim.metadata.annotations, BIND_COMPLETED).is_some()
        && volume_name(claim).is_some()
}

/// The volume that a claim is bound to, or wants.
pub(super) fn volume_name(claim: &PersistentVolumeClaim) -> Option<&str> {
    let name = claim.spec.as_ref()?.volume_name.as_deref();
    name.filter(|name| !name.is_empty())
}

/// Whether a claim is not bound before a Pod needs it.
pub(super) fn waits_for_consumer(objects: &Objects, claim: &PersistentVolumeClaim) -> bool {
    let class = class_of_claim(claim).and_then(|name| objects.get_typed::<StorageClass>("", name));
    let mode = class.and_then(|class| class.volume_binding_mode.as_deref());
    mode == Some("WaitForFirstConsumer")
}

/// The driver that attaches a volume to nodes, if one need do so.
pub(super) fn attacher(volume: &PersistentVolume) -> Option<&str> {
    volume.spec.as_ref()?.csi.as_ref().map(|csi| csi.driver.as_str())
}

/// The name of the attachment of a volume to a node.
pub(super) fn attachment_name(volume: &PersistentVolume, node: &str) -> Option<String> {
    let csi = volume.spec.as_ref()?.csi.as_ref()?;
    let hash = Sha256::digest(format!("{}{}{node}", csi.volume_handle, csi.driver));
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("csi-{hex}"))
}
