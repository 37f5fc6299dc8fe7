//! Pods.

use k8s_openapi::api::core::v1::{Container, Pod, PodSpec, PodStatus};
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars};
use crate::time::Clock;

mod affinity;
mod containers;
mod defaults;
mod ephemeral;
mod resize;
mod row;
mod update;
mod validation;
mod warnings;

pub(super) use defaults::default_spec;
pub use defaults::qos_class;
pub(crate) use ephemeral::{
    as_container as of_ephemeral, validate_update as validate_ephemeral_update,
};
pub(crate) use resize::{take_resources, validate as validate_resize};
pub use row::status_word;
pub(super) use validation::validate_spec;
pub(super) use warnings::{of_name as name_warnings, of_spec as spec_warnings};

const SPEC: &str = "io.k8s.api.core.v1.PodSpec";
const STATUS: &str = "io.k8s.api.core.v1.PodStatus";

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::text("Ready", "The aggregate readiness state of this pod for accepting traffic."),
    Column::text("Status", "The aggregate status of the containers in this pod."),
    Column::text(
        "Restarts",
        "The number of times the containers in this pod have been restarted and when the last \
         container in this pod has restarted.",
    ),
    AGE,
    Column::field("IP", STATUS, "podIP").wide(),
    Column::field("Node", SPEC, "nodeName").wide(),
    Column::field("Nominated Node", STATUS, "nominatedNodeName").wide(),
    Column::field("Readiness Gates", SPEC, "readinessGates").wide(),
];

pub(super) const FIELDS: &[&str] = &[
    "spec.hostNetwork",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.nominatedNodeName",
    "status.phase",
    "status.podIP",
    "status.podIPs",
];

/// All ports that the containers of a Pod declare.
pub fn container_ports(
    spec: &PodSpec,
) -> impl Iterator<Item = &k8s_openapi::api::core::v1::ContainerPort> {
    spec.containers.iter().flat_map(|container| container.ports.iter().flatten())
}

/// All containers that run one after the other or side by side.
fn all_containers(spec: &PodSpec) -> impl Iterator<Item = &Container> {
    spec.init_containers.iter().flatten().chain(&spec.containers)
}

impl Particulars for Pod {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        default_spec(spec);
        spec.enable_service_links.get_or_insert(true);
        defaults::default_ephemeral(spec);
        defaults::default_requests(spec);
    }

    fn begin(&mut self) {
        affinity::merge_label_keys(self);
        let qos_class = self.spec.as_ref().map(qos_class);
        let gates = self.spec.as_ref().and_then(|spec| spec.scheduling_gates.as_ref());
        let gated = gates.is_some_and(|gates| !gates.is_empty());
        self.status = Some(PodStatus {
            phase: Some("Pending".to_owned()),
            qos_class: qos_class.map(str::to_owned),
            conditions: gated.then(|| vec![affinity::gated()]),
            ..PodStatus::default()
        });
    }

    fn keep(&mut self, old: &Pod) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &Pod) {
        let qos_class = self.status.take().and_then(|status| status.qos_class);
        let mut status = from.status.clone().unwrap_or_default();
        // It follows from the spec and never changes.
        status.qos_class = qos_class.or(status.qos_class);
        self.status = Some(status);
    }

    fn same_spec(&self, old: &Pod) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = PodSpec::default();
        validate_spec(self.spec.as_ref().unwrap_or(&none), "spec", errors);
    }

    fn validate_new(&self, errors: &mut FieldErrors) {
        ephemeral::validate_new(self, errors);
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let mut warnings = name_warnings(name, "the Pod's hostname");
        warnings.extend(self.spec.iter().flat_map(|spec| spec_warnings(spec, "spec")));
        warnings
    }

    fn validate_update(&self, old: &Pod, errors: &mut FieldErrors) {
        update::validate(self, old, errors);
    }

    fn field(&self, name: &str) -> String {
        let spec = self.spec.as_ref();
        let status = self.status.as_ref();
        let value = match name {
            "spec.nodeName" => spec.and_then(|spec| spec.node_name.clone()),
            "spec.restartPolicy" => spec.and_then(|spec| spec.restart_policy.clone()),
            "spec.schedulerName" => spec.and_then(|spec| spec.scheduler_name.clone()),
            "spec.serviceAccountName" => spec.and_then(|spec| spec.service_account_name.clone()),
            "spec.hostNetwork" => {
                let host = spec.and_then(|spec| spec.host_network).unwrap_or(false);
                Some(host.to_string())
            }
            "status.phase" => status.and_then(|status| status.phase.clone()),
            "status.podIP" | "status.podIPs" => status.and_then(|status| status.pod_ip.clone()),
            "status.nominatedNodeName" => {
                status.and_then(|status| status.nominated_node_name.clone())
            }
            _ => None,
        };
        value.unwrap_or_default()
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        row::cells(self, clock)
    }
}
