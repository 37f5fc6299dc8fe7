//! One page in a room: a host's or a learner's. What is new comes down as it is then; a page that
//! is slow gets fewer states, and one that takes none is let go.

mod bucket;
mod watched;

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::SinkExt;
use protocol::{Closing, RoomDown, RoomUp};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

use self::{bucket::Bucket, watched::Watched};
use super::{
    deeds::Deeds,
    handle::{Handle, encode, now_s},
    hash,
    state::Who,
};
use crate::state::AppState;

/// How long a page may take to say who it is, and to take one message.
const HELLO: Duration = Duration::from_secs(10);
const TAKING: Duration = Duration::from_secs(10);
/// States come down no more often than this.
const GAP: Duration = Duration::from_millis(50);
const ROWS_GAP: Duration = Duration::from_millis(200);
/// Answers of a host's acts that may wait.
const ANSWERS: usize = 16;

/// Why a connection ends.
enum End {
    Gone,
    /// It does not take what is sent.
    Slow,
    /// It says too much.
    Flood,
    Nonsense,
    /// Nobody has this secret, or there is no place for one more connection.
    Stranger,
    Full,
    /// The server goes away.
    Away,
    /// Nothing more comes.
    Over(Closing),
}

type Result<T> = std::result::Result<T, End>;

pub(super) struct Connection {
    socket: WebSocket,
    state: AppState,
    handle: Arc<Handle>,
    /// Where this server is reached.
    origin: String,
    bucket: Bucket,
}

/// Leaves the room when the connection ends, however it does.
struct Presence {
    handle: Arc<Handle>,
    who: Who,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.handle.change(|room| room.depart(self.who, now_s()));
    }
}

impl Connection {
    pub(super) fn new(
        socket: WebSocket,
        state: AppState,
        handle: Arc<Handle>,
        origin: String,
    ) -> Self {
        Self { socket, state, handle, origin, bucket: Bucket::new() }
    }

    pub(super) async fn run(mut self) {
        let Err(end) = self.serve().await;
        let (code, reason) = match end {
            // Only says good-bye, if it still can.
            End::Gone => return drop(timeout(TAKING, self.socket.close()).await),
            End::Slow => (close_code::AGAIN, "too slow: connect again"),
            End::Flood => (close_code::POLICY, "too many messages"),
            End::Nonsense => (close_code::POLICY, "not a message of the protocol"),
            End::Stranger => (close_code::POLICY, "nobody has this secret"),
            End::Full => (close_code::POLICY, "too many connections"),
            End::Away => (close_code::RESTART, "going away: connect again"),
            End::Over(why) => {
                // It fails when the page is gone already.
                let _ = self.send(encode(&RoomDown::Closed { why })).await;
                (close_code::NORMAL, "the room is closed")
            }
        };
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let _ = timeout(TAKING, self.socket.send(Message::Close(Some(frame)))).await;
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible> {
        let hello = timeout(HELLO, self.socket.recv()).await.map_err(|_| End::Slow)?;
        let Some(RoomUp::Hello { secret }) = self.take(hello)? else { return Err(End::Nonsense) };
        let secret = hash(&secret);
        let who = self.handle.read(|room| room.who(&secret)).ok_or(End::Stranger)?;
        if !self.handle.change(|room| room.arrive(who, now_s())) {
            return Err(End::Full);
        }
        let _present = Presence { handle: Arc::clone(&self.handle), who };
        match who {
            Who::Host => Box::pin(self.host()).await,
            Who::Learner(number) => Box::pin(self.learner(number)).await,
        }
    }

    async fn learner(&mut self, number: u32) -> Result<std::convert::Infallible> {
        let (mut common, mut closing) = (self.handle.common(), self.handle.closing());
        let mut away = self.state.sandboxes.closing();
        let mut own = self.handle.own(number).ok_or(End::Stranger)?;
        let (mut next, mut next_own) = (Instant::now(), Instant::now());
        let mut watched = Watched::new(self.state.clone(), Arc::clone(&self.handle), number);
        // What seldom happens is boxed: its futures would be memory of every connection.
        Box::pin(watched.follow()).await;
        loop {
            tokio::select! {
                () = paced(&mut common, next) => {
                    let text = common.borrow_and_update().clone();
                    self.send(text).await?;
                    next = Instant::now() + GAP;
                }
                over = paced_own(&mut own, next_own) => {
                    if over {
                        return Err(End::Over(Closing::Removed));
                    }
                    let text = own.borrow_and_update().clone();
                    self.send(text).await?;
                    next_own = Instant::now() + GAP;
                    // Where they are is part of it.
                    Box::pin(watched.follow()).await;
                }
                message = self.socket.recv() => match self.take(message)? {
                    Some(RoomUp::Learn { deed }) => {
                        let deeds = Deeds { state: &self.state, handle: &self.handle };
                        if let Err(reason) = Box::pin(deeds.learn(number, deed)).await {
                            self.send(encode(&RoomDown::Refused { reason })).await?;
                        }
                    }
                    Some(RoomUp::Ping) | None => {}
                    Some(_) => return Err(End::Nonsense),
                },
                () = watched.stirred() => Box::pin(watched.look()).await,
                why = closed(&mut closing) => return Err(End::Over(why)),
                () = crate::sandbox::announced(&mut away) => return Err(End::Away),
            }
        }
    }

    async fn host(&mut self) -> Result<std::convert::Infallible> {
        let (mut common, mut closing) = (self.handle.common(), self.handle.closing());
        let mut away = self.state.sandboxes.closing();
        let (mut rows, mut lead) = (self.handle.rows(), self.handle.lead());
        let (mut next, mut next_rows, mut known) = (Instant::now(), Instant::now(), 0);
        let (answers, mut answered) = mpsc::channel(ANSWERS);
        loop {
            tokio::select! {
                () = paced(&mut common, next) => {
                    let text = common.borrow_and_update().clone();
                    self.send(text).await?;
                    next = Instant::now() + GAP;
                }
                () = paced(&mut rows, next_rows) => {
                    rows.mark_unchanged();
                    let (learners, gone, upto) = self.handle.read(|room| room.rows(known));
                    known = upto;
                    let down = RoomDown::Learners { now_s: now_s(), learners, gone };
                    self.send(encode(&down)).await?;
                    next_rows = Instant::now() + ROWS_GAP;
                }
                () = paced(&mut lead, next) => {
                    lead.mark_unchanged();
                    let deeds = Deeds { state: &self.state, handle: &self.handle };
                    let lead = deeds.lead_view(&self.origin);
                    self.send(encode(&RoomDown::Lead { lead })).await?;
                }
                Some(answer) = answered.recv() => self.send(encode(&answer)).await?,
                message = self.socket.recv() => match self.take(message)? {
                    Some(RoomUp::Lead { act }) => {
                        let deeds = Deeds { state: &self.state, handle: &self.handle };
                        match deeds.lead(act, &answers).await {
                            Ok(None) => {}
                            Ok(Some(down)) => self.send(encode(&down)).await?,
                            Err(reason) => self.send(encode(&RoomDown::Refused { reason })).await?,
                        }
                    }
                    Some(RoomUp::Ping) | None => {}
                    Some(_) => return Err(End::Nonsense),
                },
                why = closed(&mut closing) => return Err(End::Over(why)),
                () = crate::sandbox::announced(&mut away) => return Err(End::Away),
            }
        }
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<()> {
        match timeout(TAKING, self.socket.send(Message::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Slow),
        }
    }

    fn take(
        &mut self,
        message: Option<std::result::Result<Message, axum::Error>>,
    ) -> Result<Option<RoomUp>> {
        if !self.bucket.take(std::time::Instant::now()) {
            return Err(End::Flood);
        }
        match message {
            Some(Ok(Message::Text(text))) => {
                serde_json::from_str(&text).map(Some).map_err(|_| End::Nonsense)
            }
            Some(Ok(Message::Binary(_))) => Err(End::Nonsense),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }
}

/// Returns when there is something new, not before a time.
async fn paced<T>(news: &mut watch::Receiver<T>, next: Instant) {
    if news.changed().await.is_err() {
        // The room is gone; its end is told elsewhere.
        std::future::pending().await
    }
    not_before(news, next).await;
}

/// Waits for a time, which costs a timer only where it has not come. What is new stays new, should
/// something else happen first.
async fn not_before<T>(news: &mut watch::Receiver<T>, next: Instant) {
    news.mark_changed();
    if Instant::now() < next {
        sleep_until(next).await;
    }
}

/// As [`paced`], of what only one learner sees; true when they are no more in the room.
async fn paced_own<T>(news: &mut watch::Receiver<T>, next: Instant) -> bool {
    let over = news.changed().await.is_err();
    if !over {
        not_before(news, next).await;
    }
    over
}

/// Returns when the room closes.
async fn closed(closing: &mut watch::Receiver<Option<Closing>>) -> Closing {
    let why = closing.wait_for(Option::is_some).await.ok().and_then(|why| *why);
    match why {
        Some(why) => why,
        None => std::future::pending().await,
    }
}
