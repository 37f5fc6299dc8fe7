//! What containers and the node use, as metrics-server would have it from the kubelet.

use std::sync::Arc;

use crate::images::application::Load;
use crate::time::{Millis, Time};

use super::{Container, Happened, Machine, MachineEvent, State, Surroundings};

/// What the operating system, the kubelet and the container runtime use themselves.
pub(super) const SYSTEM_BYTES: i64 = 350 << 20;
const SYSTEM_CPU_MILLI: i64 = 45;
/// How often usage is read (`--metric-resolution`).
const RESOLUTION_MS: Millis = 15_000;
/// How long a container must have run before its CPU can be told.
const FRESH_MS: Millis = 10_000;

/// What a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub cpu_milli: i64,
    pub memory_bytes: i64,
}

/// A container's share of its machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub cpu_request_milli: i64,
    pub cpu_limit_milli: Option<i64>,
    pub memory_limit_bytes: Option<i64>,
    /// The higher, the sooner the kernel ends it when the node is out of memory.
    pub oom_score_adj: i64,
}

/// What was used, when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub at: Time,
    /// The time over which CPU is told.
    pub window_ms: Millis,
    /// In billionths of a CPU.
    pub cpu_nano: i64,
    pub memory_bytes: i64,
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity { cpu_milli: 2000, memory_bytes: 4 << 30 }
    }
}

/// The latest look at the time, and the one before it.
fn window(now: Time) -> (Time, Time) {
    let to = now.0.div_euclid(RESOLUTION_MS) * RESOLUTION_MS;
    (Time(to - RESOLUTION_MS), Time(to))
}

impl Machine {
    /// What a container uses. None while it is too young, or if it does not run.
    pub fn usage(&self, uid: &str, container: &str, now: Time) -> Option<Usage> {
        let (from, to) = window(now);
        let known = self.pod(uid)?.containers.get(container)?;
        let State::Running { since } = known.state else { return None };
        if to - since < FRESH_MS || !self.on {
            return None;
        }
        let from = from.max(since);
        let wanted = self.wanted(from, to);
        let own = known.meter.cpu_us(from, to);
        let cpu_us =
            if wanted <= self.supply(from, to) { own } else { self.scarce(known, from, to) };
        Some(Usage {
            at: to,
            window_ms: to - from,
            cpu_nano: per_second(cpu_us, to - from),
            memory_bytes: pages(known.meter.memory_bytes(to)),
        })
    }

    /// What each container of a Pod that runs uses. None until all of them can be told.
    pub fn usages(&self, uid: &str, now: Time) -> Option<Vec<(String, Usage)>> {
        let running = self.pod(uid)?.containers.iter().filter(|(_, one)| one.is_running());
        let each = running.map(|(name, _)| Some((name.clone(), self.usage(uid, name, now)?)));
        each.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
    }

    /// What the whole node uses. None while it is off.
    pub fn node_usage(&self, now: Time) -> Option<Usage> {
        let (from, to) = window(now);
        if !self.on {
            return None;
        }
        let system_us = SYSTEM_CPU_MILLI.saturating_mul(to - from);
        let most = self.capacity.cpu_milli.saturating_mul(to - from);
        let cpu_us = self.wanted(from, to).saturating_add(system_us).min(most);
        Some(Usage {
            at: to,
            window_ms: to - from,
            cpu_nano: per_second(cpu_us, to - from),
            memory_bytes: pages(self.memory_used(to)),
        })
    }

    /// It has been asked for something: so many requests, evenly over so long from now on. Their
    /// CPU shows in its usage.
    pub fn served(
        &mut self,
        uid: &str,
        container: &str,
        requests: u64,
        over_ms: Millis,
        now: Time,
    ) {
        let Some(pod) = self.pods.get_mut(uid) else { return };
        let pod = Arc::make_mut(pod);
        if let Some(known) = pod.containers.get_mut(container).filter(|one| one.is_running()) {
            known.meter.serve(requests, over_ms, now);
        }
    }

    /// Makes a container's memory larger, at once and then second by second. None if it does not
    /// run.
    pub(crate) fn fill(
        &mut self,
        uid: &str,
        container: &str,
        (bytes, bytes_per_s): (i64, i64),
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = Arc::make_mut(self.pods.get_mut(uid)?);
        let known = pod.containers.get_mut(container).filter(|one| one.is_running())?;
        known.meter.add(bytes, bytes_per_s, around.clock.now);
        Some(self.see_to_memory(around))
    }

    /// After something has happened to a container: what it uses from now on.
    pub(super) fn measure(
        &mut self,
        event: &MachineEvent,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let Some((uid, name)) = event.container() else { return Happened::default() };
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let Some(known) = pod.containers.get(name) else { return Happened::default() };
        if !known.is_running() {
            // Whatever it had is free again.
            return match known.state {
                State::Exited(_) => self.see_to_memory(around),
                _ => Happened::default(),
            };
        }
        let load = known.load();
        if known.meter.is_running(load) {
            return Happened::default();
        }
        let attempt = known.attempt;
        let pod = Arc::make_mut(pod);
        if let Some(known) = pod.containers.get_mut(name) {
            known.meter.run(load, around.clock.now);
        }
        let happened = self.see_to_memory(around);
        match load.ends_after_ms {
            None => happened,
            Some(ms) => {
                let (uid, container) = (Arc::clone(uid), name.to_owned());
                let exit = MachineEvent::Exit { uid, container, attempt, code: 0 };
                happened.later(ms, crate::queue::Class::Wait, exit)
            }
        }
    }

    /// What all containers would use if there were enough, in microseconds.
    fn wanted(&self, from: Time, to: Time) -> i64 {
        let each = self.alive().map(|(_, container)| container.meter.cpu_us(from, to));
        each.fold(0, i64::saturating_add)
    }

    /// What there is for containers.
    fn supply(&self, from: Time, to: Time) -> i64 {
        (self.capacity.cpu_milli - SYSTEM_CPU_MILLI).max(1).saturating_mul(to - from)
    }

    /// What a container gets where not all can have what they want: what it has requested, and a
    /// part of what is left over.
    fn scarce(&self, of: &Container, from: Time, to: Time) -> i64 {
        let sure = |container: &Container| {
            let request =
                container.config.allotment.share.cpu_request_milli.saturating_mul(to - from);
            container.meter.cpu_us(from, to).min(request)
        };
        let (mut granted, mut wished) = (0_i64, 0_i64);
        for (_, container) in self.alive() {
            let own = sure(container);
            granted = granted.saturating_add(own);
            wished = wished.saturating_add(container.meter.cpu_us(from, to) - own);
        }
        let left = i128::from((self.supply(from, to) - granted).max(0));
        let own = sure(of);
        let part = i128::from(of.meter.cpu_us(from, to) - own) * left / i128::from(wished.max(1));
        own.saturating_add(i64::try_from(part).unwrap_or(i64::MAX))
    }
}

impl Container {
    /// Whether it has a process.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    /// What its programs use.
    fn load(&self) -> Load {
        if self.process.is_serving() || self.process.is_starting() {
            return self.process.image().application.load(&self.command_line());
        }
        if self.process.is_busy() { Load::busy() } else { Load::shell() }
    }
}

fn per_second(cpu_us: i64, ms: Millis) -> i64 {
    let nano = i128::from(cpu_us) * 1_000_000 / i128::from(ms.max(1));
    i64::try_from(nano).unwrap_or(i64::MAX)
}

/// Memory comes in pages of 4 KiB.
fn pages(bytes: i64) -> i64 {
    bytes & !0xfff
}
