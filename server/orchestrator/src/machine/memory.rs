//! Memory that runs out: of a container, whose limit the kernel holds, and of the whole node.
//!
//! The memory of all containers is a function of time, so that the machine knows beforehand when
//! something will happen: it waits for that moment ([`MachineEvent::Memory`]) and for no other.

use std::sync::Arc;

use crate::queue::Class;
use crate::time::{Millis, Time};

use super::usage::SYSTEM_BYTES;
use super::{Container, Happened, Machine, MachineEvent, Surroundings};

/// `memory.available` below which a kubelet evicts Pods (`--eviction-hard`).
pub const EVICTION_BYTES: i64 = 100 << 20;
/// How often the kubelet compares (`monitoringInterval`).
pub const EVICTION_EVERY_MS: Millis = 10_000;

/// What a machine keeps an eye on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch {
    /// When something will be due, and under which ticket.
    next: Option<(Time, u64)>,
    /// The kubelet has been told that memory is short.
    pub(super) is_short: bool,
}

/// A process that the kernel has ended because the node's memory was used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    pub program: String,
    pub pid: u32,
}

/// Where to look next.
#[derive(Clone, Copy, Debug)]
struct Outlook {
    bytes: i64,
    bytes_per_s: i64,
    /// When something passes a limit, or stops growing.
    next: Option<Millis>,
}

impl Outlook {
    fn sooner(&mut self, ms: Millis) {
        self.next = Some(self.next.map_or(ms, |next| next.min(ms)));
    }
}

/// How long until an amount that grows so has passed another.
fn until_over(bytes: i64, bytes_per_s: i64, limit: i64) -> Option<Millis> {
    if bytes > limit {
        return Some(0);
    }
    (bytes_per_s > 0).then(|| (limit - bytes).saturating_mul(1000) / bytes_per_s + 1)
}

impl Machine {
    /// What is left of the node's memory.
    pub fn memory_available(&self, now: Time) -> i64 {
        self.capacity.memory_bytes.saturating_sub(self.memory_used(now))
    }

    pub(super) fn memory_used(&self, now: Time) -> i64 {
        let containers = self.alive().map(|(_, container)| container.meter.memory_bytes(now));
        containers.fold(SYSTEM_BYTES, i64::saturating_add)
    }

    pub(super) fn alive(&self) -> impl Iterator<Item = (&Arc<str>, &Container)> {
        self.pods.iter().flat_map(|(uid, pod)| {
            let containers = pod.containers.values().filter(|one| one.is_running());
            containers.map(move |container| (uid, container))
        })
    }

    /// The memory of a container, 0 if it does not run.
    pub fn container_memory(&self, uid: &str, container: &str, now: Time) -> i64 {
        let known = self.pod(uid).and_then(|pod| pod.containers.get(container));
        known.filter(|known| known.is_running()).map_or(0, |known| known.meter.memory_bytes(now))
    }

    pub(super) fn evict(&mut self, uid: &str, message: &str) -> Happened {
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let pod = Arc::make_mut(pod);
        pod.evicted = Some(message.into());
        Happened::default().waking(pod.key.clone())
    }

    /// Processes that the kernel has ended because the whole node was out of memory, since the
    /// kubelet last read of them.
    pub fn victims(&self) -> &[Victim] {
        &self.victims
    }

    /// Ends what has too much, and looks ahead to what will have.
    pub(super) fn see_to_memory(&mut self, around: &mut Surroundings<'_>) -> Happened {
        let now = around.clock.now;
        let mut happened = Happened::default();
        while let Some((uid, name, attempt)) = self.over_limit(now) {
            happened = happened.and(self.out_of_memory(&uid, &name, attempt, around));
        }
        while self.memory_available(now) < 0 {
            let Some((uid, name, attempt)) = self.worst(now) else { break };
            self.victims.push(self.victim(&uid, &name));
            happened = happened.and(self.out_of_memory(&uid, &name, attempt, around));
            happened = happened.waking(self.own_key());
        }
        let short = self.memory_available(now) < EVICTION_BYTES;
        if short && !self.watch.is_short && now.0.rem_euclid(EVICTION_EVERY_MS) == 0 {
            self.watch.is_short = true;
            happened = happened.waking(self.own_key());
        }
        self.watch.is_short &= short;
        self.look_ahead(now, happened)
    }

    fn look_ahead(&mut self, now: Time, happened: Happened) -> Happened {
        let outlook = self.outlook(now);
        let next = outlook.next.map(|ms| now + ms.max(1));
        if self.watch.next.map(|(at, _)| at).filter(|at| *at > now) == next {
            return happened;
        }
        let ticket = self.ticket();
        self.watch.next = next.map(|at| (at, ticket));
        match next {
            Some(at) => happened.later(at - now, Class::Wait, MachineEvent::Memory { ticket }),
            None => happened,
        }
    }

    /// The moment has come, unless another has taken its place.
    pub(super) fn memory_moment(
        &mut self,
        ticket: u64,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        self.watch.next.filter(|(_, expected)| *expected == ticket)?;
        self.watch.next = None;
        Some(self.see_to_memory(around))
    }

    fn outlook(&self, now: Time) -> Outlook {
        let mut all = Outlook { bytes: SYSTEM_BYTES, bytes_per_s: 0, next: None };
        for (_, container) in self.alive() {
            let bytes = container.meter.memory_bytes(now);
            let (per_s, ends) = container.meter.growth(now);
            all.bytes = all.bytes.saturating_add(bytes);
            all.bytes_per_s = all.bytes_per_s.saturating_add(per_s);
            let limit = container.config.allotment.share.memory_limit_bytes;
            if let Some(ms) = limit.and_then(|limit| until_over(bytes, per_s, limit)) {
                all.sooner(ms);
            }
            if let Some(ms) = ends {
                all.sooner(ms);
            }
        }
        let capacity = self.capacity.memory_bytes;
        if let Some(ms) = until_over(all.bytes, all.bytes_per_s, capacity) {
            all.sooner(ms);
        }
        let short = until_over(all.bytes, all.bytes_per_s, capacity - EVICTION_BYTES);
        if let Some(ms) = short.filter(|_| !self.watch.is_short) {
            // The kubelet looks at fixed times.
            let at = now.0 + ms.max(1);
            all.sooner(
                (at + EVICTION_EVERY_MS - 1).div_euclid(EVICTION_EVERY_MS) * EVICTION_EVERY_MS
                    - now.0,
            );
        }
        all
    }

    fn over_limit(&self, now: Time) -> Option<(Arc<str>, String, u32)> {
        let is_over = |container: &Container| {
            let limit = container.config.allotment.share.memory_limit_bytes;
            limit.is_some_and(|limit| container.meter.memory_bytes(now) > limit)
        };
        let (uid, container) = self.alive().find(|(_, container)| is_over(container))?;
        Some((Arc::clone(uid), container.config.name.clone(), container.attempt))
    }

    /// Whom the kernel ends when the node is out of memory: by `oom_score`.
    /// <https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior>
    fn worst(&self, now: Time) -> Option<(Arc<str>, String, u32)> {
        let score = |container: &Container| {
            let used = i128::from(container.meter.memory_bytes(now)) * 1000;
            let share = used / i128::from(self.capacity.memory_bytes.max(1));
            share + i128::from(container.config.allotment.share.oom_score_adj)
        };
        let (uid, container) = self.alive().max_by_key(|(_, container)| score(container))?;
        Some((Arc::clone(uid), container.config.name.clone(), container.attempt))
    }

    fn victim(&self, uid: &str, name: &str) -> Victim {
        let container = self.pod(uid).and_then(|pod| pod.containers.get(name));
        let line = container.map(Container::command_line).unwrap_or_default();
        let program = line.first().map_or("", |program| program.rsplit('/').next().unwrap_or(""));
        // Which number a process has on the node nobody can tell from inside the model.
        let pid =
            2000 + (container.map_or(0, |one| one.id.bytes().map(u32::from).sum::<u32>()) * 7);
        Victim { program: program.to_owned(), pid }
    }

    fn out_of_memory(
        &mut self,
        uid: &str,
        name: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        self.exit_as(uid, name, attempt, (137, "OOMKilled"), around).unwrap_or_default()
    }
}
