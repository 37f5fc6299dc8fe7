//! Nodes, with the Pods on them and what those take.

use jiff::Timestamp;
use serde_json::Value;

use super::writer::{Writer, or};
use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{
    array, array_at, at, bool_at, field, name_of, namespace_of, sorted, str_at, string_map, text,
};
use crate::print::time::{age, rfc1123};
use crate::quantity::{Quantity, canonical};
use crate::resources::{self, Info, list};

pub(super) async fn describe(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let node = &info.object;
    writer.pair(0, "Name", name_of(node));
    writer.pair(0, "Roles", roles(node));
    writer.labels("Labels", at(node, "/metadata/labels"));
    writer.annotations("Annotations", at(node, "/metadata/annotations"));
    writer.pair(0, "CreationTimestamp", rfc1123(at(node, "/metadata/creationTimestamp")));
    writer.lines("Taints", &taints(node));
    writer.pair(0, "Unschedulable", bool_at(node, "/spec/unschedulable"));
    lease(writer, context, info).await?;
    conditions(writer, node);
    writer.line(0, "Addresses:");
    for address in array_at(node, "/status/addresses") {
        writer.pair(1, text(address, "type"), text(address, "address"));
    }
    for (title, name) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        writer.line(0, &format!("{title}:"));
        for (resource, amount) in sorted(at(node, &format!("/status/{name}"))) {
            writer.pair(1, resource, canonical(amount.as_str().unwrap_or_default()));
        }
    }
    system(writer, node);
    let pods = resources::resource(context, "pods").await?;
    let selector =
        format!("spec.nodeName={},status.phase!=Succeeded,status.phase!=Failed", info.name);
    let query: Query = vec![("fieldSelector", selector)];
    let pods = list(context, pods, "", &query).await?;
    taken(writer, node, &pods, context.client.api.now());
    Ok(())
}

fn roles(node: &Value) -> String {
    let labels = string_map(at(node, "/metadata/labels"));
    let mut roles: Vec<&str> = labels
        .iter()
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => (*key == "kubernetes.io/role").then_some(*value),
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    or(&roles.join(","), "<none>")
}

fn taints(node: &Value) -> Vec<String> {
    let mut taints: Vec<&Value> = array_at(node, "/spec/taints").iter().collect();
    taints.sort_by_key(|taint| (text(taint, "effect"), text(taint, "key")));
    taints
        .into_iter()
        .map(|taint| {
            let value = match text(taint, "value") {
                "" => String::new(),
                value => format!("={value}"),
            };
            format!("{}{value}:{}", text(taint, "key"), text(taint, "effect"))
        })
        .collect()
}

async fn lease(writer: &mut Writer, context: &Context<'_>, info: &Info) -> Result<(), Failure> {
    let leases = resources::resource(context, "leases.coordination.k8s.io").await?;
    let path = leases.object_path("kube-node-lease", &info.name);
    let lease = match context.client.get(&path, &Query::new()).await {
        Ok(lease) => lease,
        Err(failure) => {
            writer.pair(0, "Lease", format!("Failed to get lease: {failure}"));
            return Ok(());
        }
    };
    let moment = |name: &str| match at(&lease, &format!("/spec/{name}")) {
        Value::Null => "<unset>".to_owned(),
        moment => rfc1123(moment),
    };
    writer.line(0, "Lease:");
    writer.pair(1, "HolderIdentity", or(str_at(&lease, "/spec/holderIdentity"), "<unset>"));
    writer.pair(1, "AcquireTime", moment("acquireTime"));
    writer.pair(1, "RenewTime", moment("renewTime"));
    Ok(())
}

fn conditions(writer: &mut Writer, node: &Value) {
    let conditions = array_at(node, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    writer.line(0, "Conditions:");
    writer.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    writer.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in conditions {
        let of = |name: &str| text(condition, name);
        writer.line(
            1,
            &format!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                of("type"),
                of("status"),
                rfc1123(field(condition, "lastHeartbeatTime")),
                rfc1123(field(condition, "lastTransitionTime")),
                of("reason"),
                of("message")
            ),
        );
    }
}

fn system(writer: &mut Writer, node: &Value) {
    writer.line(0, "System Info:");
    for (label, name) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
        ("Kube-Proxy Version", "kubeProxyVersion"),
    ] {
        writer.pair(1, label, str_at(node, &format!("/status/nodeInfo/{name}")));
    }
    let spec = field(node, "spec");
    if !text(spec, "podCIDR").is_empty() {
        writer.pair(0, "PodCIDR", text(spec, "podCIDR"));
    }
    let ranges: Vec<&str> = array(spec, "podCIDRs").iter().filter_map(Value::as_str).collect();
    if !ranges.is_empty() {
        writer.pair(0, "PodCIDRs", ranges.join(","));
    }
    if !text(spec, "providerID").is_empty() {
        writer.pair(0, "ProviderID", text(spec, "providerID"));
    }
}

/// The Pods of a node, and the sums of their requests and limits.
fn taken(writer: &mut Writer, node: &Value, pods: &[Value], now: Timestamp) {
    let allocatable = match at(node, "/status/allocatable") {
        Value::Null => at(node, "/status/capacity"),
        allocatable => allocatable,
    };
    let share = |amount: Quantity, resource: &str| {
        let whole = Quantity::parse(text(allocatable, resource)).unwrap_or_default().milli();
        let percent = if whole == 0 { 0 } else { amount.milli() * 100 / whole };
        format!("{amount} ({percent}%)")
    };
    writer.pair(0, "Non-terminated Pods", format!("({} in total)", pods.len()));
    writer.line(
        1,
        "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge",
    );
    writer.line(
        1,
        "---------\t----\t\t------------\t----------\t---------------\t-------------\t---",
    );
    for pod in pods {
        writer.line(
            1,
            &format!(
                "{}\t{}\t\t{}\t{}\t{}\t{}\t{}",
                namespace_of(pod),
                name_of(pod),
                share(of_pod(pod, "requests", "cpu"), "cpu"),
                share(of_pod(pod, "limits", "cpu"), "cpu"),
                share(of_pod(pod, "requests", "memory"), "memory"),
                share(of_pod(pod, "limits", "memory"), "memory"),
                age(at(pod, "/metadata/creationTimestamp"), now)
            ),
        );
    }
    writer.line(0, "Allocated resources:");
    writer.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    writer.line(1, "Resource\tRequests\tLimits");
    writer.line(1, "--------\t--------\t------");
    for resource in ["cpu", "memory", "ephemeral-storage"] {
        let sum = |kind: &str| {
            let of = pods.iter().map(|pod| of_pod(pod, kind, resource));
            share(of.fold(Quantity::default(), Quantity::plus), resource)
        };
        writer.line(1, &format!("{resource}\t{}\t{}", sum("requests"), sum("limits")));
    }
}

/// What a Pod takes: its containers together, or its greediest init container if that is more.
fn of_pod(pod: &Value, kind: &str, resource: &str) -> Quantity {
    let of = |container: &Value| {
        let amount = text(at(container, &format!("/resources/{kind}")), resource);
        Quantity::parse(amount).unwrap_or_default()
    };
    let stays = |container: &&Value| text(container, "restartPolicy") == "Always";
    let inits = array_at(pod, "/spec/initContainers");
    let together = array_at(pod, "/spec/containers").iter().chain(inits.iter().filter(stays));
    let together = together.map(of).fold(Quantity::default(), Quantity::plus);
    let greediest = inits.iter().map(of).max_by_key(|amount| amount.milli()).unwrap_or_default();
    if greediest.milli() > together.milli() { greediest } else { together }
}
