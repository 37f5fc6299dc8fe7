//! What is wrong with an object, field by field, in Kubernetes' words.
//! <https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/field/errors.go>

use std::collections::BTreeMap;
use std::fmt;

use crate::api::status::Cause;

/// All that is wrong with an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<Cause>);

impl FieldErrors {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_causes(self) -> Vec<Cause> {
        self.0
    }

    /// Whether something is wrong that makes further rules moot.
    pub(crate) fn are_blocking(&self) -> bool {
        let blocking = [
            "FieldValueNotSupported",
            "FieldValueRequired",
            "FieldValueTooLong",
            "FieldValueTooMany",
            "FieldValueTypeInvalid",
        ];
        self.0.iter().any(|cause| blocking.contains(&cause.reason))
    }

    fn push(&mut self, reason: &'static str, field: impl Into<String>, message: String) {
        let cause = Cause { reason, message, field: field.into() };
        // Kubernetes' aggregate keeps one of several equal errors.
        if !self.0.contains(&cause) {
            self.0.push(cause);
        }
    }

    /// A field that must be given is missing or empty.
    pub fn required(&mut self, field: impl Into<String>, detail: &str) {
        let message = match detail {
            "" => "Required value".to_owned(),
            detail => format!("Required value: {detail}"),
        };
        self.push("FieldValueRequired", field, message);
    }

    /// A value breaks a rule. The value comes as Go prints it: see [`quoted`].
    pub fn invalid(
        &mut self,
        field: impl Into<String>,
        value: impl fmt::Display,
        detail: impl fmt::Display,
    ) {
        self.push("FieldValueInvalid", field, format!("Invalid value: {value}: {detail}"));
    }

    /// A value is of another type.
    pub fn wrong_type(&mut self, field: impl Into<String>, detail: impl fmt::Display) {
        self.push("FieldValueTypeInvalid", field, format!("Invalid value: {detail}"));
    }

    /// A value is none of those that are known.
    pub fn not_supported(&mut self, field: impl Into<String>, value: &str, known: &[&str]) {
        let known: Vec<String> = known.iter().map(|value| quoted(value)).collect();
        let message =
            format!("Unsupported value: {}: supported values: {}", quoted(value), known.join(", "));
        self.push("FieldValueNotSupported", field, message);
    }

    pub fn forbidden(&mut self, field: impl Into<String>, detail: impl fmt::Display) {
        self.push("FieldValueForbidden", field, format!("Forbidden: {detail}"));
    }

    pub fn duplicate(&mut self, field: impl Into<String>, value: impl fmt::Display) {
        self.push("FieldValueDuplicate", field, format!("Duplicate value: {value}"));
    }

    pub fn not_found(&mut self, field: impl Into<String>, value: &str) {
        self.push("FieldValueNotFound", field, format!("Not found: {}", quoted(value)));
    }

    pub fn too_long(&mut self, field: impl Into<String>, limit: usize) {
        let message = format!("Too long: may not be more than {limit} bytes");
        self.push("FieldValueTooLong", field, message);
    }

    pub fn too_many(&mut self, field: impl Into<String>, count: usize, limit: usize) {
        let message = format!("Too many: {count}: must have at most {limit} items");
        self.push("FieldValueTooMany", field, message);
    }

    /// Checks a value against a rule that says what is wrong with it, if anything.
    pub fn check(
        &mut self,
        field: impl Into<String>,
        value: &str,
        rule: impl Fn(&str) -> Vec<String>,
    ) {
        let field = field.into();
        for detail in rule(value) {
            self.invalid(field.clone(), quoted(value), detail);
        }
    }

    /// Checks that a value is one of those known.
    pub fn one_of(&mut self, field: impl Into<String>, value: Option<&str>, known: &[&str]) {
        match value {
            None | Some("") => self.required(field, ""),
            Some(value) if known.contains(&value) => {}
            Some(value) => self.not_supported(field, value, known),
        }
    }
}

/// As the message of a refusal lists them.
impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |cause: &Cause| format!("{}: {}", cause.field, cause.message);
        match &*self.0 {
            [only] => f.write_str(&one(only)),
            several => {
                let several: Vec<String> = several.iter().map(one).collect();
                write!(f, "[{}]", several.join(", "))
            }
        }
    }
}

/// A string as Go's `%q` prints it.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                quoted.push_str(&format!("\\x{:02x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A map of strings as Go's `%#v` prints it.
pub fn go_map(map: Option<&BTreeMap<String, String>>) -> String {
    let Some(map) = map else { return "map[string]string(nil)".to_owned() };
    let entries: Vec<String> =
        map.iter().map(|(key, value)| format!("{}:{}", quoted(key), quoted(value))).collect();
    format!("map[string]string{{{}}}", entries.join(", "))
}
