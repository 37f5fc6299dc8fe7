//! Connections to the API server: lost, and found again.
//!
//! A component that does not reach the API server goes on with what it knows; a kubelet goes on
//! running its containers. The requests that it cannot send are tried again when the connection is
//! back. It reads on where its watches broke off, or lists anew if that is too long ago.

use std::sync::Arc;

use crate::api::outage::Outage;
use crate::call::EventRecord;
use crate::component::Host;
use crate::components::TABLE;
use crate::components::leader_election::RENEW_DEADLINE_MS;
use crate::network::wire;
use crate::object::{Key, Kind};
use crate::queue::{Class, Due, InstanceId};
use crate::random::Purpose;
use crate::time::Millis;
use crate::trace::{Actor, EntryId, What};
use crate::world::World;
use crate::world::control_plane::{Access, From, Program};
use crate::world::engine::{actor, is_concerned};
use crate::world::instance::Cut;

/// How soon a client tries again: client-go's reflectors begin with 800 ms and double it.
const RETRY_MS: (Millis, Millis) = (800, 3000);
/// Events that wait to be sent; a recorder has no more room.
const UNSENT_MAX: usize = 100;

impl Access {
    /// What is wrong, if anything is.
    pub(super) const fn outage(self) -> Option<Outage> {
        match self {
            Access::Full => None,
            Access::NoQuorum => Some(Outage::NoQuorum),
            Access::Refused => Some(Outage::Refused),
            Access::TimedOut => Some(Outage::TimedOut),
        }
    }

    /// Whether even connections that were open are lost.
    pub(super) const fn is_closed(self) -> bool {
        matches!(self, Access::Refused | Access::TimedOut)
    }
}

impl World {
    /// How somebody outside finds the API server.
    pub(super) fn access_from_outside(&self) -> Access {
        self.control_plane.access(&self.machines, From::Outside)
    }

    fn access(&self, id: &InstanceId) -> Access {
        let from = match (&id.node, Program::of_host(TABLE[id.row].host)) {
            (Some(node), _) if TABLE[id.row].host == Host::ControlPlane => From::Local(node),
            (Some(node), _) => From::Node(node),
            (None, Some(program)) => match self.control_plane.leader(program) {
                Some(node) => From::Local(node),
                None => From::Outside,
            },
            (None, None) => From::Outside,
        };
        self.control_plane.access(&self.machines, from)
    }

    /// How much later than over a sound wire a packet arrives between an instance and the API
    /// server.
    pub(super) fn repeats_ms(&mut self, id: &InstanceId) -> Millis {
        let Some(node) = id.node.as_deref().filter(|_| TABLE[id.row].host == Host::EachNode) else {
            return 0;
        };
        if self.instances.get(id).is_none_or(|instance| !instance.hears()) {
            return 0; // What is cut off waits for the connection.
        }
        wire::repeats_ms(self.control_plane.loss_from(&self.machines, node), &mut self.random)
    }

    /// After something has changed about who reaches whom: cuts and mends connections.
    pub(super) fn review_connections(&mut self, cause: EntryId) {
        let ids: Vec<InstanceId> = self.instances.keys().cloned().collect();
        for id in ids {
            let full = self.access(&id) == Access::Full;
            let told = self.told;
            let Some(instance) = self.instances.get(&id).filter(|instance| instance.running) else {
                continue;
            };
            match (full, &instance.cut) {
                (false, None) => {
                    if let Some(instance) = self.instance_mut(&id) {
                        instance.cut = Some(Cut { cause, from_rev: told, told: false });
                    }
                }
                (true, Some(_)) => self.retry_soon(id, cause),
                _ => {}
            }
        }
        let cut = self.access_from_outside() != Access::Full;
        self.control_plane.trouble = cut.then_some(cause);
    }

    fn retry_soon(&mut self, instance: InstanceId, cause: EntryId) {
        let after = self.random.between(Purpose::Connection, RETRY_MS.0, RETRY_MS.1);
        self.queue.push(self.now + after, Class::Work, Due::Reconnect { instance, cause });
    }

    /// An instance that starts while it reaches nobody knows of nothing.
    pub(super) fn cut_at_start(&self, id: &InstanceId, cause: EntryId) -> Option<Cut> {
        (self.access(id) != Access::Full).then_some(Cut { cause, from_rev: 0, told: false })
    }

    /// A request that cannot be sent: the key waits for the connection.
    pub(super) fn strand(&mut self, id: &InstanceId, key: &Key) {
        let outage = self.access(id).outage();
        let Some(instance) = self.instance_mut(id) else { return };
        let Some(in_flight) = instance.in_flight.remove(key) else { return };
        let Some(cut) = &mut instance.cut else { return };
        let (cause, first) = (cut.cause, !cut.told);
        cut.told = true;
        instance.stranded.insert(key.clone(), in_flight.decision);
        let call = in_flight.steps.front().map(|step| step.call.clone());
        if let (true, Some(call), Some(outage)) = (first, call, outage) {
            let what = What::Request {
                verb: call.verb(),
                key: Some(call.key()),
                subresource: call.subresource(),
                status: outage.code(),
                message: outage.message().to_owned(),
            };
            let causes = vec![in_flight.decision, cause];
            self.trace.push(self.now, causes, actor(id), false, what);
        }
        if key.kind == Kind::Lease {
            self.fall_silent(id, cause);
        }
        if TABLE[id.row].host == Host::ControlPlane {
            let due = Due::RenewDeadline { instance: id.clone(), cause };
            self.queue.push(self.now + RENEW_DEADLINE_MS, Class::Wait, due);
        }
        self.rest(id, key);
    }

    /// The heartbeat of a node that is cut off does not arrive.
    fn fall_silent(&mut self, id: &InstanceId, cause: EntryId) {
        let Some(node) = id.node.as_ref().filter(|_| TABLE[id.row].host == Host::EachNode) else {
            return;
        };
        let loud = self.machines.get(node).is_some_and(|machine| machine.silence.is_none());
        if !loud {
            return;
        }
        let actor = Actor::Component { name: "kubelet", node: Some(Arc::clone(node)) };
        let what = What::Silence { node: Arc::clone(node) };
        let entry = self.trace.push(self.now, vec![cause], actor, false, what);
        if let Some(machine) = self.machines.get_mut(node) {
            machine.silence = Some(entry);
        }
    }

    /// Keeps an event until it can be sent.
    pub(super) fn hold(&mut self, id: &InstanceId, record: &EventRecord, cause: EntryId) {
        let Some(instance) = self.instance_mut(id) else { return };
        if instance.unsent.len() < UNSENT_MAX {
            instance.unsent.push_back((Arc::new(record.clone()), cause));
        }
    }

    /// A client tries again.
    pub(super) fn reconnect(&mut self, id: &InstanceId, cause: EntryId) {
        if self.access(id) != Access::Full {
            return;
        }
        let now = self.now;
        let Some(instance) = self.instance_mut(id).filter(|instance| instance.running) else {
            return;
        };
        let Some(cut) = instance.cut.take() else { return };
        let pending = instance.last_delivery > now;
        let from = if pending { instance.seen_rev } else { cut.from_rev.max(instance.seen_rev) };
        let stranded = std::mem::take(&mut instance.stranded);
        let unsent = std::mem::take(&mut instance.unsent);
        self.catch_up(id, from, cause);
        if let Some(node) = &id.node
            && let Some(machine) = self.machines.get_mut(node)
            && TABLE[id.row].name == "kubelet"
        {
            machine.silence = None;
        }
        for key in stranded.keys() {
            self.enqueue(id, key, cause);
        }
        for (record, cause) in unsent {
            let record = Box::new(EventRecord::clone(&record));
            self.soon(Class::Work, Due::Record { instance: id.clone(), record, cause });
        }
        self.unblock(id);
    }

    /// Tells an instance of what it has missed.
    fn catch_up(&mut self, id: &InstanceId, from: u64, cause: EntryId) {
        let component = TABLE[id.row];
        let missed: Option<Vec<u64>> = self.store.since(from).map(|changes| {
            let concerned = changes.filter(|change| is_concerned(component, change, id));
            concerned.map(|change| change.rev).collect()
        });
        let Some(missed) = missed.filter(|_| from > 0) else {
            self.list(id, cause);
            return;
        };
        for rev in missed {
            self.deliver(id, rev);
        }
        let (rev, now) = (self.store.rev(), self.now);
        if let Some(instance) = self.instance_mut(id) {
            instance.seen_rev = rev;
            instance.last_delivery = instance.last_delivery.min(now);
        }
    }
}
