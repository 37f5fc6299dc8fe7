//! Text that is no YAML, in the terms of someone who is new to it.

use super::{
    Finding,
    tree::{Place, Trouble, TroubleKind},
};

/// What is wrong with a text that could not be read. `said` is how kubectl put it.
pub(super) fn explain(text: &str, trouble: &Trouble, said: Option<&str>) -> Finding {
    let finding = |code, place, own: &str| Finding::new(code, place, said.unwrap_or(own));
    match &trouble.kind {
        TroubleKind::TooDeep => finding("too-deep", trouble.place, "exceeded max depth"),
        TroubleKind::TooLarge => finding("too-large", trouble.place, "the file has too many nodes"),
        TroubleKind::AliasBomb => {
            finding("alias-bomb", trouble.place, "document contains excessive aliasing")
        }
        TroubleKind::Syntax(message) => {
            if let Some(place) = tab(text, trouble.place) {
                return finding("tabs", place, message);
            }
            match lost_indentation(text, trouble.place) {
                Some(place) => finding("lost-indentation", place, message),
                None => finding("yaml-syntax", trouble.place, message),
            }
        }
    }
}

/// A tab in the indentation of the line of the trouble, or of one beside it: the parser may have
/// taken the line for the rest of the one before.
fn tab(text: &str, at: Place) -> Option<Place> {
    let before = (at.line as usize).saturating_sub(2);
    text.lines().enumerate().skip(before).take(3).find_map(|(index, line)| {
        let indentation = line.chars().take_while(|letter| letter.is_whitespace());
        let column = indentation.into_iter().position(|letter| letter == '\t')?;
        Some(Place::new(index + 1, column + 1))
    })
}

/// A line whose indentation is that of none of the blocks that are open above it.
fn lost_indentation(text: &str, at: Place) -> Option<Place> {
    let mut open: Vec<usize> = vec![0];
    let mut expects_more = false;
    for (index, line) in text.lines().enumerate().take(at.line as usize) {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') || content.starts_with("---") {
            continue;
        }
        let indentation = line.len() - content.len();
        let deeper = open.last().is_some_and(|last| indentation > *last);
        let fits = open.contains(&indentation) || (deeper && expects_more);
        if !fits {
            return Some(Place::new(index + 1, indentation + 1));
        }
        open.retain(|column| *column <= indentation);
        if !open.contains(&indentation) {
            open.push(indentation);
        }
        let item = content.strip_prefix("- ").map(str::trim_start);
        if let Some(item) = item {
            open.push(line.len() - item.len());
        }
        let last = item.unwrap_or(content).trim_end();
        expects_more = last.ends_with([':', '|', '>', '-', '[', '{', ',']) || last.is_empty();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::tree::parse;

    fn check(text: &str, code: &str, line: u32, column: u32) {
        let trouble = parse(text).expect_err(text);
        let finding = explain(text, &trouble, None);
        assert_eq!((finding.code, finding.place), (code, Place { line, column }), "{text}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check("metadata:\n\tname: web\n", "tabs", 2, 1);
        check("- name: web\n\timage: a\n", "tabs", 2, 1);
        check("spec:\n  containers:\n  - name: a\n   image: b\n", "lost-indentation", 4, 4);
        check("metadata:\n  name: web\n labels: {}\n", "lost-indentation", 3, 2);
        check("metadata: {name: web\nkind: Pod\n", "yaml-syntax", 2, 5);
        check("name: \"web\nkind: Pod\n", "yaml-syntax", 2, 1);
        check(&format!("a: {}1{}", "[".repeat(150), "]".repeat(150)), "too-deep", 1, 103);
        check(&format!("a: {}{}", "[".repeat(2000), "]".repeat(2000)), "too-deep", 1, 259);
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        let trouble = parse(&text).expect_err("a bomb");
        assert_eq!(explain(&text, &trouble, None).code, "alias-bomb");
    }
}
