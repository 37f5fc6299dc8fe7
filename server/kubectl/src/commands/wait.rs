//! `kubectl wait`.

use futures::FutureExt;
use serde_json::Value;

use super::{Command, delete, each, flags};
use crate::arguments::Flag;
use crate::client::{Query, within};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, array_at, field, str_at, text};
use crate::print::jsonpath::{Template, relaxed};
use crate::resources::{self, Info, Names, Whole, file_names, of_words, selectors};

pub(super) const COMMAND: Command = Command {
    name: "wait",
    aliases: &[],
    about: "Wait for a specific condition on one or many resources.",
    usage: "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | \
            --all)]) [--for=create|--for=delete|--for condition=available|\
            --for=jsonpath='{}'[=value]] [options]",
    examples: "kubectl wait --for=condition=Ready pod/web\n\
               kubectl wait --for=delete pod/web --timeout=60s\n\
               kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web",
    flags: &[
        OWN,
        flags::FILENAME,
        flags::SELECTOR,
        flags::FIELD_SELECTOR,
        flags::ALL,
        flags::ALL_NAMESPACES,
        flags::OUTPUT,
    ],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("for", "").about("What to wait for: create, delete, condition=NAME, jsonpath=…"),
    Flag::duration("timeout", "30s").about("How long to wait"),
];

/// What is waited for.
enum Until {
    Created,
    Deleted,
    Condition { kind: String, status: String },
    Path { template: Template, value: Option<String> },
}

async fn run(context: &Context<'_>) -> Outcome {
    let until = until(context.arguments.get("for"))?;
    let words = &context.arguments.words;
    if words.is_empty() && file_names(context).is_empty() {
        return Err(Failure::message(super::NOTHING_NAMED));
    }
    if let Until::Created = until {
        return created(context).await;
    }
    let timeout_ms = timeout_ms(context);
    let mut failures = Vec::new();
    let mut met = 0;
    for info in found(context).await? {
        let outcome = match info {
            Ok(info) => {
                let waiting = wait(context, &info, &until);
                match within(context.client.api, timeout_ms, waiting).await {
                    Some(Ok(())) => each::say(context, &info, "condition met"),
                    Some(Err(failure)) => Err(failure),
                    None => Err(timed_out(&info)),
                }
            }
            // What is not there is deleted.
            Err(failure) if failure.is_not_found() && matches!(until, Until::Deleted) => {
                met += 1;
                continue;
            }
            Err(failure) => Err(failure),
        };
        met += 1;
        failures.extend(outcome.err());
    }
    if met == 0 && !matches!(until, Until::Deleted) {
        return Err(Failure::message("no matching resources found"));
    }
    Failure::gather(failures)
}

async fn found(context: &Context<'_>) -> Result<Vec<Result<Info, Failure>>, Failure> {
    let words = &context.arguments.words;
    let all = context.arguments.on("all");
    if !all && selectors(context).is_empty() && file_names(context).is_empty() {
        // A kind alone is all of its objects only when the line says so.
        if let Names::Kinds(_) = of_words(context, words).await? {
            return Err(Failure::message("resource(s) were provided, but no name was specified"));
        }
    }
    resources::live(context, words, Whole::Yes).await
}

fn timeout_ms(context: &Context<'_>) -> i64 {
    match context.arguments.duration_ms("timeout") {
        // Zero looks once; less than zero waits for a week.
        0 => 1,
        ms if ms < 0 => 7 * 24 * 3600 * 1000,
        ms => ms,
    }
}

fn timed_out(info: &Info) -> Failure {
    Failure::message(format!(
        "timed out waiting for the condition on {}/{}",
        info.resource.plural, info.name
    ))
}

fn until(text: &str) -> Result<Until, Failure> {
    let lower = text.to_lowercase();
    if lower == "delete" {
        return Ok(Until::Deleted);
    }
    if lower == "create" {
        return Ok(Until::Created);
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (kind, status) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(Until::Condition { kind: kind.to_owned(), status: status.to_owned() });
    }
    if let Some(path) = text.strip_prefix("jsonpath=") {
        let (path, value) = split_path(path);
        let bad = |why: String| Failure::message(format!("jsonpath wait: {why}"));
        let template = relaxed(path).and_then(|path| Template::new(&path)).map_err(bad)?;
        return Ok(Until::Path { template, value: value.map(str::to_owned) });
    }
    Err(Failure::message(format!("unrecognized condition: {text:?}")))
}

/// The `=` between path and value is the one after the closing brace.
fn split_path(text: &str) -> (&str, Option<&str>) {
    let text = text.trim_matches('\'');
    match text.rfind('}') {
        Some(end) => {
            let rest = text[end + 1..].trim_start_matches('\'').strip_prefix('=');
            (&text[..=end], rest)
        }
        None => text.split_once('=').map_or((text, None), |(path, value)| (path, Some(value))),
    }
}

async fn wait(context: &Context<'_>, info: &Info, until: &Until) -> Outcome {
    if let Until::Deleted = until {
        return delete::until_gone(context, info, str_at(&info.object, "/metadata/uid")).await;
    }
    loop {
        let mut query: Query = vec![("fieldSelector", format!("metadata.name={}", info.name))];
        let list = context.client.get(&info.collection_path(), &query).await?;
        if array(&list, "items").first().is_some_and(|object| is_met(object, until)) {
            return Ok(());
        }
        query.push(("resourceVersion", str_at(&list, "/metadata/resourceVersion").to_owned()));
        let mut events = context.client.watch(&info.collection_path(), &query).await?;
        while let Some(event) = events.next().await {
            if text(&event, "type") == "ERROR" {
                break;
            }
            if text(&event, "type") != "DELETED" && is_met(field(&event, "object"), until) {
                return Ok(());
            }
        }
        context.client.api.sleep(1000).await;
    }
}

fn is_met(object: &Value, until: &Until) -> bool {
    match until {
        Until::Created | Until::Deleted => false,
        Until::Condition { kind, status } => {
            array_at(object, "/status/conditions").iter().any(|condition| {
                text(condition, "type").eq_ignore_ascii_case(kind)
                    && text(condition, "status").eq_ignore_ascii_case(status)
            })
        }
        Until::Path { template, value } => {
            let found = template.find(object).unwrap_or_default();
            match value {
                None => found.iter().any(|value| !value.is_null()),
                Some(wanted) => found.iter().any(|value| match value {
                    Value::String(text) => text == wanted,
                    other => other.to_string() == *wanted,
                }),
            }
        }
    }
}

/// Looks twice a second until the objects exist.
async fn created(context: &Context<'_>) -> Outcome {
    let Names::Each(targets) = of_words(context, &context.arguments.words).await? else {
        return Err(Failure::message("no matching resources found"));
    };
    let timeout_ms = timeout_ms(context);
    for target in targets {
        let info = target.info(context.namespace());
        let looking = async {
            loop {
                match context.client.get(&info.path(), &Query::new()).await {
                    Ok(_) => return Ok(()),
                    Err(failure) if failure.is_not_found() => {
                        context.client.api.sleep(500).await;
                    }
                    Err(failure) => return Err(failure),
                }
            }
        };
        match within(context.client.api, timeout_ms, looking).await {
            Some(outcome) => outcome?,
            None => return Err(timed_out(&info)),
        }
        each::say(context, &info, "condition met")?;
    }
    Ok(())
}
