//! The StatefulSet controller: Pods with names that stay, made in order and deleted in reverse.
//!
//! A Pod keeps its name, its place in DNS and its claims whichever node it runs on, so there may
//! never be two of one name: nothing takes the place of a Pod until it is gone for certain.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/>

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec};
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Outcome, View};
use crate::components::history::{self, Current, Fresh, History, REVISION_HASH};
use crate::components::ownership::{self, Claimed};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::selector;

mod claims;
mod condemned;
mod identity;
mod replicas;
mod status;
mod update;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "statefulset-controller",
    host: Host::ControllerManager,
    watches: &[Kind::StatefulSet, Kind::ControllerRevision, Kind::PersistentVolumeClaim, Kind::Pod],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::StatefulSet).map(Object::key).collect(),
    serial: false,
    decide,
};

/// The label of a ControllerRevision that holds the hash of its data.
const DATA_HASH: &str = "controller.kubernetes.io/hash";

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    if let (Some(Object::Pod(before)), Some(Object::Pod(after))) = (before, after)
        && pods::same(before, after)
    {
        return Vec::new();
    }
    let objects = [before, after].into_iter().flatten();
    let mut keys: Vec<Key> = objects
        .filter_map(|object| match object {
            Object::StatefulSet(_) => Some(object.key()),
            Object::Pod(_) | Object::ControllerRevision(_) => {
                ownership::controller_key(object, Kind::StatefulSet)
            }
            _ => None,
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

/// The StatefulSet that an orphan is a member of by its name and labels.
fn may_adopt(view: &View<'_>, pod: &Pod) -> Option<Key> {
    let name = pod.metadata.name.as_deref()?;
    let namespace = pod.metadata.namespace.as_deref()?;
    let (parent, _) = identity::parent_and_ordinal(name)?;
    let key = Key::new(Kind::StatefulSet, namespace, parent);
    let Object::StatefulSet(set) = view.cache.get(&key)? else { return None };
    let fits = selector::matches(&set.spec.as_ref()?.selector, pod.metadata.labels.as_ref());
    fits.then_some(key)
}

/// A version of the template, by the name of its revision.
struct Version {
    name: String,
    template: PodTemplateSpec,
}

/// A place in the StatefulSet.
enum Slot {
    Filled(Arc<Pod>),
    /// With the Pod that is to be made.
    Empty(Box<Pod>),
}

impl Slot {
    fn pod(&self) -> &Pod {
        match self {
            Slot::Filled(pod) => pod,
            Slot::Empty(pod) => pod,
        }
    }
}

/// Whether the work goes on with the next Pod.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Stop,
}

/// A StatefulSet in the middle of a turn.
struct Turn<'a> {
    view: &'a View<'a>,
    owner: &'a Object,
    set: &'a StatefulSet,
    spec: &'a StatefulSetSpec,
    /// The version that was complete last.
    current: Version,
    /// The version of the template as it is.
    update: Version,
    /// By ordinal.
    slots: Vec<Slot>,
    /// Pods whose ordinals are out of range, the highest first.
    condemned: Vec<Arc<Pod>>,
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::StatefulSet(set)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let Some(spec) = &set.spec else { return Outcome::nothing() };
    let claimed = ownership::claim::<Pod>(view.cache, owner, &spec.selector, |_| true);
    let Claimed { owned, mut adopt, release } = claimed;
    adopt.retain(|pod| {
        identity::parent_and_ordinal(pod.name()).is_some_and(|(parent, _)| parent == owner.name())
    });
    if !adopt.is_empty() || !release.is_empty() {
        return Outcome::nothing().calls(adopt.into_iter().chain(release).map(Call::Update));
    }
    let history = History::of(view.cache, owner, &spec.selector);
    let latest = match history.current(view.cache, owner, &spec.template, fresh(set, spec)) {
        Current::Is(revision) => revision,
        Current::Wants(_) if owner.is_deleting() => return Outcome::nothing(),
        Current::Wants(outcome) => return *outcome,
        Current::Collides => return count_collision(set),
    };
    let noted = set.status.as_ref().and_then(|status| status.current_revision.as_deref());
    let complete = noted.and_then(|name| history.named(name)).unwrap_or(&latest);
    let version = |revision: &Arc<_>| Version::of(revision, spec);
    let mut turn = Turn {
        view,
        owner,
        set,
        spec,
        current: version(complete),
        update: version(&latest),
        slots: Vec::new(),
        condemned: Vec::new(),
    };
    turn.sort(owned);
    let (outcome, status) = turn.act();
    let outcome = status::sync(outcome, &turn, status);
    clean_up(outcome, &turn, &history)
}

impl Version {
    fn of(
        revision: &Arc<k8s_openapi::api::apps::v1::ControllerRevision>,
        spec: &StatefulSetSpec,
    ) -> Version {
        let template = history::template(revision).unwrap_or_else(|| spec.template.clone());
        Version { name: revision.metadata.name.clone().unwrap_or_default(), template }
    }
}

fn fresh(set: &StatefulSet, spec: &StatefulSetSpec) -> Fresh {
    let collisions = set.status.as_ref().and_then(|status| status.collision_count);
    let hash = history::hash(&spec.template, collisions);
    let metadata = spec.template.metadata.as_ref();
    let mut labels = metadata.and_then(|meta| meta.labels.clone()).unwrap_or_default();
    labels.insert(DATA_HASH.to_owned(), hash.clone());
    Fresh { hash, labels }
}

fn count_collision(set: &StatefulSet) -> Outcome {
    let mut set = set.clone();
    *set.status.get_or_insert_default().collision_count.get_or_insert(0) += 1;
    Outcome::nothing().call(Call::UpdateStatus(set.into()))
}

impl Turn<'_> {
    /// Puts Pods into their places.
    fn sort(&mut self, owned: Vec<Arc<Pod>>) {
        let start = identity::start(self.spec);
        let count = usize::try_from(self.spec.replicas.unwrap_or(1)).unwrap_or_default();
        let mut there: Vec<Option<Arc<Pod>>> = vec![None; count];
        let mut condemned = Vec::new();
        for pod in owned {
            let Some(ordinal) = identity::ordinal(&pod) else { continue };
            let place = usize::try_from(ordinal - start).ok();
            match place.and_then(|place| there.get_mut(place)) {
                Some(slot) => *slot = Some(pod),
                None => condemned.push((ordinal, pod)),
            }
        }
        condemned.sort_by_key(|(ordinal, _)| std::cmp::Reverse(*ordinal));
        self.condemned = condemned.into_iter().map(|(_, pod)| pod).collect();
        let filled = there.into_iter().zip(start..).map(|(pod, ordinal)| match pod {
            Some(pod) => Slot::Filled(pod),
            None => Slot::Empty(Box::new(identity::new_pod(self, ordinal))),
        });
        self.slots = filled.collect();
    }

    /// What is done, and the status that comes of it.
    fn act(&self) -> (Outcome, status::Counts) {
        let counts = status::Counts::of(self);
        let mut outcome = Outcome::nothing();
        if self.owner.is_deleting()
            || replicas::process(self, &mut outcome) == Flow::Stop
            || condemned::process(self, &mut outcome) == Flow::Stop
        {
            return (outcome, counts);
        }
        let deleted = update::process(self, &mut outcome);
        (outcome, counts.without_current(deleted))
    }

    /// One after the other; otherwise all at once (`Parallel`).
    fn is_ordered(&self) -> bool {
        self.spec.pod_management_policy.as_deref() != Some("Parallel")
    }

    fn is_available(&self, pod: &Pod) -> bool {
        let min_ready = self.spec.min_ready_seconds.unwrap_or_default();
        is_running_and_ready(pod) && pods::available_in(pod, min_ready, self.view.clock) == Some(0)
    }

    fn is_unavailable(&self, pod: &Pod) -> bool {
        !self.is_available(pod) || is_terminating(pod)
    }
}

fn is_running_and_ready(pod: &Pod) -> bool {
    pods::phase(pod) == "Running" && pods::is_ready(pod)
}

fn is_terminating(pod: &Pod) -> bool {
    pod.metadata.deletion_timestamp.is_some()
}

/// The revision that a Pod is of.
fn revision_of(pod: &Pod) -> Option<&str> {
    pod.metadata.labels.as_ref()?.get(REVISION_HASH).map(String::as_str)
}

fn name_of(pod: &Pod) -> &str {
    pod.metadata.name.as_deref().unwrap_or_default()
}

/// Deletes the oldest revisions that nothing uses beyond the limit; a negative limit keeps all.
fn clean_up(mut outcome: Outcome, turn: &Turn<'_>, history: &History) -> Outcome {
    let there = turn.slots.iter().map(Slot::pod).chain(turn.condemned.iter().map(Arc::as_ref));
    let mut live: BTreeSet<String> =
        there.filter_map(|pod| revision_of(pod).map(str::to_owned)).collect();
    live.extend([turn.current.name.clone(), turn.update.name.clone()]);
    let limit = turn.spec.revision_history_limit.unwrap_or(10);
    let Ok(limit) = usize::try_from(limit) else { return outcome };
    let used = live.iter().filter(|name| history.named(name).is_some()).count();
    let surplus = history.count().saturating_sub(used).saturating_sub(limit);
    outcome.steps.extend(history.truncate(surplus, &live));
    outcome
}
