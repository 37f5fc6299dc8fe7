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
