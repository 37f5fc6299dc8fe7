//! A running component: its cache, its queue of keys, and what it is in the middle of.

use std::cmp::Reverse;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use k8s_openapi::api::core::v1::Pod;

use crate::call::{EventRecord, Step};
use crate::component::{Failure, Memory, Note, Requeue};
use crate::components::pods;
use crate::object::{Key, Object};
use crate::queue::Slot;
use crate::store::Objects;
use crate::time::Time;
use crate::trace::EntryId;

/// The state of one instance of a component.
#[derive(Clone, Debug, Default)]
pub(super) struct Instance {
    pub(super) running: bool,
    /// What its watches have told it so far.
    pub(super) cache: Objects,
    /// The revision up to which they have.
    pub(super) seen_rev: u64,
    /// Watches keep their order: nothing is told before this.
    pub(super) last_delivery: Time,
    /// Keys to look at, with what made them so.
    pub(super) dirty: OrdMap<Key, Vec<EntryId>>,
    /// Keys that wait for the cache to see the instance's own last write.
    pub(super) blocked: OrdSet<Key>,
    /// For a serial component: keys that wait for their turn, what is only to be forgotten first,
    /// then Pods of higher priority, then in the order in which they came.
    pub(super) backlog: OrdMap<(Reverse<i32>, u64), Key>,
    pub(super) arrivals: u64,
    pub(super) in_flight: OrdMap<Key, InFlight>,
    pub(super) timers: OrdMap<Key, Slot>,
    /// The revision of the last own write for a key.
    pub(super) wrote: OrdMap<Key, u64>,
    /// Failures in a row, for the back-off.
    pub(super) failures: OrdMap<Key, Failure>,
    pub(super) memory: OrdMap<Key, Memory>,
    /// Set while it does not reach the API server.
    pub(super) cut: Option<Cut>,
    /// Keys whose requests could not be sent, with the decision that wanted them.
    pub(super) stranded: OrdMap<Key, EntryId>,
    /// Events that could not, with their causes.
    pub(super) unsent: Vector<(Arc<EventRecord>, EntryId)>,
    /// The notes last traced for a key: the same are not traced again.
    pub(super) said: OrdMap<Key, Vec<Note>>,
}

/// A connection to the API server that is lost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) cause: EntryId,
    /// All changes up to this revision have been told; 0 if none.
    pub(super) from_rev: u64,
    /// Whether a request has been refused since, and traced.
    pub(super) told: bool,
}

/// An outcome that is being carried out.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pub(super) steps: Vector<Arc<Step>>,
    pub(super) events: Vec<EventRecord>,
    pub(super) decision: EntryId,
    /// Set as a timer once all is sent.
    pub(super) requeue: Option<Requeue>,
}

impl Instance {
    /// Whether its watches are open.
    pub(super) fn hears(&self) -> bool {
        self.running && self.cut.is_none()
    }

    /// Whether it has reached the API server since it started.
    pub(super) fn has_listed(&self) -> bool {
        self.seen_rev > 0
    }

    /// Puts a key into the backlog. A Pod that has its node, or is gone, needs no work: that it is
    /// forgotten must not wait behind thousands that do.
    pub(super) fn line_up(&mut self, key: &Key) {
        let pod = self.cache.get(key).and_then(Object::as_typed::<Pod>);
        let waiting = pod.filter(|pod| pods::node(pod).is_none());
        let priority = waiting
            .map_or(i32::MAX, |pod| pod.spec.as_ref().and_then(|spec| spec.priority).unwrap_or(0));
        self.arrivals += 1;
        self.backlog.insert((Reverse(priority), self.arrivals), key.clone());
    }

    /// The next key of the backlog that still wants a turn, left in its place.
    pub(super) fn first_in_line(&mut self) -> Option<Key> {
        loop {
            let (place, key) = self.backlog.get_min().cloned()?;
            if self.dirty.contains_key(&key) {
                return Some(key);
            }
            self.backlog.remove(&place);
        }
    }

    /// The next key of the backlog that may have its turn now; those that must first see their own
    /// last write step aside.
    pub(super) fn next_in_line(&mut self) -> Option<Key> {
        while let Some(key) = self.first_in_line() {
            self.backlog = self.backlog.without_min().1;
            if !self.lags(&key) {
                return Some(key);
            }
            self.blocked.insert(key);
        }
        None
    }

    /// Whether the cache lags behind the instance's own last write for this key.
    pub(super) fn lags(&self, key: &Key) -> bool {
        self.wrote.get(key).is_some_and(|rev| *rev > self.seen_rev)
    }
}
