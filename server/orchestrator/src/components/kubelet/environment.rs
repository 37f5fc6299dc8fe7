//! A container's environment: from its Pod, ConfigMaps and Secrets.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    ConfigMap, Container, EnvFromSource, EnvVarSource, Node, ObjectFieldSelector,
    ResourceFieldSelector, Secret,
};

use crate::resources::{milli, units};

use super::plan::Plan;
use super::pod::host_ip;
use super::services;

type Environment = BTreeMap<String, String>;

/// The environment, or why the container cannot be made, in the kubelet's words.
pub(super) fn of(plan: &Plan<'_>, container: &Container) -> Result<Environment, String> {
    let mut environment: Environment = services::variables(plan);
    for source in container.env_from.iter().flatten() {
        environment.extend(all_of(plan, source)?);
    }
    for variable in container.env.iter().flatten() {
        let value = match (&variable.value, &variable.value_from) {
            (_, Some(source)) => value_from(plan, container, source)?,
            (Some(value), None) => Some(expand(value, &environment)),
            (None, None) => Some(String::new()),
        };
        if let Some(value) = value {
            environment.insert(variable.name.clone(), value);
        }
    }
    Ok(environment)
}

/// Replaces `$(NAME)` by the variable of that name; `$$(NAME)` stands for `$(NAME)` itself.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables>
pub(super) fn expand(text: &str, environment: &Environment) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$$") {
            expanded.push('$');
            rest = after;
            continue;
        }
        let name = rest.strip_prefix("$(").and_then(|inner| inner.split_once(')'));
        match name {
            Some((name, after)) if environment.contains_key(name) => {
                expanded.push_str(&environment[name]);
                rest = after;
            }
            _ => {
                expanded.push('$');
                rest = &rest[1..];
            }
        }
    }
    expanded + rest
}

fn all_of(plan: &Plan<'_>, source: &EnvFromSource) -> Result<Environment, String> {
    let namespace = plan.key.namespace();
    let prefix = source.prefix.as_deref().unwrap_or_default();
    let mut data = Environment::new();
    if let Some(reference) = &source.config_map_ref {
        match plan.view.cache.get_typed::<ConfigMap>(namespace, &reference.name) {
            Some(found) => data.extend(found.data.clone().unwrap_or_default()),
            None if reference.optional == Some(true) => {}
            None => return Err(format!("configmap \"{}\" not found", reference.name)),
        }
    }
    if let Some(reference) = &source.secret_ref {
        match plan.view.cache.get_typed::<Secret>(namespace, &reference.name) {
            Some(found) => data.extend(texts(found)),
            None if reference.optional == Some(true) => {}
            None => return Err(format!("secret \"{}\" not found", reference.name)),
        }
    }
    Ok(data.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)).collect())
}

/// A Secret's data as text.
fn texts(secret: &Secret) -> impl Iterator<Item = (String, String)> {
    let data = secret.data.iter().flatten();
    data.map(|(name, bytes)| (name.clone(), String::from_utf8_lossy(&bytes.0).into_owned()))
}

/// The value, or none where what is optional is missing.
fn value_from(
    plan: &Plan<'_>,
    container: &Container,
    source: &EnvVarSource,
) -> Result<Option<String>, String> {
    let namespace = plan.key.namespace();
    if let Some(field) = &source.field_ref {
        return Ok(Some(of_field(plan, field)));
    }
    if let Some(field) = &source.resource_field_ref {
        return Ok(Some(of_resource(plan, container, field)));
    }
    let (found, what, name, key, optional) = if let Some(selector) = &source.config_map_key_ref {
        let found = plan.view.cache.get_typed::<ConfigMap>(namespace, &selector.name);
        let data = found.map(|found| found.data.clone().unwrap_or_default());
        (data, ("configmap", "ConfigMap"), &selector.name, &selector.key, selector.optional)
    } else if let Some(selector) = &source.secret_key_ref {
        let found = plan.view.cache.get_typed::<Secret>(namespace, &selector.name);
        let data = found.map(|found| texts(found).collect());
        (data, ("secret", "Secret"), &selector.name, &selector.key, selector.optional)
    } else {
        return Ok(Some(String::new()));
    };
    match found.as_ref().map(|data| data.get(key)) {
        Some(Some(value)) => Ok(Some(value.clone())),
        _ if optional == Some(true) => Ok(None),
        None => Err(format!("{} \"{name}\" not found", what.0)),
        Some(None) => Err(format!("couldn't find key {key} in {} {namespace}/{name}", what.1)),
    }
}

/// The downward API.
pub(super) fn of_field(plan: &Plan<'_>, field: &ObjectFieldSelector) -> String {
    let metadata = &plan.pod.metadata;
    let node = || plan.view.cache.get_typed::<Node>("", &plan.machine.node);
    let ip = || plan.runtime.and_then(|runtime| runtime.ip()).map(str::to_owned);
    let value = match field.field_path.as_str() {
        "metadata.name" => metadata.name.clone(),
        "metadata.namespace" => metadata.namespace.clone(),
        "metadata.uid" => metadata.uid.clone(),
        "metadata.labels" => metadata.labels.as_ref().map(listed),
        "metadata.annotations" => metadata.annotations.as_ref().map(listed),
        "spec.nodeName" => plan.spec.node_name.clone(),
        "spec.serviceAccountName" => plan.spec.service_account_name.clone(),
        "status.podIP" | "status.podIPs" => ip(),
        "status.hostIP" | "status.hostIPs" => node().and_then(|node| host_ip(node)),
        path => {
            let (map, rest) = match path.strip_prefix("metadata.labels['") {
                Some(rest) => (metadata.labels.as_ref(), rest),
                None => {
                    let rest = path.strip_prefix("metadata.annotations['");
                    (metadata.annotations.as_ref(), rest.unwrap_or_default())
                }
            };
            map.and_then(|map| map.get(rest.trim_end_matches("']"))).cloned()
        }
    };
    value.unwrap_or_default()
}

/// Labels or annotations as a file has them.
fn listed(map: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = map.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    lines.join("\n")
}

/// A request or limit, in units of the divisor, rounded up. Without a limit it is the node's.
pub(super) fn of_resource(
    plan: &Plan<'_>,
    own: &Container,
    field: &ResourceFieldSelector,
) -> String {
    let named = field.container_name.as_ref();
    let of = named.and_then(|name| plan.spec.containers.iter().find(|c| c.name == *name));
    let resources = of.unwrap_or(own).resources.as_ref();
    let (kind, name) = field.resource.split_once('.').unwrap_or(("limits", "cpu"));
    let amounts = match kind {
        "requests" => resources.and_then(|resources| resources.requests.as_ref()),
        _ => resources.and_then(|resources| resources.limits.as_ref()),
    };
    let node = plan.view.cache.get_typed::<Node>("", &plan.machine.node);
    let whole = || node.and_then(|node| node.status.as_ref()?.allocatable.as_ref()?.get(name));
    let amount = amounts.and_then(|amounts| amounts.get(name));
    let amount = if kind == "limits" { amount.or_else(whole) } else { amount };
    let Some(amount) = amount else { return "0".to_owned() };
    let divisor = field.divisor.as_ref().filter(|divisor| units(divisor) > 0 || milli(divisor) > 0);
    let rounded = match (name, divisor) {
        ("cpu", divisor) => milli(amount).div_ceil_by(divisor.map_or(1000, milli)),
        (_, divisor) => units(amount).div_ceil_by(divisor.map_or(1, units)),
    };
    rounded.to_string()
}

trait DivCeilBy {
    fn div_ceil_by(self, divisor: i64) -> i64;
}

impl DivCeilBy for i64 {
    fn div_ceil_by(self, divisor: i64) -> i64 {
        let divisor = divisor.max(1);
        self / divisor + i64::from(self % divisor > 0)
    }
}
