//! ReplicaSets by themselves: what they take, what they give up, and what they say when they fail.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/>

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;

const SETS: &str = "/apis/apps/v1/namespaces/default/replicasets";
const PODS: &str = "/api/v1/namespaces/default/pods";

fn replica_set(replicas: i32, pod: &Value) -> Value {
    let mut spec = json!({"containers": [{"name": "app", "image": "my-app:1.0"}]});
    for (field, value) in pod.as_object().unwrap() {
        spec[field] = value.clone();
    }
    json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "front"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "front"}},
            "template": {"metadata": {"labels": {"app": "front"}}, "spec": spec},
        },
    })
}

fn conditions(cluster: &Cluster) -> Vec<String> {
    let status = cluster.get::<ReplicaSet>("default", "front").unwrap().status.unwrap();
    let conditions = status.conditions.unwrap_or_default();
    let show = |c: k8s_openapi::api::apps::v1::ReplicaSetCondition| {
        let (reason, message) = (c.reason.unwrap(), c.message.unwrap());
        format!("{} {} {reason} {message}", c.type_, c.status)
    };
    conditions.into_iter().map(show).collect()
}

#[test]
fn a_failure_to_create_pods_is_a_condition_until_it_is_over() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &replica_set(2, &json!({"serviceAccountName": "robot"})));
    cluster.run_s(10);
    assert!(cluster.names(Kind::Pod).is_empty());
    let said = conditions(&cluster);
    let end = "is forbidden: error looking up service account default/robot: serviceaccount \
               \"robot\" not found";
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("ReplicaFailure True FailedCreate pods \"front-"), "{said:?}");
    assert!(said[0].ends_with(end), "{said:?}");
    let events = cluster.events("front");
    assert!(events.iter().all(|event| event.starts_with("FailedCreate Error creating: pods \"")));
    let uri = "/api/v1/namespaces/default/serviceaccounts";
    cluster.ok("POST", uri, &json!({"metadata": {"name": "robot"}}));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod).len(), 2);
    assert!(conditions(&cluster).is_empty());
}

#[test]
fn a_deployment_tells_the_failure_of_its_replica_set() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 1, "my-app:1.0");
    cluster.settle();
    let template = json!({"spec": {"template": {"spec": {"serviceAccountName": "robot"}}}});
    cluster.patch_deployment("web", &template);
    cluster.run_s(10);
    let status = cluster.get::<Deployment>("default", "web").unwrap().status.unwrap();
    let told = status.conditions.unwrap().into_iter().find(|c| c.type_ == "ReplicaFailure");
    assert_eq!(told.unwrap().reason.as_deref(), Some("FailedCreate"));
}

#[test]
fn the_cost_of_deletion_decides_which_pod_goes() {
    let mut cluster = Cluster::new(3);
    cluster.ok("POST", SETS, &replica_set(3, &json!({})));
    cluster.settle();
    let pods = cluster.names(Kind::Pod);
    let costs = [(0, "100"), (1, "-5"), (2, "7")];
    for (index, cost) in costs {
        let annotation = json!({"controller.kubernetes.io/pod-deletion-cost": cost});
        let patch = json!({"metadata": {"annotations": annotation}});
        cluster.ok("PATCH", &format!("{PODS}/{}", pods[index]), &patch);
    }
    for left in [vec![&pods[0], &pods[2]], vec![&pods[0]]] {
        let patch = json!({"spec": {"replicas": left.len()}});
        cluster.ok("PATCH", &format!("{SETS}/front"), &patch);
        cluster.run_s(60);
        assert_eq!(cluster.names(Kind::Pod).iter().collect::<Vec<_>>(), left);
    }
}

#[test]
fn a_pod_that_is_not_ready_goes_before_one_that_is() {
    let mut cluster = Cluster::new(3);
    cluster.ok("POST", SETS, &replica_set(1, &json!({})));
    cluster.settle();
    let ready = cluster.names(Kind::Pod);
    let annotation = json!({"controller.kubernetes.io/pod-deletion-cost": "-100"});
    let patch = json!({"metadata": {"annotations": annotation}});
    cluster.ok("PATCH", &format!("{PODS}/{}", ready[0]), &patch);
    let containers = json!([{"name": "app", "image": "my-app:missing"}]);
    let template = json!({"spec": {"containers": containers}});
    let patch = json!({"spec": {"replicas": 2, "template": template}});
    cluster.ok("PATCH", &format!("{SETS}/front"), &patch);
    cluster.run_s(20);
    assert_eq!(cluster.names(Kind::Pod).len(), 2);
    cluster.ok("PATCH", &format!("{SETS}/front"), &json!({"spec": {"replicas": 1}}));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod), ready, "readiness weighs more than cost");
}

#[test]
fn terminating_pods_are_counted_apart() {
    let mut cluster = Cluster::new(2);
    let sleeper = json!({"containers": [
        {"name": "app", "image": "busybox", "command": ["sleep", "3600"]},
    ]});
    cluster.ok("POST", SETS, &replica_set(2, &sleeper));
    cluster.settle();
    cluster.ok("PATCH", &format!("{SETS}/front"), &json!({"spec": {"replicas": 1}}));
    cluster.run_s(2);
    let status = |cluster: &Cluster| {
        let status = cluster.get::<ReplicaSet>("default", "front").unwrap().status.unwrap();
        (status.replicas, status.terminating_replicas)
    };
    assert_eq!(status(&cluster), (1, Some(1)));
    cluster.run_s(60);
    assert_eq!(status(&cluster), (1, Some(0)));
}

#[test]
fn a_bare_pod_with_its_labels_is_taken_in_and_one_too_many_ends() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &replica_set(1, &json!({})));
    cluster.settle();
    let bare = json!({
        "metadata": {"name": "bare", "labels": {"app": "front"}},
        "spec": {"containers": [{"name": "app", "image": "my-app:1.0"}]},
    });
    cluster.ok("POST", PODS, &bare);
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod).len(), 1);
    assert!(!cluster.names(Kind::Pod).contains(&"bare".to_owned()), "it was the younger one");
}

#[test]
fn an_owner_that_goes_may_leave_its_pods_behind() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &replica_set(2, &json!({})));
    cluster.settle();
    let uri = format!("{SETS}/front?propagationPolicy=Orphan");
    cluster.ok("DELETE", &uri, &json!(null));
    cluster.run_s(60);
    let pods = cluster.names(Kind::Pod);
    assert_eq!((pods.len(), cluster.names(Kind::ReplicaSet).len()), (2, 0));
    cluster.ok("POST", SETS, &replica_set(2, &json!({})));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod), pods, "the next one takes them in");
}
