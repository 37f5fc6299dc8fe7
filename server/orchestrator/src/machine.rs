//! What really runs on a node: its containers and images, apart from what the API says of them.
//!
//! Only the node's kubelet acts on it ([`MachineAct`]); what then happens comes back later as
//! [`MachineEvent`]s through the queue. `machine/pod.rs` says what there is, `machine/containers.rs`
//! starts and stops it, `machine/pulls.rs` fetches images, `machine/probes.rs` asks containers how
//! they are, and `machine/process.rs` runs the programs.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use k8s_openapi::api::core::v1::Pod;

use crate::images::{Catalogue, Image};
use crate::network::rules::{Affinities, Rules};
use crate::object::{Key, Kind};
use crate::random::{Purpose, Random};
use crate::time::{Clock, Millis};
use crate::trace::EntryId;

mod act;
mod commands;
mod containers;
mod disks;
mod event;
mod files;
mod hooks;
mod inside;
mod manifests;
mod memory;
mod meter;
mod network;
mod pod;
mod probes;
mod process;
mod pulls;
mod resize;
mod running;
mod sessions;
mod shell;
mod usage;
mod user;
mod visit;
mod volumes;

pub use act::{Allotment, ContainerConfig, Hook, MachineAct, Names, Network, Space};
pub use disks::Disks;
pub use event::{ContainerTransition, Happened, MachineEvent, Scheduled};
pub(crate) use files::machine_id;
pub use manifests::CONFIG_HASH;
pub use memory::{EVICTION_BYTES, EVICTION_EVERY_MS, Victim};
pub use pod::{Container, Exit, ImageState, LogLine, PodRuntime, Report, Reported, Sandbox, State};
pub use probes::{ProbeAction, ProbeConfig, ProbeKind};
use pulls::Pull;
pub use usage::{Capacity, Share, Usage};
pub use user::RunAs;
pub use visit::Requests;
pub(crate) use visit::{Visit, VisitReply};
pub use volumes::{VolumeFile, VolumeFiles, VolumeMount, VolumeSource};

/// A node's machine.
#[derive(Clone, Debug)]
pub struct Machine {
    pub node: Arc<str>,
    pub on: bool,
    pub capacity: Capacity,
    /// Whether its cable is plugged in.
    pub connected: bool,
    /// Of the packets from and to it so many in a hundred get lost.
    pub packet_loss: u8,
    /// The trace entry of the first heartbeat that did not come, while none comes.
    pub silence: Option<EntryId>,
    images: OrdMap<String, Arc<Image>>,
    /// By UID.
    pods: OrdMap<Arc<str>, Arc<PodRuntime>>,
    /// What the kubelet runs by itself.
    manifests: OrdMap<Key, Arc<Pod>>,
    /// Images are pulled one at a time (`serializeImagePulls`): the first of these is under way.
    pulls: Vector<Pull>,
    last_address: u32,
    tickets: u64,
    watch: memory::Watch,
    victims: Vec<Victim>,
    /// What its kernel does with packets for Services.
    pub(crate) rules: OrdMap<Key, Arc<Rules>>,
    pub(crate) affinities: Affinities,
}

/// What a machine needs of the world.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub clock: Clock,
    pub random: &'a mut Random,
    pub images: &'a Catalogue,
    /// The nodes' own files and persistent volumes.
    pub disks: &'a mut Disks,
}

impl Machine {
    pub fn new(node: &str) -> Machine {
        Machine {
            node: node.into(),
            on: true,
            capacity: Capacity::default(),
            connected: true,
            packet_loss: 0,
            silence: None,
            images: OrdMap::new(),
            pods: OrdMap::new(),
            manifests: OrdMap::new(),
            pulls: Vector::new(),
            last_address: 1,
            tickets: 0,
            watch: memory::Watch::default(),
            victims: Vec::new(),
            rules: OrdMap::new(),
            affinities: OrdMap::new(),
        }
    }

    /// Whether the network reaches it: a wire that loses all packets is no wire.
    pub fn is_connected(&self) -> bool {
        self.connected && self.packet_loss < 100
    }

    /// Whether it runs and the network reaches it.
    pub fn is_reachable(&self) -> bool {
        self.on && self.is_connected()
    }

    /// A Pod that runs here, or has run and is not yet forgotten.
    pub fn pod(&self, uid: &str) -> Option<&PodRuntime> {
        self.pods.get(uid).map(Arc::as_ref)
    }

    pub fn pods(&self) -> impl Iterator<Item = &PodRuntime> {
        self.pods.values().map(Arc::as_ref)
    }

    /// Whether an image is here, by any of its names.
    pub fn has_image(&self, image: &str) -> bool {
        self.image(image).is_some()
    }

    /// The images that are here, by name.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        self.images.values().map(Arc::as_ref)
    }

    /// An image that is here, by any of its names.
    pub fn image(&self, image: &str) -> Option<&Arc<Image>> {
        self.images.get(&crate::images::reference::Reference::parse(image).ok()?.to_string())
    }

    /// What a container has logged, or the one before it. None if there has been no such container.
    pub fn logs(&self, pod_uid: &str, container: &str, previous: bool) -> Option<&Vector<LogLine>> {
        self.pod(pod_uid)?.containers.get(container)?.logs(previous)
    }

    /// Carries out what the kubelet asks.
    pub fn act(&mut self, act: &MachineAct, around: &mut Surroundings<'_>) -> Happened {
        match act {
            MachineAct::StartSandbox { pod, uid, network, grace_ms } => {
                self.start_sandbox(pod, uid, network, *grace_ms, around)
            }
            MachineAct::Pull { uid, container, image } => self.pull(uid, container, image, around),
            MachineAct::Start { uid, config } => self.start(uid, config, around),
            MachineAct::Resize { uid, container, allotment, now } => {
                self.resize(uid, container, (allotment, *now), around)
            }
            MachineAct::Stop { uid, container, grace_ms } => {
                self.stop(uid, container, *grace_ms, around)
            }
            MachineAct::StopSandbox { uid } => self.stop_sandbox(uid, around),
            MachineAct::Remove { uid } => self.remove(uid),
            MachineAct::Evict { uid, message } => self.evict(uid, message),
            MachineAct::AcknowledgeNode => {
                self.victims = Vec::new();
                Happened::default()
            }
            MachineAct::Refresh { uid, volume, files } => self.refresh(uid, volume, files, around),
            MachineAct::Acknowledge { uid } => {
                if let Some(pod) = self.pods.get_mut(uid) {
                    Arc::make_mut(pod).reports = Vector::new();
                }
                Happened::default()
            }
            MachineAct::Program { service, rules } => {
                self.program(service, rules.clone());
                Happened::default()
            }
        }
    }

    /// Lets a scheduled event happen. Events of a machine that is off, or of a container that is
    /// gone, do nothing.
    pub fn happen(&mut self, event: &MachineEvent, around: &mut Surroundings<'_>) -> Happened {
        if !self.on {
            return Happened::default();
        }
        let happened = match event {
            MachineEvent::SandboxReady { uid, ticket } => self.sandbox_ready(uid, *ticket, around),
            MachineEvent::SandboxStopped { uid, ticket } => self.sandbox_stopped(uid, *ticket),
            MachineEvent::Pulled { ticket } => Some(self.pulled(*ticket, around)),
            MachineEvent::Created { uid, container, attempt } => {
                self.created(uid, container, *attempt, around)
            }
            MachineEvent::Started { uid, container, attempt } => {
                self.started(uid, container, *attempt, around)
            }
            MachineEvent::Resized { uid, container, attempt } => {
                self.resized(uid, container, *attempt, around)
            }
            MachineEvent::Hooked { uid, container, attempt, well } => {
                self.hooked(uid, container, *attempt, *well)
            }
            MachineEvent::Turn { uid, container, attempt } => {
                self.turn(uid, container, *attempt, around)
            }
            MachineEvent::Signal { uid, container, attempt } => {
                self.signal(uid, container, *attempt, around)
            }
            MachineEvent::Kill { uid, container, attempt } => {
                self.exit(uid, container, *attempt, 137, around)
            }
            MachineEvent::Exit { uid, container, attempt, code } => {
                self.exit(uid, container, *attempt, *code, around)
            }
            MachineEvent::Memory { ticket } => self.memory_moment(*ticket, around),
            MachineEvent::Probe { uid, container, attempt, kind } => {
                self.probe(uid, container, *attempt, *kind, around)
            }
            MachineEvent::Refreshed { uid, volume } => self.refreshed(uid, volume, around),
            MachineEvent::Dialled { uid, container, attempt, token, result } => {
                self.dialled(uid, container, *attempt, (*token, result), around)
            }
        };
        happened.unwrap_or_default().and(self.measure(event, around))
    }

    /// All processes end at once, and nobody is told.
    pub fn power_off(&mut self) {
        self.on = false;
        self.pulls = Vector::new();
        self.watch = memory::Watch::default();
        self.rules = OrdMap::new();
        self.affinities = OrdMap::new();
    }

    /// Comes back with its images, and all its containers ended.
    pub fn power_on(&mut self, around: &mut Surroundings<'_>) -> Happened {
        self.on = true;
        self.silence = None;
        let mut happened = Happened::default();
        let uids: Vec<Arc<str>> = self.pods.keys().cloned().collect();
        for uid in uids {
            if let Some(pod) = self.pods.get_mut(&uid) {
                Arc::make_mut(pod).lose(around.clock.now, &mut happened);
            }
        }
        happened
    }

    /// Ends a container's process. None if there is no such running container.
    pub fn kill(
        &mut self,
        pod_uid: &str,
        container: &str,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let attempt = self.pod(pod_uid)?.containers.get(container)?.attempt;
        let happened = self.exit(pod_uid, container, attempt, 137, around)?;
        Some(happened.and(self.see_to_memory(around)))
    }

    /// Ends a container's process as the program itself would.
    pub fn end(
        &mut self,
        pod_uid: &str,
        container: &str,
        code: i32,
        around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        let attempt = self.pod(pod_uid)?.containers.get(container)?.attempt;
        self.exit(pod_uid, container, attempt, code, around)
    }

    /// Has an image here already, as if it had been pulled.
    pub fn keep_image(&mut self, image: Arc<Image>) {
        self.images.insert(image.name.to_string(), image);
    }

    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    fn own_key(&self) -> Key {
        Key::new(Kind::Node, "", &self.node)
    }
}

impl Surroundings<'_> {
    /// A duration between two.
    fn between(&mut self, low_ms: Millis, high_ms: Millis) -> Millis {
        self.random.between(Purpose::Runtime, low_ms, high_ms)
    }
}

#[cfg(test)]
mod tests;
