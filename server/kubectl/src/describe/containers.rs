//! Containers: those of a Pod with what became of them, those of a template.

use serde_json::Value;

use super::probe::probe;
use super::volumes;
use super::writer::{Writer, capital, or};
use crate::fields::{
    array, array_at, at, bool_at, field, int_at, name_of, namespace_of, sorted, str_at, text,
};
use crate::print::time::rfc1123;
use crate::quantity::canonical;

/// How a list of containers is written.
pub(super) struct Style<'v> {
    pub(super) title: &'static str,
    /// Before the title and, one letter of it, before names; templates are indented.
    pub(super) space: &'static str,
    /// The Pod, whose status is shown; none for templates.
    pub(super) pod: Option<&'v Value>,
}

/// A Pod template: what its Pods will be like.
pub(super) fn pod_template(writer: &mut Writer, template: &Value) {
    writer.line(0, "Pod Template:");
    let metadata = field(template, "metadata");
    writer.labels("  Labels", field(metadata, "labels"));
    if !sorted(field(metadata, "annotations")).is_empty() {
        writer.annotations("  Annotations", field(metadata, "annotations"));
    }
    let spec = field(template, "spec");
    if !text(spec, "serviceAccountName").is_empty() {
        writer.pair(1, "Service Account", text(spec, "serviceAccountName"));
    }
    let style = |title| Style { title, space: "  ", pod: None };
    if !array(spec, "initContainers").is_empty() {
        containers(writer, array(spec, "initContainers"), &style("Init Containers"));
    }
    containers(writer, array(spec, "containers"), &style("Containers"));
    volumes::describe(writer, array(spec, "volumes"), "  ");
    volumes::topology(writer, array(spec, "topologySpreadConstraints"), "  ");
    if !text(spec, "priorityClassName").is_empty() {
        writer.pair(1, "Priority Class Name", text(spec, "priorityClassName"));
    }
    writer.labels("  Node-Selectors", field(spec, "nodeSelector"));
    writer.lines("  Tolerations", &volumes::tolerations(array(spec, "tolerations")));
}

pub(super) fn containers(writer: &mut Writer, list: &[Value], style: &Style<'_>) {
    let none = if list.is_empty() { " <none>" } else { "" };
    writer.line(0, &format!("{}{}:{none}", style.space, style.title));
    let statuses = match style.title {
        "Init Containers" => "/status/initContainerStatuses",
        "Ephemeral Containers" => "/status/ephemeralContainerStatuses",
        _ => "/status/containerStatuses",
    };
    for container in list {
        let status = style.pod.and_then(|pod| {
            let of_all = array_at(pod, statuses);
            of_all.iter().find(|status| text(status, "name") == text(container, "name"))
        });
        one(writer, container, status, style);
    }
}

fn one(writer: &mut Writer, container: &Value, status: Option<&Value>, style: &Style<'_>) {
    let indent = if style.space.is_empty() { "" } else { " " };
    writer.line(1, &format!("{indent}{}:", text(container, "name")));
    if let Some(status) = status {
        writer.pair(2, "Container ID", text(status, "containerID"));
    }
    writer.pair(2, "Image", text(container, "image"));
    if let Some(status) = status {
        writer.pair(2, "Image ID", text(status, "imageID"));
    }
    ports(writer, array(container, "ports"));
    words(writer, "Command", array(container, "command"));
    words(writer, "Args", array(container, "args"));
    if let Some(status) = status {
        state(writer, "State", field(status, "state"));
        if at(status, "/lastState/terminated").is_object() {
            state(writer, "Last State", field(status, "lastState"));
        }
        writer.pair(2, "Ready", capital(bool_at(status, "/ready")));
        writer.pair(2, "Restart Count", int_at(status, "/restartCount"));
    }
    for (title, name) in [("Limits", "limits"), ("Requests", "requests")] {
        let amounts = sorted(at(container, &format!("/resources/{name}")));
        if !amounts.is_empty() {
            writer.line(2, &format!("{title}:"));
        }
        for (resource, amount) in amounts {
            writer.pair(3, resource, canonical(amount.as_str().unwrap_or_default()));
        }
    }
    for (title, name) in [
        ("Liveness", "livenessProbe"),
        ("Readiness", "readinessProbe"),
        ("Startup", "startupProbe"),
    ] {
        let found = field(container, name);
        if found.is_object() {
            writer.pair(2, title, probe(found));
        }
    }
    env_from(writer, array(container, "envFrom"));
    env(writer, array(container, "env"), style.pod, container);
    mounts(writer, array(container, "volumeMounts"));
}

fn ports(writer: &mut Writer, ports: &[Value]) {
    for (title, name) in [("Port", "containerPort"), ("Host Port", "hostPort")] {
        let shown: Vec<String> = ports
            .iter()
            .map(|port| format!("{}/{}", int_at(port, &format!("/{name}")), text(port, "protocol")))
            .collect();
        let plural = if shown.len() > 1 { "s" } else { "" };
        writer.pair(2, &format!("{title}{plural}"), or(&shown.join(", "), "<none>"));
    }
}

fn words(writer: &mut Writer, title: &str, words: &[Value]) {
    if words.is_empty() {
        return;
    }
    writer.line(2, &format!("{title}:"));
    for word in words {
        for line in word.as_str().unwrap_or_default().split('\n') {
            writer.line(3, line);
        }
    }
}

fn state(writer: &mut Writer, title: &str, state: &Value) {
    let (running, terminated) = (field(state, "running"), field(state, "terminated"));
    if running.is_object() {
        writer.pair(2, title, "Running");
        writer.pair(3, "Started", rfc1123(field(running, "startedAt")));
        return;
    }
    if !terminated.is_object() {
        writer.pair(2, title, "Waiting");
        let reason = str_at(state, "/waiting/reason");
        if !reason.is_empty() {
            writer.pair(3, "Reason", reason);
        }
        return;
    }
    writer.pair(2, title, "Terminated");
    for (label, name) in [("Reason", "reason"), ("Message", "message")] {
        if !text(terminated, name).is_empty() {
            writer.pair(3, label, text(terminated, name));
        }
    }
    writer.pair(3, "Exit Code", int_at(terminated, "/exitCode"));
    if int_at(terminated, "/signal") > 0 {
        writer.pair(3, "Signal", int_at(terminated, "/signal"));
    }
    writer.pair(3, "Started", rfc1123(field(terminated, "startedAt")));
    writer.pair(3, "Finished", rfc1123(field(terminated, "finishedAt")));
}

fn env_from(writer: &mut Writer, sources: &[Value]) {
    if sources.is_empty() {
        return;
    }
    writer.line(2, "Environment Variables from:");
    for source in sources {
        let (kind, reference) = if source.get("configMapRef").is_some() {
            ("ConfigMap", field(source, "configMapRef"))
        } else {
            ("Secret", field(source, "secretRef"))
        };
        let prefix = match text(source, "prefix") {
            "" => String::new(),
            prefix => format!(" with prefix '{prefix}'"),
        };
        let optional = bool_at(reference, "/optional");
        let name = text(reference, "name");
        writer.line(3, &format!("{name}\t{kind}{prefix}\tOptional: {optional}"));
    }
}

fn env(writer: &mut Writer, variables: &[Value], pod: Option<&Value>, container: &Value) {
    writer.line(2, if variables.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in variables {
        let name = text(variable, "name");
        let from = field(variable, "valueFrom");
        if !from.is_object() {
            for (at, line) in text(variable, "value").split('\n').enumerate() {
                let label = if at == 0 { format!("{name}:") } else { String::new() };
                writer.line(3, &format!("{label}\t{line}"));
            }
            continue;
        }
        if let Some(shown) = value_from(from, pod, container) {
            writer.line(3, &format!("{name}:\t{shown}"));
        }
    }
}

/// A variable whose value comes from elsewhere.
fn value_from(from: &Value, pod: Option<&Value>, container: &Value) -> Option<String> {
    let reference = |name: &str| Some(field(from, name)).filter(|value| value.is_object());
    if let Some(field_ref) = reference("fieldRef") {
        let path = text(field_ref, "fieldPath");
        let version = or(text(field_ref, "apiVersion"), "v1");
        let value = pod.map(|pod| field_of(pod, path)).unwrap_or_default();
        return Some(format!("{value} ({version}:{path})"));
    }
    if let Some(resource) = reference("resourceFieldRef") {
        let name = text(resource, "resource");
        let (kind, resource_name) = name.split_once('.').unwrap_or((name, ""));
        let value = match pod {
            Some(_) => str_at(container, &format!("/resources/{kind}/{resource_name}")),
            None => "",
        };
        return Some(format!("{value} ({name})"));
    }
    if let Some(key) = reference("secretKeyRef") {
        return Some(key_of(key, "in secret"));
    }
    reference("configMapKeyRef").map(|key| key_of(key, "of config map"))
}

fn key_of(reference: &Value, what: &str) -> String {
    format!(
        "<set to the key '{}' {what} '{}'>\tOptional: {}",
        text(reference, "key"),
        text(reference, "name"),
        bool_at(reference, "/optional")
    )
}

/// A field of a Pod as the downward API names it.
fn field_of(pod: &Value, path: &str) -> String {
    match path {
        "metadata.name" => name_of(pod).to_owned(),
        "metadata.namespace" => namespace_of(pod).to_owned(),
        _ => match path.split_once("['") {
            Some((map, key)) => {
                let map = at(pod, &format!("/{}", map.replace('.', "/")));
                text(map, key.trim_end_matches("']")).to_owned()
            }
            None => str_at(pod, &format!("/{}", path.replace('.', "/"))).to_owned(),
        },
    }
}

fn mounts(writer: &mut Writer, mounts: &[Value]) {
    writer.line(2, if mounts.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    let mut mounts: Vec<&Value> = mounts.iter().collect();
    mounts.sort_by_key(|mount| text(mount, "mountPath"));
    for mount in mounts {
        let mut flags =
            vec![if bool_at(mount, "/readOnly") { "ro".to_owned() } else { "rw".to_owned() }];
        if !text(mount, "subPath").is_empty() {
            flags.push(format!("path={:?}", text(mount, "subPath")));
        }
        let (path, name) = (text(mount, "mountPath"), text(mount, "name"));
        writer.line(3, &format!("{path} from {name} ({})", flags.join(",")));
    }
}
