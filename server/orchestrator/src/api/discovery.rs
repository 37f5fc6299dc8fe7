//! What the API server says of itself: version, health, groups and resources.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answer, Document};
use super::asked::{Asked, Form};
use super::path::Target;
use super::reviews::Review;
use super::status::Status;
use super::{about, metrics, older, openapi};
use crate::digest::Digest;
use crate::kinds::Subresource;
use crate::store::Objects;

mod groups;

use groups::rows;
pub(super) use groups::{Group, Resource, all_groups};

/// The version of Kubernetes that is modelled.
pub(super) const MINOR: &str = "36";
pub(super) const GIT_VERSION: &str = "v1.36.0";
const VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// # Errors
/// 404 for a group or version that is not there.
pub(super) fn answer(asked: &Asked<'_>, objects: &Objects) -> Result<Answer, Status> {
    match &asked.target {
        Target::Health(..) | Target::Paths => about::answer(asked, objects),
        Target::Version => Ok(Answer::json(version())),
        Target::Groups { core } => Ok(groups(asked, *core, objects)),
        Target::Group(group) => group_of(group, asked.measured, objects).map(Answer::json),
        Target::Resources { group, version } if asked.measured || group != metrics::GROUP => {
            resources(group, version, objects).map(Answer::json)
        }
        Target::OpenApiV2 => Ok(Answer::Document(Document {
            content_type: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
            ..Document::text("")
        })),
        Target::OpenApiIndex => Ok(Answer::Document(openapi::index(objects))),
        Target::OpenApiDocument(path) => {
            openapi::group(path, objects).map(Answer::Document).ok_or_else(Status::no_such_resource)
        }
        _ => Err(Status::no_such_resource()),
    }
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": MINOR,
        "emulationMajor": "1",
        "emulationMinor": MINOR,
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35",
        "gitVersion": GIT_VERSION,
        "gitCommit": "0000000000000000000000000000000000000000",
        "gitTreeState": "clean",
        "buildDate": "2026-04-22T00:00:00Z",
        "goVersion": "go1.26.0",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

fn groups(asked: &Asked<'_>, core: bool, objects: &Objects) -> Answer {
    let mut listed = all_groups(asked.measured, objects);
    listed.retain(|group| group.name.is_empty() == core);
    if let Some(Form::Discovery(form)) = asked.form {
        return aggregated(form, &listed, objects);
    }
    let addresses = json!([{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:3000"}]);
    if core {
        return Answer::json(json!({
            "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses,
        }));
    }
    let groups: Vec<Value> = listed.iter().map(group_json).collect();
    Answer::json(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
}

fn group_json(group: &Group) -> Value {
    let name = &group.name;
    let show =
        |version: &String| json!({"groupVersion": format!("{name}/{version}"), "version": version});
    let versions: Vec<Value> = group.versions.iter().map(show).collect();
    let preferred = versions.first().cloned();
    json!({"name": name, "versions": versions, "preferredVersion": preferred})
}

fn group_of(group: &str, measured: bool, objects: &Objects) -> Result<Value, Status> {
    let mut all = all_groups(measured, objects).into_iter();
    let found = all.find(|one| one.name == group && !group.is_empty());
    let mut json = group_json(&found.ok_or_else(Status::no_such_resource)?);
    json["kind"] = "APIGroup".into();
    json["apiVersion"] = "v1".into();
    Ok(json)
}

/// The legacy list of one group's resources.
fn resources(group: &str, version: &str, objects: &Objects) -> Result<Value, Status> {
    if (group, version) == (metrics::GROUP, metrics::VERSION) {
        return Ok(metrics::resources());
    }
    let rows = rows(group, older::stored(group, version), objects);
    let reviews = reviews(group, version);
    if rows.is_empty() && reviews.is_empty() {
        return Err(Status::no_such_resource());
    }
    let mut resources = Vec::new();
    for row in &rows {
        resources.push(legacy_resource(row));
        resources.extend(row.subresources.iter().map(|part| legacy_subresource(row, *part)));
    }
    resources.extend(reviews.into_iter().map(legacy_review));
    let group_version = match group {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    };
    let mut list = json!({
        "kind": "APIResourceList", "groupVersion": group_version, "resources": resources,
    });
    if !group.is_empty() {
        list["apiVersion"] = "v1".into();
    }
    Ok(list)
}

fn reviews(group: &str, version: &str) -> Vec<Review> {
    let of = |review: &Review| review.group() == group && version == "v1";
    Review::ALL.into_iter().filter(of).collect()
}

fn legacy_review(review: Review) -> Value {
    json!({
        "name": review.plural(),
        "singularName": review.singular(),
        "namespaced": review.namespaced(),
        "kind": review.kind(),
        "verbs": ["create"],
    })
}

fn review(review: Review) -> Value {
    json!({
        "resource": review.plural(),
        "responseKind": {"group": review.group(), "version": "v1", "kind": review.kind()},
        "scope": if review.namespaced() { "Namespaced" } else { "Cluster" },
        "singularResource": review.singular(),
        "verbs": ["create"],
    })
}

fn legacy_resource(row: &Resource) -> Value {
    let mut resource = json!({
        "name": row.plural,
        "singularName": row.singular,
        "namespaced": row.namespaced,
        "kind": row.kind,
        "verbs": VERBS,
    });
    if !row.short_names.is_empty() {
        resource["shortNames"] = json!(row.short_names);
    }
    if !row.categories.is_empty() {
        resource["categories"] = json!(row.categories);
    }
    resource
}

/// Group, version and kind of what a subresource speaks, and its verbs.
fn speaks(row: &Resource, part: Subresource) -> (&str, &str, &str) {
    match part {
        Subresource::Scale => ("autoscaling", "v1", "Scale"),
        Subresource::Eviction => ("policy", "v1", "Eviction"),
        Subresource::Binding => ("", "v1", "Binding"),
        Subresource::Token => ("authentication.k8s.io", "v1", "TokenRequest"),
        Subresource::Exec => ("", "v1", "PodExecOptions"),
        Subresource::Attach => ("", "v1", "PodAttachOptions"),
        Subresource::PortForward => ("", "v1", "PodPortForwardOptions"),
        Subresource::Status
        | Subresource::Log
        | Subresource::EphemeralContainers
        | Subresource::Resize
        | Subresource::Finalize => (&row.group, &row.version, &row.kind),
    }
}

fn verbs(part: Subresource) -> &'static [&'static str] {
    match part {
        Subresource::Status
        | Subresource::Scale
        | Subresource::EphemeralContainers
        | Subresource::Resize => &["get", "patch", "update"],
        Subresource::Binding | Subresource::Eviction | Subresource::Token => &["create"],
        Subresource::Log => &["get"],
        Subresource::Exec | Subresource::Attach | Subresource::PortForward => &["create", "get"],
        Subresource::Finalize => &["update"],
    }
}

fn legacy_subresource(row: &Resource, part: Subresource) -> Value {
    let (group, version, kind) = speaks(row, part);
    let mut resource = json!({
        "name": format!("{}/{}", row.plural, part.name()),
        "singularName": "",
        "namespaced": row.namespaced,
        "kind": kind,
        "verbs": verbs(part),
    });
    if (group, version) != (row.group.as_str(), row.version.as_str()) {
        resource["group"] = group.into();
        resource["version"] = version.into();
    }
    resource
}

/// Groups, versions and resources in one document.
fn aggregated(form: &'static str, groups: &[Group], objects: &Objects) -> Answer {
    let items: Vec<Value> = groups
        .iter()
        .map(|group| {
            let show = |version: &String| {
                let stored = older::stored(&group.name, version);
                let kinds = rows(&group.name, stored, objects);
                let kinds = kinds.iter().map(resource);
                let reviews = reviews(&group.name, stored).into_iter().map(review);
                let mut resources = match group.name.as_str() {
                    metrics::GROUP => json!(metrics::aggregated()),
                    _ => kinds.chain(reviews).collect(),
                };
                older::rename(&mut resources, version);
                json!({"version": version, "freshness": "Current", "resources": resources})
            };
            let versions: Vec<Value> = group.versions.iter().map(show).collect();
            let name = &group.name;
            json!({"metadata": {"name": name, "creationTimestamp": null}, "versions": versions})
        })
        .collect();
    let list = json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": format!("apidiscovery.k8s.io/{form}"),
        "metadata": {},
        "items": items,
    });
    let content_type = match form {
        "v2" => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    };
    Answer::Document(document(content_type, &list, "public"))
}

/// A JSON document with its hash.
pub(super) fn document(content_type: &'static str, value: &Value, cache: &'static str) -> Document {
    let bytes = Bytes::from(value.to_string());
    let etag = Digest::of([&*bytes]).to_string().to_uppercase();
    Document { content_type, bytes, etag, cache, code: 200 }
}

fn resource(row: &Resource) -> Value {
    let kind = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let subresources: Vec<Value> = row
        .subresources
        .iter()
        .map(|part| {
            let (group, version, spoken) = speaks(row, *part);
            json!({
                "subresource": part.name(),
                "responseKind": kind(group, version, spoken),
                "verbs": verbs(*part),
            })
        })
        .collect();
    let mut resource = json!({
        "resource": row.plural,
        "responseKind": kind(&row.group, &row.version, &row.kind),
        "scope": if row.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": row.singular,
        "verbs": VERBS,
    });
    if !row.short_names.is_empty() {
        resource["shortNames"] = json!(row.short_names);
    }
    if !row.categories.is_empty() {
        resource["categories"] = json!(row.categories);
    }
    if !subresources.is_empty() {
        resource["subresources"] = subresources.into();
    }
    resource
}
