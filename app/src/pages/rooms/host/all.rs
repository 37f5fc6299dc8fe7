//! What is said and done to all at once, the hosts' own cluster, and predictions.

use leptos::prelude::*;
use protocol::{HostAct, Push, RoomDown};

use super::{faults::PushFault, texts::ByStep, use_view};
use crate::{
    i18n::{say, use_language},
    room::address,
};

/// Hints, holds, and what is put into every cluster.
#[component]
pub(super) fn Everybody() -> impl IntoView {
    let wire = use_view().wire;
    let language = use_language();
    let held = move || wire.room.with(|room| room.as_ref().is_some_and(|room| room.held));
    let done = move || match wire.answer.get() {
        Some(RoomDown::Pushed { done, failed, reason }) => {
            let words = language.get().pick("클러스터에 넣음 · 안 됨", "clusters changed · not");
            Some(format!("{done} {words} {failed} {}", reason.unwrap_or_default()))
        }
        _ => None,
    };
    let refused =
        move || wire.refused.get().map(|_| say("그렇게 할 수 없다.", "That cannot be done.").get());
    let manifest = RwSignal::new(String::new());
    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        wire.lead(HostAct::Push { what: Push::Manifest { text: manifest.get_untracked() } });
    };
    let hint = |text: String| HostAct::Hint { learner: None, text };
    view! {
        <section class="room-tool" aria-labelledby="room-all">
            <h2 id="room-all">{say("모두에게", "Everybody")}</h2>
            <Line label=say("모두에게 한마디", "A word to all") act=hint/>
            <p>
                <button type="button" class="button" aria-pressed=move || held().to_string() on:click=move |_| wire.lead(HostAct::Hold { held: !held() })>
                    {move || match held() {
                        true => say("다시 하게 하기", "Let them go on").get(),
                        false => say("모두 멈추기", "Hold everybody").get(),
                    }}
                </button>
            </p>
            {view! { <ByStep/> }.into_any()}
            {view! { <PushFault/> }.into_any()}
            <form class="room-line" on:submit=apply>
                <textarea class="text mono" rows="3" required aria-label=say("모두에게 적용할 YAML", "YAML to apply in all clusters")
                    placeholder=say("모두에게 적용할 YAML", "YAML to apply in all clusters")
                    on:input=move |event| manifest.set(event_target_value(&event))></textarea>
                <button type="submit" class="button small">{say("모두에게 적용", "Apply to all")}</button>
            </form>
            <p role="status" class="small">{done} {refused}</p>
        </section>
    }
    .into_any()
}

/// A line of text, and what is done with it.
#[component]
fn Line(
    label: Signal<&'static str>,
    act: impl Fn(String) -> HostAct + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let wire = use_view().wire;
    let text = RwSignal::new(String::new());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        wire.lead(act(text.get_untracked()));
        text.set(String::new());
    };
    view! {
        <form class="room-line" on:submit=send>
            <input class="text" required maxlength="2000" aria-label=label placeholder=label
                prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))/>
            <button type="submit" class="button small">{say("보내기", "Send")}</button>
        </form>
    }
    .into_any()
}

/// The hosts' own cluster, which can be shown to all.
#[component]
pub(super) fn Clusters() -> impl IntoView {
    let wire = use_view().wire;
    let language = use_language();
    let shown =
        move || wire.room.with(|room| room.as_ref().is_some_and(|room| room.shown.is_some()));
    let first = move || {
        wire.room.with_untracked(|room| {
            room.as_ref().and_then(|room| room.lessons.first().cloned()).unwrap_or_default()
        })
    };
    let own = move || wire.lead.with(|lead| lead.sandboxes.clone());
    let links = move || {
        own().into_iter().map(|(lesson, sandbox)| {
        let href = address(language.get(), &lesson, &sandbox);
        view! {
            <a class="button small primary" href=href target="_blank" rel="noopener external">
                {say("내 클러스터 열기", "Open my cluster")} " " {lesson}
            </a>
        }
    }).collect_view()
    };
    view! {
        <section class="room-tool" aria-labelledby="room-own">
            <h2 id="room-own">{say("내 클러스터", "My own cluster")}</h2>
            <p class="room-actions">
                <button type="button" class="button small" hidden=move || !own().is_empty() on:click=move |_| wire.lead(HostAct::Enter { lesson: first() })>
                    {say("내 클러스터 만들기", "Make my cluster")}
                </button>
                {links}
                <button
                    type="button" class="button small"
                    aria-pressed=move || shown().to_string()
                    disabled=move || own().is_empty()
                    on:click=move |_| wire.lead(HostAct::Show { shown: !shown() })
                >
                    {move || match shown() {
                        true => say("그만 보여 주기", "Stop showing it").get(),
                        false => say("모두에게 보여 주기", "Show it to all").get(),
                    }}
                </button>
            </p>
        </section>
    }
    .into_any()
}

/// A prediction: asked, counted, revealed while the shown cluster runs.
#[component]
pub(super) fn Ask() -> impl IntoView {
    let wire = use_view().wire;
    let text = RwSignal::new(String::new());
    let choices = RwSignal::new(String::new());
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let choices = choices.get_untracked();
        let choices = choices.lines().map(str::trim).filter(|line| !line.is_empty());
        let choices = choices.map(str::to_owned).collect();
        wire.lead(HostAct::Ask { question: text.get_untracked(), choices });
    };
    let question =
        move || wire.room.with(|room| room.as_ref().and_then(|room| room.question.clone()));
    let asked = move || {
        question().map(|question| {
        let rows = question.choices.into_iter().enumerate().map(|(n, choice)| {
            let count = question.revealed.as_ref().map(|(counts, right)| {
                let mark = if *right == Some(n) { "✓ " } else { "" };
                format!("{mark}{}", counts.get(n).copied().unwrap_or_default())
            });
            view! {
                <li>
                    {choice} " " <strong>{count}</strong> " "
                    <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::Reveal { right: Some(n) })>
                        {say("이것이 답", "This is it")}
                    </button>
                </li>
            }
        });
        view! {
            <p><strong>{question.question}</strong> " · " {say("답한 사람", "answered")} " " {question.answered}</p>
            <ol>{rows.collect_view()}</ol>
            <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::Withdraw)>{say("거두기", "Take it away")}</button>
        }
    })
    };
    view! {
        <section class="room-tool" aria-labelledby="room-ask">
            <h2 id="room-ask">{say("예측 묻기", "Ask for a prediction")}</h2>
            {asked}
            <form class="room-form" on:submit=ask>
                <input class="text" required maxlength="400" aria-label=say("질문", "Question") placeholder=say("질문", "Question")
                    on:input=move |event| text.set(event_target_value(&event))/>
                <textarea class="text" rows="3" required aria-label=say("답, 한 줄에 하나", "Answers, one a line") placeholder=say("답, 한 줄에 하나", "Answers, one a line")
                    on:input=move |event| choices.set(event_target_value(&event))></textarea>
                <button type="submit" class="button small">{say("묻기", "Ask")}</button>
            </form>
            <p class="soft small">{say("답을 밝히면, 보여 주고 있는 내 클러스터의 시계가 돌기 시작한다.", "Revealing the answer lets the clock of your shown cluster run.")}</p>
        </section>
    }
    .into_any()
}
