//! A sandbox without its surroundings: the world, its log, and the way back. Knows no clock, no
//! database and no visitor.

use std::sync::Arc;

use orchestrator::{Input, Reply, Scenario, Time, World};
use protocol::Position;

use super::log::{Deed, Entry, Goal};

/// How far apart in model time, and in log entries, the worlds lie that are kept for going back;
/// and how many there may be before every second one is dropped.
const APART_MS: i64 = 5_000;
const APART_ENTRIES: usize = 32;
const KEPT_MAX: usize = 256;
/// The header that names the run of kubectl that a request belongs to.
pub(crate) const SESSION: &str = "kubectl-session";

/// The live world and all that led to it.
#[derive(Debug)]
pub(crate) struct Life {
    world: World,
    entries: Vec<Arc<Entry>>,
    /// Where the trace stood when each entry was done.
    positions: Vec<Position>,
    weight: usize,
    /// Ascending in time; the first is the beginning.
    kept: Vec<Kept>,
    /// Grows whenever worlds are dropped.
    apart: usize,
}

/// The world after the first `entries` of the log, at its own time.
#[derive(Clone, Debug)]
struct Kept {
    world: World,
    entries: usize,
}

/// The beginning of a log: all before one act.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Before {
    pub(crate) entries: usize,
    pub(crate) at_ms: i64,
    /// How fast time passes.
    pub(crate) rate: f64,
}

/// A past moment of a sandbox, still to be computed. Costs nothing to make.
#[derive(Debug)]
pub(crate) struct Past {
    from: World,
    entries: Vec<Arc<Entry>>,
    at_ms: i64,
}

impl Life {
    pub(crate) fn new(seed: u64, scenario: &Scenario) -> Self {
        let world = World::new(seed, scenario);
        let first = Kept { world: world.clone(), entries: 0 };
        let (entries, positions) = (Vec::new(), Vec::new());
        Self { world, entries, positions, weight: 0, kept: vec![first], apart: 1 }
    }

    /// The sandbox again from its log.
    pub(crate) fn replay(seed: u64, scenario: &Scenario, entries: Vec<Entry>, now_ms: i64) -> Self {
        let mut life = Self::new(seed, scenario);
        for entry in entries {
            run_until(&mut life.world, entry.begin_ms);
            let position = life.world.trace().len();
            repeat(&mut life.world, &entry);
            life.record(Arc::new(entry), position);
        }
        life.run_until(now_ms);
        life
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    pub(crate) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The log, each entry with where the trace stood when it was done.
    pub(crate) fn log(&self) -> Vec<(Position, Arc<Entry>)> {
        self.positions.iter().copied().zip(self.entries.iter().cloned()).collect()
    }

    /// Bytes that the log weighs.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.world.now().0
    }

    pub(crate) fn run_until(&mut self, at_ms: i64) {
        run_until(&mut self.world, at_ms);
        self.keep();
    }

    pub(crate) fn submit(&mut self, input: Input) -> Reply {
        let (now_ms, position) = (self.now_ms(), self.world.trace().len());
        let reply = self.world.submit(&input);
        let deed = Deed::Input(input);
        self.record(Arc::new(Entry { begin_ms: now_ms, end_ms: now_ms, deed }), position);
        reply
    }

    /// Runs to where something is so, or to the limit: whether it was reached.
    pub(crate) fn run_to(&mut self, goal: Goal, limit_ms: i64) -> bool {
        let (begin_ms, position) = (self.now_ms(), self.world.trace().len());
        let reached = run_to(&mut self.world, goal, limit_ms);
        let deed = Deed::Run { goal, limit_ms };
        self.record(Arc::new(Entry { begin_ms, end_ms: self.now_ms(), deed }), position);
        reached
    }

    fn record(&mut self, entry: Arc<Entry>, position: Position) {
        self.positions.push(position);
        self.weight += entry.deed.weight();
        self.entries.push(entry);
        self.keep();
    }

    /// Keeps the world as it is, if the one kept last is far enough away.
    fn keep(&mut self) {
        let far = self.kept.last().is_none_or(|last| {
            let apart_ms = APART_MS.saturating_mul(i64::try_from(self.apart).unwrap_or(i64::MAX));
            self.now_ms() - last.world.now().0 >= apart_ms
                || self.entries.len() - last.entries >= APART_ENTRIES * self.apart
        });
        if !far {
            return;
        }
        self.kept.push(Kept { world: self.world.clone(), entries: self.entries.len() });
        if self.kept.len() > KEPT_MAX {
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.apart *= 2;
        }
    }

    /// The log before the act that led to the moment at `position`, with all requests that the
    /// same command made; none where nobody's act led to it.
    pub(crate) fn before(&self, position: Position) -> Option<Before> {
        let root = *self.world.why(position).last()?;
        let index = self.positions.iter().rposition(|begun| *begun == root)?;
        let Deed::Input(input) = &self.entries[index].deed else { return None };
        let session = session(input);
        let same = |entry: &Arc<Entry>| match &entry.deed {
            Deed::Input(input) => session.is_some() && self::session(input) == session,
            Deed::Run { .. } => false,
        };
        let first = self.entries.iter().position(same).map_or(index, |first| first.min(index));
        Some(Before { entries: first, at_ms: self.entries[first].begin_ms, rate: 0.0 })
    }

    /// Where the trace tells of the last acts that changed something, or tried to, latest first: the
    /// first request of each run of kubectl, and faults. Those of `quiet`, an agent, are left out.
    pub(crate) fn acts(&self, count: usize, quiet: &str) -> Vec<Position> {
        let mut acts = Vec::new();
        let mut last = None;
        for (entry, position) in self.entries.iter().zip(&self.positions) {
            let Deed::Input(input) = &entry.deed else { continue };
            let changes = match input {
                Input::Request(request) => {
                    request.method != "GET" && request.header("user-agent") != Some(quiet)
                }
                Input::Fault(_) => true,
                _ => false,
            };
            let session = session(input);
            if changes && (session.is_none() || session != last) {
                acts.push(*position);
                last = session;
            }
        }
        acts.into_iter().rev().take(count).collect()
    }

    /// The way to a time from the beginning to now; none to any other.
    pub(crate) fn past(&self, at_ms: i64) -> Option<Past> {
        if !(0..=self.now_ms()).contains(&at_ms) {
            return None;
        }
        let after = self.kept.partition_point(|kept| kept.world.now().0 <= at_ms);
        let kept = self.kept.get(after.checked_sub(1)?)?;
        let later = &self.entries[kept.entries..];
        let done = later.partition_point(|entry| entry.end_ms <= at_ms);
        Some(Past { from: kept.world.clone(), entries: later[..done].to_vec(), at_ms })
    }
}

impl Past {
    /// Computes the world as it was. May take a while.
    pub(crate) fn world(self) -> World {
        let mut world = self.from;
        for entry in &self.entries {
            repeat(&mut world, entry);
        }
        run_until(&mut world, self.at_ms);
        world
    }
}

/// What all requests of one run of kubectl have in common.
/// <https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/859-kubectl-headers>
fn session(input: &Input) -> Option<&str> {
    match input {
        Input::Request(request) => request.header(SESSION).filter(|name| !name.is_empty()),
        _ => None,
    }
}

fn repeat(world: &mut World, entry: &Entry) {
    run_until(world, entry.begin_ms);
    match &entry.deed {
        Deed::Input(input) => drop(world.submit(input)),
        Deed::Run { goal, limit_ms } => drop(run_to(world, *goal, *limit_ms)),
    }
    debug_assert_eq!(world.now().0, entry.end_ms, "the same log, the same times");
}

/// A step may stop between two events of one moment. Running to that same moment leaves it there,
/// so that a log replays to the event.
fn run_until(world: &mut World, at_ms: i64) {
    if at_ms > world.now().0 {
        world.run_until(Time(at_ms));
    }
}

fn run_to(world: &mut World, goal: Goal, limit_ms: i64) -> bool {
    let limit = Time(limit_ms);
    match goal {
        Goal::Write => world.run_to_write(limit),
        Goal::Turn => world.run_to_turn(limit),
        Goal::Visible => world.run_to_visible(limit),
        Goal::Quiet => world.run_to_quiet(limit),
        Goal::Next => world.run_to_next(limit),
    }
}
