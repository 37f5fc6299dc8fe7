//! A lesson: its text beside the cluster it is about.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::NotFound;
use crate::{
    backend,
    header::{Head, TopBar},
    i18n::use_language,
};

/// `/{lang}/lessons/{slug}`
#[component]
pub fn LessonPage() -> impl IntoView {
    let language = use_language();
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|p| p.get("slug").unwrap_or_default()));
    let lesson = Resource::new(
        move || (slug.get(), language.get()),
        |(slug, language)| backend::lesson(slug, language),
    );
    view! {
        <Transition>
            {move || lesson.get().map(|lesson| match lesson {
                Ok(Some(lesson)) => view! {
                    <Head title=lesson.summary.title.clone() description=lesson.summary.summary/>
                    <TopBar/>
                    <main id="main"><h1>{lesson.summary.title}</h1></main>
                }.into_any(),
                _ => view! { <NotFound/> }.into_any(),
            })}
        </Transition>
    }
}
