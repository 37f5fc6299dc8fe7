//! What a ReplicaSet's status says.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;

use crate::call::Verb;
use crate::component::{Failure, View};
use crate::components::pods;
use crate::selector;
use crate::time::Millis;

const FAILURE: &str = "ReplicaFailure";

/// The status as it should be, and how long until the next Pod becomes available.
pub(super) fn counted(
    view: &View<'_>,
    set: &ReplicaSet,
    active: &[Arc<Pod>],
    terminating: Option<usize>,
    failure: Option<&Failure>,
) -> (ReplicaSetStatus, Option<Millis>) {
    let min_ready = set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or_default();
    let waits: Vec<Millis> =
        active.iter().filter_map(|pod| pods::available_in(pod, min_ready, view.clock)).collect();
    let before = set.status.as_ref().and_then(|status| status.conditions.as_ref());
    let status = ReplicaSetStatus {
        replicas: count(active.len()),
        fully_labeled_replicas: some(active.iter().filter(|pod| has_all_labels(set, pod)).count()),
        ready_replicas: some(waits.len()),
        available_replicas: some(waits.iter().filter(|wait| **wait == 0).count()),
        terminating_replicas: terminating.map(count),
        observed_generation: set.metadata.generation,
        conditions: conditions(view, before.map(Vec::as_slice).unwrap_or_default(), failure),
    };
    (status, waits.into_iter().filter(|wait| *wait > 0).min())
}

/// `ReplicaFailure` while Pods cannot be made or deleted; it keeps the first reason.
fn conditions(
    view: &View<'_>,
    before: &[ReplicaSetCondition],
    failure: Option<&Failure>,
) -> Option<Vec<ReplicaSetCondition>> {
    let known = before.iter().find(|condition| condition.type_ == FAILURE);
    let others = before.iter().filter(|condition| condition.type_ != FAILURE).cloned();
    let failing = failure.map(|failure| {
        let reason = if failure.verb == Verb::Create { "FailedCreate" } else { "FailedDelete" };
        known.cloned().unwrap_or_else(|| ReplicaSetCondition {
            type_: FAILURE.to_owned(),
            status: "True".to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(failure.message.to_string()),
            last_transition_time: Some(view.clock.time()),
        })
    });
    let conditions: Vec<ReplicaSetCondition> = others.chain(failing).collect();
    Some(conditions).filter(|conditions| !conditions.is_empty())
}

fn has_all_labels(set: &ReplicaSet, pod: &Pod) -> bool {
    let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
    let labels = template.and_then(|template| template.metadata.as_ref()?.labels.as_ref());
    labels.is_none_or(|labels| selector::matches_all(labels, pod.metadata.labels.as_ref()))
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Zero is left out, as Go's `omitempty` does.
fn some(number: usize) -> Option<i32> {
    Some(count(number)).filter(|number| *number > 0)
}
