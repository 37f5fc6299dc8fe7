//! DaemonSets: a Pod on every node that fits.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/>

use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet};
use k8s_openapi::api::core::v1::Pod;
use orchestrator::{Fault, Kind};
use serde_json::{Value, json};

use crate::cluster::Cluster;

const SETS: &str = "/apis/apps/v1/namespaces/default/daemonsets";

fn daemon_set(pod: &Value) -> Value {
    let mut spec = json!({"containers": [{"name": "app", "image": "my-app:1.0"}]});
    for (field, value) in pod.as_object().unwrap() {
        spec[field] = value.clone();
    }
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {"metadata": {"labels": {"app": "agent"}}, "spec": spec},
        },
    })
}

fn settled(workers: u32, pod: &Value) -> Cluster {
    let mut cluster = Cluster::new(workers);
    cluster.ok("POST", SETS, &daemon_set(pod));
    cluster.settle();
    cluster
}

fn pods(cluster: &Cluster) -> Vec<Pod> {
    let pods = cluster.objects(Kind::Pod);
    let pods = pods.iter().filter_map(|pod| pod.as_typed::<Pod>()).cloned();
    pods.filter(|pod| pod.metadata.namespace.as_deref() == Some("default")).collect()
}

/// The nodes that have a Pod of it, with the Pod's image.
fn nodes(cluster: &Cluster) -> Vec<String> {
    let of = |pod: &Pod| {
        let spec = pod.spec.as_ref().unwrap();
        let image = spec.containers[0].image.clone().unwrap();
        format!("{} {image}", spec.node_name.clone().unwrap_or_default())
    };
    let mut nodes: Vec<String> = pods(cluster).iter().map(of).collect();
    nodes.sort();
    nodes
}

fn patch(cluster: &mut Cluster, patch: &Value) {
    cluster.ok("PATCH", &format!("{SETS}/agent"), patch);
}

fn set_image(cluster: &mut Cluster, image: &str) {
    let containers = json!([{"name": "app", "image": image}]);
    patch(cluster, &json!({"spec": {"template": {"spec": {"containers": containers}}}}));
}

fn label(cluster: &mut Cluster, node: &str, labels: &Value) {
    let uri = format!("/api/v1/nodes/{node}");
    cluster.ok("PATCH", &uri, &json!({"metadata": {"labels": labels}}));
}

#[test]
fn each_worker_gets_a_pod_that_the_scheduler_puts_there() {
    let cluster = settled(2, &json!({}));
    assert_eq!(nodes(&cluster), ["node-1 my-app:1.0", "node-2 my-app:1.0"]);
    let rows = cluster.table(SETS, &[0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(rows, ["agent 2 2 2 2 2 <none>"]);
    let pod = serde_json::to_value(&pods(&cluster)[0]).unwrap();
    let node = pod["spec"]["nodeName"].clone();
    assert_eq!(
        pod["spec"]["affinity"]["nodeAffinity"],
        json!({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]},
        ]}})
    );
    let tolerations = pod["spec"]["tolerations"].as_array().unwrap().iter();
    let tolerations = tolerations.map(|one| {
        assert_eq!((&one["operator"], &one["tolerationSeconds"]), (&json!("Exists"), &json!(null)));
        let text = |field: &str| one[field].as_str().unwrap().to_owned();
        format!("{}:{}", text("key").replace("node.kubernetes.io/", ""), text("effect"))
    });
    assert_eq!(
        tolerations.collect::<Vec<_>>(),
        [
            "not-ready:NoExecute",
            "unreachable:NoExecute",
            "disk-pressure:NoSchedule",
            "memory-pressure:NoSchedule",
            "pid-pressure:NoSchedule",
            "unschedulable:NoSchedule",
        ]
    );
    assert_eq!(pod["metadata"]["labels"]["pod-template-generation"], "1");
    let name = pod["metadata"]["name"].as_str().unwrap();
    let message = format!("SuccessfulCreate Created pod: {name}");
    assert!(cluster.events("agent").contains(&message), "{:?}", cluster.events("agent"));
}

#[test]
fn a_revision_keeps_the_template_as_a_patch() {
    let cluster = settled(1, &json!({}));
    let name = cluster.names(Kind::ControllerRevision).remove(0);
    let revision = cluster.get::<ControllerRevision>("default", &name).unwrap();
    let hash = name.strip_prefix("agent-").unwrap();
    let labels = revision.metadata.labels.unwrap();
    assert_eq!((&*labels["controller-revision-hash"], &*labels["app"]), (hash, "agent"));
    assert_eq!(
        pods(&cluster)[0].metadata.labels.as_ref().unwrap()["controller-revision-hash"],
        hash
    );
    let set = cluster.get::<DaemonSet>("default", "agent").unwrap();
    let mut template = serde_json::to_value(set.spec.unwrap().template).unwrap();
    template["$patch"] = json!("replace");
    assert_eq!(revision.data.unwrap().0, json!({"spec": {"template": template}}));
    let rows = cluster.table("/apis/apps/v1/namespaces/default/controllerrevisions", &[1, 2]);
    assert_eq!(rows, ["daemonset.apps/agent 1"]);
}

#[test]
fn tolerations_node_selectors_and_cordons() {
    let taint = "node-role.kubernetes.io/control-plane";
    let pod = json!({"tolerations": [{"key": taint, "operator": "Exists"}]});
    let cluster = settled(1, &pod);
    assert_eq!(nodes(&cluster), ["control-plane-1 my-app:1.0", "node-1 my-app:1.0"]);

    let mut cluster = settled(2, &json!({"nodeSelector": {"disk": "ssd"}}));
    assert_eq!(cluster.table(SETS, &[1, 6]), ["0 disk=ssd"]);
    label(&mut cluster, "node-2", &json!({"disk": "ssd"}));
    cluster.ok("PATCH", "/api/v1/nodes/node-2", &json!({"spec": {"unschedulable": true}}));
    cluster.settle();
    assert_eq!(nodes(&cluster), ["node-2 my-app:1.0"], "even where others may not go");
    label(&mut cluster, "node-2", &json!({"disk": null}));
    cluster.run_s(40);
    assert!(nodes(&cluster).is_empty(), "the node fits no longer");
}

#[test]
fn a_rolling_update_takes_node_after_node() {
    let mut cluster = settled(3, &json!({}));
    set_image(&mut cluster, "my-app:2.0");
    let mut fewest = 3;
    while !cluster.world.is_quiet() {
        cluster.world.step();
        let status = cluster.get::<DaemonSet>("default", "agent").unwrap().status.unwrap();
        fewest = fewest.min(status.number_available.unwrap_or_default());
    }
    cluster.settle();
    assert_eq!(fewest, 2, "maxUnavailable is 1");
    let expected = ["node-1 my-app:2.0", "node-2 my-app:2.0", "node-3 my-app:2.0"];
    assert_eq!(nodes(&cluster), expected);
    let set = cluster.get::<DaemonSet>("default", "agent").unwrap();
    let annotations = set.metadata.annotations.unwrap();
    assert_eq!(annotations["deprecated.daemonset.template.generation"], "2");
    assert_eq!(set.status.unwrap().updated_number_scheduled, Some(3));
    set_image(&mut cluster, "my-app:1.0");
    cluster.run_s(200);
    let mut revisions = cluster.table("/apis/apps/v1/namespaces/default/controllerrevisions", &[2]);
    revisions.sort();
    assert_eq!(revisions, ["2", "3"], "the first template's revision has the third number");
}

#[test]
fn on_delete_waits_for_somebody_to_delete() {
    let mut cluster = settled(2, &json!({}));
    let strategy = json!({"type": "OnDelete", "rollingUpdate": null});
    patch(&mut cluster, &json!({"spec": {"updateStrategy": strategy}}));
    set_image(&mut cluster, "my-app:2.0");
    cluster.run_s(100);
    assert_eq!(nodes(&cluster), ["node-1 my-app:1.0", "node-2 my-app:1.0"]);
    assert_eq!(cluster.table(SETS, &[3, 4]), ["2 0"]);
    let of_second = |pod: &Pod| pod.spec.as_ref().unwrap().node_name.as_deref() == Some("node-2");
    let second = pods(&cluster).into_iter().find(of_second).unwrap().metadata.name.unwrap();
    cluster.ok("DELETE", &format!("/api/v1/namespaces/default/pods/{second}"), &json!(null));
    cluster.run_s(60);
    assert_eq!(nodes(&cluster), ["node-1 my-app:1.0", "node-2 my-app:2.0"]);
}

#[test]
fn a_surge_brings_the_new_pod_before_the_old_one_goes() {
    let mut cluster = settled(2, &json!({}));
    let rolling = json!({"maxSurge": 1, "maxUnavailable": 0});
    patch(&mut cluster, &json!({"spec": {"updateStrategy": {"rollingUpdate": rolling}}}));
    cluster.settle();
    set_image(&mut cluster, "my-app:2.0");
    let (mut most, mut fewest) = (0, 2);
    while !cluster.world.is_quiet() {
        cluster.world.step();
        let kept = |pod: &Pod| pod.metadata.deletion_timestamp.is_none();
        most = most.max(pods(&cluster).into_iter().filter(kept).count());
        let status = cluster.get::<DaemonSet>("default", "agent").unwrap().status.unwrap();
        fewest = fewest.min(status.number_ready);
    }
    assert_eq!((most, fewest), (3, 2));
    cluster.run_s(60);
    assert_eq!(nodes(&cluster), ["node-1 my-app:2.0", "node-2 my-app:2.0"]);
}

#[test]
fn a_broken_image_stops_the_update_at_the_first_node() {
    let mut cluster = settled(3, &json!({}));
    set_image(&mut cluster, "my-app:missing");
    cluster.run_s(120);
    let broken = nodes(&cluster).iter().filter(|node| node.ends_with("missing")).count();
    assert_eq!(broken, 1, "{:?}", nodes(&cluster));
}

#[test]
fn a_failed_pod_is_deleted_and_another_takes_its_place() {
    let mut cluster = settled(1, &json!({}));
    let mut replaced_after = Vec::new();
    for _ in 0..3 {
        let name = pods(&cluster)[0].metadata.name.clone().unwrap();
        let uri = format!("/api/v1/namespaces/default/pods/{name}/status");
        cluster.ok("PATCH", &uri, &json!({"status": {"phase": "Failed"}}));
        let begun = cluster.now();
        let is_gone = |cluster: &Cluster| !cluster.names(Kind::Pod).contains(&name);
        while !is_gone(&cluster) && cluster.now() - begun < 60_000 {
            cluster.run_s(1);
        }
        replaced_after.push((cluster.now() - begun) / 1000);
        let message = format!(
            "FailedDaemonPod Found failed daemon pod default/{name} on node node-1, will try to \
             kill it"
        );
        assert!(cluster.events("agent").contains(&message), "{:?}", cluster.events("agent"));
    }
    assert!(replaced_after.iter().all(|seconds| *seconds < 60), "{replaced_after:?}");
    assert_eq!(cluster.names(Kind::Pod).len(), 1);
}

#[test]
fn pods_of_a_dead_node_stay_but_are_no_longer_wanted_there() {
    let mut cluster = settled(2, &json!({}));
    cluster.fault(Fault::NodeOff { node: "node-1".to_owned() });
    cluster.run_s(500);
    assert_eq!(nodes(&cluster), ["node-1 my-app:1.0", "node-2 my-app:1.0"], "it tolerates");
    // It tolerates the taint `unreachable` that evicts, not the one against new Pods.
    assert_eq!(cluster.table(SETS, &[1, 2, 3, 5]), ["1 1 1 1"]);
    let status = cluster.get::<DaemonSet>("default", "agent").unwrap().status.unwrap();
    assert_eq!(status.number_misscheduled, 1);
}

#[test]
fn what_is_wrong_is_said_in_kubernetes_words() {
    let mut cluster = Cluster::new(1);
    let mut refuse = |change: &dyn Fn(&mut Value), expected: &str| {
        let mut body = daemon_set(&json!({}));
        change(&mut body["spec"]);
        let (status, answer) = cluster.request("POST", SETS, &body);
        let message = answer["message"].as_str().unwrap();
        let message = message.strip_prefix("DaemonSet.apps \"agent\" is invalid: ").unwrap();
        assert_eq!((status, message), (422, expected));
    };
    refuse(
        &|spec| spec["selector"] = json!({"matchLabels": {"app": "other"}}),
        "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"agent\"}: \
         `selector` does not match template `labels`",
    );
    refuse(
        &|spec| spec["updateStrategy"] = json!({"type": "Recreate"}),
        "spec.updateStrategy.type: Unsupported value: \"Recreate\": supported values: \
         \"RollingUpdate\", \"OnDelete\"",
    );
    refuse(
        &|spec| spec["updateStrategy"] = json!({"rollingUpdate": {"maxUnavailable": 0}}),
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when \
         `maxSurge` is 0",
    );
    refuse(
        &|spec| spec["template"]["spec"]["restartPolicy"] = json!("Never"),
        "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \
         \"Always\"",
    );
}
