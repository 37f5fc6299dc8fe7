//! Resizing in place: what a Pod's containers ask for changes while they run.
//! <https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, Pod, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::super::{FieldErrors, quoted};
use super::qos_class;
use crate::components::pods::MIRROR;
use crate::resources::is_sidecar;

/// Takes over from another what the containers ask for and how they are resized.
pub(crate) fn take_resources(pod: &mut Pod, from: &Pod) {
    let (Some(spec), Some(from)) = (&mut pod.spec, &from.spec) else { return };
    let take = |own: &mut Vec<Container>, from: &[Container]| {
        for container in own {
            let Some(given) = from.iter().find(|given| given.name == container.name) else {
                continue;
            };
            container.resources.clone_from(&given.resources);
            container.resize_policy.clone_from(&given.resize_policy);
        }
    };
    take(&mut spec.containers, &from.containers);
    if let (Some(own), Some(from)) = (&mut spec.init_containers, &from.init_containers) {
        take(own, from);
    }
}

/// Notes what is wrong with a change of what a Pod asks for.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go>
pub(crate) fn validate(new: &Pod, old: &Pod, errors: &mut FieldErrors) {
    if old.metadata.annotations.as_ref().is_some_and(|all| all.contains_key(MIRROR)) {
        return errors.forbidden("", "static pods cannot be resized");
    }
    let none = PodSpec::default();
    let (new, old) = (new.spec.as_ref().unwrap_or(&none), old.spec.as_ref().unwrap_or(&none));
    if qos_class(new) != qos_class(old) {
        let detail = "Pod QOS Class may not change as a result of resizing";
        errors.invalid("spec", quoted(qos_class(new)), detail);
    }
    let init = |spec: &'_ PodSpec| spec.init_containers.clone().unwrap_or_default();
    for (index, (new, old)) in init(new).iter().zip(&init(old)).enumerate() {
        let path = format!("spec.initContainers[{index}].resources");
        if is_sidecar(old) {
            validate_container(new, old, &path, errors);
        } else if new.resources != old.resources {
            let detail = "resources for non-sidecar init containers are immutable";
            errors.forbidden(path, detail);
        }
    }
    for (index, (new, old)) in new.containers.iter().zip(&old.containers).enumerate() {
        validate_container(new, old, &format!("spec.containers[{index}].resources"), errors);
    }
}

fn validate_container(new: &Container, old: &Container, path: &str, errors: &mut FieldErrors) {
    let none = ResourceRequirements::default();
    let new = new.resources.as_ref().unwrap_or(&none);
    let old = old.resources.as_ref().unwrap_or(&none);
    if is_less(&new.requests, &old.requests) {
        errors.forbidden(format!("{path}.requests"), "resource requests cannot be removed");
    }
    if is_less(&new.limits, &old.limits) {
        errors.forbidden(format!("{path}.limits"), "resource limits cannot be removed");
    }
    if rest(new) != rest(old) {
        errors.forbidden("spec", "only cpu and memory resources are mutable");
    }
}

type Amounts = BTreeMap<String, Quantity>;

fn is_less(new: &Option<Amounts>, old: &Option<Amounts>) -> bool {
    let has = |name: &String| new.as_ref().is_some_and(|new| new.contains_key(name));
    old.iter().flatten().any(|(name, _)| !has(name))
}

/// What is neither CPU nor memory.
fn rest(resources: &ResourceRequirements) -> (Amounts, Amounts) {
    let others = |amounts: &Option<Amounts>| -> Amounts {
        let mut others = amounts.clone().unwrap_or_default();
        others.retain(|name, _| name != "cpu" && name != "memory");
        others
    };
    (others(&resources.requests), others(&resources.limits))
}
