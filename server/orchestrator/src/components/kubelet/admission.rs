//! Whether a kubelet lets a Pod in that was put on its node: who is bound by hand may be refused.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/lifecycle/predicate.go>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod};

use crate::component::View;
use crate::components::{pods, scheduler};
use crate::kinds::{container_ports, qos_class};
use crate::machine::Machine;
use crate::object::{Key, Kind};
use crate::resources::Resources;

use super::eviction;
use super::memory::PodMemory;

/// Why a Pod is refused: reason and message.
pub(super) type Refusal = (String, String);

/// Whether the kubelet has taken a Pod in already.
fn is_in(pod: &Pod) -> bool {
    pod.status.as_ref().is_some_and(|status| status.start_time.is_some())
}

/// Whether it has, or has begun to, even if its cache does not show that yet.
fn is_taken(view: &View<'_>, machine: &Machine, pod: &Pod) -> bool {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let uid = text(&pod.metadata.uid);
    let key = Key::new(Kind::Pod, &text(&pod.metadata.namespace), &text(&pod.metadata.name));
    is_in(pod) || machine.pod(&uid).is_some() || PodMemory::is_of(view, &key, &uid)
}

/// Looks at a Pod that is new here.
pub(super) fn refusal(view: &View<'_>, machine: &Machine, pod: &Pod) -> Option<Refusal> {
    if is_in(pod) || pods::is_terminal(pod) || eviction::is_critical(pod) {
        return None;
    }
    let node = view.cache.get_typed::<Node>("", &machine.node)?;
    let others = others(view, machine);
    under_pressure(node, pod)
        .or_else(|| lacks(node, pod, &others))
        .or_else(|| misfits(node, pod, &others))
}

/// Whether a Pod that is here may have what it asks for now. If not: reason and message.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/allocation/allocation_manager.go>
pub(super) fn resize_refusal(
    view: &View<'_>,
    machine: &Machine,
    pod: &Pod,
) -> Option<(&'static str, String)> {
    let node = view.cache.get_typed::<Node>("", &machine.node)?;
    let (has, wants) = (Resources::allocatable(node), Resources::wanted(pod));
    let rows =
        [("memory", wants.memory_bytes, has.memory_bytes), ("cpu", wants.cpu_milli, has.cpu_milli)];
    if let Some((name, requested, capacity)) = rows.into_iter().find(|(_, wants, has)| wants > has)
    {
        let message = format!(
            "Node didn't have enough capacity: {name}, requested: {requested}, capacity: {capacity}"
        );
        return Some(("Infeasible", message));
    }
    let others = others(view, machine);
    let others = others.into_iter().filter(|other| other.metadata.uid != pod.metadata.uid);
    let (name, sentence) = lacking(node, pod, &others.collect::<Vec<_>>())?;
    (name != "pods").then_some(("Deferred", sentence))
}

fn under_pressure(node: &Node, pod: &Pod) -> Option<Refusal> {
    let conditions = node.status.as_ref()?.conditions.as_ref()?;
    let is_short = |kind: &str| conditions.iter().any(|c| c.type_ == kind && c.status == "True");
    let best_effort = qos_class(pod.spec.as_ref()?) == "BestEffort";
    (best_effort && is_short("MemoryPressure"))
        .then(|| ("Evicted".to_owned(), "The node had condition: [MemoryPressure]. ".to_owned()))
}

/// The Pods that have been let in and have not ended.
fn others<'a>(view: &View<'a>, machine: &Machine) -> Vec<&'a Arc<Pod>> {
    let here = view.cache.pods_on(&machine.node);
    here.filter(|other| is_taken(view, machine, other) && !pods::is_terminal(other)).collect()
}

fn lacks(node: &Node, pod: &Pod, others: &[&Arc<Pod>]) -> Option<Refusal> {
    lacking(node, pod, others).map(|(name, message)| (format!("OutOf{name}"), message))
}

/// The first resource of which there is too little.
fn lacking(node: &Node, pod: &Pod, others: &[&Arc<Pod>]) -> Option<(&'static str, String)> {
    let (has, wants) = (Resources::allocatable(node), Resources::wanted(pod));
    let mut used = Resources::default();
    for other in others {
        used += Resources::granted(other);
    }
    let rows = [
        ("pods", 1, others.len() as i64, has.pods),
        ("cpu", wants.cpu_milli, used.cpu_milli, has.cpu_milli),
        ("memory", wants.memory_bytes, used.memory_bytes, has.memory_bytes),
        ("ephemeral-storage", wants.ephemeral_bytes, used.ephemeral_bytes, has.ephemeral_bytes),
    ];
    let (name, requested, used, capacity) = rows
        .into_iter()
        .find(|(_, wanted, used, capacity)| *wanted > 0 && *wanted > capacity - used)?;
    let message = format!(
        "Node didn't have enough resource: {name}, requested: {requested}, used: {used}, \
         capacity: {capacity}"
    );
    Some((name, message))
}

fn misfits(node: &Node, pod: &Pod, others: &[&Arc<Pod>]) -> Option<Refusal> {
    let spec = pod.spec.as_ref()?;
    let failed = |predicate: &str, why: &str| {
        Some((predicate.to_owned(), format!("Predicate {predicate} failed: {why}")))
    };
    if !scheduler::fits_node_affinity(spec, node) {
        return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
    }
    let ports = |pod: &Pod| -> Vec<(i32, String)> {
        let all = pod.spec.iter().flat_map(container_ports);
        let host = all.filter_map(|port| {
            let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
            Some((port.host_port.filter(|number| *number > 0)?, protocol))
        });
        host.collect()
    };
    let taken: Vec<(i32, String)> = others.iter().flat_map(|other| ports(other)).collect();
    if ports(pod).iter().any(|port| taken.contains(port)) {
        return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
    }
    None
}
