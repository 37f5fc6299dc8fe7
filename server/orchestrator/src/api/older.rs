//! `autoscaling/v1`: the older version of a kind that is stored in a newer one. A request is carried
//! over, and its answer carried back.

use bytes::Bytes;
use serde_json::{Value, json};

use super::protobuf;
use crate::input::{ApiRequest, Reply};

const OLD: &str = "/apis/autoscaling/v1/";
const NEW: &str = "/apis/autoscaling/v2/";
const KIND: &str = "HorizontalPodAutoscaler";

/// The versions of a group that are served beside the stored one.
pub(super) fn versions(group: &str) -> &'static [&'static str] {
    if group == "autoscaling" { &["v1"] } else { &[] }
}

/// The version in which objects of a version are stored.
pub(super) fn stored<'a>(group: &str, version: &'a str) -> &'a str {
    if (group, version) == ("autoscaling", "v1") { "v2" } else { version }
}

/// Puts another version into what discovery says of a group's resources.
pub(super) fn rename(resources: &mut Value, version: &str) {
    let of_group = |kind: &Value| kind["group"] == "autoscaling" && kind["kind"] == KIND;
    for resource in resources.as_array_mut().into_iter().flatten() {
        if of_group(&resource["responseKind"]) {
            resource["responseKind"]["version"] = version.into();
        }
        for part in resource["subresources"].as_array_mut().into_iter().flatten() {
            if of_group(&part["responseKind"]) {
                part["responseKind"]["version"] = version.into();
            }
        }
    }
}

/// The request as one of the version that is stored, if it is of the older one.
pub(super) fn carried_over(request: &ApiRequest) -> Option<ApiRequest> {
    let rest = request.uri.strip_prefix(OLD)?;
    if rest.is_empty() || rest.starts_with('?') {
        return None;
    }
    let mut carried = ApiRequest { uri: format!("{NEW}{rest}"), ..request.clone() };
    if !request.body.is_empty() {
        // What is no object is refused in either version.
        if let Some(mut value) = object(request) {
            newer(&mut value);
            carried.body = value.to_string().into_bytes();
            for (name, media) in &mut carried.headers {
                if name == "content-type" && media.starts_with(protobuf::CONTENT_TYPE) {
                    "application/json".clone_into(media);
                }
            }
        }
    }
    Some(carried)
}

/// The body of a request, if it is an object.
fn object(request: &ApiRequest) -> Option<Value> {
    let media = request.header("content-type").unwrap_or_default();
    let value = if media.starts_with(protobuf::CONTENT_TYPE) {
        protobuf::decode(&request.body).ok()
    } else {
        serde_yaml::from_slice(&request.body).ok()
    };
    value.filter(Value::is_object)
}

/// The answer in the older version.
pub(super) fn carried_back(reply: Reply) -> Reply {
    match reply {
        Reply::Response(response) => Reply::Response(back(response)),
        other => other,
    }
}

/// The same for a finished answer.
pub(super) fn back(response: http::Response<Bytes>) -> http::Response<Bytes> {
    let (head, body) = response.into_parts();
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
        return http::Response::from_parts(head, body);
    };
    if value["apiVersion"] == "autoscaling/v2" {
        older(&mut value);
        if let Some(items) = value.get_mut("items").and_then(Value::as_array_mut) {
            items.iter_mut().for_each(older);
        }
    }
    let mut text = value.to_string();
    text.push('\n');
    http::Response::from_parts(head, text.into())
}

fn newer(value: &mut Value) {
    if value["apiVersion"] == "autoscaling/v1" {
        value["apiVersion"] = "autoscaling/v2".into();
    }
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else { return };
    if let Some(percent) = spec.remove("targetCPUUtilizationPercentage") {
        let target = json!({"type": "Utilization", "averageUtilization": percent});
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
        spec.insert("metrics".to_owned(), json!([metric]));
    }
}

fn is_cpu(metric: &Value) -> bool {
    metric["type"] == "Resource" && metric["resource"]["name"] == "cpu"
}

fn older(value: &mut Value) {
    let version = value.get_mut("apiVersion");
    if let Some(version) = version {
        *version = "autoscaling/v1".into();
    } else if value.get("kind").is_some_and(|kind| kind != KIND) {
        return;
    }
    let cpu = |list: &Value| list.as_array()?.iter().find(|metric| is_cpu(metric)).cloned();
    let wanted = cpu(&value["spec"]["metrics"]);
    let current = cpu(&value["status"]["currentMetrics"]);
    if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
        spec.remove("metrics");
        spec.remove("behavior");
        let percent =
            wanted.map(|metric| metric["resource"]["target"]["averageUtilization"].clone());
        if let Some(percent) = percent.filter(|percent| !percent.is_null()) {
            spec.insert("targetCPUUtilizationPercentage".to_owned(), percent);
        }
    }
    if let Some(status) = value.get_mut("status").and_then(Value::as_object_mut) {
        status.remove("currentMetrics");
        status.remove("conditions");
        status.entry("currentReplicas").or_insert_with(|| 0.into());
        let percent =
            current.map(|metric| metric["resource"]["current"]["averageUtilization"].clone());
        if let Some(percent) = percent.filter(|percent| !percent.is_null()) {
            status.insert("currentCPUUtilizationPercentage".to_owned(), percent);
        }
    }
}
