//! The reference: its table of contents, and its pages.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use protocol::{PageLink, ReferenceText};

use super::NotFound;
use crate::{
    backend, glossary,
    header::{Head, TopBar},
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    live::Prose,
    search::SearchForm,
};

/// The sections, in Korean and in English.
const SECTIONS: [(&str, &str, &str); 3] = [
    ("kinds", "오브젝트의 종류", "Kinds of objects"),
    ("status", "상태를 나타내는 말", "Status words"),
    ("commands", "kubectl 명령", "kubectl commands"),
];

fn section_name(section: &str, language: Language) -> &'static str {
    let found = SECTIONS.iter().find(|(name, ..)| *name == section);
    found.map_or("", |(_, korean, english)| language.pick(korean, english))
}

/// `/{lang}/reference`
#[component]
pub fn Reference() -> impl IntoView {
    let language = use_language();
    let pages = Resource::new(move || language.get(), backend::reference);
    let title = say("찾아보기", "Reference");
    let about = say(
        "오브젝트의 종류, 상태를 나타내는 말, kubectl 명령마다 한 쪽씩, 눌러서 볼 수 있는 예와 함께.",
        "A page for each kind of object, each status word, each kubectl command, with an example to play.",
    );
    let owned = |text: Signal<&'static str>| Signal::derive(move || text.get().to_owned());
    let sections = move || {
        let pages = pages.get().and_then(Result::ok)?;
        let section = move |(name, ..): (&'static str, &str, &str)| {
            let pages: Vec<_> = pages.iter().filter(|page| page.section == name).cloned().collect();
            view! { <Section name pages/> }
        };
        Some(SECTIONS.map(section).collect_view())
    };
    view! {
        <Head title=owned(title) description=owned(about)/>
        <TopBar trail=Signal::derive(move || vec![title.get().to_owned()])/>
        <main id="main" class="page reference">
            <h1>{title}</h1>
            <p class="soft">{about}</p>
            <SearchForm/>
            <Transition>{sections}</Transition>
        </main>
    }
    .into_any()
}

#[component]
fn Section(name: &'static str, pages: Vec<PageLink>) -> impl IntoView {
    let language = use_language();
    let rows = pages.into_iter().map(|page| {
        let (title, summary) = (page.title.clone(), page.summary.clone());
        view! {
            <li>
                <a href=move || glossary::path(&page, language.get())>
                    <strong>{title}</strong>
                    <span class="soft">{summary}</span>
                </a>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="reference-section" aria-labelledby=format!("section-{name}")>
            <h2 id=format!("section-{name}")>{move || section_name(name, language.get())}</h2>
            <ul class="rows">{rows}</ul>
        </section>
    }
}

/// `/{lang}/reference/{section}/{slug}`
#[component]
pub fn ReferencePage() -> impl IntoView {
    let language = use_language();
    let params = use_params_map();
    // On the way to another page there is no slug any more: the page stays what it was.
    let place = Memo::new(move |before: Option<&(String, String)>| {
        let named = params.with(|params| Some((params.get("section")?, params.get("slug")?)));
        named.or_else(|| before.cloned()).unwrap_or_default()
    });
    let text = Resource::new(
        move || (place.get(), language.get()),
        |((section, slug), language)| backend::page(section, slug, language),
    );
    let found = move || {
        text.get().map(|text| match text.ok().flatten() {
            Some(text) => view! { <Page text/> }.into_any(),
            None => view! { <NotFound/> }.into_any(),
        })
    };
    view! { <Transition>{found}</Transition> }.into_any()
}

#[component]
fn Page(text: ReferenceText) -> impl IntoView {
    let language = use_language();
    let ReferenceText { link, html, see, lessons } = text;
    let PageLink { section, title, summary, .. } = link;
    let trail = {
        let title = title.clone();
        Signal::derive(move || {
            vec![language.get().pick("찾아보기", "Reference").to_owned(), title.clone()]
        })
    };
    let head = (Signal::stored(title.clone()), Signal::stored(summary.clone()));
    let alone = (see.is_empty(), lessons.is_empty());
    let see = see.into_iter().map(|page| {
        let title = page.title.clone();
        view! { <li><a href=move || glossary::path(&page, language.get())>{title}</a></li> }
    });
    let lessons = lessons.into_iter().map(|lesson| {
        let href = move || format!("/{}/lessons/{}", language.get().code(), lesson.slug);
        view! { <li><a href=href>{format!("{}. {}", lesson.number, lesson.title)}</a></li> }
    });
    let (see, lessons) = (see.collect_view(), lessons.collect_view());
    view! {
        <Head title=head.0 description=head.1/>
        <TopBar trail/>
        <main id="main" class="page reference-page">
            <p class="soft small">
                <a href=move || format!("/{}/reference", language.get().code())>
                    {icon(Icon::CHEVRON_LEFT)}
                    {move || section_name(&section, language.get())}
                </a>
            </p>
            <h1>{title}</h1>
            <p class="lead">{summary}</p>
            {view! { <Prose html/> }.into_any()}
            <div class="reference-more">
                <section hidden=alone.0>
                    <h2>{say("함께 보기", "See also")}</h2>
                    <ul>{see}</ul>
                </section>
                <section hidden=alone.1>
                    <h2>{say("여기서 해 본다", "Do it in")}</h2>
                    <ul>{lessons}</ul>
                </section>
            </div>
        </main>
    }
    .into_any()
}
