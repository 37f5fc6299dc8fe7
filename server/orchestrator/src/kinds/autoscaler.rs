//! HorizontalPodAutoscalers.

use k8s_openapi::api::autoscaling::v2::{
    HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec,
    HorizontalPodAutoscalerStatus, MetricSpec, MetricTarget, MetricValueStatus,
    ResourceMetricSource,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::Value;

use super::{AGE, Column, FieldErrors, KindRow, NAME, Particulars, Rules, Subresource, age};
use crate::object::Kind;
use crate::time::Clock;

const SPEC: &str = "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec";
const STATUS: &str = "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus";
/// How many metrics a row shows.
const METRICS_SHOWN: usize = 2;
const POSITIVE: &str = "must be greater than 0";

pub(super) const ROW: KindRow = KindRow {
    kind: Kind::HorizontalPodAutoscaler,
    singular: "horizontalpodautoscaler",
    short_names: &["hpa"],
    categories: &["all"],
    namespaced: true,
    subresources: &[Subresource::Status],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<HorizontalPodAutoscaler>(),
};

const COLUMNS: &[Column] = &[
    NAME,
    Column::field("Reference", SPEC, "scaleTargetRef"),
    Column::field("Targets", SPEC, "metrics"),
    Column::field("MinPods", SPEC, "minReplicas"),
    Column::field("MaxPods", SPEC, "maxReplicas"),
    Column::field("Replicas", STATUS, "currentReplicas"),
    AGE,
];

impl Particulars for HorizontalPodAutoscaler {
    fn default_fields(&mut self) {
        let spec = &mut self.spec;
        spec.min_replicas.get_or_insert(1);
        if spec.metrics.as_ref().is_none_or(Vec::is_empty) {
            spec.metrics = Some(vec![default_metric()]);
        }
        if let Some(behavior) = &mut spec.behavior {
            default_rules(behavior.scale_up.get_or_insert_default(), true);
            default_rules(behavior.scale_down.get_or_insert_default(), false);
        }
    }

    fn begin(&mut self) {
        self.status = Some(HorizontalPodAutoscalerStatus::default());
    }

    fn keep(&mut self, old: &HorizontalPodAutoscaler) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &HorizontalPodAutoscaler) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &HorizontalPodAutoscaler) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let spec = &self.spec;
        let min = spec.min_replicas.unwrap_or(1);
        if min < 1 {
            errors.invalid("spec.minReplicas", min, "must be greater than or equal to 1");
        }
        if spec.max_replicas < 1 {
            errors.invalid("spec.maxReplicas", spec.max_replicas, POSITIVE);
        }
        if spec.max_replicas < min {
            let detail = "must be greater than or equal to `minReplicas`";
            errors.invalid("spec.maxReplicas", spec.max_replicas, detail);
        }
        if spec.scale_target_ref.kind.is_empty() {
            errors.required("spec.scaleTargetRef.kind", "");
        }
        if spec.scale_target_ref.name.is_empty() {
            errors.required("spec.scaleTargetRef.name", "");
        }
        for (index, metric) in spec.metrics.iter().flatten().enumerate() {
            validate_metric(metric, &format!("spec.metrics[{index}]"), errors);
        }
        if let Some(behavior) = &spec.behavior {
            let both = [("scaleUp", &behavior.scale_up), ("scaleDown", &behavior.scale_down)];
            for (name, rules) in both {
                if let Some(rules) = rules {
                    validate_rules(rules, &format!("spec.behavior.{name}"), errors);
                }
            }
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let spec = &self.spec;
        let status = self.status.clone().unwrap_or_default();
        let target = &spec.scale_target_ref;
        let min = spec.min_replicas.map_or_else(|| "<unset>".to_owned(), |min| min.to_string());
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            format!("{}/{}", target.kind, target.name).into(),
            targets(spec, &status).into(),
            min.into(),
            spec.max_replicas.into(),
            status.current_replicas.unwrap_or(0).into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
        ]
    }
}

/// 80 % of the CPU that is requested.
fn default_metric() -> MetricSpec {
    MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(80),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    }
}

/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior>
fn default_rules(rules: &mut HPAScalingRules, up: bool) {
    rules.select_policy.get_or_insert_with(|| "Max".to_owned());
    if up {
        rules.stabilization_window_seconds.get_or_insert(0);
    }
    if rules.policies.as_ref().is_none_or(Vec::is_empty) {
        let policy = |kind: &str, value| HPAScalingPolicy {
            type_: kind.to_owned(),
            value,
            period_seconds: 15,
        };
        let mut policies = vec![policy("Percent", 100)];
        if up {
            policies.insert(0, policy("Pods", 4));
        }
        rules.policies = Some(policies);
    }
}

/// What a metric aims at, by the field that says so.
pub fn target(metric: &MetricSpec) -> Option<(&'static str, &MetricTarget)> {
    match metric.type_.as_str() {
        "Resource" => metric.resource.as_ref().map(|source| ("resource", &source.target)),
        "ContainerResource" => {
            metric.container_resource.as_ref().map(|source| ("containerResource", &source.target))
        }
        "Pods" => metric.pods.as_ref().map(|source| ("pods", &source.target)),
        "Object" => metric.object.as_ref().map(|source| ("object", &source.target)),
        "External" => metric.external.as_ref().map(|source| ("external", &source.target)),
        _ => None,
    }
}

fn validate_metric(metric: &MetricSpec, path: &str, errors: &mut FieldErrors) {
    if metric.type_.is_empty() {
        return errors.required(format!("{path}.type"), "must specify a metric source type");
    }
    let known = ["ContainerResource", "External", "Object", "Pods", "Resource"];
    if !known.contains(&metric.type_.as_str()) {
        return errors.not_supported(format!("{path}.type"), &metric.type_, &known);
    }
    let Some((field, target)) = target(metric) else {
        let name = metric.type_[..1].to_lowercase() + &metric.type_[1..];
        let detail = "must populate information for the given metric source";
        return errors.required(format!("{path}.{name}"), detail);
    };
    let path = format!("{path}.{field}.target");
    if !["Utilization", "Value", "AverageValue"].contains(&target.type_.as_str()) {
        let detail = "must be either Utilization, Value, or AverageValue";
        errors.invalid(format!("{path}.type"), super::quoted(&target.type_), detail);
    }
    if target.average_utilization.is_some_and(|percent| percent < 1) {
        let given = target.average_utilization.unwrap_or_default();
        errors.invalid(format!("{path}.averageUtilization"), given, POSITIVE);
    }
    if field.to_lowercase().ends_with("resource") {
        match (&target.average_utilization, &target.average_value) {
            (None, None) => {
                let detail = "must set either a target raw value or a target utilization";
                errors.required(format!("{path}.averageUtilization"), detail);
            }
            (Some(_), Some(_)) => {
                let detail = "may not set both a target raw value and a target utilization";
                errors.forbidden(format!("{path}.averageValue"), detail);
            }
            _ => {}
        }
    }
}

fn validate_rules(rules: &HPAScalingRules, path: &str, errors: &mut FieldErrors) {
    if let Some(seconds) = rules.stabilization_window_seconds {
        let field = format!("{path}.stabilizationWindowSeconds");
        if seconds < 0 {
            errors.invalid(field, seconds, "must be greater than or equal to zero");
        } else if seconds > 3600 {
            errors.invalid(field, seconds, "must be less than or equal to 3600");
        }
    }
    let policy = rules.select_policy.as_deref();
    errors.one_of(format!("{path}.selectPolicy"), policy, &["Disabled", "Max", "Min"]);
    if rules.policies.as_ref().is_none_or(Vec::is_empty) {
        errors.required(format!("{path}.policies"), "must specify at least one Policy");
    }
    for (index, policy) in rules.policies.iter().flatten().enumerate() {
        let path = format!("{path}.policies[{index}]");
        errors.one_of(format!("{path}.type"), Some(&*policy.type_), &["Percent", "Pods"]);
        if policy.value <= 0 {
            errors.invalid(format!("{path}.value"), policy.value, "must be greater than zero");
        }
        let period = policy.period_seconds;
        if period <= 0 {
            errors.invalid(format!("{path}.periodSeconds"), period, "must be greater than zero");
        } else if period > 1800 {
            let detail = "must be less than or equal to 1800";
            errors.invalid(format!("{path}.periodSeconds"), period, detail);
        }
    }
}

/// `cpu: 12%/50%`, for the first of them.
/// What is measured and what is wanted, as tables show it: `cpu: 72%/50%`.
pub fn targets(
    spec: &HorizontalPodAutoscalerSpec,
    status: &HorizontalPodAutoscalerStatus,
) -> String {
    let metrics = spec.metrics.as_deref().unwrap_or_default();
    if metrics.is_empty() {
        return "<none>".to_owned();
    }
    let shown: Vec<String> = metrics
        .iter()
        .take(METRICS_SHOWN)
        .enumerate()
        .map(|(index, metric)| show(metric, status, index))
        .collect();
    match metrics.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} + {more} more...", shown.join(", ")),
    }
}

fn show(metric: &MetricSpec, status: &HorizontalPodAutoscalerStatus, index: usize) -> String {
    let found = status.current_metrics.iter().flatten().nth(index);
    let (name, current): (Option<&str>, Option<&MetricValueStatus>) = match metric.type_.as_str() {
        "Resource" => (
            metric.resource.as_ref().map(|source| source.name.as_str()),
            found.and_then(|found| Some(&found.resource.as_ref()?.current)),
        ),
        "ContainerResource" => (
            metric.container_resource.as_ref().map(|source| source.name.as_str()),
            found.and_then(|found| Some(&found.container_resource.as_ref()?.current)),
        ),
        _ => (None, None),
    };
    let Some((_, target)) = target(metric) else { return "<unknown type>".to_owned() };
    let unknown = || "<unknown>".to_owned();
    let text = |quantity: &Quantity| quantity.0.clone();
    let pair = if let Some(value) = &target.average_value {
        let current = current.and_then(|current| current.average_value.as_ref());
        let suffix =
            if metric.type_ == "Object" || metric.type_ == "External" { " (avg)" } else { "" };
        format!("{}/{}{suffix}", current.map_or_else(unknown, text), text(value))
    } else if let Some(value) = &target.value {
        format!("<unknown>/{}", text(value))
    } else {
        let current = current.and_then(|current| current.average_utilization);
        let current = current.map_or_else(unknown, |percent| format!("{percent}%"));
        let wanted =
            target.average_utilization.map_or("<auto>".to_owned(), |one| format!("{one}%"));
        format!("{current}/{wanted}")
    };
    name.map_or_else(|| pair.clone(), |name| format!("{name}: {pair}"))
}
