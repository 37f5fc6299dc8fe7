//! A node is lost: what the control plane concludes, and when.

use k8s_openapi::api::core::v1::Node;
use orchestrator::object::Object;
use orchestrator::{Fault, Kind, Time};

use crate::cluster::Cluster;

fn node_of(object: &Object) -> Option<String> {
    match object {
        Object::Pod(pod) => pod.spec.as_ref()?.node_name.clone(),
        _ => None,
    }
}

fn condition(cluster: &Cluster, node: &str) -> String {
    let status = cluster.get::<Node>("", node).unwrap().status.unwrap();
    let ready = status.conditions.unwrap().into_iter().find(|c| c.type_ == "Ready").unwrap();
    ready.status
}

#[test]
fn after_50_s_unknown_after_300_more_replaced_elsewhere_and_the_reason_is_told() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    let lost = cluster.objects(Kind::Pod).iter().find_map(node_of).unwrap();
    let old: Vec<String> = cluster
        .objects(Kind::Pod)
        .iter()
        .filter(|pod| node_of(pod).as_ref() == Some(&lost))
        .map(|pod| pod.name().to_owned())
        .collect();
    let off_at = cluster.now();
    cluster.fault(Fault::NodeOff { node: lost.clone() });
    cluster.run_s(35);
    assert_eq!(condition(&cluster, &lost), "True", "nobody knows yet");
    cluster.run_s(17);
    assert_eq!(condition(&cluster, &lost), "Unknown");
    let taints = cluster.get::<Node>("", &lost).unwrap().spec.unwrap().taints.unwrap();
    let effects: Vec<&str> = taints.iter().map(|taint| taint.effect.as_str()).collect();
    assert_eq!(effects, ["NoSchedule", "NoExecute"]);
    cluster.run_s(240);
    assert_eq!(cluster.names(Kind::Pod).len(), 3, "its Pods are tolerated for 300 s");
    cluster.run_s(80);
    let pods = cluster.objects(Kind::Pod);
    assert_eq!(pods.len(), 3 + old.len(), "each lost Pod is Terminating, and replaced");
    let replacement = pods
        .iter()
        .find(|pod| {
            let created = pod.metadata().creation_timestamp.as_ref().unwrap();
            cluster.world.clock().model_time(created.0) > off_at
        })
        .unwrap();
    assert_ne!(node_of(replacement), Some(lost.clone()));
    let why = cluster.why(replacement);
    assert_eq!(why.first().map(String::as_str), Some("TooFewPods"), "{why:?}");
    assert!(why.contains(&"Evict".to_owned()), "{why:?}");
    assert_eq!(why.last(), Some(&format!("NodeOff {{ node: {lost:?} }}")), "{why:?}");
}

#[test]
fn one_press_skips_the_wait_to_what_happens_next() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    let node = cluster.objects(Kind::Pod).iter().find_map(node_of).unwrap();
    let off_at = cluster.now();
    cluster.fault(Fault::NodeOff { node: node.clone() });
    let day = off_at + 86_400_000;
    let named = cluster.world.next_waited().unwrap();
    assert!(cluster.world.run_to_next(day));
    assert!((0..100).contains(&(cluster.now() - named)), "the wait is known beforehand");
    assert_eq!(condition(&cluster, &node), "Unknown");
    assert!((40_000..=50_100).contains(&(cluster.now() - off_at)), "{:?}", cluster.now() - off_at);
    assert!(cluster.world.run_to_next(day));
    assert!((340_000..=351_000).contains(&(cluster.now() - off_at)), "{:?}", cluster.now());
}

#[test]
fn where_nothing_is_waited_for_a_skip_goes_nowhere() {
    let mut cluster = Cluster::new(2);
    let before = cluster.world.digest();
    assert!(!cluster.world.run_to_next(cluster.now() + 3_600_000));
    assert_eq!(cluster.world.digest(), before);
}

#[test]
fn a_node_that_comes_back_in_time_keeps_its_pods() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    let before = cluster.names(Kind::Pod);
    let node = cluster.objects(Kind::Pod).iter().find_map(node_of).unwrap();
    cluster.fault(Fault::NodeOff { node: node.clone() });
    cluster.run_s(120);
    cluster.fault(Fault::NodeOn { node: node.clone() });
    cluster.run_s(60);
    assert_eq!(condition(&cluster, &node), "True");
    assert_eq!(cluster.names(Kind::Pod), before);
    assert!(cluster.get::<Node>("", &node).unwrap().spec.unwrap().taints.is_none());
    cluster.run_s(400);
    assert_eq!(cluster.names(Kind::Pod), before);
}

#[test]
fn a_node_that_comes_back_late_is_rid_of_the_pods_that_were_replaced() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    let node = cluster.objects(Kind::Pod).iter().find_map(node_of).unwrap();
    cluster.fault(Fault::NodeOff { node: node.clone() });
    cluster.run_s(400);
    assert!(cluster.names(Kind::Pod).len() > 3);
    cluster.fault(Fault::NodeOn { node });
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod).len(), 3);
    assert!(cluster.now() > Time(0));
}
