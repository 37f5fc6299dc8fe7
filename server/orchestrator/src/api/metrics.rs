//! `metrics.k8s.io`: what nodes and Pods use, as metrics-server answers.
//! <https://github.com/kubernetes-sigs/metrics-server>

use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::{Asked, Form};
use super::path::Scope;
use super::read::Reader;
use super::selector::Selector;
use super::status::Status;
use crate::components::pods::{node, runtime_uid};
use crate::kinds::quantity;
use crate::machine::Usage;
use crate::object::{Kind, Object};
use crate::time::go_duration;

pub(super) const GROUP: &str = "metrics.k8s.io";
pub(super) const VERSION: &str = "v1beta1";
const API_VERSION: &str = "metrics.k8s.io/v1beta1";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(super) of: Kind,
    /// Empty for nodes, and for the Pods of all namespaces.
    pub(super) namespace: String,
    /// None for all of them.
    pub(super) name: Option<String>,
}

impl Wanted {
    pub(crate) fn is_list(&self) -> bool {
        self.name.is_none()
    }
}

/// Reads a path below the group's version.
pub(crate) fn wanted(rest: &[&str]) -> Option<Wanted> {
    let (of, namespace, name) = match rest {
        ["nodes"] => (Kind::Node, "", None),
        ["nodes", name] => (Kind::Node, "", Some(*name)),
        ["pods"] => (Kind::Pod, "", None),
        ["namespaces", namespace, "pods"] => (Kind::Pod, *namespace, None),
        ["namespaces", namespace, "pods", name] => (Kind::Pod, *namespace, Some(*name)),
        _ => return None,
    };
    Some(Wanted { of, namespace: namespace.to_owned(), name: name.map(str::to_owned) })
}

/// # Errors
/// 404 for what is not there, or has not been measured yet; 400 for a malformed selector.
pub(super) fn answer(
    asked: &Asked<'_>,
    wanted: &Wanted,
    reader: &Reader<'_>,
) -> Result<Answer, Status> {
    let kind = if wanted.of == Kind::Node { "NodeMetrics" } else { "PodMetrics" };
    if let Some(name) = &wanted.name {
        let measured = one(wanted, name, reader)?;
        return Ok(Answer::json(match asked.form {
            Some(Form::Table) => table(&[measured]),
            _ => measured,
        }));
    }
    let (labels, fields) = (asked.query.get("labelSelector"), asked.query.get("fieldSelector"));
    let selector = Selector::parse(&Scope::own(wanted.of, ""), labels, fields)?;
    let objects = reader.store.objects();
    let of_kind = objects
        .of_kind(wanted.of)
        .filter(|object| wanted.namespace.is_empty() || object.namespace() == wanted.namespace);
    let selected = of_kind.filter(|object| selector.selects(object));
    let items: Vec<Value> = selected.filter_map(|object| measure(object, reader)).collect();
    Ok(Answer::json(match asked.form {
        Some(Form::Table) => table(&items),
        _ => json!({
            "kind": format!("{kind}List"), "apiVersion": API_VERSION, "metadata": {}, "items": items,
        }),
    }))
}

fn one(wanted: &Wanted, name: &str, reader: &Reader<'_>) -> Result<Value, Status> {
    let key = crate::object::Key::new(wanted.of, &wanted.namespace, name);
    let object = reader.store.objects().get(&key).ok_or_else(|| Status::not_found(&key))?;
    measure(object, reader).ok_or_else(|| match wanted.of {
        Kind::Node => unmeasured("nodemetrics", name),
        _ => unmeasured("podmetrics", &format!("{}/{name}", wanted.namespace)),
    })
}

fn unmeasured(resource: &'static str, name: &str) -> Status {
    let key = crate::object::Key::new(Kind::Pod, "", name);
    let mut refused = Status::not_found(&key);
    refused.message = format!("{resource}.{GROUP} \"{name}\" not found");
    if let Some(details) = &mut refused.details {
        (details.group, details.kind) = (GROUP.into(), resource.into());
    }
    refused
}

fn measure(object: &Object, reader: &Reader<'_>) -> Option<Value> {
    match object {
        Object::Node(node) => node_metrics(node, reader),
        Object::Pod(pod) => pod_metrics(pod, reader),
        _ => None,
    }
}

fn node_metrics(node: &Node, reader: &Reader<'_>) -> Option<Value> {
    let machine = reader.machines.get(node.metadata.name.as_deref()?)?;
    let used = machine.node_usage(reader.clock.now)?;
    let mut json = head("NodeMetrics", &node.metadata, used, reader);
    json["usage"] = usage(used);
    Some(json)
}

/// None until all of its containers have been measured twice.
fn pod_metrics(pod: &Pod, reader: &Reader<'_>) -> Option<Value> {
    let machine = reader.machines.get(node(pod)?)?;
    let now = reader.clock.now;
    let containers = machine.usages(runtime_uid(pod), now)?;
    let oldest = containers.iter().map(|(_, used)| *used).min_by_key(|used| used.window_ms)?;
    let mut json = head("PodMetrics", &pod.metadata, oldest, reader);
    json["containers"] = containers
        .into_iter()
        .map(|(name, used)| json!({"name": name, "usage": usage(used)}))
        .collect();
    Some(json)
}

fn head(kind: &str, meta: &ObjectMeta, used: Usage, reader: &Reader<'_>) -> Value {
    let mut metadata = json!({"name": meta.name, "creationTimestamp": reader.clock.time()});
    if let Some(namespace) = &meta.namespace {
        metadata["namespace"] = namespace.clone().into();
    }
    if let Some(labels) = &meta.labels {
        metadata["labels"] = json!(labels);
    }
    json!({
        "kind": kind,
        "apiVersion": API_VERSION,
        "metadata": metadata,
        "timestamp": reader.clock.time_at(used.at),
        "window": go_duration(used.window_ms),
    })
}

fn usage(used: Usage) -> Value {
    let write = |text: String| quantity::canonical(&text).unwrap_or(text);
    json!({
        "cpu": write(format!("{}n", used.cpu_nano)),
        "memory": write(format!("{}Ki", used.memory_bytes / 1024)),
    })
}

/// As metrics-server's own printer.
fn table(items: &[Value]) -> Value {
    let column = |name: &str, format: &str| {
        let description = if name == "Name" { "Name of the resource" } else { "" };
        json!({
            "name": name, "type": "string", "format": format, "description": description,
            "priority": 0,
        })
    };
    let rows = items.iter().map(|item| {
        let sum = |name: &str| {
            let own = item.get("usage").into_iter();
            let of_containers = item["containers"].as_array().into_iter().flatten();
            let all = own.chain(of_containers.map(|container| &container["usage"]));
            let texts = all.filter_map(|usage| usage[name].as_str());
            let nano: i128 = texts.filter_map(|text| quantity::nano(text).ok()).sum();
            let text = if name == "cpu" {
                format!("{nano}n")
            } else {
                format!("{}Ki", nano / 1_000_000_000 / 1024)
            };
            quantity::canonical(&text).unwrap_or(text)
        };
        let cells = json!([item["metadata"]["name"], sum("cpu"), sum("memory"), item["window"]]);
        json!({"cells": cells, "object": item})
    });
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": [
            column("Name", "name"),
            column("cpu", "quantity"),
            column("memory", "quantity"),
            column("Window", "duration"),
        ],
        "rows": rows.collect::<Vec<Value>>(),
    })
}

/// The group's resources: plural, kind, and whether they are of namespaces.
const RESOURCES: [(&str, &str, bool); 2] =
    [("nodes", "NodeMetrics", false), ("pods", "PodMetrics", true)];

/// The legacy list of resources.
pub(super) fn resources() -> Value {
    let resource = |(name, kind, namespaced): &(&str, &str, bool)| {
        json!({
            "name": name, "singularName": "", "namespaced": namespaced, "kind": kind,
            "verbs": ["get", "list"],
        })
    };
    json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": API_VERSION,
        "resources": RESOURCES.iter().map(resource).collect::<Vec<Value>>(),
    })
}

/// The same in the aggregated document.
pub(super) fn aggregated() -> Vec<Value> {
    let resource = |(name, kind, namespaced): &(&str, &str, bool)| {
        json!({
            "resource": name,
            "responseKind": {"group": GROUP, "version": VERSION, "kind": kind},
            "scope": if *namespaced { "Namespaced" } else { "Cluster" },
            "singularResource": "",
            "verbs": ["get", "list"],
        })
    };
    RESOURCES.iter().map(resource).collect()
}
