//! Streams into containers: `exec`, `attach` and `port-forward` over WebSockets, as kubectl and the
//! official clients speak them. What the model says goes down as it comes; what a client sends is
//! an input like any other, and so part of the sandbox's log.

mod channels;
pub(crate) mod forward;
mod session;
mod spdy;

use std::time::Duration;

use axum::{
    body::Body,
    extract::{
        FromRequestParts, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::{IntoResponse, Response},
};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use http::{HeaderMap, header::UPGRADE, request::Parts};
use orchestrator::{
    Cursor, Input,
    session::{SessionAct, SessionId, SessionInput},
};

use tokio::time::timeout;

use crate::{
    address::Place,
    kubernetes::{Status, refusal},
    sandbox::Sandbox,
};

/// The longest message of a client.
const MESSAGE_MAX: usize = 1 << 20;

/// A request to change the protocol of its connection.
pub(crate) struct Upgrade {
    websocket: Option<WebSocketUpgrade>,
    /// What the stream takes of its address.
    address: Option<Place>,
}

impl Upgrade {
    /// The wish of a request to be more than a request, if it has one.
    pub(crate) async fn of(parts: &mut Parts) -> Option<Self> {
        is_wished(&parts.headers).then_some(())?;
        let websocket = WebSocketUpgrade::from_request_parts(parts, &()).await.ok();
        Some(Self { websocket, address: parts.extensions.get().cloned() })
    }

    /// Answers with the session that a request has opened.
    pub(crate) async fn session(
        self,
        sandbox: &Sandbox,
        cursor: Cursor,
        id: SessionId,
    ) -> Response {
        let Some(websocket) = self.websocket else {
            hang_up(sandbox, id).await;
            return not_spoken();
        };
        let place = match sandbox.admit_watch() {
            Ok(place) => place,
            Err(refused) => {
                hang_up(sandbox, id).await;
                return refusal(&refused).map(Body::from);
            }
        };
        let websocket = websocket
            .protocols(channels::PROTOCOLS)
            .max_message_size(MESSAGE_MAX)
            .max_frame_size(MESSAGE_MAX);
        if websocket.selected_protocol().is_none() {
            hang_up(sandbox, id).await;
            return not_spoken();
        }
        let line = session::Line::new(sandbox.clone(), cursor, id, place);
        let address = self.address;
        let run = async move |socket| {
            line.run(socket).await;
            drop(address);
        };
        websocket.on_upgrade(run).into_response()
    }

    /// Answers a request that the model lets forward ports.
    pub(crate) fn forward(self, sandbox: &Sandbox, uri: &str) -> Response {
        let place = match sandbox.admit_watch() {
            Ok(place) => place,
            Err(refused) => return refusal(&refused).map(Body::from),
        };
        let websocket = self.websocket.map(|websocket| {
            let websocket = websocket.protocols(forward::PROTOCOLS);
            websocket.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX)
        });
        let websocket = websocket.filter(|websocket| websocket.selected_protocol().is_some());
        let target = forward::Target::of_request(sandbox, uri);
        let (Some(websocket), Some((target, ports))) = (websocket, target) else {
            return not_spoken();
        };
        let client = forward::Client { target, ports, place };
        let address = self.address;
        let run = async move |socket| {
            client.run(socket).await;
            drop(address);
        };
        websocket.on_upgrade(run).into_response()
    }
}

/// How long a client has for its last words.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Says good-bye, and hears the client out: a connection that is closed over words that were not
/// read is reset, and takes with it what the client has not read yet.
async fn close(
    mut down: SplitSink<WebSocket, Message>,
    mut up: SplitStream<WebSocket>,
    frame: CloseFrame,
) {
    if let Ok(Ok(())) = timeout(LAST_WORDS, down.send(Message::Close(Some(frame)))).await {
        let heard = async { while let Some(Ok(_)) = up.next().await {} };
        // Who does not say good-bye in time has heard it all the same.
        let _ = timeout(LAST_WORDS, heard).await;
    }
}

fn is_wished(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE)
}

/// Tells the model that a client is gone. It fails only when the sandbox goes, too.
pub(crate) async fn hang_up(sandbox: &Sandbox, session: SessionId) {
    let input = SessionInput { session, act: SessionAct::Hangup };
    let _ = sandbox.submit(Input::Session(input)).await;
}

fn not_spoken() -> Response {
    let message = "unable to upgrade connection: this server speaks WebSocket with \
                   v5.channel.k8s.io or v4.channel.k8s.io";
    Status::new(http::StatusCode::BAD_REQUEST, "BadRequest", message).response().map(Body::from)
}

/// The answer to a request for a stream on a connection that is to stay what it is.
pub(crate) async fn upgrade_required(sandbox: &Sandbox, session: SessionId) -> Response {
    hang_up(sandbox, session).await;
    upgrade_missing()
}

/// The same where nothing was opened.
pub(crate) fn upgrade_missing() -> Response {
    let status =
        Status::new(http::StatusCode::BAD_REQUEST, "BadRequest", "Upgrade request required");
    status.response().map(Body::from)
}
