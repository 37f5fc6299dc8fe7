//! Study jams: opening a room, joining one, a learner's place in it, and what hosts see and do.

mod host;
mod join;
mod lobby;
mod open;

use leptos::prelude::*;

pub use host::HostRoom;
pub use join::JoinRoom;
pub use lobby::Lobby;
pub use open::OpenRoom;

use crate::{
    header::{Head, TopBar},
    i18n::say,
};

/// What all these pages have around them.
#[component]
fn Frame(
    title: Signal<&'static str>,
    about: Signal<&'static str>,
    children: Children,
) -> impl IntoView {
    let owned = |text: Signal<&'static str>| Signal::derive(move || text.get().to_owned());
    view! {
        <Head title=owned(title) description=owned(about)/>
        <leptos_meta::Meta name="robots" content="noindex"/>
        <TopBar trail=Signal::derive(move || vec![title.get().to_owned()])/>
        <main id="main" class="page room-page">
            <noscript inner_html=say("이 쪽은 스크립트가 있어야 움직인다.", "This page needs scripts.")></noscript>
            {children()}
        </main>
    }
    .into_any()
}

/// What a problem document says, in words for whoever asked.
fn refused(status: u16) -> Signal<&'static str> {
    match status {
        404 => say(
            "그런 방이 없다. 코드를 확인하자. 이미 닫혔을 수도 있다.",
            "There is no such room. Check the code; it may also be closed already.",
        ),
        429 => say(
            "자리가 없거나 코드를 너무 많이 틀렸다. 잠시 뒤에 다시 해 보자.",
            "It is full, or too many wrong codes came from here. Try again in a minute.",
        ),
        _ => say(
            "서버가 받아들이지 않았다. 적은 것을 확인하자.",
            "The server did not take it. Check what you wrote.",
        ),
    }
}

/// No answer came.
fn unreachable_words() -> Signal<&'static str> {
    say("서버가 답하지 않는다. 다시 해 보자.", "The server does not answer. Try again.")
}

/// The title of a lesson of a room (empty: the playground).
pub(super) fn title_of(course: &[protocol::LessonSummary], slug: &str, playground: &str) -> String {
    if slug.is_empty() {
        return playground.to_owned();
    }
    let found = course.iter().find(|lesson| lesson.slug == slug);
    found.map_or_else(|| slug.to_owned(), |lesson| format!("{}. {}", lesson.number, lesson.title))
}
