//! Jobs made at their time, as far as the CronJob lets them run side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::jiff::Timestamp;
use k8s_openapi::jiff::tz::TimeZone;

use super::{Look, NEXT_DELTA_MS, delete, event, note, remembered, schedule_of, times};
use crate::call::{Call, Step};
use crate::components::ownership;
use crate::object::Object;

/// When a Job of a CronJob was due.
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// The time for which a Job was made.
pub(super) fn scheduled_time(job: &Job) -> Option<Timestamp> {
    let name = job.metadata.name.as_deref()?;
    let (_, minutes) = name.rsplit_once('-')?;
    let exact = job.metadata.annotations.as_ref().and_then(|all| all.get(SCHEDULED));
    let exact = exact.and_then(|text| text.parse().ok());
    exact.or_else(|| Timestamp::from_second(minutes.parse::<i64>().ok()? * 60).ok())
}

fn job_name(cron_job: &CronJob, at: Timestamp) -> String {
    let name = cron_job.metadata.name.as_deref().unwrap_or_default();
    format!("{name}-{}", at.as_second().div_euclid(60))
}

impl Look<'_> {
    /// Makes the Job that is due, if any, and looks again when the next one is.
    pub(super) fn start(&mut self) {
        let (schedule, zone) = match schedule_of(self.cron_job) {
            Ok(found) => found,
            Err((reason, message)) => return self.tell("Warning", reason, message),
        };
        if self.cron_job.spec.suspend == Some(true) {
            return;
        }
        let now = self.now();
        // The status that is being written counts, not the one that was read.
        let last = self.status.last_schedule_time.as_ref().map(|time| time.0);
        let found = times::find(self.cron_job, last, &schedule, &zone, now);
        if let Some(next) = found.next {
            let next = self.view.clock.model_time(next);
            let wait = next + NEXT_DELTA_MS - self.view.clock.now;
            self.outcome.requeue =
                Some(crate::component::Requeue { after_ms: wait, routine: false });
        }
        let Some(due) = found.due else { return };
        if found.too_many_missed {
            let message = "too many missed start times. Set or decrease \
                           .spec.startingDeadlineSeconds or check clock skew";
            self.tell("Warning", "TooManyMissedTimes", message);
        }
        self.start_due(due, now, &zone);
    }

    fn start_due(&mut self, due: Timestamp, now: Timestamp, zone: &TimeZone) {
        let deadline = self.cron_job.spec.starting_deadline_seconds;
        if deadline.is_some_and(|deadline| due.as_second() + deadline < now.as_second()) {
            let at = due.strftime("%a, %d %b %Y %H:%M:%S %z");
            let message = format!("Missed scheduled time to start a job: {at}");
            return self.tell("Warning", "MissSchedule", message);
        }
        let name = job_name(self.cron_job, due);
        let is_there = |job: &Arc<Job>| job.metadata.name.as_ref() == Some(&name);
        let last = self.status.last_schedule_time.as_ref().map(|time| time.0);
        if self.jobs.iter().any(is_there) || last == Some(due) {
            return;
        }
        let active = self.active_jobs();
        match self.cron_job.spec.concurrency_policy.as_deref() {
            Some("Forbid") if self.status.active.is_some() => {
                let message = "Not starting job because prior execution is running and \
                               concurrency policy is Forbid";
                return self.tell("Normal", "JobAlreadyActive", message);
            }
            Some("Replace") => {
                for job in active {
                    self.outcome.steps.push(delete(self.owner, &job));
                    self.forget(&job.metadata.uid);
                }
            }
            _ => {}
        }
        let job = self.job(&name, due, zone);
        let made = event(self.owner, "Normal", "SuccessfulCreate", "Created job {name}");
        let refused = event(self.owner, "Warning", "FailedCreate", "Error creating job: {error}");
        self.outcome.steps.push(Step::from(Call::Create(job)).then(made).otherwise(refused));
        let text = format!("{} is due", self.owner.name());
        self.outcome.notes.push(note("Due", text, self.owner.name()).with("job", &name));
        self.outcome.remember = remembered(&name);
    }

    fn active_jobs(&self) -> Vec<Arc<Job>> {
        self.jobs.iter().filter(|job| self.is_active(job)).cloned().collect()
    }

    fn job(&self, name: &str, due: Timestamp, zone: &TimeZone) -> Object {
        let template = &self.cron_job.spec.job_template;
        let metadata = template.metadata.clone().unwrap_or_default();
        let mut annotations: BTreeMap<String, String> = metadata.annotations.unwrap_or_default();
        annotations.insert(SCHEDULED.to_owned(), rfc3339(due, zone));
        let job = Job {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                namespace: Some(self.owner.namespace().to_owned()),
                labels: metadata.labels,
                annotations: Some(annotations),
                owner_references: Some(vec![ownership::controlled_by(self.owner)]),
                ..ObjectMeta::default()
            },
            spec: template.spec.clone(),
            status: None,
        };
        job.into()
    }
}

/// `2026-11-22T10:00:00Z`, or with the zone's offset.
fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    if zoned.offset().is_zero() {
        return at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
