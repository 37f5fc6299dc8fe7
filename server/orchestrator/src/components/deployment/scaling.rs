//! Scaling apart from a rollout: one active ReplicaSet takes it all; several share it in
//! proportion to their size.

use std::cmp::Reverse;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;

use super::replica_sets::{self, wanted};
use super::{Rollout, rolling, scale_note, status, sum};
use crate::component::Outcome;

/// Whether `spec.replicas` changed since the ReplicaSets were last scaled.
pub(super) fn is_due(rollout: &Rollout<'_>) -> bool {
    rollout.family.active().any(|set| {
        replica_sets::desired_annotation(set).is_some_and(|desired| desired != rollout.desired())
    })
}

pub(super) fn sync(rollout: &Rollout<'_>) -> Outcome {
    let family = &rollout.family;
    let active: Vec<&Arc<ReplicaSet>> = family.active().collect();
    let only = match active.as_slice() {
        [] => family.new.as_ref().or(family.old.last()),
        [only] => Some(*only),
        _ => None,
    };
    if let Some(set) = only {
        return to(rollout, vec![(set, rollout.desired())]);
    }
    if let Some(new) = family.new.as_ref().filter(|new| status::is_saturated(rollout, new)) {
        let old = family.old.iter().filter(|set| wanted(set) > 0);
        let mut targets: Vec<_> = old.map(|set| (set, 0)).collect();
        targets.push((new, wanted(new)));
        return to(rollout, targets);
    }
    if rollout.is_recreate() {
        return Outcome::nothing();
    }
    proportionally(rollout, active)
}

fn to(rollout: &Rollout<'_>, targets: Vec<(&Arc<ReplicaSet>, i32)>) -> Outcome {
    let mut outcome = Outcome::nothing();
    for (set, target) in targets {
        if wanted(set) != target {
            outcome = outcome.note(scale_note(set, target)).call(rollout.scale(set, target));
        } else {
            let mut noted = ReplicaSet::clone(set);
            replica_sets::set_scale_annotations(&mut noted, rollout);
            if noted != **set {
                outcome = outcome.call(crate::call::Call::Update(noted.into()));
            }
        }
    }
    outcome
}

/// The larger ReplicaSets take the larger share; of equal ones the newer grow first and the older
/// shrink first. What rounding leaves goes to the first.
fn proportionally(rollout: &Rollout<'_>, mut active: Vec<&Arc<ReplicaSet>>) -> Outcome {
    let total = sum(active.iter().copied(), wanted);
    let desired = rollout.desired();
    let allowed = if desired > 0 { desired + rolling::bounds(rollout).surge } else { 0 };
    let to_add = allowed - total;
    let created = |set: &ReplicaSet| set.metadata.creation_timestamp.as_ref().map(|time| time.0);
    if to_add > 0 {
        active.sort_by_key(|set| (Reverse(wanted(set)), Reverse(created(set))));
    } else {
        active.sort_by_key(|set| (Reverse(wanted(set)), created(set)));
    }
    let mut left = to_add;
    let mut targets: Vec<(&Arc<ReplicaSet>, i32)> = Vec::new();
    for set in active {
        let share = clamp_to(left, proportion(rollout, set, allowed));
        left -= share;
        targets.push((set, wanted(set) + share));
    }
    if let Some((_, first)) = targets.first_mut() {
        *first = (*first + left).max(0);
    }
    to(rollout, targets)
}

/// By how much a ReplicaSet grows as all together grow from what they might have before.
fn proportion(rollout: &Rollout<'_>, set: &ReplicaSet, allowed: i32) -> i32 {
    let size = wanted(set);
    if rollout.desired() == 0 {
        return -size;
    }
    let noted = replica_sets::max_annotation(set).filter(|max| *max > 0);
    let status = rollout.deployment.status.as_ref();
    let before = noted.or(status.and_then(|status| status.replicas)).unwrap_or_default();
    if before <= 0 {
        return 0;
    }
    // Rounded to the nearest.
    let (size, allowed, before) = (i64::from(size), i64::from(allowed), i64::from(before));
    let scaled = (2 * size * allowed + before) / (2 * before);
    i32::try_from(scaled - size).unwrap_or(i32::MAX)
}

/// A share has the sign of what is left, and is no larger.
fn clamp_to(left: i32, share: i32) -> i32 {
    if left >= 0 { share.clamp(0, left) } else { share.clamp(left, 0) }
}
