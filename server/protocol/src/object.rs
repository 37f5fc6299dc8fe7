//! What the page knows of each object: enough to draw it; the inspector asks for the rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AutoscalerView, ClaimView, CronJobView, DaemonSetView, DisruptionBudgetView, IngressView,
    JobView, Millis, NetworkPolicyView, StatefulSetView, StorageClassView, Trouble, UseView,
    VolumeView,
};

/// Names one object of a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// `v1`, `apps/v1`, …
    pub api_version: String,
    /// `Pod`, `Deployment`, …
    pub kind: String,
    /// Empty for a cluster-scoped object.
    pub namespace: String,
    pub name: String,
    /// May be empty where only a name is known (a request for something that does not exist).
    pub uid: String,
}

/// One object as it was stored at `revision`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectView {
    pub object: ObjectRef,
    pub labels: BTreeMap<String, String>,
    /// The controlling owner.
    pub owner: Option<ObjectRef>,
    pub created_ms: Millis,
    /// When its deletion was asked for, if it was.
    pub deleting_ms: Option<Millis>,
    /// `metadata.resourceVersion`.
    pub revision: u64,
    pub detail: Detail,
}

/// What is particular to a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Detail {
    Pod(PodView),
    Node(NodeView),
    Deployment(DeploymentView),
    ReplicaSet(ReplicaSetView),
    StatefulSet(StatefulSetView),
    DaemonSet(DaemonSetView),
    Job(JobView),
    CronJob(CronJobView),
    HorizontalPodAutoscaler(AutoscalerView),
    PodDisruptionBudget(DisruptionBudgetView),
    PersistentVolumeClaim(ClaimView),
    PersistentVolume(VolumeView),
    StorageClass(StorageClassView),
    Ingress(IngressView),
    NetworkPolicy(NetworkPolicyView),
    Service(ServiceView),
    EndpointSlice(EndpointSliceView),
    Event(EventView),
    /// ConfigMap, Secret, …: the keys of its data.
    Data {
        keys: Vec<String>,
    },
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PodView {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: String,
    /// The word that kubectl prints under STATUS.
    pub status: String,
    /// The condition `Ready`.
    pub ready: bool,
    pub node: Option<String>,
    pub ip: Option<String>,
    pub containers: Vec<ContainerView>,
    /// Sum of requests, in thousandths of a CPU.
    pub cpu_milli: i64,
    /// Sum of requests, in bytes.
    pub memory_bytes: i64,
    /// Sum of limits; 0 where a container has none.
    #[serde(default)]
    pub cpu_limit_milli: i64,
    #[serde(default)]
    pub memory_limit_bytes: i64,
    /// What it uses of other objects, and its own volumes.
    #[serde(default)]
    pub uses: Vec<UseView>,
    /// The scheduler's or kubelet's message where the Pod waits for something.
    pub message: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerView {
    pub name: String,
    pub image: String,
    pub state: ContainerState,
    pub ready: bool,
    pub restarts: i32,
    pub ports: Vec<i32>,
    pub init: bool,
    /// Which probes it has: `startup`, `liveness`, `readiness`.
    #[serde(default)]
    pub probes: Vec<String>,
    /// How its last run ended, where it had one before: reason and exit code.
    #[serde(default)]
    pub last: Option<(String, i32)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ContainerState {
    Waiting { reason: String, message: String },
    Running { since_ms: Millis },
    Terminated { reason: String, exit_code: i32 },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    /// Status of the condition `Ready`: `True`, `False` or `Unknown`.
    pub ready: String,
    /// kubectl's STATUS word.
    pub status: String,
    pub unschedulable: bool,
    pub control_plane: bool,
    /// As `key[=value]:effect`.
    pub taints: Vec<String>,
    /// Allocatable, in thousandths of a CPU.
    pub cpu_milli: i64,
    /// Allocatable, in bytes.
    pub memory_bytes: i64,
    pub pods_max: i64,
    pub pod_cidr: String,
    pub ip: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeploymentView {
    pub desired: i32,
    pub current: i32,
    pub updated: i32,
    pub ready: i32,
    pub available: i32,
    /// Pods beyond `desired` that a rolling update may have, resolved from a percentage.
    pub max_surge: i32,
    /// Pods short of `desired` that a rolling update may be, resolved from a percentage.
    pub max_unavailable: i32,
    pub paused: bool,
    pub images: Vec<String>,
    pub selector: String,
    #[serde(default)]
    pub trouble: Option<Trouble>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicaSetView {
    pub desired: i32,
    pub current: i32,
    pub ready: i32,
    pub available: i32,
    /// The annotation `deployment.kubernetes.io/revision`.
    pub revision: Option<String>,
    pub images: Vec<String>,
    pub selector: String,
    #[serde(default)]
    pub trouble: Option<Trouble>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    /// `ClusterIP`, …
    pub service_type: String,
    pub cluster_ip: String,
    pub ports: Vec<ServicePortView>,
    pub selector: BTreeMap<String, String>,
    /// Addresses of its load balancer; none where nobody has made one.
    #[serde(default)]
    pub external: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServicePortView {
    pub name: String,
    pub port: i32,
    /// A number or a port's name.
    pub target_port: String,
    pub node_port: Option<i32>,
    pub protocol: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EndpointSliceView {
    /// The Service it belongs to.
    pub service: String,
    pub endpoints: Vec<EndpointView>,
    pub ports: Vec<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EndpointView {
    pub address: String,
    pub ready: bool,
    pub serving: bool,
    pub terminating: bool,
    pub node: Option<String>,
    pub pod: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// `Normal` or `Warning`.
    pub event_type: String,
    pub reason: String,
    pub message: String,
    pub regarding: ObjectRef,
    pub count: i32,
    pub last_ms: Millis,
    /// The component that reported it.
    pub source: String,
}
