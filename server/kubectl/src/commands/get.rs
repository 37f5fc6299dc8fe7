//! `kubectl get`: the server's tables, or objects in any form.

mod sort;
mod watch;

use futures::FutureExt;
use serde_json::Value;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, str_at};
use crate::print::output::{Output, columns_of, list_of, shown};
use crate::print::table::{TableOptions, header, is_table, plain_table, row};
use crate::print::tabwriter::Tabwriter;
use crate::resources::{self, Info, Names, Whole, file_names, list_failure, of_words};

pub(super) const COMMAND: Command = Command {
    name: "get",
    aliases: &[],
    about: "Display one or many resources.",
    usage: "get [(-o|--output=)json|yaml|name|jsonpath|custom-columns|wide] (TYPE[.VERSION][.GROUP] \
            [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]",
    examples: "# All Pods of the namespace\nkubectl get pods\n\n# Where they run, too\n\
               kubectl get pods -o wide\n\n# One Deployment as YAML\n\
               kubectl get deployment web -o yaml\n\n# Watch Pods change\nkubectl get pods -w",
    flags: &[
        OWN,
        flags::OUTPUT,
        flags::FILENAME,
        flags::SELECTOR,
        flags::FIELD_SELECTOR,
        flags::ALL_NAMESPACES,
    ],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("watch", "Go on and print every change").short('w'),
    Flag::switch("watch-only", "Print changes only, not what is there now"),
    Flag::switch("output-watch-events", "Print the kind of change, too"),
    Flag::switch("no-headers", "Leave the header line out"),
    Flag::switch("show-labels", "Show labels in a last column"),
    Flag::switch("show-kind", "Put the kind before each name"),
    Flag::value("label-columns", "").short('L').about("Labels to show in columns of their own"),
    Flag::value("sort-by", "").about("A JSONPath to sort by, such as .metadata.name"),
    Flag::switch("ignore-not-found", "Do not complain of names that do not exist"),
    Flag::switch("server-print", "Let the server compute the columns").on(),
    Flag::number("chunk-size", "500").about("How many objects to ask for at a time"),
    Flag::value("subresource", "").about("Get this part of the object: status or scale"),
    Flag::value("raw", "").about("Ask for this path and print the answer as it is"),
];

/// What one request brought: a table, and of which kind.
pub(super) struct Part {
    resource: Resource,
    table: Value,
}

async fn run(context: &Context<'_>) -> Outcome {
    if context.arguments.given("raw") {
        let path = context.arguments.get("raw");
        let answer = context.client.raw(path).await?;
        let text = String::from_utf8_lossy(&answer);
        context.out(&text);
        return Ok(());
    }
    let words = &context.arguments.words;
    if words.is_empty() && file_names(context).is_empty() {
        context.err(
            "You must specify the type of resource to get. Use \"kubectl api-resources\" for a \
             complete list of supported resources.\n\n",
        );
        return Err(context.usage(
            "error: Required resource not specified.\nUse \"kubectl explain <resource>\" for a \
             detailed description of that resource (e.g. kubectl explain pods).",
        ));
    }
    if context.arguments.on("watch") || context.arguments.on("watch-only") {
        return watch::run(context).await;
    }
    let output = Output::of(context)?;
    if output.is_table() {
        tables(context, matches!(output, Output::Wide)).await
    } else {
        objects(context, &output).await
    }
}

/// Prints objects in a form that needs no table.
async fn objects(context: &Context<'_>, output: &Output) -> Outcome {
    let words = &context.arguments.words;
    let mut failures = Vec::new();
    let mut infos = Vec::new();
    for info in resources::live(context, words, Whole::Yes).await? {
        match info {
            Ok(info) => infos.push(info),
            Err(failure) if ignored(context, &failure) => {}
            Err(failure) => failures.push(failure),
        }
    }
    if context.arguments.given("sort-by") {
        sort::infos(&mut infos, context.arguments.get("sort-by"))?;
    }
    let single = is_single(context).await;
    // What names one object prints that object or nothing.
    if single && infos.is_empty() {
        return Failure::gather(failures);
    }
    print_objects(context, output, &infos, single)?;
    Failure::gather(failures)
}

fn print_objects(context: &Context<'_>, output: &Output, infos: &[Info], single: bool) -> Outcome {
    let managed = context.arguments.on("show-managed-fields");
    match output {
        Output::Name => {
            for info in infos {
                context.out(&output.one(info, managed)?);
            }
        }
        Output::Columns(columns) => {
            let objects: Vec<Value> = infos.iter().map(|info| info.object.clone()).collect();
            let text = columns_of(columns, &objects)?;
            let text = if context.arguments.on("no-headers") {
                text.split_once('\n').map_or("", |(_, rest)| rest)
            } else {
                &text
            };
            context.out(text);
        }
        _ if single && infos.len() == 1 => context.out(&output.one(&infos[0], managed)?),
        _ if infos.is_empty() && context.arguments.on("ignore-not-found") => {}
        _ => {
            let hides = matches!(output, Output::Json | Output::Yaml);
            let shown = |info: &Info| shown(&info.object, managed || !hides);
            let objects: Vec<Value> = infos.iter().map(shown).collect();
            context.out(&output.value(&list_of(&objects))?);
        }
    }
    Ok(())
}

/// Whether the line names just one object.
async fn is_single(context: &Context<'_>) -> bool {
    if !file_names(context).is_empty() {
        return true;
    }
    match of_words(context, &context.arguments.words).await {
        Ok(Names::Each(targets)) => targets.len() == 1,
        _ => false,
    }
}

fn ignored(context: &Context<'_>, failure: &Failure) -> bool {
    context.arguments.on("ignore-not-found") && failure.is_not_found()
}

async fn tables(context: &Context<'_>, wide: bool) -> Outcome {
    let mut failures = Vec::new();
    let mut parts = Vec::new();
    for part in fetch(context).await? {
        match part {
            Ok(part) => parts.push(part),
            Err(failure) if ignored(context, &failure) => {}
            Err(failure) => failures.push(failure),
        }
    }
    if context.arguments.given("sort-by") {
        for part in &mut parts {
            let sorted = sort::table(&mut part.table, context.arguments.get("sort-by"));
            // A field that no row has leaves a table without rows, and is no mistake.
            if sorted.is_err() {
                part.table["rows"] = Value::Array(Vec::new());
            }
        }
    }
    let text = print_tables(context, &parts, wide);
    let namespaced = parts.iter().all(|part| part.resource.namespaced);
    let silent = context.arguments.on("ignore-not-found") || !failures.is_empty();
    if text.is_empty() && !silent {
        context.err(&nothing_found(context, namespaced));
    }
    context.out(&text);
    Failure::gather(failures)
}

fn nothing_found(context: &Context<'_>, namespaced: bool) -> String {
    if namespaced && !context.all_namespaces() {
        format!("No resources found in {} namespace.\n", context.namespace())
    } else {
        "No resources found\n".to_owned()
    }
}

/// Asks for the tables that the line names: one a kind, or one a name.
async fn fetch(context: &Context<'_>) -> Result<Vec<Result<Part, Failure>>, Failure> {
    let mut parts = Vec::new();
    if !file_names(context).is_empty() {
        for info in resources::from_files(context).await? {
            parts.push(match info {
                Ok(info) => {
                    table_of(context, &info.resource, &info.path(), &mut Query::new()).await
                }
                Err(failure) => Err(failure),
            });
        }
        return Ok(parts);
    }
    match of_words(context, &context.arguments.words).await? {
        Names::Each(targets) => {
            resources::by_name_is_possible(context)?;
            for target in targets {
                let info = target.info(context.namespace());
                let path = match context.arguments.get("subresource") {
                    "" => info.path(),
                    part => format!("{}/{part}", info.path()),
                };
                let part = table_of(context, &info.resource, &path, &mut Query::new()).await;
                parts.push(match part {
                    Err(failure) => {
                        Err(resources::missing_namespace(context, &info, failure).await)
                    }
                    part => part,
                });
            }
        }
        Names::Kinds(kinds) => {
            for resource in kinds {
                let namespace = if context.all_namespaces() { "" } else { context.namespace() };
                let mut query = resources::selectors(context);
                query.push(("limit", "500".to_owned()));
                let path = resource.path(namespace);
                parts.push(table_of(context, &resource, &path, &mut query).await);
            }
        }
    }
    Ok(parts)
}

/// The table at a path, all pages of it.
async fn table_of(
    context: &Context<'_>,
    resource: &Resource,
    path: &str,
    query: &mut Query,
) -> Result<Part, Failure> {
    if context.arguments.given("sort-by") {
        query.push(("includeObject", "Object".to_owned()));
    }
    let mut table = one_page(context, resource, path, query).await?;
    let mut next = str_at(&table, "/metadata/continue").to_owned();
    while !next.is_empty() {
        query.retain(|(name, _)| *name != "continue");
        query.push(("continue", next));
        let page = one_page(context, resource, path, query).await?;
        next = str_at(&page, "/metadata/continue").to_owned();
        if let Some(rows) = table.get_mut("rows").and_then(Value::as_array_mut) {
            rows.extend(array(&page, "rows").iter().cloned());
        }
    }
    Ok(Part { resource: resource.clone(), table })
}

async fn one_page(
    context: &Context<'_>,
    resource: &Resource,
    path: &str,
    query: &Query,
) -> Result<Value, Failure> {
    let asks_for_tables = context.arguments.on("server-print");
    let answer = if asks_for_tables {
        context.client.table(path, query).await
    } else {
        context.client.get(path, query).await
    };
    let answer = answer.map_err(|failure| {
        let is_list = query.iter().any(|(name, _)| *name == "limit");
        if is_list { list_failure(failure, resource, query) } else { failure }
    })?;
    if is_table(&answer) {
        return Ok(answer);
    }
    let now = context.client.api.now();
    Ok(match answer.get("items").and_then(Value::as_array) {
        Some(items) => plain_table(items, now),
        None => plain_table(std::slice::from_ref(&answer), now),
    })
}

/// The tables as text: one block a kind, an empty line between blocks.
fn print_tables(context: &Context<'_>, parts: &[Part], wide: bool) -> String {
    let several_kinds = parts.windows(2).any(|pair| pair[0].resource != pair[1].resource);
    let mut text = String::new();
    let mut at = 0;
    while at < parts.len() {
        let resource = &parts[at].resource;
        let count = parts[at..].iter().take_while(|part| part.resource == *resource).count();
        let options = options(context, resource, wide, several_kinds);
        let block = block(&parts[at..at + count], &options);
        if !text.is_empty() && !block.is_empty() && !options.no_headers {
            text.push('\n');
        }
        text.push_str(&block);
        at += count;
    }
    text
}

/// What of a table of this kind is shown.
pub(super) fn options(
    context: &Context<'_>,
    resource: &Resource,
    wide: bool,
    several_kinds: bool,
) -> TableOptions {
    let with_kind = several_kinds || context.arguments.on("show-kind");
    TableOptions {
        wide,
        no_headers: context.arguments.on("no-headers"),
        with_namespace: context.all_namespaces() && resource.namespaced,
        kind: with_kind.then(|| resource.printed_kind()),
        show_labels: context.arguments.on("show-labels"),
        label_columns: context.arguments.list("label-columns"),
    }
}

fn block(parts: &[Part], options: &TableOptions) -> String {
    let mut writer = Tabwriter::for_tables();
    let mut has_header = options.no_headers;
    for part in parts {
        let rows = array(&part.table, "rows");
        if !has_header && !rows.is_empty() {
            writer.write(&header(&part.table, options));
            has_header = true;
        }
        let columns = array(&part.table, "columnDefinitions");
        rows.iter().for_each(|line| writer.write(&row(columns, line, options)));
    }
    writer.flush()
}
