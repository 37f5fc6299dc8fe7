//! Model time: an integer number of milliseconds since the sandbox's start.

use std::ops::{Add, Sub};

use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_openapi::jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A span of model time in milliseconds.
pub type Millis = i64;

/// A moment of model time. The cluster's own beginning lies before `Time(0)`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Time(pub Millis);

impl Add<Millis> for Time {
    type Output = Time;
    fn add(self, span: Millis) -> Time {
        Time(self.0.saturating_add(span))
    }
}

impl Sub for Time {
    type Output = Millis;
    fn sub(self, earlier: Time) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}

/// Model time as a calendar would have it: all timestamps that leave the model come from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub now: Time,
    /// Calendar time of `Time(0)`, in seconds since 1970.
    pub epoch_s: i64,
}

impl Clock {
    /// `metav1.Time` of now: whole seconds, as Kubernetes stores it.
    pub fn time(&self) -> meta::Time {
        self.time_at(self.now)
    }

    /// `metav1.MicroTime` of now.
    pub fn micro_time(&self) -> meta::MicroTime {
        meta::MicroTime(self.timestamp_at(self.now))
    }

    /// `metav1.Time` of a moment: whole seconds, rounded down.
    pub fn time_at(&self, at: Time) -> meta::Time {
        let seconds = self.epoch_s.saturating_add(at.0.div_euclid(1000));
        meta::Time(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
    }

    /// A moment with its milliseconds.
    pub fn timestamp_at(&self, at: Time) -> Timestamp {
        let millis = self.epoch_s.saturating_mul(1000).saturating_add(at.0);
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }

    /// The model time that a calendar time stands for.
    pub fn model_time(&self, calendar: Timestamp) -> Time {
        Time(calendar.as_millisecond().saturating_sub(self.epoch_s.saturating_mul(1000)))
    }
}

/// A duration as Go prints it: `3.075s`, `812ms`, `1m20s`.
pub fn go_duration(ms: Millis) -> String {
    if ms < 1000 {
        return if ms == 0 { "0s".to_owned() } else { format!("{ms}ms") };
    }
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    let (seconds, millis) = (ms / 1000 % 60, ms % 1000);
    let fraction = format!(".{millis:03}");
    let fraction = if millis == 0 { "" } else { fraction.trim_end_matches('0') };
    match (hours, minutes) {
        (0, 0) => format!("{seconds}{fraction}s"),
        (0, _) => format!("{minutes}m{seconds}{fraction}s"),
        _ => format!("{hours}h{minutes}m{seconds}{fraction}s"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_read_as_in_go() {
        let cases = [
            (0, "0s"),
            (812, "812ms"),
            (3075, "3.075s"),
            (10_000, "10s"),
            (80_000, "1m20s"),
            (300_000, "5m0s"),
            (3_600_000, "1h0m0s"),
            (1500, "1.5s"),
        ];
        for (ms, expected) in cases {
            assert_eq!(super::go_duration(ms), expected);
        }
    }
}
