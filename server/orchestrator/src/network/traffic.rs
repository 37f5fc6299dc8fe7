//! Traffic: clients that ask again and again, and how they fare.
//!
//! A few requests a second are carried out and traced hop by hop. Of the others some are carried out
//! at once, each standing for several, so that five hundred requests a second do not make five
//! hundred events.

use std::collections::BTreeMap;

use imbl::Vector;
use serde::{Deserialize, Serialize};

use super::http::Url;
use super::{DialResult, Outcome};
use crate::time::{Millis, Time};

/// What is wanted of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Traffic {
    /// Begins, in place of what has the same name.
    Start(Load),
    Stop {
        name: String,
    },
}

/// Clients that ask again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub name: String,
    pub from: From,
    /// `http://web.default/path`
    pub url: String,
    /// How many requests there are in a second, all together.
    pub rate_per_s: u32,
    /// None: until it is stopped.
    #[serde(default)]
    pub duration_ms: Option<Millis>,
    /// How long a client waits for an answer.
    #[serde(default)]
    pub timeout_ms: Option<Millis>,
}

/// Where the clients are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    Pod { namespace: String, pod: String },
    Outside,
}

/// What becomes of traffic that is asked for.
pub const LOADS_MAX: usize = 32;
pub const RATE_MAX: u32 = 100_000;
/// A client waits so long for an answer, if it does not say.
pub const TIMEOUT_MS: Millis = 5_000;
/// So many seconds are remembered.
const BUCKETS_MAX: usize = 3_600;
/// Requests are sent together that fall into so long a time.
const TICK_MS: Millis = 100;

/// What a load has come to so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub load: Load,
    pub(crate) url: Url,
    pub began: Time,
    /// When it was stopped, or ended by itself.
    pub ended: Option<Time>,
    pub(crate) sent: u64,
    /// The second in which requests were traced last, and how many.
    pub(crate) traced: (i64, u32),
    buckets: Vector<Bucket>,
}

/// How the requests ended that ended in one second of model time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Model time in seconds.
    pub second: i64,
    /// Answers by status.
    pub answers: BTreeMap<u16, u64>,
    /// Failures by kind: `refused`, `timed-out`, `reset`, `no-such-host`, …
    pub failures: BTreeMap<&'static str, u64>,
    /// Of all that were answered, together.
    pub latency_ms_sum: u64,
    pub latency_ms_max: i64,
    /// How many answers took at most 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000 ms, and longer.
    pub latencies: [u64; 11],
}

const LATENCY_BOUNDS: [Millis; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

impl Bucket {
    /// Requests that were answered with a status below 500.
    pub fn succeeded(&self) -> u64 {
        self.answers.iter().filter(|(status, _)| **status < 500).map(|(_, count)| count).sum()
    }

    /// All others.
    pub fn failed(&self) -> u64 {
        let errors = self.answers.iter().filter(|(status, _)| **status >= 500);
        errors.map(|(_, count)| count).chain(self.failures.values()).sum()
    }

    fn count(&mut self, result: &DialResult, times: u64) {
        let word = match &result.outcome {
            Outcome::Http(response) => {
                *self.answers.entry(response.status).or_default() += times;
                let latency_ms = result.latency_ms;
                self.latency_ms_sum += latency_ms.unsigned_abs() * times;
                self.latency_ms_max = self.latency_ms_max.max(latency_ms);
                let place = LATENCY_BOUNDS.iter().position(|bound| latency_ms <= *bound);
                self.latencies[place.unwrap_or(LATENCY_BOUNDS.len())] += times;
                return;
            }
            Outcome::Tcp(_) | Outcome::Dns(_) | Outcome::Reset => "reset",
            Outcome::NoSuchHost => "no-such-host",
            Outcome::NoNameServer => "no-name-server",
            Outcome::Refused => "refused",
            Outcome::TimedOut => "timed-out",
            Outcome::Unreachable => "unreachable",
        };
        *self.failures.entry(word).or_default() += times;
    }
}

impl Series {
    pub(crate) fn new(load: &Load, url: Url, now: Time) -> Series {
        Series {
            load: load.clone(),
            url,
            began: now,
            ended: None,
            sent: 0,
            traced: (i64::MIN, 0),
            buckets: Vector::new(),
        }
    }

    /// What has become known by now, the oldest second first. Seconds in which no request ended are
    /// left out.
    pub fn buckets(&self, now: Time) -> impl Iterator<Item = &Bucket> {
        let this = now.0.div_euclid(1000);
        self.buckets.iter().filter(move |bucket| bucket.second <= this)
    }

    /// How long until the next requests are sent.
    pub(crate) fn interval_ms(&self) -> Millis {
        (1000 / i64::from(self.load.rate_per_s.max(1))).max(TICK_MS)
    }

    /// How many requests are due that have not been sent.
    pub(crate) fn due(&self, now: Time) -> u64 {
        let by = |span: Millis| span.unsigned_abs() * u64::from(self.load.rate_per_s) / 1000;
        let most = self.load.duration_ms.map_or(u64::MAX, by).max(1);
        // The first is sent at once.
        (by(now - self.began) + 1).min(most).saturating_sub(self.sent)
    }

    pub(crate) fn is_over(&self, now: Time) -> bool {
        let ends = self.load.duration_ms.map(|duration| self.began + duration);
        self.ended.is_some() || ends.is_some_and(|ends| now >= ends)
    }

    /// Counts what came of some requests, in the second in which their senders knew.
    pub(crate) fn count(&mut self, at: Time, result: &DialResult, times: u64) {
        let second = at.0.div_euclid(1000);
        let place = self.buckets.iter().rposition(|bucket| bucket.second <= second);
        let found = place.filter(|place| self.buckets[*place].second == second);
        let index = found.unwrap_or_else(|| {
            let index = place.map_or(0, |place| place + 1);
            self.buckets.insert(index, Bucket { second, ..Bucket::default() });
            index
        });
        self.buckets[index].count(result, times);
        if self.buckets.len() > BUCKETS_MAX {
            self.buckets.pop_front();
        }
    }
}
