//! What is under way: requests, writes, watches; and the scheduler's verdicts and ghosts.

use leptos::prelude::*;
use protocol::Verdict;

use super::shorten;
use crate::i18n::Language;
use crate::scene::Stage;
use crate::scene::geometry::{Point, Rect, hexagon};
use crate::scene::layout::{Layout, Level, Place};
use crate::scene::trail::{Label, Trail};

/// A refused request falls so far at the API server.
const FALL: f64 = 46.0;

#[component]
pub fn Trails(stage: Stage) -> impl IntoView {
    let trails = Memo::new(move |_| {
        stage.picture.with(|it| if it.shows_hops() { it.trails.clone() } else { Vec::new() })
    });
    view! {
        <g class="trails" aria-hidden="true">
            {move || {
                let lines = trails.get().into_iter();
                lines.map(|trail| trail_view(stage, &trail)).collect_view()
            }}
            {move || trails.get().into_iter().filter_map(|it| it.label).map(label_view).collect_view()}
        </g>
    }
}

/// A line, and a dot that runs along it.
fn trail_view(stage: Stage, trail: &Trail) -> impl IntoView + use<> {
    let Trail { kind, curve, stage: own, .. } = *trail;
    let part = move || {
        let progress = stage.player.progress();
        stage.picture.with(|it| it.frame.stage_progress(own, progress))
    };
    let at = move || {
        let progress = part();
        if kind.falls() && progress > 0.6 {
            let part = (progress - 0.6) / 0.4;
            return (Point { y: curve.to.y + FALL * part * part, ..curve.to }, 1.0 - part * 0.6);
        }
        let run = if kind.falls() { progress / 0.6 } else { progress };
        (curve.at(run.min(1.0)), 1.0)
    };
    let transform = move || {
        let (point, _) = at();
        format!("translate({:.1} {:.1})", point.x, point.y)
    };
    // Not begun, under way, over.
    let opacity = move || match part() {
        part if part <= 0.0 => "0",
        part if part < 1.0 || stage.picture.with(|it| !it.frame.moving) => "1",
        _ => "0.45",
    };
    let cross = kind.falls().then(|| {
        let place = format!("translate({:.1} {:.1})", curve.to.x, curve.to.y);
        view! { <path class="trail-cross" transform=place d="M-6 -6L6 6M6 -6L-6 6"></path> }
    });
    view! {
        <g class=kind.class() opacity=opacity>
            <path class="trail-line" d=curve.path()></path>
            {cross}
            <circle class="trail-dot" r="5.5" transform=transform opacity=move || at().1></circle>
        </g>
    }
}

fn label_view(label: Label) -> impl IntoView {
    let Label { text, rect } = label;
    let middle = rect.center();
    view! {
        <g class="trail-label">
            <rect
                x=rect.x
                y=rect.y
                width=rect.width
                height=rect.height
                rx=rect.height / 2.0
            ></rect>
            <text x=middle.x y=middle.y + 4.0>{text}</text>
        </g>
    }
}

/// What the scheduler found for each node, written on it; a dashed ghost where the Pod may go.
#[component]
pub fn Ghosts(stage: Stage) -> impl IntoView {
    let shown = Memo::new(move |_| {
        stage.picture.with(|it| {
            if !it.shows_hops() {
                return (Vec::new(), Vec::new());
            }
            let ghosts: Vec<Place> = it.ghosts().map(|(_, place)| place).collect();
            let badges = it.verdicts.iter();
            let badges = badges.filter_map(|verdict| badge(verdict, &it.after)).collect();
            (ghosts, badges)
        })
    });
    view! {
        <g class="verdicts" aria-hidden="true">
            {move || {
                let (ghosts, _) = shown.get();
                ghosts.into_iter().map(|place| ghost_view(stage, place)).collect_view()
            }}
            {move || {
                let (_, badges): (Vec<Place>, Vec<Badge>) = shown.get();
                let language = stage.language.get();
                badges.into_iter().map(|badge| badge_view(language, &badge)).collect_view()
            }}
        </g>
    }
}

/// A verdict and where it is written.
#[derive(Clone, Debug, PartialEq)]
struct Badge {
    verdict: Verdict,
    corner: Point,
    width: f64,
    small: bool,
}

fn badge(verdict: &Verdict, layout: &Layout) -> Option<Badge> {
    let node = layout.node(&verdict.node)?;
    let corner = Point::new(node.rect.right() - 8.0, node.rect.bottom() + 4.0);
    let small = node.level == Level::Small;
    Some(Badge { verdict: verdict.clone(), corner, width: node.rect.width - 16.0, small })
}

fn badge_view(language: Language, badge: &Badge) -> impl IntoView + use<> {
    let Badge { verdict, corner, width, small } = badge;
    let text = match (&verdict.refused_by, small) {
        (None, true) => verdict.total.to_string(),
        (None, false) => format!("{} {}", language.pick("점수", "score"), verdict.total),
        (Some(_), true) => "×".to_owned(),
        (Some(_), false) => verdict.reason.clone(),
    };
    let text = shorten(&text, ((width - 16.0) / 6.6) as usize);
    let long = text.chars().map(|c| if c.is_ascii() { 6.6 } else { 12.0 }).sum::<f64>() + 20.0;
    let rect = Rect::new(corner.x - long, corner.y - 22.0, long, 22.0);
    let class = match (verdict.chosen, &verdict.refused_by) {
        (true, _) => "verdict is-chosen",
        (false, Some(_)) => "verdict is-refused",
        (false, None) => "verdict",
    };
    view! {
        <g class=class>
            <rect
                x=rect.x
                y=rect.y
                width=rect.width
                height=rect.height
                rx="11"
            ></rect>
            <text x=rect.center().x y=rect.center().y + 4.0>{text}</text>
        </g>
    }
}

fn ghost_view(stage: Stage, place: Place) -> impl IntoView {
    let transform = format!("translate({:.1} {:.1})", place.center.x, place.center.y);
    let word = place.labelled.then(|| {
        view! {
            <text class="ghost-word" y=place.radius + 16.0>
                {stage.language.get().pick("여기?", "here?")}
            </text>
        }
    });
    view! {
        <g class="ghost" transform=transform>
            <polygon class="ghost-hexagon" points=hexagon(place.radius)></polygon>
            {word}
        </g>
    }
}
