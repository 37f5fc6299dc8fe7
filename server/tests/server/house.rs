//! A server of a test's own: a database file that goes with it, a port if it needs one.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{Router, body::Body};
use clap::Parser;
use futures::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode};
use protocol::{Act, Command, Down, Reply, SandboxCreated, Up};
use serde_json::Value;
use server::{Config, Ending};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use tower::ServiceExt;

/// A folder of the test's own, gone with it.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wheelhouse-test-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it is the system's to remove.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a test on a thread with a stack that an unoptimised page fits into, as the server does.
pub(crate) fn on_a_deep_stack<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let run = move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().expect("a runtime").block_on(test());
    };
    let thread = std::thread::Builder::new().stack_size(32 << 20).spawn(run);
    thread.expect("a thread").join().expect("the test passes");
}

/// A running server.
pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) ending: Ending,
}

impl House {
    pub(crate) async fn open(folder: &Folder, flags: &[&str]) -> Self {
        let database = folder.path().join("wheelhouse.sqlite");
        let database = database.to_str().expect("a path of text");
        let words = ["wheelhouse", "--database", database].into_iter().chain(flags.iter().copied());
        let config = Config::parse_from(words);
        let server = server::start(config).await.expect("it starts");
        Self { router: server.router, ending: server.ending }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "test");
        let request = request.header("content-type", "application/json");
        let request = request.body(body.into()).expect("a request");
        self.send(request).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("no error");
        Answer::of(response).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    /// What an address gives, as it is.
    pub(crate) async fn bytes(&self, path: &str) -> bytes::Bytes {
        let request = Request::builder().uri(path).header("host", "test").body(Body::empty());
        let request = request.expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("no error");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body")
    }

    /// A new sandbox's id.
    pub(crate) async fn sandbox(&self, wish: &str) -> String {
        let answer = self.ask("POST", "/sandboxes", wish.to_owned()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        serde_json::from_str::<SandboxCreated>(&answer.text).expect("SandboxCreated").id
    }

    /// Creates a Pod, as a program would.
    pub(crate) async fn pod(&self, id: &str, name: &str) -> Answer {
        let path = format!("/sandboxes/{id}/api/v1/namespaces/default/pods");
        self.ask("POST", &path, pod(name)).await
    }

    /// Listens on a port of its own.
    pub(crate) async fn listen(&self) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = self.router.clone();
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Listening { address, task }
    }
}

pub(crate) fn pod(name: &str) -> String {
    serde_json::json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "hello"}},
        "spec": {"containers": [{"name": "main", "image": "my-app:1.0"}]},
    })
    .to_string()
}

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A page's end of the WebSocket.
pub(crate) struct Page {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    commands: u32,
    /// The end of the trace after the last answer.
    answered: u64,
    /// All that came down, but for answers that were waited for.
    pub(crate) seen: Vec<Down>,
}

impl Page {
    pub(crate) async fn open(listening: &Listening, id: &str, query: &str) -> Self {
        let url = format!("ws://{}/sandboxes/{id}/socket?{query}", listening.address);
        let (socket, _) = connect_async(url).await.expect("a WebSocket");
        Self { socket, commands: 0, answered: 0, seen: Vec::new() }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Down {
        loop {
            match self.socket.next().await.expect("a message").expect("no error") {
                Message::Text(text) => return serde_json::from_str(&text).expect("a message"),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Sends a command without waiting; its id.
    pub(crate) async fn tell(&mut self, act: Act) -> u32 {
        self.commands += 1;
        let up = Up::Command { command: Command { id: self.commands, act } };
        let text = serde_json::to_string(&up).expect("JSON");
        self.socket.send(Message::text(text)).await.expect("sent");
        self.commands
    }

    /// Waits for the answer of a command.
    pub(crate) async fn answer(&mut self, id: u32) -> Reply {
        loop {
            match self.next().await {
                Down::Answer { answer } if answer.id == id => {
                    self.answered = answer.position;
                    return answer.reply;
                }
                other => self.seen.push(other),
            }
        }
    }

    pub(crate) async fn act(&mut self, act: Act) -> Reply {
        let id = self.tell(act).await;
        self.answer(id).await
    }

    /// Waits until something has come down that is wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Down) -> bool) {
        while !self.seen.iter().any(&wanted) {
            let down = self.next().await;
            self.seen.push(down);
        }
    }

    /// Waits until all moments before a position have come down.
    pub(crate) async fn caught_up(&mut self) {
        let position = self.answered;
        self.until(|down| match down {
            Down::Moments { moments } => {
                moments.last().is_some_and(|last| last.position + 1 >= position)
            }
            _ => false,
        })
        .await;
    }

    /// Sends text as it is.
    pub(crate) async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    /// The code with which the server closes.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match self.socket.next().await.expect("a message") {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}
