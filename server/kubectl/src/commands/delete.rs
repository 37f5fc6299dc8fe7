//! `kubectl delete`: by name, manifest or selector, and then waits until the objects are gone.

use futures::FutureExt;
use serde_json::{Value, json};

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::{Query, within};
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::{array, field, str_at, text};
use crate::print::output::Output;
use crate::resources::{self, Info, Names, Whole, file_names, of_words};

pub(super) const COMMAND: Command = Command {
    name: "delete",
    aliases: &[],
    about: "Delete resources by file names, stdin, resources and names, or by resources and label \
            selector.",
    usage: "delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]",
    examples: "# Delete what a manifest describes\nkubectl delete -f pod.yaml\n\n\
               # Delete Pods by name, at once\nkubectl delete pod web-1 web-2 --now\n\n\
               # Delete all Pods with a label\nkubectl delete pods -l app=web",
    flags: &[
        OWN,
        flags::FILENAME,
        flags::SELECTOR,
        flags::FIELD_SELECTOR,
        flags::ALL,
        flags::ALL_NAMESPACES,
        flags::DRY_RUN,
        flags::OUTPUT,
    ],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::optional("cascade", "background", "background")
        .about("What becomes of dependents: background, foreground or orphan"),
    Flag::number("grace-period", "-1").about("Seconds for containers to end; 1 is the least"),
    Flag::switch("now", "Shut down at once; the same as --grace-period=1"),
    Flag::switch("force", "With --grace-period=0: forget the object without waiting"),
    Flag::switch("ignore-not-found", "Do not complain of what does not exist"),
    Flag::switch("wait", "Return when the objects are gone").on(),
    Flag::duration("timeout", "0s").about("How long to wait; 0s for as long as it takes"),
    Flag::value("raw", "").about("A path to DELETE"),
    Flag::switch("interactive", "Ask before each object").short('i'),
];

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    if arguments.given("raw") {
        let answer = context.client.delete(arguments.get("raw"), &json!({})).await?;
        context.out(&(crate::print::json::compact(&answer) + "\n"));
        return Ok(());
    }
    let cascade = propagation(context)?;
    let grace = grace_period(context)?;
    let dry_run = context.dry_run()?;
    let mut failures = Vec::new();
    let mut gone = Vec::new();
    let chosen = chosen(context).await?;
    let none_chosen = chosen.is_empty();
    for info in chosen {
        let deleted = match info {
            Ok(info) => delete(context, info, cascade, grace, dry_run).await,
            Err(failure) => Err(failure),
        };
        match deleted {
            Ok(info) => gone.push(info),
            Err(failure) if failure.is_not_found() && ignores_missing(context) => {}
            Err(failure) => failures.push(failure),
        }
    }
    if none_chosen && !arguments.given("output") {
        context.out("No resources found\n");
    }
    Failure::gather(failures)?;
    let waits = arguments.on("wait") && dry_run == DryRun::None;
    if waits { wait_for(context, &gone).await } else { Ok(()) }
}

/// Deleting by selector takes what it finds; what went meanwhile is no mistake.
fn ignores_missing(context: &Context<'_>) -> bool {
    context.arguments.on("ignore-not-found")
        || context.arguments.on("all")
        || !resources::selectors(context).is_empty()
}

fn propagation(context: &Context<'_>) -> Result<&'static str, Failure> {
    match context.arguments.get("cascade") {
        "background" | "true" => Ok("Background"),
        "foreground" => Ok("Foreground"),
        "orphan" | "false" => Ok("Orphan"),
        other => Err(Failure::message(format!(
            "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
        ))),
    }
}

fn grace_period(context: &Context<'_>) -> Result<Option<i64>, Failure> {
    let arguments = &context.arguments;
    let asked = arguments.number("grace-period");
    let force = arguments.on("force");
    if arguments.on("now") {
        if asked != -1 {
            return Err(Failure::message("--now and --grace-period cannot be specified together"));
        }
        return Ok(Some(1));
    }
    if asked == 0 && !force {
        // Zero without --force is the quickest way that still waits.
        return Ok(Some(1));
    }
    if force {
        if asked > 0 {
            return Err(Failure::message(
                "--force and --grace-period greater than 0 cannot be specified together",
            ));
        }
        context.err(
            "Warning: Immediate deletion does not wait for confirmation that the running resource \
             has been terminated. The resource may continue to run on the cluster indefinitely.\n",
        );
        return Ok(Some(0));
    }
    Ok((asked >= 0).then_some(asked))
}

/// The objects to delete. Names are not looked up first: the DELETE itself tells.
async fn chosen(context: &Context<'_>) -> Result<Vec<Result<Info, Failure>>, Failure> {
    let arguments = &context.arguments;
    if !file_names(context).is_empty() {
        return resources::from_files(context).await;
    }
    if arguments.words.is_empty() {
        return Err(Failure::message(super::NOTHING_NAMED));
    }
    let all = arguments.on("all");
    if all && !arguments.get("selector").is_empty() {
        return Err(Failure::message("setting 'all' parameter but found a non empty selector. "));
    }
    if let Names::Each(targets) = of_words(context, &arguments.words).await? {
        if all {
            return Err(Failure::message("name cannot be provided when a selector is specified"));
        }
        resources::by_name_is_possible(context)?;
        return Ok(targets.into_iter().map(|t| Ok(t.info(context.namespace()))).collect());
    }
    let whole = if all { Whole::Yes } else { Whole::OnlyWithSelector };
    resources::live(context, &arguments.words, whole).await
}

async fn delete(
    context: &Context<'_>,
    mut info: Info,
    cascade: &str,
    grace: Option<i64>,
    dry_run: DryRun,
) -> Result<Info, Failure> {
    if context.namespace_is_given() && !info.resource.namespaced {
        context.err(
            "Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n",
        );
    }
    let mut options = json!({"propagationPolicy": cascade});
    if let Some(seconds) = grace {
        options["gracePeriodSeconds"] = seconds.into();
    }
    if dry_run == DryRun::Server {
        options["dryRun"] = json!(["All"]);
    }
    if dry_run == DryRun::Client {
        info = resources::fetch(context, info).await?;
    } else {
        let answer = context.client.delete(&info.path(), &options).await;
        let source = info.source.clone();
        let answer = answer.map_err(|failure| {
            if source.is_empty() {
                return failure;
            }
            failure.wrap(|message| format!("error when deleting {source:?}: {message}"))
        })?;
        info.object = Value::from(uid_in(&answer));
    }
    say(context, &info, grace, dry_run)?;
    Ok(info)
}

/// Who was deleted: the answer is a Status when the object went at once, else the object.
fn uid_in(answer: &Value) -> &str {
    match str_at(answer, "/details/uid") {
        "" => str_at(answer, "/metadata/uid"),
        uid => uid,
    }
}

fn say(context: &Context<'_>, info: &Info, grace: Option<i64>, dry_run: DryRun) -> Outcome {
    if matches!(Output::of(context)?, Output::Name) {
        context.out(&format!("{}\n", info.printed_name()));
        return Ok(());
    }
    let verb = if grace == Some(0) { "force deleted" } else { "deleted" };
    let kind = info.resource.printed_kind();
    context.out(&format!("{kind} \"{}\" {verb}{}\n", info.name, dry_run.suffix()));
    Ok(())
}

/// Waits until none of the objects exists, or one of the same name has taken its place.
pub(super) async fn wait_for(context: &Context<'_>, infos: &[Info]) -> Outcome {
    let timeout_ms = context.arguments.duration_ms("timeout");
    let mut failures = Vec::new();
    for info in infos {
        let uid = info.object.as_str().unwrap_or_default();
        let gone = until_gone(context, info, uid);
        match within(context.client.api, timeout_ms, gone).await {
            Some(Ok(())) => {}
            Some(Err(failure)) => failures.push(failure),
            None => failures.push(Failure::message(format!(
                "timed out waiting for the condition on {}/{}",
                info.resource.plural, info.name
            ))),
        }
    }
    Failure::gather(failures)
}

/// Returns when the object with this uid is no more.
pub(super) async fn until_gone(context: &Context<'_>, info: &Info, uid: &str) -> Outcome {
    loop {
        match context.client.get(&info.path(), &Query::new()).await {
            Err(failure) if failure.is_not_found() => return Ok(()),
            Err(failure) => return Err(failure),
            Ok(object) if !uid.is_empty() && str_at(&object, "/metadata/uid") != uid => {
                return Ok(());
            }
            Ok(_) => {}
        }
        let mut query: Query = vec![("fieldSelector", format!("metadata.name={}", info.name))];
        let list = context.client.get(&info.collection_path(), &query).await?;
        if array(&list, "items").is_empty() {
            return Ok(());
        }
        query.push(("resourceVersion", str_at(&list, "/metadata/resourceVersion").to_owned()));
        let mut events = context.client.watch(&info.collection_path(), &query).await?;
        while let Some(event) = events.next().await {
            let same = uid.is_empty() || str_at(field(&event, "object"), "/metadata/uid") == uid;
            match text(&event, "type") {
                "DELETED" if same => return Ok(()),
                "ERROR" => break,
                _ => {}
            }
        }
        // The watch ended without an answer: look again, without a storm of requests.
        context.client.api.sleep(1000).await;
    }
}
