//! Kinds without a description of their own: every field, with its name made readable.

use serde_json::Value;

use super::writer::Writer;
use crate::fields::sorted;
use crate::print::custom_columns::go_value;

/// Fields that the head has already shown, or that are for machines.
const SKIPPED: [&str; 5] = [
    ".metadata.managedFields",
    ".metadata.name",
    ".metadata.namespace",
    ".metadata.labels",
    ".metadata.annotations",
];

pub(super) fn describe(writer: &mut Writer, object: &Value) {
    writer.head(object);
    fields(writer, 0, object, "");
}

fn fields(writer: &mut Writer, level: usize, object: &Value, path: &str) {
    for (name, value) in sorted(object) {
        let path = format!("{path}.{name}");
        if SKIPPED.contains(&path.as_str()) {
            continue;
        }
        let label = label(name);
        match value {
            Value::Object(_) => {
                writer.line(level, &format!("{label}:"));
                fields(writer, level + 1, value, &path);
            }
            Value::Array(items) => {
                writer.line(level, &format!("{label}:"));
                for item in items {
                    match item {
                        Value::Object(_) => fields(writer, level + 1, item, &path),
                        other => writer.line(level + 1, &shown(other)),
                    }
                }
            }
            other => writer.pair(level, &label, shown(other)),
        }
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { go_value(value) }
}

/// `creationTimestamp` becomes `Creation Timestamp`; names with other letters stay.
fn label(name: &str) -> String {
    if name.chars().any(|letter| !letter.is_alphabetic() && letter != '-') {
        return name.to_owned();
    }
    let parts: Vec<String> = camel_case(name).iter().map(|part| capitalized(part)).collect();
    parts.join(" ")
}

fn capitalized(part: &str) -> String {
    let upper = part.to_uppercase();
    if ["API", "URL", "UID", "OSB", "GUID"].contains(&upper.as_str()) {
        return upper;
    }
    let mut letters = part.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Splits where a lower-case letter meets a capital, and before the last capital of several.
fn camel_case(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut parts = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let starts = before.is_some_and(|before| {
            (letter.is_uppercase() && before.is_lowercase())
                || (letter.is_uppercase()
                    && before.is_uppercase()
                    && after.is_some_and(|after| after.is_lowercase()))
                || (letter.is_alphabetic() != before.is_alphabetic())
        });
        if starts {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(*letter);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_labels() {
        for (name, expect) in [
            ("creationTimestamp", "Creation Timestamp"),
            ("apiVersion", "API Version"),
            ("uid", "UID"),
            ("kind", "Kind"),
            ("reportingComponent", "Reporting Component"),
            ("f:metadata", "f:metadata"),
            ("clusterIP", "Cluster IP"),
        ] {
            assert_eq!(label(name), expect);
        }
    }
}
