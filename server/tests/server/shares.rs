//! Experiments that are shared: seen as they were, changed by nobody, forked by everybody.

use http::StatusCode;
use protocol::{Act, ClockChange, Down, File, Refusal, Reply, Shared};

use crate::house::{Folder, House, Page};

const QUIET: &str = r#"{"until": "quiet"}"#;

/// A sandbox with a Pod that runs, and its time.
async fn made(house: &House) -> (String, i64) {
    let id = house.sandbox(r#"{"rate": 0, "seed": 7}"#).await;
    house.pod(&id, "web").await;
    let clock = house.ask("POST", &format!("/sandboxes/{id}/clock"), QUIET).await.json();
    (id, clock["now_ms"].as_i64().expect("a time"))
}

async fn share(page: &mut Page, at_ms: i64, note: &str) -> String {
    match page.act(Act::Share { at_ms, note: note.to_owned() }).await {
        Reply::Shared { id } => id,
        other => panic!("{other:?}"),
    }
}

/// What a page gets first under a name.
async fn seen(page: &mut Page) -> (Shared, protocol::Snapshot) {
    page.until(|down| matches!(down, Down::Hello { .. })).await;
    let shared = page.seen.iter().find_map(|down| match down {
        Down::Shared { shared } => Some(shared.clone()),
        _ => None,
    });
    let snapshot = page.seen.iter().find_map(|down| match down {
        Down::Hello { snapshot, .. } => Some((**snapshot).clone()),
        _ => None,
    });
    (shared.expect("it says that it is shared"), snapshot.expect("a snapshot"))
}

#[tokio::test]
async fn a_link_shows_the_same_frame_and_a_fork_goes_on_from_it() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let (id, now_ms) = made(&house).await;
    let mut own = Page::open(&listening, &id, "lang=en").await;
    let Reply::Snapshot { snapshot } = own.act(Act::Seek { at_ms: now_ms - 500 }).await else {
        panic!("a snapshot")
    };
    let name = share(&mut own, now_ms - 500, "<b>왜</b> not ready?\u{202e}").await;
    // What comes later is not in it.
    house.pod(&id, "later").await;

    let mut guest = Page::open(&listening, &name, "lang=en").await;
    let (shared, first) = seen(&mut guest).await;
    assert_eq!(shared, Shared { note: "<b>왜</b> not ready?".to_owned(), same_engine: true });
    assert_eq!(first, *snapshot, "the same frame");

    let Reply::Forked { id: fork, .. } = guest.act(Act::Fork { at_ms: now_ms - 500 }).await else {
        panic!("a fork")
    };
    house.ask("POST", &format!("/sandboxes/{fork}/clock"), QUIET).await;
    let pods = house.get(&format!("/sandboxes/{fork}/api/v1/namespaces/default/pods")).await.json();
    let names: Vec<_> = pods["items"]
        .as_array()
        .expect("Pods")
        .iter()
        .map(|pod| &pod["metadata"]["name"])
        .collect();
    assert_eq!(names, ["web"], "the log up to then, and nothing else");
}

#[tokio::test]
async fn nobody_changes_what_is_shared() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let (id, now_ms) = made(&house).await;
    let mut own = Page::open(&listening, &id, "lang=en").await;
    let name = share(&mut own, now_ms, "").await;
    let mut guest = Page::open(&listening, &name, "lang=en").await;
    let (_, first) = seen(&mut guest).await;
    let file = File { name: "a.yaml".to_owned(), text: crate::house::pod("evil") };
    let rate = ClockChange { rate: Some(600.0), ..ClockChange::default() };
    let fault = protocol::Fault::NodeOff { node: "node-1".to_owned() };
    let acts = [
        Act::Apply { files: vec![file], dry_run: false },
        Act::Terminal { terminal: 1, line: "kubectl delete pod web".to_owned(), files: vec![] },
        Act::Clock { change: rate },
        Act::Fault { fault },
        Act::Undo { position: first.position - 1 },
        Act::Share { at_ms: 0, note: String::new() },
    ];
    for act in acts {
        let refused = Reply::Refused { reason: Refusal::OnlyShared };
        assert_eq!(guest.act(act.clone()).await, refused, "{act:?}");
    }
    let mut other = Page::open(&listening, &name, "lang=en").await;
    assert_eq!(seen(&mut other).await.1, first);

    // The name opens no other door: not the Kubernetes API, nor anything else of a sandbox.
    for (method, path) in [
        ("GET", "/api/v1/pods"),
        ("GET", "/log"),
        ("GET", "/kubeconfig"),
        ("POST", "/faults"),
        ("DELETE", ""),
    ] {
        let body = if method == "POST" { r#"{"kind": "node-off", "node": "node-1"}"# } else { "" };
        let answer = house.ask(method, &format!("/sandboxes/{name}{path}"), body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_a_wrong_link_is_nothing() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--shares-max", "1"]).await;
    let listening = house.listen().await;
    let (id, now_ms) = made(&house).await;
    let mut own = Page::open(&listening, &id, "lang=en").await;
    for (at_ms, letters, reason) in [
        (now_ms, 1_001, Refusal::Limit { what: "a note".to_owned() }),
        (now_ms + 1, 0, Refusal::OutOfRange),
        (-1, 0, Refusal::OutOfRange),
        (i64::MAX, 0, Refusal::OutOfRange),
    ] {
        let act = Act::Share { at_ms, note: "x".repeat(letters) };
        assert_eq!(own.act(act).await, Reply::Refused { reason });
    }
    let name = share(&mut own, now_ms, &"가".repeat(1_000)).await;
    let full = Reply::Refused { reason: Refusal::Limit { what: "sandboxes".to_owned() } };
    assert_eq!(own.act(Act::Share { at_ms: 0, note: String::new() }).await, full);

    let clock = |name: &str| format!("/sandboxes/{name}/clock");
    assert_eq!(house.get(&clock(&name)).await.status, StatusCode::OK);
    let upper = name.to_uppercase();
    let longer = format!("{name}a");
    let id_shared = format!("shared-{id}");
    for wrong in ["shared-", "shared-%00", "shared-..%2f..", &*upper, &longer, &id_shared] {
        assert_eq!(house.get(&clock(wrong)).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let bad = house.get(&clock("shared-%ff")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST, "no text at all");
    // A hostile note comes as text of a message that is no message.
    own.say(r#"{"Command":{"command":{"id":1,"act":{"Share":{"at_ms":"0","note":{}}}}}}"#).await;
    assert_eq!(own.close_code().await, 1008);
}

#[tokio::test]
async fn another_version_says_so_and_the_owner_takes_it_back() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let (id, now_ms) = made(&house).await;
    let name = {
        let listening = house.listen().await;
        let mut own = Page::open(&listening, &id, "lang=en").await;
        share(&mut own, now_ms, "").await
    };
    house.ending.finish().await;
    let file = folder.path().join("wheelhouse.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("the database");
    sqlx::query("UPDATE sandboxes SET engine = 'another'").execute(&pool).await.expect("done");
    pool.close().await;

    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let mut guest = Page::open(&listening, &name, "lang=en").await;
    assert!(!seen(&mut guest).await.0.same_engine);
    let gone = house.ask("DELETE", &format!("/sandboxes/{id}"), "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    for name in [&id, &name] {
        let clock = house.get(&format!("/sandboxes/{name}/clock")).await;
        assert_eq!(clock.status, StatusCode::NOT_FOUND, "{name}");
    }
    assert_eq!(
        house.ask("DELETE", &format!("/sandboxes/{id}"), "").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn all_that_is_kept_can_be_read() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let (id, now_ms) = made(&house).await;
    let log = house.get(&format!("/sandboxes/{id}/log")).await.json();
    assert_eq!((&log["seed"], &log["now_ms"]), (&7.into(), &now_ms.into()));
    let request = &log["entries"][0]["deed"]["request"];
    assert_eq!(request["method"], "POST");
    assert_eq!(request["text"], crate::house::pod("web"));
    assert_eq!(log["entries"][1]["deed"]["run"]["goal"], "quiet");
}

#[tokio::test]
async fn what_nobody_uses_is_deleted() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let old = house.sandbox(r#"{"rate": 0}"#).await;
    let new = house.sandbox(r#"{"rate": 0}"#).await;
    house.ending.finish().await;
    let file = folder.path().join("wheelhouse.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("the database");
    let aged = sqlx::query("UPDATE sandboxes SET used_at = used_at - 31 * 86400 WHERE id = ?");
    aged.bind(&old).execute(&pool).await.expect("done");

    let _house = House::open(&folder, &["--keep-days", "30"]).await;
    let ids = || async {
        let rows = sqlx::query_scalar::<_, String>("SELECT id FROM sandboxes");
        rows.fetch_all(&pool).await.expect("rows")
    };
    while ids().await.len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ids().await, [new]);
}

#[tokio::test]
async fn what_was_done_is_told_as_commands_that_do_it_again() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 7}"#).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    let lines = [
        "kubectl create deployment web --image nginx --replicas 2",
        "kubectl get pods",
        "kubectl scale deployment web --replicas 3",
        "kubectl label deployment web tier=front",
        "kubectl create deployment web --image nginx",
        "kubectl run it --image busybox -- sleep 100",
        "kubectl delete pod it --now --wait=false",
        "kubectl delete pod nobody",
    ];
    for line in lines {
        let act = Act::Terminal { terminal: 1, line: line.to_owned(), files: vec![] };
        page.act(act).await;
        let change = ClockChange { advance_ms: Some(2_000), ..ClockChange::default() };
        page.act(Act::Clock { change }).await;
    }
    let fault = protocol::Fault::NodeOff { node: "node-1".to_owned() };
    page.act(Act::Fault { fault }).await;
    let Reply::Commands { text } = page.act(Act::Commands).await else { panic!("commands") };
    let told: Vec<&str> = text.lines().filter(|line| line.contains("kubectl")).collect();
    let expected = [
        "kubectl create -f - <<'EOF'",
        "kubectl scale deployments.apps web --replicas 3",
        r#"kubectl patch deployments.apps web --type merge -p '{"metadata":{"labels":{"tier":"front"}}}'"#,
        "kubectl create -f - <<'EOF'",
        "kubectl delete pods it --grace-period=1",
        r##"# kubectl cannot do this: {"kind":"node-off","node":"node-1"}"##,
    ];
    assert_eq!(told, expected, "{text}");

    // Played again elsewhere, they make the same objects.
    let other = house.sandbox(r#"{"rate": 0, "seed": 8}"#).await;
    let mut again = Page::open(&listening, &other, "lang=en").await;
    let (first, _) = text.split_once("\nEOF\n").expect("a manifest");
    let manifest = first.split_once("<<'EOF'\n").expect("a manifest").1;
    let file = File { name: "a.yaml".to_owned(), text: manifest.to_owned() };
    let applied = again.act(Act::Apply { files: vec![file], dry_run: false }).await;
    let Reply::Applied { output, .. } = applied else { panic!("{applied:?}") };
    assert_eq!(output, "deployment.apps/web created\n");
}
