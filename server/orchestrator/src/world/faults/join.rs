//! Machines that join a running cluster.

use std::sync::Arc;

use crate::component::Host;
use crate::components::TABLE;
use crate::fault::Fault;
use crate::queue::InstanceId;
use crate::scenario::{NodeSpec, Scenario};
use crate::world::{World, boot, engine};

/// A sandbox grows to so many nodes by those that join.
const NODES_MAX: usize = 100;

/// A machine joins: its kubelet registers it, and all that runs on each node starts. False if there
/// is one of this name, or no room for more.
pub(super) fn join(world: &mut World, name: &str, fault: &Fault) -> bool {
    let mut scenario = Scenario::clone(&world.scenario);
    if scenario.nodes.len() >= NODES_MAX || world.machines.contains_key(name) {
        return false;
    }
    let spec = NodeSpec::worker(name);
    scenario.nodes.push(spec.clone());
    if scenario.check().is_err() {
        return false;
    }
    let cause = super::trace(world, fault);
    let machine = boot::machine(&spec);
    let node = Arc::clone(&machine.node);
    world.machines.insert(Arc::clone(&node), machine);
    world.scenario = Arc::new(scenario);
    for (row, component) in TABLE.iter().enumerate() {
        if component.host == Host::EachNode && !world.scenario.leaves_off(component.name) {
            engine::start(world, &InstanceId { row, node: Some(Arc::clone(&node)) }, cause);
        }
    }
    true
}
