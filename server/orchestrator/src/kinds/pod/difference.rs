//! How the API server shows the forbidden part of a change: the fields of Go's `core.PodSpec` that
//! differ, the others counted.

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::Value;

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
    let json = |spec: &PodSpec| serde_json::to_value(spec).unwrap_or_default();
    let (old, new) = (json(old), json(new));
    let mut lines = vec!["  core.PodSpec{".to_owned()];
    let mut same = 0;
    for (name, key) in FIELDS {
        let (before, after) = (&old[*key], &new[*key]);
        if before == after {
            same += 1;
            continue;
        }
        count_same(&mut lines, &mut same);
        lines.push(format!("- \t{name}: {},", value(before)));
        lines.push(format!("+ \t{name}: {},", value(after)));
    }
    count_same(&mut lines, &mut same);
    lines.push("  }\n".to_owned());
    lines.join("\n")
}

fn count_same(lines: &mut Vec<String>, same: &mut usize) {
    if *same > 0 {
        lines.push(format!("  \t... // {same} identical fields"));
        *same = 0;
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        other => other.to_string(),
    }
}
