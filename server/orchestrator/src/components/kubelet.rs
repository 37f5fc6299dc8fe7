//! The kubelet: makes its node's machine run what the API says, and tells the API how it goes.
//!
//! `kubelet/heartbeat.rs` keeps the node's Lease and status; `kubelet/pod.rs` decides what a Pod
//! needs next, `kubelet/images.rs` and `kubelet/restarts.rs` when to pull and to start again,
//! `kubelet/environment.rs` what a container is given, and `kubelet/status.rs` writes it all down.

use crate::component::{ComponentRow, Host, Interest, Outcome, View};
use crate::components::pods;
use crate::object::{Key, Kind, Object};

mod admission;
mod claims;
mod conditions;
mod containers;
mod ending;
mod environment;
mod events;
mod eviction;
mod heartbeat;
mod images;
mod memory;
mod mirror;
mod phase;
mod plan;
mod pod;
mod probes;
mod resize;
mod restarts;
mod security;
mod services;
mod share;
mod status;
mod stopping;
mod volumes;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "kubelet",
    host: Host::EachNode,
    watches: &[
        Kind::Pod,
        Kind::Node,
        Kind::Lease,
        Kind::ConfigMap,
        Kind::Secret,
        Kind::Service,
        Kind::PersistentVolume,
        Kind::PersistentVolumeClaim,
        Kind::VolumeAttachment,
    ],
    interest,
    keys,
    starts_with,
    serial: false,
    decide,
};

fn interest(object: &Object) -> Interest<'_> {
    match object {
        Object::Pod(pod) => pods::node(pod).map_or(Interest::Nobody, Interest::Node),
        Object::Node(_) => Interest::Node(object.name()),
        Object::Lease(_) if object.namespace() == heartbeat::LEASE_NAMESPACE => {
            Interest::Node(object.name())
        }
        Object::ConfigMap(_)
        | Object::Secret(_)
        | Object::Service(_)
        | Object::PersistentVolume(_)
        | Object::PersistentVolumeClaim(_) => Interest::All,
        Object::VolumeAttachment(attachment) => Interest::Node(&attachment.spec.node_name),
        _ => Interest::Nobody,
    }
}

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else { return Vec::new() };
    match object.kind() {
        Kind::Pod | Kind::Node => vec![object.key()],
        // The heartbeat has a timer of its own.
        Kind::Lease if after.is_none() => vec![object.key()],
        Kind::ConfigMap | Kind::Secret => concerned(view, object),
        Kind::PersistentVolumeClaim => waiting_in(view, object.namespace()),
        Kind::VolumeAttachment => claims::users(view, object),
        _ => Vec::new(),
    }
}

/// Pods of a namespace that may be waiting for a ConfigMap or a Secret.
fn waiting_in(view: &View<'_>, namespace: &str) -> Vec<Key> {
    let pods = view.cache.in_namespace(Kind::Pod, namespace);
    let pending =
        |object: &&Object| object.as_typed().is_some_and(|pod| pods::phase(pod) == "Pending");
    pods.filter(pending).map(Object::key).collect()
}

/// Pods that may be waiting for a ConfigMap or a Secret, or have it as a volume.
fn concerned(view: &View<'_>, object: &Object) -> Vec<Key> {
    let pods = view.cache.in_namespace(Kind::Pod, object.namespace());
    let is_concerned = |known: &&Object| {
        known.as_typed().is_some_and(|pod| {
            pods::phase(pod) == "Pending" || volumes::uses(pod, object.kind(), object.name())
        })
    };
    pods.filter(is_concerned).map(Object::key).collect()
}

fn starts_with(view: &View<'_>) -> Vec<Key> {
    let Some(node) = view.node else { return Vec::new() };
    let own =
        [Key::new(Kind::Lease, heartbeat::LEASE_NAMESPACE, node), Key::new(Kind::Node, "", node)];
    let bound = view.cache.of_kind(Kind::Pod).map(Object::key);
    let known = view.machine.into_iter().flat_map(|machine| machine.pods());
    let own_pods = view.machine.into_iter().flat_map(|machine| machine.manifests()).cloned();
    let known = known.map(|pod| pod.key.clone()).chain(own_pods);
    let mut keys: Vec<Key> = own.into_iter().chain(bound).chain(known).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    match key.kind {
        Kind::Lease => heartbeat::renew(view, key),
        Kind::Node => heartbeat::report(view, key),
        Kind::Pod => pod::decide(view, key),
        _ => Outcome::nothing(),
    }
}

#[cfg(test)]
mod tests;
