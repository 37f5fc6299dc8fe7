//! The trace as the page sees it: what happened, who did it, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Hop, Millis, ObjectRef, ObjectView, Position};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub position: Position,
    pub at_ms: Millis,
    /// What made it happen, nearest first. Empty only for what came from outside: a request of
    /// the learner, a fault, the cluster's own beginning.
    pub causes: Vec<Position>,
    pub actor: Actor,
    /// Heartbeats and the like: true, but not shown unless asked for.
    pub routine: bool,
    pub what: What,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Actor {
    /// Somebody outside the cluster: `kubectl`, the page, a program. `agent` is its user agent.
    Client {
        agent: String,
    },
    ApiServer,
    /// A controller of kube-controller-manager, by its name: `deployment-controller`.
    Controller {
        name: String,
    },
    Scheduler,
    Kubelet {
        node: String,
    },
    KubeProxy {
        node: String,
    },
    /// The container runtime of a node.
    Runtime {
        node: String,
    },
    /// What set up the cluster.
    Bootstrap,
    /// A fault that somebody put in.
    Fault,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// A request reached the API server and was answered.
    Request {
        /// `create`, `get`, `list`, `watch`, `update`, `patch`, `delete`, …
        verb: String,
        object: ObjectRef,
        subresource: String,
        /// The HTTP status of its answer.
        status: u16,
        /// The message of a refusal.
        message: String,
    },
    /// The API server stored something in etcd.
    Write { revision: u64, change: Change },
    /// A watch of the API server told `to` of a write.
    Delivered { to: Actor, revision: u64, object: ObjectRef },
    /// A component took its turn on one object and decided.
    Decision {
        object: ObjectRef,
        notes: Vec<Note>,
        /// The scheduler's table, where it decided on a Pod.
        verdicts: Vec<Verdict>,
    },
    /// The runtime of a node did something with a container or an image.
    Container { pod: ObjectRef, container: String, image: String, transition: Transition },
    /// A kube-proxy has programmed its node for a Service.
    Programmed { service: ObjectRef, endpoints: u32 },
    /// A request took a step on its way over the network. `flight` tells the requests apart; those
    /// of a load are routine.
    Packet { flight: u64, hop: Hop },
    /// A fault took effect.
    Fault { fault: crate::Fault },
    /// Something that should have come did not: a node's heartbeat.
    Silence { node: String },
}

/// What a write did to an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    Created { object: Box<ObjectView> },
    Updated { object: Box<ObjectView> },
    Deleted { object: ObjectRef },
}

/// Why a component decided as it did, or what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// A stable word, such as `ScaleUp`: the page has a sentence for it in each language.
    pub reason: String,
    /// The same in English, for whom no sentence is known.
    pub message: String,
    /// What the sentence names: `{"wanted": "3", "saw": "2"}`.
    pub arguments: BTreeMap<String, String>,
}

/// What the scheduler found for one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub node: String,
    /// The plugin that refused the node, and its reason; empty where the node would do.
    pub refused_by: Option<String>,
    pub reason: String,
    /// Score of each plugin, weighted; empty for a refused node.
    pub scores: Vec<(String, i64)>,
    pub total: i64,
    pub chosen: bool,
}

/// What happened to a container or its image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transition {
    Pulling,
    Pulled,
    PullFailed {
        reason: String,
        message: String,
    },
    Created,
    Started,
    Ready,
    NotReady,
    Stopping,
    Exited {
        code: i32,
        reason: String,
    },
    /// The runtime removed the Pod's containers and network.
    Removed,
}
