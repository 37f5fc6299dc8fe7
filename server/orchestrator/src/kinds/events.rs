//! Events.

use k8s_openapi::api::core::v1::{Event, EventSource};
use serde_json::Value;

use super::{Column, FieldErrors, NAME, Particulars, age};
use crate::time::Clock;

const EVENT: &str = "io.k8s.api.core.v1.Event";

pub(super) const COLUMNS: &[Column] = &[
    Column::field("Last Seen", EVENT, "lastTimestamp"),
    Column::field("Type", EVENT, "type"),
    Column::field("Reason", EVENT, "reason"),
    Column::field("Object", EVENT, "involvedObject"),
    Column::field("Subobject", "io.k8s.api.core.v1.ObjectReference", "fieldPath").wide(),
    Column::field("Source", EVENT, "source").wide(),
    Column::field("Message", EVENT, "message"),
    Column::field("First Seen", EVENT, "firstTimestamp").wide(),
    Column::field("Count", EVENT, "count").wide(),
    NAME.wide(),
];

pub(super) const FIELDS: &[&str] = &[
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
];

impl Particulars for Event {
    fn default_fields(&mut self) {
        self.source.get_or_insert_default();
        self.reporting_component.get_or_insert_default();
        self.reporting_instance.get_or_insert_default();
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let namespace = self.metadata.namespace.as_deref().unwrap_or_default();
        let about = self.involved_object.namespace.as_deref().unwrap_or_default();
        let fits = if about.is_empty() { namespace == "default" } else { namespace == about };
        if !fits {
            let value = super::quoted(about);
            let detail = "does not match event.namespace";
            errors.invalid("involvedObject.namespace", value, detail);
        }
    }

    fn field(&self, name: &str) -> String {
        let about = &self.involved_object;
        let source = self.source.as_ref().and_then(|source| source.component.as_ref());
        let value = match name {
            "involvedObject.kind" => about.kind.as_ref(),
            "involvedObject.namespace" => about.namespace.as_ref(),
            "involvedObject.name" => about.name.as_ref(),
            "involvedObject.uid" => about.uid.as_ref(),
            "involvedObject.apiVersion" => about.api_version.as_ref(),
            "involvedObject.resourceVersion" => about.resource_version.as_ref(),
            "involvedObject.fieldPath" => about.field_path.as_ref(),
            "reason" => self.reason.as_ref(),
            "reportingComponent" => self.reporting_component.as_ref(),
            "source" => source.or(self.reporting_component.as_ref()),
            "type" => self.type_.as_ref(),
            _ => None,
        };
        value.cloned().unwrap_or_default()
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let once = self.event_time.as_ref().map(|time| time.0);
        let first = self.first_timestamp.as_ref().map(|time| time.0).or(once);
        let repeated = self.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
        let last = self.last_timestamp.as_ref().map(|time| time.0);
        let last = repeated.map(|time| time.0).or(last).or(first);
        let counted = self.series.as_ref().and_then(|series| series.count).or(self.count);
        let about = &self.involved_object;
        let kind = about.kind.as_deref().unwrap_or_default().to_lowercase();
        let text = |text: &Option<String>| Value::from(text.clone().unwrap_or_default());
        vec![
            age::since_timestamp(last, clock).into(),
            text(&self.type_),
            text(&self.reason),
            format!("{kind}/{}", about.name.as_deref().unwrap_or_default()).into(),
            text(&about.field_path),
            source(self).into(),
            self.message.as_deref().unwrap_or_default().trim().into(),
            age::since_timestamp(first, clock).into(),
            counted.unwrap_or(1).max(1).into(),
            text(&self.metadata.name),
        ]
    }
}

/// `kubelet, node-1`
fn source(event: &Event) -> String {
    let given = event.source.clone().unwrap_or_default();
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let EventSource { component, host } = given;
    let component = filled(&component).or_else(|| filled(&event.reporting_component));
    let parts: Vec<String> = component.into_iter().chain(filled(&host)).collect();
    parts.join(", ")
}
