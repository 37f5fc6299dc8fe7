//! A digest of all that a world is: the same log gives the same digest on any machine.

use std::fmt;

use k8s_openapi::jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::time::{Clock, Time};

/// SHA-256 of a world's state. Displays as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests parts, each told apart from the next by its length.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Digest(hasher.finalize().into())
    }
}

/// Writes each timestamp of the sandbox's life as model time, so that the day on which it began
/// makes no difference. Dates from elsewhere, such as one in a ConfigMap, stay as they are.
pub(crate) fn forget_calendar(text: &str, clock: Clock) -> String {
    let mut forgotten = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let time = rest.get(..CALENDAR.len()).and_then(|stamp| life_time(stamp, clock));
        let length = match time {
            Some(time) => {
                forgotten.push_str(&format!("{{{}}}", time.0));
                CALENDAR.len()
            }
            None => {
                forgotten.push(next);
                next.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    forgotten
}

/// How Kubernetes and the programs in containers write calendar time, up to the second.
const CALENDAR: &str = "0000-00-00T00:00:00";
/// Leases and back-offs name moments a little before the beginning, or after now.
const AROUND_MS: i64 = 24 * 3_600_000;

/// The model time that a stamp stands for, if it is one and lies in the sandbox's life.
fn life_time(stamp: &str, clock: Clock) -> Option<Time> {
    let fits = stamp.bytes().zip(CALENDAR.bytes()).all(|(byte, pattern)| match pattern {
        b'0' => byte.is_ascii_digit(),
        b'-' => byte == b'-' || byte == b'/',
        b'T' => byte == b'T' || byte == b' ',
        other => byte == other,
    });
    if !fits {
        return None;
    }
    let (day, hour) = stamp.split_at("0000-00-00".len());
    let calendar = format!("{}T{}Z", day.replace('/', "-"), &hour[1..]);
    let time = clock.model_time(calendar.parse::<Timestamp>().ok()?);
    (-AROUND_MS..=clock.now.0 + AROUND_MS).contains(&time.0).then_some(time)
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::forget_calendar;
    use crate::time::{Clock, Time};

    fn check(text: &str, expected: &str) {
        let clock = Clock { now: Time(60_000), epoch_s: 1_767_571_200 };
        assert_eq!(forget_calendar(text, clock), expected);
    }

    #[test]
    fn times_of_the_sandboxs_life_are_model_times() {
        check(r#"{"at":"2026-01-05T00:00:07Z"}"#, r#"{"at":"{7000}Z"}"#);
        check("\"2026-01-05T00:00:07.250000Z\"", "\"{7000}.250000Z\"");
        check("2026/01/05 00:01:00 [notice] 시작", "{60000} [notice] 시작");
        check("2026-01-04T23:59:00Z", "{-60000}Z");
    }

    #[test]
    fn dates_from_elsewhere_stay() {
        for text in ["2020-01-01T00:00:00Z", "2026-01-05", "1234-56-78T99:00:00Z", "파드", ""] {
            check(text, text);
        }
    }
}
