//! exec and attach over WebSockets: with the real kubectl, and with clients that vanish.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
    time::Duration,
};

use futures::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::spawn_blocking,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use crate::house::{Folder, House, Listening};

/// A sandbox with a Pod of busybox that sleeps.
pub(crate) async fn with_box(house: &House) -> String {
    let id = house.sandbox(r#"{"rate": 1}"#).await;
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "box"},
        "spec": {"containers": [
            {"name": "main", "image": "busybox:1.37", "command": ["sleep", "100000"]},
        ]},
    });
    let path = format!("/sandboxes/{id}/api/v1/namespaces/default/pods");
    house.ask("POST", &path, pod.to_string()).await;
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    id
}

pub(crate) fn kubectl(
    listening: &Listening,
    id: &str,
    folder: &Folder,
    line: &str,
    stdin: &str,
) -> Output {
    speaking("true", listening, id, folder, line, stdin)
}

/// The same, which speaks WebSocket or, as before 1.30, SPDY.
fn speaking(
    websockets: &str,
    listening: &Listening,
    id: &str,
    folder: &Folder,
    line: &str,
    stdin: &str,
) -> Output {
    let server = format!("http://{}/sandboxes/{id}", listening.address);
    let mut child = Command::new("kubectl")
        .args(["--server", &server])
        .args(shlex(line))
        .env("HOME", folder.path())
        .env("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", websockets)
        .env_remove("KUBECONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kubectl is on PATH");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(stdin.as_bytes()).expect("it reads");
    drop(input);
    child.wait_with_output().expect("its output")
}

const EXIT_3: &str = "command terminated with exit code 3\n";
const EXIT_137: &str = "command terminated with exit code 137\n";

fn shlex(line: &str) -> Vec<String> {
    kubectl::split(line).expect("quotes in pairs")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubectl_executes() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_box(&house).await;
    let cases = [
        ("exec box -- echo hello", "", "hello\n", "", 0),
        (
            "exec box -- sh -c 'echo out; exit 7'",
            "",
            "out\n",
            "command terminated with exit code 7\n",
            7,
        ),
        ("exec -i box -- cat", "hi\nthere\n", "hi\nthere\n", "", 0),
        ("exec -i box -- sh -c 'cat; echo done >&2'", "hi\n", "hi\n", "done\n", 0),
        ("exec -i box -- sh", "x=6\necho $((x * 7))\nexit 3", "42\n", EXIT_3, 3),
        ("exec box -- sh -c 'kill -9 $$'", "", "", EXIT_137, 137),
        (
            "exec box -c nope -- ls",
            "",
            "",
            "Error from server (BadRequest): container nope is not valid for pod box\n",
            1,
        ),
        (
            "exec nosuch -- ls",
            "",
            "",
            "Error from server (NotFound): pods \"nosuch\" not found\n",
            1,
        ),
    ];
    let all = spawn_blocking(move || {
        for websockets in ["true", "false"] {
            for (line, stdin, out, err, code) in cases {
                let output = speaking(websockets, &listening, &id, &folder, line, stdin);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                assert_eq!(
                    (text(&output.stdout), text(&output.stderr), output.status.code()),
                    (out.to_owned(), err.to_owned(), Some(code)),
                    "{line}, WebSockets: {websockets}"
                );
            }
        }
    });
    all.await.expect("no panic");
}

/// kubectl loses what it is told before it listens; here it never is.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_at_the_start() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_box(&house).await;
    let all = spawn_blocking(move || {
        for _ in 0..20 {
            let output = kubectl(&listening, &id, &folder, "exec box -- echo hello", "");
            assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n", "{output:?}");
        }
    });
    all.await.expect("no panic");
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(listening: &Listening, id: &str, protocol: &str, what: &str) -> Socket {
    try_open(listening, id, protocol, what).await.expect("a WebSocket")
}

async fn try_open(
    listening: &Listening,
    id: &str,
    protocol: &str,
    what: &str,
) -> Result<Socket, tungstenite::Error> {
    let path = format!("sandboxes/{id}/api/v1/namespaces/default/pods/box/{what}");
    let url = format!("ws://{}/{path}", listening.address);
    let mut request = url.into_client_request().expect("a request");
    let protocol = protocol.parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    connect_async(request).await.map(|(socket, _)| socket)
}

/// All that comes on the channels, until the close.
async fn heard(socket: &mut Socket) -> Vec<(u8, String)> {
    let mut heard = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Binary(bytes) = message {
            heard.push((bytes[0], String::from_utf8_lossy(&bytes[1..]).into_owned()));
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn both_protocols_are_spoken() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_box(&house).await;
    let success = (3, r#"{"metadata":{},"status":"Success"}"#.to_owned());
    for protocol in ["v4.channel.k8s.io", "v5.channel.k8s.io,v4.channel.k8s.io"] {
        let mut socket =
            open(&listening, &id, protocol, "exec?command=echo&command=hi&stdout=1").await;
        assert_eq!(heard(&mut socket).await, [(1, "hi\n".to_owned()), success.clone()]);
    }
}

/// Streams that are cut leave nothing: neither places here, of which there are few, nor sessions in
/// the model.
#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_cut_streams_leave_nothing() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--watches-max", "16"]).await;
    let listening = house.listen().await;
    let id = with_box(&house).await;
    for _ in 0..250 {
        let patient = (0..8).map(|_| patiently(&listening, &id));
        let sockets = futures::future::join_all(patient).await;
        assert_eq!(sockets.len(), 8);
        // Dropping them cuts their connections.
    }
}

/// Opens a stream as soon as there is a place for it.
async fn patiently(listening: &Listening, id: &str) -> Socket {
    for _ in 0..1000 {
        let what = "exec?command=cat&stdin=true&stdout=true";
        if let Ok(socket) = try_open(listening, id, "v5.channel.k8s.io", what).await {
            return socket;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no place is free any more");
}

/// The same of clients that speak SPDY, cut before they have opened any stream.
#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_of_spdy_leave_nothing() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--watches-max", "16"]).await;
    let listening = house.listen().await;
    let id = with_box(&house).await;
    let what = ["exec?command=cat&stdin=true&stdout=true", "portforward"];
    let opened = async |round: usize| {
        let head = format!(
            "POST /sandboxes/{id}/api/v1/namespaces/default/pods/box/{} HTTP/1.1\r\nHost: x\r\n\
             Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\
             X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\
             X-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n",
            what[round % what.len()]
        );
        let mut socket = TcpStream::connect(listening.address).await.expect("a connection");
        socket.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).await.expect("an answer");
        &answer == b"HTTP/1.1 101"
    };
    for round in 0..500 {
        let patient = async {
            while !opened(round).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(30), patient).await.expect("a place is free");
    }
}
