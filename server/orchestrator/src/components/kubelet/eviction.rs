//! What a kubelet does when its node runs short of memory: it says so, and evicts Pods one by one.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/>

use std::cmp::Reverse;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, Pod};
use serde_json::{Value, json};

use crate::call::{EventRecord, Regarding};
use crate::component::{Outcome, View};
use crate::components::pods;
use crate::kinds::quantity;
use crate::machine::{EVICTION_BYTES, EVICTION_EVERY_MS, Machine, MachineAct};
use crate::object::{Key, Object};
use crate::resources::units;
use crate::time::{Millis, Time};

use super::events::event;

/// How long the condition stays when there is enough again
/// (`--eviction-pressure-transition-period`).
const TRANSITION_MS: Millis = 300_000;
/// Pods of this priority and above are critical.
const CRITICAL: i32 = 2_000_000_000;
/// How long an evicted Pod's containers get.
pub(super) const GRACE_MS: Millis = 1000;

/// How memory stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pressure {
    pub(super) is_short: bool,
    /// When it was short last.
    seen: Option<Time>,
    /// When it last did something about it.
    reclaimed: Option<Time>,
    now: Time,
}

impl Pressure {
    pub(super) fn of(view: &View<'_>, key: &Key, machine: &Machine) -> Pressure {
        let now = view.clock.now;
        let is_short = machine.memory_available(now) < EVICTION_BYTES;
        let remembered = |name: &str| view.memory.get(key)?[name].as_i64().map(Time);
        let seen = if is_short { Some(now) } else { remembered("short") };
        let seen = seen.filter(|seen| now - *seen < TRANSITION_MS);
        Pressure { is_short, seen, reclaimed: remembered("reclaimed").filter(|_| is_short), now }
    }

    /// Whether the node is said to be under pressure.
    pub(super) fn is_told(&self) -> bool {
        self.seen.is_some()
    }

    /// What the kubelet remembers of it.
    pub(super) fn memory(&self) -> Value {
        let Some(seen) = self.seen else { return json!({}) };
        json!({"short": seen.0, "reclaimed": self.reclaimed.map(|at| at.0)})
    }

    /// Whether it is time to do something about it.
    pub(super) fn begins_to_reclaim(&mut self) -> bool {
        let due = self.is_short
            && self.reclaimed.is_none_or(|last| self.now - last >= EVICTION_EVERY_MS - 1000);
        if due {
            self.reclaimed = Some(self.now);
        }
        due
    }

    /// How long until it has to be looked at again.
    pub(super) fn look_after(&self) -> Option<Millis> {
        if self.is_short {
            return Some(EVICTION_EVERY_MS - self.now.0.rem_euclid(EVICTION_EVERY_MS));
        }
        self.seen.map(|seen| seen + TRANSITION_MS - self.now)
    }
}

/// Says that memory is short, and evicts the Pod that is to go first.
pub(super) fn reclaim(
    view: &View<'_>,
    machine: &Machine,
    node: Regarding,
    mut outcome: Outcome,
) -> Outcome {
    let going = machine.pods().any(|pod| pod.evicted.is_some() && pod.is_running());
    if going {
        return outcome;
    }
    outcome = outcome.event(EventRecord {
        regarding: node,
        event_type: "Warning",
        reason: "EvictionThresholdMet".to_owned(),
        message: "Attempting to reclaim memory".to_owned(),
    });
    let Some(pod) = first_to_go(view, machine) else { return outcome };
    let uid = pods::runtime_uid(pod);
    let message = message(view, machine, pod);
    let key = Object::Pod(Arc::clone(pod)).key();
    outcome = outcome.event(event(&key, uid, "", ("Warning", "Evicted"), message.clone()));
    outcome.acts.push(MachineAct::Evict { uid: uid.into(), message });
    outcome
}

/// Those that use more than they request, of low priority, and far above their requests.
fn first_to_go<'a>(view: &View<'a>, machine: &Machine) -> Option<&'a Arc<Pod>> {
    let candidates = view.cache.all::<Pod>().filter(|pod| {
        let runs = machine.pod(pods::runtime_uid(pod)).is_some_and(|runtime| runtime.is_running());
        runs && !is_critical(pod)
    });
    let now = view.clock.now;
    candidates.max_by_key(|pod| {
        let (used, requested) = (used(machine, pod, now), requested(pod));
        let priority = pod.spec.as_ref().and_then(|spec| spec.priority).unwrap_or(0);
        (used > requested, Reverse(priority), used - requested)
    })
}

/// Whether a Pod is never evicted by its kubelet, and let in whatever else is there.
pub(super) fn is_critical(pod: &Pod) -> bool {
    let annotations = pod.metadata.annotations.as_ref();
    let is_mirror = annotations.is_some_and(|all| all.contains_key(pods::MIRROR));
    let priority = pod.spec.as_ref().and_then(|spec| spec.priority).unwrap_or(0);
    is_mirror || priority >= CRITICAL
}

fn used(machine: &Machine, pod: &Pod, now: Time) -> i64 {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    containers.map(|one| container_bytes(machine, pod, one, now)).sum()
}

fn container_bytes(machine: &Machine, pod: &Pod, container: &Container, now: Time) -> i64 {
    machine.container_memory(pods::runtime_uid(pod), &container.name, now)
}

fn request(container: &Container) -> i64 {
    let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    requests.and_then(|requests| requests.get("memory")).map_or(0, units)
}

fn requested(pod: &Pod) -> i64 {
    pod.spec.iter().flat_map(|spec| &spec.containers).map(request).sum()
}

/// In the kubelet's words.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/eviction/helpers.go>
fn message(view: &View<'_>, machine: &Machine, pod: &Pod) -> String {
    let now = view.clock.now;
    let available = machine.memory_available(now).max(0);
    let mut message = format!(
        "The node was low on resource: memory. Threshold quantity: {}, available: {}. ",
        bytes(EVICTION_BYTES),
        bytes(available)
    );
    for container in pod.spec.iter().flat_map(|spec| &spec.containers) {
        let (used, request) = (container_bytes(machine, pod, container, now), request(container));
        if used > request {
            message += &format!(
                "Container {} was using {}, request is {}, has larger consumption of memory. ",
                container.name,
                bytes(used),
                bytes(request)
            );
        }
    }
    message
}

/// A number of bytes, as Kubernetes writes it: `100Mi`, `84Ki`.
fn bytes(bytes: i64) -> String {
    let kib = bytes / 1024;
    quantity::canonical(&format!("{kib}Ki")).unwrap_or_else(|_| format!("{kib}Ki"))
}
