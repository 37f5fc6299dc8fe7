//! The EndpointSlice controller: which Pods stand behind each Service, and which of them are ready.
//! <https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/>

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ObjectReference, Pod, Service, ServicePort};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort, EndpointSlice};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::{ownership, pods};
use crate::object::{Key, Kind, Object};
use crate::selector::{self, Labels};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "endpoint-slice-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Service, Kind::Pod, Kind::EndpointSlice],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Service).map(Object::key).collect(),
    serial: false,
    decide,
};

const SERVICE_LABEL: &str = "kubernetes.io/service-name";
const MANAGED_BY_LABEL: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslice-controller.k8s.io";
const HEADLESS_LABEL: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";
/// Kubernetes' `--max-endpoints-per-slice`.
const ENDPOINTS_MAX: usize = 100;

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys = Vec::new();
    for object in [before, after].into_iter().flatten() {
        match object {
            Object::Service(_) => keys.push(object.key()),
            Object::Pod(pod) => keys.extend(services_of(view, pod)),
            _ => keys.extend(service_of_slice(object)),
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

fn services_of(view: &View<'_>, pod: &Pod) -> Vec<Key> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let services = view.cache.in_namespace(Kind::Service, namespace);
    let selects = |object: &&Object| match object {
        Object::Service(service) => selector_of(service)
            .is_some_and(|selector| selector::matches_all(selector, pod.metadata.labels.as_ref())),
        _ => false,
    };
    services.filter(selects).map(Object::key).collect()
}

fn service_of_slice(slice: &Object) -> Option<Key> {
    let name = slice.metadata().labels.as_ref()?.get(SERVICE_LABEL)?;
    Some(Key::new(Kind::Service, slice.namespace(), name))
}

/// A Service without a selector has its endpoints from somebody else.
fn selector_of(service: &Service) -> Option<&Labels> {
    service.spec.as_ref()?.selector.as_ref().filter(|selector| !selector.is_empty())
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::Service(service)) = view.cache.get(key) else {
        return Outcome::nothing(); // The garbage collector takes its slices.
    };
    let Some(selector) = selector_of(service).filter(|_| !owner.is_deleting()) else {
        return Outcome::nothing();
    };
    let wanted = wanted_slices(view, owner, service, selector);
    let existing: Vec<&Arc<EndpointSlice>> = view
        .cache
        .all_in::<EndpointSlice>(key.namespace())
        .filter(|slice| is_ours(slice, key.name()) && slice.metadata.deletion_timestamp.is_none())
        .collect();
    let mut outcome = Outcome::nothing();
    for (index, slice) in wanted.iter().enumerate() {
        match existing.get(index) {
            None => outcome = outcome.call(Call::Create(slice.clone().into())),
            Some(existing) if differs(existing, slice) => {
                let metadata = merged_metadata(&existing.metadata, &slice.metadata);
                let updated = EndpointSlice { metadata, ..slice.clone() };
                outcome = outcome.call(Call::Update(updated.into()));
            }
            Some(_) => {}
        }
    }
    let surplus = existing.into_iter().skip(wanted.len());
    let deletions = surplus.map(|slice| Call::delete(&Object::EndpointSlice(Arc::clone(slice))));
    let outcome = outcome.calls(deletions);
    if outcome.steps.is_empty() { outcome } else { outcome.note(note(key, &wanted)) }
}

fn note(key: &Key, slices: &[EndpointSlice]) -> Note {
    let endpoints = || slices.iter().flat_map(|slice| slice.endpoints.iter().flatten());
    let is_ready =
        |endpoint: &&Endpoint| endpoint.conditions.as_ref().and_then(|c| c.ready) == Some(true);
    let (all, ready) = (endpoints().count(), endpoints().filter(is_ready).count());
    Note::new("Endpoints", format!("{} has {all} endpoints, {ready} of them ready", key.name()))
        .with("name", key.name())
        .with("endpoints", all)
        .with("ready", ready)
}

fn is_ours(slice: &EndpointSlice, service: &str) -> bool {
    let labels = slice.metadata.labels.as_ref();
    let has = |name: &str, value: &str| {
        labels.and_then(|labels| labels.get(name)).is_some_and(|found| found == value)
    };
    has(SERVICE_LABEL, service) && has(MANAGED_BY_LABEL, MANAGER)
}

/// One slice for each way the Service's ports resolve, in pieces of at most a hundred endpoints.
/// A Service without Pods has one slice without endpoints.
fn wanted_slices(
    view: &View<'_>,
    owner: &Object,
    service: &Service,
    selector: &Labels,
) -> Vec<EndpointSlice> {
    let publishes_all = service.spec.as_ref().and_then(|s| s.publish_not_ready_addresses);
    let mut groups: BTreeMap<String, (Vec<EndpointPort>, Vec<Endpoint>)> = BTreeMap::new();
    for pod in view.cache.pods_labelled(owner.namespace(), selector) {
        let chosen = selector::matches_all(selector, pod.metadata.labels.as_ref());
        if !chosen || pods::is_terminal(pod) {
            continue;
        }
        let Some(endpoint) = endpoint(pod, owner.name(), publishes_all == Some(true)) else {
            continue;
        };
        let ports = resolved_ports(service, pod);
        let group = groups.entry(format!("{ports:?}")).or_insert_with(|| (ports, Vec::new()));
        group.1.push(endpoint);
    }
    if groups.is_empty() {
        return vec![slice(view, owner, service, Vec::new(), Vec::new())];
    }
    groups
        .into_values()
        .flat_map(|(ports, endpoints)| {
            let pieces: Vec<Vec<Endpoint>> =
                endpoints.chunks(ENDPOINTS_MAX).map(<[Endpoint]>::to_vec).collect();
            pieces.into_iter().map(move |piece| (ports.clone(), piece))
        })
        .map(|(ports, endpoints)| slice(view, owner, service, ports, endpoints))
        .collect()
}

fn endpoint(pod: &Pod, service: &str, publishes_all: bool) -> Option<Endpoint> {
    let ip = pod.status.as_ref()?.pod_ip.clone()?;
    let serving = pods::is_ready(pod);
    let terminating = pod.metadata.deletion_timestamp.is_some();
    Some(Endpoint {
        addresses: vec![ip],
        conditions: Some(EndpointConditions {
            ready: Some(publishes_all || (serving && !terminating)),
            serving: Some(serving),
            terminating: Some(terminating),
        }),
        hostname: hostname(pod, service),
        node_name: pods::node(pod).map(str::to_owned),
        target_ref: Some(ObjectReference {
            kind: Some("Pod".to_owned()),
            namespace: pod.metadata.namespace.clone(),
            name: pod.metadata.name.clone(),
            uid: pod.metadata.uid.clone(),
            ..ObjectReference::default()
        }),
        ..Endpoint::default()
    })
}

/// A Pod that names the Service as its subdomain is found by its own name below it.
fn hostname(pod: &Pod, service: &str) -> Option<String> {
    let spec = pod.spec.as_ref()?;
    let name = spec.hostname.clone().filter(|name| !name.is_empty())?;
    (spec.subdomain.as_deref() == Some(service)).then_some(name)
}

fn resolved_ports(service: &Service, pod: &Pod) -> Vec<EndpointPort> {
    let ports = service.spec.as_ref().and_then(|spec| spec.ports.as_deref()).unwrap_or_default();
    ports
        .iter()
        .filter_map(|port| {
            Some(EndpointPort {
                name: Some(port.name.clone().unwrap_or_default()),
                port: Some(target(port, pod)?),
                protocol: Some(port.protocol.clone().unwrap_or_else(|| "TCP".to_owned())),
                app_protocol: port.app_protocol.clone(),
            })
        })
        .collect()
}

/// The number behind `targetPort`: a name is looked up in the Pod, and may be missing there.
fn target(port: &ServicePort, pod: &Pod) -> Option<i32> {
    let name = match &port.target_port {
        None | Some(IntOrString::Int(0)) => return Some(port.port),
        Some(IntOrString::Int(number)) => return Some(*number),
        Some(IntOrString::String(name)) => name,
    };
    let containers = &pod.spec.as_ref()?.containers;
    let mut ports = containers.iter().flat_map(|container| container.ports.iter().flatten());
    ports.find(|port| port.name.as_ref() == Some(name)).map(|port| port.container_port)
}

fn slice(
    view: &View<'_>,
    owner: &Object,
    service: &Service,
    ports: Vec<EndpointPort>,
    mut endpoints: Vec<Endpoint>,
) -> EndpointSlice {
    endpoints.sort_by(|a, b| a.addresses.cmp(&b.addresses));
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.insert(SERVICE_LABEL.to_owned(), owner.name().to_owned());
    labels.insert(MANAGED_BY_LABEL.to_owned(), MANAGER.to_owned());
    let cluster_ip = service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref());
    if cluster_ip == Some("None") {
        labels.insert(HEADLESS_LABEL.to_owned(), String::new());
    }
    let trigger = view.clock.time().0.to_string();
    EndpointSlice {
        metadata: ObjectMeta {
            generate_name: Some(format!("{}-", owner.name())),
            namespace: Some(owner.namespace().to_owned()),
            labels: Some(labels),
            annotations: Some([(TRIGGER_TIME.to_owned(), trigger)].into()),
            owner_references: Some(vec![ownership::controlled_by(owner)]),
            ..ObjectMeta::default()
        },
        address_type: "IPv4".to_owned(),
        endpoints: Some(endpoints),
        ports: Some(ports),
    }
}

/// The trigger time alone makes no difference.
fn differs(existing: &EndpointSlice, wanted: &EndpointSlice) -> bool {
    let endpoints = |slice: &EndpointSlice| slice.endpoints.clone().unwrap_or_default();
    let ports = |slice: &EndpointSlice| slice.ports.clone().unwrap_or_default();
    endpoints(existing) != endpoints(wanted)
        || ports(existing) != ports(wanted)
        || existing.metadata.labels != wanted.metadata.labels
}

fn merged_metadata(existing: &ObjectMeta, wanted: &ObjectMeta) -> ObjectMeta {
    ObjectMeta {
        labels: wanted.labels.clone(),
        annotations: wanted.annotations.clone(),
        ..existing.clone()
    }
}
