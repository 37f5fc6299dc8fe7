//! Learners without accounts: what they look up, carry to another device, and prove to others.

use http::StatusCode;
use protocol::{Act, Reply};
use serde_json::{Value, json};

use crate::house::{Answer, Folder, House, Listening, Page, on_a_deep_stack};

async fn call(house: &House, name: &str, body: Value) -> Answer {
    house.ask("POST", &format!("/pages/{name}"), body.to_string()).await
}

fn learned(slug: &str, steps: u32, all: bool) -> Value {
    json!({"progress": {slug: [steps, all]}, "latest": slug})
}

#[tokio::test]
async fn two_devices_with_one_link_know_the_same() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let carry = async |secret: Value, learned: Value| {
        let body = json!({"secret": secret, "learned": learned, "page": "http://test/en/progress"});
        let answer = call(&house, "carry", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    };
    let desk = carry(Value::Null, learned("first-pod", 3, false)).await;
    let secret = desk["secret"].clone();
    assert_eq!(secret.as_str().map(str::len), Some(26));
    assert!(desk["code"]["size"].as_u64() > Some(20));

    let phone = carry(secret.clone(), learned("deployments", 2, true)).await;
    assert_eq!(phone["learned"]["progress"]["first-pod"], json!([3, false]));
    let desk = carry(secret.clone(), learned("first-pod", 1, false)).await;
    let both = json!({"deployments": [2, true], "first-pod": [3, false]});
    assert_eq!(desk["learned"]["progress"], both);

    // The database does not have the secret.
    let bytes = std::fs::read(folder.path().join("wheelhouse.sqlite")).expect("a database");
    let secret_bytes = secret.as_str().unwrap_or_default().as_bytes();
    assert!(!bytes.windows(26).any(|window| window == secret_bytes));

    let gone = call(&house, "forget", json!({"secret": secret})).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    assert_eq!(carry(secret, learned("first-pod", 1, false)).await, Value::Null);
}

#[tokio::test]
async fn more_than_fits_is_not_kept() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let long = "x".repeat(200);
    let body = json!({"secret": null, "learned": learned(&long, 1, false), "page": ""});
    let answer = call(&house, "carry", body).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.text);
}

/// Plays the solution of all steps of a lesson.
async fn solve(listening: &Listening, id: &str, slug: &str) {
    let lesson = lessons::course().lesson(slug).expect("it exists");
    let mut page = Page::open(listening, id, "lang=en").await;
    for step in &lesson.steps {
        loop {
            match page.act(Act::Solve { step: step.id.clone() }).await {
                Reply::Solved { line: Some(_), .. } => {}
                Reply::Solved { line: None, .. } => break,
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn what_the_replay_shows_is_proved_and_nothing_else() {
    on_a_deep_stack(|| async {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        let listening = house.listen().await;
        let done = house.sandbox(r#"{"lesson": "first-pod", "seed": 5}"#).await;
        let begun = house.sandbox(r#"{"lesson": "deployments"}"#).await;
        solve(&listening, &done, "first-pod").await;

        let none = json!({"name": "", "sandboxes": {"deployments": begun, "cluster": done}});
        let none = call(&house, "prove", none).await.json();
        assert_eq!(none["id"], Value::Null);
        assert_eq!(none["unproved"], json!(["cluster", "deployments"]));

        let wish = json!({"name": "Ada", "sandboxes": {"first-pod": done, "deployments": begun}});
        let proved = call(&house, "prove", wish).await.json();
        assert_eq!(proved["unproved"], json!(["deployments"]), "{proved}");
        let id = proved["id"].as_str().expect("an id").to_owned();
        let path = format!("/en/completed/{id}");
        let page = house.get(&path).await;
        for expected in ["Ada", "Completed 1 of 24 lessons", "Verified by replay", "Your first Pod"]
        {
            assert!(page.text.contains(expected), "{expected}");
        }
        let wrong = call(&house, "withdraw", json!({"id": id, "key": "guess"})).await;
        assert_eq!(wrong.json(), json!(false));
        let right = call(&house, "withdraw", json!({"id": id, "key": proved["key"]})).await;
        assert_eq!(right.json(), json!(true));
        assert_eq!(house.get(&path).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn search_and_reference_can_be_read_without_a_script() {
    on_a_deep_stack(|| async {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        let found = house.get("/ko/search?q=%EC%9D%B8%EA%B7%B8%EB%A0%88%EC%8A%A4%EB%A5%BC").await;
        assert!(found.text.contains("href=\"/ko/lessons/ingress\""), "인그레스를");
        let nothing = house.get("/en/search?q=zzzzz").await;
        assert!(nothing.text.contains("Nothing was found"));
        let index = house.get("/en/reference").await;
        for page in lessons::course().reference() {
            let path = format!("/en/reference/{}/{}", page.section.name(), page.slug);
            assert!(index.text.contains(&format!("href=\"{path}\"")), "{path}");
        }
        if let Some(page) = lessons::course().reference().first() {
            let path = format!("/ko/reference/{}/{}", page.section.name(), page.slug);
            let answer = house.get(&path).await;
            let words = page.text(lessons::Language::Korean);
            assert!(answer.text.contains(&words.title) && answer.text.contains("kubectl"));
        }
        assert_eq!(house.get("/en/reference/kinds/nonsense").await.status, StatusCode::NOT_FOUND);
        let map = house.get("/sitemap.xml").await;
        assert!(map.text.contains("<loc>http://test/ko/lessons/first-pod</loc>"), "{}", map.text);
    });
}

#[tokio::test]
async fn a_live_example_is_a_sandbox_whose_script_is_played() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let text = &lessons::course().lesson("control-plane").expect("it exists");
    let html = &text.text(lessons::Language::English).intro_html;
    let (_, rest) = html.split_once("data-live=\"").expect("a live example");
    let name = rest.split('"').next().expect("its name");
    let id = house.sandbox(&json!({"lesson": name, "rate": 0}).to_string()).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    let Reply::Solved { line, output, .. } = page.act(Act::Solve { step: "live".to_owned() }).await
    else {
        panic!("no line")
    };
    assert!(line.is_some_and(|line| line.starts_with("kubectl create deployment")));
    assert_eq!(output, "deployment.apps/web created\n");
}
