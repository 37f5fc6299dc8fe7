//! One open session: a WebSocket at the one end, the model at the other.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use orchestrator::{
    Cursor, Input,
    session::{SessionAct, SessionId, SessionInput},
};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{sleep, timeout},
};

use super::{channels, close, hang_up};
use crate::sandbox::{Sandbox, View, announced};

/// kubectl registers its channels after it has seen the 101; what comes before is lost. It has
/// answered a ping when it reads, and is ready a moment later.
const SETTLE: Duration = Duration::from_millis(10);
/// How long that answer may take.
const PONG: Duration = Duration::from_millis(200);
/// A client that takes no message for so long is dropped.
const PATIENCE: Duration = Duration::from_secs(30);

/// A session and who holds it.
pub(super) struct Line {
    sandbox: Sandbox,
    views: watch::Receiver<View>,
    cursor: Cursor,
    id: SessionId,
    _place: OwnedSemaphorePermit,
}

/// Why a session is over.
enum End {
    /// The program has ended, and all was said.
    Over,
    /// The client is gone.
    Gone,
    /// The client does not read.
    Slow,
    /// The sandbox takes no more, or goes away.
    Away(String),
}

impl Line {
    pub(super) fn new(
        sandbox: Sandbox,
        cursor: Cursor,
        id: SessionId,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let views = sandbox.views();
        Self { sandbox, views, cursor, id, _place: place }
    }

    /// Carries what is said both ways until one end is over. However it ends, the model hears it.
    pub(super) async fn run(mut self, socket: WebSocket) {
        let (mut down, mut up) = socket.split();
        let end = self.carry(&mut down, &mut up).await;
        hang_up(&self.sandbox, self.id).await;
        let (code, reason) = match end {
            End::Over => (close_code::NORMAL, String::new()),
            End::Gone => return,
            End::Slow => (close_code::POLICY, "too slow".to_owned()),
            End::Away(why) => (close_code::AWAY, why),
        };
        let frame = CloseFrame { code, reason: Utf8Bytes::from(reason) };
        close(down, up, frame).await;
    }

    async fn carry(
        &mut self,
        down: &mut SplitSink<WebSocket, Message>,
        up: &mut SplitStream<WebSocket>,
    ) -> End {
        if let Err(end) = self.greet(down, up).await {
            return end;
        }
        let mut closing = self.sandbox.closing();
        loop {
            let view = self.views.borrow_and_update().clone();
            let chunk = view.world.read(&mut self.cursor);
            drop(view);
            for frame in &chunk.frames {
                if let Err(end) = say(down, Message::Binary(channels::message(frame))).await {
                    return end;
                }
            }
            if chunk.ended {
                return End::Over;
            }
            let ended = tokio::select! {
                moved = self.views.changed() => moved.err().map(|_| away()),
                message = up.next() => self.heard(message).await.err(),
                () = announced(&mut closing) => Some(away()),
            };
            if let Some(end) = ended {
                return end;
            }
        }
    }

    /// Waits until the client can take what is said.
    async fn greet(
        &mut self,
        down: &mut SplitSink<WebSocket, Message>,
        up: &mut SplitStream<WebSocket>,
    ) -> Result<(), End> {
        say(down, Message::Ping(Bytes::new())).await?;
        let pong = async {
            loop {
                match up.next().await {
                    Some(Ok(Message::Pong(_))) => return Ok(()),
                    message => self.heard(message).await?,
                }
            }
        };
        // Without an answer in time it has other things to do first, and will read late.
        if let Ok(answered) = timeout(PONG, pong).await {
            answered?;
        }
        sleep(SETTLE).await;
        Ok(())
    }

    /// Takes one message of the client.
    async fn heard(&self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let bytes = match message {
            Some(Ok(Message::Binary(bytes))) => bytes,
            // The Python client sends text as text.
            Some(Ok(Message::Text(text))) => Bytes::from(text),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
        };
        match channels::act(&bytes) {
            Some(act) => self.tell(act).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, act: SessionAct) -> Result<(), End> {
        let input = Input::Session(SessionInput { session: self.id, act });
        let told = self.sandbox.submit(input).await;
        told.map(drop).map_err(|refused| End::Away(refused.to_string()))
    }
}

fn away() -> End {
    End::Away("going away".to_owned())
}

async fn say(down: &mut SplitSink<WebSocket, Message>, message: Message) -> Result<(), End> {
    match timeout(PATIENCE, down.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Slow),
    }
}
