//! The Pods in range: made in order, each when those before it are available; replaced when they
//! have ended and are gone.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;

use super::{Flow, Slot, Turn, claims, identity, is_running_and_ready, is_terminating, name_of};
use crate::call::{Call, Step};
use crate::component::{Note, Outcome};
use crate::components::{pod_control, pods};
use crate::object::Object;

/// How soon to look again for a claim that is to go first.
const CLAIM_POLL_MS: i64 = 1_000;

pub(super) fn process(turn: &Turn<'_>, outcome: &mut Outcome) -> Flow {
    for slot in &turn.slots {
        let flow = match slot {
            Slot::Filled(pod) => keep(turn, outcome, pod),
            Slot::Empty(pod) => create(turn, outcome, pod),
        };
        if flow == Flow::Stop && turn.is_ordered() {
            return Flow::Stop;
        }
    }
    Flow::On
}

fn create(turn: &Turn<'_>, outcome: &mut Outcome, pod: &Pod) -> Flow {
    let (name, set) = (name_of(pod), turn.owner.name());
    let failed = |why: &str| {
        let message = format!("create Pod {name} in StatefulSet {set} failed error: {why}");
        pod_control::event(turn.owner, "Warning", "FailedCreate", &message)
    };
    if claims::are_stale(turn, pod) {
        *outcome = std::mem::take(outcome).requeue_after(CLAIM_POLL_MS);
        return Flow::Stop;
    }
    if let Some(claim) = claims::going(turn, pod) {
        let event = failed(&format!("pvc {claim} is being deleted"));
        *outcome = std::mem::take(outcome).event(event).requeue_after(CLAIM_POLL_MS);
        return Flow::Stop;
    }
    let message = format!("create Pod {name} in StatefulSet {set} successful");
    let made = pod_control::event(turn.owner, "Normal", "SuccessfulCreate", &message);
    outcome.notes.push(
        Note::new("PlaceIsEmpty", format!("{set} wants {name}, and there is none"))
            .with("name", set)
            .with("pod", name),
    );
    outcome.steps.extend(claims::create_missing(turn, pod));
    let step = Step::from(Call::Create(pod.clone().into()));
    outcome.steps.push(step.then(made).otherwise(failed("{error}")));
    outcome.steps.extend(claims::settle_owners(turn, pod));
    Flow::Stop
}

fn keep(turn: &Turn<'_>, outcome: &mut Outcome, pod: &Arc<Pod>) -> Flow {
    if pods::is_terminal(pod) {
        if !is_terminating(pod) {
            outcome.steps.push(delete(turn, pod));
        }
        return Flow::Stop;
    }
    if pods::phase(pod) == "Pending" {
        outcome.steps.extend(claims::create_missing(turn, pod));
    }
    if turn.is_ordered()
        && let Some(wait) = waits_for(turn, pod)
    {
        outcome.notes.push(wait);
        return Flow::Stop;
    }
    settle(turn, outcome, pod);
    Flow::On
}

/// What those after it wait for, in order.
fn waits_for(turn: &Turn<'_>, pod: &Pod) -> Option<Note> {
    let name = name_of(pod);
    let (reason, message) = if is_terminating(pod) {
        ("WaitsForTermination", format!("{name} must be gone before anything else is done"))
    } else if !is_running_and_ready(pod) {
        ("WaitsForReady", format!("{name} must be running and ready before anything else is done"))
    } else if !turn.is_available(pod) {
        ("WaitsForAvailable", format!("{name} must be available before anything else is done"))
    } else {
        return None;
    };
    Some(Note::new(reason, message).with("name", turn.owner.name()).with("pod", name))
}

/// Gives a Pod the identity that it should have, and its claims their owners.
fn settle(turn: &Turn<'_>, outcome: &mut Outcome, pod: &Arc<Pod>) {
    let Some(ordinal) = identity::ordinal(pod) else { return };
    outcome.steps.extend(claims::settle_owners(turn, pod));
    if identity::is_identified(pod, ordinal) && claims::are_mounted(turn, pod, ordinal) {
        return;
    }
    let mut settled = Pod::clone(pod);
    identity::identify(&mut settled, ordinal);
    claims::mount(turn, &mut settled, ordinal);
    let (name, set) = (name_of(pod), turn.owner.name());
    let done = format!("update Pod {name} in StatefulSet {set} successful");
    let failed = format!("update Pod {name} in StatefulSet {set} failed error: {{error}}");
    let step = Step::from(Call::Update(settled.into()))
        .then(pod_control::event(turn.owner, "Normal", "SuccessfulUpdate", &done))
        .otherwise(pod_control::event(turn.owner, "Warning", "FailedUpdate", &failed));
    outcome.steps.push(step);
}

/// Deletes a Pod, with its event.
pub(super) fn delete(turn: &Turn<'_>, pod: &Arc<Pod>) -> Step {
    let (name, set) = (name_of(pod), turn.owner.name());
    let done = format!("delete Pod {name} in StatefulSet {set} successful");
    let failed = format!("delete Pod {name} in StatefulSet {set} failed error: {{error}}");
    Step::from(Call::delete(&Object::Pod(Arc::clone(pod))))
        .then(pod_control::event(turn.owner, "Normal", "SuccessfulDelete", &done))
        .otherwise(pod_control::event(turn.owner, "Warning", "FailedDelete", &failed))
}
