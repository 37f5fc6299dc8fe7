//! A learner who is ahead of the text is not held up by it.

use lessons::{Progress, course};
use orchestrator::{ApiRequest, Input, Time, World};

fn ask(world: &mut World, method: &str, uri: &str, body: &str) {
    let request = ApiRequest::new(method, uri, "application/json", body);
    world.submit(&Input::Request(request));
}

#[test]
fn a_pod_that_already_runs_has_passed_the_stages_before() {
    let lesson = course().lesson("first-pod").unwrap();
    let mut world = lesson.world(1);
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "my-awesome-app"},
        "spec": {"containers": [{"name": "my-app-container", "image": "my-app:1.0",
        "ports": [{"containerPort": 8080}]}]}}"#;
    ask(&mut world, "POST", "/api/v1/namespaces/default/pods", pod);
    assert!(world.run_to_quiet(Time(600_000)));
    let mut progress = Progress::new(lesson.clone());
    progress.observe(&world);
    assert_eq!(progress.steps_done().collect::<Vec<_>>(), ["write"]);
    ask(&mut world, "GET", "/api/v1/namespaces/default/pods", "");
    progress.observe(&world);
    let done: Vec<&str> = progress.steps_done().collect();
    assert_eq!(done, ["write", "stored", "scheduled", "running"]);
}
