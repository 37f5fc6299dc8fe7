//! The DaemonSet controller: a Pod on every node that fits.
//!
//! It makes a Pod for each node and lets the default scheduler put it there: the Pod's node
//! affinity names the node, and its tolerations let it stay where others may not.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetSpec, DaemonSetStatus};
use k8s_openapi::api::core::v1::{Node, Pod};

use crate::call::{Call, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::history::{self, Current, Fresh, History, REVISION_HASH};
use crate::components::ownership::{self, Claimed};
use crate::components::{pace, pod_control, pods};
use crate::kinds::template_generation;
use crate::object::{Key, Kind, Object};
use crate::selector;
use crate::time::Millis;

mod daemon;
mod eligible;
mod failed;
mod manage;
mod status;
mod update;

use eligible::Eligible;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "daemonset-controller",
    host: Host::ControllerManager,
    watches: &[Kind::DaemonSet, Kind::ControllerRevision, Kind::Pod, Kind::Node],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::DaemonSet).map(Object::key).collect(),
    serial: false,
    decide,
};

/// At most so many Pods are made, and so many deleted, in one turn.
const BURST: usize = 250;

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys: Vec<Key> = match (before, after) {
        (Some(Object::Node(_)), _) | (_, Some(Object::Node(_))) => of_node(view, before, after),
        (Some(Object::Pod(before)), Some(Object::Pod(after)))
            if pods::same(before, after) && pods::node(before) == pods::node(after) =>
        {
            Vec::new()
        }
        _ => [before, after]
            .into_iter()
            .flatten()
            .filter_map(|object| match object {
                Object::DaemonSet(_) => Some(object.key()),
                _ => ownership::controller_key(object, Kind::DaemonSet),
            })
            .collect(),
    };
    if let Some(Object::Pod(pod)) = after
        && ownership::controller_uid(&pod.metadata).is_none()
    {
        keys.extend(may_adopt(view, pod));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// DaemonSets for which a change of a node makes a difference.
fn of_node(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let typed = |object: Option<&Object>| object.and_then(|o| o.as_typed::<Node>()).cloned();
    let (before, after) = (typed(before), typed(after));
    let taints = |node: &Node| node.spec.as_ref().and_then(|spec| spec.taints.clone());
    if let (Some(before), Some(after)) = (&before, &after)
        && before.metadata.labels == after.metadata.labels
        && taints(before) == taints(after)
    {
        return Vec::new();
    }
    let sets = view.cache.of_kind(Kind::DaemonSet);
    let differs = |object: &&Object| {
        let Object::DaemonSet(set) = object else { return false };
        let Some(spec) = &set.spec else { return false };
        let eligible = Eligible::of(spec);
        let judge = |node: &Option<Node>| node.as_ref().map(|node| eligible.judge(node));
        judge(&before) != judge(&after)
    };
    sets.filter(differs).map(Object::key).collect()
}

/// DaemonSets whose selector matches an orphan.
fn may_adopt(view: &View<'_>, pod: &Pod) -> Vec<Key> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let fits = |object: &&Object| match object {
        Object::DaemonSet(set) => set
            .spec
            .as_ref()
            .is_some_and(|spec| selector::matches(&spec.selector, pod.metadata.labels.as_ref())),
        _ => false,
    };
    let sets = view.cache.in_namespace(Kind::DaemonSet, namespace);
    sets.filter(fits).map(Object::key).collect()
}

/// A DaemonSet in the middle of a turn.
struct Turn<'a> {
    view: &'a View<'a>,
    key: &'a Key,
    owner: &'a Object,
    set: &'a DaemonSet,
    spec: &'a DaemonSetSpec,
    eligible: Eligible,
    /// Of the current revision.
    hash: String,
    nodes: Vec<&'a Node>,
    /// By the node that they run on, or are meant for.
    pods: BTreeMap<String, Vec<Arc<Pod>>>,
}

/// What is to be done about Pods.
#[derive(Default)]
struct Plan {
    /// Nodes that are to get a Pod.
    create: Vec<String>,
    delete: Vec<Arc<Pod>>,
    outcome: Outcome,
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::DaemonSet(set)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let Some(spec) = set.spec.as_ref().filter(|_| !owner.is_deleting()) else {
        return Outcome::nothing();
    };
    if let Some(rest) = pace::rest(view, key) {
        return Outcome::nothing().requeue_after(rest);
    }
    let claimed = ownership::claim::<Pod>(view.cache, owner, &spec.selector, |_| true);
    let Claimed { owned, adopt, release } = claimed;
    if !adopt.is_empty() || !release.is_empty() {
        return Outcome::nothing().calls(adopt.into_iter().chain(release).map(Call::Update));
    }
    let history = History::of(view.cache, owner, &spec.selector);
    let current = match history.current(view.cache, owner, &spec.template, fresh(set, spec)) {
        Current::Is(revision) => revision,
        Current::Wants(outcome) => return *outcome,
        Current::Collides => return count_collision(set),
    };
    let labels = current.metadata.labels.as_ref();
    let hash = labels.and_then(|labels| labels.get(REVISION_HASH)).cloned().unwrap_or_default();
    let turn = Turn {
        view,
        key,
        owner,
        set,
        spec,
        eligible: Eligible::of(spec),
        hash,
        nodes: view.cache.of_kind(Kind::Node).filter_map(|node| node.as_typed()).collect(),
        pods: daemon::by_node(owned),
    };
    let outcome = turn.act();
    let outcome = status::sync(outcome, &turn);
    let outcome = pace::after(outcome, view, key, turn.nodes.len());
    clean_up(outcome, &turn, &history, current.metadata.name.as_deref())
}

fn fresh(set: &DaemonSet, spec: &DaemonSetSpec) -> Fresh {
    let collisions = set.status.as_ref().and_then(|status| status.collision_count);
    let hash = history::hash(&spec.template, collisions);
    let metadata = spec.template.metadata.as_ref();
    let mut labels = metadata.and_then(|meta| meta.labels.clone()).unwrap_or_default();
    labels.insert(REVISION_HASH.to_owned(), hash.clone());
    Fresh { hash, labels }
}

fn count_collision(set: &DaemonSet) -> Outcome {
    let mut set = set.clone();
    let status: &mut DaemonSetStatus = set.status.get_or_insert_default();
    *status.collision_count.get_or_insert(0) += 1;
    Outcome::nothing().call(Call::UpdateStatus(set.into()))
}

impl Turn<'_> {
    fn act(&self) -> Outcome {
        let mut plan = manage::plan(self);
        let rolling = self.spec.update_strategy.as_ref().and_then(|s| s.type_.as_deref());
        if plan.create.is_empty() && plan.delete.is_empty() && rolling == Some("RollingUpdate") {
            update::extend(&mut plan, self);
        }
        let Plan { mut create, mut delete, outcome } = plan;
        create.truncate(BURST);
        delete.truncate(BURST);
        let mut outcome = outcome;
        if !create.is_empty() {
            outcome = outcome.note(self.note("NodesWithoutPod", "lack a Pod", &create));
        }
        if !delete.is_empty() {
            let names: Vec<String> =
                delete.iter().filter_map(|pod| pod.metadata.name.clone()).collect();
            outcome = outcome.note(self.note("PodsToDelete", "are to go", &names));
        }
        let creations =
            create.iter().map(|node| pod_control::create(self.owner, daemon::pod_for(self, node)));
        let deletions = delete.iter().map(|pod| pod_control::delete(self.owner, pod));
        let steps: Vec<Step> = creations.chain(deletions).collect();
        outcome.steps.extend(steps);
        outcome
    }

    fn note(&self, reason: &'static str, what: &str, names: &[String]) -> Note {
        let names = names.join(", ");
        Note::new(reason, format!("{names} {what} of {}", self.owner.name()))
            .with("name", self.owner.name())
            .with("these", names)
    }

    /// How long until a Pod is available: 0 if it is, None if it is not ready.
    fn available_in(&self, pod: &Pod) -> Option<Millis> {
        let min_ready = self.spec.min_ready_seconds.unwrap_or_default();
        pods::available_in(pod, min_ready, self.view.clock)
    }

    fn is_available(&self, pod: &Pod) -> bool {
        self.available_in(pod) == Some(0)
    }

    fn has_hash(&self, pod: &Pod) -> bool {
        let labels = pod.metadata.labels.as_ref();
        labels.and_then(|labels| labels.get(REVISION_HASH)) == Some(&self.hash)
    }

    /// Whether a Pod is of the current template.
    fn is_updated(&self, pod: &Pod) -> bool {
        let label = |name: &str| pod.metadata.labels.as_ref().and_then(|labels| labels.get(name));
        let generation = template_generation(self.set).to_string();
        self.has_hash(pod) || label(daemon::TEMPLATE_GENERATION) == Some(&generation)
    }
}

/// Deletes old revisions that no Pod has.
fn clean_up(
    mut outcome: Outcome,
    turn: &Turn<'_>,
    history: &History,
    current: Option<&str>,
) -> Outcome {
    let name = turn.owner.name();
    let hash = |pod: &Arc<Pod>| pod.metadata.labels.as_ref()?.get(REVISION_HASH).cloned();
    let of_pods = turn.pods.values().flatten().filter_map(hash);
    let mut live: BTreeSet<String> = of_pods.map(|hash| format!("{name}-{hash}")).collect();
    live.extend(current.map(str::to_owned));
    let limit = turn.spec.revision_history_limit.unwrap_or(10);
    let old = history.count().saturating_sub(1);
    let surplus = old.saturating_sub(usize::try_from(limit).unwrap_or_default());
    outcome.steps.extend(history.truncate(surplus, &live));
    outcome
}
