//! What programs use, and what happens when they use too much.

use expect_test::{Expect, expect};
use k8s_openapi::api::core::v1::{Node, Pod};
use orchestrator::trace::What;
use orchestrator::{Fault, Object};
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// A Pod with one container.
pub(crate) fn run(cluster: &mut Cluster, name: &str, container: &Value) {
    let mut container = container.clone();
    container["name"] = "app".into();
    let body = json!({"metadata": {"name": name}, "spec": {"containers": [container]}});
    cluster.ok("POST", "/api/v1/namespaces/default/pods", &body);
}

/// `TYPE REASON OBJECT MESSAGE` of each event about an object, in order of first occurrence.
pub(crate) fn events(cluster: &Cluster, about: &str) -> Vec<String> {
    let mut told: Vec<(String, String)> = Vec::new();
    for entry in cluster.world.trace().iter_from(0) {
        let What::Write { after: Some(Object::Event(event)), .. } = &entry.what else { continue };
        if event.involved_object.name.as_deref() != Some(about) {
            continue;
        }
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let count = event.count.filter(|count| *count > 1).map(|count| format!(" x{count}"));
        let head = format!("{} {}", text(&event.type_), text(&event.reason));
        let line = format!("{head}{}: {}", count.unwrap_or_default(), text(&event.message));
        let name = text(&event.metadata.name);
        match told.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = line,
            None => told.push((name, line)),
        }
    }
    told.into_iter().map(|(_, line)| line).collect()
}

#[track_caller]
pub(crate) fn check(lines: &[String], expected: &Expect) {
    expected.assert_eq(&lines.iter().map(|line| format!("{line}\n")).collect::<String>());
}

fn stress(bytes: &str, limit: Option<&str>) -> Value {
    let args = ["--vm", "1", "--vm-bytes", bytes, "--vm-hang", "1"];
    let mut container = json!({"image": "polinux/stress", "command": ["stress"], "args": args});
    if let Some(limit) = limit {
        container["resources"] = json!({"limits": {"memory": limit}});
    }
    container
}

fn condition(cluster: &Cluster, node: &str, kind: &str) -> String {
    let status = cluster.get::<Node>("", node).unwrap().status.unwrap();
    let found = status.conditions.unwrap().into_iter().find(|c| c.type_ == kind).unwrap();
    format!("{} {} {}", found.status, found.reason.unwrap(), found.message.unwrap())
}

/// <https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/>
#[test]
fn a_container_over_its_limit_is_killed_and_started_again() {
    let mut cluster = Cluster::new(1);
    run(&mut cluster, "memory-demo", &stress("150M", Some("200Mi")));
    run(&mut cluster, "memory-demo-2", &stress("250M", Some("100Mi")));
    cluster.run_s(8);
    check(
        &cluster.pods(),
        &expect![[r#"
        memory-demo 1/1 Running
        memory-demo-2 0/1 CrashLoopBackOff
    "#]],
    );
    let status = cluster.get::<Pod>("default", "memory-demo-2").unwrap().status.unwrap();
    let container = &status.container_statuses.unwrap()[0];
    let last = container.last_state.clone().unwrap().terminated;
    let ended = last.or_else(|| container.state.clone()?.terminated).unwrap();
    assert_eq!((ended.exit_code, ended.reason.as_deref()), (137, Some("OOMKilled")));
    cluster.run_s(20);
    check(
        &cluster.pods(),
        &expect![[r#"
        memory-demo 1/1 Running
        memory-demo-2 0/1 CrashLoopBackOff
    "#]],
    );
}

#[test]
fn what_a_fault_takes_ends_the_container_when_its_limit_is_passed() {
    let mut cluster = Cluster::new(1);
    let limits = json!({"limits": {"memory": "64Mi"}});
    run(&mut cluster, "web", &json!({"image": "my-app:1.0", "resources": limits}));
    cluster.run_s(10);
    let (namespace, pod, container) = ("default".to_owned(), "web".to_owned(), "app".to_owned());
    let before = cluster.now();
    cluster.fault(Fault::MemoryLeak { namespace, pod, container, bytes_per_s: 1 << 20 });
    // 12 of its 64 MiB are in use: 52 s are left.
    cluster.run_s(51);
    assert_eq!(cluster.pods(), ["web 1/1 Running"]);
    assert_eq!(cluster.world.next_waited().map(|at| at - before), Some(52_001));
    cluster.run_s(2);
    let status = cluster.get::<Pod>("default", "web").unwrap().status.unwrap();
    let container = &status.container_statuses.unwrap()[0];
    assert_eq!(container.restart_count, 1, "at once the first time");
    let (namespace, pod, container) = ("default".to_owned(), "web".to_owned(), "app".to_owned());
    cluster.run_s(10);
    cluster.fault(Fault::MemoryFill { namespace, pod, container, bytes: 60 << 20 });
    cluster.run_s(1);
    assert_eq!(cluster.pods(), ["web 0/1 OOMKilled"]);
}

#[test]
fn a_node_short_of_memory_says_so_and_evicts_what_is_far_above_its_request() {
    let mut cluster = Cluster::new(1);
    run(
        &mut cluster,
        "modest",
        &json!({
            "image": "my-app:1.0", "resources": {"requests": {"memory": "64Mi"}},
        }),
    );
    run(&mut cluster, "greedy", &stress("3700M", None));
    cluster.run_s(30);
    check(
        &cluster.pods(),
        &expect![[r#"
            greedy 0/1 Error
            modest 1/1 Running
        "#]],
    );
    check(
        &events(&cluster, "greedy"),
        &expect![[r#"
            Normal Scheduled: Successfully assigned default/greedy to node-1
            Normal Pulling: Pulling image "polinux/stress"
            Normal Pulled: Successfully pulled image "polinux/stress" in 952ms (2.591s including waiting). Image size: 4049409 bytes.
            Normal Created: Container created
            Normal Started: Container started
            Normal Killing: Stopping container app
            Warning Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: 33592Ki. Container app was using 3790024Ki, request is 0, has larger consumption of memory. 
        "#]],
    );
    check(
        &events(&cluster, "node-1"),
        &expect![[r#"
            Normal Starting: Starting kubelet.
            Normal NodeHasSufficientMemory: Node node-1 status is now: NodeHasSufficientMemory
            Normal NodeHasNoDiskPressure: Node node-1 status is now: NodeHasNoDiskPressure
            Normal NodeHasSufficientPID: Node node-1 status is now: NodeHasSufficientPID
            Normal NodeReady: Node node-1 status is now: NodeReady
            Warning EvictionThresholdMet: Attempting to reclaim memory
            Normal NodeHasInsufficientMemory: Node node-1 status is now: NodeHasInsufficientMemory
        "#]],
    );
    let greedy = cluster.get::<Pod>("default", "greedy").unwrap().status.unwrap();
    assert_eq!(greedy.phase.as_deref(), Some("Failed"));
    expect!["The node was low on resource: memory. Threshold quantity: 100Mi, available: 33592Ki. Container app was using 3790024Ki, request is 0, has larger consumption of memory. "].assert_eq(&greedy.message.unwrap());
    let told = greedy.conditions.unwrap().into_iter().find(|c| c.type_ == "DisruptionTarget");
    assert_eq!(told.unwrap().reason.as_deref(), Some("TerminationByKubelet"));
    expect!["True KubeletHasInsufficientMemory kubelet has insufficient memory available"]
        .assert_eq(&condition(&cluster, "node-1", "MemoryPressure"));
    let taints = |cluster: &Cluster| {
        let spec = cluster.get::<Node>("", "node-1").unwrap().spec.unwrap();
        spec.taints.unwrap_or_default().into_iter().map(|taint| taint.key).collect::<Vec<_>>()
    };
    assert_eq!(taints(&cluster), ["node.kubernetes.io/memory-pressure"]);
    cluster.run_s(310);
    expect!["False KubeletHasSufficientMemory kubelet has sufficient memory available"]
        .assert_eq(&condition(&cluster, "node-1", "MemoryPressure"));
    assert!(taints(&cluster).is_empty());
}

#[test]
fn a_node_without_memory_ends_the_process_that_has_most_of_it() {
    let mut cluster = Cluster::new(1);
    run(&mut cluster, "modest", &json!({"image": "my-app:1.0"}));
    run(&mut cluster, "greedy", &stress("5G", None));
    cluster.run_s(9);
    let greedy = cluster.get::<Pod>("default", "greedy").unwrap().status.unwrap();
    let container = &greedy.container_statuses.unwrap()[0];
    let last = container.last_state.clone().unwrap().terminated;
    let ended = last.or_else(|| container.state.clone()?.terminated).unwrap();
    assert_eq!((ended.exit_code, ended.reason.as_deref()), (137, Some("OOMKilled")));
    check(
        &events(&cluster, "node-1")[..],
        &expect![[r#"
            Normal Starting: Starting kubelet.
            Normal NodeHasSufficientMemory: Node node-1 status is now: NodeHasSufficientMemory
            Normal NodeHasNoDiskPressure: Node node-1 status is now: NodeHasNoDiskPressure
            Normal NodeHasSufficientPID: Node node-1 status is now: NodeHasSufficientPID
            Normal NodeReady: Node node-1 status is now: NodeReady
            Warning SystemOOM: System OOM encountered, victim process: stress, pid: 33374
            Warning SystemOOM: System OOM encountered, victim process: stress, pid: 33199
        "#]],
    );
}

#[test]
fn a_pod_may_be_active_only_so_long() {
    let mut cluster = Cluster::new(1);
    let body = json!({"metadata": {"name": "brief"}, "spec": {
        "activeDeadlineSeconds": 20,
        "containers": [{"name": "app", "image": "my-app:1.0"}],
    }});
    cluster.ok("POST", "/api/v1/namespaces/default/pods", &body);
    cluster.run_s(19);
    assert_eq!(cluster.pods(), ["brief 1/1 Running"]);
    cluster.run_s(3);
    assert_eq!(cluster.pods(), ["brief 0/1 Completed"]);
    check(
        &events(&cluster, "brief"),
        &expect![[r#"
            Normal Scheduled: Successfully assigned default/brief to node-1
            Normal Pulling: Pulling image "my-app:1.0"
            Normal Pulled: Successfully pulled image "my-app:1.0" in 1.585s (1.585s including waiting). Image size: 25165824 bytes.
            Normal Created: Container created
            Normal Started: Container started
            Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline
            Normal Killing: Stopping container app
        "#]],
    );
}

#[test]
fn an_idle_cluster_waits_for_nothing() {
    let mut cluster = Cluster::new(1);
    cluster.deploy("web", 3, "my-app:1.0");
    cluster.settle();
    assert_eq!(cluster.world.next_waited(), None);
}
