//! Whether what a command printed is what a text says it prints.

/// Whether the printed text is the quoted lines: runs of blanks count as one, empty lines do not
/// count, and `…` in a quoted line stands for any run of characters.
pub(super) fn matches(quoted: &[String], printed: &str) -> bool {
    let quoted = lines(quoted.iter().map(String::as_str));
    let printed = lines(printed.lines());
    quoted.len() == printed.len()
        && quoted.iter().zip(&printed).all(|(quoted, printed)| line_matches(quoted, printed))
}

fn lines<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let squeezed = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    squeezed.filter(|line| !line.is_empty()).collect()
}

fn line_matches(quoted: &str, printed: &str) -> bool {
    let mut pieces = quoted.split('…');
    let Some(mut rest) = printed.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quoted: &str, printed: &str, expected: bool) {
        let quoted: Vec<String> = quoted.lines().map(str::to_owned).collect();
        assert_eq!(matches(&quoted, printed), expected, "{quoted:?} and {printed:?}");
    }

    #[test]
    fn quoted_lines_match_what_was_printed() {
        check("NAME   AGE\nweb-…  …\n", "NAME      AGE\nweb-5d7   3s\n", true);
        check("a … c", "a b c", true);
        check("a … c", "a b d", false);
        check("1 (… ago)   …", "1 (2s ago)   5s", true);
        check("one", "one two", false);
        check("one", "one\ntwo", false);
        check("one\ntwo", "one", false);
        check("a\n\nb", "a\nb", true);
    }
}
