//! ReplicationControllers: what ReplicaSets were before selectors had expressions.

use k8s_openapi::api::core::v1::{
    ReplicationController, ReplicationControllerSpec, ReplicationControllerStatus,
};
use serde_json::Value;

use super::{
    AGE, CONTAINERS, Column, FieldErrors, IMAGES, NAME, Particulars, age, containers,
    default_template, not_negative, pod, selectors, template_warnings, validate_labels,
    validate_template,
};
use crate::selector::Labels;
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.core.v1.ReplicationControllerSpec";
const STATUS: &str = "io.k8s.api.core.v1.ReplicationControllerStatus";

pub(in crate::kinds) const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Desired", SPEC, "replicas").integer(),
    Column::field("Current", STATUS, "replicas").integer(),
    Column::field("Ready", STATUS, "readyReplicas").integer(),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", SPEC, "selector").wide(),
];

impl Particulars for ReplicationController {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        let Some(template) = &mut spec.template else { return };
        default_template(template);
        let labels = template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
        let Some(labels) = labels.filter(|labels| !labels.is_empty()) else { return };
        let or_template = |own: &mut Option<Labels>| {
            if own.as_ref().is_none_or(Labels::is_empty) {
                *own = Some(labels.clone());
            }
        };
        or_template(&mut spec.selector);
        or_template(&mut self.metadata.labels);
    }

    fn begin(&mut self) {
        self.status = Some(ReplicationControllerStatus::default());
    }

    fn keep(&mut self, old: &ReplicationController) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &ReplicationController) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &ReplicationController) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = ReplicationControllerSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        not_negative("spec.minReadySeconds", spec.min_ready_seconds, errors);
        let selector = spec.selector.clone().unwrap_or_default();
        if selector.is_empty() {
            errors.required("spec.selector", "");
        }
        not_negative("spec.replicas", spec.replicas, errors);
        match &spec.template {
            None => errors.required("spec.template", ""),
            Some(template) => {
                if !selector.is_empty() {
                    validate_labels(template, &selectors::of_labels(selector), errors);
                }
                validate_template(template, "ReplicationController", errors);
            }
        }
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let mut warnings = pod::name_warnings(name, "Pod names and hostnames");
        let template = self.spec.as_ref().and_then(|spec| spec.template.as_ref());
        warnings.extend(template_warnings(template));
        warnings
    }

    fn field(&self, name: &str) -> String {
        match name {
            "status.replicas" => {
                self.status.as_ref().map_or(0, |status| status.replicas).to_string()
            }
            _ => String::new(),
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = ReplicationControllerSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let status = self.status.clone().unwrap_or_default();
        let template = spec.template.as_ref().and_then(|template| template.spec.as_ref());
        let (names, images) = containers(template);
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            spec.replicas.unwrap_or_default().into(),
            status.replicas.into(),
            status.ready_replicas.unwrap_or_default().into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
            selectors::show_labels(spec.selector.as_ref()).into(),
        ]
    }
}
