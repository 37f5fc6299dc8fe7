//! Nodes.

use k8s_openapi::api::core::v1::{Node, NodeAddress, NodeStatus, NodeSystemInfo};
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, names};
use crate::time::Clock;

const STATUS: &str = "io.k8s.api.core.v1.NodeStatus";
const INFO: &str = "io.k8s.api.core.v1.NodeSystemInfo";
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
const ROLE_LABEL: &str = "kubernetes.io/role";
const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::text("Status", "The status of the node"),
    Column::text("Roles", "The roles of the node"),
    AGE,
    Column::field("Version", INFO, "kubeletVersion"),
    Column::field("Internal-IP", STATUS, "addresses").wide(),
    Column::field("External-IP", STATUS, "addresses").wide(),
    Column::field("OS-Image", INFO, "osImage").wide(),
    Column::field("Kernel-Version", INFO, "kernelVersion").wide(),
    Column::field("Container-Runtime", INFO, "containerRuntimeVersion").wide(),
];

impl Particulars for Node {
    fn begin(&mut self) {
        // Only a node that says so itself is ready; the controller takes the taint away then.
        let taints = self.spec.get_or_insert_default().taints.get_or_insert_default();
        if !taints.iter().any(|taint| taint.key == NOT_READY && taint.effect == "NoSchedule") {
            taints.push(k8s_openapi::api::core::v1::Taint {
                key: NOT_READY.to_owned(),
                effect: "NoSchedule".to_owned(),
                ..Default::default()
            });
        }
    }

    fn keep(&mut self, old: &Node) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &Node) {
        self.status.clone_from(&from.status);
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let taints = self.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
        for (index, taint) in taints.iter().enumerate() {
            let path = format!("spec.taints[{index}]");
            errors.check(format!("{path}.key"), &taint.key, names::qualified_name);
            let value = taint.value.as_deref().unwrap_or_default();
            errors.check(format!("{path}.value"), value, names::label_value);
            errors.one_of(format!("{path}.effect"), Some(&*taint.effect), EFFECTS);
            let same = |other: &&k8s_openapi::api::core::v1::Taint| {
                other.key == taint.key && other.effect == taint.effect
            };
            if taints[..index].iter().any(|other| same(&other)) {
                errors.duplicate(path, format!("{{{} {} {}}}", taint.key, value, taint.effect));
            }
        }
    }

    fn validate_update(&self, old: &Node, errors: &mut FieldErrors) {
        let pod_cidr = |node: &Node| node.spec.as_ref().and_then(|spec| spec.pod_cidr.clone());
        if pod_cidr(old).is_some_and(|cidr| !cidr.is_empty()) && pod_cidr(self) != pod_cidr(old) {
            let detail = "node updates may not change podCIDR except from \"\" to valid";
            errors.forbidden("spec.podCIDRs", detail);
        }
        let provider = |node: &Node| node.spec.as_ref().and_then(|spec| spec.provider_id.clone());
        if provider(old).is_some_and(|id| !id.is_empty()) && provider(self) != provider(old) {
            let detail = "node updates may not change providerID except from \"\" to valid";
            errors.forbidden("spec.providerID", detail);
        }
    }

    fn field(&self, name: &str) -> String {
        match name {
            "spec.unschedulable" => is_unschedulable(self).to_string(),
            _ => String::new(),
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = NodeStatus::default();
        let status = self.status.as_ref().unwrap_or(&none);
        let no_info = NodeSystemInfo::default();
        let info = status.node_info.as_ref().unwrap_or(&no_info);
        let addresses = status.addresses.as_deref().unwrap_or_default();
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            readiness(self).into(),
            roles(self).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            info.kubelet_version.clone().into(),
            address(addresses, "InternalIP").into(),
            address(addresses, "ExternalIP").into(),
            known(&info.os_image).into(),
            known(&info.kernel_version).into(),
            known(&info.container_runtime_version).into(),
        ]
    }
}

const NOT_READY: &str = "node.kubernetes.io/not-ready";

fn is_unschedulable(node: &Node) -> bool {
    node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false)
}

/// `Ready`, `NotReady`, `Ready,SchedulingDisabled`, …
fn readiness(node: &Node) -> String {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
    let ready = conditions.into_iter().flatten().find(|condition| condition.type_ == "Ready");
    let mut shown = match ready {
        None => "Unknown".to_owned(),
        Some(condition) if condition.status == "True" => "Ready".to_owned(),
        Some(_) => "NotReady".to_owned(),
    };
    if is_unschedulable(node) {
        shown.push_str(",SchedulingDisabled");
    }
    shown
}

fn roles(node: &Node) -> String {
    let labels = node.metadata.labels.iter().flatten();
    let role = |(key, value): (&String, &String)| match key.strip_prefix(ROLE_PREFIX) {
        Some(role) => Some(role.to_owned()),
        None if key == ROLE_LABEL => Some(value.clone()),
        None => None,
    };
    let mut roles: Vec<String> = labels.filter_map(role).filter(|role| !role.is_empty()).collect();
    roles.sort();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn address(addresses: &[NodeAddress], type_: &str) -> String {
    let found = addresses.iter().find(|address| address.type_ == type_);
    found.map_or_else(|| "<none>".to_owned(), |address| address.address.clone())
}

fn known(text: &str) -> String {
    if text.is_empty() { "<unknown>".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::quoted;

    #[test]
    fn a_taint_needs_a_known_effect() {
        let json = serde_json::json!({
            "metadata": {"name": "n"}, "spec": {"taints": [{"key": "a", "effect": "Never"}]},
        });
        let node: Node = serde_json::from_value(json).unwrap();
        let mut errors = FieldErrors::default();
        node.validate(&mut errors);
        let expected = format!(
            "spec.taints[0].effect: Unsupported value: {}: supported values: \"NoSchedule\", \
             \"PreferNoSchedule\", \"NoExecute\"",
            quoted("Never")
        );
        assert_eq!(errors.to_string(), expected);
    }
}
