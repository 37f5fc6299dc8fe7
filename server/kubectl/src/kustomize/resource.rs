//! An object on its way through kustomizations: what it was called before, and whether its name
//! ends in a hash of what it holds.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::fields::{array, field, name_of, namespace_of, text};
use crate::manifest::yaml_documents;
use crate::print::json::compact;

/// Kinds that come first, in this order, and those that come last.
const FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
/// Kinds that are of no namespace.
const OF_THE_CLUSTER: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// A name that an object had, in the namespace that it had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) name: String,
    pub(super) namespace: String,
}

/// An object, and its former names.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) object: Value,
    pub(super) before: Vec<Id>,
    pub(super) wants_hash: bool,
}

impl Resource {
    pub(super) fn new(object: Value) -> Resource {
        Resource { object, before: Vec::new(), wants_hash: false }
    }

    pub(super) fn kind(&self) -> &str {
        text(&self.object, "kind")
    }

    pub(super) fn name(&self) -> &str {
        name_of(&self.object)
    }

    pub(super) fn namespace(&self) -> &str {
        namespace_of(&self.object)
    }

    pub(super) fn is_of_the_cluster(&self) -> bool {
        OF_THE_CLUSTER.contains(&self.kind())
    }

    /// Whether it is called so, or was before, in this namespace.
    pub(super) fn was(&self, name: &str, namespace: &str) -> bool {
        let now = Id { name: self.name().to_owned(), namespace: self.namespace().to_owned() };
        let fits = |id: &Id| {
            id.name == name && (is_default(&id.namespace, namespace) || self.is_of_the_cluster())
        };
        fits(&now) || self.before.iter().any(fits)
    }

    /// Changes it, and remembers what it was called.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        let before = Id { name: self.name().to_owned(), namespace: self.namespace().to_owned() };
        change(&mut self.object);
        if (before.name.as_str(), before.namespace.as_str()) != (self.name(), self.namespace()) {
            self.before.push(before);
        }
    }

    /// Gives it another name.
    pub(super) fn rename(&mut self, name: &str) {
        self.change(|object| object["metadata"]["name"] = name.into());
    }

    /// Puts the hash behind the name of what was generated.
    pub(super) fn put_hash(&mut self) {
        if self.wants_hash {
            let name = format!("{}-{}", self.name(), hash(&self.object));
            self.rename(&name);
        }
    }

    /// Where it stands among others.
    pub(super) fn place_in_order(&self) -> (usize, String) {
        let kind = self.kind();
        let place = |list: &[&str]| list.iter().position(|known| *known == kind);
        let order = place(FIRST)
            .or_else(|| place(LAST).map(|at| at + FIRST.len() + 1))
            .unwrap_or(FIRST.len());
        let (group, version) = group_and_version(&self.object);
        let or = |text: &str, without: &str| {
            if text.is_empty() { without.to_owned() } else { text.to_owned() }
        };
        let (group, namespace) = (or(group, "~G"), or(self.namespace(), "~X"));
        (order, format!("{group}_{version}_{kind}|{namespace}|{}", self.name()))
    }

    /// `ConfigMap.v1.[noGrp]/a.[noNs]`.
    pub(super) fn words(&self) -> String {
        let (group, version) = group_and_version(&self.object);
        let group = if group.is_empty() { "[noGrp]" } else { group };
        let namespace = if self.namespace().is_empty() { "[noNs]" } else { self.namespace() };
        format!("{}.{version}.{group}/{}.{namespace}", self.kind(), self.name())
    }
}

/// Whether two namespaces are the same; none is the default one.
fn is_default(one: &str, other: &str) -> bool {
    let or_default =
        |name: &str| if name.is_empty() { "default".to_owned() } else { name.to_owned() };
    or_default(one) == or_default(other)
}

pub(super) fn group_and_version(object: &Value) -> (&str, &str) {
    let version = text(object, "apiVersion");
    version.split_once('/').unwrap_or(("", version))
}

/// Adds a resource to others.
///
/// # Errors
/// If one of that kind and name is there.
pub(super) fn add(all: &mut Vec<Resource>, new: Resource) -> Result<(), String> {
    let group = group_and_version(&new.object).0;
    let is_same = |old: &Resource| {
        old.kind() == new.kind()
            && group_and_version(&old.object).0 == group
            && old.name() == new.name()
            && is_default(old.namespace(), new.namespace())
    };
    if all.iter().any(is_same) {
        return Err(format!("may not add resource with an already registered id: {}", new.words()));
    }
    all.push(new);
    Ok(())
}

/// The objects of a manifest; those of a List one by one.
pub(super) fn of_manifest(content: &str) -> Result<Vec<Resource>, String> {
    let mut resources = Vec::new();
    for object in yaml_documents(content)? {
        let is_list = text(&object, "kind").ends_with("List") && object.get("items").is_some();
        let items = if is_list { array(&object, "items").to_vec() } else { vec![object] };
        for item in items {
            check(&item)?;
            resources.push(Resource::new(item));
        }
    }
    Ok(resources)
}

fn check(object: &Value) -> Result<(), String> {
    let (version, kind, name) = (text(object, "apiVersion"), text(object, "kind"), name_of(object));
    let metadata = format!("{{{name} {} map[] map[]}}", namespace_of(object));
    let shown = format!("{{{{{version} {kind}}} {metadata}}}");
    if kind.is_empty() {
        return Err(format!("missing kind in object {shown}"));
    }
    if name.is_empty() {
        return Err(format!("missing metadata.name in object {shown}"));
    }
    Ok(())
}

/// Ten letters that tell what a ConfigMap or Secret holds.
fn hash(object: &Value) -> String {
    let mut told = json!({"kind": field(object, "kind"), "name": ""});
    if object["kind"] == "Secret" {
        told["type"] = field(object, "type").clone();
    }
    told["data"] = object.get("data").cloned().unwrap_or_else(|| "".into());
    let digest = Sha256::digest(compact(&told).as_bytes());
    let hex: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    // No vowels, and nothing that looks like one: no hash is a word.
    let letter = |letter| match letter {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    hex.chars().map(letter).collect()
}
