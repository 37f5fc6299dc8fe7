//! kubectl in the server: its futures are bound to one thread, and its requests go through the
//! same door as everybody's.

mod curl;
mod session;
mod shelf;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Instant,
};

use bytes::Bytes;
use futures::{Stream, StreamExt, future::LocalBoxFuture, stream};
use http::{Request, Response};
use k8s_openapi::jiff::Timestamp;
use kubectl::{Api, Behind, Body, Forward, Listening, Printed, Terminal};
use orchestrator::{ApiRequest, Input, Reply, World};
use protocol::File;
use shelf::Shelf;
use tokio::{
    runtime::Builder,
    sync::{mpsc, oneshot},
    task::LocalSet,
    time::sleep_until,
};

use crate::{
    diagnose::Refusal,
    id::draw_seed,
    kubernetes::{Streaming, refusal},
    sandbox::{SESSION, Sandbox, To, View},
    streams::forward::Target,
};

/// The thread that kubectl's futures run on. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Workshop {
    jobs: mpsc::UnboundedSender<Job>,
}

type Job = Box<dyn FnOnce() -> LocalBoxFuture<'static, ()> + Send>;

/// A command that runs. Dropping it is Ctrl-C.
#[derive(Debug)]
pub(crate) struct Running {
    _stop: oneshot::Sender<()>,
}

impl Workshop {
    /// Starts the thread; it ends when all workshops are dropped.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (jobs, mut receiver) = mpsc::unbounded_channel::<Job>();
        let runtime = Builder::new_current_thread().enable_time().build()?;
        thread::Builder::new().name("kubectl".to_owned()).spawn(move || {
            let local = LocalSet::new();
            local.block_on(&runtime, async {
                while let Some(job) = receiver.recv().await {
                    tokio::task::spawn_local(job());
                }
            });
        })?;
        Ok(Self { jobs })
    }

    /// Runs a line; `done` gets its exit code and the files it has written, unless it was stopped.
    pub(crate) fn run<T: Terminal + Send + 'static>(
        &self,
        line: String,
        files: BTreeMap<String, String>,
        door: Door,
        terminal: T,
        done: impl FnOnce(i32, T, Vec<File>) + Send + 'static,
    ) -> Running {
        let (stop, mut stopped) = oneshot::channel::<()>();
        let job: Job = Box::new(move || {
            Box::pin(async move {
                let shelf = Shelf::new(files);
                let running = kubectl::run_line(&line, &shelf, &door, &terminal);
                let code = tokio::select! {
                    code = running => Some(code),
                    _ = &mut stopped => None,
                };
                if let Some(code) = code {
                    done(code, terminal, shelf.into_written());
                }
            })
        });
        // It fails only while the server ends.
        let _ = self.jobs.send(job);
        Running { _stop: stop }
    }

    /// Runs a line to its end: what it printed, and its exit code.
    pub(crate) async fn transcript(
        &self,
        line: String,
        files: BTreeMap<String, String>,
        door: Door,
    ) -> Option<Transcript> {
        let (done, result) = oneshot::channel();
        let terminal = kubectl::Paper::default();
        let _running = self.run(line, files, door, terminal, move |code, terminal, _| {
            let (seen, out) = (terminal.seen(), terminal.stdout());
            let _ = done.send(Transcript { seen, out, code });
        });
        result.await.ok()
    }
}

/// What a command printed.
#[derive(Clone, Debug)]
pub(crate) struct Transcript {
    /// On both streams, in order.
    pub(crate) seen: String,
    pub(crate) out: String,
    pub(crate) code: i32,
}

/// The editor's files as kubectl finds them.
pub(crate) fn files(files: Vec<File>) -> BTreeMap<String, String> {
    files.into_iter().map(|file| (file.name, file.text)).collect()
}

/// What kubectl talks to.
#[derive(Debug)]
pub(crate) enum Door {
    /// A sandbox: requests are inputs, and leave their trace.
    Sandbox(Visitor),
    /// A world that is only looked at.
    Window(Box<World>),
}

/// Who goes through the door of a sandbox.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) sandbox: Sandbox,
    /// Takes note of what is refused.
    pub(crate) refusals: Refusals,
    /// Names this run, as kubectl does: its requests are one act.
    pub(crate) session: String,
}

/// What was refused so far. Cheap to clone.
pub(crate) type Refusals = Arc<Mutex<Vec<Refusal>>>;

impl Visitor {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let session = draw_seed().map(|number| format!("{number:016x}")).unwrap_or_default();
        Self { sandbox: sandbox.clone(), refusals: Refusals::default(), session }
    }
}

impl Api for Door {
    async fn call(&self, request: Request<Bytes>) -> Response<Body> {
        let mut request = ApiRequest::from(&request);
        match self {
            Self::Window(world) => world.peek(&request).map(Body::Full),
            Self::Sandbox(visitor) => {
                request.headers.push((SESSION.to_owned(), visitor.session.clone()));
                visitor.ask(request).await
            }
        }
    }

    async fn open(&self, request: Request<Bytes>) -> Result<kubectl::Stream, Response<Body>> {
        match self {
            Self::Sandbox(visitor) => {
                let request = ApiRequest::from(&request);
                session::open(&visitor.sandbox, request).await
            }
            // A program that runs changes the world.
            Self::Window(world) => Err(world.peek(&ApiRequest::from(&request)).map(Body::Full)),
        }
    }

    async fn listen(&self, forward: Forward) -> Result<Listening, String> {
        let Self::Sandbox(Visitor { sandbox, .. }) = self else {
            return Err("bind: operation not permitted".to_owned());
        };
        let to = match forward.behind {
            Behind::Pod { namespace, pod, port } => {
                To::Pod(Target::new(sandbox, &namespace, &pod), port)
            }
            Behind::Server(gate) => To::Server(gate),
        };
        let held = sandbox.forwards().listen(forward.local, to)?;
        let local = held.port;
        let happened = stream::unfold(held, |mut held| async { Some((held.next().await?, held)) });
        Ok(Listening { local, happened: happened.boxed_local() })
    }

    async fn program(&self, words: &[String], files: &dyn kubectl::Files) -> Option<Printed> {
        match words.first().map(String::as_str) {
            Some("curl") => {
                let ask = async |asked| curl::ask(self, asked).await;
                Some(lessons::curl(words, files, ask).await)
            }
            _ => None,
        }
    }

    fn namespace(&self) -> String {
        match self {
            Self::Sandbox(visitor) => visitor.sandbox.namespace(),
            Self::Window(_) => String::new(),
        }
    }

    fn set_namespace(&self, namespace: &str) -> bool {
        let Self::Sandbox(visitor) = self else { return false };
        visitor.sandbox.set_namespace(namespace);
        true
    }

    fn now(&self) -> Timestamp {
        let (epoch_s, now_ms) = match self {
            Self::Window(world) => (world.clock().epoch_s, world.now().0),
            Self::Sandbox(Visitor { sandbox, .. }) => {
                let view = sandbox.view();
                (view.world.clock().epoch_s, view.now_ms())
            }
        };
        Timestamp::from_millisecond(epoch_s * 1000 + now_ms).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, ms: i64) {
        // Time does not pass in a world that is only looked at.
        if let Self::Sandbox(Visitor { sandbox, .. }) = self {
            pass(sandbox, sandbox.view().now_ms().saturating_add(ms)).await;
        }
    }
}

impl Visitor {
    async fn ask(&self, request: ApiRequest) -> Response<Body> {
        let asked = request.clone();
        let refused = |refused| refusal(&refused).map(Body::Full);
        match self.sandbox.submit(Input::Request(request)).await {
            Ok(reply) => match reply {
                Reply::Response(response) => {
                    self.note(&asked, &response);
                    response.map(Body::Full)
                }
                Reply::Stream { head, cursor } => match self.sandbox.admit_watch() {
                    Ok(place) => {
                        let stream = Streaming::new(self.sandbox.clone(), cursor, None, place);
                        head.map(|()| Body::Stream(pieces(stream).boxed_local()))
                    }
                    Err(error) => refused(error),
                },
                Reply::Done | Reply::NotFound | Reply::Forwarded(_) => {
                    Response::new(Body::Full(Bytes::new()))
                }
            },
            Err(error) => refused(error),
        }
    }

    fn note(&self, request: &ApiRequest, response: &Response<Bytes>) {
        if let Some(refusal) = Refusal::of(request, response) {
            self.refusals.lock().unwrap_or_else(PoisonError::into_inner).push(refusal);
        }
    }
}

fn pieces(stream: Streaming) -> impl Stream<Item = Bytes> {
    stream::unfold(stream, |mut stream| async { Some((stream.next().await?, stream)) })
}

/// Returns when a sandbox's clock has reached a model time.
async fn pass(sandbox: &Sandbox, until_ms: i64) {
    let mut views = sandbox.views();
    loop {
        let view: View = views.borrow_and_update().clone();
        if view.now_ms() >= until_ms {
            return;
        }
        let due: Option<Instant> = view.pace.wall(until_ms);
        let reached = async {
            match due {
                Some(due) => sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = views.changed() => if changed.is_err() { return },
            () = reached => {}
        }
    }
}
