//! The Kubernetes API of each sandbox: everything below `/sandboxes/{id}/` that is not one of our
//! own routes. Answers pass through as the model gave them.

use std::{collections::BTreeMap, convert::Infallible, future::pending, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Request, State},
    response::Response,
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderValue, StatusCode, Uri, header::CONTENT_TYPE};
use orchestrator::{ApiRequest, Cursor, Input, Reply};
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep_until},
};

use crate::{
    address::Place,
    id::SandboxId,
    sandbox::{OpenError, Refused, Sandbox, View, announced},
    state::AppState,
    streams::{Upgrade, upgrade_missing, upgrade_required},
};

/// Any request to a sandbox's Kubernetes API.
pub(crate) async fn serve(
    State(state): State<AppState>,
    Path(path): Path<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let id = path.get("id").cloned().unwrap_or_default();
    let limits = &state.config.limits;
    let (mut parts, body) = request.into_parts();
    let upgrade = Upgrade::of(&mut parts).await;
    let request = Request::from_parts(parts, body);
    let opened = async {
        let sandbox = open(&state, &id).await?;
        let request = read(request, &id, limits.body_bytes_max).await?;
        Ok::<_, Status>((sandbox, request))
    };
    let (sandbox, request) = match opened.await {
        Ok(opened) => opened,
        Err(status) => return status.response().map(Body::from),
    };
    let (request, ends) = by_the_wall_clock(request);
    let uri = request.uri.clone();
    match sandbox.submit(Input::Request(request)).await {
        Ok(Reply::Stream { head, cursor }) => match (cursor.session(), upgrade) {
            (Some(id), Some(upgrade)) => upgrade.session(&sandbox, (cursor, id), &uri).await,
            (Some(id), None) => upgrade_required(&sandbox, id).await,
            (None, _) => answer(&sandbox, Reply::Stream { head, cursor }, ends),
        },
        Ok(Reply::Response(response)) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
            upgrade.map_or_else(upgrade_missing, |upgrade| upgrade.forward(&sandbox, &uri))
        }
        Ok(reply) => answer(&sandbox, reply, ends),
        Err(refused) => refusal(&refused).map(Body::from),
    }
}

pub(crate) async fn open(state: &AppState, id: &str) -> Result<Sandbox, Status> {
    let unknown = |code, reason| {
        Status::new(code, reason, format!("there is no sandbox {id:?} on this server"))
    };
    let name = SandboxId::parse(id).ok_or_else(|| unknown(StatusCode::NOT_FOUND, "NotFound"))?;
    state.sandboxes.open(&name).await.map_err(|error| match error {
        // kubectl prints the message of a 410; of a 404 it thinks that only a resource is missing.
        OpenError::Unknown => unknown(StatusCode::GONE, "Gone"),
        OpenError::Full | OpenError::Busy => {
            let message = error.to_string();
            Status::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
        }
        error => {
            tracing::error!(%error, "a sandbox could not be opened");
            let message = "the sandbox could not be opened";
            Status::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
        }
    })
}

/// The request as the API server of the sandbox sees it: without the sandbox's prefix.
async fn read(request: Request, id: &str, bytes_max: usize) -> Result<ApiRequest, Status> {
    let (mut parts, body) = request.into_parts();
    let _turn = match parts.extensions.get::<Place>().cloned() {
        Some(place) => place.body().await,
        None => None,
    };
    let body = whole(body, bytes_max).await.ok_or_else(|| {
        let message = format!("Request entity too large: limit is {bytes_max}");
        Status::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message)
    })?;
    let all = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let rest = all.strip_prefix("/sandboxes/").and_then(|rest| rest.strip_prefix(id));
    parts.uri = rest.and_then(|rest| rest.parse().ok()).unwrap_or_else(|| Uri::from_static("/"));
    Ok(ApiRequest::from(&http::Request::from_parts(parts, Bytes::from(body))))
}

/// How much more than is allowed is read, and dropped.
const DRAINED_MAX: usize = 8;

/// The whole body, if it is not too large. One that is too large is read on for a while: who is
/// still sending would not hear the answer.
pub(crate) async fn whole(body: Body, bytes_max: usize) -> Option<Vec<u8>> {
    let (mut whole, mut read) = (Vec::new(), 0_usize);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        read = read.saturating_add(chunk.len());
        if read > bytes_max.saturating_mul(DRAINED_MAX) {
            return None;
        }
        if read <= bytes_max {
            whole.extend_from_slice(&chunk);
        }
    }
    (read <= bytes_max).then_some(whole)
}

/// How long a watch lasts is meant by its client's clock and not by the cluster's: it is taken out
/// of the request, and returned as the time when the watch ends.
fn by_the_wall_clock(mut request: ApiRequest) -> (ApiRequest, Option<Instant>) {
    let mut ends = None;
    if let Some((path, query)) = request.uri.split_once('?') {
        let (given, rest): (Vec<&str>, Vec<&str>) =
            query.split('&').partition(|pair| pair.starts_with("timeoutSeconds="));
        let seconds = given.first().and_then(|pair| pair.split_once('=')?.1.parse().ok());
        let seconds = seconds.filter(|seconds| *seconds > 0);
        ends = seconds.and_then(|seconds| Instant::now().checked_add(Duration::from_secs(seconds)));
        request.uri =
            if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
    }
    (request, ends)
}

fn answer(sandbox: &Sandbox, reply: Reply, ends: Option<Instant>) -> Response {
    match reply {
        Reply::Response(response) => response.map(Body::from),
        Reply::Stream { head, cursor } => match sandbox.admit_watch() {
            Ok(place) => {
                let stream = Streaming::new(sandbox.clone(), cursor, ends, place);
                head.map(|()| Body::from_stream(stream.chunks()))
            }
            Err(refused) => refusal(&refused).map(Body::from),
        },
        Reply::Done | Reply::Forwarded(_) => Response::new(Body::empty()),
        Reply::NotFound => {
            let message = "the server could not find the requested resource";
            Status::new(StatusCode::NOT_FOUND, "NotFound", message).response().map(Body::from)
        }
    }
}

/// Why a sandbox did not take a request, as Kubernetes would say it.
pub(crate) fn refusal(refused: &Refused) -> http::Response<Bytes> {
    let (code, reason) = match refused {
        Refused::Limit { .. } => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests"),
        Refused::Closed => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"),
        Refused::Invalid(_) | Refused::OutOfRange | Refused::NoLesson => {
            (StatusCode::BAD_REQUEST, "BadRequest")
        }
    };
    Status::new(code, reason, refused.to_string()).response()
}

/// A refusal in Kubernetes' own words, so that kubectl prints it.
pub(crate) struct Status {
    code: StatusCode,
    reason: &'static str,
    message: String,
}

impl Status {
    pub(crate) fn new(code: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into() }
    }

    pub(crate) fn response(&self) -> http::Response<Bytes> {
        let status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code.as_u16(),
        });
        let mut response = http::Response::new(Bytes::from(status.to_string()));
        *response.status_mut() = self.code;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }
}

/// A watch or a followed log. Dropped with its cursor when the client goes away.
#[derive(Debug)]
pub(crate) struct Streaming {
    views: watch::Receiver<View>,
    closing: watch::Receiver<bool>,
    cursor: Cursor,
    ends: Option<Instant>,
    ended: bool,
    /// Both keep what they stand for: the sandbox in memory, the place among its watches.
    _sandbox: Sandbox,
    _place: OwnedSemaphorePermit,
}

impl Streaming {
    pub(crate) fn new(
        sandbox: Sandbox,
        cursor: Cursor,
        ends: Option<Instant>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let (views, closing) = (sandbox.views(), sandbox.closing());
        Self { views, closing, cursor, ends, ended: false, _sandbox: sandbox, _place: place }
    }

    fn chunks(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        futures::stream::unfold(self, |mut stream| async {
            let bytes = stream.next().await?;
            Some((Ok(bytes), stream))
        })
    }

    /// What there is to say next; none when the stream is at its end.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        while !self.ended {
            let view = self.views.borrow_and_update().clone();
            let chunk = view.world.read(&mut self.cursor);
            self.ended = chunk.ended;
            if !chunk.bytes.is_empty() {
                return Some(chunk.bytes);
            }
            if !self.ended && !self.moved().await {
                return None;
            }
        }
        None
    }

    /// Waits until the world has moved; false when the stream must end.
    async fn moved(&mut self) -> bool {
        let over = async {
            match self.ends {
                Some(ends) => sleep_until(ends).await,
                None => pending().await,
            }
        };
        tokio::select! {
            moved = self.views.changed() => moved.is_ok(),
            () = over => false,
            () = announced(&mut self.closing) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_watch_is_not_part_of_the_log() {
        let check = |uri: &str, logged: &str, ends: bool| {
            let (request, at) = by_the_wall_clock(ApiRequest::new("GET", uri, "", ""));
            assert_eq!((request.uri.as_str(), at.is_some()), (logged, ends), "{uri}");
        };
        check("/api/v1/pods", "/api/v1/pods", false);
        check("/api/v1/pods?watch=1", "/api/v1/pods?watch=1", false);
        check("/api/v1/pods?watch=1&timeoutSeconds=5", "/api/v1/pods?watch=1", true);
        check("/api/v1/pods?timeoutSeconds=0", "/api/v1/pods", false);
        check("/api/v1/pods?timeoutSeconds=x&limit=1", "/api/v1/pods?limit=1", false);
    }
}
