//! The persistent volume controller: brings claims and volumes together, and sees to volumes whose
//! claim is gone.
//!
//! A claim: Pending → bound by four writes, one a turn (the volume's `claimRef`, the volume's
//! phase, the claim's `volumeName`, the claim's status) → Bound → Lost if its volume vanishes.
//! A volume: Available → Bound → Released when its claim is gone → deleted, kept, or Failed.
//! <https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/volume/persistentvolume>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ObjectReference, PersistentVolume, PersistentVolumeClaim};
use k8s_openapi::api::storage::v1::StorageClass;
use serde_json::Value;

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::kinds::storage::{class_of_claim, is_default};
use crate::object::{Key, Kind, Object};

use super::matching::{self, For};
use super::{
    BIND_COMPLETED, BOUND_BY_CONTROLLER, PROVISIONER, SELECTED_NODE, annotate, annotation,
    is_bound, volume_name, waits_for_consumer,
};

mod reclaim;

pub(in crate::components) static ROW: ComponentRow = ComponentRow {
    name: "persistentvolume-controller",
    host: Host::ControllerManager,
    watches: &[Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::StorageClass],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        let volumes = view.cache.of_kind(Kind::PersistentVolume);
        volumes.chain(view.cache.of_kind(Kind::PersistentVolumeClaim)).map(Object::key).collect()
    },
    serial: false,
    decide,
};

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match after.or(before) {
        Some(Object::PersistentVolumeClaim(claim)) => {
            let key = Key::new(Kind::PersistentVolumeClaim, namespace(claim), name(claim));
            let volume = volume_name(claim).map(|name| Key::new(Kind::PersistentVolume, "", name));
            std::iter::once(key).chain(volume).collect()
        }
        Some(object @ Object::PersistentVolume(volume)) => {
            let mut keys = vec![object.key()];
            match claim_of(volume) {
                Some(of) => keys.push(claim_key(of)),
                None => keys.extend(pending(view)),
            }
            keys
        }
        Some(Object::StorageClass(_)) => pending(view).collect(),
        _ => Vec::new(),
    }
}

fn pending<'a>(view: &'a View<'_>) -> impl Iterator<Item = Key> + 'a {
    let claims = view.cache.all::<PersistentVolumeClaim>().filter(|claim| !is_bound(claim));
    claims.map(|claim| Key::new(Kind::PersistentVolumeClaim, namespace(claim), name(claim)))
}

fn name(claim: &PersistentVolumeClaim) -> &str {
    claim.metadata.name.as_deref().unwrap_or_default()
}

fn namespace(claim: &PersistentVolumeClaim) -> &str {
    claim.metadata.namespace.as_deref().unwrap_or_default()
}

fn claim_of(volume: &PersistentVolume) -> Option<&ObjectReference> {
    volume.spec.as_ref()?.claim_ref.as_ref()
}

fn claim_key(of: &ObjectReference) -> Key {
    let namespace = of.namespace.as_deref().unwrap_or_default();
    let name = of.name.as_deref().unwrap_or_default();
    Key::new(Kind::PersistentVolumeClaim, namespace, name)
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    match view.cache.get(key) {
        Some(Object::PersistentVolume(volume)) => reclaim::volume(view, volume),
        Some(object @ Object::PersistentVolumeClaim(claim)) => {
            let claim = Claim { view, object, claim };
            if is_bound(claim.claim) { bound(&claim) } else { unbound(&claim) }
        }
        _ => Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() },
    }
}

/// A claim under consideration.
struct Claim<'a> {
    view: &'a View<'a>,
    object: &'a Object,
    claim: &'a PersistentVolumeClaim,
}

impl Claim<'_> {
    /// Says something of the claim, unless it was the last thing said.
    fn say(&self, event_type: &'static str, reason: &str, message: &str) -> Outcome {
        let said = Value::from(format!("{reason}: {message}"));
        let memory = self.view.memory.get(&self.object.key());
        if memory.is_some_and(|memory| **memory == said) {
            return Outcome::nothing();
        }
        let event = EventRecord {
            regarding: Regarding::object(self.object),
            event_type,
            reason: reason.to_owned(),
            message: message.to_owned(),
        };
        let outcome = Outcome::nothing().event(event);
        Outcome { remember: Some(Some(Arc::new(said))), ..outcome }
    }
}

fn unbound(claim: &Claim<'_>) -> Outcome {
    let cache = claim.view.cache;
    if claim.object.is_deleting() {
        return Outcome::nothing();
    }
    if let Some(name) = volume_name(claim.claim) {
        return match cache.get_typed::<PersistentVolume>("", name) {
            Some(volume) => named(claim, volume),
            None => Outcome::nothing(),
        };
    }
    if class_of_claim(claim.claim).is_none()
        && let Some(class) = default_class(claim.view)
    {
        let mut updated = claim.claim.clone();
        updated.spec.get_or_insert_default().storage_class_name = Some(class.clone());
        let note = Note::new("DefaultClass", format!("{class} is the default class now"));
        return Outcome::nothing().note(note).call(Call::Update(updated.into()));
    }
    let selected = annotation(&claim.claim.metadata.annotations, SELECTED_NODE).is_some();
    let waits = waits_for_consumer(cache, claim.claim) && !selected;
    let wanted = if waits { For::Reserved } else { For::Anyone };
    match matching::find(cache, claim.claim, wanted) {
        Some(volume) => bind(claim, volume),
        None if waits => {
            let message = "waiting for first consumer to be created before binding";
            claim.say("Normal", "WaitForFirstConsumer", message)
        }
        None => provision(claim),
    }
}

/// The default class; the youngest if there are several.
fn default_class(view: &View<'_>) -> Option<String> {
    let classes = view.cache.all::<StorageClass>().filter(|class| is_default(&class.metadata));
    let youngest = classes.max_by_key(|class| {
        let created = class.metadata.creation_timestamp.as_ref().map(|time| time.0);
        (created, std::cmp::Reverse(class.metadata.name.clone()))
    });
    youngest?.metadata.name.clone()
}

/// The claim names its volume.
fn named(claim: &Claim<'_>, volume: &PersistentVolume) -> Outcome {
    let name = volume.metadata.name.as_deref().unwrap_or_default();
    match claim_of(volume) {
        None => match matching::mismatch(volume, claim.claim) {
            None => bind(claim, volume),
            Some(why) => {
                let message = format!("Cannot bind to requested volume \"{name}\": {why}");
                claim.say("Warning", "VolumeMismatch", &message)
            }
        },
        Some(of) if matching::refers(of, claim.claim) => bind(claim, volume),
        Some(_) => {
            let message = format!("volume \"{name}\" already bound to a different claim.");
            claim.say("Warning", "FailedBinding", &message)
        }
    }
}

/// The next of the writes that bind.
fn bind(claim: &Claim<'_>, volume: &PersistentVolume) -> Outcome {
    let name = volume.metadata.name.clone().unwrap_or_default();
    let uid = claim.claim.metadata.uid.as_deref();
    let of = claim_of(volume);
    if of.is_none_or(|of| of.uid.as_deref() != uid) {
        let mut updated = volume.clone();
        let spec = updated.spec.get_or_insert_default();
        spec.claim_ref = Some(reference(claim.claim));
        if of.is_none() {
            annotate(&mut updated.metadata.annotations, BOUND_BY_CONTROLLER, "yes");
        }
        let note = Note::new("Bind", format!("the volume {name} suits the claim"))
            .with("volume", &name)
            .with("claim", self::name(claim.claim));
        return Outcome::nothing().note(note).call(Call::Update(updated.into()));
    }
    if let Some(call) = reclaim::with_phase(claim.view, volume, "Bound", "") {
        return Outcome::nothing().call(call);
    }
    if volume_name(claim.claim).is_none() || !is_bound(claim.claim) {
        let mut updated = claim.claim.clone();
        let annotations = &mut updated.metadata.annotations;
        if volume_name(claim.claim).is_none() {
            annotate(annotations, BOUND_BY_CONTROLLER, "yes");
        }
        annotate(annotations, BIND_COMPLETED, "yes");
        updated.spec.get_or_insert_default().volume_name = Some(name);
        return Outcome::nothing().call(Call::Update(updated.into()));
    }
    report_bound(claim, volume)
}

/// The claim's status says what it has.
fn report_bound(claim: &Claim<'_>, volume: &PersistentVolume) -> Outcome {
    let mut updated = claim.claim.clone();
    let status = updated.status.get_or_insert_default();
    let spec = volume.spec.clone().unwrap_or_default();
    if status.phase.as_deref() != Some("Bound") {
        status.capacity = spec.capacity;
    }
    status.phase = Some("Bound".to_owned());
    status.access_modes = spec.access_modes;
    if updated.status == claim.claim.status {
        return Outcome::nothing();
    }
    let forget = claim.view.memory.get(&claim.object.key()).map(|_| None);
    let outcome = Outcome::nothing().call(Call::UpdateStatus(updated.into()));
    Outcome { remember: forget, ..outcome }
}

fn reference(claim: &PersistentVolumeClaim) -> ObjectReference {
    ObjectReference {
        api_version: Some("v1".to_owned()),
        kind: Some("PersistentVolumeClaim".to_owned()),
        name: claim.metadata.name.clone(),
        namespace: claim.metadata.namespace.clone(),
        uid: claim.metadata.uid.clone(),
        resource_version: claim.metadata.resource_version.clone(),
        ..ObjectReference::default()
    }
}

/// Nothing suits the claim: somebody may make what does.
fn provision(claim: &Claim<'_>) -> Outcome {
    let Some(class) = class_of_claim(claim.claim).filter(|class| !class.is_empty()) else {
        let message = "no persistent volumes available for this claim and no storage class is set";
        return claim.say("Normal", "FailedBinding", message);
    };
    let Some(class) = claim.view.cache.get_typed::<StorageClass>("", class) else {
        let message = format!("storageclass.storage.k8s.io \"{class}\" not found");
        return claim.say("Warning", "ProvisioningFailed", &message);
    };
    let provisioner = class.provisioner.as_str();
    if provisioner.starts_with("kubernetes.io/") {
        let message = format!("no volume plugin matched name: {provisioner}");
        return claim.say("Warning", "ProvisioningFailed", &message);
    }
    let message = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or \
         manually by the system administrator. If volume creation is delayed, please verify that \
         the provisioner is running and correctly registered."
    );
    let outcome = claim.say("Normal", "ExternalProvisioning", &message);
    if annotation(&claim.claim.metadata.annotations, PROVISIONER[1]) == Some(provisioner) {
        return outcome;
    }
    let mut updated = claim.claim.clone();
    for key in PROVISIONER {
        annotate(&mut updated.metadata.annotations, key, provisioner);
    }
    let note = Note::new("Provision", format!("{provisioner} is asked for a volume"))
        .with("provisioner", provisioner);
    outcome.note(note).call(Call::Update(updated.into()))
}

/// A claim that was bound: what if its volume is gone, or is another's?
fn bound(claim: &Claim<'_>) -> Outcome {
    let name = volume_name(claim.claim).unwrap_or_default();
    let Some(volume) = claim.view.cache.get_typed::<PersistentVolume>("", name) else {
        let message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
        return lost(claim, "ClaimLost", message);
    };
    match claim_of(volume) {
        Some(of) if !matching::refers(of, claim.claim) => {
            let message = "Two claims are bound to the same volume, this one is bound incorrectly";
            lost(claim, "ClaimMisbound", message)
        }
        _ => bind(claim, volume),
    }
}

fn lost(claim: &Claim<'_>, reason: &str, message: &str) -> Outcome {
    let mut updated = claim.claim.clone();
    let status = updated.status.get_or_insert_default();
    if status.phase.as_deref() == Some("Lost") {
        return Outcome::nothing();
    }
    status.phase = Some("Lost".to_owned());
    status.access_modes = None;
    status.capacity = None;
    claim.say("Warning", reason, message).call(Call::UpdateStatus(updated.into()))
}
