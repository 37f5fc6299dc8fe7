//! Addresses and node ports of Services, given out in order.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::{Service, ServiceSpec};

use super::draft::Draft;
use super::status::Status;
use crate::kinds::{FieldErrors, quoted};
use crate::object::{Kind, Object, Typed};
use crate::scenario::Range;

const NODE_PORTS: std::ops::RangeInclusive<i32> = 30_000..=32_767;
/// The first 86 node ports are left to those who choose their own.
const DYNAMIC_PORT: i32 = 30_086;

/// Gives a Service what it needs and does not have.
///
/// # Errors
/// 422 where it asks for what is taken or out of range.
pub(super) fn allot(
    draft: &Draft<'_>,
    object: &mut Object,
    old: Option<&Object>,
) -> Result<(), Status> {
    let key = object.key();
    let Some(service) = Service::of_mut(object) else { return Ok(()) };
    let others = Others::of(draft, &key.name);
    let old = old.and_then(Service::of).and_then(|old| old.spec.as_ref());
    let spec = service.spec.get_or_insert_default();
    let mut errors = FieldErrors::default();
    families(spec, &mut errors);
    address(spec, &draft.scenario.service_range, &others, &mut errors);
    node_ports(spec, &others, old, &mut errors);
    health_port(spec, &others, old);
    if errors.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(Kind::Service, key.name(), errors))
}

/// What the other Services have.
struct Others {
    ips: BTreeSet<String>,
    ports: BTreeSet<i32>,
}

impl Others {
    fn of(draft: &Draft<'_>, own: &crate::object::Name) -> Others {
        let mut others = Others { ips: BTreeSet::new(), ports: BTreeSet::new() };
        for service in draft.store.objects().all::<Service>() {
            let meta = &service.metadata;
            let same = meta.name.as_deref() == Some(&*own.name)
                && meta.namespace.as_deref() == Some(&*own.namespace);
            let Some(spec) = service.spec.as_ref().filter(|_| !same) else { continue };
            others.ips.extend(spec.cluster_ip.clone());
            others.ports.extend(spec.health_check_node_port);
            others.ports.extend(spec.ports.iter().flatten().filter_map(|port| port.node_port));
        }
        others
    }
}

/// The cluster's Services have addresses of IPv4 alone.
fn families(spec: &ServiceSpec, errors: &mut FieldErrors) {
    for (index, family) in spec.ip_families.iter().flatten().enumerate() {
        if family == "IPv6" {
            let field = format!("spec.ipFamilies[{index}]");
            errors.invalid(field, quoted(family), "not configured on this cluster");
        }
    }
    if spec.ip_family_policy.as_deref() == Some("RequireDualStack") {
        let detail = "this cluster is not configured for dual-stack services";
        errors.invalid("spec.ipFamilyPolicy", quoted("RequireDualStack"), detail);
    }
}

/// Where load balancers ask a node whether it has Pods of the Service.
fn health_port(spec: &mut ServiceSpec, others: &Others, old: Option<&ServiceSpec>) {
    let is_needed = spec.type_.as_deref() == Some("LoadBalancer")
        && spec.external_traffic_policy.as_deref() == Some("Local");
    if !is_needed {
        spec.health_check_node_port = None;
        return;
    }
    let known = spec.health_check_node_port.or(old.and_then(|old| old.health_check_node_port));
    if known.is_some_and(|port| port != 0) {
        spec.health_check_node_port = known;
        return;
    }
    let own: Vec<i32> = spec.ports.iter().flatten().filter_map(|port| port.node_port).collect();
    let mut range = DYNAMIC_PORT..=*NODE_PORTS.end();
    spec.health_check_node_port =
        range.find(|port| !others.ports.contains(port) && !own.contains(port));
}

fn address(spec: &mut ServiceSpec, range: &str, others: &Others, errors: &mut FieldErrors) {
    if spec.type_.as_deref() == Some("ExternalName") {
        spec.cluster_ip = None;
        spec.cluster_ips = None;
        spec.ip_families = None;
        spec.ip_family_policy = None;
        return;
    }
    match spec.cluster_ip.clone().filter(|ip| !ip.is_empty()) {
        None => {
            let free = Range::read(range).and_then(|range| {
                range.addresses().map(|ip| ip.to_string()).find(|ip| !others.ips.contains(ip))
            });
            spec.cluster_ip = free;
        }
        Some(ip) if ip == "None" => {}
        Some(ip) => wanted_address(&ip, range, others, errors),
    }
    spec.cluster_ips = spec.cluster_ip.clone().map(|ip| vec![ip]);
    spec.ip_families.get_or_insert_with(|| vec!["IPv4".to_owned()]);
    spec.ip_family_policy.get_or_insert_with(|| "SingleStack".to_owned());
}

fn wanted_address(ip: &str, range: &str, others: &Others, errors: &mut FieldErrors) {
    let value = format!("[]string{{{}}}", quoted(ip));
    let in_range = ip
        .parse::<Ipv4Addr>()
        .is_ok_and(|ip| Range::read(range).is_some_and(|range| range.contains(u32::from(ip))));
    if !in_range {
        let detail = format!(
            "failed to allocate IP {ip}: the provided IP ({ip}) is not in the valid range. The \
             range of valid IPs is {range}"
        );
        errors.invalid("spec.clusterIPs", value, detail);
    } else if others.ips.contains(ip) {
        let detail = format!("failed to allocate IP {ip}: provided IP is already allocated");
        errors.invalid("spec.clusterIPs", value, detail);
    }
}

fn node_ports(
    spec: &mut ServiceSpec,
    others: &Others,
    old: Option<&ServiceSpec>,
    errors: &mut FieldErrors,
) {
    let needs = match spec.type_.as_deref() {
        Some("NodePort") => true,
        Some("LoadBalancer") => spec.allocate_load_balancer_node_ports != Some(false),
        _ => false,
    };
    if !needs {
        return;
    }
    let ports = spec.ports.as_deref_mut().unwrap_or_default();
    let mut taken = others.ports.clone();
    let had = |port: i32| {
        old.is_some_and(|old| old.ports.iter().flatten().any(|old| old.node_port == Some(port)))
    };
    for (index, port) in ports.iter().enumerate() {
        let Some(wanted) = port.node_port.filter(|port| *port != 0) else { continue };
        let field = format!("spec.ports[{index}].nodePort");
        if !NODE_PORTS.contains(&wanted) {
            let detail = "provided port is not in the valid range. The range of valid ports is \
                          30000-32767";
            errors.invalid(field, wanted, detail);
        } else if !taken.insert(wanted) && !had(wanted) {
            errors.invalid(field, wanted, "provided port is already allocated");
        }
    }
    for port in ports.iter_mut().filter(|port| port.node_port.unwrap_or(0) == 0) {
        let mut range = (DYNAMIC_PORT..=*NODE_PORTS.end()).chain(*NODE_PORTS.start()..DYNAMIC_PORT);
        port.node_port = range.find(|port| !taken.contains(port));
        taken.extend(port.node_port);
    }
}
