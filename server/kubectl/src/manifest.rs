//! Manifests: YAML or JSON, several documents a file, as JSON objects. What is wrong with one is
//! said in go-yaml's words, which are those that kubectl prints.

mod complaint;

use serde_json::Value;

use complaint::complaint;

/// The documents of a file, in order; each is an object or what is wrong with it.
///
/// Documents that are empty or hold only comments are left out, as kubectl leaves them out.
pub(crate) fn documents(text: &str) -> Vec<Result<Value, String>> {
    let parts = parts(text);
    parts.iter().filter_map(|part| document(part).transpose()).collect()
}

/// The documents as kustomize reads them: all is YAML, also JSON, and of booleans there are only
/// `true` and `false`.
pub(crate) fn yaml_documents(text: &str) -> Result<Vec<Value>, String> {
    let mut options = usual();
    options.strict_booleans = true;
    let read = parts(text).into_iter().map(|part| yaml_with(&part, options.clone()));
    let mut all = read.collect::<Result<Vec<Value>, String>>()?;
    all.retain(|document| !document.is_null());
    Ok(all)
}

/// One document; `None` when there is nothing in it.
fn document(text: &str) -> Result<Option<Value>, String> {
    if text.trim_start().starts_with('{') {
        return json(text).map(Some);
    }
    match yaml(text) {
        Ok(Value::Null) => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(why) => Err(format!("error converting YAML to JSON: yaml: {why}")),
    }
}

/// A YAML value by the rules of YAML 1.1 (`on` is true, `0644` is octal, the last of two equal
/// keys counts), or go-yaml's complaint.
pub(crate) fn yaml(text: &str) -> Result<Value, String> {
    yaml_with(text, usual())
}

fn usual() -> serde_yaml::Options {
    serde_yaml::options! {
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::LastWins,
        legacy_octal_numbers: true,
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: 20_000 },
    }
}

fn yaml_with(text: &str, options: serde_yaml::Options) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Value::Null);
    }
    serde_yaml::from_str_with_options(text, options).map_err(|error| complaint(&error, text))
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        let offset = offset_of(text, error.line(), error.column());
        let letter = text[..offset.min(text.len())].chars().last().unwrap_or('\0');
        match error.classify() {
            serde_json::error::Category::Eof => "unexpected EOF".to_owned(),
            _ => format!(
                "json: offset {offset}: invalid character {letter:?} looking for beginning of value"
            ),
        }
    })
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column
}

/// The text between `---` lines.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let is_separator = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.trim().is_empty() || rest.trim_start().starts_with('#'));
        if is_separator {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
        }
    }
    parts
}
