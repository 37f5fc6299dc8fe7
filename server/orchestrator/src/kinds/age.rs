//! How Kubernetes writes spans of time in tables.
//! <https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go>

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;

use crate::time::Clock;

/// The time since a moment, or `<unknown>`.
pub fn since(time: Option<&Time>, clock: Clock) -> String {
    since_timestamp(time.map(|time| time.0), clock)
}

/// The time since a moment, or `<unknown>`.
pub fn since_timestamp(time: Option<Timestamp>, clock: Clock) -> String {
    match time {
        None => "<unknown>".to_owned(),
        Some(time) => human((clock.now - clock.model_time(time)).div_euclid(1000)),
    }
}

/// `45s`, `3m12s`, `5h2m`, `3d4h`, `2y` …
pub fn human(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        120..600 => two(seconds, MINUTE, 'm', 1, 's'),
        600..10_800 => format!("{}m", seconds / MINUTE),
        10_800..28_800 => two(seconds, HOUR, 'h', MINUTE, 'm'),
        28_800..172_800 => format!("{}h", seconds / HOUR),
        172_800..691_200 => two(seconds, DAY, 'd', HOUR, 'h'),
        691_200..63_072_000 => format!("{}d", seconds / DAY),
        63_072_000..252_288_000 => two(seconds, YEAR, 'y', DAY, 'd'),
        _ => format!("{}y", seconds / YEAR),
    }
}

/// Two units, the smaller left out where it is nothing.
fn two(seconds: i64, big: i64, big_unit: char, small: i64, small_unit: char) -> String {
    match (seconds % big) / small {
        0 => format!("{}{big_unit}", seconds / big),
        rest => format!("{}{big_unit}{rest}{small_unit}", seconds / big),
    }
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn spans_are_written_as_kubernetes_does() {
        let cases = [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (121, "2m1s"),
            (600, "10m"),
            (3599, "59m"),
            (3600, "60m"),
            (10_800, "3h"),
            (10_860, "3h1m"),
            (86_400, "24h"),
            (172_800, "2d"),
            (180_000, "2d2h"),
            (864_000, "10d"),
            (-5, "<invalid>"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(human(seconds), expected);
        }
    }
}
