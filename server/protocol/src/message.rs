//! The WebSocket's messages: `GET /sandboxes/{id}/socket?lang=…&since=…`, JSON text frames.

use serde::{Deserialize, Serialize};

use crate::{Answer, Clock, Command, File, LessonState, LoadView, Moment, Snapshot};

/// From the server to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Down {
    /// The first message of a connection that did not say `since`, or said one that is gone.
    Hello {
        snapshot: Box<Snapshot>,
        clock: Clock,
    },
    /// What happened since, in order and without a gap.
    Moments {
        moments: Vec<Moment>,
    },
    /// Sent when the clock was changed, and now and then.
    Clock {
        clock: Clock,
    },
    /// How the requests of loads fare, as long as there are any.
    Traffic {
        loads: Vec<LoadView>,
    },
    Answer {
        answer: Answer,
    },
    /// What a command in a terminal printed.
    Output {
        terminal: u32,
        stream: Stream,
        text: String,
    },
    /// The command in a terminal reads what is typed, until its end: `raw` all keys, which the
    /// program echoes itself; else lines.
    Reads {
        terminal: u32,
        raw: bool,
    },
    /// A command in a terminal has written a file of the editor.
    Wrote {
        file: File,
    },
    /// The cluster is one that somebody has shared. Comes at first.
    Shared {
        shared: Shared,
    },
    /// The state of the lesson's goals, after each change of it.
    Lesson {
        state: LessonState,
    },
}

/// What there is to say about a cluster that somebody has shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// Words of who shared it: plain text, and whatever they liked to write.
    pub note: String,
    /// Whether it was shared by the same version of the model. By another it may be another cluster.
    pub same_engine: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    Out,
    Err,
}

/// From the page to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Up {
    Command {
        command: Command,
    },
    /// Says that the page still lives; answered by `Clock`.
    Ping,
}
