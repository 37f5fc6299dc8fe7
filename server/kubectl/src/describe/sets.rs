//! StatefulSets, DaemonSets and ReplicationControllers.

use serde_json::Value;

use super::containers::pod_template;
use super::deployment::{conditions, pods_status};
use super::writer::{Writer, int_or_string};
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array_at, at, format_labels, int_at, name_of, namespace_of, str_at};
use crate::pods::selector_of;
use crate::print::time::rfc1123;
use crate::resources::Info;

pub(super) async fn stateful_set(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let set = &info.object;
    writer.pair(0, "Name", name_of(set));
    writer.pair(0, "Namespace", namespace_of(set));
    writer.pair(0, "CreationTimestamp", rfc1123(at(set, "/metadata/creationTimestamp")));
    writer.pair(0, "Selector", selector_of(set).unwrap_or_default());
    writer.labels("Labels", at(set, "/metadata/labels"));
    writer.annotations("Annotations", at(set, "/metadata/annotations"));
    let (wanted, is) = (int_at(set, "/spec/replicas"), int_at(set, "/status/replicas"));
    writer.pair(0, "Replicas", format!("{wanted} desired | {is} total"));
    writer.pair(0, "Update Strategy", str_at(set, "/spec/updateStrategy/type"));
    let rolling = at(set, "/spec/updateStrategy/rollingUpdate");
    if !at(rolling, "/partition").is_null() {
        writer.pair(1, "Partition", int_at(rolling, "/partition"));
        if !at(rolling, "/maxUnavailable").is_null() {
            writer.pair(1, "MaxUnavailable", int_or_string(&rolling["maxUnavailable"]));
        }
    }
    writer.pair(0, "Pods Status", pods_status(context, info).await?);
    pod_template(writer, at(set, "/spec/template"));
    claims(writer, set);
    Ok(())
}

fn claims(writer: &mut Writer, set: &Value) {
    let templates = array_at(set, "/spec/volumeClaimTemplates");
    if templates.is_empty() {
        writer.pair(0, "Volume Claims", "<none>");
        return;
    }
    writer.line(0, "Volume Claims:");
    for claim in templates {
        writer.pair(1, "Name", name_of(claim));
        writer.pair(1, "StorageClass", str_at(claim, "/spec/storageClassName"));
        writer.labels("  Labels", at(claim, "/metadata/labels"));
        writer.annotations("  Annotations", at(claim, "/metadata/annotations"));
        let capacity = match str_at(claim, "/spec/resources/requests/storage") {
            "" => "<default>",
            capacity => capacity,
        };
        writer.pair(1, "Capacity", capacity);
        let modes: Vec<&str> =
            array_at(claim, "/spec/accessModes").iter().filter_map(Value::as_str).collect();
        writer.pair(1, "Access Modes", format!("[{}]", modes.join(" ")));
    }
}

pub(super) async fn daemon_set(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let set = &info.object;
    writer.pair(0, "Name", name_of(set));
    writer.pair(0, "Selector", selector_of(set).unwrap_or_default());
    let nodes = at(set, "/spec/template/spec/nodeSelector");
    writer.pair(0, "Node-Selector", format_labels(nodes));
    writer.labels("Labels", at(set, "/metadata/labels"));
    writer.annotations("Annotations", at(set, "/metadata/annotations"));
    for (label, name) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        let count = int_at(set, &format!("/status/{name}"));
        writer.line(0, &format!("{label}: {count}"));
    }
    writer.pair(0, "Pods Status", pods_status(context, info).await?);
    pod_template(writer, at(set, "/spec/template"));
    Ok(())
}

pub(super) async fn replication_controller(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let object = &info.object;
    writer.pair(0, "Name", name_of(object));
    writer.pair(0, "Namespace", namespace_of(object));
    writer.pair(0, "Selector", format_labels(at(object, "/spec/selector")));
    writer.labels("Labels", at(object, "/metadata/labels"));
    writer.annotations("Annotations", at(object, "/metadata/annotations"));
    let (is, wanted) = (int_at(object, "/status/replicas"), int_at(object, "/spec/replicas"));
    writer.pair(0, "Replicas", format!("{is} current / {wanted} desired"));
    writer.pair(0, "Pods Status", pods_status(context, info).await?);
    pod_template(writer, at(object, "/spec/template"));
    conditions(writer, object);
    Ok(())
}
