//! What the editor needs to complete and explain fields: Kubernetes' own description of each group's
//! kinds, without its paths, as the API server gives it to `kubectl explain`. The same for every
//! sandbox.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use axum::{Json, Router, body::Bytes, extract::Path, response::IntoResponse, routing::get};
use http::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use orchestrator::{ApiRequest, Kind, Scenario, World};
use serde_json::{Map, Value, json};
use tower_http::compression::CompressionLayer;

use crate::state::AppState;

/// It changes with the server alone.
const CACHE: (http::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=3600");
/// What is kept of a schema.
const KEPT: [&str; 11] = [
    "description",
    "type",
    "format",
    "properties",
    "items",
    "additionalProperties",
    "required",
    "enum",
    "$ref",
    "allOf",
    "default",
];

/// The documents, compressed for who takes them so.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/schema", get(kinds))
        .route("/schema/{*version}", get(group))
        .layer(CompressionLayer::new())
}

/// All kinds: `[{"kind": "Pod", "apiVersion": "v1"}, …]`
async fn kinds() -> impl IntoResponse {
    let all = Kind::ALL.iter();
    let all = all.map(|kind| json!({"kind": kind.name(), "apiVersion": kind.api_version()}));
    ([CACHE], Json(all.collect::<Vec<_>>()))
}

/// One group's schemas, and which of them each kind is.
async fn group(Path(version): Path<String>) -> Result<impl IntoResponse, StatusCode> {
    if !Kind::ALL.iter().any(|kind| kind.api_version() == version) {
        return Err(StatusCode::NOT_FOUND);
    }
    let body = tokio::task::spawn_blocking(move || kept(&version)).await;
    let body = body.ok().flatten().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([CACHE, (CONTENT_TYPE, "application/json")], body))
}

/// The group's document, made once. There are as many as groups.
fn kept(version: &str) -> Option<Bytes> {
    static MADE: Mutex<BTreeMap<String, Bytes>> = Mutex::new(BTreeMap::new());
    let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(body) = made().get(version) {
        return Some(body.clone());
    }
    let body = Bytes::from(serde_json::to_vec(&document(version)?).ok()?);
    made().insert(version.to_owned(), body.clone());
    Some(body)
}

fn document(version: &str) -> Option<Value> {
    static WORLD: OnceLock<World> = OnceLock::new();
    let world = WORLD.get_or_init(|| World::new(0, &Scenario::playground(1)));
    let root = if version.contains('/') { "apis" } else { "api" };
    let uri = format!("/openapi/v3/{root}/{version}");
    let answer = world.peek(&ApiRequest::new("GET", &uri, "", ""));
    let mut whole: Value = serde_json::from_slice(answer.body()).ok()?;
    let Value::Object(schemas) = whole["components"]["schemas"].take() else { return None };
    let kinds: Map<String, Value> = schemas
        .iter()
        .flat_map(|(name, schema)| names(schema).map(|kind| (kind, name.clone().into())))
        .collect();
    let schemas: Map<String, Value> =
        schemas.into_iter().map(|(name, schema)| (name, slim(schema))).collect();
    Some(json!({"kinds": kinds, "schemas": schemas}))
}

/// The kinds that a schema describes.
fn names(schema: &Value) -> impl Iterator<Item = String> {
    let kinds = schema["x-kubernetes-group-version-kind"].as_array().into_iter().flatten();
    kinds.filter_map(|kind| kind["kind"].as_str().map(str::to_owned))
}

/// Without what the editor does not read. References keep the last part of their names.
fn slim(schema: Value) -> Value {
    let Value::Object(fields) = schema else { return schema };
    let keep = |(name, value): (String, Value)| {
        let value = match (name.as_str(), value) {
            ("properties", Value::Object(all)) => {
                all.into_iter().map(|(field, schema)| (field, slim(schema))).collect()
            }
            ("items" | "additionalProperties", schema) => slim(schema),
            ("allOf", Value::Array(all)) => all.into_iter().map(slim).collect(),
            ("$ref", Value::String(name)) => {
                name.rsplit('/').next().unwrap_or_default().to_owned().into()
            }
            (_, value) => value,
        };
        (name, value)
    };
    fields.into_iter().filter(|(name, _)| KEPT.contains(&name.as_str())).map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::{document, kept};

    #[test]
    fn a_group_is_described_with_its_words() {
        let apps = document("apps/v1").expect("a document");
        let deployment = apps["kinds"]["Deployment"].as_str().expect("a schema's name");
        let spec = apps["schemas"][deployment]["properties"]["spec"].clone();
        let named = spec["$ref"].as_str().or_else(|| spec["allOf"][0]["$ref"].as_str());
        let spec = &apps["schemas"][named.expect("a reference")];
        let replicas = spec["properties"]["replicas"]["description"].as_str().expect("words");
        assert!(replicas.starts_with("Number of desired pods"), "{replicas}");
        assert!(apps.get("paths").is_none());
        assert_eq!(kept("v1"), kept("v1"));
    }
}
