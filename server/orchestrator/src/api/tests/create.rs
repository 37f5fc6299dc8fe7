use super::*;

#[test]
fn a_pod_gets_all_that_kubernetes_fills_in() {
    let mut bench = Bench::new();
    let mut created = bench.create(PODS, &pod("nginx"));
    // The volume's name ends in chance.
    let volume = created["spec"]["volumes"][0]["name"].take();
    assert!(volume.as_str().unwrap().starts_with("kube-api-access-"));
    let mount = created["spec"]["containers"][0]["volumeMounts"][0]["name"].take();
    assert_eq!(mount, volume);
    let tolerate = |key: &str| {
        json!({
            "key": format!("node.kubernetes.io/{key}"), "operator": "Exists",
            "effect": "NoExecute", "tolerationSeconds": 300,
        })
    };
    let expected = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "nginx", "namespace": "default", "labels": {"app": "web"}, "generation": 1,
        },
        "spec": {
            "containers": [{
                "name": "nginx", "image": "nginx:1.14.2", "imagePullPolicy": "IfNotPresent",
                "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "volumeMounts": [{
                    "name": null, "readOnly": true,
                    "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                }],
            }],
            "dnsPolicy": "ClusterFirst",
            "enableServiceLinks": true,
            "preemptionPolicy": "PreemptLowerPriority",
            "priority": 0,
            "restartPolicy": "Always",
            "schedulerName": "default-scheduler",
            "securityContext": {},
            "serviceAccount": "default",
            "serviceAccountName": "default",
            "terminationGracePeriodSeconds": 30,
            "tolerations": [tolerate("not-ready"), tolerate("unreachable")],
            "volumes": [{"name": null, "projected": {"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {
                    "name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}],
                }},
                {"downwardAPI": {"items": [{
                    "path": "namespace",
                    "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                }]}},
            ]}}],
        },
        "status": {"phase": "Pending", "qosClass": "BestEffort"},
    });
    assert_eq!(bare(created), expected);
}

#[test]
fn the_parts_of_a_pod_are_filled_in() {
    let mut bench = Bench::new();
    let mut given = pod("full");
    given["spec"]["volumes"] = json!([
        {"name": "v1", "emptyDir": {}},
        {"name": "v2", "configMap": {"name": "cm"}},
        {"name": "v4", "hostPath": {"path": "/x"}},
    ]);
    given["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": 0.5, "memory": "64Mi"}});
    given["spec"]["containers"][0]["livenessProbe"] = json!({"httpGet": {"port": 80}});
    given["spec"]["initContainers"] = json!([{"name": "i", "image": "busybox"}]);
    let created = bench.create(PODS, &given);
    let spec = &created["spec"];
    assert_eq!(spec["volumes"][1]["configMap"]["defaultMode"], 420);
    assert_eq!(spec["volumes"][2]["hostPath"], json!({"path": "/x", "type": ""}));
    let expected = json!({"cpu": "500m", "memory": "64Mi"});
    assert_eq!(spec["containers"][0]["resources"]["limits"], expected);
    assert_eq!(spec["containers"][0]["resources"]["requests"], expected);
    let probe = json!({
        "httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "timeoutSeconds": 1,
        "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
    });
    assert_eq!(spec["containers"][0]["livenessProbe"], probe);
    assert_eq!(spec["initContainers"][0]["imagePullPolicy"], "Always");
    assert_eq!(created["status"]["qosClass"], "Burstable");
}

#[test]
fn a_deployment_gets_all_that_kubernetes_fills_in() {
    let mut bench = Bench::new();
    let created = bare(bench.create(DEPLOYMENTS, &deployment("d")));
    let expected = json!({
        "replicas": 1,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {
            "containers": [{
                "name": "c", "image": "nginx", "resources": {}, "imagePullPolicy": "Always",
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst", "securityContext": {},
            "schedulerName": "default-scheduler",
        }},
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
        },
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    });
    assert_eq!(created["spec"], expected);
    assert_eq!(created["metadata"]["generation"], 1);
    assert_eq!(created["status"], json!({}));
}

#[test]
fn services_get_addresses_and_node_ports() {
    let mut bench = Bench::new();
    let uri = "/api/v1/namespaces/default/services";
    let service = |name: &str, spec: Value| json!({"metadata": {"name": name}, "spec": spec});
    let ports = json!([{"port": 80}]);
    let own = bench.create(uri, &service("own", json!({"clusterIP": "10.96.0.1", "ports": ports})));
    assert_eq!(own["spec"]["clusterIPs"], json!(["10.96.0.1"]));
    let first = bench.create(uri, &service("first", json!({"ports": ports})));
    assert_eq!(first["spec"]["clusterIP"], "10.96.1.0");
    assert_eq!(first["spec"]["ports"], json!([{"port": 80, "protocol": "TCP", "targetPort": 80}]));
    assert_eq!(first["spec"]["ipFamilyPolicy"], "SingleStack");
    let headless = bench.create(uri, &service("h", json!({"clusterIP": "None", "ports": ports})));
    assert_eq!(headless["spec"]["clusterIPs"], json!(["None"]));
    let node_port = json!({"type": "NodePort", "ports": ports});
    let node_port = bench.create(uri, &service("np", node_port));
    assert_eq!(node_port["spec"]["ports"][0]["nodePort"], 30_086);
    assert_eq!(node_port["spec"]["externalTrafficPolicy"], "Cluster");
    let taken = service("taken", json!({"clusterIP": "10.96.0.1", "ports": ports}));
    let (code, refused) = bench.send("POST", uri, &taken);
    let expected = "Service \"taken\" is invalid: spec.clusterIPs: Invalid value: \
                    []string{\"10.96.0.1\"}: failed to allocate IP 10.96.0.1: provided IP is \
                    already allocated";
    assert_eq!((code, refused["message"].as_str()), (422, Some(expected)));
}

#[test]
fn names_are_generated() {
    let mut bench = Bench::new();
    let mut nameless = pod("");
    nameless["metadata"] = json!({"generateName": "web-"});
    let created = bench.create(PODS, &nameless);
    let name = created["metadata"]["name"].as_str().unwrap();
    assert!(name.starts_with("web-") && name.len() == 9, "{name}");
}

#[test]
fn secrets_keep_text_as_data() {
    let mut bench = Bench::new();
    let secret = json!({"metadata": {"name": "s"}, "stringData": {"a": "b"}});
    let created = bench.create("/api/v1/namespaces/default/secrets", &secret);
    assert_eq!(created["data"], json!({"a": "Yg=="}));
    assert_eq!(created["type"], "Opaque");
    assert_eq!(created.get("stringData"), None);
}

#[test]
fn a_dry_run_stores_nothing() {
    let mut bench = Bench::new();
    let before = bench.store.rev();
    let (code, made) = bench.send("POST", &format!("{PODS}?dryRun=All"), &pod("web"));
    assert_eq!((code, made["status"]["phase"].as_str()), (201, Some("Pending")));
    assert_eq!(bench.store.rev(), before);
}

#[test]
fn yaml_is_read_as_well() {
    let mut bench = Bench::new();
    let text = "metadata:\n  name: c\ndata:\n  a: b\n";
    let request = ApiRequest::new("POST", CONFIG_MAPS, "application/yaml", text);
    assert_eq!(bench.response(&request).status(), 201);
    assert_eq!(bench.get(&format!("{CONFIG_MAPS}/c"))["data"], json!({"a": "b"}));
}

#[test]
fn a_namespace_bears_its_name_and_finalizer() {
    let mut bench = Bench::new();
    let made = bare(bench.create("/api/v1/namespaces", &json!({"metadata": {"name": "dd"}})));
    let expected = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "dd", "labels": {"kubernetes.io/metadata.name": "dd"}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    });
    assert_eq!(made, expected);
}
