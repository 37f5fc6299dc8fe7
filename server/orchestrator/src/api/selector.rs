//! Label and field selectors of list and watch requests.
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api>

use std::collections::BTreeMap;

use super::path::Scope;
use super::status::Status;
use crate::kinds::{names, quoted};
use crate::object::{Kind, Object};

/// Which objects a request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selector {
    labels: Vec<LabelTerm>,
    fields: Vec<FieldTerm>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct LabelTerm {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FieldTerm {
    field: String,
    equal: bool,
    value: String,
}

impl Selector {
    /// # Errors
    /// 400, in the words of Kubernetes' parser.
    pub(crate) fn parse(
        scope: &Scope,
        labels: Option<&str>,
        fields: Option<&str>,
    ) -> Result<Selector, Status> {
        let labels = parse_labels(labels.unwrap_or_default()).map_err(Status::bad_request)?;
        let fields = parse_fields(scope, fields.unwrap_or_default())?;
        Ok(Selector { labels, fields })
    }

    pub(crate) fn selects(&self, object: &Object) -> bool {
        self.fields.iter().all(|term| term.selects(object))
            && self.labels.iter().all(|term| term.selects(object.metadata().labels.as_ref()))
    }

    /// The name that an object must have, if it must have one.
    pub(crate) fn name(&self) -> Option<&str> {
        let mut names =
            self.fields.iter().filter(|term| term.equal && term.field == "metadata.name");
        names.next().map(|term| term.value.as_str())
    }
}

impl LabelTerm {
    fn selects(&self, labels: Option<&BTreeMap<String, String>>) -> bool {
        let value = labels.and_then(|labels| labels.get(&self.key));
        let number = |text: &String| text.parse::<i64>().ok();
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => !value.is_some_and(|value| self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => value.and_then(number) > self.values.first().and_then(number),
            Operator::LessThan => {
                value.is_some() && value.and_then(number) < self.values.first().and_then(number)
            }
        }
    }
}

impl FieldTerm {
    fn selects(&self, object: &Object) -> bool {
        let equal = match &*self.field {
            "metadata.name" => object.name() == self.value,
            "metadata.namespace" => object.namespace() == self.value,
            field => (object.kind().row().rules.field)(object, field) == self.value,
        };
        equal == self.equal
    }
}

/// Definitions name the fields that can be selected by.
fn is_selectable(scope: &Scope, field: &str) -> bool {
    let Some(served) = &scope.custom else { return false };
    let mut known = served.version().selectable_fields.iter().flatten();
    known.any(|known| known.json_path.strip_prefix('.') == Some(field))
}

fn parse_fields(scope: &Scope, text: &str) -> Result<Vec<FieldTerm>, Status> {
    let mut terms = Vec::new();
    let kind = scope.kind;
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let operators = [("!=", false), ("==", true), ("=", true)];
        let split =
            |(sign, equal)| part.split_once(sign).map(|(field, value)| (field, value, equal));
        let Some((field, value, equal)) = operators.into_iter().find_map(split) else {
            let message =
                format!("invalid selector: {}; can't understand {}", quoted(text), quoted(part));
            return Err(Status::bad_request(message));
        };
        let known = ["metadata.name", "metadata.namespace"].contains(&field)
            || kind.row().fields.contains(&field)
            || is_selectable(scope, field);
        if !known {
            let message = match kind {
                // Most kinds have the converter of their group, which names the field so.
                Kind::Deployment | Kind::EndpointSlice | Kind::Lease => {
                    format!(
                        "{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
                        quoted(field)
                    )
                }
                _ => format!("field label not supported: {field}"),
            };
            return Err(Status::bad_request(message));
        }
        let (field, value) = (field.to_owned(), value.to_owned());
        terms.push(FieldTerm { field, equal, value });
    }
    Ok(terms)
}

/// The words of a label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(&'static str),
    End,
}

impl Token {
    fn literal(&self) -> &str {
        match self {
            Token::Word(word) => word,
            Token::Sign(sign) => sign,
            Token::End => "",
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    const SIGNS: [&str; 9] = ["==", "!=", "=", "!", ",", "(", ")", ">", "<"];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let stops = |letter: char| letter.is_whitespace() || "=!,()<>".contains(letter);
            let end = rest.find(stops).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    tokens
}

/// A parser with one token of look-ahead, as Kubernetes' own.
/// <https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go>
struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }
}

fn parse_labels(text: &str) -> Result<Vec<LabelTerm>, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    let mut terms = Vec::new();
    if *parser.peek() == Token::End {
        return Ok(terms);
    }
    loop {
        match parser.peek() {
            Token::Word(_) | Token::Sign("!") => {}
            other => {
                return Err(format!(
                    "found '{}', expected: !, identifier, or 'end of string'",
                    other.literal()
                ));
            }
        }
        let parsed = parse_term(&mut parser);
        terms.push(parsed.map_err(|error| format!("unable to parse requirement: {error}"))?);
        match parser.next() {
            Token::End => return Ok(terms),
            Token::Sign(",") => match parser.peek() {
                Token::Word(_) | Token::Sign("!") => {}
                other => {
                    let found = other.literal();
                    return Err(format!("found '{found}', expected: identifier after ','"));
                }
            },
            other => {
                return Err(format!(
                    "found '{}', expected: ',' or 'end of string'",
                    other.literal()
                ));
            }
        }
    }
}

fn parse_term(parser: &mut Parser) -> Result<LabelTerm, String> {
    let negated = *parser.peek() == Token::Sign("!");
    if negated {
        parser.next();
    }
    let key = match parser.next() {
        Token::Word(key) => key,
        other => return Err(format!("found '{}', expected: identifier", other.literal())),
    };
    check("key", &key, names::qualified_name)?;
    let bare = |operator| Ok(LabelTerm { key: key.clone(), operator, values: Vec::new() });
    if negated {
        return bare(Operator::DoesNotExist);
    }
    let operator = match parser.peek() {
        Token::End | Token::Sign(",") => return bare(Operator::Exists),
        Token::Sign("=" | "==") => Operator::In,
        Token::Sign("!=") => Operator::NotIn,
        Token::Sign(">") => Operator::GreaterThan,
        Token::Sign("<") => Operator::LessThan,
        Token::Word(word) if word == "in" => Operator::In,
        Token::Word(word) if word == "notin" => Operator::NotIn,
        other => {
            return Err(format!(
                "found '{}', expected: in, notin, =, ==, !=, gt, lt",
                other.literal()
            ));
        }
    };
    let listed = matches!(parser.next(), Token::Word(_));
    let values = if listed { parse_values(parser)? } else { vec![parse_value(parser)?] };
    for value in &values {
        check(&format!("values[0][{key}]"), value, names::label_value)?;
    }
    Ok(LabelTerm { key, operator, values })
}

fn parse_value(parser: &mut Parser) -> Result<String, String> {
    match parser.peek() {
        Token::End | Token::Sign(",") => Ok(String::new()),
        Token::Word(_) => Ok(parser.next().literal().to_owned()),
        other => Err(format!("found '{}', expected: identifier", other.literal())),
    }
}

fn parse_values(parser: &mut Parser) -> Result<Vec<String>, String> {
    match parser.next() {
        Token::Sign("(") => {}
        other => return Err(format!("found '{}' expected: '('", other.literal())),
    }
    let mut values = Vec::new();
    loop {
        match parser.next() {
            Token::Word(value) => values.push(value),
            Token::Sign(",") => {
                values.push(String::new());
                continue;
            }
            Token::Sign(")") => {
                values.push(String::new());
                return Ok(values);
            }
            other => {
                return Err(format!("found '{}', expected: ',', or identifier", other.literal()));
            }
        }
        match parser.next() {
            Token::Sign(",") => {}
            Token::Sign(")") => return Ok(values),
            other => return Err(format!("found '{}', expected: ',' or ')'", other.literal())),
        }
    }
}

fn check(path: &str, value: &str, rule: names::Rule) -> Result<(), String> {
    match rule(value).first() {
        None => Ok(()),
        Some(detail) => Err(format!("{path}: Invalid value: {}: {detail}", quoted(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(selector: &str, labels: &[(&str, &str)]) -> Result<bool, String> {
        let labels: BTreeMap<String, String> =
            labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Ok(parse_labels(selector)?.iter().all(|term| term.selects(Some(&labels))))
    }

    #[test]
    fn label_selectors_select() {
        let labels = &[("a", "b"), ("n", "5")];
        let yes = [
            "",
            "a",
            "a=b",
            "a==b",
            "a!=c",
            "z!=c",
            "a in (b,c)",
            "a notin (c)",
            "!z",
            "n>4",
            "n<6",
            "a=b,n in (5)",
        ];
        for selector in yes {
            assert_eq!(selects(selector, labels), Ok(true), "{selector}");
        }
        for selector in ["z", "a=c", "a!=b", "a notin (b)", "!a", "n>5", "z<3", "a in ()"] {
            assert_eq!(selects(selector, labels), Ok(false), "{selector}");
        }
    }

    #[test]
    fn malformed_selectors_are_refused_in_kubernetes_words() {
        let cases = [
            ("a=b,,c", "found ',', expected: identifier after ','"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            (",a", "found ',', expected: !, identifier, or 'end of string'"),
        ];
        for (selector, expected) in cases {
            assert_eq!(selects(selector, &[]), Err(expected.to_owned()), "{selector}");
        }
    }

    #[test]
    fn unknown_fields_are_refused() {
        let refused =
            Selector::parse(&Scope::own(Kind::Pod, ""), None, Some("spec.foo=1")).unwrap_err();
        assert_eq!(refused.message, "field label not supported: spec.foo");
        assert_eq!(refused.code, 400);
    }
}
