//! What a node's kernel does with packets for Services: the rules that its kube-proxy has written.
//!
//! They stay as they are, right or stale, until kube-proxy writes them again; a machine without
//! power has none. <https://kubernetes.io/docs/reference/networking/virtual-ips/>

use imbl::OrdMap;

use crate::machine::Machine;
use crate::object::Key;
use crate::random::{Purpose, Random};
use crate::time::{Millis, Time};

/// What a node's rules say of a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Its cluster IP, or empty.
    pub address: String,
    /// Addresses of load balancers, and `externalIPs`.
    pub externals: Vec<String>,
    pub ports: Vec<PortRules>,
    /// `sessionAffinity: ClientIP`: for how long a client keeps its endpoint.
    pub affinity_ms: Option<Millis>,
    /// `internalTrafficPolicy: Local`
    pub internal_local: bool,
    /// `externalTrafficPolicy: Local`
    pub external_local: bool,
    pub written: Time,
}

/// What they say of one of its ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortRules {
    pub port: u16,
    pub node_port: Option<u16>,
    pub protocol: Protocol,
    /// `10.244.1.5:8080`, sorted.
    pub endpoints: Vec<String>,
    /// Those on the node itself, where a policy asks for them.
    pub local: Vec<String>,
}

/// The protocols of transport that Services know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Sctp,
}

impl Protocol {
    pub fn read(text: Option<&str>) -> Protocol {
        match text {
            Some("UDP") => Protocol::Udp,
            Some("SCTP") => Protocol::Sctp,
            _ => Protocol::Tcp,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
        }
    }
}

/// Which client keeps which endpoint: Service, port, client → endpoint, last used.
pub(crate) type Affinities = OrdMap<(Key, u16, String), (String, Time)>;

/// A packet that meets the rules of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meeting<'a> {
    pub(crate) ip: &'a str,
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    /// Whether the address is the node's own: then node ports count.
    pub(crate) own_address: bool,
    pub(crate) client: &'a str,
    /// Whether it comes from the node itself or one of its Pods.
    pub(crate) from_inside: bool,
    pub(crate) now: Time,
}

/// What the rules do with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Translation {
    pub(crate) service: Key,
    pub(crate) verdict: RuleVerdict,
    /// When the rules were written.
    pub(crate) written: Time,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RuleVerdict {
    /// On to an endpoint; `masquerade`: as if from the node itself.
    To { endpoint: String, masquerade: bool },
    /// No endpoint at all: answered with a refusal.
    Reject,
    /// None on this node, and the policy allows no other: it vanishes.
    Drop,
}

impl Rules {
    /// How many endpoints it has, of its port with the most.
    pub fn endpoints(&self) -> u32 {
        let most = self.ports.iter().map(|port| port.endpoints.len()).max();
        most.and_then(|most| u32::try_from(most).ok()).unwrap_or_default()
    }

    /// The rules of a port that a packet meets, and whether it comes from outside the cluster.
    fn met(&self, packet: &Meeting<'_>) -> Option<(&PortRules, bool)> {
        let mut ports = self.ports.iter().filter(|port| port.protocol == packet.protocol);
        if !self.address.is_empty() && self.address == packet.ip {
            return ports.find(|port| port.port == packet.port).map(|port| (port, false));
        }
        if self.externals.iter().any(|external| external == packet.ip) {
            return ports.find(|port| port.port == packet.port).map(|port| (port, true));
        }
        if packet.own_address {
            return ports.find(|port| port.node_port == Some(packet.port)).map(|port| (port, true));
        }
        None
    }
}

/// What a machine's rules do with a packet. None: it is not for a Service that they know.
pub(crate) fn translate(
    machine: &mut Machine,
    packet: &Meeting<'_>,
    random: &mut Random,
) -> Option<Translation> {
    let known = machine.rules.iter();
    let mut met = known.filter_map(|(key, rules)| Some((key, rules, rules.met(packet)?)));
    let (key, rules, (port, external)) = met.next()?;
    let (key, written) = (key.clone(), rules.written);
    // Pods reach a load balancer's address as they reach the cluster IP.
    let local_only =
        if external { rules.external_local && !packet.from_inside } else { rules.internal_local };
    let endpoints = if local_only { &port.local } else { &port.endpoints };
    let verdict = if port.endpoints.is_empty() {
        RuleVerdict::Reject
    } else if endpoints.is_empty() {
        RuleVerdict::Drop
    } else {
        let number = port.port;
        let kept = rules.affinity_ms.and_then(|keeps_ms| {
            let kept = machine.affinities.get(&(key.clone(), number, packet.client.to_owned()))?;
            let fresh = packet.now - kept.1 < keeps_ms && endpoints.contains(&kept.0);
            fresh.then(|| kept.0.clone())
        });
        let pick = || {
            let last = i64::try_from(endpoints.len()).unwrap_or(i64::MAX) - 1;
            let index = random.between(Purpose::Traffic, 0, last);
            endpoints[usize::try_from(index).unwrap_or_default()].clone()
        };
        let endpoint = kept.unwrap_or_else(pick);
        let hairpin = endpoint.split(':').next() == Some(packet.client);
        let masquerade = hairpin || (external && !local_only);
        if rules.affinity_ms.is_some() {
            let client = (key.clone(), number, packet.client.to_owned());
            machine.affinities.insert(client, (endpoint.clone(), packet.now));
        }
        RuleVerdict::To { endpoint, masquerade }
    };
    Some(Translation { service: key, verdict, written })
}
