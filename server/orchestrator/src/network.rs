//! The network: who asks whom, by which way, and what comes of it.
//!
//! A program, or somebody outside, asks with a [`Dial`]. The world carries it out hop by hop in
//! model time, each hop with its cause: the name goes to the cluster's DNS, a Service's address is
//! exchanged for a Pod's by the rules that the node has *then*, stale or not, policies and broken
//! machines let packets vanish, and a program that listens answers. What came of it is a
//! [`DialResult`].
//!
//! A process on a machine asks by putting a [`Dialling`] into
//! [`Happened::dials`](crate::machine::Happened); later it gets
//! [`MachineEvent::Dialled`](crate::machine::MachineEvent) with the same token.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::Millis;

pub mod curl;
pub mod dns;
pub(crate) mod flight;
pub mod hop;
pub mod http;
pub(crate) mod ingress;
pub(crate) mod net;
pub(crate) mod policy;
pub mod rules;
pub mod traffic;
pub(crate) mod way;
pub(crate) mod wire;

pub use hop::{Hop, Loss};
pub use http::{HttpRequest, HttpResponse};
pub(crate) use net::is_in;

/// A request, as its sender sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    pub from: Origin,
    /// A name or an IPv4 address. For [`Payload::Dns`] the server to ask; empty means the one that
    /// the sender's `resolv.conf` names.
    pub host: String,
    pub port: u16,
    pub payload: Payload,
    /// How long the sender waits for the answer. None: as long as the kernel tries to connect.
    pub timeout_ms: Option<Millis>,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A container of the Pod with this UID.
    Pod { uid: Arc<str> },
    /// A program of the node itself.
    Node { node: Arc<str> },
    /// A machine that is not of the cluster, but can reach its nodes.
    Outside { address: String },
}

/// What is sent once there is a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    Http(HttpRequest),
    /// Connects, sends these bytes (none: it only looks whether somebody listens), reads.
    Tcp(Vec<u8>),
    Udp(Vec<u8>),
    Dns(Question),
}

/// A question to a name server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub name: String,
    pub record: RecordType,
    /// Whether the domains of `resolv.conf` are tried (`search`, `ndots`), as `getaddrinfo` does.
    pub search: bool,
}

/// The types of records that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    A,
    Aaaa,
    Cname,
    Srv,
    Ptr,
}

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Fully qualified, without the last dot.
    pub name: String,
    pub record: RecordType,
    /// `10.96.0.10`, or a name; for SRV `0 100 80 web.default.svc.cluster.local`.
    pub value: String,
}

/// What a name server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Its address.
    pub server: String,
    /// The name that was found, or the last one that was tried.
    pub name: String,
    /// False: NXDOMAIN. There may be no records even where the name exists.
    pub exists: bool,
    pub records: Vec<Record>,
}

/// What came of a request, as its sender sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialResult {
    /// The address that the name stood for; empty if it was not found.
    pub address: String,
    pub outcome: Outcome,
    pub latency_ms: Millis,
}

/// The whole way of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    pub hops: Vec<Hop>,
    pub result: DialResult,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Http(HttpResponse),
    /// The connection stood; these bytes came back.
    Tcp(Vec<u8>),
    Dns(Answers),
    /// The name server says that there is no such name.
    NoSuchHost,
    /// No name server answered.
    NoNameServer,
    /// Nobody listens, or the rules reject.
    Refused,
    /// Packets vanished.
    TimedOut,
    /// There is no way there.
    Unreachable,
    /// The other side ended in the middle of it.
    Reset,
}

/// A request that a process of a machine makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialling {
    pub uid: Arc<str>,
    pub container: String,
    pub attempt: u32,
    /// Chosen by the process, to know the answer by.
    pub token: u64,
    pub dial: Dial,
}

impl Answers {
    /// The IPv4 addresses among its records.
    pub fn addresses(&self) -> Vec<String> {
        let of_hosts = self.records.iter().filter(|one| one.record == RecordType::A);
        of_hosts.map(|one| one.value.clone()).collect()
    }
}
