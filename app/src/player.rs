//! The player holds what came down from the server and shows it at the viewer's pace: it follows,
//! pauses, steps, goes back, and returns to now. Everything it shows was received; nothing is made
//! up in between.
//!
//! [`Player`] is the handle that components use; what it decides stands in plain modules.

mod broken;
mod cluster;
mod core;
mod difference;
mod history;
mod journeys;
mod loads;
mod playhead;
mod story;

#[cfg(test)]
pub(crate) mod fabricate;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use leptos::prelude::*;
use protocol::{Down, Millis, Moment, Position, Snapshot};

pub use broken::{Broken, CLOUD, Late, Registry, fault};
pub use cluster::{Cluster, Object};
pub use core::{Core, Face, Frame, Notch};
pub use difference::{Changed, Difference};
pub use journeys::Journey;
pub use loads::{LoadSeries, Loads};
pub use playhead::Pace;
pub use story::{Beat, Kind, Mark, mark, shown};

/// How often a page at rest looks whether something is to be shown.
const REST_MS: u64 = 100;

/// A handle of the player of one sandbox. Copies mean the same player.
#[derive(Clone, Copy, Debug)]
pub struct Player {
    core: StoredValue<Core>,
    frame: RwSignal<Arc<Frame>>,
    progress: RwSignal<f64>,
    face: RwSignal<Face>,
    notches: RwSignal<Arc<Vec<Notch>>>,
    loads: RwSignal<Arc<Loads>>,
    /// What is shown is compared with this moment.
    base: RwSignal<Option<(Position, Millis)>>,
    /// Model time that is shown, as long as requests are on their way.
    now: RwSignal<f64>,
    /// Steps instead of motion.
    still: RwSignal<bool>,
    running: StoredValue<bool>,
}

impl Default for Player {
    fn default() -> Player {
        Player::new()
    }
}

impl Player {
    /// A player that has received nothing yet. Belongs to the reactive owner it is made under.
    pub fn new() -> Player {
        Player {
            core: StoredValue::new(Core::default()),
            frame: RwSignal::new(Arc::default()),
            progress: RwSignal::new(1.0),
            face: RwSignal::new(Face::default()),
            notches: RwSignal::new(Arc::default()),
            loads: RwSignal::new(Arc::default()),
            base: RwSignal::new(None),
            now: RwSignal::new(0.0),
            still: RwSignal::new(false),
            running: StoredValue::new(false),
        }
    }

    /// Takes in what the server said.
    pub fn receive(self, down: &Down) {
        self.core.update_value(|core| core.receive(down, wall_ms()));
        if matches!(down, Down::Hello { .. } | Down::Moments { .. }) {
            let notches = self.core.with_value(Core::notches);
            self.notches.set(Arc::new(notches));
        }
        if matches!(down, Down::Hello { .. } | Down::Traffic { .. }) {
            self.loads.set(self.core.with_value(|core| Arc::clone(&core.loads)));
        }
        self.show_now();
    }

    /// How loads fare. Tracked.
    pub fn loads(self) -> Arc<Loads> {
        self.loads.get()
    }

    /// Model time that is shown; changes at each picture of the screen while requests are on their
    /// way. Tracked.
    pub fn now(self) -> f64 {
        self.now.get()
    }

    /// How much model time a request is shown for at least.
    pub fn span_ms(self) -> f64 {
        self.core.with_value(Core::journey_span_ms)
    }

    /// The requests that are shown on their way now, the latest first.
    pub fn journeys(self, count: usize) -> Vec<Arc<Journey>> {
        self.core.with_value(|core| core.journeys_now().take(count).cloned().collect())
    }

    /// A request by its number.
    pub fn journey(self, flight: u64) -> Option<Arc<Journey>> {
        self.core.with_value(|core| core.journey(flight))
    }

    /// What `?since=` shall be on reconnecting; none asks for a new snapshot.
    pub fn since(self) -> Option<Position> {
        self.core.with_value(Core::since)
    }

    /// Moments are missing, so that the connection must be made anew, without `?since=`.
    pub fn has_gap(self) -> bool {
        self.core.with_value(Core::has_gap)
    }

    /// What to draw; changes when other hops are told. Tracked.
    pub fn frame(self) -> Arc<Frame> {
        self.frame.get()
    }

    /// How far the hops of the frame are, 0 to 1; changes sixty times a second. Tracked.
    pub fn progress(self) -> f64 {
        self.progress.get()
    }

    /// What the timeline says. Tracked.
    pub fn face(self) -> Face {
        self.face.get()
    }

    pub fn face_untracked(self) -> Face {
        self.face.get_untracked()
    }

    /// The cluster at the playhead. Tracked.
    pub fn cluster(self) -> Arc<Cluster> {
        self.frame.with(|frame| Arc::clone(&frame.after))
    }

    /// The beats for the slider. Tracked.
    pub fn notches(self) -> Arc<Vec<Notch>> {
        self.notches.get()
    }

    pub fn notches_untracked(self) -> Arc<Vec<Notch>> {
        self.notches.get_untracked()
    }

    /// The moment that what is shown is compared with, and its time. Tracked.
    pub fn base(self) -> Option<(Position, Millis)> {
        self.base.get()
    }

    pub fn base_untracked(self) -> Option<(Position, Millis)> {
        self.base.get_untracked()
    }

    /// Compares what is shown with a moment from now on, or with none.
    pub fn compare_with(self, base: Option<(Position, Millis)>) {
        self.base.set(base);
    }

    /// The cluster at a position that was received.
    pub fn cluster_then(self, position: Position) -> Arc<Cluster> {
        self.core.with_value(|core| core.cluster_then(position))
    }

    /// The learner asked for steps instead of motion. Tracked.
    pub fn is_still(self) -> bool {
        self.still.get()
    }

    pub fn set_still(self, still: bool) {
        self.still.set(still);
    }

    /// A moment that was received.
    pub fn moment(self, position: Position) -> Option<Arc<Moment>> {
        self.core.with_value(|core| core.moment(position))
    }

    /// The latest moment before a position that fits.
    pub fn latest(self, before: Position, fits: impl Fn(&Moment) -> bool) -> Option<Arc<Moment>> {
        self.core.with_value(|core| core.latest(before, fits))
    }

    /// The last hops that were told, oldest first.
    pub fn recent(self, count: usize) -> Vec<Arc<Moment>> {
        self.core.with_value(|core| core.recent(count))
    }

    /// Whether all that was received has been told.
    pub fn is_told(self) -> bool {
        self.core.try_with_value(|core| !core.is_moving()).unwrap_or(true)
            && self.face.try_with_untracked(|face| face.behind_beats == 0).unwrap_or(true)
    }

    pub fn set_pace(self, pace: Pace) {
        self.act(|core| core.playhead.pace = pace);
    }

    pub fn play(self) {
        self.act(Core::play);
    }

    /// Stays where it is, after the hops that are under way.
    pub fn hold(self) {
        self.act(|core| core.playhead.hold());
    }

    /// Plays the next beat of what was received that fits, and holds; `false` if there is none.
    pub fn step_forward(self, fits: impl Fn(&Beat) -> bool) -> bool {
        self.act(|core| core.step_forward(fits))
    }

    /// Goes to before what was told last, and stays; `false` if nothing that is known was.
    pub fn step_back(self) -> bool {
        self.act(Core::step_back)
    }

    /// The first position that is known.
    pub fn first(self) -> Position {
        self.core.with_value(Core::first)
    }

    /// Takes in what happened before all that is known, from the very beginning.
    pub fn prepend(self, moments: &[Moment]) {
        if self.act(|core| core.prepend(moments)) {
            self.notches.set(Arc::new(self.core.with_value(Core::notches)));
        }
    }

    /// Goes to a position and stays.
    pub fn go(self, to: Position) {
        self.act(|core| core.go(to));
    }

    /// Goes to a moment, shows it and stays; `false` says that it was not received.
    pub fn show(self, moment: Position) -> bool {
        self.act(|core| core.show(moment))
    }

    /// Goes to a model time and stays; `false` says that the server must be asked (`Act::Seek`).
    pub fn go_to_time(self, at_ms: Millis) -> bool {
        self.act(|core| core.go_to_time(at_ms))
    }

    /// Shows a cluster from before what was received: the answer of `Act::Seek`.
    pub fn show_snapshot(self, snapshot: &Snapshot) {
        self.act(|core| core.detach(snapshot));
    }

    /// Shows what is now, and follows.
    pub fn return_to_now(self) {
        self.act(Core::catch_up);
    }

    fn act<T>(self, act: impl FnOnce(&mut Core) -> T) -> T {
        let result = self.core.try_update_value(act);
        self.show_now();
        // The value lives as long as the handle's owner, which is the page that calls.
        result.expect("the player outlives the page that shows it")
    }

    /// Lets time pass until `wall` (milliseconds) and shows what is due.
    pub fn advance(self, wall: f64) {
        self.core.update_value(|core| core.advance(wall));
        self.show_now();
    }

    fn show_now(self) {
        let Some((frame, progress)) = self.core.try_update_value(Core::frame) else { return };
        let face = self.core.with_value(Core::face);
        if !Arc::ptr_eq(&self.frame.get_untracked(), &frame) {
            self.frame.set(frame);
        }
        let progress = if self.still.get_untracked() { 1.0 } else { progress };
        if (self.progress.get_untracked() - progress).abs() > f64::EPSILON {
            self.progress.set(progress);
        }
        let now = self.core.with_value(Core::shown_ms);
        let gone = (self.now.get_untracked() - now).abs() > f64::EPSILON;
        if gone && self.core.with_value(|core| core.has_journeys()) {
            self.now.set(now);
        }
        if self.face.with_untracked(|old| *old != face) {
            self.face.set(face);
        }
    }

    /// Keeps showing what is due for as long as the page lives: at each picture of the screen
    /// while something moves, ten times a second otherwise. Only in a browser.
    pub fn run(self) {
        if self.running.try_update_value(|running| std::mem::replace(running, true)) != Some(false)
        {
            return;
        }
        self.run_on();
    }

    fn run_on(self) {
        let Some(moving) = self.core.try_with_value(Core::is_moving) else { return };
        let next = move || {
            if self.core.is_disposed() {
                return;
            }
            self.advance(wall_ms());
            self.run_on();
        };
        if moving {
            request_animation_frame(next);
        } else {
            set_timeout(next, std::time::Duration::from_millis(REST_MS));
        }
    }
}

/// The browser's clock, which never goes back noticeably; at rest on the server.
fn wall_ms() -> f64 {
    #[cfg(feature = "hydrate")]
    return js_sys::Date::now();
    #[cfg(not(feature = "hydrate"))]
    0.0
}
