//! `metrics.k8s.io`: what `kubectl top` shows.

use orchestrator::ApiRequest;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::usage::run;

const PODS: &str = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods";
const NODES: &str = "/apis/metrics.k8s.io/v1beta1/nodes";

fn get(cluster: &Cluster, uri: &str) -> Value {
    let response = cluster.world.peek(&ApiRequest::new("GET", uri, "", ""));
    serde_json::from_slice(response.body()).unwrap()
}

/// `name cpu memory` of each container.
fn top(cluster: &Cluster) -> Vec<String> {
    let list = get(cluster, PODS);
    let rows = list["items"].as_array().unwrap().iter().flat_map(|pod| {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        pod["containers"].as_array().unwrap().iter().map(move |container| {
            let usage = |what: &str| container["usage"][what].as_str().unwrap().to_owned();
            format!("{name} {} {}", usage("cpu"), usage("memory"))
        })
    });
    rows.collect()
}

#[test]
fn usage_is_told_once_it_has_been_measured_for_a_while() {
    let mut cluster = Cluster::new(1);
    run(&mut cluster, "web", &json!({"image": "my-app:1.0"}));
    cluster.run_s(12);
    assert_eq!(top(&cluster), [""; 0], "it has not been measured yet");
    let refused = get(&cluster, &format!("{PODS}/web"));
    assert_eq!(refused["message"], "podmetrics.metrics.k8s.io \"default/web\" not found");
    assert_eq!(refused["reason"], "NotFound");
    let missing = get(&cluster, &format!("{PODS}/nope"));
    assert_eq!(missing["message"], "pods \"nope\" not found");
    cluster.run_s(10);
    assert_eq!(top(&cluster), ["web 1m 12Mi"]);
    let web = get(&cluster, &format!("{PODS}/web"));
    assert_eq!(
        (&web["kind"], &web["apiVersion"]),
        (&json!("PodMetrics"), &json!("metrics.k8s.io/v1beta1"))
    );
    assert_eq!(web["timestamp"], "2026-01-05T00:00:15Z");
    cluster.run_s(15);
    assert_eq!(get(&cluster, &format!("{PODS}/web"))["window"], "15s");
    assert_eq!(cluster.table(PODS, &[0, 1, 2, 3]), ["web 1m 12Mi 15s"]);
}

#[test]
fn a_busy_loop_takes_a_whole_cpu_and_no_more_than_its_limit() {
    let mut cluster = Cluster::new(1);
    let command = json!(["sh", "-c", "while true; do :; done"]);
    run(&mut cluster, "free", &json!({"image": "busybox", "command": command}));
    let limits = json!({"limits": {"cpu": "250m"}});
    run(
        &mut cluster,
        "held",
        &json!({"image": "busybox", "command": command, "resources": limits}),
    );
    run(&mut cluster, "idle", &json!({"image": "busybox", "command": ["sleep", "3600"]}));
    cluster.run_s(60);
    assert_eq!(top(&cluster), ["free 1 600Ki", "held 250m 600Ki", "idle 0 600Ki"]);
}

#[test]
fn where_cpu_is_scarce_each_gets_what_it_has_requested_and_a_share_of_the_rest() {
    let mut cluster = Cluster::new(1);
    let stress = |request: &str| {
        json!({
            "image": "polinux/stress", "command": ["stress", "--cpu", "2"],
            "resources": {"requests": {"cpu": request}},
        })
    };
    run(&mut cluster, "large", &stress("1"));
    run(&mut cluster, "small", &stress("100m"));
    cluster.run_s(60);
    let list = get(&cluster, NODES);
    let node = list["items"].as_array().unwrap().iter().find(|n| n["metadata"]["name"] == "node-1");
    assert_eq!(node.unwrap()["usage"]["cpu"], "2", "the node has two");
    let cpu: Vec<i64> = top(&cluster)
        .iter()
        .map(|row| row.split(' ').nth(1).unwrap().trim_end_matches(['n', 'u']).parse().unwrap())
        .collect();
    let (large, small) = (cpu[0], cpu[1]);
    assert!(large > small && small > 100_000, "{cpu:?}");
}

#[test]
fn nodes_are_measured_while_they_are_on() {
    let mut cluster = Cluster::new(2);
    cluster.run_s(20);
    let names = |cluster: &Cluster| cluster.table(NODES, &[0, 1, 2]);
    let all = names(&cluster);
    assert_eq!(all, ["control-plane-1 132m 807Mi", "node-1 45m 350Mi", "node-2 45m 350Mi"]);
    cluster.fault(orchestrator::Fault::NodeOff { node: "node-2".to_owned() });
    assert_eq!(names(&cluster).len(), 2);
}

#[test]
fn the_group_is_discovered() {
    let cluster = Cluster::new(1);
    let groups = get(&cluster, "/apis");
    let names: Vec<&Value> =
        groups["groups"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
    assert!(names.contains(&&json!("metrics.k8s.io")), "{names:?}");
    let resources = get(&cluster, "/apis/metrics.k8s.io/v1beta1");
    let kinds: Vec<&Value> =
        resources["resources"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["NodeMetrics", "PodMetrics"]);
}
