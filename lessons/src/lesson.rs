//! A lesson: its rules from `lesson.yaml`, its words in each language, its files and scripts.

mod fits;
mod read;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::Rule;
use crate::script::Part;
use crate::text::{Language, LessonText, StepText};

pub(crate) use read::read;
pub(crate) use sheet::Sheet;

/// One lesson of the course.
#[derive(Debug)]
pub struct Lesson {
    /// Its name in addresses: `first-pod`.
    pub slug: String,
    /// Its number in the course, 1 to 24.
    pub number: u32,
    /// `A` to `F`.
    pub part: String,
    /// How long it takes, about.
    pub minutes: u32,
    /// The cluster it begins with.
    pub setting: Setting,
    /// Values followed through each step: `history.NAME.min`, `.max`, `.last`.
    pub measures: Vec<(String, Rule)>,
    /// In order. None in a pool: its cases have them.
    pub steps: Vec<Step>,
    /// What is counted until all is done.
    pub scores: Vec<Score>,
    /// The lessons of a pool, one of which is drawn.
    pub cases: Vec<Arc<Lesson>>,
    /// Whether it is a case of a pool.
    pub is_case: bool,
    /// What the editor opens with: name and text.
    pub files: Vec<(String, String)>,
    /// Manifests applied before the learner comes; empty if there are none.
    pub start: String,
    /// What solves it.
    pub solution: Vec<Part>,
    /// Other ways that solve it as well, by name.
    pub solutions: BTreeMap<String, Vec<Part>>,
    /// What a learner may do instead: by the name of the wrong answer.
    pub wrong: BTreeMap<String, Vec<Part>>,
    pub(crate) texts: BTreeMap<Language, LessonText>,
    /// The folder it was read from, for messages.
    pub(crate) folder: String,
}

/// The cluster that a lesson begins with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Worker nodes.
    #[serde(default = "three")]
    pub workers: u32,
    /// Control-plane nodes beside them: 1 or 3.
    #[serde(default = "one")]
    pub control_plane: u32,
    /// What happens to the cluster before the learner comes, in the words of a script: `node-off
    /// node-2`.
    #[serde(default)]
    pub faults: Vec<String>,
    /// How many seconds pass after that.
    #[serde(default)]
    pub after_s: u32,
    /// Traffic that begins with the lesson, in the words of a script: `shop http://node-1:30080/
    /// rate=5`.
    #[serde(default)]
    pub traffic: Vec<String>,
    /// Whether time stands still until the learner moves it.
    #[serde(default)]
    pub clock: StartClock,
}

impl Setting {
    /// A plain cluster.
    pub(crate) fn of(workers: u32, clock: StartClock) -> Setting {
        let (faults, traffic) = (Vec::new(), Vec::new());
        Setting { workers, control_plane: 1, faults, after_s: 0, traffic, clock }
    }
}

const fn three() -> u32 {
    3
}

const fn one() -> u32 {
    1
}

/// How a lesson's clock begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartClock {
    /// Stopped: the learner steps.
    Paused,
    /// Running, and shown in story pace.
    #[default]
    Story,
}

/// One step of a lesson: one idea, one thing to do.
#[derive(Debug)]
pub struct Step {
    /// Unique within the lesson.
    pub id: String,
    /// All must be met at once, latched ones excepted.
    pub goals: Vec<Goal>,
    /// What the learner is asked before acting.
    pub prediction: Option<Prediction>,
    /// In the order in which they are looked for.
    pub wrong: Vec<Wrong>,
}

/// Something to reach.
#[derive(Debug)]
pub struct Goal {
    /// Unique within the step.
    pub id: String,
    /// When it is met.
    pub met: Rule,
    /// Once met, it stays met for the rest of the step.
    pub latch: bool,
    /// Why it is not met yet: the first case that holds names the words.
    pub not_yet: Vec<Case>,
}

/// A case with its rule.
#[derive(Debug)]
pub struct Case {
    /// Names the words.
    pub id: String,
    /// When it applies.
    pub when: Rule,
}

/// Something that is counted: a number at the end of each step.
#[derive(Debug)]
pub struct Score {
    /// Unique within the lesson.
    pub id: String,
    /// A whole number, or true and false as 1 and 0.
    pub value: Rule,
    /// Of what each step comes to, the sum; otherwise the last.
    pub sum: bool,
    /// Good, if at most so much.
    pub at_most: Option<i64>,
    /// Good, if at least so much.
    pub at_least: Option<i64>,
}

impl Score {
    /// Whether a value is good.
    pub fn is_good(&self, value: i64) -> bool {
        self.at_most.is_none_or(|most| value <= most)
            && self.at_least.is_none_or(|least| value >= least)
    }
}

/// A question asked before the learner acts.
#[derive(Debug)]
pub struct Prediction {
    /// Ids of the choices, in the order of the text.
    pub choices: Vec<String>,
    /// The right one.
    pub answer: String,
    /// What is true when the step is done and the right answer came true.
    pub proof: Option<Rule>,
}

/// A typical wrong answer.
#[derive(Debug)]
pub struct Wrong {
    /// Unique within the lesson; `wrong/NAME.sh` gives it.
    pub name: String,
    /// When the learner has given it.
    pub when: Rule,
}

impl Lesson {
    /// What is called by this name: the lesson itself, or the case of a pool.
    pub(crate) fn called(self: &Arc<Lesson>, slug: &str) -> Option<&Arc<Lesson>> {
        std::iter::once(self).chain(&self.cases).find(|lesson| lesson.slug == slug)
    }

    /// What a sandbox of this lesson is about: of a pool the case that the seed draws.
    pub fn drawn(self: &Arc<Lesson>, seed: u64) -> &Arc<Lesson> {
        let count = self.cases.len() as u64;
        let drawn = seed.checked_rem(count).and_then(|number| usize::try_from(number).ok());
        drawn.and_then(|number| self.cases.get(number)).unwrap_or(self)
    }

    /// Its words in a language.
    pub fn text(&self, language: Language) -> &LessonText {
        &self.texts[&language]
    }

    /// One of its steps.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The words of one of its steps.
    pub fn step_text(&self, id: &str, language: Language) -> Option<&StepText> {
        self.text(language).steps.iter().find(|step| step.id == id)
    }

    /// Whether a choice is the right answer to what a step asks.
    pub fn is_right(&self, step: &str, choice: &str) -> bool {
        let asked = self.step(step).and_then(|step| step.prediction.as_ref());
        asked.is_some_and(|asked| asked.answer == choice)
    }

    /// The lines that solve a step.
    pub fn solution_of(&self, step: &str) -> Option<&Part> {
        self.solution.iter().find(|part| part.step == step)
    }
}
