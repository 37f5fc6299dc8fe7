//! Deployments and ReplicaSets.

use serde_json::Value;

use super::containers::pod_template;
use super::writer::{Writer, controller, int_or_string};
use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array_at, at, int_at, name_of, namespace_of, str_at, text};
use crate::pods::selector_of;
use crate::print::time::rfc1123;
use crate::resources::{self, Info, list};

pub(super) async fn deployment(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let object = &info.object;
    writer.pair(0, "Name", name_of(object));
    writer.pair(0, "Namespace", namespace_of(object));
    writer.pair(0, "CreationTimestamp", rfc1123(at(object, "/metadata/creationTimestamp")));
    writer.labels("Labels", at(object, "/metadata/labels"));
    writer.annotations("Annotations", at(object, "/metadata/annotations"));
    writer.pair(0, "Selector", selector_of(object).unwrap_or_else(|| "<none>".to_owned()));
    let of = |name: &str| int_at(object, &format!("/status/{name}"));
    writer.pair(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            int_at(object, "/spec/replicas"),
            of("updatedReplicas"),
            of("replicas"),
            of("availableReplicas"),
            of("unavailableReplicas")
        ),
    );
    writer.pair(0, "StrategyType", str_at(object, "/spec/strategy/type"));
    writer.pair(0, "MinReadySeconds", int_at(object, "/spec/minReadySeconds"));
    let rolling = at(object, "/spec/strategy/rollingUpdate");
    if rolling.is_object() {
        let unavailable = int_or_string(&rolling["maxUnavailable"]);
        let surge = int_or_string(&rolling["maxSurge"]);
        writer.pair(
            0,
            "RollingUpdateStrategy",
            format!("{unavailable} max unavailable, {surge} max surge"),
        );
    }
    pod_template(writer, at(object, "/spec/template"));
    conditions(writer, object);
    let sets = owned_sets(context, info).await?;
    let is_new = |set: &&Value| template_of(set) == template_of(object);
    let newest = sets.iter().find(is_new);
    let old: Vec<&Value> =
        sets.iter().filter(|set| Some(name_of(set)) != newest.map(name_of)).collect();
    writer.pair(0, "OldReplicaSets", listed(&old));
    writer.pair(0, "NewReplicaSet", listed(&newest.into_iter().collect::<Vec<_>>()));
    Ok(())
}

pub(super) async fn replica_set(
    writer: &mut Writer,
    context: &Context<'_>,
    info: &Info,
) -> Result<(), Failure> {
    let object = &info.object;
    writer.pair(0, "Name", name_of(object));
    writer.pair(0, "Namespace", namespace_of(object));
    let selector = selector_of(object).unwrap_or_else(|| "<none>".to_owned());
    writer.pair(0, "Selector", &selector);
    writer.labels("Labels", at(object, "/metadata/labels"));
    writer.annotations("Annotations", at(object, "/metadata/annotations"));
    if let Some(controller) = controller(object) {
        writer.pair(0, "Controlled By", controller);
    }
    let (is, wanted) = (int_at(object, "/status/replicas"), int_at(object, "/spec/replicas"));
    writer.pair(0, "Replicas", format!("{is} current / {wanted} desired"));
    writer.pair(0, "Pods Status", pods_status(context, info).await?);
    pod_template(writer, at(object, "/spec/template"));
    conditions(writer, object);
    Ok(())
}

/// What has become of the Pods that an object controls.
pub(super) async fn pods_status(context: &Context<'_>, info: &Info) -> Result<String, Failure> {
    let pods = resources::resource(context, "pods").await?;
    let selector = selector_of(&info.object).unwrap_or_default();
    let query: Query = vec![("labelSelector", selector)];
    let pods = list(context, pods, &info.namespace, &query).await?;
    let uid = str_at(&info.object, "/metadata/uid");
    let count = |phase: &str| {
        let owned = pods.iter().filter(|pod| is_owned(pod, uid));
        owned.filter(|pod| str_at(pod, "/status/phase") == phase).count()
    };
    Ok(format!(
        "{} Running / {} Waiting / {} Succeeded / {} Failed",
        count("Running"),
        count("Pending"),
        count("Succeeded"),
        count("Failed")
    ))
}

pub(super) fn conditions(writer: &mut Writer, object: &Value) {
    let conditions = array_at(object, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    writer.line(0, "Conditions:");
    writer.line(1, "Type\tStatus\tReason");
    writer.line(1, "----\t------\t------");
    for condition in conditions {
        let of = |name: &str| text(condition, name);
        writer.line(1, &format!("{} \t{}\t{}", of("type"), of("status"), of("reason")));
    }
}

/// The ReplicaSets of a Deployment, oldest first.
async fn owned_sets(context: &Context<'_>, info: &Info) -> Result<Vec<Value>, Failure> {
    let sets = resources::resource(context, "replicasets.apps").await?;
    let query: Query = vec![("labelSelector", selector_of(&info.object).unwrap_or_default())];
    let mut sets = list(context, sets, &info.namespace, &query).await?;
    let uid = str_at(&info.object, "/metadata/uid");
    sets.retain(|set| is_owned(set, uid));
    sets.sort_by_key(|set| {
        (str_at(set, "/metadata/creationTimestamp").to_owned(), name_of(set).to_owned())
    });
    Ok(sets)
}

fn is_owned(object: &Value, uid: &str) -> bool {
    array_at(object, "/metadata/ownerReferences").iter().any(|owner| text(owner, "uid") == uid)
}

/// The template without the label that tells ReplicaSets apart.
fn template_of(object: &Value) -> Value {
    let mut template = at(object, "/spec/template").clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    template
}

fn listed(sets: &[&Value]) -> String {
    let shown: Vec<String> = sets
        .iter()
        .map(|set| {
            format!(
                "{} ({}/{} replicas created)",
                name_of(set),
                int_at(set, "/status/replicas"),
                int_at(set, "/spec/replicas")
            )
        })
        .collect();
    if shown.is_empty() { "<none>".to_owned() } else { shown.join(", ") }
}
