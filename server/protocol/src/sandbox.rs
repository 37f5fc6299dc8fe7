//! A sandbox from outside: how one is made, its clock, its faults, its state at a moment.

use serde::{Deserialize, Serialize};

use crate::{Millis, ObjectView, Position};

/// `POST /sandboxes`: what a new sandbox shall be. All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewSandbox {
    /// Worker nodes, 1 to 1,000; three if not given.
    pub nodes: Option<u32>,
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
}
