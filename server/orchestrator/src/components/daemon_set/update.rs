//! Rolling updates: old Pods go, or new ones come beside them, node by node.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::RollingUpdateDaemonSet;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Plan, Turn};
use crate::component::Note;
use crate::components::portion;

fn rolling<'a>(turn: &Turn<'a>) -> Option<&'a RollingUpdateDaemonSet> {
    let strategy = turn.spec.update_strategy.as_ref()?;
    let is_rolling = strategy.type_.as_deref() == Some("RollingUpdate");
    strategy.rolling_update.as_ref().filter(|_| is_rolling)
}

/// `maxSurge` in Pods; 0 if old Pods are to go first.
pub(super) fn surge(turn: &Turn<'_>) -> usize {
    let surge = rolling(turn).and_then(|rolling| rolling.max_surge.as_ref());
    count(surge, wanted(turn).len())
}

fn unavailable(turn: &Turn<'_>) -> usize {
    let one = IntOrString::Int(1);
    let unavailable = rolling(turn).and_then(|rolling| rolling.max_unavailable.as_ref());
    count(Some(unavailable.unwrap_or(&one)), wanted(turn).len())
}

fn count(value: Option<&IntOrString>, of: usize) -> usize {
    let of = i32::try_from(of).unwrap_or(i32::MAX);
    let count = value.map_or(0, |value| portion::rounded_up(value, of));
    usize::try_from(count).unwrap_or_default()
}

/// The nodes that are to have a Pod.
fn wanted<'a>(turn: &Turn<'a>) -> Vec<&'a str> {
    let wanted = turn.nodes.iter().filter(|node| turn.eligible.judge(node).should_run);
    wanted.filter_map(|node| node.metadata.name.as_deref()).collect()
}

/// The Pods of a node, by template.
enum OnNode<'a> {
    Pods {
        old: Option<&'a Arc<Pod>>,
        new: Option<&'a Arc<Pod>>,
    },
    /// More than one of a kind: it is managed first.
    Crowded,
}

fn on_node<'a>(turn: &'a Turn<'_>, node: &str) -> OnNode<'a> {
    let (mut old, mut new) = (None, None);
    let pods = turn.pods.get(node).into_iter().flatten();
    for pod in pods.filter(|pod| pod.metadata.deletion_timestamp.is_none()) {
        let slot = if turn.is_updated(pod) { &mut new } else { &mut old };
        if slot.replace(pod).is_some() {
            return OnNode::Crowded;
        }
    }
    OnNode::Pods { old, new }
}

pub(super) fn extend(plan: &mut Plan, turn: &Turn<'_>) {
    let mut nodes: BTreeSet<&str> = turn.pods.keys().map(String::as_str).collect();
    nodes.extend(wanted(turn));
    if surge(turn) == 0 {
        replace(plan, turn, &nodes);
    } else {
        add(plan, turn, &nodes);
    }
}

/// Deletes old Pods as far as `maxUnavailable` allows.
fn replace(plan: &mut Plan, turn: &Turn<'_>, nodes: &BTreeSet<&str>) {
    let most = unavailable(turn).max(usize::from(!wanted(turn).is_empty()));
    let mut missing = 0;
    let (mut useless, mut candidates) = (Vec::new(), Vec::new());
    for node in nodes {
        match on_node(turn, node) {
            OnNode::Pods { old: None, new: Some(new) } => {
                missing += usize::from(!turn.is_available(new));
            }
            OnNode::Pods { old: Some(old), new: None } if turn.is_available(old) => {
                candidates.push(Arc::clone(old));
            }
            OnNode::Pods { old: Some(old), new: None } => useless.push(Arc::clone(old)),
            OnNode::Pods { .. } | OnNode::Crowded => missing += 1,
        }
    }
    let left = candidates.len();
    candidates.truncate(most.saturating_sub(missing));
    if left > 0 && candidates.is_empty() {
        let message = format!("{missing} Pods are unavailable and {most} may be: it waits");
        let note = Note::new("WaitsForAvailable", message)
            .with("unavailable", missing)
            .with("most", most)
            .with("old", left);
        plan.outcome.notes.push(note);
    }
    plan.delete.extend(useless.into_iter().chain(candidates));
}

/// Makes new Pods beside old ones as far as `maxSurge` allows, and deletes old ones that have been
/// replaced.
fn add(plan: &mut Plan, turn: &Turn<'_>, nodes: &BTreeSet<&str>) {
    let mut surging = 0;
    let (mut allowed, mut candidates) = (Vec::new(), Vec::new());
    for node in nodes {
        match on_node(turn, node) {
            OnNode::Crowded => surging += 1,
            OnNode::Pods { old: None, .. } => {}
            OnNode::Pods { old: Some(old), new: None } => {
                let free = !turn.is_available(old);
                let list = if free { &mut allowed } else { &mut candidates };
                list.push((*node).to_owned());
            }
            OnNode::Pods { old: Some(old), new: Some(new) } => {
                if turn.is_available(old) && !turn.is_available(new) {
                    surging += 1;
                } else {
                    plan.delete.push(Arc::clone(old));
                }
            }
        }
    }
    candidates.truncate(surge(turn).saturating_sub(surging));
    plan.create.extend(allowed.into_iter().chain(candidates));
}
