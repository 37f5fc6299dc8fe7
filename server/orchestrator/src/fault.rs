//! What can be done to a cluster from outside that no API request does.

use serde::{Deserialize, Serialize};

/// A fault, as an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// Powers a node's machine off: its kubelet, kube-proxy and containers are gone at once.
    NodeOff { node: String },
    /// Powers it on again: the kubelet comes back and finds its containers ended.
    NodeOn { node: String },
    /// Ends the process of a container, as a crash would.
    ContainerKill { namespace: String, pod: String, container: String },
}
