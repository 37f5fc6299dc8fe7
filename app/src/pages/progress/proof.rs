//! A page that proves what was completed: the server replays the clusters' logs and keeps what it
//! saw.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend, browser,
    connect::Snippet,
    i18n::{say, use_language},
    learned,
    own::COMPLETION,
};

/// Id and key.
type Mine = (String, String);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stand {
    None,
    Busy,
    Made(Mine),
    /// None of the lessons is complete when it is replayed.
    Nothing,
    Failed,
}

#[component]
pub(super) fn Proof() -> impl IntoView {
    let stand = RwSignal::new(Stand::None);
    let (name, done) = (RwSignal::new(String::new()), RwSignal::new(0));
    Effect::new(move |_| {
        done.set(completed().len());
        if let Some(mine) = browser::recall_as::<Mine>(COMPLETION) {
            stand.set(Stand::Made(mine));
        }
    });
    let made = move || match stand.get() {
        Stand::Made(mine) => Some(view! { <Made mine stand/> }),
        _ => None,
    };
    let said = move || match stand.get() {
        Stand::Busy => say("로그를 다시 돌리는 중…", "Replaying the logs…").get(),
        Stand::Nothing => say(
            "로그를 다시 돌려 보니 끝낸 레슨이 없다.",
            "Replayed, none of the lessons is complete.",
        )
        .get(),
        Stand::Failed => say("서버가 답하지 않는다.", "The server does not answer.").get(),
        Stand::None | Stand::Made(_) => "",
    };
    view! {
        <section class="progress-part" aria-labelledby="proof-title">
            <h2 id="proof-title">{say("해냈다는 증명", "Proof of what you have done")}</h2>
            <p>
                {say(
                    "서버가 끝낸 레슨의 클러스터 로그를 처음부터 다시 돌려 보고, 정말 끝났으면 누구나 열 수 있는 쪽을 만든다. 이름은 적지 않아도 된다.",
                    "The server replays the logs of the clusters in which you have completed lessons, and makes a page of what it saw that anybody can open. You need not give a name.",
                )}
            </p>
            <Wish name done stand/>
            <div role="status"><p>{said}</p>{made}</div>
            <p class="soft small">
                {say(
                    "이 쪽에는 이름, 날짜, 레슨의 제목만 있다. 지울 때까지 남는다. 지우는 열쇠는 이 브라우저에만 있다.",
                    "That page has the name, the date and the lessons' titles, nothing else. It stays until you delete it; only this browser has the key for that.",
                )}
            </p>
        </section>
    }
    .into_any()
}

/// Asks for a proof, with a name or without.
#[component]
fn Wish(name: RwSignal<String>, done: RwSignal<usize>, stand: RwSignal<Stand>) -> impl IntoView {
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        stand.set(Stand::Busy);
        spawn_local(async move {
            let name = name.try_get_untracked().unwrap_or_default();
            let proved = backend::prove(name, completed()).await;
            stand.try_set(match proved {
                Ok(proved) => match proved.id {
                    Some(id) => {
                        let mine = (id, proved.key);
                        browser::keep_as(COMPLETION, &mine);
                        Stand::Made(mine)
                    }
                    None => Stand::Nothing,
                },
                Err(_) => Stand::Failed,
            });
        });
    };
    view! {
        <form class="proof-form" on:submit=make hidden=move || matches!(stand.get(), Stand::Made(_))>
            <label class="field">
                <span>{say("이름 (없어도 된다)", "Name (may be left out)")}</span>
                <input
                    type="text"
                    maxlength="60"
                    autocomplete="off"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            <button
                type="submit"
                class="button primary"
                disabled=move || done.get() == 0 || stand.get() == Stand::Busy
            >
                {say("증명 만들기", "Make the proof")}
            </button>
            <p class="soft small" hidden=move || { done.get() > 0 }>
                {say("레슨을 하나라도 끝내면 만들 수 있다.", "Complete a lesson first.")}
            </p>
        </form>
    }
    .into_any()
}

/// The sandboxes of the lessons that are done, by lesson.
fn completed() -> std::collections::BTreeMap<String, String> {
    let mut learned = learned::gather();
    let progress = learned.progress;
    learned.sandboxes.retain(|slug, _| progress.get(slug).is_some_and(|(_, all)| *all));
    learned.sandboxes
}

/// The way to the page, and the way to delete it.
#[component]
fn Made(mine: Mine, stand: RwSignal<Stand>) -> impl IntoView {
    let language = use_language();
    let path = {
        let id = mine.0.clone();
        move || format!("/{}/completed/{id}", language.get().code())
    };
    let link = {
        let path = path.clone();
        Signal::derive(move || format!("{}{}", browser::origin(), path()))
    };
    let delete = move |_| {
        let (id, key) = mine.clone();
        spawn_local(async move {
            if backend::withdraw(id, key).await.is_ok() {
                browser::forget(COMPLETION);
                stand.try_set(Stand::None);
            } else {
                stand.try_set(Stand::Failed);
            }
        });
    };
    view! {
        <Snippet text=link label=say("링크 복사", "Copy the link")/>
        <p class="starts">
            <a class="button primary" href=path>{say("열기", "Open it")}</a>
            <button type="button" class="button" on:click=delete>{say("지우기", "Delete it")}</button>
        </p>
    }
    .into_any()
}
