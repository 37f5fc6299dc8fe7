//! Pods as the page draws them, with the word that `kubectl get pods` prints under STATUS.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Container, ContainerStatus, Pod, PodSpec, PodStatus},
    apimachinery::pkg::api::resource::Quantity,
};
use orchestrator::time::Clock;
use protocol::{ContainerState, ContainerView, PodView};

use super::{object::model_ms, quantity};

pub(super) fn view(pod: &Pod, clock: &Clock) -> PodView {
    let none = PodStatus::default();
    let status = pod.status.as_ref().unwrap_or(&none);
    let Some(spec) = &pod.spec else { return PodView::default() };
    let init = containers(
        spec.init_containers.as_deref().unwrap_or_default(),
        status.init_container_statuses.as_deref().unwrap_or_default(),
        true,
        clock,
    );
    let main = containers(
        &spec.containers,
        status.container_statuses.as_deref().unwrap_or_default(),
        false,
        clock,
    );
    PodView {
        phase: status.phase.clone().unwrap_or_default(),
        status: status_word(pod, spec, status),
        ready: condition(status, "Ready").is_some_and(|(is, _)| is == "True"),
        node: spec.node_name.clone().filter(|node| !node.is_empty()),
        ip: status.pod_ip.clone().filter(|ip| !ip.is_empty()),
        message: message(status),
        cpu_milli: requested(spec, "cpu", quantity::milli),
        memory_bytes: requested(spec, "memory", quantity::whole),
        containers: init.chain(main).collect(),
    }
}

fn containers<'pod>(
    specs: &'pod [Container],
    statuses: &'pod [ContainerStatus],
    init: bool,
    clock: &'pod Clock,
) -> impl Iterator<Item = ContainerView> + use<'pod> {
    specs.iter().map(move |spec| {
        let status = statuses.iter().find(|status| status.name == spec.name);
        let ports = spec.ports.iter().flatten();
        ContainerView {
            name: spec.name.clone(),
            image: spec.image.clone().unwrap_or_default(),
            state: state(status, clock),
            ready: status.is_some_and(|status| status.ready),
            restarts: status.map(|status| status.restart_count).unwrap_or_default(),
            ports: ports.map(|port| port.container_port).collect(),
            init,
        }
    })
}

fn state(status: Option<&ContainerStatus>, clock: &Clock) -> ContainerState {
    let Some(state) = status.and_then(|status| status.state.as_ref()) else {
        return ContainerState::Waiting { reason: String::new(), message: String::new() };
    };
    if let Some(running) = &state.running {
        let since = running.started_at.as_ref().map(|time| model_ms(time, clock));
        return ContainerState::Running { since_ms: since.unwrap_or_default() };
    }
    if let Some(terminated) = &state.terminated {
        let reason = terminated.reason.clone().unwrap_or_default();
        return ContainerState::Terminated { reason, exit_code: terminated.exit_code };
    }
    let waiting = state.waiting.clone().unwrap_or_default();
    ContainerState::Waiting {
        reason: waiting.reason.unwrap_or_default(),
        message: waiting.message.unwrap_or_default(),
    }
}

fn condition<'status>(
    status: &'status PodStatus,
    name: &str,
) -> Option<(&'status str, Option<&'status str>)> {
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let found = conditions.iter().find(|condition| condition.type_ == name)?;
    Some((&found.status, found.message.as_deref()))
}

/// What the Pod waits for: the Pod's own message, the scheduler's, or that of a container.
fn message(status: &PodStatus) -> Option<String> {
    let own = status.message.clone();
    let unscheduled = || {
        let (is, message) = condition(status, "PodScheduled")?;
        message.filter(|_| is == "False").map(str::to_owned)
    };
    let waiting = || {
        let statuses = status.container_statuses.iter().flatten();
        let mut waiting = statuses.filter_map(|status| status.state.as_ref()?.waiting.as_ref());
        waiting.find_map(|waiting| waiting.message.clone())
    };
    own.or_else(unscheduled).or_else(waiting).filter(|message| !message.is_empty())
}

/// What a Pod reserves: the sum of its containers, or the largest init container if that is more.
/// <https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers>
fn requested(spec: &PodSpec, resource: &str, measure: fn(&Quantity) -> i64) -> i64 {
    let of = |container: &Container| {
        let requests: Option<&BTreeMap<String, Quantity>> =
            container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
        requests.and_then(|requests| requests.get(resource)).map(measure).unwrap_or_default()
    };
    let sum: i64 = spec.containers.iter().map(of).sum();
    let init = spec.init_containers.iter().flatten().map(of).max().unwrap_or_default();
    sum.max(init)
}

/// As kubectl's printer decides it, from phase to the last container that has a reason.
/// <https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/printers/internalversion/printers.go>
fn status_word(pod: &Pod, spec: &PodSpec, status: &PodStatus) -> String {
    let phase = status.phase.clone().unwrap_or_default();
    let mut word = status.reason.clone().unwrap_or(phase);
    let gated = condition(status, "PodScheduled");
    if gated.is_some() && spec.scheduling_gates.iter().flatten().next().is_some() {
        "SchedulingGated".clone_into(&mut word);
    }
    let word = initializing(spec, status).unwrap_or_else(|| running(status, word));
    if pod.metadata.deletion_timestamp.is_none() {
        return word;
    }
    if status.reason.as_deref() == Some("NodeLost") {
        return "Unknown".to_owned();
    }
    let over = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    if over { word } else { "Terminating".to_owned() }
}

/// The word while init containers are not done.
fn initializing(spec: &PodSpec, status: &PodStatus) -> Option<String> {
    let total = spec.init_containers.as_ref().map_or(0, Vec::len);
    for (index, init) in status.init_container_statuses.iter().flatten().enumerate() {
        let state = init.state.as_ref();
        let terminated = state.and_then(|state| state.terminated.as_ref());
        let waiting = state.and_then(|state| state.waiting.as_ref());
        if terminated.is_some_and(|terminated| terminated.exit_code == 0) {
            continue;
        }
        if let Some(terminated) = terminated {
            let reason = terminated.reason.as_deref().filter(|reason| !reason.is_empty());
            let exit = || format!("ExitCode:{}", terminated.exit_code);
            return Some(format!("Init:{}", reason.map_or_else(exit, str::to_owned)));
        }
        let reason = waiting.and_then(|waiting| waiting.reason.as_deref());
        return Some(match reason.filter(|reason| !matches!(*reason, "" | "PodInitializing")) {
            Some(reason) => format!("Init:{reason}"),
            None => format!("Init:{index}/{total}"),
        });
    }
    None
}

/// The word of the main containers: the first one that has something to say.
fn running(status: &PodStatus, mut word: String) -> String {
    let mut runs = false;
    for container in status.container_statuses.iter().flatten().rev() {
        let Some(state) = &container.state else { continue };
        if let Some(reason) = state.waiting.as_ref().and_then(|waiting| waiting.reason.clone())
            && !reason.is_empty()
        {
            word = reason;
        } else if let Some(terminated) = &state.terminated {
            let reason = terminated.reason.clone().filter(|reason| !reason.is_empty());
            word = reason.unwrap_or_else(|| format!("ExitCode:{}", terminated.exit_code));
        } else if container.ready && state.running.is_some() {
            runs = true;
        }
    }
    if word == "Completed" && runs {
        let ready = condition(status, "Ready").is_some_and(|(is, _)| is == "True");
        return if ready { "Running" } else { "NotReady" }.to_owned();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(status: Value, expected: &str) {
        let pod = json!({
            "metadata": {"name": "web"},
            "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
            "status": status,
        });
        let pod: Pod = serde_json::from_value(pod).expect("a Pod");
        let clock = Clock { now: orchestrator::Time(0), epoch_s: 0 };
        assert_eq!(view(&pod, &clock).status, expected);
    }

    fn container(name: &str, ready: bool, state: &Value) -> Value {
        json!({
            "name": name, "ready": ready, "state": state,
            "image": "", "imageID": "", "restartCount": 0,
        })
    }

    #[test]
    fn the_word_under_status() {
        let running = json!({"running": {}});
        let completed = json!({"terminated": {"exitCode": 0, "reason": "Completed"}});
        let backing_off = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let ready = json!([{"type": "Ready", "status": "True"}]);
        check(json!({"phase": "Pending"}), "Pending");
        check(json!({"phase": "Failed", "reason": "Evicted"}), "Evicted");
        check(
            json!({"phase": "Running", "containerStatuses": [
            container("a", true, &running), container("b", false, &backing_off)]}),
            "CrashLoopBackOff",
        );
        check(
            json!({"phase": "Running", "conditions": ready, "containerStatuses": [
            container("a", true, &running), container("b", false, &completed)]}),
            "Running",
        );
        check(
            json!({"phase": "Running", "containerStatuses": [
            container("a", true, &running), container("b", false, &completed)]}),
            "NotReady",
        );
        check(
            json!({"phase": "Failed", "containerStatuses": [
            container("a", false, &json!({"terminated": {"exitCode": 3}}))]}),
            "ExitCode:3",
        );
    }
}
