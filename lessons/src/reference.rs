//! The reference: a short page about each kind, each status word and each command, in every
//! language, with an example that can be played.

mod read;

use std::collections::BTreeMap;

use crate::search::PARTICLES;
use crate::text::Language;

pub(crate) use read::read;

/// What a page is about; also the folder that it is in, and a part of its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Kinds of objects.
    Kinds,
    /// Words that commands show as a status.
    Status,
    /// Commands of kubectl.
    Commands,
}

impl Section {
    /// All of them, in reading order.
    pub const ALL: [Section; 3] = [Section::Kinds, Section::Status, Section::Commands];

    /// As folders and addresses have it.
    pub const fn name(self) -> &'static str {
        match self {
            Section::Kinds => "kinds",
            Section::Status => "status",
            Section::Commands => "commands",
        }
    }

    /// The section of a name.
    pub fn of_name(name: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.name() == name)
    }
}

/// A page of the reference.
#[derive(Debug)]
pub struct Page {
    /// Its name in addresses, which no other page has.
    pub slug: String,
    /// What it is about.
    pub section: Section,
    /// The example's name, as a sandbox's lesson.
    pub live: String,
    /// Pages to read next, by slug.
    pub see: Vec<String>,
    /// Lessons in which it comes up, by slug.
    pub lessons: Vec<String>,
    texts: BTreeMap<Language, PageText>,
    /// The folder it was read from, for messages.
    pub(crate) folder: String,
}

/// The words of a page in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageText {
    /// What the page is about: `Pod`, `CrashLoopBackOff`, `kubectl get`.
    pub title: String,
    /// One plain sentence.
    pub summary: String,
    /// The rest.
    pub html: String,
    /// The rest as Markdown.
    pub markdown: String,
    pub(crate) see: Vec<String>,
    pub(crate) lessons: Vec<String>,
    /// The line at which `markdown` begins.
    pub(crate) line: usize,
}

impl Page {
    /// Its words in a language.
    pub fn text(&self, language: Language) -> &PageText {
        &self.texts[&language]
    }

    /// The words that it explains, as programs print them: those of its title between commas.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.text(Language::English).title.split(", ")
    }

    /// Whether a text in that language speaks of it.
    pub fn is_named_in(&self, text: &str, language: Language) -> bool {
        // `파드(Pod)`: Korean texts have either.
        let own = self.text(language).title.split('(').next().unwrap_or_default();
        let own = (language == Language::Korean && own.chars().count() > 1).then_some(own);
        self.names().any(|name| stands_alone(text, name))
            || own.is_some_and(|own| !own.is_ascii() && stands_in_korean(text, own))
    }
}

/// Whether a name is in a text, and not merely a part of a word there.
fn stands_alone(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(name).any(|(at, _)| {
        let behind = &text[at + name.len()..];
        !text[..at].ends_with(part) && !behind.trim_start_matches('s').starts_with(part)
    })
}

/// Whether a Korean name is in a text: `서비스를`, but not `서비스어카운트` nor `마이크로서비스`.
fn stands_in_korean(text: &str, name: &str) -> bool {
    let endings =
        PARTICLES.iter().chain(&["들", "만", "처럼", "마다", "보다", "라", "인", "다", "였"]);
    text.match_indices(name).any(|(at, _)| {
        let behind = &text[at + name.len()..];
        !text[..at].ends_with(is_hangul)
            && (!behind.starts_with(is_hangul) || endings.clone().any(|it| behind.starts_with(it)))
    })
}

fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::{stands_alone, stands_in_korean};

    #[test]
    fn a_korean_name_has_particles_behind_it() {
        for (text, expected) in [
            ("서비스를 만든다", true),
            ("이 서비스", true),
            ("서비스(Service)", true),
            ("서비스들은", true),
            ("서비스어카운트를 만든다", false),
            ("마이크로서비스를", false),
            ("", false),
        ] {
            assert_eq!(stands_in_korean(text, "서비스"), expected, "{text}");
        }
    }

    #[test]
    fn a_name_stands_alone() {
        for (text, name, expected) in [
            ("Pods are many", "Pod", true),
            ("PodDisruptionBudget", "Pod", false),
            ("the `Pod`.", "Pod", true),
            ("a Job, a CronJob", "Job", true),
            ("a CronJob", "Job", false),
            ("kubectl get pods", "kubectl get", true),
            ("", "Pod", false),
        ] {
            assert_eq!(stands_alone(text, name), expected, "{text}: {name}");
        }
    }
}
