//! Counts the Pods that have ended: first their UIDs are noted in the status, then their finalizers
//! go, then they are counted. What is lost on the way is found in the status again.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers>

use std::collections::BTreeSet;

use k8s_openapi::api::batch::v1::{Job, JobCondition, JobStatus};
use k8s_openapi::api::core::v1::Pod;

use super::policy::{self, Consequence};
use super::sync::Sync;
use super::verdict::{FAILURE_TARGET, SUCCESS_CRITERIA_MET};
use super::{event, indexed};
use crate::call::{Call, Step};
use crate::component::{Note, Outcome};
use crate::components::pods;
use crate::indexes::Indexes;
use crate::object::Object;

/// At most so many Pods are noted as ended and not yet counted.
const UNCOUNTED_MAX: usize = 500;

/// Adds the calls that count what has ended, and that finish the Job if that was the last of it.
pub(super) fn track(sync: &mut Sync<'_>, outcome: &mut Outcome) {
    let tracked = sync.pods.iter().filter(|pod| super::is_tracked(pod));
    let mut tracked: BTreeSet<String> =
        tracked.filter_map(|pod| pod.metadata.uid.clone()).collect();
    count(&mut sync.status, &tracked);
    let (ended, all) = ended(sync);
    announce(sync);
    let before = sync.job.status.clone().unwrap_or_default();
    if sync.status != before {
        outcome.steps.push(update(sync).into());
    }
    let noted = sync.status.clone();
    for pod in &ended {
        outcome.steps.push(super::let_go(&Object::from((*pod).clone())).into());
        if let Some(uid) = &pod.metadata.uid {
            tracked.remove(uid);
        }
    }
    count(&mut sync.status, &tracked);
    let finished = if all { finish(sync) } else { None };
    if sync.status != noted {
        let step = Step::from(update(sync));
        let done = finished.map(|finished| report(sync, &finished, outcome));
        outcome.steps.push(match done {
            Some(event) => step.then(event),
            None => step,
        });
    }
}

/// The status without the revision that it was decided on: an own write may have come between.
fn update(sync: &Sync<'_>) -> Call {
    let mut job = Job { status: Some(sync.status.clone()), ..sync.job.clone() };
    job.metadata.resource_version = None;
    Call::UpdateStatus(job.into())
}

/// Counts the noted Pods that are let go.
fn count(status: &mut JobStatus, tracked: &BTreeSet<String>) {
    let uncounted = status.uncounted_terminated_pods.get_or_insert_default();
    let lists = [
        (&mut uncounted.succeeded, &mut status.succeeded),
        (&mut uncounted.failed, &mut status.failed),
    ];
    for (list, number) in lists {
        let Some(uids) = list else { continue };
        let noted = uids.len();
        uids.retain(|uid| tracked.contains(uid));
        let gone = i32::try_from(noted - uids.len()).unwrap_or(0);
        if gone > 0 {
            *number = Some(number.unwrap_or(0) + gone);
        }
        if uids.is_empty() {
            *list = None;
        }
    }
}

/// Notes the Pods that have ended. Those to let go, and whether that is all of them.
fn ended<'a>(sync: &mut Sync<'a>) -> (Vec<&'a Pod>, bool) {
    let (mut ended, mut new_indexes, mut all) = (Vec::new(), BTreeSet::new(), true);
    let known = indexed::known_succeeded(sync);
    for pod in sync.pods.iter().filter(|pod| super::is_tracked(pod)) {
        if !may_go(sync, pod) {
            continue;
        }
        ended.push(pod.as_ref());
        note(sync, pod, &known, &mut new_indexes);
        let uncounted = sync.status.uncounted_terminated_pods.as_ref();
        let noted = |list: Option<&Vec<String>>| list.map_or(0, Vec::len);
        let count = noted(uncounted.and_then(|uncounted| uncounted.succeeded.as_ref()))
            + noted(uncounted.and_then(|uncounted| uncounted.failed.as_ref()));
        if count + new_indexes.len() >= UNCOUNTED_MAX {
            all = false;
            break;
        }
    }
    if indexed::is_indexed(sync.spec) {
        let indexes = known.union(&Indexes::of(new_indexes));
        sync.status.succeeded = Some(indexes.total()).filter(|total| *total > 0);
        sync.status.completed_indexes =
            Some(indexes.to_string()).filter(|indexes| !indexes.is_empty());
        sync.status.failed_indexes = sync.failed_indexes.as_ref().map(Indexes::to_string);
    }
    (ended, all)
}

/// Whether a Pod need not be kept for counting.
fn may_go(sync: &Sync<'_>, pod: &Pod) -> bool {
    if sync.owner.is_deleting() || sync.decided.is_some() || pods::phase(pod) == "Succeeded" {
        return true;
    }
    let kept = indexed::index(sync.spec, pod).and_then(|index| sync.delayed.get(&index));
    sync.is_failed(pod) && kept.is_none_or(|kept| kept.metadata.uid != pod.metadata.uid)
}

fn note(sync: &mut Sync<'_>, pod: &Pod, known: &Indexes, new_indexes: &mut BTreeSet<i32>) {
    let indexed = indexed::is_indexed(sync.spec);
    let index = indexed::index(sync.spec, pod);
    let failed_job = sync.decided.as_ref().is_some_and(|by| by.type_ != SUCCESS_CRITERIA_MET);
    let is_failed = sync.is_failed(pod);
    let uid = pod.metadata.uid.clone().unwrap_or_default();
    let uncounted = sync.status.uncounted_terminated_pods.get_or_insert_default();
    let noted = |list: &Option<Vec<String>>| list.iter().flatten().any(|one| *one == uid);
    if pods::phase(pod) == "Succeeded" && !noted(&uncounted.failed) {
        if indexed {
            new_indexes.extend(index.filter(|index| !known.contains(*index)));
        } else if !noted(&uncounted.succeeded) {
            uncounted.succeeded.get_or_insert_default().push(uid);
        }
    } else if (is_failed || failed_job)
        && !noted(&uncounted.failed)
        && (!indexed || index.is_some())
        && policy::of_failure(sync.spec, pod) != Consequence::Ignore
    {
        uncounted.failed.get_or_insert_default().push(uid);
    }
}

/// Says that the Job is decided, before its last Pods are seen to.
fn announce(sync: &mut Sync<'_>) {
    let Some(decided) = &sync.decided else { return };
    let conditions = sync.status.conditions.get_or_insert_default();
    if !conditions.iter().any(|known| known.type_ == decided.type_ && known.status == "True") {
        conditions.push(decided.clone());
    }
}

/// The last condition, if nothing is left to count and no Pod is still ending.
fn finish(sync: &mut Sync<'_>) -> Option<JobCondition> {
    let decided = sync.decided.as_ref()?;
    let uncounted = sync.status.uncounted_terminated_pods.clone().unwrap_or_default();
    if uncounted.succeeded.is_some() || uncounted.failed.is_some() || sync.terminating > 0 {
        return None;
    }
    let kind = if decided.type_ == FAILURE_TARGET { "Failed" } else { "Complete" };
    let (reason, message) = (decided.reason.as_deref(), decided.message.as_deref());
    let finished = sync.condition(kind, reason.unwrap_or_default(), message.unwrap_or_default());
    sync.status.conditions.get_or_insert_default().push(finished.clone());
    if kind == "Complete" {
        sync.status.completion_time.clone_from(&finished.last_transition_time);
    }
    Some(finished)
}

/// The event of the end.
fn report(
    sync: &Sync<'_>,
    finished: &JobCondition,
    outcome: &mut Outcome,
) -> crate::call::EventRecord {
    let reason = finished.reason.clone().unwrap_or_default();
    let message = finished.message.clone().unwrap_or_default();
    let note = Note::new("JobFinished", message.clone())
        .with("name", sync.owner.name())
        .with("condition", &finished.type_)
        .with("reason", &reason);
    outcome.notes.push(note);
    if finished.type_ == "Failed" {
        return event(sync.owner, "Warning", &reason, message);
    }
    if sync.spec.completions.is_some_and(|wanted| sync.status.succeeded.unwrap_or(0) > wanted) {
        let message = "Too many succeeded pods running after completion count reached";
        outcome.events.push(event(sync.owner, "Warning", "TooManySucceededPods", message));
    }
    event(sync.owner, "Normal", "Completed", "Job completed")
}
