//! Requests over the cluster's network: single ones hop by hop, and many of them counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Millis, ObjectRef};

/// One step of a request's way. Addresses are `ip:port`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hop {
    /// The sender's resolver asks a name server.
    Asked { name: String, server: String },
    /// What it has learnt: no addresses means that there is no such name.
    Named { name: String, addresses: Vec<String> },
    /// It is sent. `pod` is empty where a node, or somebody outside, sends it: then `from` says who.
    Sent { pod: Option<ObjectRef>, from: String, to: String },
    /// The rules of a node, written then, exchange a Service's address for an endpoint's.
    Translated { node: String, service: ObjectRef, endpoint: String, written_ms: Millis },
    /// The rules of a node know no endpoint, and refuse.
    Rejected { node: String, service: ObjectRef, written_ms: Millis },
    /// It crosses from node to node. `from` is empty where it comes from outside.
    Crossed { from: String, to: String },
    /// It was lost on the way, and is sent again.
    Repeated { to: String },
    /// It reaches a Pod's network, or the node itself.
    Arrived { node: String, pod: Option<ObjectRef>, to: String },
    /// Nobody listens there.
    Refused { node: String, to: String },
    /// It vanishes, and nobody is told.
    Lost { loss: Loss },
    /// The program has answered.
    Answered { node: String, pod: ObjectRef, container: String, answer: String },
    /// How it ended, for its sender.
    Ended { outcome: String, latency_ms: Millis },
}

/// Why a packet vanishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// A NetworkPolicy that selects the sender does not let it out.
    Egress { pod: ObjectRef },
    /// A NetworkPolicy that selects the receiver does not let it in.
    Ingress { pod: ObjectRef },
    /// The machine has no power.
    NodeOff { node: String },
    /// The machine is cut off.
    CutOff { node: String },
    /// No Pod has this address any more, or yet.
    NobodyThere { address: String },
    /// The Service's policy allows only endpoints on this node, and there is none.
    NoLocalEndpoint { node: String, service: ObjectRef },
    /// No node takes what is for this load balancer.
    NoBackend { service: ObjectRef },
    /// Nothing leads to this address.
    NoRoute { address: String },
}

/// `POST /sandboxes/{id}/traffic`: clients that ask again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrafficChange {
    /// Begins, in place of what has the same name.
    Start(NewLoad),
    Stop {
        name: String,
    },
}

/// Clients that ask again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLoad {
    pub name: String,
    /// Where the clients are: outside of the cluster if not given.
    #[serde(default)]
    pub from: LoadOrigin,
    /// `http://web.default/path`
    pub url: String,
    /// Requests in a second, all together.
    pub rate_per_s: u32,
    /// Until it is stopped, if not given.
    #[serde(default)]
    pub duration_ms: Option<Millis>,
    /// How long a client waits for an answer; 5 s if not given.
    #[serde(default)]
    pub timeout_ms: Option<Millis>,
}

/// Where clients are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadOrigin {
    #[default]
    Outside,
    Pod {
        namespace: String,
        pod: String,
    },
}

/// How the requests of a load fare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadView {
    pub load: NewLoad,
    pub began_ms: Millis,
    /// When it was stopped, or ended by itself.
    pub ended_ms: Option<Millis>,
    /// Seconds in which a request ended, oldest first. In a message that goes on from another, only
    /// those that are new or have changed.
    pub seconds: Vec<LoadSecond>,
}

/// How the requests ended that ended in one second of model time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadSecond {
    /// Model time in seconds.
    pub second: i64,
    /// Answered with a status below 500.
    pub succeeded: u64,
    /// Failures by kind: a status from 500 on, or `refused`, `timed-out`, `reset`, …
    pub failed: BTreeMap<String, u64>,
    /// Of all that were answered: the mean, and what 95 of 100 did not exceed.
    pub latency_mean_ms: i64,
    pub latency_p95_ms: i64,
}
