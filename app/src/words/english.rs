//! English sentences.

use protocol::{Actor, Change, Detail, Moment, ObjectRef, ObjectView, Transition, Verdict, What};

use super::{note, program};
use crate::i18n::Language::English;

pub(super) fn sentence(moment: &Moment) -> String {
    let who = capital(&actor(&moment.actor));
    match &moment.what {
        What::Request { verb, object, subresource, status, message } => {
            request(&who, verb, object, subresource, *status, message)
        }
        What::Write { revision, change } => write(*revision, change),
        What::Delivered { to, revision, object: what } => {
            format!("A watch told {} of revision {revision}: {}.", actor(to), object(what))
        }
        What::Decision { object: what, notes, verdicts } => {
            if verdicts.is_empty() {
                let notes: Vec<_> = notes.iter().map(|it| note(it, English)).collect();
                if notes.is_empty() {
                    format!("{who} looked at {}.", object(what))
                } else {
                    format!("{who}, on {}: {}", object(what), notes.join(" "))
                }
            } else {
                schedule(&object(what), verdicts)
            }
        }
        What::Container { pod, container, image, transition } => {
            container_did(&moment.actor, pod, container, image, transition)
        }
        What::Programmed { service, endpoints } => format!(
            "{who} now sends the traffic of Service {} to {}.",
            service.name,
            count(*endpoints, "endpoint")
        ),
        What::Packet { hop, .. } => super::hop(hop, English),
        What::Fault { fault } => super::fault(fault, English),
        What::Silence { node } => {
            format!("Node {node} is silent: its kubelet has not renewed its Lease in time.")
        }
    }
}

pub(super) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Client { agent } => program(agent).to_owned(),
        Actor::ApiServer => "the API server".to_owned(),
        Actor::Controller { name } => format!("the {name}"),
        Actor::Scheduler => "the scheduler".to_owned(),
        Actor::Kubelet { node } => format!("the kubelet of {node}"),
        Actor::KubeProxy { node } => format!("the kube-proxy of {node}"),
        Actor::Runtime { node } => format!("the container runtime of {node}"),
        Actor::Bootstrap => "cluster set-up".to_owned(),
        Actor::Fault => "a fault".to_owned(),
    }
}

pub(super) fn object(object: &ObjectRef) -> String {
    match (object.kind.as_str(), object.name.as_str()) {
        ("", "") => "the API".to_owned(),
        (kind, "") => format!("{kind} objects"),
        (kind, name) => format!("{kind} {name}"),
    }
}

fn capital(text: &str) -> String {
    // Names of programs keep their spelling.
    text.strip_prefix("the ").map_or_else(|| text.to_owned(), |rest| format!("The {rest}"))
}

fn count(number: u32, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn request(
    who: &str,
    verb: &str,
    what: &ObjectRef,
    subresource: &str,
    status: u16,
    message: &str,
) -> String {
    let what = object(what);
    let wish = match (verb, subresource) {
        (_, "binding") => format!("to bind {what} to a node"),
        (_, "eviction") => format!("to evict {what}"),
        (_, "scale") if verb != "get" => format!("to scale {what}"),
        (_, "log") => format!("for the log of {what}"),
        ("update" | "patch", "status") => format!("to record the status of {what}"),
        ("create", _) => format!("to create {what}"),
        ("update" | "patch", _) => format!("to change {what}"),
        ("delete", _) => format!("to delete {what}"),
        ("deletecollection", _) => format!("to delete all {what}"),
        ("get", _) => format!("for {what}"),
        ("list", _) => format!("for the list of {what}"),
        ("watch", _) => format!("to tell it of every change of {what}"),
        (other, _) => format!("to {other} {what}"),
    };
    if status >= 400 {
        format!("{who} asked the API server {wish}, and was refused ({status}): {message}")
    } else {
        format!("{who} asked the API server {wish}.")
    }
}

fn write(revision: u64, change: &Change) -> String {
    match change {
        Change::Created { object: view } => format!(
            "The API server stored {} in etcd, at revision {revision}.",
            object(&view.object)
        ),
        Change::Updated { object: view } => format!(
            "The API server stored {} anew, at revision {revision}{}.",
            object(&view.object),
            state(view)
        ),
        Change::Deleted { object: gone } => {
            format!("The API server removed {} from etcd, at revision {revision}.", object(gone))
        }
    }
}

fn state(view: &ObjectView) -> String {
    match &view.detail {
        _ if view.deleting_ms.is_some() => ": its deletion was asked for".to_owned(),
        Detail::Pod(pod) => match &pod.node {
            Some(node) if pod.status == "Pending" => format!(": it belongs to {node}"),
            _ if pod.status == "Running" && !pod.ready => ": Running, not ready".to_owned(),
            _ => format!(": {}", pod.status),
        },
        Detail::Node(node) => match node.taints.as_slice() {
            [] => format!(": {}", node.status),
            taints => format!(": {}, tainted {}", node.status, taints.join(", ")),
        },
        Detail::Deployment(it) => format!(": {} of {} ready", it.ready, it.desired),
        Detail::ReplicaSet(it) => format!(": wants {}, {} ready", it.desired, it.ready),
        Detail::EndpointSlice(it) => {
            let ready = it.endpoints.iter().filter(|endpoint| endpoint.ready).count();
            format!(": {ready} of {} endpoints ready", it.endpoints.len())
        }
        _ => String::new(),
    }
}

fn schedule(pod: &str, verdicts: &[Verdict]) -> String {
    if let Some(chosen) = verdicts.iter().find(|verdict| verdict.chosen) {
        let fit = verdicts.iter().filter(|verdict| verdict.refused_by.is_none()).count();
        return format!(
            "The scheduler chose {} for {pod}: best score, {}, of {} that would do.",
            chosen.node,
            chosen.total,
            count(u32::try_from(fit).unwrap_or(u32::MAX), "node")
        );
    }
    let mut reasons: Vec<_> = verdicts.iter().map(|it| it.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    format!("The scheduler found no node for {pod}: {}.", reasons.join("; "))
}

fn container_did(
    who: &Actor,
    pod: &ObjectRef,
    container: &str,
    image: &str,
    transition: &Transition,
) -> String {
    let node = match who {
        Actor::Runtime { node } | Actor::Kubelet { node } => format!("On {node}: "),
        _ => String::new(),
    };
    let of = format!("container {container} of Pod {}", pod.name);
    let did = match transition {
        Transition::Pulling => format!("image {image} is being pulled for Pod {}.", pod.name),
        Transition::Pulled => format!("image {image} is there for Pod {}.", pod.name),
        Transition::PullFailed { reason, message } => {
            format!("image {image} could not be pulled ({reason}): {message}")
        }
        Transition::Created => format!("{of} was created."),
        Transition::Started => format!("{of} started."),
        Transition::Ready => format!("{of} is ready."),
        Transition::NotReady => format!("{of} is not ready any more."),
        Transition::Stopping => format!("{of} was asked to end (SIGTERM)."),
        Transition::Exited { code, reason } => format!("{of} ended with {code} ({reason})."),
        Transition::Removed => format!("the containers and network of Pod {} are gone.", pod.name),
    };
    format!("{node}{did}")
}
