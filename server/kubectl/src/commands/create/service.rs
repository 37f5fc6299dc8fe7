//! `kubectl create service` in its four types.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::{create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(in super::super) const CLUSTER_IP: Command = Command {
    name: "create service clusterip",
    aliases: &["create svc clusterip"],
    about: "Create a ClusterIP service with the specified name.",
    usage: "create service clusterip NAME [--tcp=<port>:<targetPort>] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create service clusterip web --tcp=80:8080",
    flags: kind_flags!(OWN, CLUSTER),
    required: &[],
    run: |context| run(context, "ClusterIP").boxed_local(),
};

pub(in super::super) const NODE_PORT: Command = Command {
    name: "create service nodeport",
    aliases: &["create svc nodeport"],
    about: "Create a NodePort service with the specified name.",
    usage: "create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none] \
            [options]",
    examples: "kubectl create service nodeport web --tcp=80:8080",
    flags: kind_flags!(OWN, NODE),
    required: &[],
    run: |context| run(context, "NodePort").boxed_local(),
};

pub(in super::super) const LOAD_BALANCER: Command = Command {
    name: "create service loadbalancer",
    aliases: &["create svc loadbalancer"],
    about: "Create a LoadBalancer service with the specified name.",
    usage: "create service loadbalancer NAME [--tcp=port:targetPort] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create service loadbalancer web --tcp=80:8080",
    flags: kind_flags!(OWN),
    required: &[],
    run: |context| run(context, "LoadBalancer").boxed_local(),
};

pub(in super::super) const EXTERNAL_NAME: Command = Command {
    name: "create service externalname",
    aliases: &["create svc externalname"],
    about: "Create an ExternalName service with the specified name.",
    usage: "create service externalname NAME --external-name external.name \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create service externalname db --external-name db.example.com",
    flags: kind_flags!(OWN, EXTERNAL),
    required: &["external-name"],
    run: |context| run(context, "ExternalName").boxed_local(),
};

const OWN: &[Flag] = &[Flag::value("tcp", "").about("A port, or port:targetPort")];

const CLUSTER: &[Flag] =
    &[Flag::value("clusterip", "").about("The address to take; None for a headless Service")];

const NODE: &[Flag] =
    &[Flag::number("node-port", "0").about("The port on each node; one that is free if 0")];

const EXTERNAL: &[Flag] =
    &[Flag::value("external-name", "").about("The name that the Service stands for")];

async fn run(context: &Context<'_>, kind: &str) -> Outcome {
    let name = the_name(context)?;
    let headless = context.arguments.get("clusterip") == "None";
    let ports = context
        .arguments
        .list("tcp")
        .iter()
        .map(|port| port_of(port))
        .collect::<Result<Vec<Value>, Failure>>()?;
    if ports.is_empty() && !headless && kind != "ExternalName" {
        return Err(Failure::message("at least one tcp port specifier must be provided"));
    }
    let labels = json!({"app": name});
    let mut object = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"creationTimestamp": null, "labels": labels, "name": name},
        "spec": {"selector": labels, "type": kind}, "status": {"loadBalancer": {}}});
    if !ports.is_empty() {
        object["spec"]["ports"] = ports.into();
    }
    if context.arguments.number("node-port") != 0 {
        for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
            port["nodePort"] = context.arguments.number("node-port").into();
        }
    }
    if kind == "ExternalName" {
        object["spec"]["externalName"] = context.arguments.get("external-name").into();
    }
    if context.arguments.given("clusterip") {
        object["spec"]["clusterIP"] = context.arguments.get("clusterip").into();
    }
    let resource = resources::resource(context, "services").await?;
    create(context, resource, object, "kubectl-create").await
}

/// `80`, `80:8080` or `80:http` as a port of a Service.
fn port_of(text: &str) -> Result<Value, Failure> {
    let (port, target) = text.split_once(':').unwrap_or((text, text));
    let number = parse_port(port)?;
    let target = match target.parse::<u16>() {
        Ok(number) => json!(number),
        Err(_) if target.bytes().all(|byte| byte.is_ascii_digit()) => parse_port(target)?,
        Err(_) => json!(target),
    };
    Ok(json!({"name": text.replace(':', "-"), "port": number, "protocol": "TCP",
        "targetPort": target}))
}

fn parse_port(text: &str) -> Result<Value, Failure> {
    let words = |why: &str| Failure::message(format!("strconv.ParseUint: parsing {text:?}: {why}"));
    match text.parse::<u64>() {
        Ok(number) if number <= u64::from(u16::MAX) => Ok(number.into()),
        Ok(_) => Err(words("value out of range")),
        Err(_) => Err(words("invalid syntax")),
    }
}
