//! The API server: the one door to the store.
//!
//! Real kubectl, the built-in kubectl, the page, tests and the components all come through here, so
//! that admission, defaulting, validation, conflicts, finalizers and the trace are the same for all.
//!
//! A request is decided first and carried out after: what answers it ([`answer`]) only reads, and
//! collects the writes that are wanted in a [`draft::Draft`]. Then the request is traced with its
//! outcome, and the writes are stored with that entry as their cause.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;

use crate::call::{Call, Verb};
use crate::input::{ApiRequest, Reply};
use crate::machine::Machine;
use crate::object::{Key, Kind, Object};
use crate::random::Random;
use crate::scenario::Scenario;
use crate::store::Store;
use crate::time::Clock;
use crate::trace::{Actor, EntryId, Trace, What};

mod about;
mod admission;
mod allotment;
mod answer;
mod apply;
mod asked;
mod body;
mod calls;
mod create;
mod custom;
mod decode;
mod delete;
mod discovery;
mod draft;
mod endpoints;
mod eviction;
mod exec;
mod fields;
mod identity;
mod logs;
mod managed;
mod metrics;
mod older;
mod openapi;
pub mod outage;
mod patch;
mod path;
pub mod protobuf;
mod rbac;
mod read;
mod record;
mod respond;
mod reviews;
mod scale;
mod schema;
mod selector;
pub mod status;
pub mod stream;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod types;
mod update;

use answer::Answer;
use asked::Asked;
use draft::{Draft, Planned};
use identity::Identity;
use path::Target;
use status::Status;
pub use stream::Cursor;

/// What the API server reads and writes while it answers.
#[derive(Debug)]
pub struct ApiServer<'a> {
    pub store: &'a mut Store,
    pub trace: &'a mut Trace,
    pub random: &'a mut Random,
    pub clock: Clock,
    /// With what it was started: its range of addresses, who its user is.
    pub scenario: &'a Scenario,
    /// Where the containers run: for logs.
    pub machines: &'a OrdMap<Arc<str>, Machine>,
}

/// On whose behalf a component's call is made.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    pub causes: Vec<EntryId>,
    pub routine: bool,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct Called {
    /// The revision of the last write that it made; none if nothing changed.
    pub rev: Option<u64>,
    /// The object as it is now, or was last.
    pub object: Option<Object>,
}

/// Who asked for some writes, and the entry of the request.
struct Cause {
    request: EntryId,
    routine: bool,
}

impl ApiServer<'_> {
    /// Answers an HTTP request. It leaves a `Request` entry in the trace, whose effects name it as
    /// their cause.
    pub fn serve(&mut self, request: &ApiRequest) -> Reply {
        if let Some(carried) = older::carried_over(request) {
            return older::carried_back(self.serve(&carried));
        }
        let asked = Asked::of(request, self.store.objects()).within(self.scenario);
        let mut draft =
            Draft::new(self.store, self.scenario, self.clock, self.random, asked.manager());
        let mut warnings = Vec::new();
        if asked.key(None).is_some_and(|key| key.kind == Kind::Endpoints) {
            warnings.push(endpoints::DEPRECATED.to_owned());
        }
        let objects = self.store.objects();
        let own = Identity::of_user(&self.scenario.user);
        let user = identity::of(request, &own, objects, self.clock)
            .and_then(|user| rbac::admit(&user, &asked, objects).map(|()| user));
        let answered = user.and_then(|user| {
            if asked.target == Target::Counts && asked.verb == Verb::Get && asked.allowed {
                return Ok(about::counts(objects, self.trace));
            }
            let made = answer::answer(&asked, &user, &mut draft, self.machines, &mut warnings)?;
            let within_rights = rbac::escalation::check(&user, draft.changes(), objects);
            within_rights.inspect_err(|_| draft.give_up()).map(|()| made)
        });
        let changes = draft.into_changes();
        let key = asked.key(answered.as_ref().ok());
        let what = What::Request {
            verb: asked.verb,
            key,
            subresource: asked.subresource().map(|part| part.name()),
            status: answered.as_ref().map_or_else(|refused| refused.code, Answer::code),
            message: answered.as_ref().err().map(ToString::to_string).unwrap_or_default(),
        };
        let actor = Actor::Client { agent: asked.agent().into() };
        let entry = self.trace.push(self.clock.now, Vec::new(), actor, false, what);
        self.commit(changes, &Cause { request: entry, routine: false });
        respond::reply(&asked, answered, &warnings, self.clock)
    }

    /// Whether who makes a request may reach through a part of an object that leads beyond the API.
    ///
    /// # Errors
    /// 401, 403
    pub(crate) fn admit_beyond(
        &self,
        request: &ApiRequest,
        key: &Key,
        part: &str,
    ) -> Result<(), Status> {
        let objects = self.store.objects();
        let own = Identity::of_user(&self.scenario.user);
        let user = identity::of(request, &own, objects, self.clock)?;
        rbac::admit_beyond(&user, &request.method, (key, part), objects)
    }

    /// Carries out a component's call, with all that an HTTP request would meet.
    ///
    /// # Errors
    /// What the API server would answer: 404, 409, 422, …
    pub fn call(&mut self, call: &Call, caller: &Caller) -> Result<Called, Status> {
        let manager = draft::Manager::of_actor(&caller.actor);
        let mut draft = Draft::new(self.store, self.scenario, self.clock, self.random, manager);
        let result = calls::carry_out(call, &caller.actor, &mut draft);
        let changes = draft.into_changes();
        let made = result.as_ref().ok().and_then(|made| made.object.as_ref());
        let what = What::Request {
            verb: result.as_ref().map_or(call.verb(), |made| made.verb),
            key: Some(made.map_or_else(|| call.key(), Object::key)),
            subresource: call.subresource(),
            status: result.as_ref().map_or_else(|refused| refused.code, |made| made.code),
            message: result.as_ref().err().map(ToString::to_string).unwrap_or_default(),
        };
        let causes = caller.causes.clone();
        let entry =
            self.trace.push(self.clock.now, causes, caller.actor.clone(), caller.routine, what);
        let rev = self.commit(changes, &Cause { request: entry, routine: caller.routine });
        result.map(|made| Called { rev, object: made.object })
    }

    /// Stores what was decided, in order. Returns the last revision.
    fn commit(&mut self, changes: Vec<Planned>, cause: &Cause) -> Option<u64> {
        let concerned = changes.iter().filter_map(endpoints::concerned).collect();
        let revs = changes.into_iter().map(|change| self.commit_one(change, cause));
        let last = revs.last();
        self.mirror(&concerned, cause);
        last
    }

    fn commit_one(&mut self, change: Planned, cause: &Cause) -> u64 {
        let (key, after) = match &change {
            Planned::Put(object) => (object.key(), Some(object.clone())),
            Planned::Remove(object) => (object.key(), None),
        };
        let rev = self.store.next_rev();
        let before = self.store.objects().get(&key).cloned();
        let what = What::Write { rev, key, before, after };
        let causes = vec![cause.request];
        let entry = self.trace.push(self.clock.now, causes, Actor::ApiServer, cause.routine, what);
        match change {
            Planned::Put(object) => self.store.put(object, entry),
            Planned::Remove(object) => self.store.remove(object, entry),
        }
    }
}

/// What a client hears who wants one session more than there may be.
pub(crate) fn too_many_sessions() -> http::Response<Bytes> {
    respond::refusal(&Status::too_many_sessions(), false)
}

/// Answers a read without leaving a trace: for the page's own look-ups.
pub fn peek(
    store: &Store,
    machines: &OrdMap<Arc<str>, Machine>,
    clock: Clock,
    request: &ApiRequest,
) -> http::Response<Bytes> {
    if let Some(carried) = older::carried_over(request) {
        return older::back(peek(store, machines, clock, &carried));
    }
    let asked = Asked::of(request, store.objects());
    if !matches!(asked.verb, Verb::Get | Verb::List) {
        return respond::refusal(&Status::method_not_allowed(), asked.pretty());
    }
    let answered = answer::read(&asked, &read::Reader { store, machines, clock });
    match respond::reply(&asked, answered, &[], clock) {
        Reply::Response(response) => response,
        // A look-up does not stay for what comes.
        _ => respond::refusal(&Status::method_not_allowed(), false),
    }
}
