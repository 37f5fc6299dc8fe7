//! Volumes, tolerations and topology spread constraints of Pods and templates.

use serde_json::Value;

use super::writer::{Writer, or};
use crate::fields::{array, bool_at, field, format_labels, int_at, text};

pub(super) fn describe(writer: &mut Writer, volumes: &[Value], space: &str) {
    if volumes.is_empty() {
        writer.line(0, &format!("{space}Volumes:\t<none>"));
        return;
    }
    writer.line(0, &format!("{space}Volumes:"));
    let indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        writer.line(1, &format!("{indent}{}:", text(volume, "name")));
        one(writer, volume);
    }
}

/// The source of a volume, where its type is the field that it has.
pub(super) fn source(writer: &mut Writer, volume: &Value) {
    one(writer, volume);
}

fn one(writer: &mut Writer, volume: &Value) {
    let source = |name: &str| Some(field(volume, name)).filter(|value| value.is_object());
    if let Some(path) = source("hostPath") {
        writer.pair(2, "Type", "HostPath (bare host directory volume)");
        writer.pair(2, "Path", text(path, "path"));
        writer.pair(2, "HostPathType", text(path, "type"));
    } else if let Some(empty) = source("emptyDir") {
        writer.pair(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
        writer.pair(2, "Medium", text(empty, "medium"));
        writer.pair(2, "SizeLimit", or(text(empty, "sizeLimit"), "<unset>"));
    } else if let Some(secret) = source("secret") {
        writer.pair(2, "Type", "Secret (a volume populated by a Secret)");
        writer.pair(2, "SecretName", text(secret, "secretName"));
        writer.pair(2, "Optional", bool_at(secret, "/optional"));
    } else if let Some(map) = source("configMap") {
        writer.pair(2, "Type", "ConfigMap (a volume populated by a ConfigMap)");
        writer.pair(2, "Name", text(map, "name"));
        writer.pair(2, "Optional", bool_at(map, "/optional"));
    } else if let Some(claim) = source("persistentVolumeClaim") {
        writer.pair(
            2,
            "Type",
            "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        );
        writer.pair(2, "ClaimName", text(claim, "claimName"));
        writer.pair(2, "ReadOnly", bool_at(claim, "/readOnly"));
    } else if let Some(downward) = source("downwardAPI") {
        writer.pair(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
        writer.line(2, "Items:");
        for item in array(downward, "items") {
            let path = text(field(item, "fieldRef"), "fieldPath");
            writer.line(3, &format!("{path} -> {}", text(item, "path")));
        }
    } else if let Some(projected) = source("projected") {
        writer.pair(
            2,
            "Type",
            "Projected (a volume that contains injected data from multiple sources)",
        );
        array(projected, "sources").iter().for_each(|source| projection(writer, source));
    } else {
        writer.line(2, "<unknown>");
    }
}

fn projection(writer: &mut Writer, source: &Value) {
    let part = |name: &str| Some(field(source, name)).filter(|value| value.is_object());
    if let Some(secret) = part("secret") {
        writer.pair(2, "SecretName", text(secret, "name"));
        writer.pair(2, "Optional", bool_at(secret, "/optional"));
    } else if part("downwardAPI").is_some() {
        writer.pair(2, "DownwardAPI", true);
    } else if let Some(map) = part("configMap") {
        writer.pair(2, "ConfigMapName", text(map, "name"));
        // kubectl 1.32 prints the pointer, which is nil for every volume that admission makes.
        let optional = field(map, "optional").as_bool().map(|optional| optional.to_string());
        writer.pair(2, "ConfigMapOptional", optional.unwrap_or_else(|| "<nil>".to_owned()));
    } else if let Some(token) = part("serviceAccountToken") {
        writer.pair(2, "TokenExpirationSeconds", int_at(token, "/expirationSeconds"));
    }
}

/// Tolerations, one a line: `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`.
pub(super) fn tolerations(tolerations: &[Value]) -> Vec<String> {
    let mut sorted: Vec<&Value> = tolerations.iter().collect();
    sorted.sort_by_key(|toleration| text(toleration, "key"));
    sorted.into_iter().map(toleration).collect()
}

fn toleration(toleration: &Value) -> String {
    let of = |name: &str| text(toleration, name);
    let mut line = of("key").to_owned();
    if !of("value").is_empty() {
        line.push_str(&format!("={}", of("value")));
    }
    if !of("effect").is_empty() {
        line.push_str(&format!(":{}", of("effect")));
    }
    if of("operator") == "Exists" && of("value").is_empty() {
        line.push_str(if line.is_empty() { "op=Exists" } else { " op=Exists" });
    }
    if field(toleration, "tolerationSeconds").is_number() {
        line.push_str(&format!(" for {}s", int_at(toleration, "/tolerationSeconds")));
    }
    line
}

/// Topology spread constraints, if there are any.
pub(super) fn topology(writer: &mut Writer, constraints: &[Value], space: &str) {
    if constraints.is_empty() {
        return;
    }
    let mut sorted: Vec<&Value> = constraints.iter().collect();
    sorted.sort_by_key(|constraint| text(constraint, "topologyKey"));
    let lines: Vec<String> = sorted
        .into_iter()
        .map(|constraint| {
            let selector = field(constraint, "labelSelector");
            let when = format!(
                "{}:{} when max skew {} is exceeded",
                text(constraint, "topologyKey"),
                text(constraint, "whenUnsatisfiable"),
                int_at(constraint, "/maxSkew")
            );
            if selector.is_object() {
                format!("{when} for selector {}", format_labels(field(selector, "matchLabels")))
            } else {
                when
            }
        })
        .collect();
    writer.lines(&format!("{space}Topology Spread Constraints"), &lines);
}
