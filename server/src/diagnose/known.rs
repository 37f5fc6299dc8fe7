//! Which fields may stand where: from the API server's own OpenAPI description.

use orchestrator::{ApiRequest, Kind, World};
use serde_json::Value;

/// What a field's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Fields that have names of their own.
    Object,
    /// Keys of the learner's own: labels, data.
    Map,
    List,
    Scalar,
}

/// The description of one kind's API group.
#[derive(Debug)]
pub(super) struct Known {
    kind: Kind,
    schemas: Value,
}

impl Known {
    /// Asks a world for it.
    pub(super) fn of(world: &World, kind: Kind) -> Option<Self> {
        let root = if kind.group().is_empty() { "api" } else { "apis" };
        let uri = format!("/openapi/v3/{root}/{}", kind.api_version());
        let answer = world.peek(&ApiRequest::new("GET", &uri, "", ""));
        let mut document: Value = serde_json::from_slice(answer.body()).ok()?;
        Some(Self { kind, schemas: document["components"]["schemas"].take() })
    }

    /// The fields of what these keys lead to; `[]` stands for the items of a list.
    pub(super) fn fields(&self, keys: &[String]) -> Vec<&str> {
        let found =
            keys.iter().try_fold(self.root(), |schema, key| self.step(schema?, key).map(Some));
        let properties = found.flatten().map(|schema| &schema["properties"]);
        let properties = properties.and_then(Value::as_object);
        properties.into_iter().flat_map(|fields| fields.keys().map(String::as_str)).collect()
    }

    /// What stands where these keys lead.
    pub(super) fn shape(&self, keys: &[String]) -> Shape {
        let found =
            keys.iter().try_fold(self.root(), |schema, key| self.step(schema?, key).map(Some));
        let Some(schema) = found.flatten() else { return Shape::Scalar };
        if schema["items"].is_object() {
            Shape::List
        } else if schema["additionalProperties"].is_object() {
            Shape::Map
        } else if schema["properties"].is_object() {
            Shape::Object
        } else {
            Shape::Scalar
        }
    }

    fn root(&self) -> Option<&Value> {
        let group = "x-kubernetes-group-version-kind";
        self.schemas.as_object()?.values().find(|schema| {
            schema[group].as_array().is_some_and(|kinds| {
                kinds
                    .iter()
                    .any(|one| one["kind"] == self.kind.name() && one["group"] == self.kind.group())
            })
        })
    }

    fn step<'schemas>(
        &'schemas self,
        schema: &'schemas Value,
        key: &str,
    ) -> Option<&'schemas Value> {
        let next = if key == "[]" { &schema["items"] } else { &schema["properties"][key] };
        let next = if next.is_null() { &schema["additionalProperties"] } else { next };
        if next.is_null() { None } else { Some(self.follow(next)) }
    }

    /// A reference stands for what it names; a field with a default wraps it into `allOf`.
    fn follow<'schemas>(&'schemas self, schema: &'schemas Value) -> &'schemas Value {
        let named = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        let name = named.and_then(|named| named.rsplit('/').next());
        name.map_or(schema, |name| &self.schemas[name])
    }
}
