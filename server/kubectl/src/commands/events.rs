//! `kubectl events`.

use futures::FutureExt;
use jiff::Timestamp;
use serde_json::Value;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::describe::events::interval;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, at, field, namespace_of, str_at, text};
use crate::print::go_sort::go_sort;
use crate::print::output::{Output, list_of, shown};
use crate::print::tabwriter::Tabwriter;
use crate::print::time::parse;
use crate::resources::{self, Names, of_words};

pub(super) const COMMAND: Command = Command {
    name: "events",
    aliases: &[],
    about: "Display events.",
    usage: "events [(-o|--output=)json|yaml|name|jsonpath] [--for TYPE/NAME] [--watch] \
            [--types=Normal,Warning] [options]",
    examples: "kubectl events\n\n# About one object\nkubectl events --for pod/web\n\n\
               # Warnings only, as they come\nkubectl events --types=Warning --watch",
    flags: &[OWN, flags::OUTPUT, flags::ALL_NAMESPACES],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("for", "").about("Only events about this object: TYPE/NAME"),
    Flag::value("types", "").about("Only events of these types: Normal, Warning"),
    Flag::switch("watch", "Go on as events come").short('w'),
    Flag::switch("no-headers", "Leave the header line out"),
    Flag::number("chunk-size", "500").about("How many objects to ask for at a time"),
];

async fn run(context: &Context<'_>) -> Outcome {
    for kind in context.arguments.list("types") {
        if !["normal", "warning"].contains(&kind.to_lowercase().as_str()) {
            return Err(Failure::message("valid --types are Normal or Warning"));
        }
    }
    let output = Output::of(context)?;
    let resource = resources::resource(context, "events").await?;
    let namespace = if context.all_namespaces() { "" } else { context.namespace() };
    let path = resource.path(namespace);
    let mut query = about(context).await?;
    let answer = context.client.get(&path, &query).await?;
    let mut events: Vec<Value> =
        array(&answer, "items").iter().filter(|event| is_wanted(context, event)).cloned().collect();
    for event in &mut events {
        event["apiVersion"] = "v1".into();
        event["kind"] = "Event".into();
    }
    go_sort(&mut events, |left, right| moment(left) < moment(right));
    if !output.is_table() {
        return print_objects(context, &output, &events);
    }
    let watches = context.arguments.on("watch");
    if events.is_empty() && !watches {
        context.err(&if context.all_namespaces() {
            "No events found.\n".to_owned()
        } else {
            format!("No events found in {namespace} namespace.\n")
        });
        return Ok(());
    }
    let mut writer = Tabwriter::for_tables();
    if !context.arguments.on("no-headers") {
        let before = if context.all_namespaces() { "NAMESPACE\t" } else { "" };
        writer.write(&format!("{before}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n"));
    }
    events.iter().for_each(|event| writer.write(&line(context, event)));
    context.out(&writer.flush());
    if !watches {
        return Ok(());
    }
    query.push(("resourceVersion", str_at(&answer, "/metadata/resourceVersion").to_owned()));
    let mut changes = context.client.watch(&path, &query).await?;
    while let Some(change) = changes.next().await {
        let event = field(&change, "object");
        if matches!(text(&change, "type"), "ADDED" | "MODIFIED") && is_wanted(context, event) {
            writer.write(&line(context, event));
            context.out(&writer.flush());
        }
    }
    Ok(())
}

/// `--for` as a query.
async fn about(context: &Context<'_>) -> Result<Query, Failure> {
    let object = context.arguments.get("for");
    if object.is_empty() {
        return Ok(Query::new());
    }
    if !object.contains('/') {
        return Err(Failure::message("--for must be in resource/name form"));
    }
    let Names::Each(targets) = of_words(context, &[object.to_owned()]).await? else {
        return Ok(Query::new());
    };
    let terms = targets.iter().map(|target| {
        format!(
            "involvedObject.kind={},involvedObject.apiVersion={},involvedObject.name={}",
            target.resource.kind,
            target.resource.api_version(),
            target.name
        )
    });
    Ok(vec![("fieldSelector", terms.collect::<Vec<_>>().join(","))])
}

fn is_wanted(context: &Context<'_>, event: &Value) -> bool {
    let types = context.arguments.list("types");
    types.is_empty() || types.iter().any(|kind| kind.eq_ignore_ascii_case(text(event, "type")))
}

/// When an event was last seen.
fn moment(event: &Value) -> Option<Timestamp> {
    let places = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime"];
    places.iter().find_map(|place| parse(at(event, place)))
}

fn line(context: &Context<'_>, event: &Value) -> String {
    let before =
        if context.all_namespaces() { format!("{}\t", namespace_of(event)) } else { String::new() };
    format!(
        "{before}{}\t{}\t{}\t{}/{}\t{}\n",
        interval(event, context.client.api.now()),
        text(event, "type"),
        text(event, "reason"),
        str_at(event, "/involvedObject/kind"),
        str_at(event, "/involvedObject/name"),
        text(event, "message").trim()
    )
}

fn print_objects(context: &Context<'_>, output: &Output, events: &[Value]) -> Outcome {
    let managed = context.arguments.on("show-managed-fields");
    let objects: Vec<Value> = events.iter().map(|event| shown(event, managed)).collect();
    if matches!(output, Output::Name) {
        for event in &objects {
            context.out(&format!("event/{}\n", crate::fields::name_of(event)));
        }
        return Ok(());
    }
    context.out(&output.value(&list_of(&objects))?);
    Ok(())
}
