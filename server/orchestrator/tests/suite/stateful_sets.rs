//! StatefulSets: names that stay, order, and claims.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/>

use k8s_openapi::api::apps::v1::{ControllerRevision, StatefulSet};
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use orchestrator::{Fault, Kind};
use serde_json::{Value, json};

use crate::cluster::Cluster;

const SETS: &str = "/apis/apps/v1/namespaces/default/statefulsets";
const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";

fn stateful_set(replicas: i32, more: &Value) -> Value {
    let mut spec = json!({
        "replicas": replicas,
        "serviceName": "db",
        "selector": {"matchLabels": {"app": "db"}},
        "template": {
            "metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "app", "image": "my-app:1.0"}]},
        },
    });
    for (field, value) in more.as_object().unwrap() {
        spec[field] = value.clone();
    }
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}, "spec": spec,
    })
}

fn settled(replicas: i32, more: &Value) -> Cluster {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &stateful_set(replicas, more));
    cluster.settle();
    cluster
}

fn patch(cluster: &mut Cluster, spec: &Value) {
    cluster.ok("PATCH", &format!("{SETS}/db"), &json!({"spec": spec}));
}

fn set_image(cluster: &mut Cluster, image: &str) {
    let containers = json!([{"name": "app", "image": image}]);
    patch(cluster, &json!({"template": {"spec": {"containers": containers}}}));
}

fn pod(cluster: &Cluster, name: &str) -> Pod {
    cluster.get::<Pod>("default", name).unwrap_or_else(|| panic!("{:?}", cluster.pods()))
}

fn images(cluster: &Cluster) -> Vec<String> {
    let names = cluster.names(Kind::Pod);
    let image = |name: &String| pod(cluster, name).spec.unwrap().containers[0].image.clone();
    names.iter().map(|name| format!("{name} {}", image(name).unwrap())).collect()
}

/// Names of Pods in the order in which they came to be, or went.
fn order(cluster: &mut Cluster, seconds: i64) -> Vec<String> {
    let (mut order, mut before) = (Vec::new(), cluster.names(Kind::Pod));
    let until = cluster.now() + seconds * 1000;
    while cluster.now() < until && cluster.world.step() {
        let now = cluster.names(Kind::Pod);
        order.extend(now.iter().filter(|one| !before.contains(one)).map(|one| format!("+{one}")));
        order.extend(before.iter().filter(|one| !now.contains(one)).map(|one| format!("-{one}")));
        before = now;
    }
    order
}

#[test]
fn pods_come_one_by_one_each_when_the_one_before_is_ready() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &stateful_set(3, &json!({})));
    let mut most_unready = 0;
    while cluster.world.step() && !cluster.world.is_quiet() {
        let unready = cluster.pods().iter().filter(|row| !row.ends_with("1/1 Running")).count();
        most_unready = most_unready.max(unready);
    }
    assert_eq!(most_unready, 1);
    assert_eq!(cluster.pods(), ["db-0 1/1 Running", "db-1 1/1 Running", "db-2 1/1 Running"]);
    assert_eq!(cluster.table(SETS, &[0, 1]), ["db 3/3"]);
    let second = pod(&cluster, "db-1");
    let (spec, labels) = (second.spec.unwrap(), second.metadata.labels.unwrap());
    assert_eq!((spec.hostname.as_deref(), spec.subdomain.as_deref()), (Some("db-1"), Some("db")));
    assert_eq!(labels["statefulset.kubernetes.io/pod-name"], "db-1");
    assert_eq!(labels["apps.kubernetes.io/pod-index"], "1");
    let revision = cluster.names(Kind::ControllerRevision).remove(0);
    assert_eq!(labels["controller-revision-hash"], revision);
    let status = cluster.get::<StatefulSet>("default", "db").unwrap().status.unwrap();
    assert_eq!(status.current_revision, status.update_revision);
    assert_eq!((status.current_replicas, status.available_replicas), (Some(3), Some(3)));
    let message = "SuccessfulCreate create Pod db-0 in StatefulSet db successful".to_owned();
    assert!(cluster.events("db").contains(&message), "{:?}", cluster.events("db"));
}

#[test]
fn a_revision_keeps_the_template_as_a_patch() {
    let cluster = settled(1, &json!({}));
    let name = cluster.names(Kind::ControllerRevision).remove(0);
    let revision = cluster.get::<ControllerRevision>("default", &name).unwrap();
    let template = &revision.data.unwrap().0["spec"]["template"];
    assert_eq!(template["$patch"], "replace");
    assert_eq!(template["spec"]["containers"][0]["image"], "my-app:1.0");
    let hash = &revision.metadata.labels.unwrap()["controller.kubernetes.io/hash"];
    assert_eq!(name, format!("db-{hash}"));
}

#[test]
fn it_scales_down_from_the_top_and_up_from_the_bottom() {
    let mut cluster = settled(3, &json!({}));
    patch(&mut cluster, &json!({"replicas": 1}));
    assert_eq!(order(&mut cluster, 120), ["-db-2", "-db-1"]);
    patch(&mut cluster, &json!({"replicas": 3}));
    assert_eq!(order(&mut cluster, 60), ["+db-1", "+db-2"]);
    let message = "SuccessfulDelete delete Pod db-2 in StatefulSet db successful".to_owned();
    assert!(cluster.events("db").contains(&message), "{:?}", cluster.events("db"));
}

#[test]
fn a_pod_that_never_gets_ready_holds_the_others_back() {
    let broken = json!({"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [
        {"name": "app", "image": "my-app:missing"},
    ]}});
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &stateful_set(3, &json!({"template": broken})));
    cluster.run_s(120);
    assert_eq!(cluster.names(Kind::Pod), ["db-0"]);
    let parallel = json!({"template": broken, "podManagementPolicy": "Parallel"});
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &stateful_set(3, &parallel));
    cluster.run_s(120);
    assert_eq!(cluster.names(Kind::Pod), ["db-0", "db-1", "db-2"]);
}

#[test]
fn a_deleted_pod_comes_back_under_its_own_name() {
    let mut cluster = settled(2, &json!({}));
    let uid = pod(&cluster, "db-0").metadata.uid;
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/db-0", &json!(null));
    assert_eq!(order(&mut cluster, 60), ["-db-0", "+db-0"]);
    assert_ne!(pod(&cluster, "db-0").metadata.uid, uid);
}

#[test]
fn an_update_goes_from_the_top_down_to_the_partition() {
    let mut cluster = settled(3, &json!({}));
    patch(&mut cluster, &json!({"updateStrategy": {"rollingUpdate": {"partition": 1}}}));
    set_image(&mut cluster, "my-app:2.0");
    assert_eq!(order(&mut cluster, 200), ["-db-2", "+db-2", "-db-1", "+db-1"]);
    assert_eq!(images(&cluster), ["db-0 my-app:1.0", "db-1 my-app:2.0", "db-2 my-app:2.0"]);
    let status = cluster.get::<StatefulSet>("default", "db").unwrap().status.unwrap();
    assert_eq!((status.current_replicas, status.updated_replicas), (Some(1), Some(2)));
    assert_ne!(status.current_revision, status.update_revision);
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/db-0", &json!(null));
    cluster.run_s(60);
    assert_eq!(images(&cluster)[0], "db-0 my-app:1.0", "below the partition it stays as it was");
    patch(&mut cluster, &json!({"updateStrategy": {"rollingUpdate": {"partition": 0}}}));
    cluster.run_s(100);
    let status = cluster.get::<StatefulSet>("default", "db").unwrap().status.unwrap();
    assert_eq!(status.current_revision, status.update_revision);
    assert_eq!(images(&cluster)[0], "db-0 my-app:2.0");
}

#[test]
fn on_delete_waits_for_somebody_to_delete() {
    let mut cluster = settled(2, &json!({"updateStrategy": {"type": "OnDelete"}}));
    set_image(&mut cluster, "my-app:2.0");
    cluster.run_s(100);
    assert_eq!(images(&cluster), ["db-0 my-app:1.0", "db-1 my-app:1.0"]);
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/db-1", &json!(null));
    cluster.run_s(60);
    assert_eq!(images(&cluster), ["db-0 my-app:1.0", "db-1 my-app:2.0"]);
}

#[test]
fn pods_of_a_dead_node_stay_until_they_are_gone_for_certain() {
    let mut cluster = settled(2, &json!({}));
    let node = pod(&cluster, "db-0").spec.unwrap().node_name.unwrap();
    cluster.fault(Fault::NodeOff { node });
    cluster.run_s(900);
    let row = cluster.pods().into_iter().find(|row| row.starts_with("db-0")).unwrap();
    assert!(row.ends_with("Terminating"), "{row}");
    let force = "/api/v1/namespaces/default/pods/db-0?gracePeriodSeconds=0";
    cluster.ok("DELETE", force, &json!(null));
    cluster.run_s(60);
    let row = cluster.pods().into_iter().find(|row| row.starts_with("db-0")).unwrap();
    assert_eq!(row, "db-0 1/1 Running");
}

#[test]
fn ordinals_may_begin_elsewhere_and_readiness_may_have_to_last() {
    let mut cluster = Cluster::new(2);
    let more = json!({"ordinals": {"start": 5}, "minReadySeconds": 20});
    cluster.ok("POST", SETS, &stateful_set(2, &more));
    cluster.run_s(15);
    assert_eq!(cluster.names(Kind::Pod), ["db-5"]);
    cluster.run_s(60);
    assert_eq!(cluster.names(Kind::Pod), ["db-5", "db-6"]);
    let status = cluster.get::<StatefulSet>("default", "db").unwrap().status.unwrap();
    assert_eq!(status.available_replicas, Some(2));
}

fn with_claims(policy: &Value) -> Value {
    json!({
        "persistentVolumeClaimRetentionPolicy": policy,
        "podManagementPolicy": "Parallel",
        "volumeClaimTemplates": [{
            "metadata": {"name": "data"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }],
    })
}

fn claims(cluster: &Cluster) -> Vec<String> {
    cluster.names(Kind::PersistentVolumeClaim)
}

#[test]
fn each_pod_has_its_claim_which_outlives_it() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", SETS, &stateful_set(2, &with_claims(&json!({}))));
    cluster.run_s(60);
    assert_eq!(claims(&cluster), ["data-db-0", "data-db-1"]);
    let volumes = pod(&cluster, "db-1").spec.unwrap().volumes.unwrap();
    let claim = volumes[0].persistent_volume_claim.as_ref().unwrap();
    assert_eq!((&*volumes[0].name, &*claim.claim_name), ("data", "data-db-1"));
    let claim = cluster.get::<PersistentVolumeClaim>("default", "data-db-1").unwrap();
    assert_eq!(claim.metadata.labels.unwrap()["app"], "db");
    assert_eq!(claim.metadata.owner_references, None);
    let message = "SuccessfulCreate create Claim data-db-0 Pod db-0 in StatefulSet db success";
    assert!(cluster.events("db").contains(&message.to_owned()), "{:?}", cluster.events("db"));
    patch(&mut cluster, &json!({"replicas": 1}));
    cluster.run_s(60);
    cluster.ok("DELETE", &format!("{SETS}/db"), &json!(null));
    cluster.run_s(60);
    assert_eq!(claims(&cluster), ["data-db-0", "data-db-1"]);
}

#[test]
fn claims_go_with_what_the_policy_says() {
    let owners = |cluster: &Cluster, name: &str| {
        let claim = cluster.get::<PersistentVolumeClaim>("default", name).unwrap();
        let owners = claim.metadata.owner_references.unwrap_or_default();
        owners.into_iter().map(|owner| owner.kind).collect::<Vec<_>>()
    };
    let mut cluster = Cluster::new(2);
    let policy = json!({"whenScaled": "Delete", "whenDeleted": "Delete"});
    cluster.ok("POST", SETS, &stateful_set(2, &with_claims(&policy)));
    cluster.run_s(60);
    assert_eq!(owners(&cluster, "data-db-1"), ["StatefulSet"]);
    patch(&mut cluster, &json!({"replicas": 1}));
    cluster.run_s(120);
    assert_eq!(claims(&cluster), ["data-db-0"], "it went with its Pod");
    cluster.ok("DELETE", &format!("{SETS}/db"), &json!(null));
    cluster.run_s(120);
    assert!(claims(&cluster).is_empty(), "{:?}", claims(&cluster));

    let mut cluster = Cluster::new(2);
    let policy = json!({"whenScaled": "Retain", "whenDeleted": "Delete"});
    cluster.ok("POST", SETS, &stateful_set(2, &with_claims(&policy)));
    cluster.run_s(60);
    patch(&mut cluster, &json!({"replicas": 1}));
    cluster.run_s(120);
    assert_eq!(claims(&cluster), ["data-db-0", "data-db-1"]);
    patch(
        &mut cluster,
        &json!({"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain"}}),
    );
    cluster.run_s(10);
    assert!(owners(&cluster, "data-db-0").is_empty());
}

#[test]
fn what_may_not_change_and_what_is_wrong() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", SETS, &stateful_set(0, &json!({})));
    let change = json!({"spec": {"serviceName": "other"}});
    let (status, answer) = cluster.request("PATCH", &format!("{SETS}/db"), &change);
    let expected = "StatefulSet.apps \"db\" is invalid: spec: Forbidden: updates to statefulset \
                    spec for fields other than 'replicas', 'ordinals', 'template', \
                    'updateStrategy', 'revisionHistoryLimit', \
                    'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    assert_eq!((status, answer["message"].as_str().unwrap()), (422, expected));
    let body = stateful_set(1, &json!({"podManagementPolicy": "Random"}));
    let (status, answer) = cluster.request("POST", SETS, &body);
    let expected = "StatefulSet.apps \"db\" is invalid: spec.podManagementPolicy: Invalid value: \
                    \"Random\": must be 'OrderedReady' or 'Parallel'";
    assert_eq!((status, answer["message"].as_str().unwrap()), (422, expected));
    let scale = cluster.ok("GET", &format!("{SETS}/db/scale"), &json!(null));
    assert_eq!(scale["status"], json!({"replicas": 0, "selector": "app=db"}));
    cluster.ok("PATCH", &format!("{SETS}/db/scale"), &json!({"spec": {"replicas": 1}}));
    cluster.settle();
    assert_eq!(cluster.names(Kind::Pod), ["db-0"]);
    let claims = cluster.ok("GET", CLAIMS, &json!(null));
    assert_eq!(claims["items"], json!([]));
}
