//! Finished Jobs beyond the number to keep are deleted, the oldest first.

use std::sync::Arc;

use k8s_openapi::api::batch::v1::Job;

use super::{Look, delete};
use crate::components::job;

impl Look<'_> {
    pub(super) fn clean_up(&mut self) {
        let spec = &self.cron_job.spec;
        let limits = [
            ("Complete", spec.successful_jobs_history_limit),
            ("Failed", spec.failed_jobs_history_limit),
        ];
        for (kind, limit) in limits {
            let Some(limit) = limit else { continue };
            let ended = |job: &&Arc<Job>| {
                job::finished(job).is_some_and(|by| by.type_ == kind)
                    && job.metadata.deletion_timestamp.is_none()
            };
            let mut ended: Vec<Arc<Job>> = self.jobs.iter().filter(ended).cloned().collect();
            ended.sort_by_key(|job| {
                let begun = job.status.as_ref().and_then(|status| status.start_time.as_ref());
                (begun.map(|time| time.0), job.metadata.name.clone())
            });
            let surplus = ended.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
            for job in ended.iter().take(surplus) {
                self.outcome.steps.push(delete(self.owner, job));
                self.forget(&job.metadata.uid);
            }
        }
    }
}
