//! Which Pods go first when there are too many.
//!
//! Kubernetes' order (`ActivePodsWithRanks` in `pkg/controller/controller_utils.go`): not assigned
//! before assigned, Pending before Running, not ready before ready, cheaper by the annotation
//! `pod-deletion-cost`, with more siblings on its node, ready for a shorter time, with more
//! restarts, younger.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::Timestamp;

use crate::components::{ownership, pods};
use crate::store::Objects;

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// So many Pods, those first that are missed least.
pub(super) fn to_delete<'a>(
    cache: &Objects,
    set: &ReplicaSet,
    active: &'a [Arc<Pod>],
    count: usize,
) -> Vec<&'a Arc<Pod>> {
    let siblings = siblings_by_node(cache, set, active);
    let mut ranked: Vec<&Arc<Pod>> = active.iter().collect();
    ranked.sort_by_cached_key(|pod| rank(pod, &siblings));
    ranked.truncate(count);
    ranked
}

/// How many active Pods each node has, of this ReplicaSet and of the others of the same owner.
fn siblings_by_node(
    cache: &Objects,
    set: &ReplicaSet,
    active: &[Arc<Pod>],
) -> BTreeMap<String, usize> {
    let namespace = set.metadata.namespace.as_deref().unwrap_or_default();
    let owner = ownership::controller_uid(&set.metadata);
    let related: Vec<&str> = cache
        .all_in::<ReplicaSet>(namespace)
        .filter(|other| owner.is_some() && ownership::controller_uid(&other.metadata) == owner)
        .filter_map(|other| other.metadata.uid.as_deref())
        .collect();
    let of_related = |pod: &&Arc<Pod>| {
        let uid = ownership::controller_uid(&pod.metadata);
        pods::is_active(pod) && uid.is_some_and(|uid| related.contains(&uid))
    };
    let mut counts = BTreeMap::new();
    let mut count = |pod: &Arc<Pod>| {
        if let Some(node) = pods::node(pod) {
            *counts.entry(node.to_owned()).or_default() += 1;
        }
    };
    if related.is_empty() {
        active.iter().for_each(&mut count);
    } else {
        cache.all_in::<Pod>(namespace).filter(of_related).for_each(count);
    }
    counts
}

type Rank = (
    bool,
    u8,
    bool,
    i32,
    Reverse<usize>,
    Reverse<Option<Timestamp>>,
    Reverse<i32>,
    Reverse<Option<Timestamp>>,
    Option<String>,
);

fn rank(pod: &Pod, siblings: &BTreeMap<String, usize>) -> Rank {
    let node = pods::node(pod);
    let phase = match pods::phase(pod) {
        "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let annotations = pod.metadata.annotations.as_ref();
    let cost =
        annotations.and_then(|all| all.get(DELETION_COST)).and_then(|cost| cost.parse().ok());
    let ready_since = pods::condition(pod, "Ready")
        .filter(|ready| ready.status == "True")
        .and_then(|ready| ready.last_transition_time.as_ref())
        .map(|time| time.0);
    (
        node.is_some(),
        phase,
        pods::is_ready(pod),
        cost.unwrap_or_default(),
        Reverse(node.and_then(|node| siblings.get(node)).copied().unwrap_or_default()),
        Reverse(ready_since),
        Reverse(pods::restarts(pod)),
        Reverse(pod.metadata.creation_timestamp.as_ref().map(|time| time.0)),
        pod.metadata.name.clone(),
    )
}
