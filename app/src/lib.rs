//! The page: Leptos, server-rendered, then hydrated. It knows `protocol` and nothing else of ours.

// The types of views are as deep as the views.
#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "what `#[component]` generates is `pub` in any module")]

pub mod backend;
pub mod bench;
pub mod browser;
pub mod i18n;
pub mod learned;
pub mod player;
pub mod scene;
pub mod session;
mod share;
mod socket;
pub mod timeline;
pub mod why;
mod whynot;
pub mod words;

pub mod connect;
pub mod dialog;
pub mod editor;
pub mod embed;
pub mod events;
pub mod examples;
pub mod faults;
pub mod glossary;
pub mod header;
pub mod icons;
pub mod inspector;
pub mod live;
mod own;
pub mod pages;
pub mod room;
pub mod search;
pub mod shortcuts;
pub mod tabs;
pub mod terminal;
pub mod theme;

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, Link, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route, Router, Routes},
    hooks::use_params_map,
    path,
};

use i18n::Language;
use pages::{
    Completed, Data, Home, HostRoom, JoinRoom, LessonPage, Lobby, NotFound, OpenRoom, Play,
    Progress, Reference, ReferencePage, Review,
};

/// The document around the page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="dark light"/>
                // Before anything is painted, so that the page never flashes in the wrong theme.
                <script src="/theme.js"></script>
                <link rel="stylesheet" href="/vendor/pretendard/pretendard.css"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options=options.clone()/>
                <HashedStylesheet id="style" options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// All pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    theme::provide_theme();
    shortcuts::provide_single_keys();
    view! {
        <Link rel="icon" href="/favicon.svg" type_="image/svg+xml"/>
        <Router>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("/embed") view=embed::Embedded ssr=SsrMode::Async>
                    <Route path=path!("play") view=Play/>
                    <Route path=path!(":slug") view=LessonPage/>
                </ParentRoute>
                <ParentRoute path=path!("/:lang") view=InLanguage ssr=SsrMode::Async>
                    <Route path=path!("") view=Home/>
                    <Route path=path!("play") view=Play/>
                    <Route path=path!("review") view=Review/>
                    <Route path=path!("reference") view=Reference/>
                    <Route path=path!("reference/:section/:slug") view=ReferencePage/>
                    <Route path=path!("progress") view=Progress/>
                    <Route path=path!("data") view=Data/>
                    <Route path=path!("completed/:id") view=Completed/>
                    <Route path=path!("join") view=JoinRoom/>
                    <Route path=path!("join/:code") view=JoinRoom/>
                    <Route path=path!("rooms/new") view=OpenRoom/>
                    <Route path=path!("rooms/:id") view=HostRoom/>
                    <Route path=path!("rooms/:id/me") view=Lobby/>
                    <Route path=path!("search") view=search::SearchPage/>
                    <Route path=path!("lessons/:slug") view=LessonPage/>
                    <Route path=path!("*any") view=NotFound/>
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}

/// What lies under `/ko` and `/en`: it tells all below which language the page is in.
#[component]
fn InLanguage() -> impl IntoView {
    let params = use_params_map();
    let named = Memo::new(move |_| {
        params.with(|params| params.get_str("lang").and_then(Language::from_code))
    });
    let language = Signal::derive(move || named.get().unwrap_or_default());
    provide_context(language);
    view! {
        <leptos_meta::Html attr:lang=move || language.get().code()/>
        <header::Alternates/>
        <Show when=move || named.get().is_some() fallback=NotFound>
            <Outlet/>
        </Show>
    }
    .into_any()
}
