//! Headers that keep pages safe: what they may load, who may frame them.

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};

/// Puts the headers that suit any answer of ours on it.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut response, REFERRER_POLICY, "same-origin");
    set(&mut response, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    let policy = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
    set(&mut response, HeaderName::from_static("permissions-policy"), policy);
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &'static str) {
    response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
}

/// What a page may load: its own files, the inline scripts that carry this answer's nonce, and
/// its own WASM. Styles may be inline, because the picture places its parts by `style`. `ancestors`
/// may frame it.
pub(crate) fn content_security_policy(nonce: &str, ancestors: &str) -> (HeaderName, String) {
    let policy = format!(
        "default-src 'self'; \
         script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; \
         connect-src 'self' ws: wss:; \
         object-src 'none'; \
         base-uri 'self'; \
         form-action 'self'; \
         frame-ancestors {ancestors}"
    );
    (CONTENT_SECURITY_POLICY, policy)
}
