//! Strict decoding: a body against the type it should be, with Go's words for what does not fit.
//! <https://github.com/kubernetes-sigs/json>

use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::tree::Tree;
use super::types::{self, Shape};
use crate::kinds::quantity;
use crate::object::Kind;

/// The most findings that are listed.
const FINDINGS_MAX: usize = 100;

/// A body, decoded.
#[derive(Debug)]
pub(super) struct Decoded {
    /// What the type knows of it.
    pub(super) json: Value,
    /// Unknown and repeated fields.
    pub(super) findings: Vec<String>,
    /// The first value of a wrong type.
    pub(super) error: Option<String>,
}

/// Decodes a body as a kind.
pub(super) fn decode(kind: Kind, tree: Tree) -> Decoded {
    let mut decoder = Decoder { findings: Vec::new(), error: None };
    let shape = types::of_kind(kind);
    let place = Place { path: String::new(), of: "", field: "", fields: String::new() };
    let json = decoder.convert(tree, &shape, &place).unwrap_or_else(|| json!({}));
    Decoded { json, findings: decoder.findings, error: decoder.error }
}

/// Decodes no more than the metadata of an object; all else stays as it is.
pub(super) fn metadata_alone(tree: Tree) -> Decoded {
    let mut decoder = Decoder { findings: Vec::new(), error: None };
    let Tree::Map(fields) = tree else {
        return Decoded { json: tree.into_json(), findings: Vec::new(), error: None };
    };
    let mut json = Map::new();
    for (name, value) in fields {
        if json.contains_key(&name) {
            decoder.find(format!("duplicate field \"{name}\""));
        }
        let place = Place { path: name.clone(), of: "", field: "", fields: String::new() };
        let value = match name.as_str() {
            "metadata" => decoder.convert(value, types::of_metadata(), &place),
            _ => Some(value.into_json()),
        };
        json.extend(value.map(|value| (name, value)));
    }
    Decoded { json: Value::Object(json), findings: decoder.findings, error: decoder.error }
}

struct Decoder {
    findings: Vec<String>,
    error: Option<String>,
}

/// Where a value stands.
struct Place<'a> {
    /// `spec.containers[0].image`
    path: String,
    /// The innermost type with fields, and its field.
    of: &'a str,
    field: &'a str,
    /// All fields on the way: `spec.containers.image`.
    fields: String,
}

impl Place<'_> {
    fn item(&self, index: usize) -> Place<'_> {
        let path = format!("{}[{index}]", self.path);
        Place { path, of: self.of, field: self.field, fields: self.fields.clone() }
    }

    /// A key of a map: no field to Go.
    fn key(&self, key: &str) -> Place<'_> {
        let path = join(&self.path, key);
        Place { path, of: self.of, field: self.field, fields: self.fields.clone() }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Decoder {
    /// The value as its shape allows; None where it is null or does not fit.
    fn convert(&mut self, tree: Tree, shape: &Shape, place: &Place<'_>) -> Option<Value> {
        match (shape, tree) {
            (_, Tree::Null) => None,
            (Shape::Any | Shape::Custom | Shape::Free, tree) => Some(tree.into_json()),
            (Shape::Struct(_), Tree::Map(fields)) => Some(self.fields(fields, shape, place)),
            (Shape::Map(values), Tree::Map(fields)) => Some(self.map(fields, values, place)),
            (Shape::List(items), Tree::List(list)) => Some(self.list(list, items, place)),
            (Shape::Text | Shape::IntOrString, Tree::Text(text)) => Some(Value::String(text)),
            (Shape::Bool, Tree::Bool(bool)) => Some(Value::Bool(bool)),
            (Shape::Int32 | Shape::Int64 | Shape::Number, Tree::Number(number)) => {
                self.number(number, shape, place)
            }
            (Shape::Bytes, Tree::Text(text)) => self.bytes(text),
            (Shape::Time, Tree::Text(text)) => self.time(text),
            (Shape::Quantity, tree @ (Tree::Text(_) | Tree::Number(_))) => self.quantity(tree),
            (Shape::IntOrString, Tree::Number(number)) => match number.as_i64() {
                Some(small) if i32::try_from(small).is_ok() => Some(Value::Number(number)),
                _ => self.refuse(format!(
                    "json: cannot unmarshal number {number} into Go value of type int32"
                )),
            },
            (Shape::IntOrString, tree) => {
                let what = word(&tree);
                self.refuse(format!("json: cannot unmarshal {what} into Go value of type int32"))
            }
            (shape, tree) => self.mismatch(&word(&tree), shape, place),
        }
    }

    fn fields(&mut self, fields: Vec<(String, Tree)>, shape: &Shape, place: &Place<'_>) -> Value {
        let Some(known) = shape.fields() else { return json!({}) };
        let mut object = Map::new();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in fields {
            let path = join(&place.path, &name);
            if seen.contains(&name) {
                self.find(format!("duplicate field \"{path}\""));
            }
            let Some(shape) = known.fields.get(&name) else {
                self.find(format!("unknown field \"{path}\""));
                continue;
            };
            let fields = join(&place.fields, &name);
            let inner = Place { path, of: &known.name, field: &name, fields };
            match self.convert(value, shape, &inner) {
                Some(value) if !is_empty(&value, shape) => object.insert(name.clone(), value),
                _ => object.remove(&name),
            };
            seen.push(name);
        }
        Value::Object(object)
    }

    fn map(&mut self, fields: Vec<(String, Tree)>, values: &Shape, place: &Place<'_>) -> Value {
        let mut object = Map::new();
        for (key, value) in fields {
            let inner = place.key(&key);
            if object.contains_key(&key) {
                self.find(format!("duplicate field \"{}\"", inner.path));
            }
            let value = self.convert(value, values, &inner).unwrap_or_else(|| zero(values));
            object.insert(key, value);
        }
        Value::Object(object)
    }

    fn list(&mut self, list: Vec<Tree>, items: &Shape, place: &Place<'_>) -> Value {
        let convert = |(index, item)| {
            self.convert(item, items, &place.item(index)).unwrap_or_else(|| zero(items))
        };
        list.into_iter().enumerate().map(convert).collect()
    }

    fn number(
        &mut self,
        number: serde_json::Number,
        shape: &Shape,
        place: &Place<'_>,
    ) -> Option<Value> {
        let fits = match (shape, number.as_i64()) {
            (Shape::Number, _) => true,
            (Shape::Int32, Some(whole)) => i32::try_from(whole).is_ok(),
            (_, whole) => whole.is_some(),
        };
        if fits {
            return Some(Value::Number(number));
        }
        self.mismatch(&format!("number {number}"), shape, place)
    }

    fn bytes(&mut self, text: String) -> Option<Value> {
        let plain = text.trim_end_matches('=');
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"+/\r\n".contains(&byte);
        if let Some(at) = plain.bytes().position(|byte| !good(byte)) {
            return self.refuse(format!("illegal base64 data at input byte {at}"));
        }
        if !text.len().is_multiple_of(4) {
            return self
                .refuse(format!("illegal base64 data at input byte {}", text.len() / 4 * 4));
        }
        Some(Value::String(text))
    }

    fn time(&mut self, text: String) -> Option<Value> {
        if text.parse::<Timestamp>().is_ok() {
            return Some(Value::String(text));
        }
        self.refuse(format!(
            "parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \
             \"2006\""
        ))
    }

    fn quantity(&mut self, tree: Tree) -> Option<Value> {
        let text = match tree {
            Tree::Number(number) => number.to_string(),
            Tree::Text(text) => text,
            _ => return None,
        };
        match quantity::nano(&text) {
            Ok(_) => Some(Value::String(text)),
            Err(message) => self.refuse(message.to_owned()),
        }
    }

    fn mismatch(&mut self, what: &str, shape: &Shape, place: &Place<'_>) -> Option<Value> {
        let go = match shape {
            Shape::Text if place.path == place.fields => {
                types::go_field(place.of, place.field, shape)
            }
            Shape::Text => {
                let item = types::go_field(place.of, place.field, shape);
                if place.path.ends_with(place.field) { item } else { shape.go() }
            }
            _ => shape.go(),
        };
        if place.of.is_empty() {
            return self
                .refuse(format!("json: cannot unmarshal {what} into Go value of type {go}"));
        }
        self.refuse(format!(
            "json: cannot unmarshal {what} into Go struct field {}.{} of type {go}",
            place.of, place.fields
        ))
    }

    fn refuse(&mut self, message: String) -> Option<Value> {
        self.error.get_or_insert(message);
        None
    }

    fn find(&mut self, finding: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

/// Go writes no empty lists and maps, so that they count as absent.
fn is_empty(value: &Value, shape: &Shape) -> bool {
    match (value, shape) {
        (Value::Array(items), _) => items.is_empty(),
        (Value::Object(fields), Shape::Map(_)) => fields.is_empty(),
        _ => false,
    }
}

/// What JSON calls a value.
fn word(tree: &Tree) -> String {
    let word = match tree {
        Tree::Null => "null",
        Tree::Bool(_) => "bool",
        Tree::Number(_) => "number",
        Tree::Text(_) => "string",
        Tree::List(_) => "array",
        Tree::Map(_) => "object",
    };
    word.to_owned()
}

/// What Go has where nothing was given.
fn zero(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => false.into(),
        Shape::Int32 | Shape::Int64 | Shape::Number | Shape::IntOrString => 0.into(),
        Shape::List(_) => json!([]),
        Shape::Map(_) | Shape::Struct(_) | Shape::Any | Shape::Custom | Shape::Free => json!({}),
        Shape::Quantity => "0".into(),
        Shape::Text | Shape::Bytes | Shape::Time => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(kind: Kind, text: &str) -> Decoded {
        decode(kind, serde_json::from_str(text).unwrap())
    }

    #[test]
    fn unknown_and_repeated_fields_are_found_in_order() {
        let text = r#"{"spec": {"containers": [{"name": "a", "imagee": "x"}], "foo": 1},
            "metadata": {"name": "p", "name": "q", "labels": {"a": "1", "a": "2"}}}"#;
        let found = decoded(Kind::Pod, text);
        assert_eq!(found.error, None);
        let expected = [
            "unknown field \"spec.containers[0].imagee\"",
            "unknown field \"spec.foo\"",
            "duplicate field \"metadata.name\"",
            "duplicate field \"metadata.labels.a\"",
        ];
        assert_eq!(found.findings, expected);
        assert_eq!(found.json["metadata"]["name"], "q");
    }

    #[test]
    fn wrong_types_are_refused_in_the_words_of_go() {
        let cases = [
            (
                Kind::Deployment,
                r#"{"spec": {"replicas": "three"}}"#,
                "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas \
                 of type int32",
            ),
            (
                Kind::ConfigMap,
                r#"{"data": {"a": true}}"#,
                "json: cannot unmarshal bool into Go struct field ConfigMap.data of type string",
            ),
            (
                Kind::Pod,
                r#"{"metadata": {"labels": {"a": 1}}}"#,
                "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of \
                 type string",
            ),
            (
                Kind::Pod,
                r#"{"spec": {"containers": {"name": "c"}}}"#,
                "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of \
                 type []v1.Container",
            ),
            (
                Kind::Pod,
                r#"{"spec": {"containers": [{"env": [{"name": "A", "value": 1}]}]}}"#,
                "json: cannot unmarshal number into Go struct field \
                 EnvVar.spec.containers.env.value of type string",
            ),
            (
                Kind::Pod,
                r#"{"spec": {"containers": [{"resources": {"limits": {"cpu": "lots"}}}]}}"#,
                quantity::MALFORMED,
            ),
            (
                Kind::Pod,
                r#"{"spec": []}"#,
                "json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec",
            ),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(decoded(kind, text).error.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn nulls_count_as_absent() {
        let found =
            decoded(Kind::Pod, r#"{"metadata": {"creationTimestamp": null}, "spec": null}"#);
        assert_eq!((found.error, found.findings.len()), (None, 0));
        assert_eq!(found.json, json!({"metadata": {}}));
    }
}
