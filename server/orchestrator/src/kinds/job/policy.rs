//! A Job's `podFailurePolicy` and `successPolicy`: what may be wrong with them.

use std::collections::BTreeSet;

use k8s_openapi::api::batch::v1::{JobSpec, PodFailurePolicy, PodFailurePolicyRule, SuccessPolicy};

use super::super::{FieldErrors, names, quoted};
use crate::indexes::Indexes;

const ACTIONS: &[&str] = &["Count", "FailIndex", "FailJob", "Ignore"];
const RULES_MAX: usize = 20;
const CODES_MAX: usize = 255;
const STATUSES: &[&str] = &["False", "True", "Unknown"];

/// A condition that is only named is wanted to be true.
pub(super) fn default_rules(policy: &mut PodFailurePolicy) {
    let patterns = policy.rules.iter_mut().flat_map(|rule| rule.on_pod_conditions.iter_mut());
    for pattern in patterns.flatten() {
        if pattern.status.as_deref().unwrap_or_default().is_empty() {
            pattern.status = Some("True".to_owned());
        }
    }
}

pub(super) fn validate_failure(
    spec: &JobSpec,
    policy: &PodFailurePolicy,
    path: &str,
    errors: &mut FieldErrors,
) {
    let path = format!("{path}.podFailurePolicy.rules");
    if policy.rules.len() > RULES_MAX {
        errors.too_many(path.clone(), policy.rules.len(), RULES_MAX);
    }
    for (index, rule) in policy.rules.iter().enumerate() {
        validate_rule(spec, rule, &format!("{path}[{index}]"), errors);
    }
}

fn validate_rule(
    spec: &JobSpec,
    rule: &PodFailurePolicyRule,
    path: &str,
    errors: &mut FieldErrors,
) {
    match rule.action.as_str() {
        "" => {
            let detail = "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]";
            errors.required(format!("{path}.action"), detail);
        }
        "FailIndex" if spec.backoff_limit_per_index.is_none() => {
            let detail = "requires the backoffLimitPerIndex to be set";
            errors.invalid(format!("{path}.action"), quoted("FailIndex"), detail);
        }
        action if ACTIONS.contains(&action) => {}
        action => errors.not_supported(format!("{path}.action"), action, ACTIONS),
    }
    let conditions = rule.on_pod_conditions.as_deref().unwrap_or_default();
    match (&rule.on_exit_codes, conditions.is_empty()) {
        (None, true) => {
            let detail = "specifying one of OnExitCodes and OnPodConditions is required";
            errors.invalid(path, "{}", detail);
        }
        (Some(_), false) => {
            let detail = "specifying both OnExitCodes and OnPodConditions is not supported";
            errors.invalid(path, "{}", detail);
        }
        _ => {}
    }
    validate_codes(spec, rule, &format!("{path}.onExitCodes"), errors);
    for (index, pattern) in conditions.iter().enumerate() {
        let path = format!("{path}.onPodConditions[{index}]");
        errors.check(format!("{path}.type"), &pattern.type_, names::qualified_name);
        errors.one_of(format!("{path}.status"), pattern.status.as_deref(), STATUSES);
    }
}

fn validate_codes(
    spec: &JobSpec,
    rule: &PodFailurePolicyRule,
    path: &str,
    errors: &mut FieldErrors,
) {
    let Some(codes) = &rule.on_exit_codes else { return };
    errors.one_of(format!("{path}.operator"), Some(&codes.operator), &["In", "NotIn"]);
    if let Some(name) = codes.container_name.as_deref() {
        let template = spec.template.spec.as_ref();
        let of = template
            .into_iter()
            .flat_map(|spec| spec.containers.iter().chain(spec.init_containers.iter().flatten()));
        if !of.into_iter().any(|container| container.name == name) {
            let detail = "must be one of the container or initContainer names in the pod template";
            errors.invalid(format!("{path}.containerName"), quoted(name), detail);
        }
    }
    let path = format!("{path}.values");
    match codes.values.len() {
        0 => errors.invalid(path.clone(), "[]", "at least one value is required"),
        count @ 256.. => errors.too_many(path.clone(), count, CODES_MAX),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for (index, value) in codes.values.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if codes.operator == "In" && *value == 0 {
            errors.invalid(path.clone(), value, "must not be 0 for the In operator");
        }
        if !seen.insert(value) {
            errors.duplicate(path, value);
        }
    }
    if !codes.values.is_sorted() {
        errors.invalid(path, format!("{:?}", codes.values), "must be ordered");
    }
}

pub(super) fn validate_success(
    spec: &JobSpec,
    policy: &SuccessPolicy,
    path: &str,
    errors: &mut FieldErrors,
) {
    let path = format!("{path}.successPolicy.rules");
    match policy.rules.len() {
        0 => errors.required(
            path.clone(),
            "at least one rules must be specified when the successPolicy is specified",
        ),
        count if count > RULES_MAX => errors.too_many(path.clone(), count, RULES_MAX),
        _ => {}
    }
    let completions = spec.completions.unwrap_or(0);
    for (index, rule) in policy.rules.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if rule.succeeded_count.is_none() && rule.succeeded_indexes.is_none() {
            let detail = "at least one of succeededCount or succeededIndexes must be specified";
            errors.required(path.clone(), detail);
        }
        let listed = rule.succeeded_indexes.as_deref().map(|text| (text, Indexes::parse(text)));
        let mut total = completions;
        if let Some((text, listed)) = listed {
            match listed.filter(|listed| listed.last().is_none_or(|last| last < completions)) {
                Some(listed) => total = listed.total(),
                None => {
                    let detail = "error parsing succeededIndexes: indexes must be increasing and \
                                  below completions";
                    errors.invalid(format!("{path}.succeededIndexes"), quoted(text), detail);
                }
            }
        }
        if let Some(count) = rule.succeeded_count {
            super::super::workloads::not_negative(
                &format!("{path}.succeededCount"),
                Some(count),
                errors,
            );
            if count > total {
                let detail = if rule.succeeded_indexes.is_some() {
                    format!(
                        "must be less than or equal to {total} (the number of indexes in the \
                         specified succeededIndexes field)"
                    )
                } else {
                    format!(
                        "must be less than or equal to {total} (the number of specified \
                         completions)"
                    )
                };
                errors.invalid(format!("{path}.succeededCount"), count, detail);
            }
        }
    }
}
