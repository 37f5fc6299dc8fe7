//! All routes in one table. A test compares it with the OpenAPI description.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodRouter, any, delete, get, post},
};
use tower_http::trace::TraceLayer;

use crate::{
    address, kubernetes, oembed, outside, pages, picture, rest, room, schema, socket,
    state::AppState,
};

/// The largest body of our own routes.
const BODY_MAX: usize = 64 << 10;

type Row = (&'static str, &'static str, MethodRouter<AppState>);

/// Method, path, and who answers.
fn table() -> Vec<Row> {
    vec![
        ("post", "/sandboxes", post(rest::create)),
        ("get", "/sandboxes/{id}", get(rest::find)),
        ("delete", "/sandboxes/{id}", delete(rest::delete)),
        ("get", "/sandboxes/{id}/log", get(rest::log)),
        ("get", "/sandboxes/{id}/clock", get(rest::clock)),
        ("post", "/sandboxes/{id}/clock", post(rest::change_clock)),
        ("post", "/sandboxes/{id}/faults", post(rest::fault)),
        ("post", "/sandboxes/{id}/traffic", post(rest::traffic)),
        ("get", "/sandboxes/{id}/trace", get(rest::trace)),
        ("get", "/sandboxes/{id}/digest", get(rest::digest)),
        ("get", "/sandboxes/{id}/kubeconfig", get(rest::kubeconfig)),
        ("get", "/sandboxes/{id}/socket", get(socket::connect)),
        ("post", "/rooms", post(room::open)),
        ("post", "/rooms/join", post(room::join)),
        ("get", "/rooms/{id}", get(room::find)),
        ("get", "/rooms/{id}/socket", get(room::connect)),
        ("get", "/oembed", get(oembed::answer)),
        ("get", "/pictures/{name}", get(picture::serve)),
        ("get", "/openapi.json", get(rest::describe)),
        ("get", "/healthz", get(rest::healthz)),
        ("get", "/readyz", get(rest::readyz)),
    ]
}

pub(crate) fn router(state: &AppState) -> Router {
    let own = table()
        .into_iter()
        .fold(Router::new(), |router, (_, path, handler)| router.route(path, handler))
        .layer(from_fn(pages::headers::add))
        .layer(DefaultBodyLimit::max(BODY_MAX));
    Router::new()
        .merge(own)
        .route("/sandboxes/{id}/outside/{authority}", any(outside::serve))
        .route("/sandboxes/{id}/outside/{authority}/", any(outside::serve))
        .route("/sandboxes/{id}/outside/{authority}/{*path}", any(outside::serve))
        .route("/sandboxes/{id}/", any(kubernetes::serve))
        .route("/sandboxes/{id}/{*path}", any(kubernetes::serve))
        .merge(schema::router())
        .merge(pages::router(state))
        .layer(from_fn_with_state(state.clone(), address::limit))
        .layer(TraceLayer::new_for_http())
        .with_state(state.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::openapi::Document;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let described: serde_json::Value =
            serde_json::from_str(&Document::json()).expect("the description is JSON");
        let paths = described["paths"].as_object().expect("paths");
        let described: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().expect("methods").keys();
                methods.map(|method| (method.clone(), path.clone()))
            })
            .collect();
        let routed = table().into_iter().map(|(method, path, _)| (method.into(), path.into()));
        assert_eq!(described, routed.collect());
    }
}
