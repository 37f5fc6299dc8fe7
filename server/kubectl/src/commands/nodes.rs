//! `kubectl cordon` and `uncordon`, and what `drain` and `taint` share with them.

mod drain;
mod taint;

use futures::FutureExt;
use serde_json::{Value, json};

use super::each;
use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::PatchType;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::bool_at;
use crate::resources::{self, Info, Whole, selectors};

pub(super) use drain::DRAIN;
pub(super) use taint::TAINT;

const FLAGS: &[&[Flag]] = &[flags::SELECTOR, flags::DRY_RUN];

pub(super) const CORDON: Command = Command {
    name: "cordon",
    aliases: &[],
    about: "Mark node as unschedulable.",
    usage: "cordon NODE [options]",
    examples: "kubectl cordon worker-1",
    flags: FLAGS,
    required: &[],
    run: |context| run(context, true).boxed_local(),
};

pub(super) const UNCORDON: Command = Command {
    name: "uncordon",
    aliases: &[],
    about: "Mark node as schedulable.",
    usage: "uncordon NODE [options]",
    examples: "kubectl uncordon worker-1",
    flags: FLAGS,
    required: &[],
    run: |context| run(context, false).boxed_local(),
};

async fn run(context: &Context<'_>, unschedulable: bool) -> Outcome {
    let mut failures = Vec::new();
    for info in nodes(context).await? {
        failures.extend(cordon(context, &info, unschedulable).await.err());
    }
    Failure::gather(failures)
}

/// The Nodes that the line names, or that its selector finds: all of them, or the first failure.
async fn nodes(context: &Context<'_>) -> Result<Vec<Info>, Failure> {
    let verb = context.command.trim_start_matches("kubectl ");
    let names = &context.arguments.words;
    if names.is_empty() && selectors(context).is_empty() {
        return Err(context.usage(format!("USAGE: {verb} NODE [flags]")));
    }
    if !names.is_empty() && !selectors(context).is_empty() {
        return Err(context.usage("error: cannot specify both a node name and a --selector option"));
    }
    let plain =
        |name: &String| name.trim_start_matches("nodes/").trim_start_matches("node/").to_owned();
    let words: Vec<String> =
        std::iter::once("nodes".to_owned()).chain(names.iter().map(plain)).collect();
    resources::live(context, &words, Whole::Yes).await?.into_iter().collect()
}

/// Makes a Node unschedulable or schedulable, and says so.
async fn cordon(context: &Context<'_>, info: &Info, unschedulable: bool) -> Outcome {
    let verb = if unschedulable { "cordoned" } else { "uncordoned" };
    if bool_at(&info.object, "/spec/unschedulable") == unschedulable {
        return each::say(context, info, &format!("already {verb}"));
    }
    let value = if unschedulable { json!(true) } else { Value::Null };
    let patch = json!({"spec": {"unschedulable": value}});
    each::patched(context, info, PatchType::Strategic, &patch, "").await?;
    each::say(context, info, verb)
}
