//! Ports of the learner's own machine: those that a terminal's `kubectl port-forward` listens on.

use std::fmt::Write;

use kubectl::Happened;
use orchestrator::network::{HttpRequest, HttpResponse};

use crate::{
    sandbox::Sandbox,
    streams::forward::{Connection, Told},
};

/// Headers that an answer may have.
const HEADERS_MAX: usize = 64;

/// Whether an address is that of the machine itself.
pub(crate) fn is_local(address: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&address)
}

/// Why a port gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lost {
    #[error("connect: connection refused")]
    Refused,
    #[error("{0}")]
    Closed(String),
    #[error("what answers there does not speak HTTP")]
    NotHttp,
}

/// What the Pod behind a port answers.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    port: u16,
    request: &HttpRequest,
) -> Result<HttpResponse, Lost> {
    let forwarded = sandbox.forwards().find(port).ok_or(Lost::Refused)?;
    forwarded.tell(Happened::Connected);
    let mut connection = Connection::new(forwarded.remote);
    let told = connection.take(&forwarded.target, &bytes(request)).await;
    match told.into_iter().next() {
        Some(Told::Data(bytes)) => read(&bytes).ok_or(Lost::NotHttp),
        Some(Told::Error(why)) => {
            forwarded.tell(Happened::Failed(why.clone()));
            Err(Lost::Closed(why))
        }
        Some(Told::End) | None => Err(Lost::Closed("the connection was closed".to_owned())),
    }
}

/// The request as it goes over the wire.
fn bytes(request: &HttpRequest) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        if !["content-length", "transfer-encoding"].contains(&name.as_str()) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    if !request.body.is_empty() {
        let _ = write!(head, "content-length: {}\r\n", request.body.len());
    }
    head.push_str("connection: close\r\n\r\n");
    [head.as_bytes(), &request.body].concat()
}

/// An answer as it came over the wire.
fn read(bytes: &[u8]) -> Option<HttpResponse> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).ok()? else { return None };
    let headers = parsed
        .headers
        .iter()
        .map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()));
    let (status, headers) = (parsed.code?, headers.collect());
    Some(HttpResponse { status, headers, body: bytes.get(head..)?.to_vec() })
}
