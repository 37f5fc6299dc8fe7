//! Lessons as the server runs them: their texts for the pages, and where a learner is in the
//! lesson of a sandbox.

mod folder;
mod standing;
mod text;

use std::sync::Arc;

use lessons::{Attempt, Language, Lesson, Play, Progress, Saved};
use orchestrator::World;
use protocol::{GoalState, LessonState, Score, WrongAnswer};
use serde::{Deserialize, Serialize};

use self::standing::Tally;
pub(crate) use self::{
    folder::teach,
    standing::{Standing, kept_steps},
    text::{Course, summary},
};
use crate::database::{ProgressRow, SandboxRow};

/// Why a sandbox cannot have its lesson.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LessonError {
    #[error("there is no lesson {0:?}")]
    Unknown(String),
}

/// What a learner does in a lesson, beside what is done to the cluster.
#[derive(Debug)]
pub(crate) enum LessonAct {
    Predict {
        step: String,
        choice: String,
        language: Language,
    },
    Hint {
        step: String,
        number: u32,
    },
    Solve {
        step: String,
    },
    GoTo {
        step: String,
    },
    /// A command of the page ended.
    Attempted(Attempt),
    /// Says where the learner is.
    Look {
        language: Language,
    },
    /// Says how the learner stands, without words.
    Stand,
}

#[derive(Debug)]
pub(crate) enum LessonAnswer {
    Done,
    Predicted {
        correct: bool,
        explanation_html: String,
    },
    /// The next line of the solution, to be played now; none when all were.
    Play(Option<Box<Play>>),
    State(Box<LessonState>),
    Standing(Box<Standing>),
}

/// The lesson of one sandbox.
#[derive(Debug)]
pub(crate) struct LessonRun {
    progress: Progress,
    learner: String,
    tally: Tally,
    /// What the disk has.
    written: Option<Kept>,
    /// What pages were told.
    told: Option<(LessonState, LessonState)>,
    /// Something may have changed since.
    stirred: bool,
}

/// What is kept of a progress: the rest follows from the sandbox's log. `steps_done` is for those
/// who ask the database and not the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    saved: Saved,
    steps_done: Vec<String>,
    completed: bool,
}

fn read_kept(json: Option<&str>) -> Option<Kept> {
    json.and_then(|json| serde_json::from_str(json).ok())
}

/// What the learner told the page, of what is kept of a sandbox's progress.
pub(crate) fn saved(kept: Option<&str>) -> Saved {
    read_kept(kept).unwrap_or_default().saved
}

impl LessonRun {
    /// The lesson that a sandbox was made for, if any, with what is kept of its progress.
    pub(crate) fn open(row: &SandboxRow, kept: Option<&str>) -> Result<Option<Self>, LessonError> {
        let Some(slug) = &row.lesson else { return Ok(None) };
        let lesson = find(slug)?;
        let written = read_kept(kept);
        let saved = written.clone().unwrap_or_default().saved;
        let progress = Progress::restore(Arc::clone(lesson), saved);
        let learner = row.learner.clone().unwrap_or_default();
        let tally = Tally::default();
        Ok(Some(Self { progress, learner, tally, written, told: None, stirred: true }))
    }

    /// Reads what is new in the world.
    pub(crate) fn observe(&mut self, world: &World) {
        let lesson = self.progress.lesson();
        if let Some(now) = lessons::course().playable(&lesson.slug)
            && !Arc::ptr_eq(now, lesson)
        {
            // Its author has changed it.
            self.progress = Progress::restore(Arc::clone(now), self.progress.saved().clone());
        }
        self.progress.observe(world);
        self.stirred = true;
    }

    pub(crate) fn act(&mut self, act: LessonAct) -> Result<LessonAnswer, String> {
        // To say how the learner stands changes nothing.
        self.stirred |= !matches!(act, LessonAct::Stand);
        match act {
            LessonAct::Predict { step, choice, language } => self.predict(&step, &choice, language),
            LessonAct::Hint { step, number } => {
                self.progress.hint(&step, number);
                Ok(LessonAnswer::Done)
            }
            LessonAct::Solve { step } => {
                let play = self.progress.play(&step)?;
                Ok(LessonAnswer::Play(play.map(Box::new)))
            }
            LessonAct::GoTo { step } if self.progress.go_to(&step) => Ok(LessonAnswer::Done),
            LessonAct::GoTo { step } => Err(format!("step {step:?} is not open yet")),
            LessonAct::Attempted(attempt) => {
                self.tally.count(&self.progress, &attempt);
                self.progress.attempted(attempt);
                Ok(LessonAnswer::Done)
            }
            LessonAct::Look { language } => Ok(LessonAnswer::State(Box::new(self.state(language)))),
            LessonAct::Stand => {
                let standing = standing::of(&self.progress, &mut self.tally);
                Ok(LessonAnswer::Standing(Box::new(standing)))
            }
        }
    }

    fn predict(
        &mut self,
        step: &str,
        choice: &str,
        language: Language,
    ) -> Result<LessonAnswer, String> {
        let predicted = self.progress.predict(step, choice);
        let predicted =
            predicted.ok_or_else(|| format!("step {step:?} does not offer {choice:?}"))?;
        let explanation = self.progress.predicted_words(step, language).unwrap_or_default();
        Ok(LessonAnswer::Predicted {
            correct: predicted.correct,
            explanation_html: explanation.to_owned(),
        })
    }

    /// What is to be written to the disk, if anything is.
    pub(crate) fn unsaved(&mut self) -> Option<ProgressRow> {
        let kept = Kept {
            saved: self.progress.saved().clone(),
            steps_done: self.progress.steps_done().map(str::to_owned).collect(),
            completed: self.progress.completed(),
        };
        if self.written.as_ref() == Some(&kept) {
            return None;
        }
        let row = ProgressRow {
            learner: self.learner.clone(),
            lesson: self.progress.lesson().slug.clone(),
            completed: kept.completed,
            state: serde_json::to_string(&kept).unwrap_or_default(),
        };
        self.written = Some(kept);
        Some(row)
    }

    /// Where the learner is, in Korean and in English, if that is new.
    pub(crate) fn changed(&mut self) -> Option<(LessonState, LessonState)> {
        if !std::mem::take(&mut self.stirred) {
            return None;
        }
        let now = (self.state(Language::Korean), self.state(Language::English));
        if self.told.as_ref() == Some(&now) {
            return None;
        }
        self.told = Some(now.clone());
        Some(now)
    }

    fn state(&self, language: Language) -> LessonState {
        let progress = &self.progress;
        let step = progress.step();
        let goals = progress.goals(step);
        let goals = goals.into_iter().map(|goal| {
            let not_yet = progress.not_yet(step, &goal, language);
            GoalState {
                not_yet: not_yet.map(|words| words.text.clone()),
                id: goal.id,
                met: goal.met,
            }
        });
        let wrong = progress.wrong_words(language);
        let prediction = progress.predicted(step).map(|predicted| {
            let words = progress.predicted_words(step, language).unwrap_or_default();
            (predicted.choice, predicted.correct, words.to_owned())
        });
        LessonState {
            lesson: progress.lesson().slug.clone(),
            step: step.to_owned(),
            steps_done: progress.steps_done().map(str::to_owned).collect(),
            goals: goals.collect(),
            wrong: wrong
                .map(|(name, html)| WrongAnswer { name: name.to_owned(), html: html.to_owned() }),
            prediction,
            completed: progress.completed(),
            edition: lessons::edition(),
            scores: if progress.completed() { self.scores(language) } else { Vec::new() },
        }
    }

    fn scores(&self, language: Language) -> Vec<Score> {
        let words = &self.progress.lesson().text(language).scores;
        let text = |id: &str| {
            let found = words.iter().find(|(known, _)| known == id);
            found.map(|(_, words)| words.text.clone()).unwrap_or_default()
        };
        let scores = self.progress.scores();
        let score = scores.map(|(score, value)| Score {
            id: score.id.clone(),
            text: text(&score.id),
            value,
            good: score.is_good(value),
        });
        score.collect()
    }
}

/// What the lesson of that name is called.
pub(crate) fn title(slug: &str, language: app::i18n::Language) -> Option<String> {
    let lesson = lessons::course().lesson(slug)?;
    let language = language.pick(Language::Korean, Language::English);
    Some(lesson.text(language).title.clone())
}

/// The lesson, or the example within a text, of that name.
pub(crate) fn find(slug: &str) -> Result<&'static Arc<Lesson>, LessonError> {
    lessons::course().playable(slug).ok_or_else(|| LessonError::Unknown(slug.to_owned()))
}
