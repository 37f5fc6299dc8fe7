//! Static Pods: run by the kubelet itself, mirrored in the API.

use expect_test::expect;
use k8s_openapi::api::core::v1::Pod;
use serde_json::json;

use super::check;
use super::story::Story;
use crate::components::pods::runtime_uid;

fn manifest(image: &str) -> Pod {
    let json = json!({
        "metadata": {"name": "proxy", "labels": {"tier": "control-plane"}},
        "spec": {"hostNetwork": true, "containers": [{"name": "app", "image": image}]},
    });
    serde_json::from_value(json).unwrap()
}

fn place(story: &mut Story, image: &str) {
    assert!(story.world.place_manifest("node-1", &manifest(image), 0));
}

fn mirror(story: &Story) -> Pod {
    let objects = story.world.store().objects();
    Pod::clone(objects.get_typed::<Pod>("default", "proxy-node-1").unwrap())
}

#[test]
fn a_manifest_on_a_node_is_run_and_mirrored() {
    let mut story = Story::new();
    place(&mut story, "my-app:1.0");
    story.run(10_000);
    check(
        &mut story,
        &expect![[r#"
            +0.0s proxy-node-1 Pending [] - 
            +0.0s proxy-node-1 Pending [app ContainerCreating x0] - Initialized PodScheduled
            +0.3s proxy-node-1 Pending [app ContainerCreating x0] 10.0.0.11 PodReadyToStartContainers Initialized PodScheduled
            +0.3s   Pulling: Pulling image "my-app:1.0"
            +1.9s   Pulled: Successfully pulled image "my-app:1.0" in 1.585s (1.585s including waiting). Image size: 25165824 bytes.
            +2.0s proxy-node-1 Running [app running ready x0] 10.0.0.11 PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled
            +2.0s   Created: Container created
            +2.0s   Started: Container started
        "#]],
    );
    let pod = mirror(&story);
    let annotations = pod.metadata.annotations.as_ref().unwrap();
    assert_eq!(annotations["kubernetes.io/config.source"], "file");
    assert_eq!(annotations["kubernetes.io/config.mirror"], runtime_uid(&pod));
    assert_ne!(pod.metadata.uid.as_deref(), Some(runtime_uid(&pod)));
    assert_eq!(pod.metadata.owner_references.unwrap()[0].kind, "Node");
}

#[test]
fn a_mirror_that_is_deleted_comes_back_and_its_containers_run_on() {
    let mut story = Story::new();
    place(&mut story, "my-app:1.0");
    story.run(10_000);
    let before = mirror(&story);
    story.delete("proxy-node-1");
    story.run(10_000);
    let after = mirror(&story);
    assert_ne!(before.metadata.uid, after.metadata.uid);
    let containers = |pod: Pod| pod.status.unwrap().container_statuses.unwrap();
    let (before, after) = (containers(before), containers(after));
    assert_eq!(before[0].container_id, after[0].container_id);
    assert!(after[0].ready && after[0].restart_count == 0);
}

#[test]
fn a_changed_manifest_makes_a_new_pod_and_a_removed_one_ends_it() {
    let mut story = Story::new();
    place(&mut story, "my-app:1.0");
    story.run(10_000);
    let before = mirror(&story);
    place(&mut story, "my-app:1.1");
    story.run(60_000);
    let after = mirror(&story);
    assert_ne!(runtime_uid(&before), runtime_uid(&after));
    let statuses = after.status.unwrap().container_statuses.unwrap();
    assert_eq!(statuses[0].image, "docker.io/library/my-app:1.1");
    assert!(story.world.remove_manifest("node-1", ("default", "proxy-node-1"), 0));
    story.run(60_000);
    let objects = story.world.store().objects();
    assert!(objects.get_typed::<Pod>("default", "proxy-node-1").is_none());
    let of_default = |pod: &crate::machine::PodRuntime| pod.key.namespace() == "default";
    assert!(story.world.machines().all(|machine| !machine.pods().any(of_default)));
}
