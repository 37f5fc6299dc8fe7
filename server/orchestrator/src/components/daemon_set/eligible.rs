//! Which nodes a DaemonSet's Pods belong to.

use k8s_openapi::api::apps::v1::DaemonSetSpec;
use k8s_openapi::api::core::v1::{Node, PodSpec, Taint, Toleration};

use crate::components::{scheduler, taint_eviction};

/// The taints that Pods of a DaemonSet always tolerate.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations>
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];
const NETWORK_UNAVAILABLE: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

/// Whether a Pod belongs to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) should_run: bool,
    /// One that is there already may stay.
    pub(super) may_stay: bool,
}

/// A DaemonSet's Pods, as nodes see them.
pub(super) struct Eligible {
    pub(super) pod: PodSpec,
}

impl Eligible {
    pub(super) fn of(spec: &DaemonSetSpec) -> Eligible {
        let mut pod = spec.template.spec.clone().unwrap_or_default();
        let host = pod.host_network == Some(true);
        let added = TOLERATED.into_iter().chain(host.then_some(NETWORK_UNAVAILABLE));
        let tolerations = pod.tolerations.get_or_insert_default();
        for (key, effect) in added {
            let toleration = Toleration {
                key: Some(key.to_owned()),
                operator: Some("Exists".to_owned()),
                effect: Some(effect.to_owned()),
                ..Toleration::default()
            };
            let same = |known: &&mut Toleration| {
                known.key == toleration.key
                    && known.effect == toleration.effect
                    && known.operator == toleration.operator
                    && known.value.as_deref().unwrap_or_default().is_empty()
            };
            match tolerations.iter_mut().find(same) {
                Some(known) => *known = toleration,
                None => tolerations.push(toleration),
            }
        }
        Eligible { pod }
    }

    pub(super) fn judge(&self, node: &Node) -> Fit {
        let name = node.metadata.name.as_deref().unwrap_or_default();
        let asked = self.pod.node_name.as_deref().unwrap_or_default();
        let named = asked.is_empty() || asked == name;
        if !named || !scheduler::fits_node_affinity(&self.pod, node) {
            return Fit { should_run: false, may_stay: false };
        }
        let repelled = |effects: &[&str]| {
            let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref());
            let taints = taints.unwrap_or_default().iter();
            taints.filter(|t| effects.contains(&&*t.effect)).any(|taint| !self.tolerates(taint))
        };
        Fit {
            should_run: !repelled(&["NoSchedule", "NoExecute"]),
            may_stay: !repelled(&["NoExecute"]),
        }
    }

    fn tolerates(&self, taint: &Taint) -> bool {
        let tolerations = self.pod.tolerations.iter().flatten();
        tolerations.into_iter().any(|toleration| taint_eviction::tolerates(toleration, taint))
    }
}
