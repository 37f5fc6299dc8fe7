//! A Pod's row in a table.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go>

use k8s_openapi::api::core::v1::{
    ContainerState, ContainerStateTerminated, ContainerStatus, Pod, PodSpec, PodStatus,
};
use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::super::age;
use crate::time::Clock;

pub(super) fn cells(pod: &Pod, clock: Clock) -> Vec<Value> {
    let (no_spec, no_status) = (PodSpec::default(), PodStatus::default());
    let spec = pod.spec.as_ref().unwrap_or(&no_spec);
    let status = pod.status.as_ref().unwrap_or(&no_status);
    let summary = summarise(pod, spec, status);
    let or_none = |text: Option<&String>| match text {
        Some(text) if !text.is_empty() => text.clone(),
        _ => "<none>".to_owned(),
    };
    let pod_ip = status.pod_ips.iter().flatten().map(|ip| &ip.ip).next().or(status.pod_ip.as_ref());
    vec![
        pod.metadata.name.clone().unwrap_or_default().into(),
        format!("{}/{}", summary.ready, summary.total).into(),
        summary.reason.clone().into(),
        summary.restarts(clock).into(),
        age::since(pod.metadata.creation_timestamp.as_ref(), clock).into(),
        or_none(pod_ip).into(),
        or_none(spec.node_name.as_ref()).into(),
        or_none(status.nominated_node_name.as_ref()).into(),
        readiness_gates(spec, status).into(),
    ]
}

/// The word under STATUS.
pub fn status_word(pod: &Pod) -> String {
    let (no_spec, no_status) = (PodSpec::default(), PodStatus::default());
    let spec = pod.spec.as_ref().unwrap_or(&no_spec);
    summarise(pod, spec, pod.status.as_ref().unwrap_or(&no_status)).reason
}

/// What one line says of all containers.
#[derive(Default)]
struct Summary {
    reason: String,
    ready: usize,
    total: usize,
    restarts: i32,
    last_restart: Option<Timestamp>,
}

impl Summary {
    fn restarts(&self, clock: Clock) -> String {
        match self.last_restart {
            Some(last) if self.restarts != 0 => {
                let ago = age::since_timestamp(Some(last), clock);
                format!("{} ({ago} ago)", self.restarts)
            }
            _ => self.restarts.to_string(),
        }
    }

    fn count(&mut self, status: &ContainerStatus) {
        self.restarts += status.restart_count;
        let last = status.last_state.as_ref().and_then(|state| state.terminated.as_ref());
        let finished = last.and_then(|last| last.finished_at.as_ref()).map(|time| time.0);
        self.last_restart = self.last_restart.max(finished);
    }
}

fn summarise(pod: &Pod, spec: &PodSpec, status: &PodStatus) -> Summary {
    let mut summary = Summary { total: spec.containers.len(), ..Summary::default() };
    summary.total += spec.init_containers.iter().flatten().filter(|one| is_sidecar(one)).count();
    summary.reason = status.reason.clone().or_else(|| status.phase.clone()).unwrap_or_default();
    if is_gated(status) {
        summary.reason = "SchedulingGated".to_owned();
    }
    let waits_for_init = init_containers(spec, status, &mut summary);
    if !waits_for_init || condition(status, "Initialized") == Some("True") {
        running_containers(status, &mut summary);
    }
    let phase = status.phase.as_deref().unwrap_or_default();
    if pod.metadata.deletion_timestamp.is_some() {
        if status.reason.as_deref() == Some("NodeLost") {
            summary.reason = "Unknown".to_owned();
        } else if !matches!(phase, "Succeeded" | "Failed") {
            summary.reason = "Terminating".to_owned();
        }
    }
    summary
}

fn is_sidecar(container: &k8s_openapi::api::core::v1::Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

fn condition<'a>(status: &'a PodStatus, type_: &str) -> Option<&'a str> {
    let mut conditions = status.conditions.iter().flatten();
    conditions.find(|condition| condition.type_ == type_).map(|condition| &*condition.status)
}

fn is_gated(status: &PodStatus) -> bool {
    let mut conditions = status.conditions.iter().flatten();
    conditions.any(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("SchedulingGated")
    })
}

/// Whether one of them still holds the others up.
fn init_containers(spec: &PodSpec, status: &PodStatus, summary: &mut Summary) -> bool {
    let count = spec.init_containers.iter().flatten().count();
    for (index, of) in status.init_container_statuses.iter().flatten().enumerate() {
        summary.count(of);
        let sidecar =
            spec.init_containers.iter().flatten().any(|one| one.name == of.name && is_sidecar(one));
        let state = of.state.clone().unwrap_or_default();
        let reason = match (&state.terminated, &state.waiting) {
            (Some(ended), _) if ended.exit_code == 0 => continue,
            _ if sidecar && of.started == Some(true) => {
                summary.ready += usize::from(of.ready);
                continue;
            }
            (Some(ended), _) => ended_reason(ended),
            (None, Some(waiting))
                if !matches!(waiting.reason.as_deref(), None | Some("" | "PodInitializing")) =>
            {
                waiting.reason.clone().unwrap_or_default()
            }
            _ => format!("{index}/{count}"),
        };
        summary.reason = format!("Init:{reason}");
        return true;
    }
    false
}

fn ended_reason(ended: &ContainerStateTerminated) -> String {
    match (ended.reason.as_deref().unwrap_or_default(), ended.signal.unwrap_or(0)) {
        ("", 0) => format!("ExitCode:{}", ended.exit_code),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

fn running_containers(status: &PodStatus, summary: &mut Summary) {
    let mut has_running = false;
    for of in status.container_statuses.iter().flatten().rev() {
        summary.count(of);
        let ContainerState { running, terminated, waiting } = of.state.clone().unwrap_or_default();
        let waits = waiting.and_then(|waiting| waiting.reason).filter(|reason| !reason.is_empty());
        if let Some(reason) = waits {
            summary.reason = reason;
        } else if let Some(ended) = &terminated {
            summary.reason = ended_reason(ended);
        } else if of.ready && running.is_some() {
            has_running = true;
            summary.ready += 1;
        }
    }
    // One has completed while another still runs.
    if summary.reason == "Completed" && has_running {
        let ready = condition(status, "Ready") == Some("True");
        summary.reason = if ready { "Running" } else { "NotReady" }.to_owned();
    }
}

fn readiness_gates(spec: &PodSpec, status: &PodStatus) -> String {
    let gates = spec.readiness_gates.as_deref().unwrap_or_default();
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let passed = |gate: &&k8s_openapi::api::core::v1::PodReadinessGate| {
        condition(status, &gate.condition_type) == Some("True")
    };
    format!("{}/{}", gates.iter().filter(passed).count(), gates.len())
}
