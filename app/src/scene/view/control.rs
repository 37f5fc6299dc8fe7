//! The control plane, and who speaks to it from outside.

use leptos::prelude::*;
use protocol::Actor;

use crate::i18n::{Language, say};
use crate::scene::Stage;
use crate::scene::geometry::Rect;
use crate::scene::layout::Control;
use crate::scene::picture::Picture;
use crate::scene::trail::{TrailKind, from_api};
use crate::words;

use super::shorten;

/// More nodes than this have no wire of their own at rest: it would be a curtain.
const WIRES_MAX: usize = 10;

#[component]
pub fn ControlPlane(stage: Stage) -> impl IntoView {
    let control = Memo::new(move |_| stage.picture.with(|it| it.after.control));
    view! {
        <Wires stage/>
        <Frame stage control/>
        <Seat
            class="seat is-client"
            stage
            rect=Signal::derive(move || control.get().client)
            title=say("나", "You")
            line=Signal::derive(move || client_line(stage))
            busy=Signal::derive(move || speaks(stage, |it| matches!(it, Actor::Client { .. })))
        />
        <Seat
            class="seat is-api"
            stage
            program="kube-apiserver"
            rect=Signal::derive(move || control.get().api)
            title=say("API 서버", "API server")
            line=Signal::derive(move || revision_line(stage))
            busy=Signal::derive(move || stage.picture.with(|it| api_works(it)))
        />
        <Seat
            class="seat is-etcd"
            stage
            program="etcd"
            rect=Signal::derive(move || control.get().etcd)
            title=Signal::derive(|| "etcd")
            line=Signal::derive(move || stored_line(stage))
            busy=Signal::derive(move || stage.picture.with(|it| writes(it)))
        />
        <Seat
            class="seat is-manager"
            stage
            program="kube-controller-manager"
            rect=Signal::derive(move || control.get().manager)
            title=say("컨트롤러 매니저", "Controller manager")
            line=Signal::derive(move || manager_line(stage))
            busy=Signal::derive(move || works(stage, |it| matches!(it, Actor::Controller { .. })))
        />
        <Seat
            class="seat is-scheduler"
            stage
            program="kube-scheduler"
            rect=Signal::derive(move || control.get().scheduler)
            title=say("스케줄러", "Scheduler")
            line=Signal::derive(move || scheduler_line(stage))
            busy=Signal::derive(move || works(stage, |it| *it == Actor::Scheduler))
        />
    }
}

#[component]
fn Frame(stage: Stage, control: Memo<Control>) -> impl IntoView {
    let frame = move || control.get().frame;
    let host = Memo::new(move |_| {
        stage.picture.with(|it| {
            let mut nodes = it.frame.after.nodes().filter(|(_, node)| node.control_plane);
            nodes.next().map(|(object, _)| object.object.name.clone()).unwrap_or_default()
        })
    });
    view! {
        <g class="control-frame" aria-hidden="true">
            <rect
                class="control-box"
                x=move || frame().x
                y=move || frame().y
                width=move || frame().width
                height=move || frame().height
                rx="12"
            ></rect>
            <text class="box-title" x=move || frame().x + 16.0 y=move || frame().y + 22.0>
                <tspan>{say("컨트롤 플레인", "Control plane")}</tspan>
                <tspan class="box-host" dx="10">{host}</tspan>
            </text>
        </g>
    }
}

/// The connections that are always there: each component's watch.
#[component]
fn Wires(stage: Stage) -> impl IntoView {
    let wires = Memo::new(move |_| {
        stage.picture.with(|it| {
            let node = |name: &String| Actor::Kubelet { node: name.clone() };
            let nodes: Vec<_> = it.after.nodes.iter().map(|node| node.name.clone()).collect();
            let many = nodes.len() > WIRES_MAX;
            let nodes = nodes.iter().take(if many { 0 } else { WIRES_MAX });
            let fixed = [Actor::Controller { name: String::new() }, Actor::Scheduler];
            let all = fixed.into_iter().chain(nodes.map(node));
            all.map(|actor| from_api(&actor, &it.after).path()).collect::<Vec<_>>()
        })
    });
    view! {
        <g class="wires" aria-hidden="true">
            {move || {
                let wire = |path: String| view! { <path class="wire" d=path></path> };
                wires.get().into_iter().map(wire).collect_view()
            }}
        </g>
    }
}

/// One box of the control plane: its name, and what it does now.
#[component]
fn Seat(
    class: &'static str,
    #[prop(into)] rect: Signal<Rect>,
    #[prop(into)] title: Signal<&'static str>,
    #[prop(into)] line: Signal<String>,
    #[prop(into)] busy: Signal<bool>,
    /// The name of its program, which may be stopped.
    #[prop(optional)]
    program: &'static str,
    stage: Stage,
) -> impl IntoView {
    let stopped = Memo::new(move |_| {
        let landed = stage.landed.get();
        !program.is_empty() && stage.picture.with(|it| it.shown(landed).is_stopped(program))
    });
    let line = Signal::derive(move || {
        if stopped.get() {
            let word = stage.language.get().pick("멈춰 있음", "stopped");
            return word.to_owned();
        }
        line.get()
    });
    let middle = move || rect.get().center();
    let fits = move || {
        let room = ((rect.get().width - 14.0) / 6.4) as usize;
        shorten(&line.get(), room.max(8))
    };
    view! {
        <g
            class=class
            class:is-busy=move || busy.get() && !stopped.get()
            class:is-stopped=move || stopped.get()
            role="img"
            aria-label=move || format!("{}: {}", title.get(), line.get())
        >
            <rect
                class="seat-box"
                x=move || rect.get().x
                y=move || rect.get().y
                width=move || rect.get().width
                height=move || rect.get().height
                rx="9"
            ></rect>
            {move || stopped.get().then(|| {
                let Rect { x, y, width, .. } = rect.get();
                let place = format!("translate({:.1} {:.1})", x + width - 14.0, y + 14.0);
                view! {
                    <path
                        class="seat-stopped"
                        transform=place
                        d="M-5 -5L5 5M5 -5L-5 5"
                    ></path>
                }
            })}
            <text class="seat-name" x=move || middle().x y=move || middle().y - 4.0>
                {title}
            </text>
            <text class="seat-line" x=move || middle().x y=move || middle().y + 16.0>
                {fits}
            </text>
        </g>
    }
}

fn works(stage: Stage, is: impl Fn(&Actor) -> bool) -> bool {
    stage.picture.with(|it| active(it) && it.works_on(is).is_some())
}

fn speaks(stage: Stage, is: impl Fn(&Actor) -> bool) -> bool {
    stage.picture.with(|it| active(it) && it.frame.hops.iter().any(|hop| is(&hop.actor)))
}

/// At rest in the present nobody works: what is drawn then are memories only when time is held.
fn active(picture: &Picture) -> bool {
    picture.shows_hops()
}

fn api_works(picture: &Picture) -> bool {
    active(picture) && !picture.trails.is_empty()
}

fn writes(picture: &Picture) -> bool {
    active(picture) && picture.trails.iter().any(|trail| trail.kind == TrailKind::Write)
}

fn client_line(stage: Stage) -> String {
    stage.picture.with(|it| {
        let agent = it.frame.hops.iter().find_map(|hop| match &hop.actor {
            Actor::Client { agent } => Some(words::program(agent).to_owned()),
            _ => None,
        });
        agent.unwrap_or_else(|| "kubectl".to_owned())
    })
}

fn revision_line(stage: Stage) -> String {
    let landed = stage.landed.get();
    let revision = stage
        .picture
        .with(|it| if landed { it.frame.after.revision } else { it.frame.before.revision });
    format!("{} {revision}", stage.language.get().pick("리비전", "revision"))
}

/// What was stored last.
fn stored_line(stage: Stage) -> String {
    stage.picture.with(|it| {
        let stored = it.frame.hops.iter().rev().find_map(|hop| match &hop.what {
            protocol::What::Write { change, .. } => Some(match change {
                protocol::Change::Created { object } | protocol::Change::Updated { object } => {
                    object.object.name.clone()
                }
                protocol::Change::Deleted { object } => object.name.clone(),
            }),
            _ => None,
        });
        stored.filter(|_| active(it)).unwrap_or_else(|| {
            let count = it.frame.after.objects().count();
            stage.language.get().pick(format!("오브젝트 {count}개"), format!("{count} objects"))
        })
    })
}

fn idle(language: Language) -> String {
    language.pick("지켜보는 중", "watching").to_owned()
}

fn manager_line(stage: Stage) -> String {
    let language = stage.language.get();
    stage.picture.with(|it| {
        let working = it.works_on(|it| matches!(it, Actor::Controller { .. }));
        match working.filter(|_| active(it)) {
            Some((Actor::Controller { name }, object)) => {
                let name = name.trim_end_matches("-controller");
                format!("{name} · {}", object.name)
            }
            _ => idle(language),
        }
    })
}

fn scheduler_line(stage: Stage) -> String {
    let language = stage.language.get();
    stage.picture.with(|it| {
        match it.works_on(|it| *it == Actor::Scheduler).filter(|_| active(it)) {
            Some((_, object)) => language
                .pick(format!("{} 견주는 중", object.name), format!("places {}", object.name)),
            None => idle(language),
        }
    })
}
