//! What several components ask of a Pod.

use k8s_openapi::api::core::v1::{Pod, PodCondition};

use crate::time::{Clock, Millis};

/// A condition of a Pod by its type.
pub fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<&'a PodCondition> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind)
}

/// Whether its condition `Ready` is true.
pub fn is_ready(pod: &Pod) -> bool {
    condition(pod, "Ready").is_some_and(|ready| ready.status == "True")
}

/// How long until it has been ready for `min_ready_s`: 0 if it has, None if it is not ready.
pub fn available_in(pod: &Pod, min_ready_s: i32, clock: Clock) -> Option<Millis> {
    let ready = condition(pod, "Ready").filter(|ready| ready.status == "True")?;
    let since = ready.last_transition_time.as_ref().map(|time| clock.model_time(time.0));
    let since = since.unwrap_or(clock.now);
    Some((since + i64::from(min_ready_s) * 1000 - clock.now).max(0))
}

/// Whether it has ended for good.
pub fn is_terminal(pod: &Pod) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// Whether it counts as one of the wanted: neither ended nor about to be deleted.
pub fn is_active(pod: &Pod) -> bool {
    !is_terminal(pod) && pod.metadata.deletion_timestamp.is_none()
}

/// Whether a change of a Pod makes no difference to the controller that owns it: its labels and
/// owners, its phase and readiness, and whether it is being deleted are the same.
pub fn same(before: &Pod, after: &Pod) -> bool {
    let ready = |pod: &Pod| {
        let ready = condition(pod, "Ready")?;
        Some((ready.status.clone(), ready.last_transition_time.clone()))
    };
    let (was, is) = (&before.metadata, &after.metadata);
    was.labels == is.labels
        && was.owner_references == is.owner_references
        && was.deletion_timestamp == is.deletion_timestamp
        && was.uid == is.uid
        && phase(before) == phase(after)
        && ready(before) == ready(after)
}

pub fn phase(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default()
}

/// The node it is bound to.
pub fn node(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref()?.node_name.as_deref().filter(|node| !node.is_empty())
}

/// Marks what stands in the API for a static Pod, and names the UID that it has on its node.
pub const MIRROR: &str = "kubernetes.io/config.mirror";

/// The UID under which a Pod runs on its node: a static Pod's is not its mirror's.
pub fn runtime_uid(pod: &Pod) -> &str {
    let annotations = pod.metadata.annotations.as_ref();
    let own = annotations.and_then(|annotations| annotations.get(MIRROR));
    own.or(pod.metadata.uid.as_ref()).map_or("", String::as_str)
}

/// The node on which room was made for it.
pub fn nominated_node(pod: &Pod) -> Option<&str> {
    let node = pod.status.as_ref()?.nominated_node_name.as_deref();
    node.filter(|node| !node.is_empty())
}

/// Restarts of all its containers.
pub fn restarts(pod: &Pod) -> i32 {
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_ref());
    statuses.into_iter().flatten().map(|status| status.restart_count).sum()
}

/// Sets the condition `DisruptionTarget`: it is about to be ended from outside, and why.
pub fn set_disruption_target(pod: &mut Pod, reason: &str, message: &str, clock: Clock) {
    let generation = pod.metadata.generation;
    let conditions = pod.status.get_or_insert_default().conditions.get_or_insert_default();
    conditions.retain(|condition| condition.type_ != "DisruptionTarget");
    conditions.push(PodCondition {
        type_: "DisruptionTarget".to_owned(),
        status: "True".to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_transition_time: Some(clock.time()),
        observed_generation: generation,
        ..PodCondition::default()
    });
}
