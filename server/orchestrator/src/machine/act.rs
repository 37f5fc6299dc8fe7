//! What a kubelet asks of its machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::ResourceRequirements;

use crate::network::rules::Rules;
use crate::object::Key;
use crate::time::Millis;

use super::{ProbeConfig, RunAs, Share, VolumeFiles, VolumeMount};

/// What a kubelet tells its runtime to do.
#[derive(Clone, Debug, PartialEq)]
pub enum MachineAct {
    /// Makes the Pod's network, and what holds it.
    StartSandbox {
        pod: Key,
        uid: Arc<str>,
        network: Network,
        /// How long its containers get to stop if the Pod vanishes.
        grace_ms: Millis,
    },
    Pull {
        uid: Arc<str>,
        container: String,
        image: String,
    },
    /// Creates and starts a container, again if it has ended. Its image must be there.
    Start {
        uid: Arc<str>,
        config: Arc<ContainerConfig>,
    },
    /// Grants a container what it is to have from now on: in a moment, or, if not `now`, when it is
    /// told again or has been started anew.
    Resize {
        uid: Arc<str>,
        container: String,
        allotment: Arc<Allotment>,
        now: bool,
    },
    /// SIGTERM, and SIGKILL after the grace period.
    Stop {
        uid: Arc<str>,
        container: String,
        grace_ms: Millis,
    },
    /// Takes the network down; the ended containers stay, for their logs.
    StopSandbox {
        uid: Arc<str>,
    },
    /// Forgets a Pod whose sandbox is down.
    Remove {
        uid: Arc<str>,
    },
    /// The Pod is to go because the node is short of something: the kubelet is told of it.
    Evict {
        uid: Arc<str>,
        message: String,
    },
    /// The kubelet has read what befell the node itself.
    AcknowledgeNode,
    /// Writes the files of a volume anew, after a while.
    Refresh {
        uid: Arc<str>,
        volume: String,
        files: VolumeFiles,
    },
    /// The kubelet has read all reports about a Pod.
    Acknowledge {
        uid: Arc<str>,
    },
    /// kube-proxy writes the kernel's rules for a Service, or takes them away.
    Program {
        service: Key,
        rules: Option<Arc<Rules>>,
    },
}

/// Where a Pod's address comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// One of the node's range.
    Range(String),
    /// `hostNetwork`: the node's own.
    Host(String),
}

/// How to run a container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerConfig {
    pub name: String,
    /// As the Pod spells it.
    pub image: String,
    /// In place of the image's entry point, if not empty.
    pub command: Vec<String>,
    /// In place of the image's command, if not empty.
    pub arguments: Vec<String>,
    pub environment: BTreeMap<String, String>,
    pub probes: Vec<ProbeConfig>,
    pub post_start: Option<Hook>,
    pub pre_stop: Option<Hook>,
    /// Where it may leave a last word (`terminationMessagePath`).
    pub message_path: String,
    /// Whether what it logged last stands for a last word if it fails without one.
    pub message_from_log: bool,
    pub allotment: Arc<Allotment>,
    pub space: Space,
}

/// What a container is given of its node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allotment {
    /// As the Pod asked for it.
    pub resources: ResourceRequirements,
    pub share: Share,
}

/// What a container's programs find around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Space {
    pub mounts: Vec<VolumeMount>,
    pub run_as: RunAs,
    /// The group to which volumes are handed (`fsGroup`).
    pub fs_group: Option<u32>,
    /// `readOnlyRootFilesystem`
    pub read_only_root: bool,
    pub stdin: bool,
    /// Standard input ends with the first who attaches.
    pub stdin_once: bool,
    pub tty: bool,
    /// `workingDir`; empty for the image's own.
    pub folder: String,
    pub names: Names,
}

/// Who a container is on the network, and how it finds others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub hostname: String,
    /// With its domain: where a Service is its `subdomain`.
    pub full: Option<String>,
    /// The text of `/etc/resolv.conf`.
    pub resolv_conf: String,
    /// `hostAliases`: an address and its names.
    pub aliases: Vec<(String, Vec<String>)>,
}

/// What is done when a container has started, or before it is told to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hook {
    Sleep(Millis),
    Exec(Vec<String>),
    HttpGet { port: u16, path: String },
}
