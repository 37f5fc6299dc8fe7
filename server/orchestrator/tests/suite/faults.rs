//! What lasts of faults, and what mends it.

use orchestrator::{Fault, Input, Kind, Reply};
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// Faults as their JSON says them.
fn fault(json: Value) -> Fault {
    serde_json::from_value(json).expect("a fault")
}

fn lasting(cluster: &Cluster) -> Vec<Value> {
    let faults = cluster.world.lasting_faults();
    faults.iter().map(|fault| serde_json::to_value(fault).expect("JSON")).collect()
}

#[test]
fn what_is_broken_is_told_until_it_is_mended() {
    let cases = [
        (
            json!({"kind": "node-off", "node": "node-1"}),
            json!({"kind": "node-on", "node": "node-1"}),
        ),
        (
            json!({"kind": "node-partition", "node": "node-1"}),
            json!({"kind": "node-heal", "node": "node-1"}),
        ),
        (
            json!({"kind": "packet-loss", "node": "node-1", "percent": 20}),
            json!({"kind": "packet-loss", "node": "node-1", "percent": 0}),
        ),
        (
            json!({"kind": "component-stop", "component": "kube-scheduler", "node": "control-plane-1"}),
            json!({"kind": "component-start", "component": "kube-scheduler"}),
        ),
        (
            json!({"kind": "component-stop", "component": "cloud-controller-manager"}),
            json!({"kind": "component-start", "component": "cloud-controller-manager"}),
        ),
        (json!({"kind": "registry-down"}), json!({"kind": "registry-restore"})),
        (json!({"kind": "registry-slow", "times": 10}), json!({"kind": "registry-restore"})),
        (
            json!({"kind": "watch-delay", "component": "kubelet", "node": "node-1", "delay_ms": 5000}),
            json!({"kind": "watch-delay", "component": "kubelet", "node": "node-1", "delay_ms": 0}),
        ),
    ];
    let mut cluster = Cluster::new(1);
    for (breaks, mends) in cases {
        cluster.fault(fault(breaks.clone()));
        cluster.run_s(5);
        assert_eq!(lasting(&cluster), [breaks]);
        cluster.fault(fault(mends));
        cluster.run_s(5);
        assert_eq!(lasting(&cluster), [] as [Value; 0]);
    }
}

#[test]
fn without_a_cloud_a_balancer_waits_until_there_is_one() {
    let mut cluster = Cluster::new(1);
    let component = || "cloud-controller-manager".to_owned();
    cluster.fault(Fault::ComponentStop { component: component(), node: None });
    let service = json!({
        "metadata": {"name": "web"},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
    });
    cluster.ok("POST", "/api/v1/namespaces/default/services", &service);
    cluster.run_s(120);
    let external =
        |cluster: &Cluster| cluster.table("/api/v1/namespaces/default/services/web", &[3]);
    assert_eq!(external(&cluster), ["<pending>"]);
    cluster.fault(Fault::ComponentStart { component: component(), node: None });
    cluster.run_s(30);
    assert_ne!(external(&cluster), ["<pending>"]);
    assert!(cluster.names(Kind::Service).contains(&"web".to_owned()));
}

fn node_names(cluster: &Cluster) -> Vec<String> {
    cluster.table("/api/v1/nodes", &[0, 1])
}

#[test]
fn a_node_that_was_deleted_is_registered_again_when_its_kubelet_starts() {
    let mut cluster = Cluster::new(2);
    cluster.ok("DELETE", "/api/v1/nodes/node-2", &Value::Null);
    cluster.run_s(120);
    let known = ["control-plane-1 Ready", "node-1 Ready"];
    assert_eq!(node_names(&cluster), known, "the kubelet that runs on does not come back to it");
    cluster.fault(Fault::NodeOff { node: "node-2".to_owned() });
    cluster.fault(Fault::NodeOn { node: "node-2".to_owned() });
    cluster.run_s(30);
    assert_eq!(node_names(&cluster), [known[0], known[1], "node-2 Ready"]);
    cluster.deploy("web", 4, "my-app:1.0");
    cluster.run_s(60);
    let nodes = cluster.table("/api/v1/namespaces/default/pods", &[2, 6]);
    assert!(nodes.contains(&"Running node-2".to_owned()), "{nodes:?}");
}

#[test]
fn a_machine_joins_and_takes_pods() {
    let mut cluster = Cluster::new(1);
    let daemon = json!({
        "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": {
            "metadata": {"labels": {"app": "agent"}},
            "spec": {"containers": [{"name": "app", "image": "my-app:1.0"}]},
        }},
    });
    cluster.ok("POST", "/apis/apps/v1/namespaces/default/daemonsets", &daemon);
    cluster.settle();
    cluster.fault(Fault::NodeJoin { node: "node-2".to_owned() });
    cluster.run_s(60);
    assert_eq!(node_names(&cluster), ["control-plane-1 Ready", "node-1 Ready", "node-2 Ready"]);
    let pods = cluster.table("/api/v1/namespaces/default/pods", &[2, 6]);
    assert_eq!(pods.iter().filter(|pod| pod.starts_with("Running")).count(), 2, "{pods:?}");
    let taken = Input::Fault(Fault::NodeJoin { node: "node-1".to_owned() });
    assert!(matches!(cluster.world.submit(&taken), Reply::NotFound));
    let wrong = Input::Fault(Fault::NodeJoin { node: "Node 3".to_owned() });
    assert!(matches!(cluster.world.submit(&wrong), Reply::NotFound));
}
