//! Calls: the requests of an outcome are sent one by one; if one fails the rest is dropped.

use crate::api::Caller;
use crate::call::{Call, EventRecord};
use crate::component::{Failure, Host, Requeue};
use crate::components::TABLE;
use crate::object::Key;
use crate::queue::{Class, Due, InstanceId};
use crate::time::Millis;
use crate::trace::EntryId;
use crate::world::World;
use crate::world::engine::{actor, class_of, sees};
use crate::world::instance::InFlight;

/// client-go's `DefaultControllerRateLimiter`: 5 ms, doubling, at most 1000 s.
const BACKOFF_MS: (Millis, Millis) = (5, 1_000_000);

/// A call that was refused, and why.
struct Failed<'a> {
    call: &'a Call,
    message: String,
}

impl World {
    pub(super) fn send(&mut self, id: &InstanceId, key: &Key) {
        let Some(instance) = self.instance_mut(id) else { return };
        if instance.cut.is_some() {
            self.strand(id, key);
            return;
        }
        let Some(in_flight) = instance.in_flight.get_mut(key) else { return };
        let Some(step) = in_flight.steps.pop_front() else { return };
        let (decision, more) = (in_flight.decision, !in_flight.steps.is_empty());
        match self.call(id, &step.call, decision) {
            Ok((rev, name)) => {
                self.wrote(id, key, &step.call, rev);
                if TABLE[id.row].host == Host::ControlPlane {
                    self.may_lead(id, decision);
                }
                self.report(id, step.on_success.as_ref(), ("{name}", &name), decision);
                if more {
                    self.send_soon(id, key);
                } else {
                    self.land(id, key, Ok(()));
                }
            }
            Err(message) => {
                self.report(id, step.on_failure.as_ref(), ("{error}", &message), decision);
                let failed = Failed { call: &step.call, message };
                self.land(id, key, Err(failed));
            }
        }
    }

    fn call(
        &mut self,
        id: &InstanceId,
        call: &Call,
        decision: EntryId,
    ) -> Result<(Option<u64>, String), String> {
        let routine = self.is_routine(decision);
        let caller = Caller { actor: actor(id), causes: vec![decision], routine };
        match self.api().call(call, &caller) {
            Ok(called) => {
                let name = called.object.as_ref().map(|object| object.name().to_owned());
                Ok((called.rev, name.unwrap_or_default()))
            }
            // Somebody else has deleted it: what was wanted is so.
            Err(status)
                if status.code == 404
                    && matches!(call, Call::Delete { .. } | Call::Unfinalize { .. }) =>
            {
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
    fn land(&mut self, id: &InstanceId, key: &Key, result: Result<(), Failed<'_>>) {
        let Some(instance) = self.instance_mut(id) else { return };
        let Some(mut in_flight) = instance.in_flight.remove(key) else { return };
        if let Err(Failed { call, message }) = result {
            let before = instance.failures.get(key).map_or(0, |failure| failure.count);
            let failure = Failure {
                count: before.saturating_add(1),
                verb: call.verb(),
                kind: call.key().kind,
                message: message.into(),
            };
            instance.failures.insert(key.clone(), failure);
            let after_ms = BACKOFF_MS.0.saturating_mul(1 << before.min(20)).min(BACKOFF_MS.1);
            in_flight.requeue = Some(Requeue { after_ms, routine: false });
        } else {
            instance.failures.remove(key);
        }
        self.finish(id, key, in_flight);
    }

    pub(super) fn finish(&mut self, id: &InstanceId, key: &Key, in_flight: InFlight) {
        let InFlight { events, decision, requeue, .. } = in_flight;
        // One after the other: a recorder keeps the order in which it was told.
        let mut at = self.now;
        for event in events {
            at = at + self.latency() + self.repeats_ms(id);
            let record = Box::new(event);
            let due = Due::Record { instance: id.clone(), record, cause: decision };
            self.queue.push(at, Class::Work, due);
        }
        if let Some(requeue) = requeue {
            self.set_timer(id, key, requeue, decision);
        }
        self.rest(id, key);
    }

    /// A key is at rest, or dirty again; of a serial component the next has its turn.
    pub(super) fn rest(&mut self, id: &InstanceId, key: &Key) {
        let Some(instance) = self.instance_mut(id) else { return };
        if instance.dirty.contains_key(key) {
            self.take_turn(id, key.clone());
        }
        let Some(instance) = self.instance_mut(id) else { return };
        if instance.in_flight.is_empty()
            && let Some(next) = instance.first_in_line()
        {
            self.soon(class_of(&next), Due::Decide { instance: id.clone(), key: next });
        }
    }

    pub(super) fn record(&mut self, id: &InstanceId, record: &EventRecord, cause: EntryId) {
        // What ends before it has sent an event takes it along.
        let Some(instance) = self.instances.get(id).filter(|instance| instance.running) else {
            return;
        };
        if instance.cut.is_some() {
            self.hold(id, record, cause);
            return;
        }
        // An event that cannot be recorded (its namespace is gone) is lost, as in Kubernetes.
        let _lost = self.call(id, &Call::Record(record.clone()), cause);
    }
}
