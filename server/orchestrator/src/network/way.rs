//! What a leg of a flight does at each stage but the last, where a program answers.

use std::sync::Arc;

use super::dns::{self, resolver};
use super::flight::{Leg, Packet, Stage, Step};
use super::hop::{Hop, Loss};
use super::net::{Net, Place};
use super::policy::{Direction, Peer, Port, allows};
use super::rules::{self, Meeting, Protocol, RuleVerdict, Translation};
use super::wire;
use super::{Answers, Dial, Outcome, Payload, Question, RecordType};
use crate::machine::Machine;
use crate::object::Key;
use crate::random::{Purpose, Random};
use crate::time::{Millis, Time};

/// A packet that has been at so many nodes goes in circles.
const CROSSINGS_MAX: u8 = 8;
/// How long a packet takes from node to node.
const CROSSING_MS: Millis = 1;
const DNS_PORT: u16 = 53;
/// How long the name server outside of the cluster takes.
const UPSTREAM_MS: Millis = 4;

/// The first stage: a name is looked up, an address is gone to.
pub(crate) fn begin(net: &Net<'_>, leg: &mut Leg, hops: &mut Vec<Hop>) -> Step {
    let is_address = leg.dial.host.parse::<std::net::Ipv4Addr>().is_ok();
    if let Payload::Dns(question) = leg.dial.payload.clone()
        && (leg.dial.host.is_empty() || question.search)
    {
        return ask(net, leg, &question);
    }
    if is_address {
        let ip = leg.dial.host.clone();
        return set_off(net, leg, &ip, hops);
    }
    let host = leg.dial.host.clone();
    if let Some(ip) = resolver::hosts(net, &leg.source, &host) {
        return set_off(net, leg, &ip, hops);
    }
    let resolver = resolver::Resolver::of(net, &leg.source);
    let Some(server) = resolver.servers.first().cloned() else {
        return Step::End(0, Outcome::NoNameServer);
    };
    Step::Go(0, Stage::Naming { server, names: resolver.candidates(&host), question: false })
}

/// Somebody asks for a name, and wants the answer itself.
fn ask(net: &Net<'_>, leg: &Leg, question: &Question) -> Step {
    let resolver = resolver::Resolver::of(net, &leg.source);
    let own = resolver.servers.first().cloned();
    let server = Some(leg.dial.host.clone()).filter(|host| !host.is_empty()).or(own);
    let Some(server) = server else { return Step::End(0, Outcome::NoNameServer) };
    let names = if question.search {
        resolver.candidates(&question.name)
    } else {
        vec![question.name.clone()]
    };
    Step::Go(0, Stage::Naming { server, names, question: true })
}

/// The next name is asked for.
pub(crate) fn name_next(
    net: &Net<'_>,
    leg: &Leg,
    (server, names, question): (&str, &[String], bool),
    hops: &mut Vec<Hop>,
) -> Step {
    let Some(name) = names.first().cloned() else { return Step::End(0, Outcome::NoSuchHost) };
    let record = match &leg.dial.payload {
        Payload::Dns(asked) if question => asked.record,
        _ => RecordType::A,
    };
    hops.push(Hop::Asked { name: name.clone(), server: server.to_owned() });
    let stage = Stage::Naming { server: server.to_owned(), names: names.to_vec(), question };
    let asked = Question { name, record, search: false };
    let dial = Dial {
        from: leg.dial.from.clone(),
        host: server.to_owned(),
        port: DNS_PORT,
        payload: Payload::Dns(asked),
        timeout_ms: leg.dial.timeout_ms.map(|_| leg.deadline() - net.clock.now),
    };
    Step::Push(Box::new(Leg::new(dial, leg.source.clone(), net.clock.now)), stage)
}

/// What a name server has answered is used.
pub(crate) fn known(
    net: &Net<'_>,
    leg: &mut Leg,
    (answers, question): (Answers, bool),
    random: &mut Random,
    hops: &mut Vec<Hop>,
) -> Step {
    if question {
        return Step::End(0, Outcome::Dns(answers));
    }
    let addresses = answers.addresses();
    let last = i64::try_from(addresses.len()).unwrap_or(1) - 1;
    let pick = usize::try_from(random.between(Purpose::Traffic, 0, last.max(0))).unwrap_or(0);
    let Some(ip) = addresses.get(pick) else { return Step::End(0, Outcome::NoSuchHost) };
    set_off(net, leg, ip, hops)
}

/// The address is known: the first packet leaves.
fn set_off(net: &Net<'_>, leg: &mut Leg, ip: &str, hops: &mut Vec<Hop>) -> Step {
    leg.address = ip.to_owned();
    let port = leg.dial.port;
    let client = leg.source.ip.clone();
    if ip == dns::UPSTREAM {
        return ask_upstream(net, leg);
    }
    let packet = Packet { ip: ip.to_owned(), port, client, translated: false, crossings: 0 };
    let pod = leg.source.of_pod.clone();
    hops.push(Hop::Sent { from: sender(leg), to: packet.to(), pod });
    let Some(node) = leg.source.node.clone() else { return from_outside(net, leg, packet, hops) };
    if ip.starts_with("127.") {
        return to_itself(net, leg, node, packet);
    }
    Step::Go(0, Stage::At { node, packet })
}

fn sender(leg: &Leg) -> String {
    match (&leg.source.of_pod, &leg.source.node) {
        (Some(pod), _) => format!("Pod {}", pod.name()),
        (None, Some(node)) => node.to_string(),
        (None, None) => leg.source.ip.clone(),
    }
}

fn ask_upstream(net: &Net<'_>, leg: &Leg) -> Step {
    let Payload::Dns(question) = &leg.dial.payload else { return leg.vanish(net.clock.now) };
    let found = dns::upstream(net, &question.name);
    let answers = Answers {
        server: dns::UPSTREAM.to_owned(),
        name: question.name.clone(),
        exists: found.is_some(),
        records: found.unwrap_or_default(),
    };
    Step::End(UPSTREAM_MS, Outcome::Dns(answers))
}

/// `localhost`: the sender's own network.
fn to_itself(net: &Net<'_>, leg: &Leg, node: Arc<str>, mut packet: Packet) -> Step {
    packet.client = packet.ip.clone();
    match leg.source.pod.as_ref().and_then(|key| net.pod(key)) {
        Some(pod) => {
            let uid = pod.metadata.uid.as_deref().unwrap_or_default().into();
            Step::Go(0, Stage::Delivered { node, uid, packet })
        }
        None => Step::Go(0, Stage::OnHost { node, packet }),
    }
}

/// From outside the nodes are reached, and the load balancers; neither Pods nor cluster IPs are.
fn from_outside(net: &Net<'_>, leg: &Leg, packet: Packet, hops: &mut Vec<Hop>) -> Step {
    let (node, lost) = match net.place(&packet.ip) {
        Place::Node(node) => (Some(node), None),
        Place::Balancer(service) => {
            let nodes = net.backends(&service);
            // A balancer sends what one client asks to one node after the other.
            let turn = usize::try_from(net.clock.now.0.unsigned_abs()).unwrap_or_default();
            let node = nodes.get(turn % nodes.len().max(1)).cloned();
            (node, Some(Loss::NoBackend { service }))
        }
        _ => (None, None),
    };
    let Some(node) = node else {
        let nowhere = Loss::NoRoute { address: packet.ip };
        hops.push(Hop::Lost(lost.unwrap_or(nowhere)));
        return leg.vanish(net.clock.now);
    };
    Step::Go(0, Stage::Entering { node, packet })
}

/// Over the wire from outside to a node.
pub(crate) fn enter(
    net: &Net<'_>,
    leg: &mut Leg,
    (node, packet): (Arc<str>, Packet),
    random: &mut Random,
    hops: &mut Vec<Hop>,
) -> Step {
    if net.machines.get(&node).is_some_and(|machine| !machine.is_connected()) {
        hops.push(Hop::Lost(Loss::CutOff { node }));
        return leg.vanish(net.clock.now);
    }
    let percent = wire::loss(net.machines, [&*node]);
    if wire::loses(percent, random) {
        hops.push(Hop::Repeated { to: packet.to() });
        return leg.repeat(net.clock.now, Stage::Entering { node, packet });
    }
    hops.push(Hop::Crossed { from: "".into(), to: Arc::clone(&node) });
    Step::Go(crossing_ms(percent, leg, random), Stage::At { node, packet })
}

/// How long the way to a node takes, and the answer's back: what they carry can get lost as well as
/// the first packet that asked for the connection.
fn crossing_ms(percent: i64, leg: &Leg, random: &mut Random) -> Millis {
    match leg.protocol() {
        Protocol::Tcp if percent > 0 => {
            let repeats = [percent, percent].map(|percent| wire::repeats_ms(percent, random));
            CROSSING_MS + repeats.iter().sum::<Millis>()
        }
        _ => CROSSING_MS,
    }
}

/// What a node does with a packet: its rules, then its routes.
pub(crate) fn at_node(
    net: &Net<'_>,
    leg: &mut Leg,
    (node, mut packet): (Arc<str>, Packet),
    translation: Option<Translation>,
    random: &mut Random,
    hops: &mut Vec<Hop>,
) -> Step {
    let now = net.clock.now;
    let Some(machine) = net.machines.get(&node) else { return leg.vanish(now) };
    if !machine.on {
        hops.push(Hop::Lost(Loss::NodeOff { node }));
        return leg.vanish(now);
    }
    if packet.crossings > CROSSINGS_MAX {
        hops.push(Hop::Lost(Loss::NoRoute { address: packet.ip }));
        return leg.vanish(now);
    }
    if let Some(Translation { service, verdict, written }) = translation {
        packet.translated = true;
        match verdict {
            RuleVerdict::Reject => {
                hops.push(Hop::Rejected { node, service, written });
                return leg.refuse();
            }
            RuleVerdict::Drop => {
                hops.push(Hop::Lost(Loss::NoLocalEndpoint { node, service }));
                return leg.vanish(now);
            }
            RuleVerdict::To { endpoint, masquerade } => {
                let (ip, port) = endpoint.split_once(':').unwrap_or((&endpoint, "0"));
                (packet.ip, packet.port) = (ip.to_owned(), port.parse().unwrap_or_default());
                if masquerade {
                    packet.client = net.node_ip(&node).unwrap_or_default().to_owned();
                }
                hops.push(Hop::Translated { node: Arc::clone(&node), service, endpoint, written });
            }
        }
    }
    route(net, leg, (node, packet), random, hops)
}

fn route(
    net: &Net<'_>,
    leg: &mut Leg,
    (node, mut packet): (Arc<str>, Packet),
    random: &mut Random,
    hops: &mut Vec<Hop>,
) -> Step {
    let now = net.clock.now;
    let place = net.place(&packet.ip);
    if let Some(pod) = kept_in(net, leg, &node, &place, &packet) {
        hops.push(Hop::Lost(Loss::Egress { pod }));
        return leg.vanish(now);
    }
    let Some(target) = place.node().cloned() else {
        hops.push(Hop::Lost(Loss::NoRoute { address: packet.ip }));
        return leg.vanish(now);
    };
    if target != node {
        return cross(net, leg, (node, target, packet), random, hops);
    }
    match place {
        Place::Pod { uid, .. } => Step::Go(0, Stage::Delivered { node, uid, packet }),
        Place::Node(_) => match net.host_port(&node, packet.port) {
            Some((ip, port)) => {
                (packet.ip, packet.port) = (ip, port);
                packet.crossings += 1;
                Step::Go(0, Stage::At { node, packet })
            }
            None => Step::Go(0, Stage::OnHost { node, packet }),
        },
        _ => {
            hops.push(Hop::Lost(Loss::NobodyThere { address: packet.ip }));
            leg.vanish(now)
        }
    }
}

/// The sender's own policies are judged at its node, once the address is an endpoint's.
fn kept_in(
    net: &Net<'_>,
    leg: &Leg,
    node: &Arc<str>,
    place: &Place,
    packet: &Packet,
) -> Option<Key> {
    let key = leg.source.pod.as_ref().filter(|_| leg.source.node.as_ref() == Some(node))?;
    let pod = net.pod(key)?;
    if packet.ip == leg.source.ip || packet.crossings > 0 {
        return None;
    }
    let receiver = match place {
        Place::Pod { node, uid } => net.runtime(node, uid).and_then(|one| net.pod(&one.key)),
        _ => None,
    };
    let peer = Peer { ip: &packet.ip, pod: receiver };
    let port = Port { number: packet.port, protocol: leg.protocol(), receiver };
    (!allows(net, pod, Direction::Egress, peer, port)).then(|| key.clone())
}

fn cross(
    net: &Net<'_>,
    leg: &mut Leg,
    (from, to, mut packet): (Arc<str>, Arc<str>, Packet),
    random: &mut Random,
    hops: &mut Vec<Hop>,
) -> Step {
    let cut_off = [&from, &to]
        .into_iter()
        .find(|node| net.machines.get(*node).is_some_and(|machine| !machine.is_connected()));
    if let Some(node) = cut_off {
        hops.push(Hop::Lost(Loss::CutOff { node: Arc::clone(node) }));
        return leg.vanish(net.clock.now);
    }
    let percent = wire::loss(net.machines, [&*from, &*to]);
    if wire::loses(percent, random) {
        hops.push(Hop::Repeated { to: packet.to() });
        return leg.repeat(net.clock.now, Stage::At { node: from, packet });
    }
    packet.crossings += 1;
    hops.push(Hop::Crossed { from, to: Arc::clone(&to) });
    Step::Go(crossing_ms(percent, leg, random), Stage::At { node: to, packet })
}

/// Whether the receiver's policies let a packet in: the Pod that does not.
pub(crate) fn kept_out(net: &Net<'_>, leg: &Leg, node: &str, packet: &Packet, key: &Key) -> bool {
    if packet.ip.starts_with("127.") || packet.client == packet.ip {
        return false;
    }
    if net.node_ip(node) == Some(&*packet.client) {
        return false; // The node reaches its own Pods.
    }
    let Some(pod) = net.pod(key) else { return false };
    let sender = leg.source.pod.as_ref().filter(|_| packet.client == leg.source.ip);
    let peer = Peer { ip: &packet.client, pod: sender.and_then(|sender| net.pod(sender)) };
    let port = Port { number: packet.port, protocol: leg.protocol(), receiver: Some(pod) };
    !allows(net, pod, Direction::Ingress, peer, port)
}

/// What a node's rules do with a packet that is there, if they are for it.
pub(crate) fn translate(
    own_ip: Option<&str>,
    machine: &mut Machine,
    leg: &Leg,
    packet: &Packet,
    now: Time,
    random: &mut Random,
) -> Option<Translation> {
    if packet.translated || !machine.on {
        return None;
    }
    let meeting = Meeting {
        ip: &packet.ip,
        port: packet.port,
        protocol: leg.protocol(),
        own_address: own_ip == Some(&*packet.ip),
        client: &packet.client,
        from_inside: leg.source.node.as_ref() == Some(&machine.node),
        now,
    };
    rules::translate(machine, &meeting, random)
}
