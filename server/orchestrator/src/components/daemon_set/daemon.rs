//! The Pods of a DaemonSet: how one is made for a node, and which node one is of.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod, PodSpec,
};

use super::Turn;
use crate::components::history::REVISION_HASH;
use crate::components::{pod_control, pods};
use crate::kinds::template_generation;

/// The label that tells the template's version by its number.
pub(super) const TEMPLATE_GENERATION: &str = "pod-template-generation";
const NODE_FIELD: &str = "metadata.name";

/// The Pod that a node is to get.
pub(super) fn pod_for(turn: &Turn<'_>, node: &str) -> Pod {
    let mut pod = pod_control::pod_of(turn.owner, &turn.spec.template);
    let mut spec = turn.eligible.pod.clone();
    pin(&mut spec, node);
    pod.spec = Some(spec);
    let labels = pod.metadata.labels.get_or_insert_default();
    let generation = template_generation(turn.set).to_string();
    labels.insert(TEMPLATE_GENERATION.to_owned(), generation);
    labels.insert(REVISION_HASH.to_owned(), turn.hash.clone());
    pod
}

/// Ties a Pod to a node by its affinity: other required terms were looked at already.
fn pin(spec: &mut PodSpec, node: &str) {
    let term = NodeSelectorTerm {
        match_fields: Some(vec![NodeSelectorRequirement {
            key: NODE_FIELD.to_owned(),
            operator: "In".to_owned(),
            values: Some(vec![node.to_owned()]),
        }]),
        match_expressions: None,
    };
    let affinity = spec.affinity.get_or_insert_default().node_affinity.get_or_insert_default();
    affinity.required_during_scheduling_ignored_during_execution =
        Some(NodeSelector { node_selector_terms: vec![term] });
}

/// The node that a Pod is tied to.
fn pinned_to(pod: &Pod) -> Option<&str> {
    let affinity = pod.spec.as_ref()?.affinity.as_ref()?.node_affinity.as_ref()?;
    let required = affinity.required_during_scheduling_ignored_during_execution.as_ref()?;
    let [term] = required.node_selector_terms.as_slice() else { return None };
    let [field] = term.match_fields.as_deref()? else { return None };
    let [node] = field.values.as_deref()? else { return None };
    (field.key == NODE_FIELD && field.operator == "In").then_some(node)
}

/// Pods by the node they run on, or are meant for. One that has ended and is being deleted makes
/// room at once.
pub(super) fn by_node(owned: Vec<Arc<Pod>>) -> BTreeMap<String, Vec<Arc<Pod>>> {
    let mut by_node: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
    for pod in owned {
        if pods::is_terminal(&pod) && pod.metadata.deletion_timestamp.is_some() {
            continue;
        }
        let Some(node) = pods::node(&pod).or_else(|| pinned_to(&pod)).map(str::to_owned) else {
            continue;
        };
        by_node.entry(node).or_default().push(pod);
    }
    for pods in by_node.values_mut() {
        pods.sort_by_cached_key(|pod| {
            let created = pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
            (pods::node(pod).is_none(), created, pod.metadata.name.clone())
        });
    }
    by_node
}
