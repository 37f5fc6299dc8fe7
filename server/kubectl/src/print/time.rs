//! Ages and moments in kubectl's words.

use jiff::Timestamp;
use serde_json::Value;

/// A span as the AGE column shows it: two units at most, the second only where it matters.
///
/// The steps are those of `k8s.io/apimachinery/pkg/util/duration.HumanDuration`.
pub(crate) fn human_duration(ms: i64) -> String {
    let seconds = ms / 1000;
    if seconds < -1 {
        return "<invalid>".to_owned();
    }
    if seconds < 0 {
        return "0s".to_owned();
    }
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if seconds < 120 {
        format!("{seconds}s")
    } else if minutes < 10 {
        two(minutes, "m", seconds % 60, "s")
    } else if hours < 3 {
        format!("{minutes}m")
    } else if hours < 8 {
        two(hours, "h", minutes % 60, "m")
    } else if hours < 48 {
        format!("{hours}h")
    } else if hours < 192 {
        two(hours / 24, "d", hours % 24, "h")
    } else if hours < 24 * 365 * 2 {
        format!("{}d", hours / 24)
    } else if hours < 24 * 365 * 8 {
        two(hours / 24 / 365, "y", hours / 24 % 365, "d")
    } else {
        format!("{}y", hours / 24 / 365)
    }
}

fn two(first: i64, unit: &str, second: i64, second_unit: &str) -> String {
    if second == 0 {
        format!("{first}{unit}")
    } else {
        format!("{first}{unit}{second}{second_unit}")
    }
}

/// How long ago an RFC 3339 moment was; `<unknown>` when it is not set.
pub(crate) fn age(moment: &Value, now: Timestamp) -> String {
    match parse(moment) {
        Some(then) => human_duration(now.as_millisecond() - then.as_millisecond()),
        None => "<unknown>".to_owned(),
    }
}

/// An RFC 3339 moment of an object.
pub(crate) fn parse(moment: &Value) -> Option<Timestamp> {
    moment.as_str()?.parse().ok()
}

/// A moment as `describe` prints it: `Sun, 22 Nov 2026 06:45:37 +0000`.
pub(crate) fn rfc1123(moment: &Value) -> String {
    match parse(moment) {
        Some(moment) => moment.strftime("%a, %d %b %Y %H:%M:%S %z").to_string(),
        None => "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(),
    }
}

/// A moment as `diff -u` prints that of a file.
pub(crate) fn file_moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S%.9f +0000").to_string()
}

/// A span as Go's `time.Duration` prints it: `5m0s`, `300ms`, `1h0m0s`.
pub(crate) fn go_duration(ms: i64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    if ms.abs() < 1000 {
        return format!("{ms}ms");
    }
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    let seconds = (ms % 60_000) as f64 / 1000.0;
    if hours != 0 {
        format!("{hours}h{minutes}m{seconds}s")
    } else if minutes != 0 {
        format!("{minutes}m{seconds}s")
    } else {
        format!("{seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_two_units_at_most() {
        const HOUR: i64 = 3600;
        for (seconds, expect) in [
            (-5, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (217, "3m37s"),
            (600, "10m"),
            (3 * HOUR - 1, "179m"),
            (3 * HOUR, "3h"),
            (3 * HOUR + 120, "3h2m"),
            (8 * HOUR, "8h"),
            (48 * HOUR, "2d"),
            (49 * HOUR, "2d1h"),
            (8 * 24 * HOUR, "8d"),
            (800 * 24 * HOUR, "2y70d"),
            (9 * 365 * 24 * HOUR, "9y"),
        ] {
            assert_eq!(human_duration(seconds * 1000), expect, "{seconds} s");
        }
    }

    #[test]
    fn moments() {
        let moment = Value::from("2026-11-22T06:45:37Z");
        assert_eq!(rfc1123(&moment), "Sun, 22 Nov 2026 06:45:37 +0000");
        assert_eq!(age(&Value::Null, Timestamp::UNIX_EPOCH), "<unknown>");
        assert_eq!(go_duration(300_000), "5m0s");
    }
}
