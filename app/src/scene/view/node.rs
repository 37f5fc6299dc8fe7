//! Nodes: what the machine is, what the API server believes of it, and what of it is asked for.

use leptos::prelude::*;
use protocol::ObjectRef;

use super::shorten;
use super::thing::{Thing, ThingView};
use crate::i18n::Language;
use crate::scene::Stage;
use crate::scene::layout::{Level, NodeBox};
use crate::scene::look::{self, NodeLook, Share};
use crate::words;

#[component]
pub fn Nodes(stage: Stage) -> impl IntoView {
    let names = Memo::new(move |_| {
        stage
            .picture
            .with(|it| it.after.nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>())
    });
    view! {
        <g class="nodes">
            <For each=move || names.get() key=String::clone let:name>
                <NodeView stage name/>
            </For>
        </g>
    }
}

/// All that is drawn of one node.
#[derive(Clone, Debug, PartialEq)]
struct NodeFace {
    object: ObjectRef,
    place: NodeBox,
    look: NodeLook,
    struck: bool,
    touched: bool,
    chosen: bool,
    pods: usize,
}

fn face(stage: Stage, name: &str) -> Option<NodeFace> {
    let landed = stage.landed.get();
    stage.picture.with(|it| {
        let place = it.after.node(name)?.clone();
        let cluster = if landed { &it.frame.after } else { &it.frame.before };
        let find = |cluster: &crate::player::Cluster| {
            let mut nodes = cluster.nodes();
            nodes
                .find(|(object, _)| object.object.name == name)
                .map(|(object, node)| (object.object.clone(), look::node(cluster, name, node)))
        };
        let (object, look) = find(cluster).or_else(|| find(&it.frame.after))?;
        let pods = cluster.pods().filter(|(_, pod)| pod.node.as_deref() == Some(name)).count();
        let shows = it.shows_hops();
        let struck = shows && it.struck.iter().any(|node| node == name);
        let touched = shows && it.touched.iter().any(|node| node == name);
        let chosen = shows && it.verdicts.iter().any(|it| it.chosen && it.node == name);
        Some(NodeFace { object, place, look, struck, touched, chosen, pods })
    })
}

#[component]
fn NodeView(stage: Stage, name: String) -> impl IntoView {
    let face = Memo::new(move |_| face(stage, &name));
    let thing = Memo::new(move |_| face.with(|it| Some(thing(stage.language.get(), it.as_ref()?))));
    view! {
        <ThingView stage thing>{move || face.get().map(|face| node_view(stage, &face))}</ThingView>
    }
}

fn thing(language: Language, face: &NodeFace) -> Thing {
    let NodeFace { object, look, struck, touched, chosen, pods, .. } = face;
    let mut class = format!("node {}", look.tone.class());
    let states = [
        (look.off, " is-off"),
        (*struck, " is-struck"),
        (*touched, " is-touched"),
        (*chosen, " is-chosen"),
    ];
    class.extend(states.iter().filter(|(is, _)| *is).map(|(_, name)| *name));
    let label = label(language, &object.name, look, *pods);
    Thing { object: object.clone(), class, label }
}

fn node_view(stage: Stage, NodeFace { place, look, .. }: &NodeFace) -> impl IntoView + use<> {
    let language = stage.language.get();
    let rect = place.rect;
    view! {
        <rect class="node-box" x=rect.x y=rect.y width=rect.width height=rect.height rx="10"></rect>
        {head(language, place, look)}
        {bars(stage, language, place, look)}
    }
}

fn label(language: Language, name: &str, look: &NodeLook, pods: usize) -> String {
    let percent = |share: &Share| (share.part() * 100.0).round();
    let (cpu, memory) = (percent(&look.cpu), percent(&look.memory));
    let off = language.pick(", 전원 꺼짐", ", switched off");
    let off = if look.off { off } else { "" };
    language.pick(
        format!(
            "노드 {name}, {}{off}, 파드 {pods}개, CPU 요청 {cpu}%, 메모리 요청 {memory}%",
            look.word
        ),
        format!(
            "Node {name}, {}{off}, {pods} Pods, {cpu}% of CPU and {memory}% of memory requested",
            look.word
        ),
    )
}

fn head(language: Language, place: &NodeBox, look: &NodeLook) -> impl IntoView + use<> {
    let rect = place.rect;
    let small = place.level == Level::Small;
    let word = if small && look.word == "Ready" { String::new() } else { look.word.clone() };
    let room = ((rect.width - 24.0) / 7.2) as usize;
    let name = shorten(&place.name, room.saturating_sub(word.len()).max(6));
    // What is so and what is believed differ for a while after a machine is switched off.
    let off = look.off.then(|| {
        let x = rect.x + 18.0 + name.chars().count() as f64 * 8.0 + 6.0;
        view! {
            <g class="node-power" transform=format!("translate({x:.1} {:.1})", rect.y + 18.0)>
                <path d="M0 -6V0M-4 -4A5.5 5.5 0 1 0 4 -4"></path>
                {(!small).then(|| view! {
                    <text x="11" y="4">{language.pick("꺼짐", "off")}</text>
                })}
            </g>
        }
    });
    let taints = (!look.taints.is_empty() && !small).then(|| {
        let text = shorten(&look.taints.join(" "), ((rect.width - 24.0) / 5.9) as usize);
        let all = look.taints.join("\n");
        view! {
            <g class="node-taint">
                <title>{all}</title>
                <text x=rect.x + 12.0 y=rect.bottom() - 5.0>{text}</text>
            </g>
        }
    });
    view! {
        <text class="node-name" x=rect.x + 12.0 y=rect.y + 22.0>{name}</text>
        {off}
        <text class="node-word" x=rect.right() - 12.0 y=rect.y + 22.0 text-anchor="end">
            {word}
        </text>
        {taints}
    }
}

fn bars(stage: Stage, language: Language, place: &NodeBox, look: &NodeLook) -> AnyView {
    if place.level == Level::Small {
        let bars = [thin_bar(place, &look.cpu, 0.0), thin_bar(place, &look.memory, 7.0)];
        return bars.into_iter().collect_view().into_any();
    }
    let detailed = stage.lens.get() == crate::scene::Lens::Resources;
    let amount = |share: &Share, unit: fn(i64) -> String| {
        detailed.then(|| format!("{} / {}", unit(share.requested), unit(share.allocatable)))
    };
    let ceiling = |share: &Share, y: f64| detailed.then(|| ceiling(place, share, y));
    let (y, memory) = (place.rect.y + 38.0, language.pick("메모리", "Memory"));
    view! {
        {named_bar(place, "CPU", &look.cpu, y, amount(&look.cpu, words::cpu))}
        {named_bar(place, memory, &look.memory, y + 16.0, amount(&look.memory, words::memory))}
        {ceiling(&look.cpu, y)}
        {ceiling(&look.memory, y + 16.0)}
    }
    .into_any()
}

fn thin_bar(place: &NodeBox, share: &Share, below: f64) -> impl IntoView + use<> {
    let y = place.rect.y + 29.0 + below;
    bar(place.rect.x + 10.0, place.rect.width - 20.0, y, 4.0, share)
}

fn named_bar(
    place: &NodeBox,
    name: &'static str,
    share: &Share,
    y: f64,
    amount: Option<String>,
) -> impl IntoView + use<> {
    let rect = place.rect;
    let left = rect.x + 58.0;
    let right = if amount.is_some() { rect.right() - 104.0 } else { rect.right() - 12.0 };
    view! {
        <text class="bar-name" x=rect.x + 12.0 y=y + 4.0>{name}</text>
        {bar(left, (right - left).max(20.0), y - 3.5, 8.0, share)}
        {amount.map(|amount| view! {
            <text class="bar-amount" x=rect.right() - 12.0 y=y + 4.0 text-anchor="end">
                {amount}
            </text>
        })}
    }
}

/// How far the limits reach: a tick, and beyond the bar an arrow where they are more than there is.
fn ceiling(place: &NodeBox, share: &Share, y: f64) -> impl IntoView + use<> {
    let (left, right) = (place.rect.x + 58.0, place.rect.right() - 104.0);
    let width = (right - left).max(20.0);
    let beyond = share.limits > share.allocatable;
    let x = left + width * share.part_of(share.limits);
    let path = if beyond {
        format!("M{:.1} {:.1}l4 3.5l-4 3.5", left + width + 1.0, y - 3.5)
    } else {
        format!("M{x:.1} {:.1}v12", y - 6.0)
    };
    (share.limits > 0).then(|| view! { <path class="bar-limit" d=path></path> })
}

/// One piece for each Pod that asks for some of it.
fn bar(x: f64, width: f64, y: f64, height: f64, share: &Share) -> impl IntoView + use<> {
    let tight = share.part() >= 0.85;
    let mut at = x;
    let piece = |amount: &i64| {
        let long = width * share.part_of(*amount);
        let piece = (at, (long - 0.8).max(0.5));
        at += long;
        piece
    };
    // Dozens of slivers look like one piece.
    let pieces: Vec<(f64, f64)> = if share.parts.len() > 24 {
        vec![(x, width * share.part())]
    } else {
        share.parts.iter().map(piece).collect()
    };
    view! {
        <rect class="bar-all" x=x y=y width=width height=height rx="2"></rect>
        {pieces
            .into_iter()
            .map(|(x, width)| view! {
                <rect
                    class="bar-piece"
                    class:is-tight=tight
                    x=x
                    y=y
                    width=width
                    height=height
                    rx="2"
                ></rect>
            })
            .collect_view()}
    }
}
