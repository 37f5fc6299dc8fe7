//! Cards: Deployments with their ReplicaSets, Services, and all others.

use leptos::prelude::*;
use protocol::{DeploymentView, ObjectRef, ReplicaSetView, ServicePortView, ServiceView};

use super::plain::{self, PlainFace};
use super::shorten;
use super::thing::{Thing, ThingView};
use crate::i18n::Language;
use crate::scene::Stage;
use crate::scene::geometry::Rect;
use crate::scene::layout::set_in_card;
use crate::scene::picture::Picture;
use crate::scene::selectors::{Empty, empty};
use crate::scene::workloads::{Card, CardKind, Set};

#[component]
pub fn Cards(stage: Stage) -> impl IntoView {
    // One memo for a card: a card that did not change is not drawn anew.
    let uids = Memo::new(move |_| {
        stage.picture.with(|it| {
            let uids = it.after.cards.iter().map(|(card, _)| card.object.object.uid.clone());
            uids.collect::<Vec<_>>()
        })
    });
    view! {
        <g class="cards">
            <For each=move || uids.get() key=String::clone let:uid>
                <CardView stage uid/>
            </For>
        </g>
    }
}

/// All that is drawn of one card.
#[derive(Clone, Debug, PartialEq)]
struct CardFace {
    thing: Thing,
    rect: Rect,
    what: Drawn,
    /// Those of a Deployment; oldest first.
    sets: Vec<SetFace>,
}

#[derive(Clone, Debug, PartialEq)]
enum Drawn {
    Deployment(DeploymentView),
    ReplicaSet(ReplicaSetView),
    Service(ServiceFace),
    Plain(PlainFace),
}

#[derive(Clone, Debug, PartialEq)]
struct SetFace {
    thing: Thing,
    rect: Rect,
    view: ReplicaSetView,
}

#[derive(Clone, Debug, PartialEq)]
struct ServiceFace {
    view: ServiceView,
    selector: String,
    ready: usize,
    all: usize,
    /// Why there is nobody behind it.
    reason: Option<String>,
}

#[component]
fn CardView(stage: Stage, uid: String) -> impl IntoView {
    let face = Memo::new(move |_| {
        let (landed, language) = (stage.landed.get(), stage.language.get());
        stage.picture.with(|it| {
            let find = |cards: &[(Card, Rect)]| {
                cards.iter().find(|(card, _)| card.object.object.uid == uid).cloned()
            };
            let before = if landed { None } else { find(&it.before.cards) };
            let (card, rect) = before.or_else(|| find(&it.after.cards))?;
            face(it, card, rect, (landed, language))
        })
    });
    let thing = Memo::new(move |_| face.with(|it| it.as_ref().map(|it| it.thing.clone())));
    let sets = Memo::new(move |_| {
        let uid = |set: &SetFace| set.thing.object.uid.clone();
        let sets = face.with(|it| it.as_ref().map(|it| it.sets.iter().map(uid).collect()));
        sets.unwrap_or_else(Vec::new)
    });
    let band = move || {
        face.with(|it| match it.as_ref()? {
            CardFace { what: Drawn::Deployment(view), rect, .. } => Some(band(view, *rect)),
            _ => None,
        })
    };
    view! {
        <ThingView stage thing>{move || face.get().map(drawn)}</ThingView>
        {band}
        <For each=move || sets.get() key=String::clone let:uid>
            <SetView stage card=face uid/>
        </For>
    }
}

#[component]
fn SetView(stage: Stage, card: Memo<Option<CardFace>>, uid: String) -> impl IntoView {
    let face = Memo::new(move |_| {
        card.with(|card| {
            card.as_ref()?.sets.iter().find(|set| set.thing.object.uid == uid).cloned()
        })
    });
    let thing = Memo::new(move |_| face.with(|it| it.as_ref().map(|it| it.thing.clone())));
    view! {
        <ThingView stage thing>{move || face.get().map(|face| set_view(&face))}</ThingView>
    }
}

fn face(
    picture: &Picture,
    card: Card,
    rect: Rect,
    (landed, language): (bool, Language),
) -> Option<CardFace> {
    let object = card.object.object.clone();
    let mut halves = Vec::new();
    let (class, label, what) = match card.what {
        CardKind::Deployment { view, sets } => {
            let label = deployment_label(language, &object, &view);
            halves = set_faces(&sets, rect, language);
            ("card is-deployment", label, Drawn::Deployment(view))
        }
        CardKind::ReplicaSet { set } => {
            ("card is-set", set_label(language, &set), Drawn::ReplicaSet(set.view))
        }
        CardKind::Service { view, ready, all } => {
            let pairs = view.selector.iter().map(|(key, value)| format!("{key}={value}"));
            let selector = pairs.collect::<Vec<_>>().join(",");
            let reason = reason(picture, &object, language);
            let label = service_label(language, &object, &selector, ready, all);
            let face = ServiceFace { view, selector, ready, all, reason };
            ("card is-service", label, Drawn::Service(face))
        }
        CardKind::Plain => {
            let (class, label, face) = plain::face(picture.shown(landed), &card, language)?;
            (class, label, Drawn::Plain(face))
        }
    };
    let thing = Thing { object, class: class.to_owned(), label };
    Some(CardFace { thing, rect, what, sets: halves })
}

fn set_faces(sets: &[Set], rect: Rect, language: Language) -> Vec<SetFace> {
    let newest = sets.len().saturating_sub(1);
    let face = |(index, set): (usize, &Set)| {
        let class = if index == newest { "card is-set" } else { "card is-set is-old" };
        let object = set.object.object.clone();
        let thing = Thing { object, class: class.to_owned(), label: set_label(language, set) };
        SetFace { thing, rect: set_in_card(rect, index, sets.len()), view: set.view.clone() }
    };
    sets.iter().enumerate().map(face).collect()
}

fn deployment_label(language: Language, object: &ObjectRef, view: &DeploymentView) -> String {
    language.pick(
        format!("디플로이먼트 {}, {}개 중 {}개 준비", object.name, view.desired, view.ready),
        format!("Deployment {}, {} of {} ready", object.name, view.ready, view.desired),
    )
}

fn set_label(language: Language, Set { object, view }: &Set) -> String {
    let name = &object.object.name;
    language.pick(
        format!("레플리카셋 {name}, 원하는 수 {}, 준비 {}", view.desired, view.ready),
        format!("ReplicaSet {name}, wants {}, {} ready", view.desired, view.ready),
    )
}

/// A card's box, and what stands in it.
fn drawn(face: CardFace) -> impl IntoView {
    let CardFace { thing, rect, what, .. } = face;
    let object = &thing.object;
    let inside = match &what {
        Drawn::Deployment(view) => deployment(object, view, rect).into_any(),
        Drawn::ReplicaSet(view) => lone_set(object, view, rect).into_any(),
        Drawn::Service(face) => service(object, face, rect).into_any(),
        Drawn::Plain(face) => plain::drawn(object, face, rect),
    };
    (card_box(rect), inside)
}

fn card_box(rect: Rect) -> impl IntoView {
    view! {
        <rect class="card-box" x=rect.x y=rect.y width=rect.width height=rect.height rx="8"></rect>
    }
}

fn deployment(object: &ObjectRef, view: &DeploymentView, rect: Rect) -> impl IntoView + use<> {
    let room = ((rect.width - 76.0) / 7.0) as usize;
    let name = shorten(&object.name, room);
    let count = format!("{}/{}", view.ready, view.desired);
    let settled = view.ready >= view.desired && view.updated >= view.desired;
    view! {
        <text class="card-kind" x=rect.x + 10.0 y=rect.y + 13.0>"Deployment"</text>
        <text class="card-name" x=rect.x + 10.0 y=rect.y + 29.0>{name}</text>
        <text
            class="card-count"
            class:is-busy=!settled
            x=rect.right() - 10.0
            y=rect.y + 27.0
            text-anchor="end"
        >
            {count}
        </text>
    }
}

/// How many Pods there may be, and how many must be available: the band that a rolling update
/// stays in, and where it is.
fn band(view: &DeploymentView, rect: Rect) -> impl IntoView + use<> {
    let most = f64::from((view.desired + view.max_surge).max(view.current).max(1));
    let (x, width, y) = (rect.x + 10.0, rect.width - 20.0, rect.bottom() - 4.5);
    let at = move |count: i32| x + width * f64::from(count) / most;
    let low = (view.desired - view.max_unavailable).max(0);
    let (from, to) = (at(low), at(view.desired + view.max_surge));
    view! {
        <g class="band" aria-hidden="true">
            <line class="band-all" x1=x y1=y x2=x + width y2=y></line>
            <line class="band-may" x1=from y1=y x2=to y2=y></line>
            <circle class="band-is" cx=at(view.available) cy=y r="3"></circle>
        </g>
    }
}

fn set_view(SetFace { thing, rect, view }: &SetFace) -> impl IntoView + use<> {
    let (name, rect) = (&thing.object.name, *rect);
    let hash = name.rsplit('-').next().unwrap_or(name);
    let text = format!("…{hash}");
    let text = shorten(&text, ((rect.width - 12.0) / 6.4) as usize);
    let count = format!("{}/{}", view.ready, view.desired);
    view! {
        {card_box(rect)}
        <text class="set-name" x=rect.x + 7.0 y=rect.y + 15.0>{text}</text>
        <text class="set-count" x=rect.x + 7.0 y=rect.y + 31.0>{count}</text>
        {cells(view.desired, view.current, view.ready, rect)}
    }
}

/// A small square for each Pod: full when ready, empty when not, dashed when wanted only.
fn cells(desired: i32, current: i32, ready: i32, rect: Rect) -> impl IntoView + use<> {
    // The count stands before them.
    let digits = format!("{ready}/{desired}").len() as f64;
    let most = ((rect.width - 18.0 - digits * 7.5) / 9.0).floor().max(0.0) as i32;
    let count = desired.max(current).min(most);
    let left = rect.right() - 7.0 - f64::from(count) * 9.0;
    let cell = move |index: i32| {
        let class = if index < ready {
            "set-cell is-ready"
        } else if index < current {
            "set-cell"
        } else {
            "set-cell is-wanted"
        };
        let x = left + f64::from(index) * 9.0;
        view! { <rect class=class x=x y=rect.y + 23.0 width="7" height="7" rx="1.5"></rect> }
    };
    (0..count).map(cell).collect_view()
}

fn lone_set(object: &ObjectRef, view: &ReplicaSetView, rect: Rect) -> impl IntoView + use<> {
    let inner = Rect { y: rect.y + 40.0, height: 40.0, ..rect };
    view! {
        <text class="card-kind" x=rect.x + 10.0 y=rect.y + 13.0>"ReplicaSet"</text>
        <text class="card-name" x=rect.x + 10.0 y=rect.y + 30.0>{object.name.clone()}</text>
        <text class="card-line" x=rect.x + 10.0 y=rect.y + 52.0>
            {format!("{}/{}", view.ready, view.desired)}
        </text>
        {cells(view.desired, view.current, view.ready, inner)}
    }
}

fn service(object: &ObjectRef, face: &ServiceFace, rect: Rect) -> impl IntoView + use<> {
    let ServiceFace { view, selector, ready, all, reason } = face;
    let room = ((rect.width - 20.0) / 6.4) as usize;
    let ports: Vec<_> = view.ports.iter().map(ports).collect();
    let address = format!("{}:{}", view.cluster_ip, ports.join(","));
    let shut = *ready == 0;
    let waits = view.service_type == "LoadBalancer" && view.external.is_empty();
    let outside = match view.external.first() {
        Some(external) => format!(" · {external}"),
        None if waits => " · <pending>".to_owned(),
        None => String::new(),
    };
    view! {
        <text class="card-kind" x=rect.x + 10.0 y=rect.y + 13.0>
            {format!("Service · {}{outside}", view.service_type)}
        </text>
        <text class="card-name" x=rect.x + 10.0 y=rect.y + 30.0>
            {shorten(&object.name, room.saturating_sub(7))}
        </text>
        <text
            class="card-count"
            class:is-busy=shut
            x=rect.right() - 10.0
            y=rect.y + 28.0
            text-anchor="end"
        >
            {format!("{ready}/{all}")}
        </text>
        <text class="card-line" x=rect.x + 10.0 y=rect.y + 52.0>{shorten(&address, room)}</text>
        <text
            class="card-line is-selector"
            class:is-wrong=reason.is_some()
            x=rect.x + 10.0
            y=rect.y + 71.0
        >
            {shorten(reason.as_deref().unwrap_or(selector), room)}
        </text>
    }
}

/// `80→8080`: the Service's port, and the Pods'; `30080→80→8080` with the nodes'.
fn ports(port: &ServicePortView) -> String {
    let node = port.node_port.map(|node| format!("{node}→")).unwrap_or_default();
    let target = if port.target_port == port.port.to_string() {
        String::new()
    } else {
        format!("→{}", port.target_port)
    };
    format!("{node}{}{target}", port.port)
}

/// Why there is nobody behind it, in few words.
fn reason(picture: &Picture, service: &ObjectRef, language: Language) -> Option<String> {
    let cluster = &picture.frame.after;
    let text = match empty(cluster, cluster.get(service)?)? {
        Empty::NoSelector => return None,
        Empty::NoPods => language.pick("파드가 없다", "no Pods here").to_owned(),
        Empty::NoneOf(deployment, desired) => {
            let name = &deployment.object.name;
            language.pick(format!("{name}: 파드 0/{desired}"), format!("{name}: 0/{desired} Pods"))
        }
        Empty::NotReady(pods) => language.pick(
            format!("일치하는 파드 {}개가 준비 안 됨", pods.len()),
            format!("{} match, none is ready", pods.len()),
        ),
        Empty::Differs(near) => near.first()?.1.first()?.text(),
    };
    Some(text)
}

fn service_label(
    language: Language,
    object: &ObjectRef,
    selector: &str,
    ready: usize,
    all: usize,
) -> String {
    language.pick(
        format!("서비스 {}, 셀렉터 {selector}, 엔드포인트 {all}개 중 {ready}개 준비", object.name),
        format!("Service {}, selector {selector}, {ready} of {all} endpoints ready", object.name),
    )
}
