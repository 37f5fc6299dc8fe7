//! What is true of a room now. It knows no clock, no socket and no database: whoever changes it
//! says what time it is, and asks afterwards who has to hear of it.

mod deeds;
mod learner;
mod look;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Advice, Closing, LearnerRow, Question, RoomRefusal, RoomView, StepRef, You};

use self::look::Look;
pub(crate) use self::{learner::Learner, look::LOOK};

/// Seconds after which a hold ends while no host is there.
const HOLD_S: i64 = 120;
/// Seconds after which a room closes in which nobody is.
const EMPTY_S: i64 = 6 * 60 * 60;
/// No room is open for longer.
pub(super) const MINUTES_MAX: u32 = 24 * 60;
/// Learners of one room, and connections of one learner and of all hosts.
pub(super) const LEARNERS_MAX: usize = 1_000;
const DEVICES_MAX: u32 = 4;
const HOSTS_MAX: u32 = 8;
/// Letters of a name.
pub(super) const NAME_MAX: usize = 40;

type Result<T> = std::result::Result<T, RoomRefusal>;

/// What a room began as, and when it closes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) id: String,
    /// The hash of the hosts' secret.
    pub(crate) host: Vec<u8>,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) language: String,
    /// An empty one is the playground.
    pub(crate) lessons: Vec<String>,
    pub(crate) admission: bool,
    pub(crate) closes_s: i64,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Host,
    Learner(u32),
}

/// Who has to hear of what has changed.
#[derive(Debug, Default)]
pub(super) struct Stir {
    /// What all see.
    pub(super) room: bool,
    /// What hosts see.
    pub(super) rows: bool,
    pub(super) lead: bool,
    /// What single learners see.
    pub(super) own: BTreeSet<u32>,
    /// These are in the room no more.
    pub(super) gone: BTreeSet<u32>,
}

/// What has become of a room while time passed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) closing: Option<Closing>,
    /// The hold has ended.
    pub(super) released: bool,
}

#[derive(Debug)]
pub(crate) struct Room {
    pub(super) plan: Plan,
    learners: BTreeMap<u32, Learner>,
    /// The number of the last learner who joined.
    last: u32,
    hosts: u32,
    /// When a host, and when anybody, was there last.
    host_s: i64,
    seen_s: i64,
    held: bool,
    /// Where whoever comes so far waits.
    held_at: Option<StepRef>,
    /// The lesson and the look of the hosts' cluster that is shown.
    shown: Option<(String, String)>,
    question: Option<Question>,
    note: Option<Advice>,
    notes: u64,
    /// The hosts' clusters, and the lesson where they were last.
    pub(super) sandboxes: BTreeMap<String, String>,
    host_at: Option<String>,
    looks: BTreeMap<String, Look>,
    changes: u64,
    /// Learners who have left, each with the change that told so.
    left: Vec<(u64, u32)>,
    stir: Stir,
}

impl Room {
    pub(super) fn new(plan: Plan, now_s: i64) -> Self {
        Self {
            plan,
            learners: BTreeMap::new(),
            last: 0,
            hosts: 0,
            host_s: now_s,
            seen_s: now_s,
            held: false,
            held_at: None,
            shown: None,
            question: None,
            note: None,
            notes: 0,
            sandboxes: BTreeMap::new(),
            host_at: None,
            looks: BTreeMap::new(),
            changes: 0,
            left: Vec::new(),
            stir: Stir::default(),
        }
    }

    /// Puts in a learner whom the database knows.
    pub(super) fn restore(&mut self, learner: Learner) {
        self.last = self.last.max(learner.number);
        self.learners.insert(learner.number, learner);
    }

    pub(super) fn learner(&self, number: u32) -> Result<&Learner> {
        self.learners.get(&number).ok_or(RoomRefusal::NotFound)
    }

    pub(super) fn learners(&self) -> impl Iterator<Item = &Learner> {
        self.learners.values()
    }

    /// Who has a secret of this hash.
    pub(super) fn who(&self, secret: &[u8]) -> Option<Who> {
        if secret == self.plan.host {
            return Some(Who::Host);
        }
        let found = self.learners.values().find(|learner| learner.secret == secret);
        found.map(|learner| Who::Learner(learner.number))
    }

    /// A new learner; their number.
    pub(super) fn join(&mut self, name: &str, secret: Vec<u8>, now_s: i64) -> Result<u32> {
        let name = clean(name, NAME_MAX).ok_or(RoomRefusal::Invalid)?;
        if self.learners.len() >= LEARNERS_MAX {
            return Err(RoomRefusal::Unavailable);
        }
        self.last += 1;
        let admitted = !self.plan.admission;
        let learner = Learner::new(self.last, name, secret, admitted, now_s);
        self.learners.insert(self.last, learner);
        self.seen_s = now_s;
        self.touch(self.last);
        Ok(self.last)
    }

    /// A connection is made; false if there is no place for it.
    pub(super) fn arrive(&mut self, who: Who, now_s: i64) -> bool {
        self.seen_s = now_s;
        match who {
            Who::Host if self.hosts >= HOSTS_MAX => false,
            Who::Host => {
                self.hosts += 1;
                self.host_s = now_s;
                self.stir.room = true;
                true
            }
            Who::Learner(number) => {
                let Some(learner) = self.learners.get_mut(&number) else { return false };
                if learner.devices >= DEVICES_MAX {
                    return false;
                }
                learner.devices += 1;
                learner.acted_s = now_s;
                self.touch(number);
                true
            }
        }
    }

    pub(super) fn depart(&mut self, who: Who, now_s: i64) {
        self.seen_s = now_s;
        match who {
            Who::Host => {
                self.hosts = self.hosts.saturating_sub(1);
                self.host_s = now_s;
                self.stir.room = true;
            }
            Who::Learner(number) => {
                if let Some(learner) = self.learners.get_mut(&number) {
                    learner.devices = learner.devices.saturating_sub(1);
                    self.touch(number);
                }
            }
        }
    }

    /// Time has passed.
    pub(super) fn pass(&mut self, now_s: i64) -> Passed {
        if self.hosts > 0 {
            self.host_s = now_s;
        }
        if self.hosts > 0 || self.learners.values().any(|learner| learner.devices > 0) {
            self.seen_s = now_s;
        }
        let released = self.holds() && now_s - self.host_s >= HOLD_S;
        if released {
            self.hold(false);
            self.hold_at(None);
        }
        let closing = if now_s >= self.plan.closes_s {
            Some(Closing::Time)
        } else if now_s - self.seen_s >= EMPTY_S {
            Some(Closing::Empty)
        } else {
            None
        };
        Passed { closing, released }
    }

    /// What has changed since this was asked last.
    pub(super) fn take_stir(&mut self) -> Stir {
        std::mem::take(&mut self.stir)
    }

    /// What all see.
    pub(super) fn view(&self) -> RoomView {
        RoomView {
            name: self.plan.name.clone(),
            language: self.plan.language.clone(),
            lessons: self.plan.lessons.clone(),
            code: self.plan.code.clone(),
            closes_s: self.plan.closes_s,
            hosts: self.hosts,
            held: self.held,
            held_at: self.held_at.clone(),
            shown: self.shown.clone(),
            question: self.question.clone(),
            note: self.note.clone(),
        }
    }

    /// What a learner sees.
    pub(super) fn you(&self, number: u32) -> Option<You> {
        let learner = self.learners.get(&number)?;
        let hand = learner.hand.map(|mine| {
            self.learners.values().filter_map(|other| other.hand).filter(|up| *up < mine).count()
        });
        Some(learner.you(hand, self.waits(number)))
    }

    /// The learners that have changed since a change, those who have left, and the last change.
    pub(super) fn rows(&self, since: u64) -> (Vec<LearnerRow>, Vec<u32>, u64) {
        let rows = self.learners.values().filter(|learner| learner.changed > since);
        let gone = self.left.iter().filter(|(change, _)| *change > since);
        (rows.map(Learner::row).collect(), gone.map(|(_, number)| *number).collect(), self.changes)
    }

    /// The lesson where the hosts were last.
    pub(super) fn latest_own(&self) -> Option<String> {
        self.host_at.clone().or_else(|| self.sandboxes.keys().next().cloned())
    }

    /// Whether anybody is held, or may come to be.
    pub(super) fn holds(&self) -> bool {
        self.held || self.held_at.is_some()
    }

    /// Whether a learner can do nothing now: a host holds all, or those who came as far as they.
    pub(super) fn waits(&self, number: u32) -> bool {
        let has_come = |at: &StepRef| {
            let learner = self.learners.get(&number);
            learner.is_some_and(|learner| learner.has_come_to(at))
        };
        self.held || self.held_at.as_ref().is_some_and(has_come)
    }

    /// A learner is not as before.
    fn touch(&mut self, number: u32) {
        self.tell_hosts(number);
        self.stir.own.insert(number);
    }

    /// A learner is not as before in what only hosts see.
    fn tell_hosts(&mut self, number: u32) {
        self.changes += 1;
        if let Some(learner) = self.learners.get_mut(&number) {
            learner.changed = self.changes;
        }
        self.stir.rows = true;
    }
}

/// A text without what cannot be seen; none if nothing is left, or too much.
fn clean(text: &str, letters_max: usize) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= letters_max;
    fits.then(|| text.to_owned())
}

/// What a room may be called; none for what is no name.
pub(super) fn name(text: &str) -> Option<String> {
    clean(text, 2 * NAME_MAX)
}
