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

/// What a cursor's stream has to say since it was last read.
pub fn read(
    _store: &crate::store::Store,
    _machines: &imbl::OrdMap<std::sync::Arc<str>, crate::machine::Machine>,
    _clock: crate::time::Clock,
    _cursor: &mut Cursor,
) -> Chunk {
    Chunk::default()
}
