//! The pages: rendered here by `app`, then brought to life in the browser.

mod files;
pub(crate) mod headers;
mod sitemap;

use std::sync::Arc;

use app::{App, backend::Backend, i18n::Language, shell};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCEPT_LANGUAGE, CACHE_CONTROL, VARY},
    request::Parts,
};
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list, render_app_to_stream_with_context,
};
use tower_http::compression::CompressionLayer;

pub(crate) use self::files::Site;
use crate::state::AppState;

/// The pages' routes, and whatever no other route takes: files, and the page that says there is
/// nothing here.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    let options = state.options.clone();
    let routes = generate_route_list(App).into_iter().filter(|route| route.path() != "/").collect();
    Router::new()
        .route("/", get(greet))
        .route("/sitemap.xml", get(sitemap::serve))
        .leptos_routes_with_context(state, routes, context(state), {
            move || shell(options.clone())
        })
        .fallback(not_found)
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), file_first))
        .layer(from_fn(self::headers::add))
}

/// Options for the renderer; what it would look up in the environment is known.
pub(crate) fn options(listen: std::net::SocketAddr) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("wheelhouse")
        .site_root("target/site")
        .site_pkg_dir("pkg")
        .site_addr(listen)
        .build()
}

pub(crate) fn site() -> Arc<Site> {
    Arc::new(Site::find())
}

async fn greet(headers: HeaderMap) -> Response {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::from_accept_language(header.unwrap_or_default());
    let mut response = Redirect::temporary(&format!("/{}", language.code())).into_response();
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Language"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// What a page finds in its context: the backend, and the policy that goes with its nonce.
fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend: Arc<dyn Backend> = Arc::new(state.backend.clone());
    let config = Arc::clone(&state.config);
    move || {
        provide_context(Arc::clone(&backend));
        protect(config.frame_ancestors.sources());
    }
}

/// `ancestors` may frame what is made for it.
fn protect(ancestors: &str) {
    let (Some(options), Some(nonce)) =
        (use_context::<ResponseOptions>(), leptos::nonce::use_nonce())
    else {
        return;
    };
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned());
    let embedded = path.is_some_and(|path| path.starts_with("/embed/"));
    let ancestors = if embedded { ancestors } else { "'self'" };
    let (name, policy) = headers::content_security_policy(&nonce, ancestors);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        options.insert_header(name, policy);
    }
}

/// A file, where there is one of that name; else whatever the routes say.
async fn file_first(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && let Some(file) = state.site.serve(request.uri().path(), request.headers()).await {
        return file;
    }
    next.run(request).await
}

async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let options = state.options.clone();
    let render = render_app_to_stream_with_context(context(&state), move || shell(options.clone()));
    let mut response = render(request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
