//! The scheduler alone, with caches made by hand.

use std::sync::Arc;

use expect_test::{Expect, expect};
use imbl::OrdMap;
use serde_json::{Value, json};

use super::*;
use crate::images::Catalogue;
use crate::store::Objects;
use crate::time::Clock;

/// A cache, and what the scheduler remembers.
#[derive(Default)]
struct Bench {
    cache: Objects,
    memory: OrdMap<Key, Memory>,
    now: Time,
}

impl Bench {
    /// Workers of 2 CPUs and 4 GiB, and a control plane.
    fn new(workers: usize) -> Bench {
        let mut bench = Bench::default();
        let taint =
            json!([{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]);
        bench.node("control-plane-1", &json!({"taints": taint}));
        for number in 1..=workers {
            bench.node(&format!("node-{number}"), &json!({}));
        }
        bench
    }

    fn node(&mut self, name: &str, spec: &Value) {
        let zone = if name.ends_with(['1', '3']) { "a" } else { "b" };
        let labels = json!({"kubernetes.io/hostname": name, "zone": zone});
        let allocatable = json!({"cpu": "2", "memory": "4Gi", "pods": "110"});
        let node = json!({
            "metadata": {"name": name, "labels": labels},
            "spec": spec,
            "status": {"allocatable": allocatable},
        });
        self.cache.insert(Object::from_json(Kind::Node, node).unwrap());
    }

    fn pod(&mut self, name: &str, spec: Value) -> Key {
        self.owned_pod(name, "", spec)
    }

    fn owned_pod(&mut self, name: &str, owner: &str, mut spec: Value) -> Key {
        if spec.get("containers").is_none() {
            spec["containers"] = json!([{"name": "app", "image": "my-app:1.0"}]);
        }
        let owners = match owner {
            "" => json!([]),
            owner => json!([{
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": owner,
                "controller": true,
            }]),
        };
        let metadata = json!({
            "name": name, "namespace": "default", "uid": name, "ownerReferences": owners,
            "labels": {"app": owner},
        });
        let pod = json!({"metadata": metadata, "spec": spec});
        let object = Object::from_json(Kind::Pod, pod).unwrap();
        let key = object.key();
        self.cache.insert(object);
        key
    }

    fn decide(&mut self, key: &Key) -> Outcome {
        let images = Catalogue::default();
        let view = View {
            cache: &self.cache,
            clock: Clock { now: self.now, epoch_s: 0 },
            node: None,
            machine: None,
            images: &images,
            machines: None,
            has_listed: true,
            is_measured: true,
            memory: &self.memory,
            failures: &OrdMap::new(),
        };
        let outcome = decide(&view, key);
        match outcome.remember.clone() {
            Some(Some(memory)) => self.memory.insert(key.clone(), memory),
            Some(None) => self.memory.remove(key),
            None => None,
        };
        outcome
    }

    /// Where a Pod goes: the cache is not told of it.
    fn place(&mut self, key: &Key) -> String {
        let outcome = self.decide(key);
        match outcome.steps.first().map(|step| &step.call) {
            Some(Call::Bind { node, .. }) => node.clone(),
            _ => outcome.events.first().map(|event| event.message.clone()).unwrap_or_default(),
        }
    }
}

fn asking(cpu: &str, memory: &str) -> Value {
    let requests = json!({"cpu": cpu, "memory": memory});
    json!({"containers": [{"name": "app", "image": "a", "resources": {"requests": requests}}]})
}

fn check(bench: &mut Bench, spec: Value, expected: &Expect) {
    let key = bench.pod("asked", spec);
    bench.now = bench.now + 60_000;
    let outcome = bench.decide(&key);
    let mut text: String = outcome
        .verdicts
        .iter()
        .map(|verdict| match verdict.refused_by {
            Some(plugin) => format!("{}: {plugin}: {}\n", verdict.node, verdict.reason),
            None => {
                let chosen = if verdict.chosen { " chosen" } else { "" };
                format!("{}: {}{chosen} {:?}\n", verdict.node, verdict.total, verdict.scores)
            }
        })
        .collect();
    let event = outcome.events.first().or(outcome.steps[0].on_success.as_ref());
    text += event.map(|event| event.message.as_str()).unwrap_or_default();
    expected.assert_eq(&text);
}

#[test]
fn each_node_gets_a_verdict() {
    let mut bench = Bench::new(3);
    bench.pod("there", json!({"nodeName": "node-2"}));
    check(
        &mut bench,
        asking("500m", "256Mi"),
        &expect![[r#"
            control-plane-1: TaintToleration: node(s) had untolerated taint(s)
            node-1: 474 [("TaintToleration", 300), ("NodeAffinity", 0), ("NodeResourcesFit", 84), ("PodTopologySpread", 0), ("InterPodAffinity", 0), ("NodeResourcesBalancedAllocation", 90), ("ImageLocality", 0)]
            node-2: 469 [("TaintToleration", 300), ("NodeAffinity", 0), ("NodeResourcesFit", 79), ("PodTopologySpread", 0), ("InterPodAffinity", 0), ("NodeResourcesBalancedAllocation", 90), ("ImageLocality", 0)]
            node-3: 474 chosen [("TaintToleration", 300), ("NodeAffinity", 0), ("NodeResourcesFit", 84), ("PodTopologySpread", 0), ("InterPodAffinity", 0), ("NodeResourcesBalancedAllocation", 90), ("ImageLocality", 0)]
            Successfully assigned default/asked to node-3"#]],
    );
}

#[test]
fn a_pod_that_fits_nowhere_is_told_why() {
    let mut bench = Bench::new(3);
    let mut full = asking("1800m", "1Gi");
    for number in 1..=3 {
        full["nodeName"] = json!(format!("node-{number}"));
        bench.pod(&format!("full-{number}"), full.clone());
    }
    check(
        &mut bench,
        asking("500m", "1Mi"),
        &expect![[r#"
        control-plane-1: TaintToleration: node(s) had untolerated taint(s)
        node-1: NodeResourcesFit: Insufficient cpu
        node-2: NodeResourcesFit: Insufficient cpu
        node-3: NodeResourcesFit: Insufficient cpu
        0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu. no new claims to deallocate, preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod."#]],
    );
    check(
        &mut bench,
        asking("5", "1Mi"),
        &expect![[r#"
        control-plane-1: TaintToleration: node(s) had untolerated taint(s)
        node-1: NodeResourcesFit: Insufficient cpu
        node-2: NodeResourcesFit: Insufficient cpu
        node-3: NodeResourcesFit: Insufficient cpu
        0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu. no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."#]],
    );
    check(
        &mut bench,
        asking("1", "4Gi"),
        &expect![[r#"
        control-plane-1: TaintToleration: node(s) had untolerated taint(s)
        node-1: NodeResourcesFit: Insufficient cpu, Insufficient memory
        node-2: NodeResourcesFit: Insufficient cpu, Insufficient memory
        node-3: NodeResourcesFit: Insufficient cpu, Insufficient memory
        0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu, 3 Insufficient memory. no new claims to deallocate, preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod."#]],
    );
    check(
        &mut bench,
        json!({"nodeSelector": {"disk": "ssd"}}),
        &expect![[r#"
        control-plane-1: TaintToleration: node(s) had untolerated taint(s)
        node-1: NodeAffinity: node(s) didn't match Pod's node affinity/selector
        node-2: NodeAffinity: node(s) didn't match Pod's node affinity/selector
        node-3: NodeAffinity: node(s) didn't match Pod's node affinity/selector
        0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."#]],
    );
    bench.node("node-3", &json!({"unschedulable": true}));
    check(
        &mut bench,
        asking("500m", "1Mi"),
        &expect![[r#"
        control-plane-1: TaintToleration: node(s) had untolerated taint(s)
        node-1: NodeResourcesFit: Insufficient cpu
        node-2: NodeResourcesFit: Insufficient cpu
        node-3: NodeUnschedulable: node(s) were unschedulable
        0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/4 nodes are available: 2 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."#]],
    );
    check(&mut Bench::default(), json!({}), &expect!["no nodes available to schedule pods"]);
}

#[test]
fn affinity_ports_and_spread_are_heeded() {
    let mut bench = Bench::new(4);
    let term = json!({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["b"]}]});
    let required = json!({"nodeSelectorTerms": [term]});
    let affinity =
        json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}});
    let key = bench.pod("in-b", json!({"affinity": affinity}));
    assert!(["node-2", "node-4"].contains(&bench.place(&key).as_str()));
    let preferred = json!([{"weight": 50, "preference": term}]);
    let affinity =
        json!({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}});
    let key = bench.pod("rather-b", json!({"affinity": affinity}));
    assert!(["node-2", "node-4"].contains(&bench.place(&key).as_str()));

    let ports = json!([{"containerPort": 80, "hostPort": 80}]);
    let spec = json!({"containers": [{"name": "app", "image": "a", "ports": ports}]});
    let mut nodes: Vec<String> = (0..4)
        .map(|number| {
            let key = bench.pod(&format!("port-{number}"), spec.clone());
            bench.place(&key)
        })
        .collect();
    nodes.sort();
    assert_eq!(nodes, ["node-1", "node-2", "node-3", "node-4"]);
    let key = bench.pod("port-4", spec);
    expect!["0/5 nodes are available: 1 node(s) had untolerated taint(s), 4 node(s) didn't have free ports for the requested pod ports. no new claims to deallocate, preemption: 0/5 nodes are available: 1 Preemption is not helpful for scheduling, 4 No preemption victims found for incoming pod."].assert_eq(&bench.place(&key));
}

#[test]
fn replicas_spread_before_the_cache_shows_them() {
    let mut bench = Bench::new(3);
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for number in 0..9 {
        let key = bench.owned_pod(&format!("web-{number}"), "web", json!({}));
        *counts.entry(bench.place(&key)).or_default() += 1;
    }
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 3, 3]);
}

#[test]
fn a_hard_spread_constraint_refuses() {
    let mut bench = Bench::new(3);
    let constraint = json!([{
        "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }]);
    for number in 0..2 {
        let mut spec = json!({"nodeName": format!("node-{}", 1 + 2 * number)});
        spec["topologySpreadConstraints"] = constraint.clone();
        bench.owned_pod(&format!("web-{number}"), "web", spec);
    }
    let key = bench.owned_pod("web-2", "web", json!({"topologySpreadConstraints": constraint}));
    assert_eq!(bench.place(&key), "node-2");
}

#[test]
fn a_pod_waits_until_something_may_help() {
    let mut bench = Bench::new(1);
    let key = bench.pod("big", asking("3", "1Mi"));
    bench.decide(&key);
    let images = Catalogue::default();
    let keys_of = |bench: &Bench, before: Option<&Object>, after: &Object| {
        let view = View {
            cache: &bench.cache,
            clock: Clock { now: bench.now, epoch_s: 0 },
            node: None,
            machine: None,
            images: &images,
            machines: None,
            has_listed: true,
            is_measured: true,
            memory: &bench.memory,
            failures: &OrdMap::new(),
        };
        keys(&view, before, Some(after))
    };
    let node = bench.cache.get(&Key::new(Kind::Node, "", "node-1")).cloned().unwrap();
    let mut beat = node.clone();
    beat.metadata_mut().annotations = Some([("beat".to_owned(), "1".to_owned())].into());
    assert_eq!(keys_of(&bench, Some(&node), &beat), []);
    assert_eq!(keys_of(&bench, None, &node), std::slice::from_ref(&key));
    // It rests for a second after its first attempt.
    assert!(bench.decide(&key).events.is_empty());
    bench.now = Time(1000);
    assert!(!bench.decide(&key).events.is_empty());
    assert_eq!(bench.memory[&key]["attempts"], 2);
}

#[test]
fn a_large_cluster_is_searched_in_part() {
    let mut bench = Bench::new(1000);
    let mut nodes = std::collections::BTreeSet::new();
    for number in 0..50 {
        let key = bench.owned_pod(&format!("web-{number}"), "web", json!({}));
        let outcome = bench.decide(&key);
        assert!(outcome.verdicts.len() <= 64, "{}", outcome.verdicts.len());
        if let Some(Call::Bind { node, .. }) = outcome.steps.first().map(|step| &step.call) {
            nodes.insert(Arc::<str>::from(node.as_str()));
        }
    }
    assert_eq!(nodes.len(), 50);
}
