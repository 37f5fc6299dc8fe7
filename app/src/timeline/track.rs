//! The slider: one place for each beat, so that a busy second and an idle hour are both readable;
//! marks where something went wrong or a learner acted, and names of long waits.

use leptos::prelude::*;
use protocol::{Millis, Position};

use super::bookmarks::Flags;
use super::commands::Helm;
use crate::i18n::{Language, say};
use crate::player::{Mark, Notch};
use crate::words;

/// So many marks are drawn: more would be a carpet.
const MARKS_MAX: usize = 120;
/// Names of waits keep so much of the track between them.
const APART: f64 = 0.16;

#[component]
pub fn Track(helm: Helm) -> impl IntoView {
    let notches = Memo::new(move |_| helm.player.notches());
    let count = Memo::new(move |_| notches.with(|notches| notches.len()));
    let place = Memo::new(move |_| helm.face.with(|face| (face.position, face.live)));
    let index = Memo::new(move |_| {
        let (position, live) = place.get();
        notches.with(|notches| if live { notches.len() } else { index_of(notches, position) })
    });
    // A flag stands where the playhead stood when its moment was marked.
    let place = Callback::new(move |position: Position| {
        notches.with(|notches| {
            let known = notches.first().is_some_and(|first| first.first <= position);
            let count = notches.len().max(1) as f64;
            known.then(|| index_of(notches, position) as f64 / count)
        })
    });
    let value_text = move || {
        let (time_ms, live) = helm.face.with(|face| (face.time_ms, face.live));
        let now = if live { helm.language.get().pick(", 지금", ", now") } else { "" };
        format!("{}{now}", words::clock_time(time_ms / 1000 * 1000))
    };
    let slide = move |event| {
        let Ok(index) = event_target_value(&event).parse::<usize>() else { return };
        match notches.with_untracked(|notches| position_of(notches, index)) {
            Some(position) => helm.player.go(position),
            None => helm.player.return_to_now(),
        }
    };
    let part = move || match count.get() {
        0 => 1.0,
        count => index.get() as f64 / count as f64,
    };
    view! {
        <div class="timeline-track" style=move || format!("--part:{:.4}", part())>
            <div class="timeline-marks" aria-hidden="true">
                {move || notches.with(|notches| drawn(notches, helm.language.get()))}
            </div>
            <Flags helm place/>
            <input
                type="range"
                class="timeline-slider"
                min="0"
                step="1"
                disabled=move || count.get() == 0
                prop:max=move || count.get().max(1).to_string()
                prop:value=move || if count.get() == 0 { 1 } else { index.get() }.to_string()
                aria-label=say("시간 막대", "Timeline")
                aria-valuetext=value_text
                on:input=slide
            />
        </div>
    }
}

/// How many beats have been shown at a position.
fn index_of(notches: &[Notch], position: Position) -> usize {
    notches.partition_point(|notch| notch.end <= position)
}

/// The position after so many beats; none at the end, which is now.
fn position_of(notches: &[Notch], index: usize) -> Option<Position> {
    let next = notches.get(index)?;
    Some(index.checked_sub(1).map_or(next.first, |last| notches[last].end))
}

fn drawn(notches: &[Notch], language: Language) -> impl IntoView + use<> {
    let mark = |(at, mark): (f64, Mark)| {
        let class = match mark {
            Mark::Act => "timeline-mark is-act",
            Mark::Warning => "timeline-mark is-warning",
            Mark::Fault => "timeline-mark is-fault",
        };
        view! { <span class=class style=format!("--at:{at:.4}")></span> }
    };
    let wait = |(at, wait): (f64, Millis)| {
        let span = words::span(wait / 1000 * 1000, language);
        view! {
            <span class="timeline-wait" style=format!("--at:{at:.4}")>{format!("{span} ››")}</span>
        }
    };
    let marks = marks(notches).into_iter().map(mark).collect_view();
    (marks, waits(notches).into_iter().map(wait).collect_view())
}

/// Where the marks stand, 0 to 1.
fn marks(notches: &[Notch]) -> Vec<(f64, Mark)> {
    let count = notches.len().max(1) as f64;
    let marks = notches
        .iter()
        .enumerate()
        .filter_map(|(index, notch)| Some(((index as f64 + 0.5) / count, notch.mark?)));
    let mut marks: Vec<_> = marks.collect();
    marks.drain(..marks.len().saturating_sub(MARKS_MAX));
    marks
}

/// The waits that are named: the longest ones that leave each other room.
fn waits(notches: &[Notch]) -> Vec<(f64, Millis)> {
    let count = notches.len().max(1) as f64;
    let waits = notches.iter().enumerate();
    let waits = waits.filter_map(|(index, notch)| Some((index as f64 / count, notch.wait_ms?)));
    let mut all: Vec<(f64, Millis)> = waits.collect();
    all.sort_by_key(|(_, wait)| std::cmp::Reverse(*wait));
    let mut named: Vec<(f64, Millis)> = Vec::new();
    for (at, wait) in all {
        let free = named.iter().all(|(other, _)| (other - at).abs() >= APART);
        if free && named.len() < 4 {
            named.push((at, wait));
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::{index_of, marks, position_of, waits};
    use crate::player::{Mark, Notch};

    fn notch(first: u64, mark: Option<Mark>, wait_ms: Option<i64>) -> Notch {
        Notch { first, end: first + 2, at_ms: 0, mark, wait_ms }
    }

    #[test]
    fn a_position_stands_after_the_beats_that_were_shown() {
        let notches = [notch(4, None, None), notch(6, None, None), notch(8, None, None)];
        let cases = [(0, 0), (4, 0), (5, 0), (6, 1), (9, 2), (10, 3), (99, 3)];
        for (position, index) in cases {
            assert_eq!(index_of(&notches, position), index, "position {position}");
        }
        assert_eq!(
            [0, 1, 2, 3].map(|at| position_of(&notches, at)),
            [Some(4), Some(6), Some(8), None]
        );
    }

    #[test]
    fn marks_stand_in_the_middle_of_their_beats() {
        let notches = [notch(0, None, None), notch(2, Some(Mark::Fault), None)];
        assert_eq!(marks(&notches), [(0.75, Mark::Fault)]);
    }

    #[test]
    fn waits_that_are_named_keep_apart() {
        let mut notches: Vec<_> = (0..20).map(|n| notch(n * 2, None, None)).collect();
        notches[10].wait_ms = Some(50_000);
        notches[11].wait_ms = Some(300_000);
        notches[2].wait_ms = Some(20_000);
        assert_eq!(waits(&notches), [(0.55, 300_000), (0.1, 20_000)]);
    }
}
