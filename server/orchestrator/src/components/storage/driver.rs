//! The cluster's disk driver, as a cloud has one: it makes, attaches, grows and removes disks.
//!
//! Kubernetes leaves this to drivers (CSI) and their companions: external-provisioner,
//! external-attacher and external-resizer. Here one component is all of them.
//! <https://kubernetes.io/docs/concepts/storage/dynamic-provisioning/>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    CSIPersistentVolumeSource, Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm,
    ObjectReference, PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec,
    VolumeNodeAffinity,
};
use k8s_openapi::api::storage::v1::{StorageClass, VolumeAttachment};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::json;

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::kinds::storage::class_of_claim;
use crate::object::{Key, Kind, Object};
use crate::time::Millis;

use super::protection::let_go;
use super::{
    PROVISIONED_BY, PROVISIONER, SELECTED_NODE, annotate, annotation, expansion, volume_name,
};

/// The driver's name: in StorageClasses, and in the volumes that it made.
pub(crate) const NAME: &str = "disk.csi.wheelhouse.local";

pub(in crate::components) static ROW: ComponentRow = ComponentRow {
    name: NAME,
    host: Host::ControllerManager,
    watches: &[
        Kind::PersistentVolumeClaim,
        Kind::PersistentVolume,
        Kind::StorageClass,
        Kind::VolumeAttachment,
        Kind::Node,
    ],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        let kinds = [Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::VolumeAttachment];
        kinds.iter().flat_map(|kind| view.cache.of_kind(*kind)).map(Object::key).collect()
    },
    serial: false,
    decide,
};

/// How long the cloud takes to make a disk, to remove one, and to move one to or from a node. A
/// good cloud: under a second each, so that it counts as work and not as a wait.
const MAKE_MS: Millis = 950;
const REMOVE_MS: Millis = 500;
const MOVE_MS: Millis = 900;

const OWN_FINALIZER: &str = "external-provisioner.volume.kubernetes.io/finalizer";
const ATTACHER_FINALIZER: &str = "external-attacher/disk-csi-wheelhouse-local";
const ZONE: &str = "topology.kubernetes.io/zone";

fn keys(_: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match after.or(before) {
        Some(Object::Node(_) | Object::StorageClass(_)) | None => Vec::new(),
        Some(object @ Object::VolumeAttachment(attachment)) => {
            let name = attachment.spec.source.persistent_volume_name.as_deref();
            // A disk that grows may wait for a node.
            let volume = name.map(|name| Key::new(Kind::PersistentVolume, "", name));
            std::iter::once(object.key()).chain(volume).collect()
        }
        Some(object) => vec![object.key()],
    }
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    match view.cache.get(key) {
        Some(object @ Object::PersistentVolumeClaim(claim)) if volume_name(claim).is_none() => {
            provision(view, object, claim)
        }
        Some(object @ Object::PersistentVolumeClaim(claim)) => {
            forgetting(view, key, expansion::grow(view, object, claim))
        }
        Some(object @ Object::PersistentVolume(volume)) => remove(view, object, volume),
        Some(object @ Object::VolumeAttachment(attachment)) => attach(view, object, attachment),
        _ => forgetting(view, key, Outcome::nothing()),
    }
}

fn forgetting(view: &View<'_>, key: &Key, outcome: Outcome) -> Outcome {
    if outcome.remember.is_some() {
        return outcome;
    }
    Outcome { remember: view.memory.get(key).map(|_| None), ..outcome }
}

/// What the cloud needs time for is begun, or goes on; None when it is done.
fn wait(view: &View<'_>, key: &Key, ms: Millis) -> Option<Outcome> {
    let begun = view.memory.get(key).and_then(|memory| memory["begun"].as_i64());
    let begun_at = begun.unwrap_or(view.clock.now.0);
    let left = begun_at + ms - view.clock.now.0;
    if begun.is_some() && left <= 0 {
        return None;
    }
    let mut outcome = Outcome::nothing().requeue_after(left);
    if begun.is_none() {
        outcome.remember = Some(Some(Arc::new(json!({"begun": begun_at}))));
    }
    Some(outcome)
}

fn normal(object: &Object, reason: &str, message: String) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(object),
        event_type: "Normal",
        reason: reason.to_owned(),
        message,
    }
}

fn provision(view: &View<'_>, object: &Object, claim: &PersistentVolumeClaim) -> Outcome {
    let key = object.key();
    let annotations = &claim.metadata.annotations;
    let name = class_of_claim(claim).unwrap_or_default();
    let class = view.cache.get_typed::<StorageClass>("", name);
    let Some(class) = class.filter(|class| class.provisioner == NAME) else {
        return forgetting(view, &key, Outcome::nothing());
    };
    let selected = annotation(annotations, SELECTED_NODE);
    let waits = class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer");
    if annotation(annotations, PROVISIONER[1]) != Some(NAME)
        || object.is_deleting()
        || (waits && selected.is_none())
    {
        return forgetting(view, &key, Outcome::nothing());
    }
    let name = format!("pvc-{}", object.uid());
    if view.cache.get(&Key::new(Kind::PersistentVolume, "", &name)).is_some() {
        return forgetting(view, &key, Outcome::nothing());
    }
    if let Some(waiting) = wait(view, &key, MAKE_MS) {
        if waiting.remember.is_none() {
            return waiting;
        }
        let message = format!(
            "External provisioner is provisioning volume for claim \"{}/{}\"",
            object.namespace(),
            object.name()
        );
        return waiting.event(normal(object, "Provisioning", message));
    }
    let message = format!("Successfully provisioned volume {name}");
    let event = normal(object, "ProvisioningSucceeded", message);
    let volume = disk(view, name, claim, class, selected);
    let note = Note::new("Provisioned", "a disk is made for the claim");
    let step = Step::from(Call::Create(volume.into())).then(event);
    forgetting(view, &key, Outcome::nothing().note(note).call(step))
}

/// A new disk as a volume, reserved for its claim.
fn disk(
    view: &View<'_>,
    name: String,
    claim: &PersistentVolumeClaim,
    class: &StorageClass,
    selected: Option<&str>,
) -> PersistentVolume {
    let wanted = claim.spec.clone().unwrap_or_default();
    let requests = wanted.resources.and_then(|resources| resources.requests);
    let mut metadata = ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() };
    annotate(&mut metadata.annotations, PROVISIONED_BY, NAME);
    if class.reclaim_policy.as_deref() == Some("Delete") {
        metadata.finalizers = Some(vec![OWN_FINALIZER.to_owned()]);
    }
    let spec = PersistentVolumeSpec {
        access_modes: wanted.access_modes,
        capacity: requests,
        claim_ref: Some(ObjectReference {
            api_version: Some("v1".to_owned()),
            kind: Some("PersistentVolumeClaim".to_owned()),
            name: claim.metadata.name.clone(),
            namespace: claim.metadata.namespace.clone(),
            uid: claim.metadata.uid.clone(),
            resource_version: claim.metadata.resource_version.clone(),
            ..ObjectReference::default()
        }),
        csi: Some(CSIPersistentVolumeSource {
            driver: NAME.to_owned(),
            fs_type: Some("ext4".to_owned()),
            volume_handle: name,
            ..CSIPersistentVolumeSource::default()
        }),
        mount_options: class.mount_options.clone(),
        node_affinity: zone(view, selected).map(in_zone),
        persistent_volume_reclaim_policy: class.reclaim_policy.clone(),
        storage_class_name: class.metadata.name.clone(),
        volume_mode: wanted.volume_mode,
        ..PersistentVolumeSpec::default()
    };
    PersistentVolume { metadata, spec: Some(spec), status: None }
}

/// The zone of the selected node; without one the first of the cluster's zones, if it has any.
fn zone(view: &View<'_>, selected: Option<&str>) -> Option<String> {
    let of = |node: &Node| node.metadata.labels.as_ref()?.get(ZONE).cloned();
    match selected {
        Some(name) => view.cache.get_typed::<Node>("", name).and_then(|node| of(node)),
        None => view.cache.all::<Node>().filter_map(|node| of(node)).min(),
    }
}

fn in_zone(zone: String) -> VolumeNodeAffinity {
    let requirement = NodeSelectorRequirement {
        key: ZONE.to_owned(),
        operator: "In".to_owned(),
        values: Some(vec![zone]),
    };
    let term =
        NodeSelectorTerm { match_expressions: Some(vec![requirement]), ..Default::default() };
    VolumeNodeAffinity { required: Some(NodeSelector { node_selector_terms: vec![term] }) }
}

/// A disk whose claim is gone is removed, where its class says so.
fn remove(view: &View<'_>, object: &Object, volume: &PersistentVolume) -> Outcome {
    let key = object.key();
    let status = volume.status.as_ref();
    let released = status.and_then(|status| status.phase.as_deref()) == Some("Released");
    let spec = volume.spec.as_ref();
    let policy = spec.and_then(|spec| spec.persistent_volume_reclaim_policy.as_deref());
    let ours = annotation(&volume.metadata.annotations, PROVISIONED_BY) == Some(NAME);
    if !ours || !released || policy != Some("Delete") {
        return forgetting(view, &key, expansion::of_volume(view, volume));
    }
    if is_attached(view, object.name()) {
        return forgetting(view, &key, Outcome::nothing());
    }
    if let Some(waiting) = wait(view, &key, REMOVE_MS) {
        return waiting;
    }
    if object.is_deleting() {
        return let_go(object, OWN_FINALIZER);
    }
    let note = Note::new("Remove", "its claim is gone, and its reclaim policy is Delete");
    Outcome::nothing().note(note).call(Call::delete(object))
}

fn is_attached(view: &View<'_>, volume: &str) -> bool {
    view.cache
        .all::<VolumeAttachment>()
        .any(|attachment| attachment.spec.source.persistent_volume_name.as_deref() == Some(volume))
}

/// Brings a disk to a node, or takes it away.
fn attach(view: &View<'_>, object: &Object, attachment: &VolumeAttachment) -> Outcome {
    let key = object.key();
    let attached = attachment.status.as_ref().is_some_and(|status| status.attached);
    if attachment.spec.attacher != NAME || (attached && !object.is_deleting()) {
        return forgetting(view, &key, Outcome::nothing());
    }
    if let Some(waiting) = wait(view, &key, MOVE_MS) {
        return waiting;
    }
    if object.is_deleting() {
        return forgetting(view, &key, let_go(object, ATTACHER_FINALIZER));
    }
    let finalizers = attachment.metadata.finalizers.clone().unwrap_or_default();
    let mut updated = attachment.clone();
    if !finalizers.iter().any(|one| one == ATTACHER_FINALIZER) {
        updated.metadata.finalizers.get_or_insert_default().push(ATTACHER_FINALIZER.to_owned());
        annotate(
            &mut updated.metadata.annotations,
            "csi.alpha.kubernetes.io/node-id",
            &attachment.spec.node_name,
        );
        return Outcome::nothing().call(Call::Update(updated.into()));
    }
    updated.status.get_or_insert_default().attached = true;
    let note =
        Note::new("Attached", "the disk is at the node").with("node", &attachment.spec.node_name);
    forgetting(view, &key, Outcome::nothing().note(note).call(Call::UpdateStatus(updated.into())))
}
