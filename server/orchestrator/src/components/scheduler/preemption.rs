//! Preemption: where no node can take a Pod, less important ones make room on the node where that
//! hurts least.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#preemption>

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::jiff::Timestamp;

use super::assumed::{Assumed, priority};
use super::filter::{self, Wanted};
use super::nodes::{self, Found};
use super::{message, volumes};
use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::View;
use crate::components::pods;
use crate::object::Object;

/// What came of it.
#[derive(Debug)]
pub(super) enum Preemption<'a> {
    /// Why it cannot help, in Kubernetes' words.
    InVain(String),
    /// The Pod waits for room that it was promised.
    Promised(String),
    Victims(Victims<'a>),
}

/// The Pods of a node that are to go.
#[derive(Clone, Debug)]
pub(super) struct Victims<'a> {
    pub(super) node: &'a str,
    /// The most important first.
    pub(super) pods: Vec<&'a Pod>,
    /// How many of them a disruption budget would rather keep.
    violations: usize,
}

const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
const NO_VICTIMS: &str = "No preemption victims found for incoming pod";
/// Of the nodes where it may help, at least so many, or this percentage, are tried.
const TRIED: (usize, usize) = (100, 10);

/// Finds room for a Pod that no node can take.
pub(super) fn preempt<'a>(view: &View<'a>, pod: &'a Pod, found: &Found<'a>) -> Preemption<'a> {
    if pod.spec.as_ref().and_then(|spec| spec.preemption_policy.as_deref()) == Some("Never") {
        return Preemption::InVain("not eligible due to preemptionPolicy=Never.".to_owned());
    }
    if waits_for_victims(view, pod, found) {
        let why = "not eligible due to a terminating pod on the nominated node.";
        return Preemption::Promised(why.to_owned());
    }
    let mut reasons: Vec<String> = Vec::new();
    let mut best: Option<Victims<'_>> = None;
    let helpful = found.refused.iter().filter(|(_, refusal)| refusal.resolvable);
    let most = (helpful.clone().count() * TRIED.1 / 100).max(TRIED.0);
    let unhelpful = found.refused.len() - helpful.clone().count();
    reasons.extend(std::iter::repeat_n(NOT_HELPFUL.to_owned(), unhelpful));
    for (at, _) in helpful.take(most) {
        match on_node(view, pod, at, &found.assumed) {
            Err(why) => reasons.extend(why),
            Ok(victims) => {
                if best.as_ref().is_none_or(|best| cost(&victims) < cost(best)) {
                    best = Some(victims);
                }
            }
        }
    }
    match best {
        Some(victims) => Preemption::Victims(victims),
        None => {
            let counted = message::counted(reasons.iter().map(String::as_str));
            Preemption::InVain(format!("0/{} nodes are available: {counted}.", found.total))
        }
    }
}

/// Whether a victim of an earlier attempt is still ending on the node that was promised.
fn waits_for_victims(view: &View<'_>, pod: &Pod, found: &Found<'_>) -> bool {
    let nominated = pod.status.as_ref().and_then(|status| status.nominated_node_name.as_deref());
    let Some(node) = nominated.filter(|node| !node.is_empty()) else { return false };
    // A node that cannot take the Pod anyway is no longer waited for.
    let hopeless = found.refused.iter().any(|(at, refusal)| *at == node && !refusal.resolvable);
    let ending = |other: &Arc<Pod>| {
        let target = pods::condition(other, "DisruptionTarget");
        other.metadata.deletion_timestamp.is_some()
            && priority(other) < priority(pod)
            && target.is_some_and(|by| by.reason.as_deref() == Some("PreemptionByScheduler"))
    };
    !hopeless && view.cache.pods_on(node).any(ending)
}

/// The fewest Pods of a node that must go. Where that cannot help: why.
fn on_node<'a>(
    view: &View<'a>,
    pod: &'a Pod,
    at: &'a str,
    assumed: &Assumed<'a>,
) -> Result<Victims<'a>, Vec<String>> {
    let bound = view.cache.pods_on(at).map(Arc::as_ref);
    let mut lesser: Vec<&Pod> = bound
        .filter(|other| !pods::is_terminal(other) && priority(other) < priority(pod))
        .collect();
    if lesser.is_empty() {
        return Err(vec![NO_VICTIMS.to_owned()]);
    }
    let mut without = assumed.without(lesser.iter().copied());
    refused(view, pod, at, &without).map_or(Ok(()), Err)?;
    lesser.sort_by_key(|other| importance(other));
    let (guarded, free) = by_budget(view, &lesser);
    let (mut victims, mut violations) = (Vec::new(), 0);
    for (other, is_guarded) in
        guarded.into_iter().map(|pod| (pod, true)).chain(free.into_iter().map(|pod| (pod, false)))
    {
        let spared = without.with(other);
        if refused(view, pod, at, &spared).is_none() {
            without = spared;
        } else {
            victims.push(other);
            violations += usize::from(is_guarded);
        }
    }
    victims.sort_by_key(|other| importance(other));
    Ok(Victims { node: at, pods: victims, violations })
}

/// Why the node would refuse the Pod, were it as assumed.
fn refused<'a>(
    view: &View<'a>,
    pod: &'a Pod,
    at: &str,
    assumed: &Assumed<'a>,
) -> Option<Vec<String>> {
    let node = view.cache.get_typed::<Node>("", at)?;
    let claims = volumes::claims(view, pod).ok()?;
    let wanted = Wanted::of(view, pod, assumed, claims);
    let candidate = nodes::candidate(view, node, assumed);
    filter::refusal(view, &wanted, &candidate, assumed).map(|refusal| refusal.reasons)
}

/// The more important come first: by priority, then those that have run longer.
fn importance(pod: &Pod) -> (Reverse<i32>, Timestamp) {
    (Reverse(priority(pod)), start_time(pod))
}

fn start_time(pod: &Pod) -> Timestamp {
    let started = pod.status.as_ref().and_then(|status| status.start_time.as_ref());
    started.map_or(Timestamp::MAX, |time| time.0)
}

/// Those that a disruption budget does not let go, and the others.
fn by_budget<'a>(view: &View<'_>, lesser: &[&'a Pod]) -> (Vec<&'a Pod>, Vec<&'a Pod>) {
    let mut left: BTreeMap<String, i32> = BTreeMap::new();
    lesser.iter().copied().partition(|pod| {
        let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
        let own = view.cache.all_in::<PodDisruptionBudget>(namespace);
        let own = own.filter(|budget| crate::components::disruption::selects(budget, pod));
        let mut violates = false;
        for budget in own {
            let status = budget.status.as_ref();
            let name = pod.metadata.name.as_deref().unwrap_or_default();
            let counted = status.and_then(|status| status.disrupted_pods.as_ref());
            if counted.is_some_and(|counted| counted.contains_key(name)) {
                continue;
            }
            let allowed = status.and_then(|status| status.disruptions_allowed).unwrap_or(0);
            let uid = budget.metadata.uid.clone().unwrap_or_default();
            let left = left.entry(uid).or_insert(allowed);
            *left -= 1;
            violates |= *left < 0;
        }
        violates
    })
}

/// What is compared of two nodes' victims, in this order; the first node of several equals wins.
fn cost(victims: &Victims<'_>) -> impl Ord + use<> {
    let highest = victims.pods.first().map_or(i32::MIN, |pod| priority(pod));
    let sum: i64 =
        victims.pods.iter().map(|pod| i64::from(priority(pod)) + i64::from(i32::MAX) + 1).sum();
    let first = victims.pods.iter().filter(|pod| priority(pod) == highest);
    let begun = first.map(|pod| start_time(pod)).min();
    (victims.violations, highest, sum, victims.pods.len(), Reverse(begun))
}

/// The victims are told why, and deleted.
pub(super) fn steps(view: &View<'_>, pod: &Object, victims: &Victims<'_>) -> Vec<Step> {
    let going = victims.pods.iter().filter(|victim| victim.metadata.deletion_timestamp.is_none());
    going
        .flat_map(|victim| {
            let mut told = (*victim).clone();
            let scheduler = super::NAME;
            pods::set_disruption_target(
                &mut told,
                "PreemptionByScheduler",
                &format!("{scheduler}: preempting to accommodate a higher priority pod"),
                view.clock,
            );
            let object = Object::from((*victim).clone());
            let event = EventRecord {
                regarding: Regarding::object(&object),
                event_type: "Normal",
                reason: "Preempted".to_owned(),
                message: format!("Preempted by pod {} on node {}", pod.uid(), victims.node),
            };
            [
                Step::from(Call::UpdateStatus(told.into())),
                Step::from(Call::delete(&object)).then(event),
            ]
        })
        .collect()
}
