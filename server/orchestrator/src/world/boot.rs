//! The cluster's beginning: what kubeadm would set up, then a minute to come up.

use std::sync::Arc;

use imbl::OrdMap;
use serde_json::{Value, json};

use crate::api::Caller;
use crate::call::Call;
use crate::component::Host;
use crate::components::{TABLE, storage};
use crate::images::Catalogue;
use crate::machine::{Capacity, Machine};
use crate::object::{Kind, Object};
use crate::queue::{InstanceId, Queue};
use crate::random::Random;
use crate::scenario::{NodeSpec, Scenario};
use crate::store::Store;
use crate::time::{Millis, Time};
use crate::trace::{Actor, EntryId, Trace, What};
use crate::world::World;
use crate::world::engine;

/// How long before `Time(0)` the cluster begins.
const BOOT_MS: Millis = 60_000;

const NAMESPACES: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "default"];

pub(super) fn boot(seed: u64, scenario: &Scenario) -> World {
    let machines = scenario.nodes.iter().map(|node| {
        let mut machine = Machine::new(&node.name);
        machine.capacity = Capacity { cpu_milli: node.cpu_milli, memory_bytes: node.memory_bytes };
        (Arc::clone(&machine.node), machine)
    });
    let mut world = World {
        now: Time(-BOOT_MS),
        scenario: Arc::new(scenario.clone()),
        images: Catalogue::with(scenario),
        store: Store::default(),
        trace: Trace::default(),
        random: Random::new(seed),
        queue: Queue::default(),
        machines: machines.collect(),
        instances: OrdMap::new(),
        sessions: OrdMap::new(),
        sessions_opened: 0,
        told: 0,
    };
    let cause = world.trace.push(world.now, Vec::new(), Actor::Bootstrap, false, What::Boot);
    for call in calls(scenario) {
        create(&mut world, &call, cause);
    }
    world.told = world.store.rev();
    for id in instances(scenario) {
        engine::start(&mut world, &id, cause);
    }
    world.run_until(Time(0));
    world
}

fn create(world: &mut World, call: &Call, cause: EntryId) {
    let caller = Caller { actor: Actor::Bootstrap, causes: vec![cause], routine: false };
    let result = world.api().call(call, &caller);
    debug_assert!(result.is_ok(), "the cluster's beginning is valid: {call:?}: {result:?}");
}

/// Every instance of every component.
fn instances(scenario: &Scenario) -> Vec<InstanceId> {
    let mut all = Vec::new();
    for (row, component) in TABLE.iter().enumerate() {
        if component.host == Host::EachNode {
            let on = |node: &NodeSpec| InstanceId { row, node: Some(node.name.as_str().into()) };
            all.extend(scenario.nodes.iter().map(on));
        } else {
            all.push(InstanceId { row, node: None });
        }
    }
    all
}

fn calls(scenario: &Scenario) -> Vec<Call> {
    let namespaces =
        NAMESPACES.iter().map(|name| (Kind::Namespace, json!({"metadata": {"name": name}})));
    let service = json!({
        "metadata": {
            "name": "kubernetes", "namespace": "default",
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "clusterIP": "10.96.0.1",
            "ports": [{"name": "https", "port": 443, "targetPort": 6443, "protocol": "TCP"}],
        },
    });
    let slice = json!({
        "metadata": {
            "name": "kubernetes", "namespace": "default",
            "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": [node_ip(0)], "conditions": {"ready": true}}],
        "ports": [{"name": "https", "port": 6443, "protocol": "TCP"}],
    });
    let nodes = scenario.nodes.iter().enumerate().map(|(index, spec)| node(index, spec));
    let objects = namespaces
        .chain([
            (Kind::Service, service),
            (Kind::EndpointSlice, slice),
            (Kind::StorageClass, storage_class()),
        ])
        .map(|(kind, json)| object(kind, json))
        .chain(nodes);
    objects
        .flat_map(|object| {
            let status =
                matches!(object, Object::Node(_)).then(|| Call::UpdateStatus(object.clone()));
            std::iter::once(Call::Create(object)).chain(status)
        })
        .collect()
}

/// The class of claims that name none.
fn storage_class() -> Value {
    json!({
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": storage::DRIVER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": true,
    })
}

fn object(kind: Kind, json: Value) -> Object {
    Object::from_json(kind, json).expect("the cluster's beginning is well-formed")
}

/// Nodes are 10.0.0.10, 10.0.0.11, … (then 10.0.1.0 and so on).
fn node_ip(index: usize) -> String {
    let number = index + 10;
    format!("10.0.{}.{}", number / 256, number % 256)
}

fn node(index: usize, spec: &NodeSpec) -> Object {
    let pod_cidr = format!("10.{}.{}.0/24", 244 + index / 256, index % 256);
    let mut labels = json!({
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": spec.name,
        "kubernetes.io/os": "linux",
    });
    let mut node_spec = json!({"podCIDR": pod_cidr, "podCIDRs": [pod_cidr]});
    if spec.control_plane {
        labels["node-role.kubernetes.io/control-plane"] = json!("");
        labels["node.kubernetes.io/exclude-from-external-load-balancers"] = json!("");
        node_spec["taints"] =
            json!([{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]);
    }
    let resources = json!({
        "cpu": quantity_milli(spec.cpu_milli),
        "memory": format!("{}Ki", spec.memory_bytes / 1024),
        "pods": spec.pods_max.to_string(),
        "ephemeral-storage": "20Gi",
    });
    let json = json!({
        "metadata": {"name": spec.name, "labels": labels},
        "spec": node_spec,
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "addresses": [
                {"type": "InternalIP", "address": node_ip(index)},
                {"type": "Hostname", "address": spec.name},
            ],
        },
    });
    object(Kind::Node, json)
}

/// `2` or `1500m`.
fn quantity_milli(milli: i64) -> String {
    if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") }
}
