//! Priority, preemption, gates, affinity and spread:
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/>

use k8s_openapi::api::core::v1::{Pod, PodCondition};
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::told::events;

const PODS: &str = "/api/v1/namespaces/default/pods";
const CLASSES: &str = "/apis/scheduling.k8s.io/v1/priorityclasses";

/// A cluster with the classes `low` (1) and `high` (1000).
fn cluster(workers: u32) -> Cluster {
    let mut cluster = Cluster::new(workers);
    for (name, value) in [("low", 1), ("high", 1000)] {
        cluster.ok("POST", CLASSES, &json!({"metadata": {"name": name}, "value": value}));
    }
    cluster
}

/// Makes a Pod labelled by its name that requests CPU.
fn create(cluster: &mut Cluster, name: &str, cpu: &str, spec: Value) {
    let mut spec = spec;
    spec["containers"] = json!([{
        "name": "app", "image": "my-app:1.0", "resources": {"requests": {"cpu": cpu}},
    }]);
    let app = name.split('-').next();
    let pod = json!({"metadata": {"name": name, "labels": {"app": app}}, "spec": spec});
    cluster.ok("POST", PODS, &pod);
}

fn get(cluster: &Cluster, name: &str) -> Option<Pod> {
    cluster.get::<Pod>("default", name)
}

fn node(cluster: &Cluster, name: &str) -> Option<String> {
    get(cluster, name)?.spec?.node_name
}

fn condition(cluster: &Cluster, name: &str, kind: &str) -> Option<PodCondition> {
    let conditions = get(cluster, name)?.status?.conditions?;
    conditions.into_iter().find(|condition| condition.type_ == kind)
}

fn allocatable(cluster: &Cluster) -> i64 {
    let node = cluster.get::<k8s_openapi::api::core::v1::Node>("", "node-1").unwrap();
    let cpu = node.status.unwrap().allocatable.unwrap()["cpu"].0.clone();
    cpu.parse::<i64>().unwrap() * 1000
}

#[test]
fn an_important_pod_takes_the_place_of_a_lesser_one() {
    let mut cluster = cluster(1);
    let most = format!("{}m", allocatable(&cluster) - 200);
    create(&mut cluster, "low", &most, json!({"priorityClassName": "low"}));
    cluster.run_s(10);
    create(&mut cluster, "high", &most, json!({"priorityClassName": "high"}));
    cluster.world.run_until(cluster.now() + 60);
    let uid = get(&cluster, "high").unwrap().metadata.uid.unwrap();
    let told = events(&cluster, Kind::Pod, "low");
    let preempted = format!("Normal Preempted Preempted by pod {uid} on node node-1");
    assert!(told.contains(&preempted), "{told:?}");
    let target = condition(&cluster, "low", "DisruptionTarget").unwrap();
    assert_eq!(target.reason.as_deref(), Some("PreemptionByScheduler"));
    assert_eq!(
        target.message.as_deref(),
        Some("default-scheduler: preempting to accommodate a higher priority pod")
    );
    let status = get(&cluster, "high").unwrap().status.unwrap();
    assert_eq!(status.nominated_node_name.as_deref(), Some("node-1"));
    let told = events(&cluster, Kind::Pod, "high");
    let expected = "Warning FailedScheduling 0/2 nodes are available: 1 Insufficient cpu, 1 \
                    node(s) had untolerated taint(s).";
    assert_eq!(told.first().map(String::as_str), Some(expected));
    cluster.run_s(60);
    assert!(get(&cluster, "low").is_none());
    assert_eq!(node(&cluster, "high").as_deref(), Some("node-1"));
    assert_eq!(get(&cluster, "high").unwrap().status.unwrap().nominated_node_name, None);
}

#[test]
fn a_promised_place_is_not_taken_by_a_lesser_pod() {
    let mut cluster = cluster(1);
    let most = format!("{}m", allocatable(&cluster) - 200);
    create(&mut cluster, "low", &most, json!({"priorityClassName": "low"}));
    cluster.run_s(10);
    create(&mut cluster, "high", &most, json!({"priorityClassName": "high"}));
    cluster.run_s(1);
    create(&mut cluster, "mean", &most, json!({}));
    cluster.run_s(60);
    assert_eq!(node(&cluster, "high").as_deref(), Some("node-1"));
    assert_eq!(node(&cluster, "mean"), None);
}

#[test]
fn who_may_not_preempt_waits_and_says_so() {
    let mut cluster = cluster(1);
    let class = json!({
        "metadata": {"name": "polite"}, "value": 1000, "preemptionPolicy": "Never",
    });
    cluster.ok("POST", CLASSES, &class);
    let most = format!("{}m", allocatable(&cluster) - 200);
    create(&mut cluster, "low", &most, json!({"priorityClassName": "low"}));
    cluster.run_s(10);
    create(&mut cluster, "polite", &most, json!({"priorityClassName": "polite"}));
    cluster.run_s(5);
    let told = condition(&cluster, "polite", "PodScheduled").unwrap().message.unwrap();
    assert!(told.ends_with("preemption: not eligible due to preemptionPolicy=Never."), "{told}");
    assert!(get(&cluster, "low").unwrap().metadata.deletion_timestamp.is_none());
}

#[test]
fn victims_are_those_whose_loss_hurts_least() {
    let mut cluster = cluster(2);
    let most = format!("{}m", allocatable(&cluster) - 200);
    create(&mut cluster, "guarded", &most, json!({"priorityClassName": "low"}));
    create(&mut cluster, "free", &most, json!({"priorityClassName": "low"}));
    let budget = json!({
        "metadata": {"name": "guard"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "guarded"}}},
    });
    cluster.ok("POST", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", &budget);
    cluster.run_s(10);
    create(&mut cluster, "high", &most, json!({"priorityClassName": "high"}));
    cluster.run_s(60);
    assert!(get(&cluster, "guarded").is_some() && get(&cluster, "free").is_none());
    // There is no other room for a second one: then the budget is no hindrance.
    create(&mut cluster, "high-2", &most, json!({"priorityClassName": "high"}));
    cluster.run_s(60);
    assert!(get(&cluster, "guarded").is_none());
}

#[test]
fn of_many_that_wait_the_important_go_first() {
    let mut cluster = cluster(1);
    let half = format!("{}m", allocatable(&cluster) / 2 - 200);
    let node_uri = "/api/v1/nodes/node-1";
    let spec = |class: &str| json!({"priorityClassName": class, "nodeSelector": {"disk": "ssd"}});
    for number in 0..6 {
        create(&mut cluster, &format!("low-{number}"), &half, spec("low"));
    }
    create(&mut cluster, "high", &half, spec("high"));
    cluster.run_s(5);
    assert_eq!(node(&cluster, "high"), None);
    cluster.ok("PATCH", node_uri, &json!({"metadata": {"labels": {"disk": "ssd"}}}));
    cluster.run_s(2);
    assert_eq!(node(&cluster, "high").as_deref(), Some("node-1"), "{:?}", cluster.pods());
    let preempted = cluster.objects(Kind::Event).iter().any(|event| {
        event.as_typed::<k8s_openapi::api::core::v1::Event>().unwrap().reason.as_deref()
            == Some("Preempted")
    });
    assert!(!preempted, "it came before them, and nobody had to go");
}

#[test]
fn a_gated_pod_waits_until_its_gates_are_gone() {
    let mut cluster = cluster(1);
    create(
        &mut cluster,
        "gated",
        "100m",
        json!({"schedulingGates": [{"name": "example.com/wait"}]}),
    );
    cluster.run_s(10);
    assert_eq!(cluster.pods(), ["gated 0/1 SchedulingGated"]);
    let why = condition(&cluster, "gated", "PodScheduled").unwrap();
    assert_eq!(
        (why.reason.as_deref(), why.message.as_deref()),
        (Some("SchedulingGated"), Some("Scheduling is blocked due to non-empty scheduling gates"))
    );
    let mut pod = serde_json::to_value(get(&cluster, "gated").unwrap()).unwrap();
    pod["spec"]["schedulingGates"] = json!([{"name": "example.com/other"}]);
    let (code, answer) = cluster.request("PUT", &format!("{PODS}/gated"), &pod);
    let said = answer["message"].as_str().unwrap();
    let expected = "spec.schedulingGates: Forbidden: only deletion is allowed, but found new \
                    scheduling gate 'example.com/other'";
    assert!(code == 422 && said.contains(expected), "{said}");
    pod["spec"]["schedulingGates"] = json!([]);
    cluster.ok("PUT", &format!("{PODS}/gated"), &pod);
    cluster.run_s(10);
    assert_eq!(cluster.pods(), ["gated 1/1 Running"]);
}

fn affinity(kind: &str, app: &str) -> Value {
    let term = json!({
        "labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "kubernetes.io/hostname",
    });
    json!({"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}})
}

#[test]
fn pods_stay_apart_or_together() {
    let mut cluster = cluster(3);
    for number in 0..4 {
        let spec = affinity("podAntiAffinity", "web");
        create(&mut cluster, &format!("web-{number}"), "100m", spec);
    }
    cluster.run_s(10);
    let nodes: Vec<Option<String>> =
        (0..4).map(|number| node(&cluster, &format!("web-{number}"))).collect();
    let placed: std::collections::BTreeSet<&String> = nodes.iter().flatten().collect();
    assert_eq!(placed.len(), 3, "{nodes:?}");
    let waiting = nodes.iter().position(Option::is_none).unwrap();
    let told = condition(&cluster, &format!("web-{waiting}"), "PodScheduled").unwrap();
    assert_eq!(
        told.message.as_deref(),
        Some(
            "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn't match \
             pod anti-affinity rules. no new claims to deallocate, preemption: 0/4 nodes are \
             available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found \
             for incoming pod."
        )
    );
    create(&mut cluster, "cache", "100m", affinity("podAffinity", "web"));
    create(&mut cluster, "lonely", "100m", affinity("podAffinity", "nobody"));
    create(&mut cluster, "first", "100m", affinity("podAffinity", "first"));
    cluster.run_s(10);
    assert!(node(&cluster, "cache").is_some());
    assert!(node(&cluster, "first").is_some(), "the first of its kind");
    let told = condition(&cluster, "lonely", "PodScheduled").unwrap().message.unwrap();
    assert!(told.contains("3 node(s) didn't match pod affinity rules"), "{told}");
    // One leaves: the one that waited takes its place.
    let gone = (waiting + 1) % 4;
    cluster.ok("DELETE", &format!("{PODS}/web-{gone}"), &Value::Null);
    cluster.run_s(60);
    assert!(node(&cluster, &format!("web-{waiting}")).is_some());
}

#[test]
fn one_that_is_there_may_refuse_the_company_of_one_that_comes() {
    let mut cluster = cluster(1);
    create(&mut cluster, "shy", "100m", affinity("podAntiAffinity", "loud"));
    cluster.run_s(5);
    create(&mut cluster, "loud", "100m", json!({}));
    cluster.run_s(5);
    let told = condition(&cluster, "loud", "PodScheduled").unwrap().message.unwrap();
    let expected = "1 node(s) didn't satisfy existing pods anti-affinity rules";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn a_missing_domain_counts_as_empty() {
    let mut cluster = cluster(2);
    let constraint = json!({"topologySpreadConstraints": [{
        "maxSkew": 1, "minDomains": 3, "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule", "nodeTaintsPolicy": "Honor",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }]});
    for number in 0..3 {
        create(&mut cluster, &format!("web-{number}"), "100m", constraint.clone());
    }
    cluster.run_s(10);
    let placed = (0..3).filter(|number| node(&cluster, &format!("web-{number}")).is_some());
    assert_eq!(placed.count(), 2, "{:?}", cluster.pods());
}

#[test]
fn label_keys_become_part_of_the_selector() {
    let mut cluster = cluster(1);
    let spec = json!({"topologySpreadConstraints": [{
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"tier": "a"}}, "matchLabelKeys": ["app"],
    }]});
    create(&mut cluster, "web", "100m", spec);
    let spread = get(&cluster, "web").unwrap().spec.unwrap().topology_spread_constraints.unwrap();
    let terms = spread[0].label_selector.clone().unwrap().match_expressions.unwrap();
    assert_eq!((terms[0].key.as_str(), terms[0].operator.as_str()), ("app", "In"));
    assert_eq!(terms[0].values.as_deref(), Some(["web".to_owned()].as_slice()));
}
