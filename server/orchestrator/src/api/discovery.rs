//! What the API server says of itself: version, health, groups and resources.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answer, Document};
use super::asked::{Asked, Form};
use super::path::Target;
use super::reviews::Review;
use super::status::Status;
use super::{metrics, older, openapi};
use crate::digest::Digest;
use crate::kinds::{KindRow, Subresource, TABLE};

/// The version of Kubernetes that is modelled.
pub(super) const MINOR: &str = "36";
pub(super) const GIT_VERSION: &str = "v1.36.0";
const VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// # Errors
/// 404 for a group or version that is not there.
pub(super) fn answer(asked: &Asked<'_>) -> Result<Answer, Status> {
    match &asked.target {
        Target::Health => Ok(Answer::Document(Document::text("ok"))),
        Target::Version => Ok(Answer::json(version())),
        Target::Groups { core } => Ok(groups(asked, *core)),
        Target::Group(group) => group_of(group, asked.measured).map(Answer::json),
        Target::Resources { group, version } if asked.measured || group != metrics::GROUP => {
            resources(group, version).map(Answer::json)
        }
        Target::Resources { .. } => Err(Status::no_such_resource()),
        Target::OpenApiV2 => Ok(Answer::Document(Document {
            content_type: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
            ..Document::text("")
        })),
        Target::OpenApiIndex => Ok(Answer::Document(openapi::index())),
        Target::OpenApiDocument(path) => {
            openapi::group(path).map(Answer::Document).ok_or_else(Status::no_such_resource)
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

/// The groups in the order in which Kubernetes lists them.
const GROUPS: &[&str] = &[
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    metrics::GROUP,
];

/// The groups with their versions, in order.
fn all_groups(measured: bool) -> Vec<(&'static str, &'static str)> {
    let mut groups: Vec<(&str, &str)> = Vec::new();
    for row in &TABLE {
        let group = (row.kind.group(), row.kind.version());
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    if measured {
        groups.push((metrics::GROUP, metrics::VERSION));
    }
    groups.extend([("authentication.k8s.io", "v1"), ("authorization.k8s.io", "v1")]);
    let place = |group: &str| GROUPS.iter().position(|known| *known == group);
    groups.sort_by_key(|(group, _)| place(group).unwrap_or(GROUPS.len()));
    groups
}

fn rows(group: &str, version: &str) -> Vec<&'static KindRow> {
    let mut rows: Vec<&KindRow> = TABLE
        .iter()
        .filter(|row| row.kind.group() == group && row.kind.version() == version)
        .collect();
    rows.sort_by_key(|row| row.kind.plural());
    rows
}

fn groups(asked: &Asked<'_>, core: bool) -> Answer {
    let listed: Vec<_> = all_groups(asked.measured)
        .into_iter()
        .filter(|(group, _)| group.is_empty() == core)
        .collect();
    if let Some(Form::Discovery(form)) = asked.form {
        return aggregated(form, &listed);
    }
    let addresses = json!([{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:3000"}]);
    if core {
        return Answer::json(json!({
            "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses,
        }));
    }
    let groups: Vec<Value> =
        listed.iter().map(|(group, version)| group_json(group, version)).collect();
    Answer::json(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
}

fn group_json(group: &str, version: &str) -> Value {
    let show =
        |version: &str| json!({"groupVersion": format!("{group}/{version}"), "version": version});
    let versions: Vec<Value> =
        std::iter::once(version).chain(older::versions(group).iter().copied()).map(show).collect();
    json!({"name": group, "versions": versions, "preferredVersion": show(version)})
}

fn group_of(group: &str, measured: bool) -> Result<Value, Status> {
    let mut groups = all_groups(measured).into_iter();
    let found = groups.find(|(name, _)| *name == group && !name.is_empty());
    let (group, version) = found.ok_or_else(Status::no_such_resource)?;
    let mut json = group_json(group, version);
    json["kind"] = "APIGroup".into();
    json["apiVersion"] = "v1".into();
    Ok(json)
}

/// The legacy list of one group's resources.
fn resources(group: &str, version: &str) -> Result<Value, Status> {
    if (group, version) == (metrics::GROUP, metrics::VERSION) {
        return Ok(metrics::resources());
    }
    let rows = rows(group, older::stored(group, version));
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

fn legacy_resource(row: &KindRow) -> Value {
    let mut resource = json!({
        "name": row.kind.plural(),
        "singularName": row.singular,
        "namespaced": row.namespaced,
        "kind": row.kind.name(),
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
fn speaks(row: &KindRow, part: Subresource) -> (&'static str, &'static str, &'static str) {
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
        | Subresource::Finalize => (row.kind.group(), row.kind.version(), row.kind.name()),
    }
}

fn verbs(part: Subresource) -> &'static [&'static str] {
    match part {
        Subresource::Status | Subresource::Scale | Subresource::EphemeralContainers => {
            &["get", "patch", "update"]
        }
        Subresource::Binding | Subresource::Eviction | Subresource::Token => &["create"],
        Subresource::Log => &["get"],
        Subresource::Exec | Subresource::Attach | Subresource::PortForward => &["create", "get"],
        Subresource::Finalize => &["update"],
    }
}

fn legacy_subresource(row: &KindRow, part: Subresource) -> Value {
    let (group, version, kind) = speaks(row, part);
    let mut resource = json!({
        "name": format!("{}/{}", row.kind.plural(), part.name()),
        "singularName": "",
        "namespaced": row.namespaced,
        "kind": kind,
        "verbs": verbs(part),
    });
    if (group, version) != (row.kind.group(), row.kind.version()) {
        resource["group"] = group.into();
        resource["version"] = version.into();
    }
    resource
}

/// Groups, versions and resources in one document.
fn aggregated(form: &'static str, groups: &[(&str, &str)]) -> Answer {
    let items: Vec<Value> = groups
        .iter()
        .map(|(group, version)| {
            let kinds = rows(group, version).into_iter().map(resource);
            let reviews = reviews(group, version).into_iter().map(review);
            let resources: Vec<Value> = match *group {
                metrics::GROUP => metrics::aggregated(),
                _ => kinds.chain(reviews).collect(),
            };
            let show = |version: &str| {
                let mut resources = json!(resources);
                older::rename(&mut resources, version);
                json!({"version": version, "freshness": "Current", "resources": resources})
            };
            let older = older::versions(group).iter().copied();
            let versions: Vec<Value> = std::iter::once(*version).chain(older).map(show).collect();
            json!({"metadata": {"name": group, "creationTimestamp": null}, "versions": versions})
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

fn resource(row: &KindRow) -> Value {
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
        "resource": row.kind.plural(),
        "responseKind": kind(row.kind.group(), row.kind.version(), row.kind.name()),
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
