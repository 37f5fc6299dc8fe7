//! ReplicationControllers.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/>

use k8s_openapi::api::core::v1::ReplicationController;
use orchestrator::Kind;
use serde_json::json;

use crate::cluster::Cluster;

const CONTROLLERS: &str = "/api/v1/namespaces/default/replicationcontrollers";

#[test]
fn it_keeps_the_number_of_its_pods() {
    let mut cluster = Cluster::new(2);
    let body = json!({
        "apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "old"},
        "spec": {
            "replicas": 2,
            "template": {
                "metadata": {"labels": {"app": "old"}},
                "spec": {"containers": [{"name": "app", "image": "my-app:1.0"}]},
            },
        },
    });
    let made = cluster.ok("POST", CONTROLLERS, &body);
    assert_eq!(made["spec"]["selector"], json!({"app": "old"}), "from the template's labels");
    assert_eq!(made["metadata"]["labels"], json!({"app": "old"}));
    cluster.settle();
    assert_eq!(
        cluster.table(CONTROLLERS, &[0, 1, 2, 3, 5, 6, 7]),
        ["old 2 2 2 app my-app:1.0 app=old"]
    );
    let pods = cluster.names(Kind::Pod);
    cluster.ok("DELETE", &format!("/api/v1/namespaces/default/pods/{}", pods[0]), &json!(null));
    cluster.run_s(60);
    let now = cluster.names(Kind::Pod);
    assert!(now.len() == 2 && now.contains(&pods[1]) && !now.contains(&pods[0]));
    let message = format!("SuccessfulCreate Created pod: {}", pods[1]);
    assert!(cluster.events("old").contains(&message), "{:?}", cluster.events("old"));
    cluster.ok("PATCH", &format!("{CONTROLLERS}/old/scale"), &json!({"spec": {"replicas": 1}}));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod).len(), 1);
}

#[test]
fn a_failure_to_create_pods_is_a_condition() {
    let mut cluster = Cluster::new(1);
    let body = json!({
        "metadata": {"name": "old"},
        "spec": {"template": {
            "metadata": {"labels": {"app": "old"}},
            "spec": {
                "serviceAccountName": "robot",
                "containers": [{"name": "app", "image": "my-app:1.0"}],
            },
        }},
    });
    cluster.ok("POST", CONTROLLERS, &body);
    cluster.run_s(10);
    let status = cluster.get::<ReplicationController>("default", "old").unwrap().status.unwrap();
    let condition = status.conditions.unwrap().remove(0);
    assert_eq!(
        (&*condition.type_, condition.reason.as_deref()),
        ("ReplicaFailure", Some("FailedCreate"))
    );
}

#[test]
fn what_is_wrong_is_said_in_kubernetes_words() {
    let mut cluster = Cluster::new(1);
    let body = json!({"metadata": {"name": "old"}, "spec": {"replicas": -1}});
    let (status, answer) = cluster.request("POST", CONTROLLERS, &body);
    let expected = "ReplicationController \"old\" is invalid: [spec.selector: Required value, \
                    spec.replicas: Invalid value: -1: must be greater than or equal to 0, \
                    spec.template: Required value]";
    assert_eq!((status, answer["message"].as_str().unwrap()), (422, expected));
}
