//! Watches, followed logs and sessions: cursors that are read whenever the world has moved.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;
use serde_json::{Value, json};

use super::asked::Form;
use super::custom::{self, Type};
use super::logs::Wanted;
use super::managed;
use super::path::Scope;
use super::read::Include;
use super::selector::Selector;
use super::status::Status;
use super::table;
use crate::machine::Machine;
use crate::object::Object;
use crate::session::{Frame, Opening, Session, SessionId};
use crate::store::{Change, Store};
use crate::time::{Clock, Time};

/// After so many revisions without news a watch that wants bookmarks gets one.
const BOOKMARK_EVERY: u64 = 1000;

/// Where a stream stands.
#[derive(Clone, Debug)]
pub struct Cursor {
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Watch(Box<Watching>),
    Log(Box<Wanted>),
    Session(Box<Attached>),
}

#[derive(Clone, Debug)]
struct Attached {
    opening: Opening,
    /// None until the world has opened it.
    session: Option<SessionId>,
    /// The number of the next frame.
    next: usize,
}

/// What a stream has to say now.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    pub bytes: Bytes,
    /// Of a session: what it has said, in order.
    pub frames: Vec<Frame>,
    /// No more will come.
    pub ended: bool,
}

/// What a watch asks for.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) scope: Scope,
    pub(super) selector: Selector,
    pub(super) form: Form,
    pub(super) include: Include,
    /// The revision after which it begins. None: with all there is.
    pub(super) from: Option<u64>,
    pub(super) bookmarks: bool,
    /// Whether a bookmark tells where what there was ends.
    pub(super) mark_initial: bool,
    pub(super) ends: Option<Time>,
}

#[derive(Clone, Debug)]
struct Watching {
    watch: Watch,
    /// The last revision that was told, once it has begun.
    at: Option<u64>,
    /// The revision of the last line.
    told: u64,
    columns_sent: bool,
}

impl Cursor {
    pub(super) fn watch(watch: Watch) -> Cursor {
        let at = watch.from;
        let watching = Watching { watch, at, told: at.unwrap_or(0), columns_sent: false };
        Cursor { what: What::Watch(Box::new(watching)) }
    }

    pub(super) fn log(wanted: Wanted) -> Cursor {
        Cursor { what: What::Log(Box::new(wanted)) }
    }

    pub(super) fn attached(opening: Opening) -> Cursor {
        Cursor { what: What::Session(Box::new(Attached { opening, session: None, next: 0 })) }
    }

    /// The session that this reads from: what its client sends names it.
    pub fn session(&self) -> Option<SessionId> {
        match &self.what {
            What::Session(attached) => attached.session,
            What::Watch(_) | What::Log(_) => None,
        }
    }

    /// What the world has yet to open.
    pub(crate) fn opening(&self) -> Option<&Opening> {
        match &self.what {
            What::Session(attached) if attached.session.is_none() => Some(&attached.opening),
            _ => None,
        }
    }

    pub(crate) fn opened(&mut self, session: SessionId) {
        if let What::Session(attached) = &mut self.what {
            attached.session = Some(session);
        }
    }
}

/// Reads on from where the cursor stands.
pub fn read(
    store: &Store,
    machines: &OrdMap<Arc<str>, Machine>,
    sessions: &OrdMap<SessionId, Session>,
    clock: Clock,
    cursor: &mut Cursor,
) -> Chunk {
    match &mut cursor.what {
        What::Session(attached) => attached.read(sessions),
        What::Watch(watching) => watching.read(store, clock),
        What::Log(wanted) => {
            let bytes = wanted.read(machines, clock).into();
            Chunk { bytes, ended: wanted.ended(store, machines), ..Chunk::default() }
        }
    }
}

impl Attached {
    /// A session that the world has forgotten is at its end.
    fn read(&mut self, sessions: &OrdMap<SessionId, Session>) -> Chunk {
        let Some(session) = self.session.and_then(|id| sessions.get(&id)) else {
            return Chunk { ended: true, ..Chunk::default() };
        };
        let (frames, next) = session.read(self.next);
        self.next = next;
        Chunk { frames, ended: session.ended, ..Chunk::default() }
    }
}

impl Watching {
    fn read(&mut self, store: &Store, clock: Clock) -> Chunk {
        let mut lines = Vec::new();
        match self.at {
            None => self.begin(store, clock, &mut lines),
            Some(at) => {
                if !self.go_on(at, store, clock, &mut lines) {
                    return Chunk { bytes: lines.into(), ended: true, ..Chunk::default() };
                }
            }
        }
        self.at = Some(store.rev());
        self.bookmark(store.rev(), &mut lines);
        let ended = self.watch.ends.is_some_and(|ends| clock.now >= ends);
        Chunk { bytes: lines.into(), ended, ..Chunk::default() }
    }

    /// Tells all there is.
    fn begin(&mut self, store: &Store, clock: Clock, lines: &mut Vec<u8>) {
        let scope = self.watch.scope.clone();
        for object in store.objects().of_kind(scope.kind).filter(|object| scope.is_of(object)) {
            let inside = scope.namespace.is_empty() || object.namespace() == scope.namespace;
            if inside && self.watch.selector.selects(object) {
                self.tell("ADDED", object, clock, lines);
            }
        }
        self.told = store.rev();
        if self.watch.mark_initial {
            self.tell_bookmark(store.rev(), true, lines);
        }
    }

    /// Tells the changes after a revision. False if that is not possible any more.
    fn go_on(&mut self, at: u64, store: &Store, clock: Clock, lines: &mut Vec<u8>) -> bool {
        if at > store.rev() {
            // From the future: it waits until the store has come so far.
            return true;
        }
        for rev in at + 1..=store.rev() {
            let Some(change) = store.change(rev) else {
                let error = Status::expired(at, store.rev()).to_json();
                line(lines, &json!({"type": "ERROR", "object": error}));
                return false;
            };
            self.tell_change(change, clock, lines);
        }
        true
    }

    fn tell_change(&mut self, change: &Change, clock: Clock, lines: &mut Vec<u8>) {
        let scope = &self.watch.scope;
        if !scope.is_of(change.object())
            || !(scope.namespace.is_empty() || change.key.namespace() == scope.namespace)
        {
            return;
        }
        let selects = |object: &&Object| self.watch.selector.selects(object);
        let before = change.before.as_ref().filter(selects);
        let after = change.after.as_ref().filter(selects);
        match (before, after) {
            (None, Some(object)) => self.tell("ADDED", object, clock, lines),
            (Some(_), Some(object)) => self.tell("MODIFIED", object, clock, lines),
            (Some(before), None) => {
                // Its last state that matched, at the revision at which it matched no more.
                let mut last = before.clone();
                last.metadata_mut().resource_version = Some(change.rev.to_string());
                self.tell("DELETED", &last, clock, lines);
            }
            (None, None) => return,
        }
        self.told = change.rev;
    }

    fn tell(&mut self, what: &str, object: &Object, clock: Clock, lines: &mut Vec<u8>) {
        let object = &custom::seen(object, self.watch.scope.custom.as_ref());
        if self.watch.form == Form::Json {
            lines.extend_from_slice(format!("{{\"type\":\"{what}\",\"object\":").as_bytes());
            managed::shown(object).write_json(lines);
            lines.extend_from_slice(b"}\n");
            return;
        }
        let shown = self.show(object, clock);
        line(lines, &json!({"type": what, "object": shown}));
    }

    fn show(&mut self, object: &Object, clock: Clock) -> Value {
        if self.watch.form == Form::Metadata {
            return table::metadata_only(object);
        }
        let with_columns = !std::mem::replace(&mut self.columns_sent, true);
        let of = (object.kind(), self.watch.scope.custom.as_ref());
        let objects = std::slice::from_ref(object);
        let mut table = table::table(of, objects, self.watch.include, with_columns, clock);
        table["metadata"]["resourceVersion"] = object.rev().to_string().into();
        table
    }

    fn bookmark(&mut self, rev: u64, lines: &mut Vec<u8>) {
        if self.watch.bookmarks && rev >= self.told + BOOKMARK_EVERY {
            self.tell_bookmark(rev, false, lines);
        }
    }

    fn tell_bookmark(&mut self, rev: u64, initial: bool, lines: &mut Vec<u8>) {
        self.told = rev;
        let of = Type::of(self.watch.scope.kind, self.watch.scope.custom.as_ref());
        let mut metadata = json!({"resourceVersion": rev.to_string(), "creationTimestamp": null});
        if initial {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let mut object =
            json!({"kind": of.name(), "apiVersion": of.api_version(), "metadata": metadata});
        if self.watch.form == Form::Table {
            object = json!({
                "kind": "Table",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata,
                "columnDefinitions": null,
                "rows": [{"cells": [], "object": {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": object["metadata"],
                }}],
            });
        }
        line(lines, &json!({"type": "BOOKMARK", "object": object}));
    }
}

fn line(lines: &mut Vec<u8>, value: &Value) {
    lines.extend_from_slice(value.to_string().as_bytes());
    lines.push(b'\n');
}
