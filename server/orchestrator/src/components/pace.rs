//! How often a controller looks at a large set.
//!
//! A turn goes through all Pods of a set, and each change of a Pod asks for one: taken at once, the
//! turns of a set of thousands would cost the square of its size. kube-controller-manager has the
//! same trouble and a bound for it: its clients send 20 requests a second. Here the next turn of a
//! set waits longer the larger the set is: as long as that for a thousand Pods.
//! <https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/>

use std::sync::Arc;

use serde_json::{Value, json};

use crate::component::{Outcome, View};
use crate::object::Key;
use crate::time::{Millis, Time};

/// A millisecond for so many Pods.
const PODS_PER_MS: usize = 20;
/// Smaller sets need no rest.
const PODS_MIN: usize = 100;
const FIELD: &str = "rest_until_ms";

/// How long the set of a key still rests.
pub fn rest(view: &View<'_>, key: &Key) -> Option<Millis> {
    resting(view.memory.get(key)?, view.clock.now)
}

/// Notes that a turn went through so many Pods.
pub fn after(mut outcome: Outcome, view: &View<'_>, key: &Key, pods: usize) -> Outcome {
    let known = match &outcome.remember {
        Some(memory) => memory.clone(),
        None => view.memory.get(key).cloned(),
    };
    if let Some(noted) = noted(known.as_deref(), view.clock.now, pods) {
        outcome.remember = Some(Some(Arc::new(noted)));
    }
    outcome
}

fn resting(memory: &Value, now: Time) -> Option<Millis> {
    let until = memory.get(FIELD)?.as_i64()?;
    Some(until - now.0).filter(|rest| *rest > 0)
}

/// What is to be remembered, if that is anything new.
fn noted(known: Option<&Value>, now: Time, pods: usize) -> Option<Value> {
    let rested = known.is_some_and(|known| known.get(FIELD).is_some());
    if pods < PODS_MIN && !rested {
        return None;
    }
    let rest = i64::try_from(pods / PODS_PER_MS).unwrap_or(Millis::MAX);
    let mut memory = known.cloned().unwrap_or_else(|| json!({}));
    memory[FIELD] = now.0.saturating_add(rest).into();
    Some(memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a set of so many Pods still rests some time after a turn.
    fn rest_after(pods: usize, ms: Millis) -> Option<Millis> {
        resting(&noted(None, Time(1000), pods)?, Time(1000 + ms))
    }

    #[test]
    fn large_sets_rest_in_proportion_to_their_size() {
        assert_eq!(rest_after(99, 0), None);
        assert_eq!(rest_after(1_000, 10), Some(40));
        assert_eq!(rest_after(1_000, 50), None);
        assert_eq!(rest_after(10_000, 0), Some(500));
    }

    #[test]
    fn what_else_is_remembered_stays() {
        let noted = noted(Some(&json!({"nodes": {}})), Time(0), 200);
        assert_eq!(noted, Some(json!({"nodes": {}, "rest_until_ms": 10})));
    }
}
