//! Reads a lesson's folder, and says all that is wrong with it at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_yaml::Spanned;

use super::{Case, Goal, Lesson, Prediction, Setting, Step, Wrong};
use crate::error::Fault;
use crate::rule::Rule;
use crate::script;
use crate::text::{Language, LessonText, OTHERWISE, StepText};

/// `lesson.yaml` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    number: u32,
    part: String,
    minutes: u32,
    setting: Setting,
    #[serde(default)]
    measures: BTreeMap<String, Spanned<String>>,
    steps: Vec<StepSheet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepSheet {
    id: Spanned<String>,
    goals: Vec<GoalSheet>,
    prediction: Option<PredictionSheet>,
    #[serde(default)]
    wrong: Vec<WrongSheet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoalSheet {
    id: String,
    met: Spanned<String>,
    #[serde(default)]
    latch: bool,
    #[serde(default)]
    not_yet: Vec<CaseSheet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseSheet {
    id: String,
    when: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PredictionSheet {
    choices: Vec<String>,
    answer: Spanned<String>,
    proof: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrongSheet {
    name: String,
    when: Spanned<String>,
}

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

struct Reader<'a> {
    folder: &'a str,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }

    fn fault(&mut self, file: &str, line: usize, message: impl Into<String>) {
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
        let texts = self.texts(files, &steps);
        let mut wrong = BTreeMap::new();
        for (path, source) in files {
            if let Some(name) = path.strip_prefix("wrong/").and_then(|p| p.strip_suffix(".sh")) {
                let parts = script::parse(&self.path(path), source, &mut self.faults);
                wrong.insert(name.to_owned(), parts);
            }
        }
        let solution = files.get("solution.sh").map_or_else(String::new, Clone::clone);
        let solution = script::parse(&self.path("solution.sh"), &solution, &mut self.faults);
        self.scripts_fit(&steps, &solution, &wrong);
        let (_, slug) = self.folder.split_once('-').unwrap_or(("", self.folder));
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
            files: editor.collect(),
            start: files.get("start.yaml").cloned().unwrap_or_default(),
            solution,
            wrong,
            texts,
            folder: self.folder.to_owned(),
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

    fn scripts_fit(
        &mut self,
        steps: &[Step],
        solution: &[script::Part],
        wrong: &BTreeMap<String, Vec<script::Part>>,
    ) {
        let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        let solved: Vec<&str> = solution.iter().map(|part| part.step.as_str()).collect();
        if ids != solved {
            let message = format!("it must have these parts, in this order: {}", ids.join(", "));
            self.fault("solution.sh", 0, message);
        }
        let named: BTreeSet<&str> =
            steps.iter().flat_map(|step| &step.wrong).map(|it| it.name.as_str()).collect();
        for name in named.iter().filter(|name| !wrong.contains_key(**name)) {
            self.fault(&format!("wrong/{name}.sh"), 0, "the wrong answer needs this file");
        }
        for name in wrong.keys().filter(|name| !named.contains(name.as_str())) {
            let message = "no step of lesson.yaml names this wrong answer";
            self.fault(&format!("wrong/{name}.sh"), 0, message);
        }
    }

    fn texts(
        &mut self,
        files: &BTreeMap<String, String>,
        steps: &[Step],
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
            texts.insert(language, text);
        }
        texts
    }

    fn text_fits(&mut self, file: &str, text: &LessonText, steps: &[Step]) {
        let wanted: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        let written: Vec<&str> = text.steps.iter().map(|step| step.id.as_str()).collect();
        if wanted != written {
            let message = format!("it must have these steps, in this order: {}", wanted.join(", "));
            self.fault(file, 0, message);
            return;
        }
        for (step, text) in steps.iter().zip(&text.steps) {
            self.step_fits(file, step, text);
        }
    }

    fn step_fits(&mut self, file: &str, step: &Step, text: &StepText) {
        let goals: Vec<&str> = step.goals.iter().map(|goal| goal.id.as_str()).collect();
        let written: Vec<&str> = text.goals.iter().map(|goal| goal.id.as_str()).collect();
        self.same(file, text.line, "goals", &goals, &written);
        for goal in &step.goals {
            let mut cases: Vec<&str> = goal.not_yet.iter().map(|case| case.id.as_str()).collect();
            cases.push(OTHERWISE);
            let written = text.goal(&goal.id).map(|goal| goal.not_yet.keys().map(String::as_str));
            let written: Vec<&str> = written.into_iter().flatten().collect();
            self.same_set(file, text.line, &format!("cases of goal {}", goal.id), cases, written);
        }
        let wrong = step.wrong.iter().map(|it| it.name.as_str()).collect();
        let written = text.wrong.keys().map(String::as_str).collect();
        self.same_set(file, text.line, "wrong answers", wrong, written);
        let asked = step.prediction.as_ref();
        let choices: Vec<&str> =
            asked.iter().flat_map(|it| &it.choices).map(String::as_str).collect();
        let asked = text.prediction.as_ref();
        let written: Vec<&str> =
            asked.iter().flat_map(|it| &it.choices).map(|(id, _)| id.as_str()).collect();
        self.same(file, text.line, "choices", &choices, &written);
        let answers = asked.iter().flat_map(|it| it.answers.keys()).map(String::as_str).collect();
        self.same_set(file, text.line, "answers", choices, answers);
    }

    fn same_set<'b>(
        &mut self,
        file: &str,
        line: usize,
        what: &str,
        mut wanted: Vec<&'b str>,
        mut written: Vec<&'b str>,
    ) {
        wanted.sort_unstable();
        written.sort_unstable();
        self.same(file, line, what, &wanted, &written);
    }

    fn same(&mut self, file: &str, line: usize, what: &str, wanted: &[&str], written: &[&str]) {
        if wanted != written {
            let (wanted, written) = (wanted.join(", "), written.join(", "));
            let message =
                format!("its {what} must be [{wanted}] as in lesson.yaml, not [{written}]");
            self.fault(file, line, message);
        }
    }
}

fn line_of(line: u64) -> usize {
    usize::try_from(line).unwrap_or(0)
}
