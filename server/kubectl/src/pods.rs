//! The Pods behind an object: a Deployment's, a Service's, a Job's.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array, array_at, at, field, int_at, str_at, string_map, text};
use crate::resources::{self, Info, list};

/// The label selector of a workload or Service, as a query has it; `None` when it has none.
pub(crate) fn selector_of(object: &Value) -> Option<String> {
    Some(selector_text(at(object, "/spec/selector"))).filter(|text| !text.is_empty())
}

/// A label selector in the form of a line: `app=web,tier in (a,b)`.
pub(crate) fn selector_text(selector: &Value) -> String {
    let simple =
        if selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some() {
            field(selector, "matchLabels")
        } else {
            selector
        };
    let mut terms: Vec<String> =
        string_map(simple).iter().map(|(key, value)| format!("{key}={value}")).collect();
    terms.extend(array(selector, "matchExpressions").iter().map(expression));
    terms.join(",")
}

fn expression(requirement: &Value) -> String {
    let key = text(requirement, "key");
    let values: Vec<&str> = array(requirement, "values").iter().filter_map(Value::as_str).collect();
    let values = values.join(",");
    match text(requirement, "operator") {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "DoesNotExist" => format!("!{key}"),
        _ => key.to_owned(),
    }
}

/// A selector of a line (`a=b,c in (d,e),!f`) as objects have it.
pub(crate) fn parsed_selector(selector: &str) -> Result<Value, Failure> {
    let mut parsed = json!({});
    for term in terms(selector) {
        match requirement(&term) {
            Some((key, "=", values)) if values.len() == 1 => {
                parsed["matchLabels"][key] = values[0].clone().into();
            }
            Some((key, operator, values)) => {
                let mut expression = json!({"key": key, "operator": match operator {
                    "=" => "In",
                    "!=" => "NotIn",
                    operator => operator,
                }});
                if !values.is_empty() {
                    expression["values"] = json!(values);
                }
                match parsed["matchExpressions"].as_array_mut() {
                    Some(list) => list.push(expression),
                    None => parsed["matchExpressions"] = json!([expression]),
                }
            }
            None => {
                return Err(Failure::message(format!(
                    "couldn't parse the selector string {selector:?}: unable to parse requirement"
                )));
            }
        }
    }
    Ok(parsed)
}

/// Whether labels match a selector of a line; an empty one matches all.
pub(crate) fn selects(selector: &str, labels: &Value) -> bool {
    terms(selector).iter().filter_map(|term| requirement(term)).all(|(key, operator, values)| {
        let value = labels.get(key).and_then(Value::as_str);
        let among = |value: &str| values.iter().any(|known| known == value);
        match operator {
            "=" | "In" => value.is_some_and(among),
            "!=" | "NotIn" => !value.is_some_and(among),
            "DoesNotExist" => value.is_none(),
            _ => value.is_some(),
        }
    })
}

/// The parts between the commas that stand in no brackets.
fn terms(selector: &str) -> Vec<String> {
    let (mut terms, mut depth) = (vec![String::new()], 0);
    for letter in selector.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                terms.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(term) = terms.last_mut() {
            term.push(letter);
        }
    }
    terms.retain(|term| !term.trim().is_empty());
    terms
}

/// Key, operator and values of one part of a selector.
fn requirement(term: &str) -> Option<(&str, &'static str, Vec<String>)> {
    let term = term.trim();
    for (sign, operator) in [("!=", "!="), ("==", "="), ("=", "=")] {
        if let Some((key, value)) = term.split_once(sign) {
            return Some((key.trim(), operator, vec![value.trim().to_owned()]));
        }
    }
    if let Some(inside) = term.strip_suffix(')') {
        let (before, values) = inside.split_once('(')?;
        let (key, word) = before.trim().rsplit_once(' ')?;
        let operator = match word {
            "in" => "In",
            "notin" => "NotIn",
            _ => return None,
        };
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        return Some((key.trim(), operator, values));
    }
    match term.strip_prefix('!') {
        Some(key) => Some((key.trim(), "DoesNotExist", Vec::new())),
        None if term.contains(' ') => None,
        None => Some((term, "Exists", Vec::new())),
    }
}

/// The Pods that the selector of `info` selects.
pub(crate) async fn behind(context: &Context<'_>, info: &Info) -> Result<Vec<Value>, Failure> {
    let Some(selector) = selector_of(&info.object) else {
        return Err(Failure::message(format!(
            "cannot get the logs from {}: selector is empty",
            info.printed_name()
        )));
    };
    let pods = resources::resource(context, "pods").await?;
    let query: Query = vec![("labelSelector", selector)];
    list(context, pods, &info.namespace, &query).await
}

/// The Pod that kubectl takes when it needs one of several: one that runs and has been ready for
/// longest.
pub(crate) fn first_for_logs(mut pods: Vec<Value>) -> Option<Value> {
    pods.sort_by(by_logging);
    pods.into_iter().next()
}

fn by_logging(left: &Value, right: &Value) -> Ordering {
    let assigned = |pod: &Value| str_at(pod, "/spec/nodeName").is_empty();
    let phase = |pod: &Value| match str_at(pod, "/status/phase") {
        "Running" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let unready = |pod: &Value| ready_since(pod).is_none();
    let restarts = |pod: &Value| {
        array_at(pod, "/status/containerStatuses")
            .iter()
            .map(|status| int_at(status, "/restartCount"))
            .max()
            .unwrap_or_default()
    };
    let created = |pod: &Value| str_at(pod, "/metadata/creationTimestamp").to_owned();
    assigned(left)
        .cmp(&assigned(right))
        .then(phase(left).cmp(&phase(right)))
        .then(unready(left).cmp(&unready(right)))
        .then(ready_since(left).cmp(&ready_since(right)))
        .then(restarts(right).cmp(&restarts(left)))
        .then(created(left).cmp(&created(right)))
}

/// Since when a Pod is ready, if it is.
fn ready_since(pod: &Value) -> Option<String> {
    let conditions = array_at(pod, "/status/conditions");
    let ready = conditions.iter().find(|condition| text(condition, "type") == "Ready")?;
    (text(ready, "status") == "True").then(|| text(ready, "lastTransitionTime").to_owned())
}
