//! What a DaemonSet's status says.

use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetStatus};

use super::Turn;
use crate::call::Call;
use crate::component::{Outcome, Requeue};
use crate::components::pods;

/// Adds the status update, if one is due, and the wait for Pods that are to become available.
pub(super) fn sync(mut outcome: Outcome, turn: &Turn<'_>) -> Outcome {
    let status = counted(turn);
    let all = turn.pods.values().flatten();
    let next = all.filter_map(|pod| turn.available_in(pod)).filter(|wait| *wait > 0).min();
    if let Some(wait) = next {
        let sooner = outcome.requeue.map_or(wait, |requeue| requeue.after_ms.min(wait));
        outcome.requeue = Some(Requeue { after_ms: sooner, routine: false });
    }
    if turn.set.status.as_ref() == Some(&status) {
        return outcome;
    }
    let set = DaemonSet { status: Some(status), ..turn.set.clone() };
    outcome.call(Call::UpdateStatus(set.into()))
}

fn counted(turn: &Turn<'_>) -> DaemonSetStatus {
    let mut status = turn.set.status.clone().unwrap_or_default();
    let (mut desired, mut current, mut misscheduled) = (0, 0, 0);
    let (mut ready, mut available, mut updated) = (0, 0, 0);
    for node in &turn.nodes {
        let name = node.metadata.name.as_deref().unwrap_or_default();
        let first = turn.pods.get(name).and_then(|pods| pods.first());
        if !turn.eligible.judge(node).should_run {
            misscheduled += i32::from(first.is_some());
            continue;
        }
        desired += 1;
        let Some(pod) = first else { continue };
        current += 1;
        ready += i32::from(pods::is_ready(pod));
        available += i32::from(turn.is_available(pod));
        updated += i32::from(turn.is_updated(pod));
    }
    let some = |count: i32| Some(count).filter(|count| *count > 0);
    status.desired_number_scheduled = desired;
    status.current_number_scheduled = current;
    status.number_misscheduled = misscheduled;
    status.number_ready = ready;
    status.number_available = some(available);
    status.number_unavailable = some(desired - available);
    status.updated_number_scheduled = some(updated);
    status.observed_generation = turn.set.metadata.generation;
    status
}
