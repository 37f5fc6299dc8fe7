use super::*;

fn table_of(bench: &mut Bench, uri: &str) -> Value {
    let mut request = ApiRequest::new("GET", uri, "", "");
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    request.headers.push(("accept".to_owned(), accept.to_owned()));
    let response = bench.response(&request);
    serde_json::from_slice(response.body()).unwrap()
}

/// The cells of an object's row.
fn cells(bench: &mut Bench, uri: &str) -> Value {
    let table = table_of(bench, uri);
    let columns = table["columnDefinitions"].as_array().unwrap().len();
    let cells = table["rows"][0]["cells"].clone();
    assert_eq!(cells.as_array().unwrap().len(), columns, "{uri}");
    cells
}

fn with_status(bench: &mut Bench, uri: &str, status: &Value) {
    let patch = json!({"status": status});
    let media = "application/merge-patch+json";
    let (code, body) = bench.send_as("PATCH", &format!("{uri}/status"), media, &patch);
    assert_eq!(code, 200, "{body}");
}

#[test]
fn each_kind_has_its_row() {
    let mut bench = Bench::new();
    let in_default = |plural: &str| format!("/api/v1/namespaces/default/{plural}");
    bench.create(PODS, &pod("p"));
    bench.create(DEPLOYMENTS, &deployment("d"));
    let sets = "/apis/apps/v1/namespaces/default/replicasets";
    let mut set = deployment("r");
    set["kind"] = "ReplicaSet".into();
    bench.create(sets, &set);
    let service = json!({"metadata": {"name": "s"}, "spec": {
        "type": "LoadBalancer", "selector": {"a": "b"}, "ports": [{"port": 80}]}});
    bench.create(&in_default("services"), &service);
    bench.create(&in_default("configmaps"), &json!({"metadata": {"name": "c"}, "data": {"a": ""}}));
    bench.create(&in_default("secrets"), &json!({"metadata": {"name": "x"}}));
    bench.create("/api/v1/nodes", &json!({"metadata": {"name": "n9"}}));
    let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    bench.create(leases, &json!({"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}));
    let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    let endpoints: Vec<Value> =
        (1..=4).map(|n| json!({"addresses": [format!("10.1.1.{n}")]})).collect();
    let slice = json!({"metadata": {"name": "e"}, "addressType": "IPv4",
        "endpoints": endpoints, "ports": [{"port": 80}]});
    bench.create(slices, &slice);
    bench.create(
        &in_default("events"),
        &json!({"metadata": {"name": "v"}, "reason": "R",
        "message": "m", "type": "Normal",
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": "x"}}),
    );
    let none = "<none>";
    let cases = [
        (format!("{PODS}/p"), json!(["p", "0/1", "Pending", "0", "0s", none, none, none, none])),
        (format!("{DEPLOYMENTS}/d"), json!(["d", "0/1", 0, 0, "0s", "c", "nginx", "a=b"])),
        (format!("{sets}/r"), json!(["r", 1, 0, 0, "0s", "c", "nginx", "a=b"])),
        (
            in_default("services/s"),
            json!(["s", "LoadBalancer", "10.96.1.0", "<pending>", "80:30086/TCP", "0s", "a=b"]),
        ),
        (in_default("configmaps/c"), json!(["c", 1, "0s"])),
        (in_default("secrets/x"), json!(["x", "Opaque", 0, "0s"])),
        (in_default("serviceaccounts/default"), json!(["default", 0, "0s"])),
        ("/api/v1/namespaces/default".to_owned(), json!(["default", "Active", "0s"])),
        (
            "/api/v1/nodes/n9".to_owned(),
            json!([
                "n9",
                "Unknown",
                none,
                "0s",
                "",
                none,
                none,
                "<unknown>",
                "<unknown>",
                "<unknown>"
            ]),
        ),
        (format!("{leases}/l"), json!(["l", "me", "0s"])),
        (
            format!("{slices}/e"),
            json!(["e", "IPv4", "80", "10.1.1.1,10.1.1.2,10.1.1.3 + 1 more...", "0s"]),
        ),
        (
            in_default("events/v"),
            json!(["<unknown>", "Normal", "R", "pod/x", "", "", "m", "<unknown>", 1, "v"]),
        ),
    ];
    for (uri, expected) in cases {
        assert_eq!(cells(&mut bench, &uri), expected, "{uri}");
    }
}

#[test]
fn a_pods_row_sums_up_its_containers() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("p"));
    let uri = format!("{PODS}/p");
    let container = |state: Value, ready: bool, restarts: i32| {
        json!({"name": "nginx", "image": "i", "imageID": "", "ready": ready,
            "restartCount": restarts, "state": state,
            "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-05T00:00:00Z"}}})
    };
    let running = json!({"running": {"startedAt": "2026-01-05T00:00:00Z"}});
    let waiting = json!({"waiting": {"reason": "CrashLoopBackOff"}});
    let ended = json!({"terminated": {"exitCode": 0, "reason": "Completed"}});
    let failed = json!({"terminated": {"exitCode": 3}});
    bench.clock.now = Time(300_000);
    let cases = [
        ("Running", container(running.clone(), true, 0), json!(["p", "1/1", "Running", "0", "5m"])),
        (
            "Running",
            container(running, true, 2),
            json!(["p", "1/1", "Running", "2 (5m ago)", "5m"]),
        ),
        (
            "Running",
            container(waiting, false, 3),
            json!(["p", "0/1", "CrashLoopBackOff", "3 (5m ago)", "5m"]),
        ),
        ("Succeeded", container(ended, false, 0), json!(["p", "0/1", "Completed", "0", "5m"])),
        ("Failed", container(failed, false, 0), json!(["p", "0/1", "ExitCode:3", "0", "5m"])),
    ];
    for (phase, status, expected) in cases {
        with_status(&mut bench, &uri, &json!({"phase": phase, "containerStatuses": [status]}));
        let cells = cells(&mut bench, &uri);
        assert_eq!(cells.as_array().unwrap()[..5], expected.as_array().unwrap()[..], "{phase}");
    }
}

#[test]
fn lists_come_in_parts() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.create(CONFIG_MAPS, &json!({"metadata": {"name": name}}));
    }
    let first = bench.get(&format!("{CONFIG_MAPS}?limit=2"));
    assert_eq!(first["kind"], "ConfigMapList");
    assert_eq!(first["items"][0].get("kind"), None, "items do not repeat their kind");
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    let token = first["metadata"]["continue"].as_str().unwrap();
    let rest = bench.get(&format!("{CONFIG_MAPS}?limit=2&continue={token}"));
    assert_eq!(rest["items"][0]["metadata"]["name"], "c");
    assert_eq!(rest["metadata"].get("continue"), None);
    let everywhere = bench.get("/api/v1/configmaps?fieldSelector=metadata.name%3Db");
    assert_eq!(everywhere["items"].as_array().unwrap().len(), 1);
    let elsewhere = bench.get("/api/v1/namespaces/nowhere/configmaps");
    assert_eq!(elsewhere["items"], json!([]));
}

#[test]
fn a_scale_is_a_table_too() {
    let mut bench = Bench::new();
    bench.create(DEPLOYMENTS, &deployment("web"));
    let table = table_of(&mut bench, &format!("{DEPLOYMENTS}/web/scale"));
    let columns = table["columnDefinitions"].as_array().expect("columns");
    let names: Vec<&str> = columns.iter().filter_map(|column| column["name"].as_str()).collect();
    assert_eq!(names, ["Name", "Desired", "Available", "Age"]);
    assert_eq!(table["rows"][0]["cells"], json!(["web", 1, 0, "0s"]));
}
