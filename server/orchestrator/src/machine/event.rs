//! What happens on a machine by itself, and what comes of it.

use std::sync::Arc;

use crate::network::{DialResult, Dialling};
use crate::object::Key;
use crate::queue::Class;
use crate::session::Said;
use crate::time::Millis;
use crate::trace::Transition;

use super::ProbeKind;

/// What happens on a machine by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum MachineEvent {
    SandboxReady {
        uid: Arc<str>,
        ticket: u64,
    },
    SandboxStopped {
        uid: Arc<str>,
        ticket: u64,
    },
    /// The pull under way ends.
    Pulled {
        ticket: u64,
    },
    Created {
        uid: Arc<str>,
        container: String,
        attempt: u32,
    },
    Started {
        uid: Arc<str>,
        container: String,
        attempt: u32,
    },
    /// Its `postStart` hook is done.
    Hooked {
        uid: Arc<str>,
        container: String,
        attempt: u32,
        well: bool,
    },
    /// It has what it was resized to.
    Resized {
        uid: Arc<str>,
        container: String,
        attempt: u32,
    },
    /// The process goes on.
    Turn {
        uid: Arc<str>,
        container: String,
        attempt: u32,
    },
    /// SIGTERM arrives.
    Signal {
        uid: Arc<str>,
        container: String,
        attempt: u32,
    },
    /// SIGKILL arrives, if it is still there.
    Kill {
        uid: Arc<str>,
        container: String,
        attempt: u32,
    },
    /// The process ends by itself.
    Exit {
        uid: Arc<str>,
        container: String,
        attempt: u32,
        code: i32,
    },
    Probe {
        uid: Arc<str>,
        container: String,
        attempt: u32,
        kind: ProbeKind,
    },
    /// The kubelet has written the files of a volume anew.
    Refreshed {
        uid: Arc<str>,
        volume: String,
    },
    /// Something comes to the end of its memory, if it goes on as it does.
    Memory {
        ticket: u64,
    },
    /// The answer to a [`Dialling`] of the same token.
    Dialled {
        uid: Arc<str>,
        container: String,
        attempt: u32,
        token: u64,
        result: Box<DialResult>,
    },
}

impl MachineEvent {
    /// The container that it happens to, by its Pod's UID and its name.
    pub(super) fn container(&self) -> Option<(&Arc<str>, &str)> {
        match self {
            MachineEvent::SandboxReady { .. }
            | MachineEvent::SandboxStopped { .. }
            | MachineEvent::Pulled { .. }
            | MachineEvent::Refreshed { .. }
            | MachineEvent::Memory { .. } => None,
            MachineEvent::Created { uid, container, .. }
            | MachineEvent::Started { uid, container, .. }
            | MachineEvent::Hooked { uid, container, .. }
            | MachineEvent::Resized { uid, container, .. }
            | MachineEvent::Turn { uid, container, .. }
            | MachineEvent::Signal { uid, container, .. }
            | MachineEvent::Kill { uid, container, .. }
            | MachineEvent::Exit { uid, container, .. }
            | MachineEvent::Probe { uid, container, .. }
            | MachineEvent::Dialled { uid, container, .. } => Some((uid, container)),
        }
    }
}

/// An event to come.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduled {
    pub after_ms: Millis,
    pub class: Class,
    pub event: MachineEvent,
}

/// What came of an act, an event or a fault.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    pub transitions: Vec<ContainerTransition>,
    /// What the kubelet should look at.
    pub wake: Vec<Key>,
    pub next: Vec<Scheduled>,
    /// What its processes ask of the network.
    pub dials: Vec<Dialling>,
    /// What sessions have to tell their clients.
    pub said: Vec<Said>,
}

/// A line of the trace.
#[derive(Clone, Debug)]
pub struct ContainerTransition {
    pub pod: Key,
    pub pod_uid: Arc<str>,
    pub container: String,
    pub image: String,
    pub transition: Transition,
}

impl Happened {
    pub(super) fn later(mut self, after_ms: Millis, class: Class, event: MachineEvent) -> Happened {
        self.next.push(Scheduled { after_ms, class, event });
        self
    }

    pub(super) fn waking(mut self, key: Key) -> Happened {
        self.wake.push(key);
        self
    }

    pub(super) fn with(mut self, transition: ContainerTransition) -> Happened {
        self.transitions.push(transition);
        self
    }
}
