//! A Pod's phase, from its containers.
//! <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase>

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ContainerStatus, PodSpec};

use crate::resources::is_sidecar;

/// The containers' statuses by name.
type Statuses<'a> = BTreeMap<&'a str, &'a ContainerStatus>;

/// How many containers stand where.
#[derive(Debug, Default)]
struct Count {
    waiting: usize,
    running: usize,
    succeeded: usize,
    failed: usize,
}

/// The phase. `at_end`: the Pod is deleted and none of its containers will be started again.
pub(super) fn phase(
    spec: &PodSpec,
    init: &[ContainerStatus],
    main: &[ContainerStatus],
    at_end: bool,
) -> &'static str {
    match by_containers(spec, init, main, at_end) {
        // What never began has not succeeded.
        "Pending" if at_end => "Failed",
        phase => phase,
    }
}

fn by_containers(
    spec: &PodSpec,
    init: &[ContainerStatus],
    main: &[ContainerStatus],
    at_end: bool,
) -> &'static str {
    let init: Statuses<'_> = init.iter().map(|status| (status.name.as_str(), status)).collect();
    let never = spec.restart_policy.as_deref() == Some("Never");
    let begun = main.iter().any(|status| {
        status.restart_count > 0 || exit_code(status).is_some() || is_running(status)
    });
    let (pending, failed) = initialization(spec, &init);
    if failed && never {
        return "Failed";
    }
    if pending && !begun {
        return "Pending";
    }
    let count = count(main);
    if count.waiting > 0 {
        return "Pending";
    }
    let sidecar_runs = spec.init_containers.iter().flatten().any(|container| {
        is_sidecar(container)
            && init.get(container.name.as_str()).is_some_and(|status| is_running(status))
    });
    if count.running > 0 || sidecar_runs {
        return "Running";
    }
    let always = !matches!(spec.restart_policy.as_deref(), Some("Never" | "OnFailure"));
    match (count.failed, at_end) {
        (0, true) => "Succeeded",
        (_, true) => "Failed",
        _ if always => "Running",
        (0, false) => "Succeeded",
        _ if never => "Failed",
        _ => "Running",
    }
}

/// Whether an init container has yet to end well, and whether one has failed.
fn initialization(spec: &PodSpec, statuses: &Statuses<'_>) -> (bool, bool) {
    let (mut pending, mut failed) = (false, false);
    for container in spec.init_containers.iter().flatten() {
        let status = statuses.get(container.name.as_str());
        if is_sidecar(container) {
            pending |= status.is_none_or(|status| status.started != Some(true));
            continue;
        }
        let ended = status.and_then(|status| status.state.as_ref()?.terminated.as_ref());
        pending |= ended.is_none_or(|ended| ended.exit_code != 0);
        failed |= ended.is_some_and(|ended| ended.exit_code != 0);
    }
    (pending, failed)
}

fn count(statuses: &[ContainerStatus]) -> Count {
    let mut count = Count::default();
    for status in statuses {
        match (is_running(status), exit_code(status)) {
            (true, _) => count.running += 1,
            (false, Some(0)) => count.succeeded += 1,
            (false, Some(_)) => count.failed += 1,
            (false, None) => count.waiting += 1,
        }
    }
    count
}

fn is_running(status: &ContainerStatus) -> bool {
    status.state.as_ref().is_some_and(|state| state.running.is_some())
}

/// How it ended, or how the last one did if it waits to be started again.
fn exit_code(status: &ContainerStatus) -> Option<i32> {
    let state = status.state.as_ref()?;
    let ended = match (&state.terminated, &state.waiting) {
        (Some(ended), _) => Some(ended),
        (None, Some(_)) => status.last_state.as_ref()?.terminated.as_ref(),
        (None, None) => None,
    };
    ended.map(|ended| ended.exit_code)
}
