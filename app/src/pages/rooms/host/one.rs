//! One learner: looking into their cluster, a word to them alone; and the queue of hands.

use leptos::prelude::*;
use protocol::{HostAct, LearnerRow, RoomDown};

use super::{View, map::words, use_view};
use crate::{
    i18n::{Language, say, use_language},
    room::{address, trouble},
};

/// Who waits, in the order in which hands went up.
#[component]
pub(super) fn Hands() -> impl IntoView {
    let view = use_view();
    let wire = view.wire;
    let row = move |row: LearnerRow| {
        let number = row.number;
        view! {
            <li>
                <button type="button" class="link" on:click=move |_| view.chosen.set(Some(number))>{row.name}</button>
                " "
                <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::LowerHand { learner: number })>
                    {say("해결", "Done")}
                </button>
            </li>
        }
    };
    let rows = move || {
        let mut up: Vec<LearnerRow> = wire
            .learners
            .with(|all| all.values().filter(|it| it.hand_s.is_some()).cloned().collect());
        up.sort_by_key(|row| (row.hand_s, row.number));
        up.into_iter().map(row).collect_view()
    };
    let waiting = move |row: LearnerRow| {
        let number = row.number;
        view! {
            <li>
                {row.name} " "
                <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::Admit { learner: number })>{say("받기", "Let in")}</button>
            </li>
        }
    };
    let outside = move || {
        let outside: Vec<LearnerRow> =
            wire.learners.with(|all| all.values().filter(|it| !it.admitted).cloned().collect());
        outside.into_iter().map(waiting).collect_view()
    };
    view! {
        <section class="room-tool" aria-labelledby="room-hands">
            <h2 id="room-hands">{say("손 든 순서", "Hands")}</h2>
            <ol>{rows}</ol>
            <ul>{outside}</ul>
        </section>
    }
    .into_any()
}

/// Where a learner is: the step, what was tried, the goal that is next, and what holds them up.
fn standing(view: View, row: &LearnerRow, language: Language) -> String {
    let stuck = trouble(row, view.wire.now_s()).map(|it| words(it, language));
    let lesson = row.lesson.clone().unwrap_or_default();
    let step = view.texts.step(&lesson, &row.step, language);
    let goal = row.goal.as_ref().and_then(|goal| {
        step.as_ref()?.goals.iter().find(|known| known.id == *goal).map(|it| &it.text)
    });
    let goal = goal.map(|goal| format!("{}: {goal}", language.pick("다음 목표", "next goal")));
    let count = row.attempts;
    let tried = language.pick(format!("명령 {count}번"), format!("commands: {count}"));
    let step = step.map(|step| step.title);
    let stuck = stuck.filter(|stuck| !stuck.is_empty());
    let said = [step, Some(tried), goal, stuck];
    said.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The learner who was chosen in the map.
#[component]
pub(super) fn One() -> impl IntoView {
    let view = use_view();
    let wire = view.wire;
    let language = use_language();
    let hint = RwSignal::new(String::new());
    let row = Memo::new(move |_| {
        let chosen = view.chosen.get()?;
        wire.learners.with(|all| all.get(&chosen).cloned())
    });
    Effect::new(move |_| {
        let lesson = row.with(|row| row.as_ref().and_then(|row| row.lesson.clone()));
        view.texts.want(&lesson.unwrap_or_default(), language.get());
    });
    let number = move || view.chosen.get_untracked().unwrap_or_default();
    let look = move || match wire.answer.get() {
        Some(RoomDown::Looking { learner, lesson, look }) if Some(learner) == view.chosen.get() => {
            Some(address(language.get(), &lesson, &look))
        }
        _ => None,
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        wire.lead(HostAct::Hint { learner: Some(number()), text: hint.get_untracked() });
        hint.set(String::new());
    };
    let about = move || row.get().map(|row| standing(view, &row, language.get()));
    view! {
        <section class="room-tool" aria-labelledby="room-one">
            <h2 id="room-one">{move || row.get().map_or_else(|| say("한 사람", "One learner").get().to_owned(), |row| row.name)}</h2>
            <p class="soft" hidden=move || row.with(Option::is_some)>{say("위 표에서 이름을 고르자.", "Choose a name in the table above.")}</p>
            <div hidden=move || row.with(Option::is_none)>
                <p class="soft small">{about}</p>
                <p class="room-actions">
                    <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::Look { learner: number() })>
                        {say("클러스터 들여다보기", "Look into their cluster")}
                    </button>
                    {move || look().map(|href| view! {
                        <a class="button small primary" href=href target="_blank" rel="noopener external">
                            {say("새 탭에서 열기 (본인에게 알린다)", "Open in a tab (they are told)")}
                        </a>
                    })}
                    <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::AskToAct { learner: number() })>
                        {move || match row.get().is_some_and(|row| row.consent) {
                            true => say("다뤄도 된다고 했다", "They let you act").get(),
                            false => say("다뤄도 되는지 묻기", "Ask to act in it").get(),
                        }}
                    </button>
                    <button type="button" class="button small" on:click=move |_| wire.lead(HostAct::Remove { learner: number() })>
                        {say("내보내기", "Remove")}
                    </button>
                </p>
                <form class="room-line" on:submit=send>
                    <input class="text" required maxlength="2000" aria-label=say("이 사람에게 한마디", "A word to this learner")
                        prop:value=move || hint.get() on:input=move |event| hint.set(event_target_value(&event))/>
                    <button type="submit" class="button small">{say("보내기", "Send")}</button>
                </form>
            </div>
        </section>
    }
    .into_any()
}
