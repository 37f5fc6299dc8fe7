//! The plugin `PodTopologySpread`: like Pods apart from each other, over nodes and zones.
//!
//! A Pod without constraints of its own gets the cluster's default ones if it belongs to a
//! ReplicaSet or a Service: soft, over nodes and zones. That is why replicas spread.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Node, Pod, Service, TopologySpreadConstraint};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::component::View;
use crate::object::Kind;
use crate::selector;

use super::assumed::Assumed;
use super::filter::Refusal;
use super::name;
use super::nodes::Candidate;

/// So many Pods of a controller are gone through without asking whether the nodes have fewer.
const FEW: usize = 100;
const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

/// A hard constraint and how many like Pods each domain has.
#[derive(Debug)]
pub(super) struct Domains<'a> {
    constraint: &'a TopologySpreadConstraint,
    counts: BTreeMap<&'a str, i64>,
    /// 1 if the Pod itself is like those it counts.
    own: i64,
}

/// Whether nodes count that the Pod's affinity, or its lack of tolerations, rules out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policies {
    /// Only nodes that the Pod's affinity and selector allow.
    pub(super) affinity: bool,
    /// Only nodes whose taints the Pod tolerates.
    pub(super) taints: bool,
}

impl Policies {
    fn of(constraint: &TopologySpreadConstraint) -> Policies {
        Policies {
            affinity: constraint.node_affinity_policy.as_deref() != Some("Ignore"),
            taints: constraint.node_taints_policy.as_deref() == Some("Honor"),
        }
    }
}

/// The Pod's `DoNotSchedule` constraints, counted over the nodes that have all their keys and that
/// count by their policies.
pub(super) fn hard<'a>(
    view: &View<'a>,
    pod: &'a Pod,
    assumed: &Assumed<'a>,
    counts_by: &dyn Fn(&Node, Policies) -> bool,
) -> Vec<Domains<'a>> {
    let own = pod.spec.iter().flat_map(|spec| spec.topology_spread_constraints.iter().flatten());
    let hard: Vec<&TopologySpreadConstraint> =
        own.filter(|constraint| constraint.when_unsatisfiable != "ScheduleAnyway").collect();
    let has_keys = |node: &Node| hard.iter().all(|c| label(node, &c.topology_key).is_some());
    hard.iter()
        .map(|constraint| {
            let alike = Alike::Selector(constraint.label_selector.as_ref());
            let policies = Policies::of(constraint);
            let mut counts = BTreeMap::new();
            let nodes = view.cache.all::<Node>().map(AsRef::as_ref);
            for node in nodes.filter(|node| has_keys(node) && counts_by(node, policies)) {
                let Some(domain) = label(node, &constraint.topology_key) else { continue };
                *counts.entry(domain).or_default() +=
                    alike.count_on(view, pod, name(node), assumed);
            }
            Domains { constraint, counts, own: i64::from(alike.is(pod)) }
        })
        .collect()
}

/// Whether a constraint forbids the node.
pub(super) fn refusal(domains: &[Domains<'_>], node: &Node) -> Option<Refusal> {
    const REASON: &str = "node(s) didn't match pod topology spread constraints";
    domains.iter().find_map(|domains| {
        let Some(domain) = label(node, &domains.constraint.topology_key) else {
            return Some(Refusal::new(
                "PodTopologySpread",
                format!("{REASON} (missing required label)"),
            ));
        };
        let known = i32::try_from(domains.counts.len()).unwrap_or(i32::MAX);
        // A domain that is still missing has no Pods at all.
        let missing = known < domains.constraint.min_domains.unwrap_or(1);
        let fewest = domains.counts.values().copied().min().filter(|_| !missing);
        let fewest = fewest.unwrap_or_default();
        let here = domains.counts.get(domain).copied().unwrap_or_default();
        let skew = here + domains.own - fewest;
        (skew > i64::from(domains.constraint.max_skew))
            .then(|| Refusal::new("PodTopologySpread", REASON).resolvable())
    })
}

/// A soft constraint.
struct Soft<'a> {
    key: &'a str,
    max_skew: i64,
    alike: Alike<'a>,
}

/// Scores of the feasible nodes, 0 to 100.
pub(super) fn scores<'a>(
    view: &View<'a>,
    pod: &Pod,
    nodes: &[Candidate<'a>],
    assumed: &Assumed<'a>,
) -> Vec<i64> {
    let labelled = |soft: &Soft<'_>| nodes.iter().any(|c| label(c.node, soft.key).is_some());
    let constraints: Vec<Soft<'_>> = soft(view, pod).into_iter().filter(labelled).collect();
    if constraints.is_empty() {
        return vec![0; nodes.len()];
    }
    let mut raw = vec![0.0_f64; nodes.len()];
    for constraint in &constraints {
        let own = constraint.alike.counts(view, pod, nodes, assumed);
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for (candidate, count) in nodes.iter().zip(&own) {
            if let Some(domain) = label(candidate.node, constraint.key) {
                *counts.entry(domain).or_default() += count;
            }
        }
        let weight = natural_log((counts.len() + 2) as f64);
        for (at, candidate) in nodes.iter().enumerate() {
            if let Some(count) = label(candidate.node, constraint.key).and_then(|d| counts.get(d)) {
                raw[at] += *count as f64 * weight + (constraint.max_skew - 1) as f64;
            }
        }
    }
    let rounded: Vec<i64> = raw.into_iter().map(|score| score.round() as i64).collect();
    let (low, high) = (rounded.iter().min().copied(), rounded.iter().max().copied());
    let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
    let turned = |score: &i64| if high == 0 { 100 } else { 100 * (high + low - score) / high };
    rounded.iter().map(turned).collect()
}

fn soft<'b>(view: &View<'b>, pod: &'b Pod) -> Vec<Soft<'b>> {
    let own = pod.spec.as_ref().and_then(|spec| spec.topology_spread_constraints.as_deref());
    match own {
        Some(own) if !own.is_empty() => own
            .iter()
            .filter(|constraint| constraint.when_unsatisfiable == "ScheduleAnyway")
            .map(|constraint| Soft {
                key: &constraint.topology_key,
                max_skew: i64::from(constraint.max_skew),
                alike: Alike::Selector(constraint.label_selector.as_ref()),
            })
            .collect(),
        _ => match alike_by_default(view, pod) {
            Some(alike) => [(HOSTNAME, 3), (ZONE, 5)]
                .into_iter()
                .map(|(key, max_skew)| Soft { key, max_skew, alike: alike.clone() })
                .collect(),
            None => Vec::new(),
        },
    }
}

/// Which Pods count as like this one.
#[derive(Clone, Debug)]
enum Alike<'a> {
    /// Those of the same controller.
    Controller(&'a str),
    /// Those that the same Services select.
    Services(Vec<&'a Service>),
    Selector(Option<&'a LabelSelector>),
}

fn alike_by_default<'a>(view: &View<'a>, pod: &'a Pod) -> Option<Alike<'a>> {
    let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
    if let Some(owner) = owners.iter().find(|owner| owner.controller == Some(true)) {
        return Some(Alike::Controller(&owner.uid));
    }
    let namespace = pod.metadata.namespace.as_deref()?;
    let all = view.cache.of_kind(Kind::Service).filter(|object| object.namespace() == namespace);
    let selecting = |service: &&Service| {
        let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
        selector.is_some_and(|selector| {
            !selector.is_empty() && selector::matches_all(selector, pod.metadata.labels.as_ref())
        })
    };
    let services: Vec<&Service> = all.filter_map(|o| o.as_typed()).filter(selecting).collect();
    (!services.is_empty()).then_some(Alike::Services(services))
}

impl Alike<'_> {
    fn is(&self, pod: &Pod) -> bool {
        let labels = pod.metadata.labels.as_ref();
        match self {
            Alike::Controller(uid) => {
                let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
                owners.iter().any(|owner| owner.controller == Some(true) && owner.uid == *uid)
            }
            Alike::Services(services) => services.iter().all(|service| {
                let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
                selector.is_some_and(|selector| selector::matches_all(selector, labels))
            }),
            Alike::Selector(selector) => {
                selector.is_some_and(|selector| selector::matches(selector, labels))
            }
        }
    }

    /// How many of them each of the nodes has.
    fn counts<'a>(
        &self,
        view: &View<'a>,
        pod: &Pod,
        nodes: &[Candidate<'a>],
        assumed: &Assumed<'a>,
    ) -> Vec<i64> {
        let there: i64 = nodes.iter().map(|node| node.requested.pods).sum();
        let most = usize::try_from(there).unwrap_or_default().max(FEW);
        let few = |uid: &str| view.cache.count_controlled::<Pod>(uid) <= most;
        let uid = match self {
            Alike::Controller(uid) if few(uid) => uid,
            _ => {
                let count = |node: &Candidate<'_>| self.count_on(view, pod, node.name, assumed);
                return nodes.iter().map(count).collect();
            }
        };
        let mut by_node: BTreeMap<&str, i64> = BTreeMap::new();
        let stays = |pod: &Pod| pod.metadata.deletion_timestamp.is_none();
        for alike in view.cache.controlled_by::<Pod>(uid).filter(|alike| stays(alike)) {
            if let Some(node) = crate::components::pods::node(alike) {
                *by_node.entry(node).or_default() += 1;
            }
        }
        for (node, _) in assumed.all().filter(|(_, alike)| stays(alike) && self.is(alike)) {
            *by_node.entry(node).or_default() += 1;
        }
        nodes.iter().map(|node| by_node.get(node.name).copied().unwrap_or_default()).collect()
    }

    /// How many of them a node has in the Pod's namespace, those that are going left out.
    fn count_on<'a>(&self, view: &View<'a>, pod: &Pod, node: &str, assumed: &Assumed<'a>) -> i64 {
        let counts = |other: &&Pod| {
            other.metadata.namespace == pod.metadata.namespace
                && other.metadata.deletion_timestamp.is_none()
                && self.is(other)
        };
        assumed.pods_on(view, node).filter(counts).count() as i64
    }
}

fn label<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.metadata.labels.as_ref()?.get(key).map(String::as_str)
}

/// The natural logarithm of a number of at least 1, from additions and multiplications alone: the
/// same on every machine, as the library's need not be.
fn natural_log(number: f64) -> f64 {
    let (mut mantissa, mut twos) = (number, 0.0);
    while mantissa > 1.5 {
        mantissa /= 2.0;
        twos += 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let (mut power, mut sum) = (ratio, 0.0);
    for odd in 0..20 {
        sum += power / f64::from(2 * odd + 1);
        power *= square;
    }
    2.0 * sum + twos * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_logarithm_is_one() {
        for number in [1.0, 2.0, 3.0, 5.0, 42.0, 1002.0_f64] {
            assert!((super::natural_log(number) - number.ln()).abs() < 1e-9, "{number}");
        }
    }
}
