//! The Job controller: runs Pods until enough of them have succeeded, or too many have failed.
//!
//! One look at a Job goes: its Pods ([`sync`]) → is it decided ([`verdict`]) → Pods made or deleted
//! ([`manage`]) → ended Pods counted, and let go ([`tracking`]). A Pod that has ended is noted in
//! the status before its finalizer goes, so that none is counted twice or forgotten.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/>

use k8s_openapi::api::batch::v1::{Job, JobCondition};
use k8s_openapi::api::core::v1::Pod;

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Outcome, View};
use crate::components::ownership;
use crate::object::{Key, Kind, Object};
use crate::selector;

mod backoff;
mod batching;
mod indexed;
mod manage;
mod policy;
mod sync;
mod tracking;
mod verdict;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "job-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Job, Kind::Pod],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        let tracked = |object: &&Object| object.as_typed().is_some_and(is_tracked);
        let pods = view.cache.of_kind(Kind::Pod).filter(tracked);
        let orphans = pods.filter(|pod| owner(view, pod).is_none());
        view.cache.of_kind(Kind::Job).chain(orphans).map(Object::key).collect()
    },
    serial: false,
    decide,
};

/// What keeps a Pod until its Job has counted it.
pub(super) const FINALIZER: &str = "batch.kubernetes.io/job-tracking";

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys: Vec<Key> = match before.or(after) {
        Some(Object::Job(_)) if after.is_some() => after.into_iter().map(Object::key).collect(),
        // Its Pods may wait for somebody to let them go.
        Some(job @ Object::Job(_)) => {
            let own = view.cache.controlled_by::<Pod>(job.uid());
            let tracked = own.filter(|pod| is_tracked(pod));
            tracked.map(|pod| Object::Pod(pod.clone()).key()).chain([job.key()]).collect()
        }
        _ => [before, after].into_iter().flatten().flat_map(|pod| of_pod(view, pod)).collect(),
    };
    keys.sort();
    keys.dedup();
    keys
}

/// The Job of a Pod; the Pod itself if its Job is gone; Jobs that may adopt it if it has no owner.
fn of_pod(view: &View<'_>, object: &Object) -> Vec<Key> {
    if let Some(job) = owner(view, object) {
        return vec![job];
    }
    let Object::Pod(pod) = object else { return Vec::new() };
    let mut keys: Vec<Key> = is_tracked(pod).then(|| object.key()).into_iter().collect();
    if object.controller().is_none() {
        let jobs = view.cache.all_in::<Job>(object.namespace());
        let selecting = jobs.filter(|job| {
            let wanted = job.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            wanted.is_some_and(|wanted| selector::matches(wanted, pod.metadata.labels.as_ref()))
        });
        keys.extend(selecting.map(|job| Object::Job(job.clone()).key()));
    }
    keys
}

/// The Job that controls a Pod, if it is still there.
fn owner(view: &View<'_>, pod: &Object) -> Option<Key> {
    let key = ownership::controller_key(pod, Kind::Job)?;
    let uid = pod.controller().map(|owner| owner.uid.as_str());
    view.cache.get(&key).filter(|job| Some(job.uid()) == uid).map(|_| key)
}

fn is_tracked(pod: &Pod) -> bool {
    pod.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER)
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    match view.cache.get(key) {
        Some(pod @ Object::Pod(_)) => orphan(view, pod),
        Some(object @ Object::Job(job)) => {
            let waits = is_finished(job) || is_managed_elsewhere(job);
            match batching::rest_ms(view, job, key).filter(|_| !waits) {
                Some((outcome, _)) => outcome,
                None if is_managed_elsewhere(job) => Outcome::nothing(),
                None => sync::sync(view, object, job),
            }
        }
        _ => Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() },
    }
}

/// A Pod whose Job is gone is let go.
fn orphan(view: &View<'_>, pod: &Object) -> Outcome {
    let tracked = pod.as_typed().is_some_and(is_tracked);
    if !tracked || owner(view, pod).is_some() {
        return Outcome::nothing();
    }
    Outcome::nothing().call(let_go(pod))
}

fn let_go(pod: &Object) -> Call {
    Call::Unfinalize { key: pod.key(), uid: pod.uid().to_owned(), finalizer: FINALIZER.to_owned() }
}

/// Another controller than the built-in one looks after it.
fn is_managed_elsewhere(job: &Job) -> bool {
    let by = job.spec.as_ref().and_then(|spec| spec.managed_by.as_deref());
    by.is_some_and(|by| by != "kubernetes.io/job-controller")
}

/// Whether it is `Complete` or `Failed`.
pub(super) fn is_finished(job: &Job) -> bool {
    finished(job).is_some()
}

/// The condition by which it is finished.
pub(super) fn finished(job: &Job) -> Option<&JobCondition> {
    condition(job, "Complete").or_else(|| condition(job, "Failed"))
}

/// A condition that holds.
fn condition<'a>(job: &'a Job, kind: &str) -> Option<&'a JobCondition> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind && condition.status == "True")
}

fn event(
    job: &Object,
    event_type: &'static str,
    reason: &str,
    message: impl Into<String>,
) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(job),
        event_type,
        reason: reason.to_owned(),
        message: message.into(),
    }
}
