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
