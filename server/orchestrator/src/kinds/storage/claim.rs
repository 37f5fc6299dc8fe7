//! PersistentVolumeClaims.

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimStatus,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::Value;

use super::super::Subresource::Status;
use super::super::{
    AGE, Column, FieldErrors, KindRow, NAME, Particulars, Rules, age, difference, quantity,
    selectors,
};
use super::{CLAIM_PROTECTION, class_of_claim, fill, hold, short_modes, shown_mode};
use crate::object::Kind;
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.core.v1.PersistentVolumeClaimSpec";
const STATUS: &str = "io.k8s.api.core.v1.PersistentVolumeClaimStatus";

pub(in crate::kinds) const ROW: KindRow = KindRow {
    kind: Kind::PersistentVolumeClaim,
    singular: "persistentvolumeclaim",
    short_names: &["pvc"],
    categories: &[],
    namespaced: true,
    subresources: &[Status],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<PersistentVolumeClaim>(),
};

const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Status", STATUS, "phase"),
    Column::field("Volume", SPEC, "volumeName"),
    Column::field("Capacity", STATUS, "capacity"),
    Column::field("Access Modes", STATUS, "accessModes"),
    Column::text("StorageClass", "StorageClass of the pvc"),
    Column::text("VolumeAttributesClass", "VolumeAttributesClass of the pvc"),
    AGE,
    Column::field("VolumeMode", SPEC, "volumeMode").wide(),
];

const RULE: &str = "spec is immutable after creation except resources.requests and \
    volumeAttributesClassName for bound claims";

impl Particulars for PersistentVolumeClaim {
    fn default_fields(&mut self) {
        fill(&mut self.spec.get_or_insert_default().volume_mode, "Filesystem");
    }

    fn begin(&mut self) {
        hold(&mut self.metadata.finalizers, CLAIM_PROTECTION);
        let status = PersistentVolumeClaimStatus {
            phase: Some("Pending".to_owned()),
            ..PersistentVolumeClaimStatus::default()
        };
        self.status = Some(status);
    }

    fn keep(&mut self, old: &PersistentVolumeClaim) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &PersistentVolumeClaim) {
        self.status.clone_from(&from.status);
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = PersistentVolumeClaimSpec::default();
        validate_spec(self.spec.as_ref().unwrap_or(&none), "spec", errors);
    }

    fn validate_update(&self, old: &PersistentVolumeClaim, errors: &mut FieldErrors) {
        let new_spec = self.spec.clone().unwrap_or_default();
        let old_spec = old.spec.clone().unwrap_or_default();
        let allowed = with_allowed_changes(self, &new_spec, &old_spec);
        if allowed != old_spec {
            let shown = difference::show("PersistentVolumeClaimSpec", &old_spec, &allowed);
            errors.forbidden("spec", format!("{RULE}\n{shown}"));
        }
        let nano = |size: Option<&Quantity>| size.map(|size| quantity::nano(&size.0).unwrap_or(0));
        let status = old.status.as_ref().and_then(|status| status.capacity.as_ref());
        let has = nano(status.and_then(|capacity| capacity.get("storage")));
        let (wanted, was) = (nano(requested(&new_spec)), nano(requested(&old_spec)));
        if wanted < was && wanted <= has.or(Some(0)) {
            let detail = "field can not be less than status.capacity";
            errors.forbidden("spec.resources.requests.storage", detail);
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = PersistentVolumeClaimSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let no_status = PersistentVolumeClaimStatus::default();
        let status = self.status.as_ref().unwrap_or(&no_status);
        let volume = spec.volume_name.clone().unwrap_or_default();
        let phase = match self.metadata.deletion_timestamp {
            Some(_) => "Terminating".to_owned(),
            None => status.phase.clone().unwrap_or_default(),
        };
        let size = status.capacity.as_ref().and_then(|capacity| capacity.get("storage"));
        let size = size.map_or_else(|| "0".to_owned(), |size| size.0.clone());
        let modes = short_modes(status.access_modes.as_deref().unwrap_or_default());
        let (size, modes) = if volume.is_empty() { Default::default() } else { (size, modes) };
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            phase.into(),
            volume.into(),
            size.into(),
            modes.into(),
            class_of_claim(self).unwrap_or_default().into(),
            shown_mode(spec.volume_attributes_class_name.as_deref()).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            shown_mode(spec.volume_mode.as_deref()).into(),
        ]
    }
}

/// The storage that a claim asks for.
pub(in crate::kinds) fn requested(spec: &PersistentVolumeClaimSpec) -> Option<&Quantity> {
    spec.resources.as_ref()?.requests.as_ref()?.get("storage")
}

/// Notes what is wrong with the spec of a claim, or of the template of one.
pub(in crate::kinds) fn validate_spec(
    spec: &PersistentVolumeClaimSpec,
    path: &str,
    errors: &mut FieldErrors,
) {
    if let Some(selector) = &spec.selector {
        selectors::validate(selector, &format!("{path}.selector"), errors);
    }
    let modes = spec.access_modes.as_deref().unwrap_or_default();
    if modes.is_empty() {
        errors.required(format!("{path}.accessModes"), "at least 1 access mode is required");
    }
    super::validate_modes(modes, path, errors);
    let field = format!("{path}.resources[storage]");
    match requested(spec) {
        None => errors.required(field, ""),
        Some(size) => super::validate_size(size, &field, errors),
    }
    super::validate_class_name(spec.storage_class_name.as_deref(), path, errors);
    super::validate_volume_mode(spec.volume_mode.as_deref(), path, errors);
}

/// The new spec with what may change put back as it was.
fn with_allowed_changes(
    claim: &PersistentVolumeClaim,
    new: &PersistentVolumeClaimSpec,
    old: &PersistentVolumeClaimSpec,
) -> PersistentVolumeClaimSpec {
    let mut allowed = new.clone();
    if old.volume_name.as_deref().unwrap_or_default().is_empty() {
        allowed.volume_name.clone_from(&old.volume_name);
    }
    // A claim that named no class may be given one: it waited for a default class.
    if old.storage_class_name.is_none() {
        allowed.storage_class_name = None;
    }
    allowed.volume_attributes_class_name.clone_from(&old.volume_attributes_class_name);
    let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref());
    let requests = allowed.resources.as_mut().and_then(|resources| resources.requests.as_mut());
    if let (Some("Bound"), Some(requests), Some(size)) = (phase, requests, requested(old)) {
        requests.insert("storage".to_owned(), size.clone());
    }
    allowed
}
