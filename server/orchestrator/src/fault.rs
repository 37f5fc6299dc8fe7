//! What can be done to a cluster from outside that no API request does.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// A fault, as an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// Powers a node's machine off: its kubelet, kube-proxy and containers are gone at once.
    NodeOff { node: String },
    /// Powers it on again: the kubelet comes back and finds its containers ended.
    NodeOn { node: String },
    /// A new machine joins the cluster (`kubeadm join`), of a worker's usual size. It is removed by
    /// deleting its Node and powering it off.
    NodeJoin { node: String },
    /// Ends the process of a container, as a crash would.
    ContainerKill { namespace: String, pod: String, container: String },
    /// A container takes so much more memory at once.
    MemoryFill { namespace: String, pod: String, container: String, bytes: i64 },
    /// A container takes more and more memory from now on, until it ends.
    MemoryLeak { namespace: String, pod: String, container: String, bytes_per_s: i64 },
    /// Cuts a node off from the control plane, from the other nodes and from outside. What runs
    /// there runs on.
    NodePartition { node: String },
    /// Mends the network of a node that was cut off.
    NodeHeal { node: String },
    /// Stops a component of the control plane (`etcd`, `kube-apiserver`, `kube-scheduler`,
    /// `kube-controller-manager`) on a node, or wherever it runs: as if its manifest were moved out
    /// of `/etc/kubernetes/manifests`. Or the cloud's controller, `cloud-controller-manager`, which
    /// runs on no node.
    ComponentStop {
        component: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<String>,
    },
    /// Puts the manifest back. The cloud's controller starts even where there was none before.
    ComponentStart {
        component: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<String>,
    },
    /// No registry of images answers.
    RegistryDown,
    /// Pulls take so many times as long.
    RegistrySlow { times: u32 },
    /// The registries are as they were.
    RegistryRestore,
    /// A component hears of each change so much later: a row of the table of components by its
    /// name, on a node or on all. 0 mends it.
    WatchDelay {
        component: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<String>,
        delay_ms: Millis,
    },
    /// Of the packets from and to a node so many in a hundred get lost. 0 mends it.
    PacketLoss { node: String, percent: u8 },
}
