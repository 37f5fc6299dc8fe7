//! Services, with the endpoints behind each port.

use serde_json::Value;

use super::writer::{Writer, or};
use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array, array_at, at, field, format_labels, int_at, str_at, text};
use crate::resources::{self, Info, list};

pub(super) async fn describe(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let service = &info.object;
    let slices = slices(context, info).await?;
    let spec = field(service, "spec");
    writer.head(service);
    writer.pair(0, "Selector", format_labels(field(spec, "selector")));
    writer.pair(0, "Type", text(spec, "type"));
    given(writer, "IP Family Policy", text(spec, "ipFamilyPolicy"));
    writer.pair(0, "IP Families", joined(array(spec, "ipFamilies")));
    writer.pair(0, "IP", text(spec, "clusterIP"));
    writer.pair(0, "IPs", joined(array(spec, "clusterIPs")));
    if !array(spec, "externalIPs").is_empty() {
        writer.pair(0, "External IPs", joined(array(spec, "externalIPs")));
    }
    given(writer, "Desired LoadBalancer IP", text(spec, "loadBalancerIP"));
    given(writer, "External Name", text(spec, "externalName"));
    let ingress: Vec<&str> = array_at(service, "/status/loadBalancer/ingress")
        .iter()
        .map(|ingress| {
            if text(ingress, "ip").is_empty() {
                text(ingress, "hostname")
            } else {
                text(ingress, "ip")
            }
        })
        .collect();
    given(writer, "LoadBalancer Ingress", &ingress.join(", "));
    for port in array(spec, "ports") {
        describe_port(writer, port, &slices);
    }
    writer.pair(0, "Session Affinity", text(spec, "sessionAffinity"));
    given(writer, "External Traffic Policy", text(spec, "externalTrafficPolicy"));
    given(writer, "Internal Traffic Policy", text(spec, "internalTrafficPolicy"));
    given(writer, "Traffic Distribution", text(spec, "trafficDistribution"));
    if int_at(spec, "/healthCheckNodePort") != 0 {
        writer.pair(0, "HealthCheck NodePort", int_at(spec, "/healthCheckNodePort"));
    }
    Ok(())
}

fn given(writer: &mut Writer, label: &str, value: &str) {
    if !value.is_empty() {
        writer.pair(0, label, value);
    }
}

fn joined(list: &[Value]) -> String {
    let items: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    or(&items.join(","), "<none>")
}

async fn slices(context: &Context<'_>, info: &Info) -> Result<Vec<Value>, Failure> {
    slices_of(context, &info.namespace, &info.name).await
}

/// The EndpointSlices of a Service.
pub(super) async fn slices_of(
    context: &Context<'_>,
    namespace: &str,
    service: &str,
) -> Result<Vec<Value>, Failure> {
    let resource = resources::resource(context, "endpointslices.discovery.k8s.io").await?;
    let query: Query = vec![("labelSelector", format!("kubernetes.io/service-name={service}"))];
    list(context, resource, namespace, &query).await
}

fn describe_port(writer: &mut Writer, port: &Value, slices: &[Value]) {
    let name = or(text(port, "name"), "<unset>");
    let protocol = text(port, "protocol");
    writer.pair(0, "Port", format!("{name}\t{}/{protocol}", int_at(port, "/port")));
    let target = super::writer::int_or_string(field(port, "targetPort"));
    writer.pair(0, "TargetPort", format!("{target}/{protocol}"));
    if int_at(port, "/nodePort") != 0 {
        let node_port = int_at(port, "/nodePort");
        writer.pair(0, "NodePort", format!("{name}\t{node_port}/{protocol}"));
    }
    writer.pair(0, "Endpoints", endpoints(slices, text(port, "name")));
}

/// The addresses behind a port, three of them at most.
pub(super) fn endpoints(slices: &[Value], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let mut all = Vec::new();
    for slice in slices {
        let ports = array(slice, "ports");
        let matching = ports.iter().filter(|port| text(port, "name") == port_name);
        for port in matching {
            all.extend(ready(slice).map(|address| format!("{address}:{}", int_at(port, "/port"))));
        }
        if ports.is_empty() {
            all.extend(ready(slice).map(str::to_owned));
        }
    }
    let shown = all.iter().take(3).cloned().collect::<Vec<_>>().join(",");
    if all.len() > 3 { format!("{shown} + {} more...", all.len() - 3) } else { shown }
}

fn ready(slice: &Value) -> impl Iterator<Item = &str> {
    array(slice, "endpoints")
        .iter()
        .filter(|endpoint| at(endpoint, "/conditions/ready").as_bool().unwrap_or(true))
        .map(|endpoint| str_at(endpoint, "/addresses/0"))
}
