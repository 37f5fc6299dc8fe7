//! Values as rules see them: of the types that the schema says, under names that CEL can write.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::super::{Field, field_of, items_of};

/// A value and its schema.
pub(super) struct Typed<'a> {
    pub(super) value: &'a Value,
    pub(super) schema: Option<&'a JSONSchemaProps>,
}

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Null => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::String(text) => serializer.serialize_str(text),
            Value::Number(number) => {
                let decimal = self.schema.and_then(|one| one.type_.as_deref()) == Some("number");
                match number.as_i64().filter(|_| !decimal) {
                    Some(number) => serializer.serialize_i64(number),
                    None => serializer.serialize_f64(number.as_f64().unwrap_or_default()),
                }
            }
            Value::Array(items) => {
                let schema = self.schema.and_then(items_of);
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for value in items {
                    list.serialize_element(&Typed { value, schema })?;
                }
                list.end()
            }
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    let schema = self.schema.and_then(|schema| match field_of(schema, name) {
                        Field::Of(inner) => Some(inner),
                        Field::Any | Field::Unknown => None,
                    });
                    let is_field = self
                        .schema
                        .and_then(|schema| schema.properties.as_ref())
                        .is_some_and(|all| all.contains_key(name));
                    let name = if is_field { escaped(name) } else { name.clone() };
                    map.serialize_entry(&name, &Typed { value, schema })?;
                }
                map.end()
            }
        }
    }
}

/// Words that CEL keeps for itself.
const RESERVED: [&str; 22] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "__proto__",
];

/// A field's name as CEL can write it: `__namespace__`, `foo__dot__bar`.
fn escaped(name: &str) -> String {
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    let parts =
        [("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__")];
    parts.iter().fold(name.to_owned(), |name, (letter, word)| name.replace(letter, word))
}
