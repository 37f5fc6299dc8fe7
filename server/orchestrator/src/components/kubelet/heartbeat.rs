//! The node's heartbeat: its Lease every 10 s, its status when it changes and every 5 minutes.
//! <https://kubernetes.io/docs/reference/node/node-status/#heartbeats>

use std::sync::Arc;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::api::core::v1::{
    ContainerImage, DaemonEndpoint, Node, NodeCondition, NodeDaemonEndpoints, NodeStatus,
    NodeSystemInfo,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{Outcome, View};
use crate::digest::Digest;
use crate::machine::{Machine, MachineAct, machine_id};
use crate::object::{Key, Object};
use crate::time::Millis;

use super::eviction::{self, Pressure};

pub(super) const LEASE_NAMESPACE: &str = "kube-node-lease";
const RENEW_MS: Millis = 10_000;
const LEASE_S: i32 = 40;
const REPORT_MS: Millis = 5 * 60_000;
/// `nodeStatusMaxImages`
const IMAGES_MAX: usize = 50;

/// Type, status, reason, message, and the event that tells of it.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// As they are while all is well.
const CONDITIONS: [Row; 4] = [
    (
        "MemoryPressure",
        "False",
        "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available",
        "NodeHasSufficientMemory",
    ),
    (
        "DiskPressure",
        "False",
        "KubeletHasNoDiskPressure",
        "kubelet has no disk pressure",
        "NodeHasNoDiskPressure",
    ),
    (
        "PIDPressure",
        "False",
        "KubeletHasSufficientPID",
        "kubelet has sufficient PID available",
        "NodeHasSufficientPID",
    ),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status", "NodeReady"),
];

const SHORT_OF_MEMORY: Row = (
    "MemoryPressure",
    "True",
    "KubeletHasInsufficientMemory",
    "kubelet has insufficient memory available",
    "NodeHasInsufficientMemory",
);

fn rows(pressure: &Pressure) -> [Row; 4] {
    CONDITIONS.map(|row| {
        if pressure.is_told() && row.0 == SHORT_OF_MEMORY.0 { SHORT_OF_MEMORY } else { row }
    })
}

/// Renews the Lease, or creates it.
pub(super) fn renew(view: &View<'_>, key: &Key) -> Outcome {
    let lease = view.cache.get_typed::<Lease>(key.namespace(), key.name());
    let renewed = lease.and_then(|lease| lease.spec.as_ref()?.renew_time.as_ref());
    if let Some(renewed) = renewed {
        let age = view.clock.now - view.clock.model_time(renewed.0);
        if (0..RENEW_MS).contains(&age) {
            return Outcome::nothing().requeue_routine(RENEW_MS - age);
        }
    }
    let call = match lease {
        Some(lease) => {
            let mut lease = Lease::clone(lease);
            let spec = lease.spec.get_or_insert_default();
            spec.renew_time = Some(view.clock.micro_time());
            spec.holder_identity = Some(key.name().to_owned());
            Call::Update(lease.into())
        }
        None => Call::Create(new_lease(view, key).into()),
    };
    Outcome::nothing().call(call).requeue_routine(RENEW_MS).as_routine()
}

fn new_lease(view: &View<'_>, key: &Key) -> Lease {
    let node = view.cache.get_typed::<Node>("", key.name());
    let owner = node.and_then(|node| node.metadata.uid.clone()).map(|uid| OwnerReference {
        api_version: "v1".to_owned(),
        kind: "Node".to_owned(),
        name: key.name().to_owned(),
        uid,
        ..OwnerReference::default()
    });
    Lease {
        metadata: ObjectMeta {
            name: Some(key.name().to_owned()),
            namespace: Some(key.namespace().to_owned()),
            owner_references: owner.map(|owner| vec![owner]),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            holder_identity: Some(key.name().to_owned()),
            lease_duration_seconds: Some(LEASE_S),
            renew_time: Some(view.clock.micro_time()),
            ..LeaseSpec::default()
        }),
    }
}

/// Reports the node's status, if it has changed or five minutes have passed.
pub(super) fn report(view: &View<'_>, key: &Key) -> Outcome {
    let (Some(Object::Node(node)), Some(machine)) = (view.cache.get(key), view.machine) else {
        return Outcome::nothing();
    };
    let mut outcome = Outcome::nothing();
    let regarding = || Regarding {
        key: key.clone(),
        // The kubelet names its node by name alone.
        uid: node.metadata.uid.clone().unwrap_or_default(),
        field_path: String::new(),
    };
    let known = view.memory.get(key);
    if known.is_none() {
        outcome = outcome.event(event(regarding(), "Starting", "Starting kubelet."));
    }
    let mut pressure = Pressure::of(view, key, machine);
    outcome = tell_of_victims(outcome, machine, &regarding());
    if pressure.begins_to_reclaim() {
        outcome = eviction::reclaim(view, machine, regarding(), outcome);
    }
    let memory = pressure.memory();
    if known.is_none_or(|known| **known != memory) {
        outcome.remember = Some(Some(Arc::new(memory)));
    }
    let due_ms = heartbeat_due(view, node);
    let status = status(view, node, machine, (due_ms <= 0, &pressure));
    if node.status.as_ref() == Some(&status) {
        return again(outcome, &pressure, due_ms.max(1));
    }
    for (kind, _, _, _, reason) in rows(&pressure) {
        if now(node.status.as_ref(), kind) != now(Some(&status), kind) {
            let message = format!("Node {} status is now: {reason}", key.name());
            outcome = outcome.event(event(regarding(), reason, &message));
        }
    }
    let updated = Node { status: Some(status), ..Node::clone(node) };
    outcome.routine = outcome.events.is_empty();
    again(outcome.call(Call::UpdateStatus(updated.into())), &pressure, REPORT_MS)
}

/// When to look again: at the next heartbeat, or as long as memory is short, sooner.
fn again(outcome: Outcome, pressure: &Pressure, beat_ms: Millis) -> Outcome {
    match pressure.look_after() {
        Some(ms) if ms < beat_ms => outcome.requeue_after(ms.max(1)),
        _ => outcome.requeue_routine(beat_ms),
    }
}

/// The kernel has ended processes because the node had no memory left.
fn tell_of_victims(mut outcome: Outcome, machine: &Machine, node: &Regarding) -> Outcome {
    for victim in machine.victims() {
        outcome = outcome.event(EventRecord {
            regarding: node.clone(),
            event_type: "Warning",
            reason: "SystemOOM".to_owned(),
            message: format!(
                "System OOM encountered, victim process: {}, pid: {}",
                victim.program, victim.pid
            ),
        });
    }
    if !machine.victims().is_empty() {
        outcome.acts.push(MachineAct::AcknowledgeNode);
    }
    outcome
}

fn event(regarding: Regarding, reason: &str, message: &str) -> EventRecord {
    EventRecord {
        regarding,
        event_type: "Normal",
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

fn now<'a>(status: Option<&'a NodeStatus>, kind: &str) -> Option<&'a str> {
    let conditions = status?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind).map(|c| c.status.as_str())
}

/// How long until the next heartbeat of the status is due.
fn heartbeat_due(view: &View<'_>, node: &Node) -> Millis {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
    let ready = conditions.and_then(|conditions| conditions.iter().find(|c| c.type_ == "Ready"));
    let last = ready.and_then(|ready| ready.last_heartbeat_time.as_ref());
    last.map_or(0, |last| view.clock.model_time(last.0) + REPORT_MS - view.clock.now)
}

/// The status as it should be. If no heartbeat is due, the times of unchanged conditions stay.
fn status(
    view: &View<'_>,
    node: &Node,
    machine: &Machine,
    (beats, pressure): (bool, &Pressure),
) -> NodeStatus {
    let old = node.status.clone().unwrap_or_default();
    let mut conditions = old.conditions.clone().unwrap_or_default();
    let unwell =
        rows(pressure).iter().any(|(kind, wanted, ..)| now(Some(&old), kind) != Some(wanted));
    for (kind, wanted, reason, message, _) in rows(pressure) {
        let position = conditions.iter().position(|condition| condition.type_ == kind);
        let before = position.map(|at| conditions.remove(at));
        let same = before.as_ref().is_some_and(|before| before.status == wanted);
        let since = before.as_ref().filter(|_| same).and_then(|b| b.last_transition_time.clone());
        let beat = before
            .as_ref()
            .filter(|_| !beats && !unwell)
            .and_then(|b| b.last_heartbeat_time.clone());
        let condition = NodeCondition {
            type_: kind.to_owned(),
            status: wanted.to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message.to_owned()),
            last_transition_time: since.or_else(|| Some(view.clock.time())),
            last_heartbeat_time: beat.or_else(|| Some(view.clock.time())),
        };
        conditions.insert(position.unwrap_or(conditions.len()), condition);
    }
    NodeStatus {
        conditions: Some(conditions),
        node_info: Some(node_info(&machine.node)),
        daemon_endpoints: Some(NodeDaemonEndpoints {
            kubelet_endpoint: Some(DaemonEndpoint { port: 10250 }),
        }),
        images: Some(images(machine)).filter(|images| !images.is_empty()),
        ..old
    }
}

/// The largest first.
fn images(machine: &Machine) -> Vec<ContainerImage> {
    let mut images: Vec<ContainerImage> = machine
        .images()
        .map(|image| ContainerImage {
            names: Some(vec![image.id(), image.name.to_string()]),
            size_bytes: Some(image.size_bytes),
        })
        .collect();
    images.sort_by(|a, b| (b.size_bytes, &a.names).cmp(&(a.size_bytes, &b.names)));
    images.truncate(IMAGES_MAX);
    images
}

fn node_info(node: &str) -> NodeSystemInfo {
    let id = |purpose: &str| Digest::of([node.as_bytes(), purpose.as_bytes()]).to_string();
    let uuid = |purpose: &str| {
        let hex = id(purpose);
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]];
        parts.join("-")
    };
    NodeSystemInfo {
        architecture: "amd64".to_owned(),
        boot_id: uuid("boot"),
        container_runtime_version: "containerd://2.2.0".to_owned(),
        kernel_version: "6.12.57+deb13-amd64".to_owned(),
        kubelet_version: KUBELET_VERSION.to_owned(),
        machine_id: machine_id(node),
        operating_system: "linux".to_owned(),
        os_image: "Debian GNU/Linux 13 (trixie)".to_owned(),
        system_uuid: uuid("system"),
        ..NodeSystemInfo::default()
    }
}

const KUBELET_VERSION: &str = "v1.36.0";
