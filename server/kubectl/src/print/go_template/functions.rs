//! What templates can call: Go's functions, and kubectl's two.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Yield, is_true};
use crate::fields::sorted;

pub(super) const NAMES: &[&str] = &[
    "and",
    "or",
    "not",
    "len",
    "index",
    "print",
    "printf",
    "println",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "exists",
    "base64decode",
];

/// A value as it is written into the output.
pub(super) fn printed(found: &Yield) -> String {
    match found {
        None | Some(Value::Null) => "<no value>".to_owned(),
        Some(other) => inner(other),
    }
}

fn inner(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inner).collect::<Vec<_>>().join(" "))
        }
        Value::Object(_) => {
            let fields = sorted(value).into_iter();
            let fields: Vec<String> = fields.map(|(k, v)| format!("{k}:{}", inner(v))).collect();
            format!("map[{}]", fields.join(" "))
        }
        other => other.to_string(),
    }
}

/// What Go calls the type of a value of JSON.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// Calls a function. `and` and `or` have been decided already where they could be.
pub(super) fn call(name: &str, arguments: &[Yield]) -> Result<Yield, String> {
    let wrong = |why: String| format!("error calling {name}: {why}");
    let last = || arguments.last().cloned().flatten();
    Ok(match name {
        "and" | "or" => last(),
        "not" => Some((!arguments.first().is_some_and(is_true)).into()),
        "len" => Some(length(&last()).map_err(wrong)?.into()),
        "index" => index(arguments).map_err(wrong)?,
        "exists" => Some(index(arguments).is_ok_and(|found| found.is_some()).into()),
        "print" => Some(arguments.iter().map(printed).collect::<String>().into()),
        "println" => {
            let words: Vec<String> = arguments.iter().map(printed).collect();
            Some((words.join(" ") + "\n").into())
        }
        "printf" => Some(printf(arguments).into()),
        "base64decode" => {
            let text = printed(&last());
            let bytes = decoded(&text).ok_or_else(|| wrong("base64 decode failed".to_owned()))?;
            Some(String::from_utf8_lossy(&bytes).into_owned().into())
        }
        "eq" => {
            let (first, rest) =
                arguments.split_first().ok_or_else(|| wrong("missing argument".to_owned()))?;
            Some(rest.iter().any(|other| compare(first, other) == Some(Ordering::Equal)).into())
        }
        _ => {
            let [left, right] = arguments else {
                return Err(wrong("it wants two arguments".to_owned()));
            };
            let order = compare(left, right);
            let ordered =
                || order.ok_or_else(|| wrong("incompatible types for comparison".to_owned()));
            Some(
                match name {
                    "ne" => order != Some(Ordering::Equal),
                    "lt" => ordered()?.is_lt(),
                    "le" => ordered()?.is_le(),
                    "gt" => ordered()?.is_gt(),
                    _ => ordered()?.is_ge(),
                }
                .into(),
            )
        }
    })
}

/// Base64 undone; None where it is none.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=').bytes().map(|letter| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let sextets: Vec<u8> = letters.collect::<Option<_>>()?;
    let mut bytes = Vec::new();
    for four in sextets.chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, six| (bits << 6) | u32::from(*six));
        let whole = (bits << (6 * (4 - four.len()))).to_be_bytes();
        bytes.extend_from_slice(&whole[1..four.len().max(1)]);
    }
    Some(bytes)
}

fn length(found: &Yield) -> Result<usize, String> {
    match found {
        Some(Value::String(text)) => Ok(text.len()),
        Some(Value::Array(items)) => Ok(items.len()),
        Some(Value::Object(fields)) => Ok(fields.len()),
        None | Some(Value::Null) => Err("len of nil pointer".to_owned()),
        Some(other) => Err(format!("len of type {}", kind(other))),
    }
}

fn index(arguments: &[Yield]) -> Result<Yield, String> {
    let Some((of, path)) = arguments.split_first() else { return Ok(None) };
    let mut found = of.clone();
    for step in path {
        found = match (&found, step) {
            (Some(Value::Object(fields)), Some(Value::String(name))) => fields.get(name).cloned(),
            (Some(Value::Array(items)), Some(Value::Number(at))) => {
                let place = at.as_u64().and_then(|at| usize::try_from(at).ok());
                let item = place.and_then(|at| items.get(at)).cloned();
                Some(item.ok_or_else(|| format!("index out of range: {at}"))?)
            }
            (None | Some(Value::Null), _) => return Err("index of untyped nil".to_owned()),
            (Some(other), _) => return Err(format!("can't index item of type {}", kind(other))),
        };
    }
    Ok(found)
}

fn compare(left: &Yield, right: &Yield) -> Option<Ordering> {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            left.as_f64()?.partial_cmp(&right.as_f64()?)
        }
        (Some(Value::String(left)), Some(Value::String(right))) => Some(left.cmp(right)),
        (Some(Value::Bool(left)), Some(Value::Bool(right))) => Some(left.cmp(right)),
        (None | Some(Value::Null), None | Some(Value::Null)) => Some(Ordering::Equal),
        _ => None,
    }
}

/// `%s`, `%v`, `%d`, `%q` with a width, and `%%`.
fn printf(arguments: &[Yield]) -> String {
    let format = arguments.first().map(printed).unwrap_or_default();
    let mut values = arguments.iter().skip(1);
    let mut out = String::new();
    let mut rest = format.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(after.len());
        let (width, after) = after.split_at(end);
        let Some(verb) = after.chars().next() else {
            out.push_str("%!(NOVERB)");
            return out;
        };
        rest = &after[verb.len_utf8()..];
        let text = match (verb, values.next()) {
            ('%', _) => "%".to_owned(),
            (_, None) => format!("%!{verb}(MISSING)"),
            ('q', Some(value)) => format!("{:?}", printed(value)),
            (_, Some(value)) => printed(value),
        };
        let places: usize = width.trim_start_matches('-').parse().unwrap_or(0);
        out.push_str(&match width.starts_with('-') {
            true => format!("{text:<places$}"),
            false => format!("{text:>places$}"),
        });
    }
    out + rest
}
