//! Every concept of the texts that the course grew from has its lesson.

use lessons::{Language, course};

/// A row of `CONCEPTS.md`.
struct Row<'a> {
    concept: &'a str,
    slug: &'a str,
    folder: &'a str,
    words: [&'a str; 2],
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.trim_end_matches(" |").split(" | ").collect();
    let [concept, lesson, words] = cells.as_slice() else { return None };
    let (slug, path) = lesson.strip_prefix('[')?.strip_suffix(')')?.split_once("](content/")?;
    let (english, korean) = words.split_once(", ")?;
    Some(Row { concept, slug, folder: path, words: [korean, english] })
}

#[test]
fn every_concept_has_a_lesson_that_uses_its_words() {
    let table = include_str!("../CONCEPTS.md");
    let rows: Vec<Row<'_>> = table.lines().filter_map(row).collect();
    let lines = table.lines().filter(|line| line.contains("](content/")).count();
    assert_eq!(rows.len(), lines, "each row is \"| concept | [slug](content/…) | words |\"");
    for Row { concept, slug, folder, words } in rows {
        let lesson = course().lesson(slug).unwrap_or_else(|| panic!("{concept}: no {slug}"));
        assert_eq!(folder, format!("{:02}-{slug}", lesson.number), "{concept}");
        for (language, word) in Language::ALL.into_iter().zip(words) {
            let text = &lesson.text(language).source;
            assert!(text.contains(word), "{concept}: {folder}/{} has no {word}", language.code());
        }
    }
}
