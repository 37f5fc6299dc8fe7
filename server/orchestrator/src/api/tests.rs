//! The API server as its clients see it.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;
use serde_json::{Value, json};

use super::{ApiServer, Called, Caller, Status, stream};
use crate::call::Call;
use crate::input::{ApiRequest, Reply};
use crate::machine::Machine;
use crate::object::Object;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::store::Store;
use crate::time::{Clock, Time};
use crate::trace::{Actor, Trace, What};

mod apply;
mod create;
mod delete;
mod discovery;
mod events;
mod hostile;
mod logs;
mod patch;
mod refusals;
mod tables;
mod watch;

/// An API server on a store of its own.
struct Bench {
    store: Store,
    trace: Trace,
    random: Random,
    scenario: Scenario,
    clock: Clock,
    machines: OrdMap<Arc<str>, Machine>,
}

/// Somebody who may do everything, though there are no roles.
fn tester() -> crate::scenario::User {
    let groups = vec!["system:masters".to_owned()];
    crate::scenario::User { name: "tester".to_owned(), uid: String::new(), groups }
}

impl Bench {
    /// With the namespace `default` and its service account.
    fn new() -> Bench {
        let clock = Clock { now: Time(0), epoch_s: 1_767_571_200 };
        let mut bench = Bench {
            store: Store::default(),
            trace: Trace::default(),
            random: Random::new(1),
            scenario: Scenario { user: tester(), ..Scenario::playground(0) },
            clock,
            machines: OrdMap::new(),
        };
        bench.create("/api/v1/namespaces", &json!({"metadata": {"name": "default"}}));
        let account = json!({"metadata": {"name": "default"}});
        bench.create("/api/v1/namespaces/default/serviceaccounts", &account);
        bench
    }

    fn api(&mut self) -> ApiServer<'_> {
        ApiServer {
            store: &mut self.store,
            trace: &mut self.trace,
            random: &mut self.random,
            scenario: &self.scenario,
            clock: self.clock,
            machines: &self.machines,
        }
    }

    fn serve(&mut self, request: &ApiRequest) -> Reply {
        self.api().serve(request)
    }

    fn response(&mut self, request: &ApiRequest) -> http::Response<Bytes> {
        self.serve(request).into_response()
    }

    /// Status and body of a request with a JSON body.
    fn send(&mut self, method: &str, uri: &str, body: &Value) -> (u16, Value) {
        let media = match method {
            "PATCH" => "application/strategic-merge-patch+json",
            _ => "application/json",
        };
        self.send_as(method, uri, media, body)
    }

    fn send_as(&mut self, method: &str, uri: &str, media: &str, body: &Value) -> (u16, Value) {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let mut request = ApiRequest::new(method, uri, media, text);
        request.headers.push(("user-agent".to_owned(), "kubectl/v1.36.0 (test)".to_owned()));
        let response = self.response(&request);
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    }

    fn get(&mut self, uri: &str) -> Value {
        self.send("GET", uri, &Value::Null).1
    }

    /// Creates what must be creatable.
    fn create(&mut self, uri: &str, body: &Value) -> Value {
        let (code, created) = self.send("POST", uri, body);
        assert_eq!(code, 201, "{created}");
        created
    }

    fn call(&mut self, call: &Call) -> Result<Called, Status> {
        let actor = Actor::Component { name: "replicaset-controller", node: None };
        let caller = Caller { actor, causes: Vec::new(), routine: false };
        self.api().call(call, &caller)
    }

    /// The lines of a stream that are new.
    fn read(&mut self, cursor: &mut stream::Cursor) -> Vec<Value> {
        let chunk = self.chunk(cursor);
        let text = String::from_utf8(chunk.bytes.to_vec()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn chunk(&self, cursor: &mut stream::Cursor) -> stream::Chunk {
        stream::read(&self.store, &self.machines, &OrdMap::new(), self.clock, cursor)
    }

    fn watch(&mut self, uri: &str, accept: &str) -> stream::Cursor {
        let mut request = ApiRequest::new("GET", uri, "", "");
        request.headers.push(("accept".to_owned(), accept.to_owned()));
        match self.serve(&request) {
            Reply::Stream { cursor, .. } => cursor,
            other => panic!("no stream: {other:?}"),
        }
    }
}

const PODS: &str = "/api/v1/namespaces/default/pods";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [
            {"name": "nginx", "image": "nginx:1.14.2", "ports": [{"containerPort": 80}]},
        ]},
    })
}

fn deployment(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "c", "image": "nginx"}]},
            },
        },
    })
}

/// An object without what differs from run to run or only programs read.
fn bare(mut object: Value) -> Value {
    if let Some(meta) = object["metadata"].as_object_mut() {
        for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
            meta.remove(field);
        }
    }
    object
}

#[test]
fn every_request_is_traced_and_causes_its_writes() {
    let mut bench = Bench::new();
    let before = bench.trace.len();
    bench.create(PODS, &pod("web"));
    bench.get(&format!("{PODS}/nope"));
    let entries: Vec<_> = bench.trace.iter_from(before).cloned().collect();
    assert_eq!(entries.len(), 3, "a request, its write, a request");
    let agent = Actor::Client { agent: "kubectl".into() };
    assert_eq!(entries[0].actor, agent);
    assert!(matches!(&entries[0].what, What::Request { status: 201, key: Some(key), .. }
        if key.name() == "web"));
    assert_eq!(entries[1].causes, [entries[0].id]);
    assert!(matches!(&entries[1].what, What::Write { before: None, after: Some(_), .. }));
    assert!(matches!(&entries[2].what, What::Request { status: 404, message, .. }
        if message == "pods \"nope\" not found"));
}

#[test]
fn a_look_up_leaves_no_trace() {
    let mut bench = Bench::new();
    bench.create(PODS, &pod("web"));
    let before = bench.trace.len();
    let request = ApiRequest::new("GET", &format!("{PODS}/web"), "", "");
    let response = super::peek(&bench.store, &bench.machines, bench.clock, &request);
    assert_eq!(response.status(), 200);
    assert_eq!(bench.trace.len(), before);
    let request = ApiRequest::new("DELETE", &format!("{PODS}/web"), "", "");
    let refused = super::peek(&bench.store, &bench.machines, bench.clock, &request);
    assert_eq!(refused.status(), 405);
}

#[test]
fn components_meet_the_same_rules() {
    let mut bench = Bench::new();
    let object = Object::from_json(crate::object::Kind::Pod, pod("web")).unwrap();
    let mut placeless = object.clone();
    placeless.metadata_mut().namespace = Some("nowhere".to_owned());
    let refused = bench.call(&Call::Create(placeless)).unwrap_err();
    assert_eq!((refused.code, &*refused.message), (404, "namespaces \"nowhere\" not found"));
    let mut placed = object;
    placed.metadata_mut().namespace = Some("default".to_owned());
    let made = bench.call(&Call::Create(placed)).unwrap().object.unwrap();
    let bind = Call::Bind { pod: made.key(), uid: made.uid().to_owned(), node: "n".to_owned() };
    assert!(bench.call(&bind).unwrap().rev.is_some());
    let again = bench.call(&bind).unwrap_err();
    let expected = "Operation cannot be fulfilled on pods/binding \"web\": pod web is already \
                    assigned to node \"n\"";
    assert_eq!((again.code, &*again.message), (409, expected));
    // The status alone, and only if it differs.
    let stored = bench.store.objects().get(&made.key()).unwrap().clone();
    assert_eq!(bench.call(&Call::UpdateStatus(stored.clone())).unwrap().rev, None);
    assert_eq!(bench.call(&Call::Update(made)).unwrap_err().code, 409, "an old revision");
}
