//! Pods as the page draws them, with the word that `kubectl get pods` prints under STATUS.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Container, ContainerStatus, Pod, PodSpec, PodStatus},
    apimachinery::pkg::api::resource::Quantity,
};
use orchestrator::{
    kinds::{quantity, status_word},
    time::Clock,
};
use protocol::{ContainerState, ContainerView, PodView};

use super::{object::model_ms, storage};

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
        status: status_word(pod),
        ready: condition(status, "Ready").is_some_and(|(is, _)| is == "True"),
        node: spec.node_name.clone().filter(|node| !node.is_empty()),
        ip: status.pod_ip.clone().filter(|ip| !ip.is_empty()),
        message: message(status),
        cpu_milli: requested(spec, "cpu", quantity::milli),
        memory_bytes: requested(spec, "memory", quantity::value),
        cpu_limit_milli: limited(spec, "cpu", quantity::milli),
        memory_limit_bytes: limited(spec, "memory", quantity::value),
        uses: storage::uses(spec),
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
            probes: probes(spec),
            last: status.and_then(last),
        }
    })
}

fn probes(spec: &Container) -> Vec<String> {
    let all = [
        ("startup", &spec.startup_probe),
        ("liveness", &spec.liveness_probe),
        ("readiness", &spec.readiness_probe),
    ];
    let there = all.into_iter().filter(|(_, probe)| probe.is_some());
    there.map(|(name, _)| name.to_owned()).collect()
}

/// How the run before this one ended.
fn last(status: &ContainerStatus) -> Option<(String, i32)> {
    let ended = status.last_state.as_ref()?.terminated.as_ref()?;
    Some((ended.reason.clone().unwrap_or_default(), ended.exit_code))
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

/// The sum of its containers' limits; 0 where one has none, so that nothing limits the Pod.
fn limited(spec: &PodSpec, resource: &str, measure: fn(&Quantity) -> i64) -> i64 {
    let of = |container: &Container| {
        let limits = container.resources.as_ref().and_then(|it| it.limits.as_ref());
        limits.and_then(|limits| limits.get(resource)).map(measure)
    };
    spec.containers.iter().map(of).sum::<Option<i64>>().unwrap_or_default()
}
