//! The steps of a request's way: what the trace tells of it.

use std::fmt;
use std::sync::Arc;

use crate::object::Key;
use crate::time::{Millis, Time};

use super::Outcome;

/// One step of a request's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// The sender's resolver asks a name server.
    Asked { name: String, server: String },
    /// What it has learnt: no addresses means that there is no such name.
    Named { name: String, addresses: Vec<String> },
    /// It is sent, to an address and port; by a Pod, if it is one's.
    Sent { from: String, to: String, pod: Option<Key> },
    /// The rules of a node exchange a Service's address for an endpoint's.
    Translated { node: Arc<str>, service: Key, endpoint: String, written: Time },
    /// The rules of a node know no endpoint, and refuse.
    Rejected { node: Arc<str>, service: Key, written: Time },
    /// It crosses from node to node. Empty: from outside.
    Crossed { from: Arc<str>, to: Arc<str> },
    /// It is sent again, because it was lost on the way.
    Repeated { to: String },
    /// It reaches a Pod's network. An empty name means the node itself.
    Arrived { node: Arc<str>, pod: Key, to: String },
    /// Nobody listens there.
    Refused { node: Arc<str>, to: String },
    /// It vanishes, and nobody is told.
    Lost(Loss),
    /// The program has answered.
    Answered { node: Arc<str>, pod: Key, container: String, answer: String },
    /// How it ended, for its sender.
    Ended { outcome: String, latency_ms: Millis },
}

/// Why a packet vanishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A NetworkPolicy that selects the sender does not let it out.
    Egress { pod: Key },
    /// A NetworkPolicy that selects the receiver does not let it in.
    Ingress { pod: Key },
    /// The machine has no power.
    NodeOff { node: Arc<str> },
    /// The machine is cut off.
    CutOff { node: Arc<str> },
    /// No Pod has this address any more, or yet.
    NobodyThere { address: String },
    /// The Service's policy allows only endpoints on this node, and there is none.
    NoLocalEndpoint { node: Arc<str>, service: Key },
    /// No node takes what is for this load balancer.
    NoBackend { service: Key },
    /// Nothing leads to this address.
    NoRoute { address: String },
}

impl Hop {
    /// The node on which it happens, if it is one's.
    pub fn node(&self) -> Option<&Arc<str>> {
        match self {
            Hop::Translated { node, .. }
            | Hop::Rejected { node, .. }
            | Hop::Arrived { node, .. }
            | Hop::Refused { node, .. }
            | Hop::Answered { node, .. }
            | Hop::Lost(
                Loss::NodeOff { node } | Loss::CutOff { node } | Loss::NoLocalEndpoint { node, .. },
            ) => Some(node),
            Hop::Crossed { to, .. } => Some(to),
            _ => None,
        }
    }

    /// A stable word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Hop::Asked { .. } => "Asked",
            Hop::Named { .. } => "Named",
            Hop::Sent { .. } => "Sent",
            Hop::Translated { .. } => "Translated",
            Hop::Rejected { .. } => "Rejected",
            Hop::Crossed { .. } => "Crossed",
            Hop::Repeated { .. } => "Repeated",
            Hop::Arrived { .. } => "Arrived",
            Hop::Refused { .. } => "Refused",
            Hop::Lost(_) => "Lost",
            Hop::Answered { .. } => "Answered",
            Hop::Ended { .. } => "Ended",
        }
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hop::Asked { name, server } => write!(f, "{server} is asked for {name}"),
            Hop::Named { name, addresses } if addresses.is_empty() => {
                write!(f, "there is no address for {name}")
            }
            Hop::Named { name, addresses } => write!(f, "{name} is {}", addresses.join(", ")),
            Hop::Sent { from, to, .. } => write!(f, "{from} sends to {to}"),
            Hop::Translated { node, service, endpoint, .. } => {
                write!(f, "{node}'s rules for Service {} choose {endpoint}", service.name())
            }
            Hop::Rejected { node, service, .. } => {
                write!(f, "{node}'s rules for Service {} know no endpoint", service.name())
            }
            Hop::Crossed { from, to } if from.is_empty() => write!(f, "from outside to {to}"),
            Hop::Crossed { from, to } => write!(f, "from {from} to {to}"),
            Hop::Repeated { to } => write!(f, "lost on the way to {to}, and sent again"),
            Hop::Arrived { node, pod, to } if pod.name().is_empty() => {
                write!(f, "arrives at {node} ({to})")
            }
            Hop::Arrived { pod, to, .. } => write!(f, "arrives at Pod {} ({to})", pod.name()),
            Hop::Refused { to, .. } => write!(f, "nobody listens at {to}"),
            Hop::Lost(loss) => loss.fmt(f),
            Hop::Answered { pod, container, answer, .. } => {
                write!(f, "{}/{container} answers {answer}", pod.name())
            }
            Hop::Ended { outcome, latency_ms } => write!(f, "{outcome} after {latency_ms} ms"),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loss::Egress { pod } => {
                write!(f, "dropped: no NetworkPolicy of Pod {} lets it out", pod.name())
            }
            Loss::Ingress { pod } => {
                write!(f, "dropped: no NetworkPolicy of Pod {} lets it in", pod.name())
            }
            Loss::NodeOff { node } => write!(f, "lost: {node} has no power"),
            Loss::CutOff { node } => write!(f, "lost: {node} is cut off"),
            Loss::NobodyThere { address } => write!(f, "lost: no Pod has the address {address}"),
            Loss::NoLocalEndpoint { node, service } => {
                write!(f, "dropped: Service {} has no endpoint on {node}", service.name())
            }
            Loss::NoBackend { service } => {
                write!(f, "lost: no node takes requests for Service {}", service.name())
            }
            Loss::NoRoute { address } => write!(f, "lost: nothing leads to {address}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Http(response) => write!(f, "{} {}", response.status, response.reason()),
            Outcome::Tcp(_) => f.write_str("connected"),
            Outcome::Dns(answers) if answers.exists => f.write_str("NOERROR"),
            Outcome::Dns(_) => f.write_str("NXDOMAIN"),
            Outcome::NoSuchHost => f.write_str("no such host"),
            Outcome::NoNameServer => f.write_str("no name server answers"),
            Outcome::Refused => f.write_str("connection refused"),
            Outcome::TimedOut => f.write_str("timed out"),
            Outcome::Unreachable => f.write_str("no route to host"),
            Outcome::Reset => f.write_str("connection reset by peer"),
        }
    }
}
