//! The score plugins: which of the feasible nodes is best. Each gives 0 to 100, times its weight.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Node, Pod, Toleration};

use crate::component::View;
use crate::components::taint_eviction;
use crate::object::Kind;
use crate::resources::Resources;

use super::filter::term_matches;
use super::nodes::{Candidate, Found, draw};
use super::{affinity, spread};

const MAX: i64 = 100;

/// The feasible nodes with their scores.
#[derive(Debug)]
pub(super) struct Ranked<'a> {
    pub(super) best: Candidate<'a>,
    /// In the order of the feasible nodes.
    pub(super) scores: Vec<Vec<(&'static str, i64)>>,
    pub(super) totals: Vec<i64>,
}

/// Scores the nodes of `found`, of which at least one is feasible. Ties are broken by the Pod.
pub(super) fn rank<'a>(view: &View<'a>, pod: &'a Pod, found: &Found<'a>) -> Ranked<'a> {
    let nodes = &found.feasible;
    let asked = Resources::of_pod(pod);
    let each =
        |score: &dyn Fn(&Candidate<'_>) -> i64| -> Vec<i64> { nodes.iter().map(score).collect() };
    // Plugin, weight, scores: those of Kubernetes' default profile.
    let plugins: Vec<(&'static str, i64, Vec<i64>)> = vec![
        ("TaintToleration", 3, normalized(&each(&|c| intolerable(pod, c.node)), true)),
        ("NodeAffinity", 2, normalized(&each(&|c| preferred(pod, c.node)), false)),
        ("NodeResourcesFit", 1, each(&|c| least_allocated(&asked, c))),
        ("PodTopologySpread", 2, spread::scores(view, pod, nodes, &found.assumed)),
        ("InterPodAffinity", 2, affinity::scores(view, pod, nodes, &found.assumed)),
        ("NodeResourcesBalancedAllocation", 1, each(&|c| balanced(&asked, c))),
        ("ImageLocality", 1, image_locality(view, pod, nodes)),
    ];
    let scores: Vec<Vec<(&'static str, i64)>> = (0..nodes.len())
        .map(|at| plugins.iter().map(|(name, weight, of)| (*name, weight * of[at])).collect())
        .collect();
    let totals: Vec<i64> =
        scores.iter().map(|of| of.iter().map(|(_, score)| score).sum()).collect();
    let highest = totals.iter().copied().max().unwrap_or_default();
    let ties: Vec<usize> = (0..nodes.len()).filter(|at| totals[*at] == highest).collect();
    let best = nodes[ties[draw(pod, "tie") % ties.len()]].clone();
    Ranked { best, scores, totals }
}

/// Stretches scores so that the highest is 100. If lower is better, turns them round.
fn normalized(scores: &[i64], reversed: bool) -> Vec<i64> {
    let highest = scores.iter().copied().max().unwrap_or_default();
    let stretch = |score: &i64| match (highest, reversed) {
        (0, true) => MAX,
        (0, false) => 0,
        (_, true) => MAX - MAX * score / highest,
        (_, false) => MAX * score / highest,
    };
    scores.iter().map(stretch).collect()
}

/// How many `PreferNoSchedule` taints the Pod does not tolerate.
fn intolerable(pod: &Pod, node: &Node) -> i64 {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    let tolerations = pod.spec.as_ref().and_then(|spec| spec.tolerations.as_deref());
    let applies = |toleration: &&Toleration| {
        matches!(toleration.effect.as_deref(), None | Some("" | "PreferNoSchedule"))
    };
    let soft = taints.iter().filter(|taint| taint.effect == "PreferNoSchedule");
    let untolerated = soft.filter(|taint| {
        let mut tolerations = tolerations.unwrap_or_default().iter().filter(applies);
        !tolerations.any(|toleration| taint_eviction::tolerates(toleration, taint))
    });
    untolerated.count() as i64
}

/// The weights of the preferred node affinities that the node fulfils.
fn preferred(pod: &Pod, node: &Node) -> i64 {
    let affinity =
        pod.spec.as_ref().and_then(|spec| spec.affinity.as_ref()?.node_affinity.as_ref());
    let terms =
        affinity.and_then(|a| a.preferred_during_scheduling_ignored_during_execution.as_ref());
    let fulfilled = terms.into_iter().flatten().filter(|term| term_matches(&term.preference, node));
    fulfilled.map(|term| i64::from(term.weight)).sum()
}

/// `LeastAllocated`: the share of CPU and memory that would stay free.
fn least_allocated(asked: &Resources, candidate: &Candidate<'_>) -> i64 {
    let (has, used) = (&candidate.allocatable, &candidate.requested);
    let free = |has: i64, wanted: i64| {
        if has <= 0 || wanted > has {
            0
        } else {
            ((i128::from(has - wanted) * 100) / i128::from(has)) as i64
        }
    };
    let cpu = free(has.cpu_milli, used.nonzero_cpu_milli + asked.nonzero_cpu_milli);
    let memory = free(has.memory_bytes, used.nonzero_memory_bytes + asked.nonzero_memory_bytes);
    (cpu + memory) / 2
}

/// How alike the shares of CPU and memory in use would be. A Pod that requests nothing does not
/// care.
fn balanced(asked: &Resources, candidate: &Candidate<'_>) -> i64 {
    if asked.cpu_milli == 0 && asked.memory_bytes == 0 {
        return 0;
    }
    let (has, used) = (&candidate.allocatable, &candidate.requested);
    // In millionths: the model has no fractions.
    let share = |has: i64, wanted: i64| {
        if has <= 0 {
            1_000_000
        } else {
            (i128::from(wanted) * 1_000_000 / i128::from(has)).min(1_000_000) as i64
        }
    };
    let cpu = share(has.cpu_milli, used.cpu_milli + asked.cpu_milli);
    let memory = share(has.memory_bytes, used.memory_bytes + asked.memory_bytes);
    (1_000_000 - (cpu - memory).abs() / 2) / 10_000
}

const MIB: i64 = 1 << 20;
/// Below the first an image counts nothing, above the second (for each container) no more.
const IMAGE_SIZES: (i64, i64) = (23 * MIB, 1000 * MIB);

/// How much of the Pod's images the node has already, less where few nodes have them.
fn image_locality(view: &View<'_>, pod: &Pod, nodes: &[Candidate<'_>]) -> Vec<i64> {
    let Some(spec) = &pod.spec else { return vec![0; nodes.len()] };
    let count = (spec.containers.len() + spec.init_containers.iter().flatten().count()) as i64;
    let mut sums = vec![0_i64; nodes.len()];
    for container in spec.containers.iter().chain(spec.init_containers.iter().flatten()) {
        let Some(image) = container.image.as_deref().and_then(|image| view.images.get(image))
        else {
            continue;
        };
        let full = image.name.to_string();
        let total = view.cache.count(Kind::Node).max(1) as i64;
        let sizes: BTreeMap<usize, i64> = nodes
            .iter()
            .enumerate()
            .filter_map(|(at, candidate)| Some((at, size_on(candidate.node, &full)?)))
            .collect();
        for (at, size) in &sizes {
            sums[*at] += size * sizes.len() as i64 / total;
        }
    }
    let (low, high) = (IMAGE_SIZES.0, IMAGE_SIZES.1 * count.max(1));
    sums.into_iter().map(|sum| MAX * (sum.clamp(low, high) - low) / (high - low)).collect()
}

fn size_on(node: &Node, image: &str) -> Option<i64> {
    let images = node.status.as_ref()?.images.as_ref()?;
    let found =
        images.iter().find(|known| known.names.iter().flatten().any(|name| name == image))?;
    found.size_bytes
}
