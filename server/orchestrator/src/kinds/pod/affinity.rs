//! Scheduling gates, and the label keys that become part of selectors when a Pod is made.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, Pod, PodAffinityTerm, PodCondition, PodSpec, WeightedPodAffinityTerm,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use super::super::{FieldErrors, names, quoted, selectors};

/// A gated Pod says from its beginning that nobody will place it.
pub(super) fn gated() -> PodCondition {
    PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some("SchedulingGated".to_owned()),
        message: Some("Scheduling is blocked due to non-empty scheduling gates".to_owned()),
        ..PodCondition::default()
    }
}

/// Turns `matchLabelKeys` and `mismatchLabelKeys` into terms of the selectors they stand beside.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#matchlabelkeys>
pub(super) fn merge_label_keys(pod: &mut Pod) {
    let labels = pod.metadata.labels.clone().unwrap_or_default();
    let Some(spec) = &mut pod.spec else { return };
    for spread in spec.topology_spread_constraints.iter_mut().flatten() {
        let keys = spread.match_label_keys.clone();
        merge(spread.label_selector.as_mut(), keys.as_deref(), "In", &labels);
    }
    for term in spec.affinity.iter_mut().flat_map(terms_mut) {
        let (same, other) = (term.match_label_keys.clone(), term.mismatch_label_keys.clone());
        merge(term.label_selector.as_mut(), same.as_deref(), "In", &labels);
        merge(term.label_selector.as_mut(), other.as_deref(), "NotIn", &labels);
    }
}

fn merge(
    selector: Option<&mut LabelSelector>,
    keys: Option<&[String]>,
    operator: &str,
    labels: &BTreeMap<String, String>,
) {
    let Some(selector) = selector else { return };
    for key in keys.unwrap_or_default() {
        let Some(value) = labels.get(key) else { continue };
        let term = LabelSelectorRequirement {
            key: key.clone(),
            operator: operator.to_owned(),
            values: Some(vec![value.clone()]),
        };
        selector.match_expressions.get_or_insert_default().push(term);
    }
}

fn terms_mut(affinity: &mut Affinity) -> Vec<&mut PodAffinityTerm> {
    let mut all = Vec::new();
    if let Some(near) = &mut affinity.pod_affinity {
        all.extend(near.required_during_scheduling_ignored_during_execution.iter_mut().flatten());
        let preferred = near.preferred_during_scheduling_ignored_during_execution.iter_mut();
        all.extend(preferred.flatten().map(|term| &mut term.pod_affinity_term));
    }
    if let Some(apart) = &mut affinity.pod_anti_affinity {
        all.extend(apart.required_during_scheduling_ignored_during_execution.iter_mut().flatten());
        let preferred = apart.preferred_during_scheduling_ignored_during_execution.iter_mut();
        all.extend(preferred.flatten().map(|term| &mut term.pod_affinity_term));
    }
    all
}

/// Notes what is wrong with gates and affinities to Pods.
pub(super) fn validate(spec: &PodSpec, path: &str, errors: &mut FieldErrors) {
    for (index, gate) in spec.scheduling_gates.iter().flatten().enumerate() {
        let path = format!("{path}.schedulingGates[{index}]");
        errors.check(path.clone(), &gate.name, names::qualified_name);
        let before = spec.scheduling_gates.iter().flatten().take(index);
        if before.into_iter().any(|other| other.name == gate.name) {
            errors.duplicate(path, quoted(&gate.name));
        }
    }
    let Some(affinity) = &spec.affinity else { return };
    if let Some(near) = &affinity.pod_affinity {
        let path = format!("{path}.affinity.podAffinity");
        let required = near.required_during_scheduling_ignored_during_execution.as_deref();
        let preferred = near.preferred_during_scheduling_ignored_during_execution.as_deref();
        validate_terms(required, preferred, &path, errors);
    }
    if let Some(apart) = &affinity.pod_anti_affinity {
        let path = format!("{path}.affinity.podAntiAffinity");
        let required = apart.required_during_scheduling_ignored_during_execution.as_deref();
        let preferred = apart.preferred_during_scheduling_ignored_during_execution.as_deref();
        validate_terms(required, preferred, &path, errors);
    }
}

fn validate_terms(
    required: Option<&[PodAffinityTerm]>,
    preferred: Option<&[WeightedPodAffinityTerm]>,
    path: &str,
    errors: &mut FieldErrors,
) {
    for (index, term) in required.unwrap_or_default().iter().enumerate() {
        let path = format!("{path}.requiredDuringSchedulingIgnoredDuringExecution[{index}]");
        validate_term(term, &path, errors);
    }
    for (index, term) in preferred.unwrap_or_default().iter().enumerate() {
        let path = format!("{path}.preferredDuringSchedulingIgnoredDuringExecution[{index}]");
        if !(1..=100).contains(&term.weight) {
            errors.invalid(format!("{path}.weight"), term.weight, "must be in the range 1-100");
        }
        validate_term(&term.pod_affinity_term, &format!("{path}.podAffinityTerm"), errors);
    }
}

fn validate_term(term: &PodAffinityTerm, path: &str, errors: &mut FieldErrors) {
    if let Some(selector) = &term.label_selector {
        selectors::validate(selector, &format!("{path}.labelSelector"), errors);
    }
    if let Some(selector) = &term.namespace_selector {
        selectors::validate(selector, &format!("{path}.namespaceSelector"), errors);
    }
    for name in term.namespaces.iter().flatten() {
        errors.check(format!("{path}.namespace"), name, names::label_1123);
    }
    if term.topology_key.is_empty() {
        errors.required(format!("{path}.topologyKey"), "can not be empty");
    } else {
        errors.check(format!("{path}.topologyKey"), &term.topology_key, names::qualified_name);
    }
}
