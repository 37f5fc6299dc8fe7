//! A part of `awk`: fields of lines that fit a pattern.

use regex::bytes::Regex;

use super::filters::files_of;
use super::sed::until;
use super::{Call, grep};

/// `[/pattern/|NR==n] { print $1, "text", NF … }`
pub(super) fn awk(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let mut separator = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if let Some(value) = word.strip_prefix("-F") {
            separator =
                if value.is_empty() { rest.next().cloned() } else { Some(value.to_owned()) };
        }
    }
    let mut operands = files_of(call, "Fv").into_iter();
    let program = operands.next().unwrap_or_default();
    let Some((pattern, items)) = awk_program(&program) else {
        call.complain("this program is not modelled");
        return 2;
    };
    let paths: Vec<String> = operands.collect();
    let (contents, status) = call.contents(&paths);
    let mut number = 0;
    for (_, bytes) in contents {
        for line in String::from_utf8_lossy(&bytes).lines() {
            number += 1;
            let fields: Vec<&str> = match &separator {
                Some(separator) => line.split(separator.as_str()).collect(),
                None => line.split_whitespace().collect(),
            };
            if !pattern.fits(line, number) {
                continue;
            }
            let value = |item: &Item| match item {
                Item::Text(text) => text.clone(),
                Item::Field(0) => line.to_owned(),
                Item::Field(at) => fields.get(at - 1).copied().unwrap_or_default().to_owned(),
                Item::LastField => fields.last().copied().unwrap_or_default().to_owned(),
                Item::Lines => number.to_string(),
                Item::Fields => fields.len().to_string(),
            };
            let words: Vec<String> =
                items.iter().map(|one| one.iter().map(value).collect()).collect();
            call.put(words.join(" ") + "\n");
        }
    }
    status
}

enum Pattern {
    All,
    Fits(Regex),
    Line(u64),
    After(u64),
}

enum Item {
    Text(String),
    Field(usize),
    LastField,
    Lines,
    Fields,
}

impl Pattern {
    fn fits(&self, line: &str, number: u64) -> bool {
        match self {
            Pattern::All => true,
            Pattern::Fits(regex) => regex.is_match(line.as_bytes()),
            Pattern::Line(wanted) => number == *wanted,
            Pattern::After(least) => number > *least,
        }
    }
}

fn awk_program(text: &str) -> Option<(Pattern, Vec<Vec<Item>>)> {
    let text = text.trim();
    let (pattern, action) = match text.find('{') {
        Some(at) if !text.starts_with('/') || text[1..at].contains('/') => text.split_at(at),
        _ => (text, "{print}"),
    };
    let pattern = match pattern.trim() {
        "" => Pattern::All,
        fits if fits.len() > 1 && fits.starts_with('/') && fits.ends_with('/') => {
            Pattern::Fits(grep::compile(&fits[1..fits.len() - 1], true, false)?)
        }
        line => match line.replace(' ', "").strip_prefix("NR")? {
            rest if rest.starts_with("==") => Pattern::Line(rest[2..].parse().ok()?),
            rest if rest.starts_with('>') => Pattern::After(rest[1..].parse().ok()?),
            _ => return None,
        },
    };
    let action = action.strip_prefix('{')?.strip_suffix('}')?.trim().trim_end_matches(';');
    let list = action.strip_prefix("print")?;
    let mut items = vec![Vec::new()];
    let mut rest = list.trim();
    while !rest.is_empty() {
        let (item, after) = awk_item(rest)?;
        items.last_mut()?.push(item);
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            items.push(Vec::new());
            rest = after.trim_start();
        }
    }
    if items == [vec![]] as [Vec<Item>; 1] {
        items = vec![vec![Item::Field(0)]];
    }
    Some((pattern, items))
}

impl PartialEq for Item {
    fn eq(&self, other: &Item) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

fn awk_item(text: &str) -> Option<(Item, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let (inner, rest) = until(rest, '"')?;
        let bytes = super::unescape(&inner, false).0;
        return Some((Item::Text(String::from_utf8_lossy(&bytes).into_owned()), rest));
    }
    if let Some(rest) = text.strip_prefix("$NF") {
        return Some((Item::LastField, rest));
    }
    if let Some(rest) = text.strip_prefix('$') {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        return Some((Item::Field(rest[..end].parse().ok()?), &rest[end..]));
    }
    if let Some(rest) = text.strip_prefix("NR") {
        return Some((Item::Lines, rest));
    }
    text.strip_prefix("NF").map(|rest| (Item::Fields, rest))
}
