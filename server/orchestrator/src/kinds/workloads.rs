//! Deployments and ReplicaSets.

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy, ReplicaSet, ReplicaSetSpec,
    ReplicaSetStatus, RollingUpdateDeployment,
};
use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, go_map, pod, quoted, selectors};
use crate::selector;
use crate::time::Clock;

const DEPLOYMENT_SPEC: &str = "io.k8s.api.apps.v1.DeploymentSpec";
const DEPLOYMENT_STATUS: &str = "io.k8s.api.apps.v1.DeploymentStatus";
const REPLICA_SET_SPEC: &str = "io.k8s.api.apps.v1.ReplicaSetSpec";
const REPLICA_SET_STATUS: &str = "io.k8s.api.apps.v1.ReplicaSetStatus";
const CONTAINERS: Column =
    Column::text("Containers", "Names of each container in the template.").wide();
const IMAGES: Column =
    Column::text("Images", "Images referenced by each container in the template.").wide();
const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

pub(super) const DEPLOYMENT_COLUMNS: &[Column] = &[
    NAME,
    Column::text("Ready", "Number of the pod with ready state"),
    Column::field("Up-to-date", DEPLOYMENT_STATUS, "updatedReplicas"),
    Column::field("Available", DEPLOYMENT_STATUS, "availableReplicas"),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", DEPLOYMENT_SPEC, "selector").wide(),
];

pub(super) const REPLICA_SET_COLUMNS: &[Column] = &[
    NAME,
    Column::field("Desired", REPLICA_SET_SPEC, "replicas").integer(),
    Column::field("Current", REPLICA_SET_STATUS, "replicas").integer(),
    Column::field("Ready", REPLICA_SET_STATUS, "readyReplicas").integer(),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", REPLICA_SET_SPEC, "selector").wide(),
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
    }

    fn same_spec(&self, old: &Deployment) -> bool {
        // Its annotations go to the ReplicaSets, so they count too.
        self.spec == old.spec && self.metadata.annotations == old.metadata.annotations
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = DeploymentSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        not_negative("spec.replicas", spec.replicas, errors);
        validate_selector(&spec.selector, errors);
        validate_template(&spec.template, &spec.selector, errors);
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
        validate_selector(&spec.selector, errors);
        match &spec.template {
            None => errors.required("spec.template", ""),
            Some(template) => validate_template(template, &spec.selector, errors),
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

fn template_warnings(template: Option<&PodTemplateSpec>) -> Vec<String> {
    let spec = template.and_then(|template| template.spec.as_ref());
    spec.map(|spec| pod::spec_warnings(spec, "spec.template.spec")).unwrap_or_default()
}

fn default_template(template: &mut PodTemplateSpec) {
    template.metadata.get_or_insert_default();
    pod::default_spec(template.spec.get_or_insert_default());
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

fn not_negative(path: &str, number: Option<i32>, errors: &mut FieldErrors) {
    if let Some(number) = number.filter(|number| *number < 0) {
        errors.invalid(path, number, NOT_NEGATIVE);
    }
}

fn validate_selector(selector: &LabelSelector, errors: &mut FieldErrors) {
    selectors::validate(selector, "spec.selector", errors);
    if *selector == LabelSelector::default() {
        errors.required("spec.selector", "");
    } else if selectors::is_empty(selector) {
        // Kubernetes says "deployment" of a ReplicaSet too.
        let detail = "empty selector is invalid for deployment";
        errors.invalid("spec.selector", selectors::go_value(selector), detail);
    }
}

fn validate_template(template: &PodTemplateSpec, wanted: &LabelSelector, errors: &mut FieldErrors) {
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    let selects = !selectors::is_empty(wanted) && selector::matches(wanted, labels);
    // A missing selector selects nothing.
    if !selects {
        let detail = "`selector` does not match template `labels`";
        errors.invalid("spec.template.metadata.labels", go_map(labels), detail);
    }
    super::metadata::labels(labels, "spec.template.labels", errors);
    let annotations = template.metadata.as_ref().and_then(|meta| meta.annotations.as_ref());
    super::metadata::annotations(annotations, "spec.template.annotations", errors);
    let none = PodSpec::default();
    let spec = template.spec.as_ref().unwrap_or(&none);
    pod::validate_spec(spec, "spec.template.spec", errors);
    if let Some(policy @ ("OnFailure" | "Never")) = spec.restart_policy.as_deref() {
        errors.not_supported("spec.template.spec.restartPolicy", policy, &["Always"]);
    }
    if spec.active_deadline_seconds.is_some() {
        let detail = "activeDeadlineSeconds in ReplicaSet is not Supported";
        errors.forbidden("spec.template.spec.activeDeadlineSeconds", detail);
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
        let value = match &rolling.max_unavailable {
            Some(IntOrString::String(text)) => {
                format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}", quoted(text))
            }
            _ => "intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}".to_owned(),
        };
        let detail = "may not be 0 when `maxSurge` is 0";
        errors.invalid(format!("{path}.maxUnavailable"), value, detail);
    }
    let is_percent = matches!(rolling.max_unavailable, Some(IntOrString::String(_)));
    if let Some(percent) = unavailable.filter(|percent| is_percent && *percent > 100) {
        let value = format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:\"{percent}%\"}}");
        errors.invalid(format!("{path}.maxUnavailable"), value, "must not be greater than 100%");
    }
}

/// The number of a count or percentage.
fn portion(value: Option<&IntOrString>, path: &str, errors: &mut FieldErrors) -> Option<i32> {
    match value? {
        IntOrString::Int(number) => {
            not_negative(path, Some(*number), errors);
            Some(*number)
        }
        IntOrString::String(text) => {
            let percent = text.strip_suffix('%').filter(|digits| {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            });
            let Some(percent) = percent else {
                let value =
                    format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}", quoted(text));
                let detail = "a valid percent string must be a numeric string followed by an \
                              ending '%' (e.g. '1%',  or '93%', regex used for validation is \
                              '[0-9]+%')";
                errors.invalid(path, value, detail);
                return None;
            };
            percent.parse().ok()
        }
    }
}

fn same_selector(new: &LabelSelector, old: &LabelSelector, errors: &mut FieldErrors) {
    if new != old {
        errors.invalid("spec.selector", selectors::go_value(new), "field is immutable");
    }
}

/// The names and images of a template's containers.
fn containers(spec: Option<&PodSpec>) -> (String, String) {
    let containers = spec.map(|spec| &*spec.containers).unwrap_or_default();
    let names: Vec<&str> = containers.iter().map(|container| &*container.name).collect();
    let images: Vec<&str> =
        containers.iter().map(|container| container.image.as_deref().unwrap_or_default()).collect();
    (names.join(","), images.join(","))
}
