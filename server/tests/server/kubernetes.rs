//! The Kubernetes API of a sandbox, with the real kubectl where one is on PATH.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tokio::{sync::mpsc, task::spawn_blocking, time::timeout};

use crate::house::{Folder, House, Listening, pod};

/// How long the real kubectl may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

fn kubectl(listening: &Listening, id: &str, folder: &Folder) -> Command {
    let mut command = Command::new("kubectl");
    let server = format!("http://{}/sandboxes/{id}", listening.address);
    command.args(["--server", &server]).env("HOME", folder.path());
    command.env_remove("KUBECONFIG").stdin(Stdio::null());
    command
}

async fn run(listening: &Listening, id: &str, folder: &Folder, line: &str) -> (String, String) {
    let mut command = kubectl(listening, id, folder);
    command.args(line.split_whitespace());
    let output = spawn_blocking(move || command.output()).await.expect("no panic");
    let output = output.expect("kubectl is on PATH");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubectl_works() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let file = folder.path().join("pod.yaml");
    std::fs::write(&file, pod("web")).expect("a file");
    let apply = format!("apply -f {}", file.display());
    let (out, error) = run(&listening, &id, &folder, &apply).await;
    assert_eq!((out.as_str(), error.as_str()), ("pod/web created\n", ""));
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    let (out, error) = run(&listening, &id, &folder, "get pods").await;
    assert!(
        out.starts_with("NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running"),
        "{out}{error}"
    );
    let unknown = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let raw = format!("get --raw /sandboxes/{unknown}/api/v1/pods");
    let (_, error) = run(&listening, unknown, &folder, &raw).await;
    let expected =
        format!("Error from server (Gone): there is no sandbox \"{unknown}\" on this server\n");
    assert_eq!(error, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubectl_watches() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    house.pod(&id, "web").await;
    let mut watching = kubectl(&listening, &id, &folder)
        .args(["get", "pods", "-w", "--no-headers"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("kubectl is on PATH");
    let mut lines = lines_of(&mut watching);
    let mut status = Vec::new();
    while status.last().is_none_or(|word| word != "Running") {
        let line = timeout(PATIENCE, lines.recv()).await.expect("in time").expect("a line");
        // The first line is the list; time goes on when it has come.
        house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
        status.push(line.split_whitespace().nth(2).expect("a status").to_owned());
    }
    assert!(status.contains(&"Pending".to_owned()), "{status:?}");
    assert!(status.contains(&"ContainerCreating".to_owned()), "{status:?}");
    house.ending.announce();
    let ended = timeout(PATIENCE, spawn_blocking(move || watching.wait())).await;
    let ended = ended.expect("the watch ends with the server").expect("no panic");
    assert!(ended.expect("no error").success());
}

/// What a running command prints, line by line.
fn lines_of(child: &mut Child) -> mpsc::UnboundedReceiver<String> {
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    lines
}

#[tokio::test]
async fn a_watch_ends_when_its_client_said() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    house.pod(&id, "web").await;
    let path =
        format!("/sandboxes/{id}/api/v1/namespaces/default/pods?watch=true&timeoutSeconds=1");
    let watched = house.get(&path).await;
    let events: Vec<serde_json::Value> =
        watched.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.len(), 1, "{}", watched.text);
    assert_eq!(
        (&events[0]["type"], &events[0]["object"]["metadata"]["name"]),
        (&"ADDED".into(), &"web".into())
    );
}

#[tokio::test]
async fn watches_have_a_bound() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--watches-max", "0"]).await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let path = format!("/sandboxes/{id}/api/v1/pods?watch=true");
    let refused = house.get(&path).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["reason"]),
        (429, &"TooManyRequests".into())
    );
}

const CRON_TAB: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              cronSpec: {type: string, description: When it runs.}
              replicas: {type: integer, maximum: 10}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
"#;

fn cron_tab(replicas: u32) -> String {
    format!(
        "apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {{name: mine}}\nspec: \
         {{cronSpec: '* * * * *', replicas: {replicas}}}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubectl_uses_defined_kinds() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = house.sandbox(r#"{"rate": 0}"#).await;
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let definition = file("definition.yaml", CRON_TAB);
    let (good, more, bad) = (
        file("good.yaml", &cron_tab(2)),
        file("more.yaml", &cron_tab(3)),
        file("bad.yaml", &cron_tab(11)),
    );
    run(&listening, &id, &folder, &format!("apply -f {definition}")).await;
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    let cases = [
        (format!("apply -f {good}"), "crontab.stable.example.com/mine created\n"),
        (format!("apply -f {more}"), "crontab.stable.example.com/mine configured\n"),
        ("get ct".to_owned(), "NAME   SPEC        REPLICAS\nmine   * * * * *   3\n"),
        (
            "explain ct.spec.cronSpec".to_owned(),
            "GROUP:      stable.example.com\nKIND:       CronTab\nVERSION:    v1\n\nFIELD: \
             cronSpec <string>\n\n\nDESCRIPTION:\n    When it runs.\n    \n\n",
        ),
        (
            "api-resources --api-group=stable.example.com".to_owned(),
            "NAME       SHORTNAMES   APIVERSION              NAMESPACED   KIND\ncrontabs   ct           \
             stable.example.com/v1   true         CronTab\n",
        ),
        (
            "delete crd crontabs.stable.example.com --wait=false".to_owned(),
            "customresourcedefinition.apiextensions.k8s.io \"crontabs.stable.example.com\" \
             deleted\n",
        ),
    ];
    let (_, refused) = run(&listening, &id, &folder, &format!("apply -f {bad}")).await;
    let expected = "The CronTab \"mine\" is invalid: spec.replicas: Invalid value: 11: \
                    spec.replicas in body should be less than or equal to 10\n";
    assert_eq!(refused, expected);
    for (line, expected) in cases {
        let (out, error) = run(&listening, &id, &folder, &line).await;
        assert_eq!((out.as_str(), error.as_str()), (expected, ""), "{line}");
    }
}
