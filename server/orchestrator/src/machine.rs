//! What really runs on a node: its containers and images, apart from what the API says of them.
//!
//! Only the node's kubelet acts on it ([`MachineAct`]); what then happens comes back later as
//! [`MachineEvent`]s through the queue.

use std::sync::Arc;

use crate::images::Catalogue;
use crate::object::Key;
use crate::queue::Class;
use crate::random::Random;
use crate::time::{Clock, Millis};
use crate::trace::{EntryId, Transition};

/// A node's machine.
#[derive(Clone, Debug)]
pub struct Machine {
    pub node: Arc<str>,
    pub on: bool,
    /// The trace entry of the latest heartbeat that did not come, while it is off.
    pub silence: Option<EntryId>,
}

/// What a kubelet tells its runtime to do.
#[derive(Clone, Debug, PartialEq)]
pub enum MachineAct {}

/// What happens on a machine by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum MachineEvent {}

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
    /// Pods that the kubelet should look at.
    pub wake: Vec<Key>,
    pub next: Vec<Scheduled>,
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

/// What a machine needs of the world.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub clock: Clock,
    pub random: &'a mut Random,
    pub images: &'a Catalogue,
}

impl Machine {
    pub fn new(node: &str) -> Machine {
        Machine { node: node.into(), on: true, silence: None }
    }

    /// Carries out what the kubelet asks.
    pub fn act(&mut self, act: &MachineAct, _around: &mut Surroundings<'_>) -> Happened {
        match *act {}
    }

    /// Lets a scheduled event happen. Events of a machine that is off, or of a container that is
    /// gone, do nothing.
    pub fn happen(&mut self, event: &MachineEvent, _around: &mut Surroundings<'_>) -> Happened {
        match *event {}
    }

    /// All processes end at once, and nobody is told.
    pub fn power_off(&mut self) {
        self.on = false;
    }

    /// Comes back with its images, and all its containers ended.
    pub fn power_on(&mut self, _around: &mut Surroundings<'_>) -> Happened {
        self.on = true;
        self.silence = None;
        Happened::default()
    }

    /// Ends a container's process. None if there is no such running container.
    pub fn kill(
        &mut self,
        _pod_uid: &str,
        _container: &str,
        _around: &mut Surroundings<'_>,
    ) -> Option<Happened> {
        None
    }
}
