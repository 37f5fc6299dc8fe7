//! Label selectors inside objects: checking and printing.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use super::invalid::{go_map, quoted};
use super::{FieldErrors, names};

type Labels = BTreeMap<String, String>;

/// Whether it has no terms.
pub fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.as_ref().is_none_or(BTreeMap::is_empty)
        && selector.match_expressions.as_ref().is_none_or(Vec::is_empty)
}

/// A selector by equality alone.
pub fn of_labels(labels: Labels) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), match_expressions: None }
}

/// Notes what is wrong with a selector.
pub fn validate(selector: &LabelSelector, path: &str, errors: &mut FieldErrors) {
    for (key, value) in selector.match_labels.iter().flatten() {
        let field = format!("{path}.matchLabels");
        errors.check(field.clone(), key, names::qualified_name);
        errors.check(field, value, names::label_value);
    }
    for (index, term) in selector.match_expressions.iter().flatten().enumerate() {
        validate_term(term, &format!("{path}.matchExpressions[{index}]"), errors);
    }
}

fn validate_term(term: &LabelSelectorRequirement, path: &str, errors: &mut FieldErrors) {
    let given = term.values.as_ref().is_some_and(|values| !values.is_empty());
    match &*term.operator {
        "In" | "NotIn" if !given => {
            let detail = "must be specified when `operator` is 'In' or 'NotIn'";
            errors.required(format!("{path}.values"), detail);
        }
        "Exists" | "DoesNotExist" if given => {
            let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            errors.forbidden(format!("{path}.values"), detail);
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => errors.invalid(
            format!("{path}.operator"),
            quoted(other),
            "not a valid selector operator",
        ),
    }
    errors.check(format!("{path}.key"), &term.key, names::qualified_name);
}

/// As tables show it: `a=b,c in (x,y),!d`.
pub fn show(selector: &LabelSelector) -> String {
    let pairs = selector.match_labels.iter().flatten();
    let mut terms: Vec<(String, String)> =
        pairs.map(|(key, value)| (key.clone(), format!("{key}={value}"))).collect();
    for term in selector.match_expressions.iter().flatten() {
        let mut values = term.values.clone().unwrap_or_default();
        values.sort();
        let values = values.join(",");
        let shown = match &*term.operator {
            "In" => format!("{} in ({values})", term.key),
            "NotIn" => format!("{} notin ({values})", term.key),
            "Exists" => term.key.clone(),
            _ => format!("!{}", term.key),
        };
        terms.push((term.key.clone(), shown));
    }
    if terms.is_empty() {
        return "<none>".to_owned();
    }
    terms.sort();
    terms.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>().join(",")
}

/// As tables show a plain map of labels: `a=b,c=d`.
pub fn show_labels(labels: Option<&Labels>) -> String {
    let shown: Vec<String> =
        labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    if shown.is_empty() { "<none>".to_owned() } else { shown.join(",") }
}

/// As Go's `%#v` prints it, in Kubernetes' messages.
pub fn go_value(selector: &LabelSelector) -> String {
    let terms = match &selector.match_expressions {
        None => "(nil)".to_owned(),
        Some(terms) => {
            let terms: Vec<String> = terms.iter().map(go_term).collect();
            format!("{{{}}}", terms.join(", "))
        }
    };
    format!(
        "v1.LabelSelector{{MatchLabels:{}, MatchExpressions:[]v1.LabelSelectorRequirement{terms}}}",
        go_map(selector.match_labels.as_ref()),
    )
}

fn go_term(term: &LabelSelectorRequirement) -> String {
    let values = match &term.values {
        None => "[]string(nil)".to_owned(),
        Some(values) => {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("[]string{{{}}}", values.join(", "))
        }
    };
    let (key, operator) = (quoted(&term.key), quoted(&term.operator));
    format!("v1.LabelSelectorRequirement{{Key:{key}, Operator:{operator}, Values:{values}}}")
}
