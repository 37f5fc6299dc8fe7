//! What rules over numbers of Pods: HorizontalPodAutoscalers and PodDisruptionBudgets.

use k8s_openapi::{
    api::{
        autoscaling::v2::HorizontalPodAutoscaler, core::v1::ObjectReference,
        policy::v1::PodDisruptionBudget,
    },
    apimachinery::pkg::util::intstr::IntOrString,
};
use orchestrator::kinds::{autoscaler, selectors};
use protocol::{AutoscalerView, DisruptionBudgetView, ObjectRef, Trouble};

pub(super) fn autoscaler(scaler: &HorizontalPodAutoscaler) -> AutoscalerView {
    let spec = &scaler.spec;
    let status = scaler.status.clone().unwrap_or_default();
    let target = &spec.scale_target_ref;
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let unable = conditions.iter().find(|condition| {
        matches!(&*condition.type_, "ScalingActive" | "AbleToScale") && condition.status == "False"
    });
    AutoscalerView {
        target: ObjectRef {
            api_version: target.api_version.clone().unwrap_or_default(),
            kind: target.kind.clone(),
            namespace: scaler.metadata.namespace.clone().unwrap_or_default(),
            name: target.name.clone(),
            uid: String::new(),
        },
        least: spec.min_replicas.unwrap_or(1),
        most: spec.max_replicas,
        current: status.current_replicas.unwrap_or_default(),
        desired: status.desired_replicas,
        targets: autoscaler::targets(spec, &status),
        trouble: unable.map(|condition| Trouble {
            reason: condition.reason.clone().unwrap_or_default(),
            message: condition.message.clone().unwrap_or_default(),
        }),
    }
}

pub(super) fn disruption_budget(budget: &PodDisruptionBudget) -> DisruptionBudgetView {
    let Some(spec) = &budget.spec else { return DisruptionBudgetView::default() };
    let status = budget.status.clone().unwrap_or_default();
    DisruptionBudgetView {
        selector: spec.selector.as_ref().map(selectors::show).unwrap_or_default(),
        min_available: spec.min_available.as_ref().map(text),
        max_unavailable: spec.max_unavailable.as_ref().map(text),
        allowed: status.disruptions_allowed.unwrap_or_default(),
        healthy: status.current_healthy.unwrap_or_default(),
        desired_healthy: status.desired_healthy.unwrap_or_default(),
        expected: status.expected_pods.unwrap_or_default(),
    }
}

fn text(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(text) => text.clone(),
    }
}

/// An object that another one names.
pub(super) fn referred(reference: &ObjectReference) -> ObjectRef {
    ObjectRef {
        api_version: reference.api_version.clone().unwrap_or_default(),
        kind: reference.kind.clone().unwrap_or_default(),
        namespace: reference.namespace.clone().unwrap_or_default(),
        name: reference.name.clone().unwrap_or_default(),
        uid: reference.uid.clone().unwrap_or_default(),
    }
}
