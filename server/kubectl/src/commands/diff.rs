//! `kubectl diff`: what an apply would change.

use futures::FutureExt;
use serde_json::{Value, json};

use super::apply::{Plan, plan, without_annotation};
use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::{PatchType, Query};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::object_mut;
use crate::print::output::shown;
use crate::print::{time, unified, yaml};
use crate::resources::{self, Info, file_names};

pub(super) const COMMAND: Command = Command {
    name: "diff",
    aliases: &[],
    about: "Diff configurations specified by file name or stdin between the current online \
            configuration, and the configuration as it would be if applied.",
    usage: "diff -f FILENAME [options]",
    examples: "kubectl diff -f pod.yaml",
    flags: &[OWN, flags::FILENAME, flags::FIELD_MANAGER, flags::SELECTOR],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("server-side", "Let the server merge"),
    Flag::switch("force-conflicts", "With --server-side: take fields from their owners"),
    Flag::switch("show-managed-fields", "Compare managedFields, too"),
];

/// One is the code of a difference, so that failures have another.
async fn run(context: &Context<'_>) -> Outcome {
    match compare(context).await {
        Err(Failure::Exit(code)) => Err(Failure::Exit(code)),
        Err(failure) => Err(Failure::WithCode { code: 2, failure: Box::new(failure) }),
        Ok(()) => Ok(()),
    }
}

async fn compare(context: &Context<'_>) -> Outcome {
    if file_names(context).is_empty() && !context.arguments.given("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let mut text = String::new();
    for info in resources::from_files(context).await? {
        text.push_str(&difference(context, &info?).await?);
    }
    context.out(&text);
    if text.is_empty() { Ok(()) } else { Err(Failure::Exit(1)) }
}

async fn difference(context: &Context<'_>, info: &Info) -> Result<String, Failure> {
    let (live, merged) = both(context, info).await?;
    let managed = context.arguments.on("show-managed-fields");
    let text = |object: &Value| match object {
        Value::Null => String::new(),
        object => yaml::document(&hidden(&shown(object, managed))),
    };
    let (live, merged) = (text(&live), text(&merged));
    if live == merged {
        return Ok(String::new());
    }
    let resource = &info.resource;
    let parts = [&resource.group, &resource.version, &resource.kind, &info.namespace, &info.name];
    let parts: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let name = parts.join(".");
    // The folders that kubectl makes for diff have random names.
    let number = context.client.api.now().as_millisecond().unsigned_abs() % 1_000_000_000;
    let (old, new) = (format!("/tmp/LIVE-{number}/{name}"), format!("/tmp/MERGED-{number}/{name}"));
    let moment = time::file_moment(context.client.api.now());
    let hunks = unified::hunks(&live, &merged);
    Ok(format!("diff -u -N {old} {new}\n--- {old}\t{moment}\n+++ {new}\t{moment}\n{hunks}"))
}

/// The object as it is, and as it would be.
async fn both(context: &Context<'_>, info: &Info) -> Result<(Value, Value), Failure> {
    let found = context.client.get(&info.path(), &Query::new()).await;
    let live = match found {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() => Value::Null,
        Err(failure) => return Err(failure),
    };
    let dry = |manager: &str| -> Query {
        let own = context.arguments.get("field-manager");
        let manager = if own.is_empty() { manager } else { own };
        vec![("dryRun", "All".to_owned()), ("fieldManager", manager.to_owned())]
    };
    if context.arguments.on("server-side") {
        let mut query = dry("kubectl");
        query.push(("force", context.arguments.on("force-conflicts").to_string()));
        let merged =
            context.client.patch(&info.path(), &query, PatchType::Apply, &info.object).await?;
        return Ok((live, merged));
    }
    let query = dry("kubectl-client-side-apply");
    let merged = match plan(&info.resource.kind, without_annotation(&info.object), &live) {
        Plan::Create(object) => {
            context.client.post(&info.collection_path(), &query, &object).await?
        }
        Plan::Patch(patch) => {
            context.client.patch(&info.path(), &query, PatchType::Strategic, &patch).await?
        }
        Plan::Nothing => live.clone(),
    };
    Ok((live, merged))
}

/// The values of Secrets are not shown, but that they differ is.
fn hidden(object: &Value) -> Value {
    let mut object = object.clone();
    if object["kind"] == "Secret" && object["data"].is_object() {
        let data = object_mut(&mut object, "/data");
        for (_, value) in data.as_object_mut().into_iter().flatten() {
            *value = json!("***");
        }
    }
    object
}
