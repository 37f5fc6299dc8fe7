//! Ports of the learner's own machine: those that a terminal's `kubectl port-forward` listens on.

use std::fmt::Write;

use http::{Response, StatusCode};
use kubectl::Happened;
use orchestrator::network::HttpRequest;

use crate::{
    sandbox::Sandbox,
    streams::forward::{Connection, Told},
};

/// Headers that an answer may have.
const HEADERS_MAX: usize = 64;

/// Whether an address is that of the machine itself.
pub(super) fn is_local(address: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&address)
}

/// What the Pod behind a port answers; or why there is no answer.
pub(super) async fn ask(
    sandbox: &Sandbox,
    port: u16,
    request: &HttpRequest,
) -> Result<Response<Vec<u8>>, String> {
    let Some(forwarded) = sandbox.forwards().find(port) else {
        return Err(format!("dial tcp 127.0.0.1:{port}: connect: connection refused"));
    };
    forwarded.tell(Happened::Connected);
    let mut connection = Connection::new(forwarded.remote);
    let told = connection.take(&forwarded.target, &bytes(request)).await;
    match told.into_iter().next() {
        Some(Told::Data(bytes)) => {
            read(&bytes).ok_or_else(|| format!("port {port} does not answer in HTTP"))
        }
        Some(Told::Error(why)) => {
            forwarded.tell(Happened::Failed(why.clone()));
            Err(why)
        }
        Some(Told::End) | None => Err(format!("port {port} closed the connection")),
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
fn read(bytes: &[u8]) -> Option<Response<Vec<u8>>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).ok()? else { return None };
    let mut response = Response::new(bytes.get(head..)?.to_vec());
    *response.status_mut() = StatusCode::from_u16(parsed.code?).ok()?;
    for header in parsed.headers.iter() {
        let name = http::HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        // How long it is and how it is sent are matters of each connection.
        if name != http::header::CONNECTION && name != http::header::CONTENT_LENGTH {
            let value = http::HeaderValue::from_bytes(header.value).ok()?;
            response.headers_mut().append(name, value);
        }
    }
    Some(response)
}
