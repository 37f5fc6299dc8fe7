//! Label selectors of objects (`spec.selector`), matched against labels.
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

/// Labels, or the equality part of a selector.
pub type Labels = BTreeMap<String, String>;

/// Whether the labels fulfil the selector. An empty selector matches everything.
pub fn matches(selector: &LabelSelector, labels: Option<&Labels>) -> bool {
    let equal = selector.match_labels.as_ref().is_none_or(|wanted| matches_all(wanted, labels));
    let expressions = selector.match_expressions.as_deref().unwrap_or_default();
    equal && expressions.iter().all(|requirement| fulfils(requirement, labels))
}

/// Whether the labels hold all of these.
pub fn matches_all(wanted: &Labels, labels: Option<&Labels>) -> bool {
    wanted.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

fn fulfils(requirement: &LabelSelectorRequirement, labels: Option<&Labels>) -> bool {
    let value = labels.and_then(|labels| labels.get(&requirement.key));
    let listed =
        || value.is_some_and(|value| requirement.values.iter().flatten().any(|v| v == value));
    match requirement.operator.as_str() {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}
