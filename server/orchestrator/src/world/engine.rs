//! Carries out what is due: watches tell, components take turns, calls are sent, machines move.
//!
//! A key's way: a change is told ([`Due::Deliver`]) → the key is dirty → the component takes its
//! turn ([`Due::Decide`]) → its calls are sent one by one ([`Due::Send`]) → the key is at rest, or
//! dirty again.

use std::sync::Arc;

use crate::api::Caller;
use crate::call::{Call, EventRecord};
use crate::component::{ComponentRow, Interest, Outcome, Requeue, View};
use crate::components::TABLE;
use crate::machine::{Happened, Surroundings};
use crate::object::{Key, Kind, Object};
use crate::queue::{Class, Due, InstanceId};
use crate::random::Purpose;
use crate::store::Change;
use crate::time::{Millis, Time};
use crate::trace::{Actor, EntryId, What};
use crate::world::World;
use crate::world::instance::{InFlight, Instance};

/// How long a watch takes to tell, at the least and at the most.
const WATCH_LAG_MS: (Millis, Millis) = (1, 4);
/// How long a component thinks before its turn, and a request travels.
const LATENCY_MS: (Millis, Millis) = (1, 3);
/// client-go's `DefaultControllerRateLimiter`: 5 ms, doubling, at most 1000 s.
const BACKOFF_MS: (Millis, Millis) = (5, 1_000_000);

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
                let mut around =
                    Surroundings { clock, random: &mut self.random, images: &self.images };
                let outcome = machine.happen(event, &mut around);
                happened(self, node, outcome, *cause);
            }
            Due::Silence { node, cause } => self.silence(node, *cause),
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
        let soonest = self.now + lag;
        let Some(instance) = self.instance_mut(&to).filter(|instance| instance.running) else {
            return;
        };
        instance.last_delivery = instance.last_delivery.max(soonest);
        let at = instance.last_delivery;
        self.queue.push(at, class_of(&change.key), Due::Deliver { to, rev: change.rev });
    }

    fn deliver(&mut self, to: &InstanceId, rev: u64) {
        let Some(change) = self.store.change(rev).cloned() else { return };
        let component = TABLE[to.row];
        let Some(instance) = self.instance_mut(to).filter(|instance| instance.running) else {
            return;
        };
        if instance.seen_rev >= rev {
            return; // It has listed since, and knows.
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
        if change.key.kind == Kind::Lease {
            return change.entry;
        }
        let what = What::Delivered { rev: change.rev, key: change.key.clone() };
        self.trace.push(self.now, vec![change.entry], actor(to), false, what)
    }

    fn unblock(&mut self, id: &InstanceId) {
        let Some(instance) = self.instance_mut(id) else { return };
        let ready: Vec<Key> =
            instance.blocked.iter().filter(|key| !instance.lags(key)).cloned().collect();
        for key in &ready {
            instance.blocked.remove(key);
        }
        for key in ready {
            self.take_turn(id, key);
        }
    }

    /// Marks a key as one to look at.
    pub(super) fn enqueue(&mut self, id: &InstanceId, key: &Key, cause: EntryId) {
        let Some(instance) = self.instance_mut(id).filter(|instance| instance.running) else {
            return;
        };
        if let Some(causes) = instance.dirty.get_mut(key) {
            if !causes.contains(&cause) && causes.len() < 8 {
                causes.push(cause);
            }
            return;
        }
        instance.dirty.insert(key.clone(), vec![cause]);
        if !instance.in_flight.contains_key(key) {
            self.take_turn(id, key.clone());
        }
    }

    fn take_turn(&mut self, id: &InstanceId, key: Key) {
        let class = class_of(&key);
        self.soon(class, Due::Decide { instance: id.clone(), key });
    }

    fn soon(&mut self, class: Class, due: Due) {
        let latency = self.random.between(Purpose::Latency, LATENCY_MS.0, LATENCY_MS.1);
        self.queue.push(self.now + latency, class, due);
    }

    fn decide(&mut self, id: &InstanceId, key: &Key) {
        let component = TABLE[id.row];
        let Some(instance) = self.instance_mut(id).filter(|instance| instance.running) else {
            return;
        };
        if instance.in_flight.contains_key(key) || !instance.dirty.contains_key(key) {
            return;
        }
        if instance.lags(key) {
            instance.blocked.insert(key.clone());
            return;
        }
        if component.serial && !instance.in_flight.is_empty() {
            instance.backlog.push_back(key.clone());
            return;
        }
        let causes = instance.dirty.remove(key).unwrap_or_default();
        let timer = instance.timers.remove(key);
        if let Some(slot) = timer {
            self.queue.cancel(slot);
        }
        let outcome = (component.decide)(&self.view(id), key);
        self.carry_out(id, key, outcome, causes);
    }

    fn carry_out(&mut self, id: &InstanceId, key: &Key, outcome: Outcome, causes: Vec<EntryId>) {
        let trivial = self.is_nothing_new(id, key, &outcome);
        let first_cause = causes.first().copied().unwrap_or_default();
        let decision = if trivial { first_cause } else { self.decided(id, key, &outcome, causes) };
        let Outcome { steps, acts, events, requeue, notes, remember, programmed, .. } = outcome;
        let Some(instance) = self.instance_mut(id) else { return };
        instance.said.insert(key.clone(), notes);
        match remember {
            Some(Some(memory)) => {
                instance.memory.insert(key.clone(), memory);
            }
            Some(None) => {
                instance.memory.remove(key);
            }
            None => {}
        }
        if let Some(endpoints) = programmed {
            let what = What::Programmed { service: key.clone(), endpoints };
            self.trace.push(self.now, vec![decision], actor(id), false, what);
        }
        self.act(id, &acts, decision);
        let steps = steps.into_iter().map(Arc::new).collect();
        let in_flight = InFlight { steps, events, decision, requeue };
        if in_flight.steps.is_empty() {
            self.finish(id, key, in_flight);
        } else if let Some(instance) = self.instance_mut(id) {
            instance.in_flight.insert(key.clone(), in_flight);
            self.soon(class_of(key), Due::Send { instance: id.clone(), key: key.clone() });
        }
    }

    /// A turn is not worth tracing if it came to nothing, or only to what was said before.
    fn is_nothing_new(&self, id: &InstanceId, key: &Key, outcome: &Outcome) -> bool {
        let said = self.instances.get(id).and_then(|instance| instance.said.get(key));
        let repeats = said.is_some_and(|said| *said == outcome.notes);
        let does_nothing = outcome.steps.is_empty()
            && outcome.acts.is_empty()
            && outcome.events.is_empty()
            && outcome.programmed.is_none();
        outcome.is_trivial() || (does_nothing && repeats)
    }

    fn decided(
        &mut self,
        id: &InstanceId,
        key: &Key,
        outcome: &Outcome,
        mut causes: Vec<EntryId>,
    ) -> EntryId {
        if let Some(silence) = self.silence_behind(id, key) {
            causes.retain(|cause| *cause != silence);
            causes.insert(0, silence);
        }
        let what = What::Decision {
            key: key.clone(),
            notes: outcome.notes.clone(),
            verdicts: outcome.verdicts.clone(),
        };
        let routine = class_of(key) == Class::Routine;
        self.trace.push(self.now, causes, actor(id), routine, what)
    }

    /// What a control plane concludes from a silent node, it concludes because of the silence.
    fn silence_behind(&self, id: &InstanceId, key: &Key) -> Option<EntryId> {
        if id.node.is_some() || key.kind != Kind::Node {
            return None;
        }
        self.machines.get(key.name())?.silence
    }

    fn act(&mut self, id: &InstanceId, acts: &[crate::machine::MachineAct], decision: EntryId) {
        let Some(node) = id.node.clone() else { return };
        for act in acts {
            let clock = self.clock();
            let Some(machine) = self.machines.get_mut(&node) else { return };
            let mut around = Surroundings { clock, random: &mut self.random, images: &self.images };
            let outcome = machine.act(act, &mut around);
            happened(self, &node, outcome, decision);
        }
    }

    fn send(&mut self, id: &InstanceId, key: &Key) {
        let Some(instance) = self.instance_mut(id) else { return };
        let Some(in_flight) = instance.in_flight.get_mut(key) else { return };
        let Some(step) = in_flight.steps.pop_front() else { return };
        let (decision, more) = (in_flight.decision, !in_flight.steps.is_empty());
        match self.call(id, &step.call, decision) {
            Ok((rev, name)) => {
                self.wrote(id, key, &step.call, rev);
                self.report(id, step.on_success.as_ref(), ("{name}", &name), decision);
                if more {
                    let due = Due::Send { instance: id.clone(), key: key.clone() };
                    self.soon(class_of(key), due);
                } else {
                    self.land(id, key, Ok(()));
                }
            }
            Err(message) => {
                self.report(id, step.on_failure.as_ref(), ("{error}", &message), decision);
                self.land(id, key, Err(()));
            }
        }
    }

    fn call(
        &mut self,
        id: &InstanceId,
        call: &Call,
        decision: EntryId,
    ) -> Result<(Option<u64>, String), String> {
        let routine = call.key().kind == Kind::Lease;
        let caller = Caller { actor: actor(id), causes: vec![decision], routine };
        match self.api().call(call, &caller) {
            Ok(called) => {
                let name = called.object.as_ref().map(|object| object.name().to_owned());
                Ok((called.rev, name.unwrap_or_default()))
            }
            // Somebody else has deleted it: what was wanted is so.
            Err(status) if status.code == 404 && matches!(call, Call::Delete { .. }) => {
                Ok((None, String::new()))
            }
            Err(status) => Err(status.message),
        }
    }

    /// Notes an own write that the instance's cache will be told of.
    fn wrote(&mut self, id: &InstanceId, key: &Key, call: &Call, rev: Option<u64>) {
        let Some(rev) = rev else { return };
        let component = TABLE[id.row];
        let Some(change) = self.store.change(rev).cloned() else { return };
        let watched = component.watches.contains(&call.key().kind)
            && (sees(component, change.object(), id)
                || change.before.as_ref().is_some_and(|object| sees(component, object, id)));
        if let Some(instance) = self.instance_mut(id).filter(|_| watched) {
            instance.wrote.insert(key.clone(), rev);
        }
    }

    fn report(
        &mut self,
        id: &InstanceId,
        event: Option<&EventRecord>,
        (placeholder, value): (&str, &str),
        cause: EntryId,
    ) {
        let Some(event) = event else { return };
        let message = event.message.replace(placeholder, value);
        let record = Box::new(EventRecord { message, ..event.clone() });
        self.soon(Class::Work, Due::Record { instance: id.clone(), record, cause });
    }

    /// All is sent, or a call has failed.
    fn land(&mut self, id: &InstanceId, key: &Key, result: Result<(), ()>) {
        let Some(instance) = self.instance_mut(id) else { return };
        let Some(mut in_flight) = instance.in_flight.remove(key) else { return };
        if result.is_ok() {
            instance.failures.remove(key);
        } else {
            let failures = instance.failures.get(key).copied().unwrap_or_default();
            instance.failures.insert(key.clone(), failures.saturating_add(1));
            let after_ms = BACKOFF_MS.0.saturating_mul(1 << failures.min(20)).min(BACKOFF_MS.1);
            in_flight.requeue = Some(Requeue { after_ms, routine: false });
        }
        self.finish(id, key, in_flight);
    }

    fn finish(&mut self, id: &InstanceId, key: &Key, in_flight: InFlight) {
        let InFlight { events, decision, requeue, .. } = in_flight;
        for event in events {
            let record = Box::new(event);
            let due = Due::Record { instance: id.clone(), record, cause: decision };
            self.soon(Class::Work, due);
        }
        if let Some(requeue) = requeue {
            self.set_timer(id, key, requeue, decision);
        }
        let Some(instance) = self.instance_mut(id) else { return };
        if instance.dirty.contains_key(key) {
            self.take_turn(id, key.clone());
        }
        let Some(instance) = self.instance_mut(id) else { return };
        if instance.in_flight.is_empty()
            && let Some(next) = instance.backlog.pop_front()
        {
            self.take_turn(id, next);
        }
    }

    fn set_timer(&mut self, id: &InstanceId, key: &Key, requeue: Requeue, cause: EntryId) {
        let class = match requeue {
            Requeue { routine: true, .. } => Class::Routine,
            Requeue { after_ms, .. } if after_ms < 1000 => Class::Work,
            Requeue { .. } => Class::Wait,
        };
        let due = Due::Timer { instance: id.clone(), key: key.clone(), cause };
        let slot = self.queue.push(self.now + requeue.after_ms.max(1), class, due);
        let Some(instance) = self.instance_mut(id) else { return };
        if let Some(earlier) = instance.timers.insert(key.clone(), slot) {
            self.queue.cancel(earlier);
        }
    }

    fn record(&mut self, id: &InstanceId, record: &EventRecord, cause: EntryId) {
        // An event that cannot be recorded (its namespace is gone) is lost, as in Kubernetes.
        let _lost = self.call(id, &Call::Record(record.clone()), cause);
    }

    fn silence(&mut self, node: &Arc<str>, cause: EntryId) {
        let off = self.machines.get(node).is_some_and(|machine| !machine.on);
        if !off {
            return;
        }
        let actor = Actor::Component { name: "kubelet", node: Some(Arc::clone(node)) };
        let what = What::Silence { node: Arc::clone(node) };
        let entry = self.trace.push(self.now, vec![cause], actor, false, what);
        if let Some(machine) = self.machines.get_mut(node) {
            machine.silence = Some(entry);
        }
    }

    fn view<'a>(&'a self, id: &'a InstanceId) -> View<'a> {
        let instance = &self.instances[id];
        View {
            cache: &instance.cache,
            clock: self.clock(),
            node: id.node.as_ref(),
            machine: id.node.as_ref().and_then(|node| self.machines.get(node)),
            images: &self.images,
            memory: &instance.memory,
        }
    }

    fn instance_mut(&mut self, id: &InstanceId) -> Option<&mut Instance> {
        self.instances.get_mut(id).map(Arc::make_mut)
    }
}

/// Starts an instance: it lists what it watches, and looks at what it starts with.
pub(super) fn start(world: &mut World, id: &InstanceId, cause: EntryId) {
    let component = TABLE[id.row];
    let mut instance =
        Instance { running: true, seen_rev: world.store.rev(), ..Default::default() };
    instance.last_delivery = world.now;
    for kind in component.watches {
        for object in world.store.objects().of_kind(*kind) {
            if sees(component, object, id) {
                instance.cache.insert(object.clone());
            }
        }
    }
    world.instances.insert(id.clone(), Arc::new(instance));
    let keys = (component.starts_with)(&world.view(id));
    for key in keys {
        world.enqueue(id, &key, cause);
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
        let what = What::Container {
            pod: line.pod,
            pod_uid: line.pod_uid,
            container: line.container,
            image: line.image,
            transition: line.transition,
        };
        let actor = Actor::Runtime { node: Arc::clone(node) };
        cause = world.trace.push(world.now, vec![cause], actor, false, what);
    }
    if let Some(row) = TABLE.iter().position(|component| component.name == "kubelet") {
        let kubelet = InstanceId { row, node: Some(Arc::clone(node)) };
        for key in &happened.wake {
            world.enqueue(&kubelet, key, cause);
        }
    }
    for next in happened.next {
        let due = Due::Machine { node: Arc::clone(node), event: next.event, cause };
        world.queue.push(world.now + next.after_ms, next.class, due);
    }
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

fn sees(component: &ComponentRow, object: &Object, id: &InstanceId) -> bool {
    match (component.interest)(object) {
        Interest::All => true,
        Interest::Node(node) => id.node.as_deref() == Some(node),
        Interest::Nobody => false,
    }
}

fn actor(id: &InstanceId) -> Actor {
    Actor::Component { name: TABLE[id.row].name, node: id.node.clone() }
}

/// What is done about Leases is heartbeat; all else is work.
fn class_of(key: &Key) -> Class {
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
