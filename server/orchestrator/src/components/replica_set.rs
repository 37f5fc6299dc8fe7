//! The ReplicaSet controller: as many Pods as wanted, no more and no fewer.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/>

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::ownership::{self, Claimed};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::selector;

mod ranking;
mod status;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "replicaset-controller",
    host: Host::ControllerManager,
    watches: &[Kind::ReplicaSet, Kind::Pod],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::ReplicaSet).map(Object::key).collect(),
    serial: false,
    decide,
};

/// At most so many Pods are made or deleted in one turn.
const BURST: usize = 500;

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys: Vec<Key> = [before, after]
        .into_iter()
        .flatten()
        .filter_map(|object| match object {
            Object::Pod(_) => ownership::controller_key(object, Kind::ReplicaSet),
            _ => Some(object.key()),
        })
        .collect();
    if let Some(Object::Pod(pod)) = after
        && ownership::controller_uid(&pod.metadata).is_none()
    {
        keys.extend(may_adopt(view, pod));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// ReplicaSets whose selector matches an orphan.
fn may_adopt(view: &View<'_>, pod: &Pod) -> Vec<Key> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let sets = view.cache.in_namespace(Kind::ReplicaSet, namespace);
    sets.filter(|set| match set {
        Object::ReplicaSet(set) => {
            selector(set).is_some_and(|s| selector::matches(s, pod.metadata.labels.as_ref()))
        }
        _ => false,
    })
    .map(Object::key)
    .collect()
}

fn selector(set: &ReplicaSet) -> Option<&LabelSelector> {
    set.spec.as_ref().map(|spec| &spec.selector)
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::ReplicaSet(set)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let Some(selector) = selector(set) else { return Outcome::nothing() };
    let claimed = ownership::claim::<Pod>(view.cache, owner, selector, pods::is_active);
    let Claimed { owned, adopt, release } = claimed;
    let mut outcome = Outcome::nothing().calls(adopt.into_iter().map(Call::Update));
    outcome = outcome.calls(release.into_iter().map(Call::Update));
    let active: Vec<Arc<Pod>> = owned.into_iter().filter(|pod| pods::is_active(pod)).collect();
    if outcome.steps.is_empty() && !owner.is_deleting() {
        outcome = manage(outcome, view, owner, set, &active);
    }
    status::update(outcome, view, set, &active)
}

/// Makes what is missing, or deletes what is too much.
fn manage(
    outcome: Outcome,
    view: &View<'_>,
    owner: &Object,
    set: &ReplicaSet,
    active: &[Arc<Pod>],
) -> Outcome {
    let wanted = set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let wanted = usize::try_from(wanted).unwrap_or_default();
    let note = |reason, message: String| {
        Note::new(reason, message)
            .with("name", owner.name())
            .with("wanted", wanted)
            .with("saw", active.len())
    };
    if active.len() < wanted {
        let missing = (wanted - active.len()).min(BURST);
        let message = format!("{} wants {wanted} Pods and sees {}", owner.name(), active.len());
        let creations = std::iter::repeat_with(|| create(owner, set)).take(missing);
        let mut outcome = outcome.note(note("TooFewPods", message));
        outcome.steps.extend(creations);
        outcome
    } else if active.len() > wanted {
        let surplus = (active.len() - wanted).min(BURST);
        let message = format!("{} wants {wanted} Pods and sees {}", owner.name(), active.len());
        let mut outcome = outcome.note(note("TooManyPods", message));
        let chosen = ranking::to_delete(view.cache, set, active, surplus);
        outcome.steps.extend(chosen.into_iter().map(|pod| delete(owner, pod)));
        outcome
    } else {
        outcome
    }
}

fn create(owner: &Object, set: &ReplicaSet) -> Step {
    let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
    let metadata = template.and_then(|template| template.metadata.as_ref());
    let pod = Pod {
        metadata: ObjectMeta {
            generate_name: Some(format!("{}-", owner.name())),
            namespace: Some(owner.namespace().to_owned()),
            labels: metadata.and_then(|metadata| metadata.labels.clone()),
            annotations: metadata.and_then(|metadata| metadata.annotations.clone()),
            finalizers: metadata.and_then(|metadata| metadata.finalizers.clone()),
            owner_references: Some(vec![ownership::controlled_by(owner)]),
            ..ObjectMeta::default()
        },
        spec: template.and_then(|template| template.spec.clone()),
        status: None,
    };
    Step::from(Call::Create(pod.into()))
        .then(event(owner, "Normal", "SuccessfulCreate", "Created pod: {name}"))
        .otherwise(event(owner, "Warning", "FailedCreate", "Error creating: {error}"))
}

fn delete(owner: &Object, pod: &Arc<Pod>) -> Step {
    let pod = Object::Pod(Arc::clone(pod));
    let message = format!("Deleted pod: {}", pod.name());
    Step::from(Call::delete(&pod))
        .then(event(owner, "Normal", "SuccessfulDelete", &message))
        .otherwise(event(owner, "Warning", "FailedDelete", "Error deleting: {error}"))
}

fn event(
    owner: &Object,
    event_type: &'static str,
    reason: &'static str,
    message: &str,
) -> EventRecord {
    EventRecord {
        regarding: Regarding::object(owner),
        event_type,
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}
