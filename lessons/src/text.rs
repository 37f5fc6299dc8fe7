//! A lesson's words in one language: what a `ko.md` or `en.md` says, rendered to HTML.
//!
//! The file is plain Markdown under headings that name the parts; `lessons/README.md` describes
//! them. Nothing here knows rules: [`Lesson`](crate::Lesson) checks that words and rules fit.

mod markdown;
mod parse;
mod sections;

use std::collections::BTreeMap;

pub use markdown::{Inline, Quoted, console_blocks};
pub(crate) use markdown::{blocks, code_blocks, inline, links, plain, words};
pub(crate) use parse::parse;

/// A language that every lesson is written in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Language {
    /// 한국어.
    Korean,
    /// English.
    English,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::Korean, Language::English];

    /// Its code in addresses and file names: `ko`, `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Korean => "ko",
            Language::English => "en",
        }
    }

    /// The language of a code.
    pub fn of_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// All words of a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LessonText {
    /// The lesson's title, plain.
    pub title: String,
    /// One plain sentence for the table of contents.
    pub summary: String,
    /// What stands before the first step.
    pub intro_html: String,
    /// In the order of the steps.
    pub steps: Vec<StepText>,
    /// What there is to say when all is done.
    pub debrief_html: String,
    /// What each score counts, by its id: in the order of the file.
    pub scores: Vec<(String, Inline)>,
    /// The whole file, for those who check it.
    pub source: String,
}

/// The words of one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepText {
    /// The step's id.
    pub id: String,
    /// The line of its heading.
    pub line: usize,
    /// Its title, plain.
    pub title: String,
    /// Its text.
    pub html: String,
    /// Its text as Markdown.
    pub markdown: String,
    /// What it asks before the learner acts.
    pub prediction: Option<PredictionText>,
    /// In the order of the file.
    pub goals: Vec<GoalText>,
    /// HTML, from a nudge to nearly the answer.
    pub hints: Vec<String>,
    /// What to say to a wrong answer: by name, HTML.
    pub wrong: BTreeMap<String, String>,
}

impl StepText {
    /// The words of a goal.
    pub fn goal(&self, id: &str) -> Option<&GoalText> {
        self.goals.iter().find(|goal| goal.id == id)
    }
}

/// The words of a prediction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PredictionText {
    /// What is asked.
    pub question: Inline,
    /// Id and words of each choice, in order.
    pub choices: Vec<(String, Inline)>,
    /// What is said to who chose it: by choice, HTML.
    pub answers: BTreeMap<String, String>,
}

/// The words of a goal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoalText {
    /// The goal's id.
    pub id: String,
    /// What is to be reached.
    pub text: Inline,
    /// Why it is not reached yet: by case; `otherwise` where no case applies.
    pub not_yet: BTreeMap<String, Inline>,
}

/// The case that applies when no other does.
pub const OTHERWISE: &str = "otherwise";
