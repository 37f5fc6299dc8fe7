//! Names: how a sender's resolver looks them up, and what the cluster's DNS knows.
//! <https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/>
//! <https://github.com/kubernetes/dns/blob/master/docs/specification.md>

use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::{Namespace, Node, Pod, Service};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use k8s_openapi::api::networking::v1::Ingress;

use super::net::{self, Net};
use super::{Answers, Record, RecordType};
use crate::object::{Key, Kind};
use crate::scenario::{Range, Scenario};

pub(crate) mod resolver;

/// What every name of the cluster ends in.
pub const CLUSTER_DOMAIN: &str = "cluster.local";
/// Where kubeadm puts the cluster's DNS in the usual range of Services.
pub(crate) const SERVER: &str = "10.96.0.10";
/// The name server of the network that the cluster stands in: it knows the machines of the cluster.
pub const UPSTREAM: &str = "10.0.0.2";
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// Where kubeadm puts the cluster's DNS: the tenth address of the Services' range.
pub(crate) fn server(scenario: &Scenario) -> String {
    let range = Range::read(&scenario.service_range);
    let first = range.map(|range| u32::from(range.first()));
    first.map_or_else(|| SERVER.to_owned(), |first| Ipv4Addr::from(first + 9).to_string())
}

/// What a Pod finds in `/etc/resolv.conf`; the address is that of the cluster's DNS.
pub fn resolv_conf(pod: &Pod, server: &str) -> String {
    resolver::Resolver::of_pod(pod, server).text()
}

/// The address of the cluster's DNS.
pub(crate) fn server_of(net: &Net<'_>) -> String {
    let service = net.store.objects().get_typed::<Service>("kube-system", "kube-dns");
    let ip = service.and_then(|service| service.spec.as_ref()?.cluster_ip.clone());
    ip.unwrap_or_else(|| SERVER.to_owned())
}

/// What CoreDNS answers, from what the API has.
pub(crate) fn answer(net: &Net<'_>, server: &str, name: &str, record: RecordType) -> Answers {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let found = match record {
        RecordType::Ptr => pointer(net, &name),
        _ => match name.strip_suffix(CLUSTER_DOMAIN) {
            Some(rest) if rest.is_empty() || rest.ends_with('.') => {
                in_cluster(net, &name, rest.trim_end_matches('.'), record)
            }
            _ => upstream(net, &name),
        },
    };
    let records = found.clone().unwrap_or_default();
    let records = records.into_iter().filter(|one| fits(one, record)).collect();
    Answers { server: server.to_owned(), name, exists: found.is_some(), records }
}

/// What the name server outside of the cluster answers: the nodes' names, and those that an
/// Ingress gives an address, as if they had been entered. There is no Internet.
pub(crate) fn upstream(net: &Net<'_>, name: &str) -> Option<Vec<Record>> {
    let objects = net.store.objects();
    let node = objects.get(&Key::new(Kind::Node, "", name)).and_then(|o| o.as_typed::<Node>());
    if let Some(ip) = node.and_then(net::internal_ip) {
        return Some(vec![address(name, ip)]);
    }
    let mut ingresses = objects.all::<Ingress>();
    let ip = ingresses.find_map(|ingress| {
        let mut rules = ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten());
        rules.find(|rule| rule.host.as_deref() == Some(name))?;
        let status = ingress.status.as_ref()?.load_balancer.as_ref()?;
        status.ingress.iter().flatten().find_map(|one| one.ip.clone())
    });
    ip.map(|ip| vec![address(name, &ip)])
}

/// A question about a name gets its aliases too; one about addresses those of the right family.
fn fits(found: &Record, asked: RecordType) -> bool {
    found.record == asked || found.record == RecordType::Cname
}

fn address(name: &str, ip: &str) -> Record {
    Record { name: name.to_owned(), record: RecordType::A, value: ip.to_owned() }
}

/// None: NXDOMAIN.
fn in_cluster(net: &Net<'_>, name: &str, rest: &str, asked: RecordType) -> Option<Vec<Record>> {
    let labels: Vec<&str> = rest.split('.').filter(|label| !label.is_empty()).collect();
    match labels.as_slice() {
        [] | ["svc" | "pod"] => Some(Vec::new()),
        [namespace, "svc" | "pod"] => has_namespace(net, namespace).then(Vec::new),
        [dashed, namespace, "pod"] => {
            let ip = dashed.replace('-', ".");
            let is_ip = ip.parse::<Ipv4Addr>().is_ok() && has_namespace(net, namespace);
            is_ip.then(|| vec![address(name, &ip)])
        }
        [service, namespace, "svc"] => of_service(net, name, service, namespace, asked),
        [host, service, namespace, "svc"] => of_host(net, name, host, service, namespace),
        [port, protocol, service, namespace, "svc"] => {
            let port = port.strip_prefix('_')?;
            let protocol = protocol.strip_prefix('_')?;
            of_port(net, name, (port, protocol), service, namespace)
        }
        _ => None,
    }
}

fn has_namespace(net: &Net<'_>, name: &str) -> bool {
    net.store.objects().get_typed::<Namespace>("", name).is_some()
}

fn of_service(
    net: &Net<'_>,
    name: &str,
    service: &str,
    namespace: &str,
    asked: RecordType,
) -> Option<Vec<Record>> {
    let objects = net.store.objects();
    let found: &Service = objects.get_typed::<Service>(namespace, service)?;
    let spec = found.spec.as_ref()?;
    if spec.type_.as_deref() == Some("ExternalName") {
        return Some(alias(net, name, spec.external_name.as_deref().unwrap_or_default(), asked));
    }
    if asked == RecordType::Srv {
        let headless = spec.cluster_ip.as_deref() == Some("None");
        let targets: Vec<(i32, String)> = match headless {
            true => ready(net, service, namespace)
                .into_iter()
                .flat_map(|(endpoint, slice)| {
                    let ports = slice.ports.iter().flatten().filter_map(|port| port.port);
                    ports.map(move |port| (port, format!("{}.{name}", host_of(endpoint))))
                })
                .collect(),
            false => {
                let ports = spec.ports.iter().flatten();
                ports.map(|port| (port.port, name.to_owned())).collect()
            }
        };
        return (!headless || !targets.is_empty()).then(|| located(name, &targets));
    }
    match spec.cluster_ip.as_deref() {
        Some("None") => {
            let ips: Vec<String> = ready(net, service, namespace)
                .into_iter()
                .flat_map(|(endpoint, _)| endpoint.addresses.clone())
                .collect();
            // A headless Service without Pods has no name: CoreDNS answers NXDOMAIN.
            (!ips.is_empty()).then(|| ips.iter().map(|ip| address(name, ip)).collect())
        }
        Some(ip) if !ip.is_empty() => Some(vec![address(name, ip)]),
        _ => Some(Vec::new()),
    }
}

/// Where a service is: all alike, so each gets its share of the weight.
fn located(name: &str, targets: &[(i32, String)]) -> Vec<Record> {
    let weight = 100 / targets.len().max(1);
    let record = |(port, target): &(i32, String)| Record {
        name: name.to_owned(),
        record: RecordType::Srv,
        value: format!("0 {weight} {port} {target}"),
    };
    targets.iter().map(record).collect()
}

/// `ExternalName`: another name in its place, and what that stands for.
fn alias(net: &Net<'_>, name: &str, target: &str, asked: RecordType) -> Vec<Record> {
    let target = target.trim_end_matches('.');
    let (own, record) = (name.to_owned(), RecordType::Cname);
    let mut records = vec![Record { name: own, record, value: target.to_owned() }];
    // An alias of an alias is followed once more, and no further.
    if name != target && asked != RecordType::Cname {
        let further = match target.strip_suffix(".svc.cluster.local") {
            Some(rest) => match rest.split('.').collect::<Vec<_>>().as_slice() {
                [service, namespace] => {
                    let objects = net.store.objects();
                    let external = objects
                        .get_typed::<Service>(namespace, service)
                        .and_then(|service| service.spec.as_ref()?.external_name.clone());
                    match external {
                        None => of_service(net, target, service, namespace, asked),
                        Some(_) => None,
                    }
                }
                _ => None,
            },
            None => upstream(net, target),
        };
        records.extend(further.unwrap_or_default());
    }
    records
}

/// The endpoints that a headless Service publishes, with their port names and numbers.
fn ready<'a>(
    net: &Net<'a>,
    service: &str,
    namespace: &'a str,
) -> Vec<(&'a Endpoint, &'a EndpointSlice)> {
    let slices = net.store.objects().all_in::<EndpointSlice>(namespace);
    let of_service = slices.filter(|slice| {
        let labels = slice.metadata.labels.as_ref();
        labels.and_then(|labels| labels.get(SERVICE_NAME)).is_some_and(|name| name == service)
    });
    let is_ready = |endpoint: &Endpoint| {
        endpoint.conditions.as_ref().and_then(|conditions| conditions.ready).unwrap_or(true)
    };
    of_service
        .flat_map(|slice| slice.endpoints.iter().flatten().map(move |one| (one, slice.as_ref())))
        .filter(|(endpoint, _)| is_ready(endpoint))
        .collect()
}

fn is_headless(net: &Net<'_>, service: &str, namespace: &str) -> bool {
    let found = net.store.objects().get_typed::<Service>(namespace, service);
    found.and_then(|found| found.spec.as_ref()?.cluster_ip.as_deref()) == Some("None")
}

/// How an endpoint is called below its Service: its hostname, or its address with dashes.
fn host_of(endpoint: &Endpoint) -> String {
    match &endpoint.hostname {
        Some(name) if !name.is_empty() => name.clone(),
        _ => endpoint.addresses.first().map(|ip| ip.replace('.', "-")).unwrap_or_default(),
    }
}

fn of_host(
    net: &Net<'_>,
    name: &str,
    host: &str,
    service: &str,
    namespace: &str,
) -> Option<Vec<Record>> {
    if !is_headless(net, service, namespace) {
        return None;
    }
    let endpoints = ready(net, service, namespace);
    let of_host = endpoints.iter().filter(|(endpoint, _)| host_of(endpoint) == host);
    let ips = of_host.flat_map(|(endpoint, _)| endpoint.addresses.iter());
    let records: Vec<Record> = ips.map(|ip| address(name, ip)).collect();
    (!records.is_empty()).then_some(records)
}

fn of_port(
    net: &Net<'_>,
    name: &str,
    (port, protocol): (&str, &str),
    service: &str,
    namespace: &str,
) -> Option<Vec<Record>> {
    let own = format!("{service}.{namespace}.svc.{CLUSTER_DOMAIN}");
    if is_headless(net, service, namespace) {
        let mut targets = Vec::new();
        for (endpoint, slice) in ready(net, service, namespace) {
            let mut ports = slice.ports.iter().flatten();
            let fits = ports.find(|one| {
                let transport = one.protocol.as_deref().unwrap_or("TCP");
                one.name.as_deref() == Some(port) && transport.eq_ignore_ascii_case(protocol)
            });
            if let Some(number) = fits.and_then(|one| one.port) {
                targets.push((number, format!("{}.{own}", host_of(endpoint))));
            }
        }
        return (!targets.is_empty()).then(|| located(name, &targets));
    }
    let found = net.store.objects().get_typed::<Service>(namespace, service)?;
    let mut ports = found.spec.as_ref()?.ports.iter().flatten();
    let fits = ports.find(|one| {
        let transport = one.protocol.as_deref().unwrap_or("TCP");
        one.name.as_deref() == Some(port) && transport.eq_ignore_ascii_case(protocol)
    })?;
    Some(located(name, &[(fits.port, own)]))
}

/// `10.0.96.10.in-addr.arpa`, or the address itself.
fn pointer(net: &Net<'_>, name: &str) -> Option<Vec<Record>> {
    let ip = match name.strip_suffix(".in-addr.arpa") {
        Some(reversed) => reversed.split('.').rev().collect::<Vec<_>>().join("."),
        None => name.to_owned(),
    };
    ip.parse::<Ipv4Addr>().ok()?;
    let reversed = ip.split('.').rev().collect::<Vec<_>>().join(".");
    let record = |target: String| Record {
        name: format!("{reversed}.in-addr.arpa"),
        record: RecordType::Ptr,
        value: target,
    };
    let objects = net.store.objects();
    let mut services = objects.all::<Service>();
    let service = services.find(|service| {
        service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref()) == Some(&*ip)
    });
    if let Some(service) = service {
        let meta = &service.metadata;
        let name = meta.name.as_deref().unwrap_or_default();
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        return Some(vec![record(format!("{name}.{namespace}.svc.{CLUSTER_DOMAIN}"))]);
    }
    let mut records = Vec::new();
    for slice in objects.all::<EndpointSlice>() {
        let labels = slice.metadata.labels.as_ref();
        let Some(service) = labels.and_then(|labels| labels.get(SERVICE_NAME)) else { continue };
        let namespace = slice.metadata.namespace.as_deref().unwrap_or_default();
        let own = slice.endpoints.iter().flatten().filter(|one| one.addresses.contains(&ip));
        let names =
            own.map(|one| format!("{}.{service}.{namespace}.svc.{CLUSTER_DOMAIN}", host_of(one)));
        records.extend(names.map(record));
    }
    (!records.is_empty()).then_some(records)
}
