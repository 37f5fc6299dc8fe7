//! What a kubelet means to do about a Pod, gathered while it looks at one thing after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, Pod, PodCondition, PodSpec};

use crate::call::EventRecord;
use crate::component::View;
use crate::machine::{Machine, MachineAct, PodRuntime};
use crate::object::Key;
use crate::time::{Millis, Time};

pub(super) use crate::time::go_duration;

use super::ending::Ending;
use super::events;
use super::memory::PodMemory;

/// A Pod under consideration.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) machine: &'a Machine,
    pub(super) key: &'a Key,
    /// As the API has it; a static Pod that has no mirror yet, as its manifest does.
    pub(super) pod: &'a Pod,
    /// Whether the API has it.
    pub(super) is_told: bool,
    /// What is to run.
    pub(super) spec: &'a PodSpec,
    pub(super) uid: Arc<str>,
    pub(super) runtime: Option<&'a PodRuntime>,
    pub(super) memory: PodMemory,
    pub(super) acts: Vec<MachineAct>,
    pub(super) events: Vec<EventRecord>,
    /// Why containers wait, by name: reason and message.
    pub(super) waiting: BTreeMap<String, (&'static str, String)>,
    /// Why the Pod as a whole is to end.
    pub(super) ending: Option<Ending>,
    /// What is said of a change of what its containers are given.
    pub(super) resizing: Vec<PodCondition>,
    /// When to look again.
    pub(super) wait_ms: Option<Millis>,
}

impl<'a> Plan<'a> {
    pub(super) fn now(&self) -> Time {
        self.view.clock.now
    }

    /// Looks again after so long, or sooner.
    pub(super) fn look_after(&mut self, ms: Millis) {
        self.wait_ms = Some(self.wait_ms.map_or(ms, |other| other.min(ms)).max(1));
    }

    pub(super) fn normal(&mut self, container: &str, reason: &str, message: String) {
        let field = self.field(container);
        self.events.push(events::event(self.key, &self.uid, &field, ("Normal", reason), message));
    }

    pub(super) fn warning(&mut self, container: &str, reason: &str, message: String) {
        let field = self.field(container);
        self.events.push(events::event(self.key, &self.uid, &field, ("Warning", reason), message));
    }

    /// `spec.containers{nginx}`; empty for the Pod itself.
    fn field(&self, container: &str) -> String {
        let of_init = |known: &Container| known.name == container;
        match container {
            "" => String::new(),
            _ if self.spec.init_containers.iter().flatten().any(of_init) => {
                format!("spec.initContainers{{{container}}}")
            }
            _ if self.spec.ephemeral_containers.iter().flatten().any(|c| c.name == container) => {
                format!("spec.ephemeralContainers{{{container}}}")
            }
            _ => format!("spec.containers{{{container}}}"),
        }
    }

    /// The reason for which the API says that a container waits.
    pub(super) fn said(&self, container: &str) -> Option<(&'a str, &'a str)> {
        let status = self.pod.status.as_ref()?;
        let ephemeral = &status.ephemeral_container_statuses;
        let all = status.init_container_statuses.iter().chain(&status.container_statuses);
        let of = all.chain(ephemeral).flatten().find(|status| status.name == container)?;
        let waiting = of.state.as_ref()?.waiting.as_ref()?;
        let message = waiting.message.as_deref().unwrap_or_default();
        Some((waiting.reason.as_deref()?, message))
    }

    /// `web_default(…)`, as in the kubelet's messages.
    pub(super) fn full_name(&self) -> String {
        format!("{}_{}({})", self.key.name(), self.key.namespace(), self.uid)
    }
}
