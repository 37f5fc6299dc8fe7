//! What a Pod of a StatefulSet is called, and what follows from it.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity>

use k8s_openapi::api::apps::v1::StatefulSetSpec;
use k8s_openapi::api::core::v1::Pod;

use super::{Turn, claims, name_of};
use crate::components::history::REVISION_HASH;
use crate::components::pod_control;

const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

/// `web-3` is the third of `web`.
pub(super) fn parent_and_ordinal(name: &str) -> Option<(&str, i32)> {
    let (parent, digits) = name.rsplit_once('-')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((parent, digits.parse().ok().filter(|_| is_number)?))
}

pub(super) fn ordinal(pod: &Pod) -> Option<i32> {
    parent_and_ordinal(name_of(pod)).map(|(_, ordinal)| ordinal)
}

/// The first ordinal.
pub(super) fn start(spec: &StatefulSetSpec) -> i32 {
    spec.ordinals.as_ref().and_then(|ordinals| ordinals.start).unwrap_or_default()
}

/// Whether an ordinal is one of those wanted.
pub(super) fn is_in_range(spec: &StatefulSetSpec, ordinal: i32) -> bool {
    let start = start(spec);
    (start..start.saturating_add(spec.replicas.unwrap_or(1))).contains(&ordinal)
}

/// The Pod for a place, of the version that belongs there.
pub(super) fn new_pod(turn: &Turn<'_>, ordinal: i32) -> Pod {
    let version = if wants_current(turn, ordinal) { &turn.current } else { &turn.update };
    let mut pod = pod_control::pod_of(turn.owner, &version.template);
    let name = format!("{}-{ordinal}", turn.owner.name());
    let spec = pod.spec.get_or_insert_default();
    spec.hostname = Some(name.clone());
    spec.subdomain = turn.spec.service_name.clone().filter(|service| !service.is_empty());
    pod.metadata.name = Some(name);
    identify(&mut pod, ordinal);
    claims::mount(turn, &mut pod, ordinal);
    let labels = pod.metadata.labels.get_or_insert_default();
    labels.insert(REVISION_HASH.to_owned(), version.name.clone());
    pod
}

/// Whether a place is below the partition of a rolling update.
fn wants_current(turn: &Turn<'_>, ordinal: i32) -> bool {
    let Some(strategy) = &turn.spec.update_strategy else { return false };
    if strategy.type_.as_deref() != Some("RollingUpdate") {
        return false;
    }
    let below = match &strategy.rolling_update {
        Some(rolling) => rolling.partition.unwrap_or_default(),
        None => {
            let status = turn.set.status.as_ref();
            status.and_then(|status| status.current_replicas).unwrap_or_default()
        }
    };
    ordinal < start(turn.spec).saturating_add(below)
}

/// Gives a Pod the labels that tell who it is.
pub(super) fn identify(pod: &mut Pod, ordinal: i32) {
    let name = name_of(pod).to_owned();
    let labels = pod.metadata.labels.get_or_insert_default();
    labels.insert(POD_NAME.to_owned(), name);
    labels.insert(POD_INDEX.to_owned(), ordinal.to_string());
}

/// Whether it has them.
pub(super) fn is_identified(pod: &Pod, ordinal: i32) -> bool {
    let label = |name: &str| Some(pod.metadata.labels.as_ref()?.get(name)?.as_str());
    label(POD_NAME) == Some(name_of(pod)) && label(POD_INDEX) == Some(&*ordinal.to_string())
}
