//! Deployments, ReplicaSets and their Pods.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use orchestrator::Kind;
use orchestrator::object::Object;
use serde_json::json;

use crate::cluster::Cluster;

fn running(cluster: &Cluster) -> usize {
    cluster.pods().iter().filter(|row| row.ends_with("1/1 Running")).count()
}

fn ended(pod: &k8s_openapi::api::core::v1::Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

#[test]
fn a_deployment_makes_a_replica_set_which_makes_pods() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("hello-world", 3, "helloworld-app");
    assert!(cluster.names(Kind::ReplicaSet).is_empty(), "the answer comes before the work");
    cluster.settle();
    assert_eq!(running(&cluster), 3, "{:?}", cluster.pods());
    let sets = cluster.names(Kind::ReplicaSet);
    assert_eq!(sets.len(), 1);
    assert!(cluster.names(Kind::Pod).iter().all(|pod| pod.starts_with(&sets[0])));
    let status = cluster.get::<Deployment>("default", "hello-world").unwrap().status.unwrap();
    assert_eq!((status.ready_replicas, status.updated_replicas), (Some(3), Some(3)));
    let conditions: Vec<String> = status
        .conditions
        .unwrap()
        .into_iter()
        .map(|c| format!("{} {} {}", c.type_, c.status, c.reason.unwrap_or_default()))
        .collect();
    assert_eq!(
        conditions,
        ["Available True MinimumReplicasAvailable", "Progressing True NewReplicaSetAvailable"]
    );
}

#[test]
fn a_deleted_pod_comes_back_under_another_name() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 2, "helloworld-app");
    cluster.settle();
    let before = cluster.names(Kind::Pod);
    cluster.ok("DELETE", &format!("/api/v1/namespaces/default/pods/{}", before[0]), &json!(null));
    cluster.run_s(60);
    let after = cluster.names(Kind::Pod);
    assert_eq!(after.len(), 2);
    assert!(!after.contains(&before[0]) && after.contains(&before[1]), "{before:?} {after:?}");
}

#[test]
fn a_bare_pod_does_not_come_back() {
    let mut cluster = Cluster::new(3);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "my-awesome-app"},
        "spec": {"containers": [{"name": "my-app-container", "image": "my-app:1.0"}]},
    });
    cluster.ok("POST", "/api/v1/namespaces/default/pods", &pod);
    cluster.settle();
    assert_eq!(cluster.pods(), ["my-awesome-app 1/1 Running"]);
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/my-awesome-app", &json!(null));
    cluster.run_s(120);
    assert!(cluster.names(Kind::Pod).is_empty());
}

#[test]
fn a_rolling_update_stays_within_its_bounds_and_can_be_undone() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 4, "my-app:1.0");
    cluster.settle();
    cluster.set_image("web", "my-app:2.0");
    let (mut most, mut fewest) = (0, 4);
    while !cluster.world.is_quiet() {
        cluster.world.step();
        let wanted: i32 = cluster
            .objects(Kind::ReplicaSet)
            .iter()
            .filter_map(|set| set.as_typed::<ReplicaSet>()?.spec.as_ref()?.replicas)
            .sum();
        most = most.max(wanted);
        let deployment = cluster.get::<Deployment>("default", "web").unwrap();
        let available = deployment.status.unwrap().available_replicas.unwrap_or_default();
        fewest = fewest.min(available);
    }
    assert_eq!((most, fewest), (5, 3), "25 % of four: one more, one fewer");
    assert_eq!(cluster.names(Kind::ReplicaSet).len(), 2, "the old ReplicaSet stays, empty");
    assert_eq!(running(&cluster), 4);

    cluster.set_image("web", "my-app:1.0");
    cluster.settle();
    let deployment = cluster.get::<Deployment>("default", "web").unwrap();
    let revision = &deployment.metadata.annotations.unwrap()["deployment.kubernetes.io/revision"];
    assert_eq!(revision, "3", "going back is a new revision of an old ReplicaSet");
    assert_eq!(cluster.names(Kind::ReplicaSet).len(), 2);
}

#[test]
fn a_broken_image_stops_the_rollout_and_leaves_the_old_pods_at_work() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 4, "my-app:1.0");
    cluster.settle();
    cluster.set_image("web", "my-app:missing");
    cluster.run_s(700);
    assert_eq!(running(&cluster), 3, "{:?}", cluster.pods());
    let status = cluster.get::<Deployment>("default", "web").unwrap().status.unwrap();
    let progressing =
        status.conditions.unwrap().into_iter().find(|c| c.type_ == "Progressing").unwrap();
    assert_eq!(progressing.reason.as_deref(), Some("ProgressDeadlineExceeded"));
}

#[test]
fn recreate_ends_the_old_pods_before_it_makes_new_ones() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    cluster.patch_deployment(
        "web",
        &json!({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}),
    );
    cluster.set_image("web", "my-app:2.0");
    while !cluster.world.is_quiet() {
        cluster.world.step();
        let images: std::collections::BTreeSet<String> = cluster
            .objects(Kind::Pod)
            .iter()
            .filter_map(|pod| match pod {
                // One that has ended runs nothing, though it is not gone yet.
                Object::Pod(pod) if !ended(pod) => {
                    pod.spec.as_ref()?.containers.first()?.image.clone()
                }
                _ => None,
            })
            .collect();
        assert!(images.len() <= 1, "never both at once: {images:?}");
    }
    assert_eq!(running(&cluster), 3);
}

#[test]
fn scaling_down_takes_the_pods_that_are_missed_least() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    let old = cluster.names(Kind::Pod);
    cluster.run_s(100);
    cluster.patch_deployment("web", &json!({"spec": {"replicas": 5}}));
    cluster.settle();
    cluster.patch_deployment("web", &json!({"spec": {"replicas": 3}}));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod), old, "the youngest go first");
}

#[test]
fn a_replica_set_adopts_a_matching_orphan_and_releases_one_that_matches_no_longer() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.settle();
    let pods = cluster.names(Kind::Pod);
    let uri = format!("/api/v1/namespaces/default/pods/{}", pods[0]);
    cluster.ok("PATCH", &uri, &json!({"metadata": {"labels": {"app": "other"}}}));
    cluster.settle();
    assert_eq!(cluster.names(Kind::Pod).len(), 3, "a third Pod takes its place");
    let released = cluster.ok("GET", &uri, &json!(null));
    assert_eq!(released["metadata"]["ownerReferences"], json!(null));
    cluster.ok("PATCH", &uri, &json!({"metadata": {"labels": {"app": "web"}}}));
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod).len(), 2, "taken back, it is one too many");
}
