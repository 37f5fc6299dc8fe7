//! NetworkPolicies.

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, names, quoted, selectors};
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.networking.v1.NetworkPolicySpec";

pub(super) const COLUMNS: &[Column] =
    &[NAME, Column::field("Pod-Selector", SPEC, "podSelector"), AGE];

const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const TYPES: &[&str] = &["Egress", "Ingress"];

impl Particulars for NetworkPolicy {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        let ingress = spec.ingress.iter_mut().flatten().flat_map(|rule| rule.ports.iter_mut());
        let egress = spec.egress.iter_mut().flatten().flat_map(|rule| rule.ports.iter_mut());
        for port in ingress.chain(egress).flatten() {
            port.protocol.get_or_insert_with(|| "TCP".to_owned());
        }
        if spec.policy_types.as_ref().is_none_or(Vec::is_empty) {
            let mut types = vec!["Ingress".to_owned()];
            if spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()) {
                types.push("Egress".to_owned());
            }
            spec.policy_types = Some(types);
        }
    }

    fn same_spec(&self, old: &NetworkPolicy) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = NetworkPolicySpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        if let Some(selector) = &spec.pod_selector {
            selectors::validate(selector, "spec.podSelector", errors);
        }
        for (index, rule) in spec.ingress.iter().flatten().enumerate() {
            let path = format!("spec.ingress[{index}]");
            validate_ports(rule.ports.as_deref(), &path, errors);
            validate_peers(rule.from.as_deref(), &format!("{path}.from"), errors);
        }
        for (index, rule) in spec.egress.iter().flatten().enumerate() {
            let path = format!("spec.egress[{index}]");
            validate_ports(rule.ports.as_deref(), &path, errors);
            validate_peers(rule.to.as_deref(), &format!("{path}.to"), errors);
        }
        for (index, one) in spec.policy_types.iter().flatten().enumerate() {
            if !TYPES.contains(&one.as_str()) {
                errors.not_supported(format!("spec.policyTypes[{index}]"), one, TYPES);
            }
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let selector = self.spec.as_ref().and_then(|spec| spec.pod_selector.clone());
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            selectors::show(&selector.unwrap_or_default()).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

fn validate_ports(ports: Option<&[NetworkPolicyPort]>, path: &str, errors: &mut FieldErrors) {
    for (index, port) in ports.unwrap_or_default().iter().enumerate() {
        let path = format!("{path}.ports[{index}]");
        if let Some(protocol) = port.protocol.as_deref().filter(|one| !PROTOCOLS.contains(one)) {
            errors.not_supported(format!("{path}.protocol"), protocol, PROTOCOLS);
        }
        validate_port(port, &path, errors);
    }
}

fn validate_port(port: &NetworkPolicyPort, path: &str, errors: &mut FieldErrors) {
    let end = format!("{path}.endPort");
    match (&port.port, port.end_port) {
        (None, None) => {}
        (None, Some(last)) => {
            errors.invalid(end, last, "may not be specified when `port` is not specified");
        }
        (Some(IntOrString::String(name)), last) => {
            if let Some(last) = last {
                errors.invalid(end, last, "may not be specified when `port` is non-numeric");
            }
            errors.check(format!("{path}.port"), name, names::port_name);
        }
        (Some(IntOrString::Int(first)), last) => {
            for detail in names::port_number(*first) {
                errors.invalid(format!("{path}.port"), first, detail);
            }
            let Some(last) = last else { return };
            if last < *first {
                errors.invalid(end.clone(), first, "must be greater than or equal to `port`");
            }
            for detail in names::port_number(last) {
                errors.invalid(end.clone(), last, detail);
            }
        }
    }
}

fn validate_peers(peers: Option<&[NetworkPolicyPeer]>, path: &str, errors: &mut FieldErrors) {
    for (index, peer) in peers.unwrap_or_default().iter().enumerate() {
        let path = format!("{path}[{index}]");
        if let Some(selector) = &peer.pod_selector {
            selectors::validate(selector, &format!("{path}.podSelector"), errors);
        }
        if let Some(selector) = &peer.namespace_selector {
            selectors::validate(selector, &format!("{path}.namespaceSelector"), errors);
        }
        let selects = peer.pod_selector.is_some() || peer.namespace_selector.is_some();
        match &peer.ip_block {
            None if !selects => errors.required(path, "must specify a peer"),
            None => {}
            Some(_) if selects => {
                errors.forbidden(path, "may not specify both ipBlock and another peer");
            }
            Some(block) => validate_block(block, &format!("{path}.ipBlock"), errors),
        }
    }
}

const BAD_CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

fn validate_block(block: &IPBlock, path: &str, errors: &mut FieldErrors) {
    if block.cidr.is_empty() {
        return errors.required(format!("{path}.cidr"), "");
    }
    let Some((network, length)) = cidr(&block.cidr) else {
        return errors.invalid(format!("{path}.cidr"), quoted(&block.cidr), BAD_CIDR);
    };
    for (index, except) in block.except.iter().flatten().enumerate() {
        let field = format!("{path}.except[{index}]");
        match cidr(except) {
            None => errors.invalid(field, quoted(except), BAD_CIDR),
            Some((inner, inner_length)) => {
                let inside = match network {
                    std::net::IpAddr::V4(_) => std::net::IpAddr::to_string(&inner)
                        .parse()
                        .is_ok_and(|inner| crate::network::is_in(inner, &block.cidr)),
                    std::net::IpAddr::V6(_) => true,
                };
                if !inside || inner_length <= length {
                    errors.invalid(field, quoted(except), "must be a strict subset of `cidr`");
                }
            }
        }
    }
}

fn cidr(text: &str) -> Option<(std::net::IpAddr, u8)> {
    let (network, length) = text.split_once('/')?;
    let network: std::net::IpAddr = network.parse().ok()?;
    let length: u8 = length.parse().ok()?;
    let most = if network.is_ipv4() { 32 } else { 128 };
    (length <= most).then_some((network, length))
}
