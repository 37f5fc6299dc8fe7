//! A world at whose terminal somebody types, for the checker: no runtime, no threads. A command
//! that waits lets the world's time pass.

mod session;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response};
use jiff::Timestamp;
use kubectl::{Api, Body, Paper, Printed, Stream};
use orchestrator::network::curl::Asked;
use orchestrator::{ApiRequest, Cursor, Input, Reply, Time, World};

use crate::script::ClockAct;
use crate::script::outside;

/// How long a command may wait, in model time, before it is broken off as by Ctrl-C.
const WAIT_MAX_MS: i64 = 10 * 60 * 1_000;

/// The files of the editor: name and text.
pub(crate) type Files = BTreeMap<String, String>;

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Typed {
    pub(crate) output: String,
    /// None where the command was broken off.
    pub(crate) code: Option<i32>,
}

/// A world, and who types there.
#[derive(Debug)]
pub(crate) struct Stage {
    world: Rc<RefCell<World>>,
    /// Of the kubeconfig.
    namespace: RefCell<String>,
}

impl Stage {
    pub(crate) fn new(world: World) -> Stage {
        Stage { world: Rc::new(RefCell::new(world)), namespace: RefCell::default() }
    }

    /// A copy of the world as it stands.
    pub(crate) fn world(&self) -> World {
        self.world.borrow().clone()
    }

    /// Types a command line and waits for its end.
    pub(crate) fn type_line(&self, line: &str, files: &Files) -> Typed {
        let paper = Paper::default();
        let (world, namespace) = (Rc::clone(&self.world), &self.namespace);
        let api = Door { world, namespace, wake: Cell::new(None) };
        let code = self.drive(&api, kubectl::run_line(line, files, &api, &paper));
        Typed { output: paper.seen(), code }
    }

    /// Moves the clock.
    pub(crate) fn clock(&self, act: ClockAct) {
        let mut world = self.world.borrow_mut();
        let limit = Time(world.now().0.saturating_add(WAIT_MAX_MS));
        match act {
            ClockAct::StepWrite => _ = world.run_to_write(limit),
            ClockAct::StepTurn => _ = world.run_to_turn(limit),
            ClockAct::StepVisible => _ = world.run_to_visible(limit),
            ClockAct::UntilQuiet => _ = world.run_to_quiet(limit),
            ClockAct::UntilNext => _ = world.run_to_next(limit),
            ClockAct::Advance(ms) => {
                let until = Time(world.now().0.saturating_add(ms));
                world.run_until(until);
            }
        }
    }

    /// Puts in a fault or traffic. False if it names something that does not exist.
    pub(crate) fn put_in(&self, input: &Input) -> bool {
        !matches!(self.world.borrow_mut().submit(input), Reply::NotFound)
    }

    fn drive<F: Future>(&self, door: &Door<'_>, command: F) -> Option<F::Output> {
        let mut command = pin!(command);
        let limit = Time(self.world.borrow().now().0.saturating_add(WAIT_MAX_MS));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = command.as_mut().poll(&mut context) {
                return Some(output);
            }
            let mut world = self.world.borrow_mut();
            if world.now() >= limit {
                return None;
            }
            let woken = door.wake.take().unwrap_or(limit);
            match world.next_event().filter(|due| *due <= woken) {
                Some(_) => _ = world.step(),
                None => world.run_until(woken),
            }
        }
    }
}

/// The way from kubectl to the world.
struct Door<'s> {
    world: Rc<RefCell<World>>,
    namespace: &'s RefCell<String>,
    /// When the command that sleeps wants to be woken.
    wake: Cell<Option<Time>>,
}

impl Api for Door<'_> {
    async fn open(&self, request: Request<Bytes>) -> Result<Stream, Response<Body>> {
        let reply = self.world.borrow_mut().submit(&Input::Request(ApiRequest::from(&request)));
        let opened = match reply {
            Reply::Stream { cursor, .. } => session::stream(&self.world, cursor),
            Reply::Response(response) => return Err(response.map(Body::Full)),
            Reply::Done | Reply::NotFound | Reply::Forwarded(_) => None,
        };
        Ok(opened.expect("a request for a session is answered by one"))
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

    async fn program(&self, words: &[String], files: &dyn kubectl::Files) -> Option<Printed> {
        if words.first().is_none_or(|name| name != "curl") {
            return None;
        }
        let ask = async |Asked { host, port, request, timeout_ms }| {
            let asked = Input::Outside { address: host, port, request, timeout_ms };
            let reply = self.world.borrow_mut().submit(&asked);
            reply.into_response().extensions_mut().remove().expect("what came of a request")
        };
        Some(outside::curl(words, files, ask).await)
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
        clock.timestamp_at(clock.now)
    }

    async fn sleep(&self, ms: i64) {
        let until = Time(self.world.borrow().now().0.saturating_add(ms));
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

impl Door<'_> {
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
