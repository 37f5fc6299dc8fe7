//! A container's share of its node, as the kubelet tells its runtime.

use k8s_openapi::api::core::v1::Container;

use crate::kinds::qos_class;
use crate::machine::Share;
use crate::resources::{milli, units};

use super::eviction;
use super::plan::Plan;

pub(super) fn of(plan: &Plan<'_>, container: &Container) -> Share {
    let resources = container.resources.as_ref();
    let request = |name: &str| resources.and_then(|all| all.requests.as_ref()?.get(name));
    let limit = |name: &str| resources.and_then(|all| all.limits.as_ref()?.get(name));
    Share {
        cpu_request_milli: request("cpu").map_or(0, milli),
        cpu_limit_milli: limit("cpu").map(milli),
        memory_limit_bytes: limit("memory").map(units),
        oom_score_adj: oom_score_adj(plan, request("memory").map_or(0, units)),
    }
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
