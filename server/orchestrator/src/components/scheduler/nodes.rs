//! Which nodes can take a Pod.

use k8s_openapi::api::core::v1::{Node, Pod};

use crate::component::View;
use crate::object::Kind;
use crate::resources::Resources;

use super::assumed::Assumed;
use super::filter::{self, Refusal};
use super::{name, volumes};

/// A node and what is on it, Pods that were just bound included.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
    pub(super) allocatable: Resources,
    pub(super) requested: Resources,
}

/// What the filters found.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) feasible: Vec<Candidate<'a>>,
    pub(super) refused: Vec<(&'a str, Refusal)>,
    /// All nodes of the cluster; those that were not looked at are in neither list.
    pub(super) total: usize,
    pub(super) assumed: Assumed<'a>,
    /// Why no node will do, whatever it is like.
    pub(super) unmet: Option<String>,
}

impl<'a> Found<'a> {
    fn unmet(unmet: String, total: usize, assumed: Assumed<'a>) -> Found<'a> {
        let (feasible, refused) = (Vec::new(), Vec::new());
        Found { feasible, refused, total, assumed, unmet: Some(unmet) }
    }
}

/// Asks the filters. In a large cluster it stops at enough feasible nodes, as
/// `percentageOfNodesToScore` has it, and begins with another node for each Pod.
pub(super) fn find<'a>(view: &View<'a>, pod: &'a Pod) -> Found<'a> {
    let total = view.cache.count(Kind::Node);
    let assumed = Assumed::of(view, pod);
    let claims = match volumes::claims(view, pod) {
        Ok(claims) => claims,
        Err(unmet) => return Found::unmet(unmet, total, assumed),
    };
    let wanted = filter::Wanted::of(view, pod, &assumed, claims);
    let enough = enough(total);
    let start = if enough < total { draw(pod, "start") % total } else { 0 };
    let (mut feasible, mut refused) = (Vec::new(), Vec::new());
    for node in view.cache.nodes_from(start) {
        let candidate = candidate(view, node, &assumed);
        match filter::refusal(view, &wanted, &candidate, &assumed) {
            Some(refusal) => refused.push((candidate.name, refusal)),
            None => feasible.push(candidate),
        }
        if feasible.len() >= enough {
            break;
        }
    }
    Found { feasible, refused, total, assumed, unmet: None }
}

pub(super) fn candidate<'a>(
    view: &View<'a>,
    node: &'a Node,
    assumed: &Assumed<'a>,
) -> Candidate<'a> {
    let name = name(node);
    let requested = assumed.requested_on(view, name);
    Candidate { name, node, allocatable: view.cache.allocatable_on(name), requested }
}

/// How many feasible nodes suffice: all of 100, then 50 % less one for each 125 nodes, at least 5 %.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/scheduler-perf-tuning/>
fn enough(nodes: usize) -> usize {
    if nodes < 100 {
        return nodes.max(1);
    }
    let percent = 50_usize.saturating_sub(nodes / 125).max(5);
    (nodes * percent / 100).max(100)
}

/// A number that is this Pod's own: in place of chance, which a decision may not use.
pub(super) fn draw(pod: &Pod, purpose: &str) -> usize {
    let letters = pod.metadata.uid.iter().flat_map(|uid| uid.bytes()).chain(purpose.bytes());
    // FNV-1a
    let hash = letters.fold(0xcbf2_9ce4_8422_2325_u64, |hash, letter| {
        (hash ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
    });
    ((hash ^ (hash >> 29)) % (1 << 31)) as usize
}

/// Whether a change of a node may help a Pod that a plugin has refused it.
pub(super) fn helps(was: Option<&Node>, is: Option<&Node>, plugin: &str) -> bool {
    let Some(is) = is else { return false };
    let Some(was) = was else { return true };
    let taints = |node: &Node| node.spec.as_ref().and_then(|spec| spec.taints.clone());
    let closed = |node: &Node| node.spec.as_ref().and_then(|spec| spec.unschedulable);
    match plugin {
        "TaintToleration" => taints(was) != taints(is),
        "NodeUnschedulable" => closed(was) != closed(is),
        "NodeAffinity" | "PodTopologySpread" | "InterPodAffinity" => {
            was.metadata.labels != is.metadata.labels
        }
        "NodeResourcesFit" => Resources::allocatable(was) != Resources::allocatable(is),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::enough;

    #[test]
    fn of_many_nodes_some_are_enough() {
        let cases = [(0, 1), (3, 3), (99, 99), (100, 100), (140, 100), (1_000, 420), (5_000, 500)];
        for (nodes, expected) in cases {
            assert_eq!(enough(nodes), expected, "{nodes} nodes");
        }
    }
}
