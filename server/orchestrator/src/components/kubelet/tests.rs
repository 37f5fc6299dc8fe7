//! Pods on real worlds: what the API says of them from moment to moment, and the events.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::fault::Fault;
use crate::input::Input;

mod endings;
mod mirrors;
mod story;

use story::Story;

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
            +0.0s web Pending [] - 
            +0.0s web Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/web to node-1
            +0.0s web Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s web Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "my-app:1.0"
            +1.9s   Pulled: Successfully pulled image "my-app:1.0" in 1.585s (1.585s including waiting). Image size: 25165824 bytes.
            +2.1s web Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +2.1s   Created: Container created
            +2.1s   Started: Container started
        "#]],
    );
    story.delete("web");
    story.run(60_000);
    check(
        &mut story,
        &expect![[r#"
            +20.0s web deleting Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +20.0s web deleting Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +20.0s   Killing: Stopping container app
            +20.1s web deleting Succeeded [app Completed 0 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +20.1s web deleting Succeeded [app Completed 0 x0] 10.244.1.3 Initialized PodScheduled
            +20.2s web is gone
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
            +0.0s crash Pending [] - 
            +0.0s crash Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/crash to node-1
            +0.0s crash Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s crash Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "busybox"
            +1.1s   Pulled: Successfully pulled image "busybox" in 773ms (773ms including waiting). Image size: 2225283 bytes.
            +1.2s crash Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +1.2s   Created: Container created
            +1.2s   Started: Container started
            +2.3s crash Running [app Error 1 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +2.3s   Pulled: Container image "busybox" already present on machine and can be accessed by the pod
            +2.5s crash Running [app running after 1 ready x1] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +2.5s   Created x2: Container created
            +2.5s   Started x2: Container started
            +3.5s crash Running [app Error 1 after 1 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +4.5s crash Running [app CrashLoopBackOff after 1 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +4.5s   BackOff: Back-off restarting failed container app in pod crash_default(UID)
            +13.5s   Pulled x2: Container image "busybox" already present on machine and can be accessed by the pod
            +13.8s crash Running [app running after 1 ready x2] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +13.8s   Created x3: Container created
            +13.8s   Started x3: Container started
            +14.8s crash Running [app Error 1 after 1 x2] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +15.8s crash Running [app CrashLoopBackOff after 1 x2] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +15.8s   BackOff x2: Back-off restarting failed container app in pod crash_default(UID)
            +34.8s   Pulled x3: Container image "busybox" already present on machine and can be accessed by the pod
            +35.1s crash Running [app running after 1 ready x3] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +35.1s   Created x4: Container created
            +35.1s   Started x4: Container started
            +36.1s crash Running [app Error 1 after 1 x3] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +37.1s crash Running [app CrashLoopBackOff after 1 x3] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +37.1s   BackOff x3: Back-off restarting failed container app in pod crash_default(UID)
            +76.1s   Pulled x4: Container image "busybox" already present on machine and can be accessed by the pod
            +76.2s crash Running [app running after 1 ready x4] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +76.2s   Created x5: Container created
            +76.2s   Started x5: Container started
            +77.3s crash Running [app Error 1 after 1 x4] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +78.3s crash Running [app CrashLoopBackOff after 1 x4] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +78.3s   BackOff x4: Back-off restarting failed container app in pod crash_default(UID)
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
            +0.0s typo Pending [] - 
            +0.0s typo Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/typo to node-1
            +0.0s typo Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s typo Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "my-ap:1.0"
            +1.3s typo Pending [app ErrImagePull x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +1.3s   Failed: Failed to pull image "my-ap:1.0": failed to pull and unpack image "docker.io/library/my-ap:1.0": failed to resolve reference "docker.io/library/my-ap:1.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
            +1.3s   Failed: Error: ErrImagePull
            +2.3s typo Pending [app ImagePullBackOff x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +2.3s   BackOff: Back-off pulling image "my-ap:1.0"
            +2.3s   Failed: Error: ImagePullBackOff
            +11.3s   Pulling x2: Pulling image "my-ap:1.0"
            +12.3s typo Pending [app ErrImagePull x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +12.3s   Failed x2: Failed to pull image "my-ap:1.0": failed to pull and unpack image "docker.io/library/my-ap:1.0": failed to resolve reference "docker.io/library/my-ap:1.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
            +12.3s   Failed x2: Error: ErrImagePull
            +13.3s typo Pending [app ImagePullBackOff x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +13.3s   BackOff x2: Back-off pulling image "my-ap:1.0"
            +13.3s   Failed x2: Error: ImagePullBackOff
            +32.3s   Pulling x3: Pulling image "my-ap:1.0"
            +33.3s typo Pending [app ErrImagePull x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +33.3s   Failed x3: Failed to pull image "my-ap:1.0": failed to pull and unpack image "docker.io/library/my-ap:1.0": failed to resolve reference "docker.io/library/my-ap:1.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed
            +33.3s   Failed x3: Error: ErrImagePull
            +34.3s typo Pending [app ImagePullBackOff x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +34.3s   BackOff x3: Back-off pulling image "my-ap:1.0"
            +34.3s   Failed x3: Error: ImagePullBackOff
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
            +0.0s well Pending [] - 
            +0.0s well Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/well to node-1
            +0.0s well Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s well Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "busybox"
            +1.1s   Pulled: Successfully pulled image "busybox" in 773ms (773ms including waiting). Image size: 2225283 bytes.
            +1.2s well Succeeded [app Completed 0 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +1.2s   Created: Container created
            +1.2s   Started: Container started
            +1.3s well Succeeded [app Completed 0 x0] 10.244.1.3 Initialized PodScheduled
            +20.0s ill Pending [] - 
            +20.0s ill Pending [] - PodScheduled
            +20.0s   Scheduled: Successfully assigned default/ill to node-1
            +20.0s ill Pending [app ContainerCreating x0] - Initialized PodScheduled
            +20.6s ill Pending [app ContainerCreating x0] 10.244.1.4 PodReadyToStartContainers Initialized PodScheduled
            +20.6s   Pulling: Pulling image "busybox"
            +21.2s   Pulled: Successfully pulled image "busybox" in 548ms (548ms including waiting). Image size: 2225283 bytes.
            +21.5s ill Failed [app Error 3 x0] 10.244.1.4 PodReadyToStartContainers Initialized PodScheduled
            +21.5s   Created: Container created
            +21.5s   Started: Container started
            +21.5s ill Failed [app Error 3 x0] 10.244.1.4 Initialized PodScheduled
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
            +0.0s web Pending [] - 
            +0.0s web Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/web to node-1
            +0.0s web Pending [one PodInitializing x0, two PodInitializing x0, app PodInitializing x0] - PodScheduled
            +0.3s web Pending [one PodInitializing x0, two PodInitializing x0, app PodInitializing x0] 10.244.1.3 PodReadyToStartContainers PodScheduled
            +0.3s   Pulling: Pulling image "busybox:1.36"
            +1.1s   Pulled: Successfully pulled image "busybox:1.36" in 773ms (773ms including waiting). Image size: 2221437 bytes.
            +1.2s web Pending [one running x0, two PodInitializing x0, app PodInitializing x0] 10.244.1.3 PodReadyToStartContainers PodScheduled
            +1.2s   Created: Container created
            +1.2s   Started: Container started
            +3.3s web Pending [one Completed 0 ready x0, two PodInitializing x0, app PodInitializing x0] 10.244.1.3 PodReadyToStartContainers PodScheduled
            +3.3s   Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod
            +3.6s web Pending [one Completed 0 ready x0, two Completed 0 ready x0, app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +3.6s   Created: Container created
            +3.6s   Started: Container started
            +3.6s   Pulling: Pulling image "my-app:1.0"
            +5.3s   Pulled: Successfully pulled image "my-app:1.0" in 1.773s (1.773s including waiting). Image size: 25165824 bytes.
            +5.5s web Running [one Completed 0 ready x0, two Completed 0 ready x0, app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +5.5s   Created: Container created
            +5.5s   Started: Container started
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
            +40.0s web Running [app Unknown 255 x0] 10.244.1.3 Initialized PodScheduled
            +40.0s   SandboxChanged: Pod sandbox changed, it will be killed and re-created.
            +40.6s web Running [app Unknown 255 x0] 10.244.1.5 PodReadyToStartContainers Initialized PodScheduled
            +40.6s   Pulled: Container image "my-app:1.0" already present on machine and can be accessed by the pod
            +40.9s web Running [app running after 255 ready x1] 10.244.1.5 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +40.9s   Created x2: Container created
            +40.9s   Started x2: Container started
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
            +0.0s probed Pending [] - 
            +0.0s probed Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/probed to node-1
            +0.0s probed Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s probed Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "registry.k8s.io/e2e-test-images/agnhost:2.40"
            +3.0s   Pulled: Successfully pulled image "registry.k8s.io/e2e-test-images/agnhost:2.40" in 2.714s (2.714s including waiting). Image size: 53104446 bytes.
            +3.2s probed Running [app running x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +3.2s   Created: Container created
            +3.2s   Started: Container started
            +4.2s probed Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +16.2s   Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500
            +16.2s   Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500
            +19.2s   Unhealthy x2: Readiness probe failed: HTTP probe failed with statuscode: 500
            +19.2s   Unhealthy x2: Liveness probe failed: HTTP probe failed with statuscode: 500
            +22.2s probed Running [app running x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +22.2s   Unhealthy x3: Readiness probe failed: HTTP probe failed with statuscode: 500
            +22.2s   Unhealthy x3: Liveness probe failed: HTTP probe failed with statuscode: 500
            +22.2s   Killing: Container app failed liveness probe, will be restarted
            +22.3s probed Running [app Error 2 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +22.3s   Pulled: Container image "registry.k8s.io/e2e-test-images/agnhost:2.40" already present on machine and can be accessed by the pod
            +22.6s probed Running [app running after 2 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +22.6s   Created x2: Container created
            +22.6s   Started x2: Container started
            +23.6s probed Running [app running after 2 ready x1] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +35.6s   Unhealthy x4: Readiness probe failed: HTTP probe failed with statuscode: 500
            +35.6s   Unhealthy x4: Liveness probe failed: HTTP probe failed with statuscode: 500
            +38.6s   Unhealthy x5: Readiness probe failed: HTTP probe failed with statuscode: 500
            +38.6s   Unhealthy x5: Liveness probe failed: HTTP probe failed with statuscode: 500
            +41.6s probed Running [app running after 2 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +41.6s   Unhealthy x6: Readiness probe failed: HTTP probe failed with statuscode: 500
            +41.6s   Unhealthy x6: Liveness probe failed: HTTP probe failed with statuscode: 500
            +41.6s   Killing x2: Container app failed liveness probe, will be restarted
            +41.7s probed Running [app Error 2 after 2 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +42.7s probed Running [app CrashLoopBackOff after 2 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +42.7s   BackOff: Back-off restarting failed container app in pod probed_default(UID)
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
            +0.0s web Pending [] - 
            +0.0s web Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/web to node-1
            +0.0s web Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s web Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "busybox:1.36"
            +1.1s web Pending [app CreateContainerConfigError x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +1.1s   Pulled: Successfully pulled image "busybox:1.36" in 773ms (773ms including waiting). Image size: 2221437 bytes.
            +1.1s   Failed: Error: configmap "settings" not found
            +10.0s web Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +10.1s web Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +10.1s   Created: Container created
            +10.1s   Started: Container started
        "#]],
    );
}
