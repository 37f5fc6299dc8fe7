//! The body of a request, decoded.

use serde_json::Value;

use super::asked::Asked;
use super::status::Status;
use crate::object::{Kind, Object};

/// The most that a body may have, in bytes.
const BYTES_MAX: usize = 3 * 1024 * 1024;

/// A request's body.
pub(super) struct Body<'a> {
    asked: &'a Asked<'a>,
    /// Null where it is empty.
    pub(super) json: Value,
}

impl<'a> Body<'a> {
    /// # Errors
    /// 413, 415, or 400 for what is neither JSON nor YAML.
    pub(super) fn of(
        asked: &'a Asked<'a>,
        _warnings: &mut Vec<String>,
    ) -> Result<Body<'a>, Status> {
        let bytes = &asked.request.body;
        if bytes.len() > BYTES_MAX {
            return Err(Status::too_large(BYTES_MAX));
        }
        let json = if bytes.iter().all(u8::is_ascii_whitespace) {
            Value::Null
        } else {
            serde_json::from_slice(bytes).map_err(|error| Status::bad_request(error.to_string()))?
        };
        Ok(Body { asked, json })
    }

    /// The body as an object of a kind.
    pub(super) fn object(&mut self, kind: Kind) -> Result<Object, Status> {
        let _ = self.asked;
        Object::from_json(kind, self.json.take())
            .map_err(|error| Status::bad_request(error.to_string()))
    }

    /// The UID, if given, and the node of a `Binding`.
    pub(super) fn binding(&self) -> Result<(String, String), Status> {
        let text = |pointer: &str| {
            self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let node = text("/target/name");
        if node.is_empty() {
            return Err(Status::bad_request("target.name: Required value"));
        }
        Ok((text("/metadata/uid"), node))
    }
}
