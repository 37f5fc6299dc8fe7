//! A Deployment's status: counts, and the conditions Available, Progressing and ReplicaFailure.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentStatus, ReplicaSet};

use super::replica_sets::{self, available, wanted};
use super::{Rollout, rolling, sum};
use crate::call::Call;
use crate::component::Outcome;

mod conditions;
mod progress;

pub(super) use progress::{
    pause_or_resume, with_failed_creation, with_known_replica_set, with_new_replica_set,
};

/// Adds the status update that is due after a step of a rollout, and the wait for its deadline.
pub(super) fn sync(mut outcome: Outcome, rollout: &Rollout<'_>) -> Outcome {
    let before = rollout.deployment.status.clone().unwrap_or_default();
    let mut status = counted(rollout, &before);
    progress::estimate(&mut status, &before, rollout);
    progress::report_failures(&mut status, rollout);
    if let Some(wait) = progress::deadline(&status, rollout) {
        outcome = outcome.requeue_after(wait);
    }
    update(outcome, rollout, status)
}

/// The same where no rollout goes on: progress is not estimated.
pub(super) fn sync_counts(outcome: Outcome, rollout: &Rollout<'_>) -> Outcome {
    let before = rollout.deployment.status.clone().unwrap_or_default();
    update(outcome, rollout, counted(rollout, &before))
}

/// The name of the new ReplicaSet is taken: the next one will be another.
pub(super) fn count_collision(rollout: &Rollout<'_>) -> Outcome {
    let mut status = rollout.deployment.status.clone().unwrap_or_default();
    *status.collision_count.get_or_insert(0) += 1;
    update(Outcome::nothing(), rollout, status)
}

fn update(outcome: Outcome, rollout: &Rollout<'_>, mut status: DeploymentStatus) -> Outcome {
    status.conditions = status.conditions.filter(|conditions| !conditions.is_empty());
    if rollout.deployment.status.as_ref() == Some(&status) {
        return outcome;
    }
    let deployment = Deployment { status: Some(status), ..rollout.deployment.clone() };
    outcome.call(Call::UpdateStatus(deployment.into()))
}

fn counted(rollout: &Rollout<'_>, before: &DeploymentStatus) -> DeploymentStatus {
    let all = || rollout.family.all();
    let of = |set: &ReplicaSet| set.status.clone().unwrap_or_default();
    let total: i32 = all().map(|set| of(set).replicas).sum();
    let ready: i32 = all().map(|set| of(set).ready_replicas.unwrap_or_default()).sum();
    let updated = rollout.family.new.as_ref().map_or(0, |new| of(new).replicas);
    let is_available = sum(all(), available);
    let unavailable = (rollout.family.total_wanted() - is_available).max(0);
    let some = |count: i32| Some(count).filter(|count| *count > 0);
    let mut status = DeploymentStatus {
        observed_generation: rollout.deployment.metadata.generation,
        replicas: some(total),
        updated_replicas: some(updated),
        ready_replicas: some(ready),
        available_replicas: some(is_available),
        unavailable_replicas: some(unavailable),
        collision_count: before.collision_count,
        conditions: before.conditions.clone(),
        // Unknown as long as one of them does not tell.
        terminating_replicas: all().map(|set| of(set).terminating_replicas).sum(),
    };
    set_available(&mut status, rollout);
    status
}

fn set_available(status: &mut DeploymentStatus, rollout: &Rollout<'_>) {
    let least = rollout.desired() - rolling::bounds(rollout).unavailable;
    let verdict = if status.available_replicas.unwrap_or_default() >= least {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    let (truth, reason, message) = verdict;
    conditions::set(status, rollout, "Available", (truth, reason, message.to_owned()));
}

/// Every Pod is of the new template, and available.
fn complete(status: &DeploymentStatus, rollout: &Rollout<'_>) -> bool {
    let desired = Some(rollout.desired()).filter(|desired| *desired > 0);
    status.updated_replicas == desired
        && status.replicas == desired
        && status.available_replicas == desired
        && status.observed_generation >= rollout.deployment.metadata.generation
}

/// The same, as the Deployment says already.
pub(super) fn was_complete(rollout: &Rollout<'_>) -> bool {
    rollout.deployment.status.as_ref().is_some_and(|status| complete(status, rollout))
}

/// The new ReplicaSet has all that is wanted, and all of it is available.
pub(super) fn is_saturated(rollout: &Rollout<'_>, new: &Arc<ReplicaSet>) -> bool {
    let desired = rollout.desired();
    wanted(new) == desired
        && replica_sets::desired_annotation(new) == Some(desired)
        && available(new) == desired
}
