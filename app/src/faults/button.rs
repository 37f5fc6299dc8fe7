//! Buttons that put a fault in, or mend one.

use leptos::prelude::*;
use protocol::{Act, Fault};

use crate::{
    i18n::use_language,
    icons::{Icon, icon},
    session::use_session,
};

/// What a button says, in both languages, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Face {
    pub(super) icon: Icon,
    pub(super) korean: &'static str,
    pub(super) english: &'static str,
    /// Whether it breaks something, and does not mend it.
    pub(super) breaks: bool,
}

pub(super) const STOP: Face =
    Face { icon: Icon::SQUARE, korean: "멈추기", english: "Stop", breaks: true };
pub(super) const START: Face =
    Face { icon: Icon::PLAY, korean: "시작하기", english: "Start", breaks: false };

/// A button whose fault, and face, may change under the finger without the button being made anew.
#[component]
pub(super) fn FaultButton(
    #[prop(into)] face: Signal<Face>,
    /// What it is about: a node, a container.
    about: String,
    fault: impl Fn() -> Fault + Send + Sync + 'static,
) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let text = move || {
        let face = face.get();
        language.get().pick(face.korean, face.english)
    };
    view! {
        <button
            type="button"
            class=move || if face.get().breaks { "button small danger" } else { "button small" }
            aria-label=move || format!("{}: {about}", text())
            on:click=move |_| session.tell(Act::Fault { fault: fault() })
        >
            {move || icon(face.get().icon)}
            {text}
        </button>
    }
    .into_any()
}
