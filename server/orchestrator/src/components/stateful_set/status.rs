//! What a StatefulSet's status says.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetStatus};
use k8s_openapi::api::core::v1::Pod;

use super::{Slot, Turn, is_running_and_ready, is_terminating, revision_of};
use crate::call::Call;
use crate::component::{Outcome, Requeue};
use crate::components::pods;

/// How many Pods there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    replicas: i32,
    ready: i32,
    available: i32,
    current: i32,
    updated: i32,
}

fn there<'a>(turn: &'a Turn<'_>) -> impl Iterator<Item = &'a Pod> {
    let filled = turn.slots.iter().filter_map(|slot| match slot {
        Slot::Filled(pod) => Some(pod.as_ref()),
        Slot::Empty(_) => None,
    });
    filled.chain(turn.condemned.iter().map(Arc::as_ref))
}

impl Counts {
    pub(super) fn of(turn: &Turn<'_>) -> Counts {
        let mut counts = Counts::default();
        for pod in there(turn) {
            counts.replicas += 1;
            counts.ready += i32::from(is_running_and_ready(pod));
            counts.available += i32::from(turn.is_available(pod));
            if !is_terminating(pod) {
                let of = |name: &str| i32::from(revision_of(pod) == Some(name));
                counts.current += of(&turn.current.name);
                counts.updated += of(&turn.update.name);
            }
        }
        counts
    }

    /// Pods that are being deleted for an update count no longer.
    pub(super) fn without_current(self, deleted: i32) -> Counts {
        Counts { current: self.current - deleted, ..self }
    }
}

/// Adds the status update, if one is due, and the wait for Pods that are to become available.
pub(super) fn sync(mut outcome: Outcome, turn: &Turn<'_>, counts: Counts) -> Outcome {
    let min_ready = turn.spec.min_ready_seconds.unwrap_or_default();
    let waits = there(turn).filter_map(|pod| pods::available_in(pod, min_ready, turn.view.clock));
    if let Some(wait) = waits.filter(|wait| *wait > 0).min() {
        let sooner = outcome.requeue.map_or(wait, |requeue| requeue.after_ms.min(wait));
        outcome.requeue = Some(Requeue { after_ms: sooner, routine: false });
    }
    let status = status(turn, counts);
    if turn.set.status.as_ref() == Some(&status) {
        return outcome;
    }
    let set = StatefulSet { status: Some(status), ..turn.set.clone() };
    outcome.call(Call::UpdateStatus(set.into()))
}

fn status(turn: &Turn<'_>, counts: Counts) -> StatefulSetStatus {
    let before = turn.set.status.clone().unwrap_or_default();
    let wanted = turn.spec.replicas.unwrap_or(1);
    let strategy = turn.spec.update_strategy.as_ref().and_then(|s| s.type_.as_deref());
    let is_complete = strategy == Some("RollingUpdate")
        && [counts.updated, counts.ready, counts.replicas] == [wanted; 3];
    let (current, revision) = if is_complete {
        (counts.updated, &turn.update.name)
    } else {
        (counts.current, &turn.current.name)
    };
    let some = |count: i32| Some(count).filter(|count| *count != 0);
    StatefulSetStatus {
        observed_generation: turn.set.metadata.generation,
        replicas: counts.replicas,
        ready_replicas: some(counts.ready),
        current_replicas: some(current),
        updated_replicas: some(counts.updated),
        current_revision: Some(revision.clone()),
        update_revision: Some(turn.update.name.clone()),
        collision_count: Some(before.collision_count.unwrap_or_default()),
        available_replicas: Some(counts.available),
        conditions: before.conditions,
    }
}
