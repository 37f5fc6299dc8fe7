//! Which Pods go first when there are too many.
//!
//! Kubernetes' order (`ActivePodsWithRanks` in `pkg/controller/controller_utils.go`): not assigned
//! before assigned, Pending before Running, not ready before ready, cheaper by the annotation
//! `pod-deletion-cost`, with more siblings on its node, ready for a shorter time, with more
//! restarts, younger. Times of the same order of magnitude are equal: then the UID decides, which is
//! as good as chance.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as Stamp;

use crate::component::View;
use crate::components::{ownership, pods};
use crate::store::Objects;
use crate::time::Clock;

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// So many Pods, those first that are missed least.
pub(super) fn to_delete<'a>(
    view: &View<'_>,
    set: &ReplicaSet,
    active: &'a [Arc<Pod>],
    count: usize,
) -> Vec<&'a Arc<Pod>> {
    let siblings = siblings_by_node(view.cache, set, active);
    let mut ranked: Vec<&Arc<Pod>> = active.iter().collect();
    ranked.sort_by_cached_key(|pod| Rank::of(pod, &siblings, view.clock));
    ranked.truncate(count);
    ranked
}

/// How many active Pods each node has, of this ReplicaSet and of the others of the same owner.
fn siblings_by_node(
    cache: &Objects,
    set: &ReplicaSet,
    active: &[Arc<Pod>],
) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut count = |pod: &Arc<Pod>| {
        if let Some(node) = pods::node(pod).filter(|_| pods::is_active(pod)) {
            *counts.entry(node.to_owned()).or_default() += 1;
        }
    };
    match ownership::controller_uid(&set.metadata) {
        None => active.iter().for_each(count),
        Some(owner) => {
            let related = cache.controlled_by::<ReplicaSet>(owner);
            let uids = related.filter_map(|related| related.metadata.uid.as_deref());
            uids.flat_map(|uid| cache.controlled_by::<Pod>(uid)).for_each(&mut count);
        }
    }
    counts
}

/// What decides about a Pod, the most important first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank((bool, u8, bool), i32, Reverse<usize>, Times, Option<String>);

/// Of Pods that are ready, how long; of others, restarts and age.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Times {
    NotReady(Reverse<(i32, i32)>, Option<u32>),
    Ready(Option<u32>),
}

/// The order of magnitude of the time since something was: the logarithm that Kubernetes takes, of
/// nanoseconds.
fn magnitude(since: &Stamp, clock: Clock) -> u32 {
    let ms = clock.now - clock.model_time(since.0);
    let ns = u64::try_from(ms.saturating_mul(1_000_000)).ok();
    ns.and_then(u64::checked_ilog2).map_or(0, |log| log + 1)
}

impl Rank {
    fn of(pod: &Pod, siblings: &BTreeMap<String, usize>, clock: Clock) -> Rank {
        let node = pods::node(pod);
        let phase = match pods::phase(pod) {
            "Pending" => 0,
            "Unknown" => 1,
            _ => 2,
        };
        let annotations = pod.metadata.annotations.as_ref();
        let cost =
            annotations.and_then(|all| all.get(DELETION_COST)).and_then(|cost| cost.parse().ok());
        let ready = pods::condition(pod, "Ready").filter(|ready| ready.status == "True");
        let beside = node.and_then(|node| siblings.get(node)).copied().unwrap_or_default();
        let time = match ready {
            Some(ready) => Times::Ready(
                ready.last_transition_time.as_ref().map(|since| magnitude(since, clock)),
            ),
            None => Times::NotReady(
                Reverse(most_restarts(pod)),
                pod.metadata.creation_timestamp.as_ref().map(|since| magnitude(since, clock)),
            ),
        };
        Rank(
            (node.is_some(), phase, ready.is_some()),
            cost.unwrap_or_default(),
            Reverse(beside),
            time,
            pod.metadata.uid.clone(),
        )
    }
}

/// The most restarts of a container, and of a sidecar.
fn most_restarts(pod: &Pod) -> (i32, i32) {
    let status = pod.status.as_ref();
    let most = |statuses: Option<&Vec<ContainerStatus>>| {
        statuses.into_iter().flatten().map(|status| status.restart_count).max().unwrap_or_default()
    };
    (
        most(status.and_then(|status| status.container_statuses.as_ref())),
        most(status.and_then(|status| status.init_container_statuses.as_ref())),
    )
}
