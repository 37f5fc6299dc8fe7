//! A session's client on a WebSocket: `v5.channel.k8s.io` and `v4.channel.k8s.io`.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use orchestrator::session::{Frame, SessionAct};
use tokio::time::{sleep, timeout};

use super::{End, PATIENCE, Wire};
use crate::streams::{channels, close};

/// kubectl registers its channels after it has seen the 101; what comes before is lost. It has
/// answered a ping when it reads, and is ready a moment later.
const SETTLE: Duration = Duration::from_millis(10);
/// How long that answer may take.
const PONG: Duration = Duration::from_millis(200);

/// The client's socket.
pub(in crate::streams) struct Socket {
    down: SplitSink<WebSocket, Message>,
    up: SplitStream<WebSocket>,
}

impl Socket {
    pub(in crate::streams) fn new(socket: WebSocket) -> Self {
        let (down, up) = socket.split();
        Self { down, up }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(PATIENCE, self.down.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Slow),
        }
    }
}

impl Wire for Socket {
    async fn greet(&mut self) -> Result<Vec<SessionAct>, End> {
        self.send(Message::Ping(Bytes::new())).await?;
        let mut said = Vec::new();
        let pong = async {
            loop {
                match self.up.next().await {
                    Some(Ok(Message::Pong(_))) => return Ok(()),
                    message => said.extend(act(message)?),
                }
            }
        };
        // Without an answer in time it has other things to do first, and will read late.
        if let Ok(answered) = timeout(PONG, pong).await {
            answered?;
        }
        sleep(SETTLE).await;
        Ok(said)
    }

    async fn say(&mut self, frame: &Frame) -> Result<(), End> {
        self.send(Message::Binary(channels::message(frame))).await
    }

    async fn hear(&mut self) -> Result<Vec<SessionAct>, End> {
        act(self.up.next().await).map(|act| act.into_iter().collect())
    }

    async fn answer(&mut self) -> Result<(), End> {
        Ok(()) // The library answers pings.
    }

    async fn close(self, end: End) {
        let (code, reason) = match end {
            End::Over => (close_code::NORMAL, String::new()),
            End::Gone => return,
            End::Slow => (close_code::POLICY, "too slow".to_owned()),
            End::Away(why) => (close_code::AWAY, why),
        };
        close(self.down, self.up, CloseFrame { code, reason: Utf8Bytes::from(reason) }).await;
    }
}

/// What a message of the client asks for, if anything.
fn act(message: Option<Result<Message, axum::Error>>) -> Result<Option<SessionAct>, End> {
    match message {
        Some(Ok(Message::Binary(bytes))) => Ok(channels::act(&bytes)),
        // The Python client sends text as text.
        Some(Ok(Message::Text(text))) => Ok(channels::act(text.as_bytes())),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
    }
}
