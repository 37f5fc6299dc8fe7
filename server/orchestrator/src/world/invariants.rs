//! What must be so at every moment. Tests check it after each step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, PersistentVolumeClaim, Pod};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use thiserror::Error;

use crate::components::pods;
use crate::machine::Machine;
use crate::network::Hop;
use crate::object::{Key, Object};
use crate::resources::Resources;
use crate::trace::{Actor, What};
use crate::world::World;

mod health;
mod writes;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    #[error("two objects have the UID {0}")]
    SharedUid(String),
    #[error("{0} carries a revision that the store has not reached")]
    FutureRevision(String),
    #[error("trace entry {0} has no cause")]
    NoCause(u64),
    #[error("the volume {0} is bound to two claims")]
    SharedVolume(String),
    #[error("revision {0} follows {1}")]
    RevisionGap(u64, u64),
    #[error("{0} is owned by {1}, which does not exist, and nobody is about to collect it")]
    Orphan(String, String),
    #[error("trace entry {0} is an answer of a container that does not run")]
    AnswerFromNobody(u64),
    #[error("the EndpointSlice {0} calls {1} ready, and no ready Pod has that address")]
    EndpointWithoutPod(String, String),
    #[error("{0} breaks a rule: it {1}")]
    Rule(String, &'static str),
    #[error("the Pods {0} and {1} have one address")]
    SharedAddress(String, String),
    #[error("the node {0} runs more than it has")]
    Overcommitted(String),
    #[error("the API server has written while it was away")]
    WrittenWhileAway,
    #[error("all faults are over, and {0}")]
    Ill(String),
}

impl World {
    /// All that is wrong with the world now. Orphans and stale endpoints count only when it is
    /// quiet and looked after: until then somebody may be about to see to them, or nobody can.
    pub fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        self.check_objects(&mut violations);
        if self.is_quiet() && self.is_looked_after() {
            self.check_owners(&mut violations);
            self.check_endpoints(&mut violations);
            self.check_volumes(&mut violations);
            self.check_addresses(&mut violations);
        }
        self.check_room(&mut violations);
        violations
    }

    /// All that is wrong with the trace from an entry on.
    pub fn trace_violations(&self, from: u64) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut last_rev = None;
        for entry in self.trace().iter_from(from) {
            let from_outside =
                matches!(entry.actor, Actor::Client { .. } | Actor::Bootstrap | Actor::Fault);
            if entry.causes.is_empty() && !from_outside {
                violations.push(Violation::NoCause(entry.id));
            }
            if let What::Packet { hop: Hop::Answered { node, pod, container, .. }, .. } =
                &entry.what
                && entry.at == self.now()
                && !self.runs(node, pod, container)
            {
                violations.push(Violation::AnswerFromNobody(entry.id));
            }
            if let What::Write { rev, ref key, ref before, ref after } = entry.what {
                violations.extend(writes::check(key, rev, before.as_ref(), after.as_ref()));
                if let Some(last) = last_rev.filter(|last| last + 1 != rev) {
                    violations.push(Violation::RevisionGap(rev, last));
                }
                last_rev = Some(rev);
            }
        }
        violations
    }

    /// Whether a container runs on a node, or has ended at this very moment.
    fn runs(&self, node: &str, pod: &Key, container: &str) -> bool {
        let machine = self.machines().find(|machine| *machine.node == *node);
        let mut pods = machine.into_iter().flat_map(Machine::pods).filter(|one| one.key == *pod);
        pods.any(|one| {
            let known = one.containers.get(container);
            known.is_some_and(|known| match known.exit() {
                Some(exit) => exit.finished == self.now(),
                None => true,
            })
        })
    }

    fn check_objects(&self, violations: &mut Vec<Violation>) {
        let mut uids = BTreeSet::new();
        for object in self.objects() {
            if !uids.insert(object.uid()) {
                violations.push(Violation::SharedUid(object.uid().to_owned()));
            }
            if object.rev() > self.store().rev() {
                violations.push(Violation::FutureRevision(label(object)));
            }
        }
    }

    /// A volume belongs to one claim.
    fn check_volumes(&self, violations: &mut Vec<Violation>) {
        let mut taken = BTreeSet::new();
        for claim in self.store().objects().all::<PersistentVolumeClaim>() {
            let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref());
            let name = claim.spec.as_ref().and_then(|spec| spec.volume_name.clone());
            let Some(name) = name.filter(|_| phase == Some("Bound")) else { continue };
            if !taken.insert(name.clone()) {
                violations.push(Violation::SharedVolume(name));
            }
        }
    }

    fn check_owners(&self, violations: &mut Vec<Violation>) {
        let uids: BTreeSet<&str> = self.objects().map(Object::uid).collect();
        for object in self.objects() {
            let owners = object.metadata().owner_references.as_deref().unwrap_or_default();
            let all_gone =
                !owners.is_empty() && owners.iter().all(|owner| !uids.contains(owner.uid.as_str()));
            if all_gone && !object.is_deleting() {
                violations.push(Violation::Orphan(label(object), owners[0].name.clone()));
            }
        }
    }

    /// No two Pods that run have the same address, but those that share their node's.
    fn check_addresses(&self, violations: &mut Vec<Violation>) {
        let mut known: BTreeMap<&str, &Pod> = BTreeMap::new();
        for pod in self.store().objects().all::<Pod>() {
            let host = pod.spec.as_ref().and_then(|spec| spec.host_network) == Some(true);
            let ip = pod.status.as_ref().and_then(|status| status.pod_ip.as_deref());
            let Some(ip) = ip.filter(|_| !host && !pods::is_terminal(pod)) else { continue };
            // Of a node that nobody reaches only guesses are known.
            if pod.metadata.deletion_timestamp.is_some() || !pods::is_ready(pod) {
                continue;
            }
            if let Some(other) = known.insert(ip, pod) {
                let name = |pod: &Pod| pod.metadata.name.clone().unwrap_or_default();
                violations.push(Violation::SharedAddress(name(other), name(pod)));
            }
        }
    }

    /// No node runs more than it has: who gives a Pod a node past the scheduler may ask for too much,
    /// and the scheduler may not know of it yet, but then the kubelet refuses.
    fn check_room(&self, violations: &mut Vec<Violation>) {
        let objects = self.store().objects();
        for node in objects.all::<Node>() {
            let name = node.metadata.name.as_deref().unwrap_or_default();
            let has = Resources::allocatable(node);
            let mut used = Resources::default();
            let runs = |pod: &&Arc<Pod>| pods::phase(pod) == "Running";
            for pod in objects.pods_on(name).filter(runs) {
                used += Resources::of_pod(pod);
            }
            if used.cpu_milli > has.cpu_milli
                || used.memory_bytes > has.memory_bytes
                || used.pods > has.pods
            {
                violations.push(Violation::Overcommitted(name.to_owned()));
            }
        }
    }

    fn check_endpoints(&self, violations: &mut Vec<Violation>) {
        let objects = self.store().objects();
        let mut ready: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for pod in objects.all::<Pod>() {
            let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
            let Some(status) = &pod.status else { continue };
            let Some(ip) = status.pod_ip.as_deref() else { continue };
            let conditions = status.conditions.as_deref().unwrap_or_default();
            let is_ready = conditions.iter().any(|c| c.type_ == "Ready" && c.status == "True");
            *ready.entry((namespace, ip)).or_default() |= is_ready;
        }
        for slice in objects.all::<EndpointSlice>() {
            let namespace = slice.metadata.namespace.as_deref().unwrap_or_default();
            for endpoint in slice.endpoints.iter().flatten() {
                let of_pod = endpoint
                    .target_ref
                    .as_ref()
                    .is_some_and(|target| target.kind.as_deref() == Some("Pod"));
                let called_ready =
                    endpoint.conditions.as_ref().and_then(|c| c.ready).unwrap_or_default();
                for address in &endpoint.addresses {
                    let is_ready = ready.get(&(namespace, address.as_str())).copied();
                    if of_pod && called_ready && is_ready != Some(true) {
                        let name = slice.metadata.name.clone().unwrap_or_default();
                        violations.push(Violation::EndpointWithoutPod(name, address.clone()));
                    }
                }
            }
        }
    }
}

fn label(object: &Object) -> String {
    format!("{} {}/{}", object.kind_name(), object.namespace(), object.name())
}
