//! Workloads that keep Pods running: what their kinds have in common.

use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, go_map, pod, quoted, selectors};
use crate::selector;

pub(super) mod controller_revision;
pub(super) mod daemon_set;
pub(super) mod deployment;
pub(super) mod replica_set;
pub(super) mod replication_controller;
pub(super) mod stateful_set;

pub(super) const CONTAINERS: Column =
    Column::text("Containers", "Names of each container in the template.").wide();
pub(super) const IMAGES: Column =
    Column::text("Images", "Images referenced by each container in the template.").wide();
const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

pub(super) fn template_warnings(template: Option<&PodTemplateSpec>) -> Vec<String> {
    let spec = template.and_then(|template| template.spec.as_ref());
    spec.map(|spec| pod::spec_warnings(spec, "spec.template.spec")).unwrap_or_default()
}

pub(super) fn default_template(template: &mut PodTemplateSpec) {
    template.metadata.get_or_insert_default();
    pod::default_spec(template.spec.get_or_insert_default());
}

pub(super) fn not_negative(path: &str, number: Option<i32>, errors: &mut FieldErrors) {
    if let Some(number) = number.filter(|number| *number < 0) {
        errors.invalid(path, number, NOT_NEGATIVE);
    }
}

/// `noun` is how Kubernetes calls the kind in the message.
fn validate_selector(selector: &LabelSelector, noun: &str, errors: &mut FieldErrors) {
    selectors::validate(selector, "spec.selector", errors);
    if *selector == LabelSelector::default() {
        errors.required("spec.selector", "");
    } else if selectors::is_empty(selector) {
        let detail = format!("empty selector is invalid for {noun}");
        errors.invalid("spec.selector", selectors::go_value(selector), detail);
    }
}

/// A template's labels must fulfil the selector. A missing selector selects nothing.
fn validate_labels(template: &PodTemplateSpec, wanted: &LabelSelector, errors: &mut FieldErrors) {
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    if selectors::is_empty(wanted) || !selector::matches(wanted, labels) {
        let detail = "`selector` does not match template `labels`";
        errors.invalid("spec.template.metadata.labels", go_map(labels), detail);
    }
}

/// `kind` is the one that Kubernetes names in its message: it says ReplicaSet of Deployments too.
fn validate_template(template: &PodTemplateSpec, kind: &str, errors: &mut FieldErrors) {
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
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
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.forbidden("spec.template.spec.activeDeadlineSeconds", detail);
    }
}

/// The number of a count or percentage.
pub(super) fn portion(
    value: Option<&IntOrString>,
    path: &str,
    errors: &mut FieldErrors,
) -> Option<i32> {
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
                let detail = "a valid percent string must be a numeric string followed by an \
                              ending '%' (e.g. '1%',  or '93%', regex used for validation is \
                              '[0-9]+%')";
                errors.invalid(path, go_portion(value?), detail);
                return None;
            };
            percent.parse().ok()
        }
    }
}

/// A percentage of more than all is refused.
fn at_most_all(value: Option<&IntOrString>, path: &str, errors: &mut FieldErrors) {
    let Some(IntOrString::String(text)) = value else { return };
    let percent: Option<i64> = text.strip_suffix('%').and_then(|digits| digits.parse().ok());
    if let Some(value) = value.filter(|_| percent.is_some_and(|percent| percent > 100)) {
        errors.invalid(path, go_portion(value), "must not be greater than 100%");
    }
}

/// As Go prints it.
fn go_portion(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => {
            format!("intstr.IntOrString{{Type:0, IntVal:{number}, StrVal:\"\"}}")
        }
        IntOrString::String(text) => {
            format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}", quoted(text))
        }
    }
}

fn same_selector(new: &LabelSelector, old: &LabelSelector, errors: &mut FieldErrors) {
    if new != old {
        errors.invalid("spec.selector", selectors::go_value(new), "field is immutable");
    }
}

/// The names and images of a template's containers.
pub(super) fn containers(spec: Option<&PodSpec>) -> (String, String) {
    let containers = spec.map(|spec| &*spec.containers).unwrap_or_default();
    let names: Vec<&str> = containers.iter().map(|container| &*container.name).collect();
    let images: Vec<&str> =
        containers.iter().map(|container| container.image.as_deref().unwrap_or_default()).collect();
    (names.join(","), images.join(","))
}
