//! What the controls do.

use leptos::{ev, prelude::*, task::spawn_local};
use protocol::{Act, ClockChange, Millis, Position, Reply, Step, Until};

use super::bookmarks::Bookmark;
use crate::i18n::Language;
use crate::player::{Beat, Face, Kind, Mark, Notch, Pace, Player};
use crate::session::Session;
use crate::shortcuts::{SingleKeys, is_typing};

/// How far one step goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stride {
    Write,
    Turn,
    #[default]
    Visible,
    Quiet,
}

impl Stride {
    pub(super) const ALL: [Stride; 4] =
        [Stride::Write, Stride::Turn, Stride::Visible, Stride::Quiet];

    pub(super) fn name(self, language: Language) -> &'static str {
        let (korean, english) = match self {
            Stride::Write => ("쓰기 하나", "one write"),
            Stride::Turn => ("컴포넌트 한 차례", "one component's turn"),
            Stride::Visible => ("보이는 변화 하나", "one visible change"),
            Stride::Quiet => ("조용해질 때까지", "until quiet"),
        };
        language.pick(korean, english)
    }

    /// Whether it ends with this beat.
    fn fits(self, beat: &Beat) -> bool {
        match self {
            Stride::Write => beat.has_write(),
            Stride::Turn => beat.kind == Some(Kind::Decision),
            Stride::Visible => true,
            Stride::Quiet => false,
        }
    }

    fn change(self) -> ClockChange {
        let step = |step| ClockChange { step: Some(step), ..ClockChange::default() };
        match self {
            Stride::Write => step(Step::Write),
            Stride::Turn => step(Step::Turn),
            Stride::Visible => step(Step::Visible),
            Stride::Quiet => ClockChange { until: Some(Until::Quiet), ..ClockChange::default() },
        }
    }
}

/// What the controls act on.
#[derive(Clone, Copy, Debug)]
pub struct Helm {
    pub(super) player: Player,
    pub(super) session: Session,
    pub(super) language: Signal<Language>,
    pub(super) stride: RwSignal<Stride>,
    pub(super) face: Memo<Face>,
    /// The last rate that was not 0.
    rate: StoredValue<f64>,
    /// The last command was refused.
    pub(super) trouble: RwSignal<bool>,
    pub(super) bookmarks: RwSignal<Vec<Bookmark>>,
}

impl Helm {
    pub(super) fn new(player: Player, session: Session, language: Signal<Language>) -> Helm {
        Helm {
            player,
            session,
            language,
            stride: RwSignal::new(Stride::default()),
            face: Memo::new(move |_| player.face()),
            rate: StoredValue::new(1.0),
            trouble: RwSignal::new(false),
            bookmarks: RwSignal::new(Vec::new()),
        }
    }

    fn clock(self, change: ClockChange) {
        spawn_local(async move {
            let reply = self.session.send(Act::Clock { change }).await;
            self.trouble.try_set(matches!(reply, Reply::Refused { .. }));
        });
    }

    pub(super) fn set_rate(self, rate: f64) {
        if rate > 0.0 {
            self.rate.set_value(rate);
        }
        self.clock(ClockChange { rate: Some(rate), ..ClockChange::default() });
    }

    pub(super) fn toggle(self) {
        if self.face.with_untracked(Face::is_stopped) { self.play() } else { self.pause() }
    }

    fn pause(self) {
        let rate = self.face.with_untracked(|face| face.rate);
        if rate > 0.0 {
            self.rate.set_value(rate);
        }
        self.player.hold();
        self.set_rate(0.0);
    }

    fn play(self) {
        self.player.play();
        if self.face.with_untracked(|face| face.rate <= 0.0) {
            self.set_rate(self.rate.get_value());
        }
    }

    /// One step: of what was received, or else of the cluster.
    pub(super) fn step(self) {
        let stride = self.stride.get_untracked();
        let (behind, runs) = self.face.with_untracked(|face| (!face.live, face.rate > 0.0));
        if behind && stride == Stride::Quiet {
            return self.player.play();
        }
        if behind && self.player.step_forward(|beat| stride.fits(beat)) {
            return;
        }
        // A running cluster cannot be stepped: it stops first.
        if runs && stride != Stride::Quiet {
            self.pause();
        }
        self.player.play();
        self.clock(stride.change());
    }

    pub(super) fn step_back(self) {
        if !self.player.step_back() {
            self.seek(self.face.with_untracked(|face| face.time_ms) - 1000);
        }
    }

    /// Through the wait, to what happens next, if anything is waited for or still being done.
    pub(super) fn skip(self) {
        if !self.face.with_untracked(can_skip) {
            return;
        }
        self.player.play();
        self.clock(ClockChange { until: Some(Until::Next), ..ClockChange::default() });
    }

    /// To the next thing that went wrong, or the one before.
    pub(super) fn to_warning(self, way: Way) {
        let position = self.face.with_untracked(|face| face.position);
        if let Some(first) = warning(&self.player.notches_untracked(), position, way) {
            self.player.show(first);
        }
    }

    /// The cluster as it was before what was received.
    fn seek(self, at_ms: Millis) {
        if at_ms < 0 || self.player.go_to_time(at_ms) {
            return;
        }
        spawn_local(async move {
            if let Reply::Snapshot { snapshot } = self.session.send(Act::Seek { at_ms }).await {
                self.player.show_snapshot(&snapshot);
            }
        });
    }

    /// A new sandbox that goes on from the moment that is shown.
    pub(super) fn fork(self) {
        let at_ms = self.face.with_untracked(|face| face.time_ms);
        spawn_local(async move {
            match self.session.send(Act::Fork { at_ms }).await {
                Reply::Forked { id, .. } => {
                    // The same page, in the same language, around the new sandbox.
                    let search = format!("?sandbox={id}");
                    window().location().set_search(&search).unwrap_or_default();
                }
                _ => self.trouble.set(true),
            }
        });
    }

    /// `story`, or a rate.
    pub(super) fn set_pace(self, choice: &str) {
        if let Ok(rate) = choice.parse::<f64>() {
            self.player.set_pace(Pace::Clock);
            self.player.play();
            return self.set_rate(rate);
        }
        self.player.set_pace(Pace::Story);
        let rate = self.face.with_untracked(|face| face.rate);
        if rate > 0.0 && (rate - 1.0).abs() > f64::EPSILON {
            self.set_rate(1.0);
        }
    }
}

impl Face {
    /// Nothing goes on by itself.
    pub(super) fn is_stopped(&self) -> bool {
        self.held || self.detached || self.rate <= 0.0
    }
}

/// On, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    On,
    Back,
}

/// Where the nearest beat begins in which something went wrong.
pub(super) fn warning(notches: &[Notch], position: Position, way: Way) -> Option<Position> {
    let mut bad =
        notches.iter().filter(|notch| matches!(notch.mark, Some(Mark::Warning | Mark::Fault)));
    let found = match way {
        Way::On => bad.find(|notch| notch.end > position),
        // The one that is shown now ends here.
        Way::Back => bad.rfind(|notch| notch.end < position),
    };
    found.map(|notch| notch.first)
}

/// Whether a skip leads anywhere: something is waited for, or is still being done.
pub(super) fn can_skip(face: &Face) -> bool {
    face.live && (face.next_ms.is_some() || !face.quiet)
}

/// One key for each control, unless somebody is writing.
pub(super) fn listen_to_keys(helm: Helm) {
    let single = use_context::<SingleKeys>();
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            let allowed = single.is_none_or(SingleKeys::on);
            if plain && allowed && !event.default_prevented() && !is_typing(&event) {
                act(helm, &event.key());
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn act(helm: Helm, key: &str) {
    match key {
        "p" | "P" => helm.toggle(),
        "." => helm.step(),
        "," => helm.step_back(),
        "n" | "N" => helm.player.return_to_now(),
        "s" | "S" => helm.skip(),
        "w" => helm.to_warning(Way::On),
        "W" => helm.to_warning(Way::Back),
        "b" | "B" => helm.toggle_bookmark(),
        "c" | "C" => helm.toggle_comparison(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_gone_to_one_after_the_other() {
        let notch = |first, mark| Notch { first, end: first + 2, at_ms: 0, mark, wait_ms: None };
        let notches = [
            notch(0, Some(Mark::Act)),
            notch(2, Some(Mark::Warning)),
            notch(4, None),
            notch(6, Some(Mark::Fault)),
        ];
        let to = |position, way| warning(&notches, position, way);
        assert_eq!(
            [0, 3, 4, 7, 8].map(|at| to(at, Way::On)),
            [Some(2), Some(2), Some(6), Some(6), None]
        );
        assert_eq!(
            [0, 4, 5, 8, 9].map(|at| to(at, Way::Back)),
            [None, None, Some(2), Some(2), Some(6)]
        );
    }
}
