//! What of a Pod may still change.

use k8s_openapi::api::core::v1::{Affinity, Container, Pod, PodSpec, Toleration};

use super::super::{FieldErrors, difference};
use super::validation;

const RULE: &str = "pod updates may not change fields other than \
    `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
    `spec.tolerations` (only additions to existing tolerations),\
    `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// Notes what is wrong with the change of a Pod.
pub(super) fn validate(pod: &Pod, old: &Pod, errors: &mut FieldErrors) {
    let none = PodSpec::default();
    let new = pod.spec.as_ref().unwrap_or(&none);
    let old = old.spec.as_ref().unwrap_or(&none);
    if new == old {
        return;
    }
    if new.containers.len() != old.containers.len() {
        errors.forbidden("spec.containers", "pod updates may not add or remove containers");
        return;
    }
    let count = |spec: &PodSpec| spec.init_containers.iter().flatten().count();
    if count(new) != count(old) {
        let detail = "pod updates may not add or remove initContainers";
        return errors.forbidden("spec.initContainers", detail);
    }
    validate_deadline(new, old, errors);
    let tolerations = new.tolerations.as_deref().unwrap_or_default();
    only_additions(tolerations, old.tolerations.as_deref().unwrap_or_default(), errors);
    validate_gates(new, old, errors);
    let allowed = with_allowed_changes(new, old);
    if allowed != *old {
        let difference = difference::show("PodSpec", old, &allowed);
        errors.forbidden("spec", format!("{RULE}\n{difference}"));
    }
}

/// The new spec with what may change put back as it was.
fn with_allowed_changes(new: &PodSpec, old: &PodSpec) -> PodSpec {
    let mut spec = new.clone();
    let put_back = |new: &mut Vec<Container>, old: &[Container]| {
        for (new, old) in new.iter_mut().zip(old) {
            new.image.clone_from(&old.image);
        }
    };
    put_back(&mut spec.containers, &old.containers);
    if let (Some(new), Some(old)) = (&mut spec.init_containers, &old.init_containers) {
        put_back(new, old);
    }
    spec.active_deadline_seconds = old.active_deadline_seconds;
    spec.tolerations.clone_from(&old.tolerations);
    spec.scheduling_gates.clone_from(&old.scheduling_gates);
    if old.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty()) {
        keep_narrowed(&mut spec, old);
    }
    if old.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0)
        && spec.termination_grace_period_seconds == Some(1)
    {
        spec.termination_grace_period_seconds = old.termination_grace_period_seconds;
    }
    spec
}

/// A gated Pod may be bound more closely to where it may go, never less.
fn keep_narrowed(spec: &mut PodSpec, old: &PodSpec) {
    let had = old.node_selector.clone().unwrap_or_default();
    let has = spec.node_selector.clone().unwrap_or_default();
    if had.iter().all(|(key, value)| has.get(key) == Some(value)) {
        spec.node_selector.clone_from(&old.node_selector);
    }
    let affinity = old.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    if affinity.is_none()
        && let Some(affinity) = &mut spec.affinity
    {
        affinity.node_affinity = None;
        if old.affinity.is_none() && *affinity == Affinity::default() {
            spec.affinity = None;
        }
    }
}

/// Gates are only ever taken away.
fn validate_gates(new: &PodSpec, old: &PodSpec, errors: &mut FieldErrors) {
    let known: Vec<&String> =
        old.scheduling_gates.iter().flatten().map(|gate| &gate.name).collect();
    for gate in new.scheduling_gates.iter().flatten() {
        if !known.contains(&&gate.name) {
            let detail =
                format!("only deletion is allowed, but found new scheduling gate '{}'", gate.name);
            errors.forbidden("spec.schedulingGates", detail);
        }
    }
}

fn validate_deadline(new: &PodSpec, old: &PodSpec, errors: &mut FieldErrors) {
    let path = "spec.activeDeadlineSeconds";
    match (new.active_deadline_seconds, old.active_deadline_seconds) {
        (Some(new), Some(old)) if new > old => {
            errors.invalid(
                path,
                new,
                format!("must be less than or equal to previous value `{old}`"),
            );
        }
        (None, Some(_)) => {
            errors.invalid(path, "null", "must not update from a positive integer to nil value");
        }
        _ => {}
    }
}

fn only_additions(new: &[Toleration], old: &[Toleration], errors: &mut FieldErrors) {
    let same = |one: &Toleration, other: &Toleration| {
        Toleration { toleration_seconds: None, ..one.clone() }
            == Toleration { toleration_seconds: None, ..other.clone() }
    };
    let kept = old.iter().all(|old| new.iter().any(|new| same(new, old)));
    if !kept {
        let detail = "existing toleration can not be modified except its tolerationSeconds";
        errors.forbidden("spec.tolerations", detail);
    }
    validation::validate_tolerations(new, "spec.tolerations", errors);
}
