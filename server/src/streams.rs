//! Streams into containers: `exec`, `attach` and `port-forward`, over WebSockets as kubectl and the
//! official clients speak them, or over SPDY as they did before. What the model says goes down as it comes; what a client sends is
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
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONNECTION, UPGRADE},
    request::Parts,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
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

/// The name of the older protocol of streams, and the header that says what is spoken in it.
const SPDY: &str = "SPDY/3.1";
const STREAM_PROTOCOL: &str = "x-stream-protocol-version";
/// The longest message of a client.
const MESSAGE_MAX: usize = 1 << 20;

/// A connection that has become something else than HTTP.
type Raw = TokioIo<Upgraded>;

/// A request to change the protocol of its connection.
pub(crate) struct Upgrade {
    wish: Wish,
    /// What the stream takes of its address.
    address: Option<Place>,
}

/// Which protocol is wished for.
enum Wish {
    WebSocket(WebSocketUpgrade),
    /// SPDY/3.1 by itself, and what the client would speak in it.
    Spdy(OnUpgrade, Vec<String>),
    /// None that is spoken here.
    Other,
}

impl Upgrade {
    /// The wish of a request to be more than a request, if it has one.
    pub(crate) async fn of(parts: &mut Parts) -> Option<Self> {
        let name = parts.headers.get(UPGRADE)?;
        let is_spdy = name.as_bytes().eq_ignore_ascii_case(SPDY.as_bytes());
        let spdy = if is_spdy { parts.extensions.remove::<OnUpgrade>() } else { None };
        let wish = match spdy {
            Some(connection) => Wish::Spdy(connection, offered(&parts.headers)),
            None => match WebSocketUpgrade::from_request_parts(parts, &()).await {
                Ok(websocket) => Wish::WebSocket(
                    websocket.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX),
                ),
                Err(_) => Wish::Other,
            },
        };
        Some(Self { wish, address: parts.extensions.get().cloned() })
    }

    /// Answers with the session that a request has opened.
    pub(crate) async fn session(
        self,
        sandbox: &Sandbox,
        (cursor, id): (Cursor, SessionId),
        uri: &str,
    ) -> Response {
        let place = match sandbox.admit_watch() {
            Ok(place) => place,
            Err(refused) => {
                hang_up(sandbox, id).await;
                return refusal(&refused).map(Body::from);
            }
        };
        let line = session::Line::new(sandbox.clone(), cursor, id, place);
        let address = self.address;
        let lost = (sandbox.clone(), id);
        match self.wish.among(&channels::PROTOCOLS) {
            Wish::WebSocket(websocket) => {
                let lost =
                    move |_| drop(tokio::spawn(async move { hang_up(&lost.0, lost.1).await }));
                let run = async move |socket| {
                    line.run(session::Socket::new(socket)).await;
                    drop(address);
                };
                websocket.on_failed_upgrade(lost).on_upgrade(run).into_response()
            }
            Wish::Spdy(connection, protocols) => {
                let awaited = channels::awaited(uri.split_once('?').map_or("", |(_, query)| query));
                let run = move |connection: Option<Raw>| async move {
                    match connection {
                        Some(raw) => line.run(session::Spdy::new(raw, awaited)).await,
                        None => hang_up(&lost.0, lost.1).await,
                    }
                    drop(address);
                };
                switch(connection, &protocols, run)
            }
            Wish::Other => {
                hang_up(sandbox, id).await;
                not_spoken()
            }
        }
    }

    /// Answers a request that the model lets forward ports.
    pub(crate) fn forward(self, sandbox: &Sandbox, uri: &str) -> Response {
        let place = match sandbox.admit_watch() {
            Ok(place) => place,
            Err(refused) => return refusal(&refused).map(Body::from),
        };
        let Some((target, ports)) = forward::Target::of_request(sandbox, uri) else {
            return not_spoken();
        };
        let client = forward::Client { target, ports, place };
        let address = self.address;
        match self.wish.among(&forward::PROTOCOLS) {
            Wish::WebSocket(websocket) => {
                let run = async move |socket| {
                    client.run(socket).await;
                    drop(address);
                };
                websocket.on_upgrade(run).into_response()
            }
            Wish::Spdy(connection, protocols) => {
                let run = move |connection: Option<Raw>| async move {
                    if let Some(raw) = connection {
                        client.run_raw(raw).await;
                    }
                    drop(address);
                };
                switch(connection, &protocols, run)
            }
            Wish::Other => not_spoken(),
        }
    }
}

impl Wish {
    /// The same, if the client offers one of some protocols; of SPDY's only the one that is taken
    /// is left.
    fn among(self, known: &[&'static str]) -> Self {
        match self {
            Self::WebSocket(websocket) => {
                let websocket = websocket.protocols(known.iter().copied());
                match websocket.selected_protocol() {
                    Some(_) => Self::WebSocket(websocket),
                    None => Self::Other,
                }
            }
            Self::Spdy(connection, offered) => {
                let taken = known.iter().find(|name| offered.iter().any(|offer| offer == *name));
                match taken {
                    Some(name) => Self::Spdy(connection, vec![(*name).to_owned()]),
                    None => Self::Other,
                }
            }
            Self::Other => Self::Other,
        }
    }
}

/// What a client of SPDY would speak in it: in several headers, or in one.
fn offered(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(STREAM_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_owned()).collect()
}

/// Says that the connection becomes SPDY, and gives it away once it has; none if it never does.
fn switch<F: Future<Output = ()> + Send + 'static>(
    connection: OnUpgrade,
    protocols: &[String],
    run: impl FnOnce(Option<Raw>) -> F + Send + 'static,
) -> Response {
    tokio::spawn(async move { run(connection.await.ok().map(TokioIo::new)).await });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(SPDY));
    for name in protocols.iter().filter_map(|name| name.parse().ok()) {
        headers.append(STREAM_PROTOCOL, name);
    }
    response
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

/// Tells the model that a client is gone. It fails only when the sandbox goes, too.
pub(crate) async fn hang_up(sandbox: &Sandbox, session: SessionId) {
    let input = SessionInput { session, act: SessionAct::Hangup };
    let _ = sandbox.submit(Input::Session(input)).await;
}

fn not_spoken() -> Response {
    let message = "unable to upgrade connection: this server speaks WebSocket and SPDY/3.1, with \
                   v5.channel.k8s.io or v4.channel.k8s.io in them";
    Status::new(StatusCode::BAD_REQUEST, "BadRequest", message).response().map(Body::from)
}

/// The answer to a request for a stream on a connection that is to stay what it is.
pub(crate) async fn upgrade_required(sandbox: &Sandbox, session: SessionId) -> Response {
    hang_up(sandbox, session).await;
    upgrade_missing()
}

/// The same where nothing was opened.
pub(crate) fn upgrade_missing() -> Response {
    let status = Status::new(StatusCode::BAD_REQUEST, "BadRequest", "Upgrade request required");
    status.response().map(Body::from)
}
