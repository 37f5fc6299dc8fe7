//! What the page's desk does beyond kubectl: undo, traffic, faults that last, examples.

use std::path::Path;

use app::{editor::TEMPLATES, examples::EXAMPLES};
use protocol::{
    Act, ClockChange, Detail, Down, File, PodView, Position, Reply, Snapshot, Until, What,
};

use crate::house::{Folder, House, Page};

const TWO: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
";

fn until(until: Until) -> Act {
    Act::Clock { change: ClockChange { until: Some(until), ..ClockChange::default() } }
}

fn advance(ms: i64) -> Act {
    Act::Clock { change: ClockChange { advance_ms: Some(ms), ..ClockChange::default() } }
}

fn apply(text: &str) -> Act {
    let files = vec![File { name: "files.yaml".to_owned(), text: text.to_owned() }];
    Act::Apply { files, dry_run: false }
}

async fn hello(page: &mut Page) -> Snapshot {
    match page.next().await {
        Down::Hello { snapshot, .. } => *snapshot,
        other => panic!("{other:?}"),
    }
}

/// The positions of what somebody outside did, but for reads.
fn acts(page: &Page) -> Vec<Position> {
    let moments = page.seen.iter().filter_map(|down| match down {
        Down::Moments { moments } => Some(moments),
        _ => None,
    });
    let acts = moments.flatten().filter(|moment| match &moment.what {
        What::Request { verb, .. } => {
            moment.causes.is_empty() && !matches!(verb.as_str(), "get" | "list" | "watch")
        }
        What::Fault { .. } => true,
        _ => false,
    });
    acts.map(|moment| moment.position).collect()
}

fn has(snapshot: &Snapshot, kind: &str, name: &str) -> bool {
    snapshot.objects.iter().any(|it| it.object.kind == kind && it.object.name == name)
}

#[tokio::test]
async fn an_act_is_undone_with_all_its_requests_and_what_came_after() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    hello(&mut page).await;
    page.act(apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: before}\n")).await;
    page.act(advance(5_000)).await;
    page.act(apply(TWO)).await;
    page.act(advance(5_000)).await;
    let off = serde_json::from_str(r#"{"kind": "registry-down"}"#).expect("a fault");
    page.act(Act::Fault { fault: off }).await;
    page.caught_up().await;
    let acts = acts(&page);
    assert_eq!(acts.len(), 4, "one create, two of one command, a fault");
    let Reply::Acts { acts: listed } = page.act(Act::Acts).await else { panic!("a list") };
    let listed: Vec<_> = listed.iter().map(|moment| moment.position).collect();
    assert_eq!(listed, [acts[3], acts[1], acts[0]]);

    let undone = |reply| match reply {
        Reply::Forked { id, .. } => id,
        other => panic!("{other:?}"),
    };
    let without_fault = undone(page.act(Act::Undo { position: acts[3] }).await);
    let snapshot = hello(&mut Page::open(&listening, &without_fault, "lang=en").await).await;
    assert!(snapshot.faults.is_empty() && has(&snapshot, "ConfigMap", "two"), "{snapshot:?}");
    assert_eq!(snapshot.at_ms, 10_000);

    let without_both = undone(page.act(Act::Undo { position: acts[2] }).await);
    let snapshot = hello(&mut Page::open(&listening, &without_both, "lang=en").await).await;
    assert!(has(&snapshot, "ConfigMap", "before"));
    assert!(!has(&snapshot, "ConfigMap", "one") && !has(&snapshot, "ConfigMap", "two"));
    assert_eq!(snapshot.at_ms, 5_000);

    let snapshot = hello(&mut Page::open(&listening, &id, "lang=en").await).await;
    assert_eq!(snapshot.faults.len(), 1, "the sandbox itself goes on");
    assert!(matches!(page.act(Act::Undo { position: 0 }).await, Reply::Refused { .. }));
}

#[tokio::test]
async fn every_example_runs() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    for example in EXAMPLES {
        let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
        let mut page = Page::open(&listening, &id, "lang=en").await;
        hello(&mut page).await;
        let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/examples");
        let read = |name: &&str| File {
            name: (*name).to_owned(),
            text: std::fs::read_to_string(public.join(example.name).join(name)).expect(name),
        };
        let files = example.files.iter().map(read).collect();
        let reply = page.act(Act::Apply { files, dry_run: false }).await;
        let Reply::Applied { output, diagnostics, .. } = reply else { panic!("{reply:?}") };
        assert!(diagnostics.is_empty(), "{}: {output}", example.name);
        page.act(until(Until::Quiet)).await;
        page.act(advance(180_000)).await;
        let snapshot = hello(&mut Page::open(&listening, &id, "lang=en").await).await;
        let pods = snapshot.objects.iter().filter_map(|it| match &it.detail {
            Detail::Pod(pod) if it.object.namespace == "default" => Some((&it.object.name, pod)),
            _ => None,
        });
        let mut count = 0;
        for (name, pod) in pods {
            count += 1;
            assert!(is_well(pod), "{}: {name} {pod:?}", example.name);
        }
        assert!(count >= 3, "{}: {count} Pods", example.name);
    }
}

fn is_well(pod: &PodView) -> bool {
    matches!(pod.status.as_str(), "Completed" | "ContainerCreating")
        || (pod.status == "Running"
            && (pod.ready || pod.containers[0].image.starts_with("busybox")))
}

#[tokio::test]
async fn every_template_is_taken_and_the_cluster_is_exported_so_that_it_can_be_made_again() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    hello(&mut page).await;
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/templates");
    for name in TEMPLATES.iter().filter_map(|template| template.name) {
        let text = std::fs::read_to_string(public.join(name)).expect(name);
        let Reply::Applied { output, .. } = page.act(apply(&text)).await else { panic!("{name}") };
        assert!(output.lines().all(|line| line.ends_with(" created")), "{name}: {output}");
    }
    page.act(until(Until::Quiet)).await;
    let Reply::Exported { yaml } = page.act(Act::Export).await else { panic!("a file") };
    for part in ["resourceVersion", "\nstatus:", "kind: ReplicaSet", "kube-root-ca.crt"] {
        assert!(!yaml.contains(part), "{part} in\n{yaml}");
    }
    let id = house.sandbox(r#"{"rate": 0, "seed": 2}"#).await;
    let mut other = Page::open(&listening, &id, "lang=en").await;
    hello(&mut other).await;
    let Reply::Applied { output, diagnostics, .. } = other.act(apply(&yaml)).await else {
        panic!("an answer")
    };
    assert!(diagnostics.is_empty(), "{output}\n{yaml}");
    let made = output.lines().filter(|line| line.ends_with(" created")).count();
    assert!(made >= TEMPLATES.len() - 1, "{output}");
}

#[tokio::test]
async fn a_dry_run_tells_what_would_change_and_a_logs_tail_is_read() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0, "seed": 1}"#).await;
    let mut page = Page::open(&listening, &id, "lang=en").await;
    hello(&mut page).await;
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/templates/deployment.yaml"),
    )
    .expect("a template");
    page.act(apply(&text)).await;
    page.act(until(Until::Quiet)).await;
    let files = vec![File {
        name: "deployment.yaml".to_owned(),
        text: text.replace("replicas: 3", "replicas: 5"),
    }];
    let reply = page.act(Act::Apply { files, dry_run: true }).await;
    let Reply::Applied { diff, .. } = reply else { panic!("{reply:?}") };
    assert!(diff.contains("\n-  replicas: 3\n+  replicas: 5\n"), "{diff}");

    let snapshot = hello(&mut Page::open(&listening, &id, "lang=en").await).await;
    let pod = snapshot
        .objects
        .iter()
        .find(|it| it.object.kind == "Pod" && it.object.name.starts_with("hello-world"));
    let pod = pod.expect("a Pod").object.clone();
    let deployment = snapshot
        .objects
        .iter()
        .find(|it| it.object.kind == "Deployment" && it.object.name == "hello-world");
    let object = deployment.expect("the Deployment").object.clone();
    let logs = |container: &str| Act::Logs {
        pod: pod.clone(),
        container: container.to_owned(),
        previous: false,
    };
    let Reply::Logs { text } = page.act(logs("nobody")).await else { panic!("an answer") };
    assert!(text.contains("container nobody is not valid for pod"), "{text}");
    assert!(matches!(page.act(logs("hello")).await, Reply::Logs { .. }));
    let Reply::History { changes } = page.act(Act::History { object }).await else { panic!() };
    let last = &changes[0].changes;
    assert!(last.iter().any(|change| change.path.starts_with("status.")), "{last:?}");
    assert!(changes.len() > 2 && changes.last().is_some_and(|first| first.changes.is_empty()));
}
