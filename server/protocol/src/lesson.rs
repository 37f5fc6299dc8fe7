//! Lessons as the page shows them, in one language.

use serde::{Deserialize, Serialize};

use crate::{File, PageLink};

/// A row of the course's table of contents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LessonSummary {
    pub slug: String,
    /// Its number in the course, 1 to 24.
    pub number: u32,
    /// `A` to `F`.
    pub part: String,
    pub title: String,
    pub summary: String,
    pub minutes: u32,
    pub steps: u32,
}

/// A lesson's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LessonText {
    pub summary: LessonSummary,
    pub intro_html: String,
    pub steps: Vec<StepText>,
    pub debrief_html: String,
    /// What the editor opens with.
    pub files: Vec<File>,
    /// The cases of a pool, one of which is drawn; such a lesson has no steps of its own.
    pub cases: Vec<LessonSummary>,
    pub previous: Option<LessonSummary>,
    pub next: Option<LessonSummary>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepText {
    pub id: String,
    pub title: String,
    pub html: String,
    pub prediction: Option<PredictionText>,
    pub goals: Vec<GoalText>,
    /// In order, from a nudge to nearly the answer.
    pub hints: Vec<String>,
    /// Pages of the reference that explain its words.
    pub pages: Vec<PageLink>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionText {
    pub question: String,
    /// Id and text.
    pub choices: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalText {
    pub id: String,
    pub text: String,
}

/// A question that was asked in a lesson, to be asked again later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewQuestion {
    /// Names it for good: `first-pod.write`.
    pub id: String,
    /// Where it is from.
    pub lesson: String,
    pub title: String,
    pub step: String,
    pub question: String,
    /// Id, text and what there is to say to it, as HTML.
    pub choices: Vec<(String, String, String)>,
    pub answer: String,
}

/// Where the learner is in a lesson.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LessonState {
    pub lesson: String,
    /// The step the learner is at.
    pub step: String,
    pub steps_done: Vec<String>,
    /// Goals of the current step.
    pub goals: Vec<GoalState>,
    /// A wrong answer that was recognised, and what there is to say to it.
    pub wrong: Option<WrongAnswer>,
    /// The prediction made in this step, if one was: choice, correct, explanation.
    pub prediction: Option<(String, bool, String)>,
    pub completed: bool,
    /// What was counted, once all is done.
    pub scores: Vec<Score>,
    /// Another number each time that the lesson's author has changed something.
    pub edition: u64,
}

/// Something that was counted in a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub id: String,
    /// What is counted, in the learner's language.
    pub text: String,
    pub value: i64,
    pub good: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalState {
    pub id: String,
    pub met: bool,
    /// Why it is not met yet, in the learner's language.
    pub not_yet: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WrongAnswer {
    pub name: String,
    pub html: String,
}
