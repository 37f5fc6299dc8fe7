//! What happened and why: each entry names the entries that caused it.

use std::sync::Arc;

use imbl::Vector;

use crate::call::Verb;
use crate::component::{Note, Verdict};
use crate::fault::Fault;
use crate::network::Hop;
use crate::object::{Key, Object};
use crate::time::Time;

/// How many entries are kept; the oldest are dropped first.
const ENTRIES_MAX: usize = 200_000;

/// A position in the trace: the number of entries before it.
pub type EntryId = u64;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    pub at: Time,
    /// What made it happen, the nearest first. Empty only for what came from outside.
    pub causes: Vec<EntryId>,
    pub actor: Actor,
    /// A heartbeat or the like: true, but seldom worth showing.
    pub routine: bool,
    pub what: What,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Somebody outside the cluster, by the user agent.
    Client {
        agent: Arc<str>,
    },
    ApiServer,
    /// A row of the table of components; `node` for those that run on each node.
    Component {
        name: &'static str,
        node: Option<Arc<str>>,
    },
    /// The container runtime of a node.
    Runtime {
        node: Arc<str>,
    },
    /// What set up the cluster.
    Bootstrap,
    Fault,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A request reached the API server and was answered.
    Request {
        verb: Verb,
        /// None for what is not about objects: discovery, `/version`, an unknown path.
        key: Option<Key>,
        subresource: Option<&'static str>,
        /// HTTP status.
        status: u16,
        /// Why it was refused, or empty.
        message: String,
    },
    /// The API server stored a change. `after` is None for a deletion.
    Write {
        rev: u64,
        key: Key,
        before: Option<Object>,
        after: Option<Object>,
    },
    /// A watch told a component of a write.
    Delivered {
        rev: u64,
        key: Key,
    },
    /// A component took its turn on a key.
    Decision {
        key: Key,
        notes: Vec<Note>,
        verdicts: Vec<Verdict>,
    },
    /// A node's runtime did something with a container or an image.
    Container {
        pod: Key,
        pod_uid: Arc<str>,
        container: String,
        image: String,
        transition: Transition,
    },
    /// A kube-proxy programmed its node for a Service.
    Programmed {
        service: Key,
        endpoints: u32,
    },
    /// A request took a step on its way over the network.
    Packet {
        /// Tells the requests apart.
        flight: u64,
        hop: Hop,
    },
    Fault {
        fault: Fault,
    },
    /// A heartbeat that should have come did not.
    Silence {
        node: Arc<str>,
    },
    /// The cluster's beginning.
    Boot,
}

/// What happened to a container or its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    Pulling,
    Pulled,
    PullFailed {
        reason: String,
        message: String,
    },
    Created,
    Started,
    Ready,
    NotReady,
    Stopping,
    Exited {
        code: i32,
        reason: String,
    },
    /// The Pod's containers and network are gone from the node.
    Removed,
}

/// The entries, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    first: EntryId,
    entries: Vector<Arc<Entry>>,
}

impl Trace {
    /// The id that the next entry will get.
    pub fn len(&self) -> EntryId {
        self.first + self.entries.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The oldest entry that is still kept.
    pub fn first(&self) -> EntryId {
        self.first
    }

    pub fn get(&self, id: EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(usize::try_from(id.checked_sub(self.first)?).ok()?)
    }

    /// Entries from an id on.
    pub fn iter_from(&self, id: EntryId) -> impl Iterator<Item = &Arc<Entry>> {
        let length = self.entries.len();
        let skip = usize::try_from(id.saturating_sub(self.first)).unwrap_or(usize::MAX);
        // By index: `iter().skip(n)` would walk.
        (skip.min(length)..length).map(|index| &self.entries[index])
    }

    pub(crate) fn push(
        &mut self,
        at: Time,
        causes: Vec<EntryId>,
        actor: Actor,
        routine: bool,
        what: What,
    ) -> EntryId {
        let id = self.len();
        debug_assert!(causes.iter().all(|cause| *cause < id), "a cause comes before its effect");
        self.entries.push_back(Arc::new(Entry { id, at, causes, actor, routine, what }));
        if self.entries.len() > ENTRIES_MAX {
            self.entries.pop_front();
            self.first += 1;
        }
        id
    }

    /// From an entry back to what came from outside, following the nearest cause.
    pub fn why(&self, id: EntryId) -> Vec<EntryId> {
        let mut chain = Vec::new();
        let mut next = Some(id);
        while let Some(entry) = next.and_then(|id| self.get(id)) {
            chain.push(entry.id);
            next = entry.causes.first().copied();
        }
        chain
    }
}
