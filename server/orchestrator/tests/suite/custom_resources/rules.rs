//! CEL rules of schemas: `x-kubernetes-validations`.

use super::*;

/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>
#[test]
fn rules_of_a_schema_are_held() {
    let mut definition = definition();
    let spec = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    spec["x-kubernetes-validations"] = json!([{"rule": "self.metadata.name.startsWith('cron-')"}]);
    let spec = &mut spec["properties"]["spec"];
    *spec = json!({"type": "object", "required": ["replicas"], "properties": {
        "minReplicas": {"type": "integer"}, "replicas": {"type": "integer"},
        "maxReplicas": {"type": "integer"}, "size": {"type": "string", "x-kubernetes-validations": [
            {"rule": "self == oldSelf", "message": "size is immutable"},
        ]},
        "hosts": {"type": "array", "items": {"type": "string"}},
    }, "x-kubernetes-validations": [
        {"rule": "!has(self.maxReplicas) || self.replicas <= self.maxReplicas",
         "messageExpression": "'replicas should be at most ' + string(self.maxReplicas)"},
        {"rule": "!has(self.minReplicas) || self.minReplicas <= self.replicas",
         "message": "replicas should be greater than or equal to minReplicas.",
         "reason": "FieldValueForbidden", "fieldPath": ".replicas"},
        {"rule": "!has(self.hosts) || self.hosts.all(a, self.hosts.exists_one(b, a == b))"},
        {"rule": "self.minReplicas >= 0"},
    ]});
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", DEFINITIONS, &definition);
    cluster.settle();
    let mut causes = |method: &str, name: &str, spec: Value| {
        let uri =
            if method == "POST" { CRON_TABS.to_owned() } else { format!("{CRON_TABS}/{name}") };
        let (_, said) = cluster.request(method, &uri, &cron_tab(name, &spec));
        let causes = said["details"]["causes"].as_array().cloned().unwrap_or_default();
        let shown = |cause: &Value| {
            let text = |field: &str| cause[field].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("field"), text("message"))
        };
        causes.iter().map(shown).collect::<Vec<String>>()
    };
    let wrong = json!({
        "minReplicas": 5, "replicas": 4, "maxReplicas": 3, "hosts": ["a", "b", "a"], "size": "s",
    });
    assert_eq!(
        causes("POST", "mine", wrong),
        [
            "<nil>: Invalid value: \"object\": failed rule: self.metadata.name.startsWith('cron-')",
            "spec: Invalid value: \"object\": replicas should be at most 3",
            "spec.replicas: Forbidden: replicas should be greater than or equal to minReplicas.",
            "spec: Invalid value: \"object\": failed rule: !has(self.hosts) || \
             self.hosts.all(a, self.hosts.exists_one(b, a == b))",
        ]
    );
    assert_eq!(
        causes("POST", "cron-a", json!({"replicas": 1})),
        ["spec: Invalid value: \"object\": no such key: minReplicas evaluating rule: \
          self.minReplicas >= 0"]
    );
    let many: Vec<String> = (0..400).map(|number| number.to_string()).collect();
    let spec = json!({"replicas": 1, "minReplicas": 0, "hosts": many});
    assert_eq!(
        causes("POST", "cron-a", spec)[0],
        "spec: Invalid value: \"object\": validation failed due to running out of cost budget, no \
         further validation rules will be run"
    );
    let right = |size: &str| json!({"replicas": 1, "minReplicas": 0, "size": size});
    assert_eq!(causes("POST", "cron-a", right("s")), [""; 0]);
    let message = "spec.size: Invalid value: \"string\": size is immutable";
    assert_eq!(causes("PUT", "cron-a", right("m")), [message]);
    assert_eq!(causes("PUT", "cron-a", right("s")), [""; 0]);
}

#[test]
fn a_rule_that_is_none_is_refused_with_its_definition() {
    let mut definition = definition();
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    schema["x-kubernetes-validations"] = json!([{"rule": "self.spec.replicas <"}]);
    let mut cluster = Cluster::new(1);
    let (status, said) = cluster.request("POST", DEFINITIONS, &definition);
    let cause = &said["details"]["causes"][0];
    let field = "spec.versions[0].schema.openAPIV3Schema.x-kubernetes-validations[0].rule";
    assert_eq!((status, &cause["field"]), (422, &json!(field)));
    let message = cause["message"].as_str().unwrap();
    assert!(message.contains("compilation failed: ERROR: <input>:1:"), "{message}");
}
