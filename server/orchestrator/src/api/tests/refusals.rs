use super::*;

/// A request is refused with a code and in words.
fn check(bench: &mut Bench, method: &str, uri: &str, body: &Value, code: u16, message: &str) {
    let (got, status) = bench.send(method, uri, body);
    assert_eq!(status["message"].as_str(), Some(message), "{method} {uri} {body}");
    assert_eq!(got, code, "{method} {uri} {body}");
    assert_eq!(status["code"], code);
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut bench = Bench::new();
    let none = Value::Null;
    let missing = "pods \"nosuch\" not found";
    for method in ["GET", "DELETE"] {
        check(&mut bench, method, &format!("{PODS}/nosuch"), &none, 404, missing);
    }
    let (_, status) = bench.send("GET", &format!("{DEPLOYMENTS}/web"), &none);
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "deployments.apps \"web\" not found", "reason": "NotFound",
        "details": {"name": "web", "group": "apps", "kind": "deployments"}, "code": 404,
    });
    assert_eq!(status, expected);
    let nowhere = "/api/v1/namespaces/nowhere/pods";
    check(&mut bench, "POST", nowhere, &pod("p"), 404, "namespaces \"nowhere\" not found");
    let unknown = "the server could not find the requested resource";
    for uri in ["/api/v1/foos", "/apis/nope/v1", "/apis/apps/v2/deployments"] {
        check(&mut bench, "GET", uri, &none, 404, unknown);
    }
    let response = bench.response(&ApiRequest::new("GET", "/nope", "", ""));
    assert_eq!(
        (response.status().as_u16(), &**response.body()),
        (404, &b"404 page not found\n"[..])
    );
}

#[test]
fn methods_and_media_are_checked() {
    let mut bench = Bench::new();
    let not_allowed = "the server does not allow this method on the requested resource";
    check(&mut bench, "PUT", PODS, &pod("p"), 405, not_allowed);
    let request = ApiRequest::new("POST", PODS, "text/plain", "hello");
    let response = bench.response(&request);
    assert_eq!(response.status(), 415);
    let request = ApiRequest::new("PATCH", &format!("{PODS}/p"), "application/json", "{}");
    assert_eq!(bench.response(&request).status(), 415);
    let mut request = ApiRequest::new("GET", PODS, "", "");
    request.headers.push(("accept".to_owned(), "text/html".to_owned()));
    assert_eq!(bench.response(&request).status(), 406);
    let request = ApiRequest::new("POST", PODS, "application/json", vec![b' '; 4 << 20]);
    assert_eq!(bench.response(&request).status(), 413);
}

#[test]
fn what_exists_is_not_made_again() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("nginx"));
    check(&mut bench, "POST", PODS, &pod("nginx"), 409, "pods \"nginx\" already exists");
}

#[test]
fn an_invalid_pod_is_refused_with_all_its_causes() {
    let mut bench = Bench::new();
    let given = json!({"metadata": {"name": "Bad_Name"}, "spec": {
        "restartPolicy": "Sometimes",
        "containers": [{"name": "c", "image": "", "ports": [{"containerPort": 99_999}]}],
    }});
    let (code, status) = bench.send("POST", PODS, &given);
    assert_eq!((code, status["reason"].as_str()), (422, Some("Invalid")));
    let causes: Vec<(&str, &str, &str)> = status["details"]["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| {
            let text = |field: &str| cause[field].as_str().unwrap();
            (text("field"), text("reason"), text("message"))
        })
        .collect();
    let name = "Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower \
                case alphanumeric characters, '-' or '.', and must start and end with an \
                alphanumeric character (e.g. 'example.com', regex used for validation is \
                '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    let expected = [
        ("metadata.name", "FieldValueInvalid", name),
        ("spec.containers[0].image", "FieldValueRequired", "Required value"),
        (
            "spec.containers[0].ports[0].containerPort",
            "FieldValueInvalid",
            "Invalid value: 99999: must be between 1 and 65535, inclusive",
        ),
        (
            "spec.restartPolicy",
            "FieldValueNotSupported",
            "Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \
             \"Never\"",
        ),
    ];
    assert_eq!(causes, expected);
}

#[test]
fn selectors_must_fit_their_templates_and_stay() {
    let mut bench = Bench::new();
    let mut wrong = deployment("sm");
    wrong["spec"]["template"]["metadata"]["labels"] = json!({"a": "c"});
    let message = "Deployment.apps \"sm\" is invalid: spec.template.metadata.labels: Invalid \
                   value: map[string]string{\"a\":\"c\"}: `selector` does not match template \
                   `labels`";
    check(&mut bench, "POST", DEPLOYMENTS, &wrong, 422, message);
    bench.create(DEPLOYMENTS, &deployment("web"));
    let patch = json!({"spec": {"selector": {"matchLabels": {"x": "y"}}}});
    let message = "Deployment.apps \"web\" is invalid: [spec.template.metadata.labels: Invalid \
                   value: map[string]string{\"a\":\"b\"}: `selector` does not match template \
                   `labels`, spec.selector: Invalid value: \
                   v1.LabelSelector{MatchLabels:map[string]string{\"a\":\"b\", \"x\":\"y\"}, \
                   MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable]";
    check(&mut bench, "PATCH", &format!("{DEPLOYMENTS}/web"), &patch, 422, message);
}

#[test]
fn of_a_pod_little_may_change() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("nginx"));
    let uri = format!("{PODS}/nginx");
    let image = json!({"spec": {"containers": [{"name": "nginx", "image": "nginx:1.16"}]}});
    let (code, changed) = bench.send("PATCH", &uri, &image);
    assert_eq!((code, &changed["metadata"]["generation"]), (200, &json!(2)));
    let message = "Pod \"nginx\" is invalid: spec: Forbidden: pod updates may not change fields \
                   other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
                   `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing \
                   tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if \
                   it was previously negative)\n  core.PodSpec{\n  \t... // 9 identical fields\n  \
                   \tServiceAccountName:           \"default\",\n  \
                   \tAutomountServiceAccountToken: nil,\n- \
                   \tNodeName:                     \"\",\n+ \
                   \tNodeName:                     \"x\",\n  \
                   \tSecurityContext:              &{},\n  \
                   \tImagePullSecrets:             nil,\n  \t... // 22 identical fields\n  }\n";
    check(&mut bench, "PATCH", &uri, &json!({"spec": {"nodeName": "x"}}), 422, message);
}

#[test]
fn bodies_of_another_kind_are_refused() {
    let mut bench = Bench::new();
    let cases = [
        (
            json!({"apiVersion": "v1", "kind": "Podd"}),
            "Podd in version \"v1\" cannot be handled as a Pod: no kind \"Podd\" is registered \
             for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
        ),
        (
            json!({"metadata": {"name": "p", "namespace": "other"}}),
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            json!({"metadata": {"name": "p"}, "spec": {"containers": "c"}}),
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into \
             Go struct field PodSpec.spec.containers of type []v1.Container",
        ),
    ];
    for (body, message) in cases {
        check(&mut bench, "POST", PODS, &body, 400, message);
    }
}

#[test]
fn unknown_fields_are_refused_or_warned_of() {
    let mut bench = Bench::new();
    let mut given = pod("bad");
    given["spec"]["foo"] = "bar".into();
    given["spec"]["containers"][0]["imagee"] = "x".into();
    let strict = format!("{PODS}?fieldValidation=Strict");
    let message = "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: \
                   unknown field \"spec.containers[0].imagee\", unknown field \"spec.foo\"";
    check(&mut bench, "POST", &strict, &given, 400, message);
    let request = ApiRequest::new("POST", PODS, "application/json", given.to_string());
    let response = bench.response(&request);
    let warnings: Vec<_> = response.headers().get_all("warning").iter().collect();
    assert_eq!(response.status(), 201);
    let expected = [
        "299 - \"unknown field \\\"spec.containers[0].imagee\\\"\"",
        "299 - \"unknown field \\\"spec.foo\\\"\"",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn each_kind_says_what_is_wrong() {
    let mut bench = Bench::new();
    let services = "/api/v1/namespaces/default/services";
    let required = "Required value";
    let long = "x".repeat(70);
    let cases: Vec<(&str, Value, String)> = vec![
        (PODS, json!({"metadata": {"name": "p"}}), format!("Pod \"p\" is invalid: spec.containers: {required}")),
        (
            PODS,
            json!({"metadata": {"name": "p", "labels": {"a": &long}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}),
            format!("Pod \"p\" is invalid: metadata.labels: Invalid value: \"{long}\": must be no more than 63 bytes"),
        ),
        (
            PODS,
            json!({"metadata": {"name": "p"}, "spec": {"containers": [
                {"name": "c", "image": "i"}, {"name": "c", "image": "i"}]}}),
            "Pod \"p\" is invalid: spec.containers[1].name: Duplicate value: \"c\"".to_owned(),
        ),
        (
            PODS,
            json!({"metadata": {"name": "p"}, "spec": {"containers": [
                {"name": "c", "image": "i", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}}),
            "Pod \"p\" is invalid: spec.containers[0].volumeMounts[0].name: Not found: \"v\"".to_owned(),
        ),
        (
            PODS,
            json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i",
                "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}]}}),
            "Pod \"p\" is invalid: spec.containers[0].resources.requests: Invalid value: \"2\": \
             must be less than or equal to cpu limit of 1".to_owned(),
        ),
        (
            PODS,
            json!({"metadata": {"name": "p"}, "spec": {"serviceAccountName": "robot",
                "containers": [{"name": "c", "image": "i"}]}}),
            "pods \"p\" is forbidden: error looking up service account default/robot: \
             serviceaccount \"robot\" not found".to_owned(),
        ),
        (services, json!({"metadata": {"name": "s"}}), format!("Service \"s\" is invalid: spec.ports: {required}")),
        (
            services,
            json!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}, {"port": 81}]}}),
            format!("Service \"s\" is invalid: [spec.ports[0].name: {required}, spec.ports[1].name: {required}]"),
        ),
        (
            services,
            json!({"metadata": {"name": "s"}, "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]}}),
            "Service \"s\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is \
             not in the valid range. The range of valid ports is 30000-32767".to_owned(),
        ),
        (
            CONFIG_MAPS,
            json!({"metadata": {"name": "c"}, "data": {"a b": "x"}}),
            "ConfigMap \"c\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must \
             consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  \
             or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')".to_owned(),
        ),
        (
            "/api/v1/namespaces/default/secrets",
            json!({"metadata": {"name": "t"}, "type": "kubernetes.io/tls"}),
            "Secret \"t\" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]".to_owned(),
        ),
    ];
    for (uri, body, message) in cases {
        let code = if message.contains("forbidden") { 403 } else { 422 };
        check(&mut bench, "POST", uri, &body, code, &message);
    }
}

#[test]
fn a_stale_write_is_a_conflict() {
    let mut bench = Bench::new();
    let map = json!({"metadata": {"name": "c"}, "data": {"a": "1"}});
    let created = bench.create(CONFIG_MAPS, &map);
    let uri = format!("{CONFIG_MAPS}/c");
    let mut changed = created.clone();
    changed["data"]["a"] = "2".into();
    let (code, _) = bench.send("PUT", &uri, &changed);
    assert_eq!(code, 200);
    let message = "Operation cannot be fulfilled on configmaps \"c\": the object has been \
                   modified; please apply your changes to the latest version and try again";
    check(&mut bench, "PUT", &uri, &changed, 409, message);
    let patch = json!({"metadata": {"resourceVersion": created["metadata"]["resourceVersion"]}});
    check(&mut bench, "PATCH", &uri, &patch, 409, message);
    let before = bench.store.rev();
    let current = bench.get(&uri);
    let (code, same) = bench.send("PUT", &uri, &current);
    assert_eq!((code, bench.store.rev()), (200, before), "nothing changed, nothing written");
    assert_eq!(same, current);
}

#[test]
fn what_is_seldom_meant_is_warned_of() {
    let mut bench = Bench::new();
    let mut given = deployment("my.web");
    given["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]);
    given["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"limits": {"memory": "100m"}});
    let request = ApiRequest::new("POST", DEPLOYMENTS, "application/json", given.to_string());
    let response = bench.response(&request);
    assert_eq!(response.status(), 201);
    let warnings = response.headers().get_all("warning").iter();
    let warnings: Vec<&str> = warnings.map(|warning| warning.to_str().unwrap()).collect();
    assert!(warnings[0].contains("metadata.name: this is used in Pod names and hostnames"));
    let expected = [
        "299 - \"spec.template.spec.containers[0].env[1]: hides previous definition of \\\"A\\\", \
         which may be dropped when using apply\"",
        "299 - \"spec.template.spec.containers[0].resources.limits[memory]: fractional byte value \
         \\\"100m\\\" is invalid, must be an integer\"",
    ];
    assert_eq!(warnings[1..], expected);
    // A change of labels does not warn again.
    let patch = json!({"metadata": {"labels": {"a": "b"}}}).to_string();
    let media = "application/merge-patch+json";
    let request = ApiRequest::new("PATCH", &format!("{DEPLOYMENTS}/my.web"), media, patch);
    assert_eq!(bench.response(&request).headers().get_all("warning").iter().count(), 0);
}

#[test]
fn services_are_published_by_their_rules() {
    let mut bench = Bench::new();
    let uri = "/api/v1/namespaces/default/services";
    let service = json!({"metadata": {"name": "s"}, "spec": {
        "type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerClass": "a.io/b",
    }});
    bench.create(uri, &service);
    let only = "may only be used when `type` is 'LoadBalancer'";
    let cases = [
        (
            json!({"loadBalancerClass": null}),
            "spec.loadBalancerClass: Invalid value: \"null\": may not change once set".to_owned(),
        ),
        (
            json!({"loadBalancerClass": "a.io/c"}),
            "spec.loadBalancerClass: Invalid value: \"a.io/c\": may not change once set".to_owned(),
        ),
        (
            json!({"clusterIP": "10.96.0.77"}),
            "spec.clusterIPs[0]: Invalid value: []string{\"10.96.0.77\"}: may not change once set"
                .to_owned(),
        ),
        (
            json!({"type": "ClusterIP", "loadBalancerClass": "a.io/c"}),
            format!("spec.loadBalancerClass: Forbidden: {only}"),
        ),
        (
            json!({"type": "ClusterIP", "externalTrafficPolicy": "Local"}),
            "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for \
             externally-accessible services"
                .to_owned(),
        ),
        (
            json!({"type": "NodePort", "loadBalancerSourceRanges": ["10.0.0.0/8"]}),
            format!("spec.loadBalancerSourceRanges: Forbidden: {only}"),
        ),
        (
            json!({"internalTrafficPolicy": "Mine"}),
            "spec.internalTrafficPolicy: Unsupported value: \"Mine\": supported values: \
             \"Cluster\", \"Local\""
                .to_owned(),
        ),
    ];
    for (spec, expected) in cases {
        let media = "application/merge-patch+json";
        let patch = json!({"spec": spec});
        let (code, refused) = bench.send_as("PATCH", &format!("{uri}/s"), media, &patch);
        let expected = format!("Service \"s\" is invalid: {expected}");
        assert_eq!((code, refused["message"].as_str()), (422, Some(&*expected)), "{patch}");
    }
    let media = "application/merge-patch+json";
    for spec in [
        json!({"type": "NodePort"}),
        json!({"type": "ExternalName", "externalName": "a.example"}),
        json!({"type": "LoadBalancer"}),
        json!({"type": "ClusterIP"}),
    ] {
        let patch = json!({"spec": spec});
        let (code, changed) = bench.send_as("PATCH", &format!("{uri}/s"), media, &patch);
        assert_eq!((code, changed["spec"].get("loadBalancerClass")), (200, None), "{changed}");
    }
}
