//! From the model's trace to the facts that lessons look at. What lessons call things is said here
//! alone.

use orchestrator::network::{Hop, Loss};
use orchestrator::trace::{Actor, Entry, Transition, What};
use orchestrator::{Fault, Kind, World};
use serde_json::{Map, Value, json};

use crate::evidence::Fact;

/// The user agent of the requests that set a lesson up: they are not the learner's.
pub const START_AGENT: &str = "wheelhouse-start";

/// How far a world has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Entries of its trace.
    entries: u64,
    /// Seconds of its traffic.
    seconds: i64,
}

/// The facts of a world that were not read yet, each with its model time, in order. A second of
/// traffic counts when it is over, so how often one reads makes no difference.
pub(crate) fn facts<'a>(
    world: &'a World,
    read: &mut Read,
) -> impl Iterator<Item = (i64, Fact)> + use<'a> {
    let now = Read { entries: world.trace().len(), seconds: world.now().0.div_euclid(1_000) };
    let from = std::mem::replace(read, now);
    let mut seconds = seconds(world, from.seconds..now.seconds).into_iter().peekable();
    let entries = world.trace().iter_from(from.entries);
    let mut entries = entries.filter_map(|entry| Some((entry.at.0, fact(entry)?))).peekable();
    std::iter::from_fn(move || match (seconds.peek(), entries.peek()) {
        (Some(second), Some(entry)) if second.0 <= entry.0 => seconds.next(),
        (Some(_), None) => seconds.next(),
        _ => entries.next(),
    })
}

/// What the traffic of some seconds came to.
fn seconds(world: &World, wanted: std::ops::Range<i64>) -> Vec<(i64, Fact)> {
    let mut found: Vec<(i64, Fact)> = Vec::new();
    for series in world.traffic() {
        let over = series.buckets(world.now()).filter(|bucket| wanted.contains(&bucket.second));
        found.extend(over.map(|bucket| {
            let load = series.load.name.clone();
            ((bucket.second + 1) * 1_000, Fact::Traffic { load, second: bucket.clone() })
        }));
    }
    found.sort_by_key(|(at_ms, _)| *at_ms);
    found
}

fn fact(entry: &Entry) -> Option<Fact> {
    match &entry.what {
        What::Request { .. } => request(entry),
        // Heartbeats come by the thousand, and no lesson looks at them.
        What::Write { key, .. } if key.kind == Kind::Lease => None,
        What::Write { key, after: None, .. } => Some(Fact::Removed {
            kind: key.kind.name().to_owned(),
            namespace: key.namespace().to_owned(),
            name: key.name().to_owned(),
        }),
        What::Write { after: Some(object), .. } => Some(Fact::Stored(object.to_json())),
        What::Delivered { .. } | What::Decision { .. } | What::Packet { .. } if entry.routine => {
            None
        }
        What::Delivered { key, .. } => Some(happened(
            entry,
            "delivered",
            json!({
                "kind": key.kind.name(), "namespace": key.namespace(), "name": key.name(),
            }),
        )),
        What::Decision { key, notes, .. } => Some(happened(
            entry,
            "decided",
            json!({
                "kind": key.kind.name(), "namespace": key.namespace(), "name": key.name(),
                "reasons": notes.iter().map(|note| note.reason).collect::<Vec<_>>(),
            }),
        )),
        What::Container { pod, container, image, transition, .. } => {
            let (what, reason) = transition_words(transition);
            Some(happened(
                entry,
                what,
                json!({
                    "kind": "Pod", "namespace": pod.namespace(), "name": pod.name(),
                    "container": container, "image": image, "reason": reason,
                }),
            ))
        }
        What::Fault { fault } => Some(happened(entry, "fault", fault_words(fault))),
        What::Silence { node } => Some(happened(entry, "silence", json!({"node": &**node}))),
        What::Packet { flight, hop } => Some(packet(entry, *flight, hop)),
        What::Programmed { .. } | What::Boot => None,
    }
}

/// A request of the learner, from the page, kubectl or a program.
fn request(entry: &Entry) -> Option<Fact> {
    let (What::Request { verb, key, subresource, status, message }, Actor::Client { agent }) =
        (&entry.what, &entry.actor)
    else {
        return None;
    };
    let key = key.as_ref().filter(|_| !agent.starts_with(START_AGENT))?;
    Some(Fact::Request(json!({
        "agent": &**agent,
        "verb": verb.name(),
        "kind": key.kind.name(),
        "subresource": subresource.unwrap_or_default(),
        "namespace": key.namespace(),
        "name": key.name(),
        "status": status,
        "message": message,
    })))
}

/// A happening: what, who, and its own fields.
fn happened(entry: &Entry, what: &str, fields: Value) -> Fact {
    let (actor, node) = match &entry.actor {
        Actor::Client { agent } => (&**agent, ""),
        Actor::ApiServer => ("kube-apiserver", ""),
        Actor::Component { name, node } => (*name, node.as_deref().unwrap_or_default()),
        Actor::Runtime { node } => ("runtime", &**node),
        Actor::Bootstrap => ("bootstrap", ""),
        Actor::Fault => ("fault", ""),
    };
    let mut said = Map::new();
    said.insert("what".to_owned(), json!(what));
    said.insert("actor".to_owned(), json!(actor));
    said.insert("node".to_owned(), json!(node));
    if let Value::Object(fields) = fields {
        said.extend(fields);
    }
    Fact::Happened(Value::Object(said))
}

/// A step of a request's way: `what` is the hop's word in small letters, `reason` what there is
/// to say of it.
fn packet(entry: &Entry, flight: u64, hop: &Hop) -> Fact {
    let about = match hop {
        Hop::Translated { service: about, .. }
        | Hop::Rejected { service: about, .. }
        | Hop::Lost(
            Loss::NoLocalEndpoint { service: about, .. } | Loss::NoBackend { service: about },
        )
        | Hop::Arrived { pod: about, .. }
        | Hop::Answered { pod: about, .. }
        | Hop::Lost(Loss::Egress { pod: about } | Loss::Ingress { pod: about }) => Some(about),
        _ => None,
    };
    let reason = match hop {
        Hop::Ended { outcome, .. } => outcome.clone(),
        Hop::Answered { answer, .. } => answer.clone(),
        other => other.to_string(),
    };
    let mut fields = json!({
        "flight": flight, "reason": reason, "kind": "", "namespace": "", "name": "",
    });
    if let Some(key) = about {
        fields["kind"] = json!(key.kind.name());
        fields["namespace"] = json!(key.namespace());
        fields["name"] = json!(key.name());
    }
    if let Some(node) = hop.node() {
        fields["node"] = json!(&**node);
    }
    happened(entry, &hop.word().to_lowercase(), fields)
}

fn transition_words(transition: &Transition) -> (&'static str, &str) {
    match transition {
        Transition::Pulling => ("pulling", ""),
        Transition::Pulled => ("pulled", ""),
        Transition::PullFailed { reason, .. } => ("pull-failed", reason),
        Transition::Created => ("created", ""),
        Transition::Started => ("started", ""),
        Transition::Ready => ("ready", ""),
        Transition::NotReady => ("not-ready", ""),
        Transition::Stopping => ("stopping", ""),
        Transition::Exited { reason, .. } => ("exited", reason),
        Transition::Removed => ("removed", ""),
    }
}

fn fault_words(fault: &Fault) -> Value {
    if let Fault::ContainerKill { namespace, pod, container } = fault {
        return json!({
            "reason": "container-kill", "kind": "Pod",
            "namespace": namespace, "name": pod, "container": container,
        });
    }
    // All others say what they are by their kind, and name what they name.
    let mut words = serde_json::to_value(fault).unwrap_or_default();
    if let Some(fields) = words.as_object_mut()
        && let Some(kind) = fields.remove("kind")
    {
        fields.insert("reason".to_owned(), kind);
    }
    words
}
