//! The plugin `InterPodAffinity`: Pods that want to be near others, or apart from them.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace, Node, Pod, PodAffinityTerm, WeightedPodAffinityTerm};

use crate::component::View;
use crate::components::pods;
use crate::selector;

use super::assumed::Assumed;
use super::filter::Refusal;
use super::nodes::Candidate;

const PLUGIN: &str = "InterPodAffinity";

/// How many Pods fit, by topology key and value.
type Counts<'a> = BTreeMap<(&'a str, &'a str), i64>;

/// What the Pods that are there mean to one that comes.
#[derive(Debug, Default)]
pub(super) struct Affinity<'a> {
    near: Vec<&'a PodAffinityTerm>,
    apart: Vec<&'a PodAffinityTerm>,
    /// Pods that fulfil all terms of `near`.
    near_counts: Counts<'a>,
    apart_counts: Counts<'a>,
    /// Pods that want to be apart from the one that comes.
    shunned: Counts<'a>,
    /// Whether it would fulfil its own terms: then it may be the first of its kind.
    likes_itself: bool,
}

/// A Pod that is there, and its node.
struct There<'a> {
    pod: &'a Pod,
    node: &'a Node,
}

pub(super) fn required<'a>(view: &View<'a>, pod: &'a Pod, assumed: &Assumed<'a>) -> Affinity<'a> {
    let (near, apart) = (near(pod), apart(pod));
    let mut affinity = Affinity { near, apart, ..Affinity::default() };
    let all = |term: &&PodAffinityTerm, other: &Pod| fits(view, pod, term, other);
    affinity.likes_itself = affinity.near.iter().all(|term| all(term, pod));
    let own = !affinity.near.is_empty() || !affinity.apart.is_empty();
    for There { pod: other, node } in there(view, assumed, own) {
        if !affinity.near.is_empty() && affinity.near.iter().all(|term| all(term, other)) {
            for term in &affinity.near {
                add(&mut affinity.near_counts, &term.topology_key, node, 1);
            }
        }
        for term in affinity.apart.iter().filter(|term| all(term, other)) {
            add(&mut affinity.apart_counts, &term.topology_key, node, 1);
        }
        for term in self::apart(other).into_iter().filter(|term| fits(view, other, term, pod)) {
            add(&mut affinity.shunned, &term.topology_key, node, 1);
        }
    }
    affinity
}

/// All Pods that are on nodes, or only those that have affinities of their own.
fn there<'a>(view: &View<'a>, assumed: &Assumed<'a>, all: bool) -> Vec<There<'a>> {
    let on = |pod: &'a Pod, node: &str| {
        Some(There { pod, node: view.cache.get_typed::<Node>("", node)? })
    };
    let bound: Vec<&Pod> = if all {
        view.cache.all::<Pod>().map(AsRef::as_ref).collect()
    } else {
        view.cache.pods_with_affinity().map(AsRef::as_ref).collect()
    };
    let bound = bound
        .into_iter()
        .filter(|pod| !pods::is_terminal(pod) && !assumed.is_gone(pod))
        .filter_map(|pod| on(pod, pods::node(pod)?));
    let added = assumed.all().filter_map(|(node, pod)| on(pod, node));
    bound.chain(added).collect()
}

fn add<'a>(counts: &mut Counts<'a>, key: &'a str, node: &'a Node, amount: i64) {
    if let Some(value) = label(node, key) {
        *counts.entry((key, value)).or_default() += amount;
    }
}

fn label<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.metadata.labels.as_ref()?.get(key).map(String::as_str)
}

/// Terms that must be fulfilled on the node.
fn near(pod: &Pod) -> Vec<&PodAffinityTerm> {
    let affinity = pod.spec.as_ref().and_then(|spec| spec.affinity.as_ref()?.pod_affinity.as_ref());
    let terms =
        affinity.and_then(|all| all.required_during_scheduling_ignored_during_execution.as_ref());
    terms.into_iter().flatten().collect()
}

/// Terms that nobody on the node may fulfil.
fn apart(pod: &Pod) -> Vec<&PodAffinityTerm> {
    let affinity =
        pod.spec.as_ref().and_then(|spec| spec.affinity.as_ref()?.pod_anti_affinity.as_ref());
    let terms =
        affinity.and_then(|all| all.required_during_scheduling_ignored_during_execution.as_ref());
    terms.into_iter().flatten().collect()
}

/// Whether a Pod is one of those that a term of another speaks of.
fn fits(view: &View<'_>, of: &Pod, term: &PodAffinityTerm, other: &Pod) -> bool {
    let labels = other.metadata.labels.as_ref();
    let selected = term.label_selector.as_ref().is_some_and(|s| selector::matches(s, labels));
    selected && in_namespaces(view, of, term, other)
}

/// The namespaces that are named or selected; the Pod's own if neither is said.
fn in_namespaces(view: &View<'_>, of: &Pod, term: &PodAffinityTerm, other: &Pod) -> bool {
    let named = term.namespaces.as_deref().unwrap_or_default();
    let namespace = other.metadata.namespace.as_deref().unwrap_or_default();
    if named.is_empty() && term.namespace_selector.is_none() {
        return of.metadata.namespace.as_deref() == Some(namespace);
    }
    named.iter().any(|name| name == namespace)
        || term.namespace_selector.as_ref().is_some_and(|wanted| {
            let known = view.cache.get_typed::<Namespace>("", namespace);
            known.is_some_and(|known| selector::matches(wanted, known.metadata.labels.as_ref()))
        })
}

impl Affinity<'_> {
    fn count(counts: &Counts<'_>, term: &PodAffinityTerm, node: &Node) -> i64 {
        let key = term.topology_key.as_str();
        label(node, key).and_then(|value| counts.get(&(key, value)).copied()).unwrap_or(0)
    }

    /// Whether the node is refused, and why.
    pub(super) fn refusal(&self, node: &Node) -> Option<Refusal> {
        if !self.is_near(node) {
            return Some(Refusal::new(PLUGIN, "node(s) didn't match pod affinity rules"));
        }
        if self.apart.iter().any(|term| Self::count(&self.apart_counts, term, node) > 0) {
            let reason = "node(s) didn't match pod anti-affinity rules";
            return Some(Refusal::new(PLUGIN, reason).resolvable());
        }
        let shunned = |((key, value), count): (&(&str, &str), &i64)| {
            *count > 0 && label(node, key) == Some(*value)
        };
        self.shunned.iter().any(shunned).then(|| {
            let reason = "node(s) didn't satisfy existing pods anti-affinity rules";
            Refusal::new(PLUGIN, reason).resolvable()
        })
    }

    fn is_near(&self, node: &Node) -> bool {
        if self.near.iter().any(|term| label(node, &term.topology_key).is_none()) {
            return false;
        }
        let there = |term: &&PodAffinityTerm| Self::count(&self.near_counts, term, node) > 0;
        self.near.iter().all(there) || (self.near_counts.is_empty() && self.likes_itself)
    }
}

/// How much each node is preferred, 0 to 100.
pub(super) fn scores<'a>(
    view: &View<'a>,
    pod: &'a Pod,
    candidates: &[Candidate<'a>],
    assumed: &Assumed<'a>,
) -> Vec<i64> {
    let own = preferred(pod);
    let mut sums: Counts<'_> = BTreeMap::new();
    for There { pod: other, node } in there(view, assumed, !own.is_empty()) {
        for (term, weight) in &own {
            if fits(view, pod, term, other) {
                add(&mut sums, &term.topology_key, node, *weight);
            }
        }
        // What is required of the other's neighbours counts a little, what it prefers in full.
        let required = near(other).into_iter().map(|term| (term, 1));
        for (term, weight) in required.chain(preferred(other)) {
            if fits(view, other, term, pod) {
                add(&mut sums, &term.topology_key, node, weight);
            }
        }
    }
    let raw: Vec<i64> = candidates.iter().map(|candidate| sum(&sums, candidate.node)).collect();
    let (low, high) = (raw.iter().min().copied(), raw.iter().max().copied());
    let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
    let stretched = |score: &i64| if high > low { 100 * (score - low) / (high - low) } else { 0 };
    raw.iter().map(stretched).collect()
}

fn sum(sums: &Counts<'_>, node: &Node) -> i64 {
    let here = sums.iter().filter(|((key, value), _)| label(node, key) == Some(*value));
    here.map(|(_, amount)| amount).sum()
}

/// Preferred terms with their weights; those to be apart have negative ones.
fn preferred(pod: &Pod) -> Vec<(&PodAffinityTerm, i64)> {
    let Some(affinity) = pod.spec.as_ref().and_then(|spec| spec.affinity.as_ref()) else {
        return Vec::new();
    };
    let near = affinity
        .pod_affinity
        .iter()
        .flat_map(|all| all.preferred_during_scheduling_ignored_during_execution.iter().flatten());
    let apart = affinity
        .pod_anti_affinity
        .iter()
        .flat_map(|all| all.preferred_during_scheduling_ignored_during_execution.iter().flatten());
    let weighted = |term: &'_ WeightedPodAffinityTerm| i64::from(term.weight);
    let near = near.map(|term| (&term.pod_affinity_term, weighted(term)));
    near.chain(apart.map(|term| (&term.pod_affinity_term, -weighted(term)))).collect()
}
