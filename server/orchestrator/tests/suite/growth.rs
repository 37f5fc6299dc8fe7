//! What a Pod costs must not grow with the cluster: counted in what happens and in what is looked
//! at, not in time.

use orchestrator::{Fault, Kind, Scenario};
use serde_json::json;

use crate::cluster::Cluster;

const PODS: u32 = 40;

/// A cluster in which so many Pods have come to run, and how many entries that took, heartbeats and
/// the like left out.
fn grown(workers: u32) -> (Cluster, usize) {
    let mut cluster = Cluster::of(&Scenario::playground(workers));
    let before = cluster.world.trace().len();
    cluster.deploy("web", PODS, "helloworld-app");
    cluster.settle();
    let entries = cluster.world.trace().iter_from(before).filter(|entry| !entry.routine).count();
    (cluster, entries)
}

#[test]
fn a_pod_makes_as_much_happen_in_a_large_cluster_as_in_a_small_one() {
    let ((_, few), (_, many)) = (grown(12), grown(140));
    // On more nodes the image is pulled more often.
    assert!(many * 2 < few * 3, "{few} entries in a small cluster, {many} in a large one");
}

#[test]
fn nodes_and_labels_are_found_without_looking_at_all_others() {
    let (mut cluster, _) = grown(3);
    cluster.deploy("api", 5, "helloworld-app");
    cluster.settle();
    let objects = cluster.world.store().objects();
    let names: Vec<String> =
        objects.nodes_from(2).map(|node| node.metadata.name.clone().unwrap()).collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!((names.len(), &names[..2]), (4, &sorted[2..]));
    cluster.ok("DELETE", "/api/v1/nodes/node-2", &json!(null));
    cluster.fault(Fault::NodeOff { node: "node-2".to_owned() });
    let objects = cluster.world.store().objects();
    assert_eq!(objects.nodes_from(0).count(), objects.count(Kind::Node));
}
