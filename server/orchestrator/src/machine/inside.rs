//! What a process sees of its container: the time, its name and address, and where it writes.

use k8s_openapi::jiff::fmt::strtime::BrokenDownTime;
use k8s_openapi::jiff::tz::TimeZone;

use crate::random::Random;
use crate::time::Clock;

/// What a process sees of its container.
#[derive(Debug)]
pub(super) struct Inside<'a> {
    pub(super) clock: Clock,
    pub(super) random: &'a mut Random,
    pub(super) hostname: &'a str,
    pub(super) ip: &'a str,
    /// What it has written.
    pub(super) log: Vec<String>,
}

impl Inside<'_> {
    pub(super) fn write_all(&mut self, lines: &[String]) {
        for line in lines {
            let line = self.fill(line);
            self.log.push(line);
        }
    }

    /// Fills `{hostname}`, `{ip}` and `{time:…}` in.
    pub(super) fn fill(&self, line: &str) -> String {
        let mut filled = line.replace("{hostname}", self.hostname).replace("{ip}", self.ip);
        while let Some(start) = filled.find("{time:") {
            let Some(length) = filled[start..].find('}') else { break };
            let time = self.time(&filled[start + "{time:".len()..start + length]);
            filled.replace_range(start..=start + length, &time);
        }
        filled
    }

    /// The time in UTC, as `date +FORMAT` would print it.
    pub(super) fn time(&self, format: &str) -> String {
        let now = self.clock.timestamp_at(self.clock.now);
        let zoned = now.to_zoned(TimeZone::UTC);
        let printed = BrokenDownTime::from(&zoned);
        printed.to_string(format).unwrap_or_default()
    }
}
