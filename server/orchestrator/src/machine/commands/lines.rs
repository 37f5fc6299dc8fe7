//! Commands on lines: which come, in which order, which parts of them.

use super::Call;
use super::filters::files_of;
use super::text::{flag, has};

pub(super) fn text_lines(call: &mut Call<'_, '_>, paths: &[String]) -> (Vec<String>, i32) {
    let (contents, status) = call.contents(paths);
    let lines = contents.iter().flat_map(|(_, bytes)| {
        String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>()
    });
    (lines.collect(), status)
}

pub(super) fn put_lines(call: &mut Call<'_, '_>, lines: &[String]) {
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    call.put(text);
}

pub(super) fn lines_with(call: &mut Call<'_, '_>, change: impl Fn(&str) -> String) -> i32 {
    let paths = files_of(call, "");
    let (lines, status) = text_lines(call, &paths);
    let changed: Vec<String> = lines.iter().map(|line| change(line)).collect();
    put_lines(call, &changed);
    status
}

pub(super) fn tac(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "");
    let (mut lines, status) = text_lines(call, &paths);
    lines.reverse();
    put_lines(call, &lines);
    status
}

pub(super) fn number(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "");
    let (lines, status) = text_lines(call, &paths);
    let mut number = 0;
    let numbered: Vec<String> = lines
        .iter()
        .map(|line| {
            if line.is_empty() {
                return "       ".to_owned();
            }
            number += 1;
            format!("{number:6}\t{line}")
        })
        .collect();
    put_lines(call, &numbered);
    status
}

pub(super) fn sort(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "tko");
    let (mut lines, status) = text_lines(call, &paths);
    let separator = flag(call, 't').and_then(|text| text.chars().next());
    let field = flag(call, 'k').and_then(|text| {
        text.split([',', '.', 'n', 'r']).next().and_then(|number| number.parse::<usize>().ok())
    });
    let numeric = has(call, 'n') || flag(call, 'k').is_some_and(|text| text.contains('n'));
    let fold = has(call, 'f');
    let key = |line: &str| -> String {
        let part = match (field, separator) {
            (None, _) => line.to_owned(),
            (Some(at), Some(separator)) => {
                line.split(separator).skip(at - 1).collect::<Vec<_>>().join("\u{1}")
            }
            (Some(at), None) => {
                line.split_whitespace().skip(at.saturating_sub(1)).collect::<Vec<_>>().join(" ")
            }
        };
        if fold { part.to_uppercase() } else { part }
    };
    let value = |text: &str| -> f64 {
        let text = text.trim_start();
        let end =
            text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(text.len());
        text[..end].parse().unwrap_or(0.0)
    };
    lines.sort_by(|left, right| {
        let (a, b) = (key(left), key(right));
        let order = if numeric { value(&a).total_cmp(&value(&b)) } else { a.cmp(&b) };
        order.then_with(|| left.cmp(right))
    });
    if has(call, 'r') {
        lines.reverse();
    }
    if has(call, 'u') {
        lines.dedup_by(
            |a, b| if numeric { value(&key(a)) == value(&key(b)) } else { key(a) == key(b) },
        );
    }
    put_lines(call, &lines);
    status
}

pub(super) fn uniq(call: &mut Call<'_, '_>) -> i32 {
    let paths = files_of(call, "");
    let (lines, status) = text_lines(call, &paths);
    let mut groups: Vec<(usize, String)> = Vec::new();
    for line in lines {
        match groups.last_mut() {
            Some((count, last)) if *last == line => *count += 1,
            _ => groups.push((1, line)),
        }
    }
    let (counts, repeated, single) = (has(call, 'c'), has(call, 'd'), has(call, 'u'));
    let shown: Vec<String> = groups
        .into_iter()
        .filter(|(count, _)| (!repeated || *count > 1) && (!single || *count < 2))
        .map(|(count, line)| if counts { format!("{count:7} {line}") } else { line })
        .collect();
    put_lines(call, &shown);
    status
}

/// Whether a number is in `1,3-5,7-`.
pub(super) fn in_ranges(ranges: &str, number: usize) -> bool {
    ranges.split(',').any(|range| match range.split_once('-') {
        None => range.parse() == Ok(number),
        Some((low, high)) => {
            number >= low.parse().unwrap_or(1) && number <= high.parse().unwrap_or(usize::MAX)
        }
    })
}

pub(super) fn cut(call: &mut Call<'_, '_>) -> i32 {
    let delimiter = flag(call, 'd').and_then(|text| text.chars().next()).unwrap_or('\t');
    let fields = flag(call, 'f');
    let letters = flag(call, 'c').or_else(|| flag(call, 'b'));
    let only = has(call, 's');
    let paths = files_of(call, "dfcb");
    let (lines, status) = text_lines(call, &paths);
    let mut shown = Vec::new();
    for line in lines {
        if let Some(ranges) = &letters {
            let kept = line.chars().enumerate().filter(|(at, _)| in_ranges(ranges, at + 1));
            shown.push(kept.map(|(_, letter)| letter).collect());
        } else if let Some(ranges) = &fields {
            if !line.contains(delimiter) {
                if !only {
                    shown.push(line);
                }
                continue;
            }
            let kept =
                line.split(delimiter).enumerate().filter(|(at, _)| in_ranges(ranges, at + 1));
            shown.push(
                kept.map(|(_, field)| field).collect::<Vec<_>>().join(&delimiter.to_string()),
            );
        } else {
            call.complain("expected a list of bytes, characters, or fields");
            return 1;
        }
    }
    put_lines(call, &shown);
    status
}

/// The letters of a set: `a-z`, `[:upper:]`, `\n`.
pub(super) fn set(text: &str) -> Vec<char> {
    let text = String::from_utf8_lossy(&super::unescape(text, false).0).into_owned();
    let mut letters = Vec::new();
    let mut rest: &str = &text;
    while let Some(first) = rest.chars().next() {
        if let Some(class) = rest.strip_prefix("[:").and_then(|after| after.split_once(":]")) {
            let all = (0..128_u8).map(char::from);
            letters.extend(all.filter(|c| crate::machine::shell::in_class(class.0, *c)));
            rest = class.1;
            continue;
        }
        let mut after = rest.chars().skip(1);
        if after.next() == Some('-')
            && let Some(last) = after.next()
            && last >= first
        {
            letters.extend((first..=last).take(4096));
            rest = &rest[first.len_utf8() + 1 + last.len_utf8()..];
        } else {
            letters.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    letters
}

pub(super) fn tr(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let flags: String =
        words.iter().filter(|w| w.len() > 1 && w.starts_with('-')).map(String::as_str).collect();
    let sets: Vec<Vec<char>> =
        words.iter().filter(|w| w.len() < 2 || !w.starts_with('-')).map(|w| set(w)).collect();
    let input = call.input.take().unwrap_or_default();
    let text = String::from_utf8_lossy(&input).into_owned();
    let Some(first) = sets.first() else { return 1 };
    let second = sets.get(1);
    let inverse = flags.contains(['c', 'C']);
    let within = |letter: char| first.contains(&letter) != inverse;
    let mut out = String::new();
    let squeezed = if flags.contains('s') { second.or(Some(first)) } else { None };
    for letter in text.chars() {
        let made = match second {
            _ if !within(letter) => letter,
            _ if flags.contains('d') => continue,
            Some(second) if !second.is_empty() => {
                let at = if inverse {
                    usize::MAX
                } else {
                    first.iter().position(|c| *c == letter).unwrap_or(0)
                };
                second[at.min(second.len() - 1)]
            }
            _ => letter,
        };
        let repeats = out.ends_with(made)
            && squeezed.is_some_and(|set| set.contains(&made) != (inverse && second.is_none()));
        if !repeats {
            out.push(made);
        }
    }
    call.put(out);
    0
}
