//! An object through time: every write of it, which fields that changed, and the way to the moment.

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, FieldChange, ObjectChange, ObjectRef, Reply};

use crate::{
    i18n::{say, use_language},
    player::Player,
    session::use_session,
    why, words,
};

#[component]
pub(super) fn History(
    object: StoredValue<ObjectRef>,
    /// Changes whenever the object does.
    revision: Signal<Option<u64>>,
) -> impl IntoView {
    let session = use_session();
    let writes = RwSignal::new(Vec::<ObjectChange>::new());
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody has read follows nothing.
        revision.get();
        let act = Act::History { object: object.get_value() };
        spawn_local(async move {
            if let Reply::History { changes } = session.send(act).await {
                writes.try_set(changes);
            }
        });
    });
    view! {
        <p class="empty" hidden=move || writes.with(|writes| !writes.is_empty())>
            {say("이 오브젝트의 기록이 남아 있지 않다.", "Nothing is recorded of this object.")}
        </p>
        <ol class="object-history">
            <For each=move || writes.get() key=|write| write.moment.position let:write>
                <Write write/>
            </For>
        </ol>
    }
    .into_any()
}

#[component]
fn Write(write: ObjectChange) -> impl IntoView {
    let player = expect_context::<Player>();
    let session = use_session();
    let language = use_language();
    let ObjectChange { moment, changes } = write;
    let (position, at_ms) = (moment.position, moment.at_ms);
    let sentence = move || words::sentence(&moment, language.get());
    view! {
        <li>
            <p>
                <button
                    type="button"
                    class="why-go mono"
                    title=say("그 순간으로", "To that moment")
                    on:click=move |_| why::go(player, Some(session), position, at_ms)
                >
                    <time>{words::clock_time(at_ms)}</time>
                </button>
                <span>{sentence}</span>
            </p>
            <ul class="field-changes mono">
                {changes.into_iter().map(|change| view! { <Field change/> }).collect_view()}
            </ul>
        </li>
    }
    .into_any()
}

#[component]
fn Field(change: FieldChange) -> impl IntoView {
    let FieldChange { path, before, after } = change;
    let before = before.map(|before| view! { <del>{before}</del> });
    // `spec.replicas 3 → 4`, for eyes and ears alike.
    let after = after.map(|after| view! { "→ "<ins>{after}</ins> });
    view! { <li><span class="soft">{path}</span>" "{before}" "{after}</li> }.into_any()
}
