//! One look at a Job.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/job/job_controller.go>

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::batch::v1::{Job, JobCondition, JobSpec, JobStatus};
use k8s_openapi::api::core::v1::Pod;

use super::backoff::Record;
use super::policy::Consequence;
use super::{FINALIZER, batching, indexed, manage, policy, tracking, verdict};
use crate::call::{Call, EventRecord};
use crate::component::{Outcome, View};
use crate::components::ownership;
use crate::components::pods;
use crate::indexes::Indexes;
use crate::object::Object;
use crate::time::Clock;

/// What is known of a Job, and what is being decided of it.
#[derive(Debug)]
pub(super) struct Sync<'a> {
    pub(super) owner: &'a Object,
    pub(super) job: &'a Job,
    pub(super) spec: &'a JobSpec,
    pub(super) clock: Clock,
    pub(super) pods: &'a [Arc<Pod>],
    pub(super) active: Vec<&'a Pod>,
    /// Pods that have succeeded or failed, those that are in the status but not counted included.
    pub(super) succeeded: i32,
    pub(super) failed: i32,
    pub(super) terminating: i32,
    pub(super) ready: i32,
    pub(super) backoff: Record,
    pub(super) succeeded_indexes: Indexes,
    pub(super) failed_indexes: Option<Indexes>,
    /// Failed Pods that stay until their index has a new one.
    pub(super) delayed: BTreeMap<i32, &'a Pod>,
    /// The status to be written.
    pub(super) status: JobStatus,
    /// The condition that decides the Job, before all its Pods are seen to.
    pub(super) decided: Option<JobCondition>,
    /// When to look again even if nothing changes.
    pub(super) wake_in: Option<i64>,
    pub(super) events: Vec<EventRecord>,
}

pub(super) fn is_terminating(pod: &Pod) -> bool {
    !pods::is_terminal(pod) && pod.metadata.deletion_timestamp.is_some()
}

pub(super) fn is_active(pod: &Pod) -> bool {
    pods::is_active(pod)
}

pub(super) fn sync(view: &View<'_>, owner: &Object, job: &Job) -> Outcome {
    let (Some(spec), Some(selector)) =
        (&job.spec, job.spec.as_ref().and_then(|spec| spec.selector.as_ref()))
    else {
        return Outcome::nothing();
    };
    let mut claimed = ownership::claim::<Pod>(view.cache, owner, selector, |_| true);
    for adopted in &mut claimed.adopt {
        adopted.metadata_mut().finalizers.get_or_insert_default().push(FINALIZER.to_owned());
    }
    let claims = claimed.adopt.into_iter().chain(claimed.release).map(Call::Update);
    let outcome = Outcome::nothing().calls(claims);
    if !outcome.steps.is_empty() {
        return outcome;
    }
    if super::is_finished(job) {
        // Pods that came too late are let go.
        let late = claimed.owned.iter().filter(|pod| super::is_tracked(pod));
        let late = late.map(|pod| super::let_go(&Object::Pod(Arc::clone(pod))));
        return outcome.calls(late);
    }
    let mut owned = claimed.owned;
    if indexed::is_indexed(spec) {
        owned.sort_by_key(|pod| indexed::index(spec, pod));
    }
    let sync = Sync::of(view, owner, job, spec, &owned);
    finish(view, sync)
}

fn finish(view: &View<'_>, mut sync: Sync<'_>) -> Outcome {
    verdict::decide(&mut sync);
    let mut outcome = Outcome::nothing();
    manage::manage(&mut sync, &mut outcome);
    tracking::track(&mut sync, &mut outcome);
    outcome.events.append(&mut sync.events);
    let wake = sync.wake_in.map(|after| view.clock.now.0 + after);
    if let Some(after) = sync.wake_in {
        outcome = outcome.requeue_after(after);
    }
    let memory = batching::looked(sync.job, &sync.backoff, wake);
    outcome.remember = Some(Some(Arc::new(memory)));
    outcome
}

impl<'a> Sync<'a> {
    fn of(
        view: &View<'_>,
        owner: &'a Object,
        job: &'a Job,
        spec: &'a JobSpec,
        pods: &'a [Arc<Pod>],
    ) -> Sync<'a> {
        let active: Vec<&Pod> = pods.iter().map(Arc::as_ref).filter(|pod| is_active(pod)).collect();
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let mut sync = Sync {
            owner,
            job,
            spec,
            clock: view.clock,
            pods,
            ready: count(active.iter().filter(|pod| pods::is_ready(pod)).count()),
            active,
            succeeded: 0,
            failed: 0,
            terminating: count(pods.iter().filter(|pod| is_terminating(pod)).count()),
            backoff: Record::read(view.memory.get(&owner.key()).map(Arc::as_ref)),
            succeeded_indexes: Indexes::default(),
            failed_indexes: None,
            delayed: BTreeMap::new(),
            status: job.status.clone().unwrap_or_default(),
            decided: None,
            wake_in: None,
            events: Vec::new(),
        };
        sync.status.uncounted_terminated_pods.get_or_insert_default();
        sync.count(&view.clock);
        sync
    }

    /// Counts what has succeeded and failed.
    fn count(&mut self, clock: &Clock) {
        let uncounted = self.status.uncounted_terminated_pods.clone().unwrap_or_default();
        let noted = |list: &Option<Vec<String>>, pod: &Pod| {
            list.iter().flatten().any(|uid| pod.metadata.uid.as_ref() == Some(uid))
        };
        let indexed = indexed::is_indexed(self.spec);
        let valid = |pod: &&Pod| {
            super::is_tracked(pod) && (!indexed || indexed::index(self.spec, pod).is_some())
        };
        let all = || self.pods.iter().map(Arc::as_ref).filter(valid);
        let succeeded: Vec<&Pod> = all()
            .filter(|pod| pods::phase(pod) == "Succeeded" && !noted(&uncounted.succeeded, pod))
            .collect();
        let failed: Vec<&Pod> =
            all().filter(|pod| self.is_failed(pod) && !noted(&uncounted.failed, pod)).collect();
        let counts = |pod: &&&Pod| policy::of_failure(self.spec, pod) != Consequence::Ignore;
        let len = |list: usize| i32::try_from(list).unwrap_or(i32::MAX);
        let known = |number: Option<i32>, list: &Option<Vec<String>>| {
            number.unwrap_or(0) + len(list.iter().flatten().count())
        };
        let sum_succeeded =
            known(self.status.succeeded, &uncounted.succeeded) + len(succeeded.len());
        let sum_failed = known(self.status.failed, &uncounted.failed)
            + len(failed.iter().filter(counts).count());
        let backoff = std::mem::take(&mut self.backoff).with(&succeeded, &failed, *clock);
        self.backoff = backoff;
        (self.succeeded, self.failed) = (sum_succeeded, sum_failed);
        if indexed {
            let done = indexed::of_tracked(self, |pod| pods::phase(pod) == "Succeeded");
            self.succeeded_indexes = indexed::known_succeeded(self).union(&done);
            self.succeeded = self.succeeded_indexes.total();
            self.failed_indexes = indexed::failed(self);
        }
    }

    /// Whether a Pod counts as failed: one that is deleted before it ends does, unless the Job
    /// waits for the end.
    pub(super) fn is_failed(&self, pod: &Pod) -> bool {
        match pods::phase(pod) {
            "Failed" => true,
            "Succeeded" => false,
            _ => !self.replaces_failed_only() && pod.metadata.deletion_timestamp.is_some(),
        }
    }

    pub(super) fn replaces_failed_only(&self) -> bool {
        self.spec.pod_replacement_policy.as_deref() == Some("Failed")
            || self.spec.pod_failure_policy.is_some()
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.spec.suspend == Some(true)
    }

    pub(super) fn condition(&self, kind: &str, reason: &str, message: &str) -> JobCondition {
        JobCondition {
            type_: kind.to_owned(),
            status: "True".to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message.to_owned()),
            last_probe_time: Some(self.clock.time()),
            last_transition_time: Some(self.clock.time()),
        }
    }

    /// Looks again after so long, or sooner.
    pub(super) fn wake(&mut self, after_ms: i64) {
        self.wake_in = Some(self.wake_in.map_or(after_ms, |earlier| earlier.min(after_ms)));
    }
}
