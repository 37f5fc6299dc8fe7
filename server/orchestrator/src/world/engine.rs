//! Lets what is due happen: watches tell, machines move, instances start and stop.
//!
//! A key's way: a change is told ([`Due::Deliver`]) → the key is dirty → the component takes its
//! turn ([`Due::Decide`], in `turns.rs`) → its calls are sent one by one ([`Due::Send`], in
//! `calls.rs`) → the key is at rest, or dirty again.

use std::sync::Arc;

use crate::component::{ComponentRow, Interest};
use crate::components::TABLE;
use crate::machine::{Happened, Surroundings};
use crate::object::{Key, Kind, Object};
use crate::queue::{Class, Due, InstanceId};
use crate::random::Purpose;
use crate::store::{Change, Objects};
use crate::time::{Millis, Time};
use crate::trace::{Actor, EntryId, What};
use crate::world::World;
use crate::world::control_plane;
use crate::world::instance::Instance;

/// How long a watch takes to tell, at the least and at the most.
const WATCH_LAG_MS: (Millis, Millis) = (1, 4);

/// Where the Leases of nodes are.
const NODE_LEASES: &str = "kube-node-lease";

impl World {
    /// Lets one event happen.
    pub(super) fn happen(&mut self, due: &Due) {
        match due {
            Due::Deliver { to, rev } => self.deliver(to, *rev),
            Due::Decide { instance, key } => self.decide(instance, key),
            Due::Timer { instance, key, cause } => {
                if let Some(state) = self.instance_mut(instance) {
                    state.timers.remove(key);
                    self.enqueue(instance, key, *cause);
                }
            }
            Due::Send { instance, key } => self.send(instance, key),
            Due::Record { instance, record, cause } => self.record(instance, record, *cause),
            Due::Machine { node, event, cause } => {
                let clock = self.clock();
                let Some(machine) = self.machines.get_mut(node) else { return };
                let mut around = Surroundings {
                    clock,
                    random: &mut self.random,
                    images: &self.images,
                    disks: &mut self.disks,
                };
                let outcome = machine.happen(event, &mut around);
                happened(self, node, outcome, *cause);
            }
            Due::Packet { flight } => self.fly(*flight),
            Due::Traffic { load } => self.send_load(*load),
            Due::Silence { node, cause } => self.silence(node, *cause),
            Due::RenewDeadline { instance, cause } => self.renew_deadline(instance, *cause),
            Due::Reconnect { instance, cause } => self.reconnect(instance, *cause),
        }
    }

    /// Tells the watches of all changes they have not been told of.
    pub(super) fn tell(&mut self) {
        while self.told < self.store.rev() {
            self.told += 1;
            let Some(change) = self.store.change(self.told).cloned() else { continue };
            debug_assert_bound_once(&change);
            for to in self.watchers(&change) {
                self.tell_one(to, &change);
            }
        }
    }

    fn watchers(&self, change: &Change) -> Vec<InstanceId> {
        let kind = change.key.kind;
        let mut watchers = Vec::new();
        for (row, component) in TABLE.iter().enumerate() {
            if !component.watches.contains(&kind) {
                continue;
            }
            match interest(component, change) {
                Interested::All => watchers.extend(self.instances_of(row)),
                Interested::Nodes(nodes) => watchers
                    .extend(nodes.into_iter().map(|node| InstanceId { row, node: Some(node) })),
            }
        }
        watchers
    }

    fn instances_of(&self, row: usize) -> impl Iterator<Item = InstanceId> {
        let from = InstanceId { row, node: None };
        let to = InstanceId { row: row + 1, node: None };
        self.instances.range(from..to).map(|(id, _)| id.clone())
    }

    fn tell_one(&mut self, to: InstanceId, change: &Change) {
        let lag = self.random.between(Purpose::WatchLag, WATCH_LAG_MS.0, WATCH_LAG_MS.1);
        let soonest = self.now + lag + self.delays.of(&to) + self.repeats_ms(&to);
        let Some(instance) = self.instance_mut(&to).filter(|instance| instance.hears()) else {
            return;
        };
        instance.last_delivery = instance.last_delivery.max(soonest);
        let at = instance.last_delivery;
        self.queue.push(at, class_of(&change.key), Due::Deliver { to, rev: change.rev });
    }

    pub(super) fn deliver(&mut self, to: &InstanceId, rev: u64) {
        let Some(change) = self.store.change(rev).cloned() else { return };
        let component = TABLE[to.row];
        let Some(instance) = self.instance_mut(to).filter(|instance| instance.running) else {
            return;
        };
        // Told to one that ran here before, or listed since and so known.
        if !instance.has_listed() || instance.seen_rev >= rev {
            return;
        }
        instance.seen_rev = rev;
        let after = change.after.as_ref().filter(|object| sees(component, object, to));
        match after {
            Some(object) => instance.cache.insert(object.clone()),
            None => instance.cache.remove(&change.key),
        }
        let keys = (component.keys)(&self.view(to), change.before.as_ref(), after);
        if !keys.is_empty() {
            let cause = self.delivered(to, &change);
            for key in keys {
                self.enqueue(to, &key, cause);
            }
        }
        self.unblock(to);
    }

    /// Heartbeats are too many to trace each time that they are told.
    fn delivered(&mut self, to: &InstanceId, change: &Change) -> EntryId {
        if self.is_routine(change.entry) {
            return change.entry;
        }
        let what = What::Delivered { rev: change.rev, key: change.key.clone() };
        self.trace.push(self.now, vec![change.entry], actor(to), false, what)
    }

    pub(super) fn is_routine(&self, entry: EntryId) -> bool {
        self.trace.get(entry).is_some_and(|entry| entry.routine)
    }

    fn silence(&mut self, node: &Arc<str>, cause: EntryId) {
        let off = self.machines.get(node).is_some_and(|machine| !machine.on);
        if !off || self.machines.get(node).is_some_and(|machine| machine.silence.is_some()) {
            return;
        }
        let actor = Actor::Component { name: "kubelet", node: Some(Arc::clone(node)) };
        let what = What::Silence { node: Arc::clone(node) };
        let entry = self.trace.push(self.now, vec![cause], actor, false, what);
        if let Some(machine) = self.machines.get_mut(node) {
            machine.silence = Some(entry);
        }
    }

    pub(super) fn instance_mut(&mut self, id: &InstanceId) -> Option<&mut Instance> {
        self.instances.get_mut(id).map(Arc::make_mut)
    }
}

/// Starts an instance: it lists what it watches, and looks at what it starts with.
pub(super) fn start(world: &mut World, id: &InstanceId, cause: EntryId) {
    let cut = world.cut_at_start(id, cause);
    let reaches = cut.is_none();
    let instance = Instance { running: true, last_delivery: world.now, cut, ..Instance::default() };
    world.instances.insert(id.clone(), Arc::new(instance));
    if reaches {
        if let Some(node) = id.node.as_deref().filter(|_| TABLE[id.row].name == "kubelet") {
            world.register(node, cause);
        }
        world.list(id, cause);
    } else {
        world.look_at_all(id, cause);
    }
}

impl World {
    /// Lets an instance list what it watches, and look at all of it.
    pub(super) fn list(&mut self, id: &InstanceId, cause: EntryId) {
        let component = TABLE[id.row];
        let mut cache = match component.name {
            "endpoint-slice-controller" => Objects::by_labels(),
            _ => Objects::default(),
        };
        for kind in component.watches {
            for object in self.listed(component, *kind, id) {
                if sees(component, object, id) {
                    cache.insert(object.clone());
                }
            }
        }
        let rev = self.store.rev();
        let Some(instance) = self.instance_mut(id) else { return };
        instance.cache = cache;
        instance.seen_rev = rev;
        self.look_at_all(id, cause);
    }

    /// What of a kind an instance may see: a kubelet asks for its own Node and Lease by their names.
    fn listed<'a>(
        &'a self,
        component: &ComponentRow,
        kind: Kind,
        id: &InstanceId,
    ) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
        let objects = self.store.objects();
        let namespace = match kind {
            Kind::Node => "",
            Kind::Lease => NODE_LEASES,
            _ => return Box::new(objects.of_kind(kind)),
        };
        match id.node.as_deref().filter(|_| component.name == "kubelet") {
            Some(node) => Box::new(objects.get(&Key::new(kind, namespace, node)).into_iter()),
            None => Box::new(objects.of_kind(kind)),
        }
    }

    fn look_at_all(&mut self, id: &InstanceId, cause: EntryId) {
        let keys = (TABLE[id.row].starts_with)(&self.view(id));
        for key in keys {
            self.enqueue(id, &key, cause);
        }
    }
}

/// Stops an instance: it forgets everything. When its next heartbeat would have been due, if it
/// had one.
pub(super) fn stop(world: &mut World, id: &InstanceId) -> Option<Time> {
    let instance = world.instances.insert(id.clone(), Arc::new(Instance::default()))?;
    let mut heartbeat = None;
    for (key, slot) in &instance.timers {
        world.queue.cancel(*slot);
        if key.kind == Kind::Lease {
            heartbeat = Some(slot.0);
        }
    }
    heartbeat
}

/// Traces what happened on a machine, wakes its kubelet, and queues what comes of it.
pub(super) fn happened(world: &mut World, node: &Arc<str>, happened: Happened, cause: EntryId) {
    let mut cause = cause;
    for line in happened.transitions {
        let heard = (line.pod.clone(), line.container.clone(), line.transition.clone());
        let what = What::Container {
            pod: line.pod,
            pod_uid: line.pod_uid,
            container: line.container,
            image: line.image,
            transition: line.transition,
        };
        let actor = Actor::Runtime { node: Arc::clone(node) };
        cause = world.trace.push(world.now, vec![cause], actor, false, what);
        if let Some((program, runs)) = control_plane::told_by(&heard) {
            world.program_changed(program, node, runs, cause);
        }
    }
    if let Some(row) = TABLE.iter().position(|component| component.name == "kubelet") {
        let kubelet = InstanceId { row, node: Some(Arc::clone(node)) };
        for key in &happened.wake {
            world.enqueue(&kubelet, key, cause);
        }
    }
    for said in happened.said {
        world.said(said);
    }
    for dialling in happened.dials {
        world.dialled(node, dialling, cause);
    }
    for next in happened.next {
        let due = Due::Machine { node: Arc::clone(node), event: next.event, cause };
        world.queue.push(world.now + next.after_ms, next.class, due);
    }
}

/// Whether an instance watches a change.
pub(super) fn is_concerned(component: &ComponentRow, change: &Change, id: &InstanceId) -> bool {
    let objects = [change.before.as_ref(), change.after.as_ref()];
    component.watches.contains(&change.key.kind)
        && objects.into_iter().flatten().any(|object| sees(component, object, id))
}

enum Interested {
    All,
    Nodes(Vec<Arc<str>>),
}

/// Who watches a change: whom the object concerned before, and whom it does now.
fn interest(component: &ComponentRow, change: &Change) -> Interested {
    let mut nodes: Vec<Arc<str>> = Vec::new();
    for object in [change.before.as_ref(), change.after.as_ref()].into_iter().flatten() {
        match (component.interest)(object) {
            Interest::All => return Interested::All,
            Interest::Node(node) if !nodes.iter().any(|known| &**known == node) => {
                nodes.push(node.into());
            }
            Interest::Node(_) | Interest::Nobody => {}
        }
    }
    Interested::Nodes(nodes)
}

pub(super) fn sees(component: &ComponentRow, object: &Object, id: &InstanceId) -> bool {
    match (component.interest)(object) {
        Interest::All => true,
        Interest::Node(node) => id.node.as_deref() == Some(node),
        Interest::Nobody => false,
    }
}

pub(super) fn actor(id: &InstanceId) -> Actor {
    Actor::Component { name: TABLE[id.row].name, node: id.node.clone() }
}

/// What is done about Leases is heartbeat; all else is work.
pub(super) fn class_of(key: &Key) -> Class {
    if key.kind == Kind::Lease { Class::Routine } else { Class::Work }
}

/// A Pod is bound to a node at most once.
fn debug_assert_bound_once(change: &Change) {
    if let (Some(Object::Pod(before)), Some(Object::Pod(after))) = (&change.before, &change.after) {
        let node = |pod: &k8s_openapi::api::core::v1::Pod| {
            pod.spec.as_ref().and_then(|spec| spec.node_name.clone())
        };
        debug_assert!(
            node(before).is_none()
                || node(before) == node(after)
                || before.metadata.uid != after.metadata.uid,
            "a Pod is bound once"
        );
    }
}
