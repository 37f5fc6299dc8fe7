//! Moments for tests, as a cluster would send them.

use std::collections::BTreeMap;

use protocol::{
    Actor, Change, Clock, Detail, Down, Millis, Moment, NodeView, Note, ObjectRef, ObjectView,
    PodView, Position, Snapshot, Transition, Verdict, What,
};

pub(crate) fn reference(kind: &str, name: &str) -> ObjectRef {
    ObjectRef {
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: if kind == "Node" { String::new() } else { "default".to_owned() },
        name: name.to_owned(),
        uid: format!("uid-{}-{name}", kind.to_lowercase()),
    }
}

pub(crate) fn object(kind: &str, name: &str, detail: Detail) -> ObjectView {
    ObjectView {
        object: reference(kind, name),
        labels: BTreeMap::new(),
        owner: None,
        created_ms: 0,
        deleting_ms: None,
        revision: 1,
        detail,
    }
}

pub(crate) fn node(name: &str) -> ObjectView {
    object(
        "Node",
        name,
        Detail::Node(NodeView {
            ready: "True".to_owned(),
            status: "Ready".to_owned(),
            cpu_milli: 2000,
            memory_bytes: 4 << 30,
            pods_max: 110,
            ..NodeView::default()
        }),
    )
}

pub(crate) fn pod(name: &str, node: Option<&str>) -> ObjectView {
    let running = node.is_some();
    object(
        "Pod",
        name,
        Detail::Pod(PodView {
            phase: if running { "Running" } else { "Pending" }.to_owned(),
            status: if running { "Running" } else { "Pending" }.to_owned(),
            ready: running,
            node: node.map(str::to_owned),
            cpu_milli: 100,
            memory_bytes: 64 << 20,
            ..PodView::default()
        }),
    )
}

pub(crate) fn snapshot(objects: Vec<ObjectView>) -> Snapshot {
    Snapshot { position: 0, at_ms: 0, revision: 10, objects, ..Snapshot::default() }
}

pub(crate) fn hello(objects: Vec<ObjectView>, rate: f64) -> Down {
    Down::Hello { snapshot: Box::new(snapshot(objects)), clock: clock(0, rate) }
}

pub(crate) fn clock(now_ms: Millis, rate: f64) -> Clock {
    Clock { now_ms, rate, ..Clock::default() }
}

/// Writes a trace: each moment gets the next position.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) moments: Vec<Moment>,
    revision: u64,
}

impl Trace {
    pub(crate) fn add(
        &mut self,
        at_ms: Millis,
        causes: &[Position],
        actor: Actor,
        what: What,
    ) -> Position {
        let position = self.moments.len() as Position;
        let causes = causes.to_vec();
        self.moments.push(Moment { position, at_ms, causes, actor, routine: false, what });
        position
    }

    pub(crate) fn request(
        &mut self,
        at_ms: Millis,
        causes: &[Position],
        actor: Actor,
        verb: &str,
        object: ObjectRef,
    ) -> Position {
        let what = What::Request {
            verb: verb.to_owned(),
            object,
            subresource: String::new(),
            status: 201,
            message: String::new(),
        };
        self.add(at_ms, causes, actor, what)
    }

    pub(crate) fn write(&mut self, at_ms: Millis, cause: Position, change: Change) -> Position {
        self.revision += 1;
        let revision = 10 + self.revision;
        self.add(at_ms, &[cause], Actor::ApiServer, What::Write { revision, change })
    }

    pub(crate) fn delivered(
        &mut self,
        at_ms: Millis,
        cause: Position,
        to: Actor,
        object: ObjectRef,
    ) -> Position {
        let what = What::Delivered { to, revision: 10 + self.revision, object };
        self.add(at_ms, &[cause], Actor::ApiServer, what)
    }

    pub(crate) fn routine(&mut self, at_ms: Millis) -> Position {
        let actor = kubelet("node-1");
        let position = self.request(at_ms, &[], actor, "update", reference("Lease", "node-1"));
        self.moments[position as usize].routine = true;
        position
    }

    pub(crate) fn container(
        &mut self,
        at_ms: Millis,
        cause: Position,
        pod: &str,
        transition: Transition,
    ) -> Position {
        let what = What::Container {
            pod: reference("Pod", pod),
            container: "app".to_owned(),
            image: "nginx:1.27".to_owned(),
            transition,
        };
        self.add(at_ms, &[cause], Actor::Runtime { node: "node-1".to_owned() }, what)
    }

    pub(crate) fn down(&self) -> Down {
        Down::Moments { moments: self.moments.clone() }
    }
}

pub(crate) fn kubectl() -> Actor {
    Actor::Client { agent: "kubectl/v1.36.0 (linux/amd64)".to_owned() }
}

pub(crate) fn kubelet(node: &str) -> Actor {
    Actor::Kubelet { node: node.to_owned() }
}

pub(crate) fn created(object: ObjectView) -> Change {
    Change::Created { object: Box::new(object) }
}

pub(crate) fn updated(object: ObjectView) -> Change {
    Change::Updated { object: Box::new(object) }
}

pub(crate) fn note(reason: &str, message: &str, arguments: &[(&str, &str)]) -> Note {
    let arguments = arguments.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Note { reason: reason.into(), message: message.into(), arguments: arguments.collect() }
}

pub(crate) fn verdict(node: &str, total: i64, chosen: bool) -> Verdict {
    Verdict {
        node: node.to_owned(),
        refused_by: None,
        reason: String::new(),
        scores: vec![("NodeResourcesFit".to_owned(), total)],
        total,
        chosen,
    }
}

/// `kubectl create` of a Pod until its container starts five seconds later.
pub(crate) fn first_pod() -> Trace {
    let mut trace = Trace::default();
    let name = || reference("Pod", "web");
    let asked = trace.request(100, &[], kubectl(), "create", name());
    let stored = trace.write(100, asked, created(pod("web", None)));
    let seen = trace.delivered(105, stored, Actor::Scheduler, name());
    trace.delivered(106, stored, kubelet("node-1"), name());
    let what = What::Decision {
        object: name(),
        notes: Vec::new(),
        verdicts: vec![verdict("node-1", 61, false), verdict("node-2", 88, true)],
    };
    let decided = trace.add(110, &[seen], Actor::Scheduler, what);
    let bind = trace.request(110, &[decided], Actor::Scheduler, "create", name());
    let bound = trace.write(111, bind, updated(pod("web", Some("node-2"))));
    let told = trace.delivered(115, bound, kubelet("node-2"), name());
    trace.routine(2000);
    trace.container(5115, told, "web", Transition::Started);
    trace
}
