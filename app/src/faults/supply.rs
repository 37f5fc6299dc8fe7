//! What everything hangs on: the registry that images come from, and the watches by which
//! components hear of changes.

use leptos::prelude::*;
use protocol::Act;

use super::button::{Face, FaultButton};
use crate::{
    i18n::{say, use_language},
    icons::{Icon, icon},
    player::{Late, Player, Registry, fault},
    session::use_session,
    words::span,
};

/// A slow registry takes so many times as long.
const SLOW_TIMES: i64 = 10;
/// Those whose watches are worth slowing.
const WATCHERS: [&str; 7] = [
    "default-scheduler",
    "deployment-controller",
    "replicaset-controller",
    "endpoint-slice-controller",
    "node-controller",
    "kubelet",
    "kube-proxy",
];
const DELAYS_MS: [i64; 4] = [1_000, 5_000, 20_000, 60_000];
const MEND: Face =
    Face { icon: Icon::ROTATE_CCW, korean: "되돌리기", english: "Mend", breaks: false };

/// Well, slow, or down.
#[component]
pub(super) fn RegistryState() -> impl IntoView {
    let player = expect_context::<Player>();
    let session = use_session();
    let now = Memo::new(move |_| player.cluster().broken.registry());
    let button = move |korean, english, state: Registry| {
        let set = move |_| {
            let fault = match state {
                Registry::Well => fault("registry-restore", &[], &[]),
                Registry::Slow(times) => fault("registry-slow", &[], &[("times", times)]),
                Registry::Down => fault("registry-down", &[], &[]),
            };
            session.tell(Act::Fault { fault });
        };
        view! {
            <button
                type="button"
                class="button small"
                aria-pressed=move || (now.get() == state).to_string()
                on:click=set
            >
                {say(korean, english)}
            </button>
        }
    };
    view! {
        <div class="choices" role="group" aria-label=say("이미지 레지스트리", "Image registry")>
            {button("멀쩡함", "Well", Registry::Well)}
            {button("열 배 느림", "Ten times slower", Registry::Slow(SLOW_TIMES))}
            {button("대답 없음", "Down", Registry::Down)}
        </div>
    }
    .into_any()
}

/// Which components hear late, and a way to slow one more.
#[component]
pub(super) fn Watches() -> impl IntoView {
    let player = expect_context::<Player>();
    let session = use_session();
    let language = use_language();
    let late = Memo::new(move |_| player.cluster().broken.late().collect::<Vec<_>>());
    let component = RwSignal::new(WATCHERS[0].to_owned());
    let delay_ms = RwSignal::new(DELAYS_MS[1]);
    let names = WATCHERS.map(|name| view! { <option value=name>{name}</option> });
    let delays = DELAYS_MS.map(|delay| {
        view! {
            <option value=delay.to_string() selected=delay == DELAYS_MS[1]>
                {move || span(delay, language.get())}
            </option>
        }
    });
    let slow = move |_| {
        let component = component.get_untracked();
        let delay = [("delay_ms", delay_ms.get_untracked())];
        let fault = fault("watch-delay", &[("component", &component)], &delay);
        session.tell(Act::Fault { fault });
    };
    view! {
        <ul class="fault-list">
            <For each=move || late.get() key=Clone::clone let:late>
                <LateRow late/>
            </For>
        </ul>
        <div class="fault-form">
            <select
                class="select small mono"
                aria-label=say("구성 요소", "Component")
                on:change=move |event| component.set(event_target_value(&event))
            >
                {names.collect_view()}
            </select>
            <select
                class="select small"
                aria-label=say("늦는 시간", "Delay")
                on:change=move |event| {
                    delay_ms.set(event_target_value(&event).parse().unwrap_or(DELAYS_MS[1]));
                }
            >
                {delays.collect_view()}
            </select>
            <button type="button" class="button small danger" on:click=slow>
                {icon(Icon::CLOUD_OFF)}
                {say("늦게 듣게 하기", "Make it hear late")}
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn LateRow(late: Late) -> impl IntoView {
    let language = use_language();
    let Late { component, node, delay_ms } = late;
    let about = component.clone();
    let mend = {
        let (component, node) = (component.clone(), node.clone());
        move || match node.as_str() {
            "" => fault("watch-delay", &[("component", &component)], &[("delay_ms", 0)]),
            node => {
                let of = [("component", component.as_str()), ("node", node)];
                fault("watch-delay", &of, &[("delay_ms", 0)])
            }
        }
    };
    view! {
        <li>
            <span class="fault-name mono">{component}</span>
            <span class="soft mono">{node}</span>
            <span class="bad">{move || span(delay_ms, language.get())}</span>
            <span class="fault-acts"><FaultButton face=MEND about fault=mend/></span>
        </li>
    }
    .into_any()
}
