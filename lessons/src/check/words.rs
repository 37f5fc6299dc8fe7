//! What can be proved of a lesson's words without a world.

use super::pages::leads_somewhere;
use crate::course::Course;
use crate::error::Fault;
use crate::lesson::Lesson;
use crate::start::start_documents;
use crate::text::{Language, StepText, code_blocks, links, words};

/// How many words a step may have that the learner reads before acting.
const STEP_WORDS_MAX: usize = 150;
/// How many words any other part may have.
const PART_WORDS_MAX: usize = 170;
const STEPS: std::ops::RangeInclusive<usize> = 3..=7;
const HINTS_MIN: usize = 3;
const WRONG_MIN: usize = 3;

/// All that is wrong with a lesson's words.
pub(super) fn check(course: &Course, lesson: &Lesson) -> Vec<Fault> {
    let mut checker = Checker { course, lesson, faults: Vec::new() };
    checker.lesson();
    for language in Language::ALL {
        checker.text(language);
    }
    checker.same_in_all_languages();
    checker.faults
}

struct Checker<'a> {
    course: &'a Course,
    lesson: &'a Lesson,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn fault(&mut self, file: &str, line: usize, message: impl Into<String>) {
        let path = format!("{}/{file}", self.lesson.folder);
        self.faults.push(Fault::at(&path, line, message));
    }

    fn lesson(&mut self) {
        let steps = &self.lesson.steps;
        if steps.is_empty() || self.lesson.is_case {
            // A pool has only its cases; a case is a diagnosis and a repair.
            return self.start();
        }
        if !STEPS.contains(&steps.len()) {
            let message = format!("{} steps: a lesson has 3 to 7", steps.len());
            self.fault("lesson.yaml", 0, message);
        }
        if steps.iter().all(|step| step.prediction.is_none()) {
            self.fault("lesson.yaml", 0, "ask for a prediction in at least one step");
        }
        if self.lesson.wrong.len() < WRONG_MIN {
            self.fault("lesson.yaml", 0, "recognise at least three wrong answers");
        }
        if !("A"..="F").contains(&self.lesson.part.as_str()) {
            self.fault("lesson.yaml", 0, "the part is a letter from A to F");
        }
        self.start();
    }

    fn start(&mut self) {
        if let Err(message) = start_documents(&self.lesson.start) {
            self.fault("start.yaml", 0, message);
        }
    }

    fn text(&mut self, language: Language) {
        let file = format!("{}.md", language.code());
        let text = self.lesson.text(language);
        for link in links(&text.source) {
            if !leads_somewhere(self.course, &link) {
                let message = format!("the link \"{link}\" leads nowhere we know");
                self.fault(&file, 0, message);
            }
        }
        for step in &text.steps {
            self.step(&file, step);
        }
    }

    fn step(&mut self, file: &str, step: &StepText) {
        let count = words(&step.markdown);
        if count > STEP_WORDS_MAX {
            let message = format!("{count} words: a step has at most {STEP_WORDS_MAX}");
            self.fault(file, step.line, message);
        }
        if count == 0 {
            self.fault(file, step.line, "the step says nothing");
        }
        // In a drill nobody leads by the hand.
        let hints_min = if self.lesson.is_case { 1 } else { HINTS_MIN };
        if step.hints.len() < hints_min {
            self.fault(
                file,
                step.line,
                "give the step hints, from a nudge to the answer (a lesson's three)",
            );
        }
        let parts = step.hints.iter().chain(step.wrong.values());
        if parts.into_iter().any(|html| words(html) > PART_WORDS_MAX || html.trim().is_empty()) {
            let message = format!("a hint or reply is empty or over {PART_WORDS_MAX} words");
            self.fault(file, step.line, message);
        }
    }

    /// Hints and code are the same; only the words differ.
    fn same_in_all_languages(&mut self) {
        let [first, second] = Language::ALL;
        let file = format!("{}.md", second.code());
        let pairs = self.lesson.text(first).steps.iter().zip(&self.lesson.text(second).steps);
        let mut found = Vec::new();
        for (one, other) in pairs {
            if one.hints.len() != other.hints.len() {
                found.push((other.line, "the number of hints differs between the languages"));
            }
            if code_blocks(&one.markdown) != code_blocks(&other.markdown) {
                found.push((other.line, "the code of the step differs between the languages"));
            }
        }
        for (line, message) in found {
            self.fault(&file, line, message);
        }
    }
}
