//! Disruption budgets and evictions:
//! <https://kubernetes.io/docs/tasks/run-application/configure-pdb/>

use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::told::events;

const BUDGETS: &str = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

/// A Deployment `web` of so many Pods, and a budget for them.
fn run(replicas: u32, spec: Value) -> Cluster {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", replicas, "my-app:1.0");
    cluster.settle();
    let mut spec = spec;
    spec["selector"] = json!({"matchLabels": {"app": "web"}});
    let budget = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
        "spec": spec,
    });
    cluster.ok("POST", BUDGETS, &budget);
    cluster.settle();
    cluster
}

fn evict(cluster: &mut Cluster, pod: &str) -> (u16, Value) {
    let body = json!({
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": pod, "namespace": "default"},
    });
    cluster.request("POST", &format!("/api/v1/namespaces/default/pods/{pod}/eviction"), &body)
}

fn row(cluster: &Cluster) -> String {
    cluster.table(BUDGETS, &[0, 1, 2, 3]).join("")
}

#[test]
fn an_eviction_waits_until_enough_others_are_ready() {
    let mut cluster = run(3, json!({"minAvailable": 2}));
    assert_eq!(row(&cluster), "web 2 N/A 1");
    let pods = cluster.names(Kind::Pod);
    assert_eq!(evict(&mut cluster, &pods[0]).0, 201);
    let (code, answer) = evict(&mut cluster, &pods[1]);
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    let cause = json!({
        "reason": "DisruptionBudget",
        "message": "The disruption budget web needs 2 healthy pods and has 3 currently",
    });
    assert_eq!((code, answer["message"].as_str()), (429, Some(message)));
    assert_eq!(answer["reason"], "TooManyRequests");
    assert_eq!(answer["details"]["causes"], json!([cause]));
    cluster.run_s(10);
    let (code, answer) = evict(&mut cluster, &pods[1]);
    assert_eq!(code, 201, "another has taken its place: {answer}");
    let told = cluster.get::<k8s_openapi::api::core::v1::Pod>("default", &pods[1]).unwrap();
    let conditions = told.status.unwrap().conditions.unwrap();
    let target = conditions.iter().find(|c| c.type_ == "DisruptionTarget").unwrap();
    assert_eq!(target.reason.as_deref(), Some("EvictionByEvictionAPI"));
    assert_eq!(target.message.as_deref(), Some("Eviction API: evicting"));
}

#[test]
fn percentages_are_of_what_the_controller_wants() {
    for (spec, expected) in [
        (json!({"maxUnavailable": "30%"}), "web N/A 30% 2"),
        (json!({"minAvailable": "50%"}), "web 50% N/A 2"),
        (json!({"maxUnavailable": 0}), "web N/A 0 0"),
    ] {
        let cluster = run(4, spec);
        assert_eq!(row(&cluster), expected);
        let budget = cluster.get::<PodDisruptionBudget>("default", "web").unwrap();
        let condition = budget.status.unwrap().conditions.unwrap().remove(0);
        let reason = if expected.ends_with(" 0") { "InsufficientPods" } else { "SufficientPods" };
        assert_eq!(condition.reason, reason);
    }
}

#[test]
fn a_pod_that_is_not_ready_may_go_as_the_policy_says() {
    for (policy, code) in [("IfHealthyBudget", 429), ("AlwaysAllow", 201)] {
        let spec = json!({"minAvailable": 2, "unhealthyPodEvictionPolicy": policy});
        let mut cluster = run(1, spec);
        let probe = json!({"exec": {"command": ["false"]}, "periodSeconds": 1});
        let pod = json!({
            "metadata": {"name": "slow", "labels": {"app": "web"}},
            "spec": {"containers": [{
                "name": "app", "image": "my-app:1.0", "readinessProbe": probe,
            }]},
        });
        cluster.ok("POST", "/api/v1/namespaces/default/pods", &pod);
        cluster.run_s(10);
        assert!(cluster.pods().contains(&"slow 0/1 Running".to_owned()), "{:?}", cluster.pods());
        assert_eq!(evict(&mut cluster, "slow").0, code, "{policy}");
    }
}

#[test]
fn two_budgets_are_too_many_and_none_is_no_hindrance() {
    let mut cluster = run(1, json!({"minAvailable": 1}));
    let second = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "all"},
        "spec": {"minAvailable": 0, "selector": {}},
    });
    cluster.ok("POST", BUDGETS, &second);
    cluster.settle();
    let pod = cluster.names(Kind::Pod)[0].clone();
    let (code, answer) = evict(&mut cluster, &pod);
    let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource \
                   does not support.";
    assert_eq!((code, answer["message"].as_str()), (500, Some(message)));
    for name in ["web", "all"] {
        cluster.ok("DELETE", &format!("{BUDGETS}/{name}"), &Value::Null);
    }
    assert_eq!(evict(&mut cluster, &pod).0, 201);
}

#[test]
fn a_budget_without_pods_says_so() {
    let mut cluster = Cluster::new(1);
    let budget = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "lone"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "nobody"}}},
    });
    cluster.ok("POST", BUDGETS, &budget);
    cluster.settle();
    let told = events(&cluster, Kind::PodDisruptionBudget, "lone");
    assert_eq!(told, ["Normal NoPods No matching pods found"]);
    let both = json!({
        "metadata": {"name": "both"}, "spec": {"maxUnavailable": 1, "minAvailable": 1},
    });
    let (code, answer) = cluster.request("POST", BUDGETS, &both);
    let said = answer["message"].as_str().unwrap();
    assert!(code == 422 && said.ends_with("minAvailable and maxUnavailable cannot be both set"));
}
