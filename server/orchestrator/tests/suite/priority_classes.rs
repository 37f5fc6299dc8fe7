//! Priority classes and what admission makes of them:
//! <https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/>

use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use crate::cluster::Cluster;

const CLASSES: &str = "/apis/scheduling.k8s.io/v1/priorityclasses";

fn class(name: &str, value: i32, default: bool) -> Value {
    json!({"metadata": {"name": name}, "value": value, "globalDefault": default})
}

fn pod(name: &str, spec: Value) -> Value {
    let mut spec = spec;
    spec["containers"] = json!([{"name": "app", "image": "my-app:1.0"}]);
    json!({"metadata": {"name": name}, "spec": spec})
}

#[test]
fn a_pod_gets_its_classs_priority_or_the_default_ones() {
    let mut cluster = Cluster::new(1);
    assert_eq!(
        cluster.table(CLASSES, &[0, 1, 2, 4]),
        [
            "system-cluster-critical 2000000000 false PreemptLowerPriority",
            "system-node-critical 2000001000 false PreemptLowerPriority"
        ]
    );
    cluster.ok("POST", CLASSES, &class("high", 1000, false));
    cluster.ok("POST", CLASSES, &class("usual", 10, true));
    let cases =
        [("a", json!({"priorityClassName": "high"}), 1000, "high"), ("b", json!({}), 10, "usual")];
    for (name, spec, priority, class) in cases {
        cluster.ok("POST", "/api/v1/namespaces/default/pods", &pod(name, spec));
        let spec = cluster.get::<Pod>("default", name).unwrap().spec.unwrap();
        assert_eq!(
            (spec.priority, spec.priority_class_name.as_deref()),
            (Some(priority), Some(class))
        );
        assert_eq!(spec.preemption_policy.as_deref(), Some("PreemptLowerPriority"));
    }
}

#[test]
fn refusals() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", CLASSES, &class("usual", 10, true));
    let pods = "/api/v1/namespaces/default/pods";
    let usual = format!("{CLASSES}/usual");
    let system = format!("{CLASSES}/system-node-critical");
    let cases = [
        (
            ("POST", pods, pod("a", json!({"priorityClassName": "nope"}))),
            "pods \"a\" is forbidden: no PriorityClass with name nope was found",
        ),
        (
            ("POST", CLASSES, class("other", 5, true)),
            "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual is \
             already marked as default. Only one default can exist",
        ),
        (
            ("POST", CLASSES, class("system-mine", 5, false)),
            "PriorityClass.scheduling.k8s.io \"system-mine\" is invalid: metadata.name: Forbidden: \
             priority class names with 'system-' prefix are reserved for system use only. error: \
             system-mine is not a known system priority class",
        ),
        (
            ("POST", CLASSES, class("huge", 1_000_000_001, false)),
            "PriorityClass.scheduling.k8s.io \"huge\" is invalid: value: Forbidden: maximum \
             allowed value of a user defined priority is 1000000000",
        ),
        (
            ("PATCH", usual.as_str(), json!({"value": 11})),
            "PriorityClass.scheduling.k8s.io \"usual\" is invalid: value: Forbidden: may not be \
             changed in an update.",
        ),
        (
            ("DELETE", system.as_str(), Value::Null),
            "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a \
             system priority class and cannot be deleted",
        ),
    ];
    for ((method, uri, body), expected) in cases {
        let (code, answer) = cluster.request(method, uri, &body);
        assert_eq!(answer["message"].as_str(), Some(expected), "{code}");
    }
}
