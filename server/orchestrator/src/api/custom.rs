//! Requests for what CustomResourceDefinitions define.

use serde_json::{Value, json};

use super::decode::{self, Decoded};
use super::path::{Scope, Target};
use super::schema;
use super::status::Status;
use super::tree::Tree;
use super::types::{self, Shape};
use crate::kinds::{Subresource, custom, definition_is};
use crate::object::{CustomResource, Key, Kind, Object, Served};
use crate::store::Objects;

/// The kind that a request is about: one of the API's own, or one that is defined.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type<'a> {
    Own(Kind),
    Defined(&'a Served),
}

impl<'a> Type<'a> {
    pub(super) fn of(kind: Kind, custom: Option<&'a Served>) -> Type<'a> {
        match custom {
            Some(served) if kind == Kind::Custom => Type::Defined(served),
            _ => Type::Own(kind),
        }
    }

    pub(super) fn name(&self) -> &'a str {
        match self {
            Type::Own(kind) => kind.name(),
            Type::Defined(served) => served.kind(),
        }
    }

    /// `v1`
    pub(super) fn version(&self) -> &'a str {
        match self {
            Type::Own(kind) => kind.version(),
            Type::Defined(served) => &served.version().name,
        }
    }

    /// `apps/v1`
    pub(super) fn api_version(&self) -> String {
        match self {
            Type::Own(kind) => kind.api_version().to_owned(),
            Type::Defined(served) => served.api_version(),
        }
    }

    /// Decodes a body: what the type does not know is left out.
    pub(super) fn decode(&self, tree: Tree) -> Decoded {
        match self {
            Type::Own(kind) => decode::decode(*kind, tree),
            Type::Defined(served) => decode_defined(served, tree),
        }
    }

    /// # Errors
    /// A field has the wrong type.
    pub(super) fn object(&self, json: Value) -> Result<Object, serde_json::Error> {
        match self {
            Type::Own(kind) => Object::from_json(*kind, json),
            Type::Defined(served) => CustomResource::read(served, json).map(Object::from),
        }
    }

    pub(super) fn shape(&self) -> Shape {
        match self {
            Type::Own(kind) => types::of_kind(*kind),
            Type::Defined(_) => Shape::Custom,
        }
    }
}

/// The shape of an object.
pub(super) fn shape_of(object: &Object) -> Shape {
    match object {
        Object::Custom(_) => Shape::Custom,
        _ => types::of_kind(object.kind()),
    }
}

fn decode_defined(served: &Served, tree: Tree) -> Decoded {
    let mut decoded = decode::metadata_alone(tree);
    if let (Value::Object(fields), Some(schema)) = (&mut decoded.json, served.schema()) {
        decoded.findings.extend(custom::schema::prune(fields, schema));
    }
    decoded
}

/// An object as a version shows it, by the definition as it is now.
pub(super) fn seen(object: &Object, served: Option<&Served>) -> Object {
    match (object, served) {
        (Object::Custom(custom), Some(served)) => {
            let mut shown = (**custom).clone();
            shown.served = served.clone();
            if let Some(schema) = served.schema() {
                custom::schema::fill_in(&mut shown.fields, schema);
            }
            shown.into()
        }
        _ => object.clone(),
    }
}

/// An object as it is stored.
pub(super) fn stored(object: &mut Object) {
    if let Object::Custom(custom) = object {
        let served = custom.served.stored();
        std::sync::Arc::make_mut(custom).served = served;
    }
}

/// The definition of a path's group, version and plural, if it is served.
fn find(objects: &Objects, group: &str, version: &str, plural: &str) -> Option<Served> {
    let key = Key::new(Kind::CustomResourceDefinition, "", &format!("{plural}.{group}"));
    let Some(Object::CustomResourceDefinition(definition)) = objects.get(&key) else { return None };
    if !definition_is(definition, "Established") {
        return None;
    }
    Served::of(definition, version).filter(|served| served.version().served)
}

/// What a path leads to that is none of the API's own.
pub(super) fn target(path: &str, objects: &Objects) -> Option<(Target, Served)> {
    let path = path.split('/').filter(|segment| !segment.is_empty()).map(super::path::decode);
    let segments: Vec<String> = path.collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["apis", group, version, rest @ ..] = &*segments else { return None };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        rest => (None, rest),
    };
    let (plural, rest) = rest.split_first()?;
    let served = find(objects, group, version, plural)?;
    if namespace.is_some() && !served.is_namespaced() {
        return None;
    }
    let target = match rest {
        [] => Target::Collection(Scope {
            kind: Kind::Custom,
            namespace: namespace.unwrap_or_default().to_owned(),
            custom: Some(served.clone()),
        }),
        [name, part @ ..] if part.len() < 2 && namespace.is_some() == served.is_namespaced() => {
            let subresource = match part.first() {
                None => None,
                Some(part) => Some(subresources(&served).find(|known| known.name() == *part)?),
            };
            let name = served.key_name(name);
            let key = Key::new(Kind::Custom, namespace.unwrap_or_default(), &name);
            Target::Object { key, subresource }
        }
        _ => return None,
    };
    Some((target, served))
}

/// The parts that a version gives paths of their own.
pub(super) fn subresources(served: &Served) -> impl Iterator<Item = Subresource> {
    let scale = served.scale().map(|_| Subresource::Scale);
    let status = served.has_status().then_some(Subresource::Status);
    scale.into_iter().chain(status)
}

/// The kinds that are defined and served, each in each of its versions.
pub(super) fn all(objects: &Objects) -> Vec<Served> {
    let definitions = objects.of_kind(Kind::CustomResourceDefinition);
    let mut all = Vec::new();
    for object in definitions {
        let Object::CustomResourceDefinition(definition) = object else { continue };
        if definition_is(definition, "Established") {
            let versions = definition.spec.versions.iter().filter(|version| version.served);
            all.extend(versions.filter_map(|version| Served::of(definition, &version.name)));
        }
    }
    all
}

/// Orders versions as discovery does: `v2`, `v1`, `v1beta1`, then what is no version.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority>
pub(super) fn priority(
    version: &str,
) -> (u8, std::cmp::Reverse<u64>, std::cmp::Reverse<u64>, String) {
    use std::cmp::Reverse;
    let none = || (3, Reverse(0), Reverse(0), version.to_owned());
    let Some(rest) = version.strip_prefix('v') else { return none() };
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let Ok(major) = rest[..digits].parse() else { return none() };
    let (stage, minor) = match &rest[digits..] {
        "" => return (0, Reverse(major), Reverse(0), String::new()),
        beta if beta.starts_with("beta") => (1, &beta[4..]),
        alpha if alpha.starts_with("alpha") => (2, &alpha[5..]),
        _ => return none(),
    };
    minor
        .parse()
        .map_or_else(|_| none(), |minor| (stage, Reverse(major), Reverse(minor), String::new()))
}

/// The name of a version's schema in OpenAPI: `com.example.stable.v1.CronTab`.
pub(super) fn schema_name(served: &Served) -> String {
    let group: Vec<&str> = served.group().rsplit('.').collect();
    format!("{}.{}.{}", group.join("."), served.version().name, served.kind())
}

/// A version's schema as OpenAPI publishes it: with the fields that every object has.
pub(super) fn open_api_schema(served: &Served) -> Value {
    let of_pod = |field: &str| {
        json!({
            "description": schema::description("io.k8s.api.core.v1.Pod", field), "type": "string",
        })
    };
    let mut schema = serde_json::to_value(served.schema()).unwrap_or_default();
    if !schema.is_object() {
        schema = json!({"type": "object"});
    }
    schema["properties"]["apiVersion"] = of_pod("apiVersion");
    schema["properties"]["kind"] = of_pod("kind");
    schema["properties"]["metadata"] = json!({
        "allOf": [{"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}],
        "default": {},
        "description": schema::description("io.k8s.api.core.v1.Pod", "metadata"),
    });
    schema
}

/// Nothing new of a kind whose definition is going.
///
/// # Errors
/// 405
pub(super) fn admit(object: &Object, objects: &Objects) -> Result<(), Status> {
    let Object::Custom(custom) = object else { return Ok(()) };
    let key = Key::new(Kind::CustomResourceDefinition, "", custom.served.resource());
    if objects.get(&key).is_none_or(|definition| !definition.is_deleting()) {
        return Ok(());
    }
    let message = "create not allowed while custom resource definition is terminating";
    Err(Status { message: message.to_owned(), ..Status::method_not_allowed() })
}

/// The headers of the table: name, then the version's own columns, or the age.
pub(super) fn columns(served: &Served) -> Value {
    let of_metadata = |name: &str, cell_type: &str, format: &str, field: &str| {
        let description =
            schema::description("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", field);
        json!({
            "name": name, "type": cell_type, "format": format, "priority": 0,
            "description": description,
        })
    };
    let own = served.version().additional_printer_columns.as_deref().unwrap_or_default();
    let mut columns = vec![of_metadata("Name", "string", "name", "name")];
    if own.is_empty() {
        columns.push(of_metadata("Age", "date", "", "creationTimestamp"));
    }
    columns.extend(own.iter().map(|column| {
        let path = &column.json_path;
        let usual = || format!("Custom resource definition column (in JSONPath format): {path}");
        json!({
            "name": column.name,
            "type": column.type_,
            "format": column.format.as_deref().unwrap_or_default(),
            "description": column.description.clone().unwrap_or_else(usual),
            "priority": column.priority.unwrap_or(0),
        })
    }));
    columns.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_listed_by_their_stability() {
        let mut versions = vec![
            "foo10",
            "v3beta1",
            "v1",
            "v11alpha2",
            "v10",
            "foo1",
            "v11beta2",
            "v2",
            "v10beta3",
            "v12alpha1",
        ];
        versions.sort_by_key(|version| priority(version));
        let expected = [
            "v10",
            "v2",
            "v1",
            "v11beta2",
            "v10beta3",
            "v3beta1",
            "v12alpha1",
            "v11alpha2",
            "foo1",
            "foo10",
        ];
        assert_eq!(versions, expected);
    }
}
