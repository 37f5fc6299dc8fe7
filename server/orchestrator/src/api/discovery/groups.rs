//! Which groups, versions and kinds there are: the API's own, and those that are defined.

use std::collections::BTreeMap;

use super::super::{custom, metrics, older, schema};
use crate::kinds::{KindRow, Subresource, TABLE};
use crate::object::Served;
use crate::store::Objects;

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

/// A group and the versions of it that are served, the preferred one first.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api) struct Group {
    pub(in crate::api) name: String,
    pub(in crate::api) versions: Vec<String>,
}

/// The groups, in order: the API's own, then those that are defined.
pub(in crate::api) fn all_groups(measured: bool, objects: &Objects) -> Vec<Group> {
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
    let own = groups.into_iter().map(|(group, version)| Group {
        name: group.to_owned(),
        versions: [version]
            .into_iter()
            .chain(older::versions(group).iter().copied())
            .map(str::to_owned)
            .collect(),
    });
    own.chain(defined_groups(objects)).collect()
}

fn defined_groups(objects: &Objects) -> Vec<Group> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for served in custom::all(objects) {
        let versions = groups.entry(served.group().to_owned()).or_default();
        let version = &served.version().name;
        if !versions.contains(version) {
            versions.push(version.clone());
        }
    }
    let groups = groups.into_iter().map(|(name, mut versions)| {
        versions.sort_by_key(|version| custom::priority(version));
        Group { name, versions }
    });
    groups.collect()
}

/// A kind as discovery tells of it.
#[derive(Debug)]
pub(in crate::api) struct Resource {
    pub(in crate::api) group: String,
    pub(in crate::api) version: String,
    pub(in crate::api) kind: String,
    pub(in crate::api) plural: String,
    pub(in crate::api) singular: String,
    pub(in crate::api) namespaced: bool,
    pub(in crate::api) short_names: Vec<String>,
    pub(in crate::api) categories: Vec<String>,
    pub(in crate::api) subresources: Vec<Subresource>,
    /// The name of its schema in OpenAPI.
    pub(in crate::api) schema: String,
}

impl From<&KindRow> for Resource {
    fn from(row: &KindRow) -> Resource {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Resource {
            group: row.kind.group().to_owned(),
            version: row.kind.version().to_owned(),
            kind: row.kind.name().to_owned(),
            plural: row.kind.plural().to_owned(),
            singular: row.singular.to_owned(),
            namespaced: row.namespaced,
            short_names: owned(row.short_names),
            categories: owned(row.categories),
            subresources: row.subresources.to_vec(),
            schema: schema::name(row.kind),
        }
    }
}

impl From<&Served> for Resource {
    fn from(served: &Served) -> Resource {
        let names = served.names();
        Resource {
            group: served.group().to_owned(),
            version: served.version().name.clone(),
            kind: names.kind.clone(),
            plural: names.plural.clone(),
            singular: names.singular.clone().unwrap_or_default(),
            namespaced: served.is_namespaced(),
            short_names: names.short_names.clone().unwrap_or_default(),
            categories: names.categories.clone().unwrap_or_default(),
            subresources: custom::subresources(served).collect(),
            schema: custom::schema_name(served),
        }
    }
}

pub(super) fn rows(group: &str, version: &str, objects: &Objects) -> Vec<Resource> {
    let of_group = |row: &&KindRow| row.kind.group() == group && row.kind.version() == version;
    let own = TABLE.iter().filter(of_group).map(Resource::from);
    let defined = custom::all(objects);
    let defined = defined
        .iter()
        .filter(|served| served.group() == group && served.version().name == version)
        .map(Resource::from);
    let mut rows: Vec<Resource> = own.chain(defined).collect();
    rows.sort_by(|a, b| a.plural.cmp(&b.plural));
    rows
}
