//! The manifests in `/etc/kubernetes/manifests` of a control-plane node, as kubeadm writes them.
//! Readiness probes, which ask each second, are left out.
//! <https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/>

use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use crate::object::{Kind, Object, Typed};
use crate::scenario::Scenario;
use crate::world::control_plane::Program;

const VERSION: &str = "v1.36.0";
const ETCD_VERSION: &str = "3.6.8-0";

/// The image of a program.
pub(super) fn image(program: Program) -> String {
    match program {
        Program::Etcd => format!("registry.k8s.io/etcd:{ETCD_VERSION}"),
        other => format!("registry.k8s.io/{}:{VERSION}", other.name()),
    }
}

/// The manifest of a program on a node with this address.
///
/// # Panics
/// Never: the manifest is well-formed.
pub(super) fn manifest(scenario: &Scenario, program: Program, node: &str, ip: &str) -> Pod {
    let json = pod(scenario, program, node, ip);
    let object = Object::from_json(Kind::Pod, json).expect("a manifest is well-formed");
    Pod::of(&object).map(|pod| Pod::clone(pod)).expect("it is a Pod")
}

fn pod(scenario: &Scenario, program: Program, node: &str, ip: &str) -> Value {
    let name = program.name();
    let mut command = vec![name.to_owned()];
    command.extend(flags(scenario, program, node, ip));
    let (cpu, memory) = requests(program);
    let mut requests = json!({"cpu": cpu});
    if let Some(memory) = memory {
        requests["memory"] = memory.into();
    }
    let (path, port) = probe(program);
    let http = json!({
        "path": path, "port": port,
        "scheme": if program == Program::Etcd { "HTTP" } else { "HTTPS" },
    });
    let probe = |failures: i32| {
        json!({
            "httpGet": http, "initialDelaySeconds": 10, "timeoutSeconds": 15, "periodSeconds": 10,
            "failureThreshold": failures,
        })
    };
    json!({
        "metadata": {
            "name": name, "namespace": "kube-system",
            "labels": {"component": name, "tier": "control-plane"},
        },
        "spec": {
            "containers": [{
                "name": name, "image": image(program), "imagePullPolicy": "IfNotPresent",
                "command": command, "resources": {"requests": requests},
                "livenessProbe": probe(8), "startupProbe": probe(24),
            }],
            "hostNetwork": true,
            "priority": 2_000_001_000,
            "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        },
    })
}

fn requests(program: Program) -> (&'static str, Option<&'static str>) {
    match program {
        Program::Etcd => ("100m", Some("100Mi")),
        Program::ApiServer => ("250m", None),
        Program::ControllerManager => ("200m", None),
        Program::Scheduler => ("100m", None),
    }
}

fn probe(program: Program) -> (&'static str, u16) {
    match program {
        Program::Etcd => ("/livez", 2381),
        Program::ApiServer => ("/livez", 6443),
        Program::ControllerManager => ("/healthz", 10257),
        Program::Scheduler => ("/livez", 10259),
    }
}

/// The flags that say something here. A single member need not elect itself.
fn flags(scenario: &Scenario, program: Program, node: &str, ip: &str) -> Vec<String> {
    let elects = scenario.control_plane().count() > 1;
    let range = &scenario.service_range;
    match program {
        Program::Etcd => vec![
            format!("--advertise-client-urls=https://{ip}:2379"),
            "--data-dir=/var/lib/etcd".to_owned(),
            format!("--listen-client-urls=https://127.0.0.1:2379,https://{ip}:2379"),
            "--listen-metrics-urls=http://127.0.0.1:2381".to_owned(),
            format!("--name={node}"),
        ],
        Program::ApiServer => vec![
            format!("--advertise-address={ip}"),
            "--allow-privileged=true".to_owned(),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--etcd-servers=https://127.0.0.1:2379".to_owned(),
            "--secure-port=6443".to_owned(),
            format!("--service-cluster-ip-range={range}"),
        ],
        Program::ControllerManager => vec![
            "--allocate-node-cidrs=true".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            "--cluster-cidr=10.244.0.0/16".to_owned(),
            "--cluster-name=kubernetes".to_owned(),
            "--kubeconfig=/etc/kubernetes/controller-manager.conf".to_owned(),
            format!("--leader-elect={elects}"),
            format!("--service-cluster-ip-range={range}"),
            "--use-service-account-credentials=true".to_owned(),
        ],
        Program::Scheduler => vec![
            "--bind-address=127.0.0.1".to_owned(),
            "--kubeconfig=/etc/kubernetes/scheduler.conf".to_owned(),
            format!("--leader-elect={elects}"),
        ],
    }
}
