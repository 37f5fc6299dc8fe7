//! The HorizontalPodAutoscaler controller: every 15 s it compares what Pods use with what they
//! should, and changes how many there are.
//! <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>
//!
//! `autoscaler/metrics.rs` looks at the Pods, `autoscaler/replicas.rs` counts how many there should
//! be, `autoscaler/limits.rs` says how fast one may go there, `autoscaler/status.rs` writes it down.

use std::sync::Arc;

use k8s_openapi::api::autoscaling::v2::{HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::{Deserialize, Serialize};

use crate::call::{Call, EventRecord, Regarding, Step};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::kinds::selectors;
use crate::object::{Key, Kind, Object};
use crate::time::{Millis, Time};

mod limits;
mod metrics;
mod replicas;
mod status;

use status::Draft;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "horizontal-pod-autoscaler",
    host: Host::ControllerManager,
    watches: &[
        Kind::HorizontalPodAutoscaler,
        Kind::Pod,
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::StatefulSet,
        Kind::ReplicationController,
    ],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        view.cache.of_kind(Kind::HorizontalPodAutoscaler).map(Object::key).collect()
    },
    serial: false,
    decide,
};

/// `--horizontal-pod-autoscaler-sync-period`
const SYNC_MS: Millis = 15_000;

fn keys(_: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let own = after.or(before).filter(|one| one.kind() == Kind::HorizontalPodAutoscaler);
    own.map(Object::key).into_iter().collect()
}

/// What is remembered of an autoscaler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Past {
    uid: String,
    /// When it looked last.
    looked: Time,
    /// What it found right, before all limits.
    recommended: Vec<(Time, i32)>,
    /// By how much it has scaled, and when.
    ups: Vec<(Time, i32)>,
    downs: Vec<(Time, i32)>,
}

/// What can be scaled.
#[derive(Debug)]
struct Target {
    object: Object,
    wanted: i32,
    selector: LabelSelector,
}

/// An autoscaler in the middle of a turn.
#[derive(Debug)]
struct Turn<'a> {
    view: &'a View<'a>,
    key: &'a Key,
    owner: &'a Object,
    spec: &'a HorizontalPodAutoscalerSpec,
    past: Past,
    draft: Draft,
    events: Vec<EventRecord>,
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(owner @ Object::HorizontalPodAutoscaler(own)) = view.cache.get(key) else {
        return Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() };
    };
    let spec = &own.spec;
    let past = past(view, key, owner);
    let due = past.looked + SYNC_MS - view.clock.now;
    if due > 0 {
        return Outcome::nothing().requeue_routine(due);
    }
    let past = Past { looked: view.clock.now, ..past };
    let draft = Draft::of(own, view.clock);
    let mut turn = Turn { view, key, owner, spec, past, draft, events: Vec::new() };
    let scale = turn.run();
    turn.finish(own, scale)
}

/// A new one is first looked at when a period has passed.
fn past(view: &View<'_>, key: &Key, owner: &Object) -> Past {
    let known = view.memory.get(key).and_then(|memory| Past::deserialize(&**memory).ok());
    known.filter(|past| past.uid == owner.uid()).unwrap_or_else(|| {
        let created = owner.metadata().creation_timestamp.as_ref();
        Past {
            uid: owner.uid().to_owned(),
            looked: created.map_or(view.clock.now, |at| view.clock.model_time(at.0)),
            ..Past::default()
        }
    })
}

/// A change of a target's count.
#[derive(Debug)]
struct Rescale {
    target: Object,
    from: i32,
    to: i32,
    reason: String,
}

impl Turn<'_> {
    fn run(&mut self) -> Option<Rescale> {
        let target = match self.target() {
            Ok(target) => target,
            Err(message) => {
                self.warn("FailedGetScale", message.clone());
                let message = format!(
                    "the HPA controller was unable to get the target's current scale: {message}"
                );
                self.draft.set("AbleToScale", false, "FailedGetScale", message);
                return None;
            }
        };
        let message = "the HPA controller was able to get the target's current scale".to_owned();
        self.draft.set("AbleToScale", true, "SucceededGetScale", message);
        let current = target.wanted;
        if self.past.recommended.is_empty() {
            self.past.recommended.push((self.view.clock.now, current));
        }
        self.draft.current_replicas = Some(current);
        let (min, max) = (self.spec.min_replicas.unwrap_or(1), self.spec.max_replicas);
        let (wanted, reason) = if current == 0 && min != 0 {
            let message =
                "scaling is disabled since the replica count of the target is zero".to_owned();
            self.draft.set("ScalingActive", false, "ScalingDisabled", message);
            self.draft.desired_replicas = 0;
            return None;
        } else if current > max {
            (max, "Current number of replicas above Spec.MaxReplicas".to_owned())
        } else if current < min {
            (min, "Current number of replicas below Spec.MinReplicas".to_owned())
        } else {
            let (proposed, metric) = replicas::propose(self, &target)?;
            let reason = if proposed > current {
                format!("{metric} above target")
            } else {
                "All metrics below target".to_owned()
            };
            (limits::apply(self, current, proposed), reason)
        };
        self.draft.desired_replicas = wanted;
        let rescale = Rescale { target: target.object, from: current, to: wanted, reason };
        (wanted != current).then_some(rescale)
    }

    /// What the autoscaler is to scale.
    fn target(&self) -> Result<Target, String> {
        let reference = &self.spec.scale_target_ref;
        let version = reference.api_version.as_deref().unwrap_or_default();
        let scalable =
            [Kind::Deployment, Kind::ReplicaSet, Kind::StatefulSet, Kind::ReplicationController];
        let (group, _) = version.split_once('/').unwrap_or(("", version));
        let known = scalable
            .into_iter()
            .find(|kind| kind.name() == reference.kind && kind.group() == group)
            .ok_or_else(|| {
                format!("no matches for kind \"{}\" in group \"{group}\"", reference.kind)
            })?;
        let key = Key::new(known, self.key.namespace(), &reference.name);
        let found = self.view.cache.get(&key).and_then(target_of);
        found.ok_or_else(|| {
            let resource = crate::api::status::resource_name(known);
            format!("{resource} \"{}\" not found", reference.name)
        })
    }

    fn warn(&mut self, reason: &str, message: String) {
        self.event("Warning", reason, message);
    }

    fn event(&mut self, event_type: &'static str, reason: &str, message: String) {
        let event = self.record(event_type, reason, message);
        self.events.push(event);
    }

    fn record(&self, event_type: &'static str, reason: &str, message: String) -> EventRecord {
        let regarding = Regarding::object(self.owner);
        EventRecord { regarding, event_type, reason: reason.to_owned(), message }
    }

    fn finish(mut self, own: &HorizontalPodAutoscaler, scale: Option<Rescale>) -> Outcome {
        let mut outcome = Outcome::nothing();
        if let Some(scale) = scale {
            outcome = self.rescale(outcome, scale);
        }
        let status = std::mem::take(&mut self.draft).finish();
        if own.status.as_ref() != Some(&status) {
            let updated = HorizontalPodAutoscaler { status: Some(status), ..own.clone() };
            outcome = outcome.call(Call::UpdateStatus(updated.into()));
        }
        let memory = serde_json::to_value(&self.past).ok().map(Arc::new);
        outcome.remember = Some(memory);
        outcome.events = self.events;
        outcome.requeue_routine(SYNC_MS)
    }

    fn rescale(&mut self, outcome: Outcome, scale: Rescale) -> Outcome {
        let Rescale { target, from, to, reason } = scale;
        let size = format!("New size: {to}; reason: {reason}");
        let failed = self.record("Warning", "FailedRescale", format!("{size}; error: {{error}}"));
        let done = self.record("Normal", "SuccessfulRescale", size);
        let message = format!("the HPA controller was able to update the target scale to {to}");
        self.draft.set("AbleToScale", true, "SucceededRescale", message);
        self.draft.scaled();
        if self.spec.behavior.is_some() {
            let now = self.view.clock.now;
            let events = if to > from { &mut self.past.ups } else { &mut self.past.downs };
            events.push((now, (to - from).abs()));
        }
        let note = Note::new("Rescale", format!("{} becomes {to}: {reason}", target.name()))
            .with("from", from)
            .with("to", to);
        let call = Call::Scale { key: target.key(), replicas: to };
        outcome.note(note).call(Step::from(call).then(done).otherwise(failed))
    }
}

fn target_of(object: &Object) -> Option<Target> {
    let (wanted, selector) = match object {
        Object::Deployment(one) => {
            let spec = one.spec.as_ref()?;
            (spec.replicas, spec.selector.clone())
        }
        Object::ReplicaSet(one) => {
            let spec = one.spec.as_ref()?;
            (spec.replicas, spec.selector.clone())
        }
        Object::StatefulSet(one) => {
            let spec = one.spec.as_ref()?;
            (spec.replicas, spec.selector.clone())
        }
        Object::ReplicationController(one) => {
            let spec = one.spec.as_ref()?;
            (spec.replicas, selectors::of_labels(spec.selector.clone().unwrap_or_default()))
        }
        _ => return None,
    };
    Some(Target { object: object.clone(), wanted: wanted.unwrap_or(1), selector })
}
