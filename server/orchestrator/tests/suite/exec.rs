//! `exec` and `attach`: streams into containers.

use orchestrator::session::{Channel, SessionAct, SessionId, SessionInput};
use orchestrator::{ApiRequest, Cursor, Fault, Input, Reply};
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// A session, and what it has said so far.
pub(crate) struct Exec {
    pub(crate) cursor: Cursor,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The status on the error channel.
    pub(crate) status: Option<Value>,
    pub(crate) ended: bool,
}

impl Exec {
    pub(crate) fn id(&self) -> SessionId {
        self.cursor.session().unwrap()
    }

    pub(crate) fn read(&mut self, cluster: &Cluster) {
        let chunk = cluster.world.read(&mut self.cursor);
        for frame in chunk.frames {
            let text = String::from_utf8_lossy(&frame.bytes).into_owned();
            match frame.channel {
                Channel::Stdout => self.stdout.push_str(&text),
                Channel::Stderr => self.stderr.push_str(&text),
                Channel::Error => self.status = serde_json::from_str(&text).ok(),
            }
        }
        self.ended = chunk.ended;
    }

    /// The exit code that kubectl would end with.
    pub(crate) fn code(&self) -> Option<i32> {
        let status = self.status.as_ref()?;
        match status["details"]["causes"][0]["message"].as_str() {
            None => Some(0),
            Some(code) => code.parse().ok(),
        }
    }
}

impl Cluster {
    /// A Pod of one container, `app`, that runs.
    pub(crate) fn pod(&mut self, name: &str, image: &str, command: &[&str]) {
        let spec = json!({"containers": [{"name": "app", "image": image, "command": command}]});
        self.pod_of(name, &spec);
    }

    pub(crate) fn pod_of(&mut self, name: &str, spec: &Value) {
        let body = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec,
        });
        self.ok("POST", "/api/v1/namespaces/default/pods", &body);
        self.run_s(20);
    }

    pub(crate) fn open(&mut self, pod: &str, query: &str) -> Exec {
        let uri = format!("/api/v1/namespaces/default/pods/{pod}/{query}");
        let request = ApiRequest::new("POST", &uri, "", "");
        match self.world.submit(&Input::Request(request)) {
            Reply::Stream { head, cursor } => {
                assert_eq!(head.status(), 101);
                let (stdout, stderr) = (String::new(), String::new());
                let mut exec = Exec { cursor, stdout, stderr, status: None, ended: false };
                exec.read(self);
                exec
            }
            other => panic!("no stream: {other:?}"),
        }
    }

    pub(crate) fn send(&mut self, exec: &mut Exec, act: SessionAct) {
        let input = SessionInput { session: exec.id(), act };
        let reply = self.world.submit(&Input::Session(input));
        assert!(matches!(reply, Reply::Done), "{reply:?}");
        exec.read(self);
    }

    fn refusal(&mut self, pod: &str, query: &str) -> (u16, Value) {
        let uri = format!("/api/v1/namespaces/default/pods/{pod}/{query}");
        let (code, status) = self.request("GET", &uri, &Value::Null);
        (code, status["message"].clone())
    }
}

const LS: &str = "exec?command=echo&command=hi&stdout=true&stderr=true";

#[test]
fn a_command_says_what_it_does_and_how_it_ends() {
    let mut cluster = Cluster::new(1);
    cluster.pod("web", "nginx", &[]);
    let exec = cluster.open("web", LS);
    assert_eq!((exec.stdout.as_str(), exec.code(), exec.ended), ("hi\n", Some(0), true));
    assert_eq!(exec.status, Some(json!({"metadata": {}, "status": "Success"})));
    let query = "exec?command=sh&command=-c&command=exit+7&stdout=true";
    assert_eq!(cluster.open("web", query).code(), Some(7));
}

#[test]
fn what_cannot_be_opened_says_why() {
    let mut cluster = Cluster::new(1);
    cluster.pod("web", "nginx", &[]);
    cluster.pod("done", "busybox", &["true"]);
    assert_eq!(cluster.refusal("none", LS), (404, json!("pods \"none\" not found")));
    let query = format!("{LS}&container=nope");
    let wrong = json!("container nope is not valid for pod web");
    assert_eq!(cluster.refusal("web", &query), (400, wrong));
    let ended =
        "Internal error occurred: unable to upgrade connection: container not found (\"app\")";
    assert_eq!(cluster.refusal("done", LS), (500, json!(ended)));
    let spec = json!({
        "nodeSelector": {"none": "such"}, "containers": [{"name": "app", "image": "nginx"}],
    });
    cluster.pod_of("nowhere", &spec);
    let unbound = json!("pod nowhere does not have a host assigned");
    assert_eq!(cluster.refusal("nowhere", LS), (400, unbound));
    cluster.fault(Fault::NodeOff { node: "node-1".to_owned() });
    let (code, message) = cluster.refusal("web", LS);
    assert_eq!(code, 500);
    assert!(message.as_str().unwrap().starts_with("error dialing backend: dial tcp"), "{message}");
}

#[test]
fn a_session_is_forgotten_when_its_client_hangs_up() {
    let mut cluster = Cluster::new(1);
    cluster.pod("web", "nginx", &[]);
    let mut exec = cluster.open("web", LS);
    cluster.send(&mut exec, SessionAct::Hangup);
    assert!(exec.ended);
    let input = SessionInput { session: exec.id(), act: SessionAct::CloseStdin };
    assert!(matches!(cluster.world.submit(&Input::Session(input)), Reply::NotFound));
}

#[test]
fn an_ephemeral_container_comes_to_look_and_stays_when_it_has_ended() {
    let mut cluster = Cluster::new(1);
    cluster.pod("web", "nginx", &[]);
    let uri = "/api/v1/namespaces/default/pods/web/ephemeralcontainers";
    let debugger = json!({
        "name": "debugger", "image": "busybox", "stdin": true, "tty": true,
        "targetContainerName": "app",
    });
    let patch = json!({"spec": {"ephemeralContainers": [debugger]}});
    let pod = cluster.ok("PATCH", uri, &patch);
    assert_eq!(pod["metadata"]["generation"], 2);
    assert_eq!(pod["spec"]["ephemeralContainers"][0]["imagePullPolicy"], "Always");
    cluster.run_s(20);
    let statuses = |cluster: &mut Cluster| {
        cluster.ok("GET", uri, &Value::Null)["status"]["ephemeralContainerStatuses"].clone()
    };
    let status = statuses(&mut cluster)[0].clone();
    assert!(status["state"]["running"].is_object(), "{status}");
    assert_eq!((&status["ready"], &status["restartCount"]), (&json!(false), &json!(0)));
    assert_eq!(cluster.pods(), ["web 1/1 Running"]);
    let mut exec = cluster.open("web", "attach?container=debugger&stdin=true&stdout=true&tty=true");
    cluster.send(&mut exec, SessionAct::Stdin(b"hostname\n".to_vec()));
    assert!(exec.stdout.ends_with("hostname\r\nweb\r\n/ # "), "{:?}", exec.stdout);
    cluster.send(&mut exec, SessionAct::Stdin(b"exit\n".to_vec()));
    assert!(exec.ended);
    cluster.run_s(60);
    let status = statuses(&mut cluster)[0].clone();
    assert_eq!(status["state"]["terminated"]["reason"], "Completed", "{status}");
    assert_eq!(status["restartCount"], 0);
}

#[test]
fn ephemeral_containers_only_become_more_and_are_only_to_look() {
    let mut cluster = Cluster::new(1);
    cluster.pod("web", "nginx", &[]);
    let uri = "/api/v1/namespaces/default/pods/web/ephemeralcontainers";
    let refused = |cluster: &mut Cluster, container: Value| {
        let patch = json!({"spec": {"ephemeralContainers": [container]}});
        let (code, status) = cluster.request("PATCH", uri, &patch);
        assert_eq!(code, 422, "{status}");
        status["details"]["causes"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(
        refused(&mut cluster, json!({"name": "app", "image": "busybox"})),
        "Duplicate value: \"app\""
    );
    assert_eq!(
        refused(
            &mut cluster,
            json!({"name": "x", "image": "busybox", "targetContainerName": "nope"})
        ),
        "Not found: \"nope\""
    );
    let ports = json!({"name": "x", "image": "busybox", "ports": [{"containerPort": 80}]});
    let forbidden = "Forbidden: cannot be set for an Ephemeral Container";
    assert_eq!(refused(&mut cluster, ports), forbidden);
    let one = json!({"spec": {"ephemeralContainers": [{"name": "x", "image": "busybox"}]}});
    cluster.ok("PATCH", uri, &one);
    let changed = "Forbidden: existing ephemeral containers \"x\" may not be changed";
    assert_eq!(refused(&mut cluster, json!({"name": "x", "image": "nginx"})).trim_end(), changed);
    let created = json!({
        "metadata": {"name": "new"},
        "spec": {
            "containers": [{"name": "app", "image": "nginx"}],
            "ephemeralContainers": [{"name": "x", "image": "busybox"}],
        },
    });
    let (code, status) = cluster.request("POST", "/api/v1/namespaces/default/pods", &created);
    let message =
        "Pod \"new\" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create";
    assert_eq!((code, &status["message"]), (422, &json!(message)));
    let path = "/api/v1/namespaces/default/pods/web";
    let (code, _) = cluster.request(
        "PATCH",
        path,
        &json!({"spec": {"ephemeralContainers": [
            {"name": "y", "image": "busybox"},
        ]}}),
    );
    assert_eq!(code, 422, "only the subresource takes them");
}
