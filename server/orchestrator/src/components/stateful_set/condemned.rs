//! The Pods out of range: deleted one by one, the highest first, and only while all others are
//! available; all at once if `Parallel`.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;

use super::{Flow, Slot, Turn, claims, is_terminating, name_of, replicas};
use crate::component::{Note, Outcome};

pub(super) fn process(turn: &Turn<'_>, outcome: &mut Outcome) -> Flow {
    for pod in &turn.condemned {
        outcome.steps.extend(claims::settle_owners(turn, pod));
    }
    let first_unavailable = first_unavailable(turn);
    for pod in &turn.condemned {
        let flow = delete(turn, outcome, pod, first_unavailable.as_deref());
        if flow == Flow::Stop && turn.is_ordered() {
            return Flow::Stop;
        }
    }
    Flow::On
}

/// The name of the first Pod that is not available, in order of ordinals, those in range first.
fn first_unavailable(turn: &Turn<'_>) -> Option<String> {
    let in_range = turn.slots.iter().map(Slot::pod);
    let all = in_range.chain(turn.condemned.iter().rev().map(Arc::as_ref));
    let mut unavailable = all.filter(|pod| turn.is_unavailable(pod));
    unavailable.next().map(|pod| name_of(pod).to_owned())
}

fn delete(
    turn: &Turn<'_>,
    outcome: &mut Outcome,
    pod: &Arc<Pod>,
    first_unavailable: Option<&str>,
) -> Flow {
    let waits = |what: &str, pod: &str| {
        Note::new("WaitsToScaleDown", format!("{pod} must be {what} before another one goes"))
            .with("name", turn.owner.name())
            .with("pod", pod)
    };
    if is_terminating(pod) {
        if turn.is_ordered() {
            outcome.notes.push(waits("gone", name_of(pod)));
        }
        return Flow::Stop;
    }
    let is_first = first_unavailable == Some(name_of(pod));
    if turn.is_ordered() && !turn.is_available(pod) && !is_first {
        outcome.notes.push(waits("available", first_unavailable.unwrap_or_default()));
        return Flow::Stop;
    }
    outcome.steps.push(replicas::delete(turn, pod));
    Flow::Stop
}
