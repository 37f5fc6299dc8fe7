//! The official Rust client against a sandbox, whose address is in `SERVER`.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, anyhow, ensure};
use futures::{AsyncBufReadExt, TryStreamExt};
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Namespace, Pod},
};
use kube::{
    Api, Client, Config,
    api::{AttachParams, DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams},
    runtime::{WatchStreamExt, reflector, wait, watcher},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

const NAMESPACE: &str = "rust";
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<()> {
    let server = std::env::var("SERVER").context("SERVER says where the sandbox is")?;
    let client = Client::try_from(Config::new(server.parse()?))?;
    let pod = creates_reads_updates_and_deletes(&client).await.context("objects")?;
    watches(&client).await.context("watches")?;
    applies_on_the_server(&client).await.context("server-side apply")?;
    executes(&client, &pod).await.context("exec")?;
    reads_logs(&client, &pod).await.context("logs")?;
    forwards_ports(&client, &pod).await.context("port-forward")?;
    Api::<Namespace>::all(client).delete(NAMESPACE, &DeleteParams::default()).await?;
    Ok(())
}

fn object<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    Ok(serde_json::from_value(value)?)
}

fn refused<T: std::fmt::Debug>(result: kube::Result<T>, code: u16, words: &str) -> Result<()> {
    match result {
        Err(kube::Error::Api(status)) if status.code == code => {
            ensure!(status.reason == words || status.message.contains(words), "{status:?}");
            Ok(())
        }
        other => Err(anyhow!("{words} was expected: {other:?}")),
    }
}

async fn creates_reads_updates_and_deletes(client: &Client) -> Result<String> {
    ensure!(client.apiserver_version().await?.minor == "36");
    let spaces: Api<Namespace> = Api::all(client.clone());
    let space = object(json!({"metadata": {"name": NAMESPACE}}))?;
    spaces.create(&PostParams::default(), &space).await?;
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), NAMESPACE);
    refused(deployments.get("web").await, 404, "NotFound")?;
    let labels = json!({"app": "web"});
    let made: Deployment = object(json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 3, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [
                {"name": "main", "image": "nginx:1.27", "ports": [{"containerPort": 80}]},
            ]}},
        },
    }))?;
    deployments.create(&PostParams::default(), &made).await?;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let map = object(json!({"metadata": {"name": "map"}, "data": {"a": "1"}}))?;
    let mut map = maps.create(&PostParams::default(), &map).await?;
    map.data = Some(BTreeMap::from([("a".to_owned(), "2".to_owned())]));
    let replaced = maps.replace("map", &PostParams::default(), &map).await?;
    ensure!(replaced.data == map.data);
    refused(maps.replace("map", &PostParams::default(), &map).await, 409, "Conflict")?;
    maps.delete("map", &DeleteParams::default()).await?;
    refused(maps.get("map").await, 404, "NotFound")?;
    let scale = Patch::Merge(json!({"spec": {"replicas": 2}}));
    deployments.patch_scale("web", &PatchParams::default(), &scale).await?;
    let ready = |deployment: Option<&Deployment>| {
        let status = deployment.and_then(|deployment| deployment.status.as_ref());
        status.is_some_and(|status| (status.ready_replicas, status.replicas) == (Some(2), Some(2)))
    };
    timeout(PATIENCE, wait::await_condition(deployments, "web", ready)).await??;
    let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let found = pods.list(&ListParams::default().labels("app=web")).await?;
    let running = found.items.into_iter().find(|pod| pod.metadata.deletion_timestamp.is_none());
    running.and_then(|pod| pod.metadata.name).context("a Pod")
}

async fn watches(client: &Client) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let (store, writer) = reflector::store();
    let config = watcher::Config::default().fields("metadata.name=seen");
    let stream = watcher(maps.clone(), config).reflect(writer).touched_objects();
    let mut stream = std::pin::pin!(stream);
    let data = |text: &str| BTreeMap::from([("a".to_owned(), text.to_owned())]);
    let body = ConfigMap { data: Some(data("1")), ..object(json!({"metadata": {"name": "seen"}}))? };
    maps.create(&PostParams::default(), &body).await?;
    let mut seen = Vec::new();
    for text in ["1", "2", "2"] {
        let touched = timeout(PATIENCE, stream.try_next()).await??.context("an event")?;
        ensure!(touched.data == Some(data(text)), "{touched:?}");
        seen.push(store.state().len());
        match seen.len() {
            1 => {
                let patch = Patch::Strategic(json!({"data": {"a": "2"}}));
                maps.patch("seen", &PatchParams::default(), &patch).await?;
            }
            2 => drop(maps.delete("seen", &DeleteParams::default()).await?),
            _ => {}
        }
    }
    // What the first list brings is in the store only when the list has ended.
    ensure!(seen == [0, 1, 0], "{seen:?}");
    Ok(())
}

async fn applies_on_the_server(client: &Client) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let apply = async |manager: &str, data: Value, force: bool| {
        let params = PatchParams { force, ..PatchParams::apply(manager) };
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": data});
        maps.patch("owned", &params, &Patch::Apply(body)).await
    };
    apply("alice", json!({"a": "1"}), false).await?;
    refused(apply("bob", json!({"a": "2"}), false).await, 409, "conflict with \"alice\"")?;
    apply("bob", json!({"a": "2"}), true).await?;
    let both = apply("alice", json!({"b": "3"}), false).await?;
    ensure!(json!(both.data) == json!({"a": "2", "b": "3"}), "{both:?}");
    Ok(())
}

async fn executes(client: &Client, pod: &str) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let params = AttachParams::default().stdin(true);
    let script = ["sh", "-c", "read line; echo got $line; echo err >&2; exit 7"];
    let mut process = pods.exec(pod, script, &params).await?;
    let mut stdin = process.stdin().context("an input")?;
    stdin.write_all(b"hello\n").await?;
    let (mut out, mut err) = (String::new(), String::new());
    process.stdout().context("an output")?.read_to_string(&mut out).await?;
    process.stderr().context("an output")?.read_to_string(&mut err).await?;
    ensure!((out.as_str(), err.as_str()) == ("got hello\n", "err\n"), "{out:?} {err:?}");
    let status = process.take_status().context("a status")?.await.context("a status")?;
    let causes = status.details.and_then(|details| details.causes).unwrap_or_default();
    ensure!(causes.first().and_then(|cause| cause.message.as_deref()) == Some("7"));
    process.join().await?;
    Ok(())
}

async fn reads_logs(client: &Client, pod: &str) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let whole = pods.logs(pod, &LogParams::default()).await?;
    ensure!(whole.contains("start worker processes"), "{whole}");
    let counts: Pod = object(json!({
        "metadata": {"name": "counts"},
        "spec": {"restartPolicy": "Never", "containers": [{
            "name": "main", "image": "busybox:1.37",
            "command": ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 1; done"],
        }]},
    }))?;
    pods.create(&PostParams::default(), &counts).await?;
    let started = |pod: Option<&Pod>| {
        let phase = pod.and_then(|pod| pod.status.as_ref()?.phase.as_deref());
        phase.is_some_and(|phase| phase != "Pending")
    };
    timeout(PATIENCE, wait::await_condition(pods.clone(), "counts", started)).await??;
    let follow = LogParams { follow: true, ..LogParams::default() };
    let lines = pods.log_stream("counts", &follow).await?.lines();
    let lines: Vec<String> = timeout(PATIENCE, lines.try_collect()).await??;
    ensure!(lines == ["1", "2", "3"], "{lines:?}");
    Ok(())
}

async fn forwards_ports(client: &Client, pod: &str) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let mut forward = pods.portforward(pod, &[80, 81]).await?;
    let mut stream = forward.take_stream(80).context("a stream")?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"</html>\n") {
        let mut piece = [0; 4096];
        let count = timeout(PATIENCE, stream.read(&mut piece)).await??;
        ensure!(count > 0, "the connection ended early");
        answer.extend_from_slice(&piece[..count]);
    }
    ensure!(String::from_utf8_lossy(&answer).contains("Welcome to nginx!"));
    let mut refused = forward.take_stream(81).context("a stream")?;
    let error = forward.take_error(81).context("errors")?;
    refused.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    let error = timeout(PATIENCE, error).await?.context("an error")?;
    ensure!(error.contains("connection refused"), "{error}");
    Ok(())
}
