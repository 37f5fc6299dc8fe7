//! What the containers of a Pod wrote, as `kubectl logs` prints it, and what they wrote before their
//! last restart.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use protocol::{Act, ObjectRef, Reply};

use crate::{
    i18n::{say, use_language},
    session::use_session,
    terminal::refusal,
};

/// Logs grow without the object changing: they are read again so often.
const AGAIN: Duration = Duration::from_millis(1_500);

#[component]
pub(super) fn Logs(object: StoredValue<ObjectRef>, containers: Vec<String>) -> impl IntoView {
    let session = use_session();
    let language = use_language();
    let container = RwSignal::new(containers.first().cloned().unwrap_or_default());
    let previous = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let ask = move || {
        let act = Act::Logs {
            pod: object.get_value(),
            container: container.get_untracked(),
            previous: previous.get_untracked(),
        };
        spawn_local(async move {
            let said = match session.send(act).await {
                Reply::Logs { text } => text,
                Reply::Refused { reason } => {
                    refusal(&reason, language.try_get_untracked().unwrap_or_default())
                }
                _ => return,
            };
            if text.try_with_untracked(|text| *text != said) == Some(true) {
                text.try_set(said);
            }
        });
    };
    Effect::new(move |_| {
        container.track();
        previous.track();
        ask();
    });
    let timer = set_interval_with_handle(ask, AGAIN).ok();
    on_cleanup(move || {
        if let Some(timer) = timer {
            timer.clear();
        }
    });
    let options =
        containers.into_iter().map(|name| view! { <option>{name}</option> }).collect_view();
    view! {
        <div class="fault-form">
            <select
                class="select small mono"
                aria-label=say("컨테이너", "Container")
                on:change=move |event| container.set(event_target_value(&event))
            >
                {options}
            </select>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || previous.get()
                    on:change=move |event| previous.set(event_target_checked(&event))
                />
                <span>{say("다시 시작하기 전의 것 (--previous)", "Before the last restart (--previous)")}</span>
            </label>
        </div>
        // It scrolls, so the keyboard must be able to reach it.
        <pre class="logs" tabindex="0" aria-label=say("로그", "Logs")>{move || text.get()}</pre>
        <p class="empty" hidden=move || text.with(|text| !text.is_empty())>
            {say("아직 아무것도 쓰지 않았다.", "Nothing was written yet.")}
        </p>
    }
    .into_any()
}
