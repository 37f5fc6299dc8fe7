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

/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#optional-oldself>
#[test]
fn rules_may_ask_for_an_old_value_that_need_not_be_and_call_kubernetes_libraries() {
    let mut definition = definition();
    let spec =
        &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    *spec = json!({"type": "object", "properties": {
        "level": {"type": "integer", "x-kubernetes-validations": [
            {"rule": "oldSelf.hasValue() || self == 0", "optionalOldSelf": true,
             "message": "begins at 0"},
            {"rule": "!oldSelf.hasValue() || self >= oldSelf.value()", "optionalOldSelf": true,
             "messageExpression": "'was %d'.format([oldSelf.orValue(0)])"},
        ]},
        "range": {"type": "string"}, "limit": {"type": "string"}, "page": {"type": "string"},
    }, "x-kubernetes-validations": [
        {"rule": "!has(self.range) || isCIDR(self.range) && cidr(self.range).prefixLength() <= 24",
         "fieldPath": ".range", "message": "a range of at least 256 addresses"},
        {"rule": "!has(self.limit) || quantity(self.limit).isLessThan(quantity('2Gi'))",
         "fieldPath": ".limit", "message": "below 2Gi"},
        {"rule": "!has(self.page) || url(self.page).getScheme() == 'https'"},
    ]});
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", DEFINITIONS, &definition);
    cluster.settle();
    let mut causes = |method: &str, spec: Value| {
        let uri = if method == "POST" { CRON_TABS.to_owned() } else { format!("{CRON_TABS}/mine") };
        let (_, said) = cluster.request(method, &uri, &cron_tab("mine", &spec));
        let causes = said["details"]["causes"].as_array().cloned().unwrap_or_default();
        let shown = |cause: &Value| {
            let text = |field: &str| cause[field].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("field"), text("message"))
        };
        causes.iter().map(shown).collect::<Vec<String>>()
    };
    let begins = "spec.level: Invalid value: \"integer\": begins at 0";
    assert_eq!(causes("POST", json!({"level": 3})), [begins]);
    let wrong = json!({"range": "10.0.0.0/25", "limit": "2048Mi", "page": "http://example.com"});
    assert_eq!(
        causes("POST", wrong),
        [
            "spec.range: Invalid value: \"object\": a range of at least 256 addresses",
            "spec.limit: Invalid value: \"object\": below 2Gi",
            "spec: Invalid value: \"object\": failed rule: !has(self.page) || \
             url(self.page).getScheme() == 'https'",
        ]
    );
    let right = json!({
        "level": 0, "range": "10.0.0.0/16", "limit": "1Gi", "page": "https://example.com/a",
    });
    assert_eq!(causes("POST", right), [""; 0]);
    assert_eq!(causes("PUT", json!({"level": 2})), [""; 0]);
    let was = "spec.level: Invalid value: \"integer\": was 2";
    assert_eq!(causes("PUT", json!({"level": 1})), [was]);
}

#[test]
fn what_a_rule_says_beside_itself_is_checked_with_its_definition() {
    let mut definition = definition();
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    schema["x-kubernetes-validations"] = json!([
        {"rule": "true", "optionalOldSelf": true},
        {"rule": "true", "reason": "Because", "message": " "},
        {"rule": "true", "fieldPath": ".nowhere"},
        {"rule": "true", "fieldPath": ".spec", "messageExpression": "'a' +"},
        {"rule": "true ||\nfalse"},
    ]);
    let mut cluster = Cluster::new(1);
    let (_, said) = cluster.request("POST", DEFINITIONS, &definition);
    let causes = said["details"]["causes"].as_array().unwrap();
    let place = "spec.versions[0].schema.openAPIV3Schema.x-kubernetes-validations";
    let shown: Vec<String> = causes
        .iter()
        .map(|cause| {
            let text = |field: &str| cause[field].as_str().unwrap_or_default().to_owned();
            let message: String = text("message").chars().take(100).collect();
            format!("{}: {message}", text("field").trim_start_matches(place))
        })
        .collect();
    let expected = [
        "[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule",
        "[1].message: Invalid value: \" \": message must be non-empty if specified",
        "[1].reason: Unsupported value: \"Because\": supported values: \"FieldValueDuplicate\", \
         \"FieldValueForbidden\", \"Field",
        "[2].fieldPath: Invalid value: \".nowhere\": fieldPath must be a valid path: does not refer to a valid field",
        "[3].messageExpression: Invalid value: apiextensions.ValidationRule{Rule:\"true\", \
         Message:\"\", MessageExpression:\"'a' +\", Reas",
        "[4].message: Required value: message must be specified if rule contains line breaks",
    ];
    assert_eq!(shown, expected);
}
