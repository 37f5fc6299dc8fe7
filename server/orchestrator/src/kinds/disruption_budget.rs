//! PodDisruptionBudgets.

use k8s_openapi::api::policy::v1::{
    PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, selectors, workloads};
use crate::time::Clock;

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    Column::text("Min Available", "The minimum number of pods that must be available."),
    Column::text("Max Unavailable", "The maximum number of pods that may be unavailable."),
    Column::text(
        "Allowed Disruptions",
        "Calculated number of pods that may be disrupted at this time.",
    )
    .integer(),
    AGE,
];

const POLICIES: &[&str] = &["AlwaysAllow", "IfHealthyBudget"];

impl Particulars for PodDisruptionBudget {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        self.spec.get_or_insert_default();
    }

    fn begin(&mut self) {
        self.status = Some(PodDisruptionBudgetStatus {
            disruptions_allowed: Some(0),
            current_healthy: Some(0),
            desired_healthy: Some(0),
            expected_pods: Some(0),
            ..PodDisruptionBudgetStatus::default()
        });
    }

    fn keep(&mut self, old: &PodDisruptionBudget) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &PodDisruptionBudget) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &PodDisruptionBudget) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = PodDisruptionBudgetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        if spec.min_available.is_some() && spec.max_unavailable.is_some() {
            let value = serde_json::to_string(spec).unwrap_or_default();
            errors.invalid("spec", value, "minAvailable and maxUnavailable cannot be both set");
        }
        validate_portion(spec.min_available.as_ref(), "spec.minAvailable", errors);
        validate_portion(spec.max_unavailable.as_ref(), "spec.maxUnavailable", errors);
        if let Some(policy) = spec.unhealthy_pod_eviction_policy.as_deref()
            && !POLICIES.contains(&policy)
        {
            errors.not_supported("spec.unhealthyPodEvictionPolicy", policy, POLICIES);
        }
        if let Some(selector) = &spec.selector {
            selectors::validate(selector, "spec.selector", errors);
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let none = PodDisruptionBudgetSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        let allowed = self.status.as_ref().and_then(|status| status.disruptions_allowed);
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            show(spec.min_available.as_ref()).into(),
            show(spec.max_unavailable.as_ref()).into(),
            allowed.unwrap_or(0).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

fn show(portion: Option<&IntOrString>) -> String {
    match portion {
        None => "N/A".to_owned(),
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(text)) => text.clone(),
    }
}

fn validate_portion(portion: Option<&IntOrString>, path: &str, errors: &mut FieldErrors) {
    let percent = workloads::portion(portion, path, errors);
    if let Some(IntOrString::String(text)) = portion
        && percent.is_some_and(|percent| percent > 100)
    {
        let value = format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:\"{text}\"}}");
        errors.invalid(path, value, "must not be greater than 100%");
    }
}
