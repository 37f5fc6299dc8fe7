//! Where Pods are and whose things are: kept beside the objects, so that nobody has to go through
//! all of them for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use k8s_openapi::api::core::v1::{ContainerStatus, Node, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use crate::object::{Key, Kind, Name, Object};
use crate::resources::Resources;

use super::zones::{Readiness, Zones};

/// Pods by node; Pods, ReplicaSets and ControllerRevisions by controller.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    by_node: OrdMap<Arc<str>, OnNode>,
    /// Pods that say near or apart from which others they want to be.
    social: OrdSet<Name>,
    /// Those without a controller are under the empty UID.
    by_controller: OrdMap<(Kind, Arc<str>), OrdSet<Name>>,
    /// The names of all nodes, in order.
    nodes: Vector<Arc<str>>,
    /// What each node has to give.
    allocatable: OrdMap<Arc<str>, Resources>,
    /// Pods by namespace and label, where that is wanted.
    by_label: Option<OrdMap<Label, OrdSet<Name>>>,
    zones: Zones,
    /// All that has owners, by each owner's UID.
    by_owner: OrdMap<Arc<str>, OrdSet<Key>>,
}

/// A namespace, a label's key and its value.
type Label = (Arc<str>, Arc<str>, Arc<str>);

/// The Pods of a node.
#[derive(Clone, Debug, Default)]
struct OnNode {
    pods: OrdSet<Name>,
    requested: Resources,
}

/// What of a Pod decides about its place on a node.
#[derive(Clone, Debug, PartialEq)]
struct Place<'a> {
    node: &'a str,
    ended: bool,
    generation: Option<i64>,
    /// What it is told to have, if it may have been resized.
    told: Option<&'a [ContainerStatus]>,
}

impl<'a> Place<'a> {
    fn of(object: &'a Object) -> Option<Place<'a>> {
        let pod = object.as_typed::<Pod>()?;
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        Some(Place {
            node: pod.spec.as_ref()?.node_name.as_deref()?,
            ended: matches!(phase, Some("Succeeded" | "Failed")),
            generation: pod.metadata.generation,
            told: pod
                .metadata
                .generation
                .filter(|generation| *generation > 1)
                .and_then(|_| pod.status.as_ref()?.container_statuses.as_deref()),
        })
    }

    /// What it takes of the node.
    fn requests(&self, object: &Object) -> Resources {
        match object.as_typed() {
            Some(pod) if !self.ended => Resources::of_pod(pod),
            _ => Resources::default(),
        }
    }
}

fn controller(object: &Object) -> Option<&str> {
    match object.kind() {
        Kind::Pod | Kind::ReplicaSet | Kind::ControllerRevision | Kind::Job => {
            Some(object.controller().map(|owner| owner.uid.as_str()).unwrap_or_default())
        }
        _ => None,
    }
}

fn is_social(object: &Object) -> bool {
    let affinity = object.as_typed::<Pod>().and_then(|pod| pod.spec.as_ref()?.affinity.as_ref());
    affinity.is_some_and(|all| all.pod_affinity.is_some() || all.pod_anti_affinity.is_some())
}

fn object_kind(before: Option<&Object>, after: Option<&Object>) -> Option<Kind> {
    after.or(before).map(Object::kind)
}

/// The labels of a Pod: nothing else is looked for by them.
fn labels(object: &Object) -> Option<&BTreeMap<String, String>> {
    object.metadata().labels.as_ref().filter(|_| object.kind() == Kind::Pod)
}

fn owners(object: &Object) -> &[OwnerReference] {
    object.metadata().owner_references.as_deref().unwrap_or_default()
}

fn name(object: &Object) -> Name {
    Name::new(object.namespace(), object.name())
}

impl Placed {
    pub(super) fn by_labels() -> Placed {
        Placed { by_label: Some(OrdMap::new()), ..Placed::default() }
    }

    /// Takes a change of an object in.
    pub(super) fn change(&mut self, before: Option<&Object>, after: Option<&Object>) {
        if before.and_then(Place::of) != after.and_then(Place::of) {
            before.into_iter().for_each(|object| self.leave(object));
            after.into_iter().for_each(|object| self.settle(object));
        }
        if before.is_some_and(is_social) != after.is_some_and(is_social) {
            before
                .filter(|object| is_social(object))
                .map(|object| self.social.remove(&name(object)));
            after.filter(|object| is_social(object)).map(|object| self.social.insert(name(object)));
        }
        if before.and_then(controller) != after.and_then(controller) {
            before.into_iter().for_each(|object| self.release(object));
            after.into_iter().for_each(|object| self.claim(object));
        }
        if object_kind(before, after) == Some(Kind::Node) {
            if before.is_none() != after.is_none() {
                self.count_node(before, after);
            }
            self.measure_node(before, after);
            self.zones.change(
                before.and_then(Object::as_typed::<Node>),
                after.and_then(Object::as_typed::<Node>),
            );
        }
        if self.by_label.is_some() && before.and_then(labels) != after.and_then(labels) {
            before.into_iter().for_each(|object| self.unlabel(object));
            after.into_iter().for_each(|object| self.label(object));
        }
        if before.map_or(&[][..], owners) != after.map_or(&[][..], owners) {
            before.into_iter().for_each(|object| self.disown(object));
            after.into_iter().for_each(|object| self.own(object));
        }
    }

    fn settle(&mut self, object: &Object) {
        let Some(place) = Place::of(object) else { return };
        let on_node = self.by_node.entry(place.node.into()).or_default();
        on_node.pods.insert(name(object));
        on_node.requested += place.requests(object);
    }

    fn leave(&mut self, object: &Object) {
        let Some(place) = Place::of(object) else { return };
        let Some(on_node) = self.by_node.get_mut(place.node) else { return };
        on_node.pods.remove(&name(object));
        on_node.requested -= place.requests(object);
        if on_node.pods.is_empty() {
            self.by_node.remove(place.node);
        }
    }

    fn claim(&mut self, object: &Object) {
        let Some(uid) = controller(object) else { return };
        self.by_controller.entry((object.kind(), uid.into())).or_default().insert(name(object));
    }

    fn release(&mut self, object: &Object) {
        let Some(uid) = controller(object) else { return };
        let key = (object.kind(), Arc::from(uid));
        let Some(names) = self.by_controller.get_mut(&key) else { return };
        names.remove(&name(object));
        if names.is_empty() {
            self.by_controller.remove(&key);
        }
    }

    fn count_node(&mut self, before: Option<&Object>, after: Option<&Object>) {
        let Some(node) = after.or(before) else { return };
        match self.nodes.binary_search_by(|known| (**known).cmp(node.name())) {
            Ok(at) if after.is_none() => drop(self.nodes.remove(at)),
            Err(at) if after.is_some() => self.nodes.insert(at, node.name().into()),
            _ => {}
        }
    }

    fn measure_node(&mut self, before: Option<&Object>, after: Option<&Object>) {
        let Some(object) = after.or(before) else { return };
        match after.and_then(Object::as_typed::<Node>) {
            Some(node) => {
                let has = Resources::allocatable(node);
                if self.allocatable.get(object.name()) != Some(&has) {
                    self.allocatable.insert(object.name().into(), has);
                }
            }
            None => drop(self.allocatable.remove(object.name())),
        }
    }

    pub(super) fn zones_around(&self, node: &Node) -> (Readiness, Readiness) {
        self.zones.around(node)
    }

    pub(super) fn allocatable(&self, node: &str) -> Resources {
        self.allocatable.get(node).copied().unwrap_or_default()
    }

    pub(super) fn node_at(&self, place: usize) -> Option<Arc<str>> {
        self.nodes.get(place).cloned()
    }

    fn label(&mut self, object: &Object) {
        for (key, value) in labels(object).into_iter().flatten() {
            let label = (object.namespace().into(), key.as_str().into(), value.as_str().into());
            let Some(by_label) = &mut self.by_label else { return };
            by_label.entry(label).or_default().insert(name(object));
        }
    }

    fn unlabel(&mut self, object: &Object) {
        for (key, value) in labels(object).into_iter().flatten() {
            let label = (object.namespace().into(), key.as_str().into(), value.as_str().into());
            let Some(by_label) = &mut self.by_label else { return };
            let Some(names) = by_label.get_mut(&label) else { continue };
            names.remove(&name(object));
            if names.is_empty() {
                by_label.remove(&label);
            }
        }
    }

    /// The Pods that have the rarest of some labels; None where labels do not help.
    pub(super) fn labelled(
        &self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
    ) -> Option<impl Iterator<Item = &Name>> {
        let by_label = self.by_label.as_ref().filter(|_| !labels.is_empty())?;
        let with = |(key, value): (&String, &String)| {
            by_label.get(&(namespace.into(), key.as_str().into(), value.as_str().into()))
        };
        let sets: Option<Vec<&OrdSet<Name>>> = labels.iter().map(with).collect();
        let rarest = sets.and_then(|sets| sets.into_iter().min_by_key(|names| names.len()));
        Some(rarest.into_iter().flatten())
    }

    fn own(&mut self, object: &Object) {
        for owner in owners(object) {
            self.by_owner.entry(owner.uid.as_str().into()).or_default().insert(object.key());
        }
    }

    fn disown(&mut self, object: &Object) {
        for owner in owners(object) {
            let Some(keys) = self.by_owner.get_mut(owner.uid.as_str()) else { continue };
            keys.remove(&object.key());
            if keys.is_empty() {
                self.by_owner.remove(owner.uid.as_str());
            }
        }
    }

    pub(super) fn owned_by(&self, uid: &str) -> impl Iterator<Item = &Key> {
        self.by_owner.get(uid).into_iter().flatten()
    }

    pub(super) fn on_node(&self, node: &str) -> impl Iterator<Item = &Name> {
        self.by_node.get(node).into_iter().flat_map(|on_node| &on_node.pods)
    }

    pub(super) fn social(&self) -> impl Iterator<Item = &Name> {
        self.social.iter()
    }

    pub(super) fn requested(&self, node: &str) -> Resources {
        self.by_node.get(node).map(|on_node| on_node.requested).unwrap_or_default()
    }

    pub(super) fn controlled_by(&self, kind: Kind, uid: &str) -> Option<&OrdSet<Name>> {
        self.by_controller.get(&(kind, Arc::from(uid)))
    }
}
