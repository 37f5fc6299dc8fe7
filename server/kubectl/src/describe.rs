//! `kubectl describe`: everything about one object, for people. One file a kind; kinds without a
//! file of their own are described field by field.

mod config_map;
mod containers;
mod deployment;
mod endpoint_slice;
pub(crate) mod events;
mod generic;
mod namespace;
mod node;
mod pod;
mod probe;
mod service;
mod volumes;
pub(crate) mod writer;

use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::resources::Info;

use writer::Writer;

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
        ("discovery.k8s.io", "EndpointSlice") => endpoint_slice::describe(&mut writer, object),
        _ => generic::describe(&mut writer, object),
    }
    // Secrets and namespaces are described without events.
    let has_events = !matches!(info.resource.kind.as_str(), "Secret" | "Namespace");
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
