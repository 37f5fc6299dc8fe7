//! All that the player knows and does, without signals: what came down, where the playhead is in
//! it, and the picture that makes.

mod frame;
mod requests;

use std::sync::Arc;

use protocol::{Clock, Down, Millis, Moment, Position, Snapshot};

use super::cluster::Cluster;
use super::history::History;
use super::journeys::Journeys;
use super::loads::Loads;
use super::playhead::{Pace, Passage, Playhead, Server};
use super::story::{Mark, Story, shown, stages};

pub use frame::Frame;

/// What the timeline says of the playhead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Face {
    /// Something has come down.
    pub known: bool,
    pub time_ms: Millis,
    pub pace: Pace,
    pub held: bool,
    /// Shows what is now.
    pub live: bool,
    /// A cluster from before what was received: it stands still.
    pub detached: bool,
    /// How far the cluster is ahead in model time, and in beats that were not told yet.
    pub behind_ms: Millis,
    pub behind_beats: usize,
    pub position: Position,
    /// The server's clock.
    pub rate: f64,
    pub quiet: bool,
    pub server_ms: Millis,
    pub next_ms: Option<Millis>,
}

/// A beat as the slider shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notch {
    pub first: Position,
    pub end: Position,
    pub at_ms: Millis,
    pub mark: Option<Mark>,
    /// The wait before it, where there was one worth naming.
    pub wait_ms: Option<Millis>,
}

/// Moments that are looked through for one that fits.
const LOOK_BACK: Position = 40_000;
/// Waits longer than this are named on the slider.
const WAIT_NAMED_MS: Millis = 10_000;

#[derive(Clone, Debug, Default)]
pub struct Core {
    history: History,
    story: Story,
    journeys: Journeys,
    pub loads: Arc<Loads>,
    pub playhead: Playhead,
    clock: Clock,
    /// Wall-clock time when the clock came.
    clock_at: f64,
    /// Wall-clock time of the last tick.
    wall: f64,
    known: bool,
    /// Moments are missing: the page must connect anew.
    gap: bool,
    detached: Option<Arc<Cluster>>,
    told: Vec<Arc<Moment>>,
    frame: Arc<Frame>,
}

impl Core {
    /// Takes in what the server said, at a wall-clock time in milliseconds.
    pub fn receive(&mut self, down: &Down, wall: f64) {
        match down {
            Down::Hello { snapshot, clock } => self.begin(snapshot, clock, wall),
            Down::Moments { moments } => self.take(moments),
            Down::Clock { clock } => self.set_clock(clock, wall),
            Down::Traffic { loads } => Arc::make_mut(&mut self.loads).take(loads),
            Down::Answer { .. }
            | Down::Output { .. }
            | Down::Reads { .. }
            | Down::Wrote { .. }
            | Down::Shared { .. }
            | Down::Lesson { .. } => {}
        }
    }

    fn begin(&mut self, snapshot: &Snapshot, clock: &Clock, wall: f64) {
        let mut playhead = Playhead::new(snapshot.position, snapshot.at_ms);
        playhead.pace = self.playhead.pace;
        *self = Core {
            history: History::new(Cluster::new(snapshot)),
            playhead,
            wall,
            known: true,
            ..Core::default()
        };
        Arc::make_mut(&mut self.loads).take(&snapshot.loads);
        self.set_clock(clock, wall);
    }

    /// Takes in what happened before all that is known, from the very beginning; `false` says that
    /// it does not lead to where the history began.
    pub fn prepend(&mut self, moments: &[Moment]) -> bool {
        let mut history = History::new(Cluster::default());
        let known = self.history.between(self.history.first(), self.history.end());
        let all = moments.iter().map(|moment| Arc::new(moment.clone())).chain(known.cloned());
        let (mut story, mut journeys) = (Story::default(), Journeys::default());
        for moment in all {
            if !history.push(Arc::clone(&moment)) {
                return false;
            }
            story.push(&moment, self.playhead.sealed());
            journeys.push(&moment);
        }
        let fits = history.end() == self.history.end()
            && history
                .at(self.history.first())
                .same_objects(&self.history.at(self.history.first()));
        if fits {
            (self.history, self.story, self.journeys) = (history, story, journeys);
            // A cluster that nobody has touched has no story yet.
            if self.told.is_empty() && self.story.shown().any(|it| it.mark == Some(Mark::Act)) {
                self.remember();
            }
        }
        fits
    }

    /// The first position that is known.
    pub fn first(&self) -> Position {
        self.history.first()
    }

    fn set_clock(&mut self, clock: &Clock, wall: f64) {
        (self.clock, self.clock_at) = (clock.clone(), wall);
    }

    fn take(&mut self, moments: &[Moment]) {
        for moment in moments {
            let end = self.history.end();
            if !self.history.push(Arc::new(moment.clone())) {
                self.gap = true;
                return;
            }
            if self.history.end() > end {
                self.story.push(moment, self.playhead.sealed());
                self.journeys.push(moment);
            }
        }
        if self.history.trim() {
            let first = self.history.first();
            self.story.trim(first);
            self.playhead.at = self.playhead.at.max(first);
        }
    }

    /// The position after the last moment known; none before the first snapshot, and none where
    /// moments are missing, because then a new snapshot is needed.
    pub fn since(&self) -> Option<Position> {
        (self.known && !self.gap).then(|| self.history.end())
    }

    pub fn has_gap(&self) -> bool {
        self.gap
    }

    /// Lets wall-clock time pass until `wall`.
    pub fn advance(&mut self, wall: f64) {
        let passed = (wall - self.wall).max(0.0);
        self.wall = wall;
        if !self.known || self.detached.is_some() {
            return;
        }
        let server = self.server();
        self.playhead.tick(passed, &self.history, &self.story, server);
    }

    fn server(&self) -> Server {
        let passed = (self.wall - self.clock_at).max(0.0);
        Server {
            now_ms: self.clock.now_ms as f64 + passed * self.clock.rate,
            rate: self.clock.rate,
        }
    }

    /// The picture to draw now, the same one as before if nothing changed, and how far it is.
    pub fn frame(&mut self) -> (Arc<Frame>, f64) {
        let frame = self.compose();
        if !frame.is_same(&self.frame) {
            self.frame = Arc::new(frame);
        }
        let passage = self.playhead.passage.as_ref().filter(|_| self.frame.moving);
        let progress = passage.map_or(1.0, Passage::progress);
        (Arc::clone(&self.frame), progress)
    }

    fn compose(&mut self) -> Frame {
        if let Some(cluster) = &self.detached {
            let (before, after) = (Arc::clone(cluster), Arc::clone(cluster));
            return Frame { before, after, ..Frame::default() };
        }
        let (from, to, skip_ms) = match &self.playhead.passage {
            Some(it) => (it.from, it.to, it.skip.then_some((it.to_ms - it.from_ms) as Millis)),
            None => (self.playhead.at, self.playhead.at, None),
        };
        let (before, after) = (self.cluster_at(from), self.cluster_at(to));
        let hops = self.history.between(from, to).filter(|it| shown(it).is_some());
        let hops: Vec<_> = hops.cloned().collect();
        let told = skip_ms.is_none() && !hops.is_empty();
        if told {
            self.told = hops;
        }
        let moving = told && self.playhead.passage.is_some();
        let held = self.playhead.held || self.clock.rate <= 0.0;
        let hops = self.told.clone();
        let (stages, journeys) = (stages(&hops), self.journeys_of(&hops));
        Frame { before, after, stages, journeys, hops, moving, held, skip_ms }
    }

    /// The last picture's clusters are the likeliest to be asked for again.
    fn cluster_at(&self, position: Position) -> Arc<Cluster> {
        let last = [&self.frame.after, &self.frame.before];
        let near = last.into_iter().find(|it| it.position == position && self.known);
        near.map_or_else(|| self.history.at(position), Arc::clone)
    }

    /// The cluster at a position that was received.
    pub fn cluster_then(&self, position: Position) -> Arc<Cluster> {
        self.history.at(position)
    }

    pub fn face(&self) -> Face {
        let server = self.server();
        let shown_ms = self.shown_ms();
        let detached = self.detached.is_some();
        let end = self.playhead.is_at_end(&self.history);
        let live = self.known && !detached && (end || self.story.next(self.playhead.at).is_none());
        let behind = if live { 0.0 } else { (server.now_ms - shown_ms).max(0.0) };
        Face {
            known: self.known,
            time_ms: shown_ms.round() as Millis,
            pace: self.playhead.pace,
            held: self.playhead.held,
            live,
            detached,
            behind_ms: behind.round() as Millis,
            behind_beats: if live { 0 } else { self.story.left(self.playhead.at) },
            position: self.detached.as_ref().map_or(self.playhead.at, |it| it.position),
            rate: self.clock.rate,
            quiet: self.clock.quiet,
            server_ms: server.now_ms as Millis,
            next_ms: self.clock.next_ms,
        }
    }

    /// Something moves, so that a picture is due in a sixtieth of a second.
    pub fn is_moving(&self) -> bool {
        let flies = || self.server().rate > 0.0 && self.journeys_now().next().is_some();
        self.playhead.passage.is_some() || flies()
    }

    /// Model time that is shown.
    pub fn shown_ms(&self) -> f64 {
        self.detached.as_ref().map_or(self.playhead.now_ms(), |it| it.at_ms as f64)
    }

    pub fn notches(&self) -> Vec<Notch> {
        // The cluster was set up before zero: that is no wait of the learner's.
        let mut last_ms = self.history.first_ms().max(0);
        let notch = |beat: &super::story::Beat| {
            let wait = beat.from_ms - last_ms;
            last_ms = beat.to_ms;
            Notch {
                first: beat.first,
                end: beat.end,
                at_ms: beat.from_ms,
                mark: beat.mark,
                wait_ms: (wait >= WAIT_NAMED_MS).then_some(wait),
            }
        };
        self.story.shown().map(notch).collect()
    }

    /// The last hops that were told, those of the frame included.
    pub fn recent(&self, count: usize) -> Vec<Arc<Moment>> {
        let to = self.playhead.passage.as_ref().map_or(self.playhead.at, |it| it.to);
        // Between two hops there may be many moments of routine.
        let from = to.saturating_sub(count as u64 * 20).max(self.history.first());
        let all = self.history.between(from, to).filter(|it| shown(it).is_some());
        let mut all: Vec<_> = all.cloned().collect();
        all.drain(..all.len().saturating_sub(count));
        all
    }

    /// The latest moment before a position that fits.
    pub fn latest(&self, before: Position, fits: impl Fn(&Moment) -> bool) -> Option<Arc<Moment>> {
        let from = before.saturating_sub(LOOK_BACK).max(self.history.first());
        let mut all = self.history.between(from, before);
        all.rfind(|moment| fits(moment)).cloned()
    }

    pub fn moment(&self, position: Position) -> Option<Arc<Moment>> {
        self.history.get(position).cloned()
    }

    /// Goes to a position and stays there.
    pub fn go(&mut self, to: Position) {
        self.detached = None;
        self.playhead.go(to, &self.history);
        self.remember();
    }

    /// Goes to a position and shows how it came about: the beat that ends there.
    pub fn show(&mut self, moment: Position) -> bool {
        if moment < self.history.first() || moment >= self.history.end() {
            return false;
        }
        let first = self.story.next(moment).map_or(moment, |beat| beat.first.min(moment));
        self.go(first);
        self.step_forward(|_| true);
        true
    }

    /// Goes to a model time; `false` says that what was received does not reach back that far.
    pub fn go_to_time(&mut self, at_ms: Millis) -> bool {
        let reaches = at_ms >= self.history.first_ms();
        if reaches {
            self.go(self.history.position_at(at_ms));
            self.playhead.at_ms = (at_ms as f64).clamp(0.0, self.server().now_ms.max(0.0));
        }
        reaches
    }

    /// Shows a cluster from before what was received.
    pub fn detach(&mut self, snapshot: &Snapshot) {
        self.playhead.hold();
        self.detached = Some(Arc::new(Cluster::new(snapshot)));
    }

    pub fn step_forward(&mut self, fits: impl Fn(&super::story::Beat) -> bool) -> bool {
        self.detached = None;
        self.playhead.step_forward(&self.story, fits)
    }

    /// Goes on by itself.
    pub fn play(&mut self) {
        if self.detached.is_some() {
            self.catch_up();
        }
        self.playhead.play();
    }

    /// Goes to before what was told last; `false` if nothing was.
    pub fn step_back(&mut self) -> bool {
        if self.detached.is_some() {
            return false;
        }
        let went = self.playhead.step_back(&self.history, &self.story);
        self.remember();
        went
    }

    pub fn catch_up(&mut self) {
        self.detached = None;
        let server = self.server();
        self.playhead.catch_up(&self.history, server);
        self.remember();
    }

    /// What was told last before the playhead.
    fn remember(&mut self) {
        let at = self.playhead.at;
        let beat = self.story.before(at);
        let hops = beat.map(|beat| self.history.between(beat.first, beat.end.min(at)));
        let hops = hops.into_iter().flatten().filter(|it| shown(it).is_some());
        self.told = hops.cloned().collect();
    }
}
