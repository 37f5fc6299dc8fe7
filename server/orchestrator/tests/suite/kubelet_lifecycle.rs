//! A Pod's life on its node: sidecars, hooks, last words, refusals, gates, and what it is told.

use expect_test::expect;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::usage::{check, events};

const PODS: &str = "/api/v1/namespaces/default/pods";

fn pod(cluster: &mut Cluster, name: &str, spec: &Value) {
    cluster.ok("POST", PODS, &json!({"metadata": {"name": name}, "spec": spec}));
}

fn status(cluster: &Cluster, name: &str) -> k8s_openapi::api::core::v1::PodStatus {
    cluster.get::<Pod>("default", name).unwrap().status.unwrap()
}

fn container(cluster: &Cluster, name: &str) -> ContainerStatus {
    status(cluster, name).container_statuses.unwrap().remove(0)
}

fn log(cluster: &Cluster, pod: &str, container: &str) -> String {
    let uri = format!("{PODS}/{pod}/log?container={container}");
    let response = cluster.world.peek(&orchestrator::ApiRequest::new("GET", &uri, "", ""));
    String::from_utf8(response.body().to_vec()).unwrap()
}

fn shell(name: &str, script: &str) -> Value {
    json!({
        "name": name, "image": "busybox:1.36", "command": ["sh", "-c", script],
    })
}

fn sidecar(name: &str) -> Value {
    let mut container = shell(name, "trap 'echo bye; exit 0' TERM; while true; do sleep 1; done");
    container["restartPolicy"] = "Always".into();
    container
}

#[test]
fn sidecars_start_first_and_stop_last_in_reverse_order() {
    let mut cluster = Cluster::new(1);
    let main = shell("app", "trap 'exit 0' TERM; while true; do sleep 1; done");
    let init = json!([sidecar("proxy"), sidecar("shipper")]);
    pod(&mut cluster, "web", &json!({"initContainers": init, "containers": [main]}));
    cluster.run_s(20);
    assert_eq!(cluster.pods(), ["web 3/3 Running"]);
    cluster.ok("DELETE", &format!("{PODS}/web"), &Value::Null);
    cluster.run_s(40);
    check(
        &events(&cluster, "web"),
        &expect![[r#"
            Normal Scheduled: Successfully assigned default/web to node-1
            Normal Pulling: Pulling image "busybox:1.36"
            Normal Pulled: Successfully pulled image "busybox:1.36" in 773ms (773ms including waiting). Image size: 2221437 bytes.
            Normal Created: Container created
            Normal Started: Container started
            Normal Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod
            Normal Created: Container created
            Normal Started: Container started
            Normal Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod
            Normal Created: Container created
            Normal Started: Container started
            Normal Killing: Stopping container app
            Normal Killing: Stopping container shipper
            Normal Killing: Stopping container proxy
        "#]],
    );
}

#[test]
fn sidecars_do_not_keep_a_pod_from_completing() {
    let mut cluster = Cluster::new(1);
    let spec = json!({
        "restartPolicy": "Never",
        "initContainers": [sidecar("proxy")],
        "containers": [shell("work", "sleep 12; echo done")],
    });
    pod(&mut cluster, "once", &spec);
    cluster.run_s(9);
    assert_eq!(cluster.pods(), ["once 2/2 Running"]);
    cluster.run_s(20);
    assert_eq!(cluster.pods(), ["once 0/2 Completed"]);
    assert_eq!(status(&cluster, "once").phase.as_deref(), Some("Succeeded"));
    assert_eq!(log(&cluster, "once", "proxy"), "bye\n");
}

#[test]
fn a_container_runs_when_its_post_start_hook_is_done() {
    let mut cluster = Cluster::new(1);
    let hook = json!({"postStart": {"exec": {"command": ["sleep", "10"]}}});
    let spec = json!({"containers": [
        {"name": "app", "image": "my-app:1.0", "lifecycle": hook},
    ]});
    pod(&mut cluster, "slow", &spec);
    cluster.run_s(8);
    assert_eq!(cluster.pods(), ["slow 0/1 ContainerCreating"]);
    cluster.run_s(8);
    assert_eq!(cluster.pods(), ["slow 1/1 Running"]);
    let hook = json!({"postStart": {"exec": {"command": ["false"]}}});
    let spec = json!({"containers": [
        {"name": "app", "image": "my-app:1.0", "lifecycle": hook},
    ]});
    pod(&mut cluster, "bad", &spec);
    cluster.run_s(3);
    let told = events(&cluster, "bad");
    let told: Vec<String> = told.into_iter().filter(|line| line.contains("Hook")).collect();
    check(
        &told,
        &expect![[r#"
        Warning FailedPostStartHook x2: PostStartHook failed
        Normal Killing x2: FailedPostStartHook
    "#]],
    );
}

#[test]
fn a_container_may_leave_a_last_word() {
    let mut cluster = Cluster::new(1);
    let mut app = shell("app", "echo no such table > /dev/termination-log; exit 3");
    pod(&mut cluster, "file", &json!({"restartPolicy": "Never", "containers": [app]}));
    app = shell("app", "echo first; echo last; exit 4");
    app["terminationMessagePolicy"] = "FallbackToLogsOnError".into();
    pod(&mut cluster, "log", &json!({"restartPolicy": "Never", "containers": [app]}));
    cluster.run_s(20);
    let word = |name: &str| {
        let ended = container(&cluster, name).state.unwrap().terminated.unwrap();
        (ended.exit_code, ended.message.unwrap_or_default())
    };
    assert_eq!(word("file"), (3, "no such table\n".to_owned()));
    assert_eq!(word("log"), (4, "first\nlast\n".to_owned()));
}

#[test]
fn who_is_put_on_a_node_by_hand_may_be_refused() {
    let mut cluster = Cluster::new(1);
    let app = |extra: Value| {
        let mut container = json!({"name": "app", "image": "my-app:1.0"});
        container.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"nodeName": "node-1", "containers": [container]})
    };
    pod(&mut cluster, "large", &app(json!({"resources": {"requests": {"cpu": "3"}}})));
    let mut picky = app(json!({}));
    picky["nodeSelector"] = json!({"disk": "ssd"});
    pod(&mut cluster, "picky", &picky);
    let port = json!({"ports": [{"containerPort": 8080, "hostPort": 8080}]});
    pod(&mut cluster, "first", &app(port.clone()));
    cluster.run_s(5);
    pod(&mut cluster, "second", &app(port));
    cluster.run_s(5);
    check(
        &cluster.pods(),
        &expect![[r#"
            first 1/1 Running
            large 0/1 OutOfcpu
            picky 0/1 NodeAffinity
            second 0/1 NodePorts
        "#]],
    );
    let said: Vec<String> = ["large", "picky", "second"]
        .into_iter()
        .map(|name| status(&cluster, name).message.unwrap())
        .collect();
    check(
        &said,
        &expect![[r#"
        Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000
        Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector
        Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports
    "#]],
    );
}

#[test]
fn a_readiness_gate_holds_until_somebody_opens_it() {
    let mut cluster = Cluster::new(1);
    let spec = json!({
        "readinessGates": [{"conditionType": "example.com/warm"}],
        "containers": [{"name": "app", "image": "my-app:1.0"}],
    });
    pod(&mut cluster, "gated", &spec);
    cluster.run_s(10);
    let ready = |cluster: &Cluster| {
        let conditions = status(cluster, "gated").conditions.unwrap();
        let ready = conditions.into_iter().find(|one| one.type_ == "Ready").unwrap();
        (ready.status, ready.message.unwrap_or_default())
    };
    let message =
        "corresponding condition of pod readiness gate \"example.com/warm\" does not exist.";
    assert_eq!(ready(&cluster), ("False".to_owned(), message.to_owned()));
    let patch = json!({"status": {"conditions": [{"type": "example.com/warm", "status": "True"}]}});
    cluster.ok("PATCH", &format!("{PODS}/gated/status"), &patch);
    cluster.run_s(2);
    assert_eq!(ready(&cluster).0, "True");
}

#[test]
fn a_container_is_told_of_the_services_that_were_there_before_it() {
    let mut cluster = Cluster::new(1);
    let service = json!({"metadata": {"name": "my-db"}, "spec": {
        "selector": {"app": "db"}, "clusterIP": "10.96.0.77",
        "ports": [{"name": "sql", "port": 5432}],
    }});
    cluster.ok("POST", "/api/v1/namespaces/default/services", &service);
    let script = "echo $MY_DB_SERVICE_HOST $MY_DB_SERVICE_PORT_SQL $MY_DB_PORT $KUBERNETES_SERVICE_HOST; sleep 100";
    pod(&mut cluster, "linked", &json!({"containers": [shell("app", script)]}));
    let spec = json!({"enableServiceLinks": false, "containers": [shell("app", script)]});
    pod(&mut cluster, "apart", &spec);
    cluster.run_s(10);
    let expected = "10.96.0.77 5432 tcp://10.96.0.77:5432 10.96.0.1\n";
    assert_eq!(log(&cluster, "linked", "app"), expected);
    assert_eq!(log(&cluster, "apart", "app").trim(), "10.96.0.1");
}
