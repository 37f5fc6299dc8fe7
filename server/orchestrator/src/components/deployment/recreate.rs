//! `Recreate`: the old Pods are gone before the first new one is made.

use k8s_openapi::api::core::v1::Pod;

use super::replica_sets::wanted;
use super::{Rollout, replica_sets, rolling, scale_note, status, sum};
use crate::component::{Note, Outcome, View};
use crate::components::{ownership, pods};
use crate::object::{Key, Kind, Object};

pub(super) fn turn(rollout: &Rollout<'_>) -> Outcome {
    let old = &rollout.family.old;
    if sum(old, wanted) > 0 {
        let mut outcome = Outcome::nothing();
        for set in old.iter().filter(|set| wanted(set) > 0) {
            outcome = outcome.note(scale_note(set, 0)).call(rollout.scale(set, 0));
        }
        return status::sync(outcome, rollout);
    }
    let remaining = old_pods(rollout);
    if remaining > 0 {
        let message = format!("{remaining} old Pods are not gone yet: it waits");
        let note = Note::new("WaitsForOldPods", message).with("remaining", remaining);
        return status::sync(Outcome::nothing().note(note), rollout);
    }
    if rollout.family.new.is_none() {
        return replica_sets::create(rollout);
    }
    rolling::turn(rollout)
}

/// Pods of the old ReplicaSets that still run, or end.
fn old_pods(rollout: &Rollout<'_>) -> usize {
    let uids = rollout.family.old.iter().filter_map(|set| set.metadata.uid.as_deref());
    let pods = uids.flat_map(|uid| rollout.view.cache.controlled_by::<Pod>(uid));
    pods.filter(|pod| !pods::is_terminal(pod)).count()
}

/// The Deployment with this strategy that a Pod belongs to through its ReplicaSet.
pub(super) fn deployment_of(view: &View<'_>, pod: &Object) -> Option<Key> {
    let set = ownership::controller_key(pod, Kind::ReplicaSet)?;
    let key = ownership::controller_key(view.cache.get(&set)?, Kind::Deployment)?;
    let Object::Deployment(deployment) = view.cache.get(&key)? else { return None };
    let strategy = deployment.spec.as_ref()?.strategy.as_ref()?.type_.as_deref();
    (strategy == Some("Recreate")).then_some(key)
}
