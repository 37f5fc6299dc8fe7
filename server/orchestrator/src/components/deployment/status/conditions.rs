//! Reading and setting a Deployment's conditions.

use k8s_openapi::api::apps::v1::{DeploymentCondition, DeploymentStatus};

use super::super::Rollout;

/// Status, reason and message of a condition.
pub(super) type Verdict = (&'static str, &'static str, String);

pub(super) fn get<'a>(status: &'a DeploymentStatus, kind: &str) -> Option<&'a DeploymentCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == kind)
}

/// Sets a condition, unless it says so already.
pub(super) fn set(
    status: &mut DeploymentStatus,
    rollout: &Rollout<'_>,
    kind: &str,
    verdict: Verdict,
) {
    let (truth, reason, _) = &verdict;
    let same = get(status, kind).is_some_and(|condition| {
        condition.status == *truth && condition.reason.as_deref() == Some(reason)
    });
    if !same {
        put(status, rollout, kind, verdict);
    }
}

/// Sets Progressing anew: its update time says when there was progress last.
pub(super) fn renew(status: &mut DeploymentStatus, rollout: &Rollout<'_>, verdict: Verdict) {
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

/// Takes a condition away.
pub(super) fn remove(status: &mut DeploymentStatus, kind: &str) {
    if let Some(conditions) = &mut status.conditions {
        conditions.retain(|condition| condition.type_ != kind);
    }
}
