//! `pods/proxy`, `services/proxy` and `nodes/proxy`: the API server asks on behalf of its client.
//! <https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/>

use bytes::Bytes;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;

use crate::api::status::Status;
use crate::call::Verb;
use crate::input::ApiRequest;
use crate::network::{Dial, HttpRequest, HttpResponse, Origin, Outcome, Payload};
use crate::object::{Key, Kind};
use crate::random::Purpose;
use crate::time::Millis;
use crate::trace::{Actor, EntryId, What};
use crate::world::World;

/// The API server gives a backend so long.
const PATIENCE_MS: Millis = 30_000;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// A request for a proxy.
struct Wanted {
    key: Key,
    /// As the path spells it: empty, a number, or a name.
    port: String,
    tls: bool,
    /// What is asked of the other side; none where the path ends in `/proxy`.
    target: Option<String>,
}

impl World {
    /// Answers a request for a proxy. None: it is none.
    pub(super) fn proxy(&mut self, request: &ApiRequest) -> Option<http::Response<Bytes>> {
        let wanted = wanted(&request.uri)?;
        let Key { kind, name } = &wanted.key;
        if let Err(refused) = self.api().admit_beyond(request, &wanted.key, "proxy") {
            return Some(refusal(&refused));
        }
        let entry = self.asked_for(*kind, &name.namespace, &name.name, "proxy");
        if wanted.target.is_none() && matches!(request.method.as_str(), "GET" | "HEAD") {
            return Some(moved(&request.uri));
        }
        let answered = match kind {
            Kind::Node => self.of_node_itself(&wanted),
            _ => self.address(&wanted).and_then(|to| self.pass_on(request, &wanted, &to, entry)),
        };
        Some(answered.map_or_else(|status| refusal(&status), Into::into))
    }

    /// Traces that somebody has asked for a part of an object that leads beyond the API.
    pub(super) fn asked_for(
        &mut self,
        kind: Kind,
        namespace: &str,
        name: &str,
        subresource: &'static str,
    ) -> EntryId {
        let what = What::Request {
            verb: Verb::Get,
            key: Some(Key::new(kind, namespace, name)),
            subresource: Some(subresource),
            status: 200,
            message: String::new(),
        };
        let actor = Actor::Client { agent: "kubectl".into() };
        self.trace.push(self.now, Vec::new(), actor, false, what)
    }

    /// Where the API server finds what is asked.
    fn address(&mut self, wanted: &Wanted) -> Result<(String, u16), Status> {
        if wanted.key.kind == Kind::Pod {
            self.pod_address(wanted)
        } else {
            self.of_service(wanted)
        }
    }

    fn pod_address(&self, wanted: &Wanted) -> Result<(String, u16), Status> {
        let key = &wanted.key;
        let pod = self.store.objects().get_typed::<Pod>(key.namespace(), key.name());
        let pod = pod.ok_or_else(|| Status::not_found(key))?;
        let ip = pod.status.as_ref().and_then(|status| status.pod_ip.clone());
        let ip = ip.ok_or_else(|| Status::bad_request("address not allowed"))?;
        let mut ports = pod.spec.iter().flat_map(|spec| &spec.containers);
        let first = ports.find_map(|container| container.ports.as_ref()?.first());
        let port = match (&*wanted.port, first) {
            ("", Some(first)) => u16::try_from(first.container_port).unwrap_or(80),
            ("", None) => 80,
            (text, _) => text.parse().map_err(|_| {
                Status::bad_request(format!("invalid pod request \"{}:{text}\"", key.name()))
            })?,
        };
        Ok((ip, port))
    }

    /// One of the ready endpoints, by chance.
    fn of_service(&mut self, wanted: &Wanted) -> Result<(String, u16), Status> {
        let key = &wanted.key;
        let objects = self.store.objects();
        let service = objects.get_typed::<Service>(key.namespace(), key.name());
        let service = service.ok_or_else(|| Status::not_found(key))?;
        let ports = service.spec.as_ref().and_then(|spec| spec.ports.clone()).unwrap_or_default();
        let fits = ports.iter().find(|port| {
            let named = port.name.clone().unwrap_or_default();
            named == wanted.port || port.port.to_string() == wanted.port
        });
        let only = (wanted.port.is_empty() && ports.len() == 1).then(|| &ports[0]);
        let Some(port) = fits.or(only) else {
            return Err(unavailable(format!(
                "no service port \"{}\" found for service \"{}\"",
                wanted.port,
                key.name()
            )));
        };
        let name = port.name.clone().unwrap_or_default();
        let mut found = Vec::new();
        for slice in objects.all_in::<EndpointSlice>(key.namespace()) {
            let labels = slice.metadata.labels.as_ref();
            if labels.and_then(|all| all.get(SERVICE_NAME)).is_none_or(|of| of != key.name()) {
                continue;
            }
            let mut ports = slice.ports.iter().flatten();
            let fits = ports.find(|one| one.name.clone().unwrap_or_default() == name);
            let Some(number) = fits.and_then(|one| u16::try_from(one.port?).ok()) else { continue };
            for endpoint in slice.endpoints.iter().flatten() {
                if endpoint.conditions.as_ref().and_then(|c| c.ready).unwrap_or(true) {
                    found.extend(endpoint.addresses.iter().map(|ip| (ip.clone(), number)));
                }
            }
        }
        let last = i64::try_from(found.len()).unwrap_or(1) - 1;
        let pick = self.random.between(Purpose::Traffic, 0, last.max(0));
        let chosen = found.into_iter().nth(usize::try_from(pick).unwrap_or(0));
        chosen.ok_or_else(|| {
            unavailable(format!("no endpoints available for service \"{}\"", key.name()))
        })
    }

    fn pass_on(
        &mut self,
        request: &ApiRequest,
        wanted: &Wanted,
        (host, port): &(String, u16),
        entry: EntryId,
    ) -> Result<HttpResponse, Status> {
        let node = self.control_plane_node();
        let target = wanted.target.clone().unwrap_or_else(|| "/".to_owned());
        let mut sent = HttpRequest {
            method: request.method.clone(),
            target,
            headers: vec![("Host".to_owned(), format!("{host}:{port}"))],
            body: request.body.clone(),
            tls: wanted.tls,
        };
        let own = ["host", "authorization", "connection"];
        let others = request.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        sent.headers.extend(others.cloned());
        let dial = Dial {
            from: Origin::Node { node },
            host: host.clone(),
            port: *port,
            payload: Payload::Http(sent),
            timeout_ms: Some(PATIENCE_MS),
        };
        let result = self.ask_at_once(dial, Some(entry)).map(|result| result.outcome);
        let why = match result {
            Some(Outcome::Http(response)) => return Ok(response),
            Some(Outcome::Refused) => {
                format!("dial tcp {host}:{port}: connect: connection refused")
            }
            Some(Outcome::Reset) => "EOF".to_owned(),
            Some(Outcome::Unreachable) => {
                format!("dial tcp {host}:{port}: connect: no route to host")
            }
            _ => format!("dial tcp {host}:{port}: i/o timeout"),
        };
        Err(unavailable(format!("error trying to reach service: {why}")))
    }

    /// Where the API server runs.
    fn control_plane_node(&self) -> std::sync::Arc<str> {
        let specs = self.scenario.nodes.iter();
        let name = specs.clone().find(|node| node.control_plane).or(specs.clone().next());
        name.map_or_else(|| "".into(), |node| node.name.as_str().into())
    }

    /// What a node's kubelet answers: a little of it.
    fn of_node_itself(&self, wanted: &Wanted) -> Result<HttpResponse, Status> {
        let key = &wanted.key;
        let node = self.net(self.clock()).node_object(key.name());
        if node.is_none() {
            return Err(Status::not_found(key));
        }
        let machine = self.machines.get(key.name()).filter(|one| one.is_reachable());
        let Some(machine) = machine else {
            let ip = self.net(self.clock()).node_ip(key.name()).unwrap_or_default().to_owned();
            let why = format!("dial tcp {ip}:10250: connect: no route to host");
            return Err(unavailable(format!("error trying to reach service: {why}")));
        };
        let plain = |text: String| HttpResponse::new(200, "text/plain; charset=utf-8", text);
        let target = wanted.target.as_deref().unwrap_or("/");
        Ok(match target.split('?').next().unwrap_or_default() {
            "/healthz" | "/healthz/" | "/healthz/ping" => plain("ok".to_owned()),
            "/pods" | "/pods/" => {
                let pods = machine.pods().filter_map(|one| self.store.objects().get(&one.key));
                let items: Vec<serde_json::Value> = pods.map(|pod| pod.to_json()).collect();
                let list = serde_json::json!({
                    "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items,
                });
                HttpResponse::new(200, "application/json", list.to_string())
            }
            "/logs/" | "/logs" => {
                let text = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n\
                            <pre>\n<a href=\"containers/\">containers/</a>\n\
                            <a href=\"pods/\">pods/</a>\n</pre>\n";
                HttpResponse::new(200, "text/html; charset=utf-8", text)
            }
            _ => HttpResponse::new(404, "text/plain; charset=utf-8", "404 page not found\n"),
        })
    }
}

fn unavailable(message: String) -> Status {
    let mut status = Status::internal("");
    (status.code, status.reason, status.message) = (503, "ServiceUnavailable", message);
    status
}

fn refusal(status: &Status) -> http::Response<Bytes> {
    let mut text = status.to_json().to_string();
    text.push('\n');
    HttpResponse::new(status.code, "application/json", text).into()
}

/// A path without its last slash leads to the one with it, so that relative links work.
fn moved(uri: &str) -> http::Response<Bytes> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    let mut moved = HttpResponse::new(301, "text/html; charset=utf-8", Vec::new());
    moved.headers.push(("Location".to_owned(), format!("{path}/{query}")));
    moved.into()
}

/// Reads `/api/v1/namespaces/default/services/http:web:80/proxy/x?y`.
fn wanted(uri: &str) -> Option<Wanted> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let rest = path.strip_prefix("/api/v1/")?;
    let (namespace, rest) = match rest.strip_prefix("namespaces/") {
        Some(rest) => rest.split_once('/')?,
        None => ("", rest),
    };
    let (plural, rest) = rest.split_once('/')?;
    let (name, rest) = rest.split_once('/')?;
    let kind = match plural {
        "pods" if !namespace.is_empty() => Kind::Pod,
        "services" if !namespace.is_empty() => Kind::Service,
        "nodes" if namespace.is_empty() => Kind::Node,
        _ => return None,
    };
    let target = match rest.strip_prefix("proxy")? {
        "" => None,
        target if target.starts_with('/') => {
            let query = if query.is_empty() { String::new() } else { format!("?{query}") };
            Some(format!("{target}{query}"))
        }
        _ => return None,
    };
    let name = name.replace("%3A", ":").replace("%3a", ":");
    let parts: Vec<&str> = name.split(':').collect();
    let (scheme, name, port) = match parts.as_slice() {
        [name] => ("", *name, ""),
        [name, port] => ("", *name, *port),
        [scheme, name, port] => (*scheme, *name, *port),
        _ => return None,
    };
    let key = Key::new(kind, namespace, name);
    Some(Wanted { key, port: port.to_owned(), tls: scheme == "https", target })
}
