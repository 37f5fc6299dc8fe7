//! Pods that the kubelet ends as a whole: evicted, or active for too long.

use k8s_openapi::api::core::v1::{PodCondition, PodStatus};

use crate::time::Millis;

use super::eviction;
use super::plan::Plan;

/// Why the kubelet ends a Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    reason: &'static str,
    message: String,
    /// How long its containers get, if not as long as the Pod says.
    pub(super) grace_ms: Option<Millis>,
}

const DEADLINE: &str = "Pod was active on the node longer than the specified deadline";

/// Whether a Pod is to end. If its time will come, looks again then.
pub(super) fn of(plan: &mut Plan<'_>) -> Option<Ending> {
    if let Some(message) = plan.runtime.and_then(|runtime| runtime.evicted.as_deref()) {
        let grace_ms = Some(eviction::GRACE_MS);
        return Some(Ending { reason: "Evicted", message: message.to_owned(), grace_ms });
    }
    let seconds = plan.spec.active_deadline_seconds?;
    let start = plan.pod.status.as_ref()?.start_time.as_ref()?;
    let left = plan.view.clock.model_time(start.0) + seconds.saturating_mul(1000) - plan.now();
    if left > 0 {
        plan.look_after(left);
        return None;
    }
    if !plan.memory.past_deadline {
        plan.memory.past_deadline = true;
        plan.normal("", "DeadlineExceeded", DEADLINE.to_owned());
    }
    Some(Ending { reason: "DeadlineExceeded", message: DEADLINE.to_owned(), grace_ms: None })
}

impl Ending {
    /// Writes into a status that the Pod has ended so.
    pub(super) fn write(&self, plan: &Plan<'_>, status: &mut PodStatus) {
        status.reason = Some(self.reason.to_owned());
        status.message = Some(self.message.clone());
        if self.reason != "Evicted" {
            return;
        }
        let conditions = status.conditions.get_or_insert_default();
        if conditions.iter().any(|condition| condition.type_ == "DisruptionTarget") {
            return;
        }
        conditions.push(PodCondition {
            type_: "DisruptionTarget".to_owned(),
            status: "True".to_owned(),
            reason: Some("TerminationByKubelet".to_owned()),
            message: Some(self.message.clone()),
            last_transition_time: Some(plan.view.clock.time()),
            observed_generation: plan.pod.metadata.generation,
            ..PodCondition::default()
        });
    }
}
