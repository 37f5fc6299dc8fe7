//! How the API server shows the forbidden part of a change: the fields of a Go structure that
//! differ, the others counted.

use serde::Serialize;
use serde_json::Value;

/// The fields that differ, the old value before the new. `fields` are those of the Go type in
/// order, each with its name in JSON.
pub(super) fn show<T: Serialize>(
    go_type: &str,
    fields: &[(&str, &str)],
    old: &T,
    new: &T,
) -> String {
    let json = |spec: &T| serde_json::to_value(spec).unwrap_or_default();
    let (old, new) = (json(old), json(new));
    let mut lines = vec![format!("  {go_type}{{")];
    let mut same = 0;
    for (name, key) in fields {
        let (before, after) = (&old[*key], &new[*key]);
        if before == after {
            same += 1;
            continue;
        }
        count_same(&mut lines, &mut same);
        lines.push(format!("- \t{name}: {},", value(before)));
        lines.push(format!("+ \t{name}: {},", value(after)));
    }
    count_same(&mut lines, &mut same);
    lines.push("  }\n".to_owned());
    lines.join("\n")
}

fn count_same(lines: &mut Vec<String>, same: &mut usize) {
    if *same > 0 {
        lines.push(format!("  \t... // {same} identical fields"));
        *same = 0;
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        other => other.to_string(),
    }
}
