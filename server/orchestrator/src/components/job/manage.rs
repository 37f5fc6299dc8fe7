//! Pods made and deleted, so that as many run as the Job wants now.

use std::collections::BTreeSet;

use k8s_openapi::api::batch::v1::JobCondition;
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::sync::Sync;
use super::{FINALIZER, event, indexed, verdict};
use crate::call::{Call, Step};
use crate::component::{Note, Outcome};
use crate::components::{ownership, pods};
use crate::object::Object;

/// At most so many Pods are made or deleted at once.
const AT_ONCE_MAX: usize = 500;

/// Ends the Pods of a decided Job; keeps the right number for another.
pub(super) fn manage(sync: &mut Sync<'_>, outcome: &mut Outcome) {
    let mut active = sync.active.len();
    if sync.decided.is_some() {
        let all = sync.active.clone();
        active -= delete(sync, outcome, &all);
    } else if !sync.owner.is_deleting() {
        active = keep_number(sync, outcome);
        if verdict::is_complete(sync, number(active)) {
            sync.decided = Some(verdict::success(sync));
        } else {
            tell_suspension(sync);
        }
    }
    sync.status.active = Some(number(active)).filter(|active| *active > 0);
    sync.status.ready = Some(sync.ready);
    sync.status.terminating = Some(sync.terminating);
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// How many are active then.
fn keep_number(sync: &mut Sync<'_>, outcome: &mut Outcome) -> usize {
    let active = sync.active.len();
    if sync.is_suspended() {
        let all = sync.active.clone();
        return active - delete(sync, outcome, &all);
    }
    let wanted = wanted(sync);
    let surplus = surplus(sync, active.saturating_sub(wanted));
    if !surplus.is_empty() {
        note(sync, outcome, "TooManyPods", wanted);
        return active - delete(sync, outcome, &surplus);
    }
    // Those that are ending hold their places where only failed Pods are replaced.
    let ending = if sync.replaces_failed_only() { sync.terminating } else { 0 };
    let missing = wanted.saturating_sub(active + usize::try_from(ending).unwrap_or(0));
    if missing == 0 {
        return active;
    }
    let each_index = sync.spec.backoff_limit_per_index.is_some();
    let rest_ms = if each_index { 0 } else { sync.backoff.rest_ms(sync.clock.now) };
    let made = if rest_ms > 0 {
        Err(rest_ms)
    } else if indexed::is_indexed(sync.spec) {
        make_indexed(sync, outcome, missing.min(AT_ONCE_MAX))
    } else {
        let missing = missing.min(AT_ONCE_MAX);
        let steps = std::iter::repeat_with(|| create(sync, sync.spec.template.clone(), None));
        outcome.steps.extend(steps.take(missing));
        Ok(missing)
    };
    match made {
        Ok(made) => {
            if made > 0 {
                note(sync, outcome, "TooFewPods", wanted);
            }
            active + made
        }
        Err(rest_ms) => {
            sync.wake(rest_ms);
            let text = format!("{} waits before it tries again", sync.owner.name());
            let note = Note::new("BackOff", text)
                .with("name", sync.owner.name())
                .with("failed", sync.failed)
                .with("rest_ms", rest_ms);
            outcome.notes.push(note);
            // So Kubernetes counts while it waits.
            0
        }
    }
}

fn note(sync: &Sync<'_>, outcome: &mut Outcome, reason: &'static str, wanted: usize) {
    let (name, saw) = (sync.owner.name(), sync.active.len());
    let note = Note::new(reason, format!("{name} wants {wanted} Pods now and sees {saw}"))
        .with("name", name)
        .with("wanted", wanted)
        .with("saw", saw);
    outcome.notes.push(note);
}

/// How many Pods should be active now.
fn wanted(sync: &Sync<'_>) -> usize {
    let at_once = sync.spec.parallelism.unwrap_or(1);
    let wanted = match sync.spec.completions {
        // Once one has succeeded no more are begun.
        None if sync.succeeded > 0 => number(sync.active.len()),
        None => at_once,
        Some(completions) => (completions - sync.succeeded).min(at_once),
    };
    usize::try_from(wanted).unwrap_or(0)
}

/// Pods to delete: of an indexed Job those whose index is wrong or has two, then the least useful.
fn surplus<'a>(sync: &Sync<'a>, at_least: usize) -> Vec<&'a Pod> {
    let mut left = sync.active.clone();
    left.sort_by_key(|pod| usefulness(pod));
    let mut chosen = Vec::new();
    if indexed::is_indexed(sync.spec) {
        let mut seen = BTreeSet::new();
        let (kept, wrong): (Vec<&Pod>, Vec<&Pod>) = left.into_iter().rev().partition(|pod| {
            indexed::index(sync.spec, pod).is_some_and(|index| seen.insert(index))
        });
        chosen = wrong;
        left = kept.into_iter().rev().collect();
    }
    let more = at_least.saturating_sub(chosen.len());
    chosen.extend(left.into_iter().take(more));
    chosen.truncate(AT_ONCE_MAX);
    chosen
}

/// Placed is better than not, running better than pending, ready better than not, old than young.
fn usefulness(pod: &Pod) -> impl Ord + use<> {
    let phase = match pods::phase(pod) {
        "Pending" => 0,
        "Running" => 2,
        _ => 1,
    };
    let made = pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
    (
        pods::node(pod).is_some(),
        phase,
        pods::is_ready(pod),
        -pods::restarts(pod),
        std::cmp::Reverse(made),
    )
}

fn delete(sync: &mut Sync<'_>, outcome: &mut Outcome, pods: &[&Pod]) -> usize {
    for pod in pods {
        let object = Object::from((*pod).clone());
        let deleted = event(
            sync.owner,
            "Normal",
            "SuccessfulDelete",
            format!("Deleted pod: {}", object.name()),
        );
        let refused = event(sync.owner, "Warning", "FailedDelete", "Error deleting: {error}");
        let step = Step::from(Call::delete(&object)).then(deleted).otherwise(refused);
        outcome.steps.push(step);
        sync.terminating += 1;
        sync.ready -= i32::from(pods::is_ready(pod));
    }
    pods.len()
}

/// How many were made, or how long to wait where each index has its own back-off.
fn make_indexed(sync: &Sync<'_>, outcome: &mut Outcome, most: usize) -> Result<usize, i64> {
    let (mut made, mut shortest) = (0, None::<i64>);
    for index in indexed::pending(sync) {
        if made == most {
            break;
        }
        let replaced = sync.delayed.get(&index);
        let rest_ms = indexed::rest_ms(replaced, sync.clock);
        if rest_ms > 0 {
            shortest = Some(shortest.map_or(rest_ms, |shortest| shortest.min(rest_ms)));
            continue;
        }
        let template = indexed::template(sync, index, replaced);
        outcome.steps.push(create(sync, template, Some(index)));
        made += 1;
    }
    match shortest {
        Some(rest_ms) if made == 0 => Err(rest_ms),
        _ => Ok(made),
    }
}

fn create(sync: &Sync<'_>, template: PodTemplateSpec, index: Option<i32>) -> Step {
    let owner = sync.owner;
    let metadata = template.metadata.unwrap_or_default();
    let mut finalizers = metadata.finalizers.unwrap_or_default();
    if !finalizers.iter().any(|one| one == FINALIZER) {
        finalizers.push(FINALIZER.to_owned());
    }
    let prefix = match index {
        Some(index) => format!("{}-{index}-", owner.name()),
        None => format!("{}-", owner.name()),
    };
    let pod = Pod {
        metadata: ObjectMeta {
            generate_name: Some(prefix),
            namespace: Some(owner.namespace().to_owned()),
            labels: metadata.labels,
            annotations: metadata.annotations,
            finalizers: Some(finalizers),
            owner_references: Some(vec![ownership::controlled_by(owner)]),
            ..ObjectMeta::default()
        },
        spec: template.spec,
        status: None,
    };
    Step::from(Call::Create(pod.into()))
        .then(event(owner, "Normal", "SuccessfulCreate", "Created pod: {name}"))
        .otherwise(event(owner, "Warning", "FailedCreate", "Error creating: {error}"))
}

/// The condition `Suspended`, and its event when it changes.
fn tell_suspension(sync: &mut Sync<'_>) {
    let suspended = sync.is_suspended();
    let conditions = sync.status.conditions.get_or_insert_default();
    let known = conditions.iter_mut().find(|condition| condition.type_ == "Suspended");
    let (status, reason, word) = if suspended {
        ("True", "JobSuspended", "Suspended")
    } else {
        ("False", "JobResumed", "Resumed")
    };
    let message = format!("Job {}", word.to_lowercase());
    let condition = JobCondition {
        type_: "Suspended".to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.clone()),
        last_probe_time: Some(sync.clock.time()),
        last_transition_time: Some(sync.clock.time()),
    };
    match known {
        Some(known) if known.status == status => return,
        Some(known) => *known = condition,
        None if suspended => conditions.push(condition),
        None => return,
    }
    // The time that it may be active begins anew.
    sync.status.start_time = (!suspended).then(|| sync.clock.time());
    sync.events.push(event(sync.owner, "Normal", word, message));
}
