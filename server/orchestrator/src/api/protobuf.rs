//! Kubernetes' protobuf bodies, read into JSON.
//!
//! Since 1.32 the typed clients inside kubectl (`kubectl create deployment`, `autoscale`, …) send
//! protobuf and do not fall back. Answers may always be JSON, so nothing is written here. The wire
//! format is simple and the fields stand in a table (`protobuf/fields.txt`): no code is generated.
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding>

use std::collections::BTreeMap;
use std::sync::LazyLock;

use k8s_openapi::ByteString;
use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;

mod wire;

use wire::{Field, Payload};

/// What such a body is called in `Content-Type`.
pub const CONTENT_TYPE: &str = "application/vnd.kubernetes.protobuf";

/// The first bytes of every body.
const MAGIC: &[u8] = b"k8s\0";
/// Messages nest no deeper than this.
const DEPTH_MAX: usize = 64;

/// A body that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
    )]
    NoMagic,
    #[error("unexpected EOF")]
    Truncated,
    #[error("proto: illegal wireType {0}")]
    WireType(u64),
    #[error("proto: messages nest too deeply")]
    TooDeep,
    #[error("no kind \"{kind}\" is registered for version \"{api_version}\"")]
    UnknownKind { api_version: String, kind: String },
}

#[derive(Debug)]
struct FieldRow {
    name: &'static str,
    inline: bool,
    repeated: bool,
    /// A pointer in Go: written only if set, so that its zero counts.
    pointer: bool,
    kind: &'static str,
}

type Message = BTreeMap<u64, FieldRow>;

static MESSAGES: LazyLock<BTreeMap<&'static str, Message>> = LazyLock::new(|| {
    let lines = include_str!("protobuf/fields.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .map(|(name, fields)| (name, fields.split("; ").filter_map(field_row).collect()))
        .collect()
});

fn field_row(text: &'static str) -> Option<(u64, FieldRow)> {
    let mut words = text.split(' ');
    let number = words.next()?.parse().ok()?;
    let (name, kind) = (words.next()?, words.next()?);
    let (repeated, kind) = kind.strip_prefix("[]").map_or((false, kind), |kind| (true, kind));
    let (pointer, kind) = kind.strip_prefix('*').map_or((false, kind), |kind| (true, kind));
    Some((number, FieldRow { name, inline: name == "+", repeated, pointer, kind }))
}

/// Reads a body: its envelope, and the object in it with `apiVersion` and `kind`.
///
/// # Errors
/// It is no such body, or of a kind that is not in the table.
pub fn decode(body: &[u8]) -> Result<Value, Unreadable> {
    let envelope = body.strip_prefix(MAGIC).ok_or(Unreadable::NoMagic)?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for field in wire::fields(envelope) {
        match field? {
            Field { number: 1, payload: Payload::Bytes(bytes) } => {
                for field in wire::fields(bytes) {
                    match field? {
                        Field { number: 1, payload: Payload::Bytes(text) } => {
                            api_version = string(text);
                        }
                        Field { number: 2, payload: Payload::Bytes(text) } => kind = string(text),
                        Field { .. } => {}
                    }
                }
            }
            Field { number: 2, payload: Payload::Bytes(bytes) } => raw = bytes,
            Field { .. } => {}
        }
    }
    let (name, message) =
        MESSAGES.get_key_value(message_name(&api_version, &kind).as_str()).ok_or_else(|| {
            Unreadable::UnknownKind { api_version: api_version.clone(), kind: kind.clone() }
        })?;
    debug_assert!(!name.is_empty());
    let mut object = read(raw, message, 0)?;
    object.insert("apiVersion".to_owned(), Value::String(api_version));
    object.insert("kind".to_owned(), Value::String(kind));
    Ok(Value::Object(object))
}

/// `apps/v1` and `Deployment` are `apps.v1.Deployment`; `v1` is `core.v1`;
/// `rbac.authorization.k8s.io/v1` is `rbac.v1`.
fn message_name(api_version: &str, kind: &str) -> String {
    let (group, version) = api_version.split_once('/').unwrap_or(("core", api_version));
    let group = group.split('.').next().unwrap_or(group);
    let name = format!("{group}.{version}.{kind}");
    let of_all = format!("meta.v1.{kind}");
    if !MESSAGES.contains_key(name.as_str()) && MESSAGES.contains_key(of_all.as_str()) {
        return of_all;
    }
    name
}

fn read(bytes: &[u8], message: &Message, depth: usize) -> Result<Map<String, Value>, Unreadable> {
    if depth > DEPTH_MAX {
        return Err(Unreadable::TooDeep);
    }
    let mut object = Map::new();
    for field in wire::fields(bytes) {
        let Field { number, payload } = field?;
        let Some(row) = message.get(&number) else { continue };
        put(&mut object, row, payload, depth)?;
    }
    Ok(object)
}

fn put(
    object: &mut Map<String, Value>,
    row: &FieldRow,
    payload: Payload<'_>,
    depth: usize,
) -> Result<(), Unreadable> {
    if let Some(kind) = row.kind.strip_prefix("map<string,") {
        return put_entry(object, row, kind.trim_end_matches('>'), payload, depth);
    }
    let value = value(row.kind, payload, depth)?;
    if row.inline {
        if let Value::Object(fields) = value {
            object.extend(fields);
        }
    } else if row.repeated {
        let list = object.entry(row.name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value);
        }
    } else if row.pointer || !is_zero(&value) {
        object.insert(row.name.to_owned(), value);
    }
    Ok(())
}

/// A map is written as a list of entries: 1 is the key, 2 the value.
fn put_entry(
    object: &mut Map<String, Value>,
    row: &FieldRow,
    kind: &str,
    payload: Payload<'_>,
    depth: usize,
) -> Result<(), Unreadable> {
    let Payload::Bytes(bytes) = payload else { return Ok(()) };
    let (mut key, mut entry) = (String::new(), None);
    for field in wire::fields(bytes) {
        match field? {
            Field { number: 1, payload: Payload::Bytes(text) } => key = string(text),
            Field { number: 2, payload } => entry = Some(value(kind, payload, depth)?),
            Field { .. } => {}
        }
    }
    let map = object.entry(row.name).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(map) = map {
        map.insert(key, entry.unwrap_or_else(|| Value::String(String::new())));
    }
    Ok(())
}

/// Go writes every field that is no pointer, also when it is empty: that says nothing.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

fn value(kind: &str, payload: Payload<'_>, depth: usize) -> Result<Value, Unreadable> {
    let value = match (kind, payload) {
        ("bool", Payload::Number(number)) => Value::Bool(number != 0),
        ("int32" | "int64", Payload::Number(number)) => Value::from(number.cast_signed()),
        ("string", Payload::Bytes(text)) => Value::String(string(text)),
        ("bytes", Payload::Bytes(bytes)) => {
            serde_json::to_value(ByteString(bytes.to_vec())).unwrap_or_default()
        }
        ("Quantity", Payload::Bytes(bytes)) => first_string(bytes)?,
        ("Time" | "MicroTime", Payload::Bytes(bytes)) => time(bytes)?,
        ("IntOrString", Payload::Bytes(bytes)) => int_or_string(bytes)?,
        ("FieldsV1", Payload::Bytes(bytes)) => {
            let text = first_string(bytes)?;
            serde_json::from_str(text.as_str().unwrap_or_default()).unwrap_or_default()
        }
        (name, Payload::Bytes(bytes)) => match MESSAGES.get(name) {
            Some(message) if is_list(name) => list_items(bytes, message, depth)?,
            Some(message) => Value::Object(read(bytes, message, depth + 1)?),
            None => Value::Null,
        },
        (_, Payload::Number(_)) => Value::Null,
    };
    Ok(value)
}

/// `ExtraValue` and `Verbs` are plain lists in JSON.
fn is_list(name: &str) -> bool {
    name.ends_with(".ExtraValue") || name.ends_with(".Verbs")
}

fn list_items(bytes: &[u8], message: &Message, depth: usize) -> Result<Value, Unreadable> {
    let fields = read(bytes, message, depth + 1)?;
    Ok(fields.into_iter().next().map_or_else(|| Value::Array(Vec::new()), |(_, items)| items))
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn first_string(bytes: &[u8]) -> Result<Value, Unreadable> {
    for field in wire::fields(bytes) {
        if let Field { number: 1, payload: Payload::Bytes(text) } = field? {
            return Ok(Value::String(string(text)));
        }
    }
    Ok(Value::String(String::new()))
}

/// RFC 3339, or null for the zero time, which has no seconds.
fn time(bytes: &[u8]) -> Result<Value, Unreadable> {
    for field in wire::fields(bytes) {
        if let Field { number: 1, payload: Payload::Number(seconds) } = field? {
            let time = Timestamp::from_second(seconds.cast_signed()).ok();
            return Ok(time.map_or(Value::Null, |time| Value::String(time.to_string())));
        }
    }
    Ok(Value::Null)
}

/// 1 is the type (0 a number, 1 a text), 2 the number, 3 the text.
fn int_or_string(bytes: &[u8]) -> Result<Value, Unreadable> {
    let (mut is_text, mut number, mut text) = (false, 0, String::new());
    for field in wire::fields(bytes) {
        match field? {
            Field { number: 1, payload: Payload::Number(kind) } => is_text = kind == 1,
            Field { number: 2, payload: Payload::Number(value) } => number = value.cast_signed(),
            Field { number: 3, payload: Payload::Bytes(value) } => text = string(value),
            Field { .. } => {}
        }
    }
    Ok(if is_text { Value::String(text) } else { Value::from(number) })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    /// One field: its number and wire type, and its payload.
    fn text(number: u8, bytes: &[u8]) -> Vec<u8> {
        // A varint of one byte, or of two.
        let tag = u16::from(number) << 3 | 2;
        let mut field = match u8::try_from(tag) {
            Ok(tag) if tag < 0x80 => vec![tag],
            _ => vec![(tag & 0x7f | 0x80) as u8, (tag >> 7) as u8],
        };
        field.push(u8::try_from(bytes.len()).unwrap());
        field.extend(bytes);
        field
    }

    fn int(number: u8, value: u8) -> Vec<u8> {
        vec![number << 3, value]
    }

    fn body(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
        let meta = [text(1, api_version.as_bytes()), text(2, kind.as_bytes())].concat();
        [MAGIC.to_vec(), text(1, &meta), text(2, raw)].concat()
    }

    #[test]
    fn a_deployment_with_zero_replicas_keeps_its_zero_and_drops_what_says_nothing() {
        let metadata = [text(1, b"web"), text(2, b""), text(8, &[])].concat();
        let label = [text(1, b"app"), text(2, b"web")].concat();
        let spec = [int(1, 0), text(2, &text(1, &label)), text(4, &[]), int(5, 0)].concat();
        let raw = [text(1, &metadata), text(2, &spec), text(3, &[])].concat();
        let json = decode(&body("apps/v1", "Deployment", &raw)).unwrap();
        expect![[r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}}}}"#]]
        .assert_eq(&json.to_string());
    }

    #[test]
    fn a_secret_has_its_bytes_in_base64() {
        let entry = [text(1, b"key"), text(2, b"value")].concat();
        let json = decode(&body("v1", "Secret", &text(2, &entry))).unwrap();
        expect![[r#"{"apiVersion":"v1","data":{"key":"dmFsdWU="},"kind":"Secret"}"#]]
            .assert_eq(&json.to_string());
    }

    #[test]
    fn a_volume_is_flattened() {
        let source = text(2, &[]); // emptyDir
        let volume = [text(1, b"scratch"), text(2, &source)].concat();
        let raw = text(2, &text(1, &volume));
        let json = decode(&body("v1", "Pod", &raw)).unwrap();
        expect![[r#"{"emptyDir":{},"name":"scratch"}"#]]
            .assert_eq(&json["spec"]["volumes"][0].to_string());
    }

    #[test]
    fn a_message_with_nothing_but_items_is_no_list() {
        let file = text(1, &text(1, b"labels"));
        let source = text(26, &text(1, &text(2, &file)));
        let raw = text(2, &text(1, &text(2, &source)));
        let json = decode(&body("v1", "Pod", &raw)).unwrap();
        expect![[r#"[{"downwardAPI":{"items":[{"path":"labels"}]}}]"#]]
            .assert_eq(&json["spec"]["volumes"][0]["projected"]["sources"].to_string());
    }

    #[test]
    fn what_is_no_body_is_refused() {
        assert_eq!(decode(b"{}"), Err(Unreadable::NoMagic));
        assert_eq!(decode(b"k8s\0\x0a\x7f"), Err(Unreadable::Truncated));
        let unknown = decode(&body("v1", "Podd", b"")).unwrap_err();
        assert_eq!(unknown.to_string(), "no kind \"Podd\" is registered for version \"v1\"");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let raw = body("v1", "Pod", &bytes[..bytes.len().min(100)]);
            let _ = decode(&raw);
            let _ = decode(&[MAGIC, &bytes].concat());
        }
    }
}
