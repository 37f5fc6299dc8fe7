//! `metav1.Status`: how the API server refuses, or says that there is nothing more to show.

use std::borrow::Cow;

use serde_json::{Value, json};
use thiserror::Error;

use crate::kinds::FieldErrors;
use crate::object::{Key, Kind, Object};

/// A refusal, as Kubernetes words it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Status {
    /// HTTP status code.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, …; empty where Kubernetes gives none.
    pub reason: &'static str,
    pub message: String,
    pub details: Option<Box<Details>>,
}

/// What a refusal is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    pub group: Cow<'static, str>,
    /// The plural for most reasons, the kind for `Invalid`.
    pub kind: Cow<'static, str>,
    pub causes: Vec<Cause>,
    pub retry_after_s: Option<u32>,
}

/// One of several reasons for a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub reason: &'static str,
    pub message: String,
    pub field: String,
}

/// `pods` or `deployments.apps`.
pub fn resource_name(kind: Kind) -> String {
    match kind.group() {
        "" => kind.plural().to_owned(),
        group => format!("{}.{group}", kind.plural()),
    }
}

impl Status {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Status {
        Status { code, reason, message: message.into(), details: None }
    }

    fn about(self, key: &Key) -> Status {
        self.about_resource(key.group(), key.plural(), key.name())
    }

    fn about_resource(mut self, group: &str, plural: &str, name: &str) -> Status {
        self.details = Some(Box::new(Details {
            name: name.to_owned(),
            group: group.to_owned().into(),
            kind: plural.to_owned().into(),
            ..Details::default()
        }));
        self
    }

    pub fn not_found(key: &Key) -> Status {
        let message = format!("{} \"{}\" not found", key.resource(), key.name());
        Status::new(404, "NotFound", message).about(key)
    }

    /// The path names no resource of this server.
    pub fn no_such_resource() -> Status {
        let message = "the server could not find the requested resource";
        let status = Status::new(404, "NotFound", message);
        Status { details: Some(Box::default()), ..status }
    }

    pub fn already_exists(key: &Key, deleting: bool) -> Status {
        let before = if deleting { "object is being deleted: " } else { "" };
        let resource = key.resource();
        let message = format!("{before}{resource} \"{}\" already exists", key.name());
        Status::new(409, "AlreadyExists", message).about(key)
    }

    pub fn conflict(key: &Key, why: &str) -> Status {
        let resource = key.resource();
        let message =
            format!("Operation cannot be fulfilled on {resource} \"{}\": {why}", key.name());
        Status::new(409, "Conflict", message).about(key)
    }

    /// The revision that a write was made against is not the current one.
    pub fn modified(key: &Key) -> Status {
        let why = "the object has been modified; please apply your changes to the latest version \
                   and try again";
        Status::conflict(key, why)
    }

    pub fn forbidden(key: &Key, why: &str) -> Status {
        let resource = key.resource();
        let message = match key.name() {
            "" => format!("{resource} is forbidden: {why}"),
            name => format!("{resource} \"{name}\" is forbidden: {why}"),
        };
        Status::new(403, "Forbidden", message).about(key)
    }

    /// The same, where the resource need be none of ours. Without one: a path.
    pub(crate) fn refused(group: &str, resource: &str, name: &str, why: &str) -> Status {
        let subject = match (group, name) {
            ("", "") => resource.to_owned(),
            ("", name) => format!("{resource} \"{name}\""),
            (group, "") => format!("{resource}.{group}"),
            (group, name) => format!("{resource}.{group} \"{name}\""),
        };
        let message = match subject.as_str() {
            "" => format!("forbidden: {why}"),
            subject => format!("{subject} is forbidden: {why}"),
        };
        let status = Status::new(403, "Forbidden", message);
        match resource {
            "" => Status { details: Some(Box::default()), ..status },
            resource => status.about_resource(group, resource, name),
        }
    }

    /// Who asks is not known.
    pub fn unauthorized() -> Status {
        Status::new(401, "Unauthorized", "Unauthorized")
    }

    /// Something that is referred to is not there.
    pub(crate) fn not_found_text(message: &str) -> Status {
        Status::new(404, "NotFound", message)
    }

    /// # Panics
    /// If there is no error in it.
    pub fn invalid(kind: Kind, name: &str, errors: FieldErrors) -> Status {
        Status::invalid_kind(kind.group(), kind.name(), name, errors)
    }

    /// # Panics
    /// If there is no error in it.
    pub fn invalid_object(object: &Object, errors: FieldErrors) -> Status {
        let key = object.key();
        Status::invalid_kind(key.group(), object.kind_name(), object.name(), errors)
    }

    fn invalid_kind(group: &str, kind: &str, name: &str, errors: FieldErrors) -> Status {
        let subject = match group {
            "" => kind.to_owned(),
            group => format!("{kind}.{group}"),
        };
        let message = format!("{subject} \"{name}\" is invalid: {errors}");
        let details = Details {
            name: name.to_owned(),
            group: group.to_owned().into(),
            kind: kind.to_owned().into(),
            causes: errors.into_causes(),
            retry_after_s: None,
        };
        let status = Status::new(422, "Invalid", message);
        Status { details: Some(Box::new(details)), ..status }
    }

    pub fn bad_request(message: impl Into<String>) -> Status {
        Status::new(400, "BadRequest", message)
    }

    /// A patch that cannot be applied: Kubernetes says no more.
    pub fn rejected_patch() -> Status {
        let message = "the server rejected our request due to an error in our request";
        let status = Status::new(422, "Invalid", message);
        Status { details: Some(Box::default()), ..status }
    }

    pub fn method_not_allowed() -> Status {
        let message = "the server does not allow this method on the requested resource";
        let status = Status::new(405, "MethodNotAllowed", message);
        Status { details: Some(Box::default()), ..status }
    }

    pub fn unsupported_media_type(accepted: &[&str]) -> Status {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {}",
            accepted.join(", ")
        );
        Status::new(415, "UnsupportedMediaType", message)
    }

    pub fn not_acceptable() -> Status {
        let message = "only the following media types are accepted: application/json, \
                       application/yaml";
        Status::new(406, "NotAcceptable", message)
    }

    pub fn too_large(limit: usize) -> Status {
        let message = format!("Request entity too large: limit is {limit}");
        Status::new(413, "RequestEntityTooLarge", message)
    }

    /// Not now, maybe later: after so many seconds, if that is known.
    pub fn too_many_requests(message: &str, after_s: u32) -> Status {
        let status = Status::new(429, "TooManyRequests", message);
        let retry_after_s = Some(after_s).filter(|seconds| *seconds > 0);
        Status {
            details: Some(Box::new(Details { retry_after_s, ..Details::default() })),
            ..status
        }
    }

    /// What the server cannot do, without a reason for programs.
    pub fn unsupported(message: &str) -> Status {
        Status::new(500, "", message)
    }

    /// The revision asked for is compacted.
    pub fn expired(asked: u64, oldest: u64) -> Status {
        let message = format!("too old resource version: {asked} ({oldest})");
        Status::new(410, "Expired", message)
    }

    /// A `continue` token whose revision is compacted, or that is none of ours.
    pub fn expired_continue() -> Status {
        let message = "The provided continue parameter is too old to display a consistent list \
                       result. You must start a new list without the continue parameter.";
        Status::new(410, "Expired", message)
    }

    /// The server has as many sessions as it can hold.
    pub(crate) fn too_many_sessions() -> Status {
        let message = "too many exec and attach sessions, please try again later";
        Status::new(429, "TooManyRequests", message)
    }

    /// The API server could not reach a kubelet.
    pub(crate) fn unreachable(message: String) -> Status {
        Status::new(500, "", message)
    }

    pub fn internal(message: impl Into<String>) -> Status {
        Status::new(500, "InternalError", format!("Internal error occurred: {}", message.into()))
    }

    /// Server-side apply met fields that others own.
    pub(crate) fn apply_conflict(message: String, causes: Vec<Cause>) -> Status {
        let status = Status::new(409, "Conflict", message);
        Status { details: Some(Box::new(Details { causes, ..Details::default() })), ..status }
    }

    /// Adds a cause, for programs.
    pub fn because(
        mut self,
        reason: &'static str,
        message: impl Into<String>,
        field: &str,
    ) -> Status {
        let cause = Cause { reason, message: message.into(), field: field.to_owned() };
        self.details.get_or_insert_default().causes.push(cause);
        self
    }

    /// As an API server sends it.
    pub fn to_json(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "code": self.code,
        });
        if !self.reason.is_empty() {
            status["reason"] = self.reason.into();
        }
        if let Some(details) = &self.details {
            status["details"] = details.to_json();
        }
        status
    }
}

impl Details {
    fn to_json(&self) -> Value {
        let mut details = serde_json::Map::new();
        for (key, value) in [("name", &*self.name), ("group", &*self.group), ("kind", &*self.kind)]
        {
            if !value.is_empty() {
                details.insert(key.to_owned(), value.into());
            }
        }
        if !self.causes.is_empty() {
            details.insert("causes".to_owned(), self.causes.iter().map(Cause::to_json).collect());
        }
        if let Some(seconds) = self.retry_after_s {
            details.insert("retryAfterSeconds".to_owned(), seconds.into());
        }
        Value::Object(details)
    }
}

impl Cause {
    fn to_json(&self) -> Value {
        let mut cause = json!({"reason": self.reason, "message": self.message});
        if !self.field.is_empty() {
            cause["field"] = (&*self.field).into();
        }
        cause
    }
}
