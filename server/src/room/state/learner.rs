//! One learner of a room.

use std::collections::BTreeMap;

use protocol::{Advice, LearnerRow, StepRef, You};

use crate::lesson::Standing;

#[derive(Clone, Debug, Default)]
pub(crate) struct Learner {
    pub(crate) number: u32,
    pub(crate) name: String,
    /// The hash of their secret.
    pub(crate) secret: Vec<u8>,
    pub(crate) admitted: bool,
    pub(crate) kept: bool,
    pub(crate) joined_s: i64,
    pub(crate) sandboxes: BTreeMap<String, String>,
    pub(crate) standings: BTreeMap<String, Standing>,
    /// Connections that they have open.
    pub(super) devices: u32,
    pub(crate) at: Option<String>,
    pub(super) acted_s: i64,
    /// When their hand went up, and which in a row of hands it was.
    pub(super) hand: Option<(i64, u64)>,
    pub(super) choice: Option<usize>,
    pub(super) asked: bool,
    pub(super) consent: bool,
    pub(super) lookers: u32,
    pub(super) note: Option<Advice>,
    /// The change of the room by which they became what they are.
    pub(super) changed: u64,
}

impl Learner {
    pub(crate) fn new(
        number: u32,
        name: String,
        secret: Vec<u8>,
        admitted: bool,
        now_s: i64,
    ) -> Self {
        Self { number, name, secret, admitted, joined_s: now_s, acted_s: now_s, ..Self::default() }
    }

    pub(crate) fn is_present(&self) -> bool {
        self.devices > 0
    }

    /// The lesson where they are, and their cluster of it.
    pub(crate) fn place(&self) -> Option<(&str, &str)> {
        let (lesson, sandbox) = self.sandboxes.get_key_value(self.at.as_ref()?)?;
        Some((lesson, sandbox))
    }

    /// Whether they are in this lesson, at this step or further.
    pub(super) fn has_come_to(&self, at: &StepRef) -> bool {
        if self.at.as_ref() != Some(&at.lesson) {
            return false;
        }
        self.standings.get(&at.lesson).is_some_and(|standing| {
            standing.step == at.step || standing.steps_done.contains(&at.step)
        })
    }

    pub(super) fn you(&self, hand: Option<usize>, held: bool) -> You {
        You {
            number: self.number,
            name: self.name.clone(),
            admitted: self.admitted,
            hand,
            lookers: self.lookers,
            asked: self.asked,
            consent: self.consent,
            kept: self.kept,
            held,
            choice: self.choice,
            note: self.note.clone(),
            at: self.at.clone(),
            sandboxes: self.sandboxes.clone(),
        }
    }

    pub(super) fn row(&self) -> LearnerRow {
        let standing = self.at.as_ref().and_then(|at| self.standings.get(at)).cloned();
        let standing = standing.unwrap_or_default();
        LearnerRow {
            number: self.number,
            name: self.name.clone(),
            present: self.is_present(),
            admitted: self.admitted,
            lesson: self.at.clone(),
            step: standing.step,
            steps_done: standing.steps_done,
            completed: standing.completed,
            attempts: standing.attempts,
            failures: standing.failures,
            repeated: standing.repeated,
            goal: standing.goal,
            wrong: standing.wrong,
            acted_s: self.acted_s,
            hand_s: self.hand.map(|(at_s, _)| at_s),
            choice: self.choice,
            lookers: self.lookers,
            consent: self.consent,
        }
    }
}
