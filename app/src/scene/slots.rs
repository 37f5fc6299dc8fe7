//! Which slot of its node each Pod has. A Pod keeps its slot as long as it stays on its node, so
//! that nothing jumps when another comes or goes.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use crate::player::{Cluster, Object};
use protocol::PodView;

/// Slots by node, and by Pod in it. Pods that have no node stand under the empty name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Slots {
    nodes: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Slots {
    /// The slots after the cluster has become this one.
    pub(crate) fn follow(&self, cluster: &Cluster, filter: &Filter) -> Slots {
        let mut here: BTreeMap<String, Vec<&Object>> = BTreeMap::new();
        for (object, pod) in cluster.pods().filter(|(object, _)| filter.shows(object)) {
            here.entry(home(pod).to_owned()).or_default().push(object);
        }
        let nodes = here.into_iter().map(|(node, mut pods)| {
            pods.sort_by_key(|pod| (pod.created_ms, &pod.object.name));
            let slots = assign(self.nodes.get(&node), &pods);
            (node, slots)
        });
        Slots { nodes: nodes.collect() }
    }

    pub(crate) fn of(&self, node: &str, pod: &str) -> Option<usize> {
        self.nodes.get(node)?.get(pod).copied()
    }

    /// How many slots a node needs: up to its last one that is taken.
    pub(crate) fn needed(&self, node: &str) -> usize {
        self.nodes.get(node).and_then(|pods| pods.values().max()).map_or(0, |last| last + 1)
    }

    /// The slot that the next Pod on this node would get.
    pub(crate) fn free(&self, node: &str) -> usize {
        let taken = self.nodes.get(node).map(|pods| pods.values().copied().collect());
        first_free(&taken.unwrap_or_default())
    }
}

/// Where a Pod is drawn: on its node, or in the tray.
pub(crate) fn home(pod: &PodView) -> &str {
    pod.node.as_deref().unwrap_or_default()
}

/// What a Pod is known by in the picture: a Pod of the same name made anew is another one.
pub(crate) fn identity(object: &Object) -> &str {
    if object.object.uid.is_empty() { &object.object.name } else { &object.object.uid }
}

fn assign(before: Option<&BTreeMap<String, usize>>, pods: &[&Object]) -> BTreeMap<String, usize> {
    let mut slots = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for pod in pods {
        if let Some(slot) = before.and_then(|before| before.get(identity(pod))) {
            slots.insert(identity(pod).to_owned(), *slot);
            taken.insert(*slot);
        }
    }
    for pod in pods {
        if !slots.contains_key(identity(pod)) {
            let slot = first_free(&taken);
            taken.insert(slot);
            slots.insert(identity(pod).to_owned(), slot);
        }
    }
    slots
}

fn first_free(taken: &BTreeSet<usize>) -> usize {
    (0..).zip(taken).find(|(slot, taken)| slot != *taken).map_or(taken.len(), |(slot, _)| slot)
}
