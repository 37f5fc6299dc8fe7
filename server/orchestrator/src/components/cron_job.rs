//! The CronJob controller: makes a Job each time that the schedule says so.
//!
//! A Job that it has made is noted in the status once the cache shows it.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>

use std::sync::Arc;

use k8s_openapi::api::batch::v1::{CronJob, CronJobStatus, Job};
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use k8s_openapi::jiff::Timestamp;
use k8s_openapi::jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::call::{Call, EventRecord, Propagation, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::{job, ownership};
use crate::cron::{self, Schedule};
use crate::object::{Key, Kind, Object};

mod history;
mod making;
mod times;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "cronjob-controller",
    host: Host::ControllerManager,
    watches: &[Kind::CronJob, Kind::Job],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::CronJob).map(Object::key).collect(),
    serial: false,
    decide,
};

/// A little after the full minute, so that it is surely past.
const NEXT_DELTA_MS: i64 = 100;

fn keys(_: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let both = [before, after].into_iter().flatten();
    let mut keys: Vec<Key> = both
        .filter_map(|object| match object {
            Object::Job(_) => ownership::controller_key(object, Kind::CronJob),
            _ => Some(object.key()),
        })
        .collect();
    keys.dedup();
    keys
}

/// What is decided of a CronJob.
struct Look<'a> {
    view: &'a View<'a>,
    owner: &'a Object,
    cron_job: &'a CronJob,
    jobs: Vec<Arc<Job>>,
    status: CronJobStatus,
    outcome: Outcome,
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::CronJob(cron_job)) = view.cache.get(key) else {
        return Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() };
    };
    let mut look = Look {
        view,
        owner,
        cron_job,
        jobs: view.cache.controlled_by::<Job>(owner.uid()).cloned().collect(),
        status: cron_job.status.clone().unwrap_or_default(),
        outcome: Outcome::nothing(),
    };
    look.see_jobs();
    if !owner.is_deleting() {
        look.start();
    }
    look.clean_up();
    look.finish()
}

impl Look<'_> {
    fn tell(&mut self, event_type: &'static str, reason: &str, message: impl Into<String>) {
        self.outcome.events.push(event(self.owner, event_type, reason, message));
    }

    fn now(&self) -> Timestamp {
        self.view.clock.timestamp_at(self.view.clock.now)
    }

    /// What has become of the Jobs since the last look.
    fn see_jobs(&mut self) {
        let made = self.view.memory.get(&self.owner.key());
        let made = made.and_then(|memory| memory.get("made")).and_then(Value::as_str);
        let made = made.map(str::to_owned);
        for job in self.jobs.clone() {
            let name = job.metadata.name.clone().unwrap_or_default();
            let known = self.is_active(&job);
            match (job::finished(&job), known) {
                (None, false) if made.as_deref() == Some(&name) => self.note_made(&job),
                (None, false) => {
                    let message =
                        format!("Saw a job that the controller did not create or forgot: {name}");
                    self.tell("Warning", "UnexpectedJob", message);
                }
                (Some(by), true) => {
                    let message = format!("Saw completed job: {name}, condition: {}", by.type_);
                    self.forget(&job.metadata.uid);
                    self.tell("Normal", "SawCompletedJob", message);
                    self.note_success(&job);
                }
                (Some(_), false) => {
                    if made.as_deref() == Some(&name) && self.is_newly_made(&job) {
                        self.note_made(&job);
                        self.forget(&job.metadata.uid);
                    }
                    self.note_success(&job);
                }
                (None, true) => {}
            }
        }
        self.miss_jobs();
    }

    fn is_active(&self, job: &Job) -> bool {
        self.status.active.iter().flatten().any(|one| one.uid == job.metadata.uid)
    }

    /// Whether it was made by the last look and is not in the status yet.
    fn is_newly_made(&self, job: &Job) -> bool {
        let at = making::scheduled_time(job);
        let last = self.status.last_schedule_time.as_ref().map(|time| time.0);
        at.is_some_and(|at| last.is_none_or(|last| last < at))
    }

    fn note_made(&mut self, job: &Arc<Job>) {
        let object = Object::Job(Arc::clone(job));
        let reference = ObjectReference {
            api_version: Some(Kind::Job.api_version().to_owned()),
            kind: Some(Kind::Job.name().to_owned()),
            name: job.metadata.name.clone(),
            namespace: job.metadata.namespace.clone(),
            resource_version: Some(object.rev().to_string()),
            uid: job.metadata.uid.clone(),
            field_path: None,
        };
        self.status.active.get_or_insert_default().push(reference);
        if let Some(at) = making::scheduled_time(job) {
            self.status.last_schedule_time = Some(MetaTime(at));
        }
    }

    fn note_success(&mut self, job: &Job) {
        let succeeded = job::finished(job).is_some_and(|by| by.type_ == "Complete");
        let at = job.status.as_ref().and_then(|status| status.completion_time.clone());
        let last = self.status.last_successful_time.as_ref().map(|time| time.0);
        if let Some(at) = at.filter(|at| succeeded && last.is_none_or(|last| at.0 > last)) {
            self.status.last_successful_time = Some(at);
        }
    }

    fn forget(&mut self, uid: &Option<String>) {
        let active = self.status.active.take().unwrap_or_default();
        let kept: Vec<_> = active.into_iter().filter(|one| one.uid != *uid).collect();
        self.status.active = Some(kept).filter(|kept| !kept.is_empty());
    }

    /// Active Jobs that are gone.
    fn miss_jobs(&mut self) {
        for one in self.status.active.clone().into_iter().flatten() {
            if self.jobs.iter().any(|job| job.metadata.uid == one.uid) {
                continue;
            }
            self.forget(&one.uid);
            let message =
                format!("Active job went missing: {}", one.name.clone().unwrap_or_default());
            self.tell("Normal", "MissingJob", message);
        }
    }

    /// Writes the status if it has changed.
    fn finish(mut self) -> Outcome {
        if self.cron_job.status.as_ref() != Some(&self.status) {
            let updated = CronJob { status: Some(self.status), ..self.cron_job.clone() };
            self.outcome.steps.push(Call::UpdateStatus(updated.into()).into());
        }
        self.outcome
    }
}

fn event(
    owner: &Object,
    event_type: &'static str,
    reason: &str,
    message: impl Into<String>,
) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(owner),
        event_type,
        reason: reason.to_owned(),
        message: message.into(),
    }
}

/// Deletes a Job and its Pods.
fn delete(owner: &Object, job: &Arc<Job>) -> Step {
    let object = Object::Job(Arc::clone(job));
    let deleted =
        event(owner, "Normal", "SuccessfulDelete", format!("Deleted job {}", object.name()));
    let refused = event(owner, "Warning", "FailedDelete", "Deleted job: {error}");
    Step::from(Call::Delete {
        key: object.key(),
        uid: Some(object.uid().to_owned()),
        grace_s: None,
        propagation: Propagation::Background,
    })
    .then(deleted)
    .otherwise(refused)
}

/// What to remember: the Job that was made last.
fn remembered(name: &str) -> Option<Option<Arc<Value>>> {
    Some(Some(Arc::new(json!({ "made": name }))))
}

fn schedule_of(cron_job: &CronJob) -> Result<(Schedule, TimeZone), (&'static str, String)> {
    let name = cron_job.spec.time_zone.as_deref();
    let Some(zone) = name.map_or(Some(TimeZone::UTC), cron::zone) else {
        let name = name.unwrap_or_default();
        let message = format!("invalid timeZone: {name:?}: unknown time zone {name}");
        return Err(("UnknownTimeZone", message));
    };
    let text = &cron_job.spec.schedule;
    match Schedule::parse(text) {
        Ok(schedule) => Ok((schedule, zone)),
        Err(refused) => {
            Err(("UnparseableSchedule", format!("unparseable schedule: {text:?} : {refused}")))
        }
    }
}

fn note(reason: &'static str, message: String, name: &str) -> Note {
    Note::new(reason, message).with("name", name)
}
