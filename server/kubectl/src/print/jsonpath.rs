//! kubectl's JSONPath templates: `{.items[*].metadata.name}`, `{range …}…{end}`, filters, literals.

mod evaluate;
mod parse;

use serde_json::Value;

use crate::print::json::compact;
use evaluate::results;
use parse::{Node, parse};

/// A template, ready to be filled in.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    text: String,
    nodes: Vec<Node>,
    allow_missing: bool,
}

impl Template {
    /// # Errors
    /// kubectl's words for what is wrong with the template.
    pub(crate) fn new(text: &str) -> Result<Template, String> {
        Ok(Template { text: text.to_owned(), nodes: parse(text)?, allow_missing: true })
    }

    /// A template that fails on fields that are not there.
    pub(crate) fn strict(mut self) -> Template {
        self.allow_missing = false;
        self
    }

    /// The template as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The template filled in from `value`.
    pub(crate) fn fill(&self, value: &Value) -> Result<String, String> {
        let mut out = String::new();
        self.write(&self.nodes, value, value, &mut out)?;
        Ok(out)
    }

    /// What the template's first path finds.
    pub(crate) fn find<'v>(&self, value: &'v Value) -> Result<Vec<&'v Value>, String> {
        let Some(Node::Path(steps)) = self.nodes.first() else {
            return Ok(Vec::new());
        };
        results(steps, value, value, self.allow_missing)
    }

    fn write(
        &self,
        nodes: &[Node],
        root: &Value,
        here: &Value,
        out: &mut String,
    ) -> Result<(), String> {
        for node in nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Path(steps) => {
                    let found = results(steps, root, here, self.allow_missing)?;
                    let shown: Vec<String> = found.into_iter().map(shown).collect();
                    out.push_str(&shown.join(" "));
                }
                Node::Range(steps, body) => {
                    for item in results(steps, root, here, self.allow_missing)? {
                        self.write(body, root, item, out)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The path that a person means who writes `metadata.name`, `.metadata.name` or
/// `{.metadata.name}`, as a template.
pub(crate) fn relaxed(expression: &str) -> Result<String, String> {
    let inner = expression.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.unwrap_or(expression);
    if inner.is_empty() || inner.contains(['{', '}']) {
        return Err("unexpected path string, expected a 'name1.name2' or '.name1.name2' or \
             '{name1.name2}' or '{.name1.name2}'"
            .to_owned());
    }
    Ok(format!("{{.{}}}", inner.strip_prefix('.').unwrap_or(inner)))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => compact(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pods() -> Value {
        json!({"kind": "List", "items": [
            {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "web", "x": "1"}},
             "status": {"phase": "Running", "n": 2}},
            {"metadata": {"name": "b"}, "status": {"phase": "Pending", "n": 1}}]})
    }

    fn check(template: &str, expect: &str) {
        let filled = Template::new(template).and_then(|template| template.fill(&pods()));
        assert_eq!(filled.as_deref(), Ok(expect), "{template}");
    }

    #[test]
    fn paths() {
        check("{.kind}", "List");
        check("{.items[*].metadata.name}", "a b");
        check("{$.items[0].metadata.name} and {.items[-1:].metadata.name}", "a and b");
        check("{.items[0].metadata.labels}", r#"{"app.kubernetes.io/name":"web","x":"1"}"#);
        check(r"{.items[0].metadata.labels.app\.kubernetes\.io/name}", "web");
        check("{.items[0].metadata.labels['app.kubernetes.io/name']}", "web");
        check("{.items[0].metadata['name', 'labels'].x}", "1");
        check("{..name}", "a b");
        check("{.items[*].nothing}", "");
        check("{.items[0].status.*}", "2 Running");
    }

    #[test]
    fn filters_and_ranges() {
        check("{.items[?(@.status.phase==\"Running\")].metadata.name}", "a");
        check("{.items[?(@.status.phase!='Running')].metadata.name}", "b");
        check("{.items[?(@.status.n>1)].metadata.name}", "a");
        check("{.items[?(@.metadata.labels)].metadata.name}", "a");
        check(
            "{range .items[*]}{.metadata.name}{\"\\t\"}{.status.phase}{\"\\n\"}{end}",
            "a\tRunning\nb\tPending\n",
        );
    }

    #[test]
    fn mistakes() {
        let check = |template: &str, expect: &str| {
            let filled = Template::new(template).and_then(|t| t.strict().fill(&pods()));
            assert_eq!(filled, Err(expect.to_owned()), "{template}");
        };
        check("{.items[*].x", "unclosed action");
        check("{.nothing}", "nothing is not found");
        check("{.items[9]}", "array index out of bounds: index 9, length 2");
        check("{range .items[*]}", "not in range, nothing to end");
    }

    #[test]
    fn relaxed_paths() {
        for text in ["a.b", ".a.b", "{a.b}", "{.a.b}"] {
            assert_eq!(relaxed(text).as_deref(), Ok("{.a.b}"));
        }
    }
}
