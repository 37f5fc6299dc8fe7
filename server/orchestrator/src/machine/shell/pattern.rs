//! Patterns: `*`, `?`, `[…]`; in file names and in `case`.

use crate::machine::files::Files;

/// How many names a pattern may become.
const NAMES_MAX: usize = 4096;

/// Whether a text fits a pattern as a whole. A backslash takes the next letter as it is.
pub(in crate::machine) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
        } else if let Some(next) = one(&pattern, p, text[t]) {
            p = next;
            t += 1;
        } else if let Some((at, from)) = star {
            p = at + 1;
            t = from + 1;
            star = Some((at, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// Where the pattern goes on if its next element fits the letter.
fn one(pattern: &[char], p: usize, letter: char) -> Option<usize> {
    match pattern.get(p)? {
        '?' => Some(p + 1),
        '\\' if p + 1 < pattern.len() => (pattern[p + 1] == letter).then_some(p + 2),
        '[' => match bracket(pattern, p, letter) {
            Some((fits, next)) => fits.then_some(next),
            None => (letter == '[').then_some(p + 1),
        },
        other => (*other == letter).then_some(p + 1),
    }
}

/// `[a-z]`, `[!a]`: whether the letter is in it, and where it ends. None if it has no end.
fn bracket(pattern: &[char], p: usize, letter: char) -> Option<(bool, usize)> {
    let mut at = p + 1;
    let negated = matches!(pattern.get(at), Some('!' | '^'));
    at += usize::from(negated);
    let (mut fits, mut first) = (false, true);
    loop {
        let mut low = *pattern.get(at)?;
        if low == ']' && !first {
            return Some((fits != negated, at + 1));
        }
        first = false;
        if low == '[' && pattern.get(at + 1) == Some(&':') {
            let length = pattern[at + 2..].iter().position(|letter| *letter == ':')?;
            let class: String = pattern[at + 2..at + 2 + length].iter().collect();
            fits |= in_class(&class, letter);
            at += length + 4;
            continue;
        }
        if low == '\\' {
            at += 1;
            low = *pattern.get(at)?;
        }
        let is_range = pattern.get(at + 1) == Some(&'-')
            && pattern.get(at + 2).is_some_and(|letter| *letter != ']');
        if is_range {
            fits |= (low..=*pattern.get(at + 2)?).contains(&letter);
            at += 3;
        } else {
            fits |= low == letter;
            at += 1;
        }
    }
}

pub(in crate::machine) fn in_class(class: &str, letter: char) -> bool {
    match class {
        "alpha" => letter.is_alphabetic(),
        "digit" => letter.is_ascii_digit(),
        "alnum" => letter.is_alphanumeric(),
        "upper" => letter.is_uppercase(),
        "lower" => letter.is_lowercase(),
        "space" => letter.is_whitespace(),
        "blank" => letter == ' ' || letter == '\t',
        "punct" => letter.is_ascii_punctuation(),
        "xdigit" => letter.is_ascii_hexdigit(),
        _ => false,
    }
}

/// The files that a pattern names, sorted. Empty if there are none.
pub(in crate::machine) fn glob(files: &Files<'_>, folder: &str, pattern: &str) -> Vec<String> {
    let from_root = pattern.starts_with('/');
    let mut found: Vec<String> = vec![if from_root { "/".to_owned() } else { String::new() }];
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        let mut next = Vec::new();
        for base in &found {
            below(files, folder, base, part, is_last, &mut next);
        }
        next.truncate(NAMES_MAX);
        found = next;
    }
    found.sort();
    found
}

fn below(
    files: &Files<'_>,
    folder: &str,
    base: &str,
    part: &str,
    is_last: bool,
    found: &mut Vec<String>,
) {
    let joined = |name: &str| match base {
        "" => name.to_owned(),
        base if base.ends_with('/') => format!("{base}{name}"),
        base => format!("{base}/{name}"),
    };
    if !part.contains(['*', '?', '[']) {
        let path = joined(&part.replace('\\', ""));
        if files.find(folder, &path, false).is_ok() {
            found.push(path);
        }
        return;
    }
    let here = if base.is_empty() { "." } else { base };
    let Ok((absolute, node)) = files.find(folder, here, true) else { return };
    for (name, _) in node.entries() {
        if (name.starts_with('.') && !part.starts_with('.')) || !matches(part, name) {
            continue;
        }
        let mut path = absolute.clone();
        path.push(name.to_string());
        let is_folder = || {
            let shown = crate::machine::files::shown(&path);
            files.find("/", &shown, true).is_ok_and(|(_, node)| node.is_folder())
        };
        if is_last || is_folder() {
            found.push(joined(name));
        }
    }
}
