//! Requests that reach a Pod on this machine: who listens, and what it does.

use std::sync::Arc;

use crate::images::application::http::{Asked, Given};
use crate::images::application::{Role, Server};
use crate::network::rules::{Protocol, Rules};
use crate::network::{HttpRequest, Outcome, Payload};
use crate::object::Key;
use crate::queue::Class;
use crate::time::{Millis, Time};

use super::files::Files;
use super::user::User;
use super::{Container, Happened, Machine, MachineEvent, PodRuntime, State, Surroundings};

/// A request that reaches a port of a Pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) port: u16,
    pub(crate) protocol: Protocol,
    pub(crate) payload: &'a Payload,
    /// Whom the program takes for the client.
    pub(crate) client: &'a str,
    /// How many requests of the same kind it stands for.
    pub(crate) times: u64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Visited {
    pub(crate) container: String,
    pub(crate) attempt: u32,
    pub(crate) reply: VisitReply,
    /// How long the program works on it.
    pub(crate) takes_ms: Millis,
    pub(crate) happened: Happened,
}

/// What a program answers.
#[derive(Clone, Debug)]
pub(crate) enum VisitReply {
    Ended(Outcome),
    /// It looks names up in the API.
    NameServer,
    /// It hands the request on.
    Gateway,
}

/// How many requests a container has answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    pub total: u64,
    /// Those of the last minute: second and count.
    recent: imbl::Vector<(i64, u64)>,
}

/// What a request costs is spent within so long.
const TICK_MS: Millis = 100;
/// How far back requests are counted by the second.
const WINDOW_S: i64 = 60;

impl Requests {
    fn count(&mut self, now: Time, times: u64) {
        let second = now.0.div_euclid(1000);
        self.total = self.total.saturating_add(times);
        match self.recent.back_mut() {
            Some((last, count)) if *last == second => *count += times,
            _ => self.recent.push_back((second, times)),
        }
        while self.recent.front().is_some_and(|(first, _)| *first < second - WINDOW_S) {
            self.recent.pop_front();
        }
    }

    /// Requests in a thousand seconds, by the mean of the last `window_s` full seconds.
    pub fn rate_milli(&self, now: Time, window_s: i64) -> u64 {
        let this = now.0.div_euclid(1000);
        let window_s = window_s.clamp(1, WINDOW_S);
        let within = self.recent.iter().filter(|(at, _)| (this - window_s..this).contains(at));
        let sum: u64 = within.map(|(_, count)| count).sum();
        sum * 1000 / window_s.unsigned_abs()
    }
}

impl PodRuntime {
    /// The status of a container's answer to a GET of the kubelet's, if it speaks HTTP there.
    pub(super) fn status_of_get(
        &self,
        container: &Container,
        port: u16,
        path: &str,
        around: &Surroundings<'_>,
    ) -> Option<u16> {
        let (server, since) = container.process.listening(port, Protocol::Tcp)?;
        let mut request = HttpRequest::get(self.ip().unwrap_or_default(), path);
        request.headers.push(("User-Agent".to_owned(), "kube-probe/1.36".to_owned()));
        let payload = Payload::Http(request);
        let visit =
            Visit { port, protocol: Protocol::Tcp, payload: &payload, client: "", times: 1 };
        Some(given(self, container, &server, since, &visit, around)?.response.status)
    }

    /// A file that a container's programs see.
    fn file(
        &self,
        container: &Container,
        path: &str,
        around: &Surroundings<'_>,
    ) -> Option<Vec<u8>> {
        let (mut root, mut mounts) =
            (container.process.root.clone(), container.process.mounts.clone());
        let mut volumes = self.volumes.clone();
        let mut host = around.disks.hosts.get(&self.node)?.clone();
        let mut disks = around.disks.volumes.clone();
        let files = Files {
            root: &mut root,
            mounts: &mut mounts,
            read_only_root: true,
            volumes: &mut volumes,
            host: &mut host,
            disks: &mut disks,
            now: around.clock.now,
            user: &User::default(),
        };
        let (_, node) = files.find("/", path, true).ok()?;
        node.bytes().map(|bytes| bytes.to_vec())
    }

    /// The running container that listens on a port.
    pub(crate) fn listener(&self, port: u16, protocol: Protocol) -> Option<&Container> {
        let mut running = self.containers.values().filter(|one| is_running(one));
        running.find(|one| one.process.listening(port, protocol).is_some())
    }
}

fn is_running(container: &Container) -> bool {
    matches!(container.state, State::Running { .. })
}

impl Machine {
    /// Lets a request reach a port of a Pod. None: nobody listens there.
    pub(crate) fn visit(
        &mut self,
        uid: &Arc<str>,
        visit: &Visit<'_>,
        around: &mut Surroundings<'_>,
    ) -> Option<Visited> {
        let pod = self.pod(uid)?;
        let container = pod.listener(visit.port, visit.protocol)?;
        let (server, since) = container.process.listening(visit.port, visit.protocol)?;
        let given = given(pod, container, &server, since, visit, around);
        let (name, attempt) = (container.config.name.clone(), container.attempt);
        let reply = reply(&server, visit, given.as_ref());
        let given = given.unwrap_or_default();
        let pod = Arc::make_mut(self.pods.get_mut(uid)?);
        let container = pod.containers.get_mut(&name)?;
        let now = around.clock.now;
        container.requests.count(now, visit.times);
        container.meter.serve(visit.times, TICK_MS, now);
        container.log.write(now, given.log);
        let mut happened = Happened::default();
        if let Some(code) = given.exits {
            let (uid, container) = (Arc::clone(uid), name.clone());
            let exit = MachineEvent::Exit { uid, container, attempt, code };
            happened = happened.later(20, Class::Work, exit);
        }
        let takes_ms = given.takes_ms.max(1);
        Some(Visited { container: name, attempt, reply, takes_ms, happened })
    }

    /// What its kernel does with packets for Services.
    pub fn rules(&self) -> impl Iterator<Item = (&Key, &Rules)> {
        self.rules.iter().map(|(key, rules)| (key, rules.as_ref()))
    }

    pub fn rules_of(&self, service: &Key) -> Option<&Rules> {
        self.rules.get(service).map(Arc::as_ref)
    }

    pub(super) fn program(&mut self, service: &Key, rules: Option<Arc<Rules>>) {
        match rules {
            Some(rules) => self.rules.insert(service.clone(), rules),
            None => self.rules.remove(service),
        };
    }

    /// How many requests a container has answered.
    pub fn requests(&self, pod_uid: &str, container: &str) -> Option<&Requests> {
        Some(&self.pod(pod_uid)?.containers.get(container)?.requests)
    }
}

/// What the program does with a request in HTTP.
fn given(
    pod: &PodRuntime,
    container: &Container,
    server: &Server,
    since: Time,
    visit: &Visit<'_>,
    around: &Surroundings<'_>,
) -> Option<Given> {
    let Payload::Http(request) = visit.payload else { return None };
    let asked = Asked {
        request,
        client: visit.client,
        port: visit.port,
        hostname: &container.config.space.names.hostname,
        ip: pod.ip().unwrap_or_default(),
        environment: container.process.environment(),
        file: &|path| pod.file(container, path, around),
        clock: around.clock,
        up_ms: around.clock.now - since,
        number: container.requests.total,
    };
    server.http.answer(&asked)
}

fn reply(server: &Server, visit: &Visit<'_>, given: Option<&Given>) -> VisitReply {
    let handed_on = matches!(visit.port, 80 | 443);
    match (server.role, visit.payload) {
        (Role::NameServer, Payload::Dns(_)) => VisitReply::NameServer,
        (Role::Gateway, Payload::Http(_)) if handed_on => VisitReply::Gateway,
        (_, Payload::Http(_)) => VisitReply::Ended(match given {
            Some(given) => Outcome::Http(given.response.clone()),
            // It does not understand, and hangs up.
            None => Outcome::Reset,
        }),
        (Role::Redis, Payload::Tcp(sent)) => VisitReply::Ended(Outcome::Tcp(redis(sent))),
        (_, Payload::Tcp(_) | Payload::Udp(_)) => VisitReply::Ended(Outcome::Tcp(Vec::new())),
        (_, Payload::Dns(_)) => VisitReply::Ended(Outcome::NoNameServer),
    }
}

/// What Redis answers to a line: `PING` alone needs no data.
fn redis(sent: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(sent);
    let word = text.split_whitespace().find(|word| !word.starts_with(['*', '$']));
    match word.map(str::to_ascii_uppercase).as_deref() {
        None => Vec::new(),
        Some("PING") => b"+PONG\r\n".to_vec(),
        Some("QUIT") => b"+OK\r\n".to_vec(),
        Some(other) => format!("-ERR unknown command '{other}'\r\n").into_bytes(),
    }
}
