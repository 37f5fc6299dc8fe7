//! A learner's place in a room: their own link, whether they are let in, and the room's lessons.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_navigate, use_params_map};
use protocol::LearnerDeed;

use super::{Frame, title_of};
use crate::{
    backend, browser,
    connect::Snippet,
    i18n::{say, use_language},
    room::{Seat, Wire, address, keep_seat, seat, sit, stand_up},
};

/// `/{lang}/rooms/{id}/me`, and after `#` the learner's secret.
#[component]
pub fn Lobby() -> impl IntoView {
    let wire = Wire::new();
    keep_seat(wire);
    let room = use_params_map().with_untracked(|it| it.get("id")).unwrap_or_default();
    let link = RwSignal::new(String::new());
    let language = use_language();
    Effect::new(move |before: Option<()>| {
        if before.is_some() {
            return;
        }
        let opened = browser::fragment();
        let known = seat().filter(|seat| seat.room == room);
        let secret = if opened.is_empty() { known.map(|it| it.secret) } else { Some(opened) };
        let Some(secret) = secret else { return wire.closed.set(Some(protocol::Closing::Removed)) };
        sit(&Seat { room: room.clone(), secret: secret.clone(), ..Seat::default() });
        let code = language.get_untracked().code();
        link.set(format!("{}/{code}/rooms/{room}/me#{secret}", browser::origin()));
        wire.connect(&room, &secret);
    });
    let title = say("스터디 잼", "Study jam");
    view! {
        <Frame title about=title>
            <h1>{move || wire.room.with(|room| room.as_ref().map(|room| room.name.clone()))}</h1>
            <p class="lead" role="status">{move || standing(wire)}</p>
            {view! { <Lessons wire/> }.into_any()}
            <section hidden=move || wire.closed.with(Option::is_some)>
                <h2>{say("내 링크", "My own link")}</h2>
                <p>{say("연결이 끊기거나 다른 기기에서 이어 하려면 이 링크를 연다. 나만 알고 있자.", "Open it to come back, or to go on from another device. Keep it to yourself.")}</p>
                <Snippet text=link label=say("링크 복사", "Copy the link")/>
                <p>
                    <button type="button" class="button" on:click=move |_| { wire.learn(LearnerDeed::Leave); stand_up(); }>
                        {say("방에서 나가기 (내 것을 모두 지운다)", "Leave the room (deletes what is mine)")}
                    </button>
                </p>
            </section>
        </Frame>
    }
    .into_any()
}

fn standing(wire: Wire) -> &'static str {
    if wire.closed.with(Option::is_some) {
        return say(
            "방이 닫혔거나, 이 링크로는 들어갈 수 없다.",
            "The room is closed, or this link does not lead into it.",
        )
        .get();
    }
    match wire.you.with(|you| you.as_ref().map(|you| you.admitted)) {
        None => say("방에 연결하고 있다…", "Connecting to the room…"),
        Some(false) => {
            say("진행자가 받아 줄 때까지 기다린다.", "Waiting for a host to let you in.")
        }
        Some(true) => say("들어왔다. 할 것을 고르자.", "You are in. Choose what to do."),
    }
    .get()
}

/// The room's lessons; going to one makes its cluster.
#[component]
fn Lessons(wire: Wire) -> impl IntoView {
    let language = use_language();
    let course = Resource::new(move || language.get(), backend::course);
    let going = RwSignal::new(None::<String>);
    let navigate = use_navigate();
    Effect::new(move |_| {
        let (Some(lesson), Some(you)) = (going.get(), wire.you.get()) else { return };
        if you.at.as_ref() == Some(&lesson)
            && let Some(sandbox) = you.sandboxes.get(&lesson)
        {
            let path = address(language.get_untracked(), &lesson, sandbox);
            let navigate = navigate.clone();
            spawn_local(async move { navigate(&path, Default::default()) });
        }
    });
    let go = move |lesson: String| {
        wire.learn(LearnerDeed::Enter { lesson: lesson.clone() });
        going.set(Some(lesson));
    };
    let admitted = move || wire.you.with(|you| you.as_ref().is_some_and(|you| you.admitted));
    let lessons = move || {
        let room = wire.room.get()?;
        let course = course.get().and_then(Result::ok).unwrap_or_default();
        let playground = say("놀이터", "Playground").get();
        let row = |slug: String| {
            let title = title_of(&course, &slug, playground);
            view! {
                <li>
                    <button type="button" class="button primary" disabled=move || going.with(Option::is_some) on:click=move |_| go(slug.clone())>
                        {title}
                    </button>
                </li>
            }
        };
        Some(room.lessons.into_iter().map(row).collect_view())
    };
    view! {
        <Transition>
            <ul class="room-doors" hidden=move || !admitted()>{lessons}</ul>
        </Transition>
    }
    .into_any()
}
