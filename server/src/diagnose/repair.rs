//! What would mend a file, where that can be known: each repair is the whole file as it would be, for
//! one press of a button.

mod indentation;

use orchestrator::World;

use super::{
    Finding,
    tree::{Document, Node, Place},
};

/// Larger files are not mended.
const BYTES_MAX: usize = 64 << 10;

/// The file without what was found; none where nobody can know.
pub(super) fn repair(
    world: &World,
    text: &str,
    documents: &[Document],
    finding: &Finding,
) -> Option<String> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let argument = |name: &str| finding.arguments.get(name).map_or("", String::as_str);
    match finding.code {
        "unknown-field" => replace(text, finding.place, argument("field"), argument("nearest")),
        "unknown-kind" if argument("nearest") == argument("kind") => {
            let version = word_at(text, finding.place)?;
            replace(text, finding.place, version, argument("version"))
        }
        "unknown-kind" => replace(text, finding.place, argument("kind"), argument("nearest")),
        "tabs" => Some(without_tabs(text)),
        "lost-indentation" | "yaml-syntax" => indentation::restore(world, text),
        "selector-mismatch" => {
            let document = documents.iter().rfind(|document| {
                document.place().line <= finding.place.line && mismatch(document).is_some()
            })?;
            same_labels(text, document)
        }
        _ => None,
    }
}

/// The text with one word in the place of another that stands at a place.
fn replace(text: &str, place: Place, word: &str, by: &str) -> Option<String> {
    if word.is_empty() || by.is_empty() || word == by {
        return None;
    }
    let at = offset(text, place)?;
    let rest = text[at..].strip_prefix(word)?;
    Some(format!("{}{by}{rest}", &text[..at]))
}

/// The byte at which a line and column begin.
fn offset(text: &str, place: Place) -> Option<usize> {
    let line = text.split_inclusive('\n').nth(place.line as usize - 1)?;
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    let column = line.char_indices().nth(place.column as usize - 1).map(|(at, _)| at)?;
    Some(start + column)
}

fn word_at(text: &str, place: Place) -> Option<&str> {
    text[offset(text, place)?..].split_whitespace().next()
}

/// Two spaces for each tab that indents.
fn without_tabs(text: &str) -> String {
    let line = |line: &str| {
        let content = line.trim_start_matches([' ', '\t']);
        let indentation = line[..line.len() - content.len()].replace('\t', "  ");
        format!("{indentation}{content}")
    };
    text.split_inclusive('\n').map(line).collect()
}

/// A label that the selector asks for and the template does not have so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mismatch<'tree> {
    pub(super) key: &'tree str,
    pub(super) wanted: &'tree Node,
    pub(super) found: Option<&'tree Node>,
}

/// The first such label of a workload.
pub(super) fn mismatch(document: &Document) -> Option<Mismatch<'_>> {
    let selector = document.get(&["spec", "selector", "matchLabels"])?;
    let labels = document.get(&["spec", "template", "metadata", "labels"]);
    selector.entries().iter().find_map(|(key, wanted)| {
        let found = labels.and_then(|labels| labels.get(key));
        let same = found.is_some_and(|found| found.word() == wanted.word());
        (!same).then_some(Mismatch { key, wanted, found })
    })
}

/// The template's labels as the selector asks for them: the selector of what exists cannot change.
fn same_labels(text: &str, document: &Document) -> Option<String> {
    let Mismatch { key, wanted, found } = mismatch(document)?;
    let wanted = wanted.word();
    if let Some(found) = found {
        return replace(text, found.place, &found.word(), &wanted);
    }
    let labels = document.get(&["spec", "template", "metadata", "labels"])?;
    let first = labels.entries().first().map(|(_, node)| node.key)?;
    let at = offset(text, first)?;
    let indentation = " ".repeat(first.column as usize - 1);
    // Labels in braces stand on one line.
    let is_block = text[..at].ends_with(&format!("\n{indentation}"));
    is_block.then(|| format!("{}{key}: {wanted}\n{indentation}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::tree::parse;

    #[test]
    fn a_word_is_replaced_where_it_stands() {
        let text = "spec:\n  이름: x\n  imagee: a\n";
        let place = Place { line: 3, column: 3 };
        let mended = replace(text, place, "imagee", "image");
        assert_eq!(mended.as_deref(), Some("spec:\n  이름: x\n  image: a\n"));
        assert_eq!(replace(text, place, "other", "image"), None);
        assert_eq!(replace(text, Place { line: 9, column: 1 }, "a", "b"), None);
    }

    #[test]
    fn tabs_become_spaces() {
        assert_eq!(without_tabs("a:\n\tb: \"x\ty\"\n \t- c\n"), "a:\n  b: \"x\ty\"\n   - c\n");
    }

    fn workload(labels: &str) -> String {
        format!(
            "spec:\n  selector:\n    matchLabels:\n      app: hello\n  template:\n    metadata:\n      \
             labels:\n        {labels}\n    spec: {{}}\n"
        )
    }

    #[test]
    fn the_template_gets_the_labels_that_the_selector_asks_for() {
        let check = |labels: &str, expected: Option<&str>| {
            let text = workload(labels);
            let documents = parse(&text).expect("YAML");
            assert_eq!(same_labels(&text, &documents[0]), expected.map(workload), "{labels}");
        };
        check("app: helo", Some("app: hello"));
        check("tier: web", Some("app: hello\n        tier: web"));
        check("app: hello", None);
        check("{tier: web}", None);
    }
}
