//! News of Pods are gathered for a second before the Job is looked at again.
//! <https://github.com/kubernetes/kubernetes/pull/114650>

use std::sync::Arc;

use k8s_openapi::api::batch::v1::Job;
use serde_json::{Value, json};

use crate::component::{Outcome, View};
use crate::object::Key;
use crate::time::Millis;

/// A moment less than a second, so that it counts as work being done.
const GATHER_MS: Millis = 999;

/// What is left to wait, if only Pods have changed since the last look: the outcome that waits.
pub(super) fn rest_ms(view: &View<'_>, job: &Job, key: &Key) -> Option<(Outcome, Millis)> {
    let memory = view.memory.get(key)?;
    let number = |field: &str| memory.get(field).and_then(Value::as_i64);
    let changed = number("generation") != job.metadata.generation
        || job.metadata.deletion_timestamp.is_some();
    let now = view.clock.now.0;
    // A time that the Job itself waits for has come.
    if changed || number("wake").is_some_and(|wake| now >= wake) {
        return None;
    }
    let due = number("due").unwrap_or(now + GATHER_MS);
    if due <= now {
        return None;
    }
    let wait = due.min(number("wake").unwrap_or(i64::MAX)) - now;
    let mut outcome = Outcome::nothing().requeue_after(wait);
    if number("due").is_none() {
        let mut noted = memory.as_ref().clone();
        noted["due"] = json!(due);
        outcome.remember = Some(Some(Arc::new(noted)));
    }
    Some((outcome, wait))
}

/// What to remember of a look.
pub(super) fn looked(job: &Job, backoff: &super::backoff::Record, wake: Option<i64>) -> Value {
    let mut memory = json!({ "generation": job.metadata.generation });
    if let Some(wake) = wake {
        memory["wake"] = json!(wake);
    }
    backoff.write(&mut memory);
    memory
}
