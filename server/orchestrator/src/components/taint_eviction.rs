//! The taint eviction controller: Pods leave a node whose `NoExecute` taint they do not tolerate,
//! or no longer.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod, PodCondition, Taint, Toleration};

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::time::Time;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "taint-eviction-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Node, Kind::Pod],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Pod).map(Object::key).collect(),
    serial: false,
    decide,
};

/// A Pod when it is put on a node; all Pods of a node when its taints change.
fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match (before, after) {
        (before, Some(object @ Object::Pod(pod))) => {
            let was_bound = before.and_then(Object::as_typed::<Pod>).and_then(pods::node);
            let news = pods::node(pod).is_some() && was_bound.is_none();
            if news { vec![object.key()] } else { Vec::new() }
        }
        (before, Some(Object::Node(node))) => {
            let old = before.and_then(Object::as_typed::<Node>).map(no_execute);
            if old.as_ref() == Some(&no_execute(node)) {
                return Vec::new();
            }
            let name = node.metadata.name.as_deref().unwrap_or_default();
            let pods = view.cache.pods_on(name);
            pods.map(|pod| Object::Pod(Arc::clone(pod)).key()).collect()
        }
        _ => Vec::new(),
    }
}

fn no_execute(node: &Node) -> Vec<&Taint> {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    taints.iter().filter(|taint| taint.effect == "NoExecute").collect()
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object @ Object::Pod(pod)) = view.cache.get(key) else { return Outcome::nothing() };
    if object.is_deleting() || pods::is_terminal(pod) {
        return Outcome::nothing();
    }
    let Some(node) = pods::node(pod).and_then(|node| view.cache.get_typed::<Node>("", node)) else {
        return Outcome::nothing();
    };
    let taints = no_execute(node);
    let Some(deadline) = taints.iter().filter_map(|taint| leaves_at(view, pod, taint)).min() else {
        return Outcome::nothing();
    };
    let taint = taints.first().map(|taint| taint.key.clone()).unwrap_or_default();
    let left = deadline - view.clock.now;
    if left > 0 {
        let note = Note::new("Tolerates", format!("{} tolerates {taint} for now", object.name()))
            .with("pod", object.name())
            .with("taint", taint)
            .with("until_ms", deadline.0);
        return Outcome::nothing().note(note).requeue_after(left);
    }
    evict(view, object, pod, &taint)
}

/// When the Pod has to leave because of a taint: None if it need not.
fn leaves_at(view: &View<'_>, pod: &Pod, taint: &Taint) -> Option<Time> {
    let tolerations = pod.spec.as_ref().and_then(|spec| spec.tolerations.as_deref());
    let added = taint.time_added.as_ref().map(|time| view.clock.model_time(time.0));
    let since = added.unwrap_or(view.clock.now);
    let tolerating = |t: &&Toleration| tolerates(t, taint);
    let mut found = tolerations.unwrap_or_default().iter().filter(tolerating).peekable();
    if found.peek().is_none() {
        return Some(view.clock.now);
    }
    // Any toleration without an end tolerates for ever only if it is the only kind there is: the
    // shortest one counts.
    let shortest = found.filter_map(|toleration| toleration.toleration_seconds).min()?;
    Some(since + shortest.max(0) * 1000)
}

/// Whether a toleration fits a taint.
pub fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let effect = toleration.effect.as_deref().unwrap_or_default();
    let key = toleration.key.as_deref().unwrap_or_default();
    if (!effect.is_empty() && effect != taint.effect) || (!key.is_empty() && key != taint.key) {
        return false;
    }
    match toleration.operator.as_deref() {
        Some("Exists") => true,
        _ => {
            !key.is_empty()
                && toleration.value.as_deref().unwrap_or_default()
                    == taint.value.as_deref().unwrap_or_default()
        }
    }
}

fn evict(view: &View<'_>, object: &Object, pod: &Pod, taint: &str) -> Outcome {
    let mut disrupted = pod.clone();
    let conditions = disrupted.status.get_or_insert_default().conditions.get_or_insert_default();
    conditions.retain(|condition| condition.type_ != "DisruptionTarget");
    conditions.push(PodCondition {
        type_: "DisruptionTarget".to_owned(),
        status: "True".to_owned(),
        reason: Some("DeletionByTaintManager".to_owned()),
        message: Some("Taint manager: deleting due to NoExecute taint".to_owned()),
        last_transition_time: Some(view.clock.time()),
        ..PodCondition::default()
    });
    let event = EventRecord {
        regarding: Regarding::object(object),
        event_type: "Normal",
        reason: "TaintManagerEviction".to_owned(),
        message: format!("Marking for deletion Pod {}/{}", object.namespace(), object.name()),
    };
    let note = Note::new("Evict", format!("{} tolerates {taint} no longer", object.name()))
        .with("pod", object.name())
        .with("taint", taint);
    Outcome::nothing()
        .note(note)
        .event(event)
        .call(Call::UpdateStatus(disrupted.into()))
        .call(Step::from(Call::delete(object)))
}
