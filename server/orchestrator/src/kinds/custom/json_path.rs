//! The simple JSON paths of definitions: `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`,
//! `.metadata.annotations['a/b']`, `.spec.items[0]`, `.spec.items[*].name`.
//! <https://kubernetes.io/docs/reference/kubectl/jsonpath/>

use serde_json::Value;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    /// From the end, if negative.
    Index(i64),
    All,
    /// Items whose field has a value.
    Where(Vec<String>, Value),
}

/// All that a path leads to, in order; nothing where it is malformed.
pub(crate) fn find<'a>(path: &str, value: &'a Value) -> Vec<&'a Value> {
    let Some(steps) = parse(path) else { return Vec::new() };
    steps.iter().fold(vec![value], |found, step| {
        found.into_iter().flat_map(|value| follow(step, value)).collect()
    })
}

/// Whether a path can be read.
pub(crate) fn is_path(path: &str) -> bool {
    parse(path).is_some()
}

/// The names of a path without lists: `.spec.replicas`; None for any other.
pub(crate) fn fields(path: &str) -> Option<Vec<String>> {
    let steps = parse(path)?;
    let name = |step| match step {
        Step::Field(name) => Some(name),
        _ => None,
    };
    steps.into_iter().map(name).collect()
}

fn follow<'a>(step: &Step, value: &'a Value) -> Vec<&'a Value> {
    match (step, value) {
        (Step::Field(name), Value::Object(fields)) => fields.get(name).into_iter().collect(),
        (Step::Index(index), Value::Array(items)) => {
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let index = if *index < 0 { index + length } else { *index };
            usize::try_from(index).ok().and_then(|index| items.get(index)).into_iter().collect()
        }
        (Step::All, Value::Array(items)) => items.iter().collect(),
        (Step::All, Value::Object(fields)) => fields.values().collect(),
        (Step::Where(path, wanted), Value::Array(items)) => {
            let field = |item: &'a Value| path.iter().try_fold(item, |value, name| value.get(name));
            items.iter().filter(|item| field(item) == Some(wanted)).collect()
        }
        _ => Vec::new(),
    }
}

fn parse(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim();
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, after) = if let Some(inside) = rest.strip_prefix('[') {
            let end = closing(inside)?;
            (bracket(&inside[..end])?, &inside[end + 1..])
        } else {
            let name = rest.strip_prefix('.')?;
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let step =
                if &name[..end] == "*" { Step::All } else { Step::Field(name[..end].to_owned()) };
            if end == 0 {
                return None;
            }
            (step, &name[end..])
        };
        steps.push(step);
        rest = after;
    }
    (!steps.is_empty()).then_some(steps)
}

/// Where the bracket ends that has been opened; quotes may hold brackets.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, letter)| match (quote, letter) {
        (None, ']') => Some(at),
        (None, '\'' | '"') => {
            quote = Some(letter);
            None
        }
        (Some(open), letter) if open == letter => {
            quote = None;
            None
        }
        _ => None,
    })
}

fn bracket(inside: &str) -> Option<Step> {
    if inside == "*" {
        return Some(Step::All);
    }
    if let Some(name) = unquoted(inside) {
        return Some(Step::Field(name.to_owned()));
    }
    if let Some(condition) = inside.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        let (path, wanted) = condition.split_once("==")?;
        let path = path.trim().strip_prefix("@.")?.split('.').map(str::to_owned).collect();
        let wanted = wanted.trim();
        let wanted = match unquoted(wanted) {
            Some(text) => text.into(),
            None => serde_json::from_str(wanted).ok()?,
        };
        return Some(Step::Where(path, wanted));
    }
    inside.parse().ok().map(Step::Index)
}

fn unquoted(text: &str) -> Option<&str> {
    let within = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    within('\'').or_else(|| within('"'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let object = json!({
            "metadata": {"annotations": {"a/b.c": "x"}},
            "status": {"conditions": [
                {"type": "Synced", "status": "False"}, {"type": "Ready", "status": "True"},
            ], "n": [1, 2, 3]},
        });
        let cases = [
            (".status.n", json!([[1, 2, 3]])),
            (".status.n[0]", json!([1])),
            (".status.n[-1]", json!([3])),
            (".status.n[*]", json!([1, 2, 3])),
            (".status.conditions[?(@.type==\"Ready\")].status", json!(["True"])),
            (".status.conditions[?(@.type=='Synced')].status", json!(["False"])),
            (".metadata.annotations['a/b.c']", json!(["x"])),
            (".status.missing", json!([])),
            ("status", json!([])),
        ];
        for (path, expected) in cases {
            assert_eq!(json!(find(path, &object)), expected, "{path}");
        }
        assert!(!is_path("spec.replicas") && !is_path(".a[") && is_path(".a['b']"));
    }
}
