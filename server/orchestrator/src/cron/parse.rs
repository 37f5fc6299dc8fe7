//! Reads schedules.

use thiserror::Error;

use super::{Fields, Schedule, zone};

/// Why a schedule is none, in robfig/cron's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("empty spec string")]
    Empty,
    #[error("provided bad location {0}: unknown time zone {0}")]
    BadLocation(String),
    #[error("expected exactly 5 fields, found {}: [{}]", .0.len(), .0.join(" "))]
    FieldCount(Vec<String>),
    #[error("unrecognized descriptor: {0}")]
    Descriptor(String),
    #[error("failed to parse duration {0}: time: invalid duration {1}")]
    Duration(String, String),
    #[error("too many hyphens: {0}")]
    Hyphens(String),
    #[error("too many slashes: {0}")]
    Slashes(String),
    #[error("failed to parse int from {0}: strconv.Atoi: parsing {1}: invalid syntax")]
    NotANumber(String, String),
    #[error("negative number ({0}) not allowed: {0}")]
    Negative(i64),
    #[error("beginning of range ({0}) below minimum ({1}): {2}")]
    BelowMinimum(u32, u32, String),
    #[error("end of range ({0}) above maximum ({1}): {2}")]
    AboveMaximum(u32, u32, String),
    #[error("beginning of range ({0}) beyond end of range ({1}): {2}")]
    Backwards(u32, u32, String),
    #[error("step of range should be a positive number: {0}")]
    NoStep(String),
}

/// What numbers a field may hold, and their names.
struct Bounds {
    min: u32,
    max: u32,
    names: &'static [&'static str],
}

const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const BOUNDS: [Bounds; 5] = [
    Bounds { min: 0, max: 59, names: &[] },
    Bounds { min: 0, max: 23, names: &[] },
    Bounds { min: 1, max: 31, names: &[] },
    Bounds { min: 1, max: 12, names: MONTHS },
    Bounds { min: 0, max: 6, names: WEEKDAYS },
];

pub(super) fn schedule(text: &str) -> Result<Schedule, Refused> {
    if text.is_empty() {
        return Err(Refused::Empty);
    }
    let text = without_zone(text)?;
    if text.starts_with('@') {
        return descriptor(text);
    }
    let given: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = *given.as_slice() else {
        return Err(Refused::FieldCount(given.into_iter().map(str::to_owned).collect()));
    };
    let [minutes, hours, days, months, weekdays] = BOUNDS;
    let (minute, _) = field(minute, &minutes)?;
    let (hour, _) = field(hour, &hours)?;
    let (day, every_day) = field(day, &days)?;
    let (month, _) = field(month, &months)?;
    let (weekday, every_weekday) = field(weekday, &weekdays)?;
    let any_day = every_day || every_weekday;
    Ok(Schedule::Fields(Fields { minute, hour, day, month, weekday, any_day }))
}

/// A zone may stand before the fields; what a schedule in a CronJob may not have is refused later.
fn without_zone(text: &str) -> Result<&str, Refused> {
    if !text.starts_with("TZ=") && !text.starts_with("CRON_TZ=") {
        return Ok(text);
    }
    let (place, rest) = text.split_once(' ').unwrap_or((text, ""));
    let name = place.split_once('=').map_or("", |(_, name)| name);
    if zone(name).is_none() {
        return Err(Refused::BadLocation(name.to_owned()));
    }
    Ok(rest.trim())
}

fn descriptor(text: &str) -> Result<Schedule, Refused> {
    let fields = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => {
            let Some(span) = text.strip_prefix("@every ") else {
                return Err(Refused::Descriptor(text.to_owned()));
            };
            let quoted = crate::kinds::quoted(span);
            let seconds =
                seconds(span).ok_or_else(|| Refused::Duration(text.to_owned(), quoted))?;
            return Ok(Schedule::Every { seconds: seconds.max(1) });
        }
    };
    schedule(fields)
}

/// Go's `1h30m`, in whole seconds.
fn seconds(span: &str) -> Option<i64> {
    let mut rest = span.strip_prefix('+').unwrap_or(span);
    let mut nanos: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|letter: char| letter.is_ascii_digit() || letter == '.');
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = &fraction[..fraction.len().min(9)];
        let digits = format!("{whole}{fraction}");
        let tens = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        nanos += digits.parse::<i64>().ok().map(i128::from)? * scale / tens;
        rest = after;
    }
    i64::try_from(nanos / 1_000_000_000).ok()
}

/// The bits of a field, and whether it is `*`.
fn field(text: &str, bounds: &Bounds) -> Result<(u64, bool), Refused> {
    let (mut bits, mut all) = (0, false);
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (more, star) = range(part, bounds)?;
        bits |= more;
        all |= star;
    }
    Ok((bits, all))
}

/// `*`, `3`, `1-5`, `*/10`, `5/15`, `mon-fri`
fn range(text: &str, bounds: &Bounds) -> Result<(u64, bool), Refused> {
    let parts: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = parts[0].split('-').collect();
    let star = matches!(ends[0], "*" | "?");
    let (start, mut end) = match *ends.as_slice() {
        _ if star => (bounds.min, bounds.max),
        [only] => {
            let number = number_or_name(only, bounds.names)?;
            (number, number)
        }
        [first, last] => {
            (number_or_name(first, bounds.names)?, number_or_name(last, bounds.names)?)
        }
        _ => return Err(Refused::Hyphens(text.to_owned())),
    };
    let step = match *parts.as_slice() {
        [_] => 1,
        [_, step] => {
            // From a number with a step: to the end.
            if ends.len() == 1 {
                end = bounds.max;
            }
            number(step)?
        }
        _ => return Err(Refused::Slashes(text.to_owned())),
    };
    let text = || text.to_owned();
    if start < bounds.min {
        return Err(Refused::BelowMinimum(start, bounds.min, text()));
    }
    if end > bounds.max {
        return Err(Refused::AboveMaximum(end, bounds.max, text()));
    }
    if start > end {
        return Err(Refused::Backwards(start, end, text()));
    }
    if step == 0 {
        return Err(Refused::NoStep(text()));
    }
    let numbers = (start..=end).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    Ok((numbers.fold(0, |bits, number| bits | 1 << number), star && step == 1))
}

fn number_or_name(text: &str, names: &[&str]) -> Result<u32, Refused> {
    let lower = text.to_lowercase();
    match names.iter().position(|name| *name == lower) {
        // Months are counted from 1, the days of a week from 0.
        Some(at) => Ok(u32::try_from(at).unwrap_or_default() + u32::from(names.len() == 12)),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u32, Refused> {
    let not_one = || Refused::NotANumber(text.to_owned(), crate::kinds::quoted(text));
    let number: i64 = text.parse().map_err(|_| not_one())?;
    u32::try_from(number).map_err(|_| match number {
        ..0 => Refused::Negative(number),
        _ => not_one(),
    })
}
