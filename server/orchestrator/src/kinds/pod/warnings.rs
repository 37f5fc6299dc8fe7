//! What is allowed in a Pod but seldom meant.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/api/pod/warnings.go>

use k8s_openapi::api::core::v1::{Container, PodSpec};

use super::super::{names, quantity, quoted};

/// The warnings of the spec of a Pod or of a Pod template.
pub(in crate::kinds) fn of_spec(spec: &PodSpec, path: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    let init = spec.init_containers.as_deref().unwrap_or_default();
    for (list, containers) in [("initContainers", init), ("containers", &*spec.containers)] {
        for (index, container) in containers.iter().enumerate() {
            of_container(container, &format!("{path}.{list}[{index}]"), &mut warnings);
        }
    }
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        warnings.push(format!(
            "{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and \
             will be treated as 1"
        ));
    }
    warnings
}

/// The warnings of a name that becomes part of hostnames.
pub(in crate::kinds) fn of_name(name: &str, used_in: &str) -> Vec<String> {
    let wrong = names::label_1123(name);
    if wrong.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "metadata.name: this is used in {used_in}, which can result in surprising behavior; a DNS \
         label is recommended: [{}]",
        wrong.join(" ")
    )]
}

fn of_container(container: &Container, path: &str, warnings: &mut Vec<String>) {
    let env = container.env.as_deref().unwrap_or_default();
    for (index, variable) in env.iter().enumerate() {
        if env[..index].iter().any(|other| other.name == variable.name) {
            let name = quoted(&variable.name);
            warnings.push(format!(
                "{path}.env[{index}]: hides previous definition of {name}, which may be dropped \
                 when using apply"
            ));
        }
    }
    let ports = container.ports.as_deref().unwrap_or_default();
    for (index, port) in ports.iter().enumerate() {
        let same = |other: &k8s_openapi::api::core::v1::ContainerPort| {
            (other.container_port, &other.protocol, other.host_port)
                == (port.container_port, &port.protocol, port.host_port)
        };
        if let Some(first) = ports[..index].iter().position(same) {
            warnings.push(format!(
                "{path}.ports[{index}]: duplicate port definition with {path}.ports[{first}]"
            ));
        }
    }
    of_memory(container, path, warnings);
}

/// `100m` of memory is a tenth of a byte.
fn of_memory(container: &Container, path: &str, warnings: &mut Vec<String>) {
    let Some(resources) = &container.resources else { return };
    for (list, quantities) in [("limits", &resources.limits), ("requests", &resources.requests)] {
        for name in ["ephemeral-storage", "memory"] {
            let amount = quantities.as_ref().and_then(|quantities| quantities.get(name));
            let nano = amount.and_then(|amount| quantity::nano(&amount.0).ok()).unwrap_or(0);
            if nano % 1_000_000_000 != 0 {
                let amount = quoted(amount.map(|amount| &*amount.0).unwrap_or_default());
                warnings.push(format!(
                    "{path}.resources.{list}[{name}]: fractional byte value {amount} is invalid, \
                     must be an integer"
                ));
            }
        }
    }
}
