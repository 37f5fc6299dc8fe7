//! One open session: a client at the one end, the model at the other.

mod spdy;
mod websocket;

use std::time::Duration;

use orchestrator::{
    Cursor, Input,
    session::{Frame, SessionAct, SessionId, SessionInput},
};
use tokio::sync::{OwnedSemaphorePermit, watch};

pub(super) use spdy::Spdy;
pub(super) use websocket::Socket;

use super::hang_up;
use crate::sandbox::{Sandbox, View, announced};

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
pub(super) enum End {
    /// The program has ended, and all was said.
    Over,
    /// The client is gone.
    Gone,
    /// The client does not read.
    Slow,
    /// The sandbox takes no more, or goes away.
    Away(String),
}

/// How a client is spoken with.
pub(super) trait Wire {
    /// Waits until the client can take what is said.
    async fn greet(&mut self) -> Result<Vec<SessionAct>, End>;
    /// Says a piece of what the session says.
    async fn say(&mut self, frame: &Frame) -> Result<(), End>;
    /// What the client says next, which may be nothing. Who no longer waits for it loses nothing.
    async fn hear(&mut self) -> Result<Vec<SessionAct>, End>;
    /// Tells the client what its protocol wants to be told about what was heard.
    async fn answer(&mut self) -> Result<(), End>;
    /// Says good-bye.
    async fn close(self, end: End);
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
    pub(super) async fn run(mut self, mut wire: impl Wire) {
        let end = match self.carry(&mut wire).await {
            Ok(()) => End::Over,
            Err(end) => end,
        };
        hang_up(&self.sandbox, self.id).await;
        wire.close(end).await;
    }

    async fn carry(&mut self, wire: &mut impl Wire) -> Result<(), End> {
        let said = wire.greet().await?;
        self.tell(said).await?;
        let mut closing = self.sandbox.closing();
        loop {
            wire.answer().await?;
            let view = self.views.borrow_and_update().clone();
            let chunk = view.world.read(&mut self.cursor);
            drop(view);
            for frame in &chunk.frames {
                wire.say(frame).await?;
            }
            if chunk.ended {
                return Ok(());
            }
            tokio::select! {
                moved = self.views.changed() => moved.map_err(|_| away())?,
                said = wire.hear() => self.tell(said?).await?,
                () = announced(&mut closing) => return Err(away()),
            }
        }
    }

    async fn tell(&self, said: Vec<SessionAct>) -> Result<(), End> {
        for act in said {
            let input = Input::Session(SessionInput { session: self.id, act });
            let told = self.sandbox.submit(input).await;
            told.map_err(|refused| End::Away(refused.to_string()))?;
        }
        Ok(())
    }
}

fn away() -> End {
    End::Away("going away".to_owned())
}
