//! The TTL-after-finished controller: a finished Job goes after so long.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/>

use crate::call::{Call, Propagation};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::job;
use crate::object::{Key, Kind, Object};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "ttl-after-finished-controller",
    host: Host::ControllerManager,
    watches: &[Kind::Job],
    interest: |_| Interest::All,
    keys: |_, _, after| after.filter(|job| expires(job)).map(Object::key).into_iter().collect(),
    starts_with: |view| {
        view.cache.of_kind(Kind::Job).filter(|job| expires(job)).map(Object::key).collect()
    },
    serial: false,
    decide,
};

fn expires(object: &Object) -> bool {
    let Object::Job(job) = object else { return false };
    let ttl = job.spec.as_ref().and_then(|spec| spec.ttl_seconds_after_finished);
    ttl.is_some() && job::is_finished(job) && !object.is_deleting()
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object @ Object::Job(job)) = view.cache.get(key).filter(|job| expires(job)) else {
        return Outcome::nothing();
    };
    let finished = job::finished(job).and_then(|by| by.last_transition_time.as_ref());
    let ttl_s = job.spec.as_ref().and_then(|spec| spec.ttl_seconds_after_finished);
    let (Some(finished), Some(ttl_s)) = (finished, ttl_s) else { return Outcome::nothing() };
    let left = view.clock.model_time(finished.0) + i64::from(ttl_s) * 1000 - view.clock.now;
    if left > 0 {
        return Outcome::nothing().requeue_after(left);
    }
    let note = Note::new("Expired", format!("{} finished {ttl_s} s ago", object.name()))
        .with("name", object.name())
        .with("ttl_s", ttl_s);
    Outcome::nothing().note(note).call(Call::Delete {
        key: key.clone(),
        uid: Some(object.uid().to_owned()),
        grace_s: None,
        propagation: Propagation::Foreground,
    })
}
