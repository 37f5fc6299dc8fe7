//! CronJobs.

use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, CronJobStatus, JobTemplateSpec};
use serde_json::Value;

use super::workloads::{self, CONTAINERS, IMAGES};
use super::{AGE, Column, FieldErrors, NAME, Particulars, age, job, names, pod, quoted, selectors};
use crate::cron;
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.batch.v1.CronJobSpec";
const STATUS: &str = "io.k8s.api.batch.v1.CronJobStatus";
/// The Jobs' names are longer by a hyphen and ten digits.
const NAME_MAX: usize = 52;
const POLICIES: &[&str] = &["Allow", "Forbid", "Replace"];

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Schedule", SPEC, "schedule"),
    Column::field("Timezone", SPEC, "timeZone"),
    Column::field("Suspend", SPEC, "suspend").boolean(),
    Column::field("Active", STATUS, "active").integer(),
    Column::field("Last Schedule", STATUS, "lastScheduleTime"),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", "io.k8s.api.batch.v1.JobSpec", "selector").wide(),
];

impl Particulars for CronJob {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = &mut self.spec;
        spec.concurrency_policy.get_or_insert_with(|| "Allow".to_owned());
        spec.suspend.get_or_insert(false);
        spec.successful_jobs_history_limit.get_or_insert(3);
        spec.failed_jobs_history_limit.get_or_insert(1);
        spec.job_template.metadata.get_or_insert_default();
        job::default_template(spec.job_template.spec.get_or_insert_default());
    }

    fn begin(&mut self) {
        self.status = Some(CronJobStatus::default());
    }

    fn keep(&mut self, old: &CronJob) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &CronJob) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &CronJob) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        if name.len() > NAME_MAX {
            let detail = format!("must be no more than {NAME_MAX} characters");
            errors.invalid("metadata.name", quoted(name), detail);
        }
        validate_spec(&self.spec, errors);
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let mut warnings = pod::name_warnings(name, "Pod names and hostnames");
        let template = self.spec.job_template.spec.as_ref();
        let spec = template.and_then(|job| job.template.spec.as_ref());
        let path = "spec.jobTemplate.spec.template.spec";
        warnings.extend(spec.into_iter().flat_map(|spec| pod::spec_warnings(spec, path)));
        warnings
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let spec = &self.spec;
        let status = self.status.clone().unwrap_or_default();
        let job = spec.job_template.spec.as_ref();
        let (names, images) = workloads::containers(job.and_then(|job| job.template.spec.as_ref()));
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "<none>".to_owned());
        let last = status.last_schedule_time.as_ref().map(|time| age::since(Some(time), clock));
        let selector = job.and_then(|job| job.selector.as_ref()).map(selectors::show);
        let suspended = if spec.suspend == Some(true) { "True" } else { "False" };
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            spec.schedule.clone().into(),
            or_none(spec.time_zone.clone()).into(),
            suspended.into(),
            status.active.iter().flatten().count().into(),
            or_none(last).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
            or_none(selector).into(),
        ]
    }
}

fn validate_spec(spec: &CronJobSpec, errors: &mut FieldErrors) {
    validate_schedule(spec, errors);
    if let Some(seconds) = spec.starting_deadline_seconds.filter(|seconds| *seconds < 0) {
        let detail = "must be greater than or equal to 0";
        errors.invalid("spec.startingDeadlineSeconds", seconds, detail);
    }
    errors.one_of("spec.concurrencyPolicy", spec.concurrency_policy.as_deref(), POLICIES);
    validate_template(&spec.job_template, errors);
    let limits = [
        ("spec.successfulJobsHistoryLimit", spec.successful_jobs_history_limit),
        ("spec.failedJobsHistoryLimit", spec.failed_jobs_history_limit),
    ];
    for (path, limit) in limits {
        workloads::not_negative(path, limit, errors);
    }
}

fn validate_schedule(spec: &CronJobSpec, errors: &mut FieldErrors) {
    let path = "spec.schedule";
    let schedule = spec.schedule.as_str();
    if schedule.is_empty() {
        errors.required(path, "");
    } else if let Err(refused) = cron::Schedule::parse(schedule) {
        errors.invalid(path, quoted(schedule), refused);
    } else if schedule.contains("TZ") {
        let detail = match spec.time_zone {
            Some(_) => "cannot use both timeZone field and TZ or CRON_TZ in schedule",
            None => "cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
        };
        errors.invalid(path, quoted(schedule), detail);
    }
    let Some(zone) = spec.time_zone.as_deref() else { return };
    let path = "spec.timeZone";
    if zone.is_empty() {
        errors.invalid(path, quoted(zone), "timeZone must be nil or non-empty string");
    } else if zone.eq_ignore_ascii_case("local") {
        let detail =
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        errors.invalid(path, quoted(zone), detail);
    } else if cron::zone(zone).is_none() {
        errors.invalid(path, quoted(zone), format!("unknown time zone {zone}"));
    }
}

fn validate_template(template: &JobTemplateSpec, errors: &mut FieldErrors) {
    let path = "spec.jobTemplate.spec";
    let Some(spec) = &template.spec else { return };
    job::validate_spec(spec, path, errors);
    if let Some(selector) = &spec.selector {
        let value = selectors::go_value(selector);
        errors.invalid(format!("{path}.selector"), value, "`selector` will be auto-generated");
    }
    if spec.manual_selector == Some(true) {
        errors.not_supported(format!("{path}.manualSelector"), "true", &["nil", "false"]);
    }
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    for key in labels.into_iter().flatten().map(|(key, _)| key) {
        errors.check("spec.jobTemplate.metadata.labels", key, names::qualified_name);
    }
}
