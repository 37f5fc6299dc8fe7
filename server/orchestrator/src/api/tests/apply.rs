use super::*;

const APPLY: &str = "application/apply-patch+yaml";

fn apply(bench: &mut Bench, manager: &str, force: bool, spec: &Value) -> (u16, Value) {
    let uri = format!("{DEPLOYMENTS}/web?fieldManager={manager}&force={force}");
    let body = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec,
    });
    bench.send_as("PATCH", &uri, APPLY, &body)
}

fn spec(image: &str, replicas: Option<i32>) -> Value {
    let mut spec = deployment("web")["spec"].clone();
    spec["template"]["spec"]["containers"][0]["image"] = image.into();
    if let Some(replicas) = replicas {
        spec["replicas"] = replicas.into();
    }
    spec
}

#[test]
fn applying_creates_and_owns() {
    let mut bench = Bench::new();
    let (code, made) = apply(&mut bench, "alice", false, &spec("a", Some(2)));
    assert_eq!(code, 201, "{made}");
    let entries = made["metadata"]["managedFields"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["operation"], "Apply");
    let fields = &entries[0]["fieldsV1"]["f:spec"];
    assert_eq!(fields["f:replicas"], json!({}));
    assert_eq!(fields["f:selector"], json!({}));
    let before = bench.store.rev();
    let (code, same) = apply(&mut bench, "alice", false, &spec("a", Some(2)));
    assert_eq!((code, bench.store.rev()), (200, before), "applied again, nothing written");
    assert_eq!(same, made);
}

#[test]
fn fields_of_others_are_not_taken_unless_by_force() {
    let mut bench = Bench::new();
    apply(&mut bench, "alice", false, &spec("a", Some(2)));
    let (code, refused) = apply(&mut bench, "bob", false, &spec("b", None));
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "Apply failed with 1 conflict: conflict with \"alice\": \
                    .spec.template.spec.containers[name=\"c\"].image",
        "reason": "Conflict",
        "details": {"causes": [{
            "reason": "FieldManagerConflict", "message": "conflict with \"alice\"",
            "field": ".spec.template.spec.containers[name=\"c\"].image",
        }]},
        "code": 409,
    });
    assert_eq!((code, refused), (409, expected));
    let (code, forced) = apply(&mut bench, "bob", true, &spec("b", None));
    assert_eq!(code, 200);
    assert_eq!(forced["spec"]["template"]["spec"]["containers"][0]["image"], "b");
    let (code, _) = apply(&mut bench, "alice", false, &spec("b", Some(3)));
    assert_eq!(code, 200, "the same value is shared");
}

#[test]
fn what_is_applied_no_more_goes() {
    let mut bench = Bench::new();
    let mut first = spec("a", Some(2));
    first["template"]["spec"]["containers"][0]["env"] = json!([{"name": "A", "value": "1"}]);
    apply(&mut bench, "alice", false, &first);
    let (_, second) = apply(&mut bench, "alice", false, &spec("a", None));
    assert_eq!(second["spec"]["replicas"], 1, "back to the default");
    assert_eq!(second["spec"]["template"]["spec"]["containers"][0].get("env"), None);
}

#[test]
fn updates_own_what_they_set() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let (code, refused) = apply(&mut bench, "alice", false, &spec("other", None));
    let expected = "Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: \
                    .spec.template.spec.containers[name=\"c\"].image";
    assert_eq!((code, refused["message"].as_str()), (409, Some(expected)));
}
