//! What an Ingress controller does with a request: which Ingress is for it, and which Pod gets it.
//!
//! It is nginx with the rules of `ingress-nginx`: the most exact host wins, then the longest path;
//! requests go straight to Pods, not to cluster IPs. No rule: 404; no endpoint: 503; a Pod that
//! does not answer: 502 or 504. <https://kubernetes.github.io/ingress-nginx/>

use std::sync::Arc;

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, Ingress, IngressBackend, IngressClass, IngressServiceBackend,
};

use super::flight::{Leg, Program};
use super::net::Net;
use super::{Dial, HttpRequest, HttpResponse, Origin, Payload};
use crate::images::application::nginx;
use crate::time::Millis;

/// The controller's name in IngressClasses.
pub(crate) const CONTROLLER: &str = "k8s.io/ingress-nginx";
pub(crate) const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
const REWRITE: &str = "nginx.ingress.kubernetes.io/rewrite-target";
const SSL_REDIRECT: &str = "nginx.ingress.kubernetes.io/ssl-redirect";
/// `proxy_read_timeout`, and how long a connection may take.
const READ_MS: Millis = 60_000;
const CONNECT_MS: Millis = 5_000;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The leg on which the controller asks a Pod in turn.
///
/// # Errors
/// What it answers itself: 308, 404 or 503.
pub(crate) fn route(
    net: &Net<'_>,
    program: &Program,
    leg: &Leg,
    request: &HttpRequest,
) -> Result<Box<Leg>, HttpResponse> {
    let found = choose(net, request).ok_or_else(|| nginx::error(404, None))?;
    if let Some(moved) = found.to_https(leg, request) {
        return Err(moved);
    }
    let unavailable = || nginx::error(503, None);
    let service = found.backend.service.as_ref().ok_or_else(unavailable)?;
    let endpoints = endpoints(net, &found.namespace, service);
    // Round robin, as nginx does it by default; the clock stands in for its counter.
    let turn = usize::try_from(leg.began.0.unsigned_abs()).unwrap_or_default();
    let chosen = endpoints.get(turn % endpoints.len().max(1)).ok_or_else(unavailable)?;
    let (host, port) = chosen.clone();
    let origin = Origin::Pod { uid: Arc::clone(&program.uid) };
    let source = net.source(&origin).ok_or_else(|| nginx::error(502, None))?;
    let payload = Payload::Http(found.forwarded(leg, request));
    let dial =
        Dial { from: origin, host, port, payload, timeout_ms: Some(CONNECT_MS.max(READ_MS)) };
    Ok(Box::new(Leg::new(dial, source, net.clock.now)))
}

/// The rule that a request meets.
struct Found {
    namespace: String,
    backend: IngressBackend,
    rewrite: Option<String>,
    tls: bool,
}

impl Found {
    fn of(ingress: &Ingress, backend: &IngressBackend) -> Found {
        let annotations = ingress.metadata.annotations.clone().unwrap_or_default();
        let tls = ingress
            .spec
            .as_ref()
            .is_some_and(|spec| spec.tls.as_ref().is_some_and(|tls| !tls.is_empty()));
        let redirects = annotations.get(SSL_REDIRECT).is_none_or(|value| value != "false");
        Found {
            namespace: ingress.metadata.namespace.clone().unwrap_or_default(),
            backend: backend.clone(),
            rewrite: annotations.get(REWRITE).cloned(),
            tls: tls && redirects,
        }
    }

    /// Who offers TLS leads there.
    fn to_https(&self, leg: &Leg, request: &HttpRequest) -> Option<HttpResponse> {
        if !self.tls || request.tls || leg.dial.port == 443 {
            return None;
        }
        let host = request.header("host").unwrap_or_default().split(':').next().unwrap_or_default();
        let mut moved = nginx::error(308, None);
        moved.headers.push(("Location".to_owned(), format!("https://{host}{}", request.target)));
        Some(moved)
    }

    /// The request as the Pod gets it.
    fn forwarded(&self, leg: &Leg, request: &HttpRequest) -> HttpRequest {
        let mut forwarded = request.clone();
        forwarded.tls = false;
        // Groups of regular expressions are not followed: the whole path is replaced.
        if let Some(target) = self.rewrite.as_ref().filter(|target| !target.contains('$')) {
            let query = request.query();
            forwarded.target =
                if query.is_empty() { target.clone() } else { format!("{target}?{query}") };
        }
        let client = leg.source.ip.clone();
        let scheme = if request.tls { "https" } else { "http" };
        let host = request.header("host").unwrap_or_default().to_owned();
        let added = [
            ("X-Real-IP", client.clone()),
            ("X-Forwarded-For", client),
            ("X-Forwarded-Host", host),
            ("X-Forwarded-Port", leg.dial.port.to_string()),
            ("X-Forwarded-Proto", scheme.to_owned()),
            ("X-Scheme", scheme.to_owned()),
        ];
        forwarded.headers.extend(added.map(|(name, value)| (name.to_owned(), value)));
        forwarded
    }
}

/// Whether an Ingress is this controller's: by its class, or by the old annotation.
pub(crate) fn is_ours(net: &Net<'_>, ingress: &Ingress) -> bool {
    let objects = net.store.objects();
    let class = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.clone());
    let annotations = ingress.metadata.annotations.as_ref();
    let old = annotations.and_then(|all| all.get(CLASS_ANNOTATION)).cloned();
    match class.or(old) {
        None => false,
        Some(name) => objects
            .get_typed::<IngressClass>("", &name)
            .and_then(|class| class.spec.as_ref()?.controller.as_deref())
            .is_some_and(|controller| controller == CONTROLLER),
    }
}

fn choose(net: &Net<'_>, request: &HttpRequest) -> Option<Found> {
    let host = request.header("host").unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let path = request.path();
    let mut ours: Vec<&Arc<Ingress>> =
        net.store.objects().all::<Ingress>().filter(|one| is_ours(net, one)).collect();
    // Of two that say the same, the older one counts.
    ours.sort_by_key(|one| one.metadata.creation_timestamp.as_ref().map(|time| time.0));
    let mut best: Option<((u8, bool, usize), Found)> = None;
    for ingress in &ours {
        for rule in ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten()) {
            let Some(exactness) = host_fits(rule.host.as_deref().unwrap_or_default(), &host) else {
                continue;
            };
            for one in rule.http.iter().flat_map(|http| &http.paths) {
                let Some(length) = path_fits(one, path) else { continue };
                let rank = (exactness, one.path_type == "Exact", length);
                if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                    best = Some((rank, Found::of(ingress, &one.backend)));
                }
            }
        }
    }
    best.map(|(_, found)| found).or_else(|| {
        ours.iter().find_map(|ingress| {
            let backend = ingress.spec.as_ref()?.default_backend.as_ref()?;
            Some(Found::of(ingress, backend))
        })
    })
}

/// How exactly a rule's host fits. None: it does not.
fn host_fits(wanted: &str, host: &str) -> Option<u8> {
    if wanted.is_empty() {
        return Some(0);
    }
    if wanted == host {
        return Some(2);
    }
    let domain = wanted.strip_prefix("*.")?;
    let (label, rest) = host.split_once('.')?;
    (!label.is_empty() && rest == domain).then_some(1)
}

/// The length of the path that fits. None: it does not.
fn path_fits(wanted: &HTTPIngressPath, path: &str) -> Option<usize> {
    let own = wanted.path.as_deref().filter(|path| !path.is_empty()).unwrap_or("/");
    if wanted.path_type == "Exact" {
        return (own == path).then_some(own.len());
    }
    // Element by element: `/foo` is for `/foo/bar` and not for `/foobar`.
    let prefix = own.trim_end_matches('/');
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(own.len())
}

/// The ready endpoints of a backend.
fn endpoints(
    net: &Net<'_>,
    namespace: &str,
    backend: &IngressServiceBackend,
) -> Vec<(String, u16)> {
    let objects = net.store.objects();
    let Some(service) = objects.get_typed::<Service>(namespace, &backend.name) else {
        return Vec::new();
    };
    let wanted = backend.port.clone().unwrap_or_default();
    let mut ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let port = ports.find(|port| {
        let by_name = wanted.name.is_some() && port.name == wanted.name;
        by_name || wanted.number.is_some_and(|number| number == port.port)
    });
    let Some(name) = port.map(|port| port.name.clone().unwrap_or_default()) else {
        return Vec::new();
    };
    let slices = objects.all_in::<EndpointSlice>(namespace).filter(|slice| {
        let labels = slice.metadata.labels.as_ref();
        labels.and_then(|all| all.get(SERVICE_NAME)).is_some_and(|of| *of == backend.name)
    });
    let mut found = Vec::new();
    for slice in slices {
        let mut ports = slice.ports.iter().flatten();
        let fits = ports.find(|port| port.name.clone().unwrap_or_default() == name);
        let Some(number) = fits.and_then(|port| u16::try_from(port.port?).ok()) else { continue };
        for endpoint in slice.endpoints.iter().flatten() {
            let ready = endpoint.conditions.as_ref().and_then(|c| c.ready).unwrap_or(true);
            let addresses = endpoint.addresses.iter().filter(|_| ready);
            found.extend(addresses.map(|ip| (ip.clone(), number)));
        }
    }
    found.sort();
    found
}

/// What the API server answers to somebody whom it does not know.
pub(crate) fn api_server_anonymous(payload: &Payload) -> HttpResponse {
    let Payload::Http(request) = payload else { return HttpResponse::default() };
    if !request.tls {
        let text = "Client sent an HTTP request to an HTTPS server.\n";
        return HttpResponse::new(400, "text/plain; charset=utf-8", text);
    }
    let path = request.path();
    if matches!(path, "/healthz" | "/livez" | "/readyz") {
        return HttpResponse::new(200, "text/plain; charset=utf-8", "ok");
    }
    let verb = request.method.to_ascii_lowercase();
    let message = format!("forbidden: User \"system:anonymous\" cannot {verb} path \"{path}\"");
    let status = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": "Forbidden", "details": {}, "code": 403,
    });
    let text = serde_json::to_string_pretty(&status).unwrap_or_default();
    HttpResponse::new(403, "application/json", text)
}
