//! What a kustomization changes in all objects: namespaces, names, labels, annotations, images and
//! numbers of replicas.

use serde_json::{Map, Value};

use super::resource::Resource;
use crate::fields::{field, object_mut, sorted, text};

/// Whether a path is made where it is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Made,
    Left,
}
use Missing::{Left, Made};

/// Kinds, a path in them, and what if it is not there. `[]` stands behind the names of lists.
type Places = &'static [(&'static [&'static str], &'static str, Missing)];

const SELECTORS: Places = &[
    (&["Service", "ReplicationController"], "spec selector", Made),
    (&["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"], "spec selector matchLabels", Made),
    (&["Job", "PodDisruptionBudget"], "spec selector matchLabels", Left),
    (&["CronJob"], "spec jobTemplate spec selector matchLabels", Left),
    (&["NetworkPolicy"], "spec podSelector matchLabels", Left),
    (&["NetworkPolicy"], "spec ingress[] from[] podSelector matchLabels", Left),
    (&["NetworkPolicy"], "spec egress[] to[] podSelector matchLabels", Left),
    (
        WITH_AFFINITY,
        "spec template spec topologySpreadConstraints[] labelSelector matchLabels",
        Left,
    ),
    (
        WITH_AFFINITY,
        "spec template spec affinity podAffinity requiredDuringSchedulingIgnoredDuringExecution[] labelSelector matchLabels",
        Left,
    ),
    (
        WITH_AFFINITY,
        "spec template spec affinity podAffinity preferredDuringSchedulingIgnoredDuringExecution[] podAffinityTerm labelSelector matchLabels",
        Left,
    ),
    (
        WITH_AFFINITY,
        "spec template spec affinity podAntiAffinity requiredDuringSchedulingIgnoredDuringExecution[] labelSelector matchLabels",
        Left,
    ),
    (
        WITH_AFFINITY,
        "spec template spec affinity podAntiAffinity preferredDuringSchedulingIgnoredDuringExecution[] podAffinityTerm labelSelector matchLabels",
        Left,
    ),
];
const WITH_AFFINITY: &[&str] = &["Deployment", "StatefulSet"];
const WITH_TEMPLATE: &[&str] =
    &["ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"];
const TEMPLATE_LABELS: Places = &[
    (WITH_TEMPLATE, "spec template metadata labels", Made),
    (&["StatefulSet"], "spec volumeClaimTemplates[] metadata labels", Made),
    (&["CronJob"], "spec jobTemplate metadata labels", Made),
    (&["CronJob"], "spec jobTemplate spec template metadata labels", Made),
];
const TEMPLATE_ANNOTATIONS: Places = &[
    (WITH_TEMPLATE, "spec template metadata annotations", Made),
    (&["CronJob"], "spec jobTemplate metadata annotations", Made),
    (&["CronJob"], "spec jobTemplate spec template metadata annotations", Made),
];
/// Kinds whose names say where they belong.
const KEEP_NAME: &[&str] = &["APIService", "CustomResourceDefinition", "Namespace"];
const WITH_REPLICAS: &[&str] =
    &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

pub(super) fn namespace(namespace: &str, all: &mut [Resource]) {
    if namespace.is_empty() {
        return;
    }
    for resource in all {
        if resource.kind() == "Namespace" {
            resource.rename(namespace);
        } else if !resource.is_of_the_cluster() {
            resource.change(|object| object["metadata"]["namespace"] = namespace.into());
        }
        let subjects = resource.object.get_mut("subjects").and_then(Value::as_array_mut);
        for subject in subjects.into_iter().flatten() {
            if subject["kind"] == "ServiceAccount" && subject["name"] == "default" {
                subject["namespace"] = namespace.into();
            }
        }
    }
}

/// Puts words before and behind names.
pub(super) fn affixes(prefix: &str, suffix: &str, all: &mut [Resource]) {
    for resource in all.iter_mut().filter(|it| !KEEP_NAME.contains(&it.kind())) {
        let name = format!("{prefix}{}{suffix}", resource.name());
        resource.rename(&name);
    }
}

/// `commonLabels` and `labels`.
pub(super) fn labels(wish: &Value, all: &mut [Resource]) {
    let wider = wish.get("labels").and_then(Value::as_array);
    for said in wider.into_iter().flatten() {
        let pairs = field(said, "pairs");
        let selects = field(said, "includeSelectors") == true;
        everywhere(all, "labels", pairs);
        if selects {
            at_places(all, SELECTORS, pairs);
        }
        if selects || field(said, "includeTemplates") == true {
            at_places(all, TEMPLATE_LABELS, pairs);
        }
    }
    let common = field(wish, "commonLabels");
    everywhere(all, "labels", common);
    at_places(all, SELECTORS, common);
    at_places(all, TEMPLATE_LABELS, common);
}

pub(super) fn annotations(pairs: &Value, all: &mut [Resource]) {
    everywhere(all, "annotations", pairs);
    at_places(all, TEMPLATE_ANNOTATIONS, pairs);
}

fn everywhere(all: &mut [Resource], part: &str, pairs: &Value) {
    for resource in all {
        put(&mut resource.object, &["metadata", part], pairs, Made);
    }
}

fn at_places(all: &mut [Resource], places: Places, pairs: &Value) {
    for resource in all {
        let kind = resource.kind().to_owned();
        for (_, path, missing) in places.iter().filter(|row| row.0.contains(&kind.as_str())) {
            let path: Vec<&str> = path.split(' ').collect();
            put(&mut resource.object, &path, pairs, *missing);
        }
    }
}

/// Puts pairs into the map at a path.
fn put(value: &mut Value, path: &[&str], pairs: &Value, missing: Missing) {
    let pairs_inside = sorted(pairs);
    if pairs_inside.is_empty() {
        return;
    }
    let Some((first, rest)) = path.split_first() else {
        for (key, pair) in pairs_inside {
            value[key] = pair.clone();
        }
        return;
    };
    if let Some(list) = first.strip_suffix("[]") {
        let items = value.get_mut(list).and_then(Value::as_array_mut);
        items.into_iter().flatten().for_each(|item| put(item, rest, pairs, missing));
        return;
    }
    let Some(fields) = value.as_object_mut() else { return };
    if missing == Left && !fields.contains_key(*first) {
        return;
    }
    let inner = fields.entry(*first).or_insert(Value::Null);
    if inner.is_null() {
        *inner = Value::Object(Map::new());
    }
    put(inner, rest, pairs, missing);
}

/// # Errors
/// If nothing with replicas is called so.
pub(super) fn replicas(said: &[Value], all: &mut [Resource]) -> Result<(), String> {
    for one in said {
        let name = text(one, "name");
        let mut found = false;
        for resource in all.iter_mut().filter(|it| WITH_REPLICAS.contains(&it.kind())) {
            if resource.name() == name || resource.before.iter().any(|id| id.name == name) {
                object_mut(&mut resource.object, "/spec")["replicas"] = field(one, "count").clone();
                found = true;
            }
        }
        if !found {
            let kinds: Vec<String> =
                WITH_REPLICAS.iter().map(|kind| format!("{kind}.[noVer].[noGrp]")).collect();
            return Err(format!(
                "resource with name {name} does not match a config with the following GVK [{}]",
                kinds.join(" ")
            ));
        }
    }
    Ok(())
}

pub(super) fn images(said: &[Value], all: &mut [Resource]) {
    for one in said {
        all.iter_mut().for_each(|resource| images_in(&mut resource.object, one));
    }
}

/// Changes the images of containers, however deep they are.
fn images_in(value: &mut Value, said: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| images_in(item, said)),
        Value::Object(fields) => {
            for (name, inner) in fields {
                if matches!(name.as_str(), "containers" | "initContainers") {
                    for container in inner.as_array_mut().into_iter().flatten() {
                        if let Some(image) = changed(text(container, "image"), said) {
                            container["image"] = image.into();
                        }
                    }
                }
                images_in(inner, said);
            }
        }
        _ => {}
    }
}

/// An image with another name, tag or digest, if it is the one that is meant.
fn changed(image: &str, said: &Value) -> Option<String> {
    let (rest, digest) = image.split_once('@').map_or((image, ""), |(rest, digest)| (rest, digest));
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let colon = rest[slash..].find(':').map(|at| slash + at);
    let (name, tag) = colon.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]));
    if name != text(said, "name") {
        return None;
    }
    let or = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
    let name = or(text(said, "newName"), name);
    let (new_tag, new_digest) = (text(said, "newTag"), text(said, "digest"));
    let (mut tag, digest) = match (new_tag, new_digest) {
        ("", "") => (tag.to_owned(), digest),
        (tag, digest) => (tag.to_owned(), digest),
    };
    tag.push_str(text(said, "tagSuffix"));
    let part = |sign: &str, text: &str| match text {
        "" => String::new(),
        text => format!("{sign}{text}"),
    };
    Some(format!("{name}{}{}", part(":", &tag), part("@", digest)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn images_by_name() {
        let check = |image: &str, said: Value, expected: Option<&str>| {
            assert_eq!(changed(image, &said).as_deref(), expected, "{image}");
        };
        check("nginx", json!({"name": "nginx", "newTag": "1"}), Some("nginx:1"));
        check(
            "a:5000/nginx:1",
            json!({"name": "a:5000/nginx", "newTag": "2"}),
            Some("a:5000/nginx:2"),
        );
        check("nginx:1@sha256:a", json!({"name": "nginx", "newTag": "2"}), Some("nginx:2"));
        check("nginx:1@sha256:a", json!({"name": "nginx", "newName": "b"}), Some("b:1@sha256:a"));
        check("nginx:1", json!({"name": "nginx", "digest": "sha256:q"}), Some("nginx@sha256:q"));
        check("b/nginx:1", json!({"name": "nginx", "newTag": "2"}), None);
    }
}
