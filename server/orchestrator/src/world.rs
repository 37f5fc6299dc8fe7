//! A whole cluster: one value, one queue.
//!
//! Three verbs: [`World::submit`] puts an input in, [`World::run_until`] lets time pass, and
//! `clone` keeps a moment (it shares nearly everything, so it costs next to nothing).
//! `world/engine.rs` carries out what is due; `world/boot.rs` sets the cluster up.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;

use crate::api::stream::{Chunk, Cursor};
use crate::api::{self, ApiServer};
use crate::components::TABLE;
use crate::digest::{self, Digest};
use crate::fault::Fault;
use crate::images::Catalogue;
use crate::input::{ApiRequest, Input, Reply};
use crate::machine::{Disks, Machine};
use crate::network::flight::Flight;
use crate::network::traffic::Series;
use crate::object::{Key, Kind, Object};
use crate::queue::{InstanceId, Queue};
use crate::random::Random;
use crate::scenario::Scenario;
use crate::session::{Session, SessionId};
use crate::store::Store;
use crate::time::{Clock, Time};
use crate::trace::{EntryId, Trace};

mod addons;
mod boot;
mod calls;
mod connection;
mod control_plane;
mod delays;
mod engine;
mod faults;
mod instance;
mod invariants;
mod manifests;
mod network;
mod outside;
mod proxy;
mod sessions;
mod static_pods;
mod steps;
mod traffic;
mod turns;

use control_plane::ControlPlane;
pub use control_plane::Program;
use delays::Delays;
use instance::Instance;
pub use invariants::Violation;

/// A cluster at one moment of model time.
#[derive(Clone, Debug)]
pub struct World {
    now: Time,
    scenario: Arc<Scenario>,
    images: Catalogue,
    store: Store,
    trace: Trace,
    random: Random,
    queue: Queue,
    machines: OrdMap<Arc<str>, Machine>,
    disks: Disks,
    instances: OrdMap<InstanceId, Arc<Instance>>,
    /// What `exec` and `attach` have opened, the ended ones until their clients hang up.
    sessions: OrdMap<SessionId, Session>,
    sessions_opened: SessionId,
    control_plane: ControlPlane,
    delays: Delays,
    /// Requests on their way.
    flights: OrdMap<u64, Arc<Flight>>,
    flights_begun: u64,
    loads: OrdMap<u64, Arc<Series>>,
    /// Watches have been told of all changes up to this revision, or will be.
    told: u64,
}

impl World {
    /// A cluster that has come up and grown quiet, at `Time(0)`.
    pub fn new(seed: u64, scenario: &Scenario) -> World {
        boot::boot(seed, scenario)
    }

    pub fn now(&self) -> Time {
        self.now
    }

    pub fn clock(&self) -> Clock {
        Clock { now: self.now, epoch_s: self.scenario.epoch_s }
    }

    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    pub fn machines(&self) -> impl Iterator<Item = &Machine> {
        self.machines.values()
    }

    /// Every object of the cluster.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.store.objects().iter()
    }

    /// Puts an input in: it happens now.
    pub fn submit(&mut self, input: &Input) -> Reply {
        match input {
            Input::Request(request) => self.request(request),
            Input::Fault(fault) => self.fault(fault),
            Input::Session(input) => self.session_input(input),
            Input::Traffic(traffic) => self.steer_traffic(traffic),
            Input::Outside { address, port, request, timeout_ms } => {
                Reply::Response(self.ask_from_outside(address, *port, request, *timeout_ms))
            }
            Input::Forward { namespace, pod, uid, port, bytes } => {
                Reply::Forwarded(self.forward(namespace, pod, uid, *port, bytes))
            }
        }
    }

    fn request(&mut self, request: &ApiRequest) -> Reply {
        if let Some(outage) = self.access_from_outside().outage()
            && let Some(refused) = self.api().refuse(request, outage)
        {
            return refused;
        }
        if let Some(reply) = self.proxy(request) {
            return Reply::Response(reply);
        }
        let reply = self.api().serve(request);
        self.tell();
        match reply {
            Reply::Stream { head, cursor } if cursor.opening().is_some() => self.open(head, cursor),
            reply => reply,
        }
    }

    fn fault(&mut self, fault: &Fault) -> Reply {
        if faults::happen(self, fault) { Reply::Done } else { Reply::NotFound }
    }

    /// Whether an API server runs that can write, whoever may reach it.
    pub fn serves(&self) -> bool {
        self.control_plane.serves(&self.machines)
    }

    /// Whether all components that look after the whole cluster run, and hear of what happens.
    pub fn is_looked_after(&self) -> bool {
        let mut central = self.instances.iter().filter(|(id, _)| id.node.is_none());
        central.all(|(_, instance)| instance.hears())
    }

    /// Answers a read without leaving a trace: for the page's own look-ups, not the learner's.
    pub fn peek(&self, request: &ApiRequest) -> http::Response<Bytes> {
        api::peek(&self.store, &self.machines, self.clock(), request)
    }

    /// What a watch or a followed log has to say since it was last read.
    pub fn read(&self, cursor: &mut Cursor) -> Chunk {
        let clock = self.clock();
        let mut chunk =
            api::stream::read(&self.store, &self.machines, &self.sessions, clock, cursor);
        // A connection to an API server that is gone is closed.
        chunk.ended |= self.access_from_outside().is_closed();
        chunk
    }

    /// Lets time pass, and all happen that is due by then. Does nothing if that is past.
    pub fn run_until(&mut self, until: Time) {
        while self.step_by(until) {}
        self.now = self.now.max(until);
    }

    /// Lets the next event of the queue happen. False if there is none.
    pub fn step(&mut self) -> bool {
        self.step_by(Time(i64::MAX))
    }

    /// Lets the next event happen if it is due by then.
    pub(crate) fn step_by(&mut self, until: Time) -> bool {
        let Some((at, due)) = self.queue.pop(until) else { return false };
        debug_assert!(at >= self.now, "time never goes back");
        self.now = at;
        self.happen(&due);
        self.tell();
        true
    }

    /// When anything at all is due, heartbeats included.
    pub fn next_event(&self) -> Option<Time> {
        self.queue.next()
    }

    /// When the next wait ends that somebody has set himself: a back-off, an eviction; or the grace
    /// period of a node that is silent.
    pub fn next_waited(&self) -> Option<Time> {
        self.queue.next_wait().into_iter().chain(self.graces()).min()
    }

    /// When the nodes that are off will be given up. The watch over a node that beats is no wait.
    fn graces(&self) -> impl Iterator<Item = Time> {
        let row = TABLE.iter().position(|component| component.name == "node-controller");
        let watching = row.and_then(|row| self.instances.get(&InstanceId { row, node: None }));
        let off = self.machines.values().filter(|machine| !machine.is_reachable());
        off.filter_map(move |machine| {
            let key = Key::new(Kind::Node, "", &machine.node);
            watching?.timers.get(&key).map(|(at, _)| *at)
        })
    }

    /// Whether nothing is being done: only waits and heartbeats are left.
    pub fn is_quiet(&self) -> bool {
        self.queue.is_quiet()
    }

    /// The chain of causes of a trace entry, from it back to what came from outside.
    pub fn why(&self, entry: EntryId) -> Vec<EntryId> {
        self.trace.why(entry)
    }

    /// A digest of the whole state. Calendar time does not count: the same log begun on another day
    /// has the same digest.
    pub fn digest(&self) -> Digest {
        let mut parts: Vec<Vec<u8>> = vec![
            self.now.0.to_le_bytes().to_vec(),
            self.store.rev().to_le_bytes().to_vec(),
            self.trace.len().to_le_bytes().to_vec(),
            (self.queue.len() as u64).to_le_bytes().to_vec(),
        ];
        let clock = self.clock();
        let forget = |text: String| digest::forget_calendar(&text, clock).into_bytes();
        parts.extend(self.objects().map(|object| forget(object.to_json().to_string())));
        parts.extend(self.machines().map(|machine| forget(format!("{machine:?}"))));
        parts.push(forget(format!("{:?}", self.disks)));
        Digest::of(parts.iter().map(Vec::as_slice))
    }

    pub(crate) fn api(&mut self) -> ApiServer<'_> {
        let clock = self.clock();
        ApiServer {
            store: &mut self.store,
            trace: &mut self.trace,
            random: &mut self.random,
            scenario: &self.scenario,
            clock,
            machines: &self.machines,
        }
    }
}
