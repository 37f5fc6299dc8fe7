//! Ingresses, IngressClasses and NetworkPolicies.

use serde_json::Value;

use super::service::{endpoints, slices_of};
use super::writer::{Writer, int_or_string, or};
use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array, array_at, at, int_at, name_of, namespace_of, str_at, text};
use crate::pods::selector_text;
use crate::resources::{self, Info};

pub(super) async fn ingress(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let ingress = &info.object;
    writer.pair(0, "Name", name_of(ingress));
    writer.labels("Labels", at(ingress, "/metadata/labels"));
    writer.pair(0, "Namespace", namespace_of(ingress));
    let addresses: Vec<String> = array_at(ingress, "/status/loadBalancer/ingress")
        .iter()
        .map(|entry| or(text(entry, "ip"), text(entry, "hostname")))
        .collect();
    writer.pair(0, "Address", addresses.join(","));
    writer.pair(0, "Ingress Class", or(str_at(ingress, "/spec/ingressClassName"), "<none>"));
    let default = match at(ingress, "/spec/defaultBackend") {
        Value::Null => "<default>".to_owned(),
        found => backend(context, &info.namespace, found).await?,
    };
    writer.pair(0, "Default backend", &default);
    certificates(writer, ingress);
    writer.line(0, "Rules:");
    writer.line(0, "  Host\tPath\tBackends");
    writer.line(1, "----\t----\t--------");
    let mut count = 0;
    for rule in array_at(ingress, "/spec/rules") {
        if at(rule, "/http").is_null() {
            continue;
        }
        count += 1;
        writer.line(1, &format!("{}\t", or(text(rule, "host"), "*")));
        for path in array_at(rule, "/http/paths") {
            let backend = backend(context, &info.namespace, at(path, "/backend")).await?;
            writer.line(2, &format!("\t{} \t{backend}", text(path, "path")));
        }
    }
    if count == 0 {
        writer.line(1, &format!("*\t*\t{default}"));
    }
    writer.annotations("Annotations", at(ingress, "/metadata/annotations"));
    Ok(())
}

fn certificates(writer: &mut Writer, ingress: &Value) {
    let all = array_at(ingress, "/spec/tls");
    if !all.is_empty() {
        writer.line(0, "TLS:");
    }
    for tls in all {
        let hosts: Vec<&str> = array(tls, "hosts").iter().filter_map(Value::as_str).collect();
        let hosts = hosts.join(",");
        match text(tls, "secretName") {
            "" => writer.line(1, &format!("SNI routes {hosts}")),
            secret => writer.line(1, &format!("{secret} terminates {hosts}")),
        }
    }
}

/// `web:80 (10.244.1.2:80)`: a backend, and the endpoints behind it.
async fn backend(
    context: &Context<'_>,
    namespace: &str,
    backend: &Value,
) -> Result<String, Failure> {
    let service = at(backend, "/service");
    if service.is_null() {
        let resource = at(backend, "/resource");
        let group = or(text(resource, "apiGroup"), "<none>");
        let (kind, name) = (text(resource, "kind"), text(resource, "name"));
        return Ok(format!("APIGroup: {group}, Kind: {kind}, Name: {name}"));
    }
    let name = text(service, "name");
    let (number, port_name) = (int_at(service, "/port/number"), str_at(service, "/port/name"));
    let shown = if number == 0 { port_name.to_owned() } else { number.to_string() };
    let services = resources::resource(context, "services").await?;
    let path = services.object_path(namespace, name);
    let found = match context.client.get(&path, &Query::new()).await {
        Ok(found) => found,
        Err(failure) => return Ok(format!("{name}:{shown} (<error: {failure}>)")),
    };
    let ports = array_at(&found, "/spec/ports");
    let is_meant = |port: &&Value| {
        let by_name = !port_name.is_empty() && text(port, "name") == port_name;
        by_name || (number != 0 && int_at(port, "/port") == number)
    };
    let port = ports.iter().rfind(is_meant);
    let slices = slices_of(context, namespace, name).await?;
    let behind = endpoints(&slices, port.map_or("", |port| text(port, "name")));
    Ok(format!("{name}:{shown} ({behind})"))
}

pub(super) fn ingress_class(writer: &mut Writer, class: &Value) {
    writer.pair(0, "Name", name_of(class));
    writer.labels("Labels", at(class, "/metadata/labels"));
    writer.annotations("Annotations", at(class, "/metadata/annotations"));
    writer.pair(0, "Controller", str_at(class, "/spec/controller"));
    let parameters = at(class, "/spec/parameters");
    if parameters.is_object() {
        writer.line(0, "Parameters:");
        if !text(parameters, "apiGroup").is_empty() {
            writer.pair(1, "APIGroup", text(parameters, "apiGroup"));
        }
        writer.pair(1, "Kind", text(parameters, "kind"));
        writer.pair(1, "Name", text(parameters, "name"));
    }
}

pub(super) fn policy(writer: &mut Writer, policy: &Value) {
    writer.pair(0, "Name", name_of(policy));
    writer.pair(0, "Namespace", namespace_of(policy));
    let created = str_at(policy, "/metadata/creationTimestamp");
    writer.pair(0, "Created on", created.replace('T', " ").replace('Z', " +0000 UTC"));
    writer.labels("Labels", at(policy, "/metadata/labels"));
    writer.annotations("Annotations", at(policy, "/metadata/annotations"));
    writer.line(0, "Spec:");
    let selector = match selector_text(at(policy, "/spec/podSelector")) {
        empty if empty.is_empty() => {
            "<none> (Allowing the specific traffic to all pods in this namespace)".to_owned()
        }
        selector => selector,
    };
    writer.line(1, &format!("PodSelector:     {selector}"));
    let types: Vec<&str> =
        array_at(policy, "/spec/policyTypes").iter().filter_map(Value::as_str).collect();
    for (kind, peers, from, source) in
        [("ingress", "from", "From", "source"), ("egress", "to", "To", "destination")]
    {
        if !types.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            writer.line(1, &format!("Not affecting {kind} traffic"));
            continue;
        }
        writer.line(1, &format!("Allowing {kind} traffic:"));
        let rules = array_at(policy, &format!("/spec/{kind}"));
        if rules.is_empty() {
            let none = format!("<none> (Selected pods are isolated for {kind} connectivity)");
            writer.line(2, &none);
        }
        for (at, rule) in rules.iter().enumerate() {
            ports(writer, rule);
            if array(rule, peers).is_empty() {
                writer.line(2, &format!("{from}: <any> (traffic not restricted by {source})"));
            }
            array(rule, peers).iter().for_each(|each| peer(writer, from, each));
            if at + 1 != rules.len() {
                writer.line(2, "----------");
            }
        }
    }
    writer.line(1, &format!("Policy Types: {}", types.join(", ")));
}

fn ports(writer: &mut Writer, rule: &Value) {
    if array(rule, "ports").is_empty() {
        writer.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in array(rule, "ports") {
        let protocol = or(text(port, "protocol"), "TCP");
        let number = match at(port, "/port") {
            Value::Null => "<nil>".to_owned(),
            number => int_or_string(number),
        };
        match at(port, "/endPort") {
            Value::Null => writer.line(2, &format!("To Port: {number}/{protocol}")),
            end => writer.line(2, &format!("To Port Range: {number}-{end}/{protocol}")),
        }
    }
}

fn peer(writer: &mut Writer, from: &str, peer: &Value) {
    writer.line(2, &format!("{from}:"));
    let mut selectors = false;
    for (label, name) in
        [("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")]
    {
        let selector = at(peer, &format!("/{name}"));
        if selector.is_object() {
            selectors = true;
            writer.line(3, &format!("{label}: {}", or(&selector_text(selector), "<none>")));
        }
    }
    let block = at(peer, "/ipBlock");
    if !selectors && block.is_object() {
        let except: Vec<&str> = array(block, "except").iter().filter_map(Value::as_str).collect();
        writer.line(3, "IPBlock:");
        writer.line(4, &format!("CIDR: {}", text(block, "cidr")));
        writer.line(4, &format!("Except: {}", except.join(", ")));
    }
}
