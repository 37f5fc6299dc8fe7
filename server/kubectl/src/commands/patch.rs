//! `kubectl patch`.

use futures::FutureExt;

use super::apply::write_query;
use super::each::{self, named};
use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::print::json::compact;
use crate::resources::Info;

pub(super) const COMMAND: Command = Command {
    name: "patch",
    aliases: &[],
    about: "Update fields of a resource using strategic merge patch, a JSON merge patch, or a JSON \
            patch.",
    usage: "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
    examples: "kubectl patch deployment web -p '{\"spec\":{\"replicas\":2}}'\n\
               kubectl patch pod web --type=json \
               -p '[{\"op\":\"remove\",\"path\":\"/metadata/labels/app\"}]'",
    flags: &[OWN, flags::FILENAME, flags::DRY_RUN, flags::OUTPUT, flags::FIELD_MANAGER],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("patch", "").short('p').about("The patch, in JSON or YAML"),
    Flag::value("patch-file", "").about("A file with the patch"),
    Flag::value("type", "strategic").about("strategic, merge or json"),
    Flag::value("subresource", "").about("Patch this part of the object: status, scale or resize"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let kind = match context.arguments.get("type") {
        "strategic" => PatchType::Strategic,
        "merge" => PatchType::Merge,
        "json" => PatchType::Json,
        other => {
            return Err(Failure::message(format!(
                "--type must be one of [json merge strategic], not {other:?}"
            )));
        }
    };
    let patch = the_patch(context)?;
    let mut failures = Vec::new();
    for info in named(context, &context.arguments.words).await? {
        let done = match info {
            Ok(info) => apply(context, info, kind, &patch).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

fn the_patch(context: &Context<'_>) -> Result<String, Failure> {
    let arguments = &context.arguments;
    let text = match (arguments.get("patch"), arguments.get("patch-file")) {
        ("", "") => {
            return Err(Failure::message(
                "must specify --patch or --patch-file containing the contents of the patch",
            ));
        }
        ("", file) => context.files.read(file).ok_or_else(|| {
            Failure::message(format!(
                "unable to read patch file: open {file}: no such file or directory"
            ))
        })?,
        (patch, "") => patch.to_owned(),
        _ => {
            return Err(Failure::message("cannot specify --patch and --patch-file together"));
        }
    };
    if text.trim_start().starts_with(['{', '[']) {
        // JSON goes to the server as it is: what is wrong with it, the server says.
        return Ok(text);
    }
    let patch = crate::manifest::yaml(&text)
        .map_err(|why| Failure::message(format!("unable to parse {text:?}: yaml: {why}")))?;
    Ok(compact(&patch))
}

async fn apply(context: &Context<'_>, mut info: Info, kind: PatchType, patch: &str) -> Outcome {
    let before = info.object.clone();
    let mut target = info.clone();
    if let part @ ("status" | "scale" | "resize") = context.arguments.get("subresource") {
        target.name = format!("{}/{part}", info.name);
    }
    let dry_run = context.dry_run()?;
    if dry_run != DryRun::Client {
        let query = write_query(context, "kubectl-patch", dry_run);
        info.object = context.client.patch_text(&target.path(), &query, kind, patch).await?;
    }
    let same = before["metadata"]["resourceVersion"] == info.object["metadata"]["resourceVersion"]
        && dry_run == DryRun::None;
    if context.arguments.get("subresource") == "scale" && info.object["kind"] == "Scale" {
        info.resource.kind = "Scale".to_owned();
        info.resource.group = "autoscaling".to_owned();
    }
    each::say(context, &info, if same { "patched (no change)" } else { "patched" })
}
