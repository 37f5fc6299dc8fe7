//! Clients that are no part of the cluster: what they are answered, at once.

use bytes::Bytes;
use k8s_openapi::api::core::v1::Pod;

use crate::input::Forwarded;
use crate::network::flight::Waiter;
use crate::network::{
    Dial, DialResult, Hop, HttpRequest, HttpResponse, Journey, Origin, Outcome, Payload,
};
use crate::object::Kind;
use crate::time::Millis;
use crate::trace::{EntryId, What};
use crate::world::World;
use crate::world::traffic::OUTSIDE;

/// How long somebody waits for a forwarded port.
const PATIENCE_MS: Millis = 10_000;
/// A request is at most so long.
const HEADERS_MAX: usize = 64;

impl World {
    /// What a client outside of the cluster gets from an address. One that is not reached answers
    /// 504 with the reason.
    pub(super) fn ask_from_outside(
        &mut self,
        address: &str,
        port: u16,
        request: &HttpRequest,
        timeout_ms: Option<Millis>,
    ) -> http::Response<Bytes> {
        let dial = Dial {
            from: Origin::Outside { address: OUTSIDE.to_owned() },
            host: address.to_owned(),
            port,
            payload: Payload::Http(request.clone()),
            timeout_ms,
        };
        let first = self.trace.len();
        let Some(result) = self.ask_at_once(dial, None) else {
            return unreachable(&format!("{address}:{port}: the request could not be sent"));
        };
        let mut answer = match &result.outcome {
            Outcome::Http(response) => response.clone().into(),
            outcome => {
                let why = self.why_lost(first);
                let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
                unreachable(&format!("{address}:{port}: {outcome}{why}"))
            }
        };
        answer.extensions_mut().insert(result);
        answer
    }

    /// Carries a request out to its end, while the world stands still.
    pub(crate) fn ask_at_once(&mut self, dial: Dial, cause: Option<EntryId>) -> Option<DialResult> {
        let mut flight = self.flight(dial, Waiter::Driver, cause)?;
        self.fly_at_once(&mut flight)
    }

    /// What would come of a request now, and by which way. It is carried out in a copy of the world,
    /// and leaves no trace. None: its sender is not there.
    pub fn journey(&self, dial: Dial) -> Option<Journey> {
        let mut copy = self.clone();
        let first = copy.trace.len();
        let result = copy.ask_at_once(dial, None)?;
        let hops = copy.trace.iter_from(first).filter_map(|entry| match &entry.what {
            What::Packet { hop, .. } => Some(hop.clone()),
            _ => None,
        });
        Some(Journey { hops: hops.collect(), result })
    }

    /// Why a packet was lost or refused, if one was since an entry of the trace.
    fn why_lost(&self, first: EntryId) -> Option<String> {
        let mut hops = self.trace.iter_from(first).filter_map(|entry| match &entry.what {
            What::Packet { hop, .. } => Some(hop),
            _ => None,
        });
        let telling = hops
            .find(|hop| matches!(hop, Hop::Lost(_) | Hop::Refused { .. } | Hop::Rejected { .. }));
        telling.map(ToString::to_string)
    }

    /// Bytes for a port of a Pod, as the kubelet hands them on to `localhost` inside.
    pub(super) fn forward(
        &mut self,
        namespace: &str,
        name: &str,
        given: &str,
        port: u16,
        bytes: &[u8],
    ) -> Forwarded {
        let pod = self.store.objects().get_typed::<Pod>(namespace, name);
        let uid = pod.and_then(|pod| pod.metadata.uid.as_deref());
        let Some(uid) = uid.filter(|uid| given.is_empty() || *uid == given) else {
            return Forwarded::Failed(gone(given, port));
        };
        let uid: std::sync::Arc<str> = uid.into();
        let (payload, consumed) = match read(bytes) {
            Read::Request(request, consumed) => (Payload::Http(request), consumed),
            Read::Incomplete => return Forwarded::Incomplete,
            Read::Other => (Payload::Tcp(bytes.to_vec()), bytes.len()),
        };
        let dial = Dial {
            from: Origin::Pod { uid: uid.clone() },
            host: "127.0.0.1".to_owned(),
            port,
            payload,
            timeout_ms: Some(PATIENCE_MS),
        };
        let entry = self.asked_for(Kind::Pod, namespace, name, "portforward");
        match self.ask_at_once(dial, Some(entry)).map(|result| result.outcome) {
            Some(Outcome::Http(response)) => {
                Forwarded::Answered { consumed, bytes: response.to_bytes().into() }
            }
            Some(Outcome::Tcp(answer)) => Forwarded::Answered { consumed, bytes: answer.into() },
            Some(Outcome::Refused) => Forwarded::Failed(refused(&uid, port)),
            Some(other) => Forwarded::Failed(format!("error forwarding port {port}: {other}")),
            None => Forwarded::Failed(gone(&uid, port)),
        }
    }
}

/// The name that the runtime has for a Pod's sandbox.
fn sandbox(uid: &str) -> String {
    crate::digest::Digest::of([uid.as_bytes(), b"sandbox"]).to_string()
}

/// As containerd words it.
fn gone(uid: &str, port: u16) -> String {
    let id = sandbox(uid);
    format!(
        "error forwarding port {port} to pod {id}, uid : failed to find sandbox \"{id}\" in store: \
         not found"
    )
}

fn refused(uid: &str, port: u16) -> String {
    let id = sandbox(uid);
    format!(
        "error forwarding port {port} to pod {id}, uid : failed to execute portforward in network \
         namespace \"/var/run/netns/cni-{uid}\": failed to connect to localhost:{port} inside \
         namespace \"{id}\", IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 \
         dial tcp6 [::1]:{port}: connect: connection refused "
    )
}

enum Read {
    Request(HttpRequest, usize),
    Incomplete,
    /// It is no HTTP.
    Other,
}

fn read(bytes: &[u8]) -> Read {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) if bytes.is_empty() => return Read::Other,
        Ok(httparse::Status::Partial) if looks_like_http(bytes) => return Read::Incomplete,
        Ok(httparse::Status::Partial) | Err(_) => return Read::Other,
    };
    let headers: Vec<(String, String)> = parsed
        .headers
        .iter()
        .map(|one| (one.name.to_owned(), String::from_utf8_lossy(one.value).into_owned()))
        .collect();
    let request = HttpRequest {
        method: parsed.method.unwrap_or("GET").to_owned(),
        target: parsed.path.unwrap_or("/").to_owned(),
        headers,
        body: Vec::new(),
        tls: false,
    };
    let length = request.header("content-length").and_then(|text| text.trim().parse().ok());
    let length: usize = length.unwrap_or(0);
    match bytes.get(head..head.saturating_add(length)) {
        Some(body) => {
            let body = body.to_vec();
            Read::Request(HttpRequest { body, ..request }, head + length)
        }
        None => Read::Incomplete,
    }
}

/// Whether it may become a request in HTTP.
fn looks_like_http(bytes: &[u8]) -> bool {
    const METHODS: [&str; 7] = ["GET ", "HEAD ", "POST ", "PUT ", "PATCH ", "DELETE ", "OPTIONS "];
    METHODS.iter().any(|method| {
        let length = method.len().min(bytes.len());
        method.as_bytes()[..length] == bytes[..length]
    })
}

fn unreachable(why: &str) -> http::Response<Bytes> {
    HttpResponse::new(504, "text/plain; charset=utf-8", format!("{why}\n")).into()
}
