//! The WebSocket of a page: what happens comes down, encoded once for all who watch; commands go
//! up, and their answers and output come back on the same connection.

mod command;
mod hands;
mod look;

use axum::{
    Extension,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code},
    },
    response::Response,
};
use futures::SinkExt;
use lessons::Language;
use protocol::{Down, Position, Up};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};
use utoipa::IntoParams;

use self::{hands::Hands, look::Look};
use crate::{
    address,
    problem::{Problem, Query},
    rest,
    sandbox::{Frame, Sandbox, announced, encode, moments},
    state::AppState,
    translate,
};

/// The largest message of a page: the editor's files.
const MESSAGE_MAX: usize = 4 << 20;
/// Commands that may wait, and messages to a page that may wait.
const COMMANDS: usize = 64;
const OUTGOING: usize = 4_096;

/// How a page connects.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Wish {
    /// The language of the lesson's words: `ko` or `en`.
    #[serde(default)]
    lang: String,
    /// Where to go on in the trace; without it the cluster comes first, as it is.
    since: Option<Position>,
}

/// Watch and steer a sandbox over a WebSocket: JSON messages of the page's protocol.
#[utoipa::path(
    get, path = "/sandboxes/{id}/socket", tag = "page", params(("id" = String, Path), Wish),
    responses(
        (status = 101, description = "Switching to the WebSocket protocol"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn connect(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
    address: Option<Extension<address::Place>>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let look = Look::of(&state, &id).await?;
    let named = look.as_ref().map_or(&*id, |look| look.sandbox());
    let sandbox = rest::open(&state, named).await?;
    // Those who look at what is not theirs are counted elsewhere, and take no place of its owner.
    let place = look.is_none().then(|| sandbox.admit_socket()).transpose()?;
    let language = Language::of_code(&wish.lang).unwrap_or(Language::English);
    let upgrade = upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let connection =
            Connection { socket, sandbox, look, language, state, sent: 0, _place: place };
        connection.run(wish.since).await;
        drop(address);
    }))
}

/// One page.
struct Connection {
    socket: WebSocket,
    sandbox: Sandbox,
    /// The page's cluster is somebody else's.
    look: Option<Look>,
    language: Language,
    state: AppState,
    /// The position up to which the page knows the trace.
    sent: Position,
    _place: Option<OwnedSemaphorePermit>,
}

/// Why a connection ends.
enum End {
    /// The page is gone.
    Gone,
    /// The page does not keep up.
    Slow,
    /// The sandbox or the server goes away; the page may come again.
    Away,
    /// The page sent something that is no message.
    Nonsense,
}

impl Connection {
    async fn run(mut self, since: Option<Position>) {
        let end = match self.serve(since).await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        let (code, reason) = match end {
            // Only says good-bye, if it still can.
            End::Gone => return drop(self.socket.close().await),
            End::Slow => (close_code::AGAIN, "too slow: connect again with since"),
            End::Away => (close_code::RESTART, "going away: connect again with since"),
            End::Nonsense => (close_code::POLICY, "not a message of the protocol"),
        };
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        // It fails when the page is gone already.
        let _ = self.socket.send(Message::Close(Some(frame))).await;
    }

    async fn serve(&mut self, since: Option<Position>) -> Result<std::convert::Infallible, End> {
        // First the subscription, then the view: nothing falls between.
        let mut frames = self.sandbox.frames();
        self.greet(since).await?;
        let (outgoing, mut waiting) = mpsc::channel(OUTGOING);
        let (commands, queue) = mpsc::channel(COMMANDS);
        let hands = Hands::new(self.state.clone(), self.sandbox.clone(), self.language, outgoing);
        let hands = hands.by(self.look.as_ref().map(Look::rules));
        let _working = AbortOnDrop(tokio::spawn(hands.work(queue)));
        let mut closing = self.sandbox.closing();
        let mut ended = self.look.as_ref().and_then(Look::ended);
        loop {
            tokio::select! {
                () = look::over(&mut ended) => return Err(End::Away),
                frame = frames.recv() => self.pass_on(frame).await?,
                down = waiting.recv() => match down {
                    Some(down) => self.send(encode(&down)).await?,
                    // The hands let go: their messages did not fit any more.
                    None => return Err(End::Slow),
                },
                message = self.socket.recv() => match self.take(message)? {
                    None => {}
                    Some(Up::Ping) => self.tell_clock().await?,
                    Some(Up::Command { command }) => {
                        commands.try_send(command).map_err(|_| End::Nonsense)?;
                    }
                },
                () = announced(&mut closing) => return Err(End::Away),
            }
        }
    }

    /// What a page gets first: what it missed, or all there is.
    async fn greet(&mut self, since: Option<Position>) -> Result<(), End> {
        let view = self.sandbox.view();
        let trace = view.world.trace();
        if let Some(shared) = self.look.as_ref().and_then(Look::shared) {
            let shared = shared.clone();
            self.send(encode(&Down::Shared { shared })).await?;
        }
        match since.filter(|since| (trace.first()..=trace.len()).contains(since)) {
            Some(since) => {
                for frame in moments(&view.world, since) {
                    if let Frame::Moments { text, .. } = frame {
                        self.send(text).await?;
                    }
                }
                self.send(encode(&Down::Clock { clock: view.clock() })).await?;
                let loads = translate::loads_since(&view.world, i64::MIN);
                if !loads.is_empty() {
                    self.send(encode(&Down::Traffic { loads })).await?;
                }
            }
            None => {
                let snapshot = Box::new(translate::snapshot(&view.world));
                self.send(encode(&Down::Hello { snapshot, clock: view.clock() })).await?;
            }
        }
        self.sent = trace.len();
        if let Some(state) = command::lesson_state(&self.sandbox, self.language).await {
            self.send(encode(&Down::Lesson { state })).await?;
        }
        Ok(())
    }

    async fn pass_on(
        &mut self,
        frame: Result<Frame, broadcast::error::RecvError>,
    ) -> Result<(), End> {
        match frame {
            Ok(Frame::Moments { first, next, text }) => {
                if next <= self.sent {
                    return Ok(());
                }
                debug_assert!(first <= self.sent, "frames leave no gap");
                self.sent = next;
                self.send(text).await
            }
            Ok(Frame::Clock { text } | Frame::Traffic { text }) => self.send(text).await,
            Ok(Frame::Lesson { korean, english }) => match self.language {
                Language::Korean => self.send(korean).await,
                Language::English => self.send(english).await,
            },
            Err(broadcast::error::RecvError::Lagged(_)) => Err(End::Slow),
            Err(broadcast::error::RecvError::Closed) => Err(End::Away),
        }
    }

    async fn tell_clock(&mut self) -> Result<(), End> {
        let clock = self.sandbox.view().clock();
        self.send(encode(&Down::Clock { clock })).await
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), End> {
        self.socket.send(Message::Text(text)).await.map_err(|_| End::Gone)
    }

    fn take(&self, message: Option<Result<Message, axum::Error>>) -> Result<Option<Up>, End> {
        match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(up) => Ok(Some(up)),
                Err(error) => {
                    tracing::debug!(%error, sandbox = %self.sandbox.id(), "no message");
                    Err(End::Nonsense)
                }
            },
            Some(Ok(Message::Binary(_))) => Err(End::Nonsense),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }
}

/// A task that ends with who started it.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
