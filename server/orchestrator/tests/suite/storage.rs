//! Volumes, claims and classes.

use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim, Pod};
use orchestrator::{Fault, Kind};
use serde_json::{Value, json};

use crate::cluster::Cluster;

const CLAIMS: &str = "/api/v1/namespaces/default/persistentvolumeclaims";
const VOLUMES: &str = "/api/v1/persistentvolumes";

#[expect(clippy::needless_pass_by_value, reason = "cases read better so")]
fn claim(name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better so")]
fn volume(name: &str, spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec})
}

#[test]
fn what_is_wrong_with_volumes_and_claims_is_said_in_kubernetes_words() {
    let mut cluster = Cluster::new(1);
    let cases = [
        (
            CLAIMS,
            claim("c", json!({})),
            "PersistentVolumeClaim \"c\" is invalid: [spec.accessModes: Required value: at least 1 \
             access mode is required, spec.resources[storage]: Required value]",
        ),
        (
            CLAIMS,
            claim(
                "c",
                json!({"accessModes": ["RWO"], "resources": {"requests": {"storage": "0"}}}),
            ),
            "PersistentVolumeClaim \"c\" is invalid: [spec.accessModes: Unsupported value: \"RWO\": \
             supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \
             \"ReadWriteOncePod\", spec.resources[storage]: Invalid value: \"0\": must be greater \
             than zero]",
        ),
        (
            VOLUMES,
            volume("v", json!({"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]})),
            "PersistentVolume \"v\" is invalid: spec: Required value: must specify a volume type",
        ),
    ];
    for (uri, body, expected) in cases {
        let (status, answer) = cluster.request("POST", uri, &body);
        assert_eq!((status, answer["message"].as_str().unwrap_or_default()), (422, expected));
    }
}

fn wanted(class: Value, size: &str) -> Value {
    let mut spec =
        json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}});
    if !class.is_null() {
        spec["storageClassName"] = class;
    }
    spec
}

fn disk(class: &str, size: &str, policy: &str) -> Value {
    json!({
        "capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "storageClassName": class,
        "persistentVolumeReclaimPolicy": policy, "hostPath": {"path": "/mnt/data"},
    })
}

fn user(name: &str, claim: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {
            "containers": [{
                "name": "app", "image": "my-app:1.0",
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
        },
    })
}

const PODS: &str = "/api/v1/namespaces/default/pods";

fn claims(cluster: &Cluster) -> Vec<String> {
    cluster.table(CLAIMS, &[0, 1, 3, 4, 5])
}

fn volumes(cluster: &Cluster) -> Vec<String> {
    cluster.table(VOLUMES, &[1, 2, 3, 4, 5, 6])
}

/// `Type Reason: message` of each event of an object, in order.
fn events(cluster: &Cluster, name: &str) -> Vec<String> {
    let mut events: Vec<_> = cluster
        .objects(Kind::Event)
        .into_iter()
        .filter_map(|object| object.as_typed::<Event>().cloned())
        .filter(|event| event.involved_object.name.as_deref() == Some(name))
        .collect();
    events.sort_by_key(|event| {
        event.metadata.resource_version.clone().map(|rev| rev.parse::<u64>().ok())
    });
    let text = |text: Option<String>| text.unwrap_or_default();
    let line = |event: Event| {
        format!("{} {}: {}", text(event.type_), text(event.reason), text(event.message))
    };
    events.into_iter().map(line).collect()
}

#[test]
fn a_claim_is_bound_to_the_smallest_volume_that_suits_it() {
    let mut cluster = Cluster::new(1);
    for (name, size) in [("large", "10Gi"), ("small", "1Gi"), ("right", "5Gi")] {
        cluster.ok("POST", VOLUMES, &volume(name, disk("manual", size, "Retain")));
    }
    cluster.settle();
    cluster.ok("POST", CLAIMS, &claim("data", wanted(json!("manual"), "3Gi")));
    cluster.settle();
    assert_eq!(claims(&cluster), ["data Bound 5Gi RWO manual"]);
    assert_eq!(
        cluster.table(VOLUMES, &[0, 1, 4, 5]),
        ["large 10Gi Available ", "right 5Gi Bound default/data", "small 1Gi Available "]
    );
    // Kept: the volume waits for somebody to look after it, and nobody else gets it.
    cluster.ok("DELETE", &format!("{CLAIMS}/data"), &Value::Null);
    cluster.ok("POST", CLAIMS, &claim("again", wanted(json!("manual"), "5Gi")));
    cluster.settle();
    assert_eq!(claims(&cluster), ["again Bound 10Gi RWO manual"]);
    assert_eq!(
        cluster.table(VOLUMES, &[0, 4, 5]),
        ["large Bound default/again", "right Released default/data", "small Available "]
    );
}

#[test]
fn a_claim_that_nothing_suits_says_why_it_waits() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", CLAIMS, &claim("none", wanted(json!(""), "1Gi")));
    cluster.ok("POST", CLAIMS, &claim("typo", wanted(json!("fast"), "1Gi")));
    cluster.ok("POST", PODS, &user("web", "none"));
    cluster.ok("POST", PODS, &user("lost", "nowhere"));
    cluster.settle();
    let none = "Normal FailedBinding: no persistent volumes available for this claim and no \
                storage class is set";
    assert_eq!(events(&cluster, "none"), [none]);
    let typo = "Warning ProvisioningFailed: storageclass.storage.k8s.io \"fast\" not found";
    assert_eq!(events(&cluster, "typo"), [typo]);
    let after = "no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption \
                 is not helpful for scheduling.";
    let web = format!(
        "Warning FailedScheduling: 0/2 nodes are available: pod has unbound immediate \
         PersistentVolumeClaims. {after}"
    );
    assert_eq!(events(&cluster, "web"), [web]);
    let lost = format!(
        "Warning FailedScheduling: 0/2 nodes are available: persistentvolumeclaim \"nowhere\" not \
         found. {after}"
    );
    assert_eq!(events(&cluster, "lost"), [lost]);
    // Somebody makes a volume by hand, and all goes on.
    cluster.ok("POST", VOLUMES, &volume("by-hand", disk("", "1Gi", "Retain")));
    cluster.settle();
    assert_eq!(cluster.pods(), ["lost 0/1 Pending", "web 1/1 Running"]);
}

#[test]
fn a_disk_is_made_for_a_claim_and_removed_after_it() {
    let mut cluster = Cluster::new(1);
    let made = cluster.ok("POST", CLAIMS, &claim("data", wanted(Value::Null, "2Gi")));
    assert_eq!(made["spec"]["storageClassName"], "standard");
    let name = format!("pvc-{}", made["metadata"]["uid"].as_str().unwrap());
    cluster.ok("POST", PODS, &user("web", "data"));
    cluster.settle();
    assert_eq!(claims(&cluster), ["data Bound 2Gi RWO standard"]);
    assert_eq!(volumes(&cluster), ["2Gi RWO Delete Bound default/data standard"]);
    assert_eq!(
        events(&cluster, "data"),
        [
            "Normal ExternalProvisioning: Waiting for a volume to be created either by the \
             external provisioner 'disk.csi.wheelhouse.local' or manually by the system \
             administrator. If volume creation is delayed, please verify that the provisioner is \
             running and correctly registered.",
            "Normal Provisioning: External provisioner is provisioning volume for claim \
             \"default/data\"",
            &format!("Normal ProvisioningSucceeded: Successfully provisioned volume {name}"),
        ]
    );
    let attached = format!(
        "Normal SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume \"{name}\" "
    );
    assert!(events(&cluster, "web").contains(&attached), "{:?}", events(&cluster, "web"));
    let attachments = "/apis/storage.k8s.io/v1/volumeattachments";
    let shown = format!("disk.csi.wheelhouse.local {name} node-1 true");
    assert_eq!(cluster.table(attachments, &[1, 2, 3, 4]), [shown]);
    // The claim stays while the Pod uses it; then claim, attachment and disk go.
    cluster.ok("DELETE", &format!("{CLAIMS}/data"), &Value::Null);
    cluster.settle();
    assert_eq!(claims(&cluster), ["data Terminating 2Gi RWO standard"]);
    cluster.ok("DELETE", &format!("{PODS}/web"), &Value::Null);
    cluster.settle();
    let nothing: [&str; 0] = [];
    assert_eq!(claims(&cluster), nothing);
    assert_eq!(cluster.table(attachments, &[0]), nothing);
    assert_eq!(volumes(&cluster), nothing);
}

#[test]
fn a_claim_may_wait_for_its_first_consumer() {
    let mut cluster = Cluster::new(2);
    let class = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "late"},
        "provisioner": "disk.csi.wheelhouse.local", "volumeBindingMode": "WaitForFirstConsumer",
    });
    cluster.ok("POST", "/apis/storage.k8s.io/v1/storageclasses", &class);
    cluster.ok("POST", CLAIMS, &claim("data", wanted(json!("late"), "1Gi")));
    cluster.settle();
    assert_eq!(claims(&cluster), ["data Pending   late"]);
    let waits = "Normal WaitForFirstConsumer: waiting for first consumer to be created before \
                 binding";
    assert_eq!(events(&cluster, "data"), [waits]);
    cluster.ok("POST", PODS, &user("web", "data"));
    cluster.settle();
    assert_eq!(claims(&cluster), ["data Bound 1Gi RWO late"]);
    assert_eq!(cluster.pods(), ["web 1/1 Running"]);
    let claim: PersistentVolumeClaim = cluster.get("default", "data").unwrap();
    let pod: Pod = cluster.get("default", "web").unwrap();
    let node = claim.metadata.annotations.unwrap()["volume.kubernetes.io/selected-node"].clone();
    assert_eq!(pod.spec.unwrap().node_name, Some(node));
}

#[test]
fn a_claim_grows_where_its_class_lets_it() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", CLAIMS, &claim("data", wanted(Value::Null, "1Gi")));
    cluster.ok("POST", VOLUMES, &volume("fixed", disk("manual", "1Gi", "Retain")));
    cluster.ok("POST", CLAIMS, &claim("fixed", wanted(json!("manual"), "1Gi")));
    cluster.settle();
    let more = json!({"spec": {"resources": {"requests": {"storage": "3Gi"}}}});
    let (status, refused) = cluster.request("PATCH", &format!("{CLAIMS}/fixed"), &more);
    assert_eq!(
        (status, refused["message"].as_str().unwrap()),
        (
            403,
            "persistentvolumeclaims \"fixed\" is forbidden: only dynamically provisioned pvc can \
             be resized and the storageclass that provisions the pvc must support resize"
        )
    );
    cluster.ok("PATCH", &format!("{CLAIMS}/data"), &more);
    cluster.settle();
    assert_eq!(claims(&cluster)[0], "data Bound 1Gi RWO standard");
    let claim: PersistentVolumeClaim = cluster.get("default", "data").unwrap();
    let condition = claim.status.unwrap().conditions.unwrap().remove(0);
    assert_eq!(condition.type_, "FileSystemResizePending");
    cluster.ok("POST", PODS, &user("web", "data"));
    cluster.settle();
    assert_eq!(claims(&cluster)[0], "data Bound 3Gi RWO standard");
    let less = json!({"spec": {"resources": {"requests": {"storage": "2Gi"}}}});
    let (status, refused) = cluster.request("PATCH", &format!("{CLAIMS}/data"), &less);
    assert_eq!(status, 422, "{refused}");
    let detail = "spec.resources.requests.storage: Forbidden: field can not be less than \
                  status.capacity";
    assert!(refused["message"].as_str().unwrap().ends_with(detail), "{refused}");
}

#[test]
fn a_disk_stays_at_a_lost_node_for_six_minutes() {
    let mut cluster = Cluster::new(2);
    cluster.ok("POST", CLAIMS, &claim("data", wanted(Value::Null, "1Gi")));
    cluster.ok("POST", PODS, &user("web", "data"));
    cluster.settle();
    let pod: Pod = cluster.get("default", "web").unwrap();
    let node = pod.spec.unwrap().node_name.unwrap();
    cluster.fault(Fault::NodeOff { node });
    cluster.run_s(60);
    cluster.ok("POST", PODS, &user("heir", "data"));
    cluster.run_s(10);
    let claim: PersistentVolumeClaim = cluster.get("default", "data").unwrap();
    let volume = claim.spec.unwrap().volume_name.unwrap();
    let error = format!(
        "Warning FailedAttachVolume: Multi-Attach error for volume \"{volume}\" Volume is already \
         used by pod(s) web"
    );
    assert!(events(&cluster, "heir").contains(&error), "{:?}", events(&cluster, "heir"));
    let options = json!({"gracePeriodSeconds": 0});
    cluster.ok("DELETE", &format!("{PODS}/web"), &options);
    cluster.run_s(350);
    assert_eq!(cluster.pods(), ["heir 0/1 ContainerCreating"]);
    cluster.run_s(20);
    assert_eq!(cluster.pods(), ["heir 1/1 Running"]);
}

#[test]
fn a_volume_that_one_pod_alone_may_use_is_refused_to_others() {
    let mut cluster = Cluster::new(1);
    let mut spec = wanted(Value::Null, "1Gi");
    spec["accessModes"] = json!(["ReadWriteOncePod"]);
    cluster.ok("POST", CLAIMS, &claim("data", spec));
    cluster.ok("POST", PODS, &user("first", "data"));
    cluster.settle();
    cluster.ok("POST", PODS, &user("second", "data"));
    cluster.settle();
    assert_eq!(claims(&cluster), ["data Bound 1Gi RWOP standard"]);
    assert_eq!(cluster.pods(), ["first 1/1 Running", "second 0/1 Pending"]);
    let event = &events(&cluster, "second")[0];
    let reason = "node has pod using PersistentVolumeClaim with the same name and \
                  ReadWriteOncePod access mode";
    assert!(event.contains(reason), "{event}");
}
