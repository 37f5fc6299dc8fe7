//! What goes with its owner, and with its namespace.

use orchestrator::Kind;
use serde_json::json;

use crate::cluster::Cluster;

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

fn deployed() -> Cluster {
    let mut cluster = Cluster::new(2);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    cluster
}

#[test]
fn a_deleted_deployment_takes_its_replica_set_and_pods_along() {
    let mut cluster = deployed();
    cluster.ok("DELETE", WEB, &json!({"propagationPolicy": "Background"}));
    assert!(cluster.names(Kind::Deployment).is_empty(), "background: the owner goes first");
    cluster.run_s(60);
    assert!(cluster.names(Kind::ReplicaSet).is_empty());
    assert!(cluster.names(Kind::Pod).is_empty());
}

#[test]
fn in_the_foreground_the_owner_goes_last() {
    let mut cluster = deployed();
    cluster.ok("DELETE", WEB, &json!({"propagationPolicy": "Foreground"}));
    while !cluster.names(Kind::Pod).is_empty() {
        assert_eq!(cluster.names(Kind::Deployment), ["web"], "it waits for its dependents");
        assert!(cluster.world.step(), "its dependents end");
    }
    cluster.run_s(60);
    assert!(cluster.names(Kind::Deployment).is_empty());
}

#[test]
fn orphans_stay() {
    let mut cluster = deployed();
    cluster.ok("DELETE", WEB, &json!({"propagationPolicy": "Orphan"}));
    cluster.run_s(60);
    assert!(cluster.names(Kind::Deployment).is_empty());
    assert_eq!(cluster.names(Kind::ReplicaSet).len(), 1);
    assert_eq!(cluster.names(Kind::Pod).len(), 2);
}

#[test]
fn a_namespace_takes_its_content_along() {
    let mut cluster = Cluster::new(2);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}});
    cluster.ok("POST", "/api/v1/namespaces", &namespace);
    cluster.settle();
    let accounts = cluster.table("/api/v1/namespaces/team/serviceaccounts", &[0]);
    assert_eq!(accounts, ["default"]);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"},
        "spec": {"containers": [{"name": "app", "image": "my-app:1.0"}]},
    });
    cluster.ok("POST", "/api/v1/namespaces/team/pods", &pod);
    cluster.settle();
    cluster.ok("DELETE", "/api/v1/namespaces/team", &json!(null));
    let (status, refusal) = cluster.request("POST", "/api/v1/namespaces/team/pods", &pod);
    assert_eq!(status, 403, "nothing new while it ends: {refusal}");
    cluster.run_s(90);
    let (status, _) = cluster.request("GET", "/api/v1/namespaces/team", &json!(null));
    assert_eq!(status, 404);
    assert!(cluster.objects(Kind::Pod).is_empty());
}
