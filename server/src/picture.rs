//! `/pictures/LESSON.png`: what a lesson's cluster looks like, for those who link to it. Drawn from the
//! model, so that it is always the lesson's own; drawn once, and kept.

mod canvas;
mod draw;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use orchestrator::{Scenario, World};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use crate::{
    problem::{Problem, Query},
    state::AppState,
};

/// Pixels that a picture may be wide.
pub(crate) const WIDTHS: [u32; 3] = [1_200, 600, 300];
/// The playground's name among lessons.
const PLAY: &str = "play";

/// The edition of the course, the lesson, and the width.
type Name = (u64, String, u32);

/// Pictures that were drawn. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pictures {
    /// Of the latest edition alone.
    drawn: Arc<Mutex<BTreeMap<Name, Bytes>>>,
    /// One at a time: it takes a processor.
    turn: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { drawn: Arc::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Pictures {
    /// The picture of a lesson; none if there is no such lesson.
    async fn of(&self, slug: &str, width: u32) -> Option<Bytes> {
        let lesson = match slug {
            PLAY => None,
            slug => Some(Arc::clone(lessons::course().lesson(slug)?)),
        };
        let key = (lessons::edition(), slug.to_owned(), width);
        if let Some(known) = self.known(&key) {
            return Some(known);
        }
        // The semaphore is never closed.
        let _turn = self.turn.acquire().await;
        if let Some(known) = self.known(&key) {
            return Some(known);
        }
        let paint = move || {
            let world = match &lesson {
                Some(lesson) => lessons::portrait(lesson),
                None => World::new(1, &Scenario::playground(3)),
            };
            draw::draw(&world, width as usize)
        };
        let picture = Bytes::from(tokio::task::spawn_blocking(paint).await.ok()?);
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.retain(|(edition, ..), _| *edition == key.0);
        drawn.insert(key, picture.clone());
        Some(picture)
    }

    fn known(&self, key: &Name) -> Option<Bytes> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

/// How large a picture shall be.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Size {
    /// 1200, 600 or 300 pixels; 1200 if not given.
    width: Option<u32>,
}

/// Show what a lesson's cluster looks like.
#[utoipa::path(
    get, path = "/pictures/{name}", tag = "embedding",
    params(("name" = String, Path, description = "`LESSON.png`, or `play.png`"), Size),
    responses(
        (status = 200, description = "A picture", content_type = "image/png"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn serve(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(size): Query<Size>,
) -> Result<Response, Problem> {
    let width = size.width.unwrap_or(WIDTHS[0]);
    let slug = name.strip_suffix(".png").filter(|_| WIDTHS.contains(&width));
    let picture = match slug {
        Some(slug) => state.pictures.of(slug, width).await,
        None => None,
    };
    let picture = picture.ok_or_else(|| Problem::not_found("there is no such picture"))?;
    let headers = [(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")];
    Ok((headers, picture).into_response())
}

/// The height of a picture of that width.
pub(crate) fn height(width: u32) -> u32 {
    (width as f32 * draw::HEIGHT / draw::WIDTH).round() as u32
}
