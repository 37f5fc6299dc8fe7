//! What outlives Pods: the nodes' own files, and persistent volumes.

use std::sync::Arc;

use imbl::OrdMap;

use super::files::Tree;
use crate::time::Time;

/// The world's disks: trees of files, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Disks {
    /// By node.
    pub(super) hosts: OrdMap<Arc<str>, Tree>,
    /// By the name of the PersistentVolume.
    pub(super) volumes: OrdMap<Arc<str>, Tree>,
}

impl Disks {
    /// Makes sure that a node has its files.
    pub(super) fn host(&mut self, node: &Arc<str>, now: Time) -> &mut Tree {
        self.hosts.entry(Arc::clone(node)).or_insert_with(|| super::files::host(node, now))
    }
}
