//! What the traffic of a step came to, load by load and all together.

use std::collections::{BTreeMap, BTreeSet};

use orchestrator::network::traffic::Bucket;
use serde_json::{Map, Value, json};

/// The name of all loads together.
const ALL: &str = "all";

/// What each load came to since the step began, by its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads {
    sums: BTreeMap<String, Sum>,
    /// Loads that were answered once, in this step or before.
    answered: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
struct Sum {
    succeeded: u64,
    failed: u64,
    /// Answers by status.
    statuses: BTreeMap<String, u64>,
    /// Requests without an answer, by why.
    failures: BTreeMap<String, u64>,
    latency_ms_sum: u64,
    latency_ms_max: i64,
    seconds: u64,
    seconds_failing: u64,
    /// The same since the load was first answered.
    seconds_down: u64,
}

impl Loads {
    /// Adds one second of a load.
    pub(super) fn add(&mut self, name: &str, second: &Bucket) {
        if second.succeeded() > 0 {
            self.answered.extend([name, ALL].map(str::to_owned));
        }
        for name in [name, ALL] {
            let was_up = self.answered.contains(name);
            self.sums.entry(name.to_owned()).or_default().add(second, was_up);
        }
    }

    /// A new step: its counts begin at nothing.
    pub(super) fn begin_step(&mut self) {
        self.sums.clear();
    }

    pub(super) fn to_json(&self) -> Value {
        let sums = self.sums.iter().map(|(name, sum)| (name.clone(), sum.to_json()));
        let mut loads: Map<String, Value> = sums.collect();
        loads.entry(ALL).or_insert_with(|| Sum::default().to_json());
        Value::Object(loads)
    }
}

impl Sum {
    fn add(&mut self, second: &Bucket, was_up: bool) {
        self.succeeded += second.succeeded();
        self.failed += second.failed();
        self.latency_ms_sum += second.latency_ms_sum;
        self.latency_ms_max = self.latency_ms_max.max(second.latency_ms_max);
        for (status, count) in &second.answers {
            *self.statuses.entry(status.to_string()).or_default() += count;
        }
        for (why, count) in &second.failures {
            *self.failures.entry((*why).to_owned()).or_default() += count;
        }
        self.seconds += 1;
        self.seconds_failing += u64::from(second.failed() > 0);
        self.seconds_down += u64::from(was_up && second.failed() > 0);
    }

    fn to_json(&self) -> Value {
        let answered: u64 = self.statuses.values().sum();
        json!({
            "sent": self.succeeded + self.failed,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "statuses": self.statuses,
            "failures": self.failures,
            "latency_ms_max": self.latency_ms_max,
            "latency_ms_mean": self.latency_ms_sum.checked_div(answered).unwrap_or(0),
            "seconds": self.seconds,
            "seconds_failing": self.seconds_failing,
            "seconds_down": self.seconds_down,
        })
    }
}
