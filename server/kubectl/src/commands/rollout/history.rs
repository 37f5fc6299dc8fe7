//! `kubectl rollout history`.

use futures::FutureExt;
use serde_json::Value;

use super::super::Command;
use super::{FLAGS, must_have_history, objects, revisions, template_of};
use crate::arguments::Flag;
use crate::context::Context;
use crate::describe::pod_template;
use crate::failure::{Failure, Outcome};
use crate::fields::{object_mut, str_at};
use crate::print::output::Output;
use crate::print::tabwriter::Tabwriter;
use crate::resources::Info;

pub(in super::super) const HISTORY: Command = Command {
    name: "rollout history",
    aliases: &[],
    about: "View previous rollout revisions and configurations.",
    usage: "rollout history (TYPE NAME | TYPE/NAME) [flags] [options]",
    examples: "kubectl rollout history deployment/web\n\
               kubectl rollout history deployment/web --revision=2",
    flags: &[OWN, FLAGS[0], FLAGS[1], FLAGS[2]],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] =
    &[Flag::number("revision", "0").about("Show the Pod template of this revision")];

const CHANGE_CAUSE: &str = "/metadata/annotations/kubernetes.io~1change-cause";

async fn run(context: &Context<'_>) -> Outcome {
    if context.arguments.number("revision") < 0 {
        return Err(Failure::message(format!(
            "revision must be a positive integer: {}",
            context.arguments.get("revision")
        )));
    }
    let mut failures = Vec::new();
    for info in objects(context).await? {
        let done = match info {
            Ok(info) => tell(context, &info).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn tell(context: &Context<'_>, info: &Info) -> Outcome {
    must_have_history(info, "history viewer")?;
    let revisions = revisions(context, info).await?;
    let wanted = context.arguments.number("revision");
    let output = Output::of(context)?;
    if wanted == 0 {
        let text = if revisions.is_empty() {
            "No rollout history found.".to_owned()
        } else {
            overview(&revisions)
        };
        context.out(&format!("{} \n{text}\n", info.printed_name()));
        return Ok(());
    }
    let found = revisions.iter().find(|(revision, _)| *revision == wanted);
    let Some((_, set)) = found else {
        return Err(Failure::message("unable to find the specified revision"));
    };
    if !output.is_table() {
        let set = Info { object: set.clone(), ..info.clone() };
        context.out(&output.one(&set, false)?);
        return Ok(());
    }
    let mut template = template_of(set).clone();
    let cause = str_at(set, CHANGE_CAUSE);
    if !cause.is_empty() {
        object_mut(&mut template, "/metadata/annotations")["kubernetes.io/change-cause"] =
            cause.into();
    }
    let text = pod_template(&template);
    context.out(&format!("{} with revision #{wanted}\n{text}\n", info.printed_name()));
    Ok(())
}

fn overview(revisions: &[(i64, Value)]) -> String {
    let mut writer = Tabwriter::for_describe();
    writer.write("REVISION\tCHANGE-CAUSE\n");
    for (revision, set) in revisions {
        let cause = match str_at(set, CHANGE_CAUSE) {
            "" => "<none>",
            cause => cause,
        };
        writer.write(&format!("{revision}\t{cause}\n"));
    }
    writer.flush()
}
