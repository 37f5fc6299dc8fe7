//! Services.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec, ServiceStatus};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, metadata, names, quoted, selectors};
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.core.v1.ServiceSpec";

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Type", SPEC, "type"),
    Column::field("Cluster-IP", SPEC, "clusterIP"),
    Column::field("External-IP", SPEC, "externalIPs"),
    Column::field("Port(s)", SPEC, "ports"),
    AGE,
    Column::field("Selector", SPEC, "selector").wide(),
];

const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const POLICIES: &[&str] = &["Cluster", "Local"];

impl Particulars for Service {
    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        fill(&mut spec.type_, "ClusterIP");
        fill(&mut spec.session_affinity, "None");
        let type_ = spec.type_.clone().unwrap_or_default();
        if type_ != "ExternalName" {
            fill(&mut spec.internal_traffic_policy, "Cluster");
        }
        if matches!(&*type_, "NodePort" | "LoadBalancer") {
            fill(&mut spec.external_traffic_policy, "Cluster");
        }
        if type_ == "LoadBalancer" {
            spec.allocate_load_balancer_node_ports.get_or_insert(true);
        }
        if let Some(config) = &mut spec.session_affinity_config {
            config.client_ip.get_or_insert_default().timeout_seconds.get_or_insert(10_800);
        } else if spec.session_affinity.as_deref() == Some("ClientIP") {
            let config = spec.session_affinity_config.get_or_insert_default();
            config.client_ip.get_or_insert_default().timeout_seconds = Some(10_800);
        }
        for port in spec.ports.iter_mut().flatten() {
            fill(&mut port.protocol, "TCP");
            let unset = match &port.target_port {
                None | Some(IntOrString::Int(0)) => true,
                Some(IntOrString::String(name)) => name.is_empty(),
                Some(IntOrString::Int(_)) => false,
            };
            if unset {
                port.target_port = Some(IntOrString::Int(port.port));
            }
        }
        match (&spec.cluster_ip, &spec.cluster_ips) {
            (Some(ip), None) if !ip.is_empty() => spec.cluster_ips = Some(vec![ip.clone()]),
            (None, Some(ips)) => spec.cluster_ip = ips.first().cloned(),
            _ => {}
        }
    }

    fn begin(&mut self) {
        self.status = Some(ServiceStatus {
            load_balancer: Some(Default::default()),
            ..ServiceStatus::default()
        });
    }

    fn keep(&mut self, old: &Service) {
        self.status.clone_from(&old.status);
        keep_allotted(self.spec.get_or_insert_default(), old);
    }

    fn take_status(&mut self, from: &Service) {
        self.status.clone_from(&from.status);
    }

    fn name_rule() -> names::Rule {
        names::label_1035
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = ServiceSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let headless = spec.cluster_ip.as_deref() == Some("None");
        let ports = spec.ports.as_deref().unwrap_or_default();
        let external_name = spec.type_.as_deref() == Some("ExternalName");
        if ports.is_empty() && !headless && !external_name {
            errors.required("spec.ports", "");
        }
        validate_type(spec, errors);
        validate_published(spec, errors);
        validate_ports(ports, spec.type_.as_deref(), errors);
        metadata::labels(spec.selector.as_ref(), "spec.selector", errors);
        let affinities = ["ClientIP", "None"];
        errors.one_of("spec.sessionAffinity", spec.session_affinity.as_deref(), &affinities);
        if let Some(ip) = spec.cluster_ip.as_deref().filter(|ip| !ip.is_empty() && *ip != "None")
            && ip.parse::<std::net::IpAddr>().is_err()
        {
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.invalid("spec.clusterIPs[0]", quoted(ip), detail);
        }
    }

    fn validate_update(&self, old: &Service, errors: &mut FieldErrors) {
        let of = |service: &Service| service.spec.clone().unwrap_or_default();
        let (new, old) = (of(self), of(old));
        let stays = new.type_ == old.type_ || new.type_.as_deref() != Some("ExternalName");
        let had = old.cluster_ip.as_deref().is_some_and(|ip| !ip.is_empty());
        if had
            && stays
            && old.type_.as_deref() != Some("ExternalName")
            && new.cluster_ip != old.cluster_ip
        {
            let ips: Vec<String> = new.cluster_ips.iter().flatten().map(|ip| quoted(ip)).collect();
            let ips = format!("[]string{{{}}}", ips.join(", "));
            errors.invalid("spec.clusterIPs[0]", ips, "may not change once set");
        }
        let both = [&new, &old].iter().all(|spec| is_balanced(spec));
        if both && new.load_balancer_class != old.load_balancer_class {
            let class = new.load_balancer_class.as_deref().unwrap_or("null");
            errors.invalid("spec.loadBalancerClass", quoted(class), "may not change once set");
        }
    }

    fn field(&self, name: &str) -> String {
        let spec = self.spec.as_ref();
        let value = match name {
            "spec.clusterIP" => spec.and_then(|spec| spec.cluster_ip.clone()),
            "spec.type" => spec.and_then(|spec| spec.type_.clone()),
            _ => None,
        };
        value.unwrap_or_default()
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = ServiceSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let ip = spec.cluster_ip.clone().filter(|ip| !ip.is_empty());
        let ports: Vec<String> = spec.ports.iter().flatten().map(show_port).collect();
        let ports = if ports.is_empty() { "<none>".to_owned() } else { ports.join(",") };
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            spec.type_.clone().unwrap_or_default().into(),
            ip.unwrap_or_else(|| "<none>".to_owned()).into(),
            external_ip(self, spec).into(),
            ports.into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            selectors::show_labels(spec.selector.as_ref()).into(),
        ]
    }
}

fn fill(field: &mut Option<String>, default: &str) {
    if field.as_deref().unwrap_or_default().is_empty() {
        *field = Some(default.to_owned());
    }
}

/// A client that leaves them out keeps the addresses and node ports that it was given.
fn keep_allotted(spec: &mut ServiceSpec, old: &Service) {
    let Some(old) = &old.spec else { return };
    drop_of_other_type(spec, old);
    if spec.type_.as_deref() == Some("ExternalName") {
        return;
    }
    if spec.cluster_ip.as_deref().unwrap_or_default().is_empty() {
        spec.cluster_ip.clone_from(&old.cluster_ip);
        spec.cluster_ips.clone_from(&old.cluster_ips);
    } else if spec.cluster_ip != old.cluster_ip && spec.cluster_ips == old.cluster_ips {
        spec.cluster_ips = spec.cluster_ip.clone().map(|ip| vec![ip]);
    }
    if spec.ip_families.is_none() {
        spec.ip_families.clone_from(&old.ip_families);
    }
    if spec.ip_family_policy.is_none() {
        spec.ip_family_policy.clone_from(&old.ip_family_policy);
    }
    if spec.type_.as_deref() == Some("ClusterIP") {
        return drop_node_ports(spec, old);
    }
    for port in spec.ports.iter_mut().flatten() {
        let mut known = old.ports.iter().flatten();
        let same = known.find(|old| old.port == port.port && old.protocol == port.protocol);
        if port.node_port.unwrap_or(0) == 0 {
            port.node_port = same.and_then(|same| same.node_port);
        }
    }
}

/// What only the type that a Service had may have goes with it, if the client left it as it was.
fn drop_of_other_type(spec: &mut ServiceSpec, old: &ServiceSpec) {
    if !is_balanced(spec) {
        if spec.load_balancer_class == old.load_balancer_class {
            spec.load_balancer_class = None;
        }
        if spec.allocate_load_balancer_node_ports == old.allocate_load_balancer_node_ports {
            spec.allocate_load_balancer_node_ports = None;
        }
    }
    let by_type =
        |spec: &ServiceSpec| matches!(spec.type_.as_deref(), Some("LoadBalancer" | "NodePort"));
    let policies = (&spec.external_traffic_policy, &old.external_traffic_policy);
    if by_type(old) && !by_type(spec) && policies.0 == policies.1 {
        spec.external_traffic_policy = None;
    }
}

/// A Service that is published no longer gives its node ports back, if the client left them as
/// they were.
fn drop_node_ports(spec: &mut ServiceSpec, old: &ServiceSpec) {
    if old.type_.as_deref() == Some("ClusterIP") {
        return;
    }
    for port in spec.ports.iter_mut().flatten() {
        if old.ports.iter().flatten().any(|old| old.node_port == port.node_port) {
            port.node_port = None;
        }
    }
}

fn validate_type(spec: &ServiceSpec, errors: &mut FieldErrors) {
    errors.one_of("spec.type", spec.type_.as_deref(), TYPES);
    let headless = spec.cluster_ip.as_deref() == Some("None");
    match spec.type_.as_deref() {
        Some("LoadBalancer") if headless => {
            let detail = "may not be set to 'None' for LoadBalancer services";
            errors.invalid("spec.clusterIPs[0]", "\"None\"", detail);
        }
        Some("NodePort") if headless => {
            let detail = "may not be set to 'None' for NodePort services";
            errors.invalid("spec.clusterIPs[0]", "\"None\"", detail);
        }
        Some("ExternalName") => match spec.external_name.as_deref() {
            None | Some("") => errors.required("spec.externalName", ""),
            Some(name) => {
                errors.check("spec.externalName", name.trim_end_matches('.'), names::subdomain);
            }
        },
        _ => {}
    }
}

fn is_balanced(spec: &ServiceSpec) -> bool {
    spec.type_.as_deref() == Some("LoadBalancer")
}

/// What may be said only of Services that are reached from outside.
fn validate_published(spec: &ServiceSpec, errors: &mut FieldErrors) {
    let external_ips = spec.external_ips.as_deref().unwrap_or_default();
    let is_published = match spec.type_.as_deref() {
        Some("LoadBalancer" | "NodePort") => true,
        Some("ClusterIP") => !external_ips.is_empty(),
        _ => false,
    };
    match spec.external_traffic_policy.as_deref().unwrap_or_default() {
        "" => {}
        policy if !is_published => {
            let detail = "may only be set for externally-accessible services";
            errors.invalid("spec.externalTrafficPolicy", quoted(policy), detail);
        }
        policy => errors.one_of("spec.externalTrafficPolicy", Some(policy), POLICIES),
    }
    if let policy @ Some(_) = spec.internal_traffic_policy.as_deref() {
        errors.one_of("spec.internalTrafficPolicy", policy, POLICIES);
    }
    for (index, ip) in external_ips.iter().enumerate() {
        if ip.parse::<std::net::IpAddr>().is_err() {
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.invalid(format!("spec.externalIPs[{index}]"), quoted(ip), detail);
        }
    }
    let ranges = spec.load_balancer_source_ranges.as_ref();
    for (field, is_given) in [
        ("spec.loadBalancerSourceRanges", ranges.is_some_and(|ranges| !ranges.is_empty())),
        ("spec.allocateLoadBalancerNodePorts", spec.allocate_load_balancer_node_ports.is_some()),
        ("spec.loadBalancerClass", spec.load_balancer_class.is_some()),
    ] {
        if is_given && !is_balanced(spec) {
            errors.forbidden(field, "may only be used when `type` is 'LoadBalancer'");
        }
    }
}

fn validate_ports(ports: &[ServicePort], type_: Option<&str>, errors: &mut FieldErrors) {
    let mut seen_names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = format!("spec.ports[{index}]");
        validate_port(port, ports.len() > 1, type_, &path, errors);
        let name = port.name.as_deref().unwrap_or_default();
        if !name.is_empty() && !seen_names.insert(name) {
            errors.duplicate(format!("{path}.name"), quoted(name));
        }
        let same = |other: &ServicePort| other.port == port.port && other.protocol == port.protocol;
        if ports[..index].iter().any(same) {
            let protocol = quoted(port.protocol.as_deref().unwrap_or_default());
            let value = format!(
                "core.ServicePort{{Name:\"\", Protocol:{protocol}, AppProtocol:(*string)(nil), \
                 Port:{}, TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, \
                 NodePort:0}}",
                port.port
            );
            errors.duplicate(path, value);
        }
    }
}

fn validate_port(
    port: &ServicePort,
    needs_name: bool,
    type_: Option<&str>,
    path: &str,
    errors: &mut FieldErrors,
) {
    match port.name.as_deref().unwrap_or_default() {
        "" if needs_name => errors.required(format!("{path}.name"), ""),
        "" => {}
        name => errors.check(format!("{path}.name"), name, names::label_1123),
    }
    for detail in names::port_number(port.port) {
        errors.invalid(format!("{path}.port"), port.port, detail);
    }
    errors.one_of(format!("{path}.protocol"), port.protocol.as_deref(), PROTOCOLS);
    match &port.target_port {
        Some(IntOrString::Int(number)) => {
            for detail in names::port_number(*number) {
                errors.invalid(format!("{path}.targetPort"), number, detail);
            }
        }
        Some(IntOrString::String(name)) => {
            errors.check(format!("{path}.targetPort"), name, names::port_name);
        }
        None => {}
    }
    if type_ == Some("ClusterIP") && port.node_port.unwrap_or(0) != 0 {
        let detail = "may not be used when `type` is 'ClusterIP'";
        errors.forbidden(format!("{path}.nodePort"), detail);
    }
}

fn show_port(port: &ServicePort) -> String {
    let protocol = port.protocol.as_deref().unwrap_or_default();
    match port.node_port.unwrap_or(0) {
        0 => format!("{}/{protocol}", port.port),
        node_port => format!("{}:{node_port}/{protocol}", port.port),
    }
}

fn external_ip(service: &Service, spec: &ServiceSpec) -> String {
    let joined = |ips: Vec<String>| if ips.is_empty() { None } else { Some(ips.join(",")) };
    let given = joined(spec.external_ips.clone().unwrap_or_default());
    match spec.type_.as_deref() {
        Some("LoadBalancer") => {
            let ips = balancer_addresses(service)
                .into_iter()
                .chain(spec.external_ips.clone().unwrap_or_default());
            joined(ips.collect()).unwrap_or_else(|| "<pending>".to_owned())
        }
        Some("ExternalName") => spec.external_name.clone().unwrap_or_default(),
        _ => given.unwrap_or_else(|| "<none>".to_owned()),
    }
}

fn balancer_addresses(service: &Service) -> Vec<String> {
    let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let ingress = status.and_then(|status| status.ingress.as_ref()).into_iter().flatten();
    let address = |one: &k8s_openapi::api::core::v1::LoadBalancerIngress| {
        one.ip.clone().or_else(|| one.hostname.clone())
    };
    let mut addresses: Vec<String> = ingress.filter_map(address).collect();
    addresses.sort();
    addresses
}
