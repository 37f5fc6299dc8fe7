//! `kubectl get -w`: what is there, then every change as it comes.

use serde_json::Value;

use super::options;
use crate::client::Query;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, field, str_at, text};
use crate::print::output::Output;
use crate::print::table::{TableOptions, header, row};
use crate::print::tabwriter::Tabwriter;
use crate::resources::{self, Info, Names, list_failure, of_words};

/// What is watched.
struct Watched {
    resource: Resource,
    /// The collection.
    path: String,
    query: Query,
    /// The one object, when there is but one.
    name: Option<String>,
}

pub(super) async fn run(context: &Context<'_>) -> Outcome {
    let watched = watched(context).await?;
    let output = Output::of(context)?;
    if output.is_table() {
        tables(context, &watched, matches!(output, Output::Wide)).await
    } else {
        objects(context, &watched, &output).await
    }
}

async fn watched(context: &Context<'_>) -> Result<Watched, Failure> {
    let mut query = resources::selectors(context);
    let namespace = if context.all_namespaces() { "" } else { context.namespace() };
    match of_words(context, &context.arguments.words).await? {
        Names::Kinds(kinds) => match kinds.as_slice() {
            [resource] => Ok(Watched {
                resource: resource.clone(),
                path: resource.path(namespace),
                query,
                name: None,
            }),
            _ => Err(only_one_kind()),
        },
        Names::Each(mut targets) if targets.len() == 1 => {
            resources::by_name_is_possible(context)?;
            let target = targets.remove(0);
            query.push(("fieldSelector", format!("metadata.name={}", target.name)));
            let path = target.resource.path(namespace);
            Ok(Watched { resource: target.resource, path, query, name: Some(target.name) })
        }
        Names::Each(_) => Err(only_one_kind()),
    }
}

fn only_one_kind() -> Failure {
    Failure::message("you may only specify a single resource type")
}

async fn tables(context: &Context<'_>, watched: &Watched, wide: bool) -> Outcome {
    let options = options(context, &watched.resource, wide, false);
    let mut writer = Tabwriter::for_tables();
    let mut columns: Vec<Value> = Vec::new();
    let shows_now = !context.arguments.on("watch-only");
    let table = match &watched.name {
        // A name that does not exist is a mistake; an empty list is not.
        Some(name) => {
            let path = format!("{}/{name}", watched.path);
            context.client.table(&path, &Query::new()).await?
        }
        None => {
            let mut query = watched.query.clone();
            query.push(("limit", "500".to_owned()));
            let listed = context.client.table(&watched.path, &query).await;
            listed.map_err(|failure| list_failure(failure, &watched.resource, &query))?
        }
    };
    if shows_now {
        show(context, &table, &options, "ADDED", &mut writer, &mut columns);
    }
    let mut query = watched.query.clone();
    query.push(("resourceVersion", version_of(&table)));
    let mut events = context.client.watch_table(&watched.path, &query).await?;
    while let Some(event) = events.next().await {
        let object = field(&event, "object");
        if text(&event, "type") == "ERROR" {
            return Err(Failure::Status(object.clone()));
        }
        if text(&event, "type") != "BOOKMARK" {
            show(context, object, &options, text(&event, "type"), &mut writer, &mut columns);
        }
    }
    Ok(())
}

/// From where to watch: where the list was made.
fn version_of(table: &Value) -> String {
    let of_list = str_at(table, "/metadata/resourceVersion");
    if !of_list.is_empty() {
        return of_list.to_owned();
    }
    str_at(table, "/rows/0/object/metadata/resourceVersion").to_owned()
}

fn show(
    context: &Context<'_>,
    table: &Value,
    options: &TableOptions,
    kind: &str,
    writer: &mut Tabwriter,
    columns: &mut Vec<Value>,
) {
    let names_events = context.arguments.on("output-watch-events");
    let rows = array(table, "rows");
    let is_first = columns.is_empty();
    if !array(table, "columnDefinitions").is_empty() {
        *columns = array(table, "columnDefinitions").to_vec();
    }
    if is_first && !rows.is_empty() && !options.no_headers {
        let event = if names_events { "EVENT\t" } else { "" };
        writer.write(&format!("{event}{}", header(table, options)));
    }
    if rows.is_empty() && is_first {
        columns.clear();
    }
    for line in rows {
        let event = if names_events { format!("{kind}\t") } else { String::new() };
        writer.write(&format!("{event}{}", row(columns, line, options)));
    }
    context.out(&writer.flush());
}

async fn objects(context: &Context<'_>, watched: &Watched, output: &Output) -> Outcome {
    let managed = context.arguments.on("show-managed-fields");
    let print = |object: Value| -> Outcome {
        let info = Info::of(&watched.resource, object);
        let separator = if matches!(output, Output::Yaml) { "---\n" } else { "" };
        context.out(&format!("{}{separator}", output.one(&info, managed)?));
        Ok(())
    };
    let list = context.client.get(&watched.path, &watched.query).await?;
    for item in array(&list, "items") {
        let mut item = item.clone();
        item["apiVersion"] = watched.resource.api_version().into();
        item["kind"] = watched.resource.kind.clone().into();
        print(item)?;
    }
    let mut query = watched.query.clone();
    query.push(("resourceVersion", str_at(&list, "/metadata/resourceVersion").to_owned()));
    let mut events = context.client.watch(&watched.path, &query).await?;
    while let Some(event) = events.next().await {
        if text(&event, "type") != "BOOKMARK" {
            print(field(&event, "object").clone())?;
        }
    }
    Ok(())
}
