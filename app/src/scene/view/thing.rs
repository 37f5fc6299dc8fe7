//! The element of something that can be selected.

use leptos::prelude::*;
use protocol::ObjectRef;

use crate::scene::Stage;
use crate::scene::keys::element_id;

/// What the element of a thing says of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thing {
    pub object: ObjectRef,
    pub class: String,
    /// For those who hear the picture.
    pub label: String,
}

/// A thing that can be selected, with its drawing inside.
///
/// The element is made once, and only its attributes change: one that were drawn anew would lose
/// the focus.
#[component]
pub(super) fn ThingView(
    stage: Stage,
    #[prop(into)] thing: Signal<Option<Thing>>,
    children: Children,
) -> impl IntoView {
    let id = Memo::new(move |_| {
        thing.with(|thing| thing.as_ref().map(|it| element_id(&it.object)).unwrap_or_default())
    });
    let class = move || {
        thing.with(|thing| {
            thing.as_ref().map(|it| {
                let selected = if stage.selection.is(&it.object) { " is-selected" } else { "" };
                format!("{}{selected}", it.class)
            })
        })
    };
    let label = move || thing.with(|thing| thing.as_ref().map(|it| it.label.clone()));
    view! {
        <g
            id=move || id.get()
            class=class
            role="button"
            tabindex=move || id.with(|id| stage.tab_index(id))
            aria-label=label
            on:click=move |event| {
                event.stop_propagation();
                if let Some(thing) = thing.get_untracked() {
                    stage.choose(&thing.object);
                }
            }
        >
            {children()}
        </g>
    }
}
