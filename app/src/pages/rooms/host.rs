//! What hosts see and do: where every learner is, who needs help, and what is done to all at once.

mod all;
mod faults;
mod map;
mod one;
mod texts;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use protocol::{Closing, ExportFormat, HostAct, RoomDown};

use self::{
    all::{Ask, Clusters, Everybody},
    map::Map,
    one::{Hands, One},
    texts::Texts,
};
use super::Frame;
use crate::{
    browser,
    connect::Snippet,
    i18n::{say, use_language},
    pages::progress::Code,
    room::Wire,
};

/// What this page shows.
#[derive(Clone, Copy, Debug)]
struct View {
    wire: Wire,
    /// The learner who is looked at closely.
    chosen: RwSignal<Option<u32>>,
    /// For a projector: large, and without names.
    projector: RwSignal<bool>,
    /// The hosts' link.
    link: RwSignal<String>,
    /// The lesson of the map.
    lesson: Memo<String>,
    picked: RwSignal<Option<String>>,
    texts: Texts,
}

/// `/{lang}/rooms/{id}`, and after `#` the hosts' secret.
#[component]
pub fn HostRoom() -> impl IntoView {
    let wire = Wire::new();
    let (projector, link) = (RwSignal::new(false), RwSignal::new(String::new()));
    let language = use_language();
    let (chosen, picked, texts) = (RwSignal::new(None), RwSignal::new(None), Texts::new());
    let lesson = Memo::new(move |_| picked.get().unwrap_or_else(|| first_lesson(wire)));
    Effect::new(move |_| texts.want(&lesson.get(), language.get()));
    let view = View { wire, chosen, projector, link, lesson, picked, texts };
    provide_context(view);
    let room = use_params_map().with_untracked(|it| it.get("id")).unwrap_or_default();
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            let (code, secret) = (language.get_untracked().code(), browser::fragment());
            link.set(format!("{}/{code}/rooms/{room}#{secret}", browser::origin()));
            wire.connect(&room, &secret);
        }
    });
    keep_exports(wire);
    let title = say("스터디 잼 진행", "Leading a study jam");
    view! {
        <Frame title about=title>
            <div class="room-host" class:projector=move || view.projector.get()>
                <Show when=move || wire.closed.with(Option::is_none) fallback=Over>
                    <Show when=move || wire.room.with(Option::is_some) fallback=Connecting>
                        <Known/>
                    </Show>
                </Show>
            </div>
        </Frame>
    }
    .into_any()
}

/// The first lesson of the room; empty for the playground.
fn first_lesson(wire: Wire) -> String {
    let first = |room: &protocol::RoomView| room.lessons.first().cloned();
    wire.room.with(|room| room.as_ref().and_then(first)).unwrap_or_default()
}

/// Before the room has said anything: also what the server renders, which knows no secret.
#[component]
fn Connecting() -> impl IntoView {
    view! { <p role="status">{say("방에 잇는 중이다.", "Connecting to the room.")}</p> }
}

/// All that hosts see and do.
#[component]
fn Known() -> impl IntoView {
    let view = use_view();
    view! {
        {view! { <Top/> }.into_any()}
        {view! { <Map/> }.into_any()}
        <div class="room-tools" hidden=move || view.projector.get()>
            {view! { <Hands/> }.into_any()}
            {view! { <One/> }.into_any()}
            {view! { <Clusters/> }.into_any()}
            {view! { <Everybody/> }.into_any()}
            {view! { <Ask/> }.into_any()}
            {view! { <Ending/> }.into_any()}
        </div>
    }
    .into_any()
}

fn use_view() -> View {
    expect_context::<View>()
}

/// The room is closed, or the link is wrong.
#[component]
fn Over() -> impl IntoView {
    let view = use_view();
    let words = move || {
        match view.wire.closed.get() {
            Some(Closing::Removed) => say(
                "이 링크는 어떤 방의 진행자 링크도 아니다.",
                "This is no host's link of any room.",
            ),
            _ => say(
                "방이 닫혔다. 방에 있던 것은 지워졌다.",
                "The room is closed, and what was in it is deleted.",
            ),
        }
        .get()
    };
    view! {
        <h1>{say("스터디 잼", "Study jam")}</h1>
        <p role="status">{words}</p>
    }
    .into_any()
}

/// The room's name, and how to join it.
#[component]
fn Top() -> impl IntoView {
    let view = use_view();
    let wire = view.wire;
    let room = move || wire.room.get().unwrap_or_default();
    let link = Signal::derive(move || wire.lead.with(|lead| lead.link.clone()));
    let code = move || {
        let code = room().code;
        match code.split_at_checked(4) {
            Some((first, last)) => format!("{first}-{last}"),
            None => code,
        }
    };
    let language = use_language();
    let present = move || wire.learners.with(|all| all.values().filter(|it| it.present).count());
    let minutes = move || (room().closes_s - wire.now_s()).max(0) / 60;
    view! {
        <div class="room-top">
            <div>
                <h1>{move || room().name}</h1>
                <p class="room-code mono">{code}</p>
                <p>
                    {move || {
                        let (present, hosts, minutes) = (present(), room().hosts, minutes());
                        language.get().pick(
                            format!("배우는 사람 {present} · 진행자 {hosts} · 닫힐 때까지 {minutes}분"),
                            format!("Learners {present} · Hosts {hosts} · Minutes left {minutes}"),
                        )
                    }}
                </p>
                <p hidden=move || wire.open.get() class="bad" role="status">
                    {say("연결이 끊겨 다시 잇는 중이다.", "The connection is lost; connecting again.")}
                </p>
                <p>
                    <button
                        type="button" class="button"
                        aria-pressed=move || view.projector.get().to_string()
                        on:click=move |_| view.projector.update(|it| *it = !*it)
                    >
                        {say("프로젝터 화면 (이름 없이 크게)", "Projector view (large, no names)")}
                    </button>
                </p>
            </div>
            <div class="room-join">
                {move || wire.lead.with(|lead| (lead.code.size > 0).then(|| view! { <Code code=lead.code.clone()/> }))}
                <Snippet text=link label=say("참가 링크 복사", "Copy the link to join")/>
            </div>
        </div>
    }
    .into_any()
}

/// Offers a file when it has come.
fn keep_exports(wire: Wire) {
    Effect::new(move |_| {
        if let Some(RoomDown::Exported { name, text }) = wire.answer.get() {
            browser::download(&name, &text);
        }
    });
}

/// Exports, more time, the end.
#[component]
fn Ending() -> impl IntoView {
    let view = use_view();
    let wire = view.wire;
    let language = use_language();
    let lead = move |act: HostAct| wire.lead(act);
    let close = move |_| {
        let question = language.get_untracked().pick(
            "방을 닫을까? 남기기로 한 클러스터 말고는 모두 지워진다.",
            "Close the room? All but the clusters that learners keep is deleted.",
        );
        if window().confirm_with_message(question).unwrap_or(false) {
            wire.lead(HostAct::Close);
        }
    };
    view! {
        <section class="room-tool" aria-labelledby="room-ending">
            <h2 id="room-ending">{say("기록과 마침", "Records and the end")}</h2>
            <p class="room-actions">
                <button type="button" class="button small" on:click=move |_| lead(HostAct::Export { format: ExportFormat::Csv })>"CSV"</button>
                <button type="button" class="button small" on:click=move |_| lead(HostAct::Export { format: ExportFormat::Json })>"JSON"</button>
                <button type="button" class="button small" on:click=move |_| lead(HostAct::Extend { minutes: 60 })>
                    {say("한 시간 더", "An hour more")}
                </button>
                <button type="button" class="button small" on:click=close>{say("방 닫기", "Close the room")}</button>
            </p>
            <h3>{say("진행자 링크", "The hosts' link")}</h3>
            <Snippet text=view.link label=say("링크 복사", "Copy the link")/>
            <p class="soft small">
                {say("이 링크를 아는 사람이 진행자다. 함께 진행할 사람에게만 준다.", "Whoever knows it leads: give it only to who leads with you.")}
            </p>
        </section>
    }
    .into_any()
}
