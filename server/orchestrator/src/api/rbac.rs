//! Role-based access control: whether a user may do what he asks.
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>

use k8s_openapi::api::rbac::v1::{
    ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject,
};

use super::asked::Asked;
use super::identity::Identity;
use super::metrics;
use super::path::Target;
use super::status::Status;
use crate::call::Verb;
use crate::kinds::quoted;
use crate::object::{Key, Kind};
use crate::store::Objects;

pub(super) mod escalation;

/// Who is in this group may do everything, whatever the roles say.
pub(super) const MASTERS: &str = "system:masters";

/// What is asked for, in the terms of rules.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attributes<'a> {
    pub(super) verb: &'a str,
    pub(super) group: &'a str,
    /// The plural; empty where it is a path.
    pub(super) resource: &'a str,
    pub(super) subresource: &'a str,
    /// Empty for what lives in none, and for all.
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) path: &'a str,
}

/// What the roles say.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) allowed: bool,
    /// The binding that allows it, or what is wrong with the user's bindings.
    pub(super) reason: String,
}

/// Whether a user may make a request.
///
/// # Errors
/// 403
pub(super) fn admit(user: &Identity, asked: &Asked<'_>, objects: &Objects) -> Result<(), Status> {
    if user.groups.iter().any(|group| group == MASTERS) {
        return Ok(());
    }
    let path = asked.request.uri.split('?').next().unwrap_or_default();
    let by_name = asked.query.get("fieldSelector").and_then(|it| it.strip_prefix("metadata.name="));
    let subresource = asked.subresource().map_or("", |part| part.name());
    let collection = match &asked.target {
        Target::Collection(scope) => scope.key(""),
        _ => Key::new(Kind::Pod, "", ""),
    };
    let attributes = match &asked.target {
        Target::Object { key, .. } => of_key(asked.verb, key, subresource, key.name()),
        Target::Collection(_) => {
            let name = by_name.filter(|_| asked.verb != Verb::Create).unwrap_or_default();
            of_key(asked.verb, &collection, "", name)
        }
        Target::Review(review, namespace) => Attributes {
            verb: "create",
            group: review.group(),
            resource: review.plural(),
            namespace,
            ..Attributes::default()
        },
        Target::Metrics(wanted) => Attributes {
            verb: asked.verb.name(),
            group: metrics::GROUP,
            resource: wanted.of.plural(),
            namespace: &wanted.namespace,
            name: wanted.name.as_deref().unwrap_or_default(),
            ..Attributes::default()
        },
        // What is not there is not there for anybody.
        Target::NoResource | Target::Nowhere => return Ok(()),
        _ => Attributes { verb: "get", path, ..Attributes::default() },
    };
    authorize(user, &attributes, objects)
}

/// Whether a user may reach through a part of an object that leads beyond the API.
///
/// # Errors
/// 403
pub(super) fn admit_beyond(
    user: &Identity,
    method: &str,
    (key, part): (&Key, &str),
    objects: &Objects,
) -> Result<(), Status> {
    let verb = match method {
        "POST" => Verb::Create,
        "PUT" => Verb::Update,
        "PATCH" => Verb::Patch,
        "DELETE" => Verb::Delete,
        _ => Verb::Get,
    };
    authorize(user, &of_key(verb, key, part, key.name()), objects)
}

fn of_key<'a>(verb: Verb, key: &'a Key, subresource: &'a str, name: &'a str) -> Attributes<'a> {
    // A namespace itself lies in itself.
    let namespace = if key.kind == Kind::Namespace { name } else { key.namespace() };
    Attributes {
        verb: verb.name(),
        group: key.group(),
        resource: key.plural(),
        subresource,
        namespace,
        name,
        path: "",
    }
}

/// # Errors
/// 403, in Kubernetes' words.
pub(super) fn authorize(
    user: &Identity,
    attributes: &Attributes<'_>,
    objects: &Objects,
) -> Result<(), Status> {
    let verdict = judge(user, attributes, objects);
    if verdict.allowed {
        return Ok(());
    }
    let mut why = refusal(user, attributes);
    if !verdict.reason.is_empty() {
        why = format!("{why}: {}", verdict.reason);
    }
    Err(Status::refused(attributes.group, attributes.resource, attributes.name, &why))
}

fn refusal(user: &Identity, attributes: &Attributes<'_>) -> String {
    let Attributes { verb, group, resource, subresource, namespace, path, .. } = attributes;
    let name = quoted(&user.name);
    if resource.is_empty() {
        return format!("User {name} cannot {verb} path {}", quoted(path));
    }
    let resource = match *subresource {
        "" => quoted(resource),
        subresource => quoted(&format!("{resource}/{subresource}")),
    };
    let place = match *namespace {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {}", quoted(namespace)),
    };
    let group = quoted(group);
    format!("User {name} cannot {verb} resource {resource} in API group {group} {place}")
}

/// Asks all rules that apply.
pub(super) fn judge(user: &Identity, wanted: &Attributes<'_>, objects: &Objects) -> Verdict {
    if user.groups.iter().any(|group| group == MASTERS) {
        return Verdict { allowed: true, reason: String::new() };
    }
    let mut errors: Vec<String> = Vec::new();
    for grant in grants(user, wanted.namespace, objects) {
        match grant.rules {
            Ok(rules) => {
                if rules.iter().any(|rule| allows(rule, wanted)) {
                    return Verdict { allowed: true, reason: grant.reason };
                }
            }
            Err(error) => errors.push(error),
        }
    }
    errors.dedup();
    let reason = match &*errors {
        [] => String::new(),
        [only] => format!("RBAC: {only}"),
        several => format!("RBAC: [{}]", several.join(", ")),
    };
    Verdict { allowed: false, reason }
}

/// What a binding gives to a user.
pub(super) struct Grant<'a> {
    /// The role's rules, or why there are none.
    pub(super) rules: Result<&'a [PolicyRule], String>,
    /// In the words of an access review.
    reason: String,
}

/// What all bindings give to a user, in the whole cluster and in a namespace.
pub(super) fn grants<'a>(
    user: &'a Identity,
    namespace: &'a str,
    objects: &'a Objects,
) -> impl Iterator<Item = Grant<'a>> {
    let everywhere = objects.all::<ClusterRoleBinding>().filter_map(move |binding| {
        let name = binding.metadata.name.as_deref().unwrap_or_default();
        let kind = format!("ClusterRoleBinding {}", quoted(name));
        grant(user, binding.subjects.as_deref(), &binding.role_ref, "", &kind, objects)
    });
    let here = objects.all_in::<RoleBinding>(namespace).filter(move |_| !namespace.is_empty());
    let here = here.filter_map(move |binding| {
        let name = binding.metadata.name.as_deref().unwrap_or_default();
        let kind = format!("RoleBinding {}", quoted(&format!("{name}/{namespace}")));
        grant(user, binding.subjects.as_deref(), &binding.role_ref, namespace, &kind, objects)
    });
    everywhere.chain(here)
}

fn grant<'a>(
    user: &Identity,
    subjects: Option<&[Subject]>,
    role: &RoleRef,
    namespace: &str,
    binding: &str,
    objects: &'a Objects,
) -> Option<Grant<'a>> {
    let subjects = subjects.unwrap_or_default();
    let subject = subjects.iter().find(|subject| is_meant(subject, user, namespace))?;
    let whom = match &*subject.kind {
        "ServiceAccount" => {
            let of = subject.namespace.as_deref().unwrap_or_default();
            format!("ServiceAccount {}", quoted(&format!("{}/{of}", subject.name)))
        }
        kind => format!("{kind} {}", quoted(&subject.name)),
    };
    let shown = format!("{} {}", role.kind, quoted(&role.name));
    let reason = format!("RBAC: allowed by {binding} of {shown} to {whom}");
    Some(Grant { rules: rules(role, namespace, objects), reason })
}

fn is_meant(subject: &Subject, user: &Identity, namespace: &str) -> bool {
    match &*subject.kind {
        "User" => subject.name == user.name,
        "Group" => user.groups.contains(&subject.name),
        "ServiceAccount" => {
            let of = subject.namespace.as_deref().unwrap_or(namespace);
            user.name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
                == Some((of, subject.name.as_str()))
        }
        _ => false,
    }
}

/// The rules of a role.
pub(super) fn rules<'a>(
    role: &RoleRef,
    namespace: &str,
    objects: &'a Objects,
) -> Result<&'a [PolicyRule], String> {
    let name = role.name.as_str();
    let (plural, found) = match &*role.kind {
        "Role" => {
            let found = objects.get_typed::<Role>(namespace, name);
            ("role", found.map(|role| role.rules.as_deref()))
        }
        _ => {
            let found = objects.get_typed::<ClusterRole>("", name);
            ("clusterrole", found.map(|role| role.rules.as_deref()))
        }
    };
    let missing = || format!("{plural}.rbac.authorization.k8s.io {} not found", quoted(name));
    found.map(Option::unwrap_or_default).ok_or_else(missing)
}

fn allows(rule: &PolicyRule, wanted: &Attributes<'_>) -> bool {
    if !holds(Some(&rule.verbs), wanted.verb) {
        return false;
    }
    if wanted.resource.is_empty() {
        let urls = rule.non_resource_urls.as_deref().unwrap_or_default();
        return urls.iter().any(|url| covers_path(url, wanted.path));
    }
    let names = rule.resource_names.as_deref().unwrap_or_default();
    holds(rule.api_groups.as_ref(), wanted.group)
        && holds_resource(rule, wanted.resource, wanted.subresource)
        && (names.is_empty() || names.iter().any(|name| name == wanted.name))
}

fn holds(list: Option<&Vec<String>>, wanted: &str) -> bool {
    list.is_some_and(|list| list.iter().any(|one| one == "*" || one == wanted))
}

fn holds_resource(rule: &PolicyRule, resource: &str, subresource: &str) -> bool {
    let full = match subresource {
        "" => resource.to_owned(),
        subresource => format!("{resource}/{subresource}"),
    };
    let any = format!("*/{subresource}");
    rule.resources
        .iter()
        .flatten()
        .any(|one| one == "*" || *one == full || (!subresource.is_empty() && *one == any))
}

fn covers_path(rule: &str, path: &str) -> bool {
    match rule.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => rule == path,
    }
}
