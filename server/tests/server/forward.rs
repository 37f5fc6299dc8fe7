//! port-forward: by the real kubectl, by clients with channels, by a page's terminal, and by clients
//! that vanish.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use protocol::{Act, Down, Reply};
use tokio::task::spawn_blocking;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use crate::house::{Folder, House, Listening, Page};

const PATIENCE: Duration = Duration::from_secs(30);

/// A sandbox with nginx, by itself and behind a Service.
async fn with_nginx(house: &House) -> String {
    let id = house.sandbox(r#"{"rate": 1}"#).await;
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"containers": [{
            "name": "main", "image": "nginx:1.27",
            "ports": [{"name": "http", "containerPort": 80}],
        }]},
    });
    let service = serde_json::json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "front"},
        "spec": {
            "selector": {"app": "web"},
            "ports": [{"port": 8080, "targetPort": "http"}],
        },
    });
    for (kind, object) in [("pods", pod), ("services", service)] {
        let path = format!("/sandboxes/{id}/api/v1/namespaces/default/{kind}");
        let made = house.ask("POST", &path, object.to_string()).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    id
}

/// The real kubectl with a port that is forwarded. Dropping it ends it.
struct Forwarding {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Forwarding {
    fn start(server: &str, home: &str, what: &str, port: &str) -> Self {
        Self::speaking("true", server, home, what, port)
    }

    /// The same, through a WebSocket or, as before 1.31, without.
    fn speaking(websockets: &str, server: &str, home: &str, what: &str, port: &str) -> Self {
        let mut child = Command::new("kubectl")
            .args(["--server", server, "port-forward", what, port])
            .env("HOME", home)
            .env("KUBECTL_PORT_FORWARD_WEBSOCKETS", websockets)
            .env_remove("KUBECONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl is on PATH");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let local = line.strip_prefix("Forwarding from 127.0.0.1:");
        let port = local.and_then(|rest| rest.split(' ').next()?.parse().ok());
        let port = port.unwrap_or_else(|| panic!("{line:?}"));
        Self { child, out, port }
    }

    /// Sends bytes and returns all that comes back until the connection ends.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        // A connection that is lost is at its end, too.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LAST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubectl_forwards() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_nginx(&house).await;
    let server = format!("http://{}/sandboxes/{id}", listening.address);
    let home = folder.path().display().to_string();
    let all = spawn_blocking(move || {
        for (what, port, websockets) in [
            ("pod/web", ":80", "true"),
            ("web", ":http", "true"),
            ("svc/front", ":8080", "true"),
            ("web", ":80", "false"),
        ] {
            let mut forwarding = Forwarding::speaking(websockets, &server, &home, what, port);
            for count in [1, 3] {
                let answer = forwarding.ask(&(GET.repeat(count - 1) + LAST));
                let pages = answer.matches("<h1>Welcome to nginx!</h1>").count();
                assert_eq!(pages, count, "{what}: {answer}");
            }
            let mut line = String::new();
            while !line.starts_with("Handling connection for ") {
                line.clear();
                assert_ne!(forwarding.out.read_line(&mut line).expect("a line"), 0);
            }
        }
        for websockets in ["true", "false"] {
            let mut forwarding = Forwarding::speaking(websockets, &server, &home, "pod/web", ":81");
            assert_eq!(forwarding.ask(GET), "");
            let code = forwarding.child.wait().expect("it ends").code();
            let mut words = String::new();
            let mut err = forwarding.child.stderr.take().expect("its output");
            err.read_to_string(&mut words).expect("text");
            let expected = "failed to connect to localhost:81 inside namespace";
            assert!(words.contains(expected), "{words}");
            assert!(words.ends_with("error: lost connection to pod\n"), "{words}");
            assert_eq!(code, Some(1));
        }
    });
    all.await.expect("no panic");
}

/// A Pod that is gone is not mistaken for a later one of the same name.
#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_is_gone_is_lost() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_nginx(&house).await;
    let server = format!("http://{}/sandboxes/{id}", listening.address);
    let home = folder.path().display().to_string();
    let start = move || Forwarding::start(&server, &home, "pod/web", ":80");
    let forwarding = spawn_blocking(start).await.expect("no panic");
    let path = format!("/sandboxes/{id}/api/v1/namespaces/default/pods/web");
    house.ask("DELETE", &format!("{path}?gracePeriodSeconds=0"), "").await;
    house.pod(&id, "web").await;
    house.ask("POST", &format!("/sandboxes/{id}/clock"), r#"{"until": "quiet"}"#).await;
    let all = spawn_blocking(move || {
        let mut forwarding = forwarding;
        assert_eq!(forwarding.ask(GET), "");
        let mut words = String::new();
        let mut err = forwarding.child.stderr.take().expect("its output");
        err.read_to_string(&mut words).expect("text");
        assert!(words.contains("in store: not found"), "{words}");
    });
    all.await.expect("no panic");
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn channels(
    listening: &Listening,
    id: &str,
    ports: &str,
) -> Result<Socket, tungstenite::Error> {
    let path = format!("sandboxes/{id}/api/v1/namespaces/default/pods/web/portforward?{ports}");
    let url = format!("ws://{}/{path}", listening.address);
    let mut request = url.into_client_request()?;
    let protocol = "v4.channel.k8s.io".parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    Ok(connect_async(request).await?.0)
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
async fn each_port_has_two_channels() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_nginx(&house).await;
    let mut socket = channels(&listening, &id, "ports=80%2C81").await.expect("a WebSocket");
    let say = |channel: u8| {
        let message = [&[channel][..], LAST.as_bytes()].concat();
        Message::binary(message)
    };
    socket.send(say(2)).await.expect("sent");
    socket.send(say(0)).await.expect("sent");
    let heard = heard(&mut socket).await;
    let ports: Vec<(u8, &str)> =
        heard.iter().take(4).map(|(channel, text)| (*channel, text.as_str())).collect();
    assert_eq!(ports, [(0, "P\0"), (1, "P\0"), (2, "Q\0"), (3, "Q\0")]);
    assert_eq!((heard[4].0, heard[5].0, heard.len()), (3, 0, 6), "{heard:?}");
    assert!(heard[4].1.contains("connection refused"), "{heard:?}");
    assert!(heard[5].1.starts_with("HTTP/1.1 200 OK\r\n"), "{heard:?}");
}

/// Places are few here: were one lost with each client that vanishes, there would soon be none.
#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_cut_forwards_leave_nothing() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--watches-max", "16"]).await;
    let listening = house.listen().await;
    let id = with_nginx(&house).await;
    for _ in 0..250 {
        let patient = (0..8).map(|_| async {
            for _ in 0..1000 {
                if let Ok(mut socket) = channels(&listening, &id, "ports=80").await {
                    socket.send(Message::binary(b"\x00GET / HT".as_slice())).await.expect("sent");
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            panic!("no place is free any more");
        });
        futures::future::join_all(patient).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_forwards_to_the_page() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_nginx(&house).await;
    let mut page = Page::open(&listening, &id, "").await;
    let line = "kubectl port-forward svc/front 9000:8080".to_owned();
    let command = page.tell(Act::Terminal { terminal: 1, line, files: Vec::new() }).await;
    let printed = |words: &'static str| move |down: &Down| matches!(down, Down::Output { text, .. } if text.contains(words));
    page.until(printed("Forwarding from 127.0.0.1:9000 -> 80\n")).await;
    page.until(printed("Forwarding from [::1]:9000 -> 80\n")).await;
    let path = format!("/sandboxes/{id}/outside/127.0.0.1:9000/");
    let answer = house.get(&path).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("<h1>Welcome to nginx!</h1>"), "{}", answer.text);
    assert_eq!(answer.header("content-security-policy"), "sandbox allow-forms");
    page.until(printed("Handling connection for 9000\n")).await;
    let line = "curl -s localhost:9000 | grep -c Welcome; curl -s localhost:9001; ls";
    let asking = Act::Terminal { terminal: 3, line: line.to_owned(), files: Vec::new() };
    assert_eq!(page.act(asking).await, Reply::Exited { terminal: 3, code: 0 });
    page.until(printed("2\n")).await;
    let again = Act::Terminal {
        terminal: 2,
        line: "kubectl port-forward web 9000:80".to_owned(),
        files: Vec::new(),
    };
    assert!(matches!(page.act(again).await, Reply::Exited { code: 1, .. }));
    page.until(printed("unable to listen on any of the requested ports: [{9000 80}]\n")).await;
    page.act(Act::Interrupt { terminal: 1 }).await;
    assert!(page.seen.iter().any(|down| matches!(
        down, Down::Answer { answer } if answer.id == command
    )));
    for _ in 0..100 {
        let answer = house.get(&path).await;
        if answer.status == 504 {
            assert_eq!(answer.text, "127.0.0.1:9000: connect: connection refused\n");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the port is still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_s_proxy_hands_on_to_the_api_server() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let listening = house.listen().await;
    let id = with_nginx(&house).await;
    let mut page = Page::open(&listening, &id, "").await;
    let line = "kubectl proxy --port 8011 --api-prefix /k8s".to_owned();
    page.tell(Act::Terminal { terminal: 1, line, files: Vec::new() }).await;
    let printed = |words: &'static str| move |down: &Down| matches!(down, Down::Output { text, .. } if text.contains(words));
    page.until(printed("Starting to serve on 127.0.0.1:8011\n")).await;
    let below = format!("/sandboxes/{id}/outside/localhost:8011");
    let pod = house.get(&format!("{below}/k8s/api/v1/namespaces/default/pods/web")).await;
    assert_eq!((pod.status.as_u16(), pod.json()["metadata"]["name"].as_str()), (200, Some("web")));
    assert_eq!(pod.header("content-security-policy"), "sandbox allow-forms");
    let missing = house.get(&format!("{below}/k8s/api/v1/namespaces/default/pods/wab")).await;
    assert_eq!(
        (missing.status.as_u16(), missing.json()["reason"].as_str()),
        (404, Some("NotFound"))
    );
    let exec = house.get(&format!("{below}/k8s/api/v1/namespaces/default/pods/web/exec")).await;
    assert_eq!((exec.status.as_u16(), exec.text.as_str()), (403, "Forbidden\n"));
    let beside = house.get(&format!("{below}/api")).await;
    assert_eq!((beside.status.as_u16(), beside.text.as_str()), (404, "404 page not found\n"));
    let line = "curl -s localhost:8011/k8s/api/v1/nodes | grep -c node-1".to_owned();
    page.act(Act::Terminal { terminal: 2, line, files: Vec::new() }).await;
    let twice = "kubectl proxy -p 8011".to_owned();
    let refused = page.act(Act::Terminal { terminal: 3, line: twice, files: Vec::new() }).await;
    assert_eq!(refused, Reply::Exited { terminal: 3, code: 1 });
    page.until(printed("listen tcp 127.0.0.1:8011: bind: address already in use\n")).await;
}
