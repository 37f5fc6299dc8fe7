//! Words that the reference explains, wherever they stand: in the terminal, in the inspector, under
//! a step of a lesson.

use std::{collections::BTreeMap, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use protocol::PageLink;

use crate::{
    backend,
    i18n::{Language, say, use_language},
};

/// The pages by the words that they explain; none before they were fetched.
#[derive(Clone, Copy, Debug)]
pub struct Glossary(RwSignal<Arc<Words>>);

/// The pages by the words that they explain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words(BTreeMap<String, PageLink>);

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Word(&'a str, &'a PageLink),
}

/// Fetches the glossary for all below, once the page lives and whenever its language changes.
pub fn provide_glossary() {
    let glossary = Glossary(RwSignal::new(Arc::default()));
    let language = use_language();
    provide_context(glossary);
    Effect::new(move |_| {
        let language = language.get();
        spawn_local(async move {
            // Without it, words are only words.
            if let Ok(pages) = backend::reference(language).await {
                glossary.0.try_set(Arc::new(Words::new(pages)));
            }
        });
    });
}

/// The words that are explained; none outside of a page that has them. Tracked.
pub fn words() -> Arc<Words> {
    use_context::<Glossary>().map(|glossary| glossary.0.get()).unwrap_or_default()
}

impl Words {
    /// Of words that more than one page explains, the first page's.
    fn new(pages: Vec<PageLink>) -> Words {
        let mut words = BTreeMap::new();
        for page in pages {
            for name in &page.names {
                words.entry(key(name)).or_insert_with(|| page.clone());
            }
        }
        Words(words)
    }

    pub fn find(&self, word: &str) -> Option<&PageLink> {
        self.0.get(&key(word))
    }

    /// Cuts a text where words stand that are explained: kinds and statuses, as they are written.
    pub fn pieces<'a>(&'a self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut rest = 0;
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-:/._".contains(c);
        for word in text.split(|c| !is_part(c)) {
            let word = word.trim_end_matches(['.', ':']);
            let Some(page) = self.find(word).filter(|_| begins_large(word)) else { continue };
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            if rest < start {
                pieces.push(Piece::Text(&text[rest..start]));
            }
            pieces.push(Piece::Word(word, page));
            rest = start + word.len();
        }
        if rest < text.len() {
            pieces.push(Piece::Text(&text[rest..]));
        }
        pieces
    }
}

fn begins_large(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
}

/// `Init:1/3` is explained where `Init:0/1` is.
fn key(word: &str) -> String {
    let counts = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains('/');
    match word.strip_prefix("Init:") {
        Some(rest) if counts(rest) => "Init:0/1".to_owned(),
        _ => word.to_owned(),
    }
}

/// Where a page is.
pub fn path(page: &PageLink, language: Language) -> String {
    format!("/{}/reference/{}/{}", language.code(), page.section, page.slug)
}

/// A word; where the reference explains it, the way there, in a tab of its own.
#[component]
pub fn Term(#[prop(into)] word: String) -> impl IntoView {
    let language = use_language();
    move || {
        let words = words();
        match words.find(&word).cloned() {
            Some(page) => explained(word.clone(), &page, language.get()).into_any(),
            None => word.clone().into_any(),
        }
    }
}

/// A text with the ways to the words that are explained.
pub fn marked(text: &str, words: &Words, language: Language) -> Vec<AnyView> {
    let view = |piece| match piece {
        Piece::Text(text) => text.to_owned().into_any(),
        Piece::Word(word, page) => explained(word.to_owned(), page, language).into_any(),
    };
    words.pieces(text).into_iter().map(view).collect()
}

fn explained(word: String, page: &PageLink, language: Language) -> impl IntoView + use<> {
    let (href, title) = (path(page, language), page.summary.clone());
    // Out of the Tab key's way: the reference itself is the keyboard's path to them.
    view! { <a class="term" tabindex="-1" target="_blank" rel="noopener" href=href title=title>{word}</a> }
}

/// The pages that explain the words of a text.
#[component]
pub fn LookUp(pages: Vec<PageLink>) -> impl IntoView {
    let language = use_language();
    let empty = pages.is_empty();
    let links = pages.into_iter().map(|page| {
        let (title, about) = (page.title.clone(), page.summary.clone());
        view! {
            <li>
                <a
                    target="_blank"
                    rel="noopener"
                    href=move || path(&page, language.get())
                    title=about
                >
                    {title}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    (!empty).then(|| {
        view! {
            <nav class="look-up" aria-label=say("찾아보기", "Look up")>
                <span class="soft small">{say("찾아보기", "Look up")}</span>
                <ul>{links}</ul>
            </nav>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let page = |names: &str| PageLink {
            section: "status".to_owned(),
            slug: names.to_ascii_lowercase(),
            title: names.to_owned(),
            summary: String::new(),
            names: names.split(", ").map(str::to_owned).collect(),
        };
        let pages =
            ["Running", "Init:0/1", "CrashLoopBackOff", "Pod", "Error, Failed", "kubectl get"];
        let words = Words::new(pages.map(page).into());
        let marked: String = words
            .pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Word(word, _) => format!("[{word}]"),
            })
            .collect();
        assert_eq!(marked, expected);
    }

    #[test]
    fn words_are_found_as_they_are_written() {
        check("web   1/1   Running   0   5s\n", "web   1/1   [Running]   0   5s\n");
        check("web 0/1 Init:1/3 0", "web 0/1 [Init:1/3] 0");
        check("status: CrashLoopBackOff.", "status: [CrashLoopBackOff].");
        check("Failed: exit 1", "[Failed]: exit 1");
        check("running pods, RunningMan, my-Pod", "running pods, RunningMan, my-Pod");
        check("파드 Pod는", "파드 [Pod]는");
        check("", "");
    }
}
