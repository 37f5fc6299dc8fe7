//! One step: its text, what it asks to predict, and its goals.

use leptos::prelude::*;
use protocol::StepText;

use super::{goals::Goals, guide::Way, prediction::Prediction};
use crate::{glossary::LookUp, i18n::say, live::Prose};

#[component]
pub(super) fn Step(number: usize, step: StepText) -> impl IntoView {
    let way = expect_context::<Way>();
    let StepText { id, title, html, prediction, goals, pages, .. } = step;
    let count = way.text.with_untracked(|text| text.steps.len());
    let here = {
        let id = id.clone();
        Memo::new(move |_| way.current() == id)
    };
    let prediction =
        prediction.map(|asked| view! { <Prediction step=id.clone() asked here/> }.into_any());
    view! {
        <section class="step" hidden=move || way.live.get() && !here.get()>
            <p class="step-number">
                <span class="visually-hidden">{say("단계", "Step")} " "</span>
                {format!("{} / {count}", number + 1)}
            </p>
            <h2 id=format!("step-{id}") tabindex="-1">{title}</h2>
            {view! { <Prose html/> }.into_any()}
            {view! { <LookUp pages/> }.into_any()}
            {prediction}
            {view! { <Goals goals here/> }.into_any()}
        </section>
    }
    .into_any()
}
