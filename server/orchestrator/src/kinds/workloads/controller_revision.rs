//! ControllerRevisions: what a DaemonSet or StatefulSet was like once.

use k8s_openapi::api::apps::v1::ControllerRevision;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age};
use crate::object::Object;
use crate::time::Clock;

pub(in crate::kinds) const COLUMNS: &[Column] = &[
    NAME,
    Column::text("Controller", "Controller of the object"),
    Column::field("Revision", "io.k8s.api.apps.v1.ControllerRevision", "revision"),
    AGE,
];

impl Particulars for ControllerRevision {
    fn validate(&self, errors: &mut FieldErrors) {
        if self.data.as_ref().is_none_or(|data| data.0.is_null()) {
            errors.required("data", "data is mandatory");
        }
        if self.revision < 0 {
            errors.invalid("revision", self.revision, "must be greater than or equal to 0");
        }
    }

    fn validate_update(&self, old: &ControllerRevision, errors: &mut FieldErrors) {
        if self.data != old.data {
            let data = self.data.as_ref().map(|data| data.0.to_string()).unwrap_or_default();
            errors.invalid("data", data, "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            controller(self).into(),
            self.revision.to_string().into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

/// `daemonset.apps/web`
fn controller(revision: &ControllerRevision) -> String {
    let object = Object::from(revision.clone());
    let Some(owner) = object.controller() else { return "<none>".to_owned() };
    let kind = owner.kind.to_lowercase();
    match owner.api_version.split_once('/') {
        Some((group, _)) => format!("{kind}.{group}/{}", owner.name),
        None => format!("{kind}/{}", owner.name),
    }
}
