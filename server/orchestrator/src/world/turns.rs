//! Turns: a key is dirty, its component decides, the outcome is carried out.

use std::sync::Arc;

use crate::component::{Outcome, Requeue, View};
use crate::components::TABLE;
use crate::machine::{MachineAct, Surroundings};
use crate::object::{Key, Kind};
use crate::queue::{Class, Due, InstanceId};
use crate::random::Purpose;
use crate::time::Millis;
use crate::trace::{EntryId, What};
use crate::world::World;
use crate::world::engine::{actor, class_of, happened};
use crate::world::instance::InFlight;

/// How long a component thinks before its turn, and a request travels.
const LATENCY_MS: (Millis, Millis) = (1, 3);

impl World {
    pub(super) fn unblock(&mut self, id: &InstanceId) {
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

    pub(super) fn take_turn(&mut self, id: &InstanceId, key: Key) {
        if TABLE[id.row].serial
            && let Some(instance) = self.instance_mut(id)
        {
            instance.line_up(&key);
        }
        let class = class_of(&key);
        self.soon(class, Due::Decide { instance: id.clone(), key });
    }

    pub(super) fn soon(&mut self, class: Class, due: Due) {
        let latency = self.latency();
        self.queue.push(self.now + latency, class, due);
    }

    pub(super) fn latency(&mut self) -> Millis {
        self.random.between(Purpose::Latency, LATENCY_MS.0, LATENCY_MS.1)
    }

    /// Whose turn it is: of a serial component the first in line, whoever was called.
    fn whose_turn(&mut self, id: &InstanceId, called: &Key) -> Option<Key> {
        let instance = self.instance_mut(id).filter(|instance| instance.running)?;
        if TABLE[id.row].serial {
            return if instance.in_flight.is_empty() { instance.next_in_line() } else { None };
        }
        if instance.in_flight.contains_key(called) || !instance.dirty.contains_key(called) {
            return None;
        }
        if instance.lags(called) {
            instance.blocked.insert(called.clone());
            return None;
        }
        Some(called.clone())
    }

    pub(super) fn decide(&mut self, id: &InstanceId, called: &Key) {
        let component = TABLE[id.row];
        let Some(key) = &self.whose_turn(id, called) else { return };
        let Some(instance) = self.instance_mut(id) else { return };
        let causes = instance.dirty.remove(key).unwrap_or_default();
        instance.wrote.remove(key);
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
        if notes.is_empty() {
            instance.said.remove(key);
        } else {
            instance.said.insert(key.clone(), notes);
        }
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
            self.send_soon(id, key);
        }
    }

    /// A request sets off to the API server.
    pub(super) fn send_soon(&mut self, id: &InstanceId, key: &Key) {
        let at = self.now + self.latency() + self.repeats_ms(id);
        self.queue.push(at, class_of(key), Due::Send { instance: id.clone(), key: key.clone() });
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
        self.trace.push(self.now, causes, actor(id), outcome.routine, what)
    }

    /// What a control plane concludes from a silent node, it concludes because of the silence.
    fn silence_behind(&self, id: &InstanceId, key: &Key) -> Option<EntryId> {
        if id.node.is_some() || key.kind != Kind::Node {
            return None;
        }
        self.machines.get(key.name())?.silence
    }

    fn act(&mut self, id: &InstanceId, acts: &[MachineAct], decision: EntryId) {
        let Some(node) = id.node.clone() else { return };
        for act in acts {
            let clock = self.clock();
            let Some(machine) = self.machines.get_mut(&node) else { return };
            let mut around = Surroundings {
                clock,
                random: &mut self.random,
                images: &self.images,
                disks: &mut self.disks,
            };
            let outcome = machine.act(act, &mut around);
            happened(self, &node, outcome, decision);
        }
    }

    pub(super) fn set_timer(
        &mut self,
        id: &InstanceId,
        key: &Key,
        requeue: Requeue,
        cause: EntryId,
    ) {
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

    pub(super) fn view<'a>(&'a self, id: &'a InstanceId) -> View<'a> {
        let instance = &self.instances[id];
        View {
            cache: &instance.cache,
            has_listed: instance.has_listed(),
            clock: self.clock(),
            node: id.node.as_ref(),
            machine: id.node.as_ref().and_then(|node| self.machines.get(node)),
            images: &self.images,
            machines: Some(&self.machines),
            is_measured: self.scenario.has_metrics(),
            memory: &instance.memory,
            failures: &instance.failures,
        }
    }
}
