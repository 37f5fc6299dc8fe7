//! Resizing in place: whether the node can give what the containers of a Pod ask for now, and giving
//! it to them.
//!
//! Asked → pending (deferred until there is room, or infeasible on this node) → in progress: granted,
//! but the containers do not have it yet → done.
//! <https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, PodCondition, ResourceRequirements};
use serde::Serialize;

use crate::machine::{self, MachineAct};
use crate::resources::is_sidecar;
use crate::time::Millis;

use super::plan::Plan;
use super::{admission, share, stopping};

const PENDING: &str = "PodResizePending";
const IN_PROGRESS: &str = "PodResizeInProgress";
/// The conditions that tell of it, which stand before all others.
pub(super) const CONDITIONS: [&str; 2] = [PENDING, IN_PROGRESS];
/// What could not be done now is tried again after so long.
const RETRY_MS: Millis = 10_000;

/// A container as it is wanted, and as it is.
type Both<'a> = (&'a Container, &'a machine::Container);

/// Compares what is asked for with what there is.
pub(super) fn look(plan: &mut Plan<'_>) {
    let all = resizable(plan);
    let asked: Vec<Both<'_>> = all
        .iter()
        .filter(|(container, known)| share::wanted(container) != known.allotment().resources)
        .copied()
        .collect();
    let mut trouble = None;
    let mut granted = false;
    if !asked.is_empty() {
        match admission::resize_refusal(plan.view, plan.machine, plan.pod) {
            Some((reason, message)) => pend(plan, reason, &message),
            None => {
                granted = true;
                plan.normal("", "ResizeStarted", summary(plan, "started", None));
                trouble = give(plan, &asked);
            }
        }
    } else if was(plan, IN_PROGRESS).is_some_and(|old| old.reason.as_deref() == Some("Error")) {
        let stuck: Vec<Both<'_>> =
            all.iter().filter(|(_, known)| known.resizing.is_some()).copied().collect();
        trouble = give(plan, &stuck);
    }
    if granted || all.iter().any(|(_, known)| known.resizing.is_some()) {
        progress(plan, granted, trouble.as_deref());
    } else if was(plan, IN_PROGRESS).is_some() {
        plan.normal("", "ResizeCompleted", summary(plan, "completed", None));
    }
}

/// Containers and sidecars that are on the machine.
fn resizable<'a>(plan: &Plan<'a>) -> Vec<Both<'a>> {
    let sidecars = plan.spec.init_containers.iter().flatten().filter(|one| is_sidecar(one));
    let Some(runtime) = plan.runtime else { return Vec::new() };
    let known =
        |container: &'a Container| Some((container, runtime.containers.get(&container.name)?));
    sidecars.chain(&plan.spec.containers).filter_map(known).collect()
}

/// Gives what has been granted. What keeps a container from having it, if anything does.
fn give(plan: &mut Plan<'_>, containers: &[Both<'_>]) -> Option<String> {
    let mut trouble = None;
    for (container, known) in containers {
        let allotment = Arc::new(share::of(plan, share::wanted(container)));
        let restarts = known.is_alive() && needs_restart(container, known);
        let now = !restarts && {
            let too_much = too_little_memory(plan, container, allotment.share.memory_limit_bytes);
            trouble = trouble.or_else(|| too_much.clone());
            too_much.is_none()
        };
        plan.acts.push(MachineAct::Resize {
            uid: plan.uid.clone(),
            container: container.name.clone(),
            allotment,
            now,
        });
        if restarts && !known.stopping {
            restart(plan, &container.name);
        }
    }
    trouble
}

fn restart(plan: &mut Plan<'_>, name: &str) {
    plan.normal(name, "Killing", format!("Container {name} resize requires restart"));
    let grace_s = plan.spec.termination_grace_period_seconds.unwrap_or(stopping::GRACE_S);
    plan.acts.push(MachineAct::Stop {
        uid: plan.uid.clone(),
        container: name.to_owned(),
        grace_ms: grace_s.max(1) * 1000,
    });
}

/// Whether what changes is something for which the container says that it has to be restarted.
fn needs_restart(container: &Container, known: &machine::Container) -> bool {
    let wanted = share::wanted(container);
    let has = &known.config.allotment.resources;
    let differs = |name: &str| {
        let amounts = |of: &ResourceRequirements| {
            let amount = |list: &Option<std::collections::BTreeMap<_, _>>| {
                list.as_ref().and_then(|list| list.get(name).cloned())
            };
            (amount(&of.requests), amount(&of.limits))
        };
        amounts(&wanted) != amounts(has)
    };
    let policies = container.resize_policy.iter().flatten();
    policies
        .filter(|policy| policy.restart_policy == "RestartContainer")
        .any(|policy| differs(&policy.resource_name))
}

/// A limit cannot be set below what is used.
fn too_little_memory(
    plan: &Plan<'_>,
    container: &Container,
    limit_bytes: Option<i64>,
) -> Option<String> {
    let used = plan.machine.container_memory(&plan.uid, &container.name, plan.now());
    let limit = limit_bytes.filter(|limit| *limit < used)?;
    Some(format!(
        "attempting to set container \"{}\" memory limit ({limit}) below current usage ({used})",
        container.name
    ))
}

/// It has to wait, or cannot be.
fn pend(plan: &mut Plan<'_>, reason: &'static str, message: &str) {
    let generation = plan.pod.metadata.generation;
    let old = was(plan, PENDING);
    let told = old.is_some_and(|old| {
        old.reason.as_deref() == Some(reason)
            && old.message.as_deref() == Some(message)
            && old.observed_generation == generation
    });
    if !told {
        let event = if reason == "Infeasible" { "ResizeInfeasible" } else { "ResizeDeferred" };
        plan.warning("", event, summary(plan, reason, Some(message)));
    }
    if reason == "Deferred" {
        plan.look_after(RETRY_MS);
    }
    let condition = condition(plan, PENDING, Some((reason, message)));
    plan.resizing.push(PodCondition { observed_generation: generation, ..condition });
}

fn progress(plan: &mut Plan<'_>, granted: bool, trouble: Option<&str>) {
    let old = was(plan, IN_PROGRESS);
    let since = old.filter(|_| !granted).and_then(|old| old.observed_generation);
    if let Some(message) = trouble {
        if old.and_then(|old| old.message.as_deref()) != Some(message) {
            plan.warning("", "ResizeError", summary(plan, "error", Some(message)));
        }
        plan.look_after(RETRY_MS);
    }
    let why = trouble.map(|message| ("Error", message));
    let mut condition = condition(plan, IN_PROGRESS, why);
    condition.observed_generation = since.or(plan.pod.metadata.generation);
    plan.resizing.push(condition);
}

fn was<'a>(plan: &Plan<'a>, kind: &str) -> Option<&'a PodCondition> {
    let conditions = plan.pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind)
}

fn condition(plan: &Plan<'_>, kind: &str, why: Option<(&str, &str)>) -> PodCondition {
    let since = was(plan, kind).and_then(|old| old.last_transition_time.clone());
    let (reason, message) = why.unzip();
    PodCondition {
        type_: kind.to_owned(),
        status: "True".to_owned(),
        reason: reason.map(str::to_owned),
        message: message.map(str::to_owned),
        last_transition_time: since.or_else(|| Some(plan.view.clock.time())),
        ..PodCondition::default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    init_containers: Vec<OfContainer<'a>>,
    containers: Vec<OfContainer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct OfContainer<'a> {
    name: &'a str,
    resources: ResourceRequirements,
}

impl OfContainer<'_> {
    fn of(container: &Container) -> OfContainer<'_> {
        OfContainer { name: &container.name, resources: share::wanted(container) }
    }
}

/// The sentence of an event: what is asked for, as JSON.
fn summary(plan: &Plan<'_>, what: &str, error: Option<&str>) -> String {
    let sidecars = plan.spec.init_containers.iter().flatten().filter(|one| is_sidecar(one));
    let summary = Summary {
        init_containers: sidecars.map(OfContainer::of).collect(),
        containers: plan.spec.containers.iter().map(OfContainer::of).collect(),
        generation: plan.pod.metadata.generation,
        error,
    };
    format!("Pod resize {what}: {}", serde_json::to_string(&summary).unwrap_or_default())
}
