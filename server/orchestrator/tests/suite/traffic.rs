//! Traffic: how many requests succeed, fail and wait, second by second.

use orchestrator::Fault;
use orchestrator::network::traffic::Bucket;
use orchestrator::trace::What;
use serde_json::json;

use crate::cluster::Cluster;

const URL: &str = "http://web/healthz";

fn setting(replicas: u32) -> Cluster {
    let mut cluster = Cluster::new(2);
    cluster.serve("web", replicas);
    cluster.service(
        "web",
        &json!({
            "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}],
        }),
    );
    cluster.client("client");
    cluster.run_s(5);
    cluster
}

fn sums(cluster: &Cluster) -> (u64, u64) {
    let series = cluster.world.traffic().find(|one| one.load.name == URL).unwrap();
    let buckets: Vec<&Bucket> = series.buckets(cluster.now()).collect();
    (buckets.iter().map(|b| b.succeeded()).sum(), buckets.iter().map(|b| b.failed()).sum())
}

#[test]
fn every_request_is_counted_once() {
    for rate in [1, 7, 500] {
        let mut cluster = setting(2);
        cluster.traffic(URL, rate, 10_000);
        cluster.run_s(20);
        let (succeeded, failed) = sums(&cluster);
        assert_eq!(succeeded, u64::from(rate) * 10);
        assert_eq!(failed, 0);
    }
}

#[test]
fn heavy_traffic_is_spread_evenly_and_seldom_traced() {
    let mut cluster = setting(2);
    let (first, entries) = (cluster.world.trace().len(), |cluster: &Cluster, first: u64| {
        let packets = cluster.world.trace().iter_from(first);
        packets.filter(|entry| matches!(entry.what, What::Packet { .. })).count()
    });
    cluster.traffic(URL, 500, 10_000);
    cluster.run_s(20);
    let pods = cluster.names(orchestrator::Kind::Pod);
    let counts: Vec<u64> = pods
        .iter()
        .filter(|name| name.starts_with("web-"))
        .map(|name| cluster.requests(name, "app"))
        .collect();
    assert!(counts.iter().all(|count| (2000..=3000).contains(count)), "{counts:?}");
    assert!(entries(&cluster, first) < 1000, "{}", entries(&cluster, first));
}

#[test]
fn a_pod_that_stops_at_once_loses_requests_while_the_rules_lag() {
    let mut cluster = setting(3);
    cluster.traffic(URL, 200, 20_000);
    cluster.run_s(5);
    assert_eq!(sums(&cluster).1, 0);
    let pod = cluster.names(orchestrator::Kind::Pod).pop().unwrap();
    cluster.delete(&format!("/api/v1/namespaces/default/pods/{pod}"));
    cluster.run_s(30);
    let (succeeded, failed) = sums(&cluster);
    // kube-proxy may have written its rules a moment ago: it waits a second before it does again.
    assert!(failed < 200, "{failed} of {succeeded}");
    assert_eq!(succeeded + failed, 4000);
}

#[test]
fn a_pause_before_the_stop_lets_the_rules_catch_up() {
    let mut cluster = setting(1);
    let patch = json!({"spec": {"replicas": 3, "template": {"spec": {"containers": [{
        "name": "app", "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1},
    }]}}}});
    cluster.patch_deployment("web", &patch);
    cluster.run_s(60);
    cluster.traffic(URL, 100, 60_000);
    cluster.run_s(2);
    let image = json!({"spec": {"template": {"metadata": {"annotations": {"again": "1"}}}}});
    cluster.patch_deployment("web", &image);
    cluster.run_s(70);
    assert_eq!(sums(&cluster), (6000, 0), "a rollout that nobody notices");
}

#[test]
fn lost_packets_make_requests_slow_before_they_make_them_fail() {
    let mut cluster = setting(4);
    for node in ["node-1", "node-2"] {
        cluster.fault(Fault::PacketLoss { node: node.to_owned(), percent: 5 });
    }
    cluster.traffic(URL, 50, 10_000);
    cluster.run_s(30);
    let series = cluster.world.traffic().find(|one| one.load.name == URL).unwrap();
    let slow: u64 = series.buckets(cluster.now()).map(|bucket| bucket.latencies[10]).sum();
    let (succeeded, failed) = sums(&cluster);
    assert!(slow > 10, "{slow} of {succeeded} waited for a repetition");
    assert!(failed < succeeded / 4, "{failed} of {succeeded}");
}

#[test]
fn on_an_open_connection_a_lost_packet_costs_200_ms() {
    let mut cluster = setting(4);
    let typical = |cluster: &Cluster| -> (u64, u64) {
        let series = cluster.world.traffic().last().unwrap();
        let sum = |from: usize, to: usize| {
            let buckets = series.buckets(cluster.now());
            buckets.map(|bucket| bucket.latencies[from..to].iter().sum::<u64>()).sum()
        };
        (sum(0, 7), sum(7, 9))
    };
    cluster.traffic(URL, 50, 10_000);
    cluster.run_s(20);
    assert_eq!(typical(&cluster), (500, 0), "nobody waits");
    for node in ["node-1", "node-2"] {
        cluster.fault(Fault::PacketLoss { node: node.to_owned(), percent: 5 });
    }
    cluster.traffic(URL, 50, 10_000);
    cluster.run_s(20);
    let (at_once, repeated) = typical(&cluster);
    assert!(repeated > 20 && repeated < at_once / 2, "{repeated} beside {at_once}");
}
