//! PersistentVolumes.

use k8s_openapi::api::core::v1::{
    ObjectReference, PersistentVolume, PersistentVolumeSpec, PersistentVolumeStatus,
};
use serde_json::{Map, Value};

use super::super::Subresource::Status;
use super::super::{
    AGE, Column, FieldErrors, KindRow, NAME, Particulars, Rules, age, difference, quoted,
};
use super::{VOLUME_PROTECTION, class_of_volume, fill, hold, short_modes, shown_mode};
use crate::object::Kind;
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.core.v1.PersistentVolumeSpec";
const STATUS: &str = "io.k8s.api.core.v1.PersistentVolumeStatus";

pub(in crate::kinds) const ROW: KindRow = KindRow {
    kind: Kind::PersistentVolume,
    singular: "persistentvolume",
    short_names: &["pv"],
    categories: &[],
    namespaced: false,
    subresources: &[Status],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<PersistentVolume>(),
};

const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Capacity", SPEC, "capacity"),
    Column::field("Access Modes", SPEC, "accessModes"),
    Column::field("Reclaim Policy", SPEC, "persistentVolumeReclaimPolicy"),
    Column::field("Status", STATUS, "phase"),
    Column::field("Claim", SPEC, "claimRef"),
    Column::text("StorageClass", "StorageClass of the pv"),
    Column::text("VolumeAttributesClass", "VolumeAttributesClass of the pv"),
    Column::field("Reason", STATUS, "reason"),
    AGE,
    Column::field("VolumeMode", SPEC, "volumeMode").wide(),
];

const POLICIES: &[&str] = &["Delete", "Recycle", "Retain"];

/// The fields of a spec that are not where its bytes are.
const NO_SOURCES: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

impl Particulars for PersistentVolume {
    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        fill(&mut spec.persistent_volume_reclaim_policy, "Retain");
        fill(&mut spec.volume_mode, "Filesystem");
        if let Some(host_path) = &mut spec.host_path {
            host_path.type_.get_or_insert_default();
        }
    }

    fn begin(&mut self) {
        hold(&mut self.metadata.finalizers, VOLUME_PROTECTION);
        let status = PersistentVolumeStatus {
            phase: Some("Pending".to_owned()),
            ..PersistentVolumeStatus::default()
        };
        self.status = Some(status);
    }

    fn keep(&mut self, old: &PersistentVolume) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &PersistentVolume) {
        self.status.clone_from(&from.status);
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = PersistentVolumeSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let modes = spec.access_modes.as_deref().unwrap_or_default();
        if modes.is_empty() {
            errors.required("spec.accessModes", "");
        }
        super::validate_modes(modes, "spec", errors);
        validate_capacity(spec, errors);
        let policy = spec.persistent_volume_reclaim_policy.as_deref();
        errors.one_of("spec.persistentVolumeReclaimPolicy", policy, POLICIES);
        validate_sources(spec, errors);
        super::validate_class_name(spec.storage_class_name.as_deref(), "spec", errors);
        super::validate_volume_mode(spec.volume_mode.as_deref(), "spec", errors);
        validate_affinity(spec, errors);
    }

    fn validate_update(&self, old: &PersistentVolume, errors: &mut FieldErrors) {
        let (new, old) = (sources(self.spec.as_ref()), sources(old.spec.as_ref()));
        if new != old {
            let shown = difference::show("PersistentVolumeSource", &old, &new);
            let detail =
                format!("spec.persistentvolumesource is immutable after creation\n{shown}");
            errors.forbidden("spec.persistentvolumesource", detail);
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = PersistentVolumeSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let size = spec.capacity.as_ref().and_then(|capacity| capacity.get("storage"));
        let status = self.status.as_ref();
        let phase = match self.metadata.deletion_timestamp {
            Some(_) => "Terminating".to_owned(),
            None => status.and_then(|status| status.phase.clone()).unwrap_or_default(),
        };
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            size.map_or_else(|| "0".to_owned(), |size| size.0.clone()).into(),
            short_modes(spec.access_modes.as_deref().unwrap_or_default()).into(),
            spec.persistent_volume_reclaim_policy.clone().unwrap_or_default().into(),
            phase.into(),
            claim(spec.claim_ref.as_ref()).into(),
            class_of_volume(self).into(),
            shown_mode(spec.volume_attributes_class_name.as_deref()).into(),
            status.and_then(|status| status.reason.clone()).unwrap_or_default().into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            shown_mode(spec.volume_mode.as_deref()).into(),
        ]
    }
}

fn claim(of: Option<&ObjectReference>) -> String {
    let Some(of) = of else { return String::new() };
    let namespace = of.namespace.as_deref().unwrap_or_default();
    format!("{namespace}/{}", of.name.as_deref().unwrap_or_default())
}

fn validate_capacity(spec: &PersistentVolumeSpec, errors: &mut FieldErrors) {
    let capacity = spec.capacity.clone().unwrap_or_default();
    if capacity.is_empty() {
        errors.required("spec.capacity", "");
    }
    if !capacity.contains_key("storage") || capacity.len() > 1 {
        let entries: Vec<String> =
            capacity.iter().map(|(name, size)| format!("{}:{}", quoted(name), size.0)).collect();
        let given = format!("map[{}]", entries.join(" "));
        errors.not_supported("spec.capacity", &given, &["storage"]);
    }
    for (name, size) in &capacity {
        super::validate_size(size, &format!("spec.capacity[{name}]"), errors);
    }
}

/// The part of a spec that says where the bytes are.
fn sources(spec: Option<&PersistentVolumeSpec>) -> Map<String, Value> {
    let json = serde_json::to_value(spec).unwrap_or_default();
    let fields = json.as_object().cloned().unwrap_or_default();
    fields.into_iter().filter(|(name, _)| !NO_SOURCES.contains(&&**name)).collect()
}

fn validate_sources(spec: &PersistentVolumeSpec, errors: &mut FieldErrors) {
    let given = sources(Some(spec));
    if given.is_empty() {
        errors.required("spec", "must specify a volume type");
    }
    let all = difference::names("PersistentVolumeSource");
    for name in all.into_iter().filter(|name| given.contains_key(*name)).skip(1) {
        errors.forbidden(format!("spec.{name}"), "may not specify more than 1 volume type");
    }
    if let Some(host_path) = &spec.host_path {
        validate_path(&host_path.path, "spec.hostPath.path", errors);
        let recycles = spec.persistent_volume_reclaim_policy.as_deref() == Some("Recycle");
        if host_path.path == "/" && recycles {
            let detail = "may not be 'recycle' for a hostPath mount of '/'";
            errors.forbidden("spec.persistentVolumeReclaimPolicy", detail);
        }
    }
    if let Some(local) = &spec.local {
        validate_path(&local.path, "spec.local.path", errors);
        if spec.node_affinity.is_none() {
            errors.required("metadata.annotations", "Local volume requires node affinity");
        }
    }
    if let Some(nfs) = &spec.nfs {
        require(&nfs.server, "spec.nfs.server", errors);
        require(&nfs.path, "spec.nfs.path", errors);
        if !nfs.path.starts_with('/') {
            errors.invalid("spec.nfs.path", quoted(&nfs.path), "must be an absolute path");
        }
    }
    if let Some(csi) = &spec.csi {
        require(&csi.driver, "spec.csi.driver", errors);
        require(&csi.volume_handle, "spec.csi.volumeHandle", errors);
    }
}

fn require(value: &str, field: &str, errors: &mut FieldErrors) {
    if value.is_empty() {
        errors.required(field, "");
    }
}

fn validate_path(path: &str, field: &str, errors: &mut FieldErrors) {
    require(path, field, errors);
    if path.split('/').any(|part| part == "..") {
        errors.invalid(field, quoted(path), "must not contain '..'");
    }
}

fn validate_affinity(spec: &PersistentVolumeSpec, errors: &mut FieldErrors) {
    let Some(affinity) = &spec.node_affinity else { return };
    let Some(required) = &affinity.required else {
        let detail = "must specify required node constraints";
        return errors.required("spec.nodeAffinity.required", detail);
    };
    if required.node_selector_terms.is_empty() {
        let detail = "must have at least one node selector term";
        errors.required("spec.nodeAffinity.required.nodeSelectorTerms", detail);
    }
}
