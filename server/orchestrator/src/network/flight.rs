//! A request on its way, and all that it has still to do.
//!
//! A flight is a pile of legs: the request itself, and on top of it what it needs before it can go
//! on — a question to the cluster's DNS, or what an Ingress controller asks of a Pod. The topmost
//! leg goes from [`Stage`] to stage: Begin → (Naming → …) → At one node or more → Delivered →
//! Answering → its outcome, which the leg below goes on with.

use std::sync::Arc;

use super::hop::Hop;
use super::net::Source;
use super::rules::Protocol;
use super::{Answers, Dial, DialResult, HttpResponse, Outcome, Payload};
use crate::images::application::nginx;
use crate::time::{Millis, Time};
use crate::trace::EntryId;

/// Linux gives a connection up after six repetitions of its first packet (`tcp_syn_retries`).
const CONNECT_MS: Millis = 127_000;
/// A resolver asks twice, and waits five seconds each time (`resolv.conf(5)`).
const RESOLVE_MS: Millis = 10_000;
const UDP_MS: Millis = 5_000;
/// When the first packet is sent again, after it was lost; it doubles each time.
const REPEAT_MS: Millis = 1_000;

/// Who waits for the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Waiter {
    /// A process of a machine.
    Process { node: Arc<str>, uid: Arc<str>, container: String, attempt: u32, token: u64 },
    /// A stream of requests, by its number; when it was sent.
    Traffic { load: u64 },
    /// Who drives the flight to its end at once.
    Driver,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) id: u64,
    pub(crate) waiter: Waiter,
    /// The trace entry of its last hop.
    pub(crate) cause: Option<EntryId>,
    /// Whether its hops go into the trace.
    pub(crate) traced: bool,
    /// How many requests of the same kind it stands for.
    pub(crate) times: u64,
    pub(crate) began: Time,
    /// Its own time: ahead of the world's where a driver does not wait.
    pub(crate) now: Time,
    /// Those that are not yet in the trace.
    pub(crate) hops: Vec<Hop>,
    pub(crate) legs: Vec<Leg>,
    /// What it all came to.
    pub(crate) result: Option<DialResult>,
}

/// A request, or a part of one.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub(crate) dial: Dial,
    pub(crate) source: Source,
    pub(crate) began: Time,
    /// The address that it goes to, once it is known.
    pub(crate) address: String,
    /// How often its packets have been lost.
    pub(crate) lost: u32,
    pub(crate) stage: Stage,
}

/// Where a leg stands.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    Begin,
    /// Names to ask a server for, one after the other, until one is found.
    Naming {
        server: String,
        names: Vec<String>,
        /// Whether the answer itself is wanted, not only the address.
        question: bool,
    },
    /// A name server has answered.
    Known {
        answers: Box<Answers>,
        /// Whether the answer itself is wanted, not only the address.
        question: bool,
    },
    /// No name server has.
    Unnamed,
    /// All is said; the sender hears so when the stage is next looked at.
    Over(Box<Outcome>),
    /// On the wire that leads from outside to a node.
    Entering {
        node: Arc<str>,
        packet: Packet,
    },
    /// At a node, which looks where to send it.
    At {
        node: Arc<str>,
        packet: Packet,
    },
    /// In a Pod's network.
    Delivered {
        node: Arc<str>,
        uid: Arc<str>,
        packet: Packet,
    },
    /// At a program of the node itself.
    OnHost {
        node: Arc<str>,
        packet: Packet,
    },
    /// A program works on it, and will have answered when the stage is next looked at.
    Answering {
        program: Program,
        outcome: Box<Outcome>,
    },
    /// The leg above asks somebody else, on behalf of a program that hands requests on.
    Forwarding(Program),
}

/// A container that answers, as it was when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) node: Arc<str>,
    pub(crate) uid: Arc<str>,
    pub(crate) container: String,
    pub(crate) attempt: u32,
}

/// What travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) ip: String,
    pub(crate) port: u16,
    /// Whom the receiver takes for its sender.
    pub(crate) client: String,
    /// Whether rules have exchanged its address already.
    pub(crate) translated: bool,
    /// Nodes that it has been at.
    pub(crate) crossings: u8,
}

impl Packet {
    pub(crate) fn to(&self) -> String {
        format!("{}:{}", self.ip, self.port)
    }
}

/// What a leg does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// It goes on at this stage, after so long.
    Go(Millis, Stage),
    /// It is over, after so long.
    End(Millis, Outcome),
    /// Another leg is flown first.
    Push(Box<Leg>, Stage),
}

impl Leg {
    pub(crate) fn new(dial: Dial, source: Source, now: Time) -> Leg {
        let address = String::new();
        Leg { dial, source, began: now, address, lost: 0, stage: Stage::Begin }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        match self.dial.payload {
            Payload::Http(_) | Payload::Tcp(_) => Protocol::Tcp,
            Payload::Udp(_) | Payload::Dns(_) => Protocol::Udp,
        }
    }

    /// When its sender gives up.
    pub(crate) fn deadline(&self) -> Time {
        let patience = self.dial.timeout_ms.unwrap_or(match self.dial.payload {
            Payload::Http(_) | Payload::Tcp(_) => CONNECT_MS,
            Payload::Dns(_) => RESOLVE_MS,
            Payload::Udp(_) => UDP_MS,
        });
        self.began + patience.max(1)
    }

    /// It vanishes: its sender waits until it gives up.
    pub(crate) fn vanish(&self, now: Time) -> Step {
        let outcome = match self.dial.payload {
            Payload::Dns(_) => Outcome::NoNameServer,
            _ => Outcome::TimedOut,
        };
        Step::End((self.deadline() - now).max(0), outcome)
    }

    /// It is refused.
    pub(crate) fn refuse(&self) -> Step {
        let outcome = match self.dial.payload {
            Payload::Dns(_) => Outcome::NoNameServer,
            _ => Outcome::Refused,
        };
        Step::End(0, outcome)
    }

    /// A packet was lost by a bad wire: it is sent again, if its sender still waits by then.
    pub(crate) fn repeat(&mut self, now: Time, again: Stage) -> Step {
        let wait_ms = match self.protocol() {
            Protocol::Tcp => REPEAT_MS << self.lost.min(6),
            Protocol::Udp | Protocol::Sctp => UDP_MS,
        };
        self.lost += 1;
        if now + wait_ms >= self.deadline() { self.vanish(now) } else { Step::Go(wait_ms, again) }
    }
}

impl Flight {
    pub(crate) fn new(id: u64, waiter: Waiter, leg: Leg, cause: Option<EntryId>) -> Flight {
        Flight {
            id,
            waiter,
            cause,
            traced: true,
            times: 1,
            began: leg.began,
            now: leg.began,
            hops: Vec::new(),
            legs: vec![leg],
            result: None,
        }
    }

    /// Ends the topmost leg, and lets the one below go on with its outcome.
    pub(crate) fn land(&mut self, outcome: Outcome) {
        let Some(leg) = self.legs.pop() else { return };
        match self.legs.last_mut() {
            Some(below) => self.hops.extend(below.resume(outcome)),
            None => {
                let latency_ms = self.now - self.began;
                let ended = Hop::Ended { outcome: outcome.to_string(), latency_ms };
                self.hops.push(ended);
                self.result = Some(DialResult { address: leg.address, outcome, latency_ms });
            }
        }
    }
}

impl Leg {
    /// Goes on with what the leg above it came to.
    fn resume(&mut self, outcome: Outcome) -> Option<Hop> {
        match (&mut self.stage, outcome) {
            (Stage::Naming { names, question, .. }, Outcome::Dns(answers)) => {
                let question = *question;
                let name = if names.is_empty() { String::new() } else { names.remove(0) };
                let addresses = answers.addresses();
                let useful = answers.exists && (question || !addresses.is_empty());
                if useful || (question && names.is_empty()) {
                    self.stage = Stage::Known { answers: Box::new(answers), question };
                }
                Some(Hop::Named { name, addresses })
            }
            (Stage::Forwarding(program), outcome) => {
                let outcome = Box::new(Outcome::Http(gateway(outcome)));
                self.stage = Stage::Answering { program: program.clone(), outcome };
                None
            }
            _ => {
                self.stage = Stage::Unnamed;
                None
            }
        }
    }
}

/// What a program that hands requests on answers, by what came of it.
fn gateway(outcome: Outcome) -> HttpResponse {
    match outcome {
        Outcome::Http(response) => response,
        Outcome::TimedOut => nginx::error(504, None),
        _ => nginx::error(502, None),
    }
}
