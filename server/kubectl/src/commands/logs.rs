//! `kubectl logs`.

use futures::FutureExt;
use futures::StreamExt;
use serde_json::Value;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array_at, name_of, namespace_of, str_at, text};
use crate::pods;
use crate::resources::{self, Info, Names, list, of_words};

pub(super) const COMMAND: Command = Command {
    name: "logs",
    aliases: &["log"],
    about: "Print the logs for a container in a pod or specified resource.",
    usage: "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]",
    examples: "kubectl logs web\n\n# Of the container before the last restart\n\
               kubectl logs web --previous\n\n# Go on printing\nkubectl logs -f deployment/web\n\n\
               # Of all Pods with a label\nkubectl logs -l app=web --all-containers",
    flags: &[OWN, flags::SELECTOR],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("container", "").short('c').about("Which container"),
    Flag::switch("all-containers", "All containers of the Pod"),
    Flag::switch("all-pods", "All Pods of the workload"),
    Flag::switch("follow", "Go on printing as lines come").short('f'),
    Flag::switch("previous", "The container before its last restart").short('p'),
    Flag::number("tail", "-1").about("How many of the last lines; all without a selector"),
    Flag::duration("since", "0s").about("Only lines that are younger"),
    Flag::value("since-time", "").about("Only lines after this moment"),
    Flag::switch("timestamps", "Put the moment before each line"),
    Flag::switch("prefix", "Put Pod and container before each line"),
    Flag::number("limit-bytes", "0").about("Print no more than this"),
    Flag::switch("ignore-errors", "Go on with other containers when one cannot be read"),
    Flag::number("max-log-requests", "5").about("How many logs to follow at once"),
];

const EXPECTED: &str = "\
expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.
POD or TYPE/NAME is a required argument for the logs command";

/// One log to print.
struct Source {
    pod: Value,
    container: String,
}

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let words = &arguments.words;
    let by_selector = arguments.given("selector");
    if (words.is_empty() && !by_selector) || words.len() > 2 {
        return Err(context.usage(EXPECTED));
    }
    if by_selector && !words.is_empty() {
        return Err(context.usage("only a selector (-l) or a POD name is allowed"));
    }
    if arguments.given("since") && arguments.given("since-time") {
        return Err(Failure::message(
            "at most one of `sinceTime` or `sinceSeconds` may be specified",
        ));
    }
    let pods_kind = resources::resource(context, "pods").await?;
    let pods = if by_selector {
        let selector = vec![("labelSelector", arguments.get("selector").to_owned())];
        list(context, pods_kind, context.namespace(), &selector).await?
    } else {
        of_name(context, pods_kind, &words[0]).await?
    };
    if pods.is_empty() {
        context.err(&format!("No resources found in {} namespace.\n", context.namespace()));
        return Ok(());
    }
    let mut sources = Vec::new();
    for pod in pods {
        sources.extend(containers(context, pod, words.get(1))?);
    }
    if arguments.on("follow") {
        follow(context, sources).await
    } else {
        print(context, sources).await
    }
}

/// The Pod of that name, or one of those behind the workload of that name.
async fn of_name(
    context: &Context<'_>,
    pods_kind: &Resource,
    word: &str,
) -> Result<Vec<Value>, Failure> {
    if !word.contains('/') {
        let path = pods_kind.object_path(context.namespace(), word);
        let pod = context.client.get(&path, &Query::new()).await;
        return pod.map(|pod| vec![pod]).map_err(|failure| not_found(context, failure));
    }
    let Names::Each(mut targets) = of_words(context, &[word.to_owned()]).await? else {
        return Ok(Vec::new());
    };
    let info: Info = targets.remove(0).info(context.namespace());
    let info = resources::fetch(context, info).await;
    let info = info.map_err(|failure| not_found(context, failure))?;
    if info.resource.kind == "Pod" {
        return Ok(vec![info.object]);
    }
    let pods = pods::behind(context, &info).await?;
    if context.arguments.on("all-pods") {
        return Ok(pods);
    }
    let count = pods.len();
    let Some(pod) = pods::first_for_logs(pods) else {
        return Err(Failure::message("timed out waiting for the condition"));
    };
    if count > 1 {
        context.err(&format!("Found {count} pods, using pod/{}\n", name_of(&pod)));
    }
    Ok(vec![pod])
}

/// A Pod that is not there is told with its namespace.
fn not_found(context: &Context<'_>, failure: Failure) -> Failure {
    if !failure.is_not_found() {
        return failure;
    }
    let namespace = context.namespace();
    Failure::message(format!("error from server (NotFound): {failure} in namespace {namespace:?}"))
}

/// Which containers of a Pod to print.
fn containers(
    context: &Context<'_>,
    pod: Value,
    second_word: Option<&String>,
) -> Result<Vec<Source>, Failure> {
    let names: Vec<String> = ["initContainers", "containers", "ephemeralContainers"]
        .iter()
        .flat_map(|list| array_at(&pod, &format!("/spec/{list}")))
        .map(|container| text(container, "name").to_owned())
        .collect();
    let asked = match second_word {
        Some(name) => name.as_str(),
        None => context.arguments.get("container"),
    };
    if context.arguments.on("all-containers") {
        let source = |container: String| Source { pod: pod.clone(), container };
        return Ok(names.into_iter().map(source).collect());
    }
    if !asked.is_empty() {
        if !names.iter().any(|name| name == asked) {
            let pod = name_of(&pod);
            return Err(Failure::message(format!("container {asked} is not valid for pod {pod}")));
        }
        return Ok(vec![Source { container: asked.to_owned(), pod }]);
    }
    let container = default_container(context, &pod, &names);
    Ok(vec![Source { pod, container }])
}

fn default_container(context: &Context<'_>, pod: &Value, names: &[String]) -> String {
    let annotated =
        str_at(pod, "/metadata/annotations/kubectl.kubernetes.io~1default-container").to_owned();
    if names.contains(&annotated) {
        return annotated;
    }
    let first = text(array_at(pod, "/spec/containers").first().unwrap_or(&Value::Null), "name");
    if names.len() > 1 {
        let inits = array_at(pod, "/spec/initContainers");
        let is_init = |name: &String| inits.iter().any(|container| text(container, "name") == name);
        let mut shown: Vec<String> = names.iter().filter(|name| !is_init(name)).cloned().collect();
        shown
            .extend(names.iter().filter(|name| is_init(name)).map(|name| format!("{name} (init)")));
        context.err(&format!("Defaulted container {first:?} out of: {}\n", shown.join(", ")));
    }
    first.to_owned()
}

async fn print(context: &Context<'_>, sources: Vec<Source>) -> Outcome {
    for source in sources {
        let printed = one(context, &source).await;
        if let Err(failure) = printed {
            if !context.arguments.on("ignore-errors") {
                return Err(failure);
            }
            context.err(&format!("error: {}\n", failure.line()));
        }
    }
    Ok(())
}

async fn follow(context: &Context<'_>, sources: Vec<Source>) -> Outcome {
    let most = context.arguments.number("max-log-requests");
    if sources.len() as i64 > most {
        return Err(Failure::message(format!(
            "you are attempting to follow {} log streams, but maximum allowed concurrency is \
             {most}, use --max-log-requests to increase the limit",
            sources.len()
        )));
    }
    let all = futures::future::join_all(sources.iter().map(|source| one(context, source))).await;
    all.into_iter().collect()
}

async fn one(context: &Context<'_>, source: &Source) -> Outcome {
    let pods_kind = resources::resource(context, "pods").await?;
    let (namespace, name) = (namespace_of(&source.pod), name_of(&source.pod));
    let path = format!("{}/log", pods_kind.object_path(namespace, name));
    let mut chunks = context.client.stream(&path, &query(context, &source.container)).await?;
    let prefix = if context.arguments.on("prefix") {
        format!("[pod/{name}/{}] ", source.container)
    } else {
        String::new()
    };
    let mut starts_line = true;
    while let Some(chunk) = chunks.next().await {
        let text = String::from_utf8_lossy(&chunk);
        if prefix.is_empty() {
            context.out(&text);
            continue;
        }
        for line in text.split_inclusive('\n') {
            let before = if starts_line { prefix.as_str() } else { "" };
            context.out(&format!("{before}{line}"));
            starts_line = line.ends_with('\n');
        }
    }
    Ok(())
}

/// Prints the log of one container, whatever the line's flags are.
pub(super) async fn print_one(context: &Context<'_>, pod: &Value, container: &str) -> Outcome {
    let path = super::exec::path_of(pod, "log");
    let query: Query = vec![("container", container.to_owned())];
    let mut chunks = context.client.stream(&path, &query).await?;
    while let Some(chunk) = chunks.next().await {
        context.out(&String::from_utf8_lossy(&chunk));
    }
    Ok(())
}

fn query(context: &Context<'_>, container: &str) -> Query {
    let arguments = &context.arguments;
    let mut query: Query = vec![("container", container.to_owned())];
    for flag in ["follow", "previous", "timestamps"] {
        if arguments.on(flag) {
            query.push((flag, "true".to_owned()));
        }
    }
    let tail = match arguments.number("tail") {
        // A selector can find many Pods: of each, only the end.
        -1 if arguments.given("selector") => 10,
        lines => lines,
    };
    if tail >= 0 {
        query.push(("tailLines", tail.to_string()));
    }
    let since_ms = arguments.duration_ms("since");
    if since_ms > 0 {
        query.push(("sinceSeconds", ((since_ms + 999) / 1000).to_string()));
    }
    if arguments.given("since-time") {
        query.push(("sinceTime", arguments.get("since-time").to_owned()));
    }
    if arguments.number("limit-bytes") > 0 {
        query.push(("limitBytes", arguments.get("limit-bytes").to_owned()));
    }
    query
}
