use super::*;

const JSON_PATCH: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";

#[test]
fn each_patch_type_does_its_own() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let uri = format!("{DEPLOYMENTS}/web");
    let image = json!({"spec": {"template": {"spec": {
        "$setElementOrder/containers": [{"name": "c"}],
        "containers": [{"name": "c", "image": "nginx:2"}],
    }}}});
    let (_, patched) = bench.send("PATCH", &uri, &image);
    assert_eq!(patched["spec"]["template"]["spec"]["containers"][0]["image"], "nginx:2");
    assert_eq!(patched["metadata"]["generation"], 2);
    let labels = json!({"metadata": {"labels": {"x": "y"}}});
    let (_, patched) = bench.send_as("PATCH", &uri, MERGE, &labels);
    assert_eq!(patched["metadata"]["labels"], json!({"x": "y"}));
    assert_eq!(patched["metadata"]["generation"], 2, "labels are no spec");
    let replicas = json!([{"op": "replace", "path": "/spec/replicas", "value": 3}]);
    let (_, patched) = bench.send_as("PATCH", &uri, JSON_PATCH, &replicas);
    assert_eq!(patched["spec"]["replicas"], 3);
    let before = bench.store.rev();
    let (code, same) = bench.send_as("PATCH", &uri, JSON_PATCH, &replicas);
    assert_eq!((code, bench.store.rev(), same), (200, before, patched));
}

#[test]
fn patches_that_do_not_fit_are_refused() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let uri = format!("{DEPLOYMENTS}/web");
    let nowhere = json!([{"op": "replace", "path": "/spec/nope/x", "value": 1}]);
    let (_, refused) = bench.send_as("PATCH", &uri, JSON_PATCH, &nowhere);
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "the server rejected our request due to an error in our request",
        "reason": "Invalid", "details": {}, "code": 422,
    });
    assert_eq!(refused, expected);
    let unknown = json!({"spec": {"foo": "bar"}});
    let strict = format!("{uri}?fieldValidation=Strict");
    let (code, refused) = bench.send("PATCH", &strict, &unknown);
    let expected = " \"\" is invalid: patch: Invalid value: \"map[spec:map[foo:bar]]\": strict \
                    decoding error: unknown field \"spec.foo\"";
    assert_eq!((code, refused["message"].as_str()), (422, Some(expected)));
}

#[test]
fn the_scale_is_read_and_written() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let uri = format!("{DEPLOYMENTS}/web/scale");
    let scale = bench.get(&uri);
    assert_eq!((&scale["kind"], &scale["spec"]), (&json!("Scale"), &json!({"replicas": 1})));
    assert_eq!(scale["status"], json!({"replicas": 0, "selector": "a=b"}));
    let three = json!({"spec": {"replicas": 3}});
    let (code, scale) = bench.send_as("PATCH", &uri, MERGE, &three);
    assert_eq!((code, &scale["spec"]["replicas"]), (200, &json!(3)));
    assert_eq!(bench.get(&format!("{DEPLOYMENTS}/web"))["metadata"]["generation"], 2);
    let (code, refused) = bench.send_as("PATCH", &uri, MERGE, &json!({"spec": {"replicas": -1}}));
    let expected = "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -1: must \
                    be greater than or equal to 0";
    assert_eq!((code, refused["message"].as_str()), (422, Some(expected)));
    let mut stale = scale;
    stale["metadata"]["resourceVersion"] = "1".into();
    assert_eq!(bench.send("PUT", &uri, &stale).0, 409);
}

#[test]
fn a_status_is_patched_apart() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let uri = format!("{DEPLOYMENTS}/web/status");
    let both = json!({"spec": {"replicas": 9}, "status": {"replicas": 2}});
    let (code, patched) = bench.send_as("PATCH", &uri, MERGE, &both);
    assert_eq!((code, &patched["status"]["replicas"]), (200, &json!(2)));
    assert_eq!(patched["spec"]["replicas"], 1, "the spec is not this path's");
}
