//! The body of a request, decoded.

use serde_json::Value;

use super::asked::Asked;
use super::custom::Type;
use super::decode::Decoded;
use super::protobuf;
use super::status::Status;
use super::tree::Tree;
use crate::object::{Kind, Object};

/// The most that a body may have, in bytes.
const BYTES_MAX: usize = 3 * 1024 * 1024;

pub(super) const YAML: &str = "application/yaml";
pub(super) const JSON_PATCH: &str = "application/json-patch+json";
pub(super) const MERGE_PATCH: &str = "application/merge-patch+json";
pub(super) const STRATEGIC_PATCH: &str = "application/strategic-merge-patch+json";
pub(super) const APPLY_PATCH: &str = "application/apply-patch+yaml";
const ACCEPTED: &[&str] = &["application/json", YAML, protobuf::CONTENT_TYPE];
const PATCHES: &[&str] = &[JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
/// What has no type to tell how lists are merged.
const PATCHES_OF_CUSTOM: &[&str] = &[JSON_PATCH, MERGE_PATCH, APPLY_PATCH];

/// A request's body.
pub(super) struct Body<'a> {
    asked: &'a Asked<'a>,
    /// Null where it is empty.
    tree: Tree,
    warnings: &'a mut Vec<String>,
}

/// What becomes of unknown and repeated fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validation {
    Strict,
    Warn,
    Ignore,
}

impl Validation {
    pub(super) fn of(asked: &Asked<'_>) -> Validation {
        match asked.query.get("fieldValidation") {
            Some("Strict") => Validation::Strict,
            Some("Ignore") => Validation::Ignore,
            _ => Validation::Warn,
        }
    }
}

impl<'a> Body<'a> {
    /// # Errors
    /// 413, 415, or 400 for what is neither JSON nor YAML.
    pub(super) fn of(
        asked: &'a Asked<'a>,
        warnings: &'a mut Vec<String>,
    ) -> Result<Body<'a>, Status> {
        let bytes = &asked.request.body;
        if bytes.len() > BYTES_MAX {
            return Err(Status::too_large(BYTES_MAX));
        }
        let patch = asked.request.method == "PATCH";
        let accepted = match (patch, &asked.custom) {
            (true, None) => PATCHES,
            (true, Some(_)) => PATCHES_OF_CUSTOM,
            (false, _) => ACCEPTED,
        };
        let content_type = asked.content_type();
        if !accepted.contains(&content_type) && !bytes.is_empty() {
            return Err(Status::unsupported_media_type(accepted));
        }
        let tree = match content_type {
            _ if bytes.iter().all(u8::is_ascii_whitespace) => Tree::Null,
            protobuf::CONTENT_TYPE => {
                let read = protobuf::decode(bytes);
                read.map_err(|error| Status::bad_request(error.to_string()))?.into()
            }
            YAML | APPLY_PATCH => parse_yaml(bytes)?,
            _ => parse_json(bytes)?,
        };
        Ok(Body { asked, tree, warnings })
    }

    /// The body as it is.
    pub(super) fn json(&self) -> Value {
        self.tree.clone().into_json()
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The body as an object of a kind.
    ///
    /// # Errors
    /// 400 where it is of another kind, or does not fit the type.
    pub(super) fn object(&mut self, kind: Kind) -> Result<Object, Status> {
        let of = self.asked.type_of(kind);
        if self.tree == Tree::Null {
            return Err(unrecognised(of, "unexpected end of JSON input", b""));
        }
        check_kind(of, &self.tree)?;
        let tree = std::mem::replace(&mut self.tree, Tree::Null);
        let Decoded { json, findings, error } = of.decode(tree);
        if let Some(error) = error {
            return Err(cannot_be_handled(of, &error));
        }
        match Validation::of(self.asked) {
            Validation::Strict if !findings.is_empty() => {
                let error = format!("strict decoding error: {}", findings.join(", "));
                return Err(cannot_be_handled(of, &error));
            }
            Validation::Warn => self.warnings.extend(findings),
            _ => {}
        }
        of.object(json).map_err(|error| cannot_be_handled(of, &error.to_string()))
    }

    /// Passes on what was found in a patch.
    pub(super) fn warn(&mut self, findings: Vec<String>) {
        self.warnings.extend(findings);
    }

    /// The UID, if given, and the node of a `Binding`.
    ///
    /// # Errors
    /// 400 without a node.
    pub(super) fn binding(&self) -> Result<(String, String), Status> {
        let text = |outer: &str, inner: &str| {
            let found = self.tree.get(outer).and_then(|tree| tree.get(inner));
            found.and_then(Tree::as_str).unwrap_or_default().to_owned()
        };
        let node = text("target", "name");
        if node.is_empty() {
            return Err(Status::bad_request(
                "Binding \"\" is invalid: target.name: Required value",
            ));
        }
        Ok((text("metadata", "uid"), node))
    }
}

fn cannot_be_handled(of: Type<'_>, error: &str) -> Status {
    let (name, version) = (of.name(), of.version());
    Status::bad_request(format!(
        "{name} in version \"{version}\" cannot be handled as a {name}: {error}"
    ))
}

/// Kind and version may be left out; others are refused.
fn check_kind(of: Type<'_>, tree: &Tree) -> Result<(), Status> {
    if !matches!(tree, Tree::Map(_)) {
        let error = format!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value \
             of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind \
             string \"json:\\\"kind,omitempty\\\"\" }}",
            if matches!(tree, Tree::List(_)) { "array" } else { "string" }
        );
        return Err(Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): {error}",
            of.name()
        )));
    }
    let text = |name: &str| tree.get(name).and_then(Tree::as_str).unwrap_or_default();
    let (version, name) = (text("apiVersion"), text("kind"));
    let expected = of.api_version();
    let expected = expected.as_str();
    let version_fits = version.is_empty() || version == expected;
    let name_fits = name.is_empty() || name == of.name();
    if version_fits && name_fits {
        return Ok(());
    }
    let version = if version.is_empty() { expected } else { version };
    let name = if name.is_empty() { of.name() } else { name };
    let short = version.rsplit('/').next().unwrap_or(version);
    let own = |kind: &Kind| kind.name() == name && kind.api_version() == version;
    let known = Kind::ALL.iter().any(own) || matches!(of, Type::Defined(_));
    let message = if known && name_fits {
        format!(
            "the API version in the data ({version}) does not match the expected API version \
             ({expected})"
        )
    } else if known {
        format!(
            "{name} in version \"{short}\" cannot be handled as a {}: converting (v1.{name}) to \
             (core.{}): unknown conversion",
            of.name(),
            of.name()
        )
    } else {
        format!(
            "{name} in version \"{short}\" cannot be handled as a {}: no kind \"{name}\" is \
             registered for version \"{version}\" in scheme \
             \"pkg/api/legacyscheme/scheme.go:30\"",
            of.name()
        )
    };
    Err(Status::bad_request(message))
}

fn unrecognised(of: Type<'_>, error: &str, body: &[u8]) -> Status {
    let shown = match body {
        [] => "<empty>".to_owned(),
        [b'{', ..] => {
            let text = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
            if body.len() > 30 { format!("{text} ...") } else { text }
        }
        _ => body.iter().take(30).map(|byte| format!("{byte:02x}")).collect(),
    };
    Status::bad_request(format!(
        "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json \
         parse error: {error} ({shown})",
        of.name()
    ))
}

fn parse_json(bytes: &[u8]) -> Result<Tree, Status> {
    serde_json::from_slice(bytes).map_err(|error| Status::bad_request(syntax(bytes, &error)))
}

/// What Go says of malformed JSON.
fn syntax(bytes: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let line = bytes.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1));
    let at = line.and_then(|line| line.get(error.column().saturating_sub(1)));
    match at {
        Some(byte) if error.is_syntax() && (b' '..=b'~').contains(byte) => {
            format!("invalid character '{}' looking for beginning of value", char::from(*byte))
        }
        _ => error.to_string(),
    }
}

fn parse_yaml(bytes: &[u8]) -> Result<Tree, Status> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Status::bad_request("yaml: invalid leading UTF-8 octet"))?;
    serde_yaml::from_str(text)
        .map_err(|error| Status::bad_request(format!("error converting YAML to JSON: {error}")))
}
