//! Pods on real worlds: what the API says of them from moment to moment, and the events.

use expect_test::{Expect, expect};
use k8s_openapi::api::core::v1::{ContainerStatus, Event, Pod};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::input::{ApiRequest, Input};
use crate::object::Object;
use crate::scenario::Scenario;
use crate::time::{Millis, Time};
use crate::trace::{EntryId, What};
use crate::world::World;

/// A world and how far its story is told.
struct Story {
    world: World,
    told: EntryId,
    lines: Vec<String>,
}

impl Story {
    fn new() -> Story {
        let world = World::new(7, &Scenario::playground(1));
        let told = world.trace().len();
        Story { world, told, lines: Vec::new() }
    }

    fn send(&mut self, method: &str, uri: &str, body: &Value) {
        let request = ApiRequest::new(method, uri, "application/json", body.to_string());
        let response = self.world.submit(&Input::Request(request)).into_response();
        assert!(response.status().is_success(), "{response:?}");
    }

    fn create(&mut self, name: &str, spec: &Value) {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec,
        });
        self.send("POST", "/api/v1/namespaces/default/pods", &pod);
    }

    fn delete(&mut self, name: &str) {
        self.send("DELETE", &format!("/api/v1/namespaces/default/pods/{name}"), &json!({}));
    }

    fn run(&mut self, ms: Millis) {
        self.world.run_until(self.world.now() + ms);
    }

    /// All that has been written of Pods, and the events about them, since the last time.
    fn tell(&mut self) -> String {
        let entries: Vec<_> = self.world.trace().iter_from(self.told).cloned().collect();
        self.told = self.world.trace().len();
        for entry in entries {
            let What::Write { before, after, .. } = &entry.what else { continue };
            let line = match (before, after) {
                (_, Some(Object::Pod(pod))) => row(pod),
                (Some(Object::Pod(pod)), None) => {
                    format!("{} is gone", pod.metadata.name.as_deref().unwrap_or_default())
                }
                (_, Some(Object::Event(event))) if is_of_pod(event) => told(event),
                _ => continue,
            };
            let Time(ms) = entry.at;
            self.lines.push(format!("{:>4}.{} {line}", ms / 1000, ms % 1000 / 100));
        }
        self.lines.drain(..).map(|line| line + "\n").collect()
    }
}

fn is_of_pod(event: &Event) -> bool {
    event.involved_object.kind.as_deref() == Some("Pod")
}

fn told(event: &Event) -> String {
    let reason = event.reason.as_deref().unwrap_or_default();
    let count = event.count.filter(|count| *count > 1).map(|count| format!(" x{count}"));
    let message = event.message.as_deref().unwrap_or_default();
    format!("  {reason}{}: {message}", count.unwrap_or_default())
}

/// Phase, containers and true conditions.
fn row(pod: &Pod) -> String {
    let status = pod.status.clone().unwrap_or_default();
    let init = status.init_container_statuses.iter().flatten();
    let containers: Vec<String> =
        init.chain(status.container_statuses.iter().flatten()).map(container).collect();
    let conditions: Vec<&str> = status
        .conditions
        .iter()
        .flatten()
        .filter(|condition| condition.status == "True")
        .map(|condition| condition.type_.as_str())
        .collect();
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let deleting = if pod.metadata.deletion_timestamp.is_some() { " deleting" } else { "" };
    format!(
        "{name}{deleting} {} [{}] {} {}",
        status.phase.as_deref().unwrap_or_default(),
        containers.join(", "),
        status.pod_ip.as_deref().unwrap_or("-"),
        conditions.join(" ")
    )
}

fn container(status: &ContainerStatus) -> String {
    let state = status.state.clone().unwrap_or_default();
    let now = match (state.waiting, state.running, state.terminated) {
        (Some(waiting), ..) => waiting.reason.unwrap_or_default(),
        (_, Some(_), _) => "running".to_owned(),
        (_, _, Some(ended)) => format!("{} {}", ended.reason.unwrap_or_default(), ended.exit_code),
        _ => "nothing".to_owned(),
    };
    let last = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let last = last.map(|last| format!(" after {}", last.exit_code)).unwrap_or_default();
    let ready = if status.ready { " ready" } else { "" };
    format!("{} {now}{last}{ready} x{}", status.name, status.restart_count)
}

fn check(story: &mut Story, expected: &Expect) {
    expected.assert_eq(&story.tell());
    assert_eq!(story.world.violations(), []);
}

#[test]
fn a_pod_runs_and_stops() {
    let mut story = Story::new();
    story.create("web", &json!({"containers": [{"name": "app", "image": "my-app:1.0"}]}));
    story.run(20_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 web Pending [] - 
               0.0 web Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/web to node-1
               0.0 web Pending [app ContainerCreating x0] - Initialized PodScheduled
               0.3 web Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               0.3   Pulling: Pulling image "my-app:1.0"
               1.9   Pulled: Successfully pulled image "my-app:1.0" in 1.585s (1.585s including waiting). Image size: 25165824 bytes.
               2.1 web Running [app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
               2.1   Created: Container created
               2.1   Started: Container started
        "#]],
    );
    story.delete("web");
    story.run(60_000);
    check(
        &mut story,
        &expect![[r#"
              20.0 web deleting Running [app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              20.0 web deleting Running [app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              20.0   Killing: Stopping container app
              20.1 web deleting Succeeded [app Completed 0 x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              20.1 web deleting Succeeded [app Completed 0 x0] 10.244.1.2 Initialized PodScheduled
              20.2 web is gone
        "#]],
    );
}

#[test]
fn a_container_that_fails_is_held_back_longer_each_time() {
    let mut story = Story::new();
    let command = ["sh", "-c", "echo no; sleep 1; exit 1"];
    story.create(
        "crash",
        &json!({"containers": [{
            "name": "app", "image": "busybox", "command": command, "imagePullPolicy": "IfNotPresent",
        }]}),
    );
    story.run(120_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 crash Pending [] - 
               0.0 crash Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/crash to node-1
               0.0 crash Pending [app ContainerCreating x0] - Initialized PodScheduled
               0.3 crash Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               0.3   Pulling: Pulling image "busybox"
               1.1   Pulled: Successfully pulled image "busybox" in 773ms (773ms including waiting). Image size: 2225283 bytes.
               1.2 crash Running [app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
               1.3   Created: Container created
               1.3   Started: Container started
               2.3 crash Running [app Error 1 x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               2.3   Pulled: Container image "busybox" already present on machine and can be accessed by the pod
               2.5 crash Running [app running after 1 ready x1] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
               2.5   Created x2: Container created
               2.5   Started x2: Container started
               3.5 crash Running [app Error 1 after 1 x1] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               4.5 crash Running [app CrashLoopBackOff after 1 x1] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               4.5   BackOff: Back-off restarting failed container app in pod crash_default(bcaa83a1-b31c-4dd9-9aa7-392eba43d789)
              13.5   Pulled x2: Container image "busybox" already present on machine and can be accessed by the pod
              13.8 crash Running [app running after 1 ready x2] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              13.8   Created x3: Container created
              13.8   Started x3: Container started
              14.8 crash Running [app Error 1 after 1 x2] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              15.8 crash Running [app CrashLoopBackOff after 1 x2] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              15.8   BackOff x2: Back-off restarting failed container app in pod crash_default(bcaa83a1-b31c-4dd9-9aa7-392eba43d789)
              34.8   Pulled x3: Container image "busybox" already present on machine and can be accessed by the pod
              35.1 crash Running [app running after 1 ready x3] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              35.1   Created x4: Container created
              35.1   Started x4: Container started
              36.1 crash Running [app Error 1 after 1 x3] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              37.1 crash Running [app CrashLoopBackOff after 1 x3] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              37.1   BackOff x3: Back-off restarting failed container app in pod crash_default(bcaa83a1-b31c-4dd9-9aa7-392eba43d789)
              76.1   Pulled x4: Container image "busybox" already present on machine and can be accessed by the pod
              76.2 crash Running [app running after 1 ready x4] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              76.2   Created x5: Container created
              76.2   Started x5: Container started
              77.3 crash Running [app Error 1 after 1 x4] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              78.3 crash Running [app CrashLoopBackOff after 1 x4] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              78.3   BackOff x4: Back-off restarting failed container app in pod crash_default(bcaa83a1-b31c-4dd9-9aa7-392eba43d789)
        "#]],
    );
}

#[test]
fn an_image_that_is_not_there_is_asked_for_again_and_again() {
    let mut story = Story::new();
    story.create("typo", &json!({"containers": [{"name": "app", "image": "my-ap:1.0"}]}));
    story.run(60_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 typo Pending [] - 
               0.0 typo Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/typo to node-1
               0.0 typo Pending [app ContainerCreating x0] - Initialized PodScheduled
               0.3 typo Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               0.3   Pulling: Pulling image "my-ap:1.0"
               1.3 typo Pending [app ErrImagePull x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               1.3   Failed: Failed to pull image "my-ap:1.0": failed to pull and unpack image "docker.io/library/my-ap:1.0": failed to resolve reference "docker.io/library/my-ap:1.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
               1.3   Failed: Error: ErrImagePull
               2.3 typo Pending [app ImagePullBackOff x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               2.3   BackOff: Back-off pulling image "my-ap:1.0"
               2.3   Failed: Error: ImagePullBackOff
              11.3   Pulling x2: Pulling image "my-ap:1.0"
              12.3 typo Pending [app ErrImagePull x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              12.3   Failed x2: Failed to pull image "my-ap:1.0": failed to pull and unpack image "docker.io/library/my-ap:1.0": failed to resolve reference "docker.io/library/my-ap:1.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
              12.3   Failed x2: Error: ErrImagePull
              13.3 typo Pending [app ImagePullBackOff x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              13.3   BackOff x2: Back-off pulling image "my-ap:1.0"
              13.3   Failed x2: Error: ImagePullBackOff
              32.3   Pulling x3: Pulling image "my-ap:1.0"
              33.3 typo Pending [app ErrImagePull x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              33.3   Failed x3: Failed to pull image "my-ap:1.0": failed to pull and unpack image "docker.io/library/my-ap:1.0": failed to resolve reference "docker.io/library/my-ap:1.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
              33.3   Failed x3: Error: ErrImagePull
              34.3 typo Pending [app ImagePullBackOff x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              34.3   BackOff x3: Back-off pulling image "my-ap:1.0"
              34.3   Failed x3: Error: ImagePullBackOff
        "#]],
    );
}

#[test]
fn a_pod_that_never_restarts_ends() {
    let mut story = Story::new();
    let spec = |code: i32| {
        json!({
            "restartPolicy": "Never",
            "containers": [{"name": "app", "image": "busybox", "command": ["sh", "-c", format!("exit {code}")]}],
        })
    };
    story.create("well", &spec(0));
    story.run(20_000);
    story.create("ill", &spec(3));
    story.run(20_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 well Pending [] - 
               0.0 well Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/well to node-1
               0.0 well Pending [app ContainerCreating x0] - Initialized PodScheduled
               0.3 well Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               0.3   Pulling: Pulling image "busybox"
               1.1   Pulled: Successfully pulled image "busybox" in 773ms (773ms including waiting). Image size: 2225283 bytes.
               1.2 well Succeeded [app Completed 0 x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               1.3   Created: Container created
               1.3   Started: Container started
               1.3 well Succeeded [app Completed 0 x0] 10.244.1.2 Initialized PodScheduled
              20.0 ill Pending [] - 
              20.0 ill Pending [] - PodScheduled
              20.0   Scheduled: Successfully assigned default/ill to node-1
              20.0 ill Pending [app ContainerCreating x0] - Initialized PodScheduled
              20.6 ill Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
              20.6   Pulling: Pulling image "busybox"
              21.2   Pulled: Successfully pulled image "busybox" in 548ms (548ms including waiting). Image size: 2225283 bytes.
              21.5 ill Failed [app Error 3 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
              21.5   Created: Container created
              21.5   Started: Container started
              21.5 ill Failed [app Error 3 x0] 10.244.1.3 Initialized PodScheduled
        "#]],
    );
}

#[test]
fn init_containers_come_first() {
    let mut story = Story::new();
    story.create(
        "web",
        &json!({
            "initContainers": [
                {"name": "one", "image": "busybox:1.36", "command": ["sleep", "2"]},
                {"name": "two", "image": "busybox:1.36", "command": ["true"]},
            ],
            "containers": [{"name": "app", "image": "my-app:1.0"}],
        }),
    );
    story.run(30_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 web Pending [] - 
               0.0 web Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/web to node-1
               0.0 web Pending [one PodInitializing x0, two PodInitializing x0, app PodInitializing x0] - PodScheduled
               0.3 web Pending [one PodInitializing x0, two PodInitializing x0, app PodInitializing x0] 10.244.1.2 PodReadyToStartContainers PodScheduled
               0.3   Pulling: Pulling image "busybox:1.36"
               1.1   Pulled: Successfully pulled image "busybox:1.36" in 773ms (773ms including waiting). Image size: 2221437 bytes.
               1.2 web Pending [one running x0, two PodInitializing x0, app PodInitializing x0] 10.244.1.2 PodReadyToStartContainers PodScheduled
               1.3   Created: Container created
               1.3   Started: Container started
               3.3 web Pending [one Completed 0 ready x0, two PodInitializing x0, app PodInitializing x0] 10.244.1.2 PodReadyToStartContainers PodScheduled
               3.3   Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod
               3.6 web Pending [one Completed 0 ready x0, two Completed 0 ready x0, app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               3.6   Created: Container created
               3.6   Started: Container started
               3.6   Pulling: Pulling image "my-app:1.0"
               5.3   Pulled: Successfully pulled image "my-app:1.0" in 1.773s (1.773s including waiting). Image size: 25165824 bytes.
               5.5 web Running [one Completed 0 ready x0, two Completed 0 ready x0, app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
               5.5   Created: Container created
               5.5   Started: Container started
        "#]],
    );
}

#[test]
fn a_machine_that_comes_back_starts_its_pods_again() {
    let mut story = Story::new();
    story.create("web", &json!({"containers": [{"name": "app", "image": "my-app:1.0"}]}));
    story.run(20_000);
    story.tell();
    story.world.submit(&Input::Fault(Fault::NodeOff { node: "node-1".to_owned() }));
    story.run(20_000);
    story.world.submit(&Input::Fault(Fault::NodeOn { node: "node-1".to_owned() }));
    story.run(20_000);
    check(
        &mut story,
        &expect![[r#"
              40.0 web Running [app Unknown 255 x0] 10.244.1.2 Initialized PodScheduled
              40.0   SandboxChanged: Pod sandbox changed, it will be killed and re-created.
              40.6 web Running [app Unknown 255 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
              40.6   Pulled: Container image "my-app:1.0" already present on machine and can be accessed by the pod
              40.9 web Running [app running after 255 ready x1] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              40.9   Created x2: Container created
              40.9   Started x2: Container started
        "#]],
    );
}

#[test]
fn a_probe_decides_who_is_ready_and_who_is_restarted() {
    let mut story = Story::new();
    let probe = json!({"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 3});
    story.create(
        "probed",
        &json!({"containers": [{
            "name": "app", "image": "registry.k8s.io/e2e-test-images/agnhost:2.40",
            "args": ["liveness"], "readinessProbe": probe, "livenessProbe": probe,
        }]}),
    );
    story.run(45_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 probed Pending [] - 
               0.0 probed Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/probed to node-1
               0.0 probed Pending [app ContainerCreating x0] - Initialized PodScheduled
               0.3 probed Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               0.3   Pulling: Pulling image "registry.k8s.io/e2e-test-images/agnhost:2.40"
               3.0   Pulled: Successfully pulled image "registry.k8s.io/e2e-test-images/agnhost:2.40" in 2.714s (2.714s including waiting). Image size: 53104446 bytes.
               3.2 probed Running [app running x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               3.2   Created: Container created
               3.2   Started: Container started
               4.2 probed Running [app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              16.2   Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500
              16.2   Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500
              19.2   Unhealthy x2: Readiness probe failed: HTTP probe failed with statuscode: 500
              19.2   Unhealthy x2: Liveness probe failed: HTTP probe failed with statuscode: 500
              22.2 probed Running [app running x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              22.2   Unhealthy x3: Readiness probe failed: HTTP probe failed with statuscode: 500
              22.2   Unhealthy x3: Liveness probe failed: HTTP probe failed with statuscode: 500
              22.2   Killing: Container app failed liveness probe, will be restarted
              22.3 probed Running [app Error 2 x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              22.3   Pulled: Container image "registry.k8s.io/e2e-test-images/agnhost:2.40" already present on machine and can be accessed by the pod
              22.6 probed Running [app running after 2 x1] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              22.6   Created x2: Container created
              22.6   Started x2: Container started
              23.6 probed Running [app running after 2 ready x1] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              35.6   Unhealthy x4: Readiness probe failed: HTTP probe failed with statuscode: 500
              35.6   Unhealthy x4: Liveness probe failed: HTTP probe failed with statuscode: 500
              38.6   Unhealthy x5: Readiness probe failed: HTTP probe failed with statuscode: 500
              38.6   Unhealthy x5: Liveness probe failed: HTTP probe failed with statuscode: 500
              41.6 probed Running [app running after 2 x1] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              41.6   Unhealthy x6: Readiness probe failed: HTTP probe failed with statuscode: 500
              41.6   Unhealthy x6: Liveness probe failed: HTTP probe failed with statuscode: 500
              41.6   Killing x2: Container app failed liveness probe, will be restarted
              41.7 probed Running [app Error 2 after 2 x1] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              42.7 probed Running [app CrashLoopBackOff after 2 x1] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              42.7   BackOff: Back-off restarting failed container app in pod probed_default(bcaa83a1-b31c-4dd9-9aa7-392eba43d789)
        "#]],
    );
}

#[test]
fn what_a_pod_refers_to_has_to_be_there() {
    let mut story = Story::new();
    let from = json!({"configMapKeyRef": {"name": "settings", "key": "colour"}});
    story.create(
        "web",
        &json!({"containers": [{
            "name": "app", "image": "busybox:1.36", "command": ["sh", "-c", "echo $COLOUR; sleep 999"],
            "env": [{"name": "COLOUR", "valueFrom": from}],
        }]}),
    );
    story.run(10_000);
    let settings = json!({"metadata": {"name": "settings"}, "data": {"colour": "blue"}});
    story.send("POST", "/api/v1/namespaces/default/configmaps", &settings);
    story.run(10_000);
    check(
        &mut story,
        &expect![[r#"
               0.0 web Pending [] - 
               0.0 web Pending [] - PodScheduled
               0.0   Scheduled: Successfully assigned default/web to node-1
               0.0 web Pending [app ContainerCreating x0] - Initialized PodScheduled
               0.3 web Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               0.3   Pulling: Pulling image "busybox:1.36"
               1.1 web Pending [app CreateContainerConfigError x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
               1.1   Pulled: Successfully pulled image "busybox:1.36" in 773ms (773ms including waiting). Image size: 2221437 bytes.
               1.1   Failed: Error: configmap "settings" not found
              10.0 web Pending [app ContainerCreating x0] 10.244.1.2 PodReadyToStartContainers Initialized PodScheduled
              10.1 web Running [app running ready x0] 10.244.1.2 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
              10.1   Created: Container created
              10.1   Started: Container started
        "#]],
    );
}
