//! When a CronJob was last due, and when it is next.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/cronjob/utils.go>

use k8s_openapi::api::batch::v1::CronJob;
use k8s_openapi::jiff::tz::TimeZone;
use k8s_openapi::jiff::{SignedDuration, Timestamp};

use crate::cron::Schedule;

/// So many missed times are worth a warning.
const MANY: i64 = 100;

/// The times of a schedule around now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    /// The last time that has come and for which no Job was made yet.
    pub(super) due: Option<Timestamp>,
    pub(super) too_many_missed: bool,
    pub(super) next: Option<Timestamp>,
}

pub(super) fn find(
    cron_job: &CronJob,
    made_last: Option<Timestamp>,
    schedule: &Schedule,
    zone: &TimeZone,
    now: Timestamp,
) -> Times {
    let status = cron_job.status.as_ref();
    let last = status.and_then(|status| status.last_schedule_time.as_ref()).map(|time| time.0);
    let made = cron_job.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let since = made_last.max(last).or(made).unwrap_or(now);
    let deadline = cron_job.spec.starting_deadline_seconds.unwrap_or(i64::MAX / 1_000_000_000);
    // Nothing is begun later than the deadline.
    let oldest = now.checked_sub(SignedDuration::from_secs(deadline)).unwrap_or(since);
    let (due, missed) = most_recent(schedule, zone, since.max(oldest), now);
    let (latest, _) = most_recent(schedule, zone, since, now);
    Times {
        due,
        too_many_missed: missed > MANY,
        next: schedule.next(latest.unwrap_or(since), zone),
    }
}

/// The last time in (since, now], and about how many there were.
fn most_recent(
    schedule: &Schedule,
    zone: &TimeZone,
    since: Timestamp,
    now: Timestamp,
) -> (Option<Timestamp>, i64) {
    let Some(first) = schedule.next(since, zone).filter(|first| *first <= now) else {
        return (None, 0);
    };
    let Some(second) = schedule.next(first, zone).filter(|second| *second <= now) else {
        return (Some(first), 1);
    };
    let between = (second.as_second() - first.as_second()).max(1);
    let missed = (now.as_second() - first.as_second()) / between + 1;
    // A good guess, from where the schedule leads to the last one.
    let guess = first.as_second() + (missed - 2) * between;
    let mut at = Timestamp::from_second(guess).unwrap_or(first);
    let mut latest = None;
    while let Some(next) = schedule.next(at, zone).filter(|next| *next <= now) {
        latest = Some(next);
        at = next;
    }
    (latest.or(Some(second)), missed)
}

#[cfg(test)]
mod tests {
    use k8s_openapi::jiff::{Timestamp, tz::TimeZone};

    use super::most_recent;
    use crate::cron::Schedule;

    #[test]
    fn of_many_missed_times_the_last_counts() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let hourly = Schedule::parse("0 * * * *").unwrap();
        let (since, now) = (at("2026-11-01T00:00:00Z"), at("2026-11-22T10:30:00Z"));
        let (due, missed) = most_recent(&hourly, &TimeZone::UTC, since, now);
        assert_eq!((due, missed), (Some(at("2026-11-22T10:00:00Z")), 514));
        let (due, missed) = most_recent(&hourly, &TimeZone::UTC, now, at("2026-11-22T10:59:59Z"));
        assert_eq!((due, missed), (None, 0));
    }
}
