//! What a client outside of the cluster gets from a node port, a load balancer or an Ingress:
//! everything below `/sandboxes/{id}/outside/<address>:<port>/`. `127.0.0.1` and `localhost` are the
//! learner's own machine: there the ports answer that a terminal's `kubectl port-forward` listens
//! on, for as long as it runs.

pub(crate) mod local;

use axum::{
    body::Body,
    extract::{Path, Request, State},
    response::Response as Answer,
};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use orchestrator::{Input, Reply, network::HttpRequest};

use crate::{kubernetes, state::AppState};

/// What the applications of learners serve is not ours: it gets an origin of its own, and no script.
const SANDBOXED: &str = "sandbox allow-forms";

/// How long a browser waits, in model time.
const PATIENCE_MS: i64 = 10_000;

/// Any request to an address of the cluster, from outside.
pub(crate) async fn serve(
    State(state): State<AppState>,
    Path(parts): Path<Vec<(String, String)>>,
    request: Request,
) -> Answer {
    let part = |name: &str| {
        let found = parts.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (id, authority) = (part("id"), part("authority"));
    let Some((address, port)) = address(&authority) else {
        let message = format!("{authority:?} is no address and port\n");
        return plain(StatusCode::BAD_REQUEST, message);
    };
    let sandbox = match kubernetes::open(&state, &id).await {
        Ok(sandbox) => sandbox,
        Err(status) => return status.response().map(Body::from),
    };
    let prefix = format!("/sandboxes/{id}/outside/");
    let Some(request) = read(request, &prefix, (&address, port), &state).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large\n".to_owned());
    };
    if local::is_local(&address) {
        return match local::ask(&sandbox, port, &request).await {
            Ok(response) => sandboxed(Response::<Bytes>::from(response).map(Body::from)),
            Err(why) => plain(StatusCode::GATEWAY_TIMEOUT, format!("{address}:{port}: {why}\n")),
        };
    }
    let asked = Input::Outside { address, port, request, timeout_ms: Some(PATIENCE_MS) };
    match sandbox.submit(asked).await {
        Ok(Reply::Response(response)) => sandboxed(response.map(Body::from)),
        Ok(_) => plain(StatusCode::BAD_GATEWAY, "no answer\n".to_owned()),
        Err(refused) => kubernetes::refusal(&refused).map(Body::from),
    }
}

fn sandboxed(mut response: Answer) -> Answer {
    let policy = HeaderValue::from_static(SANDBOXED);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().remove(header::SET_COOKIE);
    response
}

/// `10.0.0.11:30080`; without a port it is 80.
fn address(authority: &str) -> Option<(String, u16)> {
    match authority.rsplit_once(':') {
        Some((address, port)) if !address.is_empty() => {
            Some((address.to_owned(), port.parse().ok()?))
        }
        Some(_) => None,
        None => Some((authority.to_owned(), 80)),
    }
}

/// The request as the application sees it: for its own host, and nothing of ours.
async fn read(
    request: Request,
    prefix: &str,
    (address, port): (&str, u16),
    state: &AppState,
) -> Option<HttpRequest> {
    let (parts, body) = request.into_parts();
    let body = kubernetes::whole(body, state.config.limits.body_bytes_max).await?;
    let whole = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let rest = whole.strip_prefix(prefix).unwrap_or_default();
    let target = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let slash = if target.starts_with('/') { "" } else { "/" };
    let host = if port == 80 { address.to_owned() } else { format!("{address}:{port}") };
    let own = [header::HOST, header::COOKIE, header::AUTHORIZATION, header::CONNECTION];
    let others = parts.headers.iter().filter(|(name, _)| !own.contains(name));
    let others = others.filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    Some(HttpRequest {
        method: parts.method.as_str().to_owned(),
        target: format!("{slash}{target}"),
        headers: std::iter::once(("host".to_owned(), host)).chain(others).collect(),
        body,
        tls: port == 443,
    })
}

fn plain(status: StatusCode, text: String) -> Answer {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        let cases = [
            ("10.0.0.11:30080", Some(("10.0.0.11", 30080))),
            ("hello.example", Some(("hello.example", 80))),
            ("node-1:99999", None),
            (":80", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(address(text), expected, "{text}");
        }
    }
}
