//! The scheduler: finds each new Pod a node, and says of every node why or why not.
//!
//! For a Pod without a node it asks the filters (`scheduler/filter.rs`) which nodes can take it,
//! the scores (`scheduler/score.rs`, `scheduler/spread.rs`) which of them is best, and binds it.
//! A Pod that no node can take waits until something changes that may help.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod, PodCondition};
use serde_json::json;

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Memory, Note, Outcome, View};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::resources::Resources;
use crate::time::{Millis, Time};

use preemption::Preemption;

mod affinity;
mod assumed;
mod filter;
mod message;
mod nodes;
mod preemption;
mod score;
mod spread;
mod volumes;

pub(in crate::components) use filter::term_matches as node_fits_term;

pub(super) use filter::fits_node_affinity;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: NAME,
    host: Host::Scheduler,
    watches: &[
        Kind::Pod,
        Kind::Node,
        Kind::Service,
        Kind::Namespace,
        Kind::PodDisruptionBudget,
        Kind::PersistentVolume,
        Kind::PersistentVolumeClaim,
        Kind::StorageClass,
    ],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        let waiting = |object: &&Object| object.as_typed().is_some_and(is_ours);
        view.cache.of_kind(Kind::Pod).filter(waiting).map(Object::key).collect()
    },
    serial: true,
    decide,
};

const NAME: &str = "default-scheduler";
/// A Pod that could not be placed is tried again after so long even if nothing changed.
const FLUSH_MS: Millis = 5 * 60_000;
/// How long a Pod rests after an attempt, at least and at most: doubling.
const REST_MS: (Millis, Millis) = (1000, 10_000);

/// Whether the Pod waits for this scheduler.
fn is_ours(pod: &Pod) -> bool {
    let Some(spec) = &pod.spec else { return false };
    pods::node(pod).is_none()
        && pods::is_active(pod)
        && spec.scheduler_name.as_deref().unwrap_or(NAME) == NAME
        && spec.scheduling_gates.as_ref().is_none_or(Vec::is_empty)
}

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match before.or(after) {
        Some(Object::Pod(_)) => {
            let (was, is) = (before.and_then(Object::as_typed), after.and_then(Object::as_typed));
            let mut keys = own_key(view, was, is, before.or(after));
            if frees(was, is) {
                keys.extend(waiting(view, |plugin| plugin != "TaintToleration"));
            } else if joins(was, is) {
                let social =
                    |plugin: &str| matches!(plugin, "InterPodAffinity" | "PodTopologySpread");
                keys.extend(waiting(view, social));
            }
            keys
        }
        Some(Object::Node(_)) => {
            let (was, is) = (before.and_then(Object::as_typed), after.and_then(Object::as_typed));
            waiting(view, |plugin| nodes::helps(was, is, plugin))
        }
        Some(Object::Namespace(_)) => waiting(view, |plugin| plugin == "InterPodAffinity"),
        Some(
            Object::PersistentVolume(_)
            | Object::PersistentVolumeClaim(_)
            | Object::StorageClass(_),
        ) => waiting(view, |plugin| matches!(plugin, volumes::PLUGIN | "VolumeRestrictions")),
        _ => Vec::new(),
    }
}

/// A Pod that has come, has changed what it wants, or is to be forgotten.
fn own_key(
    view: &View<'_>,
    was: Option<&Pod>,
    is: Option<&Pod>,
    object: Option<&Object>,
) -> Vec<Key> {
    let Some(key) = object.map(Object::key) else { return Vec::new() };
    let wants = is.is_some_and(is_ours)
        && was.is_none_or(|was| is.is_some_and(|is| was.spec != is.spec || !is_ours(was)));
    let forgets = !is.is_some_and(is_ours) && view.memory.contains_key(&key);
    if wants || forgets { vec![key] } else { Vec::new() }
}

/// Whether a Pod has left room on its node.
fn frees(was: Option<&Pod>, is: Option<&Pod>) -> bool {
    let takes = |pod: &Pod| pods::node(pod).is_some() && !pods::is_terminal(pod);
    let shrinks = |was: &Pod, is: &Pod| {
        let (had, has) = (Resources::of_pod(was), Resources::of_pod(is));
        has.cpu_milli < had.cpu_milli || has.memory_bytes < had.memory_bytes
    };
    match (was.filter(|pod| takes(pod)), is.filter(|pod| takes(pod))) {
        (Some(_), None) => true,
        (Some(was), Some(is)) => is.metadata.generation > Some(1) && shrinks(was, is),
        (None, _) => false,
    }
}

/// Whether a Pod has come to a node, or has other labels there: others may look for it.
fn joins(was: Option<&Pod>, is: Option<&Pod>) -> bool {
    let on_node = |pod: &Pod| pods::node(pod).is_some() && !pods::is_terminal(pod);
    let labels = |pod: Option<&Pod>| {
        pod.filter(|pod| on_node(pod)).map(|pod| pod.metadata.labels.clone().unwrap_or_default())
    };
    is.is_some_and(on_node) && labels(was) != labels(is)
}

/// Pods that could not be placed, if one of the plugins that refused them may think better of it.
fn waiting(view: &View<'_>, may_help: impl Fn(&str) -> bool) -> Vec<Key> {
    let refused = |memory: &Memory| {
        let plugins = memory.get("refused").and_then(|refused| refused.as_array());
        let plugins = plugins.into_iter().flatten().filter_map(|plugin| plugin.as_str());
        plugins.into_iter().any(&may_help)
    };
    view.memory.iter().filter(|(_, memory)| refused(memory)).map(|(key, _)| key.clone()).collect()
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let memory = view.memory.get(key);
    let forget = || Outcome { remember: memory.map(|_| None), ..Outcome::nothing() };
    let Some(object @ Object::Pod(pod)) = view.cache.get(key) else { return forget() };
    if !is_ours(pod) {
        return forget();
    }
    if let Some(rest_ms) = memory.and_then(|memory| rests(memory, view.clock.now)) {
        return Outcome::nothing().requeue_after(rest_ms);
    }
    if let Some(node) = memory.and_then(|memory| memory.get("reserved")?.as_str())
        && let Some(outcome) = bind_reserved(view, object, pod, node)
    {
        return outcome;
    }
    let found = nodes::find(view, pod);
    if found.feasible.is_empty() {
        return refuse(view, object, pod, &found);
    }
    let ranked = score::rank(view, pod, &found);
    match reserve(view, pod, &ranked, &found) {
        Some(outcome) => outcome,
        None => bind(object, &ranked, &found),
    }
}

/// What is left of a Pod's rest.
fn rests(memory: &Memory, now: Time) -> Option<Millis> {
    let number = |field: &str| memory.get(field)?.as_i64();
    let attempts = number("attempts")?;
    let rest_ms = (REST_MS.0 << (attempts - 1).clamp(0, 10)).min(REST_MS.1);
    Some(Time(number("at")?) + rest_ms - now).filter(|left| *left > 0)
}

/// How long a Pod waits on its node for its claims to be bound.
const BIND_MS: Millis = 600_000;

/// Reserves volumes on the best node for claims that wait for it.
fn reserve(
    view: &View<'_>,
    pod: &Pod,
    ranked: &score::Ranked<'_>,
    found: &nodes::Found<'_>,
) -> Option<Outcome> {
    let claims = volumes::claims(view, pod).ok().filter(|claims| !claims.waiting.is_empty())?;
    let node = ranked.best.name;
    let note = Note::new("ReserveVolumes", format!("its claims are to be bound for {node}"))
        .with("node", node);
    let mut outcome = Outcome::nothing().note(note).requeue_after(BIND_MS);
    outcome.steps = volumes::reserve(view, &claims, ranked.best.node);
    outcome.verdicts = message::verdicts(found, Some(ranked));
    outcome.remember = Some(Some(Arc::new(json!({
        "node": node, "reserved": node, "refused": [volumes::PLUGIN], "since": view.clock.now.0,
    }))));
    Some(outcome)
}

/// Binds a Pod whose claims were reserved, once they are bound. None if it took too long.
fn bind_reserved(view: &View<'_>, object: &Object, pod: &Pod, node: &str) -> Option<Outcome> {
    let since = view.memory.get(&object.key())?.get("since")?.as_i64()?;
    let left = since + BIND_MS - view.clock.now.0;
    match volumes::claims(view, pod) {
        Ok(claims) if claims.waiting.is_empty() => Some(assign(object, node)),
        _ if left > 0 => Some(Outcome::nothing().requeue_after(left)),
        _ => None,
    }
}

/// Puts a Pod on a node.
fn assign(object: &Object, node: &str) -> Outcome {
    let message =
        format!("Successfully assigned {}/{} to {node}", object.namespace(), object.name());
    let event = EventRecord {
        regarding: Regarding::object(object),
        event_type: "Normal",
        reason: "Scheduled".to_owned(),
        message,
    };
    let call =
        Call::Bind { pod: object.key(), uid: object.uid().to_owned(), node: node.to_owned() };
    let mut outcome = Outcome::nothing().call(Step::from(call).then(event));
    outcome.remember = Some(Some(Arc::new(json!({ "node": node }))));
    outcome
}

fn bind(object: &Object, ranked: &score::Ranked<'_>, found: &nodes::Found<'_>) -> Outcome {
    let node = ranked.best.name;
    let note = Note::new(
        "Bind",
        format!("{} of {} nodes can take it; {node} is best", found.feasible.len(), found.total),
    )
    .with("node", node)
    .with("feasible", found.feasible.len())
    .with("nodes", found.total);
    let mut outcome = assign(object, node).note(note);
    outcome.verdicts = message::verdicts(found, Some(ranked));
    outcome
}

fn refuse(view: &View<'_>, object: &Object, pod: &Pod, found: &nodes::Found<'_>) -> Outcome {
    let preemption = preemption::preempt(view, pod, found);
    let message = message::unschedulable(found, &preemption);
    let key = object.key();
    let old = view.memory.get(&key);
    let attempts = old.and_then(|memory| memory.get("attempts")?.as_i64());
    let nominated = match &preemption {
        Preemption::Victims(victims) => Some(victims.node.to_owned()),
        Preemption::Promised(_) => pods::nominated_node(pod).map(str::to_owned),
        Preemption::InVain(_) => None,
    };
    let mut memory = json!({
        "refused": refusing(found),
        "attempts": attempts.unwrap_or(0) + 1,
        "at": view.clock.now.0,
    });
    if let Some(node) = &nominated {
        memory["nominated"] = json!(node);
    }
    let note = Note::new("Unschedulable", message.clone()).with("nodes", found.total);
    let event = EventRecord {
        regarding: Regarding::object(object),
        event_type: "Warning",
        reason: "FailedScheduling".to_owned(),
        message: message.clone(),
    };
    let mut outcome = Outcome::nothing().note(note).event(event).requeue_routine(FLUSH_MS);
    if let Preemption::Victims(victims) = &preemption {
        outcome.notes.push(preemption_note(victims));
        outcome.steps = preemption::steps(view, object, victims);
    }
    if let Some(updated) = with_condition(view, pod, message, nominated.as_ref()) {
        outcome = outcome.call(Call::UpdateStatus(updated.into()));
    }
    outcome.verdicts = message::verdicts(found, None);
    outcome.remember = Some(Some(Arc::new(memory)));
    outcome
}

fn preemption_note(victims: &preemption::Victims<'_>) -> Note {
    let names: Vec<&str> =
        victims.pods.iter().filter_map(|pod| pod.metadata.name.as_deref()).collect();
    let names = names.join(", ");
    Note::new("Preempt", format!("less important Pods make room on {}: {names}", victims.node))
        .with("node", victims.node)
        .with("victims", names)
}

/// The plugins that refused a node: what they look at may change.
fn refusing(found: &nodes::Found<'_>) -> Vec<&'static str> {
    if found.unmet.is_some() {
        return vec![volumes::PLUGIN];
    }
    let mut refused: Vec<&str> = found.refused.iter().map(|(_, refusal)| refusal.plugin).collect();
    refused.sort_unstable();
    refused.dedup();
    if refused.is_empty() { vec!["NodeName"] } else { refused }
}

/// The Pod with `PodScheduled` false and the node it is nominated for, unless it says so already.
fn with_condition(
    view: &View<'_>,
    pod: &Pod,
    message: String,
    nominated: Option<&String>,
) -> Option<Pod> {
    let old = pods::condition(pod, "PodScheduled");
    let same = |old: &PodCondition| {
        old.status == "False"
            && old.message.as_ref() == Some(&message)
            && old.reason.as_deref() == Some("Unschedulable")
    };
    if old.is_some_and(same) && pods::nominated_node(pod) == nominated.map(String::as_str) {
        return None;
    }
    let since =
        old.filter(|old| old.status == "False").and_then(|old| old.last_transition_time.clone());
    let condition = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some("Unschedulable".to_owned()),
        message: Some(message),
        last_transition_time: since.or_else(|| Some(view.clock.time())),
        observed_generation: pod.metadata.generation,
        ..PodCondition::default()
    };
    let mut updated = pod.clone();
    let status = updated.status.get_or_insert_default();
    status.nominated_node_name = nominated.cloned();
    let conditions = status.conditions.get_or_insert_default();
    conditions.retain(|condition| condition.type_ != "PodScheduled");
    conditions.push(condition);
    Some(updated)
}

/// A node's name.
fn name(node: &Node) -> &str {
    node.metadata.name.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests;
