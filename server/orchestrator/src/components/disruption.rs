//! The disruption controller: how many of the Pods that a PodDisruptionBudget selects may be
//! evicted now.
//! <https://kubernetes.io/docs/tasks/run-application/configure-pdb/>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time as MetaTime};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::pods;
use crate::kinds::Subresource;
use crate::object::{Key, Kind, Object};
use crate::selector;
use crate::time::{Clock, Millis};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "controllermanager",
    host: Host::ControllerManager,
    watches: &[
        Kind::PodDisruptionBudget,
        Kind::Pod,
        Kind::ReplicaSet,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::ReplicationController,
    ],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::PodDisruptionBudget).map(Object::key).collect(),
    serial: false,
    decide,
};

/// How long an evicted Pod may take to be deleted before it counts as healthy again.
const DELETION_MS: Millis = 120_000;

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let changed = [before, after].into_iter().flatten();
    let mut keys: Vec<Key> = changed
        .flat_map(|object| match object {
            Object::PodDisruptionBudget(_) => vec![object.key()],
            Object::Pod(pod) => {
                let namespace = object.namespace();
                let budgets = view.cache.all_in::<PodDisruptionBudget>(namespace);
                let own = budgets.filter(|budget| selects(budget, pod));
                own.map(|budget| Object::from(budget.as_ref().clone()).key()).collect()
            }
            _ => Vec::new(),
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Whether a budget is about a Pod. No selector selects nothing, an empty one everything.
pub fn selects(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    selector.is_some_and(|wanted| selector::matches(wanted, pod.metadata.labels.as_ref()))
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::PodDisruptionBudget(budget)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let all = view.cache.all_in::<Pod>(key.namespace());
    let own: Vec<&Arc<Pod>> = all.filter(|pod| selects(budget, pod)).collect();
    let mut outcome = Outcome::nothing();
    if own.is_empty() {
        let event = event(owner, "Normal", "NoPods", "No matching pods found");
        outcome = outcome.event(event);
    }
    let status = match expected(view, budget, &own) {
        Err(why) => {
            let message = format!("Failed to calculate the number of expected pods: {why}");
            let reason = "CalculateExpectedPodCountFailed";
            outcome = outcome.event(event(owner, "Warning", reason, &message));
            failed(budget, &why, view.clock)
        }
        Ok(count) => {
            if let Some(event) = unmanaged(owner, budget, &count) {
                outcome = outcome.event(event);
            }
            let (disrupted, recheck) = disrupted(budget, &own, view.clock);
            if let Some(after_ms) = recheck {
                outcome = outcome.requeue_after(after_ms);
            }
            status(budget, &own, &count, disrupted, view.clock)
        }
    };
    write(outcome, owner, budget, status)
}

fn write(
    outcome: Outcome,
    owner: &Object,
    budget: &PodDisruptionBudget,
    status: PodDisruptionBudgetStatus,
) -> Outcome {
    if budget.status.as_ref() == Some(&status) {
        // What was said before need not be said again.
        return Outcome { events: Vec::new(), ..outcome };
    }
    let (healthy, allowed) = (status.current_healthy, status.disruptions_allowed);
    let (healthy, allowed) = (healthy.unwrap_or(0), allowed.unwrap_or(0));
    let text = format!("{} allows {allowed} disruptions: {healthy} are healthy", owner.name());
    let note = Note::new("Disruptions", text)
        .with("name", owner.name())
        .with("healthy", healthy)
        .with("allowed", allowed);
    let updated = PodDisruptionBudget { status: Some(status), ..budget.clone() };
    outcome.note(note).call(Call::UpdateStatus(updated.into()))
}

/// How many Pods there should be, and how many of them healthy.
#[derive(Debug)]
struct Count {
    expected: i32,
    healthy: i32,
    unmanaged: Vec<String>,
}

fn expected(
    view: &View<'_>,
    budget: &PodDisruptionBudget,
    own: &[&Arc<Pod>],
) -> Result<Count, String> {
    let Some(spec) = &budget.spec else {
        return Ok(Count { expected: 0, healthy: 0, unmanaged: Vec::new() });
    };
    let (portion, complement) = match (&spec.max_unavailable, &spec.min_available) {
        (Some(most), _) => (most, true),
        (None, Some(IntOrString::Int(least))) => {
            let expected = i32::try_from(own.len()).unwrap_or(i32::MAX);
            return Ok(Count { expected, healthy: *least, unmanaged: Vec::new() });
        }
        (None, Some(least)) => (least, false),
        (None, None) => return Ok(Count { expected: 0, healthy: 0, unmanaged: Vec::new() }),
    };
    let (expected, unmanaged) = scale(view, own)?;
    let portion = scaled(portion, expected);
    let healthy = if complement { (expected - portion).max(0) } else { portion };
    Ok(Count { expected, healthy, unmanaged })
}

/// A count, or a percentage rounded up.
fn scaled(portion: &IntOrString, of: i32) -> i32 {
    match portion {
        IntOrString::Int(number) => *number,
        IntOrString::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            i32::try_from((i64::from(of) * percent + 99) / 100).unwrap_or(i32::MAX)
        }
    }
}

/// The replicas that the Pods' controllers want together, and the Pods that have none.
fn scale(view: &View<'_>, own: &[&Arc<Pod>]) -> Result<(i32, Vec<String>), String> {
    let (mut controllers, mut unmanaged) = (BTreeMap::new(), Vec::new());
    for pod in own {
        let object = Object::Pod(Arc::clone(pod));
        match top_controller(view, &object)? {
            Some(owner) => {
                controllers.insert(owner.uid().to_owned(), replicas(owner));
            }
            None => unmanaged.push(object.name().to_owned()),
        }
    }
    Ok((controllers.into_values().sum(), unmanaged))
}

/// The controller that says how many there are: a Deployment rather than its ReplicaSet.
fn top_controller<'a>(view: &'a View<'_>, object: &Object) -> Result<Option<&'a Object>, String> {
    let Some(reference) = object.controller() else { return Ok(None) };
    let kind = Kind::ALL
        .iter()
        .find(|kind| kind.name() == reference.kind && kind.api_version() == reference.api_version);
    let none = || format!("found no controllers for pod {:?}", object.name());
    let kind = *kind.ok_or_else(none)?;
    if !kind.row().subresources.contains(&Subresource::Scale) {
        let resource = crate::api::status::resource_name(kind);
        return Err(format!("{resource} does not implement the scale subresource"));
    }
    let key = Key::new(kind, object.namespace(), &reference.name);
    let owner = view.cache.get(&key).filter(|owner| owner.uid() == reference.uid);
    let owner = owner.ok_or_else(none)?;
    match top_controller(view, owner) {
        Ok(Some(above)) => Ok(Some(above)),
        _ => Ok(Some(owner)),
    }
}

fn replicas(owner: &Object) -> i32 {
    let wanted = match owner {
        Object::Deployment(it) => it.spec.as_ref().and_then(|spec| spec.replicas),
        Object::ReplicaSet(it) => it.spec.as_ref().and_then(|spec| spec.replicas),
        Object::StatefulSet(it) => it.spec.as_ref().and_then(|spec| spec.replicas),
        Object::ReplicationController(it) => it.spec.as_ref().and_then(|spec| spec.replicas),
        _ => None,
    };
    wanted.unwrap_or(1)
}

fn unmanaged(owner: &Object, budget: &PodDisruptionBudget, count: &Count) -> Option<EventRecord> {
    if count.unmanaged.is_empty() {
        return None;
    }
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let shown = selector.map(crate::kinds::selectors::show).unwrap_or_default();
    let message = format!(
        "Pods selected by this PodDisruptionBudget (selector: {shown}) were found to be unmanaged. \
         As a result, the status of the PDB cannot be calculated correctly, which may result in \
         undefined behavior. To account for these pods please set \".spec.minAvailable\" field of \
         the PDB to an integer value."
    );
    Some(event(owner, "Warning", "UnmanagedPods", &message))
}

/// Evicted Pods that are not yet being deleted, and when to look at them again.
fn disrupted(
    budget: &PodDisruptionBudget,
    own: &[&Arc<Pod>],
    clock: Clock,
) -> (BTreeMap<String, MetaTime>, Option<Millis>) {
    let status = budget.status.as_ref();
    let mut disrupted = status.and_then(|status| status.disrupted_pods.clone()).unwrap_or_default();
    let waiting: BTreeSet<&str> = own
        .iter()
        .filter(|pod| pod.metadata.deletion_timestamp.is_none())
        .filter_map(|pod| pod.metadata.name.as_deref())
        .collect();
    let left = |since: &MetaTime| clock.model_time(since.0) + DELETION_MS - clock.now;
    disrupted.retain(|name, since| waiting.contains(name.as_str()) && left(since) > 0);
    let recheck = disrupted.values().map(left).min();
    (disrupted, recheck)
}

fn status(
    budget: &PodDisruptionBudget,
    own: &[&Arc<Pod>],
    count: &Count,
    disrupted: BTreeMap<String, MetaTime>,
    clock: Clock,
) -> PodDisruptionBudgetStatus {
    let healthy = own.iter().filter(|pod| {
        let evicted = pod.metadata.name.as_ref().is_some_and(|name| disrupted.contains_key(name));
        pod.metadata.deletion_timestamp.is_none() && !evicted && pods::is_ready(pod)
    });
    let current = i32::try_from(healthy.count()).unwrap_or(i32::MAX);
    let allowed = if count.expected <= 0 { 0 } else { (current - count.healthy).max(0) };
    let mut status = PodDisruptionBudgetStatus {
        conditions: budget.status.as_ref().and_then(|status| status.conditions.clone()),
        current_healthy: Some(current),
        desired_healthy: Some(count.healthy),
        disrupted_pods: Some(disrupted).filter(|disrupted| !disrupted.is_empty()),
        disruptions_allowed: Some(allowed),
        expected_pods: Some(count.expected),
        observed_generation: budget.metadata.generation,
    };
    let (holds, reason) =
        if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    set_condition(&mut status, holds, reason, "", clock);
    status
}

/// Nothing may be evicted while the number is unknown.
fn failed(budget: &PodDisruptionBudget, why: &str, clock: Clock) -> PodDisruptionBudgetStatus {
    let mut status = budget.status.clone().unwrap_or_default();
    status.disruptions_allowed = Some(0);
    status.observed_generation = budget.metadata.generation;
    set_condition(&mut status, "False", "SyncFailed", why, clock);
    status
}

/// Sets the condition `DisruptionAllowed`.
pub fn set_condition(
    status: &mut PodDisruptionBudgetStatus,
    holds: &str,
    reason: &str,
    message: &str,
    clock: Clock,
) {
    let observed = status.observed_generation;
    let conditions = status.conditions.get_or_insert_default();
    let since = conditions.iter().find(|known| known.status == holds);
    let since = since.map_or_else(|| clock.time(), |known| known.last_transition_time.clone());
    *conditions = vec![Condition {
        type_: "DisruptionAllowed".to_owned(),
        status: holds.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        last_transition_time: since,
        observed_generation: observed,
    }];
}

fn event(owner: &Object, event_type: &'static str, reason: &str, message: &str) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(owner),
        event_type,
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}
