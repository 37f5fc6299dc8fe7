//! What may be a name: the rules of DNS and of Kubernetes, with Kubernetes' explanations.
//! <https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go>

/// A rule on strings: what is wrong with one, if anything.
pub type Rule = fn(&str) -> Vec<String>;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
    characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
    'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1123: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
    characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  \
    or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or \
    '-', start with an alphabetic character, and end with an alphanumeric character (e.g. \
    'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start \
    and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex \
    used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric \
    characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. \
    'MyValue',  or 'my_value',  or '12345', regex used for validation is \
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or \
    '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is \
    '[-._a-zA-Z0-9]+')";
const ENV_NAME: &str = "a valid environment variable name must consist only of printable ASCII \
    characters other than '='";

fn too_long(limit: usize) -> String {
    format!("must be no more than {limit} bytes")
}

fn lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether it has the inner letters throughout, and the outer ones at both ends.
fn shaped(text: &str, outer: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    let (Some(first), Some(last)) = (text.bytes().next(), text.bytes().last()) else {
        return false;
    };
    outer(first) && outer(last) && text.bytes().all(inner)
}

fn is_label(text: &str) -> bool {
    shaped(text, lower_alphanumeric, |byte| lower_alphanumeric(byte) || byte == b'-')
}

fn is_qualified_part(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    shaped(text, |byte| byte.is_ascii_alphanumeric(), inner)
}

fn judge(text: &str, limit: usize, good: bool, explanation: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > limit {
        wrong.push(too_long(limit));
    }
    if !good {
        wrong.push(explanation.to_owned());
    }
    wrong
}

/// The name of most objects.
pub fn subdomain(name: &str) -> Vec<String> {
    judge(name, 253, name.split('.').all(is_label), SUBDOMAIN)
}

/// The name of a namespace or a container.
pub fn label_1123(name: &str) -> Vec<String> {
    judge(name, 63, is_label(name), LABEL_1123)
}

/// The name of a Service.
pub fn label_1035(name: &str) -> Vec<String> {
    let good = is_label(name) && name.starts_with(|first: char| first.is_ascii_lowercase());
    judge(name, 63, good, LABEL_1035)
}

/// The key of a label, an annotation or a taint: `name` or `example.com/name`.
pub fn qualified_name(key: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let parts: Vec<&str> = key.split('/').collect();
    let name = match &*parts {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                wrong.push("prefix part must be non-empty".to_owned());
            } else {
                wrong
                    .extend(subdomain(prefix).iter().map(|detail| format!("prefix part {detail}")));
            }
            name
        }
        _ => {
            let advice =
                " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a qualified name {QUALIFIED}{advice}")];
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        wrong.push(format!("name part {}", too_long(63)));
    }
    if !is_qualified_part(name) {
        wrong.push(format!("name part {QUALIFIED}"));
    }
    wrong
}

pub fn label_value(value: &str) -> Vec<String> {
    judge(value, 63, value.is_empty() || is_qualified_part(value), LABEL_VALUE)
}

/// A key of a ConfigMap's or Secret's data.
pub fn config_key(key: &str) -> Vec<String> {
    let good = !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let mut wrong = judge(key, 253, good, CONFIG_KEY);
    match key {
        "." => wrong.push("must not be '.'".to_owned()),
        ".." => wrong.push("must not be '..'".to_owned()),
        key if key.starts_with("..") => wrong.push("must not start with '..'".to_owned()),
        _ => {}
    }
    wrong
}

pub fn env_name(name: &str) -> Vec<String> {
    let good = name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    judge(name, usize::MAX, good, ENV_NAME)
}

/// The name of a container's port: an IANA service name.
pub fn port_name(name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if name.len() > 15 {
        wrong.push("must be no more than 15 characters".to_owned());
    }
    let allowed = |byte: u8| lower_alphanumeric(byte) || byte == b'-';
    if !name.bytes().all(allowed) {
        wrong.push(
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned(),
        );
    }
    if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        wrong.push("must contain at least one letter (a-z)".to_owned());
    }
    if name.contains("--") {
        wrong.push("must not contain consecutive hyphens".to_owned());
    }
    if name.starts_with('-') || name.ends_with('-') {
        wrong.push("must not begin or end with a hyphen".to_owned());
    }
    wrong
}

/// A port number.
pub fn port_number(port: i32) -> Vec<String> {
    if (1..=65535).contains(&port) {
        Vec::new()
    } else {
        vec!["must be between 1 and 65535, inclusive".to_owned()]
    }
}

/// An absolute or relative path that may become part of another.
pub fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    let contained = ["/", "%"].into_iter().filter(|part| name.contains(part));
    contained.map(|part| format!("may not contain '{part}'")).collect()
}
