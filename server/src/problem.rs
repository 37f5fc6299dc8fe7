//! Errors of our own routes, as RFC 9457 problem documents. (The Kubernetes API of a sandbox
//! answers with Kubernetes' `Status` instead: see `kubernetes`.)

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// What went wrong, for a program and for a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A stable word for the kind of problem, such as `/problems/unknown-sandbox`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What it was this time.
    pub detail: String,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        kind: &str,
        title: &str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
        }
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        let title = "The request is not valid";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail)
    }

    pub(crate) fn unknown_sandbox(id: &str) -> Self {
        let detail = format!("there is no sandbox {id:?}");
        Self::new(StatusCode::NOT_FOUND, "unknown-sandbox", "There is no such sandbox", detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
    }

    pub(crate) fn limit(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "limit", "A limit of this server", detail)
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let title = "The server cannot do that now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let content_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}

/// A JSON body; none at all stands for the default. What cannot be read is a [`Problem`].
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = bytes::Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::new(
                rejection.status(),
                "body",
                "The body cannot be read",
                rejection.body_text(),
            )
        })?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(T::default()));
        }
        Json::from_bytes(&bytes).map(|Json(value)| Self(value)).map_err(unreadable)
    }
}

fn unreadable(rejection: JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(error) => Problem::invalid(error.body_text()),
        other => {
            let title = "The body is not JSON";
            Problem::new(StatusCode::BAD_REQUEST, "not-json", title, other.body_text())
        }
    }
}

/// A URL's query; what cannot be read is a [`Problem`].
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| Problem::invalid(rejection.body_text()))
    }
}
