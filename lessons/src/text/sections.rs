//! Cuts a Markdown file at its headings, leaving code fences whole.

/// A heading and what stands under it, up to the next heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section {
    /// 1 to 3.
    pub(super) level: usize,
    /// Without its id.
    pub(super) title: String,
    /// From `{#id}` at the heading's end; empty if there is none.
    pub(super) id: String,
    pub(super) body: String,
    /// The heading's line, from 1.
    pub(super) line: usize,
}

/// The sections of a file; what stands before the first heading is lost, and reported by the
/// caller, who wants a title first.
pub(super) fn sections(source: &str) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut fenced = false;
    for (number, line) in source.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        match heading(line) {
            Some((level, title, id)) if !fenced => {
                found.push(Section { level, title, id, body: String::new(), line: number + 1 });
            }
            _ => {
                if let Some(section) = found.last_mut() {
                    section.body.push_str(line);
                    section.body.push('\n');
                }
            }
        }
    }
    found
}

fn heading(line: &str) -> Option<(usize, String, String)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(level..)?.strip_prefix(' ')?;
    if !(1..=3).contains(&level) {
        return None;
    }
    let rest = rest.trim();
    match rest.strip_suffix('}').and_then(|rest| rest.rsplit_once("{#")) {
        Some((title, id)) => Some((level, title.trim().to_owned(), id.to_owned())),
        None => Some((level, rest.to_owned(), String::new())),
    }
}

/// A paragraph, then a list of `` - `id`: words ``; words may go on on indented lines.
pub(super) struct Labelled {
    pub(super) lead: String,
    /// Id, words, line within the body (from 1).
    pub(super) items: Vec<(String, String, usize)>,
}

/// Reads a [`Labelled`] body.
///
/// # Errors
/// The line (from 1) that is neither, with what it should be.
pub(super) fn labelled(body: &str) -> Result<Labelled, (usize, String)> {
    let mut read = Labelled { lead: String::new(), items: Vec::new() };
    for (number, line) in body.lines().enumerate() {
        if let Some(item) = line.strip_prefix("- ") {
            let (id, words) = item
                .strip_prefix('`')
                .and_then(|item| item.split_once("`:"))
                .ok_or((number + 1, "write the item as \"- `id`: words\"".to_owned()))?;
            read.items.push((id.to_owned(), words.trim().to_owned(), number + 1));
        } else if line.trim().is_empty() {
            continue;
        } else if let Some((_, words, _)) = read.items.last_mut() {
            if !line.starts_with("  ") {
                return Err((number + 1, "indent the line by two to continue the item".to_owned()));
            }
            words.push(' ');
            words.push_str(line.trim());
        } else {
            if !read.lead.is_empty() {
                read.lead.push(' ');
            }
            read.lead.push_str(line.trim());
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_a_fence_is_no_heading() {
        let cut = sections("# T\n```\n# no\n```\n## A b {#a}\ntext\n");
        let heads: Vec<_> =
            cut.iter().map(|s| (s.level, s.title.as_str(), s.id.as_str())).collect();
        assert_eq!(heads, [(1, "T", ""), (2, "A b", "a")]);
        assert_eq!((cut[1].body.as_str(), cut[1].line), ("text\n", 5));
    }

    #[test]
    fn labelled_items_go_on_when_indented() {
        let read = labelled("One\ntwo.\n\n- `a`: x\n  y\n- `b`: z\n").unwrap();
        assert_eq!(read.lead, "One two.");
        assert_eq!(read.items[0], ("a".to_owned(), "x y".to_owned(), 4));
        assert_eq!(labelled("- a: x\n").err().map(|e| e.0), Some(1));
        assert_eq!(labelled("- `a`: x\ny\n").err().map(|e| e.0), Some(2));
    }
}
