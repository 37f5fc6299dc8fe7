//! When to pull an image, and when to hold back.
//! <https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff>

use k8s_openapi::api::core::v1::Container;

use crate::images::reference::Reference;
use crate::machine::{ImageState, MachineAct};
use crate::time::{Millis, Time};

use super::memory::Backoff;
use super::plan::Plan;

/// 10 s, doubling, at most 5 minutes.
const BACKOFF_MS: (Millis, Millis) = (10_000, 300_000);
/// How long a failure is shown before the kubelet looks again and finds that it holds back.
const SHOWN_MS: Millis = 1000;

/// Whether a container's image can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    Yes,
    /// It is being fetched: containers after this one wait.
    Fetching,
    /// It cannot be had for now: containers after this one need not wait.
    No,
}

/// Sees to a container's image.
pub(super) fn ensure(plan: &mut Plan<'_>, container: &Container) -> Ready {
    let image = container.image.as_deref().unwrap_or_default();
    if let Err(error) = Reference::parse(image) {
        return hold(plan, container, "InvalidImageName", &error.to_string());
    }
    let state = plan.runtime.and_then(|runtime| runtime.images.get(&container.name));
    match state {
        Some(ImageState::Pulling) => {
            keep_waiting(plan, container);
            Ready::Fetching
        }
        Some(ImageState::Pulled { .. }) => {
            plan.memory.pulls.remove(&container.name);
            Ready::Yes
        }
        Some(ImageState::Failed { at, message }) => failed(plan, container, *at, message),
        None => begin(plan, container, image),
    }
}

fn begin(plan: &mut Plan<'_>, container: &Container, image: &str) -> Ready {
    let present = plan.machine.has_image(image);
    let always = container.image_pull_policy.as_deref() == Some("Always");
    let never = container.image_pull_policy.as_deref() == Some("Never");
    if present && !always {
        let message = format!(
            "Container image \"{image}\" already present on machine and can be accessed by the pod"
        );
        plan.normal(&container.name, "Pulled", message);
        return Ready::Yes;
    }
    if never {
        let message =
            format!("Container image \"{image}\" is not present with pull policy of Never");
        return hold(plan, container, "ErrImageNeverPull", &message);
    }
    pull(plan, container, image)
}

fn pull(plan: &mut Plan<'_>, container: &Container, image: &str) -> Ready {
    plan.normal(&container.name, "Pulling", format!("Pulling image \"{image}\""));
    plan.acts.push(MachineAct::Pull {
        uid: plan.uid.clone(),
        container: container.name.clone(),
        image: image.to_owned(),
    });
    keep_waiting(plan, container);
    Ready::Fetching
}

/// While it tries again, the API goes on saying what it said.
pub(super) fn keep_waiting(plan: &mut Plan<'_>, container: &Container) {
    let told = plan.said(&container.name).and_then(|(reason, message)| {
        let reasons = ["ImagePullBackOff", "ErrImagePull", "CrashLoopBackOff", "RunContainerError"];
        let known = reasons.into_iter().find(|known| *known == reason)?;
        Some((known, message.to_owned()))
    });
    if let Some(waiting) = told {
        plan.waiting.insert(container.name.clone(), waiting);
    }
}

fn failed(plan: &mut Plan<'_>, container: &Container, at: Time, error: &str) -> Ready {
    let image = container.image.as_deref().unwrap_or_default();
    let last = plan.memory.pulls.get(&container.name).copied();
    let backoff = match last {
        Some(last) if last.at == at => last,
        last => Backoff::next(last, BACKOFF_MS, at),
    };
    plan.memory.pulls.insert(container.name.clone(), backoff);
    let age = plan.now() - at;
    if age < SHOWN_MS {
        plan.waiting.insert(container.name.clone(), ("ErrImagePull", error.to_owned()));
        plan.look_after(SHOWN_MS - age);
        return Ready::No;
    }
    if age >= backoff.delay_ms {
        return pull(plan, container, image);
    }
    let message = format!("Back-off pulling image \"{image}\"");
    if plan.said(&container.name).map(|(reason, _)| reason) != Some("ImagePullBackOff") {
        plan.normal(&container.name, "BackOff", message.clone());
        plan.warning(&container.name, "Failed", "Error: ImagePullBackOff".to_owned());
    }
    let message = format!("{message}: ErrImagePull: {error}");
    plan.waiting.insert(container.name.clone(), ("ImagePullBackOff", message));
    plan.look_after(backoff.delay_ms - age);
    Ready::No
}

/// There is nothing to try until somebody changes the Pod.
fn hold(plan: &mut Plan<'_>, container: &Container, reason: &'static str, message: &str) -> Ready {
    if plan.said(&container.name).map(|(reason, _)| reason) != Some(reason) {
        let inspected = if reason == "InvalidImageName" { "InspectFailed" } else { reason };
        plan.warning(&container.name, inspected, message.to_owned());
        plan.warning(&container.name, "Failed", format!("Error: {reason}"));
    }
    plan.waiting.insert(container.name.clone(), (reason, message.to_owned()));
    Ready::No
}
