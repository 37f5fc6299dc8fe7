//! `kubectl describe`: everything about one object, for people. One file a kind; kinds without a
//! file of their own are described field by field.

mod autoscaler;
mod batch;
mod config_map;
mod containers;
mod deployment;
mod endpoint_slice;
pub(crate) mod events;
mod generic;
mod namespace;
mod network;
mod node;
mod pod;
mod policy;
mod probe;
mod rbac;
mod service;
mod sets;
mod storage;
mod volumes;
pub(crate) mod writer;

use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::resources::Info;

use writer::Writer;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Kinds that are described without their events.
const WITHOUT_EVENTS: &[&str] = &[
    "Secret",
    "Namespace",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
];

/// The description of an object; `with_events` asks for its events, too.
pub(crate) async fn describe(
    context: &Context<'_>,
    info: &Info,
    with_events: bool,
) -> Result<String, Failure> {
    let mut writer = Writer::default();
    let object = &info.object;
    match (info.resource.group.as_str(), info.resource.kind.as_str()) {
        ("", "Pod") => pod::describe(&mut writer, object, context.client.api.now()),
        ("", "Node") => node::describe(&mut writer, context, info).await?,
        ("", "Service") => service::describe(&mut writer, context, info).await?,
        ("", "ConfigMap") => config_map::config_map(&mut writer, object),
        ("", "Secret") => config_map::secret(&mut writer, object),
        ("", "ServiceAccount") => config_map::service_account(&mut writer, object),
        ("", "Namespace") => namespace::describe(&mut writer, context, info).await?,
        ("apps", "Deployment") => deployment::deployment(&mut writer, context, info).await?,
        ("apps", "ReplicaSet") => deployment::replica_set(&mut writer, context, info).await?,
        ("", "Endpoints") => endpoint_slice::legacy(&mut writer, object),
        ("discovery.k8s.io", "EndpointSlice") => endpoint_slice::describe(&mut writer, object),
        ("", "ReplicationController") => {
            sets::replication_controller(&mut writer, context, info).await?;
        }
        ("", "PersistentVolume") => {
            storage::volume(&mut writer, object, context.client.api.now());
        }
        ("", "PersistentVolumeClaim") => storage::claim(&mut writer, context, info).await?,
        ("", "ResourceQuota") => policy::quota(&mut writer, object),
        ("", "LimitRange") => policy::limit_range(&mut writer, object),
        ("apps", "StatefulSet") => sets::stateful_set(&mut writer, context, info).await?,
        ("apps", "DaemonSet") => sets::daemon_set(&mut writer, context, info).await?,
        ("batch", "Job") => batch::job(&mut writer, object),
        ("batch", "CronJob") => batch::cron_job(&mut writer, object),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler::describe(&mut writer, object),
        ("policy", "PodDisruptionBudget") => policy::budget(&mut writer, object),
        ("scheduling.k8s.io", "PriorityClass") => policy::priority_class(&mut writer, object),
        ("storage.k8s.io", "StorageClass") => storage::class(&mut writer, object),
        ("networking.k8s.io", "Ingress") => network::ingress(&mut writer, context, info).await?,
        ("networking.k8s.io", "IngressClass") => network::ingress_class(&mut writer, object),
        ("networking.k8s.io", "NetworkPolicy") => network::policy(&mut writer, object),
        (RBAC, "Role" | "ClusterRole") => rbac::role(&mut writer, object),
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => rbac::binding(&mut writer, object),
        _ => generic::describe(&mut writer, object),
    }
    let has_events = !WITHOUT_EVENTS.contains(&info.resource.kind.as_str());
    if with_events && has_events {
        let found = events::of(context, info).await?;
        events::write(&mut writer, &found, context.client.api.now());
    }
    Ok(writer.finish())
}

/// A Pod template as `rollout history --revision` prints it: with tabs, not aligned.
pub(crate) fn pod_template(template: &Value) -> String {
    let mut writer = Writer::default();
    containers::pod_template(&mut writer, template);
    writer.raw()
}
