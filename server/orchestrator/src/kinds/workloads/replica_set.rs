//! ReplicaSets.

use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetSpec, ReplicaSetStatus};
use serde_json::Value;

use super::{
    AGE, CONTAINERS, Column, FieldErrors, IMAGES, NAME, Particulars, age, containers,
    default_template, not_negative, pod, same_selector, selectors, template_warnings,
    validate_labels, validate_selector, validate_template,
};
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.apps.v1.ReplicaSetSpec";
const STATUS: &str = "io.k8s.api.apps.v1.ReplicaSetStatus";

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

impl Particulars for ReplicaSet {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        if let Some(template) = &mut spec.template {
            default_template(template);
        }
    }

    fn begin(&mut self) {
        self.status = Some(ReplicaSetStatus::default());
    }

    fn keep(&mut self, old: &ReplicaSet) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &ReplicaSet) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &ReplicaSet) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = ReplicaSetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        not_negative("spec.replicas", spec.replicas, errors);
        not_negative("spec.minReadySeconds", spec.min_ready_seconds, errors);
        // Kubernetes says "deployment" here too.
        validate_selector(&spec.selector, "deployment", errors);
        match &spec.template {
            None => errors.required("spec.template", ""),
            Some(template) => {
                validate_labels(template, &spec.selector, errors);
                validate_template(template, "ReplicaSet", errors);
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

    fn validate_update(&self, old: &ReplicaSet, errors: &mut FieldErrors) {
        let selector = |set: &ReplicaSet| {
            set.spec.as_ref().map(|spec| spec.selector.clone()).unwrap_or_default()
        };
        same_selector(&selector(self), &selector(old), errors);
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
        let none = ReplicaSetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let status = self.status.clone().unwrap_or_default();
        let template = spec.template.as_ref().and_then(|template| template.spec.as_ref());
        let (names, images) = containers(template);
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            spec.replicas.unwrap_or(0).into(),
            status.replicas.into(),
            status.ready_replicas.unwrap_or(0).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
            selectors::show(&spec.selector).into(),
        ]
    }
}
