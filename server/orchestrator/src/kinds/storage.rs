//! Storage: volumes, claims to them, classes, and attachments to nodes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::{FieldErrors, names, quantity, quoted};

pub(super) mod attachment;
pub(super) mod claim;
pub(super) mod class;
pub(super) mod volume;

pub use class::is_default;

/// Keeps a claim while a Pod uses it.
pub const CLAIM_PROTECTION: &str = "kubernetes.io/pvc-protection";
/// Keeps a volume while it is bound.
pub const VOLUME_PROTECTION: &str = "kubernetes.io/pv-protection";
/// Where a claim named its class before it had a field for it.
pub const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

const ACCESS_MODES: &[&str] =
    &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: &[&str] = &["Block", "Filesystem"];

/// The class that a volume is of; empty where it is of none.
pub fn class_of_volume(volume: &PersistentVolume) -> &str {
    let annotations = volume.metadata.annotations.as_ref();
    let spec = volume.spec.as_ref().and_then(|spec| spec.storage_class_name.as_deref());
    annotation(annotations, CLASS_ANNOTATION).or(spec).unwrap_or_default()
}

/// The class that a claim wants; none where it does not say.
pub fn class_of_claim(claim: &PersistentVolumeClaim) -> Option<&str> {
    let annotations = claim.metadata.annotations.as_ref();
    let spec = claim.spec.as_ref().and_then(|spec| spec.storage_class_name.as_deref());
    annotation(annotations, CLASS_ANNOTATION).or(spec)
}

fn annotation<'a>(map: Option<&'a BTreeMap<String, String>>, key: &str) -> Option<&'a str> {
    map.and_then(|map| map.get(key)).map(String::as_str)
}

/// `RWO,ROX,RWX,RWOP`, each once.
pub fn short_modes(modes: &[String]) -> String {
    let known = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let held = known.iter().filter(|(mode, _)| modes.iter().any(|one| one == mode));
    held.map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

fn fill(field: &mut Option<String>, default: &str) {
    if field.as_deref().unwrap_or_default().is_empty() {
        *field = Some(default.to_owned());
    }
}

fn hold(finalizers: &mut Option<Vec<String>>, finalizer: &str) {
    let finalizers = finalizers.get_or_insert_default();
    if !finalizers.iter().any(|one| one == finalizer) {
        finalizers.push(finalizer.to_owned());
    }
}

fn validate_modes(modes: &[String], path: &str, errors: &mut FieldErrors) {
    for mode in modes {
        errors.one_of(format!("{path}.accessModes"), Some(mode), ACCESS_MODES);
    }
    if modes.len() > 1 && modes.iter().any(|mode| mode == "ReadWriteOncePod") {
        let detail = "may not use ReadWriteOncePod with other access modes";
        errors.forbidden(format!("{path}.accessModes"), detail);
    }
}

fn validate_volume_mode(mode: Option<&str>, path: &str, errors: &mut FieldErrors) {
    if let Some(mode) = mode.filter(|mode| !VOLUME_MODES.contains(mode)) {
        errors.not_supported(format!("{path}.volumeMode"), mode, VOLUME_MODES);
    }
}

fn validate_class_name(name: Option<&str>, path: &str, errors: &mut FieldErrors) {
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        errors.check(format!("{path}.storageClassName"), name, names::subdomain);
    }
}

/// A size must be a number above 0.
fn validate_size(size: &Quantity, field: &str, errors: &mut FieldErrors) {
    match quantity::nano(&size.0) {
        Ok(nano) if nano > 0 => {}
        Ok(_) => errors.invalid(field, quoted(&size.0), "must be greater than zero"),
        Err(detail) => errors.invalid(field, quoted(&size.0), detail),
    }
}

fn shown_mode(mode: Option<&str>) -> String {
    mode.unwrap_or("<unset>").to_owned()
}
