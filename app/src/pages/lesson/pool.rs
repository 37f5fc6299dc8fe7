//! A pool: a lesson that draws one of its cases, each with a cluster of its own.

use leptos::prelude::*;
use protocol::{LessonSummary, LessonText};

use super::guide::Result;
use crate::{
    browser,
    header::{Head, TopBar},
    i18n::{say, use_language},
    icons::{Icon, icon},
};

/// What it is about, a draw, and how the cases went so far on this device.
#[component]
pub(super) fn Pool(text: Signal<LessonText>) -> impl IntoView {
    let language = use_language();
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let cases = move || text.with(|text| text.cases.clone());
    let drawn = Memo::new(move |_| draw(&cases(), live.get()));
    let href = move || format!("/{}/lessons/{}", language.get().code(), drawn.get());
    let rows = move || {
        let cases = cases().into_iter().enumerate();
        cases.map(|(n, case)| view! { <Case number=n + 1 case live/> }.into_any()).collect_view()
    };
    let title = move || text.with(|text| text.summary.title.clone());
    view! {
        <Head
            title=Signal::derive(title)
            description=Signal::derive(move || text.with(|text| text.summary.summary.clone()))
        />
        <TopBar trail=Signal::derive(move || vec![title()])/>
        <main id="main" class="page pool">
            <h1>{title}</h1>
            <div class="prose" inner_html=move || text.with(|text| text.intro_html.clone())></div>
            <p class="starts">
                <a class="button primary large" href=href>
                    {say("클러스터 하나 뽑기", "Draw a cluster")}
                    {icon(Icon::ARROW_RIGHT)}
                </a>
            </p>
            <ol class="rows">{rows}</ol>
            <div class="prose" inner_html=move || text.with(|text| text.debrief_html.clone())></div>
        </main>
    }
    .into_any()
}

#[component]
fn Case(number: usize, case: LessonSummary, live: RwSignal<bool>) -> impl IntoView {
    let language = use_language();
    let LessonSummary { slug, title, .. } = case;
    let href = {
        let slug = slug.clone();
        move || format!("/{}/lessons/{slug}", language.get().code())
    };
    let marks = move || {
        let result = live.get().then(|| result(&slug)).flatten()?;
        let good = result.iter().filter(|(_, _, good)| *good).count();
        Some(view! {
            <span class="done">{icon(Icon::CIRCLE_CHECK)} {format!("{good} / {}", result.len())}</span>
        })
    };
    view! {
        <li>
            <a class="lesson-link" href=href>
                <span class="lesson-number">{number}</span>
                <span class="lesson-text"><strong>{title}</strong></span>
                <span class="lesson-effort">{marks}</span>
                {icon(Icon::CHEVRON_RIGHT)}
            </a>
        </li>
    }
}

/// How a case ended, if it did, on this device.
fn result(slug: &str) -> Option<Result> {
    browser::recall_as(&format!("scores.{slug}"))
}

/// A case that was not done yet, by chance; of all, where all are done. The first, while nothing is
/// known of this device.
fn draw(cases: &[LessonSummary], live: bool) -> String {
    let open: Vec<&LessonSummary> =
        cases.iter().filter(|case| !live || result(&case.slug).is_none()).collect();
    let open = if open.is_empty() { cases.iter().collect() } else { open };
    let chance = if live { browser::random_id().bytes().map(usize::from).sum() } else { 0 };
    let drawn: Option<&&LessonSummary> = open.get(chance % open.len().max(1));
    drawn.map(|case| case.slug.clone()).unwrap_or_default()
}
