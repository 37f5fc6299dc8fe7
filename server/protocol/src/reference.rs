//! The reference and what a search finds, as the page shows them, in one language.

use serde::{Deserialize, Serialize};

use crate::LessonSummary;

/// The way to a page of the reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLink {
    /// `kinds`, `status` or `commands`.
    pub section: String,
    pub slug: String,
    pub title: String,
    pub summary: String,
    /// The words that the page explains, as programs print them.
    pub names: Vec<String>,
}

/// A page of the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferenceText {
    pub link: PageLink,
    pub html: String,
    /// Pages to read next.
    pub see: Vec<PageLink>,
    /// Lessons in which it comes up.
    pub lessons: Vec<LessonSummary>,
}

/// Something that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// Its address without the language: `lessons/first-pod`.
    pub path: String,
    pub title: String,
    /// The step of the lesson.
    pub step: Option<String>,
    /// A piece of the text: runs, and whether each is what was looked for.
    pub excerpt: Vec<(String, bool)>,
}
