//! Jobs whose Pods have an index each.
//! <https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static/>

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::batch::v1::JobSpec;
use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, ObjectFieldSelector, Pod, PodTemplateSpec};

use super::backoff;
use super::policy::{self, Consequence};
use super::sync::Sync;
use crate::indexes::Indexes;
use crate::time::Clock;

/// The label and the annotation of a Pod's index.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
const IGNORED: &str = "batch.kubernetes.io/job-index-ignored-failure-count";
const VARIABLE: &str = "JOB_COMPLETION_INDEX";

pub(super) fn is_indexed(spec: &JobSpec) -> bool {
    spec.completion_mode.as_deref() == Some("Indexed")
}

/// The index of a Pod, if it has one of those that are wanted.
pub(super) fn index(spec: &JobSpec, pod: &Pod) -> Option<i32> {
    let index: i32 = annotation(pod, INDEX)?.parse().ok()?;
    (0..spec.completions.unwrap_or(0)).contains(&index).then_some(index)
}

fn annotation<'a>(pod: &'a Pod, name: &str) -> Option<&'a str> {
    pod.metadata.annotations.as_ref()?.get(name).map(String::as_str)
}

fn count(pod: &Pod, name: &str) -> i64 {
    annotation(pod, name).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Those that had succeeded by the status.
pub(super) fn known_succeeded(sync: &Sync<'_>) -> Indexes {
    let text = sync.job.status.as_ref().and_then(|status| status.completed_indexes.as_deref());
    let all = Indexes::parse(text.unwrap_or_default()).unwrap_or_default();
    all.below(sync.spec.completions.unwrap_or(0))
}

/// Those that the tracked Pods of the Job fulfil a test for.
pub(super) fn of_tracked(sync: &Sync<'_>, test: impl Fn(&Pod) -> bool) -> Indexes {
    let tracked = sync.pods.iter().filter(|pod| super::is_tracked(pod) && test(pod));
    let indexes: BTreeSet<i32> = tracked.filter_map(|pod| index(sync.spec, pod)).collect();
    Indexes::of(indexes)
}

/// Those that have failed for good, where each index has its own limit.
pub(super) fn failed(sync: &Sync<'_>) -> Option<Indexes> {
    let limit = i64::from(sync.spec.backoff_limit_per_index?);
    let text = sync.job.status.as_ref().and_then(|status| status.failed_indexes.as_deref());
    let known = Indexes::parse(text.unwrap_or_default()).unwrap_or_default();
    let for_good = |pod: &Pod| {
        sync.is_failed(pod)
            && match policy::of_failure(sync.spec, pod) {
                Consequence::FailIndex => true,
                Consequence::Ignore => false,
                _ => count(pod, FAILURES) >= limit,
            }
    };
    Some(known.union(&of_tracked(sync, for_good)))
}

/// The failed Pods that stay until their index has a new one, which takes over their count.
pub(super) fn delayed<'a>(sync: &Sync<'a>) -> BTreeMap<i32, &'a Pod> {
    let active: BTreeSet<i32> =
        sync.active.iter().filter_map(|pod| index(sync.spec, pod)).collect();
    let settled = |index: i32| {
        active.contains(&index)
            || sync.succeeded_indexes.contains(index)
            || sync.failed_indexes.as_ref().is_some_and(|failed| failed.contains(index))
    };
    let mut delayed: BTreeMap<i32, &Pod> = BTreeMap::new();
    let failures = |pod: &Pod| count(pod, FAILURES) + count(pod, IGNORED);
    let order = |pod: &Pod| (failures(pod), backoff::finish_time(pod, sync.clock));
    for pod in sync.pods.iter().filter(|pod| super::is_tracked(pod) && sync.is_failed(pod)) {
        let Some(index) = index(sync.spec, pod).filter(|index| !settled(*index)) else { continue };
        let newer = delayed.get(&index).is_none_or(|last| order(last) <= order(pod));
        if newer {
            delayed.insert(index, pod);
        }
    }
    delayed
}

/// What is left to wait before an index is tried again.
pub(super) fn rest_ms(last: Option<&&Pod>, clock: Clock) -> i64 {
    let Some(pod) = last else { return 0 };
    let failures = count(pod, FAILURES) + count(pod, IGNORED) + 1;
    backoff::rest_ms(failures, backoff::finish_time(pod, clock), clock.now)
}

/// The indexes that want a Pod, in order.
pub(super) fn pending(sync: &Sync<'_>) -> impl Iterator<Item = i32> {
    let waits = sync.replaces_failed_only();
    let there = sync.pods.iter().filter(move |pod| {
        super::sync::is_active(pod) || (waits && super::sync::is_terminating(pod))
    });
    let there: BTreeSet<i32> = there.filter_map(|pod| index(sync.spec, pod)).collect();
    let failed = sync.failed_indexes.clone().unwrap_or_default();
    let succeeded = sync.succeeded_indexes.clone();
    (0..sync.spec.completions.unwrap_or(0)).filter(move |index| {
        !there.contains(index) && !failed.contains(*index) && !succeeded.contains(*index)
    })
}

/// The template for an index: the index stands in a label, an annotation, the host name and a
/// variable of each container.
pub(super) fn template(sync: &Sync<'_>, index: i32, replaced: Option<&&Pod>) -> PodTemplateSpec {
    let mut template = sync.spec.template.clone();
    let meta = template.metadata.get_or_insert_default();
    meta.labels.get_or_insert_default().insert(INDEX.to_owned(), index.to_string());
    let annotations = meta.annotations.get_or_insert_default();
    annotations.insert(INDEX.to_owned(), index.to_string());
    if sync.spec.backoff_limit_per_index.is_some() {
        let (failures, ignored) = replaced.map_or((0, 0), |pod| {
            let ignore = policy::of_failure(sync.spec, pod) == Consequence::Ignore;
            let (one, other) = if ignore { (0, 1) } else { (1, 0) };
            (count(pod, FAILURES) + one, count(pod, IGNORED) + other)
        });
        annotations.insert(FAILURES.to_owned(), failures.to_string());
        if ignored > 0 {
            annotations.insert(IGNORED.to_owned(), ignored.to_string());
        }
    }
    if let Some(pod) = &mut template.spec {
        pod.hostname = Some(format!("{}-{index}", sync.owner.name()));
        for container in pod.containers.iter_mut().chain(pod.init_containers.iter_mut().flatten()) {
            let variables = container.env.get_or_insert_default();
            if !variables.iter().any(|variable| variable.name == VARIABLE) {
                variables.push(variable());
            }
        }
    }
    template
}

fn variable() -> EnvVar {
    let field = ObjectFieldSelector {
        api_version: None,
        field_path: format!("metadata.labels['{INDEX}']"),
    };
    let source = EnvVarSource { field_ref: Some(field), ..EnvVarSource::default() };
    EnvVar { name: VARIABLE.to_owned(), value: None, value_from: Some(source) }
}
