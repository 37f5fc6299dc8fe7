//! Programs that serve.

use std::sync::Arc;

use imbl::OrdMap;

use super::{Body, Program, Ran, Table, Wait};
use crate::images::application::{Application, Server};
use crate::machine::inside::Inside;
use crate::network::rules::Protocol;
use crate::time::Time;

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
            let lines = serving.server.banner.clone();
            self.say_lines(body, &lines, inside);
            let ready_at = now + serving.server.starts_ms;
            serving.ready_at = Some(ready_at);
            return Ran::Waits(Wait::Until(ready_at));
        };
        if now < ready_at {
            return Ran::Waits(Wait::Until(ready_at));
        }
        if serving.since.is_none() {
            serving.since = Some(now);
            let lines = serving.server.ready.clone();
            self.say_lines(body, &lines, inside);
        }
        Ran::Waits(Wait::Forever)
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
