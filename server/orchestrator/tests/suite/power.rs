//! Machines that lose power while something is under way: what the seeds of the simulation found.

use k8s_openapi::api::core::v1::Pod;
use orchestrator::Fault;
use orchestrator::trace::{Actor, What};
use serde_json::json;

use crate::cluster::Cluster;

fn off(cluster: &mut Cluster, node: &str) {
    cluster.fault(Fault::NodeOff { node: node.to_owned() });
}

fn on(cluster: &mut Cluster, node: &str) {
    cluster.fault(Fault::NodeOn { node: node.to_owned() });
}

fn restarts(cluster: &Cluster) -> Vec<i32> {
    let pods = cluster.world.store().objects().all_in::<Pod>("default");
    let statuses = pods.filter_map(|pod| pod.status.clone()?.container_statuses);
    statuses.flatten().map(|status| status.restart_count).collect()
}

/// Until it has heard from the API server a kubelet takes nothing down: it does not know yet what is
/// to run.
#[test]
fn a_kubelet_that_starts_without_an_api_server_keeps_what_its_machine_knows() {
    let mut cluster = Cluster::new(1);
    cluster.deploy("web", 2, "helloworld-app");
    cluster.run_s(30);
    let etcd = "etcd".to_owned();
    cluster.fault(Fault::ComponentStop { component: etcd.clone(), node: None });
    cluster.run_s(10);
    off(&mut cluster, "node-1");
    on(&mut cluster, "node-1");
    cluster.run_s(30);
    let machine = cluster.world.machines().find(|machine| &*machine.node == "node-1").unwrap();
    let known = machine.pods().filter(|pod| pod.key.namespace() == "default").count();
    assert_eq!(known, 2, "nobody has said that they are gone");
    cluster.fault(Fault::ComponentStart { component: etcd, node: None });
    cluster.run_s(120);
    assert_eq!(restarts(&cluster), [1, 1]);
}

/// What was told to a kubelet before the machine lost power says nothing to the one after.
#[test]
fn a_kubelet_lists_what_there_is_though_its_forerunner_was_being_told() {
    let mut cluster = Cluster::new(1);
    let delay = |delay_ms| Fault::WatchDelay {
        component: "kubelet".to_owned(),
        node: Some("node-1".to_owned()),
        delay_ms,
    };
    cluster.fault(delay(20_000));
    cluster.deploy("web", 1, "helloworld-app");
    cluster.run_s(5);
    off(&mut cluster, "node-1");
    cluster.fault(Fault::NodePartition { node: "node-1".to_owned() });
    on(&mut cluster, "node-1");
    cluster.run_s(60);
    cluster.fault(delay(0));
    cluster.fault(Fault::NodeHeal { node: "node-1".to_owned() });
    cluster.run_s(60);
    let nodes = cluster.table("/api/v1/nodes", &[0, 1]);
    assert_eq!(nodes, ["control-plane-1 Ready", "node-1 Ready"]);
    assert_eq!(cluster.pods().len(), 1);
    assert!(cluster.pods()[0].ends_with("1/1 Running"), "{:?}", cluster.pods());
}

/// Over a bad wire an event takes its time: it is lost with the machine that was sending it.
#[test]
fn a_machine_without_power_says_nothing() {
    let mut cluster = Cluster::new(1);
    cluster.fault(Fault::PacketLoss { node: "node-1".to_owned(), percent: 60 });
    cluster.deploy("web", 8, "helloworld-app");
    for _ in 0..5 {
        cluster.world.run_until(cluster.now() + 700);
        off(&mut cluster, "node-1");
        let from = cluster.world.trace().len();
        cluster.run_s(20);
        let said: Vec<String> = cluster
            .world
            .trace()
            .iter_from(from)
            .filter(|entry| matches!(&entry.actor, Actor::Component { node: Some(node), .. } if &**node == "node-1"))
            .filter(|entry| matches!(entry.what, What::Request { .. }))
            .map(|entry| format!("{:?}", entry.what))
            .collect();
        assert_eq!(said, [""; 0]);
        on(&mut cluster, "node-1");
        cluster.run_s(20);
    }
}

/// The second Pod is looked at while the kubelet's cache still shows the first as it was.
#[test]
fn a_kubelet_counts_what_it_has_let_in_before_the_api_shows_it() {
    let mut cluster = Cluster::new(1);
    cluster.fault(Fault::WatchDelay {
        component: "kubelet".to_owned(),
        node: Some("node-1".to_owned()),
        delay_ms: 3_000,
    });
    for name in ["first", "second"] {
        let pod = json!({
            "metadata": {"name": name},
            "spec": {"nodeName": "node-1", "containers": [{
                "name": "app", "image": "helloworld-app",
                "resources": {"requests": {"cpu": "1500m"}},
            }]},
        });
        cluster.ok("POST", "/api/v1/namespaces/default/pods", &pod);
    }
    cluster.run_s(60);
    let mut ends: Vec<String> = cluster.table("/api/v1/namespaces/default/pods", &[2]);
    ends.sort();
    assert_eq!(ends, ["OutOfcpu", "Running"]);
}
