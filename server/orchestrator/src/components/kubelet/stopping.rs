//! Stopping containers: those that do the work first, then the sidecars, the last one first.
//! <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#sidecar-containers-and-pod-lifecycle>

use crate::machine::{MachineAct, PodRuntime};
use crate::resources::is_sidecar;
use crate::time::Millis;

use super::plan::Plan;

/// Kubernetes' default `terminationGracePeriodSeconds`.
pub(super) const GRACE_S: i64 = 30;
/// What a sidecar gets when the others have used up the grace period.
const LEAST_MS: Millis = 2000;

/// Tells those to stop whose turn it is.
pub(super) fn stop_all(plan: &mut Plan<'_>, runtime: &PodRuntime) {
    let own = plan.spec.termination_grace_period_seconds.unwrap_or(GRACE_S);
    let own = plan.pod.metadata.deletion_grace_period_seconds.unwrap_or(own);
    let given = plan.ending.as_ref().and_then(|ending| ending.grace_ms).map(|ms| ms / 1000);
    let grace_s = given.unwrap_or(own).max(1);
    // Told again if it gets less time than it was told first.
    let sooner = plan.memory.grace_s.is_some_and(|told| grace_s < told);
    plan.memory.grace_s = Some(grace_s);
    let now = plan.now();
    let by = *plan.memory.stop_by.get_or_insert(now + grace_s * 1000);
    let by = if sooner { now + grace_s * 1000 } else { by };
    plan.memory.stop_by = Some(by);
    for (name, is_late) in next(plan, runtime) {
        let Some(container) = runtime.containers.get(&name) else { continue };
        if container.stopping && !sooner {
            continue;
        }
        if !container.stopping {
            plan.normal(&name, "Killing", format!("Stopping container {name}"));
        }
        let grace_ms = if is_late { (by - now).max(LEAST_MS) } else { grace_s * 1000 };
        let uid = plan.uid.clone();
        plan.acts.push(MachineAct::Stop { uid, container: name, grace_ms });
    }
}

/// All that run and are no sidecars; then the last sidecar that runs. With each whether others have
/// been stopped before it.
fn next(plan: &Plan<'_>, runtime: &PodRuntime) -> Vec<(String, bool)> {
    let sidecars: Vec<&str> = plan
        .spec
        .init_containers
        .iter()
        .flatten()
        .filter(|one| is_sidecar(one))
        .map(|one| one.name.as_str())
        .collect();
    let alive = runtime.containers.iter().filter(|(_, container)| container.is_alive());
    let (late, first): (Vec<&String>, Vec<&String>) =
        alive.map(|(name, _)| name).partition(|name| sidecars.contains(&name.as_str()));
    if !first.is_empty() {
        return first.into_iter().map(|name| (name.clone(), false)).collect();
    }
    let last = sidecars.into_iter().rev().find(|name| late.iter().any(|one| one.as_str() == *name));
    last.map(|name| (name.to_owned(), true)).into_iter().collect()
}
