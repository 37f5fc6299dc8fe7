//! What people made in a cluster, as manifests that make it again: without what the cluster adds, and
//! without what the cluster makes of it.

use orchestrator::{Kind, Object, World};
use serde_json::Value;

/// Kinds that only the cluster makes, or that say what happened.
const LEFT_OUT: [Kind; 9] = [
    Kind::Node,
    Kind::Event,
    Kind::Lease,
    Kind::EndpointSlice,
    Kind::ControllerRevision,
    Kind::VolumeAttachment,
    Kind::PersistentVolume,
    Kind::ClusterRole,
    Kind::ClusterRoleBinding,
];
/// What a new cluster has by itself.
const OF_THE_CLUSTER: [&str; 3] = ["kube-root-ca.crt", "kubernetes", "default"];
const NAMESPACES: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];
/// What the API server writes into the metadata.
const WRITTEN: [&str; 7] = [
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
    "finalizers",
];
const ANNOTATIONS: [&str; 2] =
    ["kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision"];

/// One document for each object; Namespaces first.
pub(crate) fn yaml(world: &World) -> String {
    let made = world.objects().filter(|object| is_made_by_people(object));
    let documents = made.filter_map(|object| serde_yaml::to_string(&bare(object)).ok());
    documents.map(|text| text.trim_end().to_owned() + "\n").collect::<Vec<_>>().join("---\n")
}

fn is_made_by_people(object: &Object) -> bool {
    let (kind, name) = (object.kind(), object.name());
    let of_namespace = match kind {
        Kind::Namespace => NAMESPACES.contains(&name),
        _ => object.namespace().starts_with("kube-"),
    };
    let own = OF_THE_CLUSTER.contains(&name)
        && matches!(kind, Kind::ConfigMap | Kind::Service | Kind::ServiceAccount);
    let built_in = object.namespace().is_empty()
        && matches!(kind, Kind::StorageClass | Kind::IngressClass | Kind::PriorityClass)
        && (name == "standard" || name == "nginx" || name.starts_with("system-"));
    // What a claim template or a controller makes comes back by itself.
    let owned = object.controller().is_some() || object.is_deleting();
    !(LEFT_OUT.contains(&kind) || of_namespace || own || built_in || owned)
}

/// The object as somebody would write it.
fn bare(object: &Object) -> Value {
    let mut json = object.to_json();
    let Some(fields) = json.as_object_mut() else { return json };
    fields.remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|name, _| !WRITTEN.contains(&name.as_str()));
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.retain(|name, _| !ANNOTATIONS.contains(&name.as_str()));
            if annotations.is_empty() {
                metadata.remove("annotations");
            }
        }
    }
    if let Some(spec) = fields.get_mut("spec").and_then(Value::as_object_mut) {
        given_by_the_cluster(object.kind(), spec);
    }
    json
}

/// Fields of a spec that the cluster fills in, and that another cluster fills in otherwise.
fn given_by_the_cluster(kind: Kind, spec: &mut serde_json::Map<String, Value>) {
    match kind {
        Kind::Service if spec.get("clusterIP").and_then(Value::as_str) != Some("None") => {
            spec.remove("clusterIP");
            spec.remove("clusterIPs");
        }
        Kind::Pod => {
            spec.remove("nodeName");
            without_tokens(spec, "volumes");
            for containers in ["containers", "initContainers"] {
                let all = spec.get_mut(containers).and_then(Value::as_array_mut);
                for container in all.into_iter().flatten().filter_map(Value::as_object_mut) {
                    without_tokens(container, "volumeMounts");
                }
            }
        }
        Kind::PersistentVolumeClaim => {
            spec.remove("volumeName");
        }
        Kind::Job if spec.get("manualSelector") != Some(&Value::Bool(true)) => {
            spec.remove("selector");
            let labels = spec.get_mut("template").and_then(|it| it.pointer_mut("/metadata/labels"));
            if let Some(labels) = labels.and_then(Value::as_object_mut) {
                let own = |name: &str| name.contains("controller-uid") || name.contains("job-name");
                labels.retain(|name, _| !own(name));
            }
        }
        _ => {}
    }
}

/// Every Pod gets a token of its service account, under a name of its own.
fn without_tokens(fields: &mut serde_json::Map<String, Value>, list: &str) {
    let Some(items) = fields.get_mut(list).and_then(Value::as_array_mut) else { return };
    let own = |item: &Value| {
        item["name"].as_str().is_some_and(|name| name.starts_with("kube-api-access-"))
    };
    items.retain(|item| !own(item));
    if items.is_empty() {
        fields.remove(list);
    }
}
