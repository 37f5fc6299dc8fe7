//! DaemonSets.

use k8s_openapi::api::apps::v1::{
    DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetUpdateStrategy, RollingUpdateDaemonSet,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{
    AGE, CONTAINERS, Column, FieldErrors, IMAGES, NAME, Particulars, age, at_most_all, containers,
    default_template, go_portion, not_negative, pod, portion, same_selector, selectors,
    template_warnings, validate_labels, validate_selector, validate_template,
};
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.apps.v1.DaemonSetSpec";
const STATUS: &str = "io.k8s.api.apps.v1.DaemonSetStatus";
/// Counts the versions of the template. It is older than ControllerRevisions, but still kept.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

pub(in crate::kinds) const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Desired", STATUS, "desiredNumberScheduled").integer(),
    Column::field("Current", STATUS, "currentNumberScheduled").integer(),
    Column::field("Ready", STATUS, "numberReady").integer(),
    Column::field("Up-to-date", STATUS, "updatedNumberScheduled").integer(),
    Column::field("Available", STATUS, "numberAvailable").integer(),
    Column::field("Node Selector", "io.k8s.api.core.v1.PodSpec", "nodeSelector"),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::field("Selector", SPEC, "selector").wide(),
];

impl Particulars for DaemonSet {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let spec = self.spec.get_or_insert_default();
        spec.revision_history_limit.get_or_insert(10);
        default_strategy(spec.update_strategy.get_or_insert_default());
        default_template(&mut spec.template);
    }

    fn begin(&mut self) {
        self.status = Some(DaemonSetStatus::default());
        let generation = template_generation(self).max(1);
        set_template_generation(self, generation);
    }

    fn keep(&mut self, old: &DaemonSet) {
        self.status.clone_from(&old.status);
        let template = |set: &DaemonSet| set.spec.as_ref().map(|spec| spec.template.clone());
        let changed = template(self) != template(old);
        set_template_generation(self, template_generation(old) + i64::from(changed));
    }

    fn take_status(&mut self, from: &DaemonSet) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &DaemonSet) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = DaemonSetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        // A missing selector is told by the labels that it does not match.
        if spec.selector != LabelSelector::default() {
            validate_selector(&spec.selector, "daemonset", errors);
        }
        validate_labels(&spec.template, &spec.selector, errors);
        validate_template(&spec.template, "DaemonSet", errors);
        not_negative("spec.minReadySeconds", spec.min_ready_seconds, errors);
        validate_strategy(spec.update_strategy.as_ref(), errors);
        not_negative("spec.revisionHistoryLimit", spec.revision_history_limit, errors);
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let mut warnings = pod::name_warnings(name, "Pod names and hostnames");
        warnings.extend(template_warnings(self.spec.as_ref().map(|spec| &spec.template)));
        warnings
    }

    fn validate_update(&self, old: &DaemonSet, errors: &mut FieldErrors) {
        let selector = |set: &DaemonSet| {
            set.spec.as_ref().map(|spec| spec.selector.clone()).unwrap_or_default()
        };
        same_selector(&selector(self), &selector(old), errors);
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = DaemonSetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let status = self.status.clone().unwrap_or_default();
        let pod_spec = spec.template.spec.as_ref();
        let (names, images) = containers(pod_spec);
        let node_selector = pod_spec.and_then(|pod| pod.node_selector.as_ref());
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            status.desired_number_scheduled.into(),
            status.current_number_scheduled.into(),
            status.number_ready.into(),
            status.updated_number_scheduled.unwrap_or_default().into(),
            status.number_available.unwrap_or_default().into(),
            selectors::show_labels(node_selector).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            names.into(),
            images.into(),
            selectors::show(&spec.selector).into(),
        ]
    }
}

/// The version of the template, 0 where none is noted.
pub(crate) fn template_generation(set: &DaemonSet) -> i64 {
    let annotations = set.metadata.annotations.as_ref();
    let noted = annotations.and_then(|annotations| annotations.get(TEMPLATE_GENERATION));
    noted.and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn set_template_generation(set: &mut DaemonSet, generation: i64) {
    let annotations = set.metadata.annotations.get_or_insert_default();
    annotations.insert(TEMPLATE_GENERATION.to_owned(), generation.to_string());
}

fn default_strategy(strategy: &mut DaemonSetUpdateStrategy) {
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".to_owned());
    }
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
        rolling.max_surge.get_or_insert(IntOrString::Int(0));
    }
}

fn validate_strategy(strategy: Option<&DaemonSetUpdateStrategy>, errors: &mut FieldErrors) {
    let Some(strategy) = strategy else { return };
    match (strategy.type_.as_deref().unwrap_or_default(), &strategy.rolling_update) {
        ("OnDelete", _) => {}
        ("RollingUpdate", None) => errors.required("spec.updateStrategy.rollingUpdate", ""),
        ("RollingUpdate", Some(rolling)) => validate_rolling(rolling, errors),
        (other, _) => {
            let known = ["RollingUpdate", "OnDelete"];
            errors.not_supported("spec.updateStrategy.type", other, &known);
        }
    }
}

fn validate_rolling(rolling: &RollingUpdateDaemonSet, errors: &mut FieldErrors) {
    let path = "spec.updateStrategy.rollingUpdate";
    let (unavailable, surge) = (rolling.max_unavailable.as_ref(), rolling.max_surge.as_ref());
    let (unavailable_path, surge_path) =
        (format!("{path}.maxUnavailable"), format!("{path}.maxSurge"));
    let has_unavailable = portion(unavailable, &unavailable_path, errors) != Some(0);
    let has_surge = portion(surge, &surge_path, errors) != Some(0);
    at_most_all(unavailable, &unavailable_path, errors);
    at_most_all(surge, &surge_path, errors);
    if has_unavailable && has_surge {
        let value = surge.map(go_portion).unwrap_or_default();
        errors.invalid(surge_path, value, "may not be set when `maxUnavailable` is non-zero");
    } else if !has_unavailable && !has_surge {
        errors.required(unavailable_path, "cannot be 0 when `maxSurge` is 0");
    }
}
