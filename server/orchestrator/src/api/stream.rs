//! Watches and followed logs: cursors that are read whenever the world has moved.

use bytes::Bytes;

/// Where a stream stands.
#[derive(Clone, Debug)]
pub struct Cursor {}

/// What a stream has to say now.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    pub bytes: Bytes,
    /// No more will come.
    pub ended: bool,
}
