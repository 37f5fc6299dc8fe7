//! NetworkPolicies, as the network plugin of each node enforces them: what is not let through
//! vanishes, without an answer.
//!
//! A Pod that no policy selects for a direction is open in it; one that is selected lets through
//! only what some policy allows. Both ends must agree. Addresses are judged after a Service's has
//! been exchanged, and as the receiver sees them. Programs of a node always reach its own Pods, as
//! probes must. <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::is_in;
use super::net::{Net, on_host};
use super::rules::Protocol;
use crate::components::pods;
use crate::selector;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer<'a> {
    pub(crate) ip: &'a str,
    /// The Pod behind the address, if there is one.
    pub(crate) pod: Option<&'a Pod>,
}

/// A connection: to a port of the receiver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Port<'a> {
    pub(crate) number: u16,
    pub(crate) protocol: Protocol,
    /// Whose names of ports count: the receiver.
    pub(crate) receiver: Option<&'a Pod>,
}

/// Which way a connection goes, seen from the Pod that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

/// Whether a Pod's policies let a connection through.
pub(crate) fn allows(
    net: &Net<'_>,
    pod: &Pod,
    direction: Direction,
    peer: Peer<'_>,
    port: Port<'_>,
) -> bool {
    if on_host(pod) {
        return true; // Its network is the node's, and no policy is for nodes.
    }
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let mut isolated = false;
    for policy in net.store.objects().all_in::<NetworkPolicy>(namespace) {
        if !selects(policy, pod, direction) {
            continue;
        }
        isolated = true;
        if lets_through(net, policy, direction, peer, port) {
            return true;
        }
    }
    !isolated
}

fn selects(policy: &NetworkPolicy, pod: &Pod, direction: Direction) -> bool {
    let Some(spec) = &policy.spec else { return false };
    let wanted = if direction == Direction::Ingress { "Ingress" } else { "Egress" };
    let of_type = spec.policy_types.iter().flatten().any(|one| one == wanted);
    let selector = spec.pod_selector.clone().unwrap_or_default();
    of_type && selector::matches(&selector, pod.metadata.labels.as_ref())
}

fn lets_through(
    net: &Net<'_>,
    policy: &NetworkPolicy,
    direction: Direction,
    peer: Peer<'_>,
    port: Port<'_>,
) -> bool {
    let Some(spec) = &policy.spec else { return false };
    let namespace = policy.metadata.namespace.as_deref().unwrap_or_default();
    let fits = |peers: Option<&[NetworkPolicyPeer]>, ports: Option<&[NetworkPolicyPort]>| {
        let peers = peers.unwrap_or_default();
        let ports = ports.unwrap_or_default();
        (peers.is_empty() || peers.iter().any(|one| is_peer(net, one, namespace, peer)))
            && (ports.is_empty() || ports.iter().any(|one| is_port(one, port)))
    };
    match direction {
        Direction::Ingress => {
            let mut rules = spec.ingress.iter().flatten();
            rules.any(|rule| fits(rule.from.as_deref(), rule.ports.as_deref()))
        }
        Direction::Egress => {
            let mut rules = spec.egress.iter().flatten();
            rules.any(|rule| fits(rule.to.as_deref(), rule.ports.as_deref()))
        }
    }
}

fn is_peer(net: &Net<'_>, wanted: &NetworkPolicyPeer, namespace: &str, peer: Peer<'_>) -> bool {
    if let Some(block) = &wanted.ip_block {
        let Ok(ip) = peer.ip.parse() else { return false };
        let excepted = block.except.iter().flatten().any(|except| is_in(ip, except));
        return is_in(ip, &block.cidr) && !excepted;
    }
    let Some(pod) = peer.pod.filter(|pod| !on_host(pod) && !pods::is_terminal(pod)) else {
        return false;
    };
    let of_pod = pod.metadata.namespace.as_deref().unwrap_or_default();
    let in_namespace = match &wanted.namespace_selector {
        None => of_pod == namespace,
        Some(selector) => {
            let found = net.store.objects().get_typed::<Namespace>("", of_pod);
            found.is_some_and(|found| selector::matches(selector, found.metadata.labels.as_ref()))
        }
    };
    let chosen = wanted
        .pod_selector
        .as_ref()
        .is_none_or(|selector| selector::matches(selector, pod.metadata.labels.as_ref()));
    in_namespace && chosen
}

fn is_port(wanted: &NetworkPolicyPort, port: Port<'_>) -> bool {
    if Protocol::read(wanted.protocol.as_deref()) != port.protocol {
        return false;
    }
    let number = i32::from(port.number);
    match &wanted.port {
        None => true,
        Some(IntOrString::Int(first)) => {
            (*first..=wanted.end_port.unwrap_or(*first)).contains(&number)
        }
        Some(IntOrString::String(name)) => {
            let spec = port.receiver.and_then(|pod| pod.spec.as_ref());
            let containers = spec.into_iter().flat_map(|spec| &spec.containers);
            let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
            ports.any(|one| {
                one.name.as_ref() == Some(name)
                    && one.container_port == number
                    && Protocol::read(one.protocol.as_deref()) == port.protocol
            })
        }
    }
}
