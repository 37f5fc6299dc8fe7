//! The Pod garbage collector: Pods that no kubelet will ever finish.
//!
//! Those of a node that is gone, after 40 s; those that are to be deleted and were never scheduled;
//! those that terminate on a node with the out-of-service taint; and the oldest of too many that
//! have ended.
//! <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod, PodCondition};
use serde_json::json;

use crate::call::{Call, Propagation};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::time::{Millis, Time};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "pod-garbage-collector-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Pod, Kind::Node],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        let pods = view.cache.all::<Pod>().filter(|pod| concerns(view, pod));
        pods.map(|pod| Object::Pod(Arc::clone(pod)).key()).chain([ended_key()]).collect()
    },
    serial: false,
    decide,
};

/// How long a missing node may still come.
const QUARANTINE_MS: Millis = 40_000;
/// How often it looks at those that have ended, and how many of them may stay:
/// `--terminated-pod-gc-threshold`.
const PERIOD_MS: Millis = 20_000;
const ENDED_MAX: usize = 12_500;
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// Stands for all Pods that have ended.
fn ended_key() -> Key {
    Key::new(Kind::Pod, "", "")
}

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match (before, after) {
        (before, Some(object @ Object::Pod(pod))) => {
            let was = before.and_then(Object::as_typed::<Pod>);
            let just_ended = pods::is_terminal(pod) && !was.is_some_and(pods::is_terminal);
            let own = concerns(view, pod).then(|| object.key());
            own.into_iter().chain(just_ended.then(ended_key)).collect()
        }
        (Some(object @ Object::Pod(_)), None) => {
            let key = object.key();
            if view.memory.contains_key(&key) { vec![key] } else { Vec::new() }
        }
        (before, after) => {
            let closed = |object: Option<&Object>| {
                object.and_then(Object::as_typed::<Node>).is_some_and(is_out_of_service)
            };
            let node = after.or(before).map(Object::name).unwrap_or_default();
            if after.is_some() && closed(before) == closed(after) {
                return Vec::new();
            }
            view.cache.pods_on(node).map(|pod| Object::Pod(Arc::clone(pod)).key()).collect()
        }
    }
}

/// Whether a Pod may be one for the collector.
fn concerns(view: &View<'_>, pod: &Pod) -> bool {
    let deleting = pod.metadata.deletion_timestamp.is_some();
    match pods::node(pod) {
        None => deleting,
        Some(node) => match view.cache.get_typed::<Node>("", node) {
            None => true,
            Some(node) => deleting && is_out_of_service(node),
        },
    }
}

fn is_out_of_service(node: &Node) -> bool {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    taints.iter().any(|taint| taint.key == OUT_OF_SERVICE)
}

fn is_ready(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref());
    let mut conditions = conditions.unwrap_or_default().iter();
    conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    if *key == ended_key() {
        return thin_out(view, key);
    }
    let forget = || Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() };
    let Some(object @ Object::Pod(pod)) = view.cache.get(key) else { return forget() };
    let Some(name) = pods::node(pod) else {
        return if object.is_deleting() {
            collect(view, object, pod, "Unscheduled", None)
        } else {
            forget()
        };
    };
    match view.cache.get_typed::<Node>("", name) {
        None => orphan(view, key, object, pod),
        Some(node) if object.is_deleting() && is_out_of_service(node) && !is_ready(node) => {
            collect(view, object, pod, "OutOfService", None)
        }
        Some(_) => forget(),
    }
}

/// A Pod whose node is missing.
fn orphan(view: &View<'_>, key: &Key, object: &Object, pod: &Pod) -> Outcome {
    let now = view.clock.now;
    let since = view.memory.get(key).and_then(|memory| memory.get("missing_since")?.as_i64());
    let left = since.map_or(QUARANTINE_MS, |since| Time(since) + QUARANTINE_MS - now);
    if left > 0 {
        let memory = json!({"missing_since": since.unwrap_or(now.0)});
        let outcome = Outcome::nothing().requeue_after(left);
        return Outcome { remember: Some(Some(Arc::new(memory))), ..outcome };
    }
    let condition = PodCondition {
        type_: "DisruptionTarget".to_owned(),
        status: "True".to_owned(),
        reason: Some("DeletionByPodGC".to_owned()),
        message: Some("PodGC: node no longer exists".to_owned()),
        last_transition_time: Some(view.clock.time()),
        observed_generation: pod.metadata.generation,
        ..PodCondition::default()
    };
    collect(view, object, pod, "Orphaned", Some(condition))
}

/// Marks a Pod as failed, unless it has ended, and deletes it at once.
fn collect(
    view: &View<'_>,
    object: &Object,
    pod: &Pod,
    reason: &'static str,
    condition: Option<PodCondition>,
) -> Outcome {
    let key = object.key();
    let note = Note::new(reason, format!("nobody will finish {}", key.name()))
        .with("pod", key.name())
        .with("node", pods::node(pod).unwrap_or_default());
    let mut outcome = Outcome::nothing().note(note);
    if !pods::is_terminal(pod) {
        let mut failed = pod.clone();
        let status = failed.status.get_or_insert_default();
        status.phase = Some("Failed".to_owned());
        if let Some(condition) = condition {
            let conditions = status.conditions.get_or_insert_default();
            conditions.retain(|old| old.type_ != condition.type_);
            conditions.push(condition);
        }
        outcome = outcome.call(Call::UpdateStatus(failed.into()));
    }
    outcome.remember = view.memory.get(&key).map(|_| None);
    outcome.call(delete_now(object))
}

fn delete_now(object: &Object) -> Call {
    Call::Delete {
        key: object.key(),
        uid: Some(object.uid().to_owned()),
        grace_s: Some(0),
        propagation: Propagation::Background,
    }
}

/// Of too many Pods that have ended the evicted and the oldest go.
fn thin_out(view: &View<'_>, key: &Key) -> Outcome {
    let now = view.clock.now;
    let last = view.memory.get(key).and_then(|memory| memory.get("at")?.as_i64());
    let left = last.map_or(0, |last| Time(last) + PERIOD_MS - now);
    if left > 0 {
        return Outcome::nothing().requeue_routine(left);
    }
    let mut outcome = Outcome::nothing();
    outcome.remember = Some(Some(Arc::new(json!({"at": now.0}))));
    let mut ended: Vec<&Arc<Pod>> =
        view.cache.all::<Pod>().filter(|pod| pods::is_terminal(pod)).collect();
    let surplus = ended.len().saturating_sub(ENDED_MAX);
    if surplus == 0 {
        return outcome;
    }
    let evicted = |pod: &Pod| {
        pod.status.as_ref().and_then(|status| status.reason.as_deref()) == Some("Evicted")
    };
    ended.sort_by_key(|pod| {
        let created = pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
        (!evicted(pod), created, pod.metadata.name.clone())
    });
    let note = Note::new("TooManyEnded", format!("{surplus} Pods too many have ended"))
        .with("surplus", surplus);
    let surplus = ended.into_iter().take(surplus).map(|pod| Object::Pod(Arc::clone(pod)));
    outcome.note(note).calls(surplus.map(|object| delete_now(&object)))
}
