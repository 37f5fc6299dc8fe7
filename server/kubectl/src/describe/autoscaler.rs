//! HorizontalPodAutoscalers.

use serde_json::Value;

use super::writer::Writer;
use crate::fields::{array, array_at, at, int_at, str_at, text};
use crate::print::time::rfc1123;

pub(super) fn describe(writer: &mut Writer, scaler: &Value) {
    writer.head(scaler);
    writer.pair(0, "CreationTimestamp", rfc1123(at(scaler, "/metadata/creationTimestamp")));
    let target = at(scaler, "/spec/scaleTargetRef");
    writer.pair(0, "Reference", format!("{}/{}", text(target, "kind"), text(target, "name")));
    writer.pair(0, "Metrics", "( current / target )");
    for (place, metric) in array_at(scaler, "/spec/metrics").iter().enumerate() {
        let current = at(scaler, &format!("/status/currentMetrics/{place}"));
        writer.line(1, &line(metric, current));
    }
    let least = match at(scaler, "/spec/minReplicas") {
        Value::Null => "<unset>".to_owned(),
        least => least.to_string(),
    };
    writer.pair(0, "Min replicas", least);
    writer.pair(0, "Max replicas", int_at(scaler, "/spec/maxReplicas"));
    if at(scaler, "/spec/behavior").is_object() {
        writer.line(0, "Behavior:");
        direction(writer, "Scale Up", at(scaler, "/spec/behavior/scaleUp"));
        direction(writer, "Scale Down", at(scaler, "/spec/behavior/scaleDown"));
    }
    let of = |name: &str| int_at(scaler, &format!("/status/{name}"));
    let pods = format!("{} current / {} desired", of("currentReplicas"), of("desiredReplicas"));
    writer.pair(0, &format!("{} pods", text(target, "kind")), pods);
    let conditions = array_at(scaler, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    writer.line(0, "Conditions:");
    writer.line(1, "Type\tStatus\tReason\tMessage");
    writer.line(1, "----\t------\t------\t-------");
    for condition in conditions {
        let cells = ["type", "status", "reason", "message"].map(|name| text(condition, name));
        writer.line(1, &cells.join("\t"));
    }
}

/// One metric: what it is, what it shall be.
fn line(metric: &Value, current: &Value) -> String {
    let kind = text(metric, "type");
    let field = match kind {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        _ => return format!("<unknown metric type {kind:?}>"),
    };
    let (wanted, is) = (&metric[field], at(current, &format!("/{field}/current")));
    let name = str_at(wanted, "/metric/name");
    let value = |name: &str| match text(is, name) {
        "" => "<unknown>",
        value => value,
    };
    let target = |name: &str| str_at(wanted, &format!("/target/{name}"));
    let by_average = !target("averageValue").is_empty();
    match kind {
        "Resource" | "ContainerResource" => {
            let mut what = format!("resource {} ", text(wanted, "name"));
            if kind == "ContainerResource" {
                what += &format!("of container {:?} ", text(wanted, "container"));
            }
            if by_average {
                return format!(
                    "{what}on pods:\t{} / {}",
                    value("averageValue"),
                    target("averageValue")
                );
            }
            let share = match at(is, "/averageUtilization") {
                Value::Null => "<unknown>".to_owned(),
                share => format!("{share}% ({})", text(is, "averageValue")),
            };
            let aim = match at(wanted, "/target/averageUtilization") {
                Value::Null => "<auto>".to_owned(),
                aim => format!("{aim}%"),
            };
            format!("{what}on pods  (as a percentage of request):\t{share} / {aim}")
        }
        "Pods" => {
            format!("{name:?} on pods:\t{} / {}", value("averageValue"), target("averageValue"))
        }
        _ => {
            let on = if kind == "Object" {
                let object = at(wanted, "/describedObject");
                format!(" on {}/{}", text(object, "kind"), text(object, "name"))
            } else {
                String::new()
            };
            let (what, field) = if by_average {
                ("target average value", "averageValue")
            } else {
                ("target value", "value")
            };
            format!("{name:?}{on} ({what}):\t{} / {}", value(field), target(field))
        }
    }
}

fn direction(writer: &mut Writer, title: &str, rules: &Value) {
    if !rules.is_object() {
        return;
    }
    writer.line(1, &format!("{title}:"));
    if !at(rules, "/stabilizationWindowSeconds").is_null() {
        let seconds = int_at(rules, "/stabilizationWindowSeconds");
        writer.line(2, &format!("Stabilization Window: {seconds} seconds"));
    }
    let policies = array(rules, "policies");
    if policies.is_empty() {
        return;
    }
    let select = match text(rules, "selectPolicy") {
        "" => "Max",
        select => select,
    };
    writer.line(2, &format!("Select Policy: {select}"));
    writer.line(2, "Policies:");
    for policy in policies {
        writer.line(
            3,
            &format!(
                "- Type: {}\tValue: {}\tPeriod: {} seconds",
                text(policy, "type"),
                int_at(policy, "/value"),
                int_at(policy, "/periodSeconds")
            ),
        );
    }
}
