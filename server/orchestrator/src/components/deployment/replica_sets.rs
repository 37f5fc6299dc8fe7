//! Which ReplicaSet is the new one, how one is made, and what its annotations say.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DeploymentSpec, ReplicaSet, ReplicaSetSpec};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{Rollout, rolling, status, sum};
use crate::call::{Call, Step};
use crate::component::{Note, Outcome};
use crate::components::{history, ownership};
use crate::selector::Labels;

pub(super) const HASH_LABEL: &str = "pod-template-hash";
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";
/// Annotations of a Deployment that its ReplicaSets do not get.
const NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.deployment.rollback.to",
    REVISION,
    REVISION_HISTORY,
    DESIRED,
    MAX,
];
/// How long the list of a ReplicaSet's former revisions may become.
const HISTORY_MAX: usize = 2000;

/// The ReplicaSets of a Deployment.
pub(super) struct Family {
    /// The one with the Deployment's own template.
    pub(super) new: Option<Arc<ReplicaSet>>,
    /// The others, oldest first.
    pub(super) old: Vec<Arc<ReplicaSet>>,
}

impl Family {
    pub(super) fn new(spec: &DeploymentSpec, mut sets: Vec<Arc<ReplicaSet>>) -> Family {
        sets.sort_by_cached_key(|set| {
            let created = set.metadata.creation_timestamp.as_ref().map(|time| time.0);
            (created, set.metadata.name.clone())
        });
        let position = sets.iter().position(|set| has_template(set, &spec.template));
        let new = position.map(|position| sets.remove(position));
        Family { new, old: sets }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.old.iter().chain(&self.new)
    }

    /// Those that have, or should have, Pods.
    pub(super) fn active(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.all().filter(|set| wanted(set) > 0)
    }

    pub(super) fn total_wanted(&self) -> i32 {
        sum(self.all(), wanted)
    }
}

/// `spec.replicas`.
pub(super) fn wanted(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1)
}

pub(super) fn available(set: &ReplicaSet) -> i32 {
    set.status.as_ref().and_then(|status| status.available_replicas).unwrap_or_default()
}

pub(super) fn revision(metadata: &ObjectMeta) -> i64 {
    annotation(metadata, REVISION).and_then(|revision| revision.parse().ok()).unwrap_or_default()
}

pub(super) fn desired_annotation(set: &ReplicaSet) -> Option<i32> {
    annotation(&set.metadata, DESIRED)?.parse().ok()
}

pub(super) fn max_annotation(set: &ReplicaSet) -> Option<i32> {
    annotation(&set.metadata, MAX)?.parse().ok()
}

fn annotation<'a>(metadata: &'a ObjectMeta, name: &str) -> Option<&'a str> {
    metadata.annotations.as_ref()?.get(name).map(String::as_str)
}

fn has_template(set: &ReplicaSet, template: &PodTemplateSpec) -> bool {
    let own = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
    own.is_some_and(|own| without_hash(own) == without_hash(template))
}

fn without_hash(template: &PodTemplateSpec) -> PodTemplateSpec {
    let mut template = template.clone();
    if let Some(labels) = template.metadata.as_mut().and_then(|m| m.labels.as_mut()) {
        labels.remove(HASH_LABEL);
    }
    template
}

fn next_revision(rollout: &Rollout<'_>) -> i64 {
    let old = rollout.family.old.iter().map(|set| revision(&set.metadata)).max();
    old.unwrap_or_default() + 1
}

/// Makes the new ReplicaSet and notes it in the Deployment.
pub(super) fn create(rollout: &Rollout<'_>) -> Outcome {
    let status = rollout.deployment.status.as_ref();
    let collisions = status.and_then(|status| status.collision_count);
    let hash = history::hash(&rollout.spec.template, collisions);
    let name = format!("{}-{hash}", rollout.name());
    let namespace = rollout.owner.namespace();
    if rollout.view.cache.get_typed::<ReplicaSet>(namespace, &name).is_some() {
        // It is another one's: the next name will differ.
        return status::count_collision(rollout);
    }
    let mut template = rollout.spec.template.clone();
    let labels = template.metadata.get_or_insert_default().labels.get_or_insert_default();
    labels.insert(HASH_LABEL.to_owned(), hash.clone());
    let labels = labels.clone();
    let mut selector = rollout.spec.selector.clone();
    selector.match_labels.get_or_insert_default().insert(HASH_LABEL.to_owned(), hash);
    let replicas = rolling::replicas_of_new(rollout, 0);
    let mut set = ReplicaSet {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            namespace: rollout.deployment.metadata.namespace.clone(),
            labels: Some(labels),
            annotations: Some(copied_annotations(rollout)),
            owner_references: Some(vec![ownership::controlled_by(rollout.owner)]),
            ..ObjectMeta::default()
        },
        spec: Some(ReplicaSetSpec {
            min_ready_seconds: rollout.spec.min_ready_seconds,
            replicas: Some(replicas),
            selector,
            template: Some(template),
        }),
        status: None,
    };
    let revision = next_revision(rollout).to_string();
    let annotations = set.metadata.annotations.get_or_insert_default();
    annotations.insert(REVISION.to_owned(), revision.clone());
    set_scale_annotations(&mut set, rollout);
    let note = Note::new("NewReplicaSet", format!("no ReplicaSet has the template yet: {name}"))
        .with("name", &name)
        .with("replicas", replicas);
    let failed = format!("Failed to create new replica set \"{name}\": {{error}}");
    let failed = rollout.warning("ReplicaSetCreateError", failed);
    let mut step = Step::from(Call::Create(set.into())).otherwise(failed);
    if replicas > 0 {
        let message = format!("Scaled up replica set {name} from 0 to {replicas}");
        step = step.then(rollout.event("ScalingReplicaSet", message));
    }
    let noted = status::with_new_replica_set(rollout, &name, revision);
    // What has failed once is told before it is tried again: the two writes of the status would be
    // in each other's way, so the second waits.
    match status::with_failed_creation(rollout, &name) {
        Some(failed) => Outcome::nothing().note(note).call(failed).call(step),
        None => Outcome::nothing().note(note).call(step).call(noted),
    }
}

fn copied_annotations(rollout: &Rollout<'_>) -> Labels {
    let annotations = rollout.deployment.metadata.annotations.clone().unwrap_or_default();
    annotations.into_iter().filter(|(name, _)| !NOT_COPIED.contains(&name.as_str())).collect()
}

/// Gives the new ReplicaSet, and the Deployment, the revision and annotations that they should have.
/// An old template that has become the new one again (a rollback) gets the next revision.
pub(super) fn bring_up_to_date(rollout: &Rollout<'_>) -> Outcome {
    let Some(set) = &rollout.family.new else { return Outcome::nothing() };
    let mut updated = ReplicaSet::clone(set);
    let annotations = updated.metadata.annotations.get_or_insert_default();
    annotations.extend(copied_annotations(rollout));
    let current = revision(&set.metadata);
    let wanted = next_revision(rollout);
    if current < wanted
        && let Some(before) = annotations.insert(REVISION.to_owned(), wanted.to_string())
    {
        let history = annotations.entry(REVISION_HISTORY.to_owned()).or_default();
        *history = lengthened(history, &before);
    }
    if let Some(spec) = &mut updated.spec {
        spec.min_ready_seconds = rollout.spec.min_ready_seconds;
    }
    if updated == **set {
        return status::with_known_replica_set(rollout, set);
    }
    let mut outcome = Outcome::nothing().call(Call::Update(updated.into()));
    if current > 0 && current < wanted {
        let name = set.metadata.name.clone().unwrap_or_default();
        let note = Note::new("OldReplicaSetAgain", format!("{name} has the template already"));
        outcome = outcome.note(note.with("name", name).with("revision", wanted));
    }
    outcome
}

/// One more former revision; the oldest are forgotten where they are too many.
fn lengthened(history: &str, revision: &str) -> String {
    let mut all: Vec<&str> = history.split(',').filter(|part| !part.is_empty()).collect();
    all.push(revision);
    let length = |all: &[&str]| all.iter().map(|part| part.len() + 1).sum::<usize>();
    while length(&all) > HISTORY_MAX + 1 && all.len() > 1 {
        all.remove(0);
    }
    all.join(",")
}

/// How many Pods the Deployment wants, and how many it may have: proportional scaling needs them.
pub(super) fn set_scale_annotations(set: &mut ReplicaSet, rollout: &Rollout<'_>) {
    let desired = rollout.desired();
    let max = desired + rolling::bounds(rollout).surge;
    let annotations = set.metadata.annotations.get_or_insert_default();
    annotations.insert(DESIRED.to_owned(), desired.to_string());
    annotations.insert(MAX.to_owned(), max.to_string());
}
