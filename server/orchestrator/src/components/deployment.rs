//! The Deployment controller: ReplicaSets, one for each version of the template, the newest scaled
//! up as the older ones are scaled down.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, ReplicaSet};

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::ownership::{self, Claimed};
use crate::object::{Key, Kind, Object};

mod recreate;
mod replica_sets;
mod rolling;
mod scaling;
mod status;

use replica_sets::Family;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "deployment-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Deployment, Kind::ReplicaSet, Kind::Pod],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Deployment).map(Object::key).collect(),
    serial: false,
    decide,
};

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys: Vec<Key> = [before, after]
        .into_iter()
        .flatten()
        .filter_map(|object| match object {
            Object::Deployment(_) => Some(object.key()),
            Object::ReplicaSet(_) => ownership::controller_key(object, Kind::Deployment),
            // Only the end of a Pod matters, and only to `Recreate`.
            Object::Pod(_) if after.is_none() => recreate::deployment_of(view, object),
            _ => None,
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// A Deployment in the middle of a turn.
struct Rollout<'a> {
    view: &'a View<'a>,
    owner: &'a Object,
    deployment: &'a Deployment,
    spec: &'a DeploymentSpec,
    family: Family,
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::Deployment(deployment)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    let Some(spec) = &deployment.spec else { return Outcome::nothing() };
    let claimed = ownership::claim::<ReplicaSet>(view.cache, owner, &spec.selector, |_| true);
    let Claimed { owned, adopt, release } = claimed;
    if !adopt.is_empty() || !release.is_empty() {
        return Outcome::nothing().calls(adopt.into_iter().chain(release).map(Call::Update));
    }
    let family = Family::new(spec, owned);
    let rollout = Rollout { view, owner, deployment, spec, family };
    if owner.is_deleting() {
        return status::sync_counts(Outcome::nothing(), &rollout);
    }
    rollout.turn()
}

impl Rollout<'_> {
    /// The first thing that is to be done; the rest comes with the turns that it causes.
    fn turn(&self) -> Outcome {
        if let Some(outcome) = status::pause_or_resume(self) {
            return outcome;
        }
        let updated = replica_sets::bring_up_to_date(self);
        if !updated.is_trivial() {
            return updated;
        }
        let paused = self.spec.paused == Some(true);
        if paused || scaling::is_due(self) {
            let mut outcome = scaling::sync(self);
            if paused {
                outcome = rolling::clean_up(outcome, self);
            }
            return status::sync_counts(outcome, self);
        }
        if self.is_recreate() {
            return recreate::turn(self);
        }
        if self.family.new.is_none() {
            return replica_sets::create(self);
        }
        rolling::turn(self)
    }

    fn is_recreate(&self) -> bool {
        let strategy = self.spec.strategy.as_ref().and_then(|strategy| strategy.type_.as_deref());
        strategy == Some("Recreate")
    }

    fn desired(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }

    fn name(&self) -> &str {
        self.owner.name()
    }

    fn event(&self, reason: &'static str, message: String) -> EventRecord {
        EventRecord {
            regarding: Regarding::object(self.owner),
            event_type: "Normal",
            reason: reason.to_owned(),
            message,
        }
    }

    fn warning(&self, reason: &'static str, message: String) -> EventRecord {
        EventRecord { event_type: "Warning", ..self.event(reason, message) }
    }

    /// Scales one ReplicaSet, with its event.
    fn scale(&self, set: &ReplicaSet, replicas: i32) -> Step {
        let from = replica_sets::wanted(set);
        let name = set.metadata.name.as_deref().unwrap_or_default();
        let direction = if replicas > from { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {name} from {from} to {replicas}");
        let mut scaled = set.clone();
        scaled.spec.get_or_insert_default().replicas = Some(replicas);
        replica_sets::set_scale_annotations(&mut scaled, self);
        Step::from(Call::Update(scaled.into())).then(self.event("ScalingReplicaSet", message))
    }
}

fn scale_note(set: &ReplicaSet, replicas: i32) -> Note {
    let from = replica_sets::wanted(set);
    let name = set.metadata.name.clone().unwrap_or_default();
    let reason = if replicas > from { "ScaleUp" } else { "ScaleDown" };
    Note::new(reason, format!("{name} from {from} to {replicas}"))
        .with("name", name)
        .with("from", from)
        .with("to", replicas)
}

/// Sums over ReplicaSets.
fn sum<'a>(sets: impl IntoIterator<Item = &'a Arc<ReplicaSet>>, of: fn(&ReplicaSet) -> i32) -> i32 {
    sets.into_iter().map(|set| of(set)).sum()
}
