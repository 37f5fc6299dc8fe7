//! The Pods behind an object: a Deployment's, a Service's, a Job's.

use std::cmp::Ordering;

use serde_json::Value;

use crate::client::Query;
use crate::context::Context;
use crate::failure::Failure;
use crate::fields::{array, array_at, at, field, int_at, str_at, string_map, text};
use crate::resources::{self, Info, list};

/// The label selector of a workload or Service, as a query has it; `None` when it has none.
pub(crate) fn selector_of(object: &Value) -> Option<String> {
    let selector = at(object, "/spec/selector");
    let simple =
        if selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some() {
            field(selector, "matchLabels")
        } else {
            selector
        };
    let mut terms: Vec<String> =
        string_map(simple).iter().map(|(key, value)| format!("{key}={value}")).collect();
    terms.extend(array(selector, "matchExpressions").iter().map(expression));
    (!terms.is_empty()).then(|| terms.join(","))
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
