//! What a component, or an HTTP request once it is parsed, asks of the API server.

use crate::object::{Key, Kind, Object};
use crate::time::Millis;

/// The verbs of the Kubernetes API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

impl Verb {
    /// As RBAC and audit logs spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        }
    }
}

/// What deletion does to dependents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

/// One request of a component: typed, so that nothing need be serialised on the way, but checked,
/// admitted and traced by the API server like any other.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// `metadata.name` may be empty where `generateName` is set.
    Create(Object),
    /// Replaces all but the status. A set `resourceVersion` must match (409).
    Update(Object),
    /// Replaces the status alone. A set `resourceVersion` must match (409).
    UpdateStatus(Object),
    Delete {
        key: Key,
        /// Only the object with this UID, if given (409 otherwise).
        uid: Option<String>,
        /// None: the object's own.
        grace_s: Option<Millis>,
        propagation: Propagation,
    },
    /// `namespaces/finalize`: replaces `spec.finalizers`; with none left the namespace is gone.
    Finalize(Object),
    /// Takes a finalizer off an object, by a patch that leaves all else alone.
    Unfinalize { key: Key, uid: String, finalizer: String },
    /// `pods/binding`: puts a Pod on a node.
    Bind { pod: Key, uid: String, node: String },
    /// The `scale` subresource: how many there shall be.
    Scale { key: Key, replicas: i32 },
    /// Records an event: the API server's client would create it or count it up.
    Record(EventRecord),
}

impl Call {
    /// Deletes an object if it is still the one with this UID.
    pub fn delete(object: &Object) -> Call {
        Call::Delete {
            key: object.key(),
            uid: Some(object.uid().to_owned()),
            grace_s: None,
            propagation: Propagation::Background,
        }
    }

    /// The object it is about; the name is empty where it is still to be generated.
    pub fn key(&self) -> Key {
        match self {
            Call::Create(object)
            | Call::Update(object)
            | Call::UpdateStatus(object)
            | Call::Finalize(object) => object.key(),
            Call::Delete { key, .. } | Call::Scale { key, .. } | Call::Unfinalize { key, .. } => {
                key.clone()
            }
            Call::Bind { pod, .. } => pod.clone(),
            Call::Record(record) => {
                Key::new(Kind::Event, record.regarding.event_namespace(), &record.reason)
            }
        }
    }

    pub const fn verb(&self) -> Verb {
        match self {
            Call::Create(_) | Call::Bind { .. } => Verb::Create,
            Call::Update(_) | Call::UpdateStatus(_) | Call::Finalize(_) | Call::Scale { .. } => {
                Verb::Update
            }
            Call::Delete { .. } => Verb::Delete,
            Call::Record(_) | Call::Unfinalize { .. } => Verb::Patch,
        }
    }

    pub const fn subresource(&self) -> Option<&'static str> {
        match self {
            Call::UpdateStatus(_) => Some("status"),
            Call::Finalize(_) => Some("finalize"),
            Call::Bind { .. } => Some("binding"),
            Call::Scale { .. } => Some("scale"),
            _ => None,
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regarding {
    pub key: Key,
    pub uid: String,
    /// `spec.containers{nginx}`, or empty.
    pub field_path: String,
}

impl Regarding {
    pub fn object(object: &Object) -> Regarding {
        Regarding { key: object.key(), uid: object.uid().to_owned(), field_path: String::new() }
    }

    /// Events of cluster-scoped objects live in `default`.
    pub fn event_namespace(&self) -> &str {
        if self.key.namespace().is_empty() { "default" } else { self.key.namespace() }
    }
}

/// A Kubernetes event that a component reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    pub regarding: Regarding,
    /// `Normal` or `Warning`.
    pub event_type: &'static str,
    pub reason: String,
    /// In a [`Step`]'s event, `{name}` stands for the name of the object that the call made and
    /// `{error}` for the message of the refusal.
    pub message: String,
}

/// A call and the events that report how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub call: Call,
    pub on_success: Option<EventRecord>,
    pub on_failure: Option<EventRecord>,
}

impl From<Call> for Step {
    fn from(call: Call) -> Step {
        Step { call, on_success: None, on_failure: None }
    }
}

impl Step {
    pub fn then(mut self, event: EventRecord) -> Step {
        self.on_success = Some(event);
        self
    }

    pub fn otherwise(mut self, event: EventRecord) -> Step {
        self.on_failure = Some(event);
        self
    }
}
