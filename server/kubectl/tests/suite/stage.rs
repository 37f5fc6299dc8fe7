//! A world to run kubectl in: time passes only while a command waits.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;
use futures::{FutureExt, StreamExt};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use kubectl::{Api, Body, Channel, Files, Paper, Sent, Sink, Stream, run_line};
use orchestrator::session::{self, SessionAct, SessionId, SessionInput};
use orchestrator::{ApiRequest, Cursor, Input, Reply, Scenario, Time, World};

/// A command that has waited this long waits for ever.
const FOREVER_MS: i64 = 3_600_000;

/// Files that can be written.
#[derive(Default)]
pub(crate) struct Desk(pub(crate) RefCell<BTreeMap<String, String>>);

impl Files for Desk {
    fn read(&self, name: &str) -> Option<String> {
        self.0.borrow().get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }

    fn write(&self, name: &str, text: &str) -> bool {
        self.0.borrow_mut().insert(name.to_owned(), text.to_owned());
        true
    }
}

/// A world, and the files beside it.
pub(crate) struct Stage {
    door: Door,
    files: Desk,
}

impl Stage {
    pub(crate) fn new() -> Stage {
        Stage::with(World::new(1, &Scenario::playground(3)))
    }

    pub(crate) fn with(world: World) -> Stage {
        let world = Rc::new(RefCell::new(world));
        let door = Door {
            world,
            ahead: SignedDuration::ZERO,
            wake: Cell::new(None),
            namespace: RefCell::default(),
        };
        Stage { door, files: Desk::default() }
    }

    pub(crate) fn with_files(self, files: &BTreeMap<String, String>) -> Stage {
        self.files.0.borrow_mut().clone_from(files);
        self
    }

    /// kubectl's machine takes it to be `now`, whatever the cluster's calendar says.
    pub(crate) fn at(mut self, now: Timestamp) -> Stage {
        self.door.ahead = now.duration_since(self.door.now());
        self
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.door.world.borrow().now().0
    }

    /// The world as it is now.
    pub(crate) fn world(&self) -> World {
        self.door.world.borrow().clone()
    }

    pub(crate) fn write(&self, name: &str, content: String) {
        self.files.0.borrow_mut().insert(name.to_owned(), content);
    }

    pub(crate) fn read(&self, name: &str) -> Option<String> {
        self.files.read(name)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, ms: i64) {
        let mut world = self.door.world.borrow_mut();
        let until = Time(world.now().0 + ms);
        world.run_until(until);
    }

    /// Runs a line, for `limit_ms` at most: the exit code, if it came to its end, and what was
    /// printed.
    pub(crate) fn run(&self, line: &str, limit_ms: Option<i64>) -> (Option<i32>, Paper) {
        let paper = Paper::default();
        let command = run_line(line, &self.files, &self.door, &paper);
        let limit = Time(self.door.world.borrow().now().0 + limit_ms.unwrap_or(FOREVER_MS));
        let code = self.door.drive(command, limit);
        self.door.wake.set(None);
        assert!(code.is_some() || limit_ms.is_some(), "{line} never ends:\n{}", paper.seen());
        (code, paper)
    }
}

/// The way from kubectl to the world.
struct Door {
    world: Rc<RefCell<World>>,
    /// Where the calendar of the machine that kubectl runs on differs from the cluster's.
    ahead: SignedDuration,
    /// When a sleeping command wants to be woken.
    wake: Cell<Option<Time>>,
    /// Of the kubeconfig.
    namespace: RefCell<String>,
}

impl Door {
    fn drive<F: Future>(&self, command: F, limit: Time) -> Option<F::Output> {
        let mut command = pin!(command);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            self.wake.set(None);
            if let Poll::Ready(output) = command.as_mut().poll(&mut context) {
                return Some(output);
            }
            let mut world = self.world.borrow_mut();
            if world.now() >= limit {
                return None;
            }
            let woken = self.wake.get().unwrap_or(limit).min(limit);
            match world.next_event().filter(|due| *due <= woken) {
                Some(_) => _ = world.step(),
                None => world.run_until(woken),
            }
        }
    }

    fn stream(&self, mut cursor: Cursor) -> Body {
        let world = Rc::clone(&self.world);
        let mut ended = false;
        let pieces = futures::stream::poll_fn(move |_| {
            if ended {
                return Poll::Ready(None);
            }
            let chunk = world.borrow().read(&mut cursor);
            ended = chunk.ended;
            match (chunk.bytes.is_empty(), ended) {
                (false, _) => Poll::Ready(Some(chunk.bytes)),
                (true, true) => Poll::Ready(None),
                (true, false) => Poll::Pending,
            }
        });
        Body::Stream(pieces.boxed_local())
    }
}

/// The sending end of a session in a world.
struct Hand {
    world: Rc<RefCell<World>>,
    session: SessionId,
}

impl Sink for Hand {
    fn send(&self, what: Sent) -> LocalBoxFuture<'_, ()> {
        let act = match what {
            Sent::Stdin(bytes) => SessionAct::Stdin(bytes.to_vec()),
            Sent::CloseStdin => SessionAct::CloseStdin,
            Sent::Resize { columns, rows } => SessionAct::Resize { columns, rows },
        };
        let input = Input::Session(SessionInput { session: self.session, act });
        self.world.borrow_mut().submit(&input);
        futures::future::ready(()).boxed_local()
    }
}

impl Door {
    fn frames(&self, mut cursor: Cursor) -> LocalBoxStream<'static, (Channel, Bytes)> {
        let world = Rc::clone(&self.world);
        let mut waiting = VecDeque::new();
        let mut ended = false;
        futures::stream::poll_fn(move |_| {
            if waiting.is_empty() && !ended {
                let chunk = world.borrow().read(&mut cursor);
                ended = chunk.ended;
                waiting.extend(chunk.frames);
            }
            match waiting.pop_front() {
                Some(frame) => Poll::Ready(Some((channel(frame.channel), frame.bytes))),
                None if ended => Poll::Ready(None),
                None => Poll::Pending,
            }
        })
        .boxed_local()
    }
}

fn channel(channel: session::Channel) -> Channel {
    match channel {
        session::Channel::Stdout => Channel::Out,
        session::Channel::Stderr => Channel::Err,
        session::Channel::Error => Channel::Status,
    }
}

impl Api for Door {
    async fn open(&self, request: Request<Bytes>) -> Result<Stream, Response<Body>> {
        let reply = self.world.borrow_mut().submit(&Input::Request(ApiRequest::from(&request)));
        match reply {
            Reply::Stream { cursor, .. } => {
                let session = cursor.session().expect("a session");
                let hand = Hand { world: Rc::clone(&self.world), session };
                Ok(Stream { frames: self.frames(cursor), sink: Box::new(hand) })
            }
            Reply::Response(response) => Err(response.map(Body::Full)),
            _ => unreachable!("a request is answered"),
        }
    }

    async fn call(&self, request: Request<Bytes>) -> Response<Body> {
        let reply = self.world.borrow_mut().submit(&Input::Request(ApiRequest::from(&request)));
        match reply {
            Reply::Response(response) => response.map(Body::Full),
            Reply::Stream { head, cursor } => head.map(|()| self.stream(cursor)),
            Reply::Done | Reply::NotFound | Reply::Forwarded(_) => {
                unreachable!("a request is answered")
            }
        }
    }

    fn namespace(&self) -> String {
        self.namespace.borrow().clone()
    }

    fn set_namespace(&self, namespace: &str) -> bool {
        namespace.clone_into(&mut self.namespace.borrow_mut());
        true
    }

    fn now(&self) -> Timestamp {
        let clock = self.world.borrow().clock();
        clock.timestamp_at(clock.now) + self.ahead
    }

    async fn sleep(&self, ms: i64) {
        let until = Time(self.world.borrow().now().0 + ms);
        futures::future::poll_fn(|_| {
            if self.world.borrow().now() >= until {
                return Poll::Ready(());
            }
            let sooner = self.wake.get().map_or(until, |wake| wake.min(until));
            self.wake.set(Some(sooner));
            Poll::Pending
        })
        .await;
    }
}

/// `5s`, `500ms` or `2m` in milliseconds.
pub(crate) fn milliseconds(span: &str) -> i64 {
    let span = span.trim();
    let number = |text: &str| text.parse::<i64>().expect("a span such as 5s or 500ms");
    match (span.strip_suffix("ms"), span.strip_suffix('s'), span.strip_suffix('m')) {
        (Some(ms), _, _) => number(ms),
        (_, Some(seconds), _) => number(seconds) * 1000,
        (_, _, Some(minutes)) => number(minutes) * 60_000,
        _ => number(span),
    }
}
