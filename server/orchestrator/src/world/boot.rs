//! The cluster's beginning: what kubeadm would set up, then a minute to come up.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::api::core::v1::Node;
use serde_json::{Value, json};

use crate::api::Caller;
use crate::call::Call;
use crate::component::Host;
use crate::components::{TABLE, node_ipam, storage};
use crate::images::Catalogue;
use crate::kinds::SYSTEM_CLASSES;
use crate::machine::{Capacity, Disks, Machine};
use crate::object::{Key, Kind, Object, Typed};
use crate::queue::{InstanceId, Queue};
use crate::random::Random;
use crate::scenario::{NodeSpec, Range, Scenario};
use crate::store::Store;
use crate::time::{Millis, Time};
use crate::trace::{Actor, EntryId, Trace, What};
use crate::world::World;
use crate::world::control_plane::{ControlPlane, Program};
use crate::world::delays::Delays;
use crate::world::instance::Instance;
use crate::world::{addons, engine, manifests};

mod roles;

/// How long before `Time(0)` the cluster begins.
const BOOT_MS: Millis = 60_000;

const NAMESPACES: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "default"];

pub(super) fn boot(seed: u64, scenario: &Scenario) -> World {
    let machines = scenario.nodes.iter().map(machine);
    let machines = machines.map(|machine| (Arc::clone(&machine.node), machine));
    let mut world = World {
        now: Time(-BOOT_MS),
        scenario: Arc::new(scenario.clone()),
        images: Catalogue::with(scenario),
        store: Store::default(),
        trace: Trace::default(),
        random: Random::of_boot(seed),
        queue: Queue::default(),
        machines: machines.collect(),
        instances: OrdMap::new(),
        disks: Disks::default(),
        sessions: OrdMap::new(),
        sessions_opened: 0,
        control_plane: ControlPlane::of(scenario),
        delays: Delays::default(),
        flights: OrdMap::new(),
        flights_begun: 0,
        loads: OrdMap::new(),
        told: 0,
    };
    let cause = world.trace.push(world.now, Vec::new(), Actor::Bootstrap, false, What::Boot);
    for call in calls(scenario) {
        create(&mut world, &call, cause);
    }
    world.told = world.store.rev();
    place_manifests(&mut world, cause);
    for id in instances(scenario) {
        let program = Program::of_host(TABLE[id.row].host);
        if program.is_some_and(|program| world.control_plane.awaits_leader(program)) {
            world.instances.insert(id, Arc::new(Instance::default()));
        } else {
            engine::start(&mut world, &id, cause);
        }
    }
    world.run_until(Time(0));
    world.random = Random::new(seed);
    world
}

pub(super) fn machine(spec: &NodeSpec) -> Machine {
    let mut machine = Machine::new(&spec.name);
    machine.capacity = Capacity { cpu_milli: spec.cpu_milli, memory_bytes: spec.memory_bytes };
    machine
}

/// The control plane's own Pods: their images were pulled when the cluster was made.
fn place_manifests(world: &mut World, cause: EntryId) {
    let scenario = Arc::clone(&world.scenario);
    if scenario.managed || scenario.leaves_off("kubelet") {
        return;
    }
    for (index, node) in scenario.nodes.iter().enumerate().filter(|(_, node)| node.control_plane) {
        for program in
            Program::ALL.into_iter().filter(|program| !scenario.leaves_off(program.name()))
        {
            let manifest = manifests::manifest(&scenario, program, &node.name, &node_ip(index));
            if let (Some(machine), Some(image)) = (
                world.machines.get_mut(node.name.as_str()),
                world.images.get(&manifests::image(program)),
            ) {
                machine.keep_image(Arc::clone(image));
            }
            world.place_manifest(&node.name, &manifest, cause);
        }
    }
}

fn create(world: &mut World, call: &Call, cause: EntryId) {
    let caller = Caller { actor: Actor::Bootstrap, causes: vec![cause], routine: false };
    let result = world.api().call(call, &caller);
    debug_assert!(result.is_ok(), "the cluster's beginning is valid: {call:?}: {result:?}");
}

impl World {
    /// A kubelet that starts, and finds no Node of its name, makes it: later ones do not.
    pub(super) fn register(&mut self, name: &str, cause: EntryId) {
        if self.store.objects().get(&Key::new(Kind::Node, "", name)).is_some() {
            return;
        }
        let mut nodes = self.scenario.nodes.iter();
        let Some(index) = nodes.position(|spec| spec.name == name) else { return };
        let mut object = node(index, &self.scenario.nodes[index]);
        // Its range is given to it by the control plane.
        if let Some(spec) = Node::of_mut(&mut object).and_then(|node| node.spec.as_mut()) {
            (spec.pod_cidr, spec.pod_cidrs) = (None, None);
        }
        let actor = Actor::Component { name: "kubelet", node: Some(name.into()) };
        let caller = Caller { actor, causes: vec![cause], routine: false };
        for call in [Call::Create(object.clone()), Call::UpdateStatus(object)] {
            // A server that cannot write now is asked again when the kubelet starts again.
            let _refused = self.api().call(&call, &caller);
        }
    }
}

/// Every instance of every component.
fn instances(scenario: &Scenario) -> Vec<InstanceId> {
    let mut all = Vec::new();
    for (row, component) in TABLE.iter().enumerate() {
        let program = Program::of_host(component.host).map_or(component.name, Program::name);
        if scenario.leaves_off(program) || scenario.leaves_off(component.name) {
            continue;
        }
        if component.host == Host::ControlPlane {
            let members: Vec<&NodeSpec> = scenario.control_plane().collect();
            let elect = members.len() > 1 && !scenario.leaves_off("kubelet");
            let on = |node: &&NodeSpec| InstanceId { row, node: Some(node.name.as_str().into()) };
            all.extend(members.iter().filter(|_| elect).map(on));
        } else if component.host == Host::EachNode {
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
            "clusterIP": own_address(scenario),
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
        .chain(priority_classes())
        .map(|(kind, json)| object(kind, json))
        .chain(roles::objects())
        .chain(nodes)
        .chain(addons::dns(scenario).into_iter().map(|(kind, json)| object(kind, json)));
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

/// The address of the Service `kubernetes`: the first of the range.
fn own_address(scenario: &Scenario) -> String {
    Range::read(&scenario.service_range).map(|range| range.first().to_string()).unwrap_or_default()
}

/// The classes of what the cluster itself rests on.
fn priority_classes() -> impl Iterator<Item = (Kind, Value)> {
    SYSTEM_CLASSES.into_iter().map(|(name, value)| {
        let description = match name {
            "system-node-critical" => {
                "Used for system critical pods that must not be moved from their current node."
            }
            _ => {
                "Used for system critical pods that must run in the cluster, but can be moved to \
                 another node if necessary."
            }
        };
        let class = json!({
            "metadata": {"name": name}, "value": value, "description": description,
        });
        (Kind::PriorityClass, class)
    })
}

fn object(kind: Kind, json: Value) -> Object {
    Object::from_json(kind, json).expect("the cluster's beginning is well-formed")
}

/// Nodes are 10.0.0.10, 10.0.0.11, … (then 10.0.1.0 and so on).
pub(super) fn node_ip(index: usize) -> String {
    let number = index + 10;
    format!("10.0.{}.{}", number / 256, number % 256)
}

fn node(index: usize, spec: &NodeSpec) -> Object {
    let pod_cidr = node_ipam::numbered(index);
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
    }
    let taints = taints(spec);
    if !taints.is_empty() {
        node_spec["taints"] = taints.into();
    }
    for (key, value) in topology(spec).into_iter().chain(spec.labels.clone()) {
        labels[key] = value.into();
    }
    let resources = json!({
        "cpu": quantity_milli(spec.cpu_milli),
        "memory": format!("{}Ki", spec.memory_bytes / 1024),
        "pods": spec.pods_max.to_string(),
        "ephemeral-storage": "20Gi",
    });
    // The one is kube-controller-manager's, for the caches of kubelets; the other the kubelet's.
    let annotations = json!({
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    });
    let json = json!({
        "metadata": {"name": spec.name, "labels": labels, "annotations": annotations},
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

fn taints(spec: &NodeSpec) -> Vec<Value> {
    let own = spec
        .control_plane
        .then(|| json!({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}));
    let given = spec.taints.iter().map(|taint| match taint.value.as_str() {
        "" => json!({"key": taint.key, "effect": taint.effect}),
        value => json!({"key": taint.key, "value": value, "effect": taint.effect}),
    });
    own.into_iter().chain(given).collect()
}

/// Where it stands, as a cloud provider labels it.
fn topology(spec: &NodeSpec) -> BTreeMap<String, String> {
    let labels = [
        ("topology.kubernetes.io/region", &spec.region),
        ("topology.kubernetes.io/zone", &spec.zone),
    ];
    let known = labels.into_iter().filter(|(_, value)| !value.is_empty());
    known.map(|(key, value)| (key.to_owned(), value.clone())).collect()
}

/// `2` or `1500m`.
fn quantity_milli(milli: i64) -> String {
    if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") }
}
