//! VolumeAttachments: a volume is wanted, or is, at a node.

use k8s_openapi::api::storage::v1::VolumeAttachment;
use serde_json::Value;

use super::super::Subresource::Status;
use super::super::{
    AGE, Column, FieldErrors, KindRow, NAME, Particulars, Rules, age, names, quoted,
};
use crate::object::Kind;
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.storage.v1.VolumeAttachmentSpec";
const SOURCE: &str = "io.k8s.api.storage.v1.VolumeAttachmentSource";
const STATUS: &str = "io.k8s.api.storage.v1.VolumeAttachmentStatus";

pub(in crate::kinds) const ROW: KindRow = KindRow {
    kind: Kind::VolumeAttachment,
    singular: "volumeattachment",
    short_names: &[],
    categories: &[],
    namespaced: false,
    subresources: &[Status],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<VolumeAttachment>(),
};

const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Attacher", SPEC, "attacher"),
    Column::field("PV", SOURCE, "persistentVolumeName"),
    Column::field("Node", SPEC, "nodeName"),
    Column::field("Attached", STATUS, "attached").boolean(),
    AGE,
];

impl Particulars for VolumeAttachment {
    fn begin(&mut self) {
        self.status = Some(Default::default());
    }

    fn keep(&mut self, old: &VolumeAttachment) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &VolumeAttachment) {
        self.status.clone_from(&from.status);
    }

    fn validate(&self, errors: &mut FieldErrors) {
        if self.spec.attacher.is_empty() {
            errors.required("spec.attacher", "");
        } else {
            let attacher = self.spec.attacher.to_lowercase();
            errors.check("spec.attacher", &attacher, names::qualified_name);
        }
        let source = &self.spec.source;
        match (&source.persistent_volume_name, &source.inline_volume_spec) {
            (None, None) => {
                let detail =
                    "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
                errors.required("spec.source", detail);
            }
            (Some(name), None) if name.is_empty() => {
                errors.required(
                    "spec.source.persistentVolumeName",
                    "must specify non empty persistentVolumeName",
                );
            }
            _ => {}
        }
        if self.spec.node_name.is_empty() {
            errors.required("spec.nodeName", "");
        }
    }

    fn validate_update(&self, old: &VolumeAttachment, errors: &mut FieldErrors) {
        if self.spec != old.spec {
            let given = serde_json::to_string(&self.spec).unwrap_or_default();
            errors.invalid("spec", quoted(&given), "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let volume = self.spec.source.persistent_volume_name.clone();
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            self.spec.attacher.clone().into(),
            volume.unwrap_or_default().into(),
            self.spec.node_name.clone().into(),
            self.status.as_ref().is_some_and(|status| status.attached).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}
