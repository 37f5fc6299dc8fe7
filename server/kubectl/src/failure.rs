//! Why a command ended badly, and the words in which kubectl says so on standard error.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fields::{array, str_at, text};

/// What ends a command before its time.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Failure {
    /// The API server answered with a `Status`.
    #[error("{}", status_message(.0))]
    Status(Value),
    /// A mistake found by kubectl itself; printed as `error: …`.
    #[error("{0}")]
    Message(String),
    /// A mistake in the use of a command: its own words, then where help is.
    #[error("{message}\nSee '{command} -h' for help and examples")]
    Usage { command: String, message: String },
    /// A flag that cannot be: as above with other closing words.
    #[error("{message}\nSee '{command} --help' for usage.")]
    Flag { command: String, message: String },
    /// Several things failed, each with its own words.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Several(Vec<Failure>),
    /// A failure with an exit code of its own.
    #[error("{failure}")]
    WithCode { code: i32, failure: Box<Failure> },
    /// All was said already; only the exit code is left.
    #[error("exit code {0}")]
    Exit(i32),
}

/// What a command returns.
pub(crate) type Outcome = Result<(), Failure>;

impl Failure {
    pub(crate) fn message(text: impl Into<String>) -> Failure {
        Failure::Message(text.into())
    }

    /// One failure of many: none is success, a single one speaks for itself.
    pub(crate) fn gather(mut failures: Vec<Failure>) -> Outcome {
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Failure::Several(failures)),
        }
    }

    /// The `reason` of a `Status`, or nothing.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Failure::Status(status) => str_at(status, "/reason"),
            _ => "",
        }
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.reason() == "NotFound"
    }

    /// Rewrites the server's message and keeps its reason; wraps a message of our own likewise.
    pub(crate) fn wrap(self, words: impl Fn(&str) -> String) -> Failure {
        match self {
            Failure::Status(mut status) => {
                let message = words(str_at(&status, "/message"));
                status["message"] = Value::String(message);
                Failure::Status(status)
            }
            Failure::Message(message) => Failure::Message(words(&message)),
            other => other,
        }
    }

    /// The exit code, and what goes to standard error.
    pub(crate) fn report(&self) -> (i32, String) {
        let mut words = match self {
            Failure::Exit(code) => return (*code, String::new()),
            Failure::WithCode { code, failure } => return (*code, failure.report().1),
            Failure::Several(failures) => {
                failures.iter().map(|failure| format!("{}\n", failure.line())).collect()
            }
            Failure::Status(status) if self.reason() == "Invalid" => invalid(status),
            _ => prefixed(self.line()),
        };
        if !words.is_empty() && !words.ends_with('\n') {
            words.push('\n');
        }
        (1, words)
    }

    /// The failure in a list of failures.
    pub(crate) fn line(&self) -> String {
        let Failure::Status(status) = self else {
            return self.to_string();
        };
        let message = str_at(status, "/message");
        match self.reason() {
            "" => format!("Error from server: {message}"),
            "Unauthorized" => {
                format!("error: You must be logged in to the server ({message})")
            }
            reason => format!("Error from server ({reason}): {message}"),
        }
    }
}

fn status_message(status: &Value) -> &str {
    str_at(status, "/message")
}

fn prefixed(words: String) -> String {
    if words.starts_with("error: ") || words.starts_with("Error from server") {
        return words;
    }
    format!("error: {words}")
}

/// A rejected object is told cause by cause; the message of the `Status` itself is not shown.
fn invalid(status: &Value) -> String {
    let message = str_at(status, "/message");
    let Some(details) = status.get("details").filter(|details| !details.is_null()) else {
        return joined("The request is invalid", message);
    };
    let (kind, name) = (text(details, "kind"), text(details, "name"));
    let causes = distinct_causes(details);
    let head = if !kind.is_empty() || !name.is_empty() {
        format!("The {kind} {name:?} is invalid")
    } else if causes.is_empty() {
        joined("The request is invalid", message)
    } else {
        "The request is invalid".to_owned()
    };
    match causes.as_slice() {
        [] => head,
        [one] => format!("{head}: {one}\n"),
        many => {
            let lines: String = many.iter().map(|cause| format!("* {cause}\n")).collect();
            format!("{head}: \n{lines}")
        }
    }
}

fn joined(head: &str, message: &str) -> String {
    if message.is_empty() { head.to_owned() } else { format!("{head}: {message}") }
}

fn distinct_causes(details: &Value) -> Vec<String> {
    let mut said = BTreeSet::new();
    array(details, "causes")
        .iter()
        .map(|cause| format!("{}: {}", text(cause, "field"), text(cause, "message")))
        .filter(|cause| said.insert(cause.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: Value, expect: &str) {
        assert_eq!(Failure::Status(status).report(), (1, expect.to_owned()));
    }

    #[test]
    fn the_servers_words() {
        check(
            json!({"reason": "NotFound", "message": "pods \"nosuch\" not found"}),
            "Error from server (NotFound): pods \"nosuch\" not found\n",
        );
        check(
            json!({"reason": "Invalid", "details": {}, "code": 422,
                "message": "the server rejected our request due to an error in our request"}),
            "The request is invalid: the server rejected our request due to an error in our \
             request\n",
        );
        check(
            json!({"reason": "Invalid", "details": {"kind": "Pod", "name": "x", "causes": [
                {"field": "spec", "message": "a"}, {"field": "spec", "message": "a"},
                {"field": "metadata", "message": "b"}]}}),
            "The Pod \"x\" is invalid: \n* spec: a\n* metadata: b\n",
        );
        check(
            json!({"reason": "Invalid", "details": {"kind": "Pod", "name": "x", "causes": [
                {"field": "spec", "message": "a"}]}}),
            "The Pod \"x\" is invalid: spec: a\n",
        );
    }

    #[test]
    fn several_failures_each_have_a_line() {
        let failures = vec![Failure::message("one"), Failure::message("two")];
        let outcome = Failure::gather(failures).expect_err("two failures");
        assert_eq!(outcome.report(), (1, "one\ntwo\n".to_owned()));
    }
}
