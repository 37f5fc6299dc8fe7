//! PodDisruptionBudgets, ResourceQuotas, LimitRanges and PriorityClasses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::writer::{Writer, int_or_string, or};
use crate::fields::{
    array_at, at, bool_at, int_at, name_of, namespace_of, sorted, str_at, string_map, text,
};
use crate::pods::selector_of;

pub(super) fn budget(writer: &mut Writer, budget: &Value) {
    writer.pair(0, "Name", name_of(budget));
    writer.pair(0, "Namespace", namespace_of(budget));
    let spec = at(budget, "/spec");
    if !at(spec, "/minAvailable").is_null() {
        writer.pair(0, "Min available", int_or_string(&spec["minAvailable"]));
    } else if !at(spec, "/maxUnavailable").is_null() {
        writer.pair(0, "Max unavailable", int_or_string(&spec["maxUnavailable"]));
    }
    let selector = if at(spec, "/selector").is_null() {
        "<unset>".to_owned()
    } else {
        selector_of(budget).unwrap_or_else(|| "<none>".to_owned())
    };
    writer.pair(0, "Selector", selector);
    writer.line(0, "Status:");
    for (label, name) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        writer.pair(2, label, int_at(budget, &format!("/status/{name}")));
    }
}

pub(super) fn quota(writer: &mut Writer, quota: &Value) {
    writer.pair(0, "Name", name_of(quota));
    writer.pair(0, "Namespace", namespace_of(quota));
    let mut scopes: Vec<&str> =
        array_at(quota, "/spec/scopes").iter().filter_map(Value::as_str).collect();
    if !scopes.is_empty() {
        scopes.sort_unstable();
        writer.pair(0, "Scopes", scopes.join(", "));
        for scope in scopes {
            let help = match scope {
                "Terminating" => {
                    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system."
                }
                "NotTerminating" => {
                    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate."
                }
                "BestEffort" => {
                    "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."
                }
                "NotBestEffort" => {
                    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."
                }
                _ => continue,
            };
            writer.line(0, &format!(" * {help}"));
        }
    }
    writer.line(0, "Resource\tUsed\tHard");
    writer.line(0, "--------\t----\t----");
    let used = string_map(at(quota, "/status/used"));
    for (resource, hard) in string_map(at(quota, "/status/hard")) {
        let used = used.get(resource).copied().unwrap_or("0");
        writer.line(0, &format!("{resource}\t{used}\t{hard}"));
    }
}

pub(super) fn limit_range(writer: &mut Writer, range: &Value) {
    writer.pair(0, "Name", name_of(range));
    writer.pair(0, "Namespace", namespace_of(range));
    limit_heads(writer, "");
    limit_rows(writer, "", range);
}

/// The heads of the columns of limits.
pub(super) fn limit_heads(writer: &mut Writer, indent: &str) {
    let heads = "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio";
    let lines = "----\t--------\t---\t---\t---------------\t-------------\t-----------------------";
    writer.line(0, &format!("{indent}{heads}"));
    writer.line(0, &format!("{indent}{lines}"));
}

/// A line for each resource that a range limits.
pub(super) fn limit_rows(writer: &mut Writer, indent: &str, range: &Value) {
    let columns = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for item in array_at(range, "/spec/limits") {
        let resources: BTreeSet<&str> =
            columns.iter().flat_map(|c| sorted(&item[c])).map(|(name, _)| name).collect();
        for resource in resources {
            let cells: Vec<String> =
                columns.iter().map(|column| or(text(&item[column], resource), "-")).collect();
            let (kind, cells) = (text(item, "type"), cells.join("\t"));
            writer.line(0, &format!("{indent}{kind}\t{resource}\t{cells}"));
        }
    }
}

pub(super) fn priority_class(writer: &mut Writer, class: &Value) {
    writer.pair(0, "Name", name_of(class));
    writer.pair(0, "Value", int_at(class, "/value"));
    writer.pair(0, "GlobalDefault", bool_at(class, "/globalDefault"));
    writer.pair(0, "PreemptionPolicy", str_at(class, "/preemptionPolicy"));
    writer.pair(0, "Description", text(class, "description"));
    let annotations = at(class, "/metadata/annotations");
    writer.pair(0, "Annotations", crate::fields::format_labels(annotations));
}
