//! What each command of a page does, but for those of terminals.

use std::{collections::BTreeMap, sync::PoisonError, time::Duration};

use kubectl::Files;
use lessons::{Attempt, ClockAct, Language, Play, PlayAct};
use orchestrator::{Input, World};
use protocol::{
    About, Act, ClockChange, File, LessonState, ObjectRef, Position, Refusal, Reply, Step, Until,
};
use tokio::time::timeout;

use super::hands::{attempt_made, joined};
use crate::{
    diagnose, export,
    lesson::{LessonAct, LessonAnswer},
    origin,
    sandbox::{OpenError, Refused, Sandbox},
    share,
    state::AppState,
    terminal::{Door, Refusals, Transcript, Visitor, files},
    translate,
};

/// How long a line of a solution is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many lines of a log are shown.
const LOG_LINES: u32 = 500;
/// So many acts are listed.
const ACTS_MAX: usize = 30;

/// A page's desk: everything that a command may need.
pub(super) struct Desk {
    pub(super) state: AppState,
    pub(super) sandbox: Sandbox,
    pub(super) language: Language,
}

type Result<T> = std::result::Result<T, Refusal>;

impl Desk {
    pub(super) async fn carry_out(&self, act: Act) -> Reply {
        let result = match act {
            Act::Apply { files, dry_run } => self.apply(files, dry_run).await,
            Act::Clock { change } => self.clock(change).await,
            Act::Fault { fault } => match translate::model_fault(&fault) {
                Ok(fault) => self.put_in(Input::Fault(fault)).await,
                Err(message) => Err(Refusal::Invalid { message }),
            },
            Act::Acts => self.acts().await,
            Act::Undo { position } => self.undo(position).await,
            Act::Traffic { change } => {
                self.put_in(Input::Traffic(translate::model_traffic(change))).await
            }
            Act::Seek { at_ms } => self.seek(at_ms).await,
            Act::Fork { at_ms } => self.fork(at_ms).await,
            Act::Share { at_ms, note } => self.share(at_ms, &note).await,
            Act::Commands => self.commands().await,
            Act::Why { about } => self.why(&about),
            Act::Inspect { object } => self.inspect(&object).await,
            Act::Export => Ok(Reply::Exported { yaml: export::yaml(&self.sandbox.view().world) }),
            Act::History { object } => Ok(self.history(&object)),
            Act::Logs { pod, container, previous } => self.logs(&pod, &container, previous).await,
            Act::Predict { step, choice } => {
                let language = self.language;
                self.learn(LessonAct::Predict { step, choice, language }).await
            }
            Act::Hint { step, number } => self.learn(LessonAct::Hint { step, number }).await,
            Act::GoTo { step } => self.learn(LessonAct::GoTo { step }).await,
            Act::Solve { step } => self.solve(step).await,
            // Those of terminals are carried out elsewhere.
            Act::Terminal { .. } | Act::Type { .. } | Act::Interrupt { .. } => Ok(Reply::Done),
        };
        result.unwrap_or_else(|reason| Reply::Refused { reason })
    }

    async fn apply(&self, given: Vec<File>, dry_run: bool) -> Result<Reply> {
        let names = files(given.clone()).names().into_iter();
        let paths: String = names.map(|name| format!(" -f {}", quoted(&name))).collect();
        let mut line = format!("kubectl apply{paths}");
        if dry_run {
            line.push_str(" --dry-run=server");
        }
        let visitor = Visitor::new(&self.sandbox);
        let refusals = Refusals::clone(&visitor.refusals);
        let Transcript { seen, code, .. } =
            self.run(line.clone(), given.clone(), Door::Sandbox(visitor)).await?;
        let attempt = Attempt { line, files: joined(&given), output: seen.clone(), code };
        attempt_made(&self.sandbox, attempt).await;
        let diagnostics = match code {
            0 => Vec::new(),
            _ => {
                let refusals = refusals.lock().unwrap_or_else(PoisonError::into_inner);
                diagnose::diagnose(&self.sandbox.view().world, &given, &seen, &refusals)
            }
        };
        let diff =
            if dry_run && code == 0 { self.diff(&paths, given).await? } else { String::new() };
        Ok(Reply::Applied { output: seen, diagnostics, diff })
    }

    /// What an apply of these files would change.
    async fn diff(&self, paths: &str, given: Vec<File>) -> Result<String> {
        let door = Door::Sandbox(Visitor::new(&self.sandbox));
        Ok(self.run(format!("kubectl diff{paths}"), given, door).await?.out)
    }

    async fn run(&self, line: String, given: Vec<File>, door: Door) -> Result<Transcript> {
        let transcript = self.state.workshop.transcript(line, files(given), door).await;
        transcript.ok_or_else(|| refusal(Refused::Closed))
    }

    async fn clock(&self, change: ClockChange) -> Result<Reply> {
        self.sandbox.clock(change).await.map_err(refusal)?;
        Ok(Reply::Done)
    }

    async fn put_in(&self, input: Input) -> Result<Reply> {
        match self.sandbox.submit(input).await.map_err(refusal)? {
            orchestrator::Reply::NotFound => Err(Refusal::NotFound),
            _ => Ok(Reply::Done),
        }
    }

    async fn acts(&self) -> Result<Reply> {
        let positions = self.sandbox.acts(ACTS_MAX).await.map_err(refusal)?;
        let acts = translate::moments_at(&self.sandbox.view().world, &positions);
        Ok(Reply::Acts { acts })
    }

    async fn undo(&self, position: Position) -> Result<Reply> {
        let before = self.sandbox.before(position).await.map_err(refusal)?;
        self.forked(self.state.sandboxes.undo(&self.sandbox, before).await)
    }

    async fn seek(&self, at_ms: i64) -> Result<Reply> {
        let world = self.sandbox.past(at_ms).await.map_err(refusal)?;
        Ok(Reply::Snapshot { snapshot: Box::new(translate::snapshot(&world)) })
    }

    async fn fork(&self, at_ms: i64) -> Result<Reply> {
        // Asking for the past first brings the clock up to now, and checks the time.
        self.sandbox.past(at_ms).await.map_err(refusal)?;
        self.forked(self.state.sandboxes.fork(&self.sandbox, at_ms).await)
    }

    async fn share(&self, at_ms: i64, note: &str) -> Result<Reply> {
        let too_long = || Refusal::Limit { what: "a note".to_owned() };
        let note = share::note(note).ok_or_else(too_long)?;
        self.sandbox.past(at_ms).await.map_err(refusal)?;
        let name = self.state.sandboxes.share(&self.sandbox, at_ms, &note).await;
        Ok(Reply::Shared { id: format!("{}{}", share::SHARED, name.map_err(not_made)?) })
    }

    async fn commands(&self) -> Result<Reply> {
        let log = self.sandbox.log().await.map_err(refusal)?;
        let acts = log.iter().map(|(position, entry)| (*position, &**entry));
        Ok(Reply::Commands { text: share::commands(&self.sandbox.view().world, acts) })
    }

    fn forked(&self, forked: std::result::Result<Sandbox, OpenError>) -> Result<Reply> {
        let forked = forked.map_err(not_made)?;
        let page = origin::page_in(&forked, self.language.code());
        Ok(Reply::Forked { id: forked.id().to_string(), page })
    }

    fn why(&self, about: &About) -> Result<Reply> {
        let world = self.sandbox.view().world;
        let position = match about {
            About::Moment { position } => *position,
            About::Object { object } => {
                translate::last_write(&world, object).ok_or(Refusal::NotFound)?
            }
        };
        let chain = translate::moments_at(&world, &world.why(position));
        if chain.is_empty() { Err(Refusal::OutOfRange) } else { Ok(Reply::Why { chain }) }
    }

    async fn inspect(&self, object: &ObjectRef) -> Result<Reply> {
        let view = self.sandbox.view();
        let mut world = World::clone(&view.world);
        world.run_until(orchestrator::Time(view.now_ms()));
        let found = translate::find(&world, object).ok_or(Refusal::NotFound)?;
        let mut name = format!("{} {}", found.key().resource(), found.name());
        if !found.namespace().is_empty() {
            name.push_str(" --namespace ");
            name.push_str(found.namespace());
        }
        let yaml =
            self.look(&world, format!("kubectl get {name} -o yaml --show-managed-fields")).await?;
        let description = self.look(&world, format!("kubectl describe {name}")).await?;
        Ok(Reply::Inspected { yaml, description })
    }

    fn history(&self, object: &ObjectRef) -> Reply {
        Reply::History { changes: translate::history(&self.sandbox.view().world, object) }
    }

    async fn logs(&self, pod: &ObjectRef, container: &str, previous: bool) -> Result<Reply> {
        let view = self.sandbox.view();
        let mut world = World::clone(&view.world);
        world.run_until(orchestrator::Time(view.now_ms()));
        let found = translate::find(&world, pod).ok_or(Refusal::NotFound)?;
        let mut line = format!("kubectl logs {} --namespace {}", found.name(), found.namespace());
        line.push_str(&format!(" --container {} --tail {LOG_LINES}", quoted(container)));
        if previous {
            line.push_str(" --previous");
        }
        let door = Door::Window(Box::new(world));
        let transcript = self.state.workshop.transcript(line, [].into(), door).await;
        Ok(Reply::Logs { text: transcript.ok_or_else(|| refusal(Refused::Closed))?.seen })
    }

    /// What kubectl prints of a world that is only looked at.
    async fn look(&self, world: &World, line: String) -> Result<String> {
        let door = Door::Window(Box::new(world.clone()));
        let transcript = self.state.workshop.transcript(line, [].into(), door).await;
        Ok(transcript.ok_or_else(|| refusal(Refused::Closed))?.out)
    }

    async fn learn(&self, act: LessonAct) -> Result<Reply> {
        match self.sandbox.learn(act).await.map_err(refusal)? {
            LessonAnswer::Done
            | LessonAnswer::State(_)
            | LessonAnswer::Standing(_)
            | LessonAnswer::Play(_) => Ok(Reply::Done),
            LessonAnswer::Predicted { correct, explanation_html } => {
                Ok(Reply::Predicted { correct, explanation_html })
            }
        }
    }

    /// Plays the next line of a step's solution.
    async fn solve(&self, step: String) -> Result<Reply> {
        let act = LessonAct::Solve { step: step.clone() };
        match self.sandbox.learn(act).await.map_err(refusal)? {
            LessonAnswer::Play(Some(play)) => self.play(&step, *play).await,
            _ => Ok(Reply::Solved { line: None, output: String::new(), file: None }),
        }
    }

    /// Plays a line of a lesson's solution as the learner would.
    async fn play(&self, step: &str, play: Play) -> Result<Reply> {
        let mut file = None;
        let mut output = String::new();
        match play.act {
            PlayAct::Type(line) => output = self.play_line(line, play.files).await,
            PlayAct::Write { file: name, text } => file = Some(File { name, text }),
            PlayAct::Clock(act) => drop(self.clock(clock_change(act)).await?),
            PlayAct::Fault(fault) => drop(self.put_in(Input::Fault(fault)).await?),
            PlayAct::Traffic(traffic) => drop(self.put_in(Input::Traffic(traffic)).await?),
            PlayAct::Predict(choice) => {
                let language = self.language;
                let predict = LessonAct::Predict { step: step.to_owned(), choice, language };
                self.sandbox.learn(predict).await.map_err(refusal)?;
            }
        }
        Ok(Reply::Solved { line: Some(play.line), output, file })
    }

    /// Runs a line, and waits for its end unless the line itself waits for the cluster: while the
    /// clock stands still that would be for ever.
    async fn play_line(&self, line: String, given: BTreeMap<String, String>) -> String {
        let door = Door::Sandbox(Visitor::new(&self.sandbox));
        let (workshop, sandbox) = (self.state.workshop.clone(), self.sandbox.clone());
        let read = given.values().cloned().collect::<Vec<_>>().join("\n---\n");
        let running = tokio::spawn(async move {
            let transcript = workshop.transcript(line.clone(), given, door).await;
            let Transcript { seen, code, .. } = transcript?;
            let attempt = Attempt { line, files: read, output: seen.clone(), code };
            attempt_made(&sandbox, attempt).await;
            Some(seen)
        });
        let Ok(ended) = timeout(PATIENCE, running).await else {
            tracing::debug!("a line of a solution goes on by itself");
            return String::new();
        };
        ended.ok().flatten().unwrap_or_default()
    }
}

fn clock_change(act: ClockAct) -> ClockChange {
    let none = ClockChange::default();
    match act {
        ClockAct::StepWrite => ClockChange { step: Some(Step::Write), ..none },
        ClockAct::StepTurn => ClockChange { step: Some(Step::Turn), ..none },
        ClockAct::StepVisible => ClockChange { step: Some(Step::Visible), ..none },
        ClockAct::UntilQuiet => ClockChange { until: Some(Until::Quiet), ..none },
        ClockAct::UntilNext => ClockChange { until: Some(Until::Next), ..none },
        ClockAct::Advance(ms) => ClockChange { advance_ms: Some(ms), ..none },
    }
}

/// Where the learner is, if the sandbox has a lesson.
pub(super) async fn lesson_state(sandbox: &Sandbox, language: Language) -> Option<LessonState> {
    sandbox.lesson()?;
    match sandbox.learn(LessonAct::Look { language }).await {
        Ok(LessonAnswer::State(state)) => Some(*state),
        _ => None,
    }
}

/// Why there is no new sandbox.
fn not_made(error: OpenError) -> Refusal {
    match error {
        OpenError::Full | OpenError::Busy => Refusal::Limit { what: "sandboxes".to_owned() },
        other => Refusal::Invalid { message: other.to_string() },
    }
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn refusal(refused: Refused) -> Refusal {
    match refused {
        Refused::Limit { what } => Refusal::Limit { what: what.to_owned() },
        Refused::OutOfRange => Refusal::OutOfRange,
        Refused::NoLesson => Refusal::NotFound,
        Refused::Invalid(message) => Refusal::Invalid { message },
        Refused::Closed => Refusal::Invalid { message: refused.to_string() },
    }
}
