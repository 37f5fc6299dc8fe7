//! Streams into containers: what [`Api::open`](crate::Api::open) returns.

use std::fmt;

use bytes::Bytes;
use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;

/// Which of a stream's channels something came on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Standard output; of a terminal: all that it shows.
    Out,
    /// Standard error.
    Err,
    /// How it ended: a `Status` in JSON, the last that comes.
    Status,
}

/// What is sent into a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Standard input; to a terminal: keys.
    Stdin(Bytes),
    /// The end of the standard input.
    CloseStdin,
    /// The window has this size.
    Resize {
        /// Letters in a line.
        columns: u16,
        /// Lines.
        rows: u16,
    },
}

/// The sending end of a stream.
pub trait Sink {
    /// Sends; it does nothing when the stream has ended.
    fn send(&self, what: Sent) -> LocalBoxFuture<'_, ()>;
}

/// An open stream. Dropping it closes it.
pub struct Stream {
    /// What the container says, until it ends.
    pub frames: LocalBoxStream<'static, (Channel, Bytes)>,
    /// Where to send to it.
    pub sink: Box<dyn Sink>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}
