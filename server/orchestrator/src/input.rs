//! What comes into a world from outside. A sandbox is a log of these.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::stream::Cursor;
use crate::fault::Fault;
use crate::network::HttpRequest;
use crate::network::traffic::Traffic;
use crate::session::SessionInput;
use crate::time::Millis;

/// One input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    Request(ApiRequest),
    Fault(Fault),
    /// Something that the client of a session sends: see [`crate::session`].
    Session(SessionInput),
    /// Traffic begins or ends.
    Traffic(Traffic),
    /// A client outside of the cluster asks an address.
    Outside {
        /// A node's, a load balancer's, or a name.
        address: String,
        port: u16,
        request: HttpRequest,
        /// How long it waits. None: for as long as its kernel tries to connect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<Millis>,
    },
    /// Bytes come to a port of a Pod through `kubectl port-forward`.
    Forward {
        namespace: String,
        pod: String,
        /// The Pod to which it was opened, if it must be that one; a later one of the same name is
        /// another.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        uid: String,
        port: u16,
        bytes: Vec<u8>,
    },
}

/// A Kubernetes API request, as a log keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query, as the API server sees them: `/api/v1/namespaces/default/pods?limit=500`.
    pub uri: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl ApiRequest {
    /// A request with a JSON body, or none where it is empty.
    pub fn new(
        method: &str,
        uri: &str,
        content_type: &str,
        body: impl Into<Vec<u8>>,
    ) -> ApiRequest {
        let body = body.into();
        let headers = if body.is_empty() {
            Vec::new()
        } else {
            vec![("content-type".to_owned(), content_type.to_owned())]
        };
        ApiRequest { method: method.to_owned(), uri: uri.to_owned(), headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl From<&http::Request<Bytes>> for ApiRequest {
    fn from(request: &http::Request<Bytes>) -> ApiRequest {
        let uri = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let headers = request.headers().iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        ApiRequest {
            method: request.method().as_str().to_owned(),
            uri: uri.to_owned(),
            headers: headers.collect(),
            body: request.body().to_vec(),
        }
    }
}

/// What becomes of bytes that are forwarded to a port of a Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// The program needs more to understand: send all again when more has come.
    Incomplete,
    /// So many of the bytes were a request, and this is its answer.
    Answered { consumed: usize, bytes: Bytes },
    /// The kubelet's words for the error stream.
    Failed(String),
}

/// What an input is answered with.
#[derive(Debug)]
pub enum Reply {
    /// A finished answer. That of [`Input::Outside`] has the [`DialResult`](crate::network::DialResult)
    /// among its extensions.
    Response(http::Response<Bytes>),
    /// A watch, a followed log or a session: read the cursor whenever the world has moved.
    Stream { head: http::Response<()>, cursor: Cursor },
    /// What the Pod answered to forwarded bytes.
    Forwarded(Forwarded),
    /// A fault took effect (or had none to take: the node was off already), or a session took what
    /// its client sent.
    Done,
    /// The fault or the session names something that does not exist.
    NotFound,
}

impl Reply {
    /// The finished answer of a request that is no stream.
    ///
    /// # Panics
    /// On any other reply: for tests and callers that know what they asked.
    pub fn into_response(self) -> http::Response<Bytes> {
        match self {
            Reply::Response(response) => response,
            other => panic!("not a finished answer: {other:?}"),
        }
    }
}
