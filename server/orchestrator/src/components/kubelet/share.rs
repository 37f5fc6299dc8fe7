//! A container's share of its node, as the kubelet tells its runtime.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, ResourceRequirements};

use crate::kinds::qos_class;
use crate::machine::{Allotment, Share};
use crate::resources::{milli, units};

use super::eviction;
use super::plan::Plan;

/// What a container that is started is given: what it has been granted, if that is settled.
pub(super) fn at_start(plan: &Plan<'_>, container: &Container) -> Arc<Allotment> {
    let known = plan.runtime.and_then(|runtime| runtime.containers.get(&container.name));
    let granted = known.map(|known| known.allotment().resources.clone());
    Arc::new(of(plan, granted.unwrap_or_else(|| wanted(container))))
}

/// What a container asks for.
pub(super) fn wanted(container: &Container) -> ResourceRequirements {
    ResourceRequirements { claims: None, ..container.resources.clone().unwrap_or_default() }
}

pub(super) fn of(plan: &Plan<'_>, resources: ResourceRequirements) -> Allotment {
    let request = |name: &str| resources.requests.as_ref().and_then(|all| all.get(name));
    let limit = |name: &str| resources.limits.as_ref().and_then(|all| all.get(name));
    let share = Share {
        cpu_request_milli: request("cpu").map_or(0, milli),
        cpu_limit_milli: limit("cpu").map(milli),
        memory_limit_bytes: limit("memory").map(units),
        oom_score_adj: oom_score_adj(plan, request("memory").map_or(0, units)),
    };
    Allotment { resources, share }
}

/// <https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior>
fn oom_score_adj(plan: &Plan<'_>, memory_request: i64) -> i64 {
    if eviction::is_critical(plan.pod) {
        return -997;
    }
    match qos_class(plan.spec) {
        "Guaranteed" => -997,
        "BestEffort" => 1000,
        _ => {
            let capacity = i128::from(plan.machine.capacity.memory_bytes.max(1));
            let share = i128::from(memory_request) * 1000 / capacity;
            (1000 - i64::try_from(share).unwrap_or(1000)).clamp(3, 999)
        }
    }
}
