//! How a learner stands in a lesson, for those who teach: where they are, and what does not work.

use lessons::{Attempt, Progress};

use super::read_kept;

/// How a learner stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The first step that is not done; empty where all are.
    pub(crate) step: String,
    pub(crate) steps_done: Vec<String>,
    pub(crate) completed: bool,
    /// The first goal of the step that is not met.
    pub(crate) goal: Option<String>,
    /// The wrong answer that is recognised now.
    pub(crate) wrong: Option<String>,
    /// Commands of the page since the step began, and how many of them failed.
    pub(crate) attempts: u32,
    pub(crate) failures: u32,
    /// How often the last command failed with the same words, in a row.
    pub(crate) repeated: u32,
}

/// What is counted of the page's commands while the sandbox is in memory.
#[derive(Debug, Default)]
pub(super) struct Tally {
    step: String,
    attempts: u32,
    failures: u32,
    error: String,
    repeated: u32,
}

impl Tally {
    /// A command has ended.
    pub(super) fn count(&mut self, progress: &Progress, attempt: &Attempt) {
        self.begin(open_step(progress));
        self.attempts += 1;
        if attempt.code == 0 {
            self.repeated = 0;
            self.error.clear();
            return;
        }
        self.failures += 1;
        self.repeated = if self.error == attempt.output { self.repeated + 1 } else { 1 };
        self.error.clone_from(&attempt.output);
    }

    /// Counting begins anew with each step.
    fn begin(&mut self, step: &str) {
        if self.step != step {
            *self = Self { step: step.to_owned(), ..Self::default() };
        }
    }
}

pub(super) fn of(progress: &Progress, tally: &mut Tally) -> Standing {
    let step = open_step(progress).to_owned();
    tally.begin(&step);
    let goal = progress.goals(&step).into_iter().find(|goal| !goal.met);
    Standing {
        steps_done: progress.steps_done().map(str::to_owned).collect(),
        completed: progress.completed(),
        goal: goal.map(|goal| goal.id),
        wrong: progress.wrong().map(str::to_owned),
        attempts: tally.attempts,
        failures: tally.failures,
        repeated: tally.repeated,
        step,
    }
}

fn open_step(progress: &Progress) -> &str {
    progress.open_step().map_or("", |step| &step.id)
}

/// What is kept of how a learner stood: the steps that are done, and whether all are.
pub(crate) fn kept_steps(kept: &str) -> Standing {
    let kept = read_kept(Some(kept)).unwrap_or_default();
    Standing { steps_done: kept.steps_done, completed: kept.completed, ..Standing::default() }
}
