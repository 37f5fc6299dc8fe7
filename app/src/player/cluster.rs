//! The cluster as the page knows it at one position: every object by its name, shared, so that a
//! copy costs one reference count an object.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use protocol::{
    Change, Detail, EventView, Fault, Millis, Moment, NodeView, ObjectRef, ObjectView, PodView,
    Position, Snapshot, Transition, What,
};

use super::broken::Broken;

/// One object, shared between all the clusters it is the same in.
pub type Object = Arc<ObjectView>;

/// A cluster at one position of the trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// How many moments of the trace are in it.
    pub position: Position,
    /// Model time of the last of them.
    pub at_ms: Millis,
    /// etcd's revision.
    pub revision: u64,
    /// Nodes whose machine is switched off.
    pub off: BTreeSet<String>,
    /// What else is broken.
    pub broken: Broken,
    /// Programs of the control plane that do not run, each with its node.
    pub stopped: BTreeSet<(String, String)>,
    objects: BTreeMap<Arc<str>, Object>,
    /// What the runtime did last for a Pod that is being prepared, by uid.
    preparing: BTreeMap<Arc<str>, Transition>,
}

impl Cluster {
    pub fn new(snapshot: &Snapshot) -> Cluster {
        let objects = snapshot.objects.iter();
        Cluster {
            position: snapshot.position,
            at_ms: snapshot.at_ms,
            revision: snapshot.revision,
            off: snapshot.off.iter().cloned().collect(),
            broken: Broken::new(&snapshot.faults),
            stopped: snapshot.stopped.iter().cloned().collect(),
            objects: objects.map(|view| (key(&view.object), Arc::new(view.clone()))).collect(),
            preparing: BTreeMap::new(),
        }
    }

    /// Takes in the next moment.
    pub fn apply(&mut self, moment: &Moment) {
        self.position = moment.position + 1;
        self.at_ms = self.at_ms.max(moment.at_ms);
        match &moment.what {
            What::Write { revision, change } => {
                self.revision = self.revision.max(*revision);
                self.store(change);
            }
            What::Fault { fault: Fault::NodeOff { node } } => {
                self.off.insert(node.clone());
            }
            What::Fault { fault: Fault::NodeOn { node } } => {
                self.off.remove(node);
            }
            What::Fault { fault } => {
                let nodes = self.nodes().filter(|(_, node)| node.control_plane);
                let nodes: Vec<_> = nodes.map(|(object, _)| object.object.name.clone()).collect();
                self.broken.apply(fault, &nodes);
            }
            What::Container { pod, container, transition, .. } => {
                self.prepare(&pod.uid, transition);
                self.switch(pod, container, transition);
            }
            _ => {}
        }
    }

    /// A program of the control plane runs now, or does not: its container tells.
    fn switch(&mut self, pod: &ObjectRef, container: &str, transition: &Transition) {
        let node = pod.name.strip_prefix(container).and_then(|rest| rest.strip_prefix('-'));
        let Some(node) = node.filter(|_| pod.namespace == "kube-system") else { return };
        let place = (container.to_owned(), node.to_owned());
        match transition {
            Transition::Started => drop(self.stopped.remove(&place)),
            Transition::Exited { .. } => drop(self.stopped.insert(place)),
            _ => {}
        }
    }

    /// Whether no node runs that program of the control plane.
    pub fn is_stopped(&self, program: &str) -> bool {
        let mut hosts = self.nodes().filter(|(_, node)| node.control_plane).peekable();
        hosts.peek().is_some()
            && hosts.all(|(host, _)| {
                let node = host.object.name.clone();
                self.off.contains(&node) || self.stopped.contains(&(program.to_owned(), node))
            })
    }

    /// Only what comes before a container runs is kept: after that the object tells.
    fn prepare(&mut self, uid: &str, transition: &Transition) {
        match transition {
            Transition::Pulling | Transition::Pulled | Transition::Created => {
                self.preparing.insert(uid.into(), transition.clone());
            }
            _ => {
                self.preparing.remove(uid);
            }
        }
    }

    /// What the runtime did last for this Pod, if it is still being prepared.
    pub fn last_transition(&self, pod: &ObjectView) -> Option<&Transition> {
        self.preparing.get(pod.object.uid.as_str())
    }

    fn store(&mut self, change: &Change) {
        match change {
            Change::Created { object } | Change::Updated { object } => {
                self.objects.insert(key(&object.object), Arc::new((**object).clone()));
            }
            Change::Deleted { object } => {
                self.objects.remove(&key(object));
            }
        }
    }

    /// Whether both hold the same objects at the same revisions.
    pub fn same_objects(&self, other: &Cluster) -> bool {
        let list = |cluster: &Cluster| {
            let all = cluster.objects.iter();
            all.map(|(key, object)| (Arc::clone(key), object.revision)).collect::<Vec<_>>()
        };
        list(self) == list(other)
    }

    /// Every object, ordered by kind, namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// The objects of one kind, ordered by namespace and name.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Object> {
        // '0' is the character after '/'.
        let (from, to): (Arc<str>, Arc<str>) =
            (format!("{kind}/").into(), format!("{kind}0").into());
        self.objects.range(from..to).map(|(_, object)| object)
    }

    /// The object of that kind, namespace and name, whatever its uid is now.
    pub fn get(&self, object: &ObjectRef) -> Option<&Object> {
        self.objects.get(&key(object))
    }

    /// Every Pod, those of the cluster itself included.
    pub fn pods(&self) -> impl Iterator<Item = (&Object, &PodView)> {
        self.of_kind("Pod").filter_map(|object| match &object.detail {
            Detail::Pod(pod) => Some((object, pod)),
            _ => None,
        })
    }

    pub fn nodes(&self) -> impl Iterator<Item = (&Object, &NodeView)> {
        self.of_kind("Node").filter_map(|object| match &object.detail {
            Detail::Node(node) => Some((object, node)),
            _ => None,
        })
    }

    /// Kubernetes' Event objects, latest first.
    pub fn events(&self) -> Vec<(&Object, &EventView)> {
        let mut events: Vec<_> = self
            .of_kind("Event")
            .filter_map(|object| match &object.detail {
                Detail::Event(event) => Some((object, event)),
                _ => None,
            })
            .collect();
        events.sort_by_key(|(object, event)| Reverse((event.last_ms, object.revision)));
        events
    }

    /// What this object owns, as its controller.
    pub fn owned_by<'a>(&'a self, owner: &'a ObjectRef) -> impl Iterator<Item = &'a Object> {
        self.objects().filter(move |object| {
            object.owner.as_ref().is_some_and(|it| {
                if it.uid.is_empty() || owner.uid.is_empty() {
                    (&it.kind, &it.name) == (&owner.kind, &owner.name)
                } else {
                    it.uid == owner.uid
                }
            })
        })
    }
}

/// What an object is known by: a new object of the same name takes the old one's place.
fn key(object: &ObjectRef) -> Arc<str> {
    format!("{}/{}/{}", object.kind, object.namespace, object.name).into()
}
