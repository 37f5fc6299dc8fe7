//! "What do you expect?", asked before anything runs. The first choice counts.

use leptos::prelude::*;
use protocol::{Act, PredictionText};

use super::guide::Way;
use crate::{
    i18n::say,
    icons::{Icon, icon},
};

/// What was chosen, whether it is right, and what there is to say.
type Made = (String, bool, String);

#[component]
pub(super) fn Prediction(step: String, asked: PredictionText, here: Memo<bool>) -> impl IntoView {
    let way = expect_context::<Way>();
    let made = Memo::new(move |_| {
        let told = || way.with_state(|state| state.and_then(|state| state.prediction.clone()));
        here.get().then(told).flatten()
    });
    let choose = move |choice: String| {
        way.session.tell(Act::Predict { step: step.clone(), choice });
    };
    let choices = asked
        .choices
        .into_iter()
        .map(|(id, text)| view! { <Choice id text made choose=choose.clone()/> }.into_any())
        .collect_view();
    view! {
        <fieldset class="prediction">
            <legend>{say("먼저 예상하기", "Predict first")}</legend>
            <p class="question">{asked.question}</p>
            <div class="choices">{choices}</div>
            <div role="status">{move || made.get().map(explanation)}</div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Choice<F>(id: String, text: String, made: Memo<Option<Made>>, choose: F) -> impl IntoView
where
    F: Fn(String) + Send + Sync + 'static,
{
    let way = expect_context::<Way>();
    let (is, was) = (id.clone(), id.clone());
    let chosen =
        Memo::new(move |_| made.with(|made| made.as_ref().is_some_and(|made| made.0 == is)));
    let class = move || {
        let right = made.with(|made| made.as_ref().is_some_and(|made| made.0 == was && made.1));
        match (chosen.get(), right) {
            (true, true) => "choice right",
            (true, false) => "choice not-right",
            (false, _) => "choice",
        }
    };
    view! {
        <button
            type="button"
            class=class
            aria-pressed=move || chosen.get().to_string()
            disabled=move || !way.live.get() || made.with(Option::is_some)
            on:click=move |_| choose(id.clone())
        >
            {text}
        </button>
    }
    .into_any()
}

fn explanation((_, correct, html): Made) -> impl IntoView {
    let word = if correct { say("맞다.", "Right.") } else { say("그렇지 않다.", "Not so.") };
    let mark = if correct { Icon::CIRCLE_CHECK } else { Icon::LIGHTBULB };
    view! {
        <div class=if correct { "explanation right" } else { "explanation" }>
            {icon(mark)}
            <div>
                <strong class="visually-hidden">{word}</strong>
                <div class="prose" inner_html=html></div>
            </div>
        </div>
    }
}
