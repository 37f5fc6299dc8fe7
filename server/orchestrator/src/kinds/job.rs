//! Jobs: their columns, defaults and labels.

use k8s_openapi::api::batch::v1::{Job, JobSpec, JobStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::Value;

use super::workloads::{self, CONTAINERS, IMAGES};
use super::{AGE, Column, FieldErrors, NAME, Particulars, age, pod, selectors};
use crate::time::Clock;

mod policy;
mod validation;

pub(super) use validation::validate_spec;

const SPEC: &str = "io.k8s.api.batch.v1.JobSpec";
const STATUS: &str = "io.k8s.api.batch.v1.JobStatus";

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::text("Status", "Status of the job."),
    Column::field("Completions", STATUS, "succeeded"),
    Column::text("Duration", "Time required to complete the job."),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", SPEC, "selector").wide(),
];

/// The labels by which a Job knows its Pods, and their elder forms without a prefix.
const UID_LABELS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];
const NAME_LABELS: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];

impl Particulars for Job {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        if spec.completions.is_none() && spec.parallelism.is_none() {
            spec.completions = Some(1);
        }
        spec.parallelism.get_or_insert(1);
        let unlimited = spec.backoff_limit_per_index.is_some();
        spec.backoff_limit.get_or_insert(if unlimited { i32::MAX } else { 6 });
        spec.completion_mode.get_or_insert_with(|| "NonIndexed".to_owned());
        spec.suspend.get_or_insert(false);
        spec.manual_selector.get_or_insert(false);
        let policy = if let Some(policy) = &mut spec.pod_failure_policy {
            policy::default_rules(policy);
            "Failed"
        } else {
            "TerminatingOrFailed"
        };
        spec.pod_replacement_policy.get_or_insert_with(|| policy.to_owned());
        default_template(spec);
        self.label_as_template();
    }

    fn begin(&mut self) {
        self.status = Some(JobStatus::default());
    }

    fn named(&mut self) {
        let name = self.metadata.name.clone().unwrap_or_default();
        let uid = self.metadata.uid.clone().unwrap_or_default();
        let Some(spec) = self.spec.as_mut().filter(|spec| spec.manual_selector != Some(true))
        else {
            return;
        };
        let metadata = spec.template.metadata.get_or_insert_default();
        let labels = metadata.labels.get_or_insert_default();
        for (keys, value) in [(UID_LABELS, &uid), (NAME_LABELS, &name)] {
            for key in keys {
                labels.entry(key.to_owned()).or_insert_with(|| value.clone());
            }
        }
        let selector = spec.selector.get_or_insert_with(LabelSelector::default);
        let matched = selector.match_labels.get_or_insert_default();
        matched.entry(UID_LABELS[0].to_owned()).or_insert(uid);
        self.label_as_template();
    }

    fn keep(&mut self, old: &Job) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &Job) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &Job) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        validation::validate(self, errors);
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let mut warnings = pod::name_warnings(name, "Pod names and hostnames");
        let template = self.spec.as_ref().map(|spec| &spec.template);
        warnings.extend(workloads::template_warnings(template));
        warnings
    }

    fn validate_update(&self, old: &Job, errors: &mut FieldErrors) {
        validation::validate_update(self, old, errors);
    }

    fn field(&self, name: &str) -> String {
        match name {
            "status.successful" => {
                let status = self.status.as_ref();
                status.and_then(|status| status.succeeded).unwrap_or(0).to_string()
            }
            _ => String::new(),
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = JobSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let (names, images) = workloads::containers(spec.template.spec.as_ref());
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            word(self).into(),
            completions(self, spec).into(),
            duration(self, clock).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
            spec.selector.as_ref().map_or_else(|| "<none>".to_owned(), selectors::show).into(),
        ]
    }
}

trait LabelAsTemplate {
    fn label_as_template(&mut self);
}

impl LabelAsTemplate for Job {
    /// A Job without labels of its own has its template's.
    fn label_as_template(&mut self) {
        let none = |job: &Job| job.metadata.labels.as_ref().is_none_or(|labels| labels.is_empty());
        if none(self)
            && let Some(template) =
                self.spec.as_ref().and_then(|spec| spec.template.metadata.as_ref())
        {
            self.metadata.labels.clone_from(&template.labels);
        }
    }
}

/// The Pod template of a Job, its restart policy included.
pub(super) fn default_template(spec: &mut JobSpec) {
    workloads::default_template(&mut spec.template);
}

/// The word under STATUS.
fn word(job: &Job) -> &'static str {
    let conditions = job.status.as_ref().and_then(|status| status.conditions.as_deref());
    let is = |kind: &str| {
        conditions.unwrap_or_default().iter().any(|c| c.type_ == kind && c.status == "True")
    };
    match () {
        () if is("Complete") => "Complete",
        () if is("Failed") => "Failed",
        () if job.metadata.deletion_timestamp.is_some() => "Terminating",
        () if is("Suspended") => "Suspended",
        () if is("FailureTarget") => "FailureTarget",
        () if is("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn completions(job: &Job, spec: &JobSpec) -> String {
    let succeeded = job.status.as_ref().and_then(|status| status.succeeded).unwrap_or(0);
    match (spec.completions, spec.parallelism.unwrap_or(0)) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, parallelism @ 2..) => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(job: &Job, clock: Clock) -> String {
    let status = job.status.as_ref();
    let time = |time: Option<&k8s_openapi::apimachinery::pkg::apis::meta::v1::Time>| {
        time.map(|time| clock.model_time(time.0))
    };
    let Some(begun) = time(status.and_then(|status| status.start_time.as_ref())) else {
        return String::new();
    };
    let ended = time(status.and_then(|status| status.completion_time.as_ref()));
    age::human((ended.unwrap_or(clock.now) - begun).div_euclid(1000))
}
