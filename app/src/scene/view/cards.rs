//! Deployments with their ReplicaSets, and Services.

use leptos::prelude::*;
use protocol::{DeploymentView, ObjectRef, ServicePortView, ServiceView};

use super::plain::card_view;
use super::shorten;
use crate::i18n::Language;
use crate::scene::Stage;
use crate::scene::geometry::Rect;
use crate::scene::keys::element_id;
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

#[component]
fn CardView(stage: Stage, uid: String) -> impl IntoView {
    let card = Memo::new(move |_| {
        let landed = stage.landed.get();
        stage.picture.with(|it| {
            let find = |cards: &[(Card, Rect)]| {
                cards.iter().find(|(card, _)| card.object.object.uid == uid).cloned()
            };
            let before = if landed { None } else { find(&it.before.cards) };
            before.or_else(|| find(&it.after.cards))
        })
    });
    move || {
        card.get().map(|(card, rect)| match card.what {
            CardKind::Plain => card_view(stage, &card, rect),
            CardKind::Deployment { view, sets } => {
                deployment(stage, &card.object.object, &view, sets, rect).into_any()
            }
            CardKind::ReplicaSet { set } => lone_set(stage, &set, rect).into_any(),
            CardKind::Service { view, ready, all } => {
                service(stage, &card.object.object, &view, (ready, all), rect).into_any()
            }
        })
    }
}

/// A box that can be selected.
pub(super) fn selectable<I: IntoView + 'static>(
    stage: Stage,
    class: &'static str,
    object: &ObjectRef,
    label: String,
    rect: Rect,
    inside: I,
) -> impl IntoView + use<I> {
    let (id, one, other) = (element_id(object), object.clone(), object.clone());
    let tab_id = id.clone();
    view! {
        <g
            id=id
            class=move || {
                let selected = if stage.selection.is(&one) { " is-selected" } else { "" };
                format!("{class}{selected}")
            }
            role="button"
            tabindex=move || stage.tab_index(&tab_id)
            aria-label=label
            on:click=move |event| {
                event.stop_propagation();
                stage.choose(&other);
            }
        >
            <rect
                class="card-box"
                x=rect.x
                y=rect.y
                width=rect.width
                height=rect.height
                rx="8"
            ></rect>
            {inside}
        </g>
    }
}

fn deployment(
    stage: Stage,
    object: &ObjectRef,
    view: &DeploymentView,
    sets: Vec<Set>,
    rect: Rect,
) -> impl IntoView + use<> {
    let language = stage.language.get();
    let label = language.pick(
        format!("디플로이먼트 {}, {}개 중 {}개 준비", object.name, view.desired, view.ready),
        format!("Deployment {}, {} of {} ready", object.name, view.ready, view.desired),
    );
    let room = ((rect.width - 76.0) / 7.0) as usize;
    let name = shorten(&object.name, room);
    let count = format!("{}/{}", view.ready, view.desired);
    let settled = view.ready >= view.desired && view.updated >= view.desired;
    let inside = view! {
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
    };
    let count = sets.len();
    let newest = sets.last().map(|set| set.object.object.uid.clone());
    let halves = sets.into_iter().enumerate().map(move |(index, set)| {
        let old = newest.as_ref() != Some(&set.object.object.uid);
        set_view(stage, &set, set_in_card(rect, index, count), old)
    });
    view! {
        {selectable(stage, "card is-deployment", object, label, rect, inside)}
        {band(view, rect)}
        {halves.collect_view()}
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

fn set_view(stage: Stage, set: &Set, rect: Rect, old: bool) -> impl IntoView + use<> {
    let object = &set.object.object;
    let view = &set.view;
    let language = stage.language.get();
    let label = language.pick(
        format!("레플리카셋 {}, 원하는 수 {}, 준비 {}", object.name, view.desired, view.ready),
        format!("ReplicaSet {}, wants {}, {} ready", object.name, view.desired, view.ready),
    );
    let hash = object.name.rsplit('-').next().unwrap_or(&object.name);
    let text = format!("…{hash}");
    let text = shorten(&text, ((rect.width - 12.0) / 6.4) as usize);
    let count = format!("{}/{}", view.ready, view.desired);
    let class = if old { "card is-set is-old" } else { "card is-set" };
    let inside = view! {
        <text class="set-name" x=rect.x + 7.0 y=rect.y + 15.0>{text}</text>
        <text class="set-count" x=rect.x + 7.0 y=rect.y + 31.0>{count}</text>
        {cells(view.desired, view.current, view.ready, rect)}
    };
    selectable(stage, class, object, label, rect, inside)
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

fn lone_set(stage: Stage, set: &Set, rect: Rect) -> impl IntoView + use<> {
    let object = &set.object.object;
    let view = &set.view;
    let language = stage.language.get();
    let label = language.pick(
        format!("레플리카셋 {}, 원하는 수 {}, 준비 {}", object.name, view.desired, view.ready),
        format!("ReplicaSet {}, wants {}, {} ready", object.name, view.desired, view.ready),
    );
    let inner = Rect { y: rect.y + 40.0, height: 40.0, ..rect };
    let inside = view! {
        <text class="card-kind" x=rect.x + 10.0 y=rect.y + 13.0>"ReplicaSet"</text>
        <text class="card-name" x=rect.x + 10.0 y=rect.y + 30.0>{object.name.clone()}</text>
        <text class="card-line" x=rect.x + 10.0 y=rect.y + 52.0>
            {format!("{}/{}", view.ready, view.desired)}
        </text>
        {cells(view.desired, view.current, view.ready, inner)}
    };
    selectable(stage, "card is-set", object, label, rect, inside)
}

fn service(
    stage: Stage,
    object: &ObjectRef,
    view: &ServiceView,
    (ready, all): (usize, usize),
    rect: Rect,
) -> impl IntoView + use<> {
    let language = stage.language.get();
    let selector: Vec<_> =
        view.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let selector = selector.join(",");
    let label = service_label(language, object, &selector, ready, all);
    let room = ((rect.width - 20.0) / 6.4) as usize;
    let ports: Vec<_> = view.ports.iter().map(ports).collect();
    let address = format!("{}:{}", view.cluster_ip, ports.join(","));
    let shut = ready == 0;
    let reason = stage.picture.with(|it| reason(it, object, language));
    let waits = view.service_type == "LoadBalancer" && view.external.is_empty();
    let outside = match view.external.first() {
        Some(external) => format!(" · {external}"),
        None if waits => " · <pending>".to_owned(),
        None => String::new(),
    };
    let inside = view! {
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
            {shorten(reason.as_deref().unwrap_or(&selector), room)}
        </text>
    };
    selectable(stage, "card is-service", object, label, rect, inside)
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
