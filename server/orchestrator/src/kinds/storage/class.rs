//! StorageClasses.

use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::super::{
    AGE, Column, FieldErrors, KindRow, NAME, Particulars, Rules, age, names, quoted,
};
use super::fill;
use crate::object::Kind;
use crate::time::Clock;

const CLASS: &str = "io.k8s.api.storage.v1.StorageClass";

pub(in crate::kinds) const ROW: KindRow = KindRow {
    kind: Kind::StorageClass,
    singular: "storageclass",
    short_names: &["sc"],
    categories: &[],
    namespaced: false,
    subresources: &[],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<StorageClass>(),
};

const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Provisioner", CLASS, "provisioner"),
    Column::field("ReclaimPolicy", CLASS, "reclaimPolicy"),
    Column::field("VolumeBindingMode", CLASS, "volumeBindingMode"),
    Column::field("AllowVolumeExpansion", CLASS, "allowVolumeExpansion"),
    AGE,
];

const DEFAULT: [&str; 2] = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];

/// Whether claims that name no class are of this one.
pub fn is_default(meta: &ObjectMeta) -> bool {
    let annotations = meta.annotations.as_ref();
    DEFAULT.iter().any(|key| {
        annotations.is_some_and(|map| map.get(*key).is_some_and(|value| value == "true"))
    })
}

impl Particulars for StorageClass {
    fn default_fields(&mut self) {
        fill(&mut self.reclaim_policy, "Delete");
        fill(&mut self.volume_binding_mode, "Immediate");
    }

    fn validate(&self, errors: &mut FieldErrors) {
        if self.provisioner.is_empty() {
            errors.required("provisioner", "");
        } else {
            let provisioner = self.provisioner.to_lowercase();
            errors.check("provisioner", &provisioner, names::qualified_name);
        }
        errors.one_of("reclaimPolicy", self.reclaim_policy.as_deref(), &["Delete", "Retain"]);
        let modes = ["Immediate", "WaitForFirstConsumer"];
        errors.one_of("volumeBindingMode", self.volume_binding_mode.as_deref(), &modes);
    }

    fn validate_update(&self, old: &StorageClass, errors: &mut FieldErrors) {
        let fixed = [
            ("parameters", self.parameters == old.parameters),
            ("provisioner", self.provisioner == old.provisioner),
            ("reclaimPolicy", self.reclaim_policy == old.reclaim_policy),
        ];
        for (field, _) in fixed.iter().filter(|(_, same)| !same) {
            errors.forbidden(*field, format!("updates to {field} are forbidden."));
        }
        if self.volume_binding_mode != old.volume_binding_mode {
            let given = quoted(self.volume_binding_mode.as_deref().unwrap_or_default());
            errors.invalid("volumeBindingMode", given, "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let mut name = self.metadata.name.clone().unwrap_or_default();
        if is_default(&self.metadata) {
            name.push_str(" (default)");
        }
        vec![
            name.into(),
            self.provisioner.clone().into(),
            self.reclaim_policy.clone().unwrap_or_else(|| "Delete".to_owned()).into(),
            self.volume_binding_mode.clone().unwrap_or_else(|| "<unset>".to_owned()).into(),
            self.allow_volume_expansion.unwrap_or(false).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}
