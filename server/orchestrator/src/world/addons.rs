//! What runs in a new cluster beyond the control plane: its DNS, as kubeadm sets it up.

use serde_json::{Value, json};

use crate::network::dns;
use crate::object::Kind;
use crate::scenario::Scenario;

/// The image of CoreDNS that goes with this version of Kubernetes.
const CORE_DNS: &str = "registry.k8s.io/coredns/coredns:v1.13.1";

const COREFILE: &str = "\
.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
";

/// The cluster's DNS: account, configuration, Service and Deployment.
pub(super) fn dns(scenario: &Scenario) -> Vec<(Kind, Value)> {
    let without = ["coredns", "kubelet", "kube-scheduler", "kube-controller-manager"];
    if without.iter().any(|name| scenario.leaves_off(name)) {
        return Vec::new(); // A bare control plane has nowhere to run it.
    }
    let labels = json!({"k8s-app": "kube-dns"});
    let account = json!({"metadata": {"name": "coredns", "namespace": "kube-system"}});
    let config = json!({
        "metadata": {"name": "coredns", "namespace": "kube-system"},
        "data": {"Corefile": COREFILE},
    });
    let service = json!({
        "metadata": {
            "name": "kube-dns", "namespace": "kube-system",
            "annotations": {"prometheus.io/port": "9153", "prometheus.io/scrape": "true"},
            "labels": {
                "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true",
                "kubernetes.io/name": "CoreDNS",
            },
        },
        "spec": {
            "clusterIP": dns::server(scenario),
            "selector": labels,
            "ports": [
                {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"},
                {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": "dns-tcp"},
                {"name": "metrics", "port": 9153, "protocol": "TCP", "targetPort": "metrics"},
            ],
        },
    });
    let deployment = json!({
        "metadata": {"name": "coredns", "namespace": "kube-system", "labels": labels},
        "spec": {
            "replicas": 2,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod(scenario)},
        },
    });
    vec![
        (Kind::ServiceAccount, account),
        (Kind::ConfigMap, config),
        (Kind::Service, service),
        (Kind::Deployment, deployment),
    ]
}

fn pod(scenario: &Scenario) -> Value {
    // kubeadm starts it before any worker has joined: it is found on the control plane.
    let mut selector = json!({"kubernetes.io/os": "linux"});
    if scenario.control_plane().next().is_some() {
        selector["node-role.kubernetes.io/control-plane"] = json!("");
    }
    let probe = |path: &str, port: u16| json!({"path": path, "port": port, "scheme": "HTTP"});
    json!({
        "priorityClassName": "system-cluster-critical",
        "serviceAccountName": "coredns",
        "dnsPolicy": "Default",
        "nodeSelector": selector,
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
        ],
        "containers": [{
            "name": "coredns",
            "image": CORE_DNS,
            "imagePullPolicy": "IfNotPresent",
            "args": ["-conf", "/etc/coredns/Corefile"],
            "resources": {
                "limits": {"memory": "170Mi"},
                "requests": {"cpu": "100m", "memory": "70Mi"},
            },
            "volumeMounts": [
                {"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": true},
            ],
            "ports": [
                {"containerPort": 53, "name": "dns", "protocol": "UDP"},
                {"containerPort": 53, "name": "dns-tcp", "protocol": "TCP"},
                {"containerPort": 9153, "name": "metrics", "protocol": "TCP"},
                {"containerPort": 8080, "name": "liveness-probe", "protocol": "TCP"},
                {"containerPort": 8181, "name": "readiness-probe", "protocol": "TCP"},
            ],
            "livenessProbe": {
                "httpGet": probe("/health", 8080), "initialDelaySeconds": 60,
                "timeoutSeconds": 5, "successThreshold": 1, "failureThreshold": 5,
            },
            "readinessProbe": {"httpGet": probe("/ready", 8181)},
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
                "readOnlyRootFilesystem": true,
            },
        }],
        "volumes": [{"name": "config-volume", "configMap": {
            "name": "coredns", "items": [{"key": "Corefile", "path": "Corefile"}],
        }}],
    })
}
