//! How Pods end, and what is left of them.

use expect_test::expect;
use serde_json::json;

use super::{Story, check};

#[test]
fn who_does_not_listen_is_killed_when_the_grace_period_ends() {
    let mut story = Story::new();
    let spec = json!({
        "terminationGracePeriodSeconds": 5,
        "containers": [{"name": "app", "image": "busybox:1.36", "command": ["sleep", "3600"]}],
    });
    story.create("deaf", &spec);
    story.run(10_000);
    story.tell();
    story.delete("deaf");
    story.run(10_000);
    check(
        &mut story,
        &expect![[r#"
            +10.0s deaf deleting Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +10.0s deaf deleting Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +10.0s   Killing: Stopping container app
            +15.0s deaf deleting Failed [app Error 137 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +15.0s deaf deleting Failed [app Error 137 x0] 10.244.1.3 Initialized PodScheduled
            +15.1s deaf is gone
        "#]],
    );
}

#[test]
fn a_pod_of_the_same_name_is_another_pod() {
    let mut story = Story::new();
    let spec = json!({
        "containers": [{"name": "app", "image": "busybox:1.36", "command": ["sleep", "3600"]}],
    });
    story.create("twin", &spec);
    story.run(10_000);
    story.tell();
    let now = json!({"gracePeriodSeconds": 0});
    story.send("DELETE", "/api/v1/namespaces/default/pods/twin", &now);
    story.create("twin", &spec);
    story.run(60_000);
    check(
        &mut story,
        &expect![[r#"
            +10.0s twin is gone
            +10.0s twin Pending [] - 
            +10.0s twin Pending [] - PodScheduled
            +10.0s   Scheduled: Successfully assigned default/twin to node-1
            +10.0s twin Pending [app ContainerCreating x0] - Initialized PodScheduled
            +10.5s twin Pending [app ContainerCreating x0] 10.244.1.4 PodReadyToStartContainers Initialized PodScheduled
            +10.5s   Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod
            +10.8s twin Running [app running ready x0] 10.244.1.4 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +10.8s   Created: Container created
            +10.8s   Started: Container started
        "#]],
    );
    let of_default = |pod: &&crate::machine::PodRuntime| pod.key.namespace() == "default";
    let machines = story.world.machines();
    let left: Vec<usize> =
        machines.map(|machine| machine.pods().filter(of_default).count()).collect();
    assert_eq!(left, [0, 1]);
}

#[test]
fn what_stops_a_container_first_takes_of_its_grace_period() {
    let mut story = Story::new();
    let sleep = json!({"preStop": {"sleep": {"seconds": 3}}});
    let container = json!({"name": "app", "image": "my-app:1.0", "lifecycle": sleep});
    story.create("polite", &json!({"containers": [container]}));
    story.run(10_000);
    story.tell();
    story.delete("polite");
    story.run(10_000);
    check(
        &mut story,
        &expect![[r#"
            +10.0s polite deleting Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +10.0s polite deleting Running [app running ready x0] 10.244.1.3 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +10.0s   Killing: Stopping container app
            +13.1s polite deleting Succeeded [app Completed 0 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +13.1s polite deleting Succeeded [app Completed 0 x0] 10.244.1.3 Initialized PodScheduled
            +13.2s polite is gone
        "#]],
    );
}

#[test]
fn what_cannot_be_started_is_held_back_too() {
    let mut story = Story::new();
    let container = json!({"name": "app", "image": "my-app:1.0", "command": ["nosuch"]});
    story.create("wrong", &json!({"containers": [container]}));
    story.run(20_000);
    check(
        &mut story,
        &expect![[r#"
            +0.0s wrong Pending [] - 
            +0.0s wrong Pending [] - PodScheduled
            +0.0s   Scheduled: Successfully assigned default/wrong to node-1
            +0.0s wrong Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s wrong Pending [app ContainerCreating x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "my-app:1.0"
            +1.9s   Pulled: Successfully pulled image "my-app:1.0" in 1.585s (1.585s including waiting). Image size: 25165824 bytes.
            +2.1s wrong Running [app RunContainerError after 128 x0] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +2.1s   Created: Container created
            +2.1s   Failed: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH: unknown
            +2.1s   Pulled: Container image "my-app:1.0" already present on machine and can be accessed by the pod
            +2.3s wrong Running [app RunContainerError after 128 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +2.3s   Created x2: Container created
            +2.3s   Failed x2: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH: unknown
            +3.3s wrong Running [app CrashLoopBackOff after 128 x1] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +3.3s   BackOff: Back-off restarting failed container app in pod wrong_default(UID)
            +12.3s   Pulled x2: Container image "my-app:1.0" already present on machine and can be accessed by the pod
            +12.5s wrong Running [app RunContainerError after 128 x2] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +12.5s   Created x3: Container created
            +12.5s   Failed x3: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH: unknown
            +13.5s wrong Running [app CrashLoopBackOff after 128 x2] 10.244.1.3 PodReadyToStartContainers Initialized PodScheduled
            +13.5s   BackOff x2: Back-off restarting failed container app in pod wrong_default(UID)
        "#]],
    );
}
