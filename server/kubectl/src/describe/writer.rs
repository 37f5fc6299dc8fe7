//! Lines with levels and tabs, aligned at the end.

use serde_json::Value;

use crate::fields::{name_of, namespace_of, string_map};
use crate::print::tabwriter::Tabwriter;

/// Collects the lines of a description. `\t` ends a cell.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
}

/// Annotations longer than this go on lines of their own.
const ANNOTATION_LETTERS: usize = 140;

/// Annotations that are for machines only.
const HIDDEN: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Writer {
    /// One line at a level; each level is two spaces.
    pub(super) fn line(&mut self, level: usize, text: &str) {
        self.text.push_str(&"  ".repeat(level));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// `Label:` and a value beside it.
    pub(super) fn pair(&mut self, level: usize, label: &str, value: impl std::fmt::Display) {
        self.line(level, &format!("{label}:\t{value}"));
    }

    /// Name, namespace, labels and annotations.
    pub(super) fn head(&mut self, object: &Value) {
        self.pair(0, "Name", name_of(object));
        self.pair(0, "Namespace", namespace_of(object));
        self.labels("Labels", &object["metadata"]["labels"]);
        self.annotations("Annotations", &object["metadata"]["annotations"]);
    }

    /// A map of strings, one pair a line.
    pub(super) fn labels(&mut self, title: &str, labels: &Value) {
        let lines: Vec<String> =
            string_map(labels).into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.lines(title, &lines);
    }

    /// Annotations, one a line; long ones below their key.
    pub(super) fn annotations(&mut self, title: &str, annotations: &Value) {
        let mut lines = Vec::new();
        for (key, value) in string_map(annotations) {
            if key == HIDDEN {
                continue;
            }
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 > ANNOTATION_LETTERS || value.contains('\n') {
                lines.push(format!("{key}:"));
                let shortened = value.split('\n').map(|line| format!("  {}", shorten(line)));
                lines.extend(shortened);
            } else {
                lines.push(format!("{key}: {value}"));
            }
        }
        self.lines(title, &lines);
    }

    /// A title and lines beside it, or `<none>`.
    pub(super) fn lines(&mut self, title: &str, lines: &[String]) {
        match lines.split_first() {
            None => self.pair(0, title, "<none>"),
            Some((first, rest)) => {
                self.pair(0, title, first);
                rest.iter().for_each(|line| self.line(0, &format!("\t{line}")));
            }
        }
    }

    /// The text with its tabs.
    pub(super) fn raw(self) -> String {
        self.text
    }

    /// The aligned text.
    pub(super) fn finish(self) -> String {
        let mut writer = Tabwriter::for_describe();
        writer.write(&self.text);
        writer.flush()
    }
}

fn shorten(line: &str) -> String {
    let most = ANNOTATION_LETTERS - 2;
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// `ReplicaSet/web-5d8`: who controls an object.
pub(super) fn controller(object: &Value) -> Option<String> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    let owner = owners.iter().find(|owner| owner["controller"] == true)?;
    Some(format!("{}/{}", owner["kind"].as_str()?, owner["name"].as_str()?))
}

/// Go's spelling of a truth value in tables: `True`.
pub(super) fn capital(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

/// The text, or `none` in its place when there is none.
pub(super) fn or(text: &str, none: &str) -> String {
    if text.is_empty() { none.to_owned() } else { text.to_owned() }
}

/// A number or a string, as it is.
pub(super) fn int_or_string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "0".to_owned(),
        other => other.to_string(),
    }
}
