//! Objects of the kinds that CustomResourceDefinitions define.
//!
//! Which kinds the API has by itself is known when the program is built; definitions come and go with
//! a sandbox. So all that they define is of one kind to the model, [`Kind::Custom`], and each object
//! carries the definition that it was read by: its names, its schema, its columns. In keys the
//! definition's name stands before the object's own, as it does in etcd:
//! `crontabs.stable.example.com/my-cron`. A slash is in no name of an object.

use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionNames, CustomResourceDefinitionVersion,
    CustomResourceSubresourceScale, JSONSchemaProps,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Map, Value};

use super::{Kind, Object, Typed};

/// One version of what a definition defines.
#[derive(Clone, Debug)]
pub struct Served {
    definition: Arc<CustomResourceDefinition>,
    /// Its place in `spec.versions`.
    version: usize,
}

/// The same definition in the same version, whatever its schema is by now.
impl PartialEq for Served {
    fn eq(&self, other: &Served) -> bool {
        self.resource() == other.resource() && self.version().name == other.version().name
    }
}

impl Eq for Served {}

impl Served {
    /// A version of a definition; None if it has no such version.
    pub fn of(definition: &Arc<CustomResourceDefinition>, version: &str) -> Option<Served> {
        let mut versions = definition.spec.versions.iter();
        let version = versions.position(|one| one.name == version)?;
        Some(Served { definition: Arc::clone(definition), version })
    }

    /// The version in which objects are stored; None if the definition has none.
    pub fn storage(definition: &Arc<CustomResourceDefinition>) -> Option<Served> {
        let version = definition.spec.versions.iter().position(|version| version.storage)?;
        Some(Served { definition: Arc::clone(definition), version })
    }

    /// The same in the version in which objects are stored.
    pub fn stored(&self) -> Served {
        Served::storage(&self.definition).unwrap_or_else(|| self.clone())
    }

    /// The definition's name: `crontabs.stable.example.com`.
    pub fn resource(&self) -> &str {
        self.definition.metadata.name.as_deref().unwrap_or_default()
    }

    pub fn group(&self) -> &str {
        &self.definition.spec.group
    }

    /// The names that were accepted, or those that are asked for.
    pub fn names(&self) -> &CustomResourceDefinitionNames {
        let accepted = self.definition.status.as_ref().and_then(|it| it.accepted_names.as_ref());
        accepted.filter(|names| !names.kind.is_empty()).unwrap_or(&self.definition.spec.names)
    }

    /// `CronTab`
    pub fn kind(&self) -> &str {
        &self.names().kind
    }

    /// `stable.example.com/v1`
    pub fn api_version(&self) -> String {
        format!("{}/{}", self.group(), self.version().name)
    }

    pub fn version(&self) -> &CustomResourceDefinitionVersion {
        &self.definition.spec.versions[self.version]
    }

    pub fn is_namespaced(&self) -> bool {
        self.definition.spec.scope == "Namespaced"
    }

    pub fn schema(&self) -> Option<&JSONSchemaProps> {
        self.version().schema.as_ref()?.open_api_v3_schema.as_ref()
    }

    /// Whether the status has a path of its own.
    pub fn has_status(&self) -> bool {
        self.version().subresources.as_ref().is_some_and(|parts| parts.status.is_some())
    }

    /// Where an object's scale stands, if it has one.
    pub fn scale(&self) -> Option<&CustomResourceSubresourceScale> {
        self.version().subresources.as_ref()?.scale.as_ref()
    }

    /// The name of an object of the definition as keys have it.
    pub fn key_name(&self, name: &str) -> String {
        format!("{}/{name}", self.resource())
    }
}

/// An object of a defined kind.
#[derive(Clone, Debug)]
pub struct CustomResource {
    /// By what it was read.
    pub served: Served,
    pub metadata: ObjectMeta,
    /// All but `apiVersion`, `kind` and `metadata`.
    pub fields: Map<String, Value>,
}

/// What an object says, in whatever version.
impl PartialEq for CustomResource {
    fn eq(&self, other: &CustomResource) -> bool {
        self.served.resource() == other.served.resource()
            && self.metadata == other.metadata
            && self.fields == other.fields
    }
}

impl CustomResource {
    /// Reads an object: what its metadata's type does not know is dropped.
    ///
    /// # Errors
    /// A field of the metadata has the wrong type.
    pub fn read(served: &Served, json: Value) -> Result<CustomResource, serde_json::Error> {
        let Value::Object(mut fields) = json else {
            return Ok(CustomResource::empty(served.clone()));
        };
        let metadata = fields.remove("metadata").unwrap_or_default();
        let metadata = if metadata.is_null() { Value::Object(Map::new()) } else { metadata };
        fields.remove("apiVersion");
        fields.remove("kind");
        Ok(CustomResource {
            metadata: serde_json::from_value(metadata)?,
            fields,
            served: served.clone(),
        })
    }

    fn empty(served: Served) -> CustomResource {
        CustomResource { served, metadata: ObjectMeta::default(), fields: Map::new() }
    }

    /// The object as JSON.
    ///
    /// # Panics
    /// Never: metadata has a JSON form.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("apiVersion".to_owned(), self.served.api_version().into());
        json.insert("kind".to_owned(), self.served.kind().into());
        let metadata = serde_json::to_value(&self.metadata).expect("metadata has a JSON form");
        json.insert("metadata".to_owned(), metadata);
        json.extend(self.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(json)
    }
}

impl Typed for CustomResource {
    const KIND: Kind = Kind::Custom;

    fn of(object: &Object) -> Option<&Arc<CustomResource>> {
        match object {
            Object::Custom(object) => Some(object),
            _ => None,
        }
    }

    fn of_mut(object: &mut Object) -> Option<&mut CustomResource> {
        match object {
            Object::Custom(object) => Some(Arc::make_mut(object)),
            _ => None,
        }
    }
}
