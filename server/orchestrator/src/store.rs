//! etcd as seen from outside: objects, one revision counter, and the log of changes.
//!
//! Only the API server ([`crate::api`]) writes here.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use k8s_openapi::api::core::v1::{Node, Pod};

use crate::object::{CustomResource, Key, Kind, Name, Object, Typed};
use crate::resources::Resources;

mod placed;
mod zones;

use placed::Placed;
pub use zones::{Readiness, zone};

/// How many changes the log keeps before it is compacted.
const LOG_MAX: usize = 20_000;

/// Objects by kind and name: the content of the store, and of each component's cache.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    by_kind: OrdMap<Kind, OrdMap<Name, Object>>,
    placed: Placed,
}

impl Objects {
    /// Nothing yet; Pods will be kept by their labels too, for who looks for them so.
    pub(crate) fn by_labels() -> Objects {
        Objects { placed: Placed::by_labels(), ..Objects::default() }
    }

    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.by_kind.get(&key.kind)?.get(&key.name)
    }

    /// An object by its type, e.g. `get_typed::<Pod>("default", "web")`.
    pub fn get_typed<T: Typed>(&self, namespace: &str, name: &str) -> Option<&Arc<T>> {
        self.get(&Key::new(T::KIND, namespace, name)).and_then(T::of)
    }

    /// All objects of a kind, in order of namespace and name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        self.by_kind.get(&kind).into_iter().flat_map(OrdMap::values)
    }

    /// All objects of a kind in one namespace, in order of name.
    pub fn in_namespace<'a>(
        &'a self,
        kind: Kind,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        let from = Bound::Included(Name::new(namespace, ""));
        self.by_kind
            .get(&kind)
            .into_iter()
            .flat_map(move |objects| objects.range((from.clone(), Bound::Unbounded)))
            .take_while(move |(name, _)| &*name.namespace == namespace)
            .map(|(_, object)| object)
    }

    /// All objects of a kind in one namespace whose names begin so, in order of name.
    pub fn named_like<'a>(
        &'a self,
        kind: Kind,
        namespace: &'a str,
        prefix: String,
    ) -> impl Iterator<Item = &'a Object> {
        let from = Bound::Included(Name::new(namespace, &prefix));
        self.by_kind
            .get(&kind)
            .into_iter()
            .flat_map(move |objects| objects.range((from.clone(), Bound::Unbounded)))
            .take_while(move |(name, _)| {
                &*name.namespace == namespace && name.name.starts_with(&prefix)
            })
            .map(|(_, object)| object)
    }

    /// All objects of a type.
    pub fn all<T: Typed + 'static>(&self) -> impl Iterator<Item = &Arc<T>> {
        self.of_kind(T::KIND).filter_map(T::of)
    }

    /// All objects of a type in one namespace.
    pub fn all_in<'a, T: Typed + 'static>(
        &'a self,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Arc<T>> {
        self.in_namespace(T::KIND, namespace).filter_map(T::of)
    }

    /// The Pods that are bound to a node, in order of namespace and name.
    pub fn pods_on<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a Arc<Pod>> {
        self.placed.on_node(node).filter_map(|name| self.pod(name))
    }

    /// All nodes, in order of name, beginning with the one at a place, and round to it.
    pub fn nodes_from(&self, place: usize) -> impl Iterator<Item = &Arc<Node>> {
        let first = self.placed.node_at(place).map(|name| Name { namespace: "".into(), name });
        let nodes = self.by_kind.get(&Kind::Node);
        let both = nodes.zip(first).into_iter();
        both.flat_map(|(nodes, first)| nodes.range(first.clone()..).chain(nodes.range(..first)))
            .filter_map(|(_, node)| Node::of(node))
    }

    /// The Pods of a namespace that may have these labels: those that have the rarest of them, in
    /// order of name. All, where none are given, or Pods are not kept by their labels.
    pub fn pods_labelled<'a>(
        &'a self,
        namespace: &'a str,
        labels: &'a BTreeMap<String, String>,
    ) -> Box<dyn Iterator<Item = &'a Arc<Pod>> + 'a> {
        match self.placed.labelled(namespace, labels) {
            None => Box::new(self.all_in::<Pod>(namespace)),
            Some(names) => Box::new(names.filter_map(|name| self.pod(name))),
        }
    }

    /// The Pods that have affinities to other Pods, or anti-affinities.
    pub fn pods_with_affinity(&self) -> impl Iterator<Item = &Arc<Pod>> {
        self.placed.social().filter_map(|name| self.pod(name))
    }

    /// What the Pods of a node request together, those that have ended left out.
    pub fn requested_on(&self, node: &str) -> Resources {
        self.placed.requested(node)
    }

    /// What a node has to give to Pods.
    pub fn allocatable_on(&self, node: &str) -> Resources {
        self.placed.allocatable(node)
    }

    /// How the nodes of a node's zone are, and those of all other zones together.
    pub fn zones_around(&self, node: &Node) -> (Readiness, Readiness) {
        self.placed.zones_around(node)
    }

    /// The Pods, ReplicaSets or ControllerRevisions whose controller has this UID, in order of namespace and name.
    pub fn controlled_by<'a, T: Typed + 'static>(
        &'a self,
        uid: &str,
    ) -> impl Iterator<Item = &'a Arc<T>> {
        let names = self.placed.controlled_by(T::KIND, uid).into_iter().flatten();
        names.filter_map(|name| self.by_kind.get(&T::KIND)?.get(name).and_then(T::of))
    }

    /// How many they are.
    pub fn count_controlled<T: Typed>(&self, uid: &str) -> usize {
        self.placed.controlled_by(T::KIND, uid).map_or(0, OrdSet::len)
    }

    /// Those of them in a namespace that have no controller, in order of name.
    pub fn uncontrolled_in<'a, T: Typed + 'static>(
        &'a self,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Arc<T>> {
        let names = self.placed.controlled_by(T::KIND, "").into_iter();
        names
            .flat_map(move |names| names.range(Name::new(namespace, "")..))
            .take_while(move |name| &*name.namespace == namespace)
            .filter_map(|name| self.by_kind.get(&T::KIND)?.get(name).and_then(T::of))
    }

    /// What names an object of this UID among its owners, in order of kind and name.
    pub fn owned_by<'a>(&'a self, uid: &str) -> impl Iterator<Item = &'a Object> {
        self.placed.owned_by(uid).filter_map(|key| self.get(key))
    }

    /// All objects of a definition, in order of namespace and name.
    pub fn of_definition<'a>(&'a self, definition: &'a str) -> impl Iterator<Item = &'a Object> {
        let of_it = move |object: &&Object| {
            let custom = object.as_typed::<CustomResource>();
            custom.is_some_and(|custom| custom.served.resource() == definition)
        };
        self.of_kind(Kind::Custom).filter(of_it)
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.by_kind.get(&kind).map_or(0, OrdMap::len)
    }

    fn pod(&self, name: &Name) -> Option<&Arc<Pod>> {
        self.by_kind.get(&Kind::Pod)?.get(name).and_then(Pod::of)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.by_kind.values().flat_map(OrdMap::values)
    }

    pub fn insert(&mut self, object: Object) {
        let key = object.key();
        let after = object.clone();
        let before = self.by_kind.entry(key.kind).or_default().insert(key.name, object);
        self.placed.change(before.as_ref(), Some(&after));
    }

    pub fn remove(&mut self, key: &Key) {
        if let Some(objects) = self.by_kind.get_mut(&key.kind) {
            let before = objects.remove(&key.name);
            self.placed.change(before.as_ref(), None);
        }
    }
}

/// One change: what a watch tells of.
#[derive(Clone, Debug)]
pub struct Change {
    pub rev: u64,
    pub key: Key,
    pub before: Option<Object>,
    /// None for a deletion.
    pub after: Option<Object>,
    /// The trace entry of the write.
    pub entry: u64,
}

impl Change {
    /// The object after the change, or the last one before its deletion.
    ///
    /// # Panics
    /// Never: a change has a before or an after.
    pub fn object(&self) -> &Object {
        self.after.as_ref().or(self.before.as_ref()).expect("a change has a before or an after")
    }
}

/// The store.
#[derive(Clone, Debug, Default)]
pub struct Store {
    rev: u64,
    objects: Objects,
    log: Vector<Arc<Change>>,
}

impl Store {
    /// The revision of the latest change.
    pub fn rev(&self) -> u64 {
        self.rev
    }

    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The revision that the next write will have: the API server stamps it into the object.
    pub fn next_rev(&self) -> u64 {
        self.rev + 1
    }

    /// Stores an object at the next revision, which it must carry already.
    pub(crate) fn put(&mut self, object: Object, entry: u64) -> u64 {
        debug_assert_eq!(object.rev(), self.next_rev(), "the object carries its revision");
        let key = object.key();
        let before = self.objects.get(&key).cloned();
        self.objects.insert(object.clone());
        self.record(key, before, Some(object), entry)
    }

    /// Removes an object. `last` is its final state, as watches will tell it, at the next revision.
    pub(crate) fn remove(&mut self, last: Object, entry: u64) -> u64 {
        let key = last.key();
        self.objects.remove(&key);
        self.record(key, Some(last), None, entry)
    }

    fn record(
        &mut self,
        key: Key,
        before: Option<Object>,
        after: Option<Object>,
        entry: u64,
    ) -> u64 {
        self.rev += 1;
        self.log.push_back(Arc::new(Change { rev: self.rev, key, before, after, entry }));
        while self.log.len() > LOG_MAX {
            self.log.pop_front();
        }
        self.rev
    }

    /// The change at a revision, if it is not compacted.
    pub fn change(&self, rev: u64) -> Option<&Arc<Change>> {
        let first = self.log.front()?.rev;
        self.log.get(usize::try_from(rev.checked_sub(first)?).ok()?)
    }

    /// All changes after a revision, or None if some of them are compacted (HTTP 410).
    pub fn since(&self, rev: u64) -> Option<impl Iterator<Item = &Arc<Change>>> {
        let first = self.log.front().map_or(self.rev + 1, |change| change.rev);
        let skip = (rev + 1).checked_sub(first)?;
        Some(self.log.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)))
    }
}
