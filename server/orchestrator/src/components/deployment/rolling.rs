//! Rolling updates: the new ReplicaSet grows as far as the surge allows, the old ones shrink as
//! far as availability allows.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::replica_sets::{available, revision, wanted};
use super::{Rollout, scale_note, status, sum};
use crate::call::Call;
use crate::component::{Note, Outcome};
use crate::components::portion;
use crate::object::Object;

/// How far a rolling update may stray from the wanted number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) surge: i32,
    pub(super) unavailable: i32,
}

/// The bounds in Pods: a surge's percentage rounds up, unavailability's down, and both may not be
/// nothing.
pub(super) fn bounds(rollout: &Rollout<'_>) -> Bounds {
    if rollout.is_recreate() {
        return Bounds { surge: 0, unavailable: 0 };
    }
    let rolling = rollout.spec.strategy.as_ref().and_then(|s| s.rolling_update.as_ref());
    let quarter = || IntOrString::String("25%".to_owned());
    let surge = rolling.and_then(|rolling| rolling.max_surge.clone()).unwrap_or_else(quarter);
    let unavailable =
        rolling.and_then(|rolling| rolling.max_unavailable.clone()).unwrap_or_else(quarter);
    let desired = rollout.desired();
    let surge = portion::rounded_up(&surge, desired);
    let unavailable = portion::rounded_down(&unavailable, desired);
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    Bounds { surge, unavailable: unavailable.min(desired) }
}

/// How many Pods the new ReplicaSet may have now, from how many it has.
pub(super) fn replicas_of_new(rollout: &Rollout<'_>, current: i32) -> i32 {
    let desired = rollout.desired();
    if rollout.is_recreate() {
        return desired;
    }
    let room = desired + bounds(rollout).surge - rollout.family.total_wanted();
    if room <= 0 { current } else { current + room.min(desired - current).max(0) }
}

pub(super) fn turn(rollout: &Rollout<'_>) -> Outcome {
    let Some(new) = rollout.family.new.as_ref() else { return Outcome::nothing() };
    let grown = grow_new(rollout, new);
    if !grown.is_trivial() {
        return status::sync(grown, rollout);
    }
    let shrunk = shrink_old(rollout, new);
    if !shrunk.steps.is_empty() {
        return status::sync(shrunk, rollout);
    }
    let done = if status::was_complete(rollout) { clean_up(shrunk, rollout) } else { shrunk };
    status::sync(done, rollout)
}

fn grow_new(rollout: &Rollout<'_>, new: &Arc<ReplicaSet>) -> Outcome {
    let current = wanted(new);
    let desired = rollout.desired();
    let target = if current > desired { desired } else { replicas_of_new(rollout, current) };
    if target == current {
        return Outcome::nothing();
    }
    Outcome::nothing().note(scale_note(new, target)).call(rollout.scale(new, target))
}

fn shrink_old(rollout: &Rollout<'_>, new: &Arc<ReplicaSet>) -> Outcome {
    let family = &rollout.family;
    if sum(&family.old, wanted) == 0 {
        return Outcome::nothing();
    }
    let min_available = rollout.desired() - bounds(rollout).unavailable;
    let new_unavailable = wanted(new) - available(new);
    let may_go = family.total_wanted() - min_available - new_unavailable;
    if may_go <= 0 {
        return Outcome::nothing().note(waits(rollout, new, min_available));
    }
    let mut targets: Vec<i32> = family.old.iter().map(|set| wanted(set)).collect();
    // First those that do no good anyway.
    let mut left = may_go;
    for (set, target) in family.old.iter().zip(&mut targets) {
        let unhealthy = (wanted(set) - available(set)).clamp(0, left);
        *target -= unhealthy;
        left -= unhealthy;
    }
    let mut spare = sum(family.all(), available) - min_available;
    for target in &mut targets {
        let surplus = (*target).clamp(0, spare.max(0));
        *target -= surplus;
        spare -= surplus;
    }
    let mut outcome = Outcome::nothing();
    for (set, target) in family.old.iter().zip(targets).filter(|(set, t)| wanted(set) != *t) {
        outcome = outcome.note(scale_note(set, target)).call(rollout.scale(set, target));
    }
    if outcome.steps.is_empty() {
        outcome = outcome.note(waits(rollout, new, min_available));
    }
    outcome
}

fn waits(rollout: &Rollout<'_>, new: &ReplicaSet, min_available: i32) -> Note {
    let ready = available(new);
    let total = sum(rollout.family.all(), available);
    let message = format!("{total} Pods are available and {min_available} must be: it waits");
    Note::new("WaitsForAvailable", message)
        .with("name", new.metadata.name.clone().unwrap_or_default())
        .with("available", ready)
        .with("total", total)
        .with("least", min_available)
}

/// Deletes the oldest ReplicaSets beyond `revisionHistoryLimit`, those that have Pods apart.
pub(super) fn clean_up(outcome: Outcome, rollout: &Rollout<'_>) -> Outcome {
    let limit = rollout.spec.revision_history_limit.unwrap_or(i32::MAX);
    let limit = usize::try_from(limit).unwrap_or_default();
    let kept = |set: &&Arc<ReplicaSet>| set.metadata.deletion_timestamp.is_none();
    let mut old: Vec<_> = rollout.family.old.iter().filter(kept).collect();
    old.sort_by_key(|set| revision(&set.metadata));
    let surplus = old.len().saturating_sub(limit);
    let is_empty = |set: &&Arc<ReplicaSet>| {
        let status = set.status.as_ref();
        let observed = status.and_then(|status| status.observed_generation);
        wanted(set) == 0
            && status.is_none_or(|status| status.replicas == 0)
            && observed.unwrap_or_default() >= set.metadata.generation.unwrap_or_default()
    };
    let oldest = old.into_iter().take(surplus).filter(is_empty);
    outcome.calls(oldest.map(|set| Call::delete(&Object::ReplicaSet(Arc::clone(set)))))
}
