//! What hosts and learners do to a room, as far as it changes nothing but the room.

use std::collections::BTreeMap;

use protocol::{Advice, Question, RoomRefusal, StepRef};

use super::{Learner, MINUTES_MAX, Result, Room, clean};
use crate::lesson::Standing;

/// Letters of a hint, of a question and of an answer to it.
const TEXT_MAX: usize = 2_000;
const QUESTION_MAX: usize = 400;
const CHOICES: std::ops::RangeInclusive<usize> = 2..=6;

impl Room {
    pub(in crate::room) fn admit(&mut self, number: u32) -> Result<()> {
        self.known(number)?.admitted = true;
        self.touch(number);
        Ok(())
    }

    /// A learner is no more in the room; their clusters, if they do not keep them.
    pub(in crate::room) fn remove(&mut self, number: u32) -> Result<BTreeMap<String, String>> {
        let learner = self.learners.remove(&number).ok_or(RoomRefusal::NotFound)?;
        self.end_looks_at(number);
        self.touch(number);
        self.left.push((self.changes, number));
        self.stir.own.remove(&number);
        self.stir.gone.insert(number);
        self.tell_queue();
        Ok(if learner.kept { BTreeMap::new() } else { learner.sandboxes })
    }

    pub(in crate::room) fn raise_hand(&mut self, number: u32, up: bool, now_s: i64) -> Result<()> {
        let turn = self.changes;
        let learner = self.known(number)?;
        match (up, learner.hand) {
            (true, None) => learner.hand = Some((now_s, turn)),
            (false, Some(_)) => learner.hand = None,
            _ => return Ok(()),
        }
        learner.acted_s = now_s;
        self.touch(number);
        self.tell_queue();
        Ok(())
    }

    /// Those whose hands are up may have moved in the queue.
    fn tell_queue(&mut self) {
        let waiting = self.learners.values().filter(|learner| learner.hand.is_some());
        self.stir.own.extend(waiting.map(|learner| learner.number));
    }

    /// Words to one learner, or to all.
    pub(in crate::room) fn hint(&mut self, to: Option<u32>, text: &str) -> Result<()> {
        let text = clean(text, TEXT_MAX).ok_or(RoomRefusal::Invalid)?;
        self.notes += 1;
        let note = Some(Advice { number: self.notes, text });
        match to {
            None => {
                self.note = note;
                self.stir.room = true;
            }
            Some(number) => {
                self.known(number)?.note = note;
                self.touch(number);
            }
        }
        Ok(())
    }

    pub(in crate::room) fn ask_to_act(&mut self, number: u32) -> Result<()> {
        let learner = self.known(number)?;
        learner.asked = !learner.consent;
        self.touch(number);
        Ok(())
    }

    pub(in crate::room) fn consent(&mut self, number: u32, given: bool) -> Result<()> {
        let learner = self.known(number)?;
        (learner.consent, learner.asked) = (given, false);
        self.touch(number);
        Ok(())
    }

    pub(in crate::room) fn keep(&mut self, number: u32, kept: bool) -> Result<()> {
        self.known(number)?.kept = kept;
        self.touch(number);
        Ok(())
    }

    pub(in crate::room) fn hold(&mut self, held: bool) {
        self.held = held;
        self.tell_all();
    }

    /// From now on whoever comes to this step waits there.
    pub(in crate::room) fn hold_at(&mut self, step: Option<StepRef>) {
        self.held_at = step;
        self.tell_all();
    }

    /// What all see has changed, and with it what single learners may do.
    fn tell_all(&mut self) {
        self.stir.room = true;
        self.stir.own.extend(self.learners.keys());
    }

    pub(in crate::room) fn ask(&mut self, question: &str, choices: &[String]) -> Result<()> {
        let question = clean(question, QUESTION_MAX).ok_or(RoomRefusal::Invalid)?;
        let choices: Option<Vec<_>> = choices.iter().map(|it| clean(it, QUESTION_MAX)).collect();
        let choices = choices.filter(|all| CHOICES.contains(&all.len()));
        let choices = choices.ok_or(RoomRefusal::Invalid)?;
        self.question = Some(Question { question, choices, answered: 0, revealed: None });
        self.forget_choices();
        Ok(())
    }

    pub(in crate::room) fn choose(&mut self, number: u32, choice: usize, now_s: i64) -> Result<()> {
        let open = self.question.as_ref().filter(|question| question.revealed.is_none());
        if open.is_none_or(|question| choice >= question.choices.len()) {
            return Err(RoomRefusal::NotFound);
        }
        let learner = self.known(number)?;
        (learner.choice, learner.acted_s) = (Some(choice), now_s);
        let chosen = self.learners.values().filter(|learner| learner.choice.is_some()).count();
        if let Some(question) = &mut self.question {
            question.answered = u32::try_from(chosen).unwrap_or(u32::MAX);
        }
        self.touch(number);
        self.stir.room = true;
        Ok(())
    }

    pub(in crate::room) fn reveal(&mut self, right: Option<usize>) -> Result<()> {
        let question = self.question.as_mut().ok_or(RoomRefusal::NotFound)?;
        if right.is_some_and(|right| right >= question.choices.len()) {
            return Err(RoomRefusal::NotFound);
        }
        let mut counts = vec![0; question.choices.len()];
        for choice in self.learners.values().filter_map(|learner| learner.choice) {
            counts[choice] += 1;
        }
        question.revealed = Some((counts, right));
        self.stir.room = true;
        Ok(())
    }

    pub(in crate::room) fn withdraw(&mut self) {
        self.question = None;
        self.forget_choices();
    }

    fn forget_choices(&mut self) {
        let chosen: Vec<u32> = self
            .learners
            .values_mut()
            .filter_map(|learner| learner.choice.take().map(|_| learner.number))
            .collect();
        chosen.into_iter().for_each(|number| self.touch(number));
        self.stir.room = true;
    }

    pub(in crate::room) fn extend(&mut self, minutes: u32, now_s: i64) {
        let latest_s = now_s + i64::from(MINUTES_MAX) * 60;
        let later_s = self.plan.closes_s + i64::from(minutes.min(MINUTES_MAX)) * 60;
        self.plan.closes_s = later_s.min(latest_s);
        self.stir.room = true;
    }

    /// Whether a learner may go to a lesson, and their cluster of it if there is one.
    pub(in crate::room) fn way(&self, number: u32, lesson: &str) -> Result<Option<String>> {
        let learner = self.learner(number)?;
        if !learner.admitted {
            return Err(RoomRefusal::NotAdmitted);
        }
        self.has(lesson)?;
        Ok(learner.sandboxes.get(lesson).cloned())
    }

    pub(in crate::room) fn has(&self, lesson: &str) -> Result<()> {
        let has = self.plan.lessons.iter().any(|own| own == lesson);
        has.then_some(()).ok_or(RoomRefusal::NotFound)
    }

    /// A learner is in a lesson now, with this cluster.
    pub(in crate::room) fn enter(
        &mut self,
        number: u32,
        lesson: &str,
        sandbox: &str,
        now_s: i64,
    ) -> Result<()> {
        let learner = self.known(number)?;
        learner.sandboxes.insert(lesson.to_owned(), sandbox.to_owned());
        learner.at = Some(lesson.to_owned());
        learner.acted_s = now_s;
        self.touch(number);
        Ok(())
    }

    /// How a learner stands in a lesson; `acted`: they have done something since.
    pub(in crate::room) fn stand(
        &mut self,
        number: u32,
        lesson: &str,
        standing: Standing,
        acted: bool,
        now_s: i64,
    ) {
        let Ok(learner) = self.known(number) else { return };
        let before = learner.standings.get(lesson);
        if !acted && before == Some(&standing) {
            return;
        }
        // Also what failed is something that was done.
        let tried = before.is_some_and(|before| before.attempts != standing.attempts);
        let acted = acted || tried;
        if acted {
            learner.acted_s = now_s;
        }
        let waited = self.waits(number);
        let Ok(learner) = self.known(number) else { return };
        learner.standings.insert(lesson.to_owned(), standing);
        self.tell_hosts(number);
        if self.waits(number) != waited {
            self.stir.own.insert(number);
        }
    }

    pub(in crate::room) fn host_enters(&mut self, lesson: &str, sandbox: &str) {
        self.sandboxes.insert(lesson.to_owned(), sandbox.to_owned());
        self.host_at = Some(lesson.to_owned());
        self.stir.lead = true;
    }

    fn known(&mut self, number: u32) -> Result<&mut Learner> {
        self.learners.get_mut(&number).ok_or(RoomRefusal::NotFound)
    }
}
