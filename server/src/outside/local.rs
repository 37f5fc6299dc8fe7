//! Ports of the learner's own machine: those that a terminal's `kubectl port-forward` or `kubectl
//! proxy` listens on.

use std::fmt::Write;

use bytes::Bytes;
use kubectl::{Gate, Happened};
use orchestrator::{
    ApiRequest, Input, Reply,
    network::{HttpRequest, HttpResponse},
};

use crate::{
    kubernetes::refusal,
    sandbox::{Forwarded, Sandbox, To},
    streams::forward::{Connection, Target, Told},
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

/// What answers behind a port.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    port: u16,
    request: &HttpRequest,
) -> Result<HttpResponse, Lost> {
    let forwarded = sandbox.forwards().find(port).ok_or(Lost::Refused)?;
    forwarded.tell(Happened::Connected);
    match forwarded.to.as_ref() {
        To::Pod(target, remote) => ask_pod(&forwarded, target, *remote, request).await,
        To::Server(gate) => ask_server(sandbox, gate, request).await,
    }
}

async fn ask_pod(
    forwarded: &Forwarded,
    target: &Target,
    remote: u16,
    request: &HttpRequest,
) -> Result<HttpResponse, Lost> {
    let mut connection = Connection::new(remote);
    let told = connection.take(target, &bytes(request)).await;
    match told.into_iter().next() {
        Some(Told::Data(bytes)) => read(&bytes).ok_or(Lost::NotHttp),
        Some(Told::Error(why)) => {
            forwarded.tell(Happened::Failed(why.clone()));
            Err(Lost::Closed(why))
        }
        Some(Told::End) | None => Err(Lost::Closed("the connection was closed".to_owned())),
    }
}

/// What the API server says to a request that `kubectl proxy` hands on.
async fn ask_server(
    sandbox: &Sandbox,
    gate: &Gate,
    request: &HttpRequest,
) -> Result<HttpResponse, Lost> {
    let host = request.headers.iter().find(|(name, _)| name == "host");
    let host = host.map(|(_, value)| value.as_str()).unwrap_or_default();
    let uri = match gate.pass(&request.method, host, &request.target) {
        Ok(uri) => uri,
        Err((status, text)) => {
            let headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
            return Ok(HttpResponse { status, headers, body: text.as_bytes().to_vec() });
        }
    };
    let HttpRequest { method, headers, body, .. } = request.clone();
    let reply = sandbox.submit(Input::Request(ApiRequest { method, uri, headers, body })).await;
    match reply {
        Ok(Reply::Response(response)) => Ok(whole(response)),
        Ok(_) => Err(Lost::Closed("a stream does not go through here".to_owned())),
        Err(refused) => Ok(whole(refusal(&refused))),
    }
}

fn whole(response: http::Response<Bytes>) -> HttpResponse {
    let (head, body) = response.into_parts();
    let headers = head.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    HttpResponse { status: head.status.as_u16(), headers: headers.collect(), body: body.to_vec() }
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
