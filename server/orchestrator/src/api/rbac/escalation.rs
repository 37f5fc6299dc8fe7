//! Nobody may give what he does not have.
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping>

use std::collections::BTreeMap;

use k8s_openapi::api::rbac::v1::{PolicyRule, RoleRef};

use super::super::draft::Planned;
use super::super::identity::Identity;
use super::super::status::Status;
use super::{Attributes, MASTERS, grants, judge, rules};
use crate::kinds::{quoted, rbac::GROUP};
use crate::object::{Key, Object};
use crate::store::Objects;

/// Whether a user may make these writes, as far as they give rights.
///
/// # Errors
/// 403
pub(in crate::api) fn check(
    user: &Identity,
    changes: &[Planned],
    objects: &Objects,
) -> Result<(), Status> {
    if user.groups.iter().any(|group| group == MASTERS) {
        return Ok(());
    }
    for change in changes {
        if let Planned::Put(object) = change {
            check_one(user, object, objects)?;
        }
    }
    Ok(())
}

fn check_one(user: &Identity, object: &Object, objects: &Objects) -> Result<(), Status> {
    let key = object.key();
    let before = objects.get(&key);
    match object {
        Object::Role(role) => {
            let same = matches!(before, Some(Object::Role(old)) if old.rules == role.rules);
            let exempt = same || may(user, "escalate", &key, objects);
            cover(user, &key, role.rules.as_deref().unwrap_or_default(), exempt, objects)
        }
        Object::ClusterRole(role) => {
            let same = matches!(before, Some(Object::ClusterRole(old)) if old.rules == role.rules);
            let exempt = same || may(user, "escalate", &key, objects);
            cover(user, &key, role.rules.as_deref().unwrap_or_default(), exempt, objects)
        }
        Object::RoleBinding(binding) => {
            let same = matches!(before, Some(Object::RoleBinding(old)) if old.subjects == binding.subjects);
            bind(user, &key, &binding.role_ref, same, objects)
        }
        Object::ClusterRoleBinding(binding) => {
            let same = matches!(before, Some(Object::ClusterRoleBinding(old)) if old.subjects == binding.subjects);
            bind(user, &key, &binding.role_ref, same, objects)
        }
        _ => Ok(()),
    }
}

fn may(user: &Identity, verb: &str, key: &Key, objects: &Objects) -> bool {
    let wanted = Attributes {
        verb,
        group: GROUP,
        resource: key.kind.plural(),
        namespace: key.namespace(),
        name: key.name(),
        ..Attributes::default()
    };
    judge(user, &wanted, objects).allowed
}

fn bind(
    user: &Identity,
    key: &Key,
    role: &RoleRef,
    same: bool,
    objects: &Objects,
) -> Result<(), Status> {
    let resource = if role.kind == "Role" { "roles" } else { "clusterroles" };
    let wanted = Attributes {
        verb: "bind",
        group: GROUP,
        resource,
        namespace: key.namespace(),
        name: &role.name,
        ..Attributes::default()
    };
    if same || judge(user, &wanted, objects).allowed {
        return Ok(());
    }
    match rules(role, key.namespace(), objects) {
        Ok(given) => cover(user, key, given, false, objects),
        Err(missing) => Err(Status::not_found_text(&missing)),
    }
}

fn cover(
    user: &Identity,
    key: &Key,
    given: &[PolicyRule],
    exempt: bool,
    objects: &Objects,
) -> Result<(), Status> {
    if exempt {
        return Ok(());
    }
    let held: Vec<&PolicyRule> = grants(user, key.namespace(), objects)
        .filter_map(|grant| grant.rules.ok())
        .flatten()
        .collect();
    let missing: Vec<PolicyRule> = given
        .iter()
        .flat_map(simple)
        .filter(|one| !held.iter().any(|has| covers(has, one)))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = compact(missing).iter().map(shown).collect();
    lines.sort();
    let why = format!(
        "user {} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}",
        quoted(&user.name),
        list(&user.groups),
        lines.join("\n")
    );
    Err(Status::forbidden(key, &why))
}

/// A rule as rules of one verb, group, resource and name each.
fn simple(rule: &PolicyRule) -> Vec<PolicyRule> {
    let mut all = Vec::new();
    for verb in &rule.verbs {
        for url in rule.non_resource_urls.iter().flatten() {
            let non_resource_urls = Some(vec![url.clone()]);
            let verbs = vec![verb.clone()];
            all.push(PolicyRule { non_resource_urls, verbs, ..PolicyRule::default() });
        }
        for group in rule.api_groups.iter().flatten() {
            for resource in rule.resources.iter().flatten() {
                let names = rule.resource_names.clone().unwrap_or_default();
                let names = names.into_iter().map(|name| Some(vec![name]));
                let mut names: Vec<Option<Vec<String>>> = names.collect();
                if names.is_empty() {
                    names.push(None);
                }
                all.extend(names.into_iter().map(|resource_names| PolicyRule {
                    api_groups: Some(vec![group.clone()]),
                    resources: Some(vec![resource.clone()]),
                    resource_names,
                    verbs: vec![verb.clone()],
                    non_resource_urls: None,
                }));
            }
        }
    }
    all
}

/// Whether a rule gives all that a simple one does.
fn covers(has: &PolicyRule, one: &PolicyRule) -> bool {
    let first = |list: &Option<Vec<String>>| list.iter().flatten().next().cloned();
    let holds = |list: &Option<Vec<String>>, wanted: &str| {
        list.iter().flatten().any(|held| held == "*" || held == wanted)
    };
    if !has.verbs.iter().any(|verb| verb == "*" || *verb == one.verbs[0]) {
        return false;
    }
    if let Some(url) = first(&one.non_resource_urls) {
        return has.non_resource_urls.iter().flatten().any(|held| super::covers_path(held, &url));
    }
    let (group, resource) = (first(&one.api_groups), first(&one.resources));
    let resource = resource.unwrap_or_default();
    let part = resource.split_once('/').map(|(_, part)| format!("*/{part}"));
    let names = has.resource_names.as_deref().unwrap_or_default();
    let name = first(&one.resource_names);
    holds(&has.api_groups, &group.unwrap_or_default())
        && (holds(&has.resources, &resource)
            || part.is_some_and(|part| holds(&has.resources, &part)))
        && (names.is_empty() || name.is_some_and(|name| names.contains(&name)))
}

/// Rules that differ by their verb alone become one.
fn compact(rules: Vec<PolicyRule>) -> Vec<PolicyRule> {
    let mut merged: BTreeMap<String, PolicyRule> = BTreeMap::new();
    for rule in rules {
        let key = shown(&PolicyRule { verbs: Vec::new(), ..rule.clone() });
        match merged.get_mut(&key) {
            Some(known) => known.verbs.extend(rule.verbs),
            None => {
                merged.insert(key, rule);
            }
        }
    }
    merged.into_values().collect()
}

fn shown(rule: &PolicyRule) -> String {
    let parts = [
        ("APIGroups", rule.api_groups.as_deref().unwrap_or_default()),
        ("Resources", rule.resources.as_deref().unwrap_or_default()),
        ("NonResourceURLs", rule.non_resource_urls.as_deref().unwrap_or_default()),
        ("ResourceNames", rule.resource_names.as_deref().unwrap_or_default()),
        ("Verbs", &rule.verbs),
    ];
    let given = parts.iter().filter(|(_, values)| !values.is_empty());
    let parts: Vec<String> =
        given.map(|(name, values)| format!("{name}:{}", list(values))).collect();
    format!("{{{}}}", parts.join(", "))
}

/// A list of strings as Go's `%q` prints it.
fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(" "))
}
