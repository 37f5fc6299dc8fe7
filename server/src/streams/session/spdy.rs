//! A session's client that speaks SPDY/3.1: kubectl before 1.30, and what was built with the
//! libraries of its time. The client opens a stream for each channel; each is closed by itself.

use std::{collections::BTreeMap, io, time::Duration};

use bytes::{Bytes, BytesMut};
use orchestrator::session::{Channel, Frame as Piece, SessionAct};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{End, PATIENCE, Wire};
use crate::streams::{
    LAST_WORDS, Raw, channels,
    spdy::{Frame, Reader, Writer},
};

/// How long a client has to open its streams.
const OPENING: Duration = Duration::from_secs(30);
/// Bytes that are read at once, and that a frame has at most.
const PIECE: usize = 32 << 10;
/// The letters of a window's size.
const WINDOW_MAX: usize = 1 << 10;

/// What a stream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Stdin,
    Resize,
    Says(Channel),
}

impl Role {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "stdin" => Self::Stdin,
            "resize" => Self::Resize,
            "stdout" => Self::Says(Channel::Stdout),
            "stderr" => Self::Says(Channel::Stderr),
            "error" => Self::Says(Channel::Error),
            _ => return None,
        })
    }
}

/// The client's connection.
pub(in crate::streams) struct Spdy {
    connection: Raw,
    reader: Reader,
    writer: Writer,
    streams: BTreeMap<u32, Role>,
    /// The channels that the client must open before it can be told anything.
    awaited: Vec<Channel>,
    /// A window whose end is still to come.
    window: Vec<u8>,
    /// What is to be sent before anything else.
    answers: Vec<Frame>,
}

impl Spdy {
    /// A client that has asked for some channels.
    pub(in crate::streams) fn new(connection: Raw, awaited: Vec<Channel>) -> Self {
        let (reader, writer) = (Reader::new(), Writer::new());
        let (streams, window, answers) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { connection, reader, writer, streams, awaited, window, answers }
    }

    fn stream(&self, channel: Channel) -> Option<u32> {
        let of = |(stream, role): (&u32, &Role)| (*role == Role::Says(channel)).then_some(*stream);
        self.streams.iter().find_map(of)
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), End> {
        let bytes = self.writer.bytes(frame);
        match timeout(PATIENCE, self.connection.write_all(&bytes)).await {
            Ok(sent) => sent.map_err(gone),
            Err(_) => Err(End::Slow),
        }
    }

    /// Takes a frame: what it asks of the session.
    fn take(&mut self, frame: Frame) -> Result<Vec<SessionAct>, End> {
        match frame {
            Frame::Open { stream, headers, .. } => {
                let role = headers.get("streamtype").and_then(|name| Role::named(name));
                let role = role.filter(|role| !self.streams.values().any(|known| known == role));
                self.answers.push(match role {
                    Some(_) => Frame::Reply { stream },
                    None => Frame::Reset { stream },
                });
                self.streams.extend(role.map(|role| (stream, role)));
            }
            Frame::Data { stream, bytes, last } => return Ok(self.data(stream, &bytes, last)),
            Frame::Ping { id } => self.answers.push(Frame::Ping { id }),
            Frame::Reset { stream } if self.streams.remove(&stream) == Some(Role::Stdin) => {
                return Ok(vec![SessionAct::CloseStdin]);
            }
            Frame::GoAway => return Err(End::Gone),
            Frame::Reset { .. } | Frame::Reply { .. } => {}
        }
        Ok(Vec::new())
    }

    fn data(&mut self, stream: u32, bytes: &Bytes, last: bool) -> Vec<SessionAct> {
        match self.streams.get(&stream) {
            Some(Role::Stdin) => {
                let bytes = (!bytes.is_empty()).then(|| SessionAct::Stdin(bytes.to_vec()));
                bytes.into_iter().chain(last.then_some(SessionAct::CloseStdin)).collect()
            }
            Some(Role::Resize) => {
                self.window.extend_from_slice(bytes);
                let act = channels::resize(&self.window);
                if act.is_some() || self.window.len() > WINDOW_MAX {
                    self.window.clear();
                }
                act.into_iter().collect()
            }
            Some(Role::Says(_)) | None => Vec::new(),
        }
    }
}

impl Wire for Spdy {
    async fn greet(&mut self) -> Result<Vec<SessionAct>, End> {
        let mut said = Vec::new();
        let opened = async {
            while !self.awaited.iter().all(|channel| self.stream(*channel).is_some()) {
                said.extend(self.hear().await?);
                self.answer().await?;
            }
            Ok(())
        };
        timeout(OPENING, opened).await.unwrap_or(Err(End::Slow))?;
        Ok(said)
    }

    async fn say(&mut self, piece: &Piece) -> Result<(), End> {
        let Some(stream) = self.stream(piece.channel) else { return Ok(()) };
        let mut rest = piece.bytes.clone();
        while !rest.is_empty() {
            let bytes = rest.split_to(rest.len().min(PIECE));
            self.send(&Frame::Data { stream, bytes, last: false }).await?;
        }
        Ok(())
    }

    async fn hear(&mut self) -> Result<Vec<SessionAct>, End> {
        let mut piece = BytesMut::with_capacity(PIECE);
        if self.connection.read_buf(&mut piece).await.map_err(gone)? == 0 {
            return Err(End::Gone);
        }
        self.reader.feed(&piece);
        let mut said = Vec::new();
        while let Some(frame) = self.reader.next().map_err(|_| End::Gone)? {
            said.extend(self.take(frame)?);
        }
        Ok(said)
    }

    async fn answer(&mut self) -> Result<(), End> {
        for frame in std::mem::take(&mut self.answers) {
            self.send(&frame).await?;
        }
        Ok(())
    }

    async fn close(mut self, end: End) {
        let last = match end {
            End::Gone => return,
            End::Over => self.streams.keys().map(|stream| finished(*stream)).collect(),
            End::Slow | End::Away(_) => vec![Frame::GoAway],
        };
        for frame in last {
            if self.send(&frame).await.is_err() {
                return;
            }
        }
        // A connection that is closed over words that were not read takes the last ones with it.
        let heard = async { while self.hear().await.is_ok() {} };
        let _ = timeout(LAST_WORDS, heard).await;
    }
}

fn finished(stream: u32) -> Frame {
    Frame::Data { stream, bytes: Bytes::new(), last: true }
}

fn gone(_: io::Error) -> End {
    End::Gone
}
