//! The containers of a Pod whose sandbox is up: which to start, to start again, or to stop.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, LifecycleHandler};

use crate::kinds::of_ephemeral;
use crate::machine::{self, ContainerConfig, Exit, Hook, MachineAct, ProbeKind, State};
use crate::resources::is_sidecar;

use super::images::Ready;
use super::plan::Plan;
use super::{environment, images, probes, restarts, security, share, stopping, volumes};

/// What became of a look at a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looked {
    /// It runs, or has ended for good: go on to the next.
    Settled,
    /// It is on its way.
    OnItsWay,
    /// It cannot run for now.
    Held,
    /// It has failed, and the Pod with it.
    Failed,
}

/// Brings the containers a step further.
pub(super) fn go_on(plan: &mut Plan<'_>) {
    if let Some(runtime) = plan.runtime.filter(|_| are_over(plan)) {
        // Only sidecars are left.
        return stopping::stop_all(plan, runtime);
    }
    for container in plan.spec.ephemeral_containers.iter().flatten() {
        if look_ephemeral(plan, &of_ephemeral(container)) == Looked::OnItsWay {
            return;
        }
    }
    for container in plan.spec.init_containers.iter().flatten() {
        let settled = look_init(plan, container) == Looked::Settled;
        if !settled {
            return;
        }
    }
    for container in &plan.spec.containers {
        let looked = look(plan, container, plan.spec.restart_policy.as_deref());
        // One is started at a time; one that cannot be does not keep the others back.
        if looked == Looked::OnItsWay {
            return;
        }
    }
}

/// Whether all but the sidecars have ended for good.
fn are_over(plan: &Plan<'_>) -> bool {
    plan.spec.containers.iter().all(|container| {
        let exit = current(plan, &container.name).and_then(machine::Container::exit);
        exit.is_some_and(|exit| match plan.spec.restart_policy.as_deref() {
            Some("Never") => true,
            Some("OnFailure") => exit.code == 0,
            _ => false,
        })
    })
}

/// The container on the machine, if it was created in the present sandbox.
pub(super) fn current<'a>(plan: &Plan<'a>, name: &str) -> Option<&'a machine::Container> {
    let runtime = plan.runtime?;
    runtime.containers.get(name).filter(|container| container.sandbox == runtime.sandboxes)
}

/// An ephemeral container is started once, even beside init containers, and never again.
fn look_ephemeral(plan: &mut Plan<'_>, container: &Container) -> Looked {
    let known = plan.runtime.and_then(|runtime| runtime.containers.get(&container.name));
    match known.map(|known| &known.state) {
        None => start(plan, container, None),
        Some(State::Created) => Looked::OnItsWay,
        Some(_) => Looked::Settled,
    }
}

/// An init container has to end well before the next begins; a sidecar has to have started.
fn look_init(plan: &mut Plan<'_>, container: &Container) -> Looked {
    if is_sidecar(container) {
        let looked = look(plan, container, Some("Always"));
        let started = current(plan, &container.name).is_some_and(|known| known.started);
        return if looked == Looked::Settled && !started { Looked::OnItsWay } else { looked };
    }
    if later_have_begun(plan) && current(plan, &container.name).is_none_or(|c| !c.is_alive()) {
        return Looked::Settled;
    }
    let policy = match plan.spec.restart_policy.as_deref() {
        Some("Never") => "Never",
        _ => "OnFailure",
    };
    match look(plan, container, Some(policy)) {
        Looked::Settled => {
            match current(plan, &container.name).and_then(machine::Container::exit) {
                Some(exit) if exit.code == 0 => Looked::Settled,
                Some(_) => Looked::Failed,
                None => Looked::OnItsWay,
            }
        }
        looked => looked,
    }
}

/// Init containers are not looked at again once the others have begun.
fn later_have_begun(plan: &Plan<'_>) -> bool {
    plan.spec.containers.iter().any(|container| current(plan, &container.name).is_some())
}

fn look(plan: &mut Plan<'_>, container: &Container, policy: Option<&str>) -> Looked {
    let Some(known) = current(plan, &container.name) else {
        return start(plan, container, None);
    };
    match &known.state {
        State::Created => Looked::OnItsWay,
        State::Running { .. } => {
            if known.hooking {
                return Looked::OnItsWay;
            }
            if known.hook_failed && !known.stopping {
                stop_unhooked(plan, container);
            } else if let Some(probe) = known.failed.filter(|_| !known.stopping) {
                stop_unhealthy(plan, container, probe);
            }
            Looked::Settled
        }
        State::Exited(exit) => {
            let again = match policy {
                Some("Never") => false,
                // It may have been ended only to be given what it now asks for.
                Some("OnFailure") => exit.code != 0 || known.resizing.is_some(),
                _ => true,
            };
            if !again {
                return Looked::Settled;
            }
            // What could not even be started says so, until it is held back.
            if exit.reason == "StartError" {
                let waiting = ("RunContainerError", exit.message.clone());
                plan.waiting.insert(container.name.clone(), waiting);
            }
            if !restarts::may_restart(plan, &container.name, exit) {
                return Looked::Held;
            }
            start(plan, container, Some(exit))
        }
    }
}

fn start(plan: &mut Plan<'_>, container: &Container, after: Option<&Exit>) -> Looked {
    match images::ensure(plan, container) {
        Ready::Fetching => return Looked::OnItsWay,
        Ready::No => return Looked::Held,
        Ready::Yes => {}
    }
    let environment =
        security::verify(plan, container).and_then(|()| environment::of(plan, container));
    let environment = match environment {
        Ok(environment) => environment,
        Err(message) => {
            if plan.said(&container.name) != Some(("CreateContainerConfigError", &message)) {
                plan.warning(&container.name, "Failed", format!("Error: {message}"));
            }
            let waiting = ("CreateContainerConfigError", message);
            plan.waiting.insert(container.name.clone(), waiting);
            // The kubelet looks again now and then, whether or not anything has changed.
            plan.look_after(15_000);
            return Looked::Held;
        }
    };
    if let Some(exit) = after {
        restarts::restarted(plan, &container.name, exit);
    }
    let expanded = |words: &Option<Vec<String>>| -> Vec<String> {
        let words = words.iter().flatten();
        words.map(|word| environment::expand(word, &environment)).collect()
    };
    let config = ContainerConfig {
        name: container.name.clone(),
        image: container.image.clone().unwrap_or_default(),
        command: expanded(&container.command),
        arguments: expanded(&container.args),
        space: volumes::space(plan, container),
        probes: probes::of(container),
        post_start: container
            .lifecycle
            .as_ref()
            .and_then(|all| hook(container, all.post_start.as_ref()?)),
        pre_stop: container
            .lifecycle
            .as_ref()
            .and_then(|all| hook(container, all.pre_stop.as_ref()?)),
        message_path: container.termination_message_path.clone().unwrap_or_default(),
        message_from_log: container.termination_message_policy.as_deref()
            == Some("FallbackToLogsOnError"),
        allotment: share::at_start(plan, container),
        environment,
    };
    plan.acts.push(MachineAct::Start { uid: plan.uid.clone(), config: Arc::new(config) });
    images::keep_waiting(plan, container);
    Looked::OnItsWay
}

fn hook(container: &Container, handler: &LifecycleHandler) -> Option<Hook> {
    if let Some(sleep) = &handler.sleep {
        return Some(Hook::Sleep(sleep.seconds.max(0) * 1000));
    }
    if let Some(get) = &handler.http_get {
        let path = get.path.clone().unwrap_or_else(|| "/".to_owned());
        return Some(Hook::HttpGet { port: probes::port(container, &get.port), path });
    }
    let command = handler.exec.as_ref()?.command.clone()?;
    Some(Hook::Exec(command))
}

fn stop_unhooked(plan: &mut Plan<'_>, container: &Container) {
    let name = &container.name;
    plan.warning(name, "FailedPostStartHook", "PostStartHook failed".to_owned());
    plan.normal(name, "Killing", "FailedPostStartHook".to_owned());
    let grace_s = plan.spec.termination_grace_period_seconds.unwrap_or(stopping::GRACE_S);
    plan.acts.push(MachineAct::Stop {
        uid: plan.uid.clone(),
        container: name.clone(),
        grace_ms: grace_s.max(1) * 1000,
    });
}

fn stop_unhealthy(plan: &mut Plan<'_>, container: &Container, probe: ProbeKind) {
    let name = &container.name;
    let message =
        format!("Container {name} failed {} probe, will be restarted", probe.name().to_lowercase());
    plan.normal(name, "Killing", message);
    let own = match probe {
        ProbeKind::Startup => container.startup_probe.as_ref(),
        ProbeKind::Liveness | ProbeKind::Readiness => container.liveness_probe.as_ref(),
    };
    let grace_s = own
        .and_then(|probe| probe.termination_grace_period_seconds)
        .or(plan.spec.termination_grace_period_seconds)
        .unwrap_or(30);
    plan.acts.push(MachineAct::Stop {
        uid: plan.uid.clone(),
        container: name.clone(),
        grace_ms: grace_s.max(1) * 1000,
    });
}
