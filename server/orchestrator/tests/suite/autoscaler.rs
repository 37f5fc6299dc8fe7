//! HorizontalPodAutoscalers: more Pods when they are busy, fewer when they are not.

use expect_test::{Expect, expect};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::usage::{check, events};

const URI: &str = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";

/// Pods that use a whole CPU each and request half of one.
fn busy(cluster: &mut Cluster, requests: &Value) {
    let body = json!({
        "metadata": {"name": "load"},
        "spec": {
            "selector": {"matchLabels": {"app": "load"}},
            "template": {
                "metadata": {"labels": {"app": "load"}},
                "spec": {"containers": [{
                    "name": "app", "image": "polinux/stress", "command": ["stress", "--cpu", "1"],
                    "resources": requests,
                }]},
            },
        },
    });
    cluster.ok("POST", "/apis/apps/v1/namespaces/default/deployments", &body);
}

fn autoscaler(percent: i32, max: i32) -> Value {
    json!({
        "metadata": {"name": "load"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "load"},
            "minReplicas": 1,
            "maxReplicas": max,
            "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent},
            }}],
        },
    })
}

fn half() -> Value {
    json!({"requests": {"cpu": "500m"}, "limits": {"cpu": "1"}})
}

fn replicas(cluster: &Cluster) -> i32 {
    let spec = cluster.get::<Deployment>("default", "load").unwrap().spec.unwrap();
    spec.replicas.unwrap()
}

fn row(cluster: &Cluster) -> String {
    cluster.table(URI, &[0, 1, 2, 3, 4, 5]).join("\n")
}

/// `Type Status Reason: message` of each condition.
fn conditions(cluster: &Cluster, expected: &Expect) {
    let own = cluster.get::<HorizontalPodAutoscaler>("default", "load").unwrap();
    let told = own.status.unwrap().conditions.unwrap_or_default();
    let lines: Vec<String> = told
        .into_iter()
        .map(|one| {
            let (reason, message) = (one.reason.unwrap(), one.message.unwrap());
            format!("{} {} {reason}: {message}", one.type_, one.status)
        })
        .collect();
    check(&lines, expected);
}

#[test]
fn busy_pods_become_more_as_fast_as_is_allowed() {
    let mut cluster = Cluster::new(4);
    busy(&mut cluster, &half());
    cluster.run_s(60);
    cluster.ok("POST", URI, &autoscaler(50, 6));
    assert_eq!(row(&cluster), "load Deployment/load cpu: <unknown>/50% 1 6 0");
    cluster.run_s(14);
    assert_eq!(replicas(&cluster), 1, "nobody looks before 15 s have passed");
    cluster.run_s(3);
    assert_eq!(replicas(&cluster), 4);
    conditions(
        &cluster,
        &expect![[r#"
        AbleToScale True SucceededRescale: the HPA controller was able to update the target scale to 4
        ScalingActive True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)
        ScalingLimited False DesiredWithinRange: the desired count is within the acceptable range
    "#]],
    );
    assert_eq!(row(&cluster), "load Deployment/load cpu: 200%/50% 1 6 1");
    cluster.run_s(90);
    assert_eq!(replicas(&cluster), 6);
    conditions(
        &cluster,
        &expect![[r#"
        AbleToScale True ReadyForNewScale: recommended size matches current size
        ScalingActive True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)
        ScalingLimited True TooManyReplicas: the desired replica count is more than the maximum replica count
    "#]],
    );
    assert_eq!(
        row(&cluster),
        "load Deployment/load cpu: 197%/50% 1 6 6",
        "eight CPUs are not enough"
    );
    check(
        &events(&cluster, "load"),
        &expect![[r#"
        Normal ScalingReplicaSet: Scaled up replica set load-667949b54 from 0 to 1
        Normal SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target
        Normal ScalingReplicaSet: Scaled up replica set load-667949b54 from 1 to 4
        Normal SuccessfulRescale: New size: 6; reason: cpu resource utilization (percentage of request) above target
        Normal ScalingReplicaSet: Scaled up replica set load-667949b54 from 4 to 6
    "#]],
    );
}

#[test]
fn idle_pods_become_fewer_when_five_minutes_have_passed() {
    let mut cluster = Cluster::new(4);
    busy(&mut cluster, &half());
    cluster.run_s(60);
    cluster.ok("POST", URI, &autoscaler(50, 4));
    cluster.run_s(120);
    assert_eq!(replicas(&cluster), 4);
    // What they use is now half of what they may.
    let patch = json!({"spec": {"metrics": [{"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 400},
    }}]}});
    cluster.ok("PATCH", &format!("{URI}/load"), &patch);
    cluster.run_s(200);
    assert_eq!(replicas(&cluster), 4);
    conditions(
        &cluster,
        &expect![[r#"
        AbleToScale True ScaleDownStabilized: recent recommendations were higher than current one, applying the highest recent recommendation
        ScalingActive True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)
        ScalingLimited True TooManyReplicas: the desired replica count is more than the maximum replica count
    "#]],
    );
    cluster.run_s(130);
    assert_eq!(replicas(&cluster), 2);
    let told = events(&cluster, "load");
    assert!(told.contains(
        &"Normal SuccessfulRescale: New size: 2; reason: All metrics below target".to_owned()
    ));
}

#[test]
fn without_a_request_there_is_no_utilization() {
    let mut cluster = Cluster::new(2);
    busy(&mut cluster, &json!({}));
    cluster.run_s(60);
    cluster.ok("POST", URI, &autoscaler(50, 4));
    cluster.run_s(20);
    assert_eq!(replicas(&cluster), 1);
    conditions(
        &cluster,
        &expect![[r#"
        AbleToScale True SucceededGetScale: the HPA controller was able to get the target's current scale
        ScalingActive False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container app of Pod load-6cfb6f8497-dbssl
    "#]],
    );
    let told = events(&cluster, "load");
    let told: Vec<String> = told.into_iter().filter(|line| line.starts_with("Warning")).collect();
    check(
        &told,
        &expect![[r#"
        Warning FailedGetResourceMetric: failed to get cpu utilization: missing request for cpu in container app of Pod load-6cfb6f8497-dbssl
        Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: missing request for cpu in container app of Pod load-6cfb6f8497-dbssl
    "#]],
    );
}

#[test]
fn a_target_that_is_not_there_cannot_be_scaled() {
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", URI, &autoscaler(50, 4));
    cluster.run_s(20);
    conditions(
        &cluster,
        &expect![[r#"
        AbleToScale False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "load" not found
    "#]],
    );
}

#[test]
fn policies_say_how_fast_and_a_window_how_soon() {
    let mut cluster = Cluster::new(4);
    busy(&mut cluster, &half());
    cluster.run_s(60);
    let mut own = autoscaler(50, 10);
    own["spec"]["behavior"] = json!({
        "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
    });
    let made = cluster.ok("POST", URI, &own);
    assert_eq!(made["spec"]["behavior"]["scaleUp"]["stabilizationWindowSeconds"], 0);
    let down = &made["spec"]["behavior"]["scaleDown"];
    assert_eq!(down["policies"][0], json!({"type": "Percent", "value": 100, "periodSeconds": 15}));
    cluster.run_s(20);
    assert_eq!(replicas(&cluster), 2);
    conditions(
        &cluster,
        &expect![[r#"
        AbleToScale True SucceededRescale: the HPA controller was able to update the target scale to 2
        ScalingActive True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)
        ScalingLimited True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate
    "#]],
    );
    cluster.run_s(45);
    assert_eq!(replicas(&cluster), 2, "one more Pod a minute");
    cluster.run_s(20);
    assert_eq!(replicas(&cluster), 3);
}

#[test]
fn memory_by_value_and_the_replicas_bounds() {
    let mut cluster = Cluster::new(2);
    cluster.deploy("load", 6, "my-app:1.0");
    cluster.run_s(60);
    let mut own = autoscaler(50, 5);
    own["spec"]["metrics"] = json!([{"type": "Resource", "resource": {
        "name": "memory", "target": {"type": "AverageValue", "averageValue": "12Mi"},
    }}]);
    cluster.ok("POST", URI, &own);
    cluster.run_s(20);
    assert_eq!(replicas(&cluster), 5);
    cluster.run_s(30);
    assert_eq!(row(&cluster), "load Deployment/load memory: 12582912/12Mi 1 5 5");
    check(
        &events(&cluster, "load")[..],
        &expect![[r#"
        Normal ScalingReplicaSet: Scaled up replica set load-5ddd7bb7d9 from 0 to 6
        Normal SuccessfulRescale: New size: 5; reason: Current number of replicas above Spec.MaxReplicas
        Normal ScalingReplicaSet: Scaled down replica set load-5ddd7bb7d9 from 6 to 5
    "#]],
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut cluster = Cluster::new(1);
    let (status, refused) = cluster.request("POST", URI, &autoscaler(0, 0));
    assert_eq!(status, 422);
    expect![[r#"HorizontalPodAutoscaler.autoscaling "load" is invalid: [spec.maxReplicas: Invalid value: 0: must be greater than 0, spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`, spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0]"#]].assert_eq(refused["message"].as_str().unwrap());
}

/// The older version says CPU alone, and in one word.
#[test]
fn the_first_version_is_served_too() {
    let mut cluster = Cluster::new(1);
    let old = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    let body = json!({
        "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "load"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "load"},
            "maxReplicas": 3, "targetCPUUtilizationPercentage": 50,
        },
    });
    let made = cluster.ok("POST", old, &body);
    assert_eq!(made["apiVersion"], "autoscaling/v1");
    assert_eq!(made["spec"]["targetCPUUtilizationPercentage"], 50);
    assert_eq!(made["spec"]["minReplicas"], 1);
    assert_eq!(row(&cluster), "load Deployment/load cpu: <unknown>/50% 1 3 0");
    let patch = json!({"spec": {"targetCPUUtilizationPercentage": 70}});
    cluster.ok("PATCH", &format!("{old}/load"), &patch);
    assert_eq!(row(&cluster), "load Deployment/load cpu: <unknown>/70% 1 3 0");
    let list = cluster.ok("GET", old, &Value::Null);
    assert_eq!(list["apiVersion"], "autoscaling/v1");
    assert_eq!(list["items"][0]["spec"]["targetCPUUtilizationPercentage"], 70);
    let groups = cluster.ok("GET", "/apis/autoscaling", &Value::Null);
    let versions: Vec<&Value> =
        groups["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(versions, ["v2", "v1"]);
    let resources = cluster.ok("GET", "/apis/autoscaling/v1", &Value::Null);
    assert_eq!(resources["groupVersion"], "autoscaling/v1");
}
