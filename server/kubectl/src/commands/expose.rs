//! `kubectl expose`: a Service for what exists.

use futures::FutureExt;
use serde_json::{Value, json};

use super::apply::write_query;
use super::each::{named, pod_spec_place};
use super::{Command, flags};
use crate::arguments::Flag;
use crate::context::{Context, DryRun};
use crate::failure::{Failure, Outcome};
use crate::fields::{array, array_at, at, int_at, text};
use crate::print::output::Output;
use crate::resources::{self, Info};

pub(super) const COMMAND: Command = Command {
    name: "expose",
    aliases: &[],
    about: "Expose a resource as a new Kubernetes service.",
    usage: "expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] \
            [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] \
            [--type=type] [options]",
    examples: "kubectl expose deployment web --port=80 --target-port=8080\n\
               kubectl expose pod web --port=80 --name=front",
    flags: &[OWN, flags::FILENAME, flags::DRY_RUN, flags::OUTPUT, flags::FIELD_MANAGER],
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("port", "").about("The Service's port; without it, those of the containers"),
    Flag::value("target-port", "").about("The containers' port, a number or a name"),
    Flag::value("name", "").about("The Service's name; without it, that of the object"),
    Flag::value("type", "").about("ClusterIP, NodePort, LoadBalancer or ExternalName"),
    Flag::value("protocol", "").about("TCP, UDP or SCTP"),
    Flag::value("selector", "").about("Which Pods; without it, those of the object"),
    Flag::value("labels", "").short('l').about("Labels of the Service"),
    Flag::value("cluster-ip", "").about("The address to take; None for a headless Service"),
    Flag::value("external-ip", "").about("An address that the Service answers at, too"),
    Flag::value("session-affinity", "").about("None or ClientIP"),
];

async fn run(context: &Context<'_>) -> Outcome {
    let mut failures = Vec::new();
    for info in named(context, &context.arguments.words).await? {
        let done = match info {
            Ok(info) => expose(context, &info).await,
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::gather(failures)
}

async fn expose(context: &Context<'_>, info: &Info) -> Outcome {
    let arguments = &context.arguments;
    let selector = selector(context, info)?;
    let ports = ports(context, info)?;
    let name = match arguments.get("name") {
        "" => info.name.as_str(),
        name => name,
    };
    let labels = match arguments.get("labels") {
        "" => at(&info.object, "/metadata/labels").clone(),
        pairs => pairs_of(pairs),
    };
    let mut service = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"creationTimestamp": null, "name": name},
        "spec": {"ports": ports, "selector": selector}, "status": {"loadBalancer": {}}});
    if labels.is_object() {
        service["metadata"]["labels"] = labels;
    }
    for (flag, name) in
        [("type", "type"), ("cluster-ip", "clusterIP"), ("session-affinity", "sessionAffinity")]
    {
        if !arguments.get(flag).is_empty() {
            service["spec"][name] = arguments.get(flag).into();
        }
    }
    if !arguments.get("external-ip").is_empty() {
        service["spec"]["externalIPs"] = json!([arguments.get("external-ip")]);
    }
    let dry_run = context.dry_run()?;
    let services = resources::resource(context, "services").await?;
    if context.namespace_is_given() || dry_run == DryRun::None {
        service["metadata"]["namespace"] = context.namespace().into();
    }
    if dry_run != DryRun::Client {
        let query = write_query(context, "kubectl-expose", dry_run);
        service =
            context.client.post(&services.path(context.namespace()), &query, &service).await?;
    }
    let exposed = Info::of(services, service);
    let output = Output::of(context)?;
    context.out(&match output {
        Output::Human | Output::Wide => {
            format!("{} exposed{}\n", exposed.printed_name(), dry_run.suffix())
        }
        _ => output.one(&exposed, arguments.on("show-managed-fields"))?,
    });
    Ok(())
}

fn pairs_of(text: &str) -> Value {
    let mut pairs = json!({});
    for (key, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
        pairs[key] = value.into();
    }
    pairs
}

fn selector(context: &Context<'_>, info: &Info) -> Result<Value, Failure> {
    let asked = context.arguments.get("selector");
    if !asked.is_empty() {
        return Ok(pairs_of(asked));
    }
    let failed = |why: &str| {
        Failure::message(format!(
            "couldn't retrieve selectors via --selector flag or introspection: {why}"
        ))
    };
    let selector = match info.resource.kind.as_str() {
        "Pod" => {
            let labels = at(&info.object, "/metadata/labels");
            if !labels.is_object() {
                return Err(failed("the pod has no labels and cannot be exposed"));
            }
            labels
        }
        "Service" | "ReplicationController" => at(&info.object, "/spec/selector"),
        "Deployment" | "ReplicaSet" => {
            if !array_at(&info.object, "/spec/selector/matchExpressions").is_empty() {
                return Err(failed("couldn't convert expressions - they cannot be exposed"));
            }
            at(&info.object, "/spec/selector/matchLabels")
        }
        _ => {
            return Err(Failure::message(format!(
                "cannot expose a {}{}",
                info.resource.kind,
                with_dot(&info.resource.group)
            )));
        }
    };
    Ok(selector.clone())
}

/// `.apps`; nothing for the core group.
fn with_dot(group: &str) -> String {
    if group.is_empty() { String::new() } else { format!(".{group}") }
}

/// The Service's ports: the one of the line, or those that the containers declare.
fn ports(context: &Context<'_>, info: &Info) -> Result<Vec<Value>, Failure> {
    let arguments = &context.arguments;
    let asked = arguments.list("port");
    let declared = declared(info);
    let numbers: Vec<String> = if asked.is_empty() {
        declared.iter().map(|(port, _)| port.to_string()).collect()
    } else {
        asked
    };
    if numbers.is_empty() {
        return Err(Failure::message("couldn't find port via --port flag or introspection"));
    }
    let several = numbers.len() > 1;
    let mut ports = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        let port: i64 = number.parse().map_err(|_| {
            Failure::message(format!("strconv.Atoi: parsing {number:?}: invalid syntax"))
        })?;
        let protocol = match arguments.get("protocol") {
            "" => declared
                .iter()
                .find(|(known, _)| *known == port)
                .map_or("TCP", |(_, protocol)| protocol.as_str()),
            protocol => protocol,
        };
        let target = match arguments.get("target-port") {
            "" => json!(port),
            text => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        };
        let mut entry = json!({"port": port, "protocol": protocol, "targetPort": target});
        if several {
            entry["name"] = format!("port-{}", at + 1).into();
        }
        ports.push(entry);
    }
    Ok(ports)
}

fn declared(info: &Info) -> Vec<(i64, String)> {
    let of = |port: &Value, name: &str| {
        let protocol = text(port, "protocol");
        let protocol = if protocol.is_empty() { "TCP" } else { protocol };
        (int_at(port, &format!("/{name}")), protocol.to_owned())
    };
    if info.resource.kind == "Service" {
        return array_at(&info.object, "/spec/ports").iter().map(|p| of(p, "port")).collect();
    }
    let Ok(place) = pod_spec_place(info) else {
        return Vec::new();
    };
    let spec = at(&info.object, place);
    array(spec, "containers")
        .iter()
        .flat_map(|container| array(container, "ports"))
        .map(|port| of(port, "containerPort"))
        .collect()
}
