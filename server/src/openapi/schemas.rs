//! The shapes of `protocol`'s types, for the description only: `protocol` itself knows nothing
//! of OpenAPI. A test compares them with what serde writes.

use utoipa::ToSchema;

/// What a new sandbox shall be. All of it may be left out.
#[derive(Debug, ToSchema)]
pub struct NewSandbox {
    /// Worker nodes; three if not given.
    #[schema(minimum = 1, maximum = 1000)]
    pub nodes: Option<u32>,
    /// The same seed and the same requests make the same cluster, with the same digest.
    pub seed: Option<u64>,
    /// The name of a scenario.
    #[schema(example = "playground")]
    pub scenario: Option<String>,
    /// Model time per wall-clock time; 1 if not given, 0 is stopped, else 0.01 to 600.
    #[schema(minimum = 0, maximum = 600)]
    pub rate: Option<f64>,
    /// The slug of a lesson whose start it shall be at.
    #[schema(example = "first-pod")]
    pub lesson: Option<String>,
    /// The learner whose progress the lesson's goals count for.
    pub learner: Option<String>,
}

/// Where a new sandbox is.
#[derive(Debug, ToSchema)]
pub struct SandboxCreated {
    /// Unguessable: who knows it may use the sandbox.
    pub id: String,
    /// What `kubectl --server` takes.
    pub server: String,
    /// Where a person sees it.
    pub page: String,
}

/// The clock of a sandbox. Times are milliseconds of model time since its start.
#[derive(Debug, ToSchema)]
pub struct Clock {
    pub now_ms: i64,
    /// Model time per wall-clock time; 0 is stopped.
    pub rate: f64,
    /// Nothing is left to do but to wait.
    pub quiet: bool,
    /// When the next thing that is waited for is due, heartbeats left out.
    pub next_ms: Option<i64>,
    /// Calendar time at model time 0, as seconds since 1970.
    pub epoch_s: i64,
    /// The end of the trace.
    pub position: u64,
}

/// A change of a clock: exactly one field is set.
#[derive(Debug, ToSchema)]
pub struct ClockChange {
    /// From now on run at this rate: 0 stops; 0.01 to 600.
    #[schema(minimum = 0, maximum = 600)]
    pub rate: Option<f64>,
    /// Run this far, at once.
    #[schema(minimum = 0)]
    pub advance_ms: Option<i64>,
    /// Run until this is so, at once.
    pub until: Option<Until>,
    /// Go one step.
    pub step: Option<Step>,
}

/// Run until nothing is left to do but to wait; or through a wait, to what happens next.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum Until {
    Quiet,
    Next,
}

/// One write to the store; one turn of a component; to the next change that can be seen.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum Step {
    Write,
    Turn,
    Visible,
}

/// Something bad that somebody does to the cluster.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[serde(tag = "kind")]
pub enum Fault {
    /// Power off a node.
    NodeOff { node: String },
    /// Power it on again.
    NodeOn { node: String },
    /// End a container's process, as if it had crashed.
    ContainerKill { namespace: String, pod: String, container: String },
}

/// Moments of a trace, in order and without a gap.
#[derive(Debug, ToSchema)]
pub struct TracePage {
    /// Each with `position`, `at_ms`, `causes` (positions, nearest first), `actor`, `routine`
    /// and `what`.
    #[schema(value_type = Vec<Object>)]
    pub moments: Vec<()>,
    /// What `since` is for the next page.
    pub next: u64,
}

/// The state of a cluster in one number: same log, same digest.
#[derive(Debug, ToSchema)]
pub struct Digest {
    pub digest: String,
    /// The end of the trace.
    pub position: u64,
    pub now_ms: i64,
}
