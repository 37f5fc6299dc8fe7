//! `kubectl apply view-last-applied` and `set-last-applied`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::each::{self, NOTHING_NAMED};
use super::super::{Command, flags};
use super::{LAST_APPLIED, LAST_APPLIED_AT, with_annotation, without_annotation, write_query};
use crate::arguments::Flag;
use crate::client::{PatchType, Query};
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::str_at;
use crate::print::yaml;
use crate::resources::{self, Info, Whole, file_names};

pub(in super::super) const VIEW: Command = Command {
    name: "apply view-last-applied",
    aliases: &[],
    about: "View the latest last-applied-configuration annotations by type/name or file.",
    usage: "apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
    examples: "kubectl apply view-last-applied deployment/web",
    flags: &[VIEW_FLAGS, flags::FILENAME, flags::SELECTOR, flags::ALL],
    required: &[],
    run: |context| view(context).boxed_local(),
};

pub(in super::super) const SET: Command = Command {
    name: "apply set-last-applied",
    aliases: &[],
    about: "Set the latest last-applied-configuration annotations by setting it to match the \
            contents of a file.",
    usage: "apply set-last-applied -f FILENAME [options]",
    examples: "kubectl apply set-last-applied -f deploy.yaml",
    flags: &[SET_FLAGS, flags::FILENAME, flags::OUTPUT, flags::DRY_RUN],
    required: &[],
    run: |context| set(context).boxed_local(),
};

const VIEW_FLAGS: &[Flag] = &[Flag::value("output", "yaml").short('o').about("yaml or json")];

const SET_FLAGS: &[Flag] =
    &[Flag::switch("create-annotation", "Add the annotation where there is none")];

async fn view(context: &Context<'_>) -> Outcome {
    let words = &context.arguments.words;
    if words.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message(NOTHING_NAMED));
    }
    let form = context.arguments.get("output");
    if !["yaml", "json"].contains(&form) {
        return Err(Failure::message(format!(
            "Unexpected -o output mode: {form}, the flag 'output' must be one of yaml|json"
        )));
    }
    let all = context.arguments.on("all");
    let whole = if all { Whole::Yes } else { Whole::OnlyWithSelector };
    for info in resources::live(context, words, whole).await? {
        let info = info?;
        let last = str_at(&info.object, LAST_APPLIED_AT);
        if last.is_empty() {
            continue;
        }
        let value: Value =
            serde_json::from_str(last).map_err(|why| Failure::message(why.to_string()))?;
        context.out(&match form {
            "json" => format!("{}\n", two_spaces(&value)),
            _ => yaml::document(&value),
        });
    }
    Ok(())
}

/// JSON with an indentation of two spaces, as this command alone prints it.
fn two_spaces(value: &Value) -> String {
    let text = crate::print::json::pretty(value);
    let lines = text.lines().map(|line| {
        let content = line.trim_start();
        format!("{}{content}", " ".repeat((line.len() - content.len()) / 2))
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn set(context: &Context<'_>) -> Outcome {
    if file_names(context).is_empty() {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let dry_run = context.dry_run()?;
    for info in resources::from_files(context).await? {
        let mut info = info?;
        let live = context.client.get(&info.path(), &Query::new()).await?;
        let last = str_at(&live, LAST_APPLIED_AT).to_owned();
        if last.is_empty() && !context.arguments.on("create-annotation") {
            return Err(Failure::message(format!(
                "no last-applied-configuration annotation found on resource: {}, to create the \
                 annotation, run the command with --create-annotation",
                info.name
            )));
        }
        // Where the file has no annotations, none are made up, unlike by `apply` itself.
        let manifest = match info.object.pointer("/metadata/annotations") {
            Some(_) => without_annotation(&info.object),
            None => info.object.clone(),
        };
        let modified = with_annotation(&manifest);
        let applied = str_at(&modified, LAST_APPLIED_AT);
        info.object = live.clone();
        if applied != last && dry_run != DryRun::Client {
            let patch = json!({"metadata": {"annotations": {LAST_APPLIED: applied}}});
            let query = write_query(context, "kubectl-last-applied", dry_run);
            let path = info.path();
            info.object = context.client.patch(&path, &query, PatchType::Merge, &patch).await?;
        }
        say(context, &info)?;
    }
    Ok(())
}

fn say(context: &Context<'_>, info: &Info) -> Outcome {
    each::say(context, info, "configured")
}
