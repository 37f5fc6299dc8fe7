//! SPDY/3.1, in the messages of a WebSocket, whose borders mean nothing, or by itself. Each connection has two
//! streams: one for data and one for errors.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::spdy::{Frame, Reader, Writer};
use super::{Connection, Down, Target, Told, Up};

/// Connections at one time.
const CONNECTIONS_MAX: usize = 256;

/// Serves until the client goes, or says what is no SPDY.
pub(super) async fn serve(target: &Target, down: &mut impl Down, up: &mut impl Up) -> Option<()> {
    let (mut reader, mut writer) = (Reader::new(), Writer::new());
    let mut tunnel = Tunnel::default();
    loop {
        reader.feed(&up.next().await?);
        while let Some(frame) = reader.next().ok()? {
            if frame == Frame::GoAway {
                return None;
            }
            for answer in tunnel.take(target, frame).await {
                down.say(writer.bytes(&answer)).await?;
            }
        }
    }
}

/// The streams of a tunnel.
#[derive(Default)]
struct Tunnel {
    /// Error streams whose data streams are still to come, by the number of the request.
    errors: BTreeMap<String, u32>,
    /// By their data streams.
    connections: BTreeMap<u32, Open>,
}

struct Open {
    connection: Connection,
    /// The stream on which errors are told.
    errors: u32,
}

impl Tunnel {
    /// Takes a frame: the frames that answer it.
    async fn take(&mut self, target: &Target, frame: Frame) -> Vec<Frame> {
        match frame {
            Frame::Open { stream, headers, .. } => vec![self.open(stream, &headers)],
            Frame::Data { stream, bytes, last } => self.data(target, stream, &bytes, last).await,
            Frame::Reset { stream } => match self.connections.remove(&stream) {
                // The client waits for the end of the errors.
                Some(open) => vec![end(open.errors)],
                None => Vec::new(),
            },
            Frame::Ping { id } => vec![Frame::Ping { id }],
            Frame::Reply { .. } | Frame::GoAway => Vec::new(),
        }
    }

    fn open(&mut self, stream: u32, headers: &BTreeMap<String, String>) -> Frame {
        let of = |name: &str| headers.get(name).cloned().unwrap_or_default();
        let Ok(port) = of("port").parse() else { return Frame::Reset { stream } };
        if self.connections.len() + self.errors.len() >= CONNECTIONS_MAX {
            return Frame::Reset { stream };
        }
        match of("streamtype").as_str() {
            "error" => {
                self.errors.insert(of("requestid"), stream);
            }
            "data" => {
                let errors = self.errors.remove(&of("requestid")).unwrap_or_default();
                let open = Open { connection: Connection::new(port), errors };
                self.connections.insert(stream, open);
            }
            _ => return Frame::Reset { stream },
        }
        Frame::Reply { stream }
    }

    async fn data(&mut self, target: &Target, stream: u32, bytes: &[u8], last: bool) -> Vec<Frame> {
        // Error streams are closed by the client at once, and have no data.
        let Some(open) = self.connections.get_mut(&stream) else { return Vec::new() };
        let errors = open.errors;
        let mut answers = Vec::new();
        let mut over = last;
        for told in open.connection.take(target, bytes).await {
            match told {
                Told::Data(bytes) => answers.push(Frame::Data { stream, bytes, last: false }),
                Told::End => over = true,
                Told::Error(why) => {
                    over = true;
                    answers.push(Frame::Data { stream: errors, bytes: why.into(), last: false });
                }
            }
        }
        if over {
            self.connections.remove(&stream);
            answers.extend([end(errors), end(stream)]);
        }
        answers
    }
}

fn end(stream: u32) -> Frame {
    Frame::Data { stream, bytes: Bytes::new(), last: true }
}
