//! All that will happen, ordered by time and then by the order in which it was queued.

use std::sync::Arc;

use imbl::OrdMap;

use crate::call::EventRecord;
use crate::machine::MachineEvent;
use crate::object::Key;
use crate::time::Time;
use crate::trace::EntryId;

/// An instance of a component: its row in the table, and its node if it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstanceId {
    pub row: usize,
    pub node: Option<Arc<str>>,
}

/// How an event counts when somebody asks whether anything is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something is being done.
    Work,
    /// Somebody waits for a time: a back-off, an eviction.
    Wait,
    /// Heartbeats.
    Routine,
}

/// Something that will happen.
#[derive(Clone, Debug)]
pub enum Due {
    /// A watch tells an instance of the change at a revision.
    Deliver { to: InstanceId, rev: u64 },
    /// An instance takes its turn on a key.
    Decide { instance: InstanceId, key: Key },
    /// A requeue falls due.
    Timer { instance: InstanceId, key: Key, cause: EntryId },
    /// The next request of an outcome is sent.
    Send { instance: InstanceId, key: Key },
    /// An event is recorded.
    Record { instance: InstanceId, record: Box<EventRecord>, cause: EntryId },
    /// Something happens on a machine.
    Machine { node: Arc<str>, event: MachineEvent, cause: EntryId },
    /// A request goes on over the network.
    Packet { flight: u64 },
    /// The next requests of a stream of them are due.
    Traffic { load: u64 },
    /// A heartbeat would have come now, were the machine on.
    Silence { node: Arc<str>, cause: EntryId },
    /// A leader has not been able to renew its Lease until now.
    RenewDeadline { instance: InstanceId, cause: EntryId },
    /// A client whose connection was lost tries again.
    Reconnect { instance: InstanceId, cause: EntryId },
}

/// A place in the queue.
pub type Slot = (Time, u64);

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    events: OrdMap<Slot, (Class, Arc<Due>)>,
    sequence: u64,
    work: usize,
    waits: OrdMap<Slot, ()>,
}

impl Queue {
    pub fn push(&mut self, at: Time, class: Class, due: Due) -> Slot {
        let slot = (at, self.sequence);
        self.sequence += 1;
        self.events.insert(slot, (class, Arc::new(due)));
        match class {
            Class::Work => self.work += 1,
            Class::Wait => {
                self.waits.insert(slot, ());
            }
            Class::Routine => {}
        }
        slot
    }

    pub fn cancel(&mut self, slot: Slot) {
        if let Some((class, _)) = self.events.remove(&slot) {
            self.forget(slot, class);
        }
    }

    fn forget(&mut self, slot: Slot, class: Class) {
        match class {
            Class::Work => self.work -= 1,
            Class::Wait => {
                self.waits.remove(&slot);
            }
            Class::Routine => {}
        }
    }

    /// The next event, if it is due by then.
    pub fn pop(&mut self, by: Time) -> Option<(Time, Arc<Due>)> {
        let slot = self.events.get_min().map(|(slot, _)| *slot).filter(|(at, _)| *at <= by)?;
        let (class, due) = self.events.remove(&slot)?;
        self.forget(slot, class);
        Some((slot.0, due))
    }

    /// When anything at all is due.
    pub fn next(&self) -> Option<Time> {
        self.events.get_min().map(|((at, _), _)| *at)
    }

    /// When the next wait ends.
    pub fn next_wait(&self) -> Option<Time> {
        self.waits.get_min().map(|((at, _), ())| *at)
    }

    /// Whether nothing is being done: only waits and heartbeats are left.
    pub fn is_quiet(&self) -> bool {
        self.work == 0
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
