//! The events of a watch: one JSON object a line, whatever the pieces in which they come.

use std::collections::VecDeque;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::LocalBoxStream;
use serde_json::Value;

/// The events of a watch, in order.
pub(crate) struct Events {
    chunks: LocalBoxStream<'static, Bytes>,
    rest: Vec<u8>,
    ready: VecDeque<Value>,
}

impl Events {
    pub(super) fn new(chunks: LocalBoxStream<'static, Bytes>) -> Self {
        Events { chunks, rest: Vec::new(), ready: VecDeque::new() }
    }

    /// The next event (`{"type": …, "object": …}`), or `None` when the server has ended the watch.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let chunk = self.chunks.next().await?;
            self.rest.extend_from_slice(&chunk);
            while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                self.ready.extend(serde_json::from_slice::<Value>(&line));
            }
        }
    }
}
