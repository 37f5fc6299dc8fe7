//! StatefulSets.

use k8s_openapi::api::apps::v1::{
    StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy as RetentionPolicy,
    StatefulSetSpec, StatefulSetStatus, StatefulSetUpdateStrategy,
};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use serde_json::Value;

use super::{
    AGE, CONTAINERS, Column, FieldErrors, IMAGES, NAME, Particulars, age, containers,
    default_template, not_negative, pod, quoted, template_warnings, validate_labels,
    validate_selector, validate_template,
};
use crate::time::Clock;

pub(in crate::kinds) const COLUMNS: &[Column] =
    &[NAME, Column::text("Ready", "Number of the pod with ready state"), AGE, CONTAINERS, IMAGES];

impl Particulars for StatefulSet {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.pod_management_policy.get_or_insert_with(|| "OrderedReady".to_owned());
        default_strategy(spec.update_strategy.get_or_insert_default());
        let policy = spec.persistent_volume_claim_retention_policy.get_or_insert_default();
        for choice in [&mut policy.when_deleted, &mut policy.when_scaled] {
            if choice.as_deref().unwrap_or_default().is_empty() {
                *choice = Some("Retain".to_owned());
            }
        }
        spec.replicas.get_or_insert(1);
        spec.revision_history_limit.get_or_insert(10);
        default_template(&mut spec.template);
        spec.volume_claim_templates.iter_mut().flatten().for_each(default_claim);
    }

    fn begin(&mut self) {
        self.status =
            Some(StatefulSetStatus { available_replicas: Some(0), ..StatefulSetStatus::default() });
    }

    fn keep(&mut self, old: &StatefulSet) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &StatefulSet) {
        self.status.clone_from(&from.status);
        // Go does not leave it out.
        self.status.get_or_insert_default().available_replicas.get_or_insert(0);
    }

    fn same_spec(&self, old: &StatefulSet) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = StatefulSetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        validate_policies(spec, errors);
        not_negative("spec.replicas", spec.replicas, errors);
        not_negative("spec.minReadySeconds", spec.min_ready_seconds, errors);
        let start = spec.ordinals.as_ref().and_then(|ordinals| ordinals.start);
        not_negative("spec.ordinals.start", start, errors);
        validate_selector(&spec.selector, "statefulset", errors);
        validate_labels(&spec.template, &spec.selector, errors);
        validate_template(&with_claims(spec), "StatefulSet", errors);
    }

    fn warnings(&self) -> Vec<String> {
        let spec = self.spec.as_ref();
        let mut warnings = template_warnings(spec.map(|spec| &spec.template));
        if spec.and_then(|spec| spec.revision_history_limit).is_some_and(|limit| limit < 0) {
            warnings.push(
                "spec.revisionHistoryLimit: a negative value retains all historical revisions; a \
                 value >= 0 is recommended"
                    .to_owned(),
            );
        }
        let name = self.metadata.name.as_deref().unwrap_or_default();
        warnings.extend(pod::name_warnings(name, "Pod names and hostnames"));
        warnings
    }

    fn validate_update(&self, old: &StatefulSet, errors: &mut FieldErrors) {
        let none = StatefulSetSpec::default();
        let mut fixed = self.spec.clone().unwrap_or_default();
        let was = old.spec.as_ref().unwrap_or(&none);
        fixed.replicas = was.replicas;
        fixed.template.clone_from(&was.template);
        fixed.update_strategy.clone_from(&was.update_strategy);
        fixed.min_ready_seconds = was.min_ready_seconds;
        fixed.ordinals.clone_from(&was.ordinals);
        fixed.revision_history_limit = was.revision_history_limit;
        fixed
            .persistent_volume_claim_retention_policy
            .clone_from(&was.persistent_volume_claim_retention_policy);
        if fixed != *was {
            let detail = "updates to statefulset spec for fields other than 'replicas', \
                          'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', \
                          'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
            errors.forbidden("spec", detail);
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = StatefulSetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let ready = self.status.as_ref().and_then(|status| status.ready_replicas);
        let (names, images) = containers(spec.template.spec.as_ref());
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            format!("{}/{}", ready.unwrap_or_default(), spec.replicas.unwrap_or_default()).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
        ]
    }
}

fn default_strategy(strategy: &mut StatefulSetUpdateStrategy) {
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".to_owned());
        strategy.rolling_update.get_or_insert_default();
    }
    if strategy.type_.as_deref() == Some("RollingUpdate")
        && let Some(rolling) = &mut strategy.rolling_update
    {
        rolling.partition.get_or_insert(0);
        // Kept only where the feature MaxUnavailableStatefulSet is on; in 1.36 it is off.
        // https://github.com/kubernetes/kubernetes/pull/137904
        rolling.max_unavailable = None;
    }
}

fn default_claim(claim: &mut PersistentVolumeClaim) {
    let spec = claim.spec.get_or_insert_default();
    spec.volume_mode.get_or_insert_with(|| "Filesystem".to_owned());
    let status = claim.status.get_or_insert_default();
    status.phase.get_or_insert_with(|| "Pending".to_owned());
}

fn validate_policies(spec: &StatefulSetSpec, errors: &mut FieldErrors) {
    match spec.pod_management_policy.as_deref().unwrap_or_default() {
        "" => errors.required("spec.podManagementPolicy", ""),
        "OrderedReady" | "Parallel" => {}
        other => {
            let detail = "must be 'OrderedReady' or 'Parallel'";
            errors.invalid("spec.podManagementPolicy", quoted(other), detail);
        }
    }
    if let Some(strategy) = &spec.update_strategy {
        validate_strategy(strategy, errors);
    }
    if let Some(policy) = &spec.persistent_volume_claim_retention_policy {
        validate_retention(policy, errors);
    }
}

fn validate_strategy(strategy: &StatefulSetUpdateStrategy, errors: &mut FieldErrors) {
    let path = "spec.updateStrategy";
    match (strategy.type_.as_deref().unwrap_or_default(), &strategy.rolling_update) {
        ("", _) => errors.required(path, ""),
        ("OnDelete", Some(rolling)) => {
            let partition = rolling.partition.unwrap_or_default();
            let value = format!("apps.RollingUpdateStatefulSetStrategy{{Partition:{partition}}}");
            let detail = "only allowed for updateStrategy 'RollingUpdate'";
            errors.invalid(format!("{path}.rollingUpdate"), value, detail);
        }
        ("RollingUpdate", Some(rolling)) => {
            not_negative(&format!("{path}.rollingUpdate.partition"), rolling.partition, errors);
        }
        ("OnDelete" | "RollingUpdate", None) => {}
        (other, _) => {
            let value = format!("apps.StatefulSetUpdateStrategy{{Type:{}}}", quoted(other));
            errors.invalid(path, value, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

fn validate_retention(policy: &RetentionPolicy, errors: &mut FieldErrors) {
    let path = "spec.persistentVolumeClaimRetentionPolicy";
    let choices = [("whenDeleted", &policy.when_deleted), ("whenScaled", &policy.when_scaled)];
    for (field, choice) in choices {
        let choice = choice.as_deref().unwrap_or_default();
        if !["Retain", "Delete"].contains(&choice) {
            errors.not_supported(format!("{path}.{field}"), choice, &["Retain", "Delete"]);
        }
    }
}

/// The template with a volume for each claim, as its Pods will have them: mounts may name them.
fn with_claims(spec: &StatefulSetSpec) -> k8s_openapi::api::core::v1::PodTemplateSpec {
    let mut template = spec.template.clone();
    let claims = spec.volume_claim_templates.iter().flatten();
    let names: Vec<String> = claims.filter_map(|claim| claim.metadata.name.clone()).collect();
    if let Some(pod) = &mut template.spec {
        let volumes = pod.volumes.get_or_insert_default();
        volumes.retain(|volume| !names.contains(&volume.name));
        volumes.extend(names.into_iter().map(|name| k8s_openapi::api::core::v1::Volume {
            name,
            empty_dir: Some(Default::default()),
            ..Default::default()
        }));
    }
    template
}
