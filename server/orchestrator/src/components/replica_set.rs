//! The ReplicaSet controller: as many Pods as wanted, no more and no fewer.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/>

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::ownership::{self, Claimed};
use crate::components::{pod_control, pods};
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
        let template = set.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
        let pod = pod_control::pod_of(owner, &template);
        let creations = std::iter::repeat_n(pod_control::create(owner, pod), missing);
        let mut outcome = outcome.note(note("TooFewPods", message));
        outcome.steps.extend(creations);
        outcome
    } else if active.len() > wanted {
        let surplus = (active.len() - wanted).min(BURST);
        let message = format!("{} wants {wanted} Pods and sees {}", owner.name(), active.len());
        let mut outcome = outcome.note(note("TooManyPods", message));
        let chosen = ranking::to_delete(view.cache, set, active, surplus);
        outcome.steps.extend(chosen.into_iter().map(|pod| pod_control::delete(owner, pod)));
        outcome
    } else {
        outcome
    }
}
