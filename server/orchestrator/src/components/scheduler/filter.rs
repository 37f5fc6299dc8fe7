//! The filter plugins: whether a node can take a Pod at all.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Node, NodeSelectorRequirement, NodeSelectorTerm, Pod, PodSpec, Taint, Toleration,
};

use crate::component::View;
use crate::components::{pods, taint_eviction};
use crate::resources::Resources;

use super::affinity::{self, Affinity};
use super::assumed::Assumed;
use super::name;
use super::nodes::Candidate;
use super::spread::{self, Domains};
use super::volumes::{self, Claims};

/// Why a node cannot take a Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) plugin: &'static str,
    /// In Kubernetes' words. Only a lack of resources has more than one.
    pub(super) reasons: Vec<String>,
    /// Whether removing other Pods from the node could help.
    pub(super) resolvable: bool,
}

/// What a Pod wants, worked out once for all nodes.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pod: &'a Pod,
    spec: Option<&'a PodSpec>,
    pub(super) requests: Resources,
    ports: Vec<HostPort>,
    domains: Vec<Domains<'a>>,
    affinity: Affinity<'a>,
    claims: Claims<'a>,
}

/// An address, protocol and port on the node itself.
type HostPort = (String, String, i32);

impl<'a> Wanted<'a> {
    pub(super) fn of(
        view: &View<'a>,
        pod: &'a Pod,
        assumed: &Assumed<'a>,
        claims: Claims<'a>,
    ) -> Wanted<'a> {
        let mut wanted = Wanted {
            pod,
            spec: pod.spec.as_ref(),
            requests: Resources::of_pod(pod),
            ports: host_ports(pod),
            domains: Vec::new(),
            affinity: affinity::required(view, pod, assumed),
            claims,
        };
        let placed = |node: &Node, by: spread::Policies| {
            (!by.affinity || node_affinity(&wanted, node).is_none())
                && (!by.taints || taint_toleration(&wanted, node).is_none())
        };
        wanted.domains = spread::hard(view, pod, assumed, &placed);
        wanted
    }
}

/// The first plugin that refuses the node, in the order of Kubernetes' default profile.
pub(super) fn refusal<'a>(
    view: &View<'a>,
    wanted: &Wanted<'a>,
    candidate: &Candidate<'a>,
    assumed: &Assumed<'a>,
) -> Option<Refusal> {
    let node = candidate.node;
    node_unschedulable(wanted, node)
        .or_else(|| node_name(wanted, candidate))
        .or_else(|| taint_toleration(wanted, node))
        .or_else(|| node_affinity(wanted, node))
        .or_else(|| node_ports(view, wanted, candidate, assumed))
        .or_else(|| resources_fit(wanted, candidate))
        .or_else(|| volumes::refusal(view, &wanted.claims, node))
        .or_else(|| spread::refusal(&wanted.domains, node))
        .or_else(|| wanted.affinity.refusal(node))
}

impl Refusal {
    pub(super) fn new(plugin: &'static str, reason: impl Into<String>) -> Refusal {
        Refusal { plugin, reasons: vec![reason.into()], resolvable: false }
    }

    pub(super) fn resolvable(self) -> Refusal {
        Refusal { resolvable: true, ..self }
    }
}

fn tolerations<'a>(wanted: &Wanted<'a>) -> &'a [Toleration] {
    wanted.spec.and_then(|spec| spec.tolerations.as_deref()).unwrap_or_default()
}

/// `kubectl cordon`
fn node_unschedulable(wanted: &Wanted<'_>, node: &Node) -> Option<Refusal> {
    let closed = node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true);
    let taint = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        effect: "NoSchedule".to_owned(),
        ..Taint::default()
    };
    let tolerated = || tolerations(wanted).iter().any(|t| taint_eviction::tolerates(t, &taint));
    (closed && !tolerated())
        .then(|| Refusal::new("NodeUnschedulable", "node(s) were unschedulable"))
}

/// A Pod with a node name is not the scheduler's; kept for the order of the plugins.
fn node_name(wanted: &Wanted<'_>, candidate: &Candidate<'_>) -> Option<Refusal> {
    let asked = pods::node(wanted.pod)?;
    (asked != candidate.name)
        .then(|| Refusal::new("NodeName", "node(s) didn't match the requested node name"))
}

fn taint_toleration(wanted: &Wanted<'_>, node: &Node) -> Option<Refusal> {
    let taints = node.spec.as_ref()?.taints.as_deref()?;
    let repels = |taint: &&Taint| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute");
    let tolerated =
        |taint: &&Taint| tolerations(wanted).iter().any(|t| taint_eviction::tolerates(t, taint));
    taints.iter().filter(repels).find(|taint| !tolerated(taint))?;
    Some(Refusal::new("TaintToleration", "node(s) had untolerated taint(s)"))
}

fn node_affinity(wanted: &Wanted<'_>, node: &Node) -> Option<Refusal> {
    (!fits_node_affinity(wanted.spec?, node))
        .then(|| Refusal::new("NodeAffinity", "node(s) didn't match Pod's node affinity/selector"))
}

/// Whether a node fulfils a Pod's node selector and the node affinity that it requires.
pub(in crate::components) fn fits_node_affinity(spec: &PodSpec, node: &Node) -> bool {
    let labels = node.metadata.labels.as_ref();
    let selected = spec
        .node_selector
        .as_ref()
        .is_none_or(|selector| crate::selector::matches_all(selector, labels));
    let affinity = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required =
        affinity.and_then(|a| a.required_during_scheduling_ignored_during_execution.as_ref());
    let matched = required.is_none_or(|required| {
        required.node_selector_terms.iter().any(|term| term_matches(term, node))
    });
    selected && matched
}

/// Whether a node fits a term. An empty term fits none.
pub(in crate::components) fn term_matches(term: &NodeSelectorTerm, node: &Node) -> bool {
    let labels = node.metadata.labels.as_ref();
    let fields = BTreeMap::from([("metadata.name".to_owned(), name(node).to_owned())]);
    let expressions = term.match_expressions.as_deref().unwrap_or_default();
    let on_fields = term.match_fields.as_deref().unwrap_or_default();
    (!expressions.is_empty() || !on_fields.is_empty())
        && expressions.iter().all(|requirement| fulfils(requirement, labels))
        && on_fields.iter().all(|requirement| fulfils(requirement, Some(&fields)))
}

fn fulfils(
    requirement: &NodeSelectorRequirement,
    labels: Option<&BTreeMap<String, String>>,
) -> bool {
    let value = labels.and_then(|labels| labels.get(&requirement.key));
    let values = requirement.values.as_deref().unwrap_or_default();
    let listed = || value.is_some_and(|value| values.contains(value));
    let compare = || {
        let value = value?.parse::<i64>().ok()?;
        Some(value.cmp(&values.first()?.parse::<i64>().ok()?))
    };
    match requirement.operator.as_str() {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => compare().is_some_and(std::cmp::Ordering::is_gt),
        "Lt" => compare().is_some_and(std::cmp::Ordering::is_lt),
        _ => false,
    }
}

fn host_ports(pod: &Pod) -> Vec<HostPort> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let ports = containers.flat_map(|container| container.ports.iter().flatten());
    let host_port = |port: &k8s_openapi::api::core::v1::ContainerPort| {
        let ip = port.host_ip.clone().filter(|ip| !ip.is_empty() && ip != "0.0.0.0");
        let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
        Some((ip.unwrap_or_default(), protocol, port.host_port.filter(|port| *port > 0)?))
    };
    ports.filter_map(host_port).collect()
}

fn node_ports<'a>(
    view: &View<'a>,
    wanted: &Wanted<'a>,
    candidate: &Candidate<'a>,
    assumed: &Assumed<'a>,
) -> Option<Refusal> {
    if wanted.ports.is_empty() {
        return None;
    }
    let there = assumed.pods_on(view, candidate.name);
    let taken: Vec<HostPort> = there.flat_map(host_ports).collect();
    let clashes = |(ip, protocol, port): &HostPort| {
        taken.iter().any(|(other_ip, other_protocol, other_port)| {
            let same_ip = ip == other_ip || ip.is_empty() || other_ip.is_empty();
            same_ip && protocol == other_protocol && port == other_port
        })
    };
    let reason = "node(s) didn't have free ports for the requested pod ports";
    wanted.ports.iter().any(clashes).then(|| Refusal::new("NodePorts", reason).resolvable())
}

fn resources_fit(wanted: &Wanted<'_>, candidate: &Candidate<'_>) -> Option<Refusal> {
    let (asked, has, used) = (&wanted.requests, &candidate.allocatable, &candidate.requested);
    let mut reasons = Vec::new();
    let mut resolvable = true;
    if used.pods + 1 > has.pods {
        reasons.push("Too many pods".to_owned());
    }
    let amounts = [
        ("Insufficient cpu", asked.cpu_milli, has.cpu_milli, used.cpu_milli),
        ("Insufficient memory", asked.memory_bytes, has.memory_bytes, used.memory_bytes),
        (
            "Insufficient ephemeral-storage",
            asked.ephemeral_bytes,
            has.ephemeral_bytes,
            used.ephemeral_bytes,
        ),
    ];
    for (reason, asked, has, used) in amounts {
        if asked > 0 && asked > has - used {
            reasons.push(reason.to_owned());
            // No removal of other Pods makes the node larger.
            resolvable &= asked <= has;
        }
    }
    (!reasons.is_empty()).then_some(Refusal { plugin: "NodeResourcesFit", reasons, resolvable })
}
