//! From Kubernetes objects to what the page draws of them.

use k8s_openapi::{
    api::core::v1::{Event, Node, Service, ServicePort},
    api::discovery::v1::{Endpoint, EndpointSlice},
    apimachinery::pkg::{
        apis::meta::v1::{OwnerReference, Time},
        util::intstr::IntOrString,
    },
};
use orchestrator::{Object, kinds::quantity, time::Clock};
use protocol::{
    Detail, EndpointSliceView, EndpointView, EventView, NodeView, ObjectRef, ObjectView,
    ServicePortView, ServiceView,
};

use super::{batch, network, pod, scale, sets, storage, workload};

pub(super) fn view(object: &Object, clock: &Clock) -> ObjectView {
    let metadata = object.metadata();
    let created = metadata.creation_timestamp.as_ref();
    let deleting = metadata.deletion_timestamp.as_ref().map(|time| {
        // The timestamp is when the grace period ends.
        let grace_s = metadata.deletion_grace_period_seconds.unwrap_or_default();
        model_ms(time, clock) - grace_s * 1000
    });
    ObjectView {
        object: reference(object),
        labels: metadata.labels.clone().unwrap_or_default(),
        owner: object.controller().map(|owner| owned_by(owner, object.namespace())),
        created_ms: created.map(|time| model_ms(time, clock)).unwrap_or_default(),
        deleting_ms: deleting,
        revision: object.rev(),
        detail: detail(object, clock),
    }
}

pub(super) fn reference(object: &Object) -> ObjectRef {
    ObjectRef {
        api_version: object.api_version().into_owned(),
        kind: object.kind_name().to_owned(),
        namespace: object.namespace().to_owned(),
        name: object.name().to_owned(),
        uid: object.uid().to_owned(),
    }
}

/// Owners of namespaced objects live in the same namespace or in none; controllers never in none.
fn owned_by(owner: &OwnerReference, namespace: &str) -> ObjectRef {
    let namespace = if owner.kind == "Node" { "" } else { namespace };
    ObjectRef {
        api_version: owner.api_version.clone(),
        kind: owner.kind.clone(),
        namespace: namespace.to_owned(),
        name: owner.name.clone(),
        uid: owner.uid.clone(),
    }
}

pub(super) fn model_ms(time: &Time, clock: &Clock) -> i64 {
    clock.model_time(time.0).0
}

fn detail(object: &Object, clock: &Clock) -> Detail {
    match object {
        Object::Pod(pod) => Detail::Pod(pod::view(pod, clock)),
        Object::Node(node) => Detail::Node(node_view(node)),
        Object::Deployment(deployment) => Detail::Deployment(workload::deployment(deployment)),
        Object::ReplicaSet(set) => Detail::ReplicaSet(workload::replica_set(set)),
        Object::StatefulSet(set) => Detail::StatefulSet(sets::stateful_set(set)),
        Object::DaemonSet(set) => Detail::DaemonSet(sets::daemon_set(set)),
        Object::Job(job) => Detail::Job(batch::job(job)),
        Object::CronJob(job) => Detail::CronJob(batch::cron_job(job, clock)),
        Object::HorizontalPodAutoscaler(scaler) => {
            Detail::HorizontalPodAutoscaler(scale::autoscaler(scaler))
        }
        Object::PodDisruptionBudget(budget) => {
            Detail::PodDisruptionBudget(scale::disruption_budget(budget))
        }
        Object::PersistentVolumeClaim(claim) => {
            Detail::PersistentVolumeClaim(storage::claim(claim))
        }
        Object::PersistentVolume(volume) => Detail::PersistentVolume(storage::volume(volume)),
        Object::StorageClass(class) => Detail::StorageClass(storage::class(class)),
        Object::Ingress(ingress) => Detail::Ingress(network::ingress(ingress)),
        Object::NetworkPolicy(policy) => Detail::NetworkPolicy(network::policy(policy)),
        Object::Service(service) => Detail::Service(service_view(service)),
        Object::EndpointSlice(slice) => Detail::EndpointSlice(slice_view(slice)),
        Object::Event(event) => Detail::Event(event_view(event, clock)),
        Object::ConfigMap(map) => {
            let data = map.data.iter().flat_map(|data| data.keys());
            let binary = map.binary_data.iter().flat_map(|data| data.keys());
            Detail::Data { keys: data.chain(binary).cloned().collect() }
        }
        Object::Secret(secret) => {
            let data = secret.data.iter().flat_map(|data| data.keys());
            Detail::Data { keys: data.cloned().collect() }
        }
        _ => Detail::Other,
    }
}

fn node_view(node: &Node) -> NodeView {
    let spec = node.spec.as_ref();
    let status = node.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let ready = conditions.iter().find(|condition| condition.type_ == "Ready");
    let ready = ready.map_or_else(|| "Unknown".to_owned(), |condition| condition.status.clone());
    let unschedulable = spec.and_then(|spec| spec.unschedulable).unwrap_or_default();
    let allocatable = status.and_then(|status| status.allocatable.as_ref());
    let resource = |name: &str| allocatable.and_then(|resources| resources.get(name));
    let labels = node.metadata.labels.as_ref();
    let addresses = status.and_then(|status| status.addresses.as_deref()).unwrap_or_default();
    let internal = addresses.iter().find(|address| address.type_ == "InternalIP");
    let taints = spec.and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    NodeView {
        status: node_status(&ready, unschedulable),
        ready,
        unschedulable,
        control_plane: labels
            .is_some_and(|labels| labels.contains_key("node-role.kubernetes.io/control-plane")),
        taints: taints
            .iter()
            .map(|taint| {
                let value = taint.value.as_deref().filter(|value| !value.is_empty());
                let value = value.map(|value| format!("={value}")).unwrap_or_default();
                format!("{}{value}:{}", taint.key, taint.effect)
            })
            .collect(),
        cpu_milli: resource("cpu").map(quantity::milli).unwrap_or_default(),
        memory_bytes: resource("memory").map(quantity::value).unwrap_or_default(),
        pods_max: resource("pods").map(quantity::value).unwrap_or_default(),
        pod_cidr: spec.and_then(|spec| spec.pod_cidr.clone()).unwrap_or_default(),
        ip: internal.map(|address| address.address.clone()).unwrap_or_default(),
    }
}

/// The word that `kubectl get nodes` prints.
fn node_status(ready: &str, unschedulable: bool) -> String {
    let word = if ready == "True" { "Ready" } else { "NotReady" };
    if unschedulable { format!("{word},SchedulingDisabled") } else { word.to_owned() }
}

fn service_view(service: &Service) -> ServiceView {
    let Some(spec) = &service.spec else { return ServiceView::default() };
    ServiceView {
        service_type: spec.type_.clone().unwrap_or_default(),
        cluster_ip: spec.cluster_ip.clone().unwrap_or_default(),
        ports: spec.ports.iter().flatten().map(service_port).collect(),
        selector: spec.selector.clone().unwrap_or_default(),
        external: balancers(service).chain(spec.external_name.clone()).collect(),
    }
}

/// Where its load balancer, if somebody has made one, takes requests.
fn balancers(service: &Service) -> impl Iterator<Item = String> {
    let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let points = status.and_then(|balancer| balancer.ingress.as_deref()).unwrap_or_default();
    points.iter().filter_map(|point| point.ip.clone().or_else(|| point.hostname.clone()))
}

fn service_port(port: &ServicePort) -> ServicePortView {
    ServicePortView {
        name: port.name.clone().unwrap_or_default(),
        port: port.port,
        target_port: match &port.target_port {
            Some(IntOrString::Int(number)) => number.to_string(),
            Some(IntOrString::String(name)) => name.clone(),
            None => port.port.to_string(),
        },
        node_port: port.node_port,
        protocol: port.protocol.clone().unwrap_or_default(),
    }
}

fn slice_view(slice: &EndpointSlice) -> EndpointSliceView {
    let labels = slice.metadata.labels.as_ref();
    let service = labels.and_then(|labels| labels.get("kubernetes.io/service-name"));
    EndpointSliceView {
        service: service.cloned().unwrap_or_default(),
        endpoints: slice.endpoints.iter().flatten().map(endpoint).collect(),
        ports: slice.ports.iter().flatten().filter_map(|port| port.port).collect(),
    }
}

fn endpoint(endpoint: &Endpoint) -> EndpointView {
    let conditions = endpoint.conditions.as_ref();
    let is = |pick: fn(&k8s_openapi::api::discovery::v1::EndpointConditions) -> Option<bool>,
              otherwise| conditions.and_then(pick).unwrap_or(otherwise);
    EndpointView {
        address: endpoint.addresses.first().cloned().unwrap_or_default(),
        ready: is(|conditions| conditions.ready, true),
        serving: is(|conditions| conditions.serving, true),
        terminating: is(|conditions| conditions.terminating, false),
        node: endpoint.node_name.clone(),
        pod: endpoint.target_ref.as_ref().and_then(|target| target.name.clone()),
    }
}

fn event_view(event: &Event, clock: &Clock) -> EventView {
    let regarding = &event.involved_object;
    let source = event.source.as_ref().and_then(|source| source.component.clone());
    let last = event.last_timestamp.as_ref().map(|time| model_ms(time, clock));
    let precise = event.event_time.as_ref().map(|time| clock.model_time(time.0).0);
    EventView {
        event_type: event.type_.clone().unwrap_or_default(),
        reason: event.reason.clone().unwrap_or_default(),
        message: event.message.clone().unwrap_or_default(),
        regarding: ObjectRef {
            api_version: regarding.api_version.clone().unwrap_or_default(),
            kind: regarding.kind.clone().unwrap_or_default(),
            namespace: regarding.namespace.clone().unwrap_or_default(),
            name: regarding.name.clone().unwrap_or_default(),
            uid: regarding.uid.clone().unwrap_or_default(),
        },
        count: event.count.unwrap_or(1),
        last_ms: last.or(precise).unwrap_or_default(),
        source: source.or_else(|| event.reporting_component.clone()).unwrap_or_default(),
    }
}
