//! Resizing Pods in place.
//! <https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/>

use k8s_openapi::api::core::v1::Pod;
use orchestrator::Kind;
use serde_json::{Value, json};

use crate::cluster::Cluster;

const POD: &str = "/api/v1/namespaces/default/pods/web";
const RESIZE: &str = "/api/v1/namespaces/default/pods/web/resize";

/// A Pod with 200m of CPU and 128Mi of memory on a node of two CPUs.
fn start(more: &Value) -> Cluster {
    let mut cluster = Cluster::new(1);
    let amounts = json!({"cpu": "200m", "memory": "128Mi"});
    let mut container = json!({
        "name": "app", "image": "helloworld-app", "resources": {"requests": amounts},
    });
    for (name, value) in more.as_object().unwrap() {
        container[name] = value.clone();
    }
    let body = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [container]},
    });
    cluster.ok("POST", "/api/v1/namespaces/default/pods", &body);
    cluster.run_s(20);
    assert_eq!(cluster.pods(), ["web 1/1 Running"]);
    cluster
}

fn ask(cluster: &mut Cluster, requests: &Value) -> (u16, Value) {
    let container = json!({"name": "app", "resources": {"requests": requests}});
    cluster.request("PATCH", RESIZE, &json!({"spec": {"containers": [container]}}))
}

/// What the Pod asks for, has been granted, and has; its restarts; and what it says of the resize.
fn told(cluster: &Cluster) -> String {
    let pod: Pod = cluster.get("default", "web").unwrap();
    let pod = serde_json::to_value(&pod).unwrap();
    let status = &pod["status"]["containerStatuses"][0];
    let cpu = |value: &Value| value["cpu"].as_str().unwrap_or("-").to_owned();
    let conditions = pod["status"]["conditions"].as_array().unwrap().iter();
    let resize = conditions.filter(|one| one["type"].as_str().unwrap().starts_with("PodResize"));
    let resize: Vec<String> =
        resize.map(|one| format!("{} {}", one["type"], one["reason"])).collect();
    format!(
        "{} {} {} x{} {}",
        cpu(&pod["spec"]["containers"][0]["resources"]["requests"]),
        cpu(&status["allocatedResources"]),
        cpu(&status["resources"]["requests"]),
        status["restartCount"],
        resize.join(", ").replace('"', "")
    )
}

#[test]
fn a_container_gets_more_without_a_restart() {
    let mut cluster = start(&json!({}));
    let (code, _) = ask(&mut cluster, &json!({"cpu": "500m"}));
    assert_eq!(code, 200);
    cluster.world.run_until(cluster.now() + 40);
    assert_eq!(told(&cluster), "500m 500m 200m x0 PodResizeInProgress null");
    cluster.run_s(5);
    assert_eq!(told(&cluster), "500m 500m 500m x0 ");
    let events = cluster.events("web");
    let of_resize: Vec<&String> = events.iter().filter(|one| one.starts_with("Resize")).collect();
    let amounts = "{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"500m\",\
                   \"memory\":\"128Mi\"}}}],\"generation\":2}";
    let expected = [
        format!("ResizeStarted Pod resize started: {amounts}"),
        format!("ResizeCompleted Pod resize completed: {amounts}"),
    ];
    assert_eq!(of_resize, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_container_is_restarted_where_it_asks_for_that() {
    let policy = json!([{"resourceName": "memory", "restartPolicy": "RestartContainer"}]);
    let mut cluster = start(&json!({"resizePolicy": policy}));
    ask(&mut cluster, &json!({"cpu": "300m"}));
    cluster.run_s(10);
    assert_eq!(told(&cluster), "300m 300m 300m x0 ");
    ask(&mut cluster, &json!({"memory": "256Mi"}));
    cluster.run_s(60);
    assert_eq!(told(&cluster), "300m 300m 300m x1 ");
    let events = cluster.events("web");
    let killed = "Killing Container app resize requires restart";
    assert!(events.iter().any(|event| event == killed), "{events:?}");
    assert_eq!(cluster.pods(), ["web 1/1 Running"]);
}

#[test]
fn what_does_not_fit_waits_or_never_comes() {
    let mut cluster = start(&json!({}));
    let other = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "other"},
        "spec": {"nodeName": "node-1", "containers": [{
            "name": "app", "image": "helloworld-app", "resources": {"requests": {"cpu": "1500m"}},
        }]},
    });
    cluster.ok("POST", "/api/v1/namespaces/default/pods", &other);
    cluster.run_s(10);
    ask(&mut cluster, &json!({"cpu": "600m"}));
    cluster.run_s(5);
    assert_eq!(told(&cluster), "600m 200m 200m x0 PodResizePending Deferred");
    let pod: Pod = cluster.get("default", "web").unwrap();
    let first = &pod.status.unwrap().conditions.unwrap()[0];
    assert_eq!(
        first.message.as_deref(),
        Some("Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity: 2000")
    );
    ask(&mut cluster, &json!({"cpu": "9"}));
    cluster.run_s(5);
    assert_eq!(told(&cluster), "9 200m 200m x0 PodResizePending Infeasible");
    ask(&mut cluster, &json!({"cpu": "600m"}));
    cluster.run_s(5);
    cluster.ok("DELETE", "/api/v1/namespaces/default/pods/other", &json!(null));
    cluster.run_s(60);
    assert_eq!(told(&cluster), "600m 600m 600m x0 ");
    assert_eq!(cluster.names(Kind::Pod), ["web"]);
}

#[test]
fn some_changes_are_refused() {
    let mut cluster = start(&json!({}));
    let amounts = json!({"spec": {"containers": [{
        "name": "app", "resources": {"requests": {"cpu": "500m"}},
    }]}});
    let (code, _) = cluster.request("PATCH", POD, &amounts);
    assert_eq!(code, 422, "resources change through the subresource alone");
    let limits = json!({"cpu": "200m", "memory": "128Mi"});
    let cases = [
        (json!({"requests": {"memory": null}}), "resource requests cannot be removed"),
        (json!({"limits": limits}), "Pod QOS Class may not change as a result of resizing"),
        (
            json!({"requests": {"ephemeral-storage": "1Gi"}}),
            "only cpu and memory resources are mutable",
        ),
    ];
    for (resources, expected) in cases {
        let body = json!({"spec": {"containers": [{"name": "app", "resources": resources}]}});
        let (code, reply) = cluster.request("PATCH", RESIZE, &body);
        assert_eq!(code, 422);
        assert!(reply["message"].as_str().unwrap().contains(expected), "{reply}");
    }
}
