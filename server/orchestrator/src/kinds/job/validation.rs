//! What may be wrong with a Job.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go>

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::PodSpec;
use serde::Serialize;

use super::super::{FieldErrors, go_map, metadata, pod, quoted, selectors, workloads};
use super::policy;
use crate::selector;

/// The most Pods at once of an indexed Job.
const INDEXED_PARALLELISM_MAX: i32 = 100_000;
/// An indexed Job of more completions has further limits, where each index has its own back-off.
const MANY_COMPLETIONS: i32 = 100_000;
const FEW_FAILED_INDEXES: i32 = 10_000;
const IMMUTABLE: &str = "field is immutable";

pub(super) fn validate(job: &Job, errors: &mut FieldErrors) {
    let none = JobSpec::default();
    let spec = job.spec.as_ref().unwrap_or(&none);
    validate_generated(job, spec, errors);
    validate_spec(spec, "spec", errors);
    match &spec.selector {
        None => errors.required("spec.selector", ""),
        Some(wanted) => {
            selectors::validate(wanted, "spec.selector", errors);
            let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
            if !selector::matches(wanted, labels) {
                let detail = "`selector` does not match template `labels`";
                errors.invalid("spec.template.metadata.labels", go_map(labels), detail);
            }
        }
    }
}

/// What the server adds to the template must not be contradicted by the client.
fn validate_generated(job: &Job, spec: &JobSpec, errors: &mut FieldErrors) {
    if spec.manual_selector == Some(true) {
        return;
    }
    let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    let name = job.metadata.name.as_deref().unwrap_or_default();
    let uid = job.metadata.uid.as_deref().unwrap_or_default();
    for (keys, expected) in [(super::UID_LABELS, uid), (super::NAME_LABELS, name)] {
        for key in keys {
            let given = labels.and_then(|labels| labels.get(key));
            if given.is_some_and(|given| given != expected) {
                let detail = format!("must be '{expected}'");
                errors.invalid("spec.template.metadata.labels", go_map(labels), detail);
            }
        }
    }
    let own = spec.selector.as_ref().and_then(|selector| selector.match_labels.as_ref());
    let generated = own.is_some_and(|own| {
        own.len() == 1 && own.get(super::UID_LABELS[0]).is_some_and(|given| given == uid)
    });
    if let Some(given) = spec.selector.as_ref().filter(|_| !generated) {
        let detail = "`selector` not auto-generated";
        errors.invalid("spec.selector", selectors::go_value(given), detail);
    }
}

/// Notes what is wrong with the spec of a Job or of a Job template, the selector left out.
pub(in crate::kinds) fn validate_spec(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    let numbers = [
        ("parallelism", spec.parallelism),
        ("completions", spec.completions),
        ("backoffLimit", spec.backoff_limit),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished),
        ("backoffLimitPerIndex", spec.backoff_limit_per_index),
        ("maxFailedIndexes", spec.max_failed_indexes),
    ];
    for (field, number) in numbers {
        workloads::not_negative(&format!("{path}.{field}"), number, errors);
    }
    if let Some(seconds) = spec.active_deadline_seconds.filter(|seconds| *seconds < 0) {
        let detail = "must be greater than or equal to 0";
        errors.invalid(format!("{path}.activeDeadlineSeconds"), seconds, detail);
    }
    if spec.max_failed_indexes.is_some() && spec.backoff_limit_per_index.is_none() {
        let detail = "when maxFailedIndexes is specified";
        errors.required(format!("{path}.backoffLimitPerIndex"), detail);
    }
    if let Some(by) = spec.managed_by.as_deref() {
        errors.check(format!("{path}.managedBy"), by, super::super::names::qualified_name);
    }
    validate_mode(spec, path, errors);
    if let Some(policy) = &spec.pod_failure_policy {
        policy::validate_failure(spec, policy, path, errors);
    }
    validate_replacement(spec, path, errors);
    validate_template(spec, path, errors);
}

fn validate_mode(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    match spec.completion_mode.as_deref() {
        Some("Indexed") => validate_indexed(spec, path, errors),
        None | Some("NonIndexed") => validate_not_indexed(spec, path, errors),
        Some(other) => {
            let known = ["Indexed", "NonIndexed"];
            errors.not_supported(format!("{path}.completionMode"), other, &known);
        }
    }
}

fn validate_indexed(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    let Some(completions) = spec.completions else {
        let detail = "when completion mode is Indexed";
        return errors.required(format!("{path}.completions"), detail);
    };
    if let Some(many) = spec.parallelism.filter(|count| *count > INDEXED_PARALLELISM_MAX) {
        let detail = format!(
            "must be less than or equal to {INDEXED_PARALLELISM_MAX} when completion mode is \
             Indexed"
        );
        errors.invalid(format!("{path}.parallelism"), many, detail);
    }
    if let Some(failed) = spec.max_failed_indexes.filter(|failed| *failed > completions) {
        let detail = "must be less than or equal to completions";
        errors.invalid(format!("{path}.maxFailedIndexes"), failed, detail);
    }
    if completions > MANY_COMPLETIONS && spec.backoff_limit_per_index.is_some() {
        validate_many(spec, path, errors);
    }
    if let Some(policy) = &spec.success_policy {
        policy::validate_success(spec, policy, path, errors);
    }
}

fn validate_many(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    let detail = format!(
        "must be less than or equal to {FEW_FAILED_INDEXES} when completions are above \
         {MANY_COMPLETIONS} and used with backoff limit per index"
    );
    if spec.max_failed_indexes.is_none() {
        let detail = format!("must be specified when completions is above {MANY_COMPLETIONS}");
        errors.required(format!("{path}.maxFailedIndexes"), &detail);
    }
    let limited =
        [("parallelism", spec.parallelism), ("maxFailedIndexes", spec.max_failed_indexes)];
    for (field, number) in limited {
        if let Some(number) = number.filter(|number| *number > FEW_FAILED_INDEXES) {
            errors.invalid(format!("{path}.{field}"), number, &detail);
        }
    }
}

fn validate_not_indexed(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    let detail = "requires indexed completion mode";
    let indexed_only = [
        ("backoffLimitPerIndex", spec.backoff_limit_per_index),
        ("maxFailedIndexes", spec.max_failed_indexes),
    ];
    for (field, number) in indexed_only {
        if let Some(number) = number {
            errors.invalid(format!("{path}.{field}"), number, detail);
        }
    }
    if let Some(policy) = &spec.success_policy {
        errors.invalid(format!("{path}.successPolicy"), json(policy), detail);
    }
}

fn validate_replacement(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    let path = format!("{path}.podReplacementPolicy");
    match spec.pod_replacement_policy.as_deref() {
        None | Some("Failed") => {}
        Some("TerminatingOrFailed") if spec.pod_failure_policy.is_none() => {}
        Some(other) => {
            let known: &[&str] = match spec.pod_failure_policy {
                Some(_) => &["Failed"],
                None => &["Failed", "TerminatingOrFailed"],
            };
            errors.not_supported(path, other, known);
        }
    }
}

fn validate_template(spec: &JobSpec, path: &str, errors: &mut FieldErrors) {
    let template = spec.template.metadata.as_ref();
    let labels = template.and_then(|meta| meta.labels.as_ref());
    metadata::labels(labels, &format!("{path}.template.labels"), errors);
    let annotations = template.and_then(|meta| meta.annotations.as_ref());
    metadata::annotations(annotations, &format!("{path}.template.annotations"), errors);
    let none = PodSpec::default();
    let pod = spec.template.spec.as_ref().unwrap_or(&none);
    pod::validate_spec(pod, &format!("{path}.template.spec"), errors);
    let path = format!("{path}.template.spec.restartPolicy");
    match pod.restart_policy.as_deref() {
        Some("OnFailure") => {
            if spec.pod_failure_policy.is_some() {
                let detail = "only \"Never\" is supported when podFailurePolicy is specified";
                errors.invalid(path, quoted("OnFailure"), detail);
            }
        }
        None | Some("" | "Always") => {
            errors.required(path, "valid values: \"OnFailure\", \"Never\"");
        }
        // `Never` is right; that another is unknown is said already.
        Some(_) => {}
    }
}

/// Notes what is wrong with the change of a Job.
pub(super) fn validate_update(new: &Job, old: &Job, errors: &mut FieldErrors) {
    let none = JobSpec::default();
    let (job, old_job) = (new, old);
    let new = new.spec.as_ref().unwrap_or(&none);
    let old = old.spec.as_ref().unwrap_or(&none);
    validate_completions(new, old, errors);
    let same = |field: &str, same: bool, value: String, errors: &mut FieldErrors| {
        if !same {
            errors.invalid(format!("spec.{field}"), value, IMMUTABLE);
        }
    };
    same("selector", new.selector == old.selector, json(&new.selector), errors);
    if scheduling_left_out(new, job, old_job) != scheduling_left_out(old, job, old_job) {
        errors.invalid("spec.template", json(&new.template), IMMUTABLE);
    }
    let (is, was) = (&new.completion_mode, &old.completion_mode);
    same("completionMode", is == was, json(is), errors);
    let (is, was) = (&new.pod_failure_policy, &old.pod_failure_policy);
    same("podFailurePolicy", is == was, json(is), errors);
    let (is, was) = (&new.backoff_limit_per_index, &old.backoff_limit_per_index);
    same("backoffLimitPerIndex", is == was, json(is), errors);
    same("managedBy", new.managed_by == old.managed_by, json(&new.managed_by), errors);
    let (is, was) = (&new.success_policy, &old.success_policy);
    same("successPolicy", is == was, json(is), errors);
}

/// The number of indexes may follow the number of Pods at once.
fn validate_completions(new: &JobSpec, old: &JobSpec, errors: &mut FieldErrors) {
    if new.completions == old.completions {
        return;
    }
    let path = "spec.completions";
    let value = new.completions.map_or_else(|| "null".to_owned(), |count| count.to_string());
    if new.completion_mode.as_deref() != Some("Indexed") {
        errors.invalid(path, value, IMMUTABLE);
    } else if new.completions.is_some() && new.completions != new.parallelism {
        let detail = "can only be modified in tandem with spec.parallelism";
        errors.invalid(path, value, detail);
    }
}

/// The template without what may change while the Job is suspended and has no Pods: where its Pods
/// go, and what they take.
fn scheduling_left_out(spec: &JobSpec, new: &Job, old: &Job) -> JobSpec {
    let suspended = |job: &Job| job.spec.as_ref().is_some_and(|spec| spec.suspend == Some(true));
    let idle = old.status.as_ref().is_none_or(|status| status.start_time.is_none());
    let mut only = JobSpec { template: spec.template.clone(), ..JobSpec::default() };
    if !(suspended(old) && suspended(new) && idle) {
        return only;
    }
    if let Some(meta) = &mut only.template.metadata {
        (meta.labels, meta.annotations) = (None, None);
    }
    if let Some(pod) = &mut only.template.spec {
        pod.node_selector = None;
        pod.tolerations = None;
        pod.scheduling_gates = None;
        pod.affinity = None;
        for container in pod.containers.iter_mut().chain(pod.init_containers.iter_mut().flatten()) {
            container.resources = None;
        }
    }
    only
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
