//! Who is where: addresses of the cluster, looked up as they are at this moment.

use std::net::Ipv4Addr;
use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::api::core::v1::{Node, Pod, Service};

use super::Origin;
use crate::components::pods;
use crate::machine::{Machine, PodRuntime};
use crate::object::{Key, Kind, Object};
use crate::store::Store;
use crate::time::Clock;

/// The parts of the world that packets meet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Net<'a> {
    pub(crate) store: &'a Store,
    pub(crate) machines: &'a OrdMap<Arc<str>, Machine>,
    pub(crate) clock: Clock,
}

/// Where a request starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// None: outside of the cluster.
    pub(crate) node: Option<Arc<str>>,
    pub(crate) ip: String,
    /// Its Pod, if it is one's own network.
    pub(crate) pod: Option<Key>,
    /// Its Pod, with or without a network of its own.
    pub(crate) of_pod: Option<Key>,
}

/// What stands behind an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Pod {
        node: Arc<str>,
        uid: Arc<str>,
    },
    Node(Arc<str>),
    /// An address of a node's range that no Pod has.
    Gap(Arc<str>),
    Balancer(Key),
    Nowhere,
}

impl Place {
    pub(crate) fn node(&self) -> Option<&Arc<str>> {
        match self {
            Place::Pod { node, .. } | Place::Node(node) | Place::Gap(node) => Some(node),
            Place::Balancer(_) | Place::Nowhere => None,
        }
    }
}

impl<'a> Net<'a> {
    pub(crate) fn node_object(&self, node: &str) -> Option<&'a Node> {
        self.store.objects().get(&Key::new(Kind::Node, "", node))?.as_typed::<Node>()
    }

    pub(crate) fn node_ip(&self, node: &str) -> Option<&'a str> {
        internal_ip(self.node_object(node)?)
    }

    pub(crate) fn pod(&self, key: &Key) -> Option<&'a Pod> {
        self.store.objects().get(key)?.as_typed::<Pod>()
    }

    pub(crate) fn runtime(&self, node: &str, uid: &str) -> Option<&'a PodRuntime> {
        self.machines.get(node)?.pod(uid)
    }

    /// Where a request of this origin starts. None: there is no such Pod or machine any more.
    pub(crate) fn source(&self, origin: &Origin) -> Option<Source> {
        match origin {
            Origin::Outside { address } => {
                Some(Source { node: None, ip: address.clone(), pod: None, of_pod: None })
            }
            Origin::Node { node } => {
                let machine = self.machines.get(node)?;
                let ip = self.node_ip(node).unwrap_or_default().to_owned();
                Some(Source { node: Some(machine.node.clone()), ip, pod: None, of_pod: None })
            }
            Origin::Pod { uid } => {
                let (machine, runtime) =
                    self.machines.values().find_map(|m| Some((m, m.pod(uid)?)))?;
                let ip = runtime.ip()?.to_owned();
                let own = self.node_ip(&machine.node) != Some(&*ip);
                let key = runtime.key.clone();
                let pod = own.then(|| key.clone());
                Some(Source { node: Some(machine.node.clone()), ip, pod, of_pod: Some(key) })
            }
        }
    }

    /// What stands behind an address now.
    pub(crate) fn place(&self, ip: &str) -> Place {
        let Ok(address) = ip.parse::<Ipv4Addr>() else { return Place::Nowhere };
        for node in self.store.objects().all::<Node>() {
            let name = node.metadata.name.as_deref().unwrap_or_default();
            let Some(machine) = self.machines.get(name) else { continue };
            if internal_ip(node) == Some(ip) {
                return Place::Node(machine.node.clone());
            }
            let range = node.spec.as_ref().and_then(|spec| spec.pod_cidr.as_deref());
            if range.is_some_and(|range| is_in(address, range)) {
                let found = machine.pods().find(|pod| pod.ip() == Some(ip));
                let node = machine.node.clone();
                return match found {
                    Some(pod) => Place::Pod { node, uid: pod.uid.clone() },
                    None => Place::Gap(node),
                };
            }
        }
        self.balancer(ip).map_or(Place::Nowhere, Place::Balancer)
    }

    /// The Service that a load balancer with this address is for.
    fn balancer(&self, ip: &str) -> Option<Key> {
        let has = |object: &&Object| {
            let Object::Service(service) = object else { return false };
            balancer_ips(service).any(|one| one == ip)
        };
        self.store.objects().of_kind(Kind::Service).find(has).map(Object::key)
    }

    /// The nodes to which a load balancer sends: those that are ready and not excluded, and for
    /// `externalTrafficPolicy: Local` only those that say that they have an endpoint.
    pub(crate) fn backends(&self, service: &Key) -> Vec<Arc<str>> {
        let nodes = self.store.objects().all::<Node>().filter(|node| takes_balanced(node));
        let names = nodes.filter_map(|node| node.metadata.name.as_deref());
        let machines = names.filter_map(|name| self.machines.get(name));
        let takes = |machine: &&Machine| {
            let rules = machine.rules_of(service);
            rules.is_none_or(|rules| {
                let has_local = rules.ports.iter().any(|port| !port.local.is_empty());
                !rules.external_local || (machine.on && has_local)
            })
        };
        machines.filter(takes).map(|machine| machine.node.clone()).collect()
    }
}

/// `InternalIP`
pub(crate) fn internal_ip(node: &Node) -> Option<&str> {
    let addresses = node.status.as_ref()?.addresses.as_ref()?;
    let internal = addresses.iter().find(|address| address.type_ == "InternalIP");
    internal.map(|address| address.address.as_str())
}

/// The addresses that a cloud has given a Service.
pub(crate) fn balancer_ips(service: &Service) -> impl Iterator<Item = &str> {
    let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let ingress = status.and_then(|status| status.ingress.as_ref()).into_iter().flatten();
    ingress.filter_map(|one| one.ip.as_deref())
}

const EXCLUDED: &str = "node.kubernetes.io/exclude-from-external-load-balancers";

fn takes_balanced(node: &Node) -> bool {
    let excluded = node.metadata.labels.as_ref().is_some_and(|all| all.contains_key(EXCLUDED));
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
    let ready = conditions.into_iter().flatten().any(|c| c.type_ == "Ready" && c.status == "True");
    ready && !excluded
}

/// Whether an address lies in a range: `10.244.1.0/24`.
pub(crate) fn is_in(address: Ipv4Addr, range: &str) -> bool {
    let Some((network, length)) = range.split_once('/') else { return false };
    let (Ok(network), Ok(length)) = (network.parse::<Ipv4Addr>(), length.parse::<u32>()) else {
        return false;
    };
    if length > 32 {
        return false;
    }
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    u32::from(address) & mask == u32::from(network) & mask
}

/// Whether a Pod uses its node's network.
pub(crate) fn on_host(pod: &Pod) -> bool {
    pod.spec.as_ref().and_then(|spec| spec.host_network) == Some(true)
}

impl Net<'_> {
    /// The Pod to which a node hands on what arrives at one of its own ports: `hostPort`.
    pub(crate) fn host_port(&self, node: &str, port: u16) -> Option<(String, u16)> {
        let pods = self.store.objects().pods_on(node);
        let running = pods.filter(|pod| !pods::is_terminal(pod) && !on_host(pod));
        running.into_iter().find_map(|pod| {
            let spec = pod.spec.as_ref()?;
            let mut ports = spec.containers.iter().flat_map(|c| c.ports.iter().flatten());
            let found = ports.find(|one| one.host_port == Some(i32::from(port)))?;
            let ip = pod.status.as_ref()?.pod_ip.clone()?;
            Some((ip, u16::try_from(found.container_port).ok()?))
        })
    }
}
