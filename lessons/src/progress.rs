//! Where a learner is in a lesson.
//!
//! Progress is a pure function of the lesson, the world's history, and the little that the learner
//! told the page ([`Saved`]). Each fact of it is judged when it comes up, so it makes no
//! difference how often, or how late, [`Progress::observe`] is called.

mod play;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orchestrator::World;
use serde::{Deserialize, Serialize};

use crate::evidence::{Attempt, Evidence, Fact};
use crate::facts::{Read, facts};
use crate::lesson::{Goal, Lesson, Score, Step};
use crate::rule::Rule;
use crate::text::{Inline, Language, OTHERWISE};

pub use play::{Play, PlayAct};

/// What the learner told the page: together with the sandbox's log it restores the progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The step the learner looks at; empty: the first.
    pub at: String,
    /// The first choice made in each step.
    pub predictions: BTreeMap<String, String>,
    /// How many hints of each step were shown.
    pub hints: BTreeMap<String, u32>,
    /// How many lines of each step's solution were played.
    pub played: BTreeMap<String, u32>,
}

/// A change of the progress that is worth telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A goal is met now.
    GoalMet {
        /// Its step.
        step: String,
        /// Its id.
        goal: String,
    },
    /// A goal was met and is no longer.
    GoalLost {
        /// Its step.
        step: String,
        /// Its id.
        goal: String,
    },
    /// All goals of a step are met, and the next step is open.
    StepDone {
        /// Its id.
        step: String,
    },
    /// The last step is done.
    Completed,
    /// Another wrong answer, or none, is recognised.
    Wrong {
        /// Its name.
        name: Option<String>,
    },
}

/// How a goal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalStatus {
    /// Its id.
    pub id: String,
    /// Whether it is met.
    pub met: bool,
    /// The case that says why not yet; None where it is met.
    pub not_yet: Option<String>,
}

/// What there is to say to a prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// The choice.
    pub choice: String,
    /// Whether it is the right one.
    pub correct: bool,
}

/// A learner's progress in one lesson, in one sandbox.
#[derive(Clone, Debug)]
pub struct Progress {
    lesson: Arc<Lesson>,
    saved: Saved,
    evidence: Evidence,
    /// How far the world was read.
    read: Read,
    /// Steps that are done: the first so many of the lesson.
    done: usize,
    /// Goals of the open step that are met.
    met: BTreeSet<String>,
    /// Goals of the open step that were met, and stay so.
    latched: BTreeSet<String>,
    wrong: Option<String>,
    /// The evidence's count of changes when the open step was last judged: a rule whose variables
    /// have not changed since need not be asked again. 0: it was not judged yet.
    judged: u64,
    /// Steps whose prediction came true as the lesson says.
    proved: BTreeSet<String>,
    /// What each score came to, in the lesson's order.
    scores: Vec<i64>,
}

impl Progress {
    /// The progress at the beginning of a sandbox.
    pub fn new(lesson: Arc<Lesson>) -> Progress {
        Progress::restore(lesson, Saved::default())
    }

    /// The progress of a learner who was here before: `observe` the world to bring it up to date.
    pub fn restore(lesson: Arc<Lesson>, saved: Saved) -> Progress {
        let mut evidence = Evidence::default();
        for (step, choice) in &saved.predictions {
            evidence.choose(step, choice, lesson.is_right(step, choice));
        }
        let scores = vec![0; lesson.scores.len()];
        Progress {
            lesson,
            saved,
            evidence,
            read: Read::default(),
            done: 0,
            met: BTreeSet::new(),
            latched: BTreeSet::new(),
            wrong: None,
            judged: 0,
            proved: BTreeSet::new(),
            scores,
        }
    }

    /// The lesson.
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// What to keep, so that [`Progress::restore`] can go on from here.
    pub fn saved(&self) -> &Saved {
        &self.saved
    }

    /// Reads what is new in a world.
    pub fn observe(&mut self, world: &World) -> Vec<Change> {
        let new = facts(world, &mut self.read);
        self.take(new)
    }

    /// Takes in facts, each with its model time, one after another.
    pub fn take(&mut self, facts: impl IntoIterator<Item = (i64, Fact)>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (at_ms, fact) in facts {
            self.evidence.take(at_ms, fact);
            // A learner may be ahead of the text: the next step may be done already.
            while self.judge(&mut changes) {}
        }
        self.look_for_wrong(&mut changes);
        changes
    }

    /// Takes in how a command of the learner ended, whether it reached the API server or not.
    pub fn attempted(&mut self, attempt: Attempt) -> Vec<Change> {
        let mut changes = Vec::new();
        self.evidence.attempted(attempt);
        self.look_for_wrong(&mut changes);
        changes
    }

    /// The step the learner looks at.
    pub fn step(&self) -> &str {
        let known = self.lesson.step(&self.saved.at);
        known.or(self.lesson.steps.first()).map_or("", |step| step.id.as_str())
    }

    /// The first step that is not done; None where all are.
    pub fn open_step(&self) -> Option<&Step> {
        self.lesson.steps.get(self.done)
    }

    /// The steps that are done, in order.
    pub fn steps_done(&self) -> impl Iterator<Item = &str> {
        self.lesson.steps.iter().take(self.done).map(|step| step.id.as_str())
    }

    /// Whether all steps are done.
    pub fn completed(&self) -> bool {
        self.done == self.lesson.steps.len()
    }

    /// Looks at another step: one that is done, or the open one. False for any other.
    pub fn go_to(&mut self, step: &str) -> bool {
        let reachable = self.lesson.steps.iter().take(self.done + 1).any(|known| known.id == step);
        if reachable {
            step.clone_into(&mut self.saved.at);
        }
        reachable
    }

    /// How the goals of a step stand.
    pub fn goals(&self, step: &str) -> Vec<GoalStatus> {
        let Some(index) = self.lesson.steps.iter().position(|known| known.id == step) else {
            return Vec::new();
        };
        let goals = self.lesson.steps[index].goals.iter();
        goals.map(|goal| self.status(index, goal)).collect()
    }

    /// The wrong answer to the open step that is recognised now.
    pub fn wrong(&self) -> Option<&str> {
        self.wrong.as_deref()
    }

    /// Takes a prediction; the first one of a step counts. None for a step that asks nothing, or
    /// a choice it does not offer.
    pub fn predict(&mut self, step: &str, choice: &str) -> Option<Predicted> {
        let asked = self.lesson.step(step)?.prediction.as_ref()?;
        if !asked.choices.iter().any(|offered| offered == choice) {
            return None;
        }
        if !self.saved.predictions.contains_key(step) {
            self.saved.predictions.insert(step.to_owned(), choice.to_owned());
            self.evidence.choose(step, choice, self.lesson.is_right(step, choice));
            while self.judge(&mut Vec::new()) {}
        }
        self.predicted(step)
    }

    /// The prediction that was made in a step.
    pub fn predicted(&self, step: &str) -> Option<Predicted> {
        let choice = self.saved.predictions.get(step)?.clone();
        Some(Predicted { correct: self.lesson.is_right(step, &choice), choice })
    }

    /// Notes that a hint was shown (from 0).
    pub fn hint(&mut self, step: &str, number: u32) {
        let hints = self.lesson.step_text(step, Language::English).map_or(0, |it| it.hints.len());
        let shown = number.saturating_add(1).min(u32::try_from(hints).unwrap_or(u32::MAX));
        let seen = self.saved.hints.entry(step.to_owned()).or_default();
        *seen = shown.max(*seen);
    }

    /// What each score has come to, in the lesson's order.
    pub fn scores(&self) -> impl Iterator<Item = (&Score, i64)> {
        self.lesson.scores.iter().zip(self.scores.iter().copied())
    }

    /// Whether the right answer of a step's prediction came true when the step was done.
    pub(crate) fn proved(&self, step: &str) -> bool {
        self.proved.contains(step)
    }

    fn status(&self, step: usize, goal: &Goal) -> GoalStatus {
        let met = step < self.done || (step == self.done && self.met.contains(&goal.id));
        let case = || {
            let case = goal.not_yet.iter().find(|case| case.when.holds(&self.evidence));
            case.map_or(OTHERWISE, |case| case.id.as_str()).to_owned()
        };
        GoalStatus { id: goal.id.clone(), met, not_yet: (!met).then(case) }
    }

    /// Judges the open step as things stand after one fact. True if that finished it.
    fn judge(&mut self, changes: &mut Vec<Change>) -> bool {
        let lesson = Arc::clone(&self.lesson);
        let Some(step) = lesson.steps.get(self.done) else { return false };
        let judged = std::mem::replace(&mut self.judged, self.evidence.tick());
        let may_differ = |rule: &Rule, evidence: &Evidence| {
            judged == 0 || evidence.changed_since(rule.variables(), judged)
        };
        for (name, rule) in &lesson.measures {
            let differs = may_differ(rule, &self.evidence);
            if let Some(value) = differs.then(|| rule.number(&self.evidence)).flatten() {
                self.evidence.measure(name, value);
            }
        }
        for goal in &step.goals {
            if may_differ(&goal.met, &self.evidence) {
                self.judge_goal(step, goal, changes);
            }
        }
        let finished = self.met.len() == step.goals.len();
        if finished {
            self.finish(step, changes);
        }
        finished
    }

    fn judge_goal(&mut self, step: &Step, goal: &Goal, changes: &mut Vec<Change>) {
        let met = self.latched.contains(&goal.id) || goal.met.holds(&self.evidence);
        if met && goal.latch {
            self.latched.insert(goal.id.clone());
        }
        let (step, id) = (step.id.clone(), goal.id.clone());
        if met && self.met.insert(goal.id.clone()) {
            changes.push(Change::GoalMet { step, goal: id });
        } else if !met && self.met.remove(&goal.id) {
            changes.push(Change::GoalLost { step, goal: id });
        }
    }

    fn finish(&mut self, step: &Step, changes: &mut Vec<Change>) {
        let proof = step.prediction.as_ref().and_then(|asked| asked.proof.as_ref());
        if proof.is_some_and(|proof| proof.holds(&self.evidence)) {
            self.proved.insert(step.id.clone());
        }
        for (score, kept) in self.lesson.scores.iter().zip(&mut self.scores) {
            let value = score.value.number(&self.evidence).unwrap_or(0);
            *kept = if score.sum { *kept + value } else { value };
        }
        self.done += 1;
        self.met.clear();
        self.latched.clear();
        self.evidence.begin_step();
        self.judged = 0;
        changes.push(Change::StepDone { step: step.id.clone() });
        if self.completed() {
            changes.push(Change::Completed);
        }
    }

    fn look_for_wrong(&mut self, changes: &mut Vec<Change>) {
        let wrong = self.open_step().into_iter().flat_map(|step| &step.wrong);
        let mut given = wrong.filter(|wrong| wrong.when.holds(&self.evidence));
        let name = given.next().map(|wrong| wrong.name.clone());
        if name != self.wrong {
            self.wrong.clone_from(&name);
            changes.push(Change::Wrong { name });
        }
    }
}

/// What the progress says, in words.
impl Progress {
    /// Why a goal is not met yet.
    pub fn not_yet(&self, step: &str, goal: &GoalStatus, language: Language) -> Option<&Inline> {
        let case = goal.not_yet.as_deref()?;
        self.lesson.step_text(step, language)?.goal(&goal.id)?.not_yet.get(case)
    }

    /// The reply to the wrong answer that is recognised: its name, and HTML. None while the
    /// learner looks at another step than the one it answers.
    pub fn wrong_words(&self, language: Language) -> Option<(&str, &str)> {
        let name = self.wrong.as_deref()?;
        let open = self.open_step().filter(|open| open.id == self.step())?;
        let step = self.lesson.step_text(&open.id, language)?;
        Some((name, step.wrong.get(name)?))
    }

    /// What there is to say to the prediction made in a step: HTML.
    pub fn predicted_words(&self, step: &str, language: Language) -> Option<&str> {
        let choice = self.saved.predictions.get(step)?;
        let asked = self.lesson.step_text(step, language)?.prediction.as_ref()?;
        asked.answers.get(choice).map(String::as_str)
    }
}
