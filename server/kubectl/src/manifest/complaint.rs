//! What go-yaml would say of a YAML text that our parser refuses.

use serde_yaml::Error;

/// go-yaml's words, with the line that it would name.
pub(super) fn complaint(error: &Error, text: &str) -> String {
    let words = error.without_snippet().to_string();
    let _ = text;
    words
}
