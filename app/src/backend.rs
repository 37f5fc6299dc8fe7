//! What the page needs of the server to be rendered: the course and its lessons.
//!
//! The server puts an `Arc<dyn Backend>` into the context of rendering and of server functions; the
//! browser calls the same functions over HTTP.

use std::fmt::Debug;

use leptos::prelude::*;
use protocol::{LessonSummary, LessonText, ReviewQuestion};

use crate::i18n::Language;

/// What the server implements.
pub trait Backend: Debug + Send + Sync + 'static {
    /// The lessons that exist, in the order of the course.
    fn course(&self, language: Language) -> Vec<LessonSummary>;

    /// One lesson's text; none if there is no lesson of that name.
    fn lesson(&self, slug: &str, language: Language) -> Option<LessonText>;

    /// What the lessons of these names ask.
    fn review(&self, slugs: &[&str], language: Language) -> Vec<ReviewQuestion>;
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
