use super::*;

#[test]
fn what_needs_no_time_is_gone_at_once() {
    let mut bench = Bench::new();
    let made = bench.create(CONFIG_MAPS, &json!({"metadata": {"name": "delme"}}));
    let body = json!({"propagationPolicy": "Background"});
    let (code, status) = bench.send("DELETE", &format!("{CONFIG_MAPS}/delme"), &body);
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": "delme", "kind": "configmaps", "uid": made["metadata"]["uid"]},
    });
    assert_eq!((code, status), (200, expected));
    assert_eq!(bench.get(&format!("{CONFIG_MAPS}/delme"))["code"], 404);
}

#[test]
fn a_pod_that_runs_is_given_time() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("placed"));
    bench.create(PODS, &pod("unplaced"));
    let target = json!({"target": {"kind": "Node", "name": "node-1"}});
    let (code, _) = bench.send("POST", &format!("{PODS}/placed/binding"), &target);
    assert_eq!(code, 201);
    let (_, gone) = bench.send("DELETE", &format!("{PODS}/unplaced"), &Value::Null);
    assert_eq!(gone["status"], "Success");
    let uri = format!("{PODS}/placed");
    let (code, going) = bench.send("DELETE", &uri, &json!({}));
    assert_eq!(code, 200);
    assert_eq!(going["metadata"]["deletionTimestamp"], "2026-01-05T00:00:30Z");
    assert_eq!(going["metadata"]["deletionGracePeriodSeconds"], 30);
    bench.clock.now = Time(5000);
    let before = bench.store.rev();
    let (_, again) = bench.send("DELETE", &uri, &Value::Null);
    assert_eq!((bench.store.rev(), again), (before, going), "asked twice, written once");
    let (_, hastened) = bench.send("DELETE", &uri, &json!({"gracePeriodSeconds": 1}));
    assert_eq!(hastened["metadata"]["deletionTimestamp"], "2026-01-05T00:00:01Z");
    let (_, forced) = bench.send("DELETE", &uri, &json!({"gracePeriodSeconds": 0}));
    assert_eq!(forced["status"], "Success");
}

#[test]
fn finalizers_hold_an_object() {
    let mut bench = Bench::new();
    let held = json!({"metadata": {"name": "c", "finalizers": ["example.com/x"]}});
    bench.create(CONFIG_MAPS, &held);
    let uri = format!("{CONFIG_MAPS}/c");
    let (_, going) = bench.send("DELETE", &uri, &Value::Null);
    assert_eq!(going["metadata"]["deletionGracePeriodSeconds"], 0);
    let (code, refused) = bench.send("POST", CONFIG_MAPS, &held);
    let expected = "object is being deleted: configmaps \"c\" already exists";
    assert_eq!((code, refused["message"].as_str()), (409, Some(expected)));
    let remove = json!([{"op": "remove", "path": "/metadata/finalizers"}]);
    let (code, _) = bench.send_as("PATCH", &uri, "application/json-patch+json", &remove);
    assert_eq!(code, 200);
    assert_eq!(bench.get(&uri)["code"], 404);
}

#[test]
fn propagation_is_kept_as_a_finalizer() {
    let mut bench = Bench::new();
    for (policy, finalizer) in [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")] {
        bench.create(DEPLOYMENTS, &deployment("web"));
        let uri = format!("{DEPLOYMENTS}/web");
        let (code, going) = bench.send("DELETE", &uri, &json!({"propagationPolicy": policy}));
        assert_eq!((code, &going["metadata"]["finalizers"]), (200, &json!([finalizer])));
        assert_eq!(going["metadata"]["generation"], 2);
        bench.send("PATCH", &uri, &json!({"metadata": {"finalizers": null}}));
        assert_eq!(bench.get(&uri)["code"], 404);
    }
}

#[test]
fn preconditions_are_checked() {
    let mut bench = Bench::new();
    bench.create(CONFIG_MAPS, &json!({"metadata": {"name": "c"}}));
    let wrong = json!({"preconditions": {"uid": "other"}});
    let (code, refused) = bench.send("DELETE", &format!("{CONFIG_MAPS}/c"), &wrong);
    assert_eq!((code, refused["reason"].as_str()), (409, Some("Conflict")));
}

#[test]
fn collections_are_deleted_by_selector() {
    let mut bench = Bench::new();
    for (name, label) in [("a", "x"), ("b", "y"), ("c", "x")] {
        let labels = json!({"name": name, "labels": {"l": label}});
        bench.create(CONFIG_MAPS, &json!({"metadata": labels}));
    }
    let uri = format!("{CONFIG_MAPS}?labelSelector=l%3Dx");
    let (code, list) = bench.send("DELETE", &uri, &Value::Null);
    assert_eq!((code, list["items"].as_array().unwrap().len()), (200, 2));
    let left = bench.get(CONFIG_MAPS);
    let names: Vec<_> =
        left["items"].as_array().unwrap().iter().map(|one| &one["metadata"]["name"]).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn a_namespace_ends_with_its_last_finalizer() {
    let mut bench = Bench::new();
    bench.create("/api/v1/namespaces", &json!({"metadata": {"name": "n1"}}));
    let (code, refused) = bench.send("DELETE", "/api/v1/namespaces/default", &Value::Null);
    let expected = "namespaces \"default\" is forbidden: this namespace may not be deleted";
    assert_eq!((code, refused["message"].as_str()), (403, Some(expected)));
    let (_, going) = bench.send("DELETE", "/api/v1/namespaces/n1", &Value::Null);
    assert_eq!(going["status"]["phase"], "Terminating");
    let map = json!({"metadata": {"name": "c"}});
    let (code, refused) = bench.send("POST", "/api/v1/namespaces/n1/configmaps", &map);
    let expected = "configmaps \"c\" is forbidden: unable to create new content in namespace n1 \
                    because it is being terminated";
    assert_eq!((code, refused["message"].as_str()), (403, Some(expected)));
    assert_eq!(refused["details"]["causes"][0]["reason"], "NamespaceTerminating");
    let done = json!({"metadata": {"name": "n1"}, "spec": {}});
    let (code, _) = bench.send("PUT", "/api/v1/namespaces/n1/finalize", &done);
    assert_eq!(code, 200);
    assert_eq!(bench.get("/api/v1/namespaces/n1")["code"], 404);
}
