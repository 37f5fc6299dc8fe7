//! Pods: a hexagon with a mark in it, a name and kubectl's STATUS word under it.

use leptos::prelude::*;
use protocol::{Detail, ObjectRef, Transition};

use super::shorten;
use super::thing::{Thing, ThingView};
use crate::i18n::{Language, say};
use crate::scene::geometry::hexagon;
use crate::scene::layout::Place;
use crate::scene::look::{self, Look, Mark};
use crate::scene::picture::PodMotion;
use crate::scene::{Lens, Stage};
use crate::words;

/// Where Pods wait that have no node.
#[component]
pub fn Tray(stage: Stage) -> impl IntoView {
    let tray = Memo::new(move |_| stage.picture.with(|it| it.after.tray));
    let waiting = Memo::new(move |_| stage.picture.with(|it| it.waiting()));
    let title = say("노드를 기다리는 파드", "Pods waiting for a node");
    view! {
        <g class="tray" role="img" aria-label=move || format!("{}: {}", title.get(), waiting.get())>
            <rect
                class="tray-box"
                x=move || tray.get().x
                y=move || tray.get().y
                width=move || tray.get().width
                height=move || tray.get().height
                rx="10"
            ></rect>
            <text class="tray-title" x=move || tray.get().x + 12.0 y=move || tray.get().y + 16.0>
                {title}
            </text>
            <text
                class="tray-count"
                x=move || tray.get().right() - 12.0
                y=move || tray.get().y + 16.0
                text-anchor="end"
            >
                {move || waiting.get()}
            </text>
        </g>
    }
}

#[component]
pub fn Pods(stage: Stage) -> impl IntoView {
    let ids =
        Memo::new(move |_| stage.picture.with(|it| it.pods.keys().cloned().collect::<Vec<_>>()));
    view! {
        <g class="pods">
            <For each=move || ids.get() key=String::clone let:id>
                <PodView stage id/>
            </For>
        </g>
    }
}

/// All that is drawn of one Pod but where it is.
#[derive(Clone, Debug, PartialEq)]
struct PodFace {
    object: ObjectRef,
    place: Place,
    look: Look,
    node: Option<String>,
    requests: (i64, i64),
    runtime: Option<Transition>,
}

fn face(stage: Stage, id: &str) -> Option<PodFace> {
    let landed = stage.landed.get();
    stage.picture.with(|it| {
        let PodMotion { before, after, motion } = it.pods.get(id)?;
        let early = if landed { None } else { before.as_ref().map(|pod| (pod, &it.frame.before)) };
        let late = after.as_ref().map(|pod| (pod, &it.frame.after));
        let last = before.as_ref().map(|pod| (pod, &it.frame.before));
        let (object, cluster) = early.or(late).or(last)?;
        let Detail::Pod(pod) = &object.detail else { return None };
        let place = if landed { motion.place() } else { it.before.pods.get(id).copied()? };
        let runtime = it.runtime.get(id).filter(|_| it.shows_hops()).cloned();
        Some(PodFace {
            object: object.object.clone(),
            place,
            look: look::pod(cluster, object, pod),
            node: pod.node.clone(),
            requests: (pod.cpu_milli, pod.memory_bytes),
            runtime,
        })
    })
}

#[component]
fn PodView(stage: Stage, id: String) -> impl IntoView {
    let own = id.clone();
    let motion =
        Memo::new(move |_| stage.picture.with(|it| it.pods.get(&own).map(|pod| pod.motion)));
    let face = Memo::new(move |_| face(stage, &id));
    let thing = Memo::new(move |_| face.with(|it| Some(thing(stage.language.get(), it.as_ref()?))));
    // Only what moves reads the progress.
    let pose = move || {
        motion.get().map(|motion| {
            if motion.is_still() {
                return motion.at(1.0);
            }
            let progress = stage.player.progress();
            motion.at(stage.picture.with(|it| it.write_progress(progress)))
        })
    };
    let transform = move || {
        pose().map(|pose| {
            let (x, y) = (pose.center.x, pose.center.y);
            format!("translate({x:.1} {y:.1}) scale({:.3})", pose.scale)
        })
    };
    let opacity = move || pose().map(|pose| format!("{:.2}", pose.opacity));
    view! {
        <g class="pod-seat" transform=transform opacity=opacity>
            <ThingView stage thing>{move || face.get().map(|face| pod_view(stage, &face))}</ThingView>
        </g>
    }
}

fn thing(language: Language, PodFace { object, look, node, .. }: &PodFace) -> Thing {
    let dashed = node.is_none() || look.mark == Mark::Ending;
    let waiting = if dashed { " is-waiting" } else { "" };
    let class = format!("pod {}{waiting}", look.tone.class());
    let label = label(language, object, look, node.as_deref());
    Thing { object: object.clone(), class, label }
}

fn pod_view(stage: Stage, face: &PodFace) -> impl IntoView + use<> {
    let PodFace { object, place, look, requests, runtime, .. } = face;
    let radius = place.radius;
    view! {
        {runtime.as_ref().map(|_| view! {
            <polygon class="pod-pulse" points=hexagon(radius + 5.0)></polygon>
        })}
        <polygon class="pod-hexagon" points=hexagon(radius)></polygon>
        <g transform=format!("scale({:.3})", radius / 24.0)>{mark(look)}</g>
        {place.labelled.then(|| captions(stage, object, look, *place, *requests))}
    }
}

fn label(language: Language, object: &ObjectRef, look: &Look, node: Option<&str>) -> String {
    let ready = look.cells.iter().filter(|ready| **ready).count();
    let all = look.cells.len();
    match node {
        Some(node) => language.pick(
            format!(
                "파드 {}, {}, {node} 노드, 컨테이너 {all}개 중 {ready}개 준비",
                object.name, look.word
            ),
            format!(
                "Pod {}, {}, on {node}, {ready} of {all} containers ready",
                object.name, look.word
            ),
        ),
        None => language.pick(
            format!("파드 {}, {}, 노드 없음", object.name, look.word),
            format!("Pod {}, {}, on no node", object.name, look.word),
        ),
    }
}

fn captions(
    stage: Stage,
    object: &ObjectRef,
    look: &Look,
    place: Place,
    (cpu, memory): (i64, i64),
) -> impl IntoView + use<> {
    let room = ((place.cell.width - 6.0) / 6.4) as usize;
    let line = if stage.lens.get() == Lens::Resources {
        match (cpu, memory) {
            (0, 0) => stage.language.get().pick("요청 없음", "no requests").to_owned(),
            _ => format!("{} {}", words::cpu(cpu), words::memory(memory)),
        }
    } else {
        shorten(words::status_short(&look.word), room)
    };
    let (name_y, line_y) = (place.radius + 14.0, place.radius + 27.0);
    let restarts = (look.restarts > 0).then(|| {
        let (x, y) = (place.radius * 0.82, -place.radius * 0.72);
        view! {
            <g class="pod-restarts" transform=format!("translate({x:.1} {y:.1})")>
                <circle r="9"></circle>
                <text y="3.5">{look.restarts}</text>
            </g>
        }
    });
    view! {
        {restarts}
        <text class="pod-name" y=name_y>{shorten(&object.name, room)}</text>
        <text class="pod-word" y=line_y>{line}</text>
    }
}

/// The mark inside, on a hexagon of radius 24.
fn mark(look: &Look) -> impl IntoView + use<> {
    let own = look.cells.len();
    if own > 1 && matches!(look.mark, Mark::Ready | Mark::Running) {
        return cells(&look.cells).into_any();
    }
    let (class, path) = match look.mark {
        Mark::Waiting => ("pod-mark", "M-7 0h.01M0 0h.01M7 0h.01"),
        Mark::Pulling => ("pod-mark", "M0 -8V4M-5 -1L0 4L5 -1M-7 9H7"),
        Mark::Starting => ("pod-mark", "M-5 -7L8 0L-5 7Z"),
        Mark::Running => ("pod-mark", "M-7 -7H7V7H-7Z"),
        Mark::Ready => ("pod-mark is-full", "M-7 -7H7V7H-7Z"),
        Mark::Done => ("pod-mark", "M-8 0L-2 6L8 -6"),
        Mark::Failing => ("pod-mark", "M-6 -6L6 6M6 -6L-6 6"),
        Mark::NoImage => ("pod-mark", "M0 -8V4M-5 -1L0 4L5 -1M-7 9H7M-9 -9L9 9"),
        Mark::Ending => ("pod-mark", "M-8 0H-2M2 0H3M7 0H8"),
        Mark::Unknown => ("pod-mark", "M-4 -4A4.5 4.5 0 1 1 0 2V4M0 9h.01"),
    };
    view! { <path class=class d=path></path> }.into_any()
}

/// A Pod of several containers shows each: full when ready.
fn cells(cells: &[bool]) -> impl IntoView + use<> {
    let shown = cells.len().min(6);
    let columns = if shown <= 3 { shown } else { shown.div_ceil(2) };
    let rows = shown.div_ceil(columns.max(1));
    let cell = |(index, ready): (usize, &bool)| {
        let x = (index % columns) as f64 * 11.0 - columns as f64 * 5.5 + 0.5;
        let y = (index / columns) as f64 * 11.0 - rows as f64 * 5.5 + 0.5;
        let class = if *ready { "pod-cell is-full" } else { "pod-cell" };
        view! { <rect class=class x=x y=y width="10" height="10" rx="2"></rect> }
    };
    cells.iter().take(shown).enumerate().map(cell).collect_view()
}
