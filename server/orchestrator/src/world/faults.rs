//! What faults do.

use std::sync::Arc;

use crate::components::pods;
use crate::fault::Fault;
use crate::machine::Surroundings;
use crate::queue::{Class, Due, InstanceId};
use crate::trace::{Actor, EntryId, What};
use crate::world::World;
use crate::world::engine;
use k8s_openapi::api::core::v1::Pod;

/// Lets a fault happen. False if it names something that does not exist or does not run.
pub(super) fn happen(world: &mut World, fault: &Fault) -> bool {
    let node = match fault {
        Fault::NodeOff { node } | Fault::NodeOn { node } => Some(node.as_str()),
        Fault::ContainerKill { namespace, pod, .. } => node_of(world, namespace, pod),
    };
    let Some(machine) = node.and_then(|node| world.machines.get(node)) else { return false };
    let node = Arc::clone(&machine.node);
    let on = machine.on;
    match fault {
        Fault::NodeOff { .. } if on => power_off(world, &node, fault),
        Fault::NodeOn { .. } if !on => power_on(world, &node, fault),
        Fault::NodeOff { .. } | Fault::NodeOn { .. } => {}
        Fault::ContainerKill { namespace, pod, container } => {
            return on && kill(world, &node, (namespace, pod, container), fault);
        }
    }
    true
}

fn node_of<'a>(world: &'a World, namespace: &str, pod: &str) -> Option<&'a str> {
    let pod = world.store.objects().get_typed::<Pod>(namespace, pod)?;
    pod.spec.as_ref()?.node_name.as_deref()
}

fn trace(world: &mut World, fault: &Fault) -> EntryId {
    let what = What::Fault { fault: fault.clone() };
    world.trace.push(world.now, Vec::new(), Actor::Fault, false, what)
}

fn power_off(world: &mut World, node: &Arc<str>, fault: &Fault) {
    let cause = trace(world, fault);
    for instance in instances_on(world, node) {
        let heartbeat = engine::stop(world, &instance);
        if let Some(at) = heartbeat {
            let due = Due::Silence { node: Arc::clone(node), cause };
            world.queue.push(at, Class::Routine, due);
        }
    }
    if let Some(machine) = world.machines.get_mut(node) {
        machine.power_off();
    }
    world.lose_sessions(node);
}

fn power_on(world: &mut World, node: &Arc<str>, fault: &Fault) {
    let cause = trace(world, fault);
    let clock = world.clock();
    let Some(machine) = world.machines.get_mut(node) else { return };
    let mut around = Surroundings { clock, random: &mut world.random, images: &world.images };
    let happened = machine.power_on(&mut around);
    for instance in instances_on(world, node) {
        engine::start(world, &instance, cause);
    }
    engine::happened(world, node, happened, cause);
}

fn kill(
    world: &mut World,
    node: &Arc<str>,
    (namespace, pod, container): (&str, &str, &str),
    fault: &Fault,
) -> bool {
    let Some(pod) = world.store.objects().get_typed::<Pod>(namespace, pod).cloned() else {
        return false;
    };
    let clock = world.clock();
    let Some(machine) = world.machines.get_mut(node) else { return false };
    let mut around = Surroundings { clock, random: &mut world.random, images: &world.images };
    let Some(happened) = machine.kill(pods::runtime_uid(&pod), container, &mut around) else {
        return false;
    };
    let cause = trace(world, fault);
    engine::happened(world, node, happened, cause);
    true
}

fn instances_on(world: &World, node: &Arc<str>) -> Vec<InstanceId> {
    let on_node = |id: &&InstanceId| id.node.as_ref() == Some(node);
    world.instances.keys().filter(on_node).cloned().collect()
}
