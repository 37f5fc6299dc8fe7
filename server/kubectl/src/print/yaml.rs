//! YAML as kubectl writes it: keys in go-yaml's order, lists not indented, scalars quoted only
//! where they would be read as something else, long lines folded at spaces.

mod order;
mod scalar;

use serde_json::Value;

use order::go_yaml_order;
use scalar::{Place, scalar};

/// A whole document, with its last line end.
pub(crate) fn document(value: &Value) -> String {
    let mut emitter = Emitter { out: String::new() };
    match value {
        Value::Object(fields) if !fields.is_empty() => emitter.mapping(value, 0, true),
        Value::Array(items) if !items.is_empty() => emitter.sequence(items, 0, true),
        _ => {
            emitter.inline(value, Place { column: 0, indent: 2, is_key: false });
            emitter.out.push('\n');
        }
    }
    emitter.out
}

struct Emitter {
    out: String,
}

impl Emitter {
    /// A mapping at `indent`; `fresh` when it starts its own line, else it goes on behind `- `.
    fn mapping(&mut self, value: &Value, indent: usize, fresh: bool) {
        let mut fields: Vec<(&String, &Value)> = value.as_object().into_iter().flatten().collect();
        fields.sort_by(|(left, _), (right, _)| go_yaml_order(left, right));
        for (at, (name, field)) in fields.into_iter().enumerate() {
            if at > 0 || fresh {
                self.indent(indent);
            }
            self.scalar(&Value::String(name.clone()), indent, true);
            self.out.push(':');
            match field {
                Value::Object(inner) if !inner.is_empty() => {
                    self.out.push('\n');
                    self.mapping(field, indent + 2, true);
                }
                Value::Array(items) if !items.is_empty() => {
                    self.out.push('\n');
                    self.sequence(items, indent, true);
                }
                _ => {
                    self.out.push(' ');
                    self.scalar(field, indent + 2, false);
                    self.out.push('\n');
                }
            }
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, fresh: bool) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 || fresh {
                self.indent(indent);
            }
            self.out.push_str("- ");
            match item {
                Value::Object(inner) if !inner.is_empty() => {
                    self.mapping(item, indent + 2, false);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    self.sequence(inner, indent + 2, false);
                }
                _ => {
                    self.scalar(item, indent + 2, false);
                    self.out.push('\n');
                }
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize, is_key: bool) {
        let line = self.out.rfind('\n').map_or(0, |end| end + 1);
        let column = self.out[line..].chars().count();
        self.inline(value, Place { column, indent, is_key });
    }

    fn inline(&mut self, value: &Value, place: Place) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Array(_) => self.out.push_str("[]"),
            Value::Object(_) => self.out.push_str("{}"),
            Value::String(text) => self.out.push_str(&scalar(text, place)),
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "cases read better with values in place")]
    fn check(value: Value, expect: &str) {
        assert_eq!(document(&value), expect);
    }

    #[test]
    fn structure() {
        check(
            json!({"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [
                {"name": "a", "ports": [{"containerPort": 80}], "args": []}, {}],
                "list": [["a", "b"], []], "x": null}}),
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - args: []\n    name: a\n    \
             ports:\n    - containerPort: 80\n  - {}\n  list:\n  - - a\n    - b\n  - []\n  x: \
             null\n",
        );
    }

    #[test]
    fn strings_that_would_be_read_as_something_else() {
        for (text, expect) in [
            ("nginx:1.14.2", "nginx:1.14.2"),
            ("10.96.0.1", "10.96.0.1"),
            ("100m", "100m"),
            ("1", "\"1\""),
            ("1.14", "\"1.14\""),
            ("5e10", "\"5e10\""),
            ("0x1f", "\"0x1f\""),
            ("true", "\"true\""),
            ("y", "\"y\""),
            ("null", "\"null\""),
            ("", "\"\""),
            ("~", "\"~\""),
            ("2026-11-22T06:45:43Z", "\"2026-11-22T06:45:43Z\""),
            ("12:30", "\"12:30\""),
            ("a: b", "'a: b'"),
            ("it's", "it's"),
            ("'x'", "'''x'''"),
            ("*", "'*'"),
            ("- a", "'- a'"),
            ("-a", "-a"),
            ("a #b", "'a #b'"),
            (" a", "' a'"),
            ("a\tb", "\"a\\tb\""),
            ("한국어", "한국어"),
        ] {
            check(json!({ "a": text }), &format!("a: {expect}\n"));
        }
    }

    #[test]
    fn several_lines_are_literal() {
        check(json!({"a": "x\ny\n"}), "a: |\n  x\n  y\n");
        check(json!({"a": "x\n\ny"}), "a: |-\n  x\n\n  y\n");
        check(json!({"a": "x\n\n"}), "a: |+\n  x\n\n");
        check(json!({"a": ["x\ny"]}), "a:\n- |-\n  x\n  y\n");
        check(json!({"a": " x\ny"}), "a: |2-\n   x\n  y\n");
    }

    #[test]
    fn long_lines_fold_at_spaces() {
        let text = "0/2 nodes are available: 2 node(s) had untolerated taint {a: }. preemption: \
                    0/2 nodes are available";
        check(
            json!({ "message": text }),
            "message: '0/2 nodes are available: 2 node(s) had untolerated taint {a: }. \
             preemption:\n  0/2 nodes are available'\n",
        );
    }
}
