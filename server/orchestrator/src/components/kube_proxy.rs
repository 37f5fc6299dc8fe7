//! kube-proxy: on each node, turns Services and their EndpointSlices into rules of the kernel.
//!
//! What a node's rules say of a Service is what its kube-proxy remembers of it ([`Rules`]): traffic
//! from the node goes where they point, however old they are.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use serde::{Deserialize, Serialize};

use crate::component::{ComponentRow, Host, Interest, Memory, Outcome, View};
use crate::object::{Key, Kind, Object};
use crate::time::{Millis, Time};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "kube-proxy",
    host: Host::EachNode,
    watches: &[Kind::Service, Kind::EndpointSlice],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Service).map(Object::key).collect(),
    serial: false,
    decide,
};

/// `iptables.minSyncPeriod`: rules are written at most once a second.
const SYNC_MS: Millis = 1000;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// What a node's rules say of a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Its cluster IP, or empty.
    pub address: String,
    pub ports: Vec<PortRules>,
    pub written: Time,
}

/// What they say of one of its ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortRules {
    pub port: i32,
    pub node_port: Option<i32>,
    pub protocol: String,
    /// `10.244.1.5:8080 10.244.2.3:8080`
    pub endpoints: String,
}

impl Rules {
    /// What a kube-proxy remembers of a Service.
    pub fn read(memory: &Memory) -> Option<Rules> {
        Rules::deserialize(&**memory).ok()
    }

    fn endpoints(&self) -> u32 {
        let most = self.ports.iter().map(|port| port.endpoints.split_whitespace().count()).max();
        most.and_then(|most| u32::try_from(most).ok()).unwrap_or_default()
    }
}

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

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let known = view.memory.get(key).and_then(Rules::read);
    let Some(Object::Service(service)) = view.cache.get(key) else {
        let mut outcome = Outcome::nothing();
        if known.is_some() {
            outcome.programmed = Some(0);
            outcome.remember = Some(None);
        }
        return outcome;
    };
    let wanted = rules(view, key, service);
    let written = known.as_ref().map(|known| known.written);
    if known == Some(Rules { written: written.unwrap_or_default(), ..wanted.clone() }) {
        return Outcome::nothing();
    }
    let left = written.map_or(0, |written| written + SYNC_MS - view.clock.now);
    if left > 0 {
        return Outcome::nothing().requeue_after(left);
    }
    let programmed = Some(wanted.endpoints());
    let remember = serde_json::to_value(&wanted).ok().map(|json| Some(Arc::new(json)));
    Outcome { programmed, remember, ..Outcome::nothing() }
}

fn rules(view: &View<'_>, key: &Key, service: &Service) -> Rules {
    let Some(spec) = &service.spec else { return Rules::default() };
    let slices: Vec<&EndpointSlice> = view
        .cache
        .in_namespace(Kind::EndpointSlice, key.namespace())
        .filter_map(|object| object.as_typed::<EndpointSlice>())
        .filter(|slice| of_service(slice, key.name()))
        .collect();
    let ports = spec.ports.iter().flatten().map(|port| PortRules {
        port: port.port,
        node_port: port.node_port,
        protocol: port.protocol.clone().unwrap_or_else(|| "TCP".to_owned()),
        endpoints: endpoints(&slices, port),
    });
    let address = spec.cluster_ip.clone().filter(|address| address != "None");
    Rules { address: address.unwrap_or_default(), ports: ports.collect(), written: view.clock.now }
}

fn of_service(slice: &EndpointSlice, service: &str) -> bool {
    let labels = slice.metadata.labels.as_ref();
    labels.and_then(|labels| labels.get(SERVICE_NAME)).is_some_and(|name| name == service)
}

/// The ready endpoints of a port, sorted; those that serve while they end, if no other is left.
fn endpoints(slices: &[&EndpointSlice], port: &ServicePort) -> String {
    let (mut ready, mut ending) = (Vec::new(), Vec::new());
    for slice in slices {
        let of_port = |p: &&k8s_openapi::api::discovery::v1::EndpointPort| {
            p.name.as_deref().unwrap_or_default() == port.name.as_deref().unwrap_or_default()
        };
        let Some(number) = slice.ports.iter().flatten().find(of_port).and_then(|p| p.port) else {
            continue;
        };
        for endpoint in slice.endpoints.iter().flatten() {
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
    chosen.join(" ")
}
