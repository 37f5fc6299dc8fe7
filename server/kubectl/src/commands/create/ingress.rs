//! `kubectl create ingress`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::{create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(in super::super) const INGRESS: Command = Command {
    name: "create ingress",
    aliases: &["create ing"],
    about: "Create an ingress with the specified name.",
    usage: "create ingress NAME --rule=host/path=service:port[,tls[=secret]]  [options]",
    examples: "kubectl create ingress web --rule='example.com/*=web:80'",
    flags: kind_flags!(OWN),
    required: &[],
    run: |context| run(context).boxed_local(),
};

const OWN: &[Flag] = &[
    Flag::value("class", "").about("The class of the Ingress"),
    Flag::value("rule", "").about("host/path=service:port[,tls[=secret]]; may be repeated"),
    Flag::value("default-backend", "").about("What answers the rest: service:port"),
    Flag::value("annotation", "").about("An annotation: a=b; may be repeated"),
];

/// One `--rule`, taken apart.
struct Rule<'r> {
    host: &'r str,
    path: &'r str,
    backend: Value,
    /// The Secret of the certificate; "" for the controller's own.
    tls: Option<&'r str>,
}

async fn run(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let default = arguments.get("default-backend");
    let rules = arguments.all("rule").into_iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() && default.is_empty() {
        return Err(Failure::message(
            "not enough information provided: every ingress has to either specify a \
             default-backend (which catches all traffic) or a list of rules (which catch specific \
             paths)",
        ));
    }
    let mut object = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"creationTimestamp": null, "name": name},
        "spec": {}, "status": {"loadBalancer": {}}});
    for pair in arguments.all("annotation") {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::message(format!(
                "annotation {pair} is invalid and should be in format key=[value]"
            ))
        })?;
        object["metadata"]["annotations"][key] = value.into();
    }
    if arguments.given("class") {
        object["spec"]["ingressClassName"] = arguments.get("class").into();
    }
    if !default.is_empty() {
        object["spec"]["defaultBackend"] = backend(default).ok_or_else(|| {
            Failure::message("default-backend should be in format servicename:serviceport")
        })?;
    }
    if !rules.is_empty() {
        object["spec"]["rules"] = by_host(&rules).into();
        let tls = certificates(&rules);
        if !tls.is_empty() {
            object["spec"]["tls"] = tls.into();
        }
    }
    let resource = resources::resource(context, "ingresses.networking.k8s.io").await?;
    create(context, resource, object, "kubectl-create").await
}

fn rule(text: &str) -> Result<Rule<'_>, Failure> {
    let wrong = || {
        Failure::message(format!(
            "rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
        ))
    };
    let (target, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (host, path) = target.find('/').map(|at| target.split_at(at)).ok_or_else(wrong)?;
    let (service, tls) = match rest.split_once(',') {
        Some((service, tls)) => {
            let secret = tls.strip_prefix("tls").ok_or_else(wrong)?;
            (service, Some(secret.strip_prefix('=').unwrap_or(secret)))
        }
        None => (rest, None),
    };
    Ok(Rule { host, path, backend: backend(service).ok_or_else(wrong)?, tls })
}

fn backend(text: &str) -> Option<Value> {
    let (service, port) = text.split_once(':')?;
    let port = match port.parse::<i64>() {
        Ok(number) => json!({"number": number}),
        Err(_) => json!({"name": port}),
    };
    Some(json!({"service": {"name": service, "port": port}}))
}

/// The paths of each host, in the order in which hosts come first.
fn by_host(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut hosts: Vec<Value> = Vec::new();
    for rule in rules {
        let (path, kind) = match rule.path.strip_suffix('*') {
            Some(prefix) => (prefix, "Prefix"),
            None => (rule.path, "Exact"),
        };
        let path = json!({"backend": rule.backend, "path": path, "pathType": kind});
        match hosts.iter_mut().find(|host| host["host"].as_str().unwrap_or_default() == rule.host) {
            Some(host) => {
                if let Some(paths) = host["http"]["paths"].as_array_mut() {
                    paths.push(path);
                }
            }
            None if rule.host.is_empty() => hosts.push(json!({"http": {"paths": [path]}})),
            None => hosts.push(json!({"host": rule.host, "http": {"paths": [path]}})),
        }
    }
    hosts
}

/// The hosts of each certificate.
fn certificates(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for rule in rules {
        let Some(secret) = rule.tls else { continue };
        match all.iter_mut().find(|tls| tls["secretName"].as_str().unwrap_or_default() == secret) {
            Some(tls) => {
                let hosts = tls["hosts"].as_array_mut();
                if let Some(hosts) = hosts.filter(|hosts| !hosts.contains(&json!(rule.host)))
                    && !rule.host.is_empty()
                {
                    hosts.push(rule.host.into());
                }
            }
            None => {
                let mut tls = json!({});
                if !rule.host.is_empty() {
                    tls["hosts"] = json!([rule.host]);
                }
                if !secret.is_empty() {
                    tls["secretName"] = secret.into();
                }
                all.push(tls);
            }
        }
    }
    all
}
