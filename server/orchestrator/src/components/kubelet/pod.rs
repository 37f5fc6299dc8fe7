//! What a Pod needs next: a sandbox, an image, a container, or to be stopped.
//!
//! Its way on a node: sandbox → init containers, one after the other → containers → all ended, or
//! deleted → containers stopped → sandbox down → gone from the API.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, Pod};

use crate::call::{Call, Propagation, Step};
use crate::component::{Outcome, View};
use crate::components::pods;
use crate::machine::{MachineAct, Network, PodRuntime, Sandbox};
use crate::object::Key;
use crate::time::Millis;

use super::memory::PodMemory;
use super::mirror::{self, Source};
use super::plan::Plan;
use super::{admission, containers, ending, events, resize, status, stopping, volumes};

pub(super) fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(machine) = view.machine else { return Outcome::nothing() };
    let source = mirror::source(view, machine, key);
    let uid = source.run.and_then(|pod| pod.metadata.uid.as_deref());
    // Before it has heard from the API server the kubelet takes nothing down (`sourcesReady`).
    let vanished: Vec<MachineAct> = machine
        .pods()
        .filter(|runtime| view.has_listed && runtime.key == *key)
        .filter(|runtime| Some(&*runtime.uid) != uid)
        .flat_map(clear)
        .collect();
    let refusal = source.told.and_then(|pod| admission::refusal(view, machine, pod));
    let mut outcome = match plan(view, key, &source) {
        Some(plan) => match refusal.filter(|_| plan.runtime.is_none()) {
            Some((reason, message)) => refuse(&plan, &reason, &message),
            None => settle(plan),
        },
        None => Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() },
    };
    outcome.steps.extend(source.call.map(Step::from));
    outcome.acts.extend(vanished);
    outcome
}

/// What is left of a Pod that is gone from the API is stopped and forgotten.
fn clear(runtime: &PodRuntime) -> Vec<MachineAct> {
    let uid = Arc::clone(&runtime.uid);
    if runtime.is_running() {
        let to_stop = runtime.containers.iter().filter(|(_, c)| c.is_alive() && !c.stopping);
        let stop = |name: &String| MachineAct::Stop {
            uid: uid.clone(),
            container: name.clone(),
            grace_ms: runtime.grace_ms,
        };
        return to_stop.map(|(name, _)| stop(name)).collect();
    }
    match runtime.sandbox {
        Sandbox::Starting { .. } | Sandbox::Ready { .. } | Sandbox::Lost => {
            vec![MachineAct::StopSandbox { uid }]
        }
        Sandbox::Stopping { .. } => Vec::new(),
        Sandbox::Stopped => vec![MachineAct::Remove { uid }],
    }
}

fn plan<'a>(view: &'a View<'a>, key: &'a Key, source: &Source<'a>) -> Option<Plan<'a>> {
    let machine = view.machine?;
    let run = source.run?;
    let uid: Arc<str> = run.metadata.uid.as_deref()?.into();
    Some(Plan {
        view,
        machine,
        key,
        pod: source.told.unwrap_or(run),
        is_told: source.told.is_some(),
        spec: run.spec.as_ref()?,
        runtime: machine.pod(&uid),
        memory: PodMemory::read(view, key, &uid),
        uid,
        acts: Vec::new(),
        events: Vec::new(),
        waiting: std::collections::BTreeMap::new(),
        ending: None,
        resizing: Vec::new(),
        wait_ms: None,
    })
}

/// The Pod is not let in: it has failed before it began.
fn refuse(plan: &Plan<'_>, reason: &str, message: &str) -> Outcome {
    let mut pod = plan.pod.clone();
    let status = pod.status.get_or_insert_default();
    status.phase = Some("Failed".to_owned());
    status.reason = Some(reason.to_owned());
    status.message = Some(format!("Pod was rejected: {message}"));
    status.start_time = Some(plan.view.clock.time());
    let told = ("Warning", reason);
    let event = events::event(plan.key, &plan.uid, "", told, message.to_owned());
    Outcome::nothing().call(Call::UpdateStatus(pod.into())).event(event)
}

/// Decides, and writes the status.
fn settle(mut plan: Plan<'_>) -> Outcome {
    events::tell(&mut plan);
    let deleting = plan.pod.metadata.deletion_timestamp.is_some();
    let ended = pods::is_terminal(plan.pod);
    if !deleting && !ended {
        plan.ending = ending::of(&mut plan);
    }
    let mut gone = false;
    if deleting || ended || plan.ending.is_some() {
        gone = wind_down(&mut plan) && deleting;
    } else {
        go_on(&mut plan);
    }
    let status = status::status(&plan, gone || (deleting && !is_running(&plan)));
    let just_ended = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) && !ended;
    if just_ended && !deleting && plan.ending.is_none() && has_sandbox(&plan) {
        plan.acts.push(MachineAct::StopSandbox { uid: plan.uid.clone() });
    }
    finish(plan, status, gone)
}

pub(super) fn is_running(plan: &Plan<'_>) -> bool {
    plan.runtime.is_some_and(PodRuntime::is_running)
}

fn has_sandbox(plan: &Plan<'_>) -> bool {
    plan.runtime.is_some_and(|runtime| {
        matches!(runtime.sandbox, Sandbox::Starting { .. } | Sandbox::Ready { .. })
    })
}

/// Whether the Pod has never been let in.
fn was_refused(plan: &Plan<'_>) -> bool {
    let status = plan.pod.status.as_ref();
    let has_run = status.is_some_and(|status| status.container_statuses.is_some());
    pods::is_terminal(plan.pod) && plan.runtime.is_none() && !has_run
}

fn finish(plan: Plan<'_>, status: k8s_openapi::api::core::v1::PodStatus, gone: bool) -> Outcome {
    let mut outcome = Outcome::nothing();
    if plan.is_told && !was_refused(&plan) && plan.pod.status.as_ref() != Some(&status) {
        let updated = Pod { status: Some(status), ..plan.pod.clone() };
        outcome = outcome.call(Call::UpdateStatus(updated.into()));
    }
    let mut acts = plan.acts;
    if gone {
        acts.push(MachineAct::Remove { uid: plan.uid.clone() });
        outcome = outcome.call(Call::Delete {
            key: plan.key.clone(),
            uid: plan.pod.metadata.uid.clone(),
            grace_s: Some(0),
            propagation: Propagation::Background,
        });
    } else if let Some(ms) = plan.wait_ms {
        outcome = outcome.requeue_after(ms);
    }
    let memory = plan.memory.write().filter(|_| !gone);
    let known = plan.view.memory.get(plan.key);
    if known != memory.as_ref() {
        outcome.remember = Some(memory);
    }
    outcome.acts = acts;
    outcome.events = plan.events;
    outcome
}

/// Stops what runs. True when nothing is left on the machine.
fn wind_down(plan: &mut Plan<'_>) -> bool {
    let Some(runtime) = plan.runtime else { return true };
    if runtime.is_running() {
        stopping::stop_all(plan, runtime);
        return false;
    }
    match runtime.sandbox {
        Sandbox::Stopped => true,
        Sandbox::Stopping { .. } => false,
        Sandbox::Starting { .. } | Sandbox::Ready { .. } | Sandbox::Lost => {
            plan.acts.push(MachineAct::StopSandbox { uid: plan.uid.clone() });
            false
        }
    }
}

/// Brings the Pod a step further.
fn go_on(plan: &mut Plan<'_>) {
    let sandbox = plan.runtime.map(|runtime| &runtime.sandbox);
    match sandbox {
        Some(Sandbox::Ready { .. }) => {
            volumes::refresh(plan);
            resize::look(plan);
            containers::go_on(plan);
        }
        Some(Sandbox::Starting { .. } | Sandbox::Stopping { .. }) => {}
        Some(Sandbox::Lost) => {
            if is_over(plan) {
                return;
            }
            let message = "Pod sandbox changed, it will be killed and re-created.";
            plan.normal("", "SandboxChanged", message.to_owned());
            start_sandbox(plan);
        }
        // A kubelet that was away may find a Pod of which it has taken everything down.
        Some(Sandbox::Stopped) if is_over(plan) => {}
        None | Some(Sandbox::Stopped) => {
            if volumes::are_mounted(plan) {
                start_sandbox(plan);
            }
        }
    }
}

/// Whether a Pod that has lost its sandbox has nothing left to run: those that never restart.
fn is_over(plan: &Plan<'_>) -> bool {
    let has_run = plan.runtime.is_some_and(|runtime| !runtime.containers.is_empty());
    has_run && plan.spec.restart_policy.as_deref() == Some("Never")
}

fn start_sandbox(plan: &mut Plan<'_>) {
    let grace_s = plan.spec.termination_grace_period_seconds.unwrap_or(stopping::GRACE_S);
    let grace_ms: Millis = grace_s.max(1) * 1000;
    plan.acts.push(MachineAct::StartSandbox {
        pod: plan.key.clone(),
        uid: plan.uid.clone(),
        network: network(plan),
        grace_ms,
    });
}

fn network(plan: &Plan<'_>) -> Network {
    let node = plan.view.cache.get_typed::<Node>("", &plan.machine.node);
    if plan.spec.host_network == Some(true) {
        return Network::Host(node.and_then(|node| host_ip(node)).unwrap_or_default());
    }
    let range = node.and_then(|node| node.spec.as_ref()?.pod_cidr.clone());
    Network::Range(range.unwrap_or_default())
}

/// A node's own address.
pub(super) fn host_ip(node: &Node) -> Option<String> {
    let addresses = node.status.as_ref()?.addresses.as_ref()?;
    let internal = addresses.iter().find(|address| address.type_ == "InternalIP")?;
    Some(internal.address.clone())
}
