//! Finds words in the lessons and in the reference, in one language.
//!
//! The whole course is a few hundred thousand letters: each search reads all of them, which takes
//! about a millisecond and finds parts of words as well, as Korean needs, whose particles stand
//! right behind the word.

use crate::course::Course;
use crate::lesson::Lesson;
use crate::reference::{Page, Section};
use crate::text::{Language, plain};

/// So many words of a query are looked for, each of so many letters at most.
const TERMS_MAX: usize = 8;
const TERM_MAX: usize = 40;
/// So much of a text is shown before and behind the first word that was found, in bytes.
const BEFORE: usize = 60;
const BEHIND: usize = 140;
/// What follows a Korean word, the longest first.
pub(crate) const PARTICLES: [&str; 28] = [
    "으로부터",
    "에서는",
    "에게서",
    "으로는",
    "이라는",
    "에서",
    "에게",
    "으로",
    "부터",
    "까지",
    "이란",
    "라는",
    "하는",
    "하고",
    "이나",
    "과",
    "와",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "도",
    "로",
    "란",
];

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A lesson, or a case of a pool, by its slug.
    Lesson(String),
    /// A page of the reference.
    Page(Section, String),
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Where.
    pub place: Place,
    /// The title of the lesson or page.
    pub title: String,
    /// The title of the lesson's step, if it is in one.
    pub step: Option<String>,
    /// A piece of the text: runs of it, and whether each is what was looked for.
    pub excerpt: Vec<(String, bool)>,
}

/// A text that can be found. What is folded is of the same length, with small letters.
#[derive(Debug)]
struct Entry {
    place: Place,
    title: String,
    step: Option<String>,
    text: String,
    folded_title: String,
    folded: String,
}

/// All texts of a course in one language.
#[derive(Debug)]
pub(crate) struct Index(Vec<Entry>);

impl Index {
    pub(crate) fn of(course: &Course, language: Language) -> Index {
        let lessons = course.lessons().iter().flat_map(|it| std::iter::once(it).chain(&it.cases));
        let lessons = lessons.flat_map(|lesson| lesson_entries(lesson, language));
        let pages = course.reference().iter().map(|page| page_entry(page, language));
        Index(pages.chain(lessons).collect())
    }

    /// What fits best first: one hit for each lesson and page.
    pub(crate) fn search(&self, query: &str, max: usize) -> Vec<Hit> {
        let terms = terms(query);
        let mut found: Vec<(usize, u32, &Entry)> = self
            .0
            .iter()
            .map(|entry| {
                let scores = terms.iter().map(|forms| score(entry, forms));
                let (matched, score) = scores
                    .fold((0, 0), |(n, sum), score| (n + usize::from(score > 0), sum + score));
                (matched, score, entry)
            })
            .filter(|(matched, ..)| *matched > 0)
            .collect();
        let most = found.iter().map(|(matched, ..)| *matched).max().unwrap_or_default();
        found.retain(|(matched, ..)| *matched == most);
        // The sort is stable: of equals, what is first in the course.
        found.sort_by_key(|(_, score, _)| std::cmp::Reverse(*score));
        let mut hits: Vec<Hit> = Vec::new();
        for (_, _, entry) in found {
            if hits.len() < max && !hits.iter().any(|hit| hit.place == entry.place) {
                hits.push(hit(entry, &terms));
            }
        }
        hits
    }
}

fn lesson_entries(lesson: &Lesson, language: Language) -> Vec<Entry> {
    let words = lesson.text(language);
    let entry = |step: Option<&str>, text: &str| {
        entry(Place::Lesson(lesson.slug.clone()), &words.title, step, text)
    };
    let intro = words.source.split("\n## ").next().unwrap_or_default();
    // The title stands beside it.
    let intro = intro.split_once('\n').map_or("", |(_, rest)| rest);
    let steps = words.steps.iter().map(|step| entry(Some(&step.title), &plain(&step.markdown)));
    std::iter::once(entry(None, &plain(intro))).chain(steps).collect()
}

fn page_entry(page: &Page, language: Language) -> Entry {
    let words = page.text(language);
    let text = format!("{} {}", words.summary, plain(&words.markdown));
    entry(Place::Page(page.section, page.slug.clone()), &words.title, None, &text)
}

fn entry(place: Place, title: &str, step: Option<&str>, text: &str) -> Entry {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let titles = format!("{title} {}", step.unwrap_or_default());
    Entry {
        place,
        title: title.to_owned(),
        step: step.map(str::to_owned),
        folded_title: titles.trim().to_ascii_lowercase(),
        folded: text.to_ascii_lowercase(),
        text,
    }
}

/// The words of a query, each with its other forms.
fn terms(query: &str) -> Vec<Vec<String>> {
    let folded = query.to_ascii_lowercase();
    let words = folded.split(|c: char| c.is_whitespace() || ",?!\"'`".contains(c));
    let words = words.filter(|word| !word.is_empty() && word.chars().count() <= TERM_MAX);
    words.take(TERMS_MAX).map(forms).collect()
}

/// A word as it was typed, and without a particle or a plural's ending.
fn forms(word: &str) -> Vec<String> {
    let particle = PARTICLES.iter().find_map(|particle| word.strip_suffix(particle));
    let plural = word.strip_suffix('s').filter(|stem| stem.len() > 2 && stem.is_ascii());
    let stems = [particle, plural].into_iter().flatten().filter(|stem| !stem.is_empty());
    std::iter::once(word).chain(stems).map(str::to_owned).collect()
}

/// How well a text fits a word; 0 if it does not. Titles say most.
fn score(entry: &Entry, forms: &[String]) -> u32 {
    let one = |form: &String| {
        let title = match &entry.folded_title {
            title if title == form => 100,
            title if title.split(is_border).any(|word| word == form) => 50,
            title if title.starts_with(form.as_str()) => 40,
            title if title.contains(form) => 25,
            _ => 0,
        };
        let here = entry.folded.matches(form.as_str()).take(5).count();
        let reference = u32::from(title > 0 && matches!(entry.place, Place::Page(..))) * 20;
        title + reference + u32::try_from(here).unwrap_or_default() * 2
    };
    forms.iter().map(one).max().unwrap_or_default()
}

fn is_border(c: char) -> bool {
    !c.is_alphanumeric()
}

fn hit(entry: &Entry, terms: &[Vec<String>]) -> Hit {
    // The shortest form is part of the others.
    let words: Vec<&str> = terms
        .iter()
        .filter_map(|forms| forms.iter().min_by_key(|form| form.len()))
        .map(|it| &**it)
        .collect();
    Hit {
        place: entry.place.clone(),
        title: entry.title.clone(),
        step: entry.step.clone(),
        excerpt: excerpt(entry, &words),
    }
}

fn excerpt(entry: &Entry, words: &[&str]) -> Vec<(String, bool)> {
    let text = &entry.text;
    let first = words.iter().filter_map(|word| entry.folded.find(word)).min().unwrap_or(0);
    let (begin, end) = surroundings(text, first);
    let mut runs = Vec::new();
    let mut put = |run: &str, marked| {
        if !run.is_empty() {
            runs.push((run.to_owned(), marked));
        }
    };
    put(if begin > 0 { "… " } else { "" }, false);
    let mut at = begin;
    while let Some((start, word)) = next_word(&entry.folded[at..end], words) {
        put(&text[at..at + start], false);
        put(&text[at + start..at + start + word], true);
        at += start + word;
    }
    put(&text[at..end], false);
    put(if end < text.len() { " …" } else { "" }, false);
    runs
}

/// What is shown around a byte of the text: whole words, but for one that fills the room alone.
fn surroundings(text: &str, first: usize) -> (usize, usize) {
    let begin = text.floor_char_boundary(first.saturating_sub(BEFORE));
    let end = text.floor_char_boundary(first + BEHIND);
    let halved = if begin == 0 { None } else { text[begin..first].find(' ') };
    let kept = if end == text.len() { None } else { text[first..end].rfind(' ') };
    (halved.map_or(begin, |at| begin + at + 1), kept.map_or(end, |at| first + at))
}

/// Where the first of the words stands, and how long it is.
fn next_word(text: &str, words: &[&str]) -> Option<(usize, usize)> {
    let found = words.iter().filter_map(|word| Some((text.find(word)?, word.len())));
    found.min_by_key(|(start, length)| (*start, std::cmp::Reverse(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::course;

    fn first(query: &str, language: Language) -> Option<Place> {
        course().search(query, language).into_iter().next().map(|hit| hit.place)
    }

    fn lesson(slug: &str) -> Option<Place> {
        Some(Place::Lesson(slug.to_owned()))
    }

    #[test]
    fn titles_come_first() {
        let (ko, en) = (Language::Korean, Language::English);
        assert_eq!(first("rolling back", en), lesson("rollouts"));
        assert_eq!(first("NETWORKPOLICY nonsenseword", en), first("networkpolicy", en));
        assert_eq!(first("첫 파드", ko), lesson("first-pod"));
        assert_eq!(first("crashloop", en), first("crashloopbackoff", en));
        assert_eq!(first("zzzz", en), None);
        assert_eq!(first("", en), None);
    }

    #[test]
    fn korean_words_are_found_with_their_particles() {
        let places = |query: &str| {
            let hits = course().search(query, Language::Korean).into_iter();
            hits.map(|hit| hit.place).collect::<Vec<_>>()
        };
        let plain = places("인그레스");
        assert_eq!(plain.first(), lesson("ingress").as_ref());
        for with in ["인그레스를", "인그레스에서는", "인그레스가"] {
            assert_eq!(places(with), plain, "{with}");
        }
    }

    #[test]
    fn what_was_looked_for_is_marked_in_its_surroundings() {
        let hit = course().search("Schedulers", Language::English).remove(0);
        let marked: Vec<_> = hit.excerpt.iter().filter(|run| run.1).collect();
        assert!(!marked.is_empty());
        assert!(marked.iter().all(|(word, _)| word.eq_ignore_ascii_case("scheduler")), "{hit:?}");
        let length: usize = hit.excerpt.iter().map(|run| run.0.len()).sum();
        assert!(length < BEFORE + BEHIND + 16);
    }

    #[test]
    fn an_excerpt_ends_between_words() {
        let text = format!("{} word {}", "가 ".repeat(40), "나 ".repeat(80));
        let (begin, end) = surroundings(&text, text.find("word").unwrap());
        assert!(text[begin..end].starts_with("가 가") && text[begin..end].ends_with("나 나"));
        assert!(end - begin < BEFORE + BEHIND);
        let long = "a".repeat(BEFORE + BEHIND);
        assert_eq!(surroundings(&long, BEFORE), (0, long.len()));
        assert_eq!(surroundings("all of it", 4), (0, 9));
    }

    #[test]
    fn a_text_is_quoted_rather_than_its_listings() {
        let text = "```\npod/a created\n```\nA Pod runs.";
        let entry = entry(Place::Lesson(String::new()), "", None, &plain(text));
        assert_eq!(entry.text, "A Pod runs. pod/a created");
    }
}
