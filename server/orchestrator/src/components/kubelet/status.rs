//! A Pod's status, written from what the machine has.

use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated,
    ContainerStateWaiting, ContainerStatus, EphemeralContainer, HostIP, Node, PodIP, PodStatus,
    VolumeMountStatus,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use k8s_openapi::jiff::Timestamp;

use crate::components::pods;
use crate::kinds::of_ephemeral;
use crate::machine::{self, Exit, State};
use crate::resources::is_sidecar;
use crate::time::Clock;

use super::conditions::conditions;
use super::phase::phase;
use super::plan::Plan;
use super::pod::{host_ip, is_running};
use super::share;

/// The status. `at_end`: the Pod is deleted and none of its containers will be started again.
pub(super) fn status(plan: &Plan<'_>, at_end: bool) -> PodStatus {
    let old = plan.pod.status.clone().unwrap_or_default();
    let init: Vec<ContainerStatus> =
        plan.spec.init_containers.iter().flatten().map(|c| of_init(plan, c)).collect();
    let initializing = !are_done(plan, &init);
    let main: Vec<ContainerStatus> =
        plan.spec.containers.iter().map(|c| of_container(plan, c, initializing)).collect();
    let ephemeral: Vec<ContainerStatus> =
        plan.spec.ephemeral_containers.iter().flatten().map(|c| ephemeral(plan, c)).collect();
    let has_ended = plan.ending.is_some() && !is_running(plan);
    let phase = match old.phase.as_deref() {
        Some(phase) if pods::is_terminal(plan.pod) => phase.to_owned(),
        _ if has_ended => "Failed".to_owned(),
        _ => phase(plan.spec, &init, &main, at_end).to_owned(),
    };
    let node = plan.view.cache.get_typed::<Node>("", &plan.machine.node);
    let host_ip = node.and_then(|node| host_ip(node)).or(old.host_ip);
    let ip = plan.runtime.and_then(|runtime| runtime.ip()).map(str::to_owned).or(old.pod_ip);
    let mut status = PodStatus {
        conditions: Some(conditions(plan, &phase, &init, &main)),
        phase: Some(phase),
        host_ips: host_ip.clone().map(|ip| vec![HostIP { ip }]),
        host_ip,
        pod_ips: ip.clone().map(|ip| vec![PodIP { ip }]),
        pod_ip: ip,
        start_time: old.start_time.or_else(|| Some(plan.view.clock.time())),
        init_container_statuses: Some(init).filter(|init| !init.is_empty()),
        container_statuses: Some(main),
        ephemeral_container_statuses: Some(ephemeral).filter(|ephemeral| !ephemeral.is_empty()),
        observed_generation: plan.pod.metadata.generation,
        ..old
    };
    if let Some(ending) = plan.ending.as_ref().filter(|_| has_ended) {
        ending.write(plan, &mut status);
    }
    status
}

fn are_done(plan: &Plan<'_>, init: &[ContainerStatus]) -> bool {
    plan.spec.init_containers.iter().flatten().zip(init).all(|(container, status)| {
        if is_sidecar(container) { status.started == Some(true) } else { status.ready }
    })
}

/// An init container is ready when it has ended well.
fn of_init(plan: &Plan<'_>, container: &Container) -> ContainerStatus {
    let status = of_container(plan, container, true);
    if is_sidecar(container) {
        return status;
    }
    let ended = status.state.as_ref().and_then(|state| state.terminated.as_ref());
    let ready = ended.is_some_and(|ended| ended.exit_code == 0);
    let running = status.state.as_ref().is_some_and(|state| state.running.is_some());
    ContainerStatus { ready, started: Some(running), ..status }
}

/// Nobody asks an ephemeral container whether it is ready.
fn ephemeral(plan: &Plan<'_>, container: &EphemeralContainer) -> ContainerStatus {
    let status = of_container(plan, &of_ephemeral(container), false);
    ContainerStatus { ready: false, started: None, ..status }
}

fn of_container(plan: &Plan<'_>, container: &Container, initializing: bool) -> ContainerStatus {
    let known = plan.runtime.and_then(|runtime| runtime.containers.get(&container.name));
    // While it is being made, nothing has changed yet.
    let is_made = |known: &machine::Container| known.state == State::Created || known.hooking;
    if known.is_some_and(is_made)
        && let Some(old) = old(plan, container)
    {
        return old.clone();
    }
    let (state, last) = match known {
        Some(known) => states(plan, container, known),
        None if plan.runtime.is_none() && was_told(plan, container) => {
            return told(plan, container);
        }
        None => (waiting(plan, container, initializing), last_told(plan, container)),
    };
    let running = matches!(known.map(|known| &known.state), Some(State::Running { .. }));
    let resources = known
        .map_or_else(|| share::wanted(container), |known| known.config.allotment.resources.clone());
    let granted =
        known.map_or_else(|| share::wanted(container), |known| known.allotment().resources.clone());
    ContainerStatus {
        name: container.name.clone(),
        ready: running && known.is_some_and(|known| known.ready),
        started: Some(running && known.is_some_and(|known| known.started)),
        restart_count: known.map_or_else(
            || old(plan, container).map_or(0, |old| old.restart_count),
            |known| i32::try_from(known.attempt).unwrap_or(i32::MAX),
        ),
        image: known
            .map_or_else(|| container.image.clone().unwrap_or_default(), |k| k.image.clone()),
        image_id: known.map(|known| known.image_id.clone()).unwrap_or_default(),
        container_id: known.map(|known| format!("containerd://{}", known.id)),
        allocated_resources: granted.requests.filter(|requests| !requests.is_empty()),
        resources: Some(resources),
        volume_mounts: mounts(container),
        last_state: Some(last.unwrap_or_default()),
        state: Some(state),
        ..ContainerStatus::default()
    }
}

/// Whether the API already knows of the container: the machine has forgotten it.
fn was_told(plan: &Plan<'_>, container: &Container) -> bool {
    let has_run = |status: &ContainerStatus| status.container_id.is_some();
    old(plan, container).is_some_and(has_run)
}

fn told(plan: &Plan<'_>, container: &Container) -> ContainerStatus {
    old(plan, container).cloned().unwrap_or_default()
}

/// What the API has as the end of the container before, which the machine does not know of.
fn last_told(plan: &Plan<'_>, container: &Container) -> Option<ContainerState> {
    old(plan, container)?.last_state.clone()
}

fn old<'a>(plan: &Plan<'a>, container: &Container) -> Option<&'a ContainerStatus> {
    let status = plan.pod.status.as_ref()?;
    let all = status.init_container_statuses.iter().chain(&status.container_statuses);
    let mut all = all.chain(&status.ephemeral_container_statuses).flatten();
    all.find(|status| status.name == container.name)
}

/// The container's state, and how the one before it ended.
fn states(
    plan: &Plan<'_>,
    container: &Container,
    known: &machine::Container,
) -> (ContainerState, Option<ContainerState>) {
    let clock = plan.view.clock;
    let last = known.last.as_ref().map(|exit| terminated(clock, exit));
    match &known.state {
        State::Created => (waiting(plan, container, false), last),
        State::Running { .. } if known.hooking => (waiting(plan, container, false), last),
        State::Running { since } => {
            let running = ContainerStateRunning { started_at: Some(clock.time_at(*since)) };
            (ContainerState { running: Some(running), ..ContainerState::default() }, last)
        }
        State::Exited(exit) if plan.waiting.contains_key(&container.name) => {
            (waiting(plan, container, false), Some(terminated(clock, exit)))
        }
        State::Exited(exit) => (terminated(clock, exit), last),
    }
}

fn waiting(plan: &Plan<'_>, container: &Container, initializing: bool) -> ContainerState {
    let has_init = plan.spec.init_containers.as_ref().is_some_and(|init| !init.is_empty());
    let default = if initializing && has_init { "PodInitializing" } else { "ContainerCreating" };
    let known = plan.waiting.get(&container.name);
    let waiting = ContainerStateWaiting {
        reason: Some(known.map_or(default, |(reason, _)| reason).to_owned()),
        message: known.map(|(_, message)| message.clone()).filter(|message| !message.is_empty()),
    };
    ContainerState { waiting: Some(waiting), ..ContainerState::default() }
}

fn terminated(clock: Clock, exit: &Exit) -> ContainerState {
    let never = MetaTime(Timestamp::UNIX_EPOCH);
    let started = exit.started.map_or(never, |started| clock.time_at(started));
    ContainerState {
        terminated: Some(ContainerStateTerminated {
            exit_code: exit.code,
            reason: Some(exit.reason.to_owned()),
            message: Some(exit.message.clone()).filter(|message| !message.is_empty()),
            started_at: Some(started),
            finished_at: Some(clock.time_at(exit.finished)),
            container_id: Some(format!("containerd://{}", exit.id)),
            ..ContainerStateTerminated::default()
        }),
        ..ContainerState::default()
    }
}

fn mounts(container: &Container) -> Option<Vec<VolumeMountStatus>> {
    let mounts = container.volume_mounts.as_ref()?;
    let status = |mount: &k8s_openapi::api::core::v1::VolumeMount| VolumeMountStatus {
        name: mount.name.clone(),
        mount_path: mount.mount_path.clone(),
        read_only: mount.read_only,
        recursive_read_only: (mount.read_only == Some(true)).then(|| "Disabled".to_owned()),
        ..VolumeMountStatus::default()
    };
    Some(mounts.iter().map(status).collect())
}
