//! A window over the page, by the browser's own `<dialog>`: focus stays in it, Escape closes it.

use leptos::{html, prelude::*};

use crate::{
    i18n::say,
    icons::{Icon, icon},
};

/// Shows `children` over the page while `open`.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<&'static str>,
    /// Unique on the page.
    id: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (open, Some(dialog)) = (open.get(), node.get()) else { return };
        match (open, dialog.open()) {
            (true, false) => dialog.show_modal().unwrap_or_default(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            node_ref=node
            class="dialog"
            aria-labelledby=format!("{id}-title")
            on:close=move |_| open.set(false)
            on:click=move |event| {
                // A click on the dialog itself, and not on what is in it, is one beside the window.
                if node.get().is_some_and(|dialog| event.target() == Some(dialog.into())) {
                    open.set(false);
                }
            }
        >
            <div class="dialog-inner">
                <div class="dialog-head">
                    <h2 id=format!("{id}-title")>{title}</h2>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=say("닫기", "Close")
                        on:click=move |_| open.set(false)
                    >
                        {icon(Icon::X)}
                    </button>
                </div>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
    .into_any()
}
