use k8s_openapi::api::core::v1::Pod;

use super::*;
use crate::object::{Key, Kind};

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

/// Who owns fields of an object, and by which subresource.
fn managers(object: &Value) -> Vec<(&str, &str)> {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    let of = |entry| (text(entry, "manager"), text(entry, "subresource"));
    entries.map(of).collect()
}

fn text<'a>(entry: &'a Value, field: &str) -> &'a str {
    entry[field].as_str().unwrap_or_default()
}

#[test]
fn what_components_change_is_theirs() {
    let mut bench = Bench::new();
    apply(&mut bench, "alice", false, &spec("a", Some(2)));
    let key = Key::new(Kind::Deployment, "default", "web");
    bench.call(&Call::Scale { key, replicas: 5 }).expect("scaled");
    let scaled = bench.get(&format!("{DEPLOYMENTS}/web"));
    assert_eq!(managers(&scaled), [("alice", ""), ("kube-controller-manager", "scale")]);
    let (code, refused) = apply(&mut bench, "alice", false, &spec("a", Some(2)));
    let expected = "Apply failed with 1 conflict: conflict with \"kube-controller-manager\" with \
                    subresource \"scale\" using apps/v1: .spec.replicas";
    assert_eq!((code, refused["message"].as_str()), (409, Some(expected)));
    let (code, without) = apply(&mut bench, "alice", false, &spec("a", None));
    assert_eq!((code, &without["spec"]["replicas"]), (200, &json!(5)), "given to the autoscaler");
}

#[test]
fn what_components_make_is_theirs() {
    let mut bench = Bench::new();
    let pod = json!({
        "metadata": {"name": "a", "namespace": "default", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "main", "image": "nginx"}]},
    });
    let pod: Pod = serde_json::from_value(pod).expect("a Pod");
    bench.call(&Call::Create(pod.into())).expect("made");
    let made = bench.get(&format!("{PODS}/a"));
    assert_eq!(managers(&made), [("kube-controller-manager", "")]);
    let fields = &made["metadata"]["managedFields"][0]["fieldsV1"];
    assert_eq!(fields["f:metadata"], json!({"f:labels": {".": {}, "f:app": {}}}));
    let of: Vec<&String> = fields["f:spec"].as_object().expect("fields").keys().collect();
    let expected = [
        "f:containers",
        "f:dnsPolicy",
        "f:enableServiceLinks",
        "f:restartPolicy",
        "f:schedulerName",
        "f:securityContext",
        "f:terminationGracePeriodSeconds",
    ];
    assert_eq!(of, expected, "what admission adds is nobody's");
    let before = bench.store.rev();
    let label = json!({"metadata": {"labels": {"app": "mine"}}});
    let (_, labelled) = bench.send("PATCH", &format!("{PODS}/a"), &label);
    assert_eq!(bench.store.rev(), before + 1);
    assert_eq!(managers(&labelled), [("kube-controller-manager", ""), ("kubectl", "")]);
    let left = &labelled["metadata"]["managedFields"][0]["fieldsV1"]["f:metadata"];
    assert_eq!(*left, json!({"f:labels": {}}));
}

#[test]
fn a_structure_that_is_filled_is_not_lost() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let limits = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "c", "resources": {"limits": {"cpu": "1"}}},
    ]}}}});
    let uri = format!("{DEPLOYMENTS}/web?fieldManager=kubectl-set");
    let (_, limited) = bench.send("PATCH", &uri, &limits);
    let fields = limited["metadata"]["managedFields"].as_array().expect("entries");
    let owned = fields.iter().map(|entry| {
        let containers = &entry["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"];
        containers["k:{\"name\":\"c\"}"]["f:resources"].clone()
    });
    let expected = [json!({}), json!({"f:limits": {".": {}, "f:cpu": {}}})];
    assert_eq!(owned.collect::<Vec<_>>(), expected);
}
