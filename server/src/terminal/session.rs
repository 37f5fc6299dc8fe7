//! Sessions of the terminal: `exec` and `attach` of the built-in kubectl.

use std::collections::VecDeque;

use bytes::Bytes;
use futures::{FutureExt, StreamExt, future::LocalBoxFuture, stream};
use http::Response;
use kubectl::{Body, Channel, Sent, Sink, Stream};
use orchestrator::{
    ApiRequest, Cursor, Input, Reply,
    session::{self, SessionAct, SessionId, SessionInput},
};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::{
    kubernetes::refusal,
    sandbox::{Sandbox, View},
    streams::hang_up,
};

/// Opens a session.
pub(super) async fn open(sandbox: &Sandbox, request: ApiRequest) -> Result<Stream, Response<Body>> {
    let place = sandbox.admit_watch().map_err(|refused| refusal(&refused).map(Body::Full))?;
    let views = sandbox.views();
    let reply = sandbox.submit(Input::Request(request)).await;
    let cursor = match reply.map_err(|refused| refusal(&refused).map(Body::Full))? {
        Reply::Stream { cursor, .. } => cursor,
        Reply::Response(response) => return Err(response.map(Body::Full)),
        _ => return Err(Response::new(Body::Full(Bytes::new()))),
    };
    let Some(id) = cursor.session() else {
        return Err(Response::new(Body::Full(Bytes::new())));
    };
    let reading = Reading {
        cursor,
        views,
        waiting: VecDeque::new(),
        ended: false,
        open: Open { sandbox: sandbox.clone(), id },
        _place: place,
    };
    let frames = stream::unfold(reading, |mut reading| async {
        let frame = reading.next().await?;
        Some((frame, reading))
    });
    let sink = Box::new(Hand { sandbox: sandbox.clone(), id });
    Ok(Stream { frames: frames.boxed_local(), sink })
}

/// The model hears of it when nobody listens any more.
struct Open {
    sandbox: Sandbox,
    id: SessionId,
}

impl Drop for Open {
    fn drop(&mut self) {
        let (sandbox, id) = (self.sandbox.clone(), self.id);
        // Without a runtime the server ends, and all of its sessions with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { hang_up(&sandbox, id).await });
        }
    }
}

/// The receiving end.
struct Reading {
    cursor: Cursor,
    views: watch::Receiver<View>,
    waiting: VecDeque<session::Frame>,
    ended: bool,
    open: Open,
    _place: OwnedSemaphorePermit,
}

impl Reading {
    async fn next(&mut self) -> Option<(Channel, Bytes)> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some((channel(frame.channel), frame.bytes));
            }
            if self.ended {
                return None;
            }
            let view = self.views.borrow_and_update().clone();
            let chunk = view.world.read(&mut self.cursor);
            self.ended = chunk.ended;
            let nothing = chunk.frames.is_empty();
            self.waiting.extend(chunk.frames);
            if nothing && !self.ended && self.views.changed().await.is_err() {
                tracing::debug!(session = self.open.id, "a session's sandbox is gone");
                return None;
            }
        }
    }
}

fn channel(channel: session::Channel) -> Channel {
    match channel {
        session::Channel::Stdout => Channel::Out,
        session::Channel::Stderr => Channel::Err,
        session::Channel::Error => Channel::Status,
    }
}

/// The sending end.
struct Hand {
    sandbox: Sandbox,
    id: SessionId,
}

impl Sink for Hand {
    fn send(&self, what: Sent) -> LocalBoxFuture<'_, ()> {
        let act = match what {
            Sent::Stdin(bytes) => SessionAct::Stdin(bytes.to_vec()),
            Sent::CloseStdin => SessionAct::CloseStdin,
            Sent::Resize { columns, rows } => SessionAct::Resize { columns, rows },
        };
        let input = Input::Session(SessionInput { session: self.id, act });
        // What cannot be sent is not missed: the session ends with its sandbox.
        async move { drop(self.sandbox.submit(input).await) }.boxed_local()
    }
}
