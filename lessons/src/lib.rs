//! The lessons: their format, goals, checker and content.
//!
//! A lesson is a folder of plain files (`lessons/README.md` describes them). [`course`] gives the
//! lessons that are embedded in this program; [`Progress`] says where a learner is in one of them,
//! judged from the trace of the learner's world. Nothing here knows the page or the server.

mod check;
mod course;
mod error;
mod evidence;
mod facts;
mod lesson;
mod live;
mod new;
mod progress;
mod reference;
mod rule;
#[cfg(test)]
mod sample;
mod schema;
mod script;
mod search;
mod stage;
mod start;
mod text;

pub use check::{check, check_lesson, portrait};
pub use course::{Course, course, edition, teach};
pub use error::{Fault, Faults};
pub use evidence::{Attempt, Evidence, Fact};
pub use facts::START_AGENT;

pub use lesson::{Case, Goal, Lesson, Prediction, Score, Setting, StartClock, Step, Wrong};
pub use live::Example;
pub use new::{new_lesson, next_number};
pub use progress::{Change, GoalStatus, Play, PlayAct, Predicted, Progress, Saved};
pub use reference::{Page, PageText, Section};
pub use rule::Rule;
pub use schema::schema;
pub use script::outside::curl;
pub use script::{Act, ClockAct, Line, Part, Template};
pub use search::{Hit, Place};
pub use text::{
    GoalText, Inline, Language, LessonText, OTHERWISE, PredictionText, Quoted, StepText,
    console_blocks,
};
