//! JSON as Go writes it: keys sorted, `<`, `>` and `&` escaped.

use serde_json::Value;

use crate::fields::sorted;

/// All on one line, without spaces.
pub(crate) fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, None, 0);
    out
}

/// As `-o json` prints it: four spaces a level.
pub(crate) fn pretty(value: &Value) -> String {
    indented(value, "    ")
}

/// With `indent` for each level.
pub(crate) fn indented(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write(&mut out, value, Some(indent), 0);
    out
}

/// A string with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

fn write(out: &mut String, value: &Value, indent: Option<&str>, level: usize) {
    match value {
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(out, at, indent, level + 1);
                write(out, item, indent, level + 1);
            }
            end_line(out, indent, level);
            out.push(']');
        }
        Value::Object(_) => {
            out.push('{');
            for (at, (name, item)) in sorted(value).into_iter().enumerate() {
                separate(out, at, indent, level + 1);
                out.push_str(&quoted(name));
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(out, item, indent, level + 1);
            }
            end_line(out, indent, level);
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn separate(out: &mut String, at: usize, indent: Option<&str>, level: usize) {
    if at > 0 {
        out.push(',');
    }
    end_line(out, indent, level);
}

fn end_line(out: &mut String, indent: Option<&str>, level: usize) {
    if let Some(indent) = indent {
        out.push('\n');
        out.push_str(&indent.repeat(level));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_go_writes_it() {
        let value = json!({"b": [1, {"x": "a<b>\n"}], "a": {}, "c": []});
        assert_eq!(compact(&value), r#"{"a":{},"b":[1,{"x":"a\u003cb\u003e\n"}],"c":[]}"#);
        assert_eq!(
            pretty(&json!({"b": [1], "a": {}})),
            "{\n    \"a\": {},\n    \"b\": [\n        1\n    ]\n}"
        );
    }
}
