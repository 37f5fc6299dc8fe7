//! What the owner of a sandbox can do with all that is kept of it: read it, and delete it.

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde::Serialize;

use super::open;
use crate::{
    database::Stored,
    openapi::schemas,
    problem::Problem,
    sandbox::{Deed, Entry, OpenError},
    state::AppState,
};

/// Delete a sandbox with its log, and what was shared of it.
#[utoipa::path(
    delete, path = "/sandboxes/{id}", tag = "sandboxes", params(("id" = String, Path)),
    responses(
        (status = 204, description = "Deleted; nothing is left of it"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let sandbox = open(&state, &id).await?.id().clone();
    state.sandboxes.delete(&sandbox).await.map_err(OpenError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// All that is kept of a sandbox: what it began as, and what was done to it at which model time.
#[derive(Debug, Serialize)]
pub(crate) struct Log {
    engine: String,
    seed: u64,
    scenario: serde_json::Value,
    lesson: Option<String>,
    learner: Option<String>,
    rate: f64,
    now_ms: i64,
    entries: Vec<LogEntry>,
    /// How far the learner is in its lesson.
    progress: Option<serde_json::Value>,
}

#[derive(Debug, Serialize)]
struct LogEntry {
    begin_ms: i64,
    end_ms: i64,
    deed: Deed,
}

/// Read the log of a sandbox: all that is kept of it.
#[utoipa::path(
    get, path = "/sandboxes/{id}/log", tag = "sandboxes", params(("id" = String, Path)),
    responses(
        (status = 200, body = schemas::Log),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn log(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Log>, Problem> {
    let sandbox = open(&state, &id).await?.id().clone();
    let Stored { row, entries, progress } = state.sandboxes.stored(&sandbox).await?;
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    let entry = |Entry { begin_ms, end_ms, deed }| LogEntry { begin_ms, end_ms, deed };
    Ok(Json(Log {
        engine: row.engine,
        seed: row.seed,
        scenario: read(&row.scenario),
        lesson: row.lesson,
        learner: row.learner,
        rate: row.rate,
        now_ms: row.now_ms,
        entries: entries.into_iter().map(entry).collect(),
        progress: progress.as_deref().map(read),
    }))
}
