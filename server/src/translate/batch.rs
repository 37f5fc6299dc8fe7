//! Jobs and CronJobs as the page draws them.

use k8s_openapi::api::batch::v1::{CronJob, Job};
use orchestrator::time::Clock;
use protocol::{CronJobView, JobView, Trouble};

use super::{object::model_ms, workload::images};

pub(super) fn job(job: &Job) -> JobView {
    let Some(spec) = &job.spec else { return JobView::default() };
    let status = job.status.clone().unwrap_or_default();
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let holds = |kind: &str| {
        conditions.iter().find(|condition| condition.type_ == kind && condition.status == "True")
    };
    let ended = ["Complete", "Failed"].into_iter().find(|kind| holds(kind).is_some());
    let failed = holds("Failed").or_else(|| holds("FailureTarget"));
    JobView {
        completions: spec.completions,
        parallelism: spec.parallelism.unwrap_or(1),
        active: status.active.unwrap_or_default(),
        succeeded: status.succeeded.unwrap_or_default(),
        failed: status.failed.unwrap_or_default(),
        backoff_limit: spec.backoff_limit.unwrap_or(6),
        indexed: spec.completion_mode.as_deref() == Some("Indexed"),
        suspended: spec.suspend.unwrap_or_default(),
        ended: ended.map(str::to_owned),
        trouble: failed.map(|condition| Trouble {
            reason: condition.reason.clone().unwrap_or_default(),
            message: condition.message.clone().unwrap_or_default(),
        }),
        images: images(spec.template.spec.as_ref()),
    }
}

pub(super) fn cron_job(job: &CronJob, clock: &Clock) -> CronJobView {
    let spec = &job.spec;
    let status = job.status.clone().unwrap_or_default();
    CronJobView {
        schedule: spec.schedule.clone(),
        suspended: spec.suspend.unwrap_or_default(),
        active: status.active.map_or(0, |active| active.len()),
        last_ms: status.last_schedule_time.as_ref().map(|time| model_ms(time, clock)),
    }
}
