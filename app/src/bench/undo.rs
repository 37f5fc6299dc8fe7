//! Undo: the acts of people, each with a button that opens the cluster as it was just before it. The
//! cluster of now stays at its own address, so that the browser's way back is the redo.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use protocol::{Act, Moment, Refusal, Reply};

use crate::{
    dialog::Dialog,
    i18n::{say, use_language},
    icons::{Icon, icon},
    session::use_session,
    terminal::refusal,
    words,
};

/// The button and its list.
#[component]
pub(super) fn Undo() -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    view! {
        <button
            type="button"
            class="button small"
            disabled=move || session.sandbox().with(Option::is_none)
            on:click=move |_| open.set(true)
        >
            {icon(Icon::UNDO_2)}
            {say("되돌리기", "Undo")}
        </button>
        <Dialog open title=say("한 일 되돌리기", "Undo what was done") id="undo">
            <Acts open/>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Acts(open: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let acts = RwSignal::new(None::<Vec<Moment>>);
    let trouble = RwSignal::new(None::<Refusal>);
    Effect::new(move |_| {
        spawn_local(async move {
            match session.send(Act::Acts).await {
                Reply::Acts { acts: found } => drop(acts.try_set(Some(found))),
                Reply::Refused { reason } => drop(trouble.try_set(Some(reason))),
                _ => {}
            }
        });
    });
    let none = move || acts.with(|acts| acts.as_ref().is_some_and(Vec::is_empty));
    view! {
        <p class="soft">
            {say(
                "고른 일과 그 뒤의 모든 일이 없던 때로 돌아간다. 지금 클러스터는 제 주소에 그대로 남아, 브라우저의 뒤로 가기로 돌아올 수 있다.",
                "The cluster goes back to before the act that you choose, and all after it. The present one stays at its address: the browser's Back button leads there.",
            )}
        </p>
        <p class="bad" role="status">
            {move || trouble.get().map(|reason| refusal(&reason, language.get()))}
        </p>
        <p class="empty" hidden=move || !none()>
            {say("아직 한 일이 없다.", "Nothing was done yet.")}
        </p>
        <ol class="acts">
            <For
                each=move || acts.get().unwrap_or_default()
                key=|moment| moment.position
                let:moment
            >
                <Row moment open trouble/>
            </For>
        </ol>
    }
    .into_any()
}

#[component]
fn Row(moment: Moment, open: RwSignal<bool>, trouble: RwSignal<Option<Refusal>>) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let navigate = use_navigate();
    let location = use_location();
    let position = moment.position;
    let time = words::clock_time(moment.at_ms / 1000 * 1000);
    let sentence = Signal::derive(move || words::sentence(&moment, language.get()));
    let label = move || format!("{}: {}", language.get().pick("되돌리기", "Undo"), sentence.get());
    let undo = move |_| {
        let (navigate, path) = (navigate.clone(), location.pathname.get_untracked());
        spawn_local(async move {
            match session.send(Act::Undo { position }).await {
                Reply::Forked { id, .. } => {
                    open.try_set(false);
                    let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
                    navigate(&format!("{path}?sandbox={id}"), options);
                }
                Reply::Refused { reason } => drop(trouble.try_set(Some(reason))),
                _ => {}
            }
        });
    };
    view! {
        <li>
            <span class="mono soft">{time}</span>
            <span class="act-words">{sentence}</span>
            <button type="button" class="button small" aria-label=label on:click=undo>
                {icon(Icon::UNDO_2)}
                {say("되돌리기", "Undo")}
            </button>
        </li>
    }
    .into_any()
}
