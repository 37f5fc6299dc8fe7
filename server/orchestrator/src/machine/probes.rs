//! Probes: asking a container, again and again, how it is.

use std::sync::Arc;

use crate::queue::Class;
use crate::time::Millis;
use crate::trace::Transition;

use super::{
    Container, ContainerConfig, Happened, Machine, MachineEvent, PodRuntime, Reported, Scheduled,
    Surroundings,
};

/// What a probe is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    Liveness,
    Readiness,
    Startup,
}

impl ProbeKind {
    /// As in the kubelet's events.
    pub const fn name(self) -> &'static str {
        match self {
            ProbeKind::Liveness => "Liveness",
            ProbeKind::Readiness => "Readiness",
            ProbeKind::Startup => "Startup",
        }
    }
}

/// A probe, its ports looked up and its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeConfig {
    pub kind: ProbeKind,
    pub action: ProbeAction,
    pub initial_delay_ms: Millis,
    pub period_ms: Millis,
    pub success_threshold: u32,
    pub failure_threshold: u32,
}

/// What a probe does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeAction {
    HttpGet {
        port: u16,
        path: String,
    },
    TcpSocket {
        port: u16,
    },
    /// `grpc.health.v1.Health/Check`
    Grpc {
        port: u16,
    },
    Exec {
        command: Vec<String>,
    },
    /// What is not modelled succeeds.
    Unknown,
}

/// The last results of a probe, in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Health {
    successes: u32,
    failures: u32,
}

impl ContainerConfig {
    pub(super) fn has_probe(&self, kind: ProbeKind) -> bool {
        self.probe(kind).is_some()
    }

    fn probe(&self, kind: ProbeKind) -> Option<&ProbeConfig> {
        self.probes.iter().find(|probe| probe.kind == kind)
    }
}

/// Schedules the first round of each probe.
pub(super) fn schedule_all(
    uid: &Arc<str>,
    config: &ContainerConfig,
    attempt: u32,
    happened: &mut Happened,
) {
    for probe in &config.probes {
        let after_ms = probe.initial_delay_ms.max(probe.period_ms.min(1000));
        let event = MachineEvent::Probe {
            uid: Arc::clone(uid),
            container: config.name.clone(),
            attempt,
            kind: probe.kind,
        };
        // Something waits for the others: that the container is ready, or has started.
        let class = if probe.kind == ProbeKind::Liveness { Class::Routine } else { Class::Wait };
        happened.next.push(Scheduled { after_ms, class, event });
    }
}

impl Machine {
    pub(super) fn probe(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        kind: ProbeKind,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = self.pod_of(uid, name, attempt)?;
        let container = pod.containers.get(name)?;
        if container.stopping || (kind == ProbeKind::Startup && container.started) {
            return None;
        }
        let config = Arc::clone(&container.config);
        let probe = config.probe(kind)?;
        let mut happened = Happened::default();
        let mut settled = true;
        if kind == ProbeKind::Startup || container.started {
            let result = match &probe.action {
                ProbeAction::Exec { command } => {
                    let (result, said) = self.probe_by_exec(uid, name, command, around)?;
                    happened = said;
                    result
                }
                action => ask(pod, pod.containers.get(name)?, action, around),
            };
            settled = result.is_ok();
            let pod = self.pod_of(uid, name, attempt)?;
            apply(pod, name, probe, result, &mut happened);
        }
        let class = if settled { Class::Routine } else { Class::Wait };
        let event =
            MachineEvent::Probe { uid: Arc::clone(uid), container: name.to_owned(), attempt, kind };
        Some(happened.later(probe.period_ms, class, event))
    }
}

impl Machine {
    /// Runs a probe's command.
    fn probe_by_exec(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        command: &[String],
        around: &mut Surroundings<'_>,
    ) -> Option<(Result<(), String>, Happened)> {
        self.within(uid, name, around, |container, inside| {
            match container.process.beside(command, inside) {
                Ok((Some(0), _)) => Ok(()),
                Ok((Some(_), said)) => Err(said.trim_end().to_owned()),
                Ok((None, _)) => {
                    Err(format!("command timed out: \"{}\" timed out after 1s", command.join(" ")))
                }
                Err(why) => Err(format!(
                    "OCI runtime exec failed: exec failed: unable to start container process: {why}"
                )),
            }
        })
    }
}

/// Takes a result in.
fn apply(
    pod: &mut PodRuntime,
    name: &str,
    probe: &ProbeConfig,
    result: Result<(), String>,
    happened: &mut Happened,
) {
    let Some(container) = pod.containers.get_mut(name) else { return };
    let health = container.health.entry(probe.kind).or_default();
    let succeeded = result.is_ok();
    *health = if succeeded {
        Health { successes: health.successes.saturating_add(1), failures: 0 }
    } else {
        Health { successes: 0, failures: health.failures.saturating_add(1) }
    };
    let (passes, fails) =
        (health.successes == probe.success_threshold, health.failures == probe.failure_threshold);
    let was_ready = container.ready;
    match probe.kind {
        ProbeKind::Startup if passes => {
            container.started = true;
            container.ready = !container.config.has_probe(ProbeKind::Readiness);
        }
        ProbeKind::Readiness if passes => container.ready = true,
        ProbeKind::Readiness if fails => container.ready = false,
        ProbeKind::Liveness | ProbeKind::Startup if fails => container.failed = Some(probe.kind),
        _ => {}
    }
    let ready = container.ready;
    if let Err(message) = result {
        pod.report(name, Reported::Unhealthy { probe: probe.kind, message });
    }
    if ready != was_ready {
        let transition = if ready { Transition::Ready } else { Transition::NotReady };
        happened.transitions.push(pod.transition(name, transition));
    }
    if ready != was_ready || !succeeded || (passes && probe.kind == ProbeKind::Startup) {
        happened.wake.push(pod.key.clone());
    }
}

fn ask(
    pod: &PodRuntime,
    container: &Container,
    action: &ProbeAction,
    around: &Surroundings<'_>,
) -> Result<(), String> {
    let ip = pod.ip().unwrap_or_default();
    match action {
        ProbeAction::TcpSocket { port } if container.process.listens(*port) => Ok(()),
        ProbeAction::TcpSocket { port } => {
            Err(format!("dial tcp {ip}:{port}: connect: connection refused"))
        }
        ProbeAction::Grpc { port } if container.process.listens(*port) => Ok(()),
        ProbeAction::Grpc { port } => Err(format!(
            "timeout: failed to connect service \"{ip}:{port}\" within 1s: context deadline exceeded"
        )),
        ProbeAction::HttpGet { port, path } => http_get(pod, container, *port, path, around),
        // A command is not asked for from here, but runs inside.
        ProbeAction::Unknown | ProbeAction::Exec { .. } => Ok(()),
    }
}

fn http_get(
    pod: &PodRuntime,
    container: &Container,
    port: u16,
    path: &str,
    around: &Surroundings<'_>,
) -> Result<(), String> {
    let ip = pod.ip().unwrap_or_default();
    match pod.status_of_get(container, port, path, around) {
        Some(200..=399) => Ok(()),
        Some(status) => Err(format!("HTTP probe failed with statuscode: {status}")),
        None => {
            let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            Err(format!(
                "Get \"http://{ip}:{port}{path}\": dial tcp {ip}:{port}: connect: connection refused"
            ))
        }
    }
}
