//! StatefulSets and DaemonSets as the page draws them.

use k8s_openapi::api::apps::v1::{DaemonSet, StatefulSet};
use orchestrator::kinds::selectors;
use protocol::{DaemonSetView, StatefulSetView};

use super::workload::images;

pub(super) fn stateful_set(set: &StatefulSet) -> StatefulSetView {
    let Some(spec) = &set.spec else { return StatefulSetView::default() };
    let status = set.status.clone().unwrap_or_default();
    let claims = spec.volume_claim_templates.iter().flatten();
    StatefulSetView {
        desired: spec.replicas.unwrap_or(1),
        current: status.replicas,
        updated: status.updated_replicas.unwrap_or_default(),
        ready: status.ready_replicas.unwrap_or_default(),
        first_ordinal: spec.ordinals.as_ref().and_then(|it| it.start).unwrap_or_default(),
        service: spec.service_name.clone().unwrap_or_default(),
        ordered: spec.pod_management_policy.as_deref() != Some("Parallel"),
        claims: claims.filter_map(|claim| claim.metadata.name.clone()).collect(),
        images: images(spec.template.spec.as_ref()),
        selector: selectors::show(&spec.selector),
    }
}

pub(super) fn daemon_set(set: &DaemonSet) -> DaemonSetView {
    let Some(spec) = &set.spec else { return DaemonSetView::default() };
    let status = set.status.clone().unwrap_or_default();
    DaemonSetView {
        desired: status.desired_number_scheduled,
        current: status.current_number_scheduled,
        updated: status.updated_number_scheduled.unwrap_or_default(),
        ready: status.number_ready,
        images: images(spec.template.spec.as_ref()),
        selector: selectors::show(&spec.selector),
    }
}
