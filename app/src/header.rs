//! The bar at the top of each page, and what the page's head says about it.

use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};
use leptos_router::hooks::use_location;

use crate::{
    browser,
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    search::SearchButton,
    shortcuts::ShortcutsButton,
    theme::ThemeSwitch,
};

/// Tells search engines and browsers the page's addresses in both languages.
#[component]
pub fn Alternates() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let origin = origin();
    Language::ALL
        .into_iter()
        .map(|language| {
            let href = format!("{origin}{}", language.path_of(&path));
            view! { <Link rel="alternate" hreflang=language.code() href/> }
        })
        .collect_view()
}

/// Where the page is served, as the one who asked for it sees it: search engines want addresses in
/// full.
#[cfg(feature = "ssr")]
fn origin() -> String {
    let Some(parts) = use_context::<http::request::Parts>() else { return String::new() };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = header("x-forwarded-proto").unwrap_or("http");
    header("host").map(|host| format!("{scheme}://{host}")).unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn origin() -> String {
    browser::origin()
}

#[cfg(feature = "ssr")]
fn settled(text: String) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    move || text.clone()
}

/// Title and description of a page, for search engines and for those who show links to it.
#[cfg_attr(
    not(feature = "ssr"),
    expect(clippy::clone_on_copy, reason = "on the server they are texts, not closures")
)]
#[component]
pub fn Head(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] description: Signal<String>,
    /// Sites may show the page itself in place of a link to it.
    #[prop(optional)]
    embeddable: bool,
) -> impl IntoView {
    let text = move || match title.get() {
        title if title.is_empty() => "Wheelhouse".to_owned(),
        title => format!("{title} · Wheelhouse"),
    };
    let about = move || description.get();
    // The server writes the head after the page, whose signals may be gone by then.
    #[cfg(feature = "ssr")]
    let (text, about) = (settled(untrack(text)), settled(untrack(about)));
    let picture = embeddable.then(|| picture(&use_location().pathname.get_untracked()));
    let picture = format!("{}{}", origin(), picture.flatten().unwrap_or(SOCIAL.to_owned()));
    view! {
        <Title text=text.clone()/>
        <Meta name="description" content=about.clone()/>
        <Meta property="og:type" content="website"/>
        <Meta property="og:site_name" content="Wheelhouse"/>
        <Meta property="og:title" content=text.clone()/>
        <Meta property="og:description" content=about/>
        <Meta property="og:image" content=picture/>
        <Meta name="twitter:card" content="summary_large_image"/>
        {embeddable.then(|| {
            let here = format!("{}{}", origin(), use_location().pathname.get_untracked());
            let href = format!("/oembed?url={here}&format=json");
            view! {
                <Meta property="og:url" content=here/>
                <Link rel="alternate" type_="application/json+oembed" href title=untrack(text)/>
            }
        })}
    }
    .into_any()
}

/// What stands for pages that have no cluster of their own.
const SOCIAL: &str = "/social.png";

/// The picture of the cluster of a page: of a lesson's, or of the playground's.
fn picture(path: &str) -> Option<String> {
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let name = match steps[..] {
        ["embed", name] | [_, "lessons", name] => name,
        [_, "play"] => "play",
        _ => return None,
    };
    Some(format!("/pictures/{name}.png"))
}

/// The bar: where one is, what can be done here (`children`), and the page's own settings.
#[component]
pub fn TopBar(
    /// What stands beside the name: part and title of a lesson, or "Playground".
    #[prop(optional, into)]
    trail: Signal<Vec<String>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let language = use_language();
    let skip = say("본문으로 건너뛰기", "Skip to the content");
    let crumbs =
        move || trail.get().into_iter().map(|part| view! { <li>{part}</li> }).collect_view();
    view! {
        <a class="skip" href="#main">{skip}</a>
        <header class="top-bar">
            <a class="brand" aria-label="Wheelhouse" href=move || format!("/{}", language.get().code())>
                {icon(Icon::WHEEL)}
                <span>"Wheelhouse"</span>
            </a>
            <ol class="trail" hidden=move || trail.with(Vec::is_empty) aria-label=say("지금 있는 곳", "Where you are")>{crumbs}</ol>
            <div class="top-actions">
                {children.map(|children| children())}
                <SearchButton/>
                <LanguageSwitch/>
                <ThemeSwitch/>
                <ShortcutsButton/>
            </div>
        </header>
    }
    .into_any()
}

/// A link to the same page in the other language. Path, query and all that is on the page stay.
#[component]
fn LanguageSwitch() -> impl IntoView {
    let language = use_language();
    let location = use_location();
    let href = move || {
        let path = language.get().other().path_of(&location.pathname.get());
        match location.search.get() {
            search if search.is_empty() => path,
            search => format!("{path}?{}", search.trim_start_matches('?')),
        }
    };
    view! {
        <a
            class="language"
            href=href
            hreflang=move || language.get().other().code()
            lang=move || language.get().other().code()
            on:click=move |_| browser::keep("language", language.get_untracked().other().code())
            data-noscroll="true"
        >
            {move || language.get().other().name()}
        </a>
    }
    .into_any()
}
