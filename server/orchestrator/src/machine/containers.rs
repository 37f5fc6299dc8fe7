//! Starting, running and stopping containers.

use std::sync::Arc;

use crate::digest::Digest;
use crate::images::Image;
use crate::queue::Class;
use crate::time::{Millis, Time};
use crate::trace::Transition;

use super::meter::Meter;
use super::process::{OnStop, Turn};
use super::{
    Container, ContainerConfig, Happened, Machine, MachineEvent, PodRuntime, Reported, Space,
    State, Surroundings,
};

/// What a container gets beyond its grace period if its `preStop` hook has used that up.
const GRACE_AFTER_PRE_STOP_MS: Millis = 2000;

impl Machine {
    pub(super) fn start(
        &mut self,
        uid: &Arc<str>,
        config: &Arc<ContainerConfig>,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let Some(image) = self.image(&config.image).cloned() else { return Happened::default() };
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let pod = Arc::make_mut(pod);
        let clock = around.clock;
        let mounts = super::volumes::mount(pod, config, &self.node, around.disks, clock);
        let mut container = Container::create(pod, config, image, clock.now);
        super::volumes::plant(&mut container.process.root, &mounts, pod, clock);
        container.process.mounts = mounts;
        let attempt = container.attempt;
        pod.images.remove(&config.name);
        pod.containers.insert(config.name.clone(), container);
        let created =
            MachineEvent::Created { uid: Arc::clone(uid), container: config.name.clone(), attempt };
        Happened::default().later(around.between(40, 150), Class::Work, created)
    }

    pub(super) fn created(
        &mut self,
        uid: &Arc<str>,
        container: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = self.pod_of(uid, container, attempt)?;
        pod.report(container, Reported::Created);
        let line = pod.transition(container, Transition::Created);
        let started = MachineEvent::Started {
            uid: Arc::clone(uid),
            container: container.to_owned(),
            attempt,
        };
        Some(Happened::default().with(line).later(around.between(60, 250), Class::Work, started))
    }

    pub(super) fn started(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        self.pod_of(uid, name, attempt)?;
        let (why, _) = self.within(uid, name, around, |container, inside| {
            let line = container.command_line();
            if line.is_empty() {
                return Some("no command specified".to_owned());
            }
            let why = container.process.cannot_start(&line, inside)?;
            Some(format!(
                "failed to create containerd task: failed to create shim task: OCI runtime create \
                 failed: runc create failed: unable to start container process: error during \
                 container init: {why}"
            ))
        })?;
        let pod = self.pod_of(uid, name, attempt)?;
        if let Some(message) = why {
            return Some(fail_to_start(pod, name, &message, around));
        }
        let container = pod.containers.get_mut(name)?;
        container.state = State::Running { since: around.clock.now };
        pod.report(name, Reported::Started);
        let started = Happened::default()
            .with(pod.transition(name, Transition::Started))
            .waking(pod.key.clone());
        let (turn, ran) = self.within(uid, name, around, |container, inside| {
            let line = container.command_line();
            let Space { stdin, tty, .. } = container.config.space;
            container.process.begin(&line, stdin, tty, inside)
        })?;
        let turned = self.turned(uid, name, attempt, turn, around).unwrap_or_default();
        let begun = self.come_up(uid, name, attempt, around).unwrap_or_default();
        Some(started.and(ran).and(begun).and(turned))
    }

    /// Lets the process go on.
    pub(super) fn turn(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        self.pod_of(uid, name, attempt)?;
        let (turn, happened) =
            self.within(uid, name, around, |container, inside| container.process.run(inside))?;
        let turned = self.turned(uid, name, attempt, turn, around)?;
        Some(happened.and(turned))
    }

    /// What comes of what the processes do next.
    pub(super) fn turned(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        turn: Turn,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let now = around.clock.now;
        let process = &mut self.pod_of(uid, name, attempt)?.containers.get_mut(name)?.process;
        if process.next_turn.is_some_and(|next| next <= now) {
            process.next_turn = None;
        }
        let (loops, starts) = (process.is_loop(), process.is_starting());
        let ms = match turn {
            Turn::Stays => return Some(Happened::default()),
            Turn::Exits(code) => return self.exit(uid, name, attempt, code, around),
            Turn::Sleeps(ms) => ms,
        };
        if process.next_turn.is_some_and(|next| next <= now + ms) {
            return Some(Happened::default());
        }
        let class = match ms {
            _ if starts => Class::Work,
            _ if loops => Class::Routine,
            ..1000 => Class::Work,
            _ => Class::Wait,
        };
        // No two machines are equally fast.
        let after_ms = ms + around.between(0, ms.min(2000) / 20);
        let process = &mut self.pod_of(uid, name, attempt)?.containers.get_mut(name)?.process;
        process.next_turn = Some(now + after_ms);
        let (uid, container) = (Arc::clone(uid), name.to_owned());
        let event = MachineEvent::Turn { uid, container, attempt };
        Some(Happened::default().later(after_ms, class, event))
    }

    pub(super) fn stop(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        grace_ms: Millis,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let pod = Arc::make_mut(pod);
        let Some(container) = pod.containers.get_mut(name).filter(|known| known.is_alive()) else {
            return Happened::default();
        };
        let (attempt, again) = (container.attempt, container.stopping);
        container.stopping = true;
        let event = |kill: bool| {
            let (uid, container) = (Arc::clone(uid), name.to_owned());
            if kill {
                MachineEvent::Kill { uid, container, attempt }
            } else {
                MachineEvent::Signal { uid, container, attempt }
            }
        };
        // Nobody waits for the end of a grace period that will not be used up.
        let patience = if container.process.heeds_stop() { Class::Routine } else { Class::Wait };
        if again {
            // It is told once; only its time may become shorter.
            return Happened::default().later(grace_ms.max(1), patience, event(true));
        }
        let hook = container.config.pre_stop.clone();
        let carried = hook.and_then(|hook| self.carry_out(uid, name, &hook, grace_ms, around));
        let (carried, happened) = carried.unzip();
        let mut happened = happened.unwrap_or_default();
        let hook_ms = carried.map_or(0, |carried| carried.took_ms);
        let left = (grace_ms - hook_ms).max(if hook_ms > 0 { GRACE_AFTER_PRE_STOP_MS } else { 1 });
        let class = if hook_ms < 1000 { Class::Work } else { Class::Wait };
        let Some(pod) = self.pods.get_mut(uid).map(Arc::make_mut) else { return happened };
        if carried.is_some_and(|carried| !carried.well) {
            pod.report(name, Reported::PreStopFailed);
            happened = happened.waking(pod.key.clone());
        }
        happened
            .with(pod.transition(name, Transition::Stopping))
            .later(hook_ms + around.between(5, 25), class, event(false))
            .later(hook_ms + left, patience, event(true))
    }

    pub(super) fn signal(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = self.pod_of(uid, name, attempt)?;
        let container = pod.containers.get_mut(name)?;
        if container.state == State::Created {
            // It is told as soon as it has started.
            let (uid, container) = (Arc::clone(uid), name.to_owned());
            let again = MachineEvent::Signal { uid, container, attempt };
            return Some(Happened::default().later(50, Class::Work, again));
        }
        let (outcome, happened) =
            self.within(uid, name, around, |container, inside| container.process.stop(inside))?;
        match outcome {
            OnStop::Turns(turn) => {
                let turned = self.turned(uid, name, attempt, turn, around)?;
                Some(happened.and(turned))
            }
            OnStop::ExitsAfter { ms, code } => {
                let exit = MachineEvent::Exit {
                    uid: Arc::clone(uid),
                    container: name.to_owned(),
                    attempt,
                    code,
                };
                let after_ms = ms + around.between(0, ms / 2);
                Some(happened.later(after_ms, Class::Work, exit))
            }
        }
    }

    /// The process ends.
    pub(super) fn exit(
        &mut self,
        uid: &str,
        name: &str,
        attempt: u32,
        code: i32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let reason = if code == 0 { "Completed" } else { "Error" };
        self.exit_as(uid, name, attempt, (code, reason), around)
    }

    /// The process ends, for a reason.
    pub(super) fn exit_as(
        &mut self,
        uid: &str,
        name: &str,
        attempt: u32,
        (code, reason): (i32, &'static str),
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        self.pod_of(uid, name, attempt)?;
        let ended =
            self.within(uid, name, around, |container, inside| container.process.end_all(inside));
        let pod = self.pod_of(uid, name, attempt)?;
        let container = pod.containers.get_mut(name)?;
        let was_ready = container.ready;
        let message = container.last_word(code);
        container.end(code, reason, around.clock.now);
        if let State::Exited(exit) = &mut container.state {
            exit.message = message;
        }
        let happened = ended.map(|((), happened)| happened).unwrap_or_default();
        let mut happened = happened.waking(pod.key.clone());
        if was_ready {
            happened = happened.with(pod.transition(name, Transition::NotReady));
        }
        let exited = Transition::Exited { code, reason: reason.to_owned() };
        Some(happened.with(pod.transition(name, exited)))
    }

    /// The Pod, if the container is still the one that was meant, and alive.
    pub(super) fn pod_of(
        &mut self,
        uid: &str,
        container: &str,
        attempt: u32,
    ) -> Option<&mut PodRuntime> {
        let known = self.pod(uid)?.containers.get(container)?;
        if known.attempt != attempt || !known.is_alive() {
            return None;
        }
        self.pods.get_mut(uid).map(Arc::make_mut)
    }
}

fn fail_to_start(
    pod: &mut PodRuntime,
    name: &str,
    message: &str,
    around: &Surroundings<'_>,
) -> Happened {
    pod.report(name, Reported::StartFailed { message: message.to_owned() });
    if let Some(container) = pod.containers.get_mut(name) {
        container.end(128, "StartError", around.clock.now);
        if let State::Exited(exit) = &mut container.state {
            exit.message = message.to_owned();
        }
    }
    let exited = Transition::Exited { code: 128, reason: "StartError".to_owned() };
    Happened::default().with(pod.transition(name, exited)).waking(pod.key.clone())
}

impl Container {
    /// A new container in the place of the one of the same name, if there was one.
    fn create(
        pod: &PodRuntime,
        config: &Arc<ContainerConfig>,
        image: Arc<Image>,
        now: Time,
    ) -> Container {
        let before = pod.containers.get(&config.name);
        let attempt = before.map_or(0, |before| before.attempt + 1);
        let parts = [pod.uid.as_bytes(), config.name.as_bytes(), &attempt.to_le_bytes()];
        let mut environment = image.environment.clone();
        environment.insert("HOSTNAME".to_owned(), config.space.names.hostname.clone());
        environment.extend(config.environment.clone());
        let (image_name, image_id) = (image.name.to_string(), image.id());
        Container {
            config: Arc::clone(config),
            image: image_name,
            image_id,
            id: Digest::of(parts).to_string(),
            sandbox: pod.sandboxes,
            attempt,
            state: State::Created,
            last: before.and_then(Container::exit).cloned(),
            ready: false,
            started: false,
            failed: None,
            hooking: false,
            hook_failed: false,
            stopping: false,
            resizing: None,
            requests: super::Requests::default(),
            health: imbl::OrdMap::new(),
            process: super::running::table(pod, config, image, environment, now),
            meter: Meter::new(config.allotment.share.cpu_limit_milli),
            log: super::pod::Log::default(),
            previous_log: before.map(|before| before.log.clone()),
        }
    }

    /// What is run.
    pub(super) fn command_line(&self) -> Vec<String> {
        command_line(&self.config, self.process.image())
    }

    /// What it says at its end, if anything.
    fn last_word(&self, code: i32) -> String {
        let path = self.config.message_path.split('/').filter(|name| !name.is_empty());
        let file = self.process.root.get(&path.collect::<Vec<_>>());
        let bytes = file.and_then(|file| file.bytes()).map(|bytes| bytes.as_slice());
        let said = String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        if said.is_empty() && code != 0 && self.config.message_from_log {
            return self.log.end(80, 2048);
        }
        said.chars().take(4096).collect()
    }
}

/// What is run: the Pod's `command` replaces the image's entry point and drops its command, its
/// `args` replace the command.
fn command_line(config: &ContainerConfig, image: &Image) -> Vec<String> {
    let mut line =
        if config.command.is_empty() { image.entrypoint.clone() } else { config.command.clone() };
    if !config.arguments.is_empty() {
        line.extend(config.arguments.iter().cloned());
    } else if config.command.is_empty() {
        line.extend(image.command.iter().cloned());
    }
    line
}

impl Happened {
    pub(super) fn and(mut self, other: Happened) -> Happened {
        self.transitions.extend(other.transitions);
        self.wake.extend(other.wake);
        self.next.extend(other.next);
        self.said.extend(other.said);
        self.dials.extend(other.dials);
        self
    }
}
