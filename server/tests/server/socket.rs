//! A page's connection: what comes down has no gap, what goes up is answered.

use std::collections::BTreeMap;

use protocol::{
    About, Act, Change, ClockChange, Detail, Down, Fault, File, LessonState, ObjectRef, Refusal,
    Reply, Stream, Until, What,
};

use crate::house::{Folder, House, Listening, Page, pod};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello-world
spec:
  replicas: 3
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
      - name: main
        image: helloworld-app
";

fn file(name: &str, text: &str) -> Vec<File> {
    vec![File { name: name.to_owned(), text: text.to_owned() }]
}

fn until(until: Until) -> Act {
    Act::Clock { change: ClockChange { until: Some(until), ..ClockChange::default() } }
}

/// The positions of all moments that came down, in order.
fn positions(seen: &[Down]) -> Vec<u64> {
    let moments = seen.iter().filter_map(|down| match down {
        Down::Moments { moments } => Some(moments.iter().map(|moment| moment.position)),
        _ => None,
    });
    moments.flatten().collect()
}

async fn hello(page: &mut Page) -> u64 {
    match page.next().await {
        Down::Hello { snapshot, .. } => snapshot.position,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_applied_deployment_comes_down_without_a_gap() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    let start = hello(&mut page).await;
    let files = file("hello.yaml", DEPLOYMENT);
    let applied = page.act(Act::Apply { files, dry_run: false }).await;
    let output = "deployment.apps/hello-world created\n".to_owned();
    assert_eq!(applied, Reply::Applied { output, diagnostics: Vec::new(), diff: String::new() });
    page.act(until(Until::Quiet)).await;
    page.caught_up().await;
    let came = positions(&page.seen);
    assert_eq!(came, (start..start + came.len() as u64).collect::<Vec<_>>());
    assert_eq!(ready_pods(&page.seen), 3);

    // Who comes again gets what was missed, and nothing else.
    let missed = start + 10;
    let mut again = Page::open(&listening, &id, &format!("lang=en&since={missed}")).await;
    again.until(|down| matches!(down, Down::Clock { .. })).await;
    assert_eq!(positions(&again.seen), came[10..]);
    // Who says a position that is not there begins anew.
    let mut lost = Page::open(&listening, &id, "lang=en&since=999999999").await;
    assert!(hello(&mut lost).await >= start);
}

fn ready_pods(seen: &[Down]) -> usize {
    let mut ready = BTreeMap::new();
    for down in seen {
        let Down::Moments { moments } = down else { continue };
        for moment in moments {
            let What::Write { change, .. } = &moment.what else { continue };
            if let Change::Created { object } | Change::Updated { object } = change
                && let Detail::Pod(pod) = &object.detail
            {
                ready.insert(object.object.name.clone(), pod.ready);
            }
        }
    }
    ready.values().filter(|ready| **ready).count()
}

#[tokio::test]
async fn the_past_can_be_seen_and_forked_and_asked_why() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let mut page = Page::open(&listening, &id, "lang=ko").await;
    hello(&mut page).await;
    let advance =
        |ms| Act::Clock { change: ClockChange { advance_ms: Some(ms), ..ClockChange::default() } };
    page.act(advance(1_000)).await;
    let files = file("hello.yaml", DEPLOYMENT);
    page.act(Act::Apply { files, dry_run: false }).await;
    page.act(advance(120_000)).await;

    let Reply::Snapshot { snapshot } = page.act(Act::Seek { at_ms: 999 }).await else {
        panic!("no snapshot");
    };
    assert_eq!(snapshot.at_ms, 999);
    assert!(snapshot.objects.iter().all(|object| object.object.name != "hello-world"));
    let beyond = page.act(Act::Seek { at_ms: 999_999 }).await;
    assert_eq!(beyond, Reply::Refused { reason: Refusal::OutOfRange });

    let Reply::Forked { id: fork, page: address } = page.act(Act::Fork { at_ms: 60_000 }).await
    else {
        panic!("no fork");
    };
    assert_eq!(address, format!("/ko/play?sandbox={fork}"));
    let Reply::Snapshot { snapshot: then } = page.act(Act::Seek { at_ms: 60_000 }).await else {
        panic!("no snapshot");
    };
    let mut forked = Page::open(&listening, &fork, "").await;
    let Down::Hello { snapshot: now, clock } = forked.next().await else { panic!("no hello") };
    assert_eq!(now, then);
    assert_eq!((clock.now_ms, clock.rate), (60_000, 0.0));

    let pod = now.objects.iter().find(|object| object.object.kind == "Pod").expect("a Pod");
    let about = About::Object { object: pod.object.clone() };
    let Reply::Why { chain } = forked.act(Act::Why { about }).await else { panic!("no why") };
    let last = chain.last().expect("a chain");
    assert!(
        matches!(&last.what, What::Request { verb, .. } if verb == "create" || verb == "patch")
    );
    assert!(last.causes.is_empty());

    let Reply::Inspected { yaml, description } =
        forked.act(Act::Inspect { object: pod.object.clone() }).await
    else {
        panic!("not inspected");
    };
    assert!(yaml.starts_with("apiVersion: v1\nkind: Pod\n"), "{yaml}");
    assert!(description.starts_with("Name:"), "{description}");
    let gone = ObjectRef { name: "gone".to_owned(), ..pod.object.clone() };
    let refused = forked.act(Act::Inspect { object: gone }).await;
    assert_eq!(refused, Reply::Refused { reason: Refusal::NotFound });
}

#[tokio::test]
async fn a_terminal_prints_and_is_interrupted() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    house.pod(&id, "web").await;
    let mut page = Page::open(&listening, &id, "").await;
    hello(&mut page).await;
    let line = |terminal, line: &str| Act::Terminal {
        terminal,
        line: line.to_owned(),
        files: file("pod.yaml", &pod("shop")),
    };
    let exited = page.act(line(1, "kubectl get pods -o name")).await;
    assert_eq!(exited, Reply::Exited { terminal: 1, code: 0 });
    assert_eq!(printed(&page.seen, 1), "pod/web\n");

    let watching = page.tell(line(2, "kubectl get pods -w -o name")).await;
    page.until(|down| matches!(down, Down::Output { terminal: 2, .. })).await;
    let busy = page.act(line(2, "kubectl version")).await;
    assert!(matches!(busy, Reply::Refused { reason: Refusal::Invalid { .. } }), "{busy:?}");
    page.act(line(1, "kubectl apply -f pod.yaml")).await;
    page.until(
        |down| matches!(down, Down::Output { terminal: 2, text, .. } if text.contains("shop")),
    )
    .await;
    page.tell(Act::Interrupt { terminal: 2 }).await;
    assert_eq!(page.answer(watching).await, Reply::Exited { terminal: 2, code: 130 });
    assert_eq!(page.act(line(2, "kubectl version")).await, Reply::Exited { terminal: 2, code: 0 });
    let unknown = page.act(line(1, "kubectl get unicorns")).await;
    assert_eq!(unknown, Reply::Exited { terminal: 1, code: 1 });
    let error = "error: the server doesn't have a resource type \"unicorns\"\n";
    assert!(printed(&page.seen, 1).ends_with(error), "{}", printed(&page.seen, 1));
}

#[tokio::test]
async fn a_shell_in_a_container_is_typed_to() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "box"},
        "spec": {"containers": [
            {"name": "main", "image": "busybox:1.37", "command": ["sleep", "100000"]},
        ]},
    });
    let path = format!("/sandboxes/{id}/api/v1/namespaces/default/pods");
    house.ask("POST", &path, pod.to_string()).await;
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    let mut page = Page::open(&listening, &id, "").await;
    hello(&mut page).await;
    let line = |line: &str| Act::Terminal { terminal: 1, line: line.to_owned(), files: Vec::new() };
    let keys = |keys: &str| Act::Type { terminal: 1, keys: keys.to_owned() };

    let shell = page.tell(line("kubectl exec -it box -- sh")).await;
    page.until(|down| matches!(down, Down::Reads { terminal: 1, raw: true })).await;
    page.until(|down| matches!(down, Down::Output { text, .. } if text.ends_with("/ # "))).await;
    for typed in ["cd /tmp\n", "echo $((6 * 7)) > answer; sleep 1000\n", "\x03", "cat answer\n"] {
        assert_eq!(page.act(keys(typed)).await, Reply::Done);
    }
    page.until(|down| matches!(down, Down::Output { text, .. } if text.contains("42"))).await;
    page.act(keys("exit 3\n")).await;
    assert_eq!(page.answer(shell).await, Reply::Exited { terminal: 1, code: 3 });
    let said = printed(&page.seen, 1).replace('\r', "");
    let expected = "/ # cd /tmp\n/tmp # echo $((6 * 7)) > answer; sleep 1000\n^C\n/tmp # cat answer\n\
                    42\n/tmp # exit 3\ncommand terminated with exit code 3\n";
    assert_eq!(said, expected);

    let counting = page.tell(line("kubectl exec -i box -- wc -l")).await;
    page.until(|down| matches!(down, Down::Reads { terminal: 1, raw: false })).await;
    page.act(keys("one\n")).await;
    page.act(keys("two\n")).await;
    page.act(keys("\x04")).await;
    assert_eq!(page.answer(counting).await, Reply::Exited { terminal: 1, code: 0 });
    assert!(printed(&page.seen, 1).ends_with("\n2\n"), "{}", printed(&page.seen, 1));
    assert_eq!(page.act(keys("nobody\n")).await, Reply::Refused { reason: Refusal::NotFound });

    page.act(line("kubectl cp box:/tmp/answer answer.txt")).await;
    let answer = File { name: "answer.txt".to_owned(), text: "42\n".to_owned() };
    assert!(page.seen.contains(&Down::Wrote { file: answer }), "{:?}", page.seen.last());
}

fn printed(seen: &[Down], of: u32) -> String {
    let texts = seen.iter().filter_map(|down| match down {
        Down::Output { terminal, text, stream: Stream::Out | Stream::Err } if *terminal == of => {
            Some(text.as_str())
        }
        _ => None,
    });
    texts.collect()
}

#[tokio::test]
async fn a_fault_comes_down_to_all_who_watch() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--sockets-max", "2"]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let mut one = Page::open(&listening, &id, "").await;
    let mut other = Page::open(&listening, &id, "").await;
    hello(&mut one).await;
    hello(&mut other).await;
    let off = |node: &str| Act::Fault { fault: Fault::NodeOff { node: node.to_owned() } };
    assert_eq!(one.act(off("node-1")).await, Reply::Done);
    let nowhere = one.act(off("node-99")).await;
    assert_eq!(nowhere, Reply::Refused { reason: Refusal::NotFound });
    other
        .until(|down| match down {
            Down::Moments { moments } => {
                moments.iter().any(|moment| matches!(moment.what, What::Fault { .. }))
            }
            _ => false,
        })
        .await;
    let third = house.get(&format!("/sandboxes/{id}/clock")).await;
    assert!(third.status.is_success());
    let url = format!("ws://{}/sandboxes/{id}/socket", listening.address);
    assert!(tokio_tungstenite::connect_async(url).await.is_err(), "two pages are the limit");
}

#[tokio::test]
async fn nonsense_and_the_servers_end_close_with_a_reason() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox("").await;
    let mut page = Page::open(&listening, &id, "").await;
    page.say("{\"hello\":1}").await;
    assert_eq!(page.close_code().await, 1008);
    let mut page = Page::open(&listening, &id, "").await;
    hello(&mut page).await;
    house.ending.announce();
    assert_eq!(page.close_code().await, 1012);
}

/// Where a learner is, as a page gets to know it.
pub(crate) async fn lesson_state(listening: &Listening, id: &str) -> LessonState {
    let mut page = Page::open(listening, id, "lang=en").await;
    page.until(|down| matches!(down, Down::Lesson { .. })).await;
    last_state(&page.seen)
}

fn last_state(seen: &[Down]) -> LessonState {
    let mut states = seen.iter().filter_map(|down| match down {
        Down::Lesson { state } => Some(state.clone()),
        _ => None,
    });
    states.next_back().expect("a state")
}

/// Plays the solution of a lesson's first step.
pub(crate) async fn solve_first_step(listening: &Listening, id: &str) -> LessonState {
    let mut page = Page::open(listening, id, "lang=en").await;
    page.until(|down| matches!(down, Down::Lesson { .. })).await;
    let first = last_state(&page.seen).step;
    loop {
        match page.act(Act::Solve { step: first.clone() }).await {
            Reply::Solved { line: Some(_), .. } => {}
            Reply::Solved { line: None, .. } => break,
            other => panic!("{other:?}"),
        }
    }
    lesson_state(listening, id).await
}

#[tokio::test]
async fn what_is_wrong_in_a_file_is_said_at_its_place() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let mut page = Page::open(&listening, &id, "").await;
    hello(&mut page).await;
    let cases = [
        (DEPLOYMENT.replace("image:", "imagee:"), "unknown-field", 17, 9),
        (DEPLOYMENT.replace("Deployment", "Deploymnet"), "unknown-kind", 2, 7),
        (DEPLOYMENT.replace("name: hello-world", "name: Hello_World"), "invalid-name", 4, 9),
        (DEPLOYMENT.replace("  name: hello-world", "name: hello-world"), "lost-indentation", 4, 1),
        (DEPLOYMENT.replace("  template:", "template:"), "lost-indentation", 10, 1),
        (DEPLOYMENT.replace("        image:", "      image:"), "lost-indentation", 17, 7),
        (DEPLOYMENT.replace("        image:", "\timage:"), "tabs", 17, 1),
        (DEPLOYMENT.replace("replicas: 3", "replicas: three"), "wrong-type", 6, 13),
        (DEPLOYMENT.replace("kind: Deployment\n", ""), "missing-field", 1, 1),
        (
            DEPLOYMENT.replace("name: hello-world", "name: hello-world\n  namespace: nowhere"),
            "not-found-namespace",
            5,
            14,
        ),
    ];
    for (text, code, line, column) in cases {
        let files = file("hello.yaml", &text);
        let Reply::Applied { output, diagnostics, .. } =
            page.act(Act::Apply { files, dry_run: false }).await
        else {
            panic!("not applied");
        };
        let first = diagnostics.first().unwrap_or_else(|| panic!("{code}: {output}"));
        assert_eq!(
            (first.code.as_str(), first.line, first.column),
            (code, line, column),
            "{output}"
        );
    }
}
