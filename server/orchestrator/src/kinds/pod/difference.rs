//! How the API server shows the forbidden part of a change: the fields of Go's `core.PodSpec` that
//! differ, the others counted.

use k8s_openapi::api::core::v1::PodSpec;

use super::super::difference;

/// The fields of `core.PodSpec` in order, with their names in JSON.
const FIELDS: &[(&str, &str)] = &[
    ("Volumes", "volumes"),
    ("InitContainers", "initContainers"),
    ("Containers", "containers"),
    ("EphemeralContainers", "ephemeralContainers"),
    ("RestartPolicy", "restartPolicy"),
    ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds"),
    ("ActiveDeadlineSeconds", "activeDeadlineSeconds"),
    ("DNSPolicy", "dnsPolicy"),
    ("NodeSelector", "nodeSelector"),
    ("ServiceAccountName", "serviceAccountName"),
    ("AutomountServiceAccountToken", "automountServiceAccountToken"),
    ("NodeName", "nodeName"),
    ("SecurityContext", "securityContext"),
    ("ImagePullSecrets", "imagePullSecrets"),
    ("Hostname", "hostname"),
    ("Subdomain", "subdomain"),
    ("SetHostnameAsFQDN", "setHostnameAsFQDN"),
    ("HostnameOverride", "hostnameOverride"),
    ("Affinity", "affinity"),
    ("SchedulerName", "schedulerName"),
    ("Tolerations", "tolerations"),
    ("HostAliases", "hostAliases"),
    ("PriorityClassName", "priorityClassName"),
    ("Priority", "priority"),
    ("PreemptionPolicy", "preemptionPolicy"),
    ("DNSConfig", "dnsConfig"),
    ("ReadinessGates", "readinessGates"),
    ("RuntimeClassName", "runtimeClassName"),
    ("Overhead", "overhead"),
    ("EnableServiceLinks", "enableServiceLinks"),
    ("TopologySpreadConstraints", "topologySpreadConstraints"),
    ("OS", "os"),
    ("SchedulingGates", "schedulingGates"),
    ("ResourceClaims", "resourceClaims"),
    ("Resources", "resources"),
    ("SchedulingGroup", "schedulingGroup"),
];

/// The fields that differ, the old value before the new.
pub(super) fn show(old: &PodSpec, new: &PodSpec) -> String {
    difference::show("core.PodSpec", FIELDS, old, new)
}
