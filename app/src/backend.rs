//! What the page needs of the server to be rendered: the course, its lessons and the
//! reference.
//!
//! The server puts an `Arc<dyn Backend>` into the context of rendering and of server functions; the
//! browser calls the same functions over HTTP.

use std::{collections::BTreeMap, fmt::Debug};

use futures::future::BoxFuture;
use leptos::prelude::*;
use protocol::{
    Carried, Completion, Learned, LessonSummary, LessonText, PageLink, Proved, ReferenceText,
    ReviewQuestion, SearchHit,
};

use crate::i18n::Language;

/// An answer that takes its time, or why there is none.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, String>>;

/// What the server implements.
pub trait Backend: Debug + Send + Sync + 'static {
    /// The lessons that exist, in the order of the course.
    fn course(&self, language: Language) -> Vec<LessonSummary>;

    /// One lesson's text; none if there is no lesson of that name.
    fn lesson(&self, slug: &str, language: Language) -> Option<LessonText>;

    /// What the lessons of these names ask.
    fn review(&self, slugs: &[&str], language: Language) -> Vec<ReviewQuestion>;

    /// The pages of the reference, section by section.
    fn reference(&self, language: Language) -> Vec<PageLink>;

    /// One page of the reference; none if there is none of that name.
    fn page(&self, section: &str, slug: &str, language: Language) -> Option<ReferenceText>;

    /// Where in the lessons and in the reference the words are, the best first.
    fn search(&self, words: &str, language: Language) -> Vec<SearchHit>;

    /// Puts together what a device knows and what is kept under a secret, or under a new one; none
    /// for a secret that is not known. `page` is the address that the link leads to.
    fn carry(
        &self,
        secret: Option<String>,
        learned: Learned,
        page: String,
    ) -> Answer<'_, Option<Carried>>;

    /// Deletes what is kept under a secret.
    fn forget(&self, secret: String) -> Answer<'_, ()>;

    /// Replays the logs of sandboxes, by lesson, and keeps what they complete.
    fn prove(&self, name: String, sandboxes: BTreeMap<String, String>) -> Answer<'_, Proved>;

    /// What somebody has completed; none if there is nothing of that id.
    fn completion(&self, id: String, language: Language) -> Answer<'_, Option<Completion>>;

    /// Deletes what was completed; whether the key was right.
    fn withdraw(&self, id: String, key: String) -> Answer<'_, bool>;
}

#[cfg(feature = "ssr")]
fn backend() -> Result<std::sync::Arc<dyn Backend>, ServerFnError> {
    use_context().ok_or_else(|| ServerFnError::new("no backend in context"))
}

/// The lessons that exist, in the order of the course.
#[server(prefix = "/pages", endpoint = "course", input = server_fn::codec::GetUrl)]
pub async fn course(language: Language) -> Result<Vec<LessonSummary>, ServerFnError> {
    Ok(backend()?.course(language))
}

/// One lesson's text; none if there is no lesson of that name.
#[server(prefix = "/pages", endpoint = "lesson", input = server_fn::codec::GetUrl)]
pub async fn lesson(slug: String, language: Language) -> Result<Option<LessonText>, ServerFnError> {
    Ok(backend()?.lesson(&slug, language))
}

/// What lessons ask, their names separated by commas.
#[server(prefix = "/pages", endpoint = "review", input = server_fn::codec::GetUrl)]
pub async fn review(
    slugs: String,
    language: Language,
) -> Result<Vec<ReviewQuestion>, ServerFnError> {
    let slugs: Vec<&str> = slugs.split(',').take(LESSONS_MAX).collect();
    Ok(backend()?.review(&slugs, language))
}

/// More lessons than a course has.
#[cfg(feature = "ssr")]
const LESSONS_MAX: usize = 100;

/// The pages of the reference, section by section.
#[server(prefix = "/pages", endpoint = "reference", input = server_fn::codec::GetUrl)]
pub async fn reference(language: Language) -> Result<Vec<PageLink>, ServerFnError> {
    Ok(backend()?.reference(language))
}

/// One page of the reference; none if there is none of that name.
#[server(prefix = "/pages", endpoint = "page", input = server_fn::codec::GetUrl)]
pub async fn page(
    section: String,
    slug: String,
    language: Language,
) -> Result<Option<ReferenceText>, ServerFnError> {
    Ok(backend()?.page(&section, &slug, language))
}

/// Where in the lessons and in the reference the words are, the best first.
#[server(prefix = "/pages", endpoint = "search", input = server_fn::codec::GetUrl)]
pub async fn search(words: String, language: Language) -> Result<Vec<SearchHit>, ServerFnError> {
    Ok(backend()?.search(&words, language))
}

/// Carries what this device knows to the server, under a secret or a new one.
#[server(prefix = "/pages", endpoint = "carry", input = server_fn::codec::Json)]
pub async fn carry(
    secret: Option<String>,
    learned: Learned,
    page: String,
) -> Result<Option<Carried>, ServerFnError> {
    backend()?.carry(secret, learned, page).await.map_err(ServerFnError::new)
}

/// Deletes what is kept under a secret.
#[server(prefix = "/pages", endpoint = "forget", input = server_fn::codec::Json)]
pub async fn forget(secret: String) -> Result<(), ServerFnError> {
    backend()?.forget(secret).await.map_err(ServerFnError::new)
}

/// Proves lessons by the logs of their sandboxes.
#[server(prefix = "/pages", endpoint = "prove", input = server_fn::codec::Json)]
pub async fn prove(
    name: String,
    sandboxes: BTreeMap<String, String>,
) -> Result<Proved, ServerFnError> {
    backend()?.prove(name, sandboxes).await.map_err(ServerFnError::new)
}

/// What somebody has completed.
#[server(prefix = "/pages", endpoint = "completed", input = server_fn::codec::GetUrl)]
pub async fn completed(
    id: String,
    language: Language,
) -> Result<Option<Completion>, ServerFnError> {
    backend()?.completion(id, language).await.map_err(ServerFnError::new)
}

/// Deletes what was completed; whether the key was right.
#[server(prefix = "/pages", endpoint = "withdraw", input = server_fn::codec::Json)]
pub async fn withdraw(id: String, key: String) -> Result<bool, ServerFnError> {
    backend()?.withdraw(id, key).await.map_err(ServerFnError::new)
}
