//! The goals of a step: met, or why not yet; and the word to a wrong answer that was recognised.

use leptos::prelude::*;
use protocol::{GoalState, GoalText};

use super::guide::Way;
use crate::{
    i18n::{say, use_language},
    icons::{Icon, icon},
};

/// The goals of one step. Their state is known where the learner is (`here`).
#[component]
pub(super) fn Goals(goals: Vec<GoalText>, here: Memo<bool>) -> impl IntoView {
    let way = expect_context::<Way>();
    let all_met = Memo::new(move |_| {
        let met = |goals: &[GoalState]| !goals.is_empty() && goals.iter().all(|goal| goal.met);
        here.get() && way.with_state(|state| state.is_some_and(|state| met(&state.goals)))
    });
    let rows = goals.into_iter().map(|goal| view! { <Goal goal here/> }.into_any()).collect_view();
    view! {
        <section class="goals" class:met=move || all_met.get()>
            <h3>{say("목표", "Goals")}</h3>
            <ul aria-live="polite">{rows}</ul>
            <Wrong here/>
        </section>
    }
    .into_any()
}

#[component]
fn Goal(goal: GoalText, here: Memo<bool>) -> impl IntoView {
    let way = expect_context::<Way>();
    let language = use_language();
    let GoalText { id, text } = goal;
    let state = Memo::new(move |_| {
        let found = |goals: &[GoalState]| goals.iter().find(|goal| goal.id == id).cloned();
        here.get().then(|| way.with_state(|state| state.and_then(|s| found(&s.goals)))).flatten()
    });
    let met = move || state.with(|state| state.as_ref().is_some_and(|state| state.met));
    let mark = move || icon(if met() { Icon::CIRCLE_CHECK } else { Icon::CIRCLE_DASHED });
    let word = move || {
        let language = language.get();
        if met() {
            language.pick("이룸: ", "Met: ")
        } else {
            language.pick("아직: ", "Not yet: ")
        }
    };
    let not_yet = move || {
        state.with(|state| state.as_ref().and_then(|state| state.not_yet.clone())).map(|why| {
            view! { <p class="not-yet">{why}</p> }
        })
    };
    view! {
        <li class:met=met>
            {mark}
            <div>
                <p>
                    <span class="visually-hidden" hidden=move || state.with(Option::is_none)>{word}</span>
                    {text}
                </p>
                {not_yet}
            </div>
        </li>
    }
    .into_any()
}

/// What there is to say to a wrong answer that was recognised by name.
#[component]
fn Wrong(here: Memo<bool>) -> impl IntoView {
    let way = expect_context::<Way>();
    let wrong = Memo::new(move |_| {
        here.get()
            .then(|| way.with_state(|state| state.and_then(|state| state.wrong.clone())))
            .flatten()
    });
    view! {
        <div role="status">
            {move || wrong.get().map(|wrong| view! {
                <div class="wrong">
                    {icon(Icon::LIGHTBULB)}
                    <div class="prose" inner_html=wrong.html></div>
                </div>
            })}
        </div>
    }
    .into_any()
}
