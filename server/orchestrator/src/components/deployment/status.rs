//! A Deployment's status: counts, and the conditions Available and Progressing.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet};

use super::replica_sets::{self, available, wanted};
use super::{Rollout, rolling, sum};
use crate::call::Call;
use crate::component::Outcome;
use crate::time::Millis;

/// Adds the status update that is due, the Deployment's revision annotation, and the wait for the
/// progress deadline.
pub(super) fn sync(outcome: Outcome, rollout: &Rollout<'_>) -> Outcome {
    let before = rollout.deployment.status.clone().unwrap_or_default();
    let mut status = counted(rollout, &before);
    set_available(&mut status, rollout);
    set_progressing(&mut status, &before, rollout);
    let mut outcome = outcome;
    if let Some(wait) = deadline(&status, rollout) {
        outcome = outcome.requeue_after(wait);
    }
    if let Some(annotated) = with_revision(rollout) {
        // The status follows in the turn that this write causes.
        return outcome.call(Call::Update(annotated.into()));
    }
    if status != before {
        let deployment = Deployment { status: Some(status), ..rollout.deployment.clone() };
        outcome = outcome.call(Call::UpdateStatus(deployment.into()));
    }
    outcome
}

/// The Deployment with the revision of its new ReplicaSet, if it does not carry it yet.
fn with_revision(rollout: &Rollout<'_>) -> Option<Deployment> {
    let new = rollout.family.new.as_ref()?;
    let revision = new.metadata.annotations.as_ref()?.get(replica_sets::REVISION)?;
    let mut deployment = rollout.deployment.clone();
    let annotations = deployment.metadata.annotations.get_or_insert_default();
    let before = annotations.insert(replica_sets::REVISION.to_owned(), revision.clone());
    (before.as_ref() != Some(revision)).then_some(deployment)
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
    DeploymentStatus {
        observed_generation: rollout.deployment.metadata.generation,
        replicas: some(total),
        updated_replicas: some(updated),
        ready_replicas: some(ready),
        available_replicas: some(is_available),
        unavailable_replicas: some(unavailable),
        collision_count: before.collision_count,
        conditions: before.conditions.clone(),
        terminating_replicas: before.terminating_replicas,
    }
}

fn set_available(status: &mut DeploymentStatus, rollout: &Rollout<'_>) {
    let least = rollout.desired() - rolling::bounds(rollout).unavailable;
    let condition = if status.available_replicas.unwrap_or_default() >= least {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    let (truth, reason, message) = condition;
    set(status, rollout, "Available", (truth, reason, message.to_owned()));
}

fn set_progressing(
    status: &mut DeploymentStatus,
    before: &DeploymentStatus,
    rollout: &Rollout<'_>,
) {
    if rollout.spec.progress_deadline_seconds == Some(i32::MAX) {
        return;
    }
    let current = get(before, "Progressing").cloned();
    if let Some(done) = paused_or_resumed(rollout, current.as_ref()) {
        return set(status, rollout, "Progressing", done);
    }
    let Some(new) = &rollout.family.new else { return };
    let name = new.metadata.name.clone().unwrap_or_default();
    let was_complete =
        current.as_ref().is_some_and(|c| c.reason.as_deref() == Some("NewReplicaSetAvailable"))
            && status.replicas == status.updated_replicas;
    if current.is_none() {
        let message = format!("Created new replica set \"{name}\"");
        set(status, rollout, "Progressing", ("True", "NewReplicaSetCreated", message));
    }
    if was_complete {
        return;
    }
    if complete(status, rollout) {
        let message = format!("ReplicaSet \"{name}\" has successfully progressed.");
        set(status, rollout, "Progressing", ("True", "NewReplicaSetAvailable", message));
    } else if progressed(status, before) {
        let message = format!("ReplicaSet \"{name}\" is progressing.");
        renew(status, rollout, ("True", "ReplicaSetUpdated", message));
    } else if timed_out(current.as_ref(), rollout) {
        let message = format!("ReplicaSet \"{name}\" has timed out progressing.");
        set(status, rollout, "Progressing", ("False", "ProgressDeadlineExceeded", message));
    }
}

type Verdict = (&'static str, &'static str, String);

fn paused_or_resumed(
    rollout: &Rollout<'_>,
    current: Option<&DeploymentCondition>,
) -> Option<Verdict> {
    let reason = current.and_then(|condition| condition.reason.as_deref());
    let paused = rollout.spec.paused == Some(true);
    if paused {
        return Some(("Unknown", "DeploymentPaused", "Deployment is paused".to_owned()));
    }
    let was_paused = reason == Some("DeploymentPaused");
    was_paused.then(|| ("Unknown", "DeploymentResumed", "Deployment is resumed".to_owned()))
}

/// Every Pod is of the new template, and available.
fn complete(status: &DeploymentStatus, rollout: &Rollout<'_>) -> bool {
    let desired = Some(rollout.desired()).filter(|desired| *desired > 0);
    status.updated_replicas == desired
        && status.replicas == desired
        && status.available_replicas == desired
}

/// The same, of what the cache shows now.
pub(super) fn is_complete(rollout: &Rollout<'_>) -> bool {
    let before = rollout.deployment.status.clone().unwrap_or_default();
    complete(&counted(rollout, &before), rollout)
}

/// The new ReplicaSet has all that is wanted, and all of it is available.
pub(super) fn is_saturated(rollout: &Rollout<'_>, new: &Arc<ReplicaSet>) -> bool {
    let desired = rollout.desired();
    wanted(new) == desired
        && replica_sets::desired_annotation(new) == Some(desired)
        && available(new) == desired
}

fn progressed(status: &DeploymentStatus, before: &DeploymentStatus) -> bool {
    let number = |count: Option<i32>| count.unwrap_or_default();
    let old = |s: &DeploymentStatus| number(s.replicas) - number(s.updated_replicas);
    number(status.updated_replicas) > number(before.updated_replicas)
        || old(status) < old(before)
        || number(status.ready_replicas) > number(before.ready_replicas)
        || number(status.available_replicas) > number(before.available_replicas)
}

fn timed_out(current: Option<&DeploymentCondition>, rollout: &Rollout<'_>) -> bool {
    let Some(current) = current else { return false };
    match current.reason.as_deref() {
        Some("NewReplicaSetAvailable") => false,
        Some("ProgressDeadlineExceeded") => true,
        _ => remaining(current, rollout).is_some_and(|remaining| remaining <= 0),
    }
}

/// How long until the rollout counts as stuck.
fn deadline(status: &DeploymentStatus, rollout: &Rollout<'_>) -> Option<Millis> {
    let current = get(status, "Progressing")?;
    let settled = ["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused"];
    if current.reason.as_deref().is_some_and(|reason| settled.contains(&reason)) {
        return None;
    }
    remaining(current, rollout).map(|remaining| remaining.max(0) + 1000)
}

fn remaining(current: &DeploymentCondition, rollout: &Rollout<'_>) -> Option<Millis> {
    let deadline = i64::from(rollout.spec.progress_deadline_seconds.unwrap_or(600)) * 1000;
    let clock = rollout.view.clock;
    let since = clock.model_time(current.last_update_time.as_ref()?.0);
    Some(since + deadline - clock.now)
}

fn get<'a>(status: &'a DeploymentStatus, kind: &str) -> Option<&'a DeploymentCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == kind)
}

/// Sets a condition, unless it says so already.
fn set(status: &mut DeploymentStatus, rollout: &Rollout<'_>, kind: &str, verdict: Verdict) {
    let (truth, reason, _) = &verdict;
    let same = get(status, kind).is_some_and(|condition| {
        condition.status == *truth && condition.reason.as_deref() == Some(reason)
    });
    if !same {
        put(status, rollout, kind, verdict);
    }
}

/// Sets Progressing anew: its update time says when there was progress last.
fn renew(status: &mut DeploymentStatus, rollout: &Rollout<'_>, verdict: Verdict) {
    put(status, rollout, "Progressing", verdict);
}

fn put(
    status: &mut DeploymentStatus,
    rollout: &Rollout<'_>,
    kind: &str,
    (truth, reason, message): Verdict,
) {
    let now = rollout.view.clock.time();
    let before = get(status, kind).filter(|condition| condition.status == truth);
    let transition = before.and_then(|condition| condition.last_transition_time.clone());
    let condition = DeploymentCondition {
        type_: kind.to_owned(),
        status: truth.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message),
        last_update_time: Some(now.clone()),
        last_transition_time: transition.or(Some(now)),
    };
    let conditions = status.conditions.get_or_insert_default();
    conditions.retain(|condition| condition.type_ != kind);
    conditions.push(condition);
}
