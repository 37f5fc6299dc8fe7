//! EndpointSlices, and the Endpoints that were before them.

use serde_json::Value;

use super::writer::{Writer, int_or_string, or};
use crate::fields::{array, at, field, str_at, text};

pub(super) fn describe(writer: &mut Writer, slice: &Value) {
    writer.head(slice);
    writer.pair(0, "AddressType", text(slice, "addressType"));
    let ports = array(slice, "ports");
    if ports.is_empty() {
        writer.line(0, "Ports: <unset>");
    } else {
        writer.line(0, "Ports:");
        writer.line(1, "Name\tPort\tProtocol");
        writer.line(1, "----\t----\t--------");
        for port in ports {
            let name = or(text(port, "name"), "<unset>");
            let number = match field(port, "port") {
                Value::Null => "<unset>".to_owned(),
                number => int_or_string(number),
            };
            writer.line(1, &format!("{name}\t{number}\t{}", text(port, "protocol")));
        }
    }
    let endpoints = array(slice, "endpoints");
    writer.line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    endpoints.iter().for_each(|endpoint| describe_endpoint(writer, endpoint));
}

fn describe_endpoint(writer: &mut Writer, endpoint: &Value) {
    let addresses: Vec<&str> =
        array(endpoint, "addresses").iter().filter_map(Value::as_str).collect();
    writer.pair(1, "- Addresses", or(&addresses.join(","), "<none>"));
    writer.line(2, "Conditions:");
    let ready = match at(endpoint, "/conditions/ready") {
        Value::Bool(ready) => ready.to_string(),
        _ => "<unset>".to_owned(),
    };
    writer.pair(3, "Ready", ready);
    writer.pair(2, "Hostname", or(text(endpoint, "hostname"), "<unset>"));
    let target = field(endpoint, "targetRef");
    if target.is_object() {
        writer.pair(2, "TargetRef", format!("{}/{}", text(target, "kind"), text(target, "name")));
    }
    writer.pair(2, "NodeName", or(str_at(endpoint, "/nodeName"), "<unset>"));
    writer.pair(2, "Zone", or(text(endpoint, "zone"), "<unset>"));
}

/// Endpoints: what was before EndpointSlices.
pub(super) fn legacy(writer: &mut Writer, endpoints: &Value) {
    writer.head(endpoints);
    writer.line(0, "Subsets:");
    for subset in array(endpoints, "subsets") {
        for (title, list) in
            [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")]
        {
            let ips: Vec<&str> = array(subset, list).iter().map(|one| text(one, "ip")).collect();
            writer.pair(1, title, or(&ips.join(","), "<none>"));
        }
        if !array(subset, "ports").is_empty() {
            writer.line(1, "Ports:");
            writer.line(2, "Name\tPort\tProtocol");
            writer.line(2, "----\t----\t--------");
        }
        for port in array(subset, "ports") {
            let (name, number) = (or(text(port, "name"), "<unset>"), field(port, "port"));
            let number = int_or_string(number);
            writer.line(2, &format!("{name}\t{number}\t{}", text(port, "protocol")));
        }
        writer.line(0, "");
    }
}
