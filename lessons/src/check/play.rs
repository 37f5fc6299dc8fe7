//! Plays a lesson's solution and its wrong answers in worlds of their own.

use std::sync::Arc;

use orchestrator::{Input, World};

use super::{SEED, quote};
use crate::error::Fault;
use crate::evidence::Attempt;
use crate::lesson::{Lesson, Score, StartClock};
use crate::progress::{PlayAct, Progress};
use crate::script::{ClockAct, Line, Part};
use crate::stage::{Files, Stage};
use crate::text::{Language, Quoted, console_blocks};

/// All that is wrong with what a lesson does.
pub(super) fn check(lesson: &Arc<Lesson>) -> Vec<Fault> {
    if lesson.steps.is_empty() {
        // Its cases are played.
        return Vec::new();
    }
    let refused = lesson.begin(SEED).1.into_iter();
    let mut faults: Vec<Fault> =
        refused.map(|why| at(lesson, "start.yaml", 0, format!("it is refused: {why}"))).collect();
    let mut learner = Learner::new(lesson);
    if learner.progress.steps_done().next().is_some() {
        faults.push(at(lesson, "lesson.yaml", 0, "a step is done before the learner did anything"));
    }
    for part in &lesson.solution {
        // Who plays this step's wrong answers starts from here.
        for (name, script) in wrong_answers(lesson, &part.step) {
            faults.extend(check_wrong(lesson, &learner, name, script));
        }
        let unsolved = check_step(lesson, &mut learner, part);
        // What follows builds on this step.
        let stop = !unsolved.is_empty();
        faults.extend(unsolved);
        if stop {
            return faults;
        }
    }
    if !learner.comes_as_far_again() {
        let message = "looked at again from its history alone, the lesson is not solved so far: \
                       does a goal rest on what is not kept?";
        faults.push(at(lesson, "lesson.yaml", 0, message));
    }
    faults.extend(poor_scores(lesson, &learner, "solution.sh"));
    let others = lesson.solutions.iter();
    faults.extend(others.flat_map(|(name, parts)| check_other(lesson, name, parts)));
    faults
}

/// Another solution: it solves all steps as well.
fn check_other(lesson: &Arc<Lesson>, name: &str, parts: &[Part]) -> Vec<Fault> {
    let file = format!("solutions/{name}.sh");
    let mut learner = Learner::new(lesson);
    for part in parts {
        for line in &part.lines {
            match learner.play(line) {
                Ok(code) if !learner.failed(code) => {}
                Ok(code) => {
                    let code = code.unwrap_or_default();
                    let said = format!("it failed with {code}: {}", learner.attempt.output.trim());
                    return vec![at(lesson, &file, line.number, said)];
                }
                Err(message) => return vec![at(lesson, &file, line.number, message)],
            }
        }
        let done = lesson.steps.iter().position(|step| step.id == part.step);
        if learner.progress.steps_done().count() != done.map_or(0, |done| done + 1) {
            return vec![at(lesson, &file, 0, learner.why_not(&part.step))];
        }
    }
    match learner.progress.completed() {
        true => poor_scores(lesson, &learner, &file),
        false => vec![at(lesson, &file, 0, "it must solve all steps")],
    }
}

/// The scores of who plays a solution are good, or nobody's can be.
fn poor_scores(lesson: &Lesson, learner: &Learner, file: &str) -> Vec<Fault> {
    let poor = learner.progress.scores().filter(|(score, value)| !score.is_good(*value));
    let said = |(score, value): (&Score, i64)| format!("its score {} is {value}", score.id);
    poor.map(|score| at(lesson, file, 0, said(score))).collect()
}

fn at(lesson: &Lesson, file: &str, line: usize, message: impl Into<String>) -> Fault {
    Fault::at(&format!("{}/{file}", lesson.folder), line, message)
}

fn wrong_answers<'a>(
    lesson: &'a Lesson,
    step: &str,
) -> impl Iterator<Item = (&'a str, &'a [Part])> {
    let step = lesson.step(step).into_iter();
    step.flat_map(|step| &step.wrong)
        .filter_map(|wrong| Some((wrong.name.as_str(), lesson.wrong.get(&wrong.name)?.as_slice())))
}

/// The solution of one step: solves it, and no other; prints what the texts quote.
fn check_step(lesson: &Lesson, learner: &mut Learner, part: &Part) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut quotes = Quotes::of(lesson, &part.step);
    if open_step(learner) != part.step {
        let open = open_step(learner);
        let message = format!("before step {} is played, the open step is {open}", part.step);
        return vec![at(lesson, "solution.sh", 0, message)];
    }
    for line in &part.lines {
        quotes.try_at(learner);
        match learner.play(line) {
            Ok(code) if learner.failed(code) => {
                let code = code.unwrap_or_default();
                let said = format!("it failed with {code}: {}", learner.attempt.output.trim());
                faults.push(at(lesson, "solution.sh", line.number, said));
            }
            Ok(_) => quotes.try_printed(&learner.attempt),
            Err(message) => faults.push(at(lesson, "solution.sh", line.number, message)),
        }
    }
    quotes.try_at(learner);
    let done = lesson.steps.iter().position(|step| step.id == part.step).map(|index| index + 1);
    if Some(learner.progress.steps_done().count()) != done {
        faults.push(at(lesson, "solution.sh", 0, learner.why_not(&part.step)));
    }
    let proof = lesson.step(&part.step).and_then(|step| step.prediction.as_ref());
    if proof.is_some_and(|asked| asked.proof.is_some()) && !learner.progress.proved(&part.step) {
        let message = format!("step {}: the prediction's proof does not hold", part.step);
        faults.push(at(lesson, "lesson.yaml", 0, message));
    }
    faults.extend(quotes.unmatched(lesson));
    faults
}

fn open_step(learner: &Learner) -> String {
    learner.progress.open_step().map_or("none", |step| &step.id).to_owned()
}

/// A wrong answer: recognised by its own name, and no solution.
fn check_wrong(lesson: &Lesson, before: &Learner, name: &str, script: &[Part]) -> Vec<Fault> {
    let file = format!("wrong/{name}.sh");
    let open = open_step(before);
    let [part] = script else {
        return vec![at(lesson, &file, 0, "it must have one part: \"# step: ID\"")];
    };
    if part.step != open {
        return vec![at(lesson, &file, 0, format!("its step must be {open}"))];
    }
    let mut learner = before.fork();
    for line in &part.lines {
        if let Err(message) = learner.play(line) {
            return vec![at(lesson, &file, line.number, message)];
        }
    }
    let mut faults = Vec::new();
    if learner.progress.wrong() != Some(name) {
        let found = learner.progress.wrong().unwrap_or("nothing");
        let said = learner.attempt.output.trim();
        let message = format!("it is recognised as {found}; the last command printed: {said}");
        faults.push(at(lesson, &file, 0, message));
    }
    if open_step(&learner) != open {
        faults.push(at(lesson, &file, 0, "it solves the step"));
    }
    faults
}

/// Somebody who plays scripts in a world of this lesson.
pub(super) struct Learner {
    pub(super) lesson: Arc<Lesson>,
    stage: Stage,
    progress: Progress,
    files: Files,
    pub(super) attempt: Attempt,
}

impl Learner {
    pub(super) fn new(lesson: &Arc<Lesson>) -> Learner {
        let stage = Stage::new(lesson.world(SEED));
        let mut progress = Progress::new(Arc::clone(lesson));
        progress.observe(&stage.world());
        let files = lesson.files.iter().cloned().collect();
        let attempt = Attempt::default();
        Learner { lesson: Arc::clone(lesson), stage, progress, files, attempt }
    }

    /// The cluster as it stands.
    pub(super) fn world(&self) -> World {
        self.stage.world()
    }

    /// Another one, in a copy of the world, who has come as far.
    fn fork(&self) -> Learner {
        let mut progress = self.progress.clone();
        progress.attempted(Attempt::default());
        Learner {
            lesson: Arc::clone(&self.lesson),
            stage: Stage::new(self.stage.world()),
            progress,
            files: self.files.clone(),
            attempt: Attempt::default(),
        }
    }

    /// Whether the world's history alone says the same of the steps that are done.
    fn comes_as_far_again(&self) -> bool {
        let saved = self.progress.saved().clone();
        let mut again = Progress::restore(Arc::clone(&self.lesson), saved);
        again.observe(&self.stage.world());
        again.steps_done().eq(self.progress.steps_done())
    }

    /// Whether the last line did not do what it should. Who asks with `curl` may hear that nobody
    /// is there.
    pub(super) fn failed(&self, code: Option<i32>) -> bool {
        code.is_some_and(|code| code != 0) && !self.attempt.line.starts_with("curl ")
    }

    /// Plays a line; the exit code if it is a command.
    pub(super) fn play(&mut self, line: &Line) -> Result<Option<i32>, String> {
        let play = self.progress.fill(&line.act)?;
        let mut code = None;
        match play.act {
            PlayAct::Type(line) => code = Some(self.type_line(&line)?),
            PlayAct::Write { file, text } => _ = self.files.insert(file, text),
            PlayAct::Clock(act) => self.stage.clock(act),
            PlayAct::Fault(fault) => self.put_in(&Input::Fault(fault))?,
            PlayAct::Traffic(traffic) => self.put_in(&Input::Traffic(traffic))?,
            PlayAct::Predict(choice) => {
                let step = self.progress.open_step().map(|step| step.id.clone());
                let taken = self.progress.predict(&step.unwrap_or_default(), &choice);
                taken.ok_or_else(|| format!("the step does not offer \"{choice}\""))?;
            }
        }
        self.settle();
        Ok(code)
    }

    /// Where time runs, lets it run until the cluster is quiet.
    pub(super) fn settle(&mut self) {
        if self.lesson.setting.clock == StartClock::Story {
            self.stage.clock(ClockAct::UntilQuiet);
        }
        self.progress.observe(&self.stage.world());
    }

    fn put_in(&self, input: &Input) -> Result<(), String> {
        let known = self.stage.put_in(input);
        known.then_some(()).ok_or_else(|| format!("it names what is not there: {input:?}"))
    }

    pub(super) fn type_line(&mut self, line: &str) -> Result<i32, String> {
        let typed = self.stage.type_line(line, &self.files);
        let code = typed.code.ok_or_else(|| format!("it waits for ever: {}", typed.output))?;
        self.attempt = Attempt::of(line, &self.files, typed.output, code);
        self.progress.observe(&self.stage.world());
        self.progress.attempted(self.attempt.clone());
        Ok(code)
    }

    /// Which goals of a step are not met, and why; or that too much is.
    fn why_not(&self, step: &str) -> String {
        let goals = self.progress.goals(step);
        let missing: Vec<String> = goals
            .into_iter()
            .filter_map(|goal| Some(format!("{} ({})", goal.id, goal.not_yet?)))
            .collect();
        if missing.is_empty() {
            let open = self.progress.open_step().map_or("none", |step| &step.id);
            return format!("the solution of step {step} goes too far: the open step is {open}");
        }
        format!("the solution of step {step} leaves goals unmet: {}", missing.join(", "))
    }
}

/// The commands that a step's texts quote, each of which must print what is quoted at some moment
/// of the step.
struct Quotes {
    /// Language, quotation, what it printed.
    open: Vec<(Language, Quoted, String)>,
}

impl Quotes {
    fn of(lesson: &Lesson, step: &str) -> Quotes {
        let in_language = |language: Language| {
            let text = lesson.step_text(step, language);
            let quoted = text.map(|text| console_blocks(&text.markdown)).unwrap_or_default();
            quoted.into_iter().map(move |quoted| (language, quoted, String::new()))
        };
        Quotes { open: Language::ALL.into_iter().flat_map(in_language).collect() }
    }

    /// Tries the commands in copies of the world as it stands.
    fn try_at(&mut self, learner: &Learner) {
        self.open.retain_mut(|(_, quoted, printed)| {
            let stage = Stage::new(learner.stage.world());
            let typed = stage.type_line(&quoted.command, &learner.files);
            let said = quote::matches(&quoted.output, &typed.output);
            // What it prints when it works says most to the author.
            if printed.is_empty() || typed.code == Some(0) {
                *printed = typed.output;
            }
            !said
        });
    }

    /// Takes what the solution's own command printed.
    fn try_printed(&mut self, attempt: &Attempt) {
        self.open.retain(|(_, quoted, _)| {
            quoted.command != attempt.line || !quote::matches(&quoted.output, &attempt.output)
        });
    }

    fn unmatched(self, lesson: &Lesson) -> Vec<Fault> {
        let fault = |(language, quoted, printed): (Language, Quoted, String)| {
            let file = format!("{}.md", language.code());
            let message =
                format!("\"$ {}\" never prints what is quoted, but:\n{printed}", quoted.command);
            at(lesson, &file, 0, message)
        };
        self.open.into_iter().map(fault).collect()
    }
}
