//! Pods of a DaemonSet that have ended are deleted, so that others take their place: failed ones
//! with a back-off for each node, 1 s doubling to 15 min.

use serde_json::{Map, Value, json};

use super::Turn;
use crate::time::{Millis, Time};

const FIRST_MS: Millis = 1_000;
const MOST_MS: Millis = 900_000;

/// When Pods failed last on each node.
pub(super) struct Failures {
    /// A change of the DaemonSet begins anew.
    generation: i64,
    nodes: Map<String, Value>,
    pub(super) changed: bool,
}

impl Failures {
    pub(super) fn of(turn: &Turn<'_>) -> Failures {
        let status = turn.set.status.as_ref();
        let generation = status.and_then(|status| status.observed_generation).unwrap_or_default();
        let memory = turn.view.memory.get(turn.key);
        let memory = memory
            .filter(|memory| memory.get("generation").and_then(Value::as_i64) == Some(generation));
        let nodes = memory.and_then(|memory| memory["nodes"].as_object().cloned());
        Failures { generation, nodes: nodes.unwrap_or_default(), changed: false }
    }

    /// Counts one more failure on a node: None if its Pod may be deleted now, or how long to wait.
    pub(super) fn next(&mut self, node: &str, now: Time) -> Option<Millis> {
        let known = self.nodes.get(node).and_then(|known| {
            let since = now - Time(known["at_ms"].as_i64()?);
            (since <= 2 * MOST_MS).then_some((since, known["backoff_ms"].as_i64()?))
        });
        let backoff_ms = match known {
            Some((since, backoff_ms)) if since < backoff_ms => return Some(backoff_ms - since),
            Some((_, backoff_ms)) => (2 * backoff_ms).min(MOST_MS),
            None => FIRST_MS,
        };
        self.nodes.insert(node.to_owned(), json!({"at_ms": now.0, "backoff_ms": backoff_ms}));
        self.changed = true;
        None
    }

    pub(super) fn to_memory(&self) -> Value {
        json!({"generation": self.generation, "nodes": self.nodes})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_of_a_node_doubles_and_is_forgotten_in_the_end() {
        let mut failures = Failures { generation: 1, nodes: Map::new(), changed: false };
        let quiet = 3_000 + 2 * MOST_MS + 1;
        let cases = [
            (0, None),
            (400, Some(600)),
            (1_000, None),
            (1_500, Some(1_500)),
            (3_000, None),
            (quiet, None),
            (quiet + 500, Some(500)),
        ];
        for (now, expected) in cases {
            assert_eq!(failures.next("node-1", Time(now)), expected, "at {now}");
        }
        assert_eq!(failures.next("node-2", Time(quiet + 500)), None, "each node has its own");
    }
}
