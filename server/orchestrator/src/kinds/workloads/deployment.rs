//! Deployments.

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy, RollingUpdateDeployment,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{
    AGE, CONTAINERS, Column, FieldErrors, IMAGES, NAME, Particulars, age, at_most_all, containers,
    default_template, go_portion, not_negative, pod, portion, same_selector, selectors,
    template_warnings, validate_labels, validate_selector, validate_template,
};
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.apps.v1.DeploymentSpec";
const STATUS: &str = "io.k8s.api.apps.v1.DeploymentStatus";

pub(in crate::kinds) const COLUMNS: &[Column] = &[
    NAME,
    Column::text("Ready", "Number of the pod with ready state"),
    Column::field("Up-to-date", STATUS, "updatedReplicas"),
    Column::field("Available", STATUS, "availableReplicas"),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", SPEC, "selector").wide(),
];

impl Particulars for Deployment {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.replicas.get_or_insert(1);
        spec.revision_history_limit.get_or_insert(10);
        spec.progress_deadline_seconds.get_or_insert(600);
        default_strategy(spec.strategy.get_or_insert_default());
        default_template(&mut spec.template);
    }

    fn begin(&mut self) {
        self.status = Some(DeploymentStatus::default());
    }

    fn keep(&mut self, old: &Deployment) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &Deployment) {
        self.status.clone_from(&from.status);
        // The controller writes the revision along with the status.
        self.metadata.annotations.clone_from(&from.metadata.annotations);
    }

    fn same_spec(&self, old: &Deployment) -> bool {
        // Its annotations go to the ReplicaSets, so they count too.
        self.spec == old.spec && self.metadata.annotations == old.metadata.annotations
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = DeploymentSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        not_negative("spec.replicas", spec.replicas, errors);
        validate_selector(&spec.selector, "deployment", errors);
        validate_labels(&spec.template, &spec.selector, errors);
        validate_template(&spec.template, "ReplicaSet", errors);
        validate_strategy(spec.strategy.as_ref(), errors);
        not_negative("spec.minReadySeconds", spec.min_ready_seconds, errors);
        not_negative("spec.revisionHistoryLimit", spec.revision_history_limit, errors);
        if let Some(deadline) = spec.progress_deadline_seconds {
            not_negative("spec.progressDeadlineSeconds", Some(deadline), errors);
            if deadline <= spec.min_ready_seconds.unwrap_or(0) {
                let detail = "must be greater than minReadySeconds";
                errors.invalid("spec.progressDeadlineSeconds", deadline, detail);
            }
        }
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let mut warnings = pod::name_warnings(name, "Pod names and hostnames");
        warnings.extend(template_warnings(self.spec.as_ref().map(|spec| &spec.template)));
        warnings
    }

    fn validate_update(&self, old: &Deployment, errors: &mut FieldErrors) {
        let selector = |deployment: &Deployment| {
            deployment.spec.as_ref().map(|spec| spec.selector.clone()).unwrap_or_default()
        };
        same_selector(&selector(self), &selector(old), errors);
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = DeploymentSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let status = self.status.clone().unwrap_or_default();
        let (desired, ready) = (spec.replicas.unwrap_or(0), status.ready_replicas.unwrap_or(0));
        let (names, images) = containers(spec.template.spec.as_ref());
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            format!("{ready}/{desired}").into(),
            status.updated_replicas.unwrap_or(0).into(),
            status.available_replicas.unwrap_or(0).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
            selectors::show(&spec.selector).into(),
        ]
    }
}

fn default_strategy(strategy: &mut DeploymentStrategy) {
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".to_owned());
    }
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let quarter = || IntOrString::String("25%".to_owned());
        let rolling: &mut RollingUpdateDeployment = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert_with(quarter);
        rolling.max_surge.get_or_insert_with(quarter);
    }
}

fn validate_strategy(strategy: Option<&DeploymentStrategy>, errors: &mut FieldErrors) {
    let Some(strategy) = strategy else { return };
    match strategy.type_.as_deref() {
        Some("Recreate") => {
            if strategy.rolling_update.is_some() {
                let detail = "may not be specified when strategy `type` is 'Recreate'";
                errors.forbidden("spec.strategy.rollingUpdate", detail);
            }
        }
        Some("RollingUpdate") => match &strategy.rolling_update {
            None => {
                let detail = "this should be defaulted and never be nil";
                errors.required("spec.strategy.rollingUpdate", detail);
            }
            Some(rolling) => validate_rolling(rolling, errors),
        },
        other => {
            let known = ["Recreate", "RollingUpdate"];
            errors.not_supported("spec.strategy.type", other.unwrap_or_default(), &known);
        }
    }
}

fn validate_rolling(rolling: &RollingUpdateDeployment, errors: &mut FieldErrors) {
    let path = "spec.strategy.rollingUpdate";
    let unavailable =
        portion(rolling.max_unavailable.as_ref(), &format!("{path}.maxUnavailable"), errors);
    let surge = portion(rolling.max_surge.as_ref(), &format!("{path}.maxSurge"), errors);
    if unavailable == Some(0) && surge == Some(0) {
        let value = rolling.max_unavailable.as_ref().map(go_portion).unwrap_or_default();
        let detail = "may not be 0 when `maxSurge` is 0";
        errors.invalid(format!("{path}.maxUnavailable"), value, detail);
    }
    at_most_all(rolling.max_unavailable.as_ref(), &format!("{path}.maxUnavailable"), errors);
}
