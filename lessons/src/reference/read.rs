//! Reads the pages of the reference from their folders.

use std::collections::BTreeMap;

use super::{Page, PageText, Section};
use crate::course::Folders;
use crate::error::Fault;
use crate::live::{self, Example};
use crate::text::{Language, blocks, inline};

/// Reads all pages (by section, by path below it: the text), and their examples; what is wrong is
/// added to `faults`.
pub(crate) fn read(folders: &Folders, faults: &mut Vec<Fault>) -> (Vec<Page>, Vec<Example>) {
    let mut pages: Vec<Page> = Vec::new();
    let mut examples = Vec::new();
    for (section, files) in folders {
        let Some(section) = Section::of_name(section) else {
            faults.push(Fault::at(section, 0, "the sections are kinds, status and commands"));
            continue;
        };
        for (slug, files) in by_page(files) {
            if let Some(before) = pages.iter().find(|page| page.slug == slug) {
                let message = format!("{} has the same name", before.folder);
                faults.push(Fault::at(&folder(section, slug), 0, message));
                continue;
            }
            let read = page(section, slug, &files, faults);
            if let Some((page, example)) = read {
                pages.push(page);
                examples.push(example);
            }
        }
    }
    pages.sort_by(|one, other| (one.section, &one.slug).cmp(&(other.section, &other.slug)));
    (pages, examples)
}

fn by_page(files: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeMap<&str, &str>> {
    let mut pages: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (path, text) in files {
        if let Some((slug, file)) = path.split_once('/') {
            pages.entry(slug).or_default().insert(file, text);
        }
    }
    pages
}

/// Where a page is, below the folder of lessons.
fn folder(section: Section, slug: &str) -> String {
    format!("reference/{}/{slug}", section.name())
}

fn page(
    section: Section,
    slug: &str,
    files: &BTreeMap<&str, &str>,
    faults: &mut Vec<Fault>,
) -> Option<(Page, Example)> {
    let folder = folder(section, slug);
    let mut texts = BTreeMap::new();
    for language in Language::ALL {
        let file = format!("{}.md", language.code());
        let path = format!("{folder}/{file}");
        match files.get(file.as_str()) {
            Some(source) => _ = texts.insert(language, text(&path, source, language, faults)),
            None => faults.push(Fault::at(&path, 0, "every page is written in every language")),
        }
    }
    let english = texts.get(&Language::English)?;
    texts.get(&Language::Korean)?;
    let file = format!("{folder}/en.md");
    let mut fences = live::fences(&english.markdown);
    if fences.len() != 1 {
        faults.push(Fault::at(&file, 0, "a page has one example: a fence marked live"));
        return None;
    }
    let fence = fences.first_mut()?;
    fence.line += english.line - 1;
    let example = live::example(&file, fence, faults);
    let (see, lessons) = (english.see.clone(), english.lessons.clone());
    let live = example.lesson.slug.clone();
    let page = Page { slug: slug.to_owned(), section, live, see, lessons, texts, folder };
    Some((page, example))
}

/// The title, the quoted sentence, the body, and the last two lines.
fn text(path: &str, source: &str, language: Language, faults: &mut Vec<Fault>) -> PageText {
    let mut lines: Vec<&str> = source.lines().collect();
    let mut fault = |line: usize, message: &str| faults.push(Fault::at(path, line, message));
    let mut text = PageText::default();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    match lines.pop().and_then(|line| line.strip_prefix("lessons:")) {
        Some(slugs) => text.lessons = list(slugs),
        None => fault(0, "end with \"lessons: SLUG, SLUG\""),
    }
    match lines.pop().and_then(|line| line.strip_prefix("see:")) {
        Some(slugs) => text.see = list(slugs),
        None => fault(0, "write \"see: SLUG, SLUG\" before the last line"),
    }
    match lines.first().and_then(|line| line.strip_prefix("# ")) {
        Some(title) => title.trim().clone_into(&mut text.title),
        None => fault(1, "begin with the title: \"# Pod\""),
    }
    let head = |line: &&&str| line.starts_with('>') || line.trim().is_empty();
    let quoted: Vec<&str> = lines.iter().skip(1).take_while(head).copied().collect();
    let summary: Vec<&str> =
        quoted.iter().map(|line| line.trim_start_matches('>').trim()).collect();
    text.summary = inline(summary.join(" ").trim(), language).text;
    if text.summary.is_empty() {
        fault(2, "put one sentence under the title: \"> what it is\"");
    }
    text.line = quoted.len() + 2;
    text.markdown = lines.get(quoted.len() + 1..).unwrap_or_default().join("\n");
    text.html = blocks(&text.markdown, language);
    text
}

fn list(slugs: &str) -> Vec<String> {
    slugs.split(',').map(|slug| slug.trim().to_owned()).filter(|slug| !slug.is_empty()).collect()
}
