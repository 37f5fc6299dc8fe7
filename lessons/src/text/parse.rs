//! From a Markdown file to [`LessonText`].

use super::markdown::{blocks, inline};
use super::sections::{Labelled, Section, labelled, sections};
use super::{GoalText, Language, LessonText, PredictionText, StepText};
use crate::error::Fault;

/// Reads a lesson's words; what is wrong is added to `faults`.
pub(crate) fn parse(
    file: &str,
    source: &str,
    language: Language,
    faults: &mut Vec<Fault>,
) -> LessonText {
    let mut reader = Reader { file, language, faults, text: LessonText::default() };
    let mut cut = sections(source).into_iter();
    match cut.next() {
        Some(first) if first.level == 1 => reader.title(&first),
        _ => reader.fault(1, "begin with the lesson's title: \"# Title\""),
    }
    for section in cut {
        match section.level {
            1 => reader.fault(section.line, "only the title is a heading with one #"),
            2 if section.id == "debrief" => {
                reader.text.debrief_html = blocks(&section.body, language);
            }
            2 => reader.step(&section),
            _ => reader.part(&section),
        }
    }
    if reader.text.debrief_html.trim().is_empty() {
        reader.fault(0, "end with a debrief: \"## Title {#debrief}\" and what there is to say");
    }
    let mut text = reader.text;
    text.source = source.to_owned();
    text
}

struct Reader<'a> {
    file: &'a str,
    language: Language,
    faults: &'a mut Vec<Fault>,
    text: LessonText,
}

impl Reader<'_> {
    fn fault(&mut self, line: usize, message: &str) {
        self.faults.push(Fault::at(self.file, line, message));
    }

    /// The title, the quoted summary, the introduction.
    fn title(&mut self, section: &Section) {
        self.text.title = section.title.clone();
        let quoted = |line: &&str| line.starts_with('>') || line.trim().is_empty();
        let summary: Vec<&str> = section.body.lines().take_while(quoted).collect();
        let rest: Vec<&str> = section.body.lines().skip(summary.len()).collect();
        let summary: Vec<&str> =
            summary.iter().map(|line| line.trim_start_matches('>').trim()).collect();
        self.text.summary = inline(summary.join(" ").trim(), self.language).text;
        self.text.intro_html = blocks(&rest.join("\n"), self.language);
        if self.text.summary.is_empty() {
            self.fault(section.line, "put one sentence under the title: \"> what it is about\"");
        }
    }

    fn step(&mut self, section: &Section) {
        if section.id.is_empty() {
            self.fault(section.line, "give the step its id: \"## Title {#id}\"");
        }
        self.text.steps.push(StepText {
            id: section.id.clone(),
            line: section.line,
            title: section.title.clone(),
            html: blocks(&section.body, self.language),
            markdown: section.body.clone(),
            ..StepText::default()
        });
    }

    /// A part of the step above it: its heading's first word says which.
    fn part(&mut self, section: &Section) {
        if let Some(id) = section.title.strip_prefix("score ") {
            let words = inline(section.body.trim(), self.language);
            self.text.scores.push((id.to_owned(), words));
            return;
        }
        if self.text.steps.is_empty() {
            self.fault(
                section.line,
                "a heading with ### belongs under a step's \"## Title {#id}\"",
            );
            return;
        }
        let (what, name) = section.title.split_once(' ').unwrap_or((&section.title, ""));
        let html = || blocks(&section.body, self.language);
        match (what, name) {
            ("goal", id) if !id.is_empty() => self.goal(section, id),
            ("predict", "") => self.predict(section),
            ("answer", choice) if !choice.is_empty() => {
                let html = html();
                match self.last_step().and_then(|step| step.prediction.as_mut()) {
                    Some(asked) => _ = asked.answers.insert(choice.to_owned(), html),
                    None => self.fault(section.line, "write \"### predict\" before its answers"),
                }
            }
            ("hint", "") => {
                let html = html();
                self.last_step().into_iter().for_each(|step| step.hints.push(html.clone()));
            }
            ("wrong", name) if !name.is_empty() => {
                let html = html();
                let step = self.last_step().into_iter();
                step.for_each(|step| _ = step.wrong.insert(name.to_owned(), html.clone()));
            }
            _ => self.fault(
                section.line,
                "the heading must be \"### goal ID\", \"### predict\", \"### answer CHOICE\", \
                 \"### hint\" or \"### wrong NAME\"",
            ),
        }
    }

    fn last_step(&mut self) -> Option<&mut StepText> {
        self.text.steps.last_mut()
    }

    fn goal(&mut self, section: &Section, id: &str) {
        let Some(read) = self.labelled(section) else { return };
        let language = self.language;
        let not_yet =
            read.items.iter().map(|(case, words, _)| (case.clone(), inline(words, language)));
        let goal = GoalText {
            id: id.to_owned(),
            text: inline(&read.lead, language),
            not_yet: not_yet.collect(),
        };
        self.last_step().into_iter().for_each(|step| step.goals.push(goal.clone()));
    }

    fn predict(&mut self, section: &Section) {
        let Some(read) = self.labelled(section) else { return };
        let language = self.language;
        let choices = read.items.iter().map(|(id, words, _)| (id.clone(), inline(words, language)));
        let asked = PredictionText {
            question: inline(&read.lead, language),
            choices: choices.collect(),
            ..PredictionText::default()
        };
        self.last_step().into_iter().for_each(|step| step.prediction = Some(asked.clone()));
    }

    fn labelled(&mut self, section: &Section) -> Option<Labelled> {
        match labelled(&section.body) {
            Ok(read) if read.lead.is_empty() => {
                self.fault(section.line, "write a sentence under this heading, before the list");
                None
            }
            Ok(read) => Some(read),
            Err((line, message)) => {
                self.fault(section.line + line, &message);
                None
            }
        }
    }
}
