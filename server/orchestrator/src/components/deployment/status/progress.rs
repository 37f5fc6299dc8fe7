//! The conditions Progressing and ReplicaFailure: whether a rollout gets on, and what keeps it.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status>

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet, ReplicaSetCondition,
};

use super::super::{Rollout, replica_sets};
use super::complete;
use super::conditions::{get, remove, renew, set};
use crate::call::{Call, Verb};
use crate::component::Outcome;
use crate::object::Kind;
use crate::time::Millis;

const PROGRESSING: &str = "Progressing";
const FAILURE: &str = "ReplicaFailure";
const AVAILABLE: &str = "NewReplicaSetAvailable";
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const PAUSED: &str = "DeploymentPaused";
const CREATE_ERROR: &str = "ReplicaSetCreateError";

fn has_deadline(rollout: &Rollout<'_>) -> bool {
    rollout.spec.progress_deadline_seconds.is_some_and(|seconds| seconds != i32::MAX)
}

fn reason(status: &DeploymentStatus) -> &str {
    let condition = get(status, PROGRESSING);
    condition.and_then(|condition| condition.reason.as_deref()).unwrap_or_default()
}

fn status_of(rollout: &Rollout<'_>) -> DeploymentStatus {
    rollout.deployment.status.clone().unwrap_or_default()
}

/// Says that the Deployment was paused or resumed, before anything else is done. A rollout that is
/// known to be stuck stays so.
pub(in super::super) fn pause_or_resume(rollout: &Rollout<'_>) -> Option<Outcome> {
    let mut status = status_of(rollout);
    if !has_deadline(rollout) || reason(&status) == TIMED_OUT {
        return None;
    }
    let verdict = match (rollout.spec.paused == Some(true), reason(&status) == PAUSED) {
        (true, false) => ("Unknown", PAUSED, "Deployment is paused".to_owned()),
        (false, true) => ("Unknown", "DeploymentResumed", "Deployment is resumed".to_owned()),
        _ => return None,
    };
    set(&mut status, rollout, PROGRESSING, verdict);
    Some(super::update(Outcome::nothing(), rollout, status))
}

/// The Deployment once its new ReplicaSet is made, with that one's revision.
pub(in super::super) fn with_new_replica_set(
    rollout: &Rollout<'_>,
    name: &str,
    revision: String,
) -> Call {
    let mut status = status_of(rollout);
    if has_deadline(rollout) {
        let message = format!("Created new replica set \"{name}\"");
        set(&mut status, rollout, PROGRESSING, ("True", "NewReplicaSetCreated", message));
    }
    let mut deployment = Deployment { status: Some(status), ..rollout.deployment.clone() };
    let annotations = deployment.metadata.annotations.get_or_insert_default();
    annotations.insert(replica_sets::REVISION.to_owned(), revision);
    Call::UpdateStatus(deployment.into())
}

/// The Deployment with the revision of the new ReplicaSet that is there already, if it does not
/// carry it.
pub(in super::super) fn with_known_replica_set(
    rollout: &Rollout<'_>,
    set_known: &ReplicaSet,
) -> Outcome {
    let mut status = status_of(rollout);
    if has_deadline(rollout) && get(&status, PROGRESSING).is_none() {
        let name = set_known.metadata.name.as_deref().unwrap_or_default();
        let message = format!("Found new replica set \"{name}\"");
        set(&mut status, rollout, PROGRESSING, ("True", "FoundNewReplicaSet", message));
    }
    let mut deployment = Deployment { status: Some(status), ..rollout.deployment.clone() };
    let revision = replica_sets::revision(&set_known.metadata);
    if revision > 0 {
        let annotations = deployment.metadata.annotations.get_or_insert_default();
        annotations.insert(replica_sets::REVISION.to_owned(), revision.to_string());
    }
    if deployment == *rollout.deployment {
        return Outcome::nothing();
    }
    Outcome::nothing().call(Call::UpdateStatus(deployment.into()))
}

/// The Deployment that says that its new ReplicaSet could not be made, where that is so.
pub(in super::super) fn with_failed_creation(rollout: &Rollout<'_>, name: &str) -> Option<Call> {
    let mut status = status_of(rollout);
    let failure = rollout.view.failures.get(&rollout.owner.key())?;
    let is_creation = failure.of(Kind::ReplicaSet) && failure.verb == Verb::Create;
    if !is_creation || !has_deadline(rollout) || reason(&status) == CREATE_ERROR {
        return None;
    }
    let message = format!("Failed to create new replica set \"{name}\": {}", failure.message);
    set(&mut status, rollout, PROGRESSING, ("False", CREATE_ERROR, message));
    let deployment = Deployment { status: Some(status), ..rollout.deployment.clone() };
    Some(Call::UpdateStatus(deployment.into()))
}

/// Whether the rollout is done, gets on, or is stuck.
pub(super) fn estimate(
    status: &mut DeploymentStatus,
    before: &DeploymentStatus,
    rollout: &Rollout<'_>,
) {
    if !has_deadline(rollout) {
        return remove(status, PROGRESSING);
    }
    if status.replicas == status.updated_replicas && reason(before) == AVAILABLE {
        return;
    }
    let new = rollout.family.new.as_ref().and_then(|new| new.metadata.name.as_deref());
    let subject = match new {
        Some(name) => format!("ReplicaSet \"{name}\""),
        None => format!("Deployment \"{}\"", rollout.name()),
    };
    if complete(status, rollout) {
        let message = format!("{subject} has successfully progressed.");
        set(status, rollout, PROGRESSING, ("True", AVAILABLE, message));
    } else if progressed(status, before) {
        let message = format!("{subject} is progressing.");
        renew(status, rollout, ("True", "ReplicaSetUpdated", message));
    } else if timed_out(status, rollout) {
        let message = format!("{subject} has timed out progressing.");
        set(status, rollout, PROGRESSING, ("False", TIMED_OUT, message));
    }
}

fn progressed(status: &DeploymentStatus, before: &DeploymentStatus) -> bool {
    let number = |count: Option<i32>| count.unwrap_or_default();
    let old = |s: &DeploymentStatus| number(s.replicas) - number(s.updated_replicas);
    number(status.updated_replicas) > number(before.updated_replicas)
        || old(status) < old(before)
        || number(status.ready_replicas) > number(before.ready_replicas)
        || number(status.available_replicas) > number(before.available_replicas)
}

fn timed_out(status: &DeploymentStatus, rollout: &Rollout<'_>) -> bool {
    match reason(status) {
        "" | AVAILABLE => false,
        TIMED_OUT => true,
        _ => remaining(status, rollout).is_some_and(|remaining| remaining < 0),
    }
}

/// How long until the rollout counts as stuck, and a second more.
pub(super) fn deadline(status: &DeploymentStatus, rollout: &Rollout<'_>) -> Option<Millis> {
    let settled = ["", AVAILABLE, TIMED_OUT, PAUSED];
    if settled.contains(&reason(status)) || complete(status, rollout) || !has_deadline(rollout) {
        return None;
    }
    remaining(status, rollout).map(|remaining| remaining.max(0) + 1000)
}

fn remaining(status: &DeploymentStatus, rollout: &Rollout<'_>) -> Option<Millis> {
    let deadline = i64::from(rollout.spec.progress_deadline_seconds?) * 1000;
    let clock = rollout.view.clock;
    let condition = get(status, PROGRESSING)?;
    let since = clock.model_time(condition.last_update_time.as_ref()?.0);
    Some(since + deadline - clock.now)
}

/// Why Pods of a ReplicaSet cannot be made or deleted: the new one's reason before others'.
pub(super) fn report_failures(status: &mut DeploymentStatus, rollout: &Rollout<'_>) {
    let failure = |set: &Arc<ReplicaSet>| {
        let conditions = set.status.as_ref()?.conditions.as_ref()?;
        conditions.iter().find(|condition| condition.type_ == FAILURE).cloned()
    };
    let new = rollout.family.new.iter();
    let Some(failure) = new.chain(&rollout.family.old).find_map(failure) else {
        return remove(status, FAILURE);
    };
    let condition = of_replica_set(failure);
    let known = get(status, FAILURE);
    if known.is_none_or(|known| known.reason != condition.reason) {
        remove(status, FAILURE);
        status.conditions.get_or_insert_default().push(condition);
    }
}

fn of_replica_set(condition: ReplicaSetCondition) -> DeploymentCondition {
    DeploymentCondition {
        type_: condition.type_,
        status: condition.status,
        reason: condition.reason,
        message: condition.message,
        last_update_time: condition.last_transition_time.clone(),
        last_transition_time: condition.last_transition_time,
    }
}
