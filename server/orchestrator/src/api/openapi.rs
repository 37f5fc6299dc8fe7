//! OpenAPI v3: what kubectl validates, explains and completes by.
//! <https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::answer::{Document, FOREVER};
use super::discovery::Resource;
use super::{custom, discovery, schema};
use crate::kinds::{Subresource, TABLE};
use crate::object::Served;
use crate::store::Objects;

static DOCUMENTS: LazyLock<BTreeMap<String, (Bytes, String)>> = LazyLock::new(|| {
    let mut rows: BTreeMap<String, Vec<Resource>> = BTreeMap::new();
    for row in TABLE.iter().map(Resource::from) {
        rows.entry(base(&row)).or_default().push(row);
    }
    let made = rows.into_iter().map(|(path, rows)| {
        let document = discovery::document("application/json", &document(&rows, &[]), FOREVER);
        (path, (document.bytes, document.etag))
    });
    made.collect()
});

/// `api/v1`, `apis/apps/v1`
fn base(row: &Resource) -> String {
    match row.group.as_str() {
        "" => format!("api/{}", row.version),
        group => format!("apis/{group}/{}", row.version),
    }
}

/// The documents of what is defined, made as they are asked for: definitions come and go.
fn defined(objects: &Objects) -> BTreeMap<String, Document> {
    let mut groups: BTreeMap<String, Vec<Served>> = BTreeMap::new();
    for served in custom::all(objects) {
        groups.entry(base(&Resource::from(&served))).or_default().push(served);
    }
    let made = groups.into_iter().map(|(path, all)| {
        let rows: Vec<Resource> = all.iter().map(Resource::from).collect();
        (path, discovery::document("application/json", &document(&rows, &all), FOREVER))
    });
    made.collect()
}

/// The index: where each group's document is.
pub(super) fn index(objects: &Objects) -> Document {
    let place = |path: &String, hash: &str| {
        let address = format!("/openapi/v3/{path}?hash={hash}");
        (path.clone(), json!({"serverRelativeURL": address}))
    };
    let own = DOCUMENTS.iter().map(|(path, (_, hash))| place(path, hash));
    let defined = defined(objects);
    let defined = defined.iter().map(|(path, document)| place(path, &document.etag));
    let paths: Map<String, Value> = own.chain(defined).collect();
    discovery::document("application/json", &json!({"paths": paths}), super::answer::NO_CACHE)
}

/// One group's document.
pub(super) fn group(path: &str, objects: &Objects) -> Option<Document> {
    let Some((bytes, etag)) = DOCUMENTS.get(path) else {
        return defined(objects).remove(path);
    };
    Some(Document {
        content_type: "application/json",
        bytes: bytes.clone(),
        etag: etag.clone(),
        cache: FOREVER,
        code: 200,
    })
}

fn document(rows: &[Resource], defined: &[Served]) -> Value {
    let mut paths = Map::new();
    let mut names = BTreeSet::new();
    let mut schemas = Map::new();
    for served in defined {
        let schema = custom::open_api_schema(served);
        reach_references(&schema, &mut names);
        schemas.insert(custom::schema_name(served), schema);
    }
    for row in rows {
        add_paths(row, &mut paths);
        reach(&row.schema, &mut names);
    }
    for name in names {
        if let Some(schema) = schema::all().get(&name) {
            schemas.insert(name, schema.clone());
        }
    }
    for row in rows {
        if let Some(schema) = schemas.get_mut(&row.schema) {
            schema["x-kubernetes-group-version-kind"] = json!([group_version_kind(row)]);
        }
    }
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": discovery::GIT_VERSION},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// A schema and all that it refers to.
fn reach(name: &str, names: &mut BTreeSet<String>) {
    if !names.insert(name.to_owned()) {
        return;
    }
    if let Some(schema) = schema::all().get(name) {
        reach_references(schema, names);
    }
}

fn reach_references(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(reference) => {
                        reach(reference.rsplit('/').next().unwrap_or_default(), names);
                    }
                    None => reach_references(value, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| reach_references(item, names)),
        _ => {}
    }
}

fn group_version_kind(row: &Resource) -> Value {
    json!({
        "group": row.group, "version": row.version, "kind": row.kind,
    })
}

fn add_paths(row: &Resource, paths: &mut Map<String, Value>) {
    let (base, plural) = (base(row), &row.plural);
    let within = if row.namespaced { "namespaces/{namespace}/" } else { "" };
    let collection = format!("/{base}/{within}{plural}");
    let mut whole =
        operations(row, &[("get", "list"), ("post", "post"), ("delete", "deletecollection")]);
    let mut one = operations(
        row,
        &[("get", "get"), ("put", "put"), ("patch", "patch"), ("delete", "delete")],
    );
    if row.namespaced {
        let everywhere = operations(row, &[("get", "list")]);
        paths.insert(format!("/{base}/{plural}"), Value::Object(everywhere));
        whole.insert("parameters".to_owned(), json!([parameter("namespace", "path")]));
        one.insert(
            "parameters".to_owned(),
            json!([parameter("name", "path"), parameter("namespace", "path")]),
        );
    } else {
        one.insert("parameters".to_owned(), json!([parameter("name", "path")]));
    }
    if row.subresources.contains(&Subresource::Status) {
        let status = operations(row, &[("get", "get"), ("put", "put"), ("patch", "patch")]);
        paths.insert(format!("{collection}/{{name}}/status"), Value::Object(status));
    }
    paths.insert(format!("{collection}/{{name}}"), Value::Object(one));
    paths.insert(collection, Value::Object(whole));
}

fn parameter(name: &str, place: &str) -> Value {
    let mut parameter =
        json!({"name": name, "in": place, "schema": {"type": "string", "uniqueItems": true}});
    if place == "path" {
        parameter["required"] = true.into();
    }
    parameter
}

fn operations(row: &Resource, actions: &[(&str, &str)]) -> Map<String, Value> {
    let own = |(method, action): &(&str, &str)| ((*method).to_owned(), operation(row, action));
    actions.iter().map(own).collect()
}

fn operation(row: &Resource, action: &str) -> Value {
    let names: &[&str] = match action {
        "post" | "put" => &["dryRun", "fieldManager", "fieldValidation"],
        "patch" => &["dryRun", "fieldManager", "fieldValidation", "force"],
        "delete" => &["dryRun", "gracePeriodSeconds", "propagationPolicy"],
        "list" | "deletecollection" => {
            &["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion"]
        }
        _ => &["pretty"],
    };
    let parameters: Vec<Value> = names.iter().map(|name| parameter(name, "query")).collect();
    let reference = json!({"$ref": format!("#/components/schemas/{}", row.schema)});
    let content = json!({"application/json": {"schema": reference}});
    let mut operation = json!({
        "tags": [row.plural],
        "parameters": parameters,
        "responses": {"200": {"description": "OK", "content": content}},
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": group_version_kind(row),
    });
    match action {
        "post" | "put" => operation["requestBody"] = json!({"content": content, "required": true}),
        "patch" => operation["requestBody"] = json!({"content": patches(row), "required": true}),
        _ => {}
    }
    operation
}

/// The forms of patches that a kind takes; kinds that are defined have no strategic ones.
fn patches(row: &Resource) -> Map<String, Value> {
    let strategic = schema::all().contains_key(&row.schema);
    let forms = ["apply-patch+yaml", "json-patch+json", "merge-patch+json"].into_iter();
    let forms = forms.chain(strategic.then_some("strategic-merge-patch+json"));
    let patch = json!({"schema": {"type": "object"}});
    forms.map(|form| (format!("application/{form}"), patch.clone())).collect()
}
