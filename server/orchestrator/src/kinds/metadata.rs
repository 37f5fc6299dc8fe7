//! What holds for the metadata of every kind.
//! <https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go>

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use super::invalid::quoted;
use super::{FieldErrors, names};

/// The most that all annotations of an object may take together.
const ANNOTATIONS_BYTES_MAX: usize = 256 * 1024;

/// Notes what is wrong with an object's metadata.
pub fn validate(
    meta: &ObjectMeta,
    namespaced: bool,
    name_rule: names::Rule,
    errors: &mut FieldErrors,
) {
    validate_generate_name(meta, name_rule, errors);
    match meta.name.as_deref() {
        None | Some("") => errors.required("metadata.name", "name or generateName is required"),
        Some(name) => errors.check("metadata.name", name, name_rule),
    }
    validate_namespace(meta, namespaced, errors);
    labels(meta.labels.as_ref(), "metadata.labels", errors);
    annotations(meta.annotations.as_ref(), "metadata.annotations", errors);
    owners(meta.owner_references.as_deref().unwrap_or_default(), errors);
    for finalizer in meta.finalizers.iter().flatten() {
        errors.check("metadata.finalizers", finalizer, names::qualified_name);
        let standard = ["orphan", "foregroundDeletion", "kubernetes"];
        if !finalizer.contains('/') && !standard.contains(&finalizer.as_str()) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid("metadata.finalizers", quoted(finalizer), detail);
        }
    }
}

fn validate_generate_name(meta: &ObjectMeta, name_rule: names::Rule, errors: &mut FieldErrors) {
    if let Some(prefix) = meta.generate_name.as_deref().filter(|prefix| !prefix.is_empty()) {
        // It may end where a name may not.
        let probe = format!("{}a", prefix.trim_end_matches('-'));
        if !name_rule(&probe).is_empty() {
            errors.check("metadata.generateName", prefix, name_rule);
        }
    }
}

fn validate_namespace(meta: &ObjectMeta, namespaced: bool, errors: &mut FieldErrors) {
    match (namespaced, meta.namespace.as_deref().unwrap_or_default()) {
        (true, "") => errors.required("metadata.namespace", ""),
        (true, namespace) => errors.check("metadata.namespace", namespace, names::label_1123),
        (false, "") => {}
        (false, _) => errors.forbidden("metadata.namespace", "not allowed on this type"),
    }
}

/// Notes what is wrong with labels.
pub fn labels(labels: Option<&BTreeMap<String, String>>, path: &str, errors: &mut FieldErrors) {
    for (key, value) in labels.into_iter().flatten() {
        errors.check(path, key, names::qualified_name);
        errors.check(path, value, names::label_value);
    }
}

/// Notes what is wrong with annotations.
pub fn annotations(map: Option<&BTreeMap<String, String>>, path: &str, errors: &mut FieldErrors) {
    let mut bytes = 0;
    for (key, value) in map.into_iter().flatten() {
        errors.check(path, &key.to_lowercase(), names::qualified_name);
        bytes += key.len() + value.len();
    }
    if bytes > ANNOTATIONS_BYTES_MAX {
        errors.too_long(path, ANNOTATIONS_BYTES_MAX);
    }
}

fn owners(owners: &[OwnerReference], errors: &mut FieldErrors) {
    let mut controller: Option<&OwnerReference> = None;
    for owner in owners {
        let fields = [
            ("apiVersion", &owner.api_version, "version must not be empty"),
            ("kind", &owner.kind, "must not be empty"),
            ("name", &owner.name, "must not be empty"),
            ("uid", &owner.uid, "must not be empty"),
        ];
        for (field, value, detail) in fields {
            if value.is_empty() {
                errors.invalid(format!("metadata.ownerReferences.{field}"), "\"\"", detail);
            }
        }
        if owner.controller == Some(true) {
            if let Some(first) = controller {
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in \
                     references for {}/{} and {}/{}",
                    first.kind, first.name, owner.kind, owner.name
                );
                errors.invalid("metadata.ownerReferences", "[]v1.OwnerReference", detail);
            }
            controller = Some(owner);
        }
    }
}

/// Notes what is wrong with a change of metadata.
pub fn validate_update(new: &ObjectMeta, old: &ObjectMeta, errors: &mut FieldErrors) {
    if old.deletion_timestamp.is_none() {
        return;
    }
    let known = old.finalizers.as_deref().unwrap_or_default();
    let added: Vec<String> = new
        .finalizers
        .iter()
        .flatten()
        .filter(|one| !known.contains(one))
        .map(|one| quoted(one))
        .collect();
    if !added.is_empty() {
        let detail = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers \
             []string{{{}}}",
            added.join(", ")
        );
        errors.forbidden("metadata.finalizers", detail);
    }
}
