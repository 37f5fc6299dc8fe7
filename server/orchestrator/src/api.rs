//! The API server: the one door to the store.
//!
//! Real kubectl, the built-in kubectl, the page, tests and the components all come through here, so
//! that admission, defaulting, validation, conflicts, finalizers and the trace are the same for all.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;

use crate::call::Call;
use crate::input::{ApiRequest, Reply};
use crate::machine::Machine;
use crate::object::Object;
use crate::random::Random;
use crate::store::Store;
use crate::time::Clock;
use crate::trace::{Actor, EntryId, Trace};

pub mod protobuf;
pub mod status;
pub mod stream;

use status::Status;

/// What the API server reads and writes while it answers.
#[derive(Debug)]
pub struct ApiServer<'a> {
    pub store: &'a mut Store,
    pub trace: &'a mut Trace,
    pub random: &'a mut Random,
    pub clock: Clock,
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

impl ApiServer<'_> {
    /// Answers an HTTP request. It leaves a `Request` entry in the trace, whose effects name it as
    /// their cause.
    pub fn serve(&mut self, _request: &ApiRequest) -> Reply {
        Reply::NotFound
    }

    /// Carries out a component's call, with all that an HTTP request would meet.
    ///
    /// # Errors
    /// What the API server would answer: 404, 409, 422, …
    pub fn call(&mut self, _call: &Call, _caller: &Caller) -> Result<Called, Status> {
        Ok(Called { rev: None, object: None })
    }
}

/// Answers a read without leaving a trace: for the page's own look-ups.
pub fn peek(
    _store: &Store,
    _machines: &OrdMap<Arc<str>, Machine>,
    _clock: Clock,
    _request: &ApiRequest,
) -> http::Response<Bytes> {
    http::Response::new(Bytes::new())
}
