//! What a container uses, as a function of time: nothing has to happen for it to be known.

use imbl::Vector;

use crate::images::application::Load;
use crate::time::{Millis, Time};

/// How far back a meter can be read.
const KEPT_MS: Millis = 60_000;

/// What a container uses now, and has used lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    load: Load,
    spans: Vector<Span>,
    served: Vector<Served>,
    /// What it may have: its limit, in thousandths of a CPU.
    cpu_max_milli: Option<i64>,
}

/// A time in which the program does one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    since: Time,
    cpu_milli: i64,
    own: Growing,
    /// What faults have added.
    added: Growing,
}

/// An amount of memory that may grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Growing {
    bytes: i64,
    bytes_per_s: i64,
    bytes_max: i64,
}

/// Requests that were answered.
#[derive(Clone, Copy, Debug)]
struct Served {
    since: Time,
    until: Time,
    cpu_us: i64,
}

impl Growing {
    fn after(self, ms: Millis) -> i64 {
        let grown = self.bytes.saturating_add(self.bytes_per_s.saturating_mul(ms) / 1000);
        if self.bytes_per_s > 0 { grown.min(self.bytes_max) } else { self.bytes }
    }

    fn moved(self, ms: Millis) -> Growing {
        Growing { bytes: self.after(ms), ..self }
    }

    fn grows_after(self, ms: Millis) -> i64 {
        if self.after(ms) < self.bytes_max { self.bytes_per_s } else { 0 }
    }

    /// How long it still grows; 0 if it does not.
    fn grows_for(self) -> Millis {
        if self.bytes_per_s <= 0 || self.bytes >= self.bytes_max {
            return 0;
        }
        (self.bytes_max - self.bytes).saturating_mul(1000) / self.bytes_per_s + 1
    }
}

impl Meter {
    pub(super) fn new(cpu_max_milli: Option<i64>) -> Meter {
        Meter { cpu_max_milli, ..Meter::default() }
    }

    /// From now on it may have so much CPU.
    pub(super) fn limit(&mut self, cpu_max_milli: Option<i64>) {
        self.cpu_max_milli = cpu_max_milli;
    }

    /// From now on it does this.
    pub(super) fn run(&mut self, load: Load, now: Time) {
        self.load = load;
        let own = Growing {
            bytes: load.memory_bytes,
            bytes_per_s: load.growth.bytes_per_s,
            bytes_max: load.memory_bytes.saturating_add(load.growth.bytes_max),
        };
        let added = self.last(now).map(|span| span.added).unwrap_or_default();
        self.begin(Span { since: now, cpu_milli: load.cpu_milli, own, added });
    }

    /// Whether it does this already.
    pub(super) fn is_running(&self, load: Load) -> bool {
        !self.spans.is_empty() && self.load == load
    }

    /// Adds to its memory, at once and then second by second.
    pub(super) fn add(&mut self, bytes: i64, bytes_per_s: i64, now: Time) {
        let Some(mut span) = self.last(now) else { return };
        span.added = Growing {
            bytes: span.added.bytes.saturating_add(bytes.max(0)),
            bytes_per_s: span.added.bytes_per_s.saturating_add(bytes_per_s.max(0)),
            bytes_max: i64::MAX,
        };
        self.begin(span);
    }

    /// It answers so many requests, evenly from now on.
    pub(super) fn serve(&mut self, requests: u64, over_ms: Millis, now: Time) {
        let requests = i64::try_from(requests).unwrap_or(i64::MAX);
        let cpu_us = requests.saturating_mul(self.load.request_cpu_us);
        while self.served.front().is_some_and(|served| now - served.until > KEPT_MS) {
            self.served.pop_front();
        }
        if cpu_us > 0 {
            self.served.push_back(Served { since: now, until: now + over_ms.max(1), cpu_us });
        }
    }

    /// What it does now, as it stands now.
    fn last(&self, now: Time) -> Option<Span> {
        let span = *self.spans.last()?;
        let ms = now - span.since;
        Some(Span { since: now, own: span.own.moved(ms), added: span.added.moved(ms), ..span })
    }

    fn begin(&mut self, span: Span) {
        self.spans.push_back(span);
        while self.spans.get(1).is_some_and(|next| span.since - next.since > KEPT_MS) {
            self.spans.pop_front();
        }
    }

    /// Its memory at a moment.
    pub(super) fn memory_bytes(&self, at: Time) -> i64 {
        let span = self.spans.iter().rev().find(|span| span.since <= at);
        span.map_or(0, |span| {
            let ms = at - span.since;
            span.own.after(ms).saturating_add(span.added.after(ms))
        })
    }

    /// How fast its memory grows now, in bytes a second, and how long it goes on so.
    pub(super) fn growth(&self, now: Time) -> (i64, Option<Millis>) {
        let Some(span) = self.last(now) else { return (0, None) };
        let per_s = span.own.grows_after(0).saturating_add(span.added.grows_after(0));
        let ends = Some(span.own.grows_for()).filter(|ms| *ms > 0);
        (per_s, ends)
    }

    /// CPU time used between two moments, in microseconds.
    pub(super) fn cpu_us(&self, from: Time, to: Time) -> i64 {
        let mut used = 0_i64;
        let ends = self.spans.iter().skip(1).map(|span| span.since).chain([to]);
        for (span, end) in self.spans.iter().zip(ends) {
            let ms = end.min(to) - span.since.max(from);
            // A thousandth of a CPU for a millisecond is a microsecond.
            used = used.saturating_add(span.cpu_milli.saturating_mul(ms.max(0)));
        }
        for served in &self.served {
            let ms = (served.until.min(to) - served.since.max(from)).max(0);
            let share = i128::from(served.cpu_us) * i128::from(ms);
            let share = share / i128::from((served.until - served.since).max(1));
            used = used.saturating_add(i64::try_from(share).unwrap_or(i64::MAX));
        }
        let most = self.cpu_max_milli.map_or(i64::MAX, |max| max.saturating_mul(to - from));
        used.min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::application::Growth;

    fn load(cpu_milli: i64, memory_bytes: i64) -> Load {
        Load { cpu_milli, memory_bytes, request_cpu_us: 1000, ..Load::default() }
    }

    #[test]
    fn cpu_is_added_up_over_spans_and_requests_and_held_at_the_limit() {
        let mut meter = Meter::new(Some(500));
        meter.run(load(100, 0), Time(0));
        meter.run(load(200, 0), Time(10_000));
        assert_eq!(meter.cpu_us(Time(5000), Time(15_000)), 5000 * 100 + 5000 * 200);
        meter.serve(1000, 10_000, Time(20_000));
        assert_eq!(meter.cpu_us(Time(20_000), Time(25_000)), 5000 * 200 + 500_000);
        meter.serve(1_000_000, 10_000, Time(30_000));
        assert_eq!(meter.cpu_us(Time(30_000), Time(40_000)), 500 * 10_000);
    }

    #[test]
    fn memory_grows_until_it_has_what_it_wants_and_leaks_for_ever() {
        let mut meter = Meter::new(None);
        let growth = Growth { bytes_per_s: 100, bytes_max: 1000 };
        meter.run(Load { growth, ..load(0, 50) }, Time(0));
        assert_eq!(meter.memory_bytes(Time(1000)), 150);
        assert_eq!(meter.memory_bytes(Time(100_000)), 1050);
        assert_eq!(meter.growth(Time(0)), (100, Some(10_001)));
        meter.add(7, 10, Time(100_000));
        assert_eq!(meter.memory_bytes(Time(101_000)), 1067);
        assert_eq!(meter.growth(Time(101_000)), (10, None));
    }
}
