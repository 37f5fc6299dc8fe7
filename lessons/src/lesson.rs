//! A lesson: its rules from `lesson.yaml`, its words in each language, its files and scripts.

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::rule::Rule;
use crate::script::Part;
use crate::text::{Language, LessonText, StepText};

pub(crate) use read::read;

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
    /// In order.
    pub steps: Vec<Step>,
    /// What the editor opens with: name and text.
    pub files: Vec<(String, String)>,
    /// Manifests applied before the learner comes; empty if there are none.
    pub start: String,
    /// What solves it.
    pub solution: Vec<Part>,
    /// What a learner may do instead: by the name of the wrong answer.
    pub wrong: BTreeMap<String, Vec<Part>>,
    pub(crate) texts: BTreeMap<Language, LessonText>,
    /// The folder it was read from, for messages.
    pub(crate) folder: String,
}

/// The cluster that a lesson begins with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Worker nodes.
    #[serde(default = "three")]
    pub workers: u32,
    /// Control-plane nodes beside them: 1 or 3.
    #[serde(default = "one")]
    pub control_plane: u32,
    /// Traffic that begins with the lesson, in the words of a script: `shop http://node-1:30080/
    /// rate=5`.
    #[serde(default)]
    pub traffic: Vec<String>,
    /// Whether time stands still until the learner moves it.
    #[serde(default)]
    pub clock: StartClock,
}

const fn three() -> u32 {
    3
}

const fn one() -> u32 {
    1
}

/// How a lesson's clock begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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

    /// The lines that solve a step.
    pub fn solution_of(&self, step: &str) -> Option<&Part> {
        self.solution.iter().find(|part| part.step == step)
    }
}
