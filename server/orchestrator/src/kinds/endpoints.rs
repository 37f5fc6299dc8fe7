//! EndpointSlices, and the Endpoints that were before them.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use k8s_openapi::api::discovery::v1::{EndpointPort, EndpointSlice};
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, names, quoted};
use crate::time::Clock;

const SLICE: &str = "io.k8s.api.discovery.v1.EndpointSlice";

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::field("AddressType", SLICE, "addressType"),
    Column::field("Ports", SLICE, "ports"),
    Column::field("Endpoints", SLICE, "endpoints"),
    AGE,
];

mod legacy;

pub(super) use legacy::COLUMNS as LEGACY_COLUMNS;

const ENDPOINTS_MAX: usize = 1000;
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];

impl Particulars for EndpointSlice {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        for port in self.ports.iter_mut().flatten() {
            port.name.get_or_insert_default();
            port.protocol.get_or_insert_with(|| "TCP".to_owned());
        }
        for endpoint in self.endpoints.iter_mut().flatten() {
            endpoint.conditions.get_or_insert_default();
        }
    }

    fn same_spec(&self, old: &EndpointSlice) -> bool {
        self.endpoints == old.endpoints
            && self.ports == old.ports
            && self.address_type == old.address_type
            && self.metadata.labels == old.metadata.labels
    }

    fn validate(&self, errors: &mut FieldErrors) {
        errors.one_of("addressType", Some(&*self.address_type), &["FQDN", "IPv4", "IPv6"]);
        let endpoints = self.endpoints.as_deref().unwrap_or_default();
        if endpoints.len() > ENDPOINTS_MAX {
            errors.too_many("endpoints", endpoints.len(), ENDPOINTS_MAX);
        }
        for (index, endpoint) in endpoints.iter().enumerate() {
            let path = format!("endpoints[{index}].addresses");
            if endpoint.addresses.is_empty() {
                errors.required(path.clone(), "must contain at least 1 address");
            }
            for (at, address) in endpoint.addresses.iter().enumerate() {
                validate_address(&self.address_type, address, &format!("{path}[{at}]"), errors);
            }
        }
        validate_ports(self.ports.as_deref().unwrap_or_default(), errors);
    }

    fn validate_update(&self, old: &EndpointSlice, errors: &mut FieldErrors) {
        if self.address_type != old.address_type {
            errors.invalid("addressType", quoted(&self.address_type), "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let name = self.metadata.name.clone().unwrap_or_default();
        let ports = self.ports.iter().flatten();
        let ports = ports.map(|port| port.port.map_or("*".to_owned(), |port| port.to_string()));
        let endpoints = self.endpoints.iter().flatten();
        let addresses = endpoints.filter_map(|endpoint| endpoint.addresses.first().cloned());
        vec![
            name.into(),
            self.address_type.clone().into(),
            first_three(&ports.collect::<Vec<_>>()).into(),
            first_three(&addresses.collect::<Vec<_>>()).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

fn validate_ports(ports: &[EndpointPort], errors: &mut FieldErrors) {
    let mut seen = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = format!("ports[{index}]");
        let name = port.name.as_deref().unwrap_or_default();
        if !seen.insert(name) {
            errors.duplicate(format!("{path}.name"), quoted(name));
        }
        if !name.is_empty() {
            errors.check(format!("{path}.name"), name, names::label_1123);
        }
        let protocol = port.protocol.as_deref();
        errors.one_of(format!("{path}.protocol"), protocol, PROTOCOLS);
    }
}

fn validate_address(address_type: &str, address: &str, path: &str, errors: &mut FieldErrors) {
    match address_type {
        "IPv4" if address.parse::<Ipv4Addr>().is_err() => {
            errors.invalid(path, quoted(address), "must be a valid IPv4 address");
        }
        "IPv6" if address.parse::<Ipv6Addr>().is_err() => {
            errors.invalid(path, quoted(address), "must be a valid IPv6 address");
        }
        "FQDN" => errors.check(path, address, names::subdomain),
        _ => {}
    }
}

/// As tables list things: the first three and how many more.
fn first_three(all: &[String]) -> String {
    match all.len() {
        0 => "<unset>".to_owned(),
        count @ 4.. => format!("{} + {} more...", all[..3].join(","), count - 3),
        _ => all.join(","),
    }
}
