//! The schemas of an OpenAPI v3 document.

use serde_json::Value;

use crate::discovery::Resource;
use crate::fields::{array, field, text};

/// `--recursive` stops here: some schemas contain themselves.
pub(super) const DEPTH: usize = 12;

/// The document of one group and version.
#[derive(Debug)]
pub(super) struct Document {
    document: Value,
}

impl Document {
    pub(super) fn new(document: Value) -> Document {
        Document { document }
    }

    pub(super) fn schemas(&self) -> &Value {
        field(field(&self.document, "components"), "schemas")
    }

    /// The schema of a kind.
    pub(super) fn schema_of(&self, resource: &Resource) -> Option<&Value> {
        let is_it = |kind: &Value| {
            text(kind, "group") == resource.group
                && text(kind, "version") == resource.version
                && text(kind, "kind") == resource.kind
        };
        let schemas = self.schemas().as_object()?;
        schemas
            .values()
            .find(|schema| array(schema, "x-kubernetes-group-version-kind").iter().any(is_it))
    }

    /// The schema that another refers to: by itself, of its items, or of its values.
    pub(super) fn referred(&self, schema: &Value) -> Option<&Value> {
        if let Some(name) = reference(schema) {
            return self.schemas().get(name);
        }
        let inner = field(schema, "items");
        let inner = if inner.is_object() { inner } else { field(schema, "additionalProperties") };
        if inner.is_object() { self.referred(inner) } else { None }
    }

    /// The schema with the fields of what `schema` describes, if that has fields.
    pub(super) fn object<'d>(&'d self, schema: &'d Value) -> Option<&'d Value> {
        if schema.get("properties").is_some() {
            return Some(schema);
        }
        self.referred(schema).filter(|schema| schema.get("properties").is_some())
    }

    /// A type as `explain` names it: `string`, `[]Container`, `map[string]string`, `PodSpec`.
    pub(super) fn type_name(&self, schema: &Value) -> String {
        if let Some(name) = reference(schema) {
            // Moments are strings with a name; other named strings keep it.
            let is_moment = text(field(self.schemas(), name), "format") == "date-time";
            let name = name.rsplit('.').next().unwrap_or_default();
            return if is_moment { "string" } else { name }.to_owned();
        }
        let (items, values) = (field(schema, "items"), field(schema, "additionalProperties"));
        if items.is_object() {
            return format!("[]{}", self.type_name(items));
        }
        if values.is_object() {
            return format!("map[string]{}", self.type_name(values));
        }
        match text(schema, "type") {
            "" | "object" => "Object".to_owned(),
            name => name.to_owned(),
        }
    }
}

/// The name of the schema in `$ref`, plain or the only one of `allOf`.
fn reference(schema: &Value) -> Option<&str> {
    let direct = text(schema, "$ref");
    let inherited = array(schema, "allOf").first().map(|schema| text(schema, "$ref"));
    let path = if direct.is_empty() { inherited? } else { direct };
    path.rsplit('/').next().filter(|name| !name.is_empty())
}
