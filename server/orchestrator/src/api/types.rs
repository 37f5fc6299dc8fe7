//! The types of the API as their schemas tell: what decoding, patches and field ownership go by.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::schema;
use crate::object::Kind;

/// The shape of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Text,
    /// Bytes, in base64.
    Bytes,
    Bool,
    Int32,
    Int64,
    Number,
    Time,
    Quantity,
    IntOrString,
    /// Anything at all: `FieldsV1`, `RawExtension`.
    Any,
    List(Box<Shape>),
    Map(Box<Shape>),
    /// By the name in OpenAPI.
    Struct(String),
    /// An object of a defined kind: its metadata is as everywhere.
    Custom,
    /// Anything, owned field by field, lists as a whole.
    Free,
}

/// A type with fields.
#[derive(Debug)]
pub(super) struct StructType {
    /// As Go calls it, without its package: `PodSpec`.
    pub(super) name: String,
    pub(super) fields: BTreeMap<String, Shape>,
}

static STRUCTS: LazyLock<BTreeMap<String, StructType>> = LazyLock::new(|| {
    let of = |(name, schema): (&String, &Value)| {
        let properties = schema["properties"].as_object()?;
        let field = |(name, schema): (&String, &Value)| (name.clone(), shape(schema));
        let fields = properties.iter().map(field).collect();
        let short = name.rsplit('.').next().unwrap_or(name).to_owned();
        Some((name.clone(), StructType { name: short, fields }))
    };
    schema::all().iter().filter_map(of).collect()
});

static METADATA: LazyLock<Shape> =
    LazyLock::new(|| Shape::Struct("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta".to_owned()));

/// The shape of every object's metadata.
pub(super) fn of_metadata() -> &'static Shape {
    &METADATA
}

fn shape(schema: &Value) -> Shape {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(reference) = reference {
        return named(reference.rsplit('/').next().unwrap_or(reference));
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("byte")) => Shape::Bytes,
        (Some("string"), Some("date-time")) => Shape::Time,
        (Some("string"), _) => Shape::Text,
        (Some("boolean"), _) => Shape::Bool,
        (Some("integer"), Some("int32")) => Shape::Int32,
        (Some("integer"), _) => Shape::Int64,
        (Some("number"), _) => Shape::Number,
        (Some("array"), _) => Shape::List(Box::new(shape(&schema["items"]))),
        (Some("object"), _) if schema["additionalProperties"].is_object() => {
            Shape::Map(Box::new(shape(&schema["additionalProperties"])))
        }
        _ => Shape::Any,
    }
}

fn named(name: &str) -> Shape {
    match name.rsplit('.').next().unwrap_or(name) {
        "Quantity" => Shape::Quantity,
        "IntOrString" => Shape::IntOrString,
        _ => {
            let found = schema::all().get(name).unwrap_or(&Value::Null);
            match found["properties"].as_object().map(Map::is_empty) {
                Some(false) => Shape::Struct(name.to_owned()),
                _ => shape(found),
            }
        }
    }
}

/// The shape of a kind's objects.
pub(super) fn of_kind(kind: Kind) -> Shape {
    Shape::Struct(schema::name(kind))
}

impl Shape {
    /// The type, where it has fields.
    pub(super) fn fields(&self) -> Option<&'static StructType> {
        match self {
            Shape::Struct(name) => STRUCTS.get(name),
            _ => None,
        }
    }

    /// The shape of a field or of a map's values.
    pub(super) fn field(&self, name: &str) -> Option<&Shape> {
        match self {
            Shape::Map(values) => Some(values),
            Shape::Custom if name == "metadata" => Some(&METADATA),
            Shape::Custom | Shape::Free => Some(&Shape::Free),
            _ => self.fields()?.fields.get(name),
        }
    }

    /// As Go names the type.
    pub(super) fn go(&self) -> String {
        match self {
            Shape::Text => "string".to_owned(),
            Shape::Bytes => "[]uint8".to_owned(),
            Shape::Bool => "bool".to_owned(),
            Shape::Int32 => "int32".to_owned(),
            Shape::Int64 => "int64".to_owned(),
            Shape::Number => "float64".to_owned(),
            Shape::Time => "v1.Time".to_owned(),
            Shape::Quantity => "resource.Quantity".to_owned(),
            Shape::IntOrString => "intstr.IntOrString".to_owned(),
            Shape::Any | Shape::Custom | Shape::Free => "interface {}".to_owned(),
            Shape::List(items) => format!("[]{}", items.go()),
            Shape::Map(values) if **values == Shape::Quantity => "v1.ResourceList".to_owned(),
            Shape::Map(values) => format!("map[string]{}", values.go()),
            Shape::Struct(name) => {
                let mut parts = name.rsplit('.');
                let (name, version) = (parts.next().unwrap_or(name), parts.next());
                format!("{}.{name}", version.unwrap_or("v1"))
            }
        }
    }
}

/// Strings that Go gives a type of their own.
const NAMED_STRINGS: &[(&str, &str, &str)] = &[
    ("ContainerPort", "protocol", "v1.Protocol"),
    ("ServicePort", "protocol", "v1.Protocol"),
    ("Container", "imagePullPolicy", "v1.PullPolicy"),
    ("PodSpec", "restartPolicy", "v1.RestartPolicy"),
    ("PodSpec", "dnsPolicy", "v1.DNSPolicy"),
    ("ServiceSpec", "type", "v1.ServiceType"),
    ("Secret", "type", "v1.SecretType"),
    ("DaemonSetUpdateStrategy", "type", "v1.DaemonSetUpdateStrategyType"),
    ("DeploymentStrategy", "type", "v1.DeploymentStrategyType"),
    ("StatefulSetSpec", "podManagementPolicy", "v1.PodManagementPolicyType"),
    ("StatefulSetUpdateStrategy", "type", "v1.StatefulSetUpdateStrategyType"),
    ("Taint", "effect", "v1.TaintEffect"),
    ("Toleration", "effect", "v1.TaintEffect"),
    ("Toleration", "operator", "v1.TolerationOperator"),
    ("HTTPGetAction", "scheme", "v1.URIScheme"),
    ("LabelSelectorRequirement", "operator", "v1.LabelSelectorOperator"),
];

/// The Go type of a field.
pub(super) fn go_field(of: &str, field: &str, shape: &Shape) -> String {
    let named = NAMED_STRINGS.iter().find(|(name, key, _)| *name == of && *key == field);
    match named {
        Some((_, _, go)) => (*go).to_owned(),
        None => shape.go(),
    }
}

/// How the items of a list are told apart, for server-side apply. Lists that are not here are
/// replaced as a whole.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>
const LIST_KEYS: &[(&str, &str, &[&str])] = &[
    ("Container", "env", &["name"]),
    ("Container", "ports", &["containerPort", "protocol"]),
    ("Container", "volumeDevices", &["devicePath"]),
    ("Container", "volumeMounts", &["mountPath"]),
    ("ContainerStatus", "volumeMounts", &["mountPath"]),
    ("DaemonSetStatus", "conditions", &["type"]),
    ("DeploymentStatus", "conditions", &["type"]),
    ("Endpoint", "addresses", &[]),
    ("EphemeralContainer", "env", &["name"]),
    ("EphemeralContainer", "volumeMounts", &["mountPath"]),
    ("NamespaceStatus", "conditions", &["type"]),
    ("NodeSpec", "podCIDRs", &[]),
    ("NodeStatus", "addresses", &["type"]),
    ("NodeStatus", "conditions", &["type"]),
    ("ObjectMeta", "finalizers", &[]),
    ("ObjectMeta", "ownerReferences", &["uid"]),
    ("PodSpec", "containers", &["name"]),
    ("PodSpec", "ephemeralContainers", &["name"]),
    ("PodSpec", "hostAliases", &["ip"]),
    ("PodSpec", "imagePullSecrets", &["name"]),
    ("PodSpec", "initContainers", &["name"]),
    ("PodSpec", "resourceClaims", &["name"]),
    ("PodSpec", "schedulingGates", &["name"]),
    ("PodSpec", "topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("PodSpec", "volumes", &["name"]),
    ("PodStatus", "conditions", &["type"]),
    ("PodStatus", "podIPs", &["ip"]),
    ("ReplicaSetStatus", "conditions", &["type"]),
    ("ReplicationControllerStatus", "conditions", &["type"]),
    ("ResourceRequirements", "claims", &["name"]),
    ("ServiceAccount", "secrets", &["name"]),
    ("ServiceSpec", "ports", &["port", "protocol"]),
    ("ServiceStatus", "conditions", &["type"]),
    ("StatefulSetStatus", "conditions", &["type"]),
];

/// Types and fields that are replaced as a whole although they have parts.
const ATOMIC_TYPES: &[&str] = &[
    "ConfigMapKeySelector",
    "EndpointPort",
    "LabelSelector",
    "LocalObjectReference",
    "NodeSelector",
    "NodeSelectorTerm",
    "ObjectFieldSelector",
    "ObjectReference",
    "OwnerReference",
    "ResourceFieldSelector",
    "SecretKeySelector",
    "SecretReference",
    "TypedLocalObjectReference",
];
const ATOMIC_FIELDS: &[(&str, &str)] = &[
    ("PodSpec", "nodeSelector"),
    ("ReplicationControllerSpec", "selector"),
    ("ServiceSpec", "selector"),
];

/// The keys of a list's items; none for a set of values; None where the list is one value.
pub(super) fn list_keys(of: &str, field: &str) -> Option<&'static [&'static str]> {
    let found = LIST_KEYS.iter().find(|(name, key, _)| *name == of && *key == field);
    found.map(|(_, _, keys)| *keys)
}

/// Whether a field is owned as a whole.
pub(super) fn is_atomic(of: &str, field: &str, shape: &Shape) -> bool {
    match shape {
        Shape::Struct(_) => {
            shape.fields().is_none_or(|fields| ATOMIC_TYPES.contains(&&*fields.name))
        }
        Shape::Map(_) => ATOMIC_FIELDS.contains(&(of, field)),
        Shape::List(_) => list_keys(of, field).is_none(),
        Shape::Custom | Shape::Free => false,
        _ => true,
    }
}

/// The key by which a strategic merge patch tells a list's items apart; empty for lists of plain
/// values that are united. Lists that are not here are replaced.
const MERGE_KEYS: &[(&str, &str, &str)] = &[
    ("Container", "env", "name"),
    ("Container", "ports", "containerPort"),
    ("Container", "volumeDevices", "devicePath"),
    ("Container", "volumeMounts", "mountPath"),
    ("ContainerStatus", "volumeMounts", "mountPath"),
    ("DaemonSetStatus", "conditions", "type"),
    ("DeploymentStatus", "conditions", "type"),
    ("EphemeralContainer", "env", "name"),
    ("EphemeralContainer", "ports", "containerPort"),
    ("EphemeralContainer", "volumeMounts", "mountPath"),
    ("NamespaceStatus", "conditions", "type"),
    ("NodeSpec", "podCIDRs", ""),
    ("NodeStatus", "addresses", "type"),
    ("NodeStatus", "conditions", "type"),
    ("ObjectMeta", "finalizers", ""),
    ("ObjectMeta", "ownerReferences", "uid"),
    ("PodSpec", "containers", "name"),
    ("PodSpec", "ephemeralContainers", "name"),
    ("PodSpec", "hostAliases", "ip"),
    ("PodSpec", "imagePullSecrets", "name"),
    ("PodSpec", "initContainers", "name"),
    ("PodSpec", "resourceClaims", "name"),
    ("PodSpec", "schedulingGates", "name"),
    ("PodSpec", "topologySpreadConstraints", "topologyKey"),
    ("PodSpec", "volumes", "name"),
    ("PodStatus", "conditions", "type"),
    ("PodStatus", "hostIPs", "ip"),
    ("PodStatus", "podIPs", "ip"),
    ("PodStatus", "resourceClaimStatuses", "name"),
    ("ReplicaSetStatus", "conditions", "type"),
    ("ReplicationControllerStatus", "conditions", "type"),
    ("ServiceAccount", "secrets", "name"),
    ("ServiceSpec", "ports", "port"),
    ("ServiceStatus", "conditions", "type"),
    ("StatefulSetStatus", "conditions", "type"),
];

/// How a strategic merge patch merges a list.
pub(super) fn merge_key(of: &str, field: &str) -> Option<&'static str> {
    let found = MERGE_KEYS.iter().find(|(name, key, _)| *name == of && *key == field);
    found.map(|(_, _, merge)| *merge)
}

/// What a strategic merge patch does with a field, as the field's schema says it.
pub(super) fn patch_strategy(of: &str, field: &str) -> Option<&'static str> {
    match (of, field) {
        ("DeploymentSpec", "strategy") => Some("retainKeys"),
        ("PodSpec", "volumes") => Some("merge,retainKeys"),
        _ => merge_key(of, field).map(|_| "merge"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_name_fields_that_exist() {
        let fields = LIST_KEYS.iter().map(|(of, field, _)| (*of, *field));
        let fields = fields.chain(MERGE_KEYS.iter().map(|(of, field, _)| (*of, *field)));
        let fields = fields.chain(ATOMIC_FIELDS.iter().copied());
        for (of, field) in fields.chain(NAMED_STRINGS.iter().map(|(of, field, _)| (*of, *field))) {
            let known =
                STRUCTS.values().any(|one| one.name == of && one.fields.contains_key(field));
            assert!(known, "{of}.{field}");
        }
        for kind in Kind::ALL {
            assert!(of_kind(*kind).fields().is_some(), "{kind:?}");
        }
    }
}
