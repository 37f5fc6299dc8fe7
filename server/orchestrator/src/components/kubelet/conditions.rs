//! A Pod's conditions, in Kubernetes' order.

use k8s_openapi::api::core::v1::{ContainerStatus, PodCondition};

use crate::machine::Sandbox;
use crate::resources::is_sidecar;

use super::plan::Plan;
use super::resize;

/// A condition's type, whether it holds, and why not.
type Found = (&'static str, bool, Option<(&'static str, String)>);

/// The conditions that the kubelet keeps, and after them those of others.
pub(super) fn conditions(
    plan: &Plan<'_>,
    phase: &str,
    init: &[ContainerStatus],
    main: &[ContainerStatus],
) -> Vec<PodCondition> {
    let sandbox = plan.runtime.map(|runtime| &runtime.sandbox);
    let has_sandbox = matches!(sandbox, Some(Sandbox::Ready { .. }));
    let ready_now = gates(plan, ready("Ready", plan, phase, init, main));
    let found: [Found; 4] = [
        ("PodReadyToStartContainers", has_sandbox, None),
        initialized(plan, phase, init, main),
        ready_now,
        ready("ContainersReady", plan, phase, init, main),
    ];
    let mut conditions: Vec<PodCondition> = plan.resizing.clone();
    conditions.extend(found.into_iter().map(|found| condition(plan, found)));
    let old = plan.pod.status.as_ref().and_then(|status| status.conditions.as_deref());
    let old = old.unwrap_or_default();
    let scheduled = old.iter().find(|condition| condition.type_ == "PodScheduled").cloned();
    let scheduled = scheduled.filter(|scheduled| scheduled.status == "True");
    conditions.push(scheduled.unwrap_or_else(|| condition(plan, ("PodScheduled", true, None))));
    let known: Vec<String> = conditions.iter().map(|condition| condition.type_.clone()).collect();
    let of_others = |condition: &&PodCondition| {
        !known.contains(&condition.type_) && !resize::CONDITIONS.contains(&&*condition.type_)
    };
    conditions.extend(old.iter().filter(of_others).cloned());
    conditions
}

fn condition(plan: &Plan<'_>, (kind, holds, why): Found) -> PodCondition {
    let status = if holds { "True" } else { "False" };
    let old = plan.pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    let old = old.and_then(|old| old.iter().find(|condition| condition.type_ == kind));
    let since =
        old.filter(|old| old.status == status).and_then(|old| old.last_transition_time.clone());
    let (reason, message) = why.unzip();
    PodCondition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.map(str::to_owned),
        message: message.filter(|message| !message.is_empty()),
        last_transition_time: since.or_else(|| Some(plan.view.clock.time())),
        observed_generation: plan.pod.metadata.generation,
        ..PodCondition::default()
    }
}

fn initialized(
    plan: &Plan<'_>,
    phase: &str,
    init: &[ContainerStatus],
    main: &[ContainerStatus],
) -> Found {
    if phase == "Succeeded" {
        return ("Initialized", true, Some(("PodCompleted", String::new())));
    }
    let begun = main.iter().any(|status| {
        status.state.as_ref().is_some_and(|state| state.running.is_some())
            || status.restart_count > 0
    });
    let sidecars: Vec<&str> = plan
        .spec
        .init_containers
        .iter()
        .flatten()
        .filter(|container| is_sidecar(container))
        .map(|container| container.name.as_str())
        .collect();
    let complete = |status: &&ContainerStatus| {
        if sidecars.contains(&status.name.as_str()) {
            status.started == Some(true)
        } else {
            status.ready
        }
    };
    let incomplete: Vec<&str> =
        init.iter().filter(|status| !complete(status)).map(|status| status.name.as_str()).collect();
    if incomplete.is_empty() || begun {
        return ("Initialized", true, None);
    }
    let message = format!("containers with incomplete status: [{}]", incomplete.join(" "));
    ("Initialized", false, Some(("ContainersNotInitialized", message)))
}

fn ready(
    kind: &'static str,
    plan: &Plan<'_>,
    phase: &str,
    init: &[ContainerStatus],
    main: &[ContainerStatus],
) -> Found {
    match phase {
        "Succeeded" => return (kind, false, Some(("PodCompleted", String::new()))),
        "Failed" => return (kind, false, Some(("PodFailed", String::new()))),
        _ => {}
    }
    let is_sidecar = |status: &&ContainerStatus| {
        let mut containers = plan.spec.init_containers.iter().flatten();
        containers.any(|container| is_sidecar(container) && container.name == status.name)
    };
    let all = init.iter().filter(is_sidecar).chain(main);
    let unready: Vec<&str> =
        all.filter(|status| !status.ready).map(|status| status.name.as_str()).collect();
    if unready.is_empty() {
        return (kind, true, None);
    }
    let message = format!("containers with unready status: [{}]", unready.join(" "));
    (kind, false, Some(("ContainersNotReady", message)))
}

/// Ready is who has also the conditions that it asks for itself.
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate>
fn gates(plan: &Plan<'_>, found: Found) -> Found {
    let (kind, true, _) = found else { return found };
    let conditions = plan.pod.status.as_ref().and_then(|status| status.conditions.as_deref());
    let missing: Vec<String> = plan
        .spec
        .readiness_gates
        .iter()
        .flatten()
        .filter_map(|gate| {
            let name = &gate.condition_type;
            let given = conditions.unwrap_or_default().iter().find(|one| one.type_ == *name);
            match given {
                None => Some(format!(
                    "corresponding condition of pod readiness gate \"{name}\" does not exist."
                )),
                Some(given) if given.status != "True" => Some(format!(
                    "the status of pod readiness gate \"{name}\" is not \"True\", but {}",
                    given.status
                )),
                Some(_) => None,
            }
        })
        .collect();
    if missing.is_empty() {
        return (kind, true, None);
    }
    (kind, false, Some(("ReadinessGatesNotReady", missing.join(", "))))
}
