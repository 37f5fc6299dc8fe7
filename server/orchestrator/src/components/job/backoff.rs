//! How long the next Pod waits after others have failed: 10 s, doubling, at most 10 minutes.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/job/backoff_utils.go>

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use serde_json::{Value, json};

use crate::components::pods;
use crate::time::{Clock, Millis, Time};

const FIRST_MS: Millis = 10_000;
const LONGEST_MS: Millis = 600_000;

/// Failures since the last success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    failures: i64,
    last: Option<Time>,
}

impl Record {
    pub(super) fn read(memory: Option<&Value>) -> Record {
        let number = |field: &str| memory?.get(field)?.as_i64();
        Record { failures: number("failures").unwrap_or(0), last: number("failed").map(Time) }
    }

    pub(super) fn write(&self, memory: &mut Value) {
        if let Some(last) = self.last {
            memory["failures"] = json!(self.failures);
            memory["failed"] = json!(last.0);
        }
    }

    /// With the Pods that have ended since.
    pub(super) fn with(mut self, succeeded: &[&Pod], failed: &[&Pod], clock: Clock) -> Record {
        let last_success = succeeded.iter().map(|pod| finish_time(pod, clock)).max();
        if last_success.is_some() {
            self = Record::default();
        }
        for failed_at in failed.iter().map(|pod| finish_time(pod, clock)) {
            if last_success.is_none_or(|success| failed_at > success) {
                self.failures += 1;
                self.last = self.last.max(Some(failed_at));
            }
        }
        self
    }

    /// What is left to wait.
    pub(super) fn rest_ms(&self, now: Time) -> Millis {
        self.last.map_or(0, |last| rest_ms(self.failures, last, now))
    }
}

/// What is left to wait after so many failures.
pub(super) fn rest_ms(failures: i64, last: Time, now: Time) -> Millis {
    if failures <= 0 {
        return 0;
    }
    let wait = (FIRST_MS << (failures - 1).min(20)).min(LONGEST_MS);
    (last + wait - now).max(0)
}

/// When the last container of a Pod ended; the next best that is known if none did.
pub(super) fn finish_time(pod: &Pod, clock: Clock) -> Time {
    let status = pod.status.as_ref();
    let ended = |of: &ContainerStatus| {
        let terminated = of.state.as_ref()?.terminated.as_ref()?;
        Some(clock.model_time(terminated.finished_at.as_ref()?.0))
    };
    let containers = status.and_then(|status| status.container_statuses.as_ref());
    let last = containers.into_iter().flatten().filter_map(ended).max();
    let unready = pods::condition(pod, "Ready").filter(|ready| ready.status == "False");
    let unready = unready.and_then(|ready| ready.last_transition_time.as_ref());
    let deleted = pod.metadata.deletion_timestamp.as_ref().map(|time| clock.model_time(time.0));
    // It was asked for a grace period before.
    let grace_s = pod.metadata.deletion_grace_period_seconds.unwrap_or(0);
    let deleted = deleted.map(|at| at + -1000 * grace_s);
    let made = pod.metadata.creation_timestamp.as_ref();
    let known = unready.map(|time| clock.model_time(time.0)).or(deleted);
    let known = known.or_else(|| made.map(|time| clock.model_time(time.0)));
    last.or(known).unwrap_or(clock.now)
}

#[cfg(test)]
mod tests {
    use super::{Record, rest_ms};
    use crate::time::Time;

    #[test]
    fn it_doubles_up_to_ten_minutes() {
        let waits: Vec<i64> = (0..9).map(|failures| rest_ms(failures, Time(0), Time(0))).collect();
        assert_eq!(waits, [0, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]);
        assert_eq!(rest_ms(1, Time(0), Time(4_000)), 6_000);
        assert_eq!(rest_ms(1, Time(0), Time(40_000)), 0);
        assert_eq!(Record::default().rest_ms(Time(0)), 0);
    }
}
