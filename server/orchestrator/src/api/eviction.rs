//! `pods/eviction`: a deletion that a PodDisruptionBudget may refuse.
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/>

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetStatus};

use super::delete::{self, Options};
use super::draft::Draft;
use super::status::Status;
use crate::components::{disruption, pods};
use crate::object::{Key, Typed};

const REFUSED: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
const CAUSE: &str = "DisruptionBudget";
/// More evictions than these must not wait for the disruption controller.
const WAITING_MAX: usize = 2000;

/// Evicts a Pod.
///
/// # Errors
/// 429 where a budget does not allow it now; 500 where two budgets are about the Pod.
pub(super) fn evict(draft: &mut Draft<'_>, key: &Key, options: &Options) -> Result<(), Status> {
    let old = draft.get(key)?;
    let Some(pod) = old.as_typed::<Pod>() else { return Err(Status::no_such_resource()) };
    if !goes_anyway(pod) {
        ask_budget(draft, pod)?;
    }
    let mut evicted = old.clone();
    if let Some(pod) = Pod::of_mut(&mut evicted) {
        pods::set_disruption_target(
            pod,
            "EvictionByEvictionAPI",
            "Eviction API: evicting",
            draft.clock,
        );
    }
    let evicted = draft.put(evicted);
    delete::delete_object(draft, key, &evicted, options).map(drop)
}

/// What has ended, has not begun or is ending already disturbs nobody.
fn goes_anyway(pod: &Pod) -> bool {
    matches!(pods::phase(pod), "Succeeded" | "Failed" | "Pending")
        || pod.metadata.deletion_timestamp.is_some()
}

fn ask_budget(draft: &mut Draft<'_>, pod: &Pod) -> Result<(), Status> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let all = draft.store.objects().all_in::<PodDisruptionBudget>(namespace);
    let mut own = all.filter(|budget| disruption::selects(budget, pod));
    let Some(budget) = own.next() else { return Ok(()) };
    if own.next().is_some() {
        return Err(Status::unsupported(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does \
             not support.",
        ));
    }
    let none = PodDisruptionBudgetStatus::default();
    let status = budget.status.as_ref().unwrap_or(&none);
    if !pods::is_ready(pod) && may_go_unhealthy(budget, status) {
        return Ok(());
    }
    let mut budget = budget.as_ref().clone();
    take_one(draft, &mut budget, pod)?;
    draft.put(budget.into());
    Ok(())
}

/// A Pod that is not ready does not count: it may go if enough others are healthy, or always.
fn may_go_unhealthy(budget: &PodDisruptionBudget, status: &PodDisruptionBudgetStatus) -> bool {
    let policy =
        budget.spec.as_ref().and_then(|spec| spec.unhealthy_pod_eviction_policy.as_deref());
    let desired = status.desired_healthy.unwrap_or(0);
    policy == Some("AlwaysAllow") || (status.current_healthy.unwrap_or(0) >= desired && desired > 0)
}

/// Takes one of the disruptions that are allowed.
fn take_one(draft: &Draft<'_>, budget: &mut PodDisruptionBudget, pod: &Pod) -> Result<(), Status> {
    let name = budget.metadata.name.clone().unwrap_or_default();
    let generation = budget.metadata.generation.unwrap_or(0);
    let status = budget.status.get_or_insert_default();
    if status.observed_generation.unwrap_or(0) < generation {
        let why = format!("The disruption budget {name} is still being processed by the server.");
        return Err(Status::too_many_requests(REFUSED, 10).because(CAUSE, why, ""));
    }
    let key = Key::new(PodDisruptionBudget::KIND, "", &name);
    let waiting = status.disrupted_pods.as_ref().map_or(0, |waiting| waiting.len());
    if waiting > WAITING_MAX {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        return Err(Status::forbidden(&key, why));
    }
    let allowed = status.disruptions_allowed.unwrap_or(0);
    if allowed == 0 {
        return Err(Status::too_many_requests(REFUSED, 0).because(CAUSE, why(&name, status), ""));
    }
    status.disruptions_allowed = Some(allowed - 1);
    if allowed == 1 {
        disruption::set_condition(status, "False", "InsufficientPods", "", draft.clock);
    }
    let disrupted = status.disrupted_pods.get_or_insert_default();
    disrupted.insert(pod.metadata.name.clone().unwrap_or_default(), draft.clock.time());
    Ok(())
}

fn why(name: &str, status: &PodDisruptionBudgetStatus) -> String {
    let failed = status.conditions.iter().flatten().find(|known| known.reason == "SyncFailed");
    if let Some(failed) = failed {
        return format!(
            "The disruption budget {name} does not allow evicting pods currently because it \
             failed sync: {}",
            failed.message
        );
    }
    format!(
        "The disruption budget {name} needs {} healthy pods and has {} currently",
        status.desired_healthy.unwrap_or(0),
        status.current_healthy.unwrap_or(0)
    )
}
