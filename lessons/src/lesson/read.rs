//! Reads a lesson's folder, and says all that is wrong with it at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_yaml::Spanned;

use super::sheet::{PredictionSheet, ScoreSheet, Sheet, StepSheet};

use super::{Case, Goal, Lesson, Prediction, Score, Setting, Step, Wrong};
use crate::error::Fault;
use crate::rule::Rule;
use crate::script;
use crate::text::{Language, LessonText};

/// Reads one lesson from its files (path below its folder, text).
///
/// # Errors
/// Everything that keeps it from being whole.
pub(crate) fn read(folder: &str, files: &BTreeMap<String, String>) -> Result<Lesson, Vec<Fault>> {
    let mut reader = Reader { folder, faults: Vec::new() };
    let lesson = reader.lesson(files);
    match lesson {
        Some(lesson) if reader.faults.is_empty() => Ok(lesson),
        _ => Err(reader.faults),
    }
}

/// Where the cases of a pool are, each a folder like a lesson's.
const CASES: &str = "cases/";

/// The files of each case, by the case's name.
fn cases(files: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeMap<String, String>> {
    let mut cases: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for (path, text) in files {
        let path = path.strip_prefix(CASES).and_then(|path| path.split_once('/'));
        if let Some((case, file)) = path {
            cases.entry(case).or_default().insert(file.to_owned(), text.clone());
        }
    }
    cases
}

pub(super) struct Reader<'a> {
    folder: &'a str,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    pub(super) fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }

    pub(super) fn fault(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.faults.push(Fault::at(&self.path(file), line, message));
    }

    fn lesson(&mut self, files: &BTreeMap<String, String>) -> Option<Lesson> {
        let sheet = self.sheet(files.get("lesson.yaml"))?;
        self.setting(&sheet.setting);
        let measures = sheet.measures.iter();
        let measures: Vec<_> = measures
            .filter_map(|(name, rule)| Some((name.clone(), self.lasting_rule(rule)?)))
            .collect();
        let steps: Vec<Step> = sheet.steps.iter().filter_map(|step| self.step(step)).collect();
        let scores = sheet.scores.iter().filter_map(|score| self.score(score));
        let scores: Vec<Score> = scores.collect();
        let texts = self.texts(files, &steps, &scores);
        let wrong = self.scripts(files, "wrong/");
        let solutions = self.scripts(files, "solutions/");
        let solution = files.get("solution.sh").map_or_else(String::new, Clone::clone);
        let solution = script::parse(&self.path("solution.sh"), &solution, &mut self.faults);
        self.scripts_fit(&steps, &solution, &wrong);
        let (_, slug) = self.folder.split_once('-').unwrap_or(("", self.folder));
        let cases = self.cases(slug, &sheet, files, &texts);
        if steps.is_empty() && cases.is_empty() {
            self.fault("lesson.yaml", 0, "give the lesson steps, or a pool of cases/");
        }
        let editor = files.iter();
        let editor = editor.filter_map(|(path, text)| {
            Some((path.strip_prefix("files/")?.to_owned(), text.clone()))
        });
        Some(Lesson {
            slug: slug.to_owned(),
            number: sheet.number,
            part: sheet.part,
            minutes: sheet.minutes,
            setting: sheet.setting,
            measures,
            steps,
            scores,
            cases,
            is_case: false,
            files: editor.collect(),
            start: files.get("start.yaml").cloned().unwrap_or_default(),
            solution,
            solutions,
            wrong,
            texts,
            folder: self.folder.to_owned(),
        })
    }

    /// The scripts of a folder, by name.
    fn scripts(
        &mut self,
        files: &BTreeMap<String, String>,
        folder: &str,
    ) -> BTreeMap<String, Vec<script::Part>> {
        let mut scripts = BTreeMap::new();
        for (path, source) in files {
            if let Some(name) = path.strip_prefix(folder).and_then(|p| p.strip_suffix(".sh")) {
                let parts = script::parse(&self.path(path), source, &mut self.faults);
                scripts.insert(name.to_owned(), parts);
            }
        }
        scripts
    }

    /// The cases of a pool: lessons that are called by the pool's name and their own, and count
    /// what the pool counts.
    fn cases(
        &mut self,
        slug: &str,
        sheet: &Sheet,
        files: &BTreeMap<String, String>,
        texts: &BTreeMap<Language, LessonText>,
    ) -> Vec<Arc<Lesson>> {
        let mut found = Vec::new();
        for (name, files) in cases(files) {
            let mut case = match read(&self.path(&format!("{CASES}{name}")), &files) {
                Ok(case) => case,
                Err(mut faults) => {
                    self.faults.append(&mut faults);
                    continue;
                }
            };
            case.slug = format!("{slug}-{name}");
            case.is_case = true;
            case.number = sheet.number;
            case.part.clone_from(&sheet.part);
            case.scores = sheet.scores.iter().filter_map(|score| self.score(score)).collect();
            for (language, text) in &mut case.texts {
                let pool = texts.get(language);
                text.scores = pool.map(|pool| pool.scores.clone()).unwrap_or_default();
            }
            found.push(Arc::new(case));
        }
        found
    }

    fn score(&mut self, sheet: &ScoreSheet) -> Option<Score> {
        Some(Score {
            id: sheet.id.clone(),
            value: self.lasting_rule(&sheet.value)?,
            sum: sheet.sum,
            at_most: sheet.at_most,
            at_least: sheet.at_least,
        })
    }

    fn sheet(&mut self, source: Option<&String>) -> Option<Sheet> {
        let Some(source) = source else {
            self.fault("lesson.yaml", 0, "the folder needs a lesson.yaml");
            return None;
        };
        match serde_yaml::from_str(source) {
            Ok(sheet) => Some(sheet),
            Err(error) => {
                let line = error.location().map_or(0, |location| line_of(location.line()));
                let said = error.without_snippet().to_string();
                let said = said.lines().next().unwrap_or_default();
                // The line is ours to say.
                let said = said.split_once(" at line ").map_or(said, |(said, _)| said);
                self.fault("lesson.yaml", line, said);
                None
            }
        }
    }

    fn setting(&mut self, setting: &Setting) {
        if ![1, 3].contains(&setting.control_plane) {
            self.fault("lesson.yaml", 0, "control_plane is 1 or 3");
        }
        for words in &setting.traffic {
            if let Err(message) = script::outside::traffic(&format!("start {words}")) {
                self.fault("lesson.yaml", 0, message);
            }
        }
        for words in &setting.faults {
            if let Err(message) = script::outside::fault(words) {
                self.fault("lesson.yaml", 0, message);
            }
        }
    }

    fn rule(&mut self, source: &Spanned<String>) -> Option<Rule> {
        let line = line_of(source.referenced.line());
        let rule = match Rule::compile(&source.value) {
            Ok(rule) => rule,
            Err(message) => {
                self.fault("lesson.yaml", line, format!("not CEL: {message}"));
                return None;
            }
        };
        let strange = rule.strange_names();
        for name in &strange {
            self.fault("lesson.yaml", line, format!("nothing is called \"{name}\""));
        }
        strange.is_empty().then_some(rule)
    }

    /// A rule on which progress rests: it may look only at what the sandbox's log keeps.
    fn lasting_rule(&mut self, source: &Spanned<String>) -> Option<Rule> {
        let rule = self.rule(source)?;
        if rule.variables().iter().any(|name| name == "attempt") {
            let line = line_of(source.referenced.line());
            let message = "only \"wrong\" and \"not_yet\" may look at attempt: it is not kept";
            self.fault("lesson.yaml", line, message);
        }
        Some(rule)
    }

    fn step(&mut self, sheet: &StepSheet) -> Option<Step> {
        let mut goals = Vec::new();
        for goal in &sheet.goals {
            let not_yet = goal.not_yet.iter();
            let not_yet = not_yet
                .filter_map(|case| Some(Case { id: case.id.clone(), when: self.rule(&case.when)? }))
                .collect();
            let met = self.lasting_rule(&goal.met)?;
            goals.push(Goal { id: goal.id.clone(), met, latch: goal.latch, not_yet });
        }
        if goals.is_empty() {
            let line = line_of(sheet.id.referenced.line());
            self.fault("lesson.yaml", line, "give the step a goal");
        }
        let wrong = sheet.wrong.iter();
        let wrong = wrong
            .filter_map(|it| Some(Wrong { name: it.name.clone(), when: self.rule(&it.when)? }))
            .collect();
        let prediction = sheet.prediction.as_ref().map(|asked| self.prediction(asked));
        Some(Step { id: sheet.id.value.clone(), goals, prediction, wrong })
    }

    fn prediction(&mut self, sheet: &PredictionSheet) -> Prediction {
        if !sheet.choices.contains(&sheet.answer.value) {
            let line = line_of(sheet.answer.referenced.line());
            self.fault("lesson.yaml", line, "the answer must be one of the choices");
        }
        Prediction {
            choices: sheet.choices.clone(),
            answer: sheet.answer.value.clone(),
            proof: sheet.proof.as_ref().and_then(|rule| self.lasting_rule(rule)),
        }
    }

    fn texts(
        &mut self,
        files: &BTreeMap<String, String>,
        steps: &[Step],
        scores: &[Score],
    ) -> BTreeMap<Language, LessonText> {
        let mut texts = BTreeMap::new();
        for language in Language::ALL {
            let file = format!("{}.md", language.code());
            let Some(source) = files.get(&file) else {
                self.fault(&file, 0, "every lesson is written in every language");
                continue;
            };
            let text = crate::text::parse(&self.path(&file), source, language, &mut self.faults);
            self.text_fits(&file, &text, steps);
            let written = text.scores.iter().map(|(id, _)| id.as_str()).collect();
            let wanted = scores.iter().map(|score| score.id.as_str()).collect();
            self.same_set(&file, 0, "scores", wanted, written);
            texts.insert(language, text);
        }
        texts
    }
}

fn line_of(line: u64) -> usize {
    usize::try_from(line).unwrap_or(0)
}
