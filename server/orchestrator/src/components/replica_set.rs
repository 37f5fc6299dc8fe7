//! The ReplicaSet controller: as many Pods as wanted, no more and no fewer. The ReplicationController
//! is the same one under an older name ([`super::replication_controller`]).
//! <https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/>

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::call::{Call, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::ownership::{self, Claimed};
use crate::components::{pace, pod_control, pods};
use crate::kinds::selectors;
use crate::object::{Key, Kind, Object};
use crate::selector;

mod ranking;
mod status;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "replicaset-controller",
    host: Host::ControllerManager,
    watches: &[Kind::ReplicaSet, Kind::Pod],
    interest: |_| Interest::All,
    keys: |view, before, after| keys(view, before, after, Kind::ReplicaSet),
    starts_with: |view| view.cache.of_kind(Kind::ReplicaSet).map(Object::key).collect(),
    serial: false,
    decide,
};

/// At most so many Pods are made or deleted in one turn.
const BURST: usize = 500;

/// The keys of controllers of a kind that a change concerns.
pub(super) fn keys(
    view: &View<'_>,
    before: Option<&Object>,
    after: Option<&Object>,
    kind: Kind,
) -> Vec<Key> {
    if let (Some(Object::Pod(before)), Some(Object::Pod(after))) = (before, after)
        && pods::same(before, after)
    {
        return Vec::new();
    }
    let mut keys: Vec<Key> = [before, after]
        .into_iter()
        .flatten()
        .filter_map(|object| match object {
            Object::Pod(_) => ownership::controller_key(object, kind),
            _ => Some(object.key()),
        })
        .collect();
    if let Some(Object::Pod(pod)) = after
        && ownership::controller_uid(&pod.metadata).is_none()
    {
        keys.extend(may_adopt(view, pod, kind));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// Those whose selector matches an orphan.
fn may_adopt(view: &View<'_>, pod: &Pod, kind: Kind) -> Vec<Key> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let fits = |object: &&Object| {
        selector(object).is_some_and(|s| selector::matches(&s, pod.metadata.labels.as_ref()))
    };
    view.cache.in_namespace(kind, namespace).filter(fits).map(Object::key).collect()
}

fn selector(object: &Object) -> Option<LabelSelector> {
    match object {
        Object::ReplicaSet(set) => Some(set.spec.as_ref()?.selector.clone()),
        Object::ReplicationController(controller) => {
            Some(selectors::of_labels(controller.spec.as_ref()?.selector.clone()?))
        }
        _ => None,
    }
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::ReplicaSet(set)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let update = |status: ReplicaSetStatus| {
        Call::UpdateStatus(ReplicaSet { status: Some(status), ..ReplicaSet::clone(set) }.into())
    };
    turn(view, owner, set, update)
}

/// One turn for a ReplicaSet, or for what may be seen as one. `update` makes the call that sets
/// the owner's status.
pub(super) fn turn(
    view: &View<'_>,
    owner: &Object,
    set: &ReplicaSet,
    update: impl FnOnce(ReplicaSetStatus) -> Call,
) -> Outcome {
    let Some(spec) = &set.spec else { return Outcome::nothing() };
    let key = owner.key();
    if let Some(rest) = pace::rest(view, &key) {
        return Outcome::nothing().requeue_after(rest);
    }
    let claimed = ownership::claim::<Pod>(view.cache, owner, &spec.selector, pods::is_active);
    let Claimed { owned, adopt, release } = claimed;
    let mut outcome = Outcome::nothing().calls(adopt.into_iter().map(Call::Update));
    outcome = outcome.calls(release.into_iter().map(Call::Update));
    let terminating =
        |pod: &&Arc<Pod>| pod.metadata.deletion_timestamp.is_some() && !pods::is_terminal(pod);
    // ReplicationControllers do not count them.
    let counts_them = owner.kind() == Kind::ReplicaSet;
    let terminating = counts_them.then(|| owned.iter().filter(terminating).count());
    let active: Vec<Arc<Pod>> = owned.into_iter().filter(|pod| pods::is_active(pod)).collect();
    let claims = outcome.steps.len();
    if claims == 0 && !owner.is_deleting() {
        outcome = manage(outcome, view, owner, set, &active);
    }
    let managed = outcome.steps.len() > claims;
    let failure =
        view.failures.get(&owner.key()).filter(|failure| managed && failure.of(Kind::Pod));
    let (status, wait) = status::counted(view, set, &active, terminating, failure);
    if let Some(wait) = wait {
        outcome = outcome.requeue_after(wait);
    }
    if set.status.as_ref() != Some(&status) {
        // What has failed once is told before it is tried again.
        let at = if failure.is_some() { 0 } else { outcome.steps.len() };
        outcome.steps.insert(at, Step::from(update(status)));
    }
    pace::after(outcome, view, &key, active.len())
}

/// Makes what is missing, or deletes what is too much. The first failure ends it: what Kubernetes
/// does in batches that begin with one Pod (`slowStartBatch`).
fn manage(
    outcome: Outcome,
    view: &View<'_>,
    owner: &Object,
    set: &ReplicaSet,
    active: &[Arc<Pod>],
) -> Outcome {
    let wanted = set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let wanted = usize::try_from(wanted).unwrap_or_default();
    let note = |reason| {
        let message = format!("{} wants {wanted} Pods and sees {}", owner.name(), active.len());
        Note::new(reason, message)
            .with("name", owner.name())
            .with("wanted", wanted)
            .with("saw", active.len())
    };
    let mut outcome = outcome;
    if active.len() < wanted {
        let missing = (wanted - active.len()).min(BURST);
        let template = set.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
        let pod = pod_control::pod_of(owner, &template);
        outcome.notes.push(note("TooFewPods"));
        outcome.steps.extend(std::iter::repeat_n(pod_control::create(owner, pod), missing));
    } else if active.len() > wanted {
        let surplus = (active.len() - wanted).min(BURST);
        outcome.notes.push(note("TooManyPods"));
        let chosen = ranking::to_delete(view, set, active, surplus);
        outcome.steps.extend(chosen.into_iter().map(|pod| pod_control::delete(owner, pod)));
    }
    outcome
}
