//! A volume's phase, and what becomes of it when its claim is gone.

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{Note, Outcome, View};

use super::super::{BOUND_BY_CONTROLLER, PROVISIONED_BY, annotation, volume_name};
use super::{claim_key, claim_of};

pub(super) fn volume(view: &View<'_>, volume: &PersistentVolume) -> Outcome {
    let Some(of) = claim_of(volume) else { return set_phase(view, volume, "Available", "") };
    let Some(uid) = of.uid.as_deref().filter(|uid| !uid.is_empty()) else {
        return set_phase(view, volume, "Available", "");
    };
    let key = claim_key(of);
    let claim = view.cache.get_typed::<PersistentVolumeClaim>(key.namespace(), key.name());
    let Some(claim) = claim.filter(|claim| claim.metadata.uid.as_deref() == Some(uid)) else {
        return release(view, volume);
    };
    match volume_name(claim) {
        Some(name) if Some(name) == volume.metadata.name.as_deref() => {
            set_phase(view, volume, "Bound", "")
        }
        Some(_) if annotation(&volume.metadata.annotations, BOUND_BY_CONTROLLER).is_some() => {
            unbind(volume)
        }
        // The claim's own turn does what is left.
        _ => Outcome::nothing(),
    }
}

/// The claim has been bound elsewhere in the meantime.
fn unbind(volume: &PersistentVolume) -> Outcome {
    let mut updated = volume.clone();
    updated.spec.get_or_insert_default().claim_ref = None;
    if let Some(annotations) = &mut updated.metadata.annotations {
        annotations.remove(BOUND_BY_CONTROLLER);
    }
    let note = Note::new("Unbind", "its claim has another volume");
    Outcome::nothing().note(note).call(Call::Update(updated.into()))
}

fn release(view: &View<'_>, volume: &PersistentVolume) -> Outcome {
    if !matches!(phase(volume), "Released" | "Failed") {
        let name = volume.metadata.name.as_deref().unwrap_or_default();
        let note = Note::new("Release", format!("the claim of {name} is gone"));
        return set_phase(view, volume, "Released", "").note(note);
    }
    let spec = volume.spec.clone().unwrap_or_default();
    let policy = spec.persistent_volume_reclaim_policy.as_deref();
    let own = annotation(&volume.metadata.annotations, PROVISIONED_BY).is_none();
    if policy != Some("Delete") || !own || volume.metadata.deletion_timestamp.is_some() {
        return Outcome::nothing();
    }
    match spec.host_path {
        Some(source) if source.path.starts_with("/tmp/") => {
            Outcome::nothing().call(Call::delete(&volume.clone().into()))
        }
        Some(source) => {
            let why = format!(
                "host_path deleter only supports /tmp/.+ but received provided {}",
                source.path
            );
            fail(view, volume, &why)
        }
        None => {
            let name = volume.metadata.name.as_deref().unwrap_or_default();
            let why = format!(
                "error getting deleter volume plugin for volume \"{name}\": no deletable volume \
                 plugin matched"
            );
            fail(view, volume, &why)
        }
    }
}

fn fail(view: &View<'_>, volume: &PersistentVolume, why: &str) -> Outcome {
    if phase(volume) == "Failed" {
        return Outcome::nothing();
    }
    let event = EventRecord {
        regarding: Regarding::object(&volume.clone().into()),
        event_type: "Warning",
        reason: "VolumeFailedDelete".to_owned(),
        message: why.to_owned(),
    };
    set_phase(view, volume, "Failed", why).event(event)
}

fn set_phase(view: &View<'_>, volume: &PersistentVolume, phase: &str, message: &str) -> Outcome {
    let call = with_phase(view, volume, phase, message);
    call.map_or_else(Outcome::nothing, |call| Outcome::nothing().call(call))
}

fn phase(volume: &PersistentVolume) -> &str {
    volume.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default()
}

/// The write that brings a volume into a phase, if it is not in it.
pub(super) fn with_phase(
    view: &View<'_>,
    volume: &PersistentVolume,
    to: &str,
    message: &str,
) -> Option<Call> {
    if phase(volume) == to {
        return None;
    }
    let mut updated = volume.clone();
    let status = updated.status.get_or_insert_default();
    status.phase = Some(to.to_owned());
    status.message = Some(message.to_owned()).filter(|message| !message.is_empty());
    status.last_phase_transition_time = Some(view.clock.time());
    Some(Call::UpdateStatus(updated.into()))
}
