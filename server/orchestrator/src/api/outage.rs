//! What clients hear while the API server is away, or cannot reach etcd.

use super::about::{self, Etcd};
use super::asked::Asked;
use super::path::Target;
use super::respond;
use super::status::Status;
use super::{Answer, ApiServer};
use crate::call::Verb;
use crate::input::{ApiRequest, Reply};
use crate::trace::{Actor, What};

/// What is wrong with the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// It serves what it knows by heart: discovery, its watch cache. etcd has no quorum.
    NoQuorum,
    /// Nothing listens: the load balancer in front finds no server that takes the connection.
    Refused,
    /// Nothing answers in time.
    TimedOut,
}

impl Outage {
    /// What a client hears.
    pub const fn message(self) -> &'static str {
        match self {
            Outage::NoQuorum => "etcdserver: request timed out",
            Outage::Refused => "dial tcp 10.0.0.10:6443: connect: connection refused",
            Outage::TimedOut => "dial tcp 10.0.0.10:6443: i/o timeout",
        }
    }

    /// The HTTP status: of the API server itself, or of the load balancer.
    pub const fn code(self) -> u16 {
        match self {
            Outage::NoQuorum => 500,
            Outage::Refused => 503,
            Outage::TimedOut => 504,
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            // etcd's own errors reach clients without a reason.
            Outage::NoQuorum => "",
            Outage::Refused => "ServiceUnavailable",
            Outage::TimedOut => "Timeout",
        }
    }
}

impl ApiServer<'_> {
    /// Refuses a request, with an entry in the trace; None if it can be served all the same.
    pub(crate) fn refuse(&mut self, request: &ApiRequest, outage: Outage) -> Option<Reply> {
        let asked = Asked::of(request, self.store.objects());
        if outage == Outage::NoQuorum && is_known_by_heart(&asked) {
            return None;
        }
        let status = Status {
            code: outage.code(),
            reason: outage.reason(),
            message: outage.message().to_owned(),
            details: None,
        };
        let what = What::Request {
            verb: asked.verb,
            key: asked.key(None),
            subresource: asked.subresource().map(|part| part.name()),
            status: status.code,
            message: status.message.clone(),
        };
        let actor = Actor::Client { agent: asked.agent().into() };
        self.trace.push(self.clock.now, Vec::new(), actor, false, what);
        let unwell = about::health(&asked, Etcd::Silent).filter(|_| outage == Outage::NoQuorum);
        if let Some(document) = unwell {
            return Some(respond::reply(&asked, Ok(Answer::Document(document)), &[], self.clock));
        }
        Some(respond::reply(&asked, Err(status), &[], self.clock))
    }
}

/// Discovery, watches, and lists of any age come from the API server's memory.
fn is_known_by_heart(asked: &Asked<'_>) -> bool {
    match &asked.target {
        Target::Health(..) | Target::Object { .. } => false,
        Target::Collection(_) => {
            let any_age = asked.query.get("resourceVersion") == Some("0");
            asked.verb == Verb::Watch || (asked.verb == Verb::List && any_age)
        }
        _ => true,
    }
}
