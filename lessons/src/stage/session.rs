//! Streams into containers, for commands such as `kubectl exec`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;
use futures::{FutureExt, StreamExt};
use kubectl::{Channel, Sent, Sink, Stream};
use orchestrator::session::{self, SessionAct, SessionId, SessionInput};
use orchestrator::{Cursor, Input, World};

/// A stream whose frames stand at the cursor; none where the cursor is none of a session's.
pub(super) fn stream(world: &Rc<RefCell<World>>, cursor: Cursor) -> Option<Stream> {
    let hand = Hand { world: Rc::clone(world), session: cursor.session()? };
    Some(Stream { frames: frames(Rc::clone(world), cursor), sink: Box::new(hand) })
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

/// What the container says, until it ends.
fn frames(
    world: Rc<RefCell<World>>,
    mut cursor: Cursor,
) -> LocalBoxStream<'static, (Channel, Bytes)> {
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

fn channel(channel: session::Channel) -> Channel {
    match channel {
        session::Channel::Stdout => Channel::Out,
        session::Channel::Stderr => Channel::Err,
        session::Channel::Error => Channel::Status,
    }
}
