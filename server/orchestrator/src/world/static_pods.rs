//! The folder of each node from which its kubelet runs Pods by itself.

use k8s_openapi::api::core::v1::Pod;

use crate::trace::EntryId;
use crate::world::{World, engine};

impl World {
    /// Puts a static Pod's manifest on a node, in place of the one of the same name, as `cause` would
    /// have it: the cluster's set-up, or a fault. False if there is no such node.
    pub fn place_manifest(&mut self, node: &str, manifest: &Pod, cause: EntryId) -> bool {
        let clock = self.clock();
        let Some(machine) = self.machines.get_mut(node) else { return false };
        let (node, happened) = (machine.node.clone(), machine.place_manifest(manifest, clock));
        engine::happened(self, &node, happened, cause);
        true
    }

    /// Takes a static Pod's manifest away. `name` is the Pod's, with the node's appended.
    pub fn remove_manifest(
        &mut self,
        node: &str,
        (namespace, name): (&str, &str),
        cause: EntryId,
    ) -> bool {
        let Some(machine) = self.machines.get_mut(node) else { return false };
        let (node, happened) = (machine.node.clone(), machine.remove_manifest(namespace, name));
        engine::happened(self, &node, happened, cause);
        true
    }
}
