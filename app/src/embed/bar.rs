//! The one line that an embedded page has in place of the site's bar.

use leptos::prelude::*;

use crate::{
    i18n::{say, use_language},
    icons::{Icon, icon},
    session::Place,
};

/// What this is, what else the page puts here (`children`), and the way to the whole site, in a tab
/// of its own.
#[component]
pub fn EmbedBar(
    place: Place,
    #[prop(into)] trail: Signal<Vec<String>>,
    children: Children,
) -> impl IntoView {
    let language = use_language();
    let page = match place {
        Place::Playground => "play".to_owned(),
        Place::Lesson { slug } => format!("lessons/{slug}"),
    };
    view! {
        <header class="embed-bar" aria-label="Wheelhouse">
            <p class="embed-title">{move || trail.get().pop()}</p>
            <div class="top-actions">
                {children()}
                <a
                    class="button small"
                    href=move || format!("/{}/{page}", language.get().code())
                    target="_blank"
                    rel="noopener external"
                >
                    {icon(Icon::WHEEL)}
                    "Wheelhouse"
                    <span class="visually-hidden">
                        " " {say("새 탭에서 열기", "opens in a new tab")}
                    </span>
                </a>
            </div>
        </header>
    }
    .into_any()
}
