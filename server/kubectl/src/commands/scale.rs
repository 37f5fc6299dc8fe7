//! `kubectl scale`.

use futures::FutureExt;
use serde_json::json;

use super::apply::write_query;
use super::each::{self, named};
use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::{PatchType, Query};
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::{int_at, str_at};
use crate::resources::Info;

pub(super) const COMMAND: Command = Command {
    name: "scale",
    aliases: &[],
    about: "Set a new size for a deployment, replica set, replication controller, or stateful set.",
    usage: "scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT \
            (-f FILENAME | TYPE NAME) [options]",
    examples: "kubectl scale deployment web --replicas=5\n\n\
               # Only if there are two now\n\
               kubectl scale --current-replicas=2 --replicas=3 deployment/web",
    flags: &[OWN, flags::FILENAME, flags::SELECTOR, flags::ALL, flags::DRY_RUN, flags::OUTPUT],
    required: &["replicas"],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::number("replicas", "0").about("How many there are to be"),
    Flag::number("current-replicas", "-1").about("Scale only if there are this many now"),
    Flag::value("resource-version", "").about("Scale only if the object has this version"),
    Flag::duration("timeout", "0s").about("How long to wait until the size is reached"),
];

async fn run(context: &Context<'_>) -> Outcome {
    if context.arguments.number("replicas") < 0 {
        return Err(Failure::message(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
        ));
    }
    let mut failures = Vec::new();
    let mut infos = Vec::new();
    for info in named(context, &context.arguments.words).await? {
        match info {
            Ok(info) => infos.push(info),
            Err(failure) => failures.push(failure),
        }
    }
    if infos.is_empty() {
        let why = failures.first().map_or_else(|| "<nil>".to_owned(), ToString::to_string);
        return Err(Failure::message(format!("no objects passed to scale {why}")));
    }
    for info in infos {
        failures.extend(scale(context, info).await.err());
    }
    Failure::gather(failures)
}

async fn scale(context: &Context<'_>, info: Info) -> Outcome {
    let dry_run = context.dry_run()?;
    if dry_run != DryRun::Client {
        let path = format!("{}/scale", info.path());
        must_be_as_expected(context, &path).await?;
        let patch = json!({"spec": {"replicas": context.arguments.number("replicas")}});
        let query = write_query(context, "kubectl-scale", dry_run)
            .into_iter()
            .filter(|(name, _)| *name == "dryRun")
            .collect();
        context.client.patch(&path, &query, PatchType::Merge, &patch).await?;
    }
    each::say(context, &info, "scaled")
}

/// `--current-replicas` and `--resource-version` are conditions.
async fn must_be_as_expected(context: &Context<'_>, path: &str) -> Outcome {
    let arguments = &context.arguments;
    let expected = arguments.number("current-replicas");
    let version = arguments.get("resource-version");
    if expected < 0 && version.is_empty() {
        return Ok(());
    }
    let scale = context.client.get(path, &Query::new()).await?;
    let is = int_at(&scale, "/spec/replicas");
    if expected >= 0 && is != expected {
        return Err(Failure::message(format!("Expected replicas to be {expected}, was {is}")));
    }
    let has = str_at(&scale, "/metadata/resourceVersion");
    if !version.is_empty() && has != version {
        return Err(Failure::message(format!(
            "Expected resource version to be {version}, was {has}"
        )));
    }
    Ok(())
}
