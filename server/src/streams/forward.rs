//! `port-forward`: connections to ports of a Pod, many over one WebSocket. kubectl tunnels SPDY/3.1
//! through it, and has spoken it without a tunnel before; other clients have two channels for each
//! port.

mod channels;
mod connection;
mod tunnel;

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::{Bytes, BytesMut};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use k8s_openapi::api::core::v1::Pod;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf},
    sync::OwnedSemaphorePermit,
    time::timeout,
};

pub(crate) use connection::{Connection, Told};

use super::{LAST_WORDS, Raw, close};
use crate::sandbox::{Sandbox, announced};

/// The protocol of kubectl, then those of the other clients.
const TUNNEL: &str = "SPDY/3.1+portforward.k8s.io";
/// The last is that of clients that speak SPDY without a WebSocket around it.
pub(super) const PROTOCOLS: [&str; 4] =
    [TUNNEL, "v5.channel.k8s.io", "v4.channel.k8s.io", "portforward.k8s.io"];

/// A client that takes no message for so long is dropped.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const PIECE: usize = 16 << 10;

/// Which Pod: also one that comes later under the same name is another.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) sandbox: Sandbox,
    pub(crate) namespace: String,
    pub(crate) pod: String,
    uid: String,
}

impl Target {
    /// The Pod that has a name now.
    pub(crate) fn new(sandbox: &Sandbox, namespace: &str, pod: &str) -> Self {
        let view = sandbox.view();
        let found = view.world.store().objects().get_typed::<Pod>(namespace, pod);
        let uid = found.and_then(|pod| pod.metadata.uid.clone()).unwrap_or_default();
        let (namespace, pod) = (namespace.to_owned(), pod.to_owned());
        Self { sandbox: sandbox.clone(), namespace, pod, uid }
    }

    /// The Pod that a request to `…/namespaces/{namespace}/pods/{name}/portforward` names, and the
    /// ports of its query.
    pub(super) fn of_request(sandbox: &Sandbox, uri: &str) -> Option<(Self, Vec<u16>)> {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let rest = path.strip_prefix("/api/v1/namespaces/")?;
        let (namespace, rest) = rest.split_once("/pods/")?;
        let pod = rest.strip_suffix("/portforward")?;
        let lists = query.split('&').filter_map(|pair| pair.strip_prefix("ports="));
        let ports = lists.flat_map(|list| {
            let list = list.replace("%2C", ",").replace("%2c", ",");
            list.split(',').filter_map(|port| port.parse().ok()).collect::<Vec<u16>>()
        });
        Some((Self::new(sandbox, namespace, pod), ports.collect()))
    }
}

/// A client that forwards ports.
pub(super) struct Client {
    pub(super) target: Target,
    /// What the query names: the ports of the channels.
    pub(super) ports: Vec<u16>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Client {
    /// Serves a client on a WebSocket until it goes.
    pub(super) async fn run(self, socket: WebSocket) {
        let protocol = socket.protocol().and_then(|protocol| protocol.to_str().ok());
        let tunnels = protocol == Some(TUNNEL);
        let (mut down, mut up) = socket.split();
        let (code, reason) = match self.serve(tunnels, &mut down, &mut up).await {
            true => (close_code::NORMAL, ""),
            false => (close_code::AWAY, "going away"),
        };
        drop(self.place);
        close(down, up, CloseFrame { code, reason: Utf8Bytes::from(reason) }).await;
    }

    /// The same for one that speaks SPDY alone.
    pub(super) async fn run_raw(self, connection: Raw) {
        let (mut up, mut down) = tokio::io::split(connection);
        self.serve(true, &mut down, &mut up).await;
        // Who is gone does not hear it.
        let _ = timeout(LAST_WORDS, down.shutdown()).await;
    }

    /// True when the client is done, false when the server is.
    async fn serve(&self, tunnels: bool, down: &mut impl Down, up: &mut impl Up) -> bool {
        let mut closing = self.target.sandbox.closing();
        let served = async {
            if tunnels {
                tunnel::serve(&self.target, down, up).await
            } else {
                channels::serve(&self.target, &self.ports, down, up).await
            }
        };
        tokio::select! {
            _ = served => true,
            () = announced(&mut closing) => false,
        }
    }
}

/// What a client sends.
trait Up {
    /// The next bytes; none when the client is gone.
    async fn next(&mut self) -> Option<Bytes>;
}

/// What it is sent.
trait Down {
    /// None when the client is gone, or does not read.
    async fn say(&mut self, bytes: Bytes) -> Option<()>;
}

impl Up for SplitStream<WebSocket> {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match StreamExt::next(self).await?.ok()? {
                Message::Binary(bytes) => return Some(bytes),
                Message::Text(text) => return Some(text.into()),
                Message::Close(_) => return None,
                Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    }
}

impl Down for SplitSink<WebSocket, Message> {
    async fn say(&mut self, bytes: Bytes) -> Option<()> {
        timeout(PATIENCE, self.send(Message::Binary(bytes))).await.ok()?.ok()
    }
}

impl Up for ReadHalf<Raw> {
    async fn next(&mut self) -> Option<Bytes> {
        let mut bytes = BytesMut::with_capacity(PIECE);
        let count = self.read_buf(&mut bytes).await.ok()?;
        (count > 0).then(|| bytes.freeze())
    }
}

impl Down for WriteHalf<Raw> {
    async fn say(&mut self, bytes: Bytes) -> Option<()> {
        timeout(PATIENCE, self.write_all(&bytes)).await.ok()?.ok()
    }
}
