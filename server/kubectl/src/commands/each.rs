//! What commands share that change one thing on each object that the line names.

use serde_json::Value;

use super::apply::write_query;
use crate::client::PatchType;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::print::output::Output;
use crate::resources::{self, Info, Whole, file_names};

/// kubectl's words when a line names no object.
pub(super) const NOTHING_NAMED: &str = "\
You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'";

/// The live objects that `words` name; there has to be something that names them.
pub(super) async fn named(
    context: &Context<'_>,
    words: &[String],
) -> Result<Vec<Result<Info, Failure>>, Failure> {
    if words.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message(NOTHING_NAMED));
    }
    let whole = if context.arguments.on("all") { Whole::Yes } else { Whole::OnlyWithSelector };
    resources::live(context, words, whole).await
}

/// Sends a patch, unless this is a client's dry run; then the change is shown on our own copy.
pub(super) async fn patched(
    context: &Context<'_>,
    info: &Info,
    kind: PatchType,
    patch: &Value,
    manager: &str,
) -> Result<Value, Failure> {
    let dry_run = context.dry_run()?;
    if dry_run == DryRun::Client {
        return Ok(info.object.clone());
    }
    let query = write_query(context, manager, dry_run);
    context.client.patch(&info.path(), &query, kind, patch).await
}

/// One line (`deployment.apps/web scaled`), or the object when `-o` asks for it.
pub(super) fn say(context: &Context<'_>, info: &Info, verb: &str) -> Outcome {
    let output = Output::of(context)?;
    let managed = context.arguments.on("show-managed-fields");
    let text = match output {
        Output::Human | Output::Wide => {
            let dry_run = context.dry_run()?;
            format!("{} {verb}{}\n", info.printed_name(), dry_run.suffix())
        }
        _ => output.one(info, managed)?,
    };
    context.out(&text);
    Ok(())
}

/// Where an object keeps the Pod spec that its Pods are made from.
pub(super) fn pod_spec_place(info: &Info) -> Result<&'static str, Failure> {
    match info.resource.kind.as_str() {
        "Pod" => Ok("/spec"),
        "Deployment"
        | "ReplicaSet"
        | "DaemonSet"
        | "StatefulSet"
        | "Job"
        | "ReplicationController" => Ok("/spec/template/spec"),
        "CronJob" => Ok("/spec/jobTemplate/spec/template/spec"),
        _ => Err(Failure::message(format!(
            "the object is not a pod or does not have a pod template: {}",
            info.printed_name()
        ))),
    }
}
