//! What a container does when it has started, and before it is told to stop.
//! <https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/>

use std::sync::Arc;

use crate::queue::Class;
use crate::time::Millis;
use crate::trace::Transition;

use super::probes::ProbeKind;
use super::{Happened, Hook, Machine, MachineEvent, Surroundings};
use crate::images::application::Http;
use crate::network::rules::Protocol;

/// A `postStart` hook may take as long as it likes.
const PATIENCE_MS: Millis = 3_600_000;

/// What became of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) took_ms: Millis,
    pub(super) well: bool,
}

impl Machine {
    /// Carries a hook out, for at most so long. What it does is done; how long it takes is told.
    pub(super) fn carry_out(
        &mut self,
        uid: &str,
        name: &str,
        hook: &Hook,
        limit: Millis,
        around: &mut Surroundings<'_>,
    ) -> Option<(Carried, Happened)> {
        self.within(uid, name, around, |container, inside| match hook {
            Hook::Sleep(ms) => Carried { took_ms: (*ms).min(limit), well: true },
            // The answer does not matter, only that there is one.
            Hook::HttpGet { port, .. } => {
                let listening = container.process.listening(*port, Protocol::Tcp);
                let well = listening.is_some_and(|(server, _)| server.http != Http::None);
                Carried { took_ms: 2, well }
            }
            Hook::Exec(arguments) => {
                let (took_ms, code) = container.process.takes(arguments, limit, inside);
                Carried { took_ms: took_ms.min(limit), well: code.is_none_or(|code| code == 0) }
            }
        })
    }
}

impl Machine {
    /// A container has started: its hook comes first, then it counts as running.
    pub(super) fn come_up(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let pod = self.pod_of(uid, name, attempt)?;
        let container = pod.containers.get_mut(name)?;
        let Some(hook) = container.config.post_start.clone() else {
            return self.up(uid, name, attempt);
        };
        container.hooking = true;
        let (carried, happened) = self.carry_out(uid, name, &hook, PATIENCE_MS, around)?;
        let Carried { took_ms, well } = carried;
        let event = MachineEvent::Hooked {
            uid: Arc::clone(uid),
            container: name.to_owned(),
            attempt,
            well,
        };
        let class = if took_ms < 1000 { Class::Work } else { Class::Wait };
        Some(happened.later(took_ms.max(1), class, event))
    }

    pub(super) fn hooked(
        &mut self,
        uid: &Arc<str>,
        name: &str,
        attempt: u32,
        well: bool,
    ) -> Option<Happened> {
        let pod = self.pod_of(uid, name, attempt)?;
        let container = pod.containers.get_mut(name)?;
        container.hooking = false;
        if well {
            return self.up(uid, name, attempt);
        }
        container.hook_failed = true;
        Some(Happened::default().waking(pod.key.clone()))
    }

    /// It counts as running: its probes begin.
    fn up(&mut self, uid: &Arc<str>, name: &str, attempt: u32) -> Option<Happened> {
        let pod = self.pod_of(uid, name, attempt)?;
        let container = pod.containers.get_mut(name)?;
        container.started = !container.config.has_probe(ProbeKind::Startup);
        container.ready = container.started && !container.config.has_probe(ProbeKind::Readiness);
        let (ready, config) = (container.ready, Arc::clone(&container.config));
        let mut happened = Happened::default().waking(pod.key.clone());
        if ready {
            happened = happened.with(pod.transition(name, Transition::Ready));
        }
        super::probes::schedule_all(uid, &config, attempt, &mut happened);
        Some(happened)
    }
}
