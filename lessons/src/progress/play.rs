//! Playing a lesson's solution, line by line.

use std::collections::BTreeMap;
use std::sync::Arc;

use orchestrator::network::traffic::Traffic;

use super::Progress;
use crate::lesson::Lesson;
use crate::script::outside;
use crate::script::{Act, ClockAct};

/// A line of the solution, ready to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// The line as a person would read it.
    pub line: String,
    /// What to do.
    pub act: PlayAct,
    /// The editor's files as the solution has them by now.
    pub files: BTreeMap<String, String>,
}

/// What a played line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayAct {
    /// Type this command line in the terminal.
    Type(String),
    /// Put this file into the editor.
    Write {
        /// Its name.
        file: String,
        /// Its text.
        text: String,
    },
    /// Move the clock.
    Clock(ClockAct),
    /// Put in this fault.
    Fault(orchestrator::Fault),
    /// Begin or end this traffic.
    Traffic(Traffic),
    /// Predict this.
    Predict(String),
}

impl Progress {
    /// The next line of a step's solution, with its names filled in; None when all were played,
    /// after which it begins again.
    ///
    /// # Errors
    /// Why the line cannot be played as things stand.
    pub fn play(&mut self, step: &str) -> Result<Option<Play>, String> {
        let played = self.saved.played.get(step).copied().unwrap_or_default();
        let lesson = Arc::clone(&self.lesson);
        let part = lesson.solution_of(step);
        let Some(line) = part.and_then(|part| part.lines.get(played as usize)) else {
            self.saved.played.remove(step);
            return Ok(None);
        };
        let mut play = self.fill(&line.act)?;
        play.files = files_before(&lesson, step, played as usize);
        self.saved.played.insert(step.to_owned(), played + 1);
        Ok(Some(play))
    }

    /// Fills in a line's names from what is known of the world.
    ///
    /// # Errors
    /// The name that cannot be known as things stand.
    pub fn fill(&self, act: &Act) -> Result<Play, String> {
        let (line, act) = match act {
            Act::Type(template) => {
                let line = template.fill(&self.evidence)?;
                (line.clone(), PlayAct::Type(line))
            }
            Act::Write { file, text } => {
                (format!("cat > {file}"), PlayAct::Write { file: file.clone(), text: text.clone() })
            }
            Act::Clock(clock) => (clock.words(), PlayAct::Clock(*clock)),
            Act::Fault(words) => {
                let words = words.fill(&self.evidence)?;
                let fault = outside::fault(&words)?;
                (format!("fault {words}"), PlayAct::Fault(fault))
            }
            Act::Traffic(words) => {
                let words = words.fill(&self.evidence)?;
                let traffic = outside::traffic(&words)?;
                (format!("traffic {words}"), PlayAct::Traffic(traffic))
            }
            Act::Predict(choice) => (format!("predict {choice}"), PlayAct::Predict(choice.clone())),
        };
        Ok(Play { line, act, files: BTreeMap::new() })
    }
}

/// The editor's files when a line of a step comes to be played.
fn files_before(lesson: &Lesson, step: &str, line: usize) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = lesson.files.iter().cloned().collect();
    for part in &lesson.solution {
        let here = part.step == step;
        let lines = if here { &part.lines[..=line] } else { &part.lines[..] };
        for line in lines {
            if let Act::Write { file, text } = &line.act {
                files.insert(file.clone(), text.clone());
            }
        }
        if here {
            break;
        }
    }
    files
}
