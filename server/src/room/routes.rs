//! The routes of rooms.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    Extension, Json,
    extract::{Path, State, WebSocketUpgrade},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use protocol::{JoinRoom, NewRoom};

use super::{RoomError, connection::Connection};
use crate::{
    address,
    openapi::schemas,
    problem::{Body, Problem},
    state::AppState,
};

/// The largest message of a page, and what a connection reads at once: there are many, and most
/// say nothing most of the time.
const MESSAGE_MAX: usize = 256 << 10;
const BUFFER: usize = 2 << 10;

/// Open a room.
#[utoipa::path(
    post, path = "/rooms", tag = "rooms", request_body = schemas::NewRoom,
    responses(
        (status = 201, description = "The room is open", body = schemas::RoomOpened),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn open(
    State(state): State<AppState>,
    Body(wish): Body<NewRoom>,
) -> Result<Response, Problem> {
    let opened = state.rooms.open(&wish).await?;
    Ok((StatusCode::CREATED, Json(opened)).into_response())
}

/// Join the room of a code.
#[utoipa::path(
    post, path = "/rooms/join", tag = "rooms", request_body = schemas::JoinRoom,
    responses(
        (status = 201, description = "A learner of the room", body = schemas::RoomJoined),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn join(
    State(state): State<AppState>,
    address: Option<Extension<address::Place>>,
    Body(wish): Body<JoinRoom>,
) -> Result<Response, Problem> {
    // Who calls without a connection shares one place.
    let address = address.map_or(IpAddr::from(Ipv4Addr::UNSPECIFIED), |place| place.0.ip);
    let joined = state.rooms.join(&wish, address).await?;
    Ok((StatusCode::CREATED, Json(joined)).into_response())
}

/// Tell whether a room is open.
#[utoipa::path(
    get, path = "/rooms/{id}", tag = "rooms", params(("id" = String, Path)),
    responses(
        (status = 204, description = "It is open"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn find(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let found = state.rooms.find(&id).ok_or(RoomError::Unknown)?;
    drop(found);
    Ok(StatusCode::NO_CONTENT)
}

/// Be in a room over a WebSocket: JSON messages of the page's protocol. The first one carries the
/// secret.
#[utoipa::path(
    get, path = "/rooms/{id}/socket", tag = "rooms", params(("id" = String, Path)),
    responses(
        (status = 101, description = "Switching to the WebSocket protocol"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn connect(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    address: Option<Extension<address::Place>>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let handle = state.rooms.find(&id).ok_or(RoomError::Unknown)?;
    let origin = state.address(&headers);
    let upgrade = upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(0);
    Ok(upgrade.on_upgrade(move |socket| async move {
        Connection::new(socket, state, handle, origin).run().await;
        drop(address);
    }))
}

impl From<RoomError> for Problem {
    fn from(error: RoomError) -> Self {
        match error {
            RoomError::Invalid(_) => Self::invalid(error.to_string()),
            RoomError::Unknown => Self::not_found(error.to_string()),
            RoomError::Guessing | RoomError::Full => Self::limit(error.to_string()),
            RoomError::Random(_) | RoomError::Database(_) => {
                tracing::error!(%error, "a room could not be had");
                Self::unavailable("see the server's log")
            }
        }
    }
}
