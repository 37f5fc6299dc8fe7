//! Rollouts of Deployments in detail: conditions, pause, history, proportions.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;

fn deployment(cluster: &Cluster) -> Deployment {
    cluster.get::<Deployment>("default", "web").unwrap()
}

fn settled(replicas: u32) -> Cluster {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", replicas, "my-app:1.0");
    cluster.settle();
    cluster
}

fn progressing(cluster: &Cluster) -> String {
    let conditions = deployment(cluster).status.unwrap().conditions.unwrap_or_default();
    let condition = conditions.into_iter().find(|c| c.type_ == "Progressing");
    condition.map_or("none".to_owned(), |c| format!("{} {}", c.status, c.reason.unwrap()))
}

/// Each value of Progressing that is seen until it is quiet.
fn progress(cluster: &mut Cluster) -> Vec<String> {
    let mut seen = vec![progressing(cluster)];
    while cluster.world.step() && !cluster.world.is_quiet() {
        let now = progressing(cluster);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    seen
}

/// `image replicas` of each ReplicaSet, by image.
fn sets(cluster: &Cluster) -> Vec<String> {
    let sets = cluster.objects(Kind::ReplicaSet);
    let sets = sets.iter().filter_map(|set| set.as_typed::<ReplicaSet>()?.spec.clone());
    let mut sets: Vec<String> = sets
        .map(|spec| {
            let image = spec.template.unwrap().spec.unwrap().containers.remove(0).image.unwrap();
            format!("{image} {}", spec.replicas.unwrap())
        })
        .collect();
    sets.sort();
    sets
}

#[test]
fn a_rollout_tells_how_it_gets_on() {
    let mut cluster = settled(3);
    let made = deployment(&cluster);
    let annotations = made.metadata.annotations.unwrap();
    assert_eq!(annotations["deployment.kubernetes.io/revision"], "1");
    assert_eq!(made.metadata.generation, Some(1), "the controller's notes are no new generation");
    assert_eq!(made.status.unwrap().terminating_replicas, Some(0));
    cluster.set_image("web", "my-app:2.0");
    assert_eq!(
        progress(&mut cluster),
        [
            "True NewReplicaSetAvailable",
            "True NewReplicaSetCreated",
            "True ReplicaSetUpdated",
            "True NewReplicaSetAvailable",
        ]
    );
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll() {
    let mut cluster = settled(2);
    cluster.patch_deployment("web", &json!({"spec": {"paused": true}}));
    cluster.settle();
    assert_eq!(progressing(&cluster), "Unknown DeploymentPaused");
    cluster.set_image("web", "my-app:2.0");
    cluster.patch_deployment("web", &json!({"spec": {"replicas": 4}}));
    cluster.settle();
    assert_eq!(sets(&cluster), ["my-app:1.0 4"]);
    cluster.patch_deployment("web", &json!({"spec": {"paused": null}}));
    let seen = progress(&mut cluster);
    assert_eq!(seen[1], "Unknown DeploymentResumed", "{seen:?}");
    assert_eq!(seen.last().unwrap(), "True NewReplicaSetAvailable");
    assert_eq!(sets(&cluster), ["my-app:1.0 0", "my-app:2.0 4"]);
}

#[test]
fn a_stuck_rollout_is_told_after_its_deadline_and_stays_so_when_paused() {
    let mut cluster = settled(2);
    cluster.patch_deployment("web", &json!({"spec": {"progressDeadlineSeconds": 30}}));
    cluster.set_image("web", "my-app:missing");
    cluster.run_s(25);
    assert_eq!(progressing(&cluster), "True ReplicaSetUpdated");
    cluster.run_s(15);
    assert_eq!(progressing(&cluster), "False ProgressDeadlineExceeded");
    cluster.patch_deployment("web", &json!({"spec": {"paused": true}}));
    cluster.run_s(10);
    assert_eq!(progressing(&cluster), "False ProgressDeadlineExceeded");
    let none = json!({"spec": {"paused": null, "progressDeadlineSeconds": i32::MAX}});
    cluster.patch_deployment("web", &none);
    cluster.run_s(10);
    assert_eq!(progressing(&cluster), "none");
}

#[test]
fn scaling_in_the_middle_of_a_rollout_is_shared_in_proportion() {
    let mut cluster = settled(10);
    let rolling = json!({"maxSurge": 3, "maxUnavailable": 2});
    cluster.patch_deployment("web", &json!({"spec": {"strategy": {"rollingUpdate": rolling}}}));
    cluster.set_image("web", "my-app:missing");
    cluster.run_s(30);
    assert_eq!(sets(&cluster), ["my-app:1.0 8", "my-app:missing 5"]);
    cluster.patch_deployment("web", &json!({"spec": {"replicas": 15}}));
    cluster.run_s(30);
    // The example of the documentation.
    assert_eq!(sets(&cluster), ["my-app:1.0 11", "my-app:missing 7"]);
}

#[test]
fn old_replica_sets_beyond_the_limit_go() {
    let mut cluster = settled(1);
    cluster.patch_deployment("web", &json!({"spec": {"revisionHistoryLimit": 1}}));
    for image in ["my-app:1.1", "my-app:2.0"] {
        cluster.set_image("web", image);
        cluster.run_s(100);
    }
    assert_eq!(sets(&cluster), ["my-app:1.1 0", "my-app:2.0 1"]);
}

#[test]
fn going_back_gives_the_old_replica_set_the_next_revision() {
    let mut cluster = settled(1);
    let annotate =
        |cause: &str| json!({"metadata": {"annotations": {"kubernetes.io/change-cause": cause}}});
    cluster.patch_deployment("web", &annotate("first"));
    cluster.settle();
    cluster.set_image("web", "my-app:2.0");
    cluster.patch_deployment("web", &annotate("second"));
    cluster.run_s(100);
    cluster.set_image("web", "my-app:1.0");
    cluster.run_s(100);
    let mut told: Vec<Value> = cluster
        .objects(Kind::ReplicaSet)
        .iter()
        .map(|set| json!(set.metadata().annotations.clone().unwrap()))
        .collect();
    told.sort_by_key(|one| one["deployment.kubernetes.io/revision"].as_str().map(str::to_owned));
    let notes = |one: &Value| {
        let of = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
        let prefix = "deployment.kubernetes.io/";
        [
            of(&format!("{prefix}revision")),
            of(&format!("{prefix}revision-history")),
            of("kubernetes.io/change-cause"),
        ]
    };
    assert_eq!(notes(&told[0]), ["2", "-", "second"]);
    assert_eq!(notes(&told[1]), ["3", "1", "second"]);
}

#[test]
fn a_taken_name_makes_the_next_one_differ() {
    let mut cluster = settled(1);
    let set = cluster.names(Kind::ReplicaSet).remove(0);
    let uri = format!("/apis/apps/v1/namespaces/default/replicasets/{set}");
    let foreign = cluster.ok("GET", &uri, &json!(null));
    cluster.ok("DELETE", "/apis/apps/v1/namespaces/default/deployments/web", &json!(null));
    cluster.run_s(60);
    let mut body = json!({"metadata": {"name": set}, "spec": foreign["spec"]});
    body["spec"]["replicas"] = json!(0);
    body["spec"]["template"]["metadata"]["labels"] =
        json!({"app": "else", "pod-template-hash": "x"});
    body["spec"]["selector"] = json!({"matchLabels": {"app": "else"}});
    cluster.ok("POST", "/apis/apps/v1/namespaces/default/replicasets", &body);
    cluster.deploy("web", 1, "my-app:1.0");
    cluster.settle();
    assert_eq!(deployment(&cluster).status.unwrap().collision_count, Some(1));
    assert_eq!(cluster.names(Kind::ReplicaSet).len(), 2);
    assert_eq!(cluster.names(Kind::Pod).len(), 1);
}

#[test]
fn a_pod_counts_only_when_it_has_been_ready_for_long_enough() {
    let mut cluster = Cluster::new(3);
    cluster.deploy("web", 2, "my-app:1.0");
    cluster.patch_deployment("web", &json!({"spec": {"minReadySeconds": 30}}));
    cluster.run_s(15);
    let status = deployment(&cluster).status.unwrap();
    assert_eq!((status.ready_replicas, status.available_replicas), (Some(2), None));
    cluster.run_s(30);
    assert_eq!(deployment(&cluster).status.unwrap().available_replicas, Some(2));
}
