//! Programs that serve.

use std::sync::Arc;

use imbl::OrdMap;

use super::{Body, Program, Ran, Table, Wait};
use crate::images::application::refusals::{self, LastWords};
use crate::images::application::{Application, Server};
use crate::machine::files::Errno;
use crate::machine::inside::Inside;
use crate::network::rules::Protocol;
use crate::time::Time;

/// What nginx' entry point changes, if it can.
const NGINX_DEFAULT: &str = "/etc/nginx/conf.d/default.conf";

/// A program that serves.
#[derive(Clone, Debug)]
pub(in crate::machine) struct Serving {
    pub(in crate::machine) server: Arc<Server>,
    /// None while it starts.
    pub(in crate::machine) since: Option<Time>,
    ready_at: Option<Time>,
    application: Application,
}

impl Serving {
    pub(super) fn new(server: Server, application: Application) -> Serving {
        Serving { server: Arc::new(server), since: None, ready_at: None, application }
    }

    /// What it says when it is told to read its configuration again.
    pub(super) fn on_reload(&self) -> Vec<String> {
        if self.application != Application::Nginx {
            return Vec::new();
        }
        let stamp = "{time:%Y/%m/%d %H:%M:%S} [notice] 1#1: ";
        vec![
            format!("{stamp}signal 1 (SIGHUP) received, reconfiguring"),
            format!("{stamp}reconfiguring"),
        ]
    }
}

impl Table {
    pub(super) fn serve(
        &mut self,
        serving: &mut Serving,
        body: &mut Body,
        inside: &mut Inside<'_>,
    ) -> Ran {
        let now = inside.clock.now;
        let Some(ready_at) = serving.ready_at else {
            let mut banner = serving.server.banner.clone();
            if self.refusal(NGINX_DEFAULT, inside).is_some() {
                banner = refusals::unmodified(&banner);
            }
            self.say_lines(body, &banner, inside);
            if let Some((code, lines)) = self.may_not_write(serving, inside) {
                self.say_lines(body, &lines, inside);
                return Ran::Exits(code);
            }
            let ready_at = now + serving.server.starts_ms;
            serving.ready_at = Some(ready_at);
            return Ran::Waits(Wait::Until(ready_at));
        };
        if now < ready_at {
            return Ran::Waits(Wait::Until(ready_at));
        }
        if serving.since.is_none() {
            let mut ports = serving.server.ports.iter();
            if let Some(port) = ports.find(|port| inside.ports_taken.contains(port)) {
                let (code, lines) = serving.application.port_taken(*port);
                self.say_lines(body, &lines, inside);
                return Ran::Exits(code);
            }
            serving.since = Some(now);
            let lines = serving.server.ready.clone();
            self.say_lines(body, &lines, inside);
        }
        Ran::Waits(Wait::Forever)
    }

    /// Why a file cannot be written, if it cannot.
    fn refusal(&mut self, path: &str, inside: &mut Inside<'_>) -> Option<Errno> {
        let files = self.files(inside);
        match files.resolve("/", path, true) {
            Ok(path) => files.refusal(&path),
            Err(why) => Some(why),
        }
    }

    /// A program that has to write somewhere, and may not, ends.
    fn may_not_write(&mut self, serving: &Serving, inside: &mut Inside<'_>) -> Option<LastWords> {
        let application = &serving.application;
        let is_root = self.user.is_root();
        let (place, why) = application
            .writes()
            .iter()
            .find_map(|(path, call)| Some(((*path, *call), self.refusal(path, inside)?)))?;
        Some(refusals::may_not_write(place, (why.number(), &why.to_string()), is_root))
    }

    /// Where its programs listen.
    pub(in crate::machine) fn ports(&self) -> impl Iterator<Item = u16> {
        self.up().flat_map(|serving| serving.server.ports.iter().copied())
    }

    pub(in crate::machine) fn say_lines(
        &mut self,
        body: &Body,
        lines: &[String],
        inside: &mut Inside<'_>,
    ) {
        let Some(open) = body.fds.get(&1).copied() else { return };
        for line in lines {
            let line = inside.fill(line) + "\n";
            self.write(open, line.as_bytes(), inside);
        }
    }

    pub(in crate::machine) fn servings(&self) -> impl Iterator<Item = &Serving> {
        self.processes.values().filter_map(|process| match &process.program {
            Program::Server(serving) => Some(serving),
            _ => None,
        })
    }

    fn up(&self) -> impl Iterator<Item = &Serving> {
        self.servings().filter(|serving| serving.since.is_some())
    }

    /// Whether it serves, but not yet.
    pub(in crate::machine) fn is_starting(&self) -> bool {
        self.servings().any(|serving| serving.since.is_none())
    }

    /// Whether the image's own program is up.
    pub(in crate::machine) fn is_serving(&self) -> bool {
        self.up().next().is_some()
    }

    /// The server that listens on a port, and since when.
    pub(in crate::machine) fn listening(
        &self,
        port: u16,
        protocol: Protocol,
    ) -> Option<(Arc<Server>, Time)> {
        let listens = |server: &Server| match protocol {
            Protocol::Udp => server.udp_ports.contains(&port),
            _ => server.ports.contains(&port),
        };
        let serving = self.up().find(|serving| listens(&serving.server))?;
        Some((Arc::clone(&serving.server), serving.since?))
    }

    /// Whether anything listens on a port.
    pub(in crate::machine) fn listens(&self, port: u16) -> bool {
        self.listening(port, Protocol::Tcp).is_some()
    }

    pub(in crate::machine) fn environment(&self) -> &OrdMap<String, String> {
        &self.environment
    }
}
