//! The trace as lanes over time.

use leptos::prelude::*;

use super::shorten;
use crate::i18n::{Language, say};
use crate::scene::Stage;
use crate::scene::sequence::{Chart, Lane, Row, chart};
use crate::words;

/// So many lines lead to what is shown now.
const ROWS: usize = 80;
const ROW_HEIGHT: f64 = 26.0;
const WAIT_HEIGHT: f64 = 24.0;
const HEAD: f64 = 34.0;
const TIMES: f64 = 84.0;
const LANE_LEAST: f64 = 92.0;

#[component]
pub fn Sequence(stage: Stage) -> impl IntoView {
    let chart = Memo::new(move |_| {
        // Grows with each beat that is told.
        stage.picture.track();
        chart(&stage.player.recent(ROWS))
    });
    let none = say("아직 아무 일도 없다.", "Nothing has happened yet.");
    view! {
        <div class="sequence">
            {move || {
                let chart = chart.get();
                if chart.rows.is_empty() {
                    view! { <p class="scene-waiting">{none}</p> }.into_any()
                } else {
                    let width = stage.picture.with(|it| it.after.width);
                    diagram(stage, &chart, width).into_any()
                }
            }}
        </div>
    }
}

fn diagram(stage: Stage, chart: &Chart, room: f64) -> impl IntoView + use<> {
    let language = stage.language.get();
    let lanes = chart.lanes.len() as f64;
    let lane = ((room - TIMES - 16.0) / lanes).max(LANE_LEAST);
    let width = TIMES + lane * lanes;
    let x = move |index: usize| TIMES + (index as f64 + 0.5) * lane;
    // The latest stands at the top: it is what is looked at.
    let mut y = HEAD + 10.0;
    let mut rows = Vec::new();
    for row in chart.rows.iter().rev() {
        rows.push(row_view(stage, row, x(row.from), x(row.to), y, width, lane));
        y += ROW_HEIGHT;
        if let Some(wait_ms) = row.wait_ms {
            let text = words::span(wait_ms, language);
            rows.push(
                view! {
                    <text class="sequence-wait" x=TIMES + 8.0 y=y + 6.0>{format!("⋮ {text}")}</text>
                }
                .into_any(),
            );
            y += WAIT_HEIGHT;
        }
    }
    let heads =
        chart.lanes.iter().enumerate().map(|(index, it)| head(language, it, x(index), y, lane));
    let heads = heads.collect_view();
    view! {
        <svg
            class="sequence-picture"
            width=width
            height=y
            viewBox=format!("0 0 {width:.0} {y:.0}")
            role="group"
            aria-label=say("순서도: 가장 최근 일이 위에 있다", "Sequence, the latest first")
        >
            {heads}
            {rows}
        </svg>
    }
}

fn head(language: Language, lane: &Lane, x: f64, bottom: f64, width: f64) -> impl IntoView + use<> {
    let name = match lane {
        Lane::Client => language.pick("나", "You").to_owned(),
        Lane::Api => language.pick("API 서버", "API server").to_owned(),
        Lane::Etcd => "etcd".to_owned(),
        Lane::Controller(name) => name.trim_end_matches("-controller").to_owned(),
        Lane::Scheduler => language.pick("스케줄러", "scheduler").to_owned(),
        Lane::Node(node) => node.clone(),
    };
    view! {
        <g class="sequence-lane">
            <line x1=x y1=HEAD - 6.0 x2=x y2=bottom></line>
            <text x=x y=HEAD - 14.0>{shorten(&name, (width / 7.2) as usize)}</text>
        </g>
    }
}

fn row_view(stage: Stage, row: &Row, from: f64, to: f64, y: f64, width: f64, lane: f64) -> AnyView {
    let sentence = words::sentence(&row.moment, stage.language.get());
    let position = row.position;
    let own = from == to;
    let arrow = if own {
        view! { <circle class="row-dot" cx=from cy=y r="5"></circle> }.into_any()
    } else {
        let back = if from < to { -7.0 } else { 7.0 };
        let head = format!(
            "M{:.1} {:.1}L{to:.1} {y:.1}L{:.1} {:.1}",
            to + back,
            y - 4.0,
            to + back,
            y + 4.0
        );
        view! {
            <line class="row-line" x1=from y1=y x2=to y2=y></line>
            <path class="row-head" d=head></path>
        }
        .into_any()
    };
    let (x, anchor, room) = words_beside(from, to, lane, width);
    let label = crate::scene::trail::words(&row.moment);
    let go = move || {
        stage.player.show(position);
    };
    view! {
        <g
            class=row.class
            role="button"
            tabindex="0"
            aria-label=format!("{} {sentence}", words::clock_time(row.at_ms))
            on:click=move |_| go()
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    go();
                }
            }
        >
            <title>{sentence.clone()}</title>
            <rect class="row-back" x="0" y=y - ROW_HEIGHT / 2.0 width=width height=ROW_HEIGHT></rect>
            <text class="row-time" x="8" y=y + 4.0>{words::clock_time(row.at_ms)}</text>
            {arrow}
            <text class="row-words" x=x y=y + 4.0 text-anchor=anchor>{shorten(&label, room)}</text>
        </g>
    }
    .into_any()
}

/// Beside the arrow, on the side with more room.
fn words_beside(from: f64, to: f64, lane: f64, width: f64) -> (f64, &'static str, usize) {
    let (left, right) = (from.min(to), from.max(to));
    let room_right = width - right;
    let room_left = left - TIMES;
    if room_right >= room_left || room_right > lane * 2.0 {
        (right + 12.0, "start", ((room_right - 20.0) / 6.4) as usize)
    } else {
        (left - 12.0, "end", ((room_left - 20.0) / 6.4) as usize)
    }
}
