//! Carries requests over the network: one stage of a flight at a time, in model time or at once.

use std::sync::Arc;

use crate::machine::{MachineEvent, Surroundings, Visit, VisitReply};
use crate::network::flight::{Flight, Leg, Packet, Program, Stage, Step, Waiter};
use crate::network::hop::{Hop, Loss};
use crate::network::net::Net;
use crate::network::{
    Dial, DialResult, Dialling, HttpResponse, Outcome, Payload, dns, ingress, way,
};
use crate::queue::{Class, Due};
use crate::time::{Clock, Millis};
use crate::trace::{Actor, EntryId, What};
use crate::world::World;
use crate::world::engine;

/// Where the API server listens.
const API_PORT: u16 = 6443;

impl World {
    /// A process of a machine asks.
    pub(super) fn dialled(&mut self, node: &Arc<str>, dialling: Dialling, cause: EntryId) {
        let Dialling { uid, container, attempt, token, dial } = dialling;
        let node = Arc::clone(node);
        let waiter = Waiter::Process { node, uid, container, attempt, token };
        if let Some(flight) = self.flight(dial, waiter, Some(cause)) {
            self.go_on(flight);
        }
    }

    /// A request at its beginning. None: its sender is not there any more.
    pub(super) fn flight(
        &mut self,
        dial: Dial,
        waiter: Waiter,
        cause: Option<EntryId>,
    ) -> Option<Flight> {
        let source = self.net(self.clock()).source(&dial.from)?;
        let id = self.flights_begun;
        self.flights_begun += 1;
        let leg = Leg::new(dial, source, self.now);
        Some(Flight::new(id, waiter, leg, cause))
    }

    /// Lets a flight go on that is due.
    pub(super) fn fly(&mut self, id: u64) {
        let Some(flight) = self.flights.remove(&id) else { return };
        let mut flight = Arc::unwrap_or_clone(flight);
        flight.now = self.now;
        self.go_on(flight);
    }

    /// Flies as far as it takes no time.
    pub(super) fn go_on(&mut self, mut flight: Flight) {
        loop {
            let after_ms = self.advance(&mut flight);
            self.tell_hops(&mut flight);
            if let Some(result) = flight.result.take() {
                return self.arrived(flight, result);
            }
            if after_ms > 0 {
                let class = match flight.waiter {
                    Waiter::Traffic { .. } => Class::Routine,
                    _ if after_ms < 1000 => Class::Work,
                    _ => Class::Wait,
                };
                self.queue.push(self.now + after_ms, class, Due::Packet { flight: flight.id });
                self.flights.insert(flight.id, Arc::new(flight));
                return;
            }
        }
    }

    /// Flies to the end at once, however long it takes for its sender.
    pub(super) fn fly_at_once(&mut self, flight: &mut Flight) -> Option<DialResult> {
        loop {
            let after_ms = self.advance(flight);
            self.tell_hops(flight);
            if let Some(result) = flight.result.take() {
                return Some(result);
            }
            flight.now = flight.now + after_ms;
        }
    }

    /// Somebody gets an answer.
    fn arrived(&mut self, flight: Flight, result: DialResult) {
        match flight.waiter {
            Waiter::Process { node, uid, container, attempt, token } => {
                let result = Box::new(result);
                let event = MachineEvent::Dialled { uid, container, attempt, token, result };
                let cause = flight.cause.unwrap_or_default();
                self.happen(&Due::Machine { node, event, cause });
            }
            Waiter::Traffic { load } => self.load_answered(load, &result),
            Waiter::Driver => {}
        }
    }

    /// Puts its new hops into the trace.
    fn tell_hops(&mut self, flight: &mut Flight) {
        for hop in std::mem::take(&mut flight.hops) {
            if !flight.traced {
                continue;
            }
            let actor = actor_of(flight, &hop);
            let causes = flight.cause.into_iter().collect();
            let what = What::Packet { flight: flight.id, hop };
            // Hundreds of requests of a load are no story; one that somebody makes is.
            let routine = matches!(flight.waiter, Waiter::Traffic { .. });
            flight.cause = Some(self.trace.push(self.now, causes, actor, routine, what));
        }
    }

    pub(crate) fn net(&self, clock: Clock) -> Net<'_> {
        Net { store: &self.store, machines: &self.machines, clock }
    }

    /// One stage of the topmost leg. Returns how long until the next.
    fn advance(&mut self, flight: &mut Flight) -> Millis {
        let now = flight.now;
        let Some(mut leg) = flight.legs.pop() else { return 0 };
        let mut hops = Vec::new();
        let step = if now >= leg.deadline() {
            leg.vanish(now)
        } else {
            self.stage(flight, &mut leg, &mut hops)
        };
        flight.hops.append(&mut hops);
        let left = leg.deadline() - now;
        match step {
            Step::Go(ms, stage) => {
                leg.stage = stage;
                flight.legs.push(leg);
                ms.min(left.max(0))
            }
            Step::Push(above, stage) => {
                leg.stage = stage;
                flight.legs.push(leg);
                flight.legs.push(*above);
                0
            }
            Step::End(0, outcome) => {
                flight.legs.push(leg);
                flight.land(outcome);
                0
            }
            Step::End(ms, outcome) => {
                leg.stage = Stage::Over(Box::new(outcome));
                flight.legs.push(leg);
                ms
            }
        }
    }

    fn stage(&mut self, flight: &Flight, leg: &mut Leg, hops: &mut Vec<Hop>) -> Step {
        let clock = Clock { now: flight.now, ..self.clock() };
        let net = Net { store: &self.store, machines: &self.machines, clock };
        match leg.stage.clone() {
            Stage::Begin => way::begin(&net, leg, hops),
            Stage::Naming { server, names, question } => {
                way::name_next(&net, leg, (&server, &names, question), hops)
            }
            Stage::Known { answers, question } => {
                way::known(&net, leg, (*answers, question), &mut self.random, hops)
            }
            Stage::Unnamed => Step::End(0, Outcome::NoNameServer),
            Stage::Over(outcome) => Step::End(0, *outcome),
            Stage::Entering { node, packet } => {
                way::enter(&net, leg, (node, packet), &mut self.random, hops)
            }
            Stage::At { node, packet } => {
                let own_ip = net.node_ip(&node).map(str::to_owned);
                let random = &mut self.random;
                let translation = self.machines.get_mut(&node).and_then(|machine| {
                    way::translate(own_ip.as_deref(), machine, leg, &packet, clock.now, random)
                });
                let net = Net { store: &self.store, machines: &self.machines, clock };
                way::at_node(&net, leg, (node, packet), translation, random, hops)
            }
            Stage::Delivered { node, uid, packet } => {
                self.reach(flight, leg, (node, uid, packet), hops)
            }
            Stage::OnHost { node, packet } => self.on_host(flight, leg, (node, packet), hops),
            Stage::Answering { program, outcome } => {
                self.answered(leg, (program, *outcome), clock, hops)
            }
            Stage::Forwarding(_) => Step::End(0, Outcome::Reset),
        }
    }

    /// A packet is in a Pod's network: a program may listen there.
    fn reach(
        &mut self,
        flight: &Flight,
        leg: &Leg,
        (node, uid, packet): (Arc<str>, Arc<str>, Packet),
        hops: &mut Vec<Hop>,
    ) -> Step {
        let clock = Clock { now: flight.now, ..self.clock() };
        let net = Net { store: &self.store, machines: &self.machines, clock };
        let Some(runtime) = net.runtime(&node, &uid).filter(|runtime| runtime.ip().is_some())
        else {
            hops.push(Hop::Lost(Loss::NobodyThere { address: packet.ip }));
            return leg.vanish(flight.now);
        };
        let pod = runtime.key.clone();
        if way::kept_out(&net, leg, &node, &packet, &pod) {
            hops.push(Hop::Lost(Loss::Ingress { pod }));
            return leg.vanish(flight.now);
        }
        let to = packet.to();
        hops.push(Hop::Arrived { node: Arc::clone(&node), pod, to: to.clone() });
        let visit = Visit {
            port: packet.port,
            protocol: leg.protocol(),
            payload: &leg.dial.payload,
            client: &packet.client,
            times: flight.times,
        };
        let clock = self.clock();
        let mut around = Surroundings {
            clock,
            random: &mut self.random,
            images: &self.images,
            disks: &mut self.disks,
        };
        let machine = self.machines.get_mut(&node);
        let Some(served) = machine.and_then(|one| one.visit(&uid, &visit, &mut around)) else {
            hops.push(Hop::Refused { node, to });
            return leg.refuse();
        };
        let cause = flight.cause.unwrap_or_default();
        engine::happened(self, &node, served.happened, cause);
        let (container, attempt) = (served.container, served.attempt);
        let program = Program { node, uid, container, attempt };
        self.reply(flight, leg, program, served.reply, served.takes_ms)
    }

    /// What a program that was reached does.
    fn reply(
        &self,
        flight: &Flight,
        leg: &Leg,
        program: Program,
        reply: VisitReply,
        takes_ms: Millis,
    ) -> Step {
        let net = self.net(Clock { now: flight.now, ..self.clock() });
        let outcome = match (reply, &leg.dial.payload) {
            (VisitReply::Ended(outcome), _) => outcome,
            (VisitReply::NameServer, Payload::Dns(question)) => {
                let answers = dns::answer(&net, &leg.dial.host, &question.name, question.record);
                Outcome::Dns(answers)
            }
            (VisitReply::Gateway, Payload::Http(request)) => {
                match ingress::route(&net, &program, leg, request) {
                    Ok(above) => return Step::Push(above, Stage::Forwarding(program)),
                    Err(response) => Outcome::Http(response),
                }
            }
            _ => Outcome::Tcp(Vec::new()),
        };
        Step::Go(takes_ms.max(1), Stage::Answering { program, outcome: Box::new(outcome) })
    }

    /// A program of a node's own network: a Pod with `hostNetwork`, the API server, the kubelet.
    fn on_host(
        &mut self,
        flight: &Flight,
        leg: &Leg,
        (node, packet): (Arc<str>, Packet),
        hops: &mut Vec<Hop>,
    ) -> Step {
        // The API server knows nobody there: it answers for itself, and not as its Pod.
        let machine = self.machines.get(&node).filter(|_| packet.port != API_PORT);
        let of_pod = machine.and_then(|machine| {
            let on_host = machine.pods().filter(|pod| pod.on_host);
            on_host.into_iter().find(|pod| pod.listener(packet.port, leg.protocol()).is_some())
        });
        if let Some(uid) = of_pod.map(|pod| Arc::clone(&pod.uid)) {
            return self.reach(flight, leg, (node, uid, packet), hops);
        }
        let to = packet.to();
        match self.of_node(&node, &packet, &leg.dial.payload) {
            Some(response) => {
                let pod = crate::object::Key::new(crate::object::Kind::Pod, "", "");
                hops.push(Hop::Arrived { node, pod, to });
                Step::End(1, response)
            }
            None => {
                hops.push(Hop::Refused { node, to });
                leg.refuse()
            }
        }
    }

    /// What the node's own programs answer to somebody whom they do not know.
    fn of_node(&self, node: &str, packet: &Packet, payload: &Payload) -> Option<Outcome> {
        let object = self.net(self.clock()).node_object(node)?;
        let labels = object.metadata.labels.as_ref();
        let control_plane = labels
            .is_some_and(|labels| labels.contains_key("node-role.kubernetes.io/control-plane"));
        let response = match packet.port {
            API_PORT if control_plane && self.access_from_outside().outage().is_none() => {
                ingress::api_server_anonymous(payload)
            }
            10250 => HttpResponse::new(401, "text/plain; charset=utf-8", "Unauthorized"),
            _ => return None,
        };
        Some(match payload {
            Payload::Http(_) => Outcome::Http(response),
            _ => Outcome::Tcp(Vec::new()),
        })
    }

    /// The program has answered, if it is still there.
    fn answered(
        &self,
        leg: &Leg,
        (program, outcome): (Program, Outcome),
        clock: Clock,
        hops: &mut Vec<Hop>,
    ) -> Step {
        let Program { node, uid, container, attempt } = program;
        let machine = self.machines.get(&node);
        if machine.is_none_or(|machine| !machine.on) {
            hops.push(Hop::Lost(Loss::NodeOff { node }));
            return leg.vanish(clock.now);
        }
        let pod = machine.and_then(|machine| machine.pod(&uid));
        let alive = pod.and_then(|pod| pod.containers.get(&container));
        let alive = alive.is_some_and(|one| one.attempt == attempt && one.is_alive());
        let Some(pod) = pod.filter(|_| alive) else { return Step::End(0, Outcome::Reset) };
        let answer = outcome.to_string();
        let back_ms = Millis::from(leg.source.node.as_ref() != Some(&node));
        hops.push(Hop::Answered { node, pod: pod.key.clone(), container, answer });
        Step::End(back_ms, outcome)
    }
}

/// Who sends a flight on its next hop.
fn actor_of(flight: &Flight, hop: &Hop) -> Actor {
    let sender = flight.legs.last().or(flight.legs.first());
    let node = hop.node().or_else(|| sender.and_then(|leg| leg.source.node.as_ref()));
    match (hop, node) {
        _ if flight.cause.is_none() => Actor::Client { agent: "outside".into() },
        (Hop::Translated { node, .. } | Hop::Rejected { node, .. }, _) => {
            Actor::Component { name: "kube-proxy", node: Some(Arc::clone(node)) }
        }
        (_, Some(node)) => Actor::Runtime { node: Arc::clone(node) },
        (_, None) => Actor::Client { agent: "outside".into() },
    }
}
