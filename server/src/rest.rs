//! What programs can do with sandboxes: the same as the page does, over plain HTTP and JSON.

mod own;

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION},
};
use orchestrator::{Input, Reply};
use protocol::{
    Clock, ClockChange, Fault, Moment, NewSandbox, Position, SandboxCreated, TrafficChange,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

pub(crate) use self::own::{__path_delete, __path_log, delete, log};
use crate::{
    id::SandboxId,
    openapi::{Document, schemas},
    origin,
    problem::{Body, Problem, Query},
    sandbox::{OpenError, Refused, Sandbox},
    share,
    state::AppState,
    translate,
};

/// Make a sandbox.
#[utoipa::path(
    post, path = "/sandboxes", tag = "sandboxes",
    request_body(content = schemas::NewSandbox, description = "All of it may be left out"),
    responses(
        (status = 201, description = "Made", body = schemas::SandboxCreated,
            headers(("Location" = String, description = "The sandbox's own address"))),
        (status = 422, description = "Not valid", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "No room for more", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(wish): Body<NewSandbox>,
) -> Result<Response, Problem> {
    let sandbox = origin::make(&state, &wish).await?;
    let created = addresses(&state, &sandbox, &headers);
    let location = [(LOCATION, created.server.clone())];
    Ok((StatusCode::CREATED, location, Json(created)).into_response())
}

/// Tell where a sandbox is.
#[utoipa::path(
    get, path = "/sandboxes/{id}", tag = "sandboxes", params(("id" = String, Path)),
    responses(
        (status = 200, body = schemas::SandboxCreated),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn find(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<SandboxCreated>, Problem> {
    let sandbox = open(&state, &id).await?;
    Ok(Json(addresses(&state, &sandbox, &headers)))
}

fn addresses(state: &AppState, sandbox: &Sandbox, headers: &HeaderMap) -> SandboxCreated {
    let address = state.address(headers);
    SandboxCreated {
        id: sandbox.id().to_string(),
        server: format!("{address}/sandboxes/{}", sandbox.id()),
        page: format!("{address}{}", origin::page(sandbox, headers)),
    }
}

/// Tell the time of a sandbox.
#[utoipa::path(
    get, path = "/sandboxes/{id}/clock", tag = "time", params(("id" = String, Path)),
    responses(
        (status = 200, body = schemas::Clock),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn clock(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Clock>, Problem> {
    // Also what is only looked at has its clock: the page asks whether it is there.
    Ok(Json(share::sandbox(&state, &id).await?.view().clock()))
}

/// Stop, run, step or advance the clock of a sandbox. Answers when the cluster is there.
#[utoipa::path(
    post, path = "/sandboxes/{id}/clock", tag = "time", params(("id" = String, Path)),
    request_body = schemas::ClockChange,
    responses(
        (status = 200, body = schemas::Clock),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_clock(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Body(change): Body<ClockChange>,
) -> Result<Json<Clock>, Problem> {
    let sandbox = open(&state, &id).await?;
    sandbox.clock(change).await?;
    Ok(Json(sandbox.view().clock()))
}

/// Do something bad to the cluster.
#[utoipa::path(
    post, path = "/sandboxes/{id}/faults", tag = "faults", params(("id" = String, Path)),
    request_body = schemas::Fault,
    responses(
        (status = 200, description = "It took effect", body = schemas::Clock),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn fault(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Body(fault): Body<Option<Fault>>,
) -> Result<Json<Clock>, Problem> {
    let fault = fault.ok_or_else(|| Problem::invalid("a fault is needed"))?;
    let sandbox = open(&state, &id).await?;
    let input = Input::Fault(translate::model_fault(&fault).map_err(Problem::invalid)?);
    match sandbox.submit(input).await? {
        Reply::NotFound => Err(Problem::not_found("the fault names something that is not there")),
        _ => Ok(Json(sandbox.view().clock())),
    }
}

/// Let clients ask again and again, or cease.
#[utoipa::path(
    post, path = "/sandboxes/{id}/traffic", tag = "traffic", params(("id" = String, Path)),
    request_body = schemas::TrafficChange,
    responses(
        (status = 200, description = "It took effect", body = schemas::Clock),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn traffic(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Body(change): Body<Option<TrafficChange>>,
) -> Result<Json<Clock>, Problem> {
    let change = change.ok_or_else(|| Problem::invalid("a change of traffic is needed"))?;
    let sandbox = open(&state, &id).await?;
    match sandbox.submit(Input::Traffic(translate::model_traffic(change))).await? {
        Reply::NotFound => Err(Problem::invalid(
            "no such traffic runs, its URL is none of http://host/path, or there is too much of it",
        )),
        _ => Ok(Json(sandbox.view().clock())),
    }
}

/// Where to read on in a trace.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Since {
    /// The position to begin at; 0 is the cluster's beginning.
    #[serde(default)]
    since: Position,
    /// Moments at most; 1,000 if not given, which is also the most.
    limit: Option<usize>,
}

/// Moments of a trace.
#[derive(Debug, Serialize)]
pub(crate) struct TracePage {
    moments: Vec<Moment>,
    next: Position,
}

const PAGE_MAX: usize = 1_000;

/// Read what happened: everything, in order, each with its causes.
#[utoipa::path(
    get, path = "/sandboxes/{id}/trace", tag = "trace", params(("id" = String, Path), Since),
    responses(
        (status = 200, body = schemas::TracePage),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn trace(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(from): Query<Since>,
) -> Result<Json<TracePage>, Problem> {
    // Also of what is only looked at: the page's slider reaches back to the beginning.
    let view = share::sandbox(&state, &id).await?.view();
    let limit = from.limit.unwrap_or(PAGE_MAX).min(PAGE_MAX);
    let moments: Vec<_> = translate::moments(&view.world, from.since).take(limit).collect();
    let next = moments.last().map_or(from.since, |last| last.position + 1);
    Ok(Json(TracePage { moments, next }))
}

/// The state of a cluster in one number.
#[derive(Debug, Serialize)]
pub(crate) struct Digest {
    digest: String,
    position: Position,
    now_ms: i64,
}

/// Tell the digest of a cluster: same seed, same scenario, same inputs, same digest.
#[utoipa::path(
    get, path = "/sandboxes/{id}/digest", tag = "trace", params(("id" = String, Path)),
    responses(
        (status = 200, body = schemas::Digest),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn digest(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Digest>, Problem> {
    let world = open(&state, &id).await?.view().world;
    Ok(Json(Digest {
        digest: world.digest().to_string(),
        position: world.trace().len(),
        now_ms: world.now().0,
    }))
}

/// A kubeconfig for kubectl and everything that reads one.
#[utoipa::path(
    get, path = "/sandboxes/{id}/kubeconfig", tag = "sandboxes", params(("id" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "application/yaml"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn kubeconfig(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sandbox = open(&state, &id).await?;
    let server = format!("{}/sandboxes/{}", state.address(&headers), sandbox.id());
    let yaml = format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: wheelhouse\n  cluster:\n    server: {server}\n\
         users:\n\
         - name: learner\n  user: {{}}\n\
         contexts:\n\
         - name: wheelhouse\n  context:\n    cluster: wheelhouse\n    user: learner\n    \
         namespace: default\n\
         current-context: wheelhouse\n"
    );
    let name = "attachment; filename=\"kubeconfig.yaml\"";
    Ok(([(CONTENT_TYPE, "application/yaml"), (CONTENT_DISPOSITION, name)], yaml).into_response())
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "server",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub(crate) async fn describe() -> Response {
    ([(CONTENT_TYPE, "application/json")], Document::json()).into_response()
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = String)))]
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// Whether it can take requests: the database answers, and the server is not shutting down.
#[utoipa::path(
    get, path = "/readyz", tag = "server",
    responses(
        (status = 200, body = String),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<&'static str, Problem> {
    if state.sandboxes.is_ready().await {
        Ok("ok")
    } else {
        Err(Problem::unavailable("the database does not answer, or the server is shutting down"))
    }
}

/// The sandbox that a path names.
pub(crate) async fn open(state: &AppState, id: &str) -> Result<Sandbox, Problem> {
    let name = SandboxId::parse(id).ok_or_else(|| Problem::unknown_sandbox(id))?;
    state.sandboxes.open(&name).await.map_err(|error| match error {
        OpenError::Unknown => Problem::unknown_sandbox(id),
        other => Problem::from(other),
    })
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unknown => Self::not_found(error.to_string()),
            OpenError::Full => Self::limit(error.to_string()),
            OpenError::Busy => Self::unavailable(error.to_string()),
            OpenError::Lesson(error) => Self::invalid(error.to_string()),
            OpenError::Database(_) | OpenError::Broken(_) => {
                tracing::error!(%error, "a sandbox could not be opened");
                let (status, detail) = (StatusCode::INTERNAL_SERVER_ERROR, "see the server's log");
                Self::new(status, "internal", "Something broke in the server", detail)
            }
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Limit { .. } => Self::limit(refused.to_string()),
            Refused::Closed => Self::unavailable(refused.to_string()),
            Refused::Invalid(_) | Refused::OutOfRange | Refused::NoLesson => {
                Self::invalid(refused.to_string())
            }
        }
    }
}
