//! `kubectl top node` and `kubectl top pod`.

use std::collections::BTreeMap;

use futures::FutureExt;
use serde_json::Value;

use super::{Command, flags};
use crate::arguments::Flag;
use crate::client::Query;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::{Failure, Outcome};
use crate::fields::{array, at, name_of, namespace_of, text};
use crate::print::tabwriter::Tabwriter;
use crate::print::time::parse;
use crate::quantity::Quantity;
use crate::resources::{self, list, selectors};

pub(super) const NODE: Command = Command {
    name: "top node",
    aliases: &["top nodes", "top no"],
    about: "Display resource (CPU/memory) usage of nodes.",
    usage: "top node [NAME | -l label] [options]",
    examples: "kubectl top node",
    flags: &[OWN, NODE_FLAGS, flags::SELECTOR],
    required: &[],
    run: |context| nodes(context).boxed_local(),
};

pub(super) const POD: Command = Command {
    name: "top pod",
    aliases: &["top pods", "top po"],
    about: "Display resource (CPU/memory) usage of pods.",
    usage: "top pod [NAME | -l label] [options]",
    examples: "kubectl top pod\n\n# Each container\nkubectl top pod web --containers",
    flags: &[OWN, POD_FLAGS, flags::SELECTOR, flags::FIELD_SELECTOR, flags::ALL_NAMESPACES],
    required: &[],
    run: |context| pods(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::switch("no-headers", "Leave the header line out"),
    Flag::value("sort-by", "").about("cpu or memory"),
    Flag::switch("use-protocol-buffers", "Has no effect here").on(),
];

const NODE_FLAGS: &[Flag] =
    &[Flag::switch("show-capacity", "Percentages of the capacity instead of the allocatable")];

const POD_FLAGS: &[Flag] = &[
    Flag::switch("containers", "One line a container"),
    Flag::switch("sum", "The sum of all, at the end"),
];

/// CPU in thousandths, memory in bytes.
#[derive(Clone, Copy, Default)]
struct Usage {
    cpu_milli: i128,
    memory: i128,
}

impl Usage {
    fn of(usage: &Value) -> Usage {
        let milli = |name: &str| Quantity::parse(text(usage, name)).map_or(0, Quantity::milli);
        Usage { cpu_milli: milli("cpu"), memory: milli("memory") / 1000 }
    }

    fn plus(self, other: Usage) -> Usage {
        Usage { cpu_milli: self.cpu_milli + other.cpu_milli, memory: self.memory + other.memory }
    }

    fn of_pod(pod: &Value) -> Usage {
        let containers = array(pod, "containers").iter();
        containers.map(|it| Usage::of(&it["usage"])).fold(Usage::default(), Usage::plus)
    }

    fn cells(self) -> String {
        format!("{}m\t{}Mi\t", self.cpu_milli, self.memory >> 20)
    }
}

async fn metrics<'c>(context: &'c Context<'_>, plural: &str) -> Result<&'c Resource, Failure> {
    let discovery = context.discovery().await?;
    let name = format!("{plural}.metrics.k8s.io");
    discovery.find(&name).ok_or_else(|| Failure::message("Metrics API not available"))
}

/// The measured objects that the line means.
async fn measured(
    context: &Context<'_>,
    resource: &Resource,
    namespace: &str,
) -> Result<Vec<Value>, Failure> {
    match context.arguments.words.as_slice() {
        [] => {
            let found = context.client.get(&resource.path(namespace), &selectors(context)).await?;
            Ok(array(&found, "items").to_vec())
        }
        [name] => {
            if !context.arguments.get("selector").is_empty() {
                return Err(Failure::message("only one of NAME or --selector can be provided"));
            }
            let path = resource.object_path(namespace, name);
            Ok(vec![context.client.get(&path, &Query::new()).await?])
        }
        [_, ..] => {
            let words = context.arguments.words.join(" ");
            Err(context.usage(format!("unexpected arguments: [{words}]")))
        }
    }
}

fn sort(context: &Context<'_>, items: &mut [Value], usage: impl Fn(&Value) -> Usage) -> Outcome {
    let by_name = |item: &Value| (namespace_of(item).to_owned(), name_of(item).to_owned());
    match context.arguments.get("sort-by") {
        "" => items.sort_by_key(by_name),
        "cpu" => items.sort_by_key(|item| std::cmp::Reverse(usage(item).cpu_milli)),
        "memory" => items.sort_by_key(|item| std::cmp::Reverse(usage(item).memory)),
        _ => return Err(Failure::message("--sort-by accepts only cpu or memory")),
    }
    Ok(())
}

async fn nodes(context: &Context<'_>) -> Outcome {
    let resource = metrics(context, "nodes").await?;
    let mut items = measured(context, resource, "").await?;
    if items.is_empty() {
        return Err(Failure::message("metrics not available yet"));
    }
    let of_node = |node: &Value| Usage::of(&node["usage"]);
    sort(context, &mut items, of_node)?;
    let mut room = room(context).await?;
    let mut writer = Tabwriter::for_tables();
    if !context.arguments.on("no-headers") {
        writer.write("NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n");
    }
    for node in &items {
        let used = of_node(node);
        let has = room.remove(name_of(node)).unwrap_or_default();
        let share = |used: i128, of: i128| if of == 0 { 0 } else { used * 100 / of };
        writer.write(&format!(
            "{}\t{}m\t{}%\t{}Mi\t{}%\t\n",
            name_of(node),
            used.cpu_milli,
            share(used.cpu_milli, has.cpu_milli),
            used.memory >> 20,
            share(used.memory, has.memory)
        ));
    }
    for name in room.keys() {
        writer.write(&format!("{name}\t<unknown>\t<unknown>\t<unknown>\t<unknown>\t\n"));
    }
    context.out(&writer.flush());
    Ok(())
}

/// What the nodes have to give.
async fn room(context: &Context<'_>) -> Result<BTreeMap<String, Usage>, Failure> {
    let resource = resources::resource(context, "nodes").await?;
    let nodes = match context.arguments.words.as_slice() {
        [name] => vec![context.client.get(&resource.object_path("", name), &Query::new()).await?],
        _ => list(context, resource, "", &selectors(context)).await?,
    };
    let place = if context.arguments.on("show-capacity") { "capacity" } else { "allocatable" };
    let of = |node: &Value| Usage::of(at(node, &format!("/status/{place}")));
    Ok(nodes.iter().map(|node| (name_of(node).to_owned(), of(node))).collect())
}

async fn pods(context: &Context<'_>) -> Outcome {
    let resource = metrics(context, "pods").await?;
    let namespace = if context.all_namespaces() { "" } else { context.namespace() };
    let mut items = measured(context, resource, namespace).await?;
    if items.is_empty() {
        return nothing(context, namespace).await;
    }
    sort(context, &mut items, Usage::of_pod)?;
    let (spaces, containers) = (context.all_namespaces(), context.arguments.on("containers"));
    let mut writer = Tabwriter::for_tables();
    if !context.arguments.on("no-headers") {
        let before = if spaces { "NAMESPACE\t" } else { "" };
        let pod = if containers { "POD\t" } else { "" };
        writer.write(&format!("{before}{pod}NAME\tCPU(cores)\tMEMORY(bytes)\t\n"));
    }
    for pod in &items {
        let before = if spaces { format!("{}\t", namespace_of(pod)) } else { String::new() };
        let before = format!("{before}{}\t", name_of(pod));
        if !containers {
            writer.write(&format!("{before}{}\n", Usage::of_pod(pod).cells()));
            continue;
        }
        for container in array(pod, "containers") {
            let cells = Usage::of(&container["usage"]).cells();
            writer.write(&format!("{before}{}\t{cells}\n", text(container, "name")));
        }
    }
    if context.arguments.on("sum") {
        let sum = items.iter().map(Usage::of_pod).fold(Usage::default(), Usage::plus);
        let columns = 1 + usize::from(spaces) + usize::from(containers);
        let empty = "\t".repeat(columns);
        writer.write(&format!("{empty}________\t________\t\n{empty}{}\n", sum.cells()));
    }
    context.out(&writer.flush());
    Ok(())
}

/// Why there are no metrics: no Pods, or Pods that are not measured yet.
async fn nothing(context: &Context<'_>, namespace: &str) -> Outcome {
    let resource = resources::resource(context, "pods").await?;
    let pods = list(context, resource, namespace, &selectors(context)).await?;
    for pod in &pods {
        let began = at(pod, "/status/startTime");
        let began = if began.is_string() { began } else { at(pod, "/metadata/creationTimestamp") };
        let now = context.client.api.now();
        let age_ms = parse(began).map_or(0, |then| now.as_millisecond() - then.as_millisecond());
        // Metrics come after two minutes at the latest.
        if age_ms > 120_000 {
            return Err(Failure::message(
                "Metrics not available for pod ".to_owned()
                    + &format!(
                        "{}/{}, age: {}",
                        namespace_of(pod),
                        name_of(pod),
                        crate::print::time::go_duration(age_ms)
                    ),
            ));
        }
    }
    if !pods.is_empty() {
        return Err(Failure::message("metrics not available yet"));
    }
    context.err(&if context.all_namespaces() {
        "No resources found\n".to_owned()
    } else {
        format!("No resources found in {} namespace.\n", context.namespace())
    });
    Ok(())
}
