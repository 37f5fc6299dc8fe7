//! What a ReplicaSet's status says.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;

use crate::call::Call;
use crate::component::{Outcome, View};
use crate::components::pods;
use crate::selector;

/// Adds the status update, if one is due, and the wait for Pods that are to become available.
pub(super) fn update(
    outcome: Outcome,
    view: &View<'_>,
    set: &ReplicaSet,
    active: &[Arc<Pod>],
) -> Outcome {
    let min_ready = set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or_default();
    let waits: Vec<_> =
        active.iter().filter_map(|pod| pods::available_in(pod, min_ready, view.clock)).collect();
    let next = waits.iter().copied().filter(|wait| *wait > 0).min();
    let status = ReplicaSetStatus {
        replicas: count(active.len()),
        fully_labeled_replicas: some(active.iter().filter(|pod| has_all_labels(set, pod)).count()),
        ready_replicas: some(waits.len()),
        available_replicas: some(waits.iter().filter(|wait| **wait == 0).count()),
        observed_generation: set.metadata.generation,
        ..set.status.clone().unwrap_or_default()
    };
    let outcome = match next {
        Some(wait) => outcome.requeue_after(wait),
        None => outcome,
    };
    if set.status.as_ref() == Some(&status) {
        return outcome;
    }
    outcome.call(Call::UpdateStatus(ReplicaSet { status: Some(status), ..set.clone() }.into()))
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
