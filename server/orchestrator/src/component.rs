//! What a component is: a row in a table, and a pure function that decides.
//!
//! A component watches some kinds through a cache of its own, which lags behind the store. A change
//! puts keys into its queue; for each key in turn [`ComponentRow::decide`] looks at the [`View`]
//! and returns an [`Outcome`]. The [`crate::world`] carries it out, call by call. If a call fails,
//! the rest is dropped and the key comes again with back-off. A component does not take a key again
//! before its cache has seen its own last write for that key (KEP-5647).

use std::sync::Arc;

use imbl::OrdMap;

use crate::call::{Call, EventRecord, Step, Verb};
use crate::images::Catalogue;
use crate::machine::{Machine, MachineAct};
use crate::object::{Key, Kind, Object};
use crate::store::Objects;
use crate::time::{Clock, Millis};

/// Where a component runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// One instance, in kube-apiserver.
    ApiServer,
    /// One instance, in kube-controller-manager.
    ControllerManager,
    /// One instance, of its own.
    Scheduler,
    /// An instance on each node.
    EachNode,
    /// An instance on each control-plane node, where there are several.
    ControlPlane,
    /// One instance, of what is added to a cluster: a cloud's controller, an Ingress controller.
    Addon,
}

/// A row of the table of components.
#[derive(Debug)]
pub struct ComponentRow {
    /// As in Kubernetes' own logs and events: `deployment-controller`, `default-scheduler`, …
    pub name: &'static str,
    pub host: Host,
    pub watches: &'static [Kind],
    /// For a component on each node: which of its instances an object concerns. Those of a single
    /// instance see all that they watch.
    pub interest: fn(object: &Object) -> Interest<'_>,
    /// The keys to look at after a change of a watched object. The cache holds the change already.
    pub keys: fn(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key>,
    /// Keys to look at when the component starts, after it has listed what it watches.
    pub starts_with: fn(view: &View<'_>) -> Vec<Key>,
    /// Whether it takes one key at a time, as the scheduler does.
    pub serial: bool,
    pub decide: fn(view: &View<'_>, key: &Key) -> Outcome,
}

/// Which instances of a component on each node watch an object: the field selector of the watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest<'a> {
    All,
    Node(&'a str),
    Nobody,
}

/// All that a component may look at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub cache: &'a Objects,
    /// Whether it has listed what it watches: until it has reached the API server for the first time
    /// an empty cache means nothing.
    pub has_listed: bool,
    pub clock: Clock,
    /// For a component on a node: its name and its machine.
    pub node: Option<&'a Arc<str>>,
    pub machine: Option<&'a Machine>,
    pub images: &'a Catalogue,
    /// What metrics are read from, where there are any.
    pub machines: Option<&'a OrdMap<Arc<str>, Machine>>,
    /// Whether `metrics.k8s.io` is served.
    pub is_measured: bool,
    /// What the component told itself to remember (see [`Outcome::remember`]).
    pub memory: &'a OrdMap<Key, Memory>,
    /// Keys whose last turn ended with a refusal.
    pub failures: &'a OrdMap<Key, Failure>,
}

/// The call at which the last turn of a key ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How many turns in a row have failed.
    pub count: u32,
    pub verb: Verb,
    pub kind: Kind,
    /// As the API server put it.
    pub message: Arc<str>,
}

impl Failure {
    /// Whether it was about objects of this kind.
    pub fn of(&self, kind: Kind) -> bool {
        self.kind == kind
    }
}

/// A component's own memory of a key, lost when it stops: back-off counts, first-seen times.
pub type Memory = Arc<serde_json::Value>;

/// What a component wants done, and why.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Requests to the API server, in order. If one fails the rest is dropped.
    pub steps: Vec<Step>,
    /// What to do on the node's machine, at once and before the requests (kubelet only).
    pub acts: Vec<MachineAct>,
    /// Events to record after the requests, whatever becomes of them.
    pub events: Vec<EventRecord>,
    pub requeue: Option<Requeue>,
    pub notes: Vec<Note>,
    /// The scheduler's table.
    pub verdicts: Vec<Verdict>,
    /// What to remember of the key: `Some(None)` forgets.
    pub remember: Option<Option<Memory>>,
    /// A heartbeat: nothing that one would watch for.
    pub routine: bool,
    /// kube-proxy: the node was programmed for the Service of this key, with so many endpoints.
    pub programmed: Option<u32>,
}

impl Outcome {
    /// Nothing to do.
    pub fn nothing() -> Outcome {
        Outcome::default()
    }

    pub fn call(mut self, call: impl Into<Step>) -> Outcome {
        self.steps.push(call.into());
        self
    }

    pub fn calls(mut self, calls: impl IntoIterator<Item = Call>) -> Outcome {
        self.steps.extend(calls.into_iter().map(Step::from));
        self
    }

    pub fn note(mut self, note: Note) -> Outcome {
        self.notes.push(note);
        self
    }

    pub fn event(mut self, event: EventRecord) -> Outcome {
        self.events.push(event);
        self
    }

    /// Come back to the key after so long.
    pub fn requeue_after(mut self, after_ms: Millis) -> Outcome {
        self.requeue = Some(Requeue { after_ms, routine: false });
        self
    }

    /// The same, for heartbeats and their watchdogs: not counted as something to wait for.
    pub fn requeue_routine(mut self, after_ms: Millis) -> Outcome {
        self.requeue = Some(Requeue { after_ms, routine: true });
        self
    }

    /// Marks it as a heartbeat.
    pub fn as_routine(mut self) -> Outcome {
        self.routine = true;
        self
    }

    /// Whether the component only looked.
    pub fn is_trivial(&self) -> bool {
        self.steps.is_empty()
            && self.acts.is_empty()
            && self.events.is_empty()
            && self.notes.is_empty()
            && self.verdicts.is_empty()
            && self.programmed.is_none()
    }
}

/// When to look at a key again. A later requeue of the same key replaces an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requeue {
    pub after_ms: Millis,
    pub routine: bool,
}

/// Why a component decided as it did, or what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// A stable word: `ScaleUp`.
    pub reason: &'static str,
    /// A sentence in English.
    pub message: String,
    /// What the sentence names: `("wanted", "3")`.
    pub arguments: Vec<(&'static str, String)>,
}

impl Note {
    pub fn new(reason: &'static str, message: impl Into<String>) -> Note {
        Note { reason, message: message.into(), arguments: Vec::new() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "takes numbers and texts alike")]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Note {
        self.arguments.push((name, value.to_string()));
        self
    }
}

/// What the scheduler found for one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub node: Arc<str>,
    /// The filter plugin that refused it.
    pub refused_by: Option<&'static str>,
    /// Its reason, as in the event: `Insufficient cpu`.
    pub reason: String,
    /// Each score plugin's weighted score; empty where refused.
    pub scores: Vec<(&'static str, i64)>,
    pub total: i64,
    pub chosen: bool,
}
