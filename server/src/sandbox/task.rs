//! The task that owns a live world: it takes commands in order, lets model time pass, writes the
//! log, and only then answers and shows what happened.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lessons::START_AGENT;
use orchestrator::{Input, Reply, Time, World};
use protocol::{ClockChange, Position, Step, Until};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{broadcast, mpsc, watch},
    time::sleep_until,
};

use super::{Before, Command, Frame, Life, Pace, Refused, View, clock::is_rate, frame, log::Goal};
use crate::{
    config::Limits,
    database::{Journal, Page},
    id::SandboxId,
    lesson::LessonRun,
};

/// Commands that are taken at once: they share one write of the log.
const TOGETHER: usize = 64;
/// The world moves at most this often by itself; pages smooth what lies between.
const TICK: Duration = Duration::from_millis(25);
/// How long one tick may compute before others get their turn.
const TURN: Duration = Duration::from_millis(100);
/// How often pages hear of a running clock.
const CLOCK: Duration = Duration::from_secs(1);
/// How far ahead of the wall clock the log promises that time will have come, so that a crash
/// never takes back what was seen.
const AHEAD: Duration = Duration::from_secs(2);
/// The longest that one command may run the world.
const RUN_MS_MAX: i64 = 24 * 3_600_000;
/// How far one looks for what happens next where nobody waits for anything: programs that go round
/// for ever would be run for a day.
const SEARCH_MS: i64 = 3_600_000;

/// What a task is made of.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) id: SandboxId,
    pub(super) life: Life,
    pub(super) pace: Pace,
    pub(super) lesson: Option<LessonRun>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) view: watch::Sender<View>,
    pub(super) frames: broadcast::Sender<Frame>,
    pub(super) journal: Journal,
    pub(super) limits: Limits,
    /// Entries that are on the disk.
    pub(super) written: usize,
    /// Model time that the disk promises.
    pub(super) promised_ms: i64,
    pub(super) promised_rate: f64,
    /// The end of the trace as pages know it.
    pub(super) shown: Position,
    /// Up to this second of model time pages know how loads fare.
    pub(super) counted: i64,
    /// When each load began, and whether it has ended, as pages know it.
    pub(super) loads: Vec<(Time, bool)>,
    pub(super) clock_changed: bool,
    pub(super) clock_told: Instant,
}

/// An answer that waits for the log to be written.
type Answer = Box<dyn FnOnce() + Send>;

impl Task {
    /// Runs until nobody holds the sandbox any more, or its log cannot be written.
    pub(super) async fn run(mut self) {
        let mut commands = Vec::new();
        loop {
            let due = self.due();
            let waited = wait(&mut self.commands, &mut commands, due).await;
            let ends = commands.iter().any(|command| matches!(command, Command::End));
            let open = !ends && !matches!(waited, Waited::Closed);
            self.catch_up();
            let answers: Vec<Answer> =
                commands.drain(..).map(|command| self.carry_out(command)).collect();
            if let Some(lesson) = &mut self.lesson {
                lesson.observe(self.life.world());
            }
            if !self.write(!open).await {
                tracing::error!(sandbox = %self.id, "put away: its log could not be written");
                return;
            }
            self.show();
            answers.into_iter().for_each(|answer| answer());
            if !open {
                return;
            }
        }
    }

    /// When the world, or the pages that watch it, want something next.
    fn due(&self) -> Option<Instant> {
        if self.pace.stopped() {
            return None;
        }
        let event = self.life.world().next_event().and_then(|time| self.pace.wall(time.0));
        let clock = (self.frames.receiver_count() > 0).then(|| self.clock_told + CLOCK);
        let due = [event, clock].into_iter().flatten().min()?;
        Some(due.max(Instant::now() + TICK))
    }

    /// Lets the time pass that has passed.
    fn catch_up(&mut self) {
        if self.pace.stopped() {
            return;
        }
        let begun = Instant::now();
        let target_ms = self.pace.model_ms(begun).min(self.limits.model_ms_max());
        let life = &mut self.life;
        let pace = &mut self.pace;
        heavy(|| {
            let slice_ms = ((target_ms - life.now_ms()) / 16).max(100);
            while life.now_ms() < target_ms && begun.elapsed() < TURN {
                life.run_until((life.now_ms() + slice_ms).min(target_ms));
            }
        });
        if life.now_ms() < target_ms {
            // The machine cannot keep up: the clock slips rather than pile up a debt.
            *pace = Pace::new(pace.rate(), life.now_ms(), Instant::now());
        }
        if target_ms >= self.limits.model_ms_max() {
            self.set_rate(0.0);
        }
    }

    fn carry_out(&mut self, command: Command) -> Answer {
        match command {
            Command::Submit { input, answer } => {
                let result = self.submit(input);
                Box::new(move || drop(answer.send(result)))
            }
            Command::Clock { change, answer } => {
                let result = self.change_clock(&change);
                Box::new(move || drop(answer.send(result)))
            }
            Command::Past { at_ms, answer } => {
                let result = self.life.past(at_ms).ok_or(Refused::OutOfRange);
                Box::new(move || drop(answer.send(result)))
            }
            Command::Acts { count, answer } => {
                let acts = self.life.acts(count, START_AGENT);
                Box::new(move || drop(answer.send(Ok(acts))))
            }
            Command::Log { answer } => {
                let log = self.life.log();
                Box::new(move || drop(answer.send(Ok(log))))
            }
            Command::Before { position, answer } => {
                let before = self.life.before(position);
                let rate = self.pace.rate();
                let result = before.map(|cut| Before { rate, ..cut }).ok_or(Refused::OutOfRange);
                Box::new(move || drop(answer.send(result)))
            }
            Command::Lesson { act, answer } => {
                let result = match &mut self.lesson {
                    Some(lesson) => lesson.act(act).map_err(Refused::Invalid),
                    None => Err(Refused::NoLesson),
                };
                Box::new(move || drop(answer.send(result)))
            }
            Command::End => Box::new(|| ()),
        }
    }

    fn submit(&mut self, input: Input) -> Result<Reply, Refused> {
        self.admit()?;
        let life = &mut self.life;
        Ok(heavy(|| life.submit(input)))
    }

    fn admit(&self) -> Result<(), Refused> {
        if self.life.entries().len() >= self.limits.entries_max {
            return Err(Refused::Limit { what: "requests" });
        }
        if self.life.weight() >= self.limits.log_bytes_max {
            return Err(Refused::Limit { what: "the size of all requests" });
        }
        Ok(())
    }

    fn change_clock(&mut self, change: &ClockChange) -> Result<Position, Refused> {
        match (change.rate, change.advance_ms, change.until, change.step) {
            (Some(rate), None, None, None) if is_rate(rate) => self.set_rate(rate),
            (Some(_), None, None, None) => {
                return Err(Refused::Invalid("rate must be 0, or 0.01 to 600".to_owned()));
            }
            (None, Some(span), None, None) => self.advance(span)?,
            (None, None, Some(until), None) => self.run_to(match until {
                Until::Quiet => Goal::Quiet,
                Until::Next => Goal::Next,
            })?,
            (None, None, None, Some(step)) => self.run_to(match step {
                Step::Write => Goal::Write,
                Step::Turn => Goal::Turn,
                Step::Visible => Goal::Visible,
            })?,
            _ => {
                let message = "set exactly one of rate, advance_ms, until, step";
                return Err(Refused::Invalid(message.to_owned()));
            }
        }
        self.clock_changed = true;
        Ok(self.life.world().trace().len())
    }

    fn set_rate(&mut self, rate: f64) {
        self.pace = Pace::new(rate, self.life.now_ms(), Instant::now());
        self.clock_changed = true;
    }

    fn advance(&mut self, span_ms: i64) -> Result<(), Refused> {
        if !(0..=RUN_MS_MAX).contains(&span_ms) {
            return Err(Refused::Invalid(format!("advance_ms must be 0 to {RUN_MS_MAX}")));
        }
        let to_ms = self.life.now_ms() + span_ms;
        self.admit_time(to_ms)?;
        let life = &mut self.life;
        heavy(|| life.run_until(to_ms));
        self.set_rate(self.pace.rate());
        Ok(())
    }

    fn run_to(&mut self, goal: Goal) -> Result<(), Refused> {
        self.admit()?;
        let now_ms = self.life.now_ms();
        self.admit_time(now_ms + 1)?;
        let waited_ms = self.life.world().next_waited().map_or(0, |at| at.0 - now_ms);
        let span_ms = (waited_ms + SEARCH_MS).min(RUN_MS_MAX);
        let limit_ms = (now_ms + span_ms).min(self.limits.model_ms_max());
        let life = &mut self.life;
        heavy(|| life.run_to(goal, limit_ms));
        self.set_rate(self.pace.rate());
        Ok(())
    }

    fn admit_time(&self, to_ms: i64) -> Result<(), Refused> {
        if to_ms > self.limits.model_ms_max() {
            return Err(Refused::Limit { what: "the model time" });
        }
        Ok(())
    }

    /// Puts on the disk what is not there yet: whether it could.
    async fn write(&mut self, last: bool) -> bool {
        let now_ms = self.life.now_ms();
        let rate = self.pace.rate();
        let entries = self.life.entries()[self.written..].to_vec();
        let progress = self.lesson.as_mut().and_then(LessonRun::unsaved);
        let exact = last || self.pace.stopped();
        // Exact where time stands still; a promise where it runs.
        let moved = if exact { now_ms != self.promised_ms } else { now_ms > self.promised_ms };
        let same_rate = rate.to_bits() == self.promised_rate.to_bits();
        if entries.is_empty() && progress.is_none() && same_rate && !moved {
            return true;
        }
        let ahead_ms = if exact { 0 } else { (AHEAD.as_millis() as f64 * rate) as i64 };
        let (first, count) = (self.written, entries.len());
        let promise_ms = now_ms + ahead_ms;
        let page =
            Page { sandbox: self.id.clone(), first, entries, rate, now_ms: promise_ms, progress };
        let written = self.journal.write(page).await.is_ok();
        self.written += count;
        self.promised_ms = promise_ms;
        self.promised_rate = rate;
        written
    }

    /// Shows everybody what is new.
    fn show(&mut self) {
        let world = Arc::new(self.life.world().clone());
        let end = world.trace().len();
        self.view.send_replace(View { world: Arc::clone(&world), pace: self.pace });
        if self.frames.receiver_count() > 0 {
            for frame in frame::moments(&world, self.shown) {
                self.tell(frame);
            }
            self.tell_traffic(&world);
            // While time stands still only this tells what is waited for next.
            let stirred = self.pace.stopped() && self.shown < end;
            self.tell_clock(stirred);
            if let Some((korean, english)) = self.lesson.as_mut().and_then(LessonRun::changed) {
                self.tell(frame::lesson(korean, english));
            }
        }
        self.shown = end;
        self.clock_changed = false;
    }

    /// Once a second of model time; at once where somebody has begun or stopped a load.
    fn tell_traffic(&mut self, world: &World) {
        let second = world.now().0.div_euclid(1000);
        let loads = world.traffic().map(|one| (one.began, one.ended.is_some())).collect();
        if second == self.counted && loads == self.loads {
            return;
        }
        // The second before may have changed since it was told.
        let since = if second < self.counted { i64::MIN } else { self.counted - 1 };
        (self.counted, self.loads) = (second, loads);
        if let Some(frame) = frame::traffic(world, since) {
            self.tell(frame);
        }
    }

    fn tell_clock(&mut self, stirred: bool) {
        let stale = !self.pace.stopped() && self.clock_told.elapsed() >= CLOCK;
        if self.clock_changed || stirred || stale {
            self.clock_told = Instant::now();
            self.tell(frame::clock(self.view.borrow().clock()));
        }
    }

    fn tell(&self, frame: Frame) {
        // It fails when the last page has just gone: then nobody misses it.
        let _ = self.frames.send(frame);
    }
}

enum Waited {
    Commands,
    Due,
    Closed,
}

/// Waits for commands, or until something is due.
async fn wait(
    commands: &mut mpsc::Receiver<Command>,
    into: &mut Vec<Command>,
    due: Option<Instant>,
) -> Waited {
    let received = commands.recv_many(into, TOGETHER);
    let count = match due {
        None => received.await,
        Some(due) => {
            tokio::select! {
                biased;
                count = received => count,
                () = sleep_until(due.into()) => return Waited::Due,
            }
        }
    };
    if count == 0 { Waited::Closed } else { Waited::Commands }
}

/// Runs something that may compute for long, without holding up other sandboxes.
fn heavy<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
