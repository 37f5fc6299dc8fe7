//! The shapes of `protocol`'s types, for the description only: `protocol` itself knows nothing
//! of OpenAPI. A test compares them with what serde writes.

use utoipa::ToSchema;

/// What a new sandbox shall be. All of it may be left out.
#[derive(Debug, ToSchema)]
pub struct NewSandbox {
    /// Worker nodes, 1 to 1,000; three if not given. Or each node by name.
    pub nodes: Option<Nodes>,
    /// Control-plane nodes beside the workers: 1 if not given, or 3. Not with nodes by name.
    pub control_plane: Option<u32>,
    /// Where the addresses of Services come from; `10.96.0.0/12` if not given.
    #[schema(example = "10.0.0.0/24")]
    pub service_range: Option<String>,
    /// Who makes requests; `kubernetes-admin` if not given.
    #[schema(example = "admin")]
    pub user: Option<String>,
    /// The user's uid: none if not given.
    pub user_uid: Option<String>,
    /// The user's groups.
    pub groups: Option<Vec<String>>,
    /// Components that do not run: `scheduler`, `controller-manager`, `kubelet`, `kube-proxy`, or
    /// one of the controllers.
    pub off: Option<Vec<String>>,
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

/// How many worker nodes, or which nodes.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum Nodes {
    Count(u32),
    Named(Vec<NewNode>),
}

/// A node of a new sandbox. All but the name may be left out.
#[derive(Debug, ToSchema)]
pub struct NewNode {
    pub name: String,
    /// Whether it is one of the control plane's.
    pub control_plane: bool,
    /// A quantity; `2` if not given.
    pub cpu: Option<String>,
    /// A quantity; `4Gi` if not given.
    pub memory: Option<String>,
    /// How many Pods it takes; 110 if not given.
    pub pods: Option<i64>,
    pub labels: std::collections::BTreeMap<String, String>,
    pub taints: Vec<NewTaint>,
    pub zone: Option<String>,
    pub region: Option<String>,
}

/// A taint of a new sandbox's node.
#[derive(Debug, ToSchema)]
pub struct NewTaint {
    pub key: String,
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
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

/// What a new room shall be.
#[derive(Debug, ToSchema)]
pub struct NewRoom {
    pub name: String,
    /// The slugs of its lessons, in order; none, or an empty one, is the playground.
    #[schema(example = json!(["first-pod", "deployments"]))]
    pub lessons: Vec<String>,
    /// `ko` or `en`.
    pub language: String,
    /// Minutes until it closes by itself.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: u32,
    /// A host lets each learner in.
    pub admission: bool,
}

/// A room that is open.
#[derive(Debug, ToSchema)]
pub struct RoomOpened {
    pub id: String,
    /// Who knows it is a host.
    pub secret: String,
    /// Who knows it may join.
    pub code: String,
}

/// Who wants to join a room.
#[derive(Debug, ToSchema)]
pub struct JoinRoom {
    pub code: String,
    /// What the learner wants to be called.
    pub name: String,
}

/// A learner of a room.
#[derive(Debug, ToSchema)]
pub struct RoomJoined {
    pub id: String,
    /// Who knows it is this learner, on any device.
    pub secret: String,
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
    /// A new machine joins the cluster as a worker.
    NodeJoin { node: String },
    /// End a container's process, as if it had crashed.
    ContainerKill { namespace: String, pod: String, container: String },
    /// A container takes so much more memory at once.
    MemoryFill { namespace: String, pod: String, container: String, bytes: i64 },
    /// A container takes more and more memory until it ends.
    MemoryLeak { namespace: String, pod: String, container: String, bytes_per_s: i64 },
    /// Cut a node off from the control plane and from the other nodes.
    NodePartition { node: String },
    /// Mend its network.
    NodeHeal { node: String },
    /// Stop a program of the control plane: `etcd`, `kube-apiserver`, `kube-scheduler` or
    /// `kube-controller-manager`, on one control-plane node or on all.
    ComponentStop { component: String, node: Option<String> },
    /// Start it again.
    ComponentStart { component: String, node: Option<String> },
    /// No registry of images answers.
    RegistryDown,
    /// Pulls take so many times as long.
    RegistrySlow { times: u32 },
    /// The registries are as they were.
    RegistryRestore,
    /// A component hears of each change so much later; 0 mends it.
    WatchDelay { component: String, node: Option<String>, delay_ms: i64 },
    /// Of the packets from and to a node so many in a hundred get lost; 0 mends it.
    PacketLoss { node: String, percent: u8 },
}

/// Clients that ask again and again begin, or cease.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum TrafficChange {
    /// Begins, in place of what has the same name.
    Start(NewLoad),
    Stop {
        name: String,
    },
}

/// Clients that ask again and again.
#[derive(Debug, ToSchema)]
pub struct NewLoad {
    pub name: String,
    /// Outside of the cluster, if not given.
    pub from: Option<LoadOrigin>,
    #[schema(example = "http://web.default/")]
    pub url: String,
    /// Requests in a second, all together.
    #[schema(minimum = 1, maximum = 100_000)]
    pub rate_per_s: u32,
    /// Until it is stopped, if not given.
    pub duration_ms: Option<i64>,
    /// How long a client waits for an answer; 5 s if not given.
    pub timeout_ms: Option<i64>,
}

/// Where clients are.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum LoadOrigin {
    Outside,
    Pod { namespace: String, pod: String },
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

/// All that is kept of a sandbox: what it began as, and what was done to it.
#[derive(Debug, ToSchema)]
pub struct Log {
    /// The model that wrote it.
    pub engine: String,
    pub seed: u64,
    /// The cluster at model time 0.
    pub scenario: serde_json::Value,
    pub lesson: Option<String>,
    pub learner: Option<String>,
    pub rate: f64,
    pub now_ms: i64,
    pub entries: Vec<LogEntry>,
    /// How far the learner is in its lesson.
    pub progress: Option<serde_json::Value>,
}

/// What was done to a sandbox. The cluster ran up to `begin_ms` first.
#[derive(Debug, ToSchema)]
pub struct LogEntry {
    pub begin_ms: i64,
    pub end_ms: i64,
    /// A request, a fault, or what else was done.
    pub deed: serde_json::Value,
}

/// The state of a cluster in one number: same log, same digest.
#[derive(Debug, ToSchema)]
pub struct Digest {
    pub digest: String,
    /// The end of the trace.
    pub position: u64,
    pub now_ms: i64,
}
