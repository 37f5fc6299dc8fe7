//! Objects that name others follow them to their new names.

use serde_json::Value;

use super::resource::Resource;
use crate::fields::text;

/// Fields that name an object: the field around (or any), the field, the kind that is named.
const NAMING: &[(&str, &str, &str)] = &[
    ("configMapKeyRef", "name", "ConfigMap"),
    ("configMapRef", "name", "ConfigMap"),
    ("configMap", "name", "ConfigMap"),
    ("secretKeyRef", "name", "Secret"),
    ("secretRef", "name", "Secret"),
    ("secret", "name", "Secret"),
    ("secret", "secretName", "Secret"),
    ("tls", "secretName", "Secret"),
    ("imagePullSecrets", "name", "Secret"),
    ("secrets", "name", "Secret"),
    ("spec", "serviceAccountName", "ServiceAccount"),
    ("spec", "serviceName", "Service"),
    ("service", "name", "Service"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
    ("spec", "volumeName", "PersistentVolume"),
    ("spec", "storageClassName", "StorageClass"),
    ("spec", "priorityClassName", "PriorityClass"),
    ("spec", "ingressClassName", "IngressClass"),
];
/// Fields that name an object and its kind.
const WITH_KIND: &[&str] = &["scaleTargetRef", "roleRef", "subjects"];
/// Groups whose objects name others by these fields.
const GROUPS: &[&str] = &["apps", "batch", "autoscaling", "policy"];

/// Gives every name that stands for another object that object's present name.
pub(super) fn follow(all: &mut [Resource]) {
    let known = all.to_vec();
    for resource in all {
        let version = text(&resource.object, "apiVersion");
        let group = version.split_once('/').map_or("", |(group, _)| group);
        if group.is_empty() || GROUPS.contains(&group) || group.ends_with(".k8s.io") {
            let follower = Follower { known: &known, namespace: resource.namespace().to_owned() };
            follower.walk("", &mut resource.object);
        }
    }
}

struct Follower<'f> {
    known: &'f [Resource],
    /// Of the object that names others.
    namespace: String,
}

impl Follower<'_> {
    /// Looks through the field called `name` and all within; items of a list have its name.
    fn walk(&self, name: &str, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(name, item)),
            Value::Object(_) if WITH_KIND.contains(&name) => self.with_kind(value),
            Value::Object(fields) => {
                for (around, field, kind) in NAMING.iter().filter(|row| row.0 == name) {
                    debug_assert_eq!(*around, name, "filtered");
                    if let Some(Value::String(named)) = fields.get_mut(*field)
                        && let Some(found) = self.find(kind, named, &self.namespace)
                    {
                        found.name().clone_into(named);
                    }
                }
                fields.iter_mut().for_each(|(name, inner)| self.walk(name, inner));
            }
            _ => {}
        }
    }

    fn with_kind(&self, value: &mut Value) {
        let own = text(value, "namespace");
        let namespace = if own.is_empty() { &self.namespace } else { own };
        let Some(found) = self.find(text(value, "kind"), text(value, "name"), namespace) else {
            return;
        };
        value["name"] = found.name().into();
        if value["kind"] == "ServiceAccount" && !found.namespace().is_empty() {
            value["namespace"] = found.namespace().into();
        }
    }

    /// The object that has this name now, or else the one that had it.
    fn find(&self, kind: &str, name: &str, namespace: &str) -> Option<&Resource> {
        let of_kind = || self.known.iter().filter(|it| it.kind() == kind);
        let is_near = |it: &&Resource| {
            it.was(it.name(), namespace) || it.before.iter().any(|id| it.was(&id.name, namespace))
        };
        of_kind().find(|it| it.name() == name && is_near(it)).or_else(|| {
            of_kind().find(|it| is_near(it) && it.before.iter().any(|id| id.name == name))
        })
    }
}
