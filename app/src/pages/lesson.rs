//! A lesson: its text beside the cluster it is about.

mod goals;
mod guide;
mod help;
mod pool;
mod prediction;
mod steps;

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_params_map;
use protocol::LessonText;

use super::{NotFound, course::part_name};
use crate::{backend, bench::Bench, header::Head, i18n::use_language, session::Place};
use guide::Guide;
use pool::Pool;

/// `/{lang}/lessons/{slug}`
#[component]
pub fn LessonPage() -> impl IntoView {
    let language = use_language();
    let params = use_params_map();
    // On the way to another page there is no slug any more: the lesson stays what it was.
    let slug = Memo::new(move |before: Option<&String>| {
        let slug = params.with(|params| params.get("slug"));
        slug.or_else(|| before.cloned()).unwrap_or_default()
    });
    let edition = Edition(RwSignal::new(0));
    provide_context(edition);
    let lesson = Resource::new(
        move || (slug.get(), language.get(), edition.0.get()),
        |(slug, language, _)| backend::lesson(slug, language),
    );
    view! {
        <Transition>
            <Found lesson/>
        </Transition>
    }
    .into_any()
}

/// Which edition of the lesson is shown: its text is fetched again when its author changes it.
#[derive(Clone, Copy, Debug)]
struct Edition(RwSignal<u64>);

/// The lesson, once its text is there. In another language it is the same lesson: only its words
/// change, and the cluster beside it goes on.
#[component]
fn Found(lesson: Resource<Result<Option<LessonText>, ServerFnError>>) -> impl IntoView {
    let text = Memo::new(move |_| lesson.get().and_then(Result::ok).flatten());
    let missing = Memo::new(move |_| matches!(lesson.get(), Some(Ok(None) | Err(_))));
    // Each lesson has a number of its own, so that the next one is drawn anew and shares no element
    // with the one before.
    let shown = Memo::new(move |before: Option<&(String, u32)>| {
        let slug = text.with(|text| text.as_ref().map(|text| text.summary.slug.clone()));
        match (slug, before) {
            (Some(slug), Some((shown, count))) if slug != *shown => (slug, count + 1),
            (Some(slug), None) => (slug, 1),
            (_, before) => before.cloned().unwrap_or_default(),
        }
    });
    let draw = move || {
        let (slug, count) = shown.get();
        let lesson = (count > 0).then(|| {
            let text = Signal::derive(move || text.get().unwrap_or_else(nothing));
            match text.with_untracked(|text| text.cases.is_empty()) {
                true => view! { <Lesson slug text/> }.into_any(),
                false => view! { <Pool text/> }.into_any(),
            }
        });
        if count % 2 == 0 { Either::Left(lesson) } else { Either::Right(lesson) }
    };
    view! {
        {draw}
        <Show when=move || missing.get()>
            <NotFound/>
        </Show>
    }
    .into_any()
}

#[component]
fn Lesson(slug: String, text: Signal<LessonText>) -> impl IntoView {
    let language = use_language();
    let trail = Signal::derive(move || {
        text.with(|text| {
            let part = part_name(&text.summary.part, language.get());
            vec![part, format!("{}. {}", text.summary.number, text.summary.title)]
        })
    });
    let files = text.with_untracked(|text| text.files.clone());
    let steps = text.with_untracked(|text| text.steps.len());
    view! {
        <Head
            title=Signal::derive(move || text.with(|text| text.summary.title.clone()))
            description=Signal::derive(move || text.with(|text| text.summary.summary.clone()))
            embeddable=true
        />
        <Bench place=Place::Lesson { slug } files steps trail guide=Box::new(move || {
            view! { <Guide text/> }.into_any()
        })/>
    }
    .into_any()
}

/// What a lesson says while it is being left.
fn nothing() -> LessonText {
    LessonText {
        summary: protocol::LessonSummary {
            slug: String::new(),
            number: 0,
            part: String::new(),
            title: String::new(),
            summary: String::new(),
            minutes: 0,
            steps: 0,
        },
        intro_html: String::new(),
        steps: Vec::new(),
        debrief_html: String::new(),
        files: Vec::new(),
        cases: Vec::new(),
        previous: None,
        next: None,
    }
}
