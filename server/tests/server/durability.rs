//! Nothing that was acknowledged is lost: not when the server ends, not when it is killed.

use http::StatusCode;

use crate::house::{Folder, House};

async fn digest(house: &House, id: &str) -> serde_json::Value {
    house.get(&format!("/sandboxes/{id}/digest")).await.json()
}

#[tokio::test]
async fn a_killed_server_knows_all_that_it_acknowledged() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let clock = format!("/sandboxes/{id}/clock");
    let made = house.pod(&id, "web").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    for change in [
        r#"{"step": "write"}"#,
        r#"{"step": "turn"}"#,
        r#"{"advance_ms": 777}"#,
        r#"{"step": "visible"}"#,
        r#"{"until": "quiet"}"#,
    ] {
        house.ask("POST", &clock, change).await;
        house.pod(&id, "web").await;
        let before = digest(&house, &id).await;
        // A second server on the same file finds what a killed one would have left.
        let other = House::open(&folder, &[]).await;
        assert_eq!(digest(&other, &id).await, before, "after {change}");
    }
}

#[tokio::test]
async fn time_never_goes_back() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 600}"#).await;
    house.pod(&id, "web").await;
    let clock = format!("/sandboxes/{id}/clock");
    while house.get(&clock).await.json()["now_ms"].as_i64().expect("a time") < 20_000 {
        tokio::task::yield_now().await;
    }
    let trace = format!("/sandboxes/{id}/trace?limit=1000");
    let seen = house.get(&trace).await.json();
    let seen = seen["moments"].as_array().expect("moments");
    let other = House::open(&folder, &[]).await;
    let again = other.get(&trace).await.json();
    let again = again["moments"].as_array().expect("moments");
    assert!(again.len() >= seen.len());
    assert_eq!(&again[..seen.len()], seen);
}

#[tokio::test]
async fn an_orderly_end_keeps_the_exact_time() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 600}"#).await;
    house.pod(&id, "web").await;
    house.ending.announce();
    house.ending.finish().await;
    let gone = house.get(&format!("/sandboxes/{id}/clock")).await;
    assert_eq!(gone.status, StatusCode::INTERNAL_SERVER_ERROR, "the database is closed");
    let other = House::open(&folder, &[]).await;
    let pods = format!("/sandboxes/{id}/api/v1/namespaces/default/pods/web");
    assert_eq!(other.get(&pods).await.json()["metadata"]["name"], "web");
}

#[tokio::test]
async fn a_lessons_progress_outlives_the_server() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"lesson": "first-pod", "learner": "me"}"#).await;
    let before = crate::socket::solve_first_step(&listening, &id).await;
    assert_eq!(before.steps_done.len(), 1, "{before:?}");
    let other = House::open(&folder, &[]).await;
    let listening = other.listen().await;
    let after = crate::socket::lesson_state(&listening, &id).await;
    assert_eq!(after.steps_done, before.steps_done);
    assert_eq!(after.step, before.step);
}
