//! Cards of all kinds that have no drawing of their own, large or small.

use leptos::prelude::*;
use protocol::ObjectRef;

use super::shorten;
use crate::i18n::Language;
use crate::player::Cluster;
use crate::scene::geometry::Rect;
use crate::scene::plain::{Cell, Plain, plain};
use crate::scene::workloads::Card;
use crate::words;

/// What is drawn on a card.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlainFace {
    said: Plain,
    chip: bool,
}

/// The card's class, what is said of it, and what is drawn; none for kinds without a card.
pub(super) fn face(
    cluster: &Cluster,
    card: &Card,
    language: Language,
) -> Option<(&'static str, String, PlainFace)> {
    let said = plain(cluster, &card.object, language)?;
    let object = &card.object.object;
    let name = words::object(object, language);
    let label = format!("{name}, {}, {}", said.count, said.lines.join(", "));
    let chip = card.is_chip();
    Some((class(&object.kind, chip), label, PlainFace { said, chip }))
}

pub(super) fn drawn(object: &ObjectRef, face: &PlainFace, rect: Rect) -> AnyView {
    if face.chip {
        small(&object.kind, &object.name, &face.said, rect).into_any()
    } else {
        large(&object.kind, &object.name, &face.said, rect).into_any()
    }
}

/// What a card is for, for the stylesheet.
fn class(kind: &str, chip: bool) -> &'static str {
    match kind {
        "Ingress" => "card is-service is-ingress",
        "NetworkPolicy" => "card is-chip is-policy",
        "PersistentVolumeClaim" | "PersistentVolume" => "card is-chip is-volume",
        "ConfigMap" | "Secret" => "card is-chip is-data",
        _ if chip => "card is-chip",
        _ => "card is-set is-workload",
    }
}

/// A small mark, so that kinds of boxes are told apart at a glance.
fn mark(kind: &str) -> &'static str {
    match kind {
        "StatefulSet" => "M-5 -5H5M-5 0H5M-5 5H5M-5 -5V5M5 -5V5",
        "DaemonSet" => "M-5 3H-2V-3H-5ZM-1.5 3H1.5V-3H-1.5ZM2 3H5V-3H2Z",
        "Job" => "M-5 0L-1.5 4L5 -4",
        "CronJob" => "M0 -5A5 5 0 1 0 0.01 -5M0 -2.5V0H2.5",
        "Ingress" => "M-5 -4H0L5 0L0 4H-5",
        "NetworkPolicy" => "M0 -5L5 -3V0C5 3 2 5 0 6C-2 5 -5 3 -5 0V-3Z",
        "PersistentVolumeClaim" | "PersistentVolume" => {
            "M-5 -3C-5 -5.5 5 -5.5 5 -3V3C5 5.5 -5 5.5 -5 3ZM-5 -3C-5 -.5 5 -.5 5 -3"
        }
        "Secret" => "M-3 -1V-2.5A3 3 0 0 1 3 -2.5V-1M-5 -1H5V5H-5Z",
        "ConfigMap" => "M-4 -5H2L4 -3V5H-4ZM-2 0H2M-2 2.5H2",
        "HorizontalPodAutoscaler" => "M-5 4L-1 0L1 2L5 -3M2 -3H5V0",
        "PodDisruptionBudget" => "M-5 -4V4M5 -4V4M-2 0H2",
        _ => "M-4 -4H4V4H-4Z",
    }
}

fn mark_view(kind: &str, x: f64, y: f64) -> impl IntoView + use<> {
    view! {
        <path class="card-mark" transform=format!("translate({x:.1} {y:.1})") d=mark(kind)></path>
    }
}

fn large(kind: &str, name: &str, said: &Plain, rect: Rect) -> impl IntoView + use<> {
    let room = ((rect.width - 20.0) / 6.4) as usize;
    let name_room = room.saturating_sub(said.count.chars().count() + 2);
    let lines = said.lines.iter().take(2).enumerate().map(|(index, line)| {
        let y = rect.y + 48.0 + 14.0 * index as f64;
        view! { <text class="card-line" x=rect.x + 10.0 y=y>{shorten(line, room)}</text> }
    });
    view! {
        {mark_view(kind, rect.x + 15.0, rect.y + 12.0)}
        <text class="card-kind" x=rect.x + 25.0 y=rect.y + 15.0>{kind.to_owned()}</text>
        <text class="card-name" x=rect.x + 10.0 y=rect.y + 32.0>{shorten(name, name_room)}</text>
        <text
            class="card-count"
            class:is-busy=!said.settled
            class:is-long={said.count.chars().count() > 7}
            x=rect.right() - 10.0
            y=rect.y + 31.0
            text-anchor="end"
        >
            {said.count.clone()}
        </text>
        {lines.collect_view()}
        {cells(&said.cells, rect)}
    }
}

/// Squares along the lower edge, as many as there is room for.
fn cells(cells: &[Cell], rect: Rect) -> impl IntoView + use<> {
    let most = ((rect.width - 20.0) / 10.0) as usize;
    let cell = |(index, cell): (usize, &Cell)| {
        let (x, y) = (rect.x + 10.0 + index as f64 * 10.0, rect.bottom() - 15.0);
        if *cell == Cell::Failed {
            let place = format!("translate({x:.1} {y:.1})");
            return view! { <path class="set-cross" transform=place d="M0 0L7 7M7 0L0 7"></path> }
                .into_any();
        }
        let class = match cell {
            Cell::Full => "set-cell is-ready",
            Cell::Open => "set-cell",
            _ => "set-cell is-wanted",
        };
        view! { <rect class=class x=x y=y width="7" height="7" rx="1.5"></rect> }.into_any()
    };
    cells.iter().take(most).enumerate().map(cell).collect_view()
}

fn small(kind: &str, name: &str, said: &Plain, rect: Rect) -> impl IntoView + use<> {
    let room = ((rect.width - 38.0) / 6.7) as usize;
    let count = said.count.chars().count();
    let line = said.lines.first().cloned().unwrap_or_default();
    let below = if count > 9 { said.count.clone() } else { line };
    let beside = (count <= 9).then(|| said.count.clone());
    let name_room = room.saturating_sub(beside.as_ref().map_or(0, |it| it.chars().count() + 1));
    view! {
        {mark_view(kind, rect.x + 15.0, rect.y + 16.0)}
        <text class="card-name is-small" x=rect.x + 28.0 y=rect.y + 18.0>
            {shorten(name, name_room)}
        </text>
        {beside.map(|count| view! {
            <text
                class="chip-count"
                class:is-busy=!said.settled
                x=rect.right() - 8.0
                y=rect.y + 18.0
                text-anchor="end"
            >
                {count}
            </text>
        })}
        <text class="card-line" x=rect.x + 10.0 y=rect.y + 35.0>
            {shorten(&below, room + 3)}
        </text>
    }
}
