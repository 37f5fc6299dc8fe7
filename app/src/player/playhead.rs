//! Where in the history the viewer is, and how it goes on from there. A pure state machine: time
//! that passed goes in, and what is being shown comes out.

use protocol::{Millis, Position};

use super::history::History;
use super::story::{Beat, Story};

/// How long a hop takes to be told.
const HOP_MS: f64 = 350.0;
/// How long a skipped wait stays visible.
const SKIP_MS: f64 = 800.0;
/// Waits longer than this in model time are skipped, not told.
const WAIT_MS: Millis = 1500;
/// With more beats than this to tell, telling goes faster, down to a quarter of the time.
const BACKLOG: f64 = 14.0;
/// By the clock, what happened in this much of the viewer's time is shown at once.
const TICK_MS: f64 = 300.0;

/// How the playhead follows the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Every hop gets its moment, waits shrink to a visible skip.
    #[default]
    Story,
    /// Model time at the server's rate.
    Clock,
}

/// What is being played: from one position to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    pub from: Position,
    pub to: Position,
    pub from_ms: f64,
    pub to_ms: f64,
    /// Wall-clock time it takes, and how much of it has passed.
    pub lasts_ms: f64,
    pub passed_ms: f64,
    /// A wait that is skipped: nothing moves but time.
    pub skip: bool,
}

impl Passage {
    /// From 0 to 1.
    pub fn progress(&self) -> f64 {
        (self.passed_ms / self.lasts_ms.max(1.0)).clamp(0.0, 1.0)
    }
}

/// The server's clock, as far as the page can tell now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Server {
    pub now_ms: f64,
    pub rate: f64,
}

/// States: *playing* (goes on by itself), *held* (stays where it is). In both a passage may be
/// under way: a held playhead finishes it and stops.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playhead {
    /// All moments before this one have been shown.
    pub at: Position,
    pub at_ms: f64,
    pub pace: Pace,
    pub held: bool,
    pub passage: Option<Passage>,
    /// When held: play on until this position is reached.
    goal: Position,
}

impl Playhead {
    pub fn new(at: Position, at_ms: Millis) -> Playhead {
        Playhead { at, at_ms: at_ms as f64, ..Playhead::default() }
    }

    /// Model time being shown.
    pub fn now_ms(&self) -> f64 {
        self.passage.as_ref().map_or(self.at_ms, |passage| {
            passage.from_ms + (passage.to_ms - passage.from_ms) * passage.progress()
        })
    }

    /// Everything that is known has been shown.
    pub fn is_at_end(&self, history: &History) -> bool {
        self.passage.is_none() && self.at >= history.end()
    }

    /// No beat that begins before this position may change any more.
    pub fn sealed(&self) -> Position {
        self.passage.as_ref().map_or(self.at, |passage| passage.to.max(self.at))
    }

    /// Lets wall-clock time pass.
    pub fn tick(&mut self, passed_ms: f64, history: &History, story: &Story, server: Server) {
        let mut left_ms = passed_ms.clamp(0.0, 1000.0);
        // Passages are never shorter than a few milliseconds, so that this ends soon.
        for _ in 0..64 {
            let Some(passage) = &mut self.passage else {
                match self.choose(history, story, server) {
                    Some(next) => self.passage = Some(next),
                    None => return self.idle(left_ms, history, story, server),
                }
                continue;
            };
            let rest = passage.lasts_ms - passage.passed_ms;
            if rest > left_ms {
                passage.passed_ms += left_ms;
                return;
            }
            left_ms -= rest;
            (self.at, self.at_ms) = (passage.to, passage.to_ms);
            self.passage = None;
        }
    }

    /// What to play next from here.
    fn choose(&self, history: &History, story: &Story, server: Server) -> Option<Passage> {
        if self.held && self.at >= self.goal {
            return None;
        }
        if self.held || self.pace == Pace::Story {
            self.tell(story).or_else(|| self.leap(history, server))
        } else {
            self.follow(history, server)
        }
    }

    /// The next beat, or the wait before it.
    fn tell(&self, story: &Story) -> Option<Passage> {
        let beat = story.next(self.at)?;
        let wait_ms = beat.from_ms as f64 - self.at_ms;
        let haste = (BACKLOG / story.left(self.at).max(1) as f64).clamp(0.25, 1.0);
        if wait_ms > WAIT_MS as f64 {
            return Some(Passage {
                from: self.at,
                to: self.at.max(beat.first),
                from_ms: self.at_ms,
                to_ms: beat.from_ms as f64,
                lasts_ms: SKIP_MS * haste.max(0.5),
                passed_ms: 0.0,
                skip: true,
            });
        }
        Some(self.passage_to(beat, HOP_MS * haste * f64::from(beat.stages)))
    }

    /// The cluster is far ahead, and nothing happened meanwhile.
    fn leap(&self, history: &History, server: Server) -> Option<Passage> {
        let far = WAIT_MS as f64 + 2000.0 * server.rate;
        (!self.held && server.now_ms - self.at_ms > far).then(|| Passage {
            from: self.at,
            to: self.at.max(history.end()),
            from_ms: self.at_ms,
            to_ms: server.now_ms,
            lasts_ms: SKIP_MS,
            passed_ms: 0.0,
            skip: true,
        })
    }

    fn passage_to(&self, beat: &Beat, lasts_ms: f64) -> Passage {
        Passage {
            from: self.at,
            to: beat.end,
            from_ms: self.at_ms.max(beat.from_ms as f64),
            to_ms: self.at_ms.max(beat.to_ms as f64),
            lasts_ms,
            passed_ms: 0.0,
            skip: false,
        }
    }

    /// What happened in the next bit of model time.
    fn follow(&self, history: &History, server: Server) -> Option<Passage> {
        let rate = if server.rate > 0.0 { server.rate } else { 1.0 };
        let end_ms = server.now_ms.max(history.end_ms() as f64);
        // A stopped server moved by steps or leaps: show what came of it at once.
        let leap = server.rate <= 0.0 && !self.held;
        let to_ms = if leap { end_ms } else { (self.at_ms + TICK_MS * rate).min(end_ms) };
        let to = history.position_at(to_ms.floor() as Millis).max(self.at);
        if to == self.at && to_ms - self.at_ms < rate {
            return None;
        }
        let lasts_ms = if leap { HOP_MS } else { ((to_ms - self.at_ms) / rate).max(16.0) };
        Some(Passage {
            from: self.at,
            to,
            from_ms: self.at_ms,
            to_ms: to_ms.max(self.at_ms),
            lasts_ms,
            passed_ms: 0.0,
            skip: false,
        })
    }

    /// Nothing to play: what is left are routine moments, and time that passes.
    fn idle(&mut self, passed_ms: f64, history: &History, story: &Story, server: Server) {
        if self.held || story.next(self.at).is_some() {
            return;
        }
        if self.pace == Pace::Story {
            self.at = self.at.max(history.end());
        }
        // Glide, so that the clock on the page does not stutter when the server corrects it.
        let target = server.now_ms.max(history.end_ms() as f64);
        let near = self.at_ms + passed_ms * server.rate * 1.5;
        let far = target - self.at_ms > 2000.0 * server.rate.max(0.001);
        self.at_ms = if far { target } else { near.clamp(self.at_ms, target.max(self.at_ms)) };
    }

    /// Goes on by itself.
    pub fn play(&mut self) {
        self.held = false;
    }

    /// Stays; a passage under way is finished.
    pub fn hold(&mut self) {
        self.held = true;
        self.goal = 0;
    }

    /// Held, plays one more beat of what is known; says whether there was one.
    pub fn step_forward(&mut self, story: &Story, fits: impl Fn(&Beat) -> bool) -> bool {
        let from = self.sealed();
        let Some(beat) = story.shown().find(|beat| beat.end > from && fits(beat)) else {
            return false;
        };
        self.held = true;
        self.goal = beat.end;
        true
    }

    /// Held, goes to before the last beat that was shown; says whether there was one.
    pub fn step_back(&mut self, history: &History, story: &Story) -> bool {
        let from = self.passage.as_ref().map_or(self.at, |passage| passage.to);
        let Some(beat) = story.before(from) else { return false };
        let to = beat.first;
        self.go(to, history);
        true
    }

    /// Held, goes to a position at once.
    pub fn go(&mut self, to: Position, history: &History) {
        let to = to.clamp(history.first(), history.end());
        self.hold();
        self.passage = None;
        self.at = to;
        self.at_ms = history.get(to.wrapping_sub(1)).map_or_else(
            || if to == history.first() { history.first_ms() } else { history.end_ms() },
            |moment| moment.at_ms,
        ) as f64;
    }

    /// Shows what is now, at once, and goes on from there.
    pub fn catch_up(&mut self, history: &History, server: Server) {
        self.passage = None;
        self.held = false;
        self.at = history.end();
        self.at_ms = server.now_ms.max(history.end_ms() as f64);
    }
}
