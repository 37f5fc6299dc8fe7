//! A quota's scopes: for which Pods it is.
//! <https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes>

use k8s_openapi::api::core::v1::{
    Pod, ResourceQuota, ScopedResourceSelectorRequirement as Requirement,
};

use crate::kinds::qos_class;
use crate::object::Object;

pub(super) fn counts(quota: &ResourceQuota, object: &Object) -> bool {
    let Some(spec) = &quota.spec else { return false };
    let scopes = spec.scopes.iter().flatten().map(|scope| Requirement {
        scope_name: scope.clone(),
        operator: "Exists".to_owned(),
        values: None,
    });
    let selector = spec.scope_selector.as_ref();
    let terms = selector.and_then(|selector| selector.match_expressions.clone());
    let mut all = scopes.chain(terms.into_iter().flatten()).peekable();
    match object {
        Object::Pod(pod) => all.all(|term| fits(&term, pod)),
        // A quota with scopes is for Pods only.
        _ => all.peek().is_none(),
    }
}

fn fits(term: &Requirement, pod: &Pod) -> bool {
    let spec = pod.spec.as_ref();
    let deadline = spec.and_then(|spec| spec.active_deadline_seconds);
    match &*term.scope_name {
        "Terminating" => deadline.is_some_and(|seconds| seconds >= 0),
        "NotTerminating" => deadline.is_none_or(|seconds| seconds < 0),
        "BestEffort" => spec.is_none_or(|spec| qos_class(spec) == "BestEffort"),
        "NotBestEffort" => spec.is_some_and(|spec| qos_class(spec) != "BestEffort"),
        "PriorityClass" => {
            let class = spec.and_then(|spec| spec.priority_class_name.as_deref());
            of_class(term, class.unwrap_or_default())
        }
        "CrossNamespacePodAffinity" => reaches_out(pod),
        _ => false,
    }
}

fn of_class(term: &Requirement, class: &str) -> bool {
    let listed = term.values.iter().flatten().any(|value| value == class);
    match &*term.operator {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => !class.is_empty(),
        "DoesNotExist" => class.is_empty(),
        _ => false,
    }
}

/// Whether a Pod's affinity looks at other namespaces.
fn reaches_out(pod: &Pod) -> bool {
    let affinity = pod.spec.as_ref().and_then(|spec| spec.affinity.as_ref());
    let json = serde_json::to_value(affinity).unwrap_or_default();
    let of = |kind: &str| {
        let terms = [
            "requiredDuringSchedulingIgnoredDuringExecution",
            "preferredDuringSchedulingIgnoredDuringExecution",
        ];
        terms.iter().flat_map(|name| json[kind][*name].as_array().cloned().unwrap_or_default()).any(
            |term| {
                let term = if term["podAffinityTerm"].is_null() {
                    term
                } else {
                    term["podAffinityTerm"].clone()
                };
                !term["namespaces"].is_null() || !term["namespaceSelector"].is_null()
            },
        )
    };
    of("podAffinity") || of("podAntiAffinity")
}
