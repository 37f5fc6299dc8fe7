//! What faults do.

use std::sync::Arc;

use crate::component::Host;
use crate::components::{TABLE, pods};
use crate::fault::Fault;
use crate::images::Registry;
use crate::machine::Surroundings;
use crate::queue::{Class, Due, InstanceId};
use crate::time::Millis;
use crate::trace::{Actor, EntryId, What};
use crate::world::World;
use crate::world::{control_plane, delays, engine};
use k8s_openapi::api::core::v1::Pod;

mod cloud;
mod join;
mod lasting;

/// Lets a fault happen. False if it names something that does not exist or does not run.
pub(super) fn happen(world: &mut World, fault: &Fault) -> bool {
    match fault {
        Fault::NodeOff { node }
        | Fault::NodeOn { node }
        | Fault::NodePartition { node }
        | Fault::NodeHeal { node }
        | Fault::PacketLoss { node, .. } => {
            let Some(machine) = world.machines.get(node.as_str()) else { return false };
            let node = Arc::clone(&machine.node);
            to_node(world, &node, fault);
            true
        }
        Fault::NodeJoin { node } => join::join(world, node, fault),
        Fault::ContainerKill { namespace, pod, container } => {
            let node = node_of(world, namespace, pod).and_then(|node| world.machines.get(node));
            let Some(machine) = node.filter(|machine| machine.on) else { return false };
            let node = Arc::clone(&machine.node);
            kill(world, &node, (namespace, pod, container), fault)
        }
        Fault::MemoryFill { namespace, pod, container, bytes } => {
            fill(world, (namespace, pod, container), (*bytes, 0), fault)
        }
        Fault::MemoryLeak { namespace, pod, container, bytes_per_s } => {
            fill(world, (namespace, pod, container), (0, *bytes_per_s), fault)
        }
        Fault::ComponentStop { component, node } | Fault::ComponentStart { component, node } => {
            control_plane::switch(world, component, node.as_deref(), fault)
                || cloud::switch(world, component, node.as_deref(), fault)
        }
        Fault::RegistryDown => set_registry(world, Registry::Down, fault),
        Fault::RegistrySlow { times } => {
            set_registry(world, Registry::Slow { times: (*times).clamp(1, SLOW_MAX) }, fault)
        }
        Fault::RegistryRestore => set_registry(world, Registry::Well, fault),
        Fault::WatchDelay { component, node, delay_ms } => {
            delay_watch(world, component, node.as_deref(), *delay_ms, fault)
        }
    }
}

/// Pulls take at most so many times as long, and watches tell at most so late.
const SLOW_MAX: u32 = 1000;
const DELAY_MAX_MS: Millis = 3_600_000;

fn to_node(world: &mut World, node: &Arc<str>, fault: &Fault) {
    let Some((on, connected)) =
        world.machines.get(node).map(|machine| (machine.on, machine.connected))
    else {
        return;
    };
    match fault {
        Fault::NodeOff { .. } if on => power_off(world, node, fault),
        Fault::NodeOn { .. } if !on => power_on(world, node, fault),
        Fault::NodePartition { .. } if connected => connect(world, node, false, fault),
        Fault::NodeHeal { .. } if !connected => connect(world, node, true, fault),
        Fault::PacketLoss { percent, .. } => {
            let percent = (*percent).min(100);
            if let Some(machine) = world.machines.get_mut(node) {
                machine.packet_loss = percent;
            }
            let cause = trace(world, fault);
            world.review_connections(cause);
        }
        _ => {}
    }
}

fn connect(world: &mut World, node: &Arc<str>, connected: bool, fault: &Fault) {
    let cause = trace(world, fault);
    if let Some(machine) = world.machines.get_mut(node) {
        machine.connected = connected;
    }
    world.review_connections(cause);
}

fn set_registry(world: &mut World, registry: Registry, fault: &Fault) -> bool {
    trace(world, fault);
    world.images.set_registry(registry);
    true
}

fn delay_watch(
    world: &mut World,
    component: &str,
    node: Option<&str>,
    delay_ms: Millis,
    fault: &Fault,
) -> bool {
    let Some(row) = delays::row_of(component) else { return false };
    let there =
        |node: &str| world.instances.contains_key(&InstanceId { row, node: Some(Arc::from(node)) });
    if node.is_some_and(|node| !there(node)) {
        return false;
    }
    trace(world, fault);
    world.delays.set(row, node, delay_ms.clamp(0, DELAY_MAX_MS));
    true
}

fn node_of<'a>(world: &'a World, namespace: &str, pod: &str) -> Option<&'a str> {
    let pod = world.store.objects().get_typed::<Pod>(namespace, pod)?;
    pod.spec.as_ref()?.node_name.as_deref()
}

pub(super) fn trace(world: &mut World, fault: &Fault) -> EntryId {
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
    control_plane::lost_power(world, node, cause);
}

fn power_on(world: &mut World, node: &Arc<str>, fault: &Fault) {
    let cause = trace(world, fault);
    let clock = world.clock();
    let Some(machine) = world.machines.get_mut(node) else { return };
    let mut around = Surroundings {
        clock,
        random: &mut world.random,
        images: &world.images,
        disks: &mut world.disks,
    };
    let happened = machine.power_on(&mut around);
    // Candidates come with their containers.
    let own = instances_on(world, node).into_iter();
    for instance in own.filter(|id| TABLE[id.row].host != Host::ControlPlane) {
        engine::start(world, &instance, cause);
    }
    engine::happened(world, node, happened, cause);
    world.review_connections(cause);
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
    let mut around = Surroundings {
        clock,
        random: &mut world.random,
        images: &world.images,
        disks: &mut world.disks,
    };
    let Some(happened) = machine.kill(pods::runtime_uid(&pod), container, &mut around) else {
        return false;
    };
    let cause = trace(world, fault);
    engine::happened(world, node, happened, cause);
    true
}

fn fill(
    world: &mut World,
    (namespace, pod, container): (&str, &str, &str),
    amount: (i64, i64),
    fault: &Fault,
) -> bool {
    let Some(pod) = world.store.objects().get_typed::<Pod>(namespace, pod).cloned() else {
        return false;
    };
    let clock = world.clock();
    let node = pods::node(&pod).and_then(|node| world.machines.get_mut(node));
    let Some(machine) = node.filter(|machine| machine.on) else { return false };
    let node = Arc::clone(&machine.node);
    let mut around = Surroundings {
        clock,
        random: &mut world.random,
        images: &world.images,
        disks: &mut world.disks,
    };
    let uid = pods::runtime_uid(&pod);
    let Some(happened) = machine.fill(uid, container, amount, &mut around) else { return false };
    let cause = trace(world, fault);
    engine::happened(world, &node, happened, cause);
    true
}

pub(super) fn instances_on(world: &World, node: &Arc<str>) -> Vec<InstanceId> {
    let on_node = |id: &&InstanceId| id.node.as_ref() == Some(node);
    world.instances.keys().filter(on_node).cloned().collect()
}
