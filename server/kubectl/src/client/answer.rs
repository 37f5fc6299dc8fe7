//! Answers that are no JSON: warnings in headers, errors without a `Status`.

use http::Method;
use serde_json::{Value, json};

/// The text of a `299 - "…"` warning.
pub(super) fn quoted(header: &str) -> String {
    let Some(start) = header.find('"') else {
        return header.to_owned();
    };
    let mut words = String::new();
    let mut letters = header[start + 1..].chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => words.extend(letters.next()),
            _ => words.push(letter),
        }
    }
    words
}

/// client-go's words for an answer that is an error and has no `Status`.
pub(super) fn made_up(method: &Method, path: &str, code: u16, text: &str) -> Value {
    let what = subject(path).map(|what| format!(" ({} {what})", method.as_str().to_lowercase()));
    let what = what.unwrap_or_default();
    let (reason, message) = match code {
        401 => ("Unauthorized", "the server has asked for the client to provide credentials"),
        403 => ("Forbidden", "the server does not allow access to the requested resource"),
        404 => ("NotFound", "the server could not find the requested resource"),
        405 => {
            ("MethodNotAllowed", "the server does not allow this method on the requested resource")
        }
        503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
        _ => ("InternalError", ""),
    };
    let message = match message {
        "" => {
            format!(
                "an error on the server ({text:?}) has prevented the request from succeeding{what}"
            )
        }
        _ => format!("{message}{what}"),
    };
    json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason,
        "message": message})
}

/// `pods nginx`, or `deployments.apps`: what a path asks for; nothing for paths of no resource.
fn subject(path: &str) -> Option<String> {
    let path = path.split('?').next()?.trim_start_matches('/');
    let mut parts = path.split('/');
    let group = match parts.next()? {
        "api" => String::new(),
        "apis" => format!(".{}", parts.next()?),
        _ => return None,
    };
    parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let (resource, name) = match rest.as_slice() {
        ["namespaces", _, resource, rest @ ..] | [resource, rest @ ..] => (resource, rest.first()),
        [] => return None,
    };
    Some(match name {
        Some(name) => format!("{resource}{group} {name}"),
        None => format!("{resource}{group}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_is_about() {
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(subject(path).as_deref(), expect, "{path}");
        };
        check("/api/v1/namespaces/default/pods/x", Some("pods x"));
        check("/api/v1/namespaces/default/pods?limit=500", Some("pods"));
        check("/api/v1/namespaces/shop", Some("namespaces shop"));
        check("/apis/apps/v1/deployments", Some("deployments.apps"));
        check("/nope", None);
    }

    #[test]
    fn warnings_are_quoted() {
        let header = r#"299 - "unknown field \"spec.foo\"""#;
        assert_eq!(quoted(header), "unknown field \"spec.foo\"");
    }
}
