//! Streams into a container: `exec` and `attach`.
//!
//! A session begins with a request like any other: `GET` or `POST` on
//! `…/pods/{name}/exec?command=…&stdin=true&tty=true` (or `…/attach?…`) as [`Input::Request`]. It is
//! answered with [`Reply::Stream`], whose head says 101 and whose cursor knows the
//! [`Cursor::session`] number. From then on
//! * [`World::read`] with that cursor returns what has come since: [`Chunk::frames`], in order. The
//!   last one is on [`Channel::Error`] and is a `Status` in JSON, as `v4.channel.k8s.io` and
//!   `v5.channel.k8s.io` send it; then [`Chunk::ended`] is true. A session that ends without one has
//!   lost its node.
//! * what the client sends are inputs, [`Input::Session`] with a [`SessionAct`]. They belong to the
//!   log, so that a log that is replayed gives the same files.
//!
//! What nobody reads any more is told by [`SessionAct::Hangup`]: programs with a terminal get
//! SIGHUP, others notice when they write.
//!
//! [`Input::Request`]: crate::Input::Request
//! [`Input::Session`]: crate::Input::Session
//! [`Reply::Stream`]: crate::Reply::Stream
//! [`Cursor::session`]: crate::Cursor::session
//! [`World::read`]: crate::World::read
//! [`Chunk::frames`]: crate::Chunk::frames
//! [`Chunk::ended`]: crate::Chunk::ended

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use imbl::Vector;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::object::Key;
use crate::trace::EntryId;

/// The number of a session, counted over the life of a world.
pub type SessionId = u64;

/// What a client sends into a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInput {
    pub session: SessionId,
    pub act: SessionAct,
}

/// What a client does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionAct {
    /// Bytes for the standard input; of a terminal: keys.
    Stdin(Vec<u8>),
    /// The end of the standard input (`v5.channel.k8s.io`'s close of channel 0).
    CloseStdin,
    /// The client's window.
    Resize { columns: u16, rows: u16 },
    /// The client is gone.
    Hangup,
}

/// Which of a session's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    Stdout,
    Stderr,
    /// How it ended: a `Status` in JSON.
    Error,
}

impl Channel {
    /// The first byte of a message in `v4.channel.k8s.io` and `v5.channel.k8s.io`.
    pub const fn number(self) -> u8 {
        match self {
            Channel::Stdout => 1,
            Channel::Stderr => 2,
            Channel::Error => 3,
        }
    }
}

/// A piece of what a session has said.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    pub channel: Channel,
    pub bytes: Bytes,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.channel, String::from_utf8_lossy(&self.bytes))
    }
}

/// What is to be opened: read from a request, checked against what the API knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub pod: Key,
    pub uid: Arc<str>,
    pub node: Arc<str>,
    pub container: String,
    pub what: Opened,
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    pub tty: bool,
}

/// Whether a program of one's own is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Exec(Vec<String>),
    /// The container's first process is listened to.
    Attach,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Exited(i32),
    /// The program could not be started, or there is nothing to attach to: the runtime's words.
    Failed(String),
}

impl Ending {
    /// The `Status` on the error channel.
    /// <https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand/exec.go>
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Ending::Exited(0) => json!({"metadata": {}, "status": "Success"}),
            Ending::Exited(code) => json!({
                "metadata": {},
                "status": "Failure",
                "message": format!(
                    "command terminated with non-zero exit code: command terminated with exit \
                     code {code}"
                ),
                "reason": "NonZeroExitCode",
                "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
            }),
            Ending::Failed(why) => json!({
                "metadata": {},
                "status": "Failure",
                "message": format!("Internal error occurred: {why}"),
                "reason": "InternalError",
                "details": {"causes": [{"message": why}]},
                "code": 500,
            }),
        }
    }

    pub(crate) fn frame(&self) -> Frame {
        Frame { channel: Channel::Error, bytes: self.to_json().to_string().into() }
    }
}

/// What a machine has to tell a session's client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub session: SessionId,
    pub what: Saying,
}

/// A piece of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    Frame(Frame),
    Ends(Ending),
}

/// How many bytes of a session are kept for a client that is slow to read. It then loses the
/// session: nothing is left out silently.
const KEPT_MAX: usize = 16 << 20;
/// How many frames.
const FRAMES_MAX: usize = 65_536;

/// A session as the world keeps it: where it is, and what it has said.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) node: Arc<str>,
    pub(crate) uid: Arc<str>,
    pub(crate) container: String,
    /// The request that has opened it.
    pub(crate) entry: EntryId,
    pub(crate) ended: bool,
    frames: Vector<Frame>,
    bytes: usize,
}

impl Session {
    pub(crate) fn of(opening: &Opening, entry: EntryId) -> Session {
        Session {
            node: Arc::clone(&opening.node),
            uid: Arc::clone(&opening.uid),
            container: opening.container.clone(),
            entry,
            ended: false,
            frames: Vector::new(),
            bytes: 0,
        }
    }

    pub(crate) fn say(&mut self, frame: Frame) {
        if self.ended || frame.bytes.is_empty() {
            return;
        }
        self.bytes += frame.bytes.len();
        self.frames.push_back(frame);
        self.ended = self.bytes > KEPT_MAX || self.frames.len() > FRAMES_MAX;
    }

    pub(crate) fn end(&mut self, ending: &Ending) {
        self.say(ending.frame());
        self.ended = true;
    }

    /// What was said from a place on, and the next place.
    pub(crate) fn read(&self, from: usize) -> (Vec<Frame>, usize) {
        let from = from.min(self.frames.len());
        ((from..self.frames.len()).map(|at| self.frames[at].clone()).collect(), self.frames.len())
    }
}
