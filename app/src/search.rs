//! Search over the lessons and the reference: a page that works without a script, and a dialog for
//! the key `/`.

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use protocol::SearchHit;

use crate::{
    backend, browser,
    dialog::Dialog,
    header::{Head, TopBar},
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
    shortcuts::{SingleKeys, is_typing},
};

/// How long nobody must type before it is searched.
const STILL_MS: u32 = 150;
/// So many letters may be typed.
const LETTERS_MAX: &str = "100";

/// `/{lang}/search?q=`
#[component]
pub fn SearchPage() -> impl IntoView {
    let language = use_language();
    let query = use_query_map();
    let words = Memo::new(move |_| query.with(|query| query.get("q")).unwrap_or_default());
    let found = Resource::new(
        move || (words.get(), language.get()),
        |(words, l)| backend::search(words, l),
    );
    let title = Signal::derive(move || {
        let title = language.get().pick("검색", "Search");
        words.with(
            |words| if words.is_empty() { title.to_owned() } else { format!("{words} · {title}") },
        )
    });
    let about = say("레슨과 찾아보기에서 찾는다.", "Search the lessons and the reference.");
    let hits = move || {
        let hits = found.get().and_then(Result::ok)?;
        Some(view! { <Hits hits asked=words.get()/> })
    };
    view! {
        <Head title description=Signal::derive(move || about.get().to_owned())/>
        <TopBar trail=Signal::derive(move || vec![language.get().pick("검색", "Search").to_owned()])/>
        <main id="main" class="page search-page">
            <h1>{say("검색", "Search")}</h1>
            <SearchForm/>
            <div role="status"><Transition>{hits}</Transition></div>
        </main>
    }
    .into_any()
}

/// A field that leads to the page of what is found.
#[component]
pub fn SearchForm() -> impl IntoView {
    let language = use_language();
    let query = use_query_map();
    let words = move || query.with(|query| query.get("q")).unwrap_or_default();
    view! {
        <form class="search-form" role="search" method="get" action=move || format!("/{}/search", language.get().code())>
            <input
                type="search"
                name="q"
                maxlength=LETTERS_MAX
                aria-label=say("찾을 말", "What to search for")
                placeholder=say("파드, CrashLoopBackOff, kubectl scale …", "Pod, CrashLoopBackOff, kubectl scale …")
                value=words
            />
            <button type="submit" class="button">{icon(Icon::SEARCH)} {say("찾기", "Search")}</button>
        </form>
    }
}

/// What was found.
#[component]
fn Hits(hits: Vec<SearchHit>, asked: String) -> impl IntoView {
    let language = use_language();
    if hits.is_empty() && !asked.trim().is_empty() {
        let words = move || {
            language.get().pick(
                format!("“{asked}”에 맞는 것이 없다. 더 짧은 말로 찾아보자."),
                format!("Nothing was found for “{asked}”. Try fewer or shorter words."),
            )
        };
        return view! { <p class="empty">{words}</p> }.into_any();
    }
    let rows = hits.into_iter().map(|hit| row(hit, language)).collect_view();
    view! { <ol class="hits">{rows}</ol> }.into_any()
}

fn row(hit: SearchHit, language: Signal<Language>) -> impl IntoView {
    let SearchHit { path, title, step, excerpt } = hit;
    let is_lesson = path.starts_with("lessons/");
    let href = move || format!("/{}/{path}", language.get().code());
    let kind = move || match is_lesson {
        true => language.get().pick("레슨", "Lesson"),
        false => language.get().pick("찾아보기", "Reference"),
    };
    let runs = excerpt.into_iter().map(|(run, marked)| match marked {
        true => view! { <mark>{run}</mark> }.into_any(),
        false => run.into_any(),
    });
    let runs = runs.collect_view();
    view! {
        <li>
            <a href=href>
                <span class="hit-head">
                    <strong>{title}</strong>
                    {step.map(|step| view! { <span>{format!(" › {step}")}</span> })}
                    <span class="soft small hit-kind">{kind}</span>
                </span>
                <span class="hit-text">{runs}</span>
            </a>
        </li>
    }
    .into_any()
}

/// The button in the bar, and the dialog that `/` opens.
#[component]
pub fn SearchButton() -> impl IntoView {
    let language = use_language();
    let open = RwSignal::new(false);
    let single: SingleKeys = expect_context();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if event.key() == "/" && single.on() && !is_typing(&event) {
                event.prevent_default();
                open.set(true);
            }
        });
        on_cleanup(move || listener.remove());
    });
    let title = say("검색", "Search");
    let show = move |event: ev::MouseEvent| {
        // With Ctrl or the middle button it is a link.
        if !event.ctrl_key() && !event.meta_key() {
            event.prevent_default();
            open.set(true);
        }
    };
    view! {
        <a
            class="icon-button"
            href=move || format!("/{}/search", language.get().code())
            aria-label=title
            title=move || format!("{} (/)", title.get())
            on:click=show
        >
            {icon(Icon::SEARCH)}
        </a>
        <Dialog open title id="search">
            <Quick/>
        </Dialog>
    }
    .into_any()
}

/// Finds while one types.
#[component]
fn Quick() -> impl IntoView {
    let language = use_language();
    let words = RwSignal::new(String::new());
    let hits = RwSignal::new(None::<(String, Vec<SearchHit>)>);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.focus().unwrap_or_default();
        }
    });
    Effect::new(move |_| {
        let (asked, language) = (words.get(), language.get());
        spawn_local(async move {
            browser::sleep_ms(STILL_MS).await;
            if words.try_get_untracked().as_ref() != Some(&asked) {
                return; // More was typed.
            }
            let found = backend::search(asked.clone(), language).await.unwrap_or_default();
            hits.try_set((!asked.trim().is_empty()).then_some((asked, found)));
        });
    });
    view! {
        <form class="search-form" role="search" method="get" action=move || format!("/{}/search", language.get().code())>
            <input
                node_ref=field
                type="search"
                name="q"
                autocomplete="off"
                maxlength=LETTERS_MAX
                aria-label=say("찾을 말", "What to search for")
                on:input=move |event| words.set(event_target_value(&event))
            />
        </form>
        <div class="quick-hits" role="status">
            {move || hits.get().map(|(asked, hits)| view! { <Hits hits asked/> })}
        </div>
    }
    .into_any()
}
