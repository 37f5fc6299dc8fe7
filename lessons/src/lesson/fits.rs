//! Whether a lesson's scripts and words fit its rules.

use std::collections::{BTreeMap, BTreeSet};

use super::Step;
use super::read::Reader;
use crate::script;
use crate::text::{LessonText, OTHERWISE, StepText};

impl Reader<'_> {
    pub(super) fn scripts_fit(
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

    pub(super) fn text_fits(&mut self, file: &str, text: &LessonText, steps: &[Step]) {
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

    pub(super) fn same_set<'b>(
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
