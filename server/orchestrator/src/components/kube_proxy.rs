//! kube-proxy: on each node, turns Services and their EndpointSlices into rules of the kernel.
//!
//! Traffic from the node goes where its rules point, however old they are: see [`Rules`].

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::api::discovery::v1::EndpointSlice;

use crate::component::{ComponentRow, Host, Interest, Outcome, View};
use crate::machine::MachineAct;
use crate::network::rules::{PortRules, Protocol, Rules};
use crate::object::{Key, Kind, Object};
use crate::time::Millis;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "kube-proxy",
    host: Host::EachNode,
    watches: &[Kind::Service, Kind::EndpointSlice],
    interest: |_| Interest::All,
    keys,
    starts_with,
    serial: false,
    decide,
};

/// `iptables.minSyncPeriod`: rules are written at most once a second.
const SYNC_MS: Millis = 1000;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

fn keys(_: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else { return Vec::new() };
    match object {
        Object::Service(_) => vec![object.key()],
        Object::EndpointSlice(slice) => {
            let labels = slice.metadata.labels.as_ref();
            let service = labels.and_then(|labels| labels.get(SERVICE_NAME));
            service
                .map(|name| Key::new(Kind::Service, object.namespace(), name))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The Services that there are, and those of which the kernel still has rules.
fn starts_with(view: &View<'_>) -> Vec<Key> {
    let mut keys: Vec<Key> = view.cache.of_kind(Kind::Service).map(Object::key).collect();
    keys.extend(
        view.machine.iter().flat_map(|machine| machine.rules().map(|(key, _)| key.clone())),
    );
    keys.sort();
    keys.dedup();
    keys
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    // The kernel keeps its rules until kube-proxy has heard of all Services.
    if !view.has_listed {
        return Outcome::nothing();
    }
    let known = view.machine.and_then(|machine| machine.rules_of(key));
    let Some(Object::Service(service)) = view.cache.get(key) else {
        return match known {
            Some(_) => program(key, None),
            None => Outcome::nothing(),
        };
    };
    let wanted = rules(view, key, service);
    let written = known.map(|known| known.written);
    if known == Some(&Rules { written: written.unwrap_or_default(), ..wanted.clone() }) {
        return Outcome::nothing();
    }
    let left = written.map_or(0, |written| written + SYNC_MS - view.clock.now);
    if left > 0 {
        return Outcome::nothing().requeue_after(left);
    }
    program(key, Some(wanted))
}

fn program(key: &Key, rules: Option<Rules>) -> Outcome {
    let programmed = Some(rules.as_ref().map_or(0, Rules::endpoints));
    let act = MachineAct::Program { service: key.clone(), rules: rules.map(Arc::new) };
    Outcome { programmed, acts: vec![act], ..Outcome::nothing() }
}

fn rules(view: &View<'_>, key: &Key, service: &Service) -> Rules {
    let Some(spec) = &service.spec else { return Rules::default() };
    let slices: Vec<&EndpointSlice> = view
        .cache
        .in_namespace(Kind::EndpointSlice, key.namespace())
        .filter_map(|object| object.as_typed::<EndpointSlice>())
        .filter(|slice| of_service(slice, key.name()))
        .collect();
    let is_local = |policy: &Option<String>| policy.as_deref() == Some("Local");
    let (internal_local, external_local) =
        (is_local(&spec.internal_traffic_policy), is_local(&spec.external_traffic_policy));
    let node = view.node.filter(|_| internal_local || external_local).map(|node| &**node);
    let ports = spec.ports.iter().flatten().map(|port| port_rules(&slices, port, node));
    let address = spec.cluster_ip.clone().filter(|address| address != "None");
    Rules {
        address: address.unwrap_or_default(),
        externals: externals(service, spec),
        ports: ports.collect(),
        affinity_ms: affinity(spec),
        internal_local,
        external_local,
        written: view.clock.now,
    }
}

fn port_rules(slices: &[&EndpointSlice], port: &ServicePort, node: Option<&str>) -> PortRules {
    let number = |port: i32| u16::try_from(port).unwrap_or_default();
    PortRules {
        port: number(port.port),
        node_port: port.node_port.filter(|port| *port != 0).map(number),
        protocol: Protocol::read(port.protocol.as_deref()),
        endpoints: endpoints(slices, port, None),
        local: node.map(|_| endpoints(slices, port, node)).unwrap_or_default(),
    }
}

/// Addresses at which the Service is reached from outside, but for the nodes' own.
fn externals(service: &Service, spec: &ServiceSpec) -> Vec<String> {
    let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let balancers = status.and_then(|status| status.ingress.as_ref()).into_iter().flatten();
    // In mode `Proxy` the balancer is not to be passed by.
    let of_balancers = balancers
        .filter(|one| one.ip_mode.as_deref() != Some("Proxy"))
        .filter_map(|one| one.ip.clone());
    spec.external_ips.iter().flatten().cloned().chain(of_balancers).collect()
}

fn affinity(spec: &ServiceSpec) -> Option<Millis> {
    if spec.session_affinity.as_deref() != Some("ClientIP") {
        return None;
    }
    let config = spec.session_affinity_config.as_ref();
    let seconds = config.and_then(|config| config.client_ip.as_ref()?.timeout_seconds);
    Some(Millis::from(seconds.unwrap_or(10_800)) * 1000)
}

fn of_service(slice: &EndpointSlice, service: &str) -> bool {
    let labels = slice.metadata.labels.as_ref();
    labels.and_then(|labels| labels.get(SERVICE_NAME)).is_some_and(|name| name == service)
}

/// The ready endpoints of a port, sorted; those that serve while they end, if no other is left.
fn endpoints(slices: &[&EndpointSlice], port: &ServicePort, node: Option<&str>) -> Vec<String> {
    let (mut ready, mut ending) = (Vec::new(), Vec::new());
    for slice in slices {
        let of_port = |p: &&k8s_openapi::api::discovery::v1::EndpointPort| {
            p.name.as_deref().unwrap_or_default() == port.name.as_deref().unwrap_or_default()
        };
        let Some(number) = slice.ports.iter().flatten().find(of_port).and_then(|p| p.port) else {
            continue;
        };
        for endpoint in slice.endpoints.iter().flatten() {
            if node.is_some_and(|node| endpoint.node_name.as_deref() != Some(node)) {
                continue;
            }
            let conditions = endpoint.conditions.clone().unwrap_or_default();
            let addresses = endpoint.addresses.iter().map(|address| format!("{address}:{number}"));
            if conditions.ready.unwrap_or(true) {
                ready.extend(addresses);
            } else if conditions.serving == Some(true) && conditions.terminating == Some(true) {
                ending.extend(addresses);
            }
        }
    }
    let mut chosen = if ready.is_empty() { ending } else { ready };
    chosen.sort();
    chosen
}
