//! A Pod as the machine has it.

use std::sync::Arc;

use imbl::{OrdMap, Vector};

use crate::object::Key;
use crate::time::{Millis, Time};
use crate::trace::Transition;

use super::files::Tree;
use super::meter::Meter;
use super::probes::{Health, ProbeKind};
use super::process::Table;
use super::{Allotment, ContainerConfig, ContainerTransition, Happened};

/// How many lines a container's log keeps.
const LOG_MAX: usize = 2000;

/// What runs of a Pod.
#[derive(Clone, Debug)]
pub struct PodRuntime {
    pub key: Key,
    pub uid: Arc<str>,
    pub sandbox: Sandbox,
    /// How many sandboxes it has had.
    pub sandboxes: u32,
    /// Those that have been created at least once, by name.
    pub containers: OrdMap<String, Container>,
    /// How far the images are, by the container that wants them.
    pub images: OrdMap<String, ImageState>,
    /// What the kubelet has not yet read.
    pub reports: Vector<Report>,
    /// How long its containers get to stop if the Pod vanishes.
    pub grace_ms: Millis,
    /// Why it was evicted, if it was.
    pub evicted: Option<Arc<str>>,
    /// Whether it uses its node's network.
    pub on_host: bool,
    pub(super) node: Arc<str>,
    /// Its volumes that live and die with it, by name.
    pub(super) volumes: OrdMap<String, Tree>,
    /// What those from the API are to hold.
    pub(super) projected: OrdMap<String, super::VolumeFiles>,
    /// The group to which each of those was handed.
    pub(super) groups: OrdMap<String, Option<u32>>,
}

/// What holds a Pod's network.
///
/// Starting → Ready → Stopping → Stopped; Ready → Lost when the machine loses power, then Starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sandbox {
    Starting { ticket: u64, ip: String },
    Ready { ip: String },
    Lost,
    Stopping { ticket: u64 },
    Stopped,
}

/// A container, as it was created last.
#[derive(Clone, Debug)]
pub struct Container {
    pub config: Arc<ContainerConfig>,
    /// `docker.io/library/nginx:1.27`
    pub image: String,
    /// `docker.io/library/nginx@sha256:…`
    pub image_id: String,
    /// 64 hexadecimal digits.
    pub id: String,
    /// The number of the sandbox that it was created in.
    pub sandbox: u32,
    /// How many times it has been started before: `restartCount`.
    pub attempt: u32,
    pub state: State,
    /// How the one before it ended.
    pub last: Option<Exit>,
    pub ready: bool,
    /// Whether its startup probe has succeeded, or it has none.
    pub started: bool,
    /// The probe for whose sake it is to be restarted.
    pub failed: Option<ProbeKind>,
    /// Its `postStart` hook is being carried out, or has failed.
    pub hooking: bool,
    pub hook_failed: bool,
    /// It has been told to stop.
    pub stopping: bool,
    /// What it is to have, while it does not.
    pub resizing: Option<Arc<Allotment>>,
    pub(super) requests: super::Requests,
    pub(super) health: OrdMap<ProbeKind, Health>,
    pub(super) process: Table,
    pub(super) meter: Meter,
    pub(super) log: Log,
    pub(super) previous_log: Option<Log>,
}

/// Where a container stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Created,
    Running { since: Time },
    Exited(Exit),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    pub code: i32,
    /// `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown`.
    pub reason: &'static str,
    pub message: String,
    /// None if it never ran.
    pub started: Option<Time>,
    pub finished: Time,
    pub id: String,
}

/// How far an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageState {
    Pulling,
    Pulled { at: Time },
    Failed { at: Time, message: String },
}

/// Something that the kubelet turns into an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub container: String,
    pub what: Reported,
}

/// What is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    Pulled { image: String, took_ms: Millis, waited_ms: Millis, size_bytes: i64 },
    PullFailed { image: String, message: String },
    Created,
    Started,
    StartFailed { message: String },
    Unhealthy { probe: ProbeKind, message: String },
    PreStopFailed,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its place in the log: lines that are dropped leave their numbers behind.
    pub number: u64,
    pub at: Time,
    pub text: Arc<str>,
}

/// A container's log: the last lines of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) lines: Vector<LogLine>,
    written: u64,
}

impl Log {
    pub(super) fn write(&mut self, at: Time, lines: Vec<String>) {
        for line in lines {
            self.lines.push_back(LogLine { number: self.written, at, text: line.into() });
            self.written += 1;
        }
        while self.lines.len() > LOG_MAX {
            self.lines.pop_front();
        }
    }
}

impl Log {
    /// The last lines, as many as fit.
    pub(super) fn end(&self, lines_max: usize, bytes_max: usize) -> String {
        let mut kept: Vec<&str> = Vec::new();
        let mut bytes = 0;
        for line in self.lines.iter().rev().take(lines_max) {
            bytes += line.text.len() + 1;
            if bytes > bytes_max {
                break;
            }
            kept.push(&line.text);
        }
        kept.into_iter().rev().map(|line| format!("{line}\n")).collect()
    }
}

impl PodRuntime {
    pub(super) fn new(key: &Key, uid: &Arc<str>, sandbox: Sandbox, grace_ms: Millis) -> PodRuntime {
        PodRuntime {
            key: key.clone(),
            uid: Arc::clone(uid),
            sandbox,
            sandboxes: 1,
            containers: OrdMap::new(),
            images: OrdMap::new(),
            reports: Vector::new(),
            grace_ms,
            evicted: None,
            on_host: false,
            node: "".into(),
            volumes: OrdMap::new(),
            projected: OrdMap::new(),
            groups: OrdMap::new(),
        }
    }

    /// The Pod's address, once it has one.
    pub fn ip(&self) -> Option<&str> {
        match &self.sandbox {
            Sandbox::Ready { ip } => Some(ip),
            _ => None,
        }
    }

    /// Whether a container's first process runs.
    pub fn runs(&self, container: &str) -> bool {
        let known = self.containers.get(container);
        known.is_some_and(|known| matches!(known.state, State::Running { .. }))
    }

    /// Whether any of its containers has a process.
    pub fn is_running(&self) -> bool {
        self.containers.values().any(Container::is_alive)
    }

    pub(super) fn report(&mut self, container: &str, what: Reported) {
        self.reports.push_back(Report { container: container.to_owned(), what });
    }

    pub(super) fn transition(
        &self,
        container: &str,
        transition: Transition,
    ) -> ContainerTransition {
        let image = self.containers.get(container).map(|known| known.config.image.clone());
        ContainerTransition {
            pod: self.key.clone(),
            pod_uid: Arc::clone(&self.uid),
            container: container.to_owned(),
            image: image.unwrap_or_default(),
            transition,
        }
    }

    /// The machine has lost its power: nothing runs any more.
    pub(super) fn lose(&mut self, now: Time, happened: &mut Happened) {
        self.images = OrdMap::new();
        self.reports = Vector::new();
        self.sandbox = match self.sandbox {
            Sandbox::Stopping { .. } | Sandbox::Stopped => Sandbox::Stopped,
            _ => Sandbox::Lost,
        };
        let alive = self.containers.iter().filter(|(_, container)| container.is_alive());
        let names: Vec<String> = alive.map(|(name, _)| name.clone()).collect();
        for name in names {
            if let Some(container) = self.containers.get_mut(&name) {
                container.end(255, "Unknown", now);
            }
            let exited = Transition::Exited { code: 255, reason: "Unknown".to_owned() };
            happened.transitions.push(self.transition(&name, exited));
        }
    }
}

impl Container {
    /// What it has been granted, which it may not have yet.
    pub fn allotment(&self) -> &Allotment {
        self.resizing.as_ref().unwrap_or(&self.config.allotment)
    }

    /// Whether it has, or is about to have, a process.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, State::Exited(_))
    }

    /// How it ended, if it has.
    pub fn exit(&self) -> Option<&Exit> {
        match &self.state {
            State::Exited(exit) => Some(exit),
            State::Created | State::Running { .. } => None,
        }
    }

    pub(super) fn logs(&self, previous: bool) -> Option<&Vector<LogLine>> {
        let log = if previous { self.previous_log.as_ref()? } else { &self.log };
        Some(&log.lines)
    }

    pub(super) fn end(&mut self, code: i32, reason: &'static str, now: Time) {
        let started = match self.state {
            State::Running { since } => Some(since),
            State::Created | State::Exited(_) => None,
        };
        self.ready = false;
        self.started = false;
        self.state = State::Exited(Exit {
            code,
            reason,
            message: String::new(),
            started,
            finished: now,
            id: self.id.clone(),
        });
    }
}
