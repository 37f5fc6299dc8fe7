//! A sandbox from outside: how one is made, its clock, its faults, its state at a moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{LoadView, Millis, ObjectView, Position};

/// `POST /sandboxes`: what a new sandbox shall be. All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewSandbox {
    /// Worker nodes, 1 to 1,000; three if not given. Or each node by name.
    pub nodes: Option<Nodes>,
    /// Control-plane nodes beside the workers: 1 (the default) or 3. Not with nodes by name.
    pub control_plane: Option<u32>,
    /// Where the addresses of Services come from: `10.96.0.0/12` if not given.
    pub service_range: Option<String>,
    /// Who makes requests: `kubernetes-admin` if not given.
    pub user: Option<String>,
    /// The user's uid: none if not given.
    pub user_uid: Option<String>,
    /// The user's groups: those of a cluster's administrator if not given.
    pub groups: Option<Vec<String>>,
    /// Components that do not run: `scheduler`, `controller-manager`, `kubelet`, `kube-proxy`, or
    /// one of the controllers.
    pub off: Option<Vec<String>>,
    pub seed: Option<u64>,
    /// The name of a scenario: `playground` (the default), `empty`.
    pub scenario: Option<String>,
    /// Model time per wall-clock time; 1 if not given, 0 is stopped.
    pub rate: Option<f64>,
    /// The slug of a lesson whose start it shall be at.
    pub lesson: Option<String>,
    /// The learner whose progress the lesson's goals count for.
    pub learner: Option<String>,
}

/// How many worker nodes, or which nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Nodes {
    Count(u32),
    Named(Vec<NewNode>),
}

/// A node of a new sandbox. All but the name may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewNode {
    pub name: String,
    /// Whether it is one of the control plane's.
    pub control_plane: bool,
    /// Quantities: `2`, `4Gi` if not given.
    pub cpu: Option<String>,
    pub memory: Option<String>,
    /// 110 if not given.
    pub pods: Option<i64>,
    pub labels: BTreeMap<String, String>,
    pub taints: Vec<NewTaint>,
    pub zone: Option<String>,
    pub region: Option<String>,
}

/// A taint of a new sandbox's node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewTaint {
    pub key: String,
    pub value: String,
    pub effect: String,
}

/// The answer to `POST /sandboxes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SandboxCreated {
    /// Unguessable: who knows it may use the sandbox.
    pub id: String,
    /// What `kubectl --server` takes.
    pub server: String,
    /// Where a person sees it.
    pub page: String,
}

/// The clock of a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    pub now_ms: Millis,
    /// Model time per wall-clock time; 0 is stopped.
    pub rate: f64,
    /// Nothing is left to do but to wait (heartbeats do not count).
    pub quiet: bool,
    /// When the next thing that is waited for is due, heartbeats left out.
    pub next_ms: Option<Millis>,
    /// Calendar time at model time 0, as seconds since 1970.
    pub epoch_s: i64,
    pub position: Position,
}

/// `POST /sandboxes/{id}/clock`, and the clock commands of the page: exactly one field is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockChange {
    /// From now on run at this rate: 0 stops; 0.01 to 600.
    pub rate: Option<f64>,
    /// Run this far, at once.
    pub advance_ms: Option<Millis>,
    pub until: Option<Until>,
    pub step: Option<Step>,
}

/// Run until this is so, at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// Nothing is left to do but to wait.
    Quiet,
    /// Through a wait, to the next thing that happens.
    Next,
}

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// One write to the store.
    Write,
    /// One turn of one component.
    Turn,
    /// To the next change that can be seen in the picture.
    Visible,
}

/// Something bad that somebody does to the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Power off a node.
    NodeOff { node: String },
    /// Power it on again.
    NodeOn { node: String },
    /// End a container's process, as if it had crashed.
    ContainerKill { namespace: String, pod: String, container: String },
    /// Any other that the model knows, by its kind.
    #[serde(untagged)]
    Other(OtherFault),
}

/// A fault that the page has no picture of: `node-partition`, `registry-down`, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherFault {
    pub kind: String,
    /// What it names, and how much of it.
    #[serde(flatten)]
    pub arguments: BTreeMap<String, FaultArgument>,
}

/// A number or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FaultArgument {
    Number(i64),
    Text(String),
}

impl OtherFault {
    /// One of its arguments, if it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.arguments.get(name)? {
            FaultArgument::Text(text) => Some(text),
            FaultArgument::Number(_) => None,
        }
    }

    /// One of its arguments, if it is a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.arguments.get(name)? {
            FaultArgument::Number(number) => Some(*number),
            FaultArgument::Text(_) => None,
        }
    }

    /// The kind and all its arguments: `packet-loss node-1 20`.
    pub fn words(&self) -> String {
        let argument = |argument: &FaultArgument| match argument {
            FaultArgument::Number(number) => number.to_string(),
            FaultArgument::Text(text) => text.clone(),
        };
        let words = std::iter::once(self.kind.clone()).chain(self.arguments.values().map(argument));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A cluster at one position.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub position: Position,
    pub at_ms: Millis,
    pub revision: u64,
    pub objects: Vec<ObjectView>,
    /// Nodes whose machine is switched off.
    pub off: Vec<String>,
    /// Faults that last: until they are mended.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Programs of the control plane that do not run, each with its node.
    #[serde(default)]
    pub stopped: Vec<(String, String)>,
    /// How the requests of loads have fared.
    #[serde(default)]
    pub loads: Vec<LoadView>,
}
