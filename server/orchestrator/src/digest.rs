//! A digest of all that a world is: the same log gives the same digest on any machine.

use std::fmt;

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::time::Clock;

/// SHA-256 of a world's state. Displays as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests parts, each told apart from the next by its length.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Digest(hasher.finalize().into())
    }
}

/// Writes each timestamp as model time, so that the day on which a sandbox began makes no
/// difference.
pub(crate) fn forget_calendar(json: &mut Value, clock: Clock) {
    match json {
        Value::String(text) if text.len() >= 20 && text.ends_with('Z') => {
            if let Ok(calendar) = text.parse::<Timestamp>() {
                *text = clock.model_time(calendar).0.to_string();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| forget_calendar(item, clock)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| forget_calendar(field, clock))
        }
        _ => {}
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
