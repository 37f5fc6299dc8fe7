//! The node IPAM controller: gives each new node a range of Pod addresses, a /24 of the cluster's.
//! <https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/>

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Node;

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::object::{Key, Kind, Object};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "node-ipam-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Node],
    interest: |_| Interest::All,
    keys: |_, before, after| {
        let bare = |object: &&Object| object.as_typed::<Node>().is_some_and(|n| range(n).is_none());
        match (before, after) {
            (None, Some(after)) => Some(after).filter(bare).map(Object::key).into_iter().collect(),
            _ => Vec::new(),
        }
    },
    starts_with: |view| {
        let nodes = view.cache.of_kind(Kind::Node);
        let bare = nodes.filter(|node| node.as_typed::<Node>().is_some_and(|n| range(n).is_none()));
        bare.map(Object::key).collect()
    },
    serial: true,
    decide,
};

/// `10.244.0.0/24`, `10.244.1.0/24`, … of 10.244.0.0/14: room for 1,024 nodes; then on to 10.255.
const RANGES: usize = 12 * 256;

/// The range of the node with this number.
pub fn numbered(number: usize) -> String {
    format!("10.{}.{}.0/24", 244 + number / 256, number % 256)
}

fn range(node: &Node) -> Option<&str> {
    node.spec.as_ref()?.pod_cidr.as_deref().filter(|range| !range.is_empty())
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object @ Object::Node(node)) = view.cache.get(key) else { return Outcome::nothing() };
    if range(node).is_some() || object.is_deleting() {
        return Outcome::nothing();
    }
    let taken: BTreeSet<&str> = view.cache.all::<Node>().filter_map(|node| range(node)).collect();
    let free = (0..RANGES).map(numbered).find(|range| !taken.contains(range.as_str()));
    let Some(free) = free else {
        return Outcome::nothing().event(EventRecord {
            regarding: Regarding::object(object),
            event_type: "Normal",
            reason: "CIDRNotAvailable".to_owned(),
            message: format!("Node {} status is now: CIDRNotAvailable", object.name()),
        });
    };
    let mut updated = Node::clone(node);
    let spec = updated.spec.get_or_insert_default();
    spec.pod_cidr = Some(free.clone());
    spec.pod_cidrs = Some(vec![free.clone()]);
    let note = Note::new("PodRange", format!("{} gets {free}", object.name()))
        .with("node", object.name())
        .with("range", free);
    Outcome::nothing().note(note).call(Call::Update(updated.into()))
}
