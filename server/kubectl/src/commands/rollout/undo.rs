//! `kubectl rollout undo`: an older template becomes the template again.

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::super::{Command, each, flags};
use super::{FLAGS, must_have_history, objects, revisions, template_of};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::{Context, DryRun};
use crate::describe::pod_template;
use crate::failure::{Failure, Outcome};
use crate::fields::{at, bool_at, sorted};
use crate::resources::Info;

pub(in super::super) const UNDO: Command = Command {
    name: "rollout undo",
    aliases: &[],
    about: "Roll back to a previous rollout.",
    usage: "rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]",
    examples: "kubectl rollout undo deployment/web\n\
               kubectl rollout undo deployment/web --to-revision=3",
    flags: &[OWN, FLAGS[0], FLAGS[1], FLAGS[2], flags::DRY_RUN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] =
    &[Flag::number("to-revision", "0").about("Which revision; 0 for the one before")];

const HASH: &str = "pod-template-hash";

/// Annotations that belong to one object and do not go back and forth.
const KEPT: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

async fn run(context: &Context<'_>) -> Outcome {
    let mut failures = Vec::new();
    for info in objects(context).await? {
        let done = match info {
            Ok(info) => undo(context, &info).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn undo(context: &Context<'_>, info: &Info) -> Outcome {
    must_have_history(info, "rollbacker")?;
    let wanted = context.arguments.number("to-revision");
    let revisions = revisions(context, info).await?;
    if info.resource.kind != "Deployment" {
        return undo_set(context, info, &revisions, wanted).await;
    }
    let set = chosen(&revisions, wanted, &info.name)?;
    let template = without_hash(at(set, "/spec/template"));
    if context.dry_run()? == DryRun::Client {
        return each::say(context, info, &pod_template(at(set, "/spec/template")));
    }
    if bool_at(&info.object, "/spec/paused") {
        return Err(Failure::message(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout \
             resume' and try again",
        ));
    }
    if template == without_hash(at(&info.object, "/spec/template")) {
        let verb = format!("skipped rollback (current template already matches revision {wanted})");
        return each::say(context, info, &verb);
    }
    let patch = json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations(info, set)},
    ]);
    let patched = each::patched(context, info, PatchType::Json, &patch, "kubectl-rollout").await;
    patched.map_err(|failure| {
        failure.wrap(|message| format!("failed restoring revision {wanted}: {message}"))
    })?;
    each::say(context, info, "rolled back")
}

/// A DaemonSet or StatefulSet goes back by a patch that its ControllerRevision holds ready.
async fn undo_set(
    context: &Context<'_>,
    info: &Info,
    revisions: &[(i64, Value)],
    wanted: i64,
) -> Outcome {
    let found = if wanted == 0 {
        let before = revisions.len().checked_sub(2).and_then(|at| revisions.get(at));
        before.ok_or_else(|| Failure::message("no last revision to roll back to"))?
    } else {
        let found = revisions.iter().find(|(revision, _)| *revision == wanted);
        found.ok_or_else(|| {
            Failure::message(format!("unable to find specified revision {wanted} in history"))
        })?
    };
    let (revision, kept) = found;
    if context.dry_run()? == DryRun::Client {
        return each::say(context, info, &pod_template(template_of(kept)));
    }
    if template_of(kept) == at(&info.object, "/spec/template") {
        let verb =
            format!("skipped rollback (current template already matches revision {revision})");
        return each::say(context, info, &verb);
    }
    let patch = at(kept, "/data");
    let manager = "kubectl-rollout";
    let patched = each::patched(context, info, PatchType::Strategic, patch, manager).await;
    patched.map_err(|failure| {
        failure.wrap(|message| format!("failed restoring revision {wanted}: {message}"))
    })?;
    each::say(context, info, "rolled back")
}

/// The ReplicaSet of a revision; of the last but one when `wanted` is 0.
fn chosen<'r>(
    revisions: &'r [(i64, Value)],
    wanted: i64,
    name: &str,
) -> Result<&'r Value, Failure> {
    if wanted == 0 {
        let before = revisions.len().checked_sub(2).and_then(|at| revisions.get(at));
        return before.map(|(_, set)| set).ok_or_else(|| {
            Failure::message(format!("no rollout history found for deployment {name:?}"))
        });
    }
    let found = revisions.iter().find(|(revision, _)| *revision == wanted);
    found.map(|(_, set)| set).ok_or_else(|| {
        Failure::message(format!("unable to find specified revision {wanted} in history"))
    })
}

fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH);
    }
    template
}

/// What the Deployment keeps of its own, and the rest as it was with the old revision.
fn annotations(info: &Info, set: &Value) -> Value {
    let of = |object: &Value, kept: bool| -> Map<String, Value> {
        sorted(at(object, "/metadata/annotations"))
            .into_iter()
            .filter(|(name, _)| KEPT.contains(name) == kept)
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    };
    let mut annotations = of(&info.object, true);
    annotations.extend(of(set, false));
    Value::Object(annotations)
}
