//! What the page knows of workloads beside Deployments, and of what rules over them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Millis, ObjectRef};

/// Something that is wrong with an object, as one of its conditions says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub reason: String,
    pub message: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StatefulSetView {
    pub desired: i32,
    pub current: i32,
    pub updated: i32,
    pub ready: i32,
    /// The number of its first Pod.
    pub first_ordinal: i32,
    /// The Service that governs its Pods' names.
    pub service: String,
    /// One Pod after the other, each when the one before is ready.
    pub ordered: bool,
    /// Names of the claims that each Pod gets for its own.
    pub claims: Vec<String>,
    pub images: Vec<String>,
    pub selector: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DaemonSetView {
    /// How many nodes shall have a Pod.
    pub desired: i32,
    pub current: i32,
    pub updated: i32,
    pub ready: i32,
    pub images: Vec<String>,
    pub selector: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobView {
    /// None: it is done when any of its Pods is.
    pub completions: Option<i32>,
    pub parallelism: i32,
    pub active: i32,
    pub succeeded: i32,
    pub failed: i32,
    pub backoff_limit: i32,
    /// Each Pod has a number.
    pub indexed: bool,
    pub suspended: bool,
    /// `Complete`, `Failed`, …, once it is over.
    pub ended: Option<String>,
    pub trouble: Option<Trouble>,
    pub images: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CronJobView {
    pub schedule: String,
    pub suspended: bool,
    pub active: usize,
    pub last_ms: Option<Millis>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AutoscalerView {
    pub target: ObjectRef,
    pub least: i32,
    pub most: i32,
    pub current: i32,
    pub desired: i32,
    /// As `kubectl get hpa` prints them: `cpu: 72%/50%`.
    pub targets: String,
    pub trouble: Option<Trouble>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DisruptionBudgetView {
    pub selector: String,
    pub min_available: Option<String>,
    pub max_unavailable: Option<String>,
    /// How many Pods may be evicted now.
    pub allowed: i32,
    pub healthy: i32,
    pub desired_healthy: i32,
    pub expected: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimView {
    /// `Pending`, `Bound`, `Lost`.
    pub phase: String,
    pub class: Option<String>,
    /// The PersistentVolume that it is bound to.
    pub volume: Option<String>,
    pub requested_bytes: i64,
    pub modes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumeView {
    /// `Available`, `Bound`, `Released`, `Failed`.
    pub phase: String,
    pub claim: Option<ObjectRef>,
    pub class: Option<String>,
    pub capacity_bytes: i64,
    pub reclaim: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageClassView {
    pub provisioner: String,
    /// A volume is made only when a Pod wants it: `WaitForFirstConsumer`.
    pub waits_for_pod: bool,
    pub default: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IngressView {
    pub class: Option<String>,
    pub rules: Vec<IngressRuleView>,
    /// Where its controller takes requests; none where no controller serves it.
    pub addresses: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IngressRuleView {
    /// Empty: any.
    pub host: String,
    pub path: String,
    pub service: String,
    /// A number or a port's name.
    pub port: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NetworkPolicyView {
    pub selector: String,
    /// The labels that it wants of Pods; empty: every Pod of the namespace.
    pub labels: BTreeMap<String, String>,
    /// How many rules let something in; none where it does not rule over what comes in.
    pub lets_in: Option<usize>,
    pub lets_out: Option<usize>,
}

/// Something that a Pod uses: by a volume, or as environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseView {
    /// `ConfigMap`, `Secret`, `PersistentVolumeClaim`, `emptyDir`, `hostPath`, …
    pub kind: String,
    /// Empty where the kind has no objects.
    pub name: String,
    /// Read once, when its container started; otherwise mounted.
    pub env: bool,
}
