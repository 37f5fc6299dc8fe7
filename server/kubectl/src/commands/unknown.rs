//! Commands that do not exist, and the ones that may have been meant.

use super::{COMMANDS, help};
use crate::failure::Failure;

/// Commands of the real kubectl that this one does not have, and why.
const ABSENT: &[(&str, &str)] = &[
    ("certificate", "CertificateSigningRequests are not modelled yet"),
    ("completion", "this terminal completes words itself"),
];

/// The complaint about a line that names no command.
pub(super) fn unknown(words: &[String]) -> Failure {
    let mut plain = words.iter().filter(|word| !word.starts_with('-'));
    let Some(name) = plain.next() else {
        let flag = words.first().map(String::as_str).unwrap_or_default();
        let message = match flag.strip_prefix("--") {
            Some(long) => format!("unknown flag: --{}", long.split('=').next().unwrap_or(long)),
            None => format!(
                "unknown shorthand flag: {:?} in {flag}",
                flag.chars().nth(1).unwrap_or('-')
            ),
        };
        return Failure::Flag { command: "kubectl".to_owned(), message };
    };
    let group = help::GROUPS.iter().find(|(group, _)| group == name);
    if let (Some((group, _)), Some(sub)) = (group, plain.next()) {
        let command = format!("kubectl {group}");
        return Failure::Usage { command, message: format!("unknown command {sub:?}") };
    }
    if let Some((_, why)) = ABSENT.iter().find(|(absent, _)| absent == name) {
        return Failure::message(format!("kubectl {name} is not possible in this terminal: {why}"));
    }
    Failure::message(format!("unknown command {name:?} for \"kubectl\"{}", suggestions(name)))
}

fn suggestions(typed: &str) -> String {
    let typed = typed.to_lowercase();
    let top = COMMANDS.iter().map(|command| command.name).filter(|name| !name.contains(' '));
    let groups = help::GROUPS.iter().map(|(name, _)| *name).filter(|name| !name.contains(' '));
    let mut near: Vec<&str> = top
        .chain(groups)
        .chain(ABSENT.iter().map(|(name, _)| *name))
        .filter(|name| distance(&typed, name) <= 2 || name.starts_with(&typed))
        .collect();
    near.sort_unstable();
    if near.is_empty() {
        return String::new();
    }
    let lines: String = near.iter().map(|name| format!("\t{name}\n")).collect();
    format!("\n\nDid you mean this?\n{lines}")
}

/// How many letters have to be put in, taken out or changed (Levenshtein's distance).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.chars().enumerate() {
        let mut diagonal = at;
        row[0] = at + 1;
        for (place, other) in right.iter().enumerate() {
            let above = row[place + 1];
            let changed = diagonal + usize::from(letter != *other);
            row[place + 1] = changed.min(above + 1).min(row[place] + 1);
            diagonal = above;
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &str) {
        let words = crate::split(line).expect(line);
        assert_eq!(unknown(&words).report(), (1, expect.to_owned()), "{line}");
    }

    #[test]
    fn near_misses() {
        check(
            "gte pods",
            "error: unknown command \"gte\" for \"kubectl\"\n\nDid you mean this?\n\tget\n",
        );
        check("xyzzy", "error: unknown command \"xyzzy\" for \"kubectl\"\n");
        check(
            "rollout foo",
            "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n",
        );
        check("--foo", "error: unknown flag: --foo\nSee 'kubectl --help' for usage.\n");
    }
}
