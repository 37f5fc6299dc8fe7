//! What kubectl asks of an API server, against a handful of canned answers: the requests are those
//! that the real kubectl was recorded to send.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use futures::FutureExt;
use http::{Request, Response};
use jiff::Timestamp;
use kubectl::{Api, Body, Files, Paper, Printed, run_line};

use crate::stage::Desk;

/// A server with ConfigMaps and Pods, that remembers what it was asked.
#[derive(Default)]
struct Canned {
    /// Method and path to status and body; everything else is not found.
    answers: BTreeMap<&'static str, (u16, &'static str)>,
    asked: RefCell<Vec<String>>,
    kept: RefCell<BTreeMap<String, Bytes>>,
}

const CORE: &str = r#"{"items": [{"metadata": {}, "versions": [{"version": "v1", "resources": [
    {"resource": "configmaps", "responseKind": {"kind": "ConfigMap"}, "scope": "Namespaced",
     "singularResource": "configmap", "shortNames": ["cm"]},
    {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced",
     "singularResource": "pod", "shortNames": ["po"]}]}]}]}"#;

const NOT_FOUND: &str = r#"{"kind": "Status", "status": "Failure", "reason": "NotFound",
    "message": "configmaps \"cm1\" not found", "code": 404}"#;

impl Api for Canned {
    async fn call(&self, request: Request<Bytes>) -> Response<Body> {
        let uri = request.uri().to_string();
        let path = uri.split('?').next().unwrap_or_default();
        let of = |name: &str| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let body = String::from_utf8_lossy(request.body()).into_owned();
        if !matches!(path, "/api" | "/apis") {
            let line = format!("{} {uri} {} {body}", request.method(), of("content-type"));
            self.asked.borrow_mut().push(line.trim_end().to_owned());
        }
        let key = format!("{} {path}", request.method());
        let (status, body) = match key.as_str() {
            "GET /api" => (200, CORE),
            "GET /apis" => (200, r#"{"items": []}"#),
            key => self.answers.get(key).copied().unwrap_or((404, NOT_FOUND)),
        };
        let response = Response::builder().status(status);
        response.body(Body::Full(body.into())).expect("a response")
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, _ms: i64) {}

    /// `twice WORD` prints on both streams.
    async fn program(&self, words: &[String], _files: &dyn Files) -> Option<Printed> {
        let [name, word] = words else { return None };
        let printed = Printed { out: format!("{word}\n"), err: format!("{word}!\n"), code: 3 };
        (name == "twice").then_some(printed)
    }

    fn cached(&self, path: &str) -> Option<Bytes> {
        self.kept.borrow().get(path).cloned()
    }

    fn keep(&self, path: &str, answer: &Bytes) {
        self.kept.borrow_mut().insert(path.to_owned(), answer.clone());
    }
}

fn check(api: &Canned, line: &str, asked: &[&str], seen: &str) {
    let files = BTreeMap::from([(
        "cm.yaml".to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm1\ndata:\n  a: \"1\"\n".to_owned(),
    )]);
    let paper = Paper::default();
    run_line(line, &files, api, &paper).now_or_never().expect("nothing to wait for");
    assert_eq!(api.asked.take(), asked, "{line}");
    assert_eq!(paper.seen(), seen, "{line}");
}

#[test]
fn apply_of_what_is_not_there_creates_it() {
    let mut api = Canned::default();
    api.answers.insert("POST /api/v1/namespaces/default/configmaps", (201, r#"{"metadata": {}}"#));
    check(
        &api,
        "kubectl apply -f cm.yaml",
        &[
            "GET /api/v1/namespaces/default/configmaps/cm1",
            r#"POST /api/v1/namespaces/default/configmaps?fieldManager=kubectl-client-side-apply&fieldValidation=Strict application/json {"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"v1\",\"data\":{\"a\":\"1\"},\"kind\":\"ConfigMap\",\"metadata\":{\"annotations\":{},\"name\":\"cm1\",\"namespace\":\"default\"}}\n"},"name":"cm1","namespace":"default"}}"#,
        ],
        "configmap/cm1 created\n",
    );
}

#[test]
fn delete_waits_until_the_object_is_gone() {
    let mut api = Canned::default();
    api.answers.insert(
        "DELETE /api/v1/namespaces/default/pods/r1",
        (200, r#"{"kind": "Pod", "metadata": {"name": "r1", "uid": "u"}}"#),
    );
    check(
        &api,
        "kubectl delete pod r1",
        &[
            r#"DELETE /api/v1/namespaces/default/pods/r1 application/json {"propagationPolicy":"Background"}"#,
            "GET /api/v1/namespaces/default/pods/r1",
        ],
        "pod \"r1\" deleted\n",
    );
}

#[test]
fn what_a_server_without_a_status_says() {
    let mut api = Canned::default();
    api.answers.insert("GET /api/v1/namespaces/default/pods/x", (500, "boom"));
    check(
        &api,
        "kubectl get pod x",
        &["GET /api/v1/namespaces/default/pods/x"],
        "Error from server (InternalError): an error on the server (\"boom\") has prevented the \
         request from succeeding (get pods x)\n",
    );
}

#[test]
fn a_later_command_does_not_discover_again() {
    let api = Canned::default();
    check(&api, "kubectl get foo", &[], "error: the server doesn't have a resource type \"foo\"\n");
    assert_eq!(api.kept.borrow().keys().collect::<Vec<_>>(), ["/api", "/apis"]);
    api.kept.borrow_mut().insert("/api".to_owned(), Bytes::from(r#"{"items": []}"#));
    check(&api, "kubectl get cm", &[], "error: the server doesn't have a resource type \"cm\"\n");
}

#[test]
fn programs_are_run_and_streams_lead_into_files() {
    let desk = Desk::default();
    let seen = |line: &str| {
        let paper = Paper::default();
        let api = Canned::default();
        let code = run_line(line, &desk, &api, &paper).now_or_never().expect("nothing to wait for");
        format!("{}{code}", paper.seen())
    };
    assert_eq!(seen("twice a"), "a!\na\n3");
    assert_eq!(seen("twice"), "sh: twice: not found\n127");
    assert_eq!(seen("twice a | wc -l"), "a!\n1\n0");
    assert_eq!(seen("twice a 2>/dev/null | cat"), "a\n0");
    assert_eq!(seen("twice a > f 2>&1; cat f"), "a!\na\n0");
    assert_eq!(seen("twice b 2>&1 >> f | wc -l; cat f"), "1\na!\na\nb\n0");
    assert_eq!(seen("grep -c a < f; cat < none"), "2\nsh: can't open none: no such file\n1");
    assert_eq!(seen("echo x &> g && cat g"), "x\n0");
}
