//! Endpoints: one object a Service, deprecated since 1.33.
//! <https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoints-v1/>

use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::{EndpointAddress, EndpointSubset, Endpoints};
use serde_json::Value;

use crate::kinds::{AGE, Column, FieldErrors, NAME, Particulars, age, quoted};
use crate::time::Clock;

pub(in crate::kinds) const COLUMNS: &[Column] =
    &[NAME, Column::field("Endpoints", "io.k8s.api.core.v1.Endpoints", "subsets"), AGE];

/// So many are shown.
const SHOWN: usize = 3;

impl Particulars for Endpoints {
    fn default_fields(&mut self) {
        let subsets = self.subsets.iter_mut().flatten();
        for port in subsets.flat_map(|subset| subset.ports.iter_mut().flatten()) {
            port.protocol.get_or_insert_with(|| "TCP".to_owned());
        }
    }

    fn validate(&self, errors: &mut FieldErrors) {
        for (index, subset) in self.subsets.iter().flatten().enumerate() {
            let path = format!("subsets[{index}]");
            let both = [
                ("addresses", &subset.addresses),
                ("notReadyAddresses", &subset.not_ready_addresses),
            ];
            if both.iter().all(|(_, list)| list.as_ref().is_none_or(Vec::is_empty)) {
                errors.required(path.clone(), "must specify `addresses` or `notReadyAddresses`");
            }
            for (field, list) in both {
                for (at, address) in list.iter().flatten().enumerate() {
                    validate_address(address, &format!("{path}.{field}[{at}].ip"), errors);
                }
            }
            for (at, port) in subset.ports.iter().flatten().enumerate() {
                if !(1..=65535).contains(&port.port) {
                    let detail = "must be between 1 and 65535, inclusive";
                    errors.invalid(format!("{path}.ports[{at}].port"), port.port, detail);
                }
            }
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            shown(self.subsets.as_deref().unwrap_or_default()).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

fn validate_address(address: &EndpointAddress, path: &str, errors: &mut FieldErrors) {
    let Ok(ip) = address.ip.parse::<Ipv4Addr>() else {
        let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        errors.invalid(path, quoted(&address.ip), detail);
        return;
    };
    if ip.is_loopback() {
        errors.invalid(
            path,
            quoted(&address.ip),
            "may not be in the loopback range (127.0.0.0/8, ::1/128)",
        );
    }
    if ip.is_unspecified() {
        errors.invalid(path, quoted(&address.ip), "may not be unspecified (0.0.0.0 or ::)");
    }
}

/// Each address with each port: the first three, and how many more.
fn shown(subsets: &[EndpointSubset]) -> String {
    if subsets.is_empty() {
        return "<none>".to_owned();
    }
    let all: Vec<String> = subsets.iter().flat_map(of_subset).collect();
    let first = all[..all.len().min(SHOWN)].join(",");
    match all.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} + {more} more..."),
    }
}

fn of_subset(subset: &EndpointSubset) -> Vec<String> {
    let addresses = || subset.addresses.iter().flatten().map(|address| address.ip.clone());
    match subset.ports.as_deref() {
        None | Some([]) => addresses().collect(),
        Some(ports) => ports
            .iter()
            .flat_map(|port| addresses().map(move |ip| format!("{ip}:{}", port.port)))
            .collect(),
    }
}
