//! Templates of Go's `text/template`, as `-o go-template` takes them: fields, pipelines, `if`,
//! `range`, `with`, variables, and the functions of Go and kubectl.

mod functions;
mod parse;

use std::collections::BTreeMap;

use serde_json::Value;

use functions::{call, printed};
use parse::{Base, Node, Operand, Pipe, parse};

/// A template, ready to be filled in.
#[derive(Debug, Clone)]
pub(crate) struct GoTemplate {
    text: String,
    nodes: Vec<Node>,
    allow_missing: bool,
}

/// What a pipeline yields; None where nothing was found.
type Yield = Option<Value>;

impl GoTemplate {
    /// # Errors
    /// What is wrong with the template.
    pub(crate) fn new(text: &str, allow_missing: bool) -> Result<GoTemplate, String> {
        let nodes = parse(text)
            .map_err(|why| format!("error parsing template {text}, template: output:1: {why}"))?;
        Ok(GoTemplate { text: text.to_owned(), nodes, allow_missing })
    }

    /// The template filled in from `value`.
    ///
    /// # Errors
    /// What could not be evaluated.
    pub(crate) fn fill(&self, value: &Value) -> Result<String, String> {
        let variables = BTreeMap::from([("$".to_owned(), Some(value.clone()))]);
        let mut run = Run { allow_missing: self.allow_missing, variables, out: String::new() };
        match run.all(&self.nodes, &Some(value.clone())) {
            Ok(()) => Ok(run.out),
            Err(why) => {
                let text = &self.text;
                Err(format!("error executing template {text:?}: template: output:{why}"))
            }
        }
    }
}

/// A template that is being filled in.
struct Run {
    allow_missing: bool,
    /// By name, `$` first of all.
    variables: BTreeMap<String, Yield>,
    out: String,
}

impl Run {
    fn all(&mut self, nodes: &[Node], dot: &Yield) -> Result<(), String> {
        nodes.iter().try_for_each(|node| self.one(node, dot))
    }

    fn one(&mut self, node: &Node, dot: &Yield) -> Result<(), String> {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Action(pipe) => {
                let found = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.out.push_str(&printed(&found));
                }
            }
            Node::If(pipe, then, otherwise) => {
                let before = self.variables.clone();
                let found = self.pipe(pipe, dot)?;
                self.all(if is_true(&found) { then } else { otherwise }, dot)?;
                self.leave(&before);
            }
            Node::With(pipe, then, otherwise) => {
                let before = self.variables.clone();
                let found = self.pipe(pipe, dot)?;
                match is_true(&found) {
                    true => self.all(then, &found)?,
                    false => self.all(otherwise, dot)?,
                }
                self.leave(&before);
            }
            Node::Range(pipe, body, otherwise) => {
                let before = self.variables.clone();
                self.range(pipe, body, otherwise, dot)?;
                self.leave(&before);
            }
        }
        Ok(())
    }

    /// At the end of a block its own variables are gone; others keep what they were set to.
    fn leave(&mut self, before: &BTreeMap<String, Yield>) {
        self.variables.retain(|name, _| before.contains_key(name));
    }

    fn range(
        &mut self,
        pipe: &Pipe,
        body: &[Node],
        otherwise: &[Node],
        dot: &Yield,
    ) -> Result<(), String> {
        let silent = Pipe { variables: Vec::new(), ..pipe.clone() };
        let items: Vec<(Value, Value)> = match self.pipe(&silent, dot)? {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                items.into_iter().enumerate().map(|(at, item)| (at.into(), item)).collect()
            }
            Some(Value::Object(fields)) => {
                let sorted: BTreeMap<String, Value> = fields.into_iter().collect();
                sorted.into_iter().map(|(name, item)| (name.into(), item)).collect()
            }
            Some(other) => {
                return Err(format!("range can't iterate over {}", printed(&Some(other))));
            }
        };
        if items.is_empty() {
            return self.all(otherwise, dot);
        }
        for (at, item) in items {
            let named: Vec<Value> = match pipe.variables.len() {
                2 => vec![at, item.clone()],
                _ => vec![item.clone()],
            };
            for (name, value) in pipe.variables.iter().zip(named) {
                self.variables.insert(name.clone(), Some(value));
            }
            self.all(body, &Some(item))?;
        }
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Yield) -> Result<Yield, String> {
        let mut last: Option<Yield> = None;
        for command in &pipe.commands {
            last = Some(self.command(command, last, dot)?);
        }
        let found = last.flatten();
        for name in &pipe.variables {
            self.variables.insert(name.clone(), found.clone());
        }
        Ok(found)
    }

    fn command(
        &mut self,
        operands: &[Operand],
        piped: Option<Yield>,
        dot: &Yield,
    ) -> Result<Yield, String> {
        let Some((first, rest)) = operands.split_first() else { return Ok(None) };
        let Base::Function(name) = &first.base else {
            return match rest.is_empty() && piped.is_none() {
                true => self.operand(first, dot),
                false => Err("can't give argument to non-function".to_owned()),
            };
        };
        let mut arguments = Vec::new();
        for operand in rest {
            let found = self.operand(operand, dot)?;
            // `and` and `or` look no further than they must.
            let stops = match name.as_str() {
                "and" => !is_true(&found),
                "or" => is_true(&found),
                _ => false,
            };
            if stops {
                return Ok(found);
            }
            arguments.push(found);
        }
        arguments.extend(piped);
        call(name, &arguments)
    }

    fn operand(&mut self, operand: &Operand, dot: &Yield) -> Result<Yield, String> {
        let mut found = match &operand.base {
            Base::Dot => dot.clone(),
            Base::Literal(value) => Some(value.clone()),
            Base::Variable(name) => {
                let known = self.variables.get(name).cloned();
                known.ok_or_else(|| format!("undefined variable {name:?}"))?
            }
            Base::Inner(pipe) => self.pipe(pipe, dot)?,
            Base::Function(name) => call(name, &[])?,
        };
        let mut at = operand.at;
        for field in &operand.fields {
            found = self.field(found, field).map_err(|why| {
                format!("1:{at}: executing \"output\" at <{}>: {why}", operand.text)
            })?;
            at += field.len() + 1;
        }
        Ok(found)
    }

    fn field(&self, of: Yield, name: &str) -> Result<Yield, String> {
        match of {
            Some(Value::Object(mut fields)) => match fields.remove(name) {
                Some(value) => Ok(Some(value)),
                None if self.allow_missing => Ok(None),
                None => Err(format!("map has no entry for key {name:?}")),
            },
            None | Some(Value::Null) if self.allow_missing => Ok(None),
            None | Some(Value::Null) => {
                Err(format!("nil pointer evaluating interface {{}}.{name}"))
            }
            Some(_) => Err(format!("can't evaluate field {name} in type interface {{}}")),
        }
    }
}

/// What Go's templates take for true: what is not the empty value of its type.
fn is_true(found: &Yield) -> bool {
    match found {
        None | Some(Value::Null) => false,
        Some(Value::Bool(on)) => *on,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(template: &str, expect: &str) {
        let value = json!({"kind": "List", "n": 3, "none": null, "items": [
            {"name": "a", "labels": {"x": "1", "app": "web"}, "on": true},
            {"name": "b", "labels": {}, "password": "czNjcjN0"}]});
        let filled = GoTemplate::new(template, true).and_then(|template| template.fill(&value));
        assert_eq!(filled.unwrap_or_else(|why| format!("!{why}")), expect, "{template}");
    }

    #[test]
    fn fields_and_blocks() {
        check("{{.kind}}: {{.n}}", "List: 3");
        check("{{range .items}}{{.name}}{{\"\\n\"}}{{end}}", "a\nb\n");
        check("{{range $i, $it := .items}}{{$i}}={{$it.name}} {{end}}", "0=a 1=b ");
        check("{{range .nothing}}x{{else}}none{{end}}", "none");
        check("{{ range .items -}}\n  {{ .name }}\n{{- end }}", "ab");
        check("{{range .items}}{{if .on}}{{.name}}{{else}}-{{end}}{{end}}", "a-");
        check("{{with index .items 0}}{{.name}}{{end}}", "a");
        check("{{range $k, $v := (index .items 0).labels}}{{$k}}={{$v}},{{end}}", "app=web,x=1,");
        check("{{$n := .kind}}{{range .items}}{{$n}}{{$.n}}{{end}}", "List3List3");
        check("{{if eq .kind \"Pod\"}}p{{else if eq .kind \"List\"}}l{{end}}{{/* no */}}", "l");
        check("{{.nothing}} {{.none}}", "<no value> <no value>");
        check("{{(index .items 0).labels}} {{.nothing.x}}", "map[app:web x:1] <no value>");
    }

    #[test]
    fn functions() {
        check("{{len .items}} {{printf \"%-3s|%q|%v\" .kind .kind .n}}", "2 List|\"List\"|3");
        check("{{(index .items 1).password | base64decode}}", "s3cr3t");
        check("{{and .n .kind}} {{or .nothing .kind}} {{not .n}}", "List List false");
        check("{{range .items}}{{if and .on (eq .name \"a\" \"b\")}}{{.name}}{{end}}{{end}}", "a");
        check("{{index .items 0 \"labels\" \"app\" | println}}", "web\n");
        check("{{lt .n 4.0}} {{exists . \"kind\"}}", "true true");
    }

    #[test]
    fn mistakes() {
        check(
            "{{.kind.x}}",
            "!error executing template \"{{.kind.x}}\": template: output:1:7: \
                              executing \"output\" at <.kind.x>: can't evaluate field x in type \
                              interface {}",
        );
        check(
            "{{range}}",
            "!error parsing template {{range}}, template: output:1: missing value for range",
        );
        check("{{.a", "!error parsing template {{.a, template: output:1: unclosed action");
        check(
            "{{nosuch .}}",
            "!error parsing template {{nosuch .}}, template: output:1: \
                               function \"nosuch\" not defined",
        );
        check("{{if .n}}", "!error parsing template {{if .n}}, template: output:1: unexpected EOF");
    }
}
