//! Pods.

use jiff::Timestamp;
use serde_json::Value;

use super::containers::{Style, containers};
use super::volumes;
use super::writer::{Writer, controller, or};
use crate::fields::{array_at, at, field, int_at, name_of, namespace_of, sorted, str_at, text};
use crate::print::time::{age, rfc1123};

pub(super) fn describe(writer: &mut Writer, pod: &Value, now: Timestamp) {
    head(writer, pod, now);
    for (title, name) in [
        ("Init Containers", "initContainers"),
        ("Containers", "containers"),
        ("Ephemeral Containers", "ephemeralContainers"),
    ] {
        let list = array_at(pod, &format!("/spec/{name}"));
        if !list.is_empty() {
            containers(writer, list, &Style { title, space: "", pod: Some(pod) });
        }
    }
    conditions(writer, pod);
    volumes::describe(writer, array_at(pod, "/spec/volumes"), "");
    writer.pair(0, "QoS Class", qos_class(pod));
    writer.labels("Node-Selectors", at(pod, "/spec/nodeSelector"));
    writer.lines("Tolerations", &volumes::tolerations(array_at(pod, "/spec/tolerations")));
    volumes::topology(writer, array_at(pod, "/spec/topologySpreadConstraints"), "");
}

fn head(writer: &mut Writer, pod: &Value, now: Timestamp) {
    writer.pair(0, "Name", name_of(pod));
    writer.pair(0, "Namespace", namespace_of(pod));
    if at(pod, "/spec/priority").is_number() {
        writer.pair(0, "Priority", int_at(pod, "/spec/priority"));
    }
    given(writer, "Priority Class Name", str_at(pod, "/spec/priorityClassName"));
    given(writer, "Runtime Class Name", str_at(pod, "/spec/runtimeClassName"));
    given(writer, "Service Account", str_at(pod, "/spec/serviceAccountName"));
    match str_at(pod, "/spec/nodeName") {
        "" => writer.pair(0, "Node", "<none>"),
        node => writer.pair(0, "Node", format!("{node}/{}", str_at(pod, "/status/hostIP"))),
    }
    if at(pod, "/status/startTime").is_string() {
        writer.pair(0, "Start Time", rfc1123(at(pod, "/status/startTime")));
    }
    writer.labels("Labels", at(pod, "/metadata/labels"));
    writer.annotations("Annotations", at(pod, "/metadata/annotations"));
    status(writer, pod, now);
    given(writer, "SeccompProfile", str_at(pod, "/spec/securityContext/seccompProfile/type"));
    writer.pair(0, "IP", str_at(pod, "/status/podIP"));
    let ips = array_at(pod, "/status/podIPs");
    writer.line(0, if ips.is_empty() { "IPs:\t<none>" } else { "IPs:" });
    ips.iter().for_each(|ip| writer.pair(1, "IP", text(ip, "ip")));
    given(writer, "Controlled By", &controller(pod).unwrap_or_default());
    given(writer, "NominatedNodeName", str_at(pod, "/status/nominatedNodeName"));
}

fn given(writer: &mut Writer, label: &str, value: &str) {
    if !value.is_empty() {
        writer.pair(0, label, value);
    }
}

fn status(writer: &mut Writer, pod: &Value, now: Timestamp) {
    let phase = str_at(pod, "/status/phase");
    let deleted = at(pod, "/metadata/deletionTimestamp");
    if deleted.is_string() && !matches!(phase, "Failed" | "Succeeded") {
        writer.pair(0, "Status", format!("Terminating (lasts {})", age(deleted, now)));
        let grace = int_at(pod, "/metadata/deletionGracePeriodSeconds");
        writer.pair(0, "Termination Grace Period", format!("{grace}s"));
    } else {
        writer.pair(0, "Status", phase);
    }
    given(writer, "Reason", str_at(pod, "/status/reason"));
    given(writer, "Message", str_at(pod, "/status/message"));
}

fn conditions(writer: &mut Writer, pod: &Value) {
    let conditions = array_at(pod, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    writer.line(0, "Conditions:");
    writer.line(1, "Type\tStatus");
    for condition in conditions {
        let (kind, status) = (text(condition, "type"), text(condition, "status"));
        writer.line(1, &format!("{kind} \t{status} "));
    }
}

/// The class that the server wrote down, or the one that the containers' resources make.
fn qos_class(pod: &Value) -> String {
    let known = str_at(pod, "/status/qosClass");
    if !known.is_empty() {
        return known.to_owned();
    }
    let containers = array_at(pod, "/spec/containers");
    let amounts =
        |container: &Value, name: &str| sorted(at(container, &format!("/resources/{name}"))).len();
    let none = containers.iter().all(|c| amounts(c, "limits") + amounts(c, "requests") == 0);
    let equal = |container: &Value| {
        let limits = at(container, "/resources/limits");
        let requests = at(container, "/resources/requests");
        ["cpu", "memory"].iter().all(|name| {
            let limit = field(limits, name);
            limit.is_string() && (requests.is_null() || field(requests, name) == limit)
        })
    };
    let class = if none {
        "BestEffort"
    } else if containers.iter().all(equal) {
        "Guaranteed"
    } else {
        "Burstable"
    };
    or(class, "BestEffort")
}
