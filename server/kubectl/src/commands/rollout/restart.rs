//! `kubectl rollout restart`, `pause` and `resume`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::{Command, each, flags};
use super::{FLAGS, objects};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::bool_at;
use crate::resources::Info;

const ALL_FLAGS: &[&[Flag]] = &[FLAGS[0], FLAGS[1], FLAGS[2], flags::FIELD_MANAGER];

pub(in super::super) const RESTART: Command = Command {
    name: "rollout restart",
    aliases: &[],
    about: "Restart a resource.",
    usage: "rollout restart RESOURCE [options]",
    examples: "kubectl rollout restart deployment/web",
    flags: ALL_FLAGS,
    required: &[],
    run: |context| run(context, &restart, "restarted").boxed_local(),
};

pub(in super::super) const PAUSE: Command = Command {
    name: "rollout pause",
    aliases: &[],
    about: "Mark the provided resource as paused.",
    usage: "rollout pause RESOURCE [options]",
    examples: "kubectl rollout pause deployment/web",
    flags: ALL_FLAGS,
    required: &[],
    run: |context| run(context, &pause, "paused").boxed_local(),
};

pub(in super::super) const RESUME: Command = Command {
    name: "rollout resume",
    aliases: &[],
    about: "Resume a paused resource.",
    usage: "rollout resume RESOURCE [options]",
    examples: "kubectl rollout resume deployment/web",
    flags: ALL_FLAGS,
    required: &[],
    run: |context| run(context, &resume, "resumed").boxed_local(),
};

/// What a command changes of an object, or why it does not.
type Change = dyn Fn(&Context<'_>, &Info) -> Result<Value, Failure>;

async fn run(context: &Context<'_>, change: &Change, verb: &str) -> Outcome {
    let mut failures = Vec::new();
    for info in objects(context).await? {
        let done = match info {
            Ok(info) => apply(context, &info, change, verb).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn apply(context: &Context<'_>, info: &Info, change: &Change, verb: &str) -> Outcome {
    let patch = change(context, info)?;
    each::patched(context, info, PatchType::Strategic, &patch, "kubectl-rollout").await?;
    each::say(context, info, verb)
}

fn restart(context: &Context<'_>, info: &Info) -> Result<Value, Failure> {
    if !matches!(info.resource.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet") {
        return Err(Failure::message(format!(
            "{} {:?} restarting is not supported",
            info.resource.qualified(),
            info.name
        )));
    }
    if bool_at(&info.object, "/spec/paused") {
        return Err(Failure::message(format!(
            "{} {:?} can't restart paused deployment (run rollout resume first)",
            info.resource.qualified(),
            info.name
        )));
    }
    let now = context.client.api.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Ok(json!({"spec": {"template": {"metadata": {"annotations":
        {"kubectl.kubernetes.io/restartedAt": now}}}}}))
}

fn pause(_context: &Context<'_>, info: &Info) -> Result<Value, Failure> {
    must_be_deployment(info, "pausing")?;
    if bool_at(&info.object, "/spec/paused") {
        return Err(about(info, "is already paused"));
    }
    Ok(json!({"spec": {"paused": true}}))
}

fn resume(_context: &Context<'_>, info: &Info) -> Result<Value, Failure> {
    must_be_deployment(info, "resuming")?;
    if !bool_at(&info.object, "/spec/paused") {
        return Err(about(info, "is not paused"));
    }
    Ok(json!({"spec": {"paused": null}}))
}

fn must_be_deployment(info: &Info, what: &str) -> Outcome {
    if info.resource.kind == "Deployment" {
        return Ok(());
    }
    Err(about(info, &format!("{what} is not supported")))
}

fn about(info: &Info, words: &str) -> Failure {
    Failure::message(format!("{} {:?} {words}", info.resource.qualified(), info.name))
}
