//! What go-yaml would say of a YAML text that our parser refuses: other words, and lines counted
//! as libyaml counts them.

use serde_yaml::Error;

/// go-yaml's words, with the line that it would name.
pub(super) fn complaint(error: &Error, text: &str) -> String {
    let whole = error.without_snippet().to_string();
    let (words, line) = apart(&whole);
    let lines = text.lines().count();
    if words.starts_with("budget breached") || words.starts_with("alias replay") {
        return "document contains excessive aliasing".to_owned();
    }
    if words.contains("unknown anchor") {
        let name = anchor(text, &whole);
        return format!("unknown anchor '{name}' referenced");
    }
    let (line, words) = match words {
        // libyaml's parser counts from zero where its scanner counts from one.
        _ if words.contains("did not find expected key") => {
            (line.saturating_sub(1), "did not find expected key")
        }
        _ if words.contains("did not find expected '-' indicator") => {
            (line.saturating_sub(1), "did not find expected '-' indicator")
        }
        _ if words.starts_with("unclosed bracket '['") => {
            (lines, "did not find expected ',' or ']'")
        }
        _ if words.starts_with("unclosed bracket") => (lines, "did not find expected ',' or '}'"),
        _ if words.contains("quoted scalar") && words.contains("indentation")
            || words.contains("unclosed quote") =>
        {
            (lines + 1, "found unexpected end of stream")
        }
        _ if words.contains("simple key expected") => {
            (next_line(text, line), "could not find expected ':'")
        }
        _ if words.starts_with("tab") || words.starts_with("unexpected character") => {
            (line, "found character that cannot start any token")
        }
        _ => (line, words.rsplit("scalar, ").next().unwrap_or(words)),
    };
    // A mistake in the first line is told without a line.
    let first = line == 0 || line == 1 && words.starts_with("mapping values");
    if first { words.to_owned() } else { format!("line {line}: {words}") }
}

/// Takes `… at line 3, column 7` apart.
fn apart(whole: &str) -> (&str, usize) {
    let Some((words, place)) = whole.split_once(" at line ") else {
        return (whole, 0);
    };
    let digits = place.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
    (words, digits.parse().unwrap_or_default())
}

/// The name behind the `*` of an alias.
fn anchor<'t>(text: &'t str, whole: &str) -> &'t str {
    let (_, line) = apart(whole);
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let after = line.split_once('*').map_or("", |(_, after)| after);
    after
        .split(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_')
        .next()
        .unwrap_or_default()
}

/// The next line with something on it, counted from one.
fn next_line(text: &str, line: usize) -> usize {
    let after = text.lines().enumerate().skip(line);
    let found = after.into_iter().find(|(_, text)| !text.trim().is_empty());
    found.map_or(line + 1, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use crate::manifest::yaml;

    fn check(text: &str, expect: &str) {
        assert_eq!(yaml(text).expect_err(text), expect, "{text}");
    }

    /// What kubectl 1.32 says of the same texts.
    #[test]
    fn go_yamls_words() {
        const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n";
        check(&format!("{POD} labels:\n    a: b\n"), "line 4: did not find expected key");
        check(
            &format!("{POD}spec:\n  containers:\n  - name: a\n     image: b\n"),
            "line 8: mapping values are not allowed in this context",
        );
        check(
            "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n",
            "line 4: found character that cannot start any token",
        );
        check(
            "apiVersion: v1\nkind Pod\nmetadata:\n  name: x\n",
            "line 3: could not find expected ':'",
        );
        check(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x\n",
            "line 3: did not find expected ',' or '}'",
        );
        check(
            "apiVersion: v1\nkind: \"Pod\nmetadata:\n  name: x\n",
            "line 5: found unexpected end of stream",
        );
        check(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: @x\n",
            "line 4: found character that cannot start any token",
        );
        check("metadata:\n  name: *x\n", "unknown anchor 'x' referenced");
        check("apiVersion: v1: v2\n", "mapping values are not allowed in this context");
        check(&format!("{POD}  - y\n"), "line 4: did not find expected key");
        check(
            "\n\nspec:\n  containers:\n    - name: web\n      ports:\n      - a: 80\n     b: {}\n",
            "line 7: did not find expected '-' indicator",
        );
    }

    #[test]
    fn a_bomb_of_aliases() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..8 {
            let alias = format!("*a{},", level - 1).repeat(9);
            bomb.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
        }
        check(&bomb, "document contains excessive aliasing");
    }
}
