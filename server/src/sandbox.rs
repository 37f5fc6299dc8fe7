//! Sandboxes: one task owns each live world; others send it commands and look at what it shows.

mod clock;
mod forwards;
mod frame;
mod life;
mod log;
mod registry;
mod task;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use orchestrator::{Input, Reply, World};
use protocol::{ClockChange, Position};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot, watch};

pub(crate) use self::{
    clock::{Pace, is_rate},
    forwards::{Forwarded, Forwards, To},
    frame::{Frame, encode, moments},
    life::{Before, Life, Past, SESSION},
    log::{Deed, Entry},
    registry::{OpenError, Origin, Sandboxes},
};
use crate::{
    id::SandboxId,
    lesson::{LessonAct, LessonAnswer},
};

/// What was done, each with where the trace stood then.
pub(crate) type Acts = Vec<(Position, Arc<Entry>)>;

/// A live sandbox. Who holds one keeps it in memory.
#[derive(Clone, Debug)]
pub(crate) struct Sandbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    id: SandboxId,
    /// The lesson that it was made for.
    lesson: Option<String>,
    commands: mpsc::Sender<Command>,
    view: watch::Receiver<View>,
    frames: broadcast::Sender<Frame>,
    watches: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    forwards: Arc<Forwards>,
    /// The namespace that the page's kubectl works in, where one was chosen.
    namespace: Mutex<String>,
    closing: watch::Receiver<bool>,
}

/// A sandbox as it was when its task last did something. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) world: Arc<World>,
    pub(crate) pace: Pace,
}

/// What a sandbox's task is asked for.
#[derive(Debug)]
enum Command {
    Submit {
        input: Input,
        answer: oneshot::Sender<Result<Reply, Refused>>,
    },
    Clock {
        change: ClockChange,
        answer: oneshot::Sender<Result<Position, Refused>>,
    },
    Past {
        at_ms: i64,
        answer: oneshot::Sender<Result<Past, Refused>>,
    },
    Acts {
        count: usize,
        answer: oneshot::Sender<Result<Vec<Position>, Refused>>,
    },
    Log {
        answer: oneshot::Sender<Result<Acts, Refused>>,
    },
    Before {
        position: Position,
        answer: oneshot::Sender<Result<Before, Refused>>,
    },
    Lesson {
        act: LessonAct,
        answer: oneshot::Sender<Result<LessonAnswer, Refused>>,
    },
    /// The server shuts down.
    End,
}

/// Why a sandbox did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the limit of this server on {what} of a sandbox is reached")]
    Limit { what: &'static str },
    #[error("{0}")]
    Invalid(String),
    #[error("the sandbox's past does not reach that far")]
    OutOfRange,
    #[error("the sandbox has no lesson")]
    NoLesson,
    #[error("the sandbox is being put away; try again")]
    Closed,
}

impl Sandbox {
    pub(crate) fn id(&self) -> &SandboxId {
        &self.0.id
    }

    pub(crate) fn lesson(&self) -> Option<&str> {
        self.0.lesson.as_deref()
    }

    /// The namespace that the page's kubectl works in; empty where none was chosen.
    pub(crate) fn namespace(&self) -> String {
        self.0.namespace.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Chooses it, for as long as the sandbox is in memory.
    pub(crate) fn set_namespace(&self, namespace: &str) {
        namespace.clone_into(&mut self.0.namespace.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Ports that its terminals listen on.
    pub(crate) fn forwards(&self) -> &Arc<Forwards> {
        &self.0.forwards
    }

    /// The world as it is now, without disturbing it.
    pub(crate) fn view(&self) -> View {
        self.0.view.borrow().clone()
    }

    /// Tells whenever the world has moved.
    pub(crate) fn views(&self) -> watch::Receiver<View> {
        self.0.view.clone()
    }

    /// All that happens from now on. Take it before the view, to miss nothing.
    pub(crate) fn frames(&self) -> broadcast::Receiver<Frame> {
        self.0.frames.subscribe()
    }

    /// Tells when the server shuts down: what would last for ever should end.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.clone()
    }

    /// A place among the watches and followed logs of this sandbox.
    pub(crate) fn admit_watch(&self) -> Result<OwnedSemaphorePermit, Refused> {
        admit(&self.0.watches, "watches")
    }

    /// A place among the pages that look at this sandbox.
    pub(crate) fn admit_socket(&self) -> Result<OwnedSemaphorePermit, Refused> {
        admit(&self.0.sockets, "open pages")
    }

    /// Does something to the cluster. When this returns, it is in the log and on the disk.
    pub(crate) async fn submit(&self, input: Input) -> Result<Reply, Refused> {
        self.ask(|answer| Command::Submit { input, answer }).await
    }

    /// Changes the clock; the end of the trace after that.
    pub(crate) async fn clock(&self, change: ClockChange) -> Result<Position, Refused> {
        self.ask(|answer| Command::Clock { change, answer }).await
    }

    /// The world as it was at a model time.
    pub(crate) async fn past(&self, at_ms: i64) -> Result<World, Refused> {
        let past = self.ask(|answer| Command::Past { at_ms, answer }).await?;
        tokio::task::spawn_blocking(|| past.world()).await.map_err(|_| Refused::OutOfRange)
    }

    /// Where the trace tells of the last acts of people, latest first.
    pub(crate) async fn acts(&self, count: usize) -> Result<Vec<Position>, Refused> {
        self.ask(|answer| Command::Acts { count, answer }).await
    }

    /// The log, each entry with where the trace stood when it was done.
    pub(crate) async fn log(&self) -> Result<Acts, Refused> {
        self.ask(|answer| Command::Log { answer }).await
    }

    /// Where the log stood before somebody did what led to the moment at `position`.
    pub(crate) async fn before(&self, position: Position) -> Result<Before, Refused> {
        self.ask(|answer| Command::Before { position, answer }).await
    }

    pub(crate) async fn learn(&self, act: LessonAct) -> Result<LessonAnswer, Refused> {
        self.ask(|answer| Command::Lesson { act, answer }).await
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, Refused>>) -> Command,
    ) -> Result<T, Refused> {
        let (answer, answered) = oneshot::channel();
        self.0.commands.send(command(answer)).await.map_err(|_| Refused::Closed)?;
        answered.await.unwrap_or(Err(Refused::Closed))
    }
}

fn admit(places: &Arc<Semaphore>, what: &'static str) -> Result<OwnedSemaphorePermit, Refused> {
    Arc::clone(places).try_acquire_owned().map_err(|_| Refused::Limit { what })
}

/// Returns when the server shuts down.
pub(crate) async fn announced(closing: &mut watch::Receiver<bool>) {
    // An error says that the sandboxes are gone already.
    let _ = closing.wait_for(|closing| *closing).await.map(drop);
}

impl View {
    /// Model time by the wall clock: the world runs only when something is due, so it may be ahead.
    pub(crate) fn now_ms(&self) -> i64 {
        self.pace.model_ms(Instant::now()).max(self.world.now().0)
    }

    pub(crate) fn clock(&self) -> protocol::Clock {
        protocol::Clock {
            now_ms: self.now_ms(),
            rate: self.pace.rate(),
            quiet: self.world.is_quiet(),
            next_ms: self.world.next_waited().map(|time| time.0),
            epoch_s: self.world.clock().epoch_s,
            position: self.world.trace().len(),
        }
    }
}
