//! From the entries of the model's trace to the moments that the page plays.

use std::collections::BTreeMap;

use orchestrator::{
    Object,
    component::{self, Host},
    components::TABLE,
    object::Key,
    time::Clock,
    trace::{self, Entry},
};
use protocol::{
    Actor, Change, Fault, Moment, Note, ObjectRef, OtherFault, Transition, Verdict, What,
};

use super::{
    object::{reference, view},
    traffic,
};

pub(super) fn moment(entry: &Entry, clock: &Clock) -> Moment {
    let (actor, what) = match &entry.what {
        // A watch is told by the API server; the trace says to whom.
        trace::What::Delivered { rev, key } => {
            let to = actor(&entry.actor);
            (Actor::ApiServer, What::Delivered { to, revision: *rev, object: named(key) })
        }
        other => (actor(&entry.actor), what(other, clock)),
    };
    Moment {
        position: entry.id,
        at_ms: entry.at.0,
        causes: entry.causes.clone(),
        actor,
        routine: entry.routine,
        what,
    }
}

/// Whether an entry is a write of that object.
pub(super) fn writes(entry: &Entry, object: &ObjectRef) -> bool {
    let trace::What::Write { key, before, after, .. } = &entry.what else { return false };
    let Some(written) = after.as_ref().or(before.as_ref()) else { return false };
    key.name() == object.name
        && key.namespace() == object.namespace
        && written.kind_name() == object.kind
        && (object.uid.is_empty() || written.uid() == object.uid)
}

fn actor(actor: &trace::Actor) -> Actor {
    match actor {
        trace::Actor::Client { agent } => Actor::Client { agent: agent.to_string() },
        trace::Actor::ApiServer => Actor::ApiServer,
        trace::Actor::Component { name, node } => component(name, node.as_deref()),
        trace::Actor::Runtime { node } => Actor::Runtime { node: node.to_string() },
        trace::Actor::Bootstrap => Actor::Bootstrap,
        trace::Actor::Fault => Actor::Fault,
    }
}

fn component(name: &str, node: Option<&str>) -> Actor {
    let node = node.map(str::to_owned);
    match (name, node) {
        ("kube-proxy", Some(node)) => Actor::KubeProxy { node },
        (_, Some(node)) => Actor::Kubelet { node },
        (name, None) => {
            let row = TABLE.iter().find(|row| row.name == name);
            if row.is_some_and(|row| row.host == Host::Scheduler) {
                return Actor::Scheduler;
            }
            Actor::Controller { name: name.to_owned() }
        }
    }
}

fn what(what: &trace::What, clock: &Clock) -> What {
    match what {
        trace::What::Request { verb, key, subresource, status, message } => What::Request {
            verb: verb.name().to_owned(),
            object: key.as_ref().map(named).unwrap_or_default(),
            subresource: subresource.unwrap_or_default().to_owned(),
            status: *status,
            message: message.clone(),
        },
        trace::What::Write { rev, key, before, after } => What::Write {
            revision: *rev,
            change: change(key, before.as_ref(), after.as_ref(), clock),
        },
        trace::What::Delivered { rev, key } => {
            What::Delivered { to: Actor::ApiServer, revision: *rev, object: named(key) }
        }
        trace::What::Decision { key, notes, verdicts } => What::Decision {
            object: named(key),
            notes: notes.iter().map(note).collect(),
            verdicts: verdicts.iter().map(verdict).collect(),
        },
        trace::What::Container { pod, pod_uid, container, image, transition: happened } => {
            What::Container {
                pod: ObjectRef { uid: pod_uid.to_string(), ..named(pod) },
                container: container.clone(),
                image: image.clone(),
                transition: transition(happened),
            }
        }
        trace::What::Programmed { service, endpoints } => {
            What::Programmed { service: named(service), endpoints: *endpoints }
        }
        trace::What::Packet { flight, hop } => {
            What::Packet { flight: *flight, hop: traffic::hop(hop) }
        }
        trace::What::Fault { fault: happened } => What::Fault { fault: fault(happened) },
        trace::What::Silence { node } => What::Silence { node: node.to_string() },
        trace::What::Boot => boot(),
    }
}

/// The page knows no beginning of its own: it is a decision of who set the cluster up.
fn boot() -> What {
    let note = Note {
        reason: "Boot".to_owned(),
        message: "The cluster was set up".to_owned(),
        arguments: [].into(),
    };
    What::Decision { object: ObjectRef::default(), notes: vec![note], verdicts: Vec::new() }
}

fn change(key: &Key, before: Option<&Object>, after: Option<&Object>, clock: &Clock) -> Change {
    match (before, after) {
        (None, Some(after)) => Change::Created { object: Box::new(view(after, clock)) },
        (Some(_), Some(after)) => Change::Updated { object: Box::new(view(after, clock)) },
        (Some(before), None) => Change::Deleted { object: reference(before) },
        (None, None) => Change::Deleted { object: named(key) },
    }
}

/// A name without a UID: the model's keys carry none.
pub(super) fn named(key: &Key) -> ObjectRef {
    ObjectRef {
        api_version: key.kind.api_version().to_owned(),
        kind: key.kind.name().to_owned(),
        namespace: key.namespace().to_owned(),
        name: key.name().to_owned(),
        uid: String::new(),
    }
}

fn note(note: &component::Note) -> Note {
    let arguments = note.arguments.iter();
    Note {
        reason: note.reason.to_owned(),
        message: note.message.clone(),
        arguments: arguments.map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn verdict(verdict: &component::Verdict) -> Verdict {
    let scores = verdict.scores.iter();
    Verdict {
        node: verdict.node.to_string(),
        refused_by: verdict.refused_by.map(str::to_owned),
        reason: verdict.reason.clone(),
        scores: scores.map(|(plugin, score)| ((*plugin).to_owned(), *score)).collect(),
        total: verdict.total,
        chosen: verdict.chosen,
    }
}

fn transition(transition: &trace::Transition) -> Transition {
    match transition {
        trace::Transition::Pulling => Transition::Pulling,
        trace::Transition::Pulled => Transition::Pulled,
        trace::Transition::PullFailed { reason, message } => {
            Transition::PullFailed { reason: reason.clone(), message: message.clone() }
        }
        trace::Transition::Created => Transition::Created,
        trace::Transition::Started => Transition::Started,
        trace::Transition::Ready => Transition::Ready,
        trace::Transition::NotReady => Transition::NotReady,
        trace::Transition::Stopping => Transition::Stopping,
        trace::Transition::Exited { code, reason } => {
            Transition::Exited { code: *code, reason: reason.clone() }
        }
        trace::Transition::Removed => Transition::Removed,
    }
}

pub(super) fn fault(fault: &orchestrator::Fault) -> Fault {
    let other = || OtherFault { kind: String::new(), arguments: BTreeMap::new() };
    let fault = serde_json::to_value(fault).and_then(serde_json::from_value);
    fault.unwrap_or_else(|_| Fault::Other(other()))
}

/// The same the other way: what a person asks for.
///
/// # Errors
/// The model knows no such fault, or it takes other arguments.
pub(crate) fn model_fault(fault: &Fault) -> Result<orchestrator::Fault, String> {
    let given = serde_json::to_value(fault).map_err(|error| error.to_string())?;
    let known: orchestrator::Fault =
        serde_json::from_value(given.clone()).map_err(|error| error.to_string())?;
    let taken = serde_json::to_value(&known).map_err(|error| error.to_string())?;
    let fields = given.as_object().into_iter().flatten();
    match fields.into_iter().find(|(name, value)| taken.get(name) != Some(value)) {
        Some((name, _)) => Err(format!("unknown field {name:?}")),
        None => Ok(known),
    }
}
