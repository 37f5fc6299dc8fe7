//! The node lifecycle controller: what it concludes when a node's heartbeat stops.
//!
//! A kubelet renews its node's Lease every 10 s. When 50 s have passed without, the node's
//! conditions become Unknown, it is tainted, and its Pods count as not ready, so that Services
//! leave them out. Who is evicted and when is [`super::taint_eviction`]'s business.
//! <https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller>
//!
//! Kubernetes looks every 5 s; here the controller looks at the very end of the grace period.

use std::sync::Arc;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Node, NodeCondition, Pod, Taint};

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::time::{Millis, Time};

mod zones;

use zones::Eviction;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "node-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Node, Kind::Lease, Kind::Pod],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Node).map(Object::key).collect(),
    serial: false,
    decide,
};

/// `--node-monitor-grace-period`, 50 s since Kubernetes 1.32.
const GRACE_MS: Millis = 50_000;
const LEASE_NAMESPACE: &str = "kube-node-lease";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// Conditions by which a kubelet says that it is short of something, and their taints.
const PRESSURES: [(&str, &str); 3] = [
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
];
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

fn keys(_: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else { return Vec::new() };
    match object {
        Object::Node(_) => vec![object.key()],
        Object::Lease(_) if object.namespace() == LEASE_NAMESPACE => {
            vec![Key::new(Kind::Node, "", object.name())]
        }
        _ => Vec::new(),
    }
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object @ Object::Node(node)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let silent = view.clock.now - last_heartbeat(view, node);
    if silent < GRACE_MS {
        let outcome = retaint(Outcome::nothing(), view, node);
        let left = GRACE_MS - silent;
        // A taint that has to wait is looked at again sooner.
        let sooner = outcome.requeue.map_or(left, |requeue| requeue.after_ms.min(left));
        return outcome.requeue_routine(sooner);
    }
    if condition(node, "Ready").is_none_or(|ready| ready.status != "Unknown") {
        return declare_unknown(view, object, node, silent);
    }
    let outcome = retaint(Outcome::nothing(), view, node);
    if !outcome.steps.is_empty() {
        return outcome;
    }
    let requeue = outcome.requeue;
    Outcome { requeue, ..mark_pods(view, node) }
}

/// The Lease's renewal, or the node's creation while there is none.
fn last_heartbeat(view: &View<'_>, node: &Node) -> Time {
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let lease = view.cache.get_typed::<Lease>(LEASE_NAMESPACE, name);
    let renewed = lease.and_then(|lease| lease.spec.as_ref()?.renew_time.as_ref());
    match (renewed, node.metadata.creation_timestamp.as_ref()) {
        (Some(renewed), _) => view.clock.model_time(renewed.0),
        (None, Some(created)) => view.clock.model_time(created.0),
        (None, None) => view.clock.now,
    }
}

fn condition<'a>(node: &'a Node, kind: &str) -> Option<&'a NodeCondition> {
    let conditions = node.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind)
}

fn declare_unknown(view: &View<'_>, object: &Object, node: &Node, silent: Millis) -> Outcome {
    let mut updated = node.clone();
    let conditions = updated.status.get_or_insert_default().conditions.get_or_insert_default();
    for kind in ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] {
        set_unknown(view, conditions, kind);
    }
    let name = object.name();
    let note = Note::new("NodeSilent", format!("{name} has not been heard of for {silent} ms"))
        .with("node", name)
        .with("silent_s", silent / 1000);
    Outcome::nothing().note(note).call(Call::UpdateStatus(updated.into())).event(EventRecord {
        regarding: Regarding::object(object),
        event_type: "Normal",
        reason: "NodeNotReady".to_owned(),
        message: format!("Node {name} status is now: NodeNotReady"),
    })
}

fn set_unknown(view: &View<'_>, conditions: &mut Vec<NodeCondition>, kind: &str) {
    let now = view.clock.time();
    let position = conditions.iter().position(|condition| condition.type_ == kind);
    let (reason, message) = match position {
        Some(_) => ("NodeStatusUnknown", "Kubelet stopped posting node status."),
        None => ("NodeStatusNeverUpdated", "Kubelet never posted node status."),
    };
    let heartbeat = position.and_then(|at| conditions[at].last_heartbeat_time.clone());
    let condition = NodeCondition {
        type_: kind.to_owned(),
        status: "Unknown".to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_heartbeat_time: heartbeat.or_else(|| Some(now.clone())),
        last_transition_time: Some(now),
    };
    match position {
        Some(at) => conditions[at] = condition,
        None => conditions.push(condition),
    }
}

/// The taints that follow from the node's conditions, beside those that others have put.
fn wanted_taints(view: &View<'_>, node: &Node) -> Vec<Taint> {
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    match condition(node, "Ready").map(|ready| ready.status.as_str()) {
        Some("True") => {}
        Some("Unknown") => wanted.extend([(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")]),
        _ => wanted.extend([(NOT_READY, "NoSchedule"), (NOT_READY, "NoExecute")]),
    }
    for (kind, key) in PRESSURES {
        if condition(node, kind).is_some_and(|condition| condition.status == "True") {
            wanted.push((key, "NoSchedule"));
        }
    }
    if node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true) {
        wanted.push((UNSCHEDULABLE, "NoSchedule"));
    }
    let current = taints(node);
    let others = current.iter().filter(|taint| !is_ours(taint)).cloned();
    let ours = wanted.into_iter().map(|(key, effect)| {
        let kept = current.iter().find(|taint| taint.key == key && taint.effect == effect);
        kept.cloned().unwrap_or_else(|| Taint {
            key: key.to_owned(),
            effect: effect.to_owned(),
            time_added: Some(view.clock.time()),
            value: None,
        })
    });
    others.chain(ours).collect()
}

fn taints(node: &Node) -> &[Taint] {
    node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default()
}

fn is_ours(taint: &Taint) -> bool {
    [UNREACHABLE, NOT_READY, UNSCHEDULABLE].contains(&taint.key.as_str())
        || PRESSURES.iter().any(|(_, key)| *key == taint.key)
}

fn retaint(outcome: Outcome, view: &View<'_>, node: &Node) -> Outcome {
    let (wanted, patience) = heed_zone(view, node, wanted_taints(view, node));
    let outcome = match patience {
        Some(after_ms) => outcome.requeue_routine(after_ms),
        None => outcome,
    };
    if wanted == taints(node) {
        return outcome;
    }
    let evicts =
        |taints: &[Taint]| taints.iter().any(|taint| taint.effect == "NoExecute" && is_ours(taint));
    let begins = evicts(&wanted) && !evicts(taints(node));
    let name = node.metadata.name.clone().unwrap_or_default();
    let keys: Vec<String> =
        wanted.iter().map(|taint| format!("{}:{}", taint.key, taint.effect)).collect();
    let mut updated = node.clone();
    updated.spec.get_or_insert_default().taints = Some(wanted).filter(|taints| !taints.is_empty());
    let note = Note::new("Taint", format!("the taints of {name} follow its conditions"))
        .with("node", name)
        .with("taints", keys.join(", "));
    let mut outcome = outcome.note(note).call(Call::Update(updated.into()));
    if begins {
        outcome.remember = Some(Some(zones::emptied(view)));
    }
    outcome
}

/// How often the controller looks at nodes that are ill: `--node-monitor-period`.
const MONITOR_MS: Millis = 5_000;

/// Leaves the taints out that evict, as long as the zone does not allow them; and says when to look
/// again.
fn heed_zone(view: &View<'_>, node: &Node, mut wanted: Vec<Taint>) -> (Vec<Taint>, Option<Millis>) {
    let evicts = |taint: &Taint| taint.effect == "NoExecute" && is_ours(taint);
    if !wanted.iter().any(evicts) {
        return (wanted, None);
    }
    let begun = taints(node).iter().any(evicts);
    let wait = match zones::eviction(view, node) {
        Eviction::Now => return (wanted, None),
        Eviction::After(_) if begun => return (wanted, None),
        Eviction::After(ms) => ms.min(MONITOR_MS),
        // Of a zone that is partly ill those stay tainted that were.
        Eviction::Never if begun && !zones::all_ill(view, node) => {
            return (wanted, Some(MONITOR_MS));
        }
        Eviction::Never => MONITOR_MS,
    };
    wanted.retain(|taint| !evicts(taint));
    (wanted, Some(wait))
}

/// Pods of a silent node count as not ready.
fn mark_pods(view: &View<'_>, node: &Node) -> Outcome {
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let ready: Vec<&Arc<Pod>> =
        view.cache.pods_on(name).filter(|pod| pods::is_ready(pod)).collect();
    if ready.is_empty() {
        return Outcome::nothing();
    }
    let note =
        Note::new("PodsNotReady", format!("{} Pods of {name} count as not ready", ready.len()))
            .with("node", name)
            .with("pods", ready.len());
    let mut outcome = Outcome::nothing().note(note);
    for pod in ready {
        outcome =
            outcome.call(Call::UpdateStatus(not_ready(view, pod).into())).event(EventRecord {
                regarding: Regarding::object(&Object::Pod(Arc::clone(pod))),
                event_type: "Warning",
                reason: "NodeNotReady".to_owned(),
                message: "Node is not ready".to_owned(),
            });
    }
    outcome
}

fn not_ready(view: &View<'_>, pod: &Pod) -> Pod {
    let mut pod = pod.clone();
    let conditions = pod.status.as_mut().and_then(|status| status.conditions.as_mut());
    for ready in conditions.into_iter().flatten().filter(|condition| condition.type_ == "Ready") {
        ready.status = "False".to_owned();
        ready.last_transition_time = Some(view.clock.time());
    }
    pod
}
