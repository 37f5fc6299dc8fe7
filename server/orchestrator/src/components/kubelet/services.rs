//! Variables that tell a container of the Services of its namespace.
//! <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Service;

use super::plan::Plan;

/// The Service that every container is told of, whatever its namespace.
const MASTER: (&str, &str) = ("default", "kubernetes");

/// `{NAME}_SERVICE_HOST`, `{NAME}_SERVICE_PORT`, `{NAME}_PORT_…` of each Service with an address.
pub(super) fn variables(plan: &Plan<'_>) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    if let Some(master) = plan.view.cache.get_typed::<Service>(MASTER.0, MASTER.1) {
        add(master, &mut variables);
    }
    if plan.spec.enable_service_links.unwrap_or(true) {
        for service in plan.view.cache.all_in::<Service>(plan.key.namespace()) {
            add(service, &mut variables);
        }
    }
    variables
}

fn add(service: &Arc<Service>, variables: &mut BTreeMap<String, String>) {
    let Some(spec) = &service.spec else { return };
    let address = spec.cluster_ip.as_deref().unwrap_or_default();
    let ports = spec.ports.as_deref().unwrap_or_default();
    let (Some(first), false) = (ports.first(), matches!(address, "" | "None")) else { return };
    let upper = |text: &str| text.to_uppercase().replace('-', "_");
    let name = upper(service.metadata.name.as_deref().unwrap_or_default());
    let mut set = |rest: String, value: String| variables.insert(format!("{name}_{rest}"), value);
    set("SERVICE_HOST".to_owned(), address.to_owned());
    set("SERVICE_PORT".to_owned(), first.port.to_string());
    for (index, port) in ports.iter().enumerate() {
        if let Some(port_name) = port.name.as_deref().filter(|name| !name.is_empty()) {
            set(format!("SERVICE_PORT_{}", upper(port_name)), port.port.to_string());
        }
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        let (number, lower) = (port.port, protocol.to_lowercase());
        let url = format!("{lower}://{address}:{number}");
        if index == 0 {
            set("PORT".to_owned(), url.clone());
        }
        let prefix = format!("PORT_{number}_{protocol}");
        set(prefix.clone(), url);
        set(format!("{prefix}_PROTO"), lower);
        set(format!("{prefix}_PORT"), number.to_string());
        set(format!("{prefix}_ADDR"), address.to_owned());
    }
}
