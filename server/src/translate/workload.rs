//! Deployments and ReplicaSets as the page draws them.

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentStatus, ReplicaSet},
        core::v1::PodSpec,
    },
    apimachinery::pkg::util::intstr::IntOrString,
};
use orchestrator::kinds::selectors;
use protocol::{DeploymentView, ReplicaSetView, Trouble};

/// The annotation under which the deployment controller numbers its ReplicaSets.
const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) fn deployment(deployment: &Deployment) -> DeploymentView {
    let Some(spec) = &deployment.spec else { return DeploymentView::default() };
    let desired = spec.replicas.unwrap_or(1);
    let rolling = spec.strategy.as_ref().and_then(|strategy| strategy.rolling_update.as_ref());
    let surge = rolling.and_then(|rolling| rolling.max_surge.as_ref());
    let unavailable = rolling.and_then(|rolling| rolling.max_unavailable.as_ref());
    let (max_surge, max_unavailable) = band(desired, surge, unavailable);
    let status = deployment.status.clone().unwrap_or_default();
    DeploymentView {
        desired,
        current: status.replicas.unwrap_or_default(),
        updated: status.updated_replicas.unwrap_or_default(),
        ready: status.ready_replicas.unwrap_or_default(),
        available: status.available_replicas.unwrap_or_default(),
        max_surge,
        max_unavailable,
        paused: spec.paused.unwrap_or_default(),
        images: images(spec.template.spec.as_ref()),
        selector: selectors::show(&spec.selector),
        trouble: stuck(&status),
    }
}

/// Its rollout has come to nothing, or its ReplicaSet may not make Pods.
fn stuck(status: &DeploymentStatus) -> Option<Trouble> {
    let conditions = status.conditions.iter().flatten();
    let mut bad = conditions.filter(|condition| {
        matches!(
            (&*condition.type_, &*condition.status),
            ("ReplicaFailure", "True") | ("Progressing", "False")
        )
    });
    let trouble = |reason: &Option<String>, message: &Option<String>| Trouble {
        reason: reason.clone().unwrap_or_default(),
        message: message.clone().unwrap_or_default(),
    };
    bad.next().map(|condition| trouble(&condition.reason, &condition.message))
}

pub(super) fn replica_set(set: &ReplicaSet) -> ReplicaSetView {
    let Some(spec) = &set.spec else { return ReplicaSetView::default() };
    let status = set.status.clone().unwrap_or_default();
    let annotations = set.metadata.annotations.as_ref();
    let template = spec.template.as_ref().and_then(|template| template.spec.as_ref());
    let mut conditions = status.conditions.iter().flatten();
    let failure = conditions
        .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True");
    ReplicaSetView {
        desired: spec.replicas.unwrap_or(1),
        current: status.replicas,
        ready: status.ready_replicas.unwrap_or_default(),
        available: status.available_replicas.unwrap_or_default(),
        revision: annotations.and_then(|annotations| annotations.get(REVISION).cloned()),
        images: images(template),
        selector: selectors::show(&spec.selector),
        trouble: failure.map(|condition| Trouble {
            reason: condition.reason.clone().unwrap_or_default(),
            message: condition.message.clone().unwrap_or_default(),
        }),
    }
}

/// Surge and unavailable in Pods: a percentage of surge is rounded up, one of unavailable down,
/// and if both come to 0, one Pod may be unavailable. Both are 0 where Pods are not rolled.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy>
fn band(
    desired: i32,
    surge: Option<&IntOrString>,
    unavailable: Option<&IntOrString>,
) -> (i32, i32) {
    if surge.is_none() && unavailable.is_none() {
        return (0, 0);
    }
    let surge = surge.map_or(0, |surge| resolve(surge, desired, 99));
    let unavailable = unavailable.map_or(0, |unavailable| resolve(unavailable, desired, 0));
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable.min(desired)) }
}

fn resolve(value: &IntOrString, of: i32, round: i64) -> i32 {
    match value {
        IntOrString::Int(number) => *number,
        IntOrString::String(percent) => {
            let percent: i64 = percent.trim_end_matches('%').parse().unwrap_or_default();
            i32::try_from((i64::from(of) * percent + round) / 100).unwrap_or(i32::MAX)
        }
    }
}

pub(super) fn images(spec: Option<&PodSpec>) -> Vec<String> {
    let containers = spec.map(|spec| spec.containers.as_slice()).unwrap_or_default();
    containers.iter().filter_map(|container| container.image.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_of_a_rolling_update() {
        let percent = |text: &str| Some(IntOrString::String(text.to_owned()));
        let number = |number| Some(IntOrString::Int(number));
        let check = |desired, surge: Option<IntOrString>, down: Option<IntOrString>, expected| {
            assert_eq!(band(desired, surge.as_ref(), down.as_ref()), expected);
        };
        check(3, percent("25%"), percent("25%"), (1, 0));
        check(10, percent("25%"), percent("25%"), (3, 2));
        check(4, number(2), number(1), (2, 1));
        check(3, percent("0%"), percent("10%"), (0, 1));
        check(0, number(1), number(1), (1, 0));
        check(3, None, None, (0, 0));
    }
}
