//! Sharing an experiment: a link under which others see this cluster as it is at the playhead, with a
//! note; what was done in it as commands and as YAML; and the bar above a cluster that was shared.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use protocol::{Act, Refusal, Reply};

use crate::{
    browser,
    connect::Snippet,
    dialog::Dialog,
    i18n::{say, use_language},
    icons::{Icon, icon},
    player::Player,
    room::is_look,
    session::use_session,
    terminal::refusal,
    words,
};

/// How the name of a cluster begins that somebody has shared.
const SHARED: &str = "shared-";
/// Letters of a note.
const NOTE_MAX: usize = 1_000;

/// Whether a page sees what somebody has shared by this name.
pub(crate) fn is_shared(sandbox: &str) -> bool {
    sandbox.starts_with(SHARED)
}

/// The button and its dialog.
#[component]
pub(crate) fn ShareButton() -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    let none = move || session.sandbox().with(|id| id.as_deref().is_none_or(is_look));
    view! {
        <button type="button" class="button small" disabled=none on:click=move |_| open.set(true)>
            {icon(Icon::SHARE_2)}
            {say("공유", "Share")}
        </button>
        <Dialog open title=say("실험 공유하기", "Share this experiment") id="share-experiment">
            <Ways/>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Ways() -> impl IntoView {
    let session = use_session();
    let trouble = RwSignal::new(None::<Refusal>);
    let language = use_language();
    let own = move || session.sandbox().with(|id| !id.as_deref().is_some_and(is_shared));
    view! {
        <div hidden=move || !own()>{view! { <MakeLink trouble/> }.into_any()}</div>
        {view! { <Copies trouble/> }.into_any()}
        <p class="bad" role="status">
            {move || trouble.get().map(|reason| refusal(&reason, language.get()))}
        </p>
    }
    .into_any()
}

/// A note, and the link that carries it.
#[component]
fn MakeLink(trouble: RwSignal<Option<Refusal>>) -> impl IntoView {
    let session = use_session();
    let player = expect_context::<Player>();
    let location = use_location();
    let note = RwSignal::new(String::new());
    let link = RwSignal::new(None::<String>);
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let at_ms = player.face_untracked().time_ms;
        let note = note.get_untracked();
        let path = location.pathname.get_untracked();
        trouble.set(None);
        spawn_local(async move {
            match session.send(Act::Share { at_ms, note }).await {
                Reply::Shared { id } => {
                    drop(link.try_set(Some(format!("{}{path}?sandbox={id}", browser::origin()))));
                }
                Reply::Refused { reason } => drop(trouble.try_set(Some(reason))),
                _ => {}
            }
        });
    };
    let time = move || words::clock_time(player.face().time_ms / 1_000 * 1_000);
    let address = Signal::derive(move || link.get().unwrap_or_default());
    view! {
        <p>
            {say(
                "링크를 여는 사람은 지금 보이는 시각의 클러스터와 그때까지의 기록을 본다. 보기만 할 수 있고, 갈라 나와야 바꿀 수 있다. 내 클러스터는 아무도 건드리지 못한다.",
                "Who opens the link sees the cluster at the time that is shown now, and its past. They can only look; to change anything they fork it. Nobody touches your cluster.",
            )}
        </p>
        <form class="share-form" on:submit=make>
            <label class="field">
                <span>{say("함께 보일 말이나 질문 (없어도 된다)", "A question or a word to go with it (optional)")}</span>
                <textarea
                    class="text"
                    rows="3"
                    maxlength=NOTE_MAX
                    on:input=move |event| note.set(event_target_value(&event))
                ></textarea>
            </label>
            <button type="submit" class="button primary">
                {icon(Icon::SHARE_2)}
                {say("링크 만들기", "Make a link")}
                " · "
                {time}
            </button>
        </form>
        <div role="status" class="share-made" hidden=move || link.with(Option::is_none)>
            <Snippet text=address label=say("링크 복사", "Copy the link")/>
            <p class="soft small">
                {say(
                    "링크를 아는 사람은 누구나 볼 수 있다. 내 자료 쪽에서 이 클러스터를 지우면 링크도 사라진다.",
                    "Whoever has the link can look. It goes when you delete this cluster on the page of your data.",
                )}
            </p>
        </div>
    }
    .into_any()
}

/// The same experiment in other forms, ready to copy.
#[component]
fn Copies(trouble: RwSignal<Option<Refusal>>) -> impl IntoView {
    let session = use_session();
    let shown = RwSignal::new(None::<(bool, String)>);
    let fetch = move |act: Act| {
        trouble.set(None);
        spawn_local(async move {
            let shows = match session.send(act).await {
                Reply::Commands { text } => Some((true, text)),
                Reply::Exported { yaml } => Some((false, yaml)),
                Reply::Refused { reason } => {
                    drop(trouble.try_set(Some(reason)));
                    None
                }
                _ => None,
            };
            shown.try_set(shows);
        });
    };
    let text = Signal::derive(move || shown.get().map(|(_, text)| text).unwrap_or_default());
    let is_empty = move || shown.with(|it| it.as_ref().is_some_and(|(_, text)| text.is_empty()));
    let pressed = move |commands: bool| {
        move || shown.with(|it| it.as_ref().is_some_and(|(it, _)| *it == commands)).to_string()
    };
    view! {
        <h3>{say("다른 클러스터에서 다시 하기", "The same in another cluster")}</h3>
        <p class="share-copies">
            <button type="button" class="button small" aria-pressed=pressed(true) on:click=move |_| fetch(Act::Commands)>
                {icon(Icon::TERMINAL)}
                {say("kubectl 명령으로", "As kubectl commands")}
            </button>
            <button type="button" class="button small" aria-pressed=pressed(false) on:click=move |_| fetch(Act::Export)>
                {icon(Icon::CODE)}
                {say("YAML로", "As YAML")}
            </button>
        </p>
        <p class="empty" hidden=move || !is_empty()>
            {say("아직 만든 것이 없다.", "Nothing was made yet.")}
        </p>
        <div class="share-text" hidden=move || shown.with(Option::is_none) || is_empty()>
            <Snippet text label=say("복사", "Copy")/>
        </div>
    }
    .into_any()
}

/// What stands above a cluster that was shared: its note, and the way to one's own copy. Nothing above
/// others.
#[component]
pub(crate) fn SharedBar() -> impl IntoView {
    let session = use_session();
    let shared = session.shared();
    let note = move || shared.get().map(|shared| shared.note).unwrap_or_default();
    let other_engine = move || shared.with(|it| it.as_ref().is_some_and(|it| !it.same_engine));
    let tried = session.refused_as_shared();
    view! {
        <Show when=move || shared.with(Option::is_some)>
            <section class="shared-bar" aria-label=say("공유된 실험", "A shared experiment")>
                <p class="shared-note" hidden=move || note().is_empty()>{note}</p>
                <div class="shared-row">
                    <p role="status" class:bad=move || tried.get()>
                        {move || match tried.get() {
                            false => say(
                                "누가 공유한 실험이다. 되감고 살펴볼 수 있지만 바뀌지는 않는다.",
                                "A shared experiment: rewind it and look around; it stays as it is.",
                            ),
                            true => say(
                                "공유된 것은 바꿀 수 없다. 이어서 하려면 먼저 갈라 나온다.",
                                "What is shared cannot be changed. Fork it to go on.",
                            ),
                        }.get()}
                    </p>
                    <Fork/>
                </div>
                <p class="soft small" hidden=move || !other_engine()>
                    {say(
                        "이 실험은 다른 판의 모델에서 만들어졌다. 만든 사람이 본 것과 다를 수 있다.",
                        "It was made with another version of the model: it may differ from what its maker saw.",
                    )}
                </p>
            </section>
        </Show>
    }
    .into_any()
}

/// Makes the viewer's own cluster of what is shown, and opens it in place of this one.
#[component]
fn Fork() -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let player = expect_context::<Player>();
    let navigate = use_navigate();
    let location = use_location();
    let trouble = RwSignal::new(None::<Refusal>);
    let fork = move |_| {
        let (navigate, path) = (navigate.clone(), location.pathname.get_untracked());
        let at_ms = player.face_untracked().time_ms;
        spawn_local(async move {
            match session.send(Act::Fork { at_ms }).await {
                Reply::Forked { id, .. } => {
                    let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
                    navigate(&format!("{path}?sandbox={id}"), options);
                }
                Reply::Refused { reason } => drop(trouble.try_set(Some(reason))),
                _ => {}
            }
        });
    };
    view! {
        <button type="button" class="button small primary" on:click=fork>
            {icon(Icon::PLAY)}
            {say("갈라 나와 이어서 하기", "Fork to go on")}
        </button>
        <span class="bad" role="alert">
            {move || trouble.get().map(|reason| refusal(&reason, language.get()))}
        </span>
    }
    .into_any()
}
