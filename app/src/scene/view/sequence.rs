//! The trace as lanes over time.

use leptos::prelude::*;
use protocol::Position;

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
    let diagram = Memo::new(move |_| {
        // Grows with each beat that is told.
        let width = stage.picture.with(|it| it.after.width);
        Diagram::of(chart(&stage.player.recent(ROWS)), width)
    });
    let is_empty = Memo::new(move |_| diagram.with(|it| it.rows.is_empty()));
    let none = say("아직 아무 일도 없다.", "Nothing has happened yet.");
    view! {
        <div class="sequence">
            <Show
                when=move || !is_empty.get()
                fallback=move || view! { <p class="scene-waiting">{none}</p> }
            >
                <DiagramView stage diagram/>
            </Show>
        </div>
    }
}

/// Where everything stands, in pixels.
#[derive(Clone, Debug, PartialEq)]
struct Diagram {
    lanes: Vec<Lane>,
    lane: f64,
    width: f64,
    height: f64,
    /// The latest first: it is what is looked at.
    rows: Vec<Placed>,
}

#[derive(Clone, Debug, PartialEq)]
struct Placed {
    row: Row,
    from: f64,
    to: f64,
    y: f64,
}

impl Diagram {
    fn of(chart: Chart, room: f64) -> Diagram {
        let Chart { lanes, rows } = chart;
        let count = lanes.len() as f64;
        let lane = ((room - TIMES - 16.0) / count).max(LANE_LEAST);
        let x = |index: usize| TIMES + (index as f64 + 0.5) * lane;
        let mut height = HEAD + 10.0;
        let place = |row: Row| {
            let y = height;
            height += ROW_HEIGHT + row.wait_ms.map_or(0.0, |_| WAIT_HEIGHT);
            Placed { from: x(row.from), to: x(row.to), row, y }
        };
        let rows = rows.into_iter().rev().map(place).collect();
        Diagram { lanes, lane, width: TIMES + lane * count, height, rows }
    }
}

#[component]
fn DiagramView(stage: Stage, diagram: Memo<Diagram>) -> impl IntoView {
    let size = Memo::new(move |_| diagram.with(|it| (it.width, it.height)));
    let heads = move || {
        let language = stage.language.get();
        diagram.with(|it| {
            let x = |index: usize| TIMES + (index as f64 + 0.5) * it.lane;
            let lanes = it.lanes.iter().enumerate();
            lanes
                .map(|(index, lane)| head(language, lane, x(index), it.height, it.lane))
                .collect_view()
        })
    };
    let positions =
        move || diagram.with(|it| it.rows.iter().map(|it| it.row.position).collect::<Vec<_>>());
    view! {
        <svg
            class="sequence-picture"
            width=move || size.get().0
            height=move || size.get().1
            viewBox=move || format!("0 0 {:.0} {:.0}", size.get().0, size.get().1)
            role="group"
            aria-label=say("순서도: 가장 최근 일이 위에 있다", "Sequence, the latest first")
        >
            {heads}
            <For each=positions key=Position::clone let:position>
                <RowView stage diagram position/>
            </For>
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

/// A row; its element is made once, so that it keeps the focus while others come.
#[component]
fn RowView(stage: Stage, diagram: Memo<Diagram>, position: Position) -> impl IntoView {
    let placed = Memo::new(move |_| {
        diagram.with(|it| it.rows.iter().find(|it| it.row.position == position).cloned())
    });
    let class = move || placed.with(|it| it.as_ref().map(|it| it.row.class));
    let sentence = Memo::new(move |_| {
        let language = stage.language.get();
        placed.with(|it| it.as_ref().map(|it| words::sentence(&it.row.moment, language)))
    });
    let label = move || {
        let at = placed.with(|it| it.as_ref().map(|it| words::clock_time(it.row.at_ms)));
        at.zip(sentence.get()).map(|(at, sentence)| format!("{at} {sentence}"))
    };
    let go = move || {
        stage.player.show(position);
    };
    view! {
        <g
            class=class
            role="button"
            tabindex="0"
            aria-label=label
            on:click=move |_| go()
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    go();
                }
            }
        >
            <title>{move || sentence.get()}</title>
            {move || {
                let (width, lane) = diagram.with(|it| (it.width, it.lane));
                placed.get().map(|it| row_view(&it, width, lane, stage.language.get()))
            }}
        </g>
    }
}

fn row_view(placed: &Placed, width: f64, lane: f64, language: Language) -> impl IntoView + use<> {
    let Placed { row, from, to, y } = placed;
    let (from, to, y) = (*from, *to, *y);
    let (x, anchor, room) = words_beside(from, to, lane, width);
    let label = crate::scene::trail::words(&row.moment);
    let wait = row.wait_ms.map(|wait_ms| {
        let text = words::span(wait_ms, language);
        let y = y + ROW_HEIGHT + 6.0;
        view! { <text class="sequence-wait" x=TIMES + 8.0 y=y>{format!("⋮ {text}")}</text> }
    });
    view! {
        <rect class="row-back" x="0" y=y - ROW_HEIGHT / 2.0 width=width height=ROW_HEIGHT></rect>
        <text class="row-time" x="8" y=y + 4.0>{words::clock_time(row.at_ms)}</text>
        {arrow(from, to, y)}
        <text class="row-words" x=x y=y + 4.0 text-anchor=anchor>{shorten(&label, room)}</text>
        {wait}
    }
}

fn arrow(from: f64, to: f64, y: f64) -> AnyView {
    if from == to {
        return view! { <circle class="row-dot" cx=from cy=y r="5"></circle> }.into_any();
    }
    let back = if from < to { -7.0 } else { 7.0 };
    let (tail, up, down) = (to + back, y - 4.0, y + 4.0);
    let head = format!("M{tail:.1} {up:.1}L{to:.1} {y:.1}L{tail:.1} {down:.1}");
    view! {
        <line class="row-line" x1=from y1=y x2=to y2=y></line>
        <path class="row-head" d=head></path>
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
