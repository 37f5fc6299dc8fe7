//! What kinds the API server has, by whatever name a person calls them. All of it comes from the
//! server's aggregated discovery; there is no table of ours.

use serde_json::Value;

use crate::client::Client;
use crate::failure::Failure;
use crate::fields::{array, str_at, text};

const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                      application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                      application/json";

/// One resource of one version of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    /// The plural that stands in paths: `deployments`.
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) namespaced: bool,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) verbs: Vec<String>,
    pub(crate) subresources: Vec<String>,
}

impl Resource {
    /// `apps/v1`, or `v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, or `pods`.
    pub(crate) fn qualified(&self) -> String {
        with_group(&self.plural, &self.group)
    }

    /// What stands before the name in `deployment.apps/web`.
    pub(crate) fn printed_kind(&self) -> String {
        with_group(&self.kind.to_lowercase(), &self.group)
    }

    /// The resource as client-go's errors write it: `apps/v1, Resource=deployments`.
    pub(crate) fn in_errors(&self) -> String {
        format!("{}/{}, Resource={}", self.group, self.version, self.plural)
    }

    /// The path of the collection; all namespaces when `namespace` is empty.
    pub(crate) fn path(&self, namespace: &str) -> String {
        let root = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        if self.namespaced && !namespace.is_empty() {
            format!("{root}/namespaces/{namespace}/{}", self.plural)
        } else {
            format!("{root}/{}", self.plural)
        }
    }

    /// The path of one object.
    pub(crate) fn object_path(&self, namespace: &str, name: &str) -> String {
        format!("{}/{name}", self.path(namespace))
    }

    pub(crate) fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }

    fn is_called(&self, name: &str) -> bool {
        self.plural == name || self.singular == name || self.kind.to_lowercase() == name
    }
}

fn with_group(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// All resources, in the server's order of preference.
#[derive(Debug, Clone, Default)]
pub(crate) struct Discovery {
    pub(crate) resources: Vec<Resource>,
}

impl Discovery {
    pub(crate) async fn fetch(client: &Client<'_>) -> Result<Discovery, Failure> {
        let mut resources = Vec::new();
        for path in ["/api", "/apis"] {
            let groups = client.discover(path, ACCEPT).await?;
            resources.extend(array(&groups, "items").iter().flat_map(resources_of_group));
        }
        Ok(Discovery { resources })
    }

    /// The resource that a person means: plural, singular, kind or short name, in any case, with
    /// or without the group (`deployments.apps`) and version (`deployments.v1.apps`).
    pub(crate) fn find(&self, name: &str) -> Option<&Resource> {
        let name = name.to_lowercase();
        let plain = self.resources.iter().find(|resource| resource.is_called(&name));
        plain
            .or_else(|| self.resources.iter().find(|resource| resource.short_names.contains(&name)))
            .or_else(|| self.find_in_group(&name))
    }

    fn find_in_group(&self, name: &str) -> Option<&Resource> {
        let (name, rest) = name.split_once('.')?;
        let (version, group) = rest.split_once('.').unwrap_or((rest, ""));
        let named = |resource: &&Resource| {
            resource.is_called(name) || resource.short_names.iter().any(|short| short == name)
        };
        let mut candidates = self.resources.iter().filter(named);
        let exact = candidates
            .clone()
            .find(|resource| resource.version == version && resource.group == group);
        exact.or_else(|| candidates.find(|resource| resource.group.starts_with(rest)))
    }

    /// The resource of a manifest's `apiVersion` and `kind`.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.kind == kind && resource.api_version() == api_version)
    }

    /// The resources of a category such as `all`; each once, in its preferred version.
    pub(crate) fn category(&self, name: &str) -> Vec<&Resource> {
        let mut members: Vec<&Resource> = Vec::new();
        for resource in &self.resources {
            let known = members
                .iter()
                .any(|member| member.plural == resource.plural && member.group == resource.group);
            if !known && resource.categories.iter().any(|category| category == name) {
                members.push(resource);
            }
        }
        members
    }
}

fn resources_of_group(group: &Value) -> Vec<Resource> {
    let name = str_at(group, "/metadata/name");
    let of_version = |version: &Value| -> Vec<Resource> {
        array(version, "resources")
            .iter()
            .filter(|resource| resource.get("responseKind").is_some())
            .map(|resource| resource_of(name, text(version, "version"), resource))
            .collect()
    };
    array(group, "versions").iter().flat_map(of_version).collect()
}

fn resource_of(group: &str, version: &str, resource: &Value) -> Resource {
    let kind = str_at(resource, "/responseKind/kind");
    let singular = text(resource, "singularResource");
    Resource {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: text(resource, "resource").to_owned(),
        singular: if singular.is_empty() { kind.to_lowercase() } else { singular.to_owned() },
        kind: kind.to_owned(),
        namespaced: text(resource, "scope") == "Namespaced",
        short_names: strings(array(resource, "shortNames")),
        categories: strings(array(resource, "categories")),
        verbs: strings(array(resource, "verbs")),
        subresources: array(resource, "subresources")
            .iter()
            .map(|sub| text(sub, "subresource").to_owned())
            .collect(),
    }
}

fn strings(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn discovery() -> Discovery {
        let core = json!({"metadata": {}, "versions": [{"version": "v1", "resources": [
            {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced",
             "singularResource": "pod", "shortNames": ["po"], "categories": ["all"]},
            {"resource": "events", "responseKind": {"kind": "Event"}, "scope": "Namespaced",
             "shortNames": ["ev"]}]}]});
        let apps = json!({"metadata": {"name": "apps"}, "versions": [{"version": "v1",
            "resources": [{"resource": "deployments", "responseKind": {"kind": "Deployment"},
             "scope": "Namespaced", "shortNames": ["deploy"], "categories": ["all"]}]}]});
        let resources = [core, apps].iter().flat_map(resources_of_group).collect();
        Discovery { resources }
    }

    #[test]
    fn a_resource_by_any_name() {
        let discovery = discovery();
        let check = |name: &str, expect: Option<&str>| {
            let found = discovery.find(name).map(Resource::qualified);
            assert_eq!(found.as_deref(), expect, "{name}");
        };
        for name in ["pods", "pod", "Pod", "po", "PODS"] {
            check(name, Some("pods"));
        }
        for name in ["deploy", "deployments.apps", "deployment.v1.apps", "deploy.apps"] {
            check(name, Some("deployments.apps"));
        }
        check("foo", None);
        check("deployments.batch", None);
    }

    #[test]
    fn all_is_a_category() {
        let names: Vec<_> =
            discovery().category("all").into_iter().map(Resource::qualified).collect();
        assert_eq!(names, ["pods", "deployments.apps"]);
    }
}
