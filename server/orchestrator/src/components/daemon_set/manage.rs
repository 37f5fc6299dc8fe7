//! One Pod for each node that fits, none elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod};

use super::failed::Failures;
use super::{Plan, Turn, update};
use crate::component::Outcome;
use crate::components::{pod_control, pods};
use crate::time::Millis;

pub(super) fn plan(turn: &Turn<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut failures = Failures::of(turn);
    let mut wait: Option<Millis> = None;
    for node in &turn.nodes {
        let longer = on_node(&mut plan, &mut failures, turn, node);
        wait = wait.into_iter().chain(longer).min();
    }
    plan.delete.extend(of_lost_nodes(turn));
    if failures.changed {
        plan.outcome.remember = Some(Some(Arc::new(failures.to_memory())));
    }
    if let Some(wait) = wait {
        plan.outcome = plan.outcome.requeue_after(wait);
    }
    plan
}

/// How long the back-off of a failed Pod still lasts, if one holds it.
fn on_node(
    plan: &mut Plan,
    failures: &mut Failures,
    turn: &Turn<'_>,
    node: &Node,
) -> Option<Millis> {
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let fit = turn.eligible.judge(node);
    let there = turn.pods.get(name).map(Vec::as_slice).unwrap_or_default();
    if there.is_empty() {
        if fit.should_run {
            plan.create.push(name.to_owned());
        }
        return None;
    }
    let kept = there.iter().filter(|pod| pod.metadata.deletion_timestamp.is_none());
    if !fit.may_stay {
        plan.delete.extend(kept.cloned());
        return None;
    }
    let (ended, running): (Vec<_>, Vec<_>) =
        kept.cloned().partition(|pod: &Arc<Pod>| pods::is_terminal(pod));
    let mut wait = None;
    for pod in ended {
        let longer = end(plan, failures, turn, &pod, name);
        wait = wait.into_iter().chain(longer).min();
    }
    if update::surge(turn) == 0 {
        plan.delete.extend(running.into_iter().skip(1));
    } else if running.len() <= 1 {
        if running.is_empty() && fit.should_run {
            plan.create.push(name.to_owned());
        }
    } else {
        plan.delete.extend(superfluous(turn, running));
    }
    wait
}

/// Deletes a Pod that has ended, unless the back-off holds it.
fn end(
    plan: &mut Plan,
    failures: &mut Failures,
    turn: &Turn<'_>,
    pod: &Arc<Pod>,
    node: &str,
) -> Option<Millis> {
    let name = format!("{}/{}", turn.owner.namespace(), pod.metadata.name.as_deref()?);
    let event = if pods::phase(pod) == "Failed" {
        if let Some(wait) = failures.next(node, turn.view.clock.now) {
            return Some(wait);
        }
        let message = format!("Found failed daemon pod {name} on node {node}, will try to kill it");
        pod_control::event(turn.owner, "Warning", "FailedDaemonPod", &message)
    } else {
        let message =
            format!("Found succeeded daemon pod {name} on node {node}, will try to delete it");
        pod_control::event(turn.owner, "Normal", "SucceededDaemonPod", &message)
    };
    let outcome: Outcome = std::mem::take(&mut plan.outcome);
    plan.outcome = outcome.event(event);
    plan.delete.push(Arc::clone(pod));
    None
}

/// With a surge a node may have two Pods: the oldest of the old template while it is ready, and the
/// oldest of the new one while it is not available yet.
fn superfluous(turn: &Turn<'_>, running: Vec<Arc<Pod>>) -> Vec<Arc<Pod>> {
    let (new, old): (Vec<_>, Vec<_>) = running.into_iter().partition(|pod| turn.has_hash(pod));
    let replaced = match (new.first(), old.first()) {
        (Some(new), Some(old)) if !pods::is_ready(old) || turn.is_available(new) => {
            Some(Arc::clone(old))
        }
        _ => None,
    };
    new.into_iter().skip(1).chain(old.into_iter().skip(1)).chain(replaced).collect()
}

/// Pods that wait for a node that is gone: nobody else would see to them.
fn of_lost_nodes(turn: &Turn<'_>) -> Vec<Arc<Pod>> {
    let names: BTreeSet<&str> =
        turn.nodes.iter().filter_map(|node| node.metadata.name.as_deref()).collect();
    let lost = turn.pods.iter().filter(|(node, _)| !names.contains(node.as_str()));
    let waiting =
        |pod: &&Arc<Pod>| pods::node(pod).is_none() && pod.metadata.deletion_timestamp.is_none();
    lost.flat_map(|(_, pods)| pods).filter(waiting).cloned().collect()
}
