//! Values as go-cmp writes them, with Go's types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// What is the same is cut: so many items or fields are shown, so many letters of a text.
const ITEMS_MAX: usize = 4;
const LETTERS_MAX: usize = 64;
/// Types nest no deeper.
const DEPTH_MAX: usize = 16;

/// A type of Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type<'a> {
    Text,
    Number,
    Switch,
    Quantity,
    IntOrString,
    Struct(&'a str),
    Pointer(Box<Type<'a>>),
    List(Box<Type<'a>>),
    Map(Box<Type<'a>>),
}

/// A field of a structure.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in Go.
    pub(super) go: &'static str,
    /// Its name in JSON; `+` for one that is embedded.
    pub(super) json: &'static str,
    pub(super) kind: Type<'static>,
}

static TYPES: LazyLock<BTreeMap<&'static str, Vec<Field>>> = LazyLock::new(|| {
    let lines = include_str!("types.txt").lines().filter(|line| !line.starts_with('#'));
    let fields = |text: &'static str| text.split("; ").filter_map(field).collect();
    lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, text)| (name, fields(text)))
        .collect()
});

fn field(text: &'static str) -> Option<Field> {
    let mut words = text.split(' ');
    Some(Field { go: words.next()?, json: words.next()?, kind: Type::parse(words.next()?) })
}

impl<'a> Type<'a> {
    fn parse(text: &'a str) -> Type<'a> {
        let boxed = |text| Box::new(Type::parse(text));
        if let Some(rest) = text.strip_prefix('*') {
            return Type::Pointer(boxed(rest));
        }
        if let Some(rest) = text.strip_prefix("[]") {
            return Type::List(boxed(rest));
        }
        if let Some(rest) = text.strip_prefix("map[string]") {
            return Type::Map(boxed(rest));
        }
        match text {
            "string" => Type::Text,
            "int" => Type::Number,
            "bool" => Type::Switch,
            "Quantity" => Type::Quantity,
            "IntOrString" => Type::IntOrString,
            name => Type::Struct(name),
        }
    }

    /// As it is written before a value.
    pub(super) fn name(&self) -> Cow<'a, str> {
        match self {
            Type::Text => "string".into(),
            Type::Number => "int64".into(),
            Type::Switch => "bool".into(),
            Type::Quantity => "resource.Quantity".into(),
            Type::IntOrString => "intstr.IntOrString".into(),
            Type::Struct(name) => format!("core.{name}").into(),
            Type::Pointer(inner) => inner.name(),
            Type::List(inner) => format!("[]{}", inner.name()).into(),
            Type::Map(inner) if **inner == Type::Quantity => "core.ResourceList".into(),
            Type::Map(inner) => format!("map[string]{}", inner.name()).into(),
        }
    }
}

/// The fields of a type; none of one that is not in the table.
pub(super) fn fields(go_type: &str) -> Vec<Field> {
    let known = TYPES.get(go_type).map(Vec::as_slice).unwrap_or_default();
    let copy = |field: &Field| Field { go: field.go, json: field.json, kind: field.kind.clone() };
    known.iter().map(copy).collect()
}

/// The value of a field; that of an embedded one is the structure's own.
pub(super) fn at<'v>(value: &'v Value, field: &Field) -> &'v Value {
    if field.json == "+" { value } else { &value[field.json] }
}

/// Whether two values are shown as a whole: one is missing, or they hold but one thing.
pub(super) fn is_simple(kind: &Type<'_>, old: &Value, new: &Value) -> bool {
    match kind {
        Type::Pointer(_) => old.is_null() || new.is_null(),
        _ => false,
    }
}

/// Whether a list has items.
pub(super) fn is_long(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty())
}

/// A value that is the same in both.
pub(super) fn same(kind: &Type<'_>, value: &Value) -> String {
    write(kind, value, &Style { cut: true, types: false, bare: true }, 0)
}

/// A value that was changed, as a line of its own.
pub(super) fn changed(kind: &Type<'_>, value: &Value) -> String {
    write(kind, value, &Style { cut: false, types: true, bare: false }, 0) + ","
}

/// An item of a list that came or went.
pub(super) fn element(kind: &Type<'_>, value: &Value) -> String {
    write(kind, value, &Style { cut: false, types: true, bare: true }, 0)
}

/// How a value is written.
#[derive(Clone, Copy)]
struct Style {
    cut: bool,
    /// Whether types stand before structures, lists and maps.
    types: bool,
    /// Whether it does not stand before this one.
    bare: bool,
}

impl Style {
    fn typed(self, kind: &Type<'_>) -> String {
        if self.types && !self.bare { kind.name().into_owned() } else { String::new() }
    }

    /// Of a field's value.
    fn field(self) -> Style {
        Style { bare: false, ..self }
    }

    /// Of an item.
    fn item(self) -> Style {
        Style { bare: true, ..self }
    }
}

fn write(kind: &Type<'_>, value: &Value, style: &Style, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return "...".to_owned();
    }
    match kind {
        Type::Text => text(value.as_str().unwrap_or_default(), style.cut),
        Type::Number => value.as_i64().unwrap_or_default().to_string(),
        Type::Switch => value.as_bool().unwrap_or_default().to_string(),
        Type::Quantity => quantity(value, *style, kind),
        Type::IntOrString => int_or_string(value, *style, kind),
        Type::Pointer(_) | Type::List(_) | Type::Map(_) if value.is_null() => "nil".to_owned(),
        Type::Pointer(inner) => format!("&{}", write(inner, value, style, depth + 1)),
        Type::List(inner) => {
            let items = value.as_array().into_iter().flatten();
            let items = items.map(|item| write(inner, item, &style.item(), depth + 1));
            format!("{}{{{}}}", style.typed(kind), joined(items.collect(), style.cut))
        }
        Type::Map(inner) => {
            // The names of resources are texts with a method of their own.
            let mark = if **inner == Type::Quantity { "s" } else { "" };
            let entries = value.as_object().into_iter().flatten();
            let entries = entries.map(|(key, value)| {
                format!(
                    "{mark}{}: {}",
                    text(key, false),
                    write(inner, value, &style.item(), depth + 1)
                )
            });
            format!("{}{{{}}}", style.typed(kind), joined(entries.collect(), style.cut))
        }
        Type::Struct(name) => {
            let known = TYPES.get(name).map(Vec::as_slice).unwrap_or_default();
            let set = known.iter().filter(|field| !is_zero(&field.kind, at(value, field)));
            let set = set.map(|field| {
                let value = write(&field.kind, at(value, field), &style.field(), depth + 1);
                format!("{}: {value}", field.go)
            });
            format!("{}{{{}}}", style.typed(kind), joined(set.collect(), style.cut))
        }
    }
}

/// Zero values are left out of structures.
fn is_zero(kind: &Type<'_>, value: &Value) -> bool {
    match kind {
        Type::Struct(name) => {
            let known = TYPES.get(name).map(Vec::as_slice).unwrap_or_default();
            known.iter().all(|field| is_zero(&field.kind, at(value, field)))
        }
        Type::Pointer(_) | Type::List(_) | Type::Map(_) | Type::Quantity | Type::IntOrString => {
            value.is_null()
        }
        Type::Text => value.as_str().is_none_or(str::is_empty),
        Type::Number => value.as_i64().unwrap_or_default() == 0,
        Type::Switch => !value.as_bool().unwrap_or_default(),
    }
}

fn joined(mut items: Vec<String>, cut: bool) -> String {
    if cut && items.len() > ITEMS_MAX {
        items.truncate(ITEMS_MAX);
        items.push("...".to_owned());
    }
    items.join(", ")
}

fn text(text: &str, cut: bool) -> String {
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) if cut => format!("{:?}...", &text[..end]),
        _ => format!("{text:?}"),
    }
}

fn int_or_string(value: &Value, style: Style, kind: &Type<'_>) -> String {
    let inside = match value {
        Value::String(word) => format!("Type: 1, StrVal: {}", text(word, style.cut)),
        number => match number.as_i64().unwrap_or_default() {
            0 => String::new(),
            number => format!("IntVal: {number}"),
        },
    };
    format!("{}{{{inside}}}", style.typed(kind))
}

/// A quantity shows what is inside of it.
fn quantity(value: &Value, style: Style, kind: &Type<'_>) -> String {
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let digits = written.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let format = if written.ends_with('i') { "BinarySI" } else { "DecimalSI" };
    let number: i64 = digits.parse().unwrap_or_default();
    let (factor, scale) = match &written[digits.len()..] {
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        _ => (1, 0),
    };
    let number = number.saturating_mul(factor);
    let scale = if scale == 0 { String::new() } else { format!(", scale: {scale}") };
    let amount = if style.types { "resource.int64Amount" } else { "" };
    let inside =
        format!("i: {amount}{{value: {number}{scale}}}, s: {written:?}, Format: {format:?}");
    format!("{}{{{inside}}}", style.typed(kind))
}
