//! Requests to the API server: what kubectl sends, and how answers become values or failures.

mod answer;
mod any;
mod events;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::LocalBoxStream;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::fields::str_at;
use crate::print::json::compact;
use crate::{Body, Stream, Terminal};
use answer::{made_up, quoted};
pub(crate) use any::AnyApi;
pub(crate) use events::Events;

const JSON: &str = "application/json";
/// Asks for what `kubectl get` prints: columns and rows computed by the server.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,\
                     application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// How a PATCH says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchType {
    Json,
    Merge,
    Strategic,
    Apply,
}

impl PatchType {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            PatchType::Json => "application/json-patch+json",
            PatchType::Merge => "application/merge-patch+json",
            PatchType::Strategic => "application/strategic-merge-patch+json",
            PatchType::Apply => "application/apply-patch+yaml",
        }
    }
}

/// The query of a request: names and values, not yet percent-encoded.
pub(crate) type Query = Vec<(&'static str, String)>;

/// Sends the requests of one command.
pub(crate) struct Client<'c> {
    pub(crate) api: &'c dyn AnyApi,
    terminal: &'c dyn Terminal,
    /// The words of the command (`kubectl rollout undo`), which kubectl tells the server.
    command: String,
    /// Headers that say in whose name it asks.
    impersonation: Vec<(&'static str, String)>,
    /// Warnings already shown: each is shown once a command.
    warned: RefCell<BTreeSet<String>>,
}

impl<'c> Client<'c> {
    pub(crate) fn new(
        api: &'c dyn AnyApi,
        terminal: &'c dyn Terminal,
        command: &str,
        impersonation: Vec<(&'static str, String)>,
    ) -> Self {
        let warned = RefCell::default();
        Client { api, terminal, command: command.to_owned(), impersonation, warned }
    }

    fn request(&self) -> http::request::Builder {
        let builder = Request::builder()
            .header("Kubectl-Command", &self.command)
            .header("User-Agent", "kubectl");
        self.impersonation
            .iter()
            .fold(builder, |builder, (name, value)| builder.header(*name, value))
    }

    pub(crate) async fn get(&self, path: &str, query: &Query) -> Result<Value, Failure> {
        self.json(Method::GET, path, query, JSON, None).await
    }

    /// GET of what seldom changes, with another `Accept`; an answer that was kept will do.
    pub(crate) async fn discover(&self, path: &str, accept: &str) -> Result<Value, Failure> {
        if let Some(kept) = self.api.cached(path)
            && let Ok(value) = serde_json::from_slice(&kept)
        {
            return Ok(value);
        }
        let value = self.json(Method::GET, path, &Query::new(), accept, None).await?;
        self.api.keep(path, &Bytes::from(compact(&value)));
        Ok(value)
    }

    pub(crate) async fn table(&self, path: &str, query: &Query) -> Result<Value, Failure> {
        self.json(Method::GET, path, query, TABLE, None).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        query: &Query,
        body: &Value,
    ) -> Result<Value, Failure> {
        self.json(Method::POST, path, query, JSON, Some((JSON, body))).await
    }

    pub(crate) async fn put(
        &self,
        path: &str,
        query: &Query,
        body: &Value,
    ) -> Result<Value, Failure> {
        self.json(Method::PUT, path, query, JSON, Some((JSON, body))).await
    }

    /// GET of a path as it is: the answer whatever it is.
    pub(crate) async fn raw(&self, path: &str) -> Result<Bytes, Failure> {
        let response = self.send(Method::GET, path, &Query::new(), JSON, None).await;
        if !response.status().is_success() {
            return Err(self.failure(&Method::GET, path, response).await);
        }
        Ok(whole(response.into_body()).await)
    }

    pub(crate) async fn patch(
        &self,
        path: &str,
        query: &Query,
        kind: PatchType,
        body: &Value,
    ) -> Result<Value, Failure> {
        self.json(Method::PATCH, path, query, JSON, Some((kind.content_type(), body))).await
    }

    /// PATCH with a body as the person wrote it, for the server to judge.
    pub(crate) async fn patch_text(
        &self,
        path: &str,
        query: &Query,
        kind: PatchType,
        body: &str,
    ) -> Result<Value, Failure> {
        let body = Bytes::from(body.to_owned());
        let body = Some((kind.content_type(), body));
        self.answer(Method::PATCH, path, query, JSON, body).await
    }

    pub(crate) async fn delete(&self, path: &str, options: &Value) -> Result<Value, Failure> {
        self.json(Method::DELETE, path, &Query::new(), JSON, Some((JSON, options))).await
    }

    /// A watch whose events carry objects.
    pub(crate) async fn watch(&self, path: &str, query: &Query) -> Result<Events, Failure> {
        self.events(path, query, JSON).await
    }

    /// A watch whose events carry tables.
    pub(crate) async fn watch_table(&self, path: &str, query: &Query) -> Result<Events, Failure> {
        self.events(path, query, TABLE).await
    }

    /// GET of plain text that may keep coming: logs.
    pub(crate) async fn stream(
        &self,
        path: &str,
        query: &Query,
    ) -> Result<LocalBoxStream<'static, Bytes>, Failure> {
        let response = self.send(Method::GET, path, query, "*/*", None).await;
        let success = response.status().is_success();
        if !success {
            return Err(self.failure(&Method::GET, path, response).await);
        }
        Ok(match response.into_body() {
            Body::Full(bytes) => futures::stream::once(async { bytes }).boxed_local(),
            Body::Stream(stream) => stream,
        })
    }

    /// Opens a stream into a container.
    pub(crate) async fn open(&self, path: &str, query: &Query) -> Result<Stream, Failure> {
        let request = self
            .request()
            .method(Method::GET)
            .uri(uri(path, query))
            .body(Bytes::new())
            .map_err(|why| Failure::message(why.to_string()))?;
        match self.api.open(request).await {
            Ok(stream) => Ok(stream),
            Err(response) => Err(self.failure(&Method::GET, path, response).await),
        }
    }

    /// Asks whether a connection may become another one.
    pub(crate) async fn upgrade(&self, path: &str) -> Result<(), Failure> {
        let response = self.send(Method::GET, path, &Query::new(), "*/*", None).await;
        if response.status() == http::StatusCode::SWITCHING_PROTOCOLS {
            return Ok(());
        }
        Err(self.failure(&Method::GET, path, response).await)
    }

    async fn events(&self, path: &str, query: &Query, accept: &str) -> Result<Events, Failure> {
        let mut query = query.clone();
        query.push(("watch", "true".to_owned()));
        let response = self.send(Method::GET, path, &query, accept, None).await;
        if !response.status().is_success() {
            return Err(self.failure(&Method::GET, path, response).await);
        }
        let chunks = match response.into_body() {
            Body::Full(bytes) => futures::stream::once(async { bytes }).boxed_local(),
            Body::Stream(stream) => stream,
        };
        Ok(Events::new(chunks))
    }

    async fn json(
        &self,
        method: Method,
        path: &str,
        query: &Query,
        accept: &str,
        body: Option<(&str, &Value)>,
    ) -> Result<Value, Failure> {
        let body = body.map(|(kind, value)| (kind, Bytes::from(compact(value) + "\n")));
        self.answer(method, path, query, accept, body).await
    }

    async fn answer(
        &self,
        method: Method,
        path: &str,
        query: &Query,
        accept: &str,
        body: Option<(&str, Bytes)>,
    ) -> Result<Value, Failure> {
        let response = self.send(method.clone(), path, query, accept, body).await;
        if !response.status().is_success() {
            return Err(self.failure(&method, path, response).await);
        }
        let bytes = whole(response.into_body()).await;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::message(format!("couldn't read the server's answer to {path}: {error}"))
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &Query,
        accept: &str,
        body: Option<(&str, Bytes)>,
    ) -> Response<Body> {
        let mut request =
            self.request().method(method).uri(uri(path, query)).header("Accept", accept);
        let mut bytes = Bytes::new();
        if let Some((kind, content)) = body {
            request = request.header("Content-Type", kind);
            bytes = content;
        }
        let Ok(request) = request.body(bytes) else {
            return not_a_path(path);
        };
        let response = self.api.call(request).await;
        self.show_warnings(&response);
        response
    }

    fn show_warnings(&self, response: &Response<Body>) {
        for header in response.headers().get_all("Warning") {
            let words = header.to_str().unwrap_or_default();
            let words = quoted(words);
            if self.warned.borrow_mut().insert(words.clone()) {
                self.terminal.err(&format!("Warning: {words}\n"));
            }
        }
    }

    /// The `Status` of an answer, or what client-go makes up when there is none.
    async fn failure(&self, method: &Method, path: &str, response: Response<Body>) -> Failure {
        let code = response.status().as_u16();
        let bytes = whole(response.into_body()).await;
        if let Ok(status) = serde_json::from_slice::<Value>(&bytes)
            && str_at(&status, "/kind") == "Status"
        {
            return Failure::Status(status);
        }
        let text = String::from_utf8_lossy(&bytes);
        Failure::Status(made_up(method, path, code, text.trim()))
    }
}

/// All of a body, also of one that comes in pieces.
async fn whole(body: Body) -> Bytes {
    match body {
        Body::Full(bytes) => bytes,
        Body::Stream(mut stream) => {
            let mut all = Vec::new();
            while let Some(chunk) = stream.next().await {
                all.extend_from_slice(&chunk);
            }
            all.into()
        }
    }
}

/// Waits for `future`, for `ms` milliseconds at most (forever when `ms` is not positive).
pub(crate) async fn within<T>(
    api: &dyn AnyApi,
    ms: i64,
    future: impl Future<Output = T>,
) -> Option<T> {
    if ms <= 0 {
        return Some(future.await);
    }
    let future = std::pin::pin!(future);
    match futures::future::select(future, api.sleep(ms)).await {
        futures::future::Either::Left((value, _)) => Some(value),
        futures::future::Either::Right(_) => None,
    }
}

fn uri(path: &str, query: &Query) -> String {
    let pairs: Vec<String> =
        query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let separator = if pairs.is_empty() {
        ""
    } else if path.contains('?') {
        "&"
    } else {
        "?"
    };
    format!("{path}{separator}{}", pairs.join("&"))
}

/// Percent-encoding as Go's `url.QueryEscape` does it.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            b' ' => "+".to_owned(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn not_a_path(path: &str) -> Response<Body> {
    let status = json!({"kind": "Status", "status": "Failure", "code": 400,
        "reason": "BadRequest", "message": format!("{path:?} is not a path")});
    let mut response = Response::new(Body::Full(compact(&status).into()));
    *response.status_mut() = http::StatusCode::BAD_REQUEST;
    response
}
