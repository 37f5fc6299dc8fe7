//! Whether a Job has failed or succeeded.

use k8s_openapi::api::batch::v1::JobCondition;
use k8s_openapi::api::core::v1::Pod;

use super::policy::{self, Consequence};
use super::sync::Sync;
use super::{condition, indexed};
use crate::components::pods;

/// What a Job's failure is called until its last Pod has ended.
pub(super) const FAILURE_TARGET: &str = "FailureTarget";
pub(super) const SUCCESS_CRITERIA_MET: &str = "SuccessCriteriaMet";

/// Starts the Job's clock, and decides it as far as its Pods allow.
pub(super) fn decide(sync: &mut Sync<'_>) {
    if sync.status.start_time.is_none() && !sync.is_suspended() {
        sync.status.start_time = Some(sync.clock.time());
    }
    sync.decided = decided_before(sync).or_else(|| by_pods(sync)).or_else(|| by_limits(sync));
    if indexed::is_indexed(sync.spec) {
        sync.decided = sync.decided.take().or_else(|| by_indexes(sync));
        if sync.spec.backoff_limit_per_index.is_some() {
            sync.delayed = indexed::delayed(sync);
        }
        sync.decided = sync.decided.take().or_else(|| by_success_policy(sync));
    }
}

fn decided_before(sync: &Sync<'_>) -> Option<JobCondition> {
    let known = |kind: &str| condition(sync.job, kind).cloned();
    known(SUCCESS_CRITERIA_MET).or_else(|| known(FAILURE_TARGET))
}

/// A Pod whose failure fails the Job at once.
fn by_pods(sync: &Sync<'_>) -> Option<JobCondition> {
    let failed = sync.pods.iter().filter(|pod| sync.is_failed(pod));
    let mut consequences = failed.map(|pod| policy::of_failure(sync.spec, pod));
    consequences.find_map(|consequence| match consequence {
        Consequence::FailJob(why) => Some(failure(sync, "PodFailurePolicy", &why)),
        _ => None,
    })
}

fn failure(sync: &Sync<'_>, reason: &str, message: &str) -> JobCondition {
    sync.condition(FAILURE_TARGET, reason, message)
}

/// Too many failures, or too long.
fn by_limits(sync: &mut Sync<'_>) -> Option<JobCondition> {
    let limit = sync.spec.backoff_limit.unwrap_or(6);
    if sync.failed > limit || too_many_restarts(sync, limit) {
        let message = "Job has reached the specified backoff limit";
        return Some(failure(sync, "BackoffLimitExceeded", message));
    }
    let deadline_ms = sync.spec.active_deadline_seconds?.saturating_mul(1000);
    let begun = sync.status.start_time.as_ref().filter(|_| !sync.is_suspended())?;
    let left = sync.clock.model_time(begun.0) + deadline_ms - sync.clock.now;
    if left <= 0 {
        let message = "Job was active longer than specified deadline";
        return Some(failure(sync, "DeadlineExceeded", message));
    }
    sync.wake(left);
    None
}

/// Containers that are restarted in their Pods count as failures too.
fn too_many_restarts(sync: &Sync<'_>, limit: i32) -> bool {
    let template = sync.spec.template.spec.as_ref();
    if template.and_then(|spec| spec.restart_policy.as_deref()) != Some("OnFailure") {
        return false;
    }
    let alive = |pod: &&Pod| matches!(pods::phase(pod), "Running" | "Pending");
    let restarts: i32 = sync.pods.iter().map(AsRef::as_ref).filter(alive).map(restarts).sum();
    if limit == 0 { restarts > 0 } else { restarts >= limit }
}

fn restarts(pod: &Pod) -> i32 {
    let status = pod.status.as_ref();
    let init = status.and_then(|status| status.init_container_statuses.as_ref());
    pods::restarts(pod) + init.into_iter().flatten().map(|of| of.restart_count).sum::<i32>()
}

fn by_indexes(sync: &Sync<'_>) -> Option<JobCondition> {
    let failed = sync.failed_indexes.as_ref()?.total();
    if sync.spec.max_failed_indexes.is_some_and(|most| failed > most) {
        let message = "Job has exceeded the specified maximal number of failed indexes";
        return Some(failure(sync, "MaxFailedIndexesExceeded", message));
    }
    let settled = failed + sync.succeeded_indexes.total();
    (failed > 0 && settled >= sync.spec.completions.unwrap_or(0))
        .then(|| failure(sync, "FailedIndexes", "Job has failed indexes"))
}

fn by_success_policy(sync: &Sync<'_>) -> Option<JobCondition> {
    let policy = sync.spec.success_policy.as_ref()?;
    let completions = sync.spec.completions.unwrap_or(0);
    let message = policy::of_success(policy, completions, &sync.succeeded_indexes)?;
    Some(sync.condition(SUCCESS_CRITERIA_MET, "SuccessPolicy", &message))
}

/// Whether as many have succeeded as were wanted, with none left to run.
pub(super) fn is_complete(sync: &Sync<'_>, active: i32) -> bool {
    match sync.spec.completions {
        None => sync.succeeded > 0 && active == 0,
        Some(wanted) => sync.succeeded >= wanted && active == 0,
    }
}

pub(super) fn success(sync: &Sync<'_>) -> JobCondition {
    let message = "Reached expected number of succeeded pods";
    sync.condition(SUCCESS_CRITERIA_MET, "CompletionsReached", message)
}
