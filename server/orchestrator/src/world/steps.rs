//! Running to what one wants to see: a write, a turn, a visible change, quiet.

use crate::object::Kind;
use crate::time::Time;
use crate::trace::{Entry, EntryId, What};
use crate::world::World;

impl World {
    /// Runs until something is stored, heartbeats and events left out. False if nothing was by
    /// `limit`; time stands at the limit then.
    pub fn run_to_write(&mut self, limit: Time) -> bool {
        self.run_to_entry(limit, |entry| matches!(entry.what, What::Write { .. }))
    }

    /// Runs until a component has taken a turn that came to something.
    pub fn run_to_turn(&mut self, limit: Time) -> bool {
        self.run_to_entry(limit, |entry| matches!(entry.what, What::Decision { .. }))
    }

    /// Runs until something changes that a picture of the cluster shows.
    pub fn run_to_visible(&mut self, limit: Time) -> bool {
        self.run_to_entry(limit, |entry| {
            matches!(entry.what, What::Write { .. } | What::Container { .. } | What::Fault { .. })
        })
    }

    /// Runs until nothing is left to do but to wait.
    pub fn run_to_quiet(&mut self, limit: Time) -> bool {
        while !self.is_quiet() {
            if !self.step_by(limit) {
                self.now = self.now.max(limit);
                return false;
            }
        }
        true
    }

    /// Finishes what is being done, then goes through the wait to the next visible change. If
    /// there is none by `limit`, it stays where all was done: nothing is worth the wait.
    pub fn run_to_next(&mut self, limit: Time) -> bool {
        if !self.run_to_quiet(limit) {
            return false;
        }
        let mut ahead = self.clone();
        let found = ahead.run_to_visible(limit);
        if found {
            *self = ahead;
        }
        found
    }

    fn run_to_entry(&mut self, limit: Time, wanted: fn(&Entry) -> bool) -> bool {
        loop {
            let before = self.trace.len();
            if !self.step_by(limit) {
                self.now = self.now.max(limit);
                return false;
            }
            if self.happened_since(before, wanted) {
                return true;
            }
        }
    }

    fn happened_since(&self, entry: EntryId, wanted: fn(&Entry) -> bool) -> bool {
        self.trace.iter_from(entry).any(|entry| !is_background(entry) && wanted(entry))
    }
}

/// Heartbeats, and the events that tell of what can be seen anyway.
fn is_background(entry: &Entry) -> bool {
    let of_event = matches!(&entry.what, What::Write { key, .. } if key.kind == Kind::Event);
    entry.routine || of_event
}
