//! `kubectl replace`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::apply::{save_config, write_query};
use super::{Command, delete, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::{object_mut, str_at};
use crate::print::output::Output;
use crate::resources::{self, Info, file_names};

pub(super) const COMMAND: Command = Command {
    name: "replace",
    aliases: &[],
    about: "Replace a resource by file name or stdin.",
    usage: "replace -f FILENAME [options]",
    examples: "kubectl replace -f pod.yaml\n\n# Delete it and create it anew\n\
               kubectl replace --force -f pod.yaml",
    flags: &[
        OWN,
        flags::FILENAME,
        flags::OUTPUT,
        flags::DRY_RUN,
        flags::FIELD_MANAGER,
        flags::VALIDATE,
    ],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("force", "Delete the object, and create it anew"),
    Flag::switch("save-config", "Keep the manifest in an annotation, for a later apply"),
    Flag::number("grace-period", "-1").about("Seconds for containers to end, with --force"),
    Flag::duration("timeout", "0s").about("How long to wait until the object is gone"),
    Flag::switch("wait", "Wait until the object is gone"),
    Flag::value("cascade", "background").about("background, foreground or orphan"),
    Flag::value("subresource", "").about("Replace this part of the object: status or scale"),
];

async fn run(context: &Context<'_>) -> Outcome {
    if file_names(context).is_empty() && !context.arguments.given("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let force = context.arguments.on("force");
    let mut failures = Vec::new();
    let mut infos = Vec::new();
    for info in resources::from_files(context).await? {
        match info {
            Ok(info) => infos.push(info),
            Err(failure) => failures.push(failure),
        }
    }
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::message("no objects passed to replace"));
    }
    if force {
        removed(context, &infos).await?;
    }
    for info in infos {
        let done = if force { created(context, info).await } else { put(context, info).await };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn put(context: &Context<'_>, mut info: Info) -> Outcome {
    if context.arguments.on("save-config") {
        save_config(&mut info.object);
    }
    let dry_run = context.dry_run()?;
    if dry_run == DryRun::Client {
        return say(context, &info, "replaced", dry_run);
    }
    let source = info.source.clone();
    let about = |failure: Failure| {
        failure.wrap(|message| format!("error when replacing {source:?}: {message}"))
    };
    let path = match context.arguments.get("subresource") {
        "" => info.path(),
        part => format!("{}/{part}", info.path()),
    };
    if str_at(&info.object, "/metadata/resourceVersion").is_empty()
        && let Ok(live) = context.client.get(&path, &Query::new()).await
    {
        object_mut(&mut info.object, "/metadata")["resourceVersion"] =
            str_at(&live, "/metadata/resourceVersion").into();
    }
    let query = write_query(context, "kubectl-replace", dry_run);
    info.object = context.client.put(&path, &query, &info.object).await.map_err(about)?;
    say(context, &info, "replaced", dry_run)
}

/// Deletes what the manifests name, and waits until it is gone.
async fn removed(context: &Context<'_>, infos: &[Info]) -> Outcome {
    let mut gone = Vec::new();
    for info in infos {
        let mut options = json!({"propagationPolicy": "Background"});
        let grace = context.arguments.number("grace-period");
        if grace >= 0 {
            options["gracePeriodSeconds"] = grace.into();
        }
        match context.client.delete(&info.path(), &options).await {
            Ok(_) => {
                let kind = info.resource.printed_kind();
                context.out(&format!("{kind} \"{}\" deleted\n", info.name));
            }
            Err(failure) if failure.is_not_found() => continue,
            Err(failure) => return Err(failure),
        }
        gone.push(Info { object: Value::Null, ..info.clone() });
    }
    delete::wait_for(context, &gone).await
}

async fn created(context: &Context<'_>, mut info: Info) -> Outcome {
    if context.arguments.on("save-config") {
        save_config(&mut info.object);
    }
    let query = write_query(context, "kubectl-replace", DryRun::None);
    info.object = context.client.post(&info.collection_path(), &query, &info.object).await?;
    say(context, &info, "replaced", DryRun::None)
}

fn say(context: &Context<'_>, info: &Info, verb: &str, dry_run: DryRun) -> Outcome {
    let output = Output::of(context)?;
    let text = match output {
        Output::Human | Output::Wide => {
            format!("{} {verb}{}\n", info.printed_name(), dry_run.suffix())
        }
        _ => output.one(info, context.arguments.on("show-managed-fields"))?,
    };
    context.out(&text);
    Ok(())
}
