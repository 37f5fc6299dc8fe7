//! `kubectl cluster-info dump`: all that helps to find what is wrong with a cluster, at once.

use futures::FutureExt;
use serde_json::{Value, json};

use super::Command;
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, array_at, name_of, text};
use crate::print::output::Output;
use crate::resources;

pub(super) const COMMAND: Command = Command {
    name: "cluster-info dump",
    aliases: &[],
    about: "Dump relevant information for debugging and diagnosis.",
    usage: "cluster-info dump [flags] [options]",
    examples: "kubectl cluster-info dump -o yaml\n\n# Into files\n\
               kubectl cluster-info dump --output-directory=state\n\n# Of all namespaces\n\
               kubectl cluster-info dump -A",
    flags: &[OWN],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("output", "json").short('o').about("json or yaml"),
    Flag::value("output-directory", "").about("Write files into this folder; - is the terminal"),
    Flag::value("namespaces", "").about("Of these, with commas between"),
    Flag::switch("all-namespaces", "Of all namespaces").short('A'),
    Flag::duration("pod-running-timeout", "20s").about("How long to wait for a Pod to run"),
];

/// What is dumped of each namespace.
const KINDS: &[(&str, &str)] = &[
    ("events", "events"),
    ("replicationcontrollers", "replication-controllers"),
    ("services", "services"),
    ("daemonsets", "daemonsets"),
    ("deployments", "deployments"),
    ("replicasets", "replicasets"),
    ("pods", "pods"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let output = Output::of(context)?;
    let ending = match output {
        Output::Json => "json",
        Output::Yaml => "yaml",
        _ => {
            return Err(Failure::message("only -o json and -o yaml are possible in this terminal"));
        }
    };
    let nodes = collection(context, "nodes", "").await?;
    put(context, &format!("nodes.{ending}"), &output.value(&nodes)?)?;
    for namespace in namespaces(context).await? {
        let mut pods = Value::Null;
        for (plural, file) in KINDS {
            let list = collection(context, plural, &namespace).await?;
            put(context, &format!("{namespace}/{file}.{ending}"), &output.value(&list)?)?;
            pods = list;
        }
        for pod in array(&pods, "items") {
            logs(context, &namespace, pod).await?;
        }
    }
    let folder = context.arguments.get("output-directory");
    if !matches!(folder, "" | "-") {
        context.out(&format!("Cluster info dumped to {folder}\n"));
    }
    Ok(())
}

async fn namespaces(context: &Context<'_>) -> Result<Vec<String>, Failure> {
    let named = context.arguments.list("namespaces");
    if context.arguments.on("all-namespaces") {
        let all = collection(context, "namespaces", "").await?;
        return Ok(array(&all, "items").iter().map(|it| name_of(it).to_owned()).collect());
    }
    if !named.is_empty() {
        return Ok(named);
    }
    Ok(vec!["kube-system".to_owned(), context.namespace().to_owned()])
}

/// A list, as the server gives it.
async fn collection(
    context: &Context<'_>,
    plural: &str,
    namespace: &str,
) -> Result<Value, Failure> {
    let resource = resources::resource(context, plural).await?;
    let found = context.client.get(&resource.path(namespace), &Query::new()).await?;
    Ok(json!({"kind": found["kind"], "apiVersion": found["apiVersion"],
        "metadata": found["metadata"], "items": found["items"]}))
}

async fn logs(context: &Context<'_>, namespace: &str, pod: &Value) -> Outcome {
    let name = name_of(pod);
    let mut all = String::new();
    let lists = ["/spec/initContainers", "/spec/containers"];
    for container in lists.iter().flat_map(|list| array_at(pod, list)) {
        let container = text(container, "name");
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/log?container={container}");
        let said = match context.client.raw(&path).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(failure) => format!("Request log error: {}\n", failure.line()),
        };
        let of = format!("logs for container {container} of pod {namespace}/{name}");
        all.push_str(&format!("==== START {of} ====\n{said}==== END {of} ====\n"));
    }
    put(context, &format!("{namespace}/{name}/logs.txt"), &all)
}

/// Prints a part, or writes it into its file.
fn put(context: &Context<'_>, file: &str, text: &str) -> Outcome {
    match context.arguments.get("output-directory") {
        "" | "-" => context.out(text),
        folder => {
            let path = format!("{}/{file}", folder.trim_end_matches('/'));
            if !context.files.write(&path, text) {
                return Err(Failure::message(format!("open {path}: read-only file system")));
            }
        }
    }
    Ok(())
}
