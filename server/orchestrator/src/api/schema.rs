//! The schemas of all types, from k8s-openapi.

use std::sync::OnceLock;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::types;
use crate::object::Kind;

/// The schemas by the names of Kubernetes' OpenAPI: `io.k8s.api.core.v1.Pod`.
pub(super) fn all() -> &'static Map<String, Value> {
    static ALL: OnceLock<Map<String, Value>> = OnceLock::new();
    ALL.get_or_init(|| {
        let settings = SchemaSettings::openapi3().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        let mut generator = SchemaGenerator::new(settings);
        Kind::ALL.iter().for_each(|kind| kind.schema(&mut generator));
        let mut all = generator.take_definitions(true);
        all.values_mut().for_each(require_no_metadata);
        all.iter_mut().for_each(|(name, schema)| say_how_lists_merge(name, schema));
        all
    })
}

/// In Rust an object always has metadata; Kubernetes requires them nowhere.
fn require_no_metadata(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(required) = fields.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name != "metadata");
        if required.is_empty() {
            fields.remove("required");
        }
    }
}

/// By this kubectl makes its patches, and tools know which lists they may share with others.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>
fn say_how_lists_merge(name: &str, schema: &mut Value) {
    let of = name.rsplit('.').next().unwrap_or_default();
    let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (field, property) in fields {
        if let Some(keys) = types::list_keys(of, field) {
            property["x-kubernetes-list-type"] = if keys.is_empty() { "set" } else { "map" }.into();
            if !keys.is_empty() {
                property["x-kubernetes-list-map-keys"] = json!(keys);
            }
        }
        if let Some(strategy) = types::patch_strategy(of, field) {
            property["x-kubernetes-patch-strategy"] = strategy.into();
        }
        if let Some(key) = types::merge_key(of, field).filter(|key| !key.is_empty()) {
            property["x-kubernetes-patch-merge-key"] = key.into();
        }
    }
}

/// The name of a kind's schema.
pub(super) fn name(kind: Kind) -> String {
    let group = match kind.group() {
        "" => "core",
        "apiextensions.k8s.io" => {
            return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.\
                    CustomResourceDefinition"
                .to_owned();
        }
        group => group.split('.').next().unwrap_or(group),
    };
    format!("io.k8s.api.{group}.{}.{}", kind.version(), kind.name())
}

/// The description of a field.
pub(super) fn description(of: &str, field: &str) -> String {
    let property = all().get(of).map(|schema| &schema["properties"][field]["description"]);
    property.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Doc, TABLE};

    #[test]
    fn every_column_is_described() {
        for column in TABLE.iter().flat_map(|row| row.columns) {
            let described = match column.doc {
                Doc::Text(text) => !text.is_empty(),
                Doc::Field(of, field) => !description(of, field).is_empty(),
            };
            assert!(described, "{column:?}");
        }
    }
}
