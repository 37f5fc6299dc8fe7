//! Sandboxes over plain HTTP.

use http::StatusCode;

use crate::house::{Folder, House};

#[tokio::test]
async fn a_sandbox_is_made_and_found() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let answer = house.ask("POST", "/sandboxes", r#"{"nodes": 2, "seed": 7, "rate": 0}"#).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let made = answer.json();
    let id = made["id"].as_str().expect("an id");
    assert_eq!(made["server"], format!("http://test/sandboxes/{id}"));
    assert_eq!(made["page"], format!("http://test/en/play?sandbox={id}"));
    assert_eq!(answer.header("location"), format!("http://test/sandboxes/{id}"));

    let clock = house.get(&format!("/sandboxes/{id}/clock")).await.json();
    assert_eq!((&clock["now_ms"], &clock["rate"]), (&0.into(), &0.0.into()));
    assert_eq!(house.get(&format!("/sandboxes/{id}")).await.json(), made);
    let kubeconfig = house.get(&format!("/sandboxes/{id}/kubeconfig")).await;
    assert!(kubeconfig.text.contains(&format!("server: http://test/sandboxes/{id}\n")));
}

#[tokio::test]
async fn a_wish_that_cannot_be_granted_is_a_problem() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--sandboxes-max", "0"]).await;
    let cases = [
        (r#"{"nodes": 0}"#, 422, "nodes must be 1 to 1000"),
        (r#"{"nodes": 1001}"#, 422, "nodes must be 1 to 1000"),
        (r#"{"rate": 601}"#, 422, "rate must be 0, or 0.01 to 600"),
        (r#"{"rate": -1}"#, 422, "rate must be 0, or 0.01 to 600"),
        (
            r#"{"scenario": "atlantis"}"#,
            422,
            "there is no scenario \"atlantis\": playground or empty",
        ),
        (r#"{"lesson": "alchemy"}"#, 422, "there is no lesson \"alchemy\""),
        ("{", 400, ""),
        (r#"{"noodles": 3}"#, 422, ""),
        ("", 429, "this server keeps as many sandboxes as it may"),
    ];
    for (wish, status, detail) in cases {
        let answer = house.ask("POST", "/sandboxes", wish).await;
        assert_eq!(answer.status.as_u16(), status, "{wish}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{wish}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{wish}");
        assert!(problem["detail"].as_str().expect("a detail").contains(detail), "{problem}");
    }
}

#[tokio::test]
async fn an_unknown_sandbox_is_a_problem_here_and_a_status_there() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    for (id, code, reason) in
        [("nonsense", 404, "NotFound"), ("aaaaaaaaaaaaaaaaaaaaaaaaaa", 410, "Gone")]
    {
        let clock = house.get(&format!("/sandboxes/{id}/clock")).await;
        assert_eq!(clock.status, StatusCode::NOT_FOUND);
        assert_eq!(clock.json()["type"], "/problems/unknown-sandbox");
        let api = house.get(&format!("/sandboxes/{id}/api/v1/pods")).await;
        assert_eq!(api.status.as_u16(), code);
        let status = api.json();
        assert_eq!((&status["kind"], &status["reason"]), (&"Status".into(), &reason.into()));
    }
}

#[tokio::test]
async fn the_clock_obeys() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let path = format!("/sandboxes/{id}/clock");
    let advanced = house.ask("POST", &path, r#"{"advance_ms": 1500}"#).await.json();
    assert_eq!(advanced["now_ms"], 1500);
    let faster = house.ask("POST", &path, r#"{"rate": 600}"#).await.json();
    assert_eq!(faster["rate"], 600.0);
    // A second of model time passes in less than two thousandths of a second.
    while house.get(&path).await.json()["now_ms"].as_i64().expect("a time") < 2500 {
        tokio::task::yield_now().await;
    }
    for wrong in [
        r#"{"rate": 1000}"#,
        r#"{"advance_ms": -1}"#,
        "{}",
        r#"{"rate": 1, "advance_ms": 1}"#,
        r#"{"until": "doomsday"}"#,
    ] {
        let answer = house.ask("POST", &path, wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn what_happened_can_be_read_page_by_page() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    house.pod(&id, "web").await;
    let clock = house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    let end = clock.json()["position"].as_u64().expect("a position");
    let mut position = 0;
    while position < end {
        let path = format!("/sandboxes/{id}/trace?since={position}&limit=7");
        let page = house.get(&path).await.json();
        for moment in page["moments"].as_array().expect("moments") {
            assert_eq!(moment["position"], position);
            position += 1;
        }
        assert_eq!(page["next"], position);
    }
    assert!(end > 10, "a Pod leaves a trace: {end}");
}

#[tokio::test]
async fn the_same_seed_and_inputs_give_the_same_digest() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let mut digests = Vec::new();
    for seed in [1, 1, 2] {
        let id = house.sandbox(&format!(r#"{{"rate": 0, "seed": {seed}}}"#)).await;
        house.pod(&id, "web").await;
        let clock = format!("/sandboxes/{id}/clock");
        house.ask("POST", &clock, r#"{"step": "write"}"#).await;
        house.pod(&id, "shop").await;
        house.ask("POST", &clock, r#"{"advance_ms": 60000}"#).await;
        let digest = house.get(&format!("/sandboxes/{id}/digest")).await.json();
        digests.push(digest["digest"].as_str().expect("a digest").to_owned());
    }
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
}

#[tokio::test]
async fn a_fault_takes_effect_or_is_refused() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let path = format!("/sandboxes/{id}/faults");
    let off = house.ask("POST", &path, r#"{"kind": "node-off", "node": "node-1"}"#).await;
    assert_eq!(off.status, StatusCode::OK, "{}", off.text);
    let unknown = house.ask("POST", &path, r#"{"kind": "node-off", "node": "node-9"}"#).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let nonsense = house.ask("POST", &path, r#"{"kind": "earthquake"}"#).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_a_visitor_makes_grow_has_bounds() {
    let folder = Folder::new();
    let flags = ["--entries-max", "2", "--body-bytes-max", "1000", "--model-days-max", "1"];
    let house = House::open(&folder, &flags).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let pods = format!("/sandboxes/{id}/api/v1/namespaces/default/pods");
    let large = house.ask("POST", &pods, "x".repeat(1001)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(large.json()["message"], "Request entity too large: limit is 1000");
    let clock = format!("/sandboxes/{id}/clock");
    let late = house.ask("POST", &clock, r#"{"advance_ms": 86400001}"#).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in [200, 200, 429] {
        assert_eq!(house.get(&pods).await.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn the_schemas_are_those_of_the_protocol() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let document = house.get("/openapi.json").await.json();
    let check = |name: &str, value: serde_json::Value| {
        let described = &document["components"]["schemas"][name]["properties"];
        let fields = |value: &serde_json::Value| {
            value.as_object().expect(name).keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(fields(described), fields(&value), "{name}");
    };
    let json = |value: Result<serde_json::Value, serde_json::Error>| value.expect("JSON");
    check("NewSandbox", json(serde_json::to_value(protocol::NewSandbox::default())));
    check("Clock", json(serde_json::to_value(protocol::Clock::default())));
    check("ClockChange", json(serde_json::to_value(protocol::ClockChange::default())));
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    check("TracePage", house.get(&format!("/sandboxes/{id}/trace")).await.json());
    check("Digest", house.get(&format!("/sandboxes/{id}/digest")).await.json());
    check("SandboxCreated", house.ask("POST", "/sandboxes", "").await.json());
    check("Problem", house.get("/sandboxes/x/clock").await.json());
}

#[tokio::test]
async fn a_bare_control_plane_is_made_by_name() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let wish = r#"{
        "rate": 0, "nodes": [{"name": "127.0.0.1", "cpu": "8", "memory": "16Gi", "zone": "a",
            "labels": {"disk": "ssd"},
            "taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}],
        "service_range": "10.0.0.0/24", "user": "admin", "groups": ["system:masters"],
        "off": ["scheduler", "kubelet"]
    }"#;
    let id = house.sandbox(wish).await;
    let nodes = house.get(&format!("/sandboxes/{id}/api/v1/nodes")).await.json();
    assert_eq!(nodes["items"].as_array().map(Vec::len), Some(1));
    let node = &nodes["items"][0];
    assert_eq!(node["metadata"]["name"], "127.0.0.1");
    assert_eq!(node["metadata"]["labels"]["disk"], "ssd");
    assert_eq!(node["metadata"]["labels"]["topology.kubernetes.io/zone"], "a");
    assert_eq!(node["status"]["capacity"]["cpu"], "8");
    assert_eq!(node["spec"]["taints"][0]["key"], "gpu");
    let service = format!("/sandboxes/{id}/api/v1/namespaces/default/services/kubernetes");
    assert_eq!(house.get(&service).await.json()["spec"]["clusterIP"], "10.0.0.1");
    let pod =
        r#"{"metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}}"#;
    let pods = format!("/sandboxes/{id}/api/v1/namespaces/default/pods");
    assert_eq!(house.ask("POST", &pods, pod).await.status, StatusCode::CREATED);
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"advance_ms": 30000}"#).await;
    let found = house.get(&format!("{pods}/a")).await.json();
    assert_eq!(found["status"]["phase"], "Pending");
    assert!(found["spec"].get("nodeName").is_none(), "nobody schedules");
}

#[tokio::test]
async fn a_wish_that_cannot_be_is_refused() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    for (wish, said) in [
        (r#"{"control_plane": 2}"#, "control_plane must be 1 or 3"),
        (r#"{"nodes": 0}"#, "nodes must be 1 to 1000"),
        (r#"{"nodes": [{"name": "a"}, {"name": "a"}]}"#, "two nodes have the name"),
        (r#"{"nodes": [{"name": "a", "cpu": "much"}]}"#, "quantities must match"),
        (r#"{"service_range": "10.0.0.0"}"#, "no range of addresses"),
        (r#"{"off": ["brain"]}"#, "there is no component"),
        (r#"{"user": ""}"#, "user has 1 to 253 letters"),
    ] {
        let refused = house.ask("POST", "/sandboxes", wish).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wish}");
        assert!(
            refused.json()["detail"].as_str().is_some_and(|text| text.contains(said)),
            "{wish}: {:?}",
            refused.json()
        );
    }
}

#[tokio::test]
async fn faults_that_the_page_does_not_draw_reach_the_model() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let faults = format!("/sandboxes/{id}/faults");
    let check = async |fault: &'static str, status: u16| {
        let answer = house.ask("POST", &faults, fault).await;
        assert_eq!(answer.status.as_u16(), status, "{fault}: {:?}", answer.json());
    };
    check(r#"{"kind": "node-partition", "node": "node-1"}"#, 200).await;
    check(r#"{"kind": "component-stop", "component": "kube-apiserver"}"#, 200).await;
    check(r#"{"kind": "packet-loss", "node": "node-1", "percent": 20}"#, 200).await;
    check(r#"{"kind": "node-heal", "node": "nowhere"}"#, 404).await;
    check(r#"{"kind": "earthquake"}"#, 422).await;
    check(r#"{"kind": "node-off", "node": "node-1", "loud": "yes"}"#, 422).await;
    // The program gets its time to end.
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"advance_ms": 60000}"#).await;
    let refused = house.get(&format!("/sandboxes/{id}/api/v1/nodes")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let trace = house.get(&format!("/sandboxes/{id}/trace?since=0")).await.json().to_string();
    assert!(trace.contains(r#""kind":"component-stop""#));
}
