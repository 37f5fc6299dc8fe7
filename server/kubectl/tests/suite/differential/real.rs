//! The real kubectl, and a server for it to talk to: a world behind HTTP.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::unfold;
use orchestrator::{ApiRequest, Cursor, Input, Reply, Time, World};

use super::script::Text;

/// How far the world moves for each look of a stream that has nothing to say.
const STRIDE_MS: i64 = 250;
/// A command that asks the same so often is waiting for something: time passes.
const ASKED_OFTEN: u32 = 3;
/// How much of it.
const POLL_MS: i64 = 1000;

/// The text without what is random in it: the folders in which `kubectl diff` compares, and when
/// it made the files there.
pub(crate) fn without_chance(text: &str) -> String {
    let folder = |word: &str| {
        let (start, number) = word.split_once('-')?;
        let (_, name) = number.split_once('/')?;
        ["/tmp/LIVE", "/tmp/MERGED"].contains(&start).then(|| format!("{start}/{name}"))
    };
    let line = |line: &str| {
        let is_header = ["--- /tmp/", "+++ /tmp/"].iter().any(|start| line.starts_with(start));
        let line = if is_header { line.split('\t').next().unwrap_or(line) } else { line };
        let words = line.split(' ').map(|word| folder(word).unwrap_or_else(|| word.to_owned()));
        words.collect::<Vec<_>>().join(" ")
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// What a command printed, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

impl Said {
    /// This and what the built-in said, for the eye.
    pub(crate) fn beside(&self, built_in: &Said) -> String {
        let part = |what: &str, real: &str, ours: &str| {
            if real == ours {
                return String::new();
            }
            format!("   {what}, real:\n{real}\n   {what}, built in:\n{ours}\n")
        };
        let code =
            |code: Option<i32>| code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        part("stdout", &self.out, &built_in.out)
            + &part("stderr", &self.err, &built_in.err)
            + &part("exit code", &code(self.code), &code(built_in.code))
    }
}

/// Whether there is a real kubectl to compare with.
pub(crate) fn is_on_path() -> bool {
    let version = Command::new("kubectl").args(["version", "--client"]).output();
    version.is_ok_and(|output| output.status.success())
}

/// A place where one real command runs at a time: its folder, its server.
pub(crate) struct Seat {
    folder: Folder,
    cluster: Arc<Mutex<Cluster>>,
    server: String,
    _end: tokio::sync::oneshot::Sender<()>,
}

/// The world that the server shows now.
struct Cluster {
    world: Option<World>,
    /// How often the command asked what.
    asked: BTreeMap<String, u32>,
}

impl Seat {
    pub(crate) fn new(files: &Text) -> Seat {
        let folder = Folder::new();
        for (name, text) in files {
            let path = folder.0.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let cluster = Arc::new(Mutex::new(Cluster { world: None, asked: BTreeMap::new() }));
        let (end, ended) = tokio::sync::oneshot::channel();
        let port = serve(Arc::clone(&cluster), ended);
        let server = format!("http://127.0.0.1:{port}");
        let config = include_str!("../../differential/kubeconfig.yaml").replace("SERVER", &server);
        std::fs::create_dir_all(folder.0.join(".kube")).expect("a folder");
        std::fs::write(folder.0.join(".kube/config"), config).expect("a kubeconfig");
        Seat { folder, cluster, server, _end: end }
    }

    /// Runs a line in a fork of a world, in a shell.
    pub(crate) fn run(&self, world: &World, line: &str) -> Said {
        *self.cluster() = Cluster { world: Some(world.clone()), asked: BTreeMap::new() };
        let output = Command::new("timeout")
            .args(["30", "sh", "-c", line])
            .current_dir(&self.folder.0)
            .env("HOME", &self.folder.0)
            .env_remove("KUBECONFIG")
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        self.cluster().world = None;
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            without_chance(&text.replace(&self.server, "http://localhost"))
        };
        Said { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code() }
    }

    fn cluster(&self) -> MutexGuard<'_, Cluster> {
        self.cluster.lock().expect("no panic")
    }
}

/// Serves on a port of its own, until `ended`.
fn serve(cluster: Arc<Mutex<Cluster>>, ended: tokio::sync::oneshot::Receiver<()>) -> u16 {
    let (tell, port) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address").port()).expect("heard");
            let router = Router::new().fallback(answer).with_state(cluster);
            tokio::select! {
                served = axum::serve(listener, router) => served.expect("it serves"),
                _ = ended => {}
            }
        });
    });
    port.recv().expect("a port")
}

async fn answer(State(cluster): State<Arc<Mutex<Cluster>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let request = ApiRequest::from(&http::Request::from_parts(parts, body));
    let reply = {
        let mut cluster = cluster.lock().expect("no panic");
        let key = format!("{} {}", request.method, request.uri);
        let count = *cluster.asked.entry(key).and_modify(|count| *count += 1).or_insert(1);
        let Some(world) = &mut cluster.world else { return Response::default() };
        if count > ASKED_OFTEN {
            world.run_until(Time(world.now().0 + POLL_MS));
        }
        world.submit(&Input::Request(request))
    };
    match reply {
        Reply::Response(response) => response.map(Body::from),
        Reply::Stream { head, cursor } => head.map(|()| stream(cluster, cursor)),
        Reply::Done | Reply::NotFound | Reply::Forwarded(_) => {
            unreachable!("a request is answered")
        }
    }
}

/// A watch or a followed log; the world moves while it waits.
fn stream(cluster: Arc<Mutex<Cluster>>, cursor: Cursor) -> Body {
    let pieces = unfold((cluster, cursor, false), |(cluster, mut cursor, ended)| async move {
        if ended {
            return None;
        }
        loop {
            let chunk = {
                let mut cluster = cluster.lock().expect("no panic");
                let world = cluster.world.as_mut()?;
                let chunk = world.read(&mut cursor);
                if chunk.bytes.is_empty() && !chunk.ended {
                    world.run_until(Time(world.now().0 + STRIDE_MS));
                }
                chunk
            };
            if !chunk.bytes.is_empty() || chunk.ended {
                let piece: Result<Bytes, std::convert::Infallible> = Ok(chunk.bytes);
                return Some((piece, (cluster, cursor, chunk.ended)));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    Body::from_stream(pieces.boxed())
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wheelhouse-kubectl-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it is the system's to remove.
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}
