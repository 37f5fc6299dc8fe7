//! The choice of a lens.

use leptos::prelude::*;

use crate::i18n::{say, use_language};
use crate::scene::Lens;

/// One of five; the layout stays the same.
#[component]
pub fn LensBar(lens: RwSignal<Lens>) -> impl IntoView {
    let language = use_language();
    let button = move |it: Lens| {
        view! {
            <button
                type="button"
                class="scene-lens"
                aria-pressed=move || (lens.get() == it).to_string()
                on:click=move |_| lens.set(it)
            >
                {move || it.name(language.get())}
            </button>
        }
    };
    view! {
        <div class="scene-lenses" role="group" aria-label=say("보기", "View")>
            {Lens::ALL.map(button).collect_view()}
        </div>
    }
}
