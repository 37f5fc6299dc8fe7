//! `kubectl create role`, `clusterrole`, `rolebinding` and `clusterrolebinding`.

use futures::FutureExt;
use serde_json::{Value, json};

use super::super::Command;
use super::{create, the_name};
use crate::arguments::Flag;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::resources;

pub(in super::super) const ROLE: Command = Command {
    name: "create role",
    aliases: &[],
    about: "Create a role with single rule.",
    usage: "create role NAME --verb=verb --resource=resource.group/subresource \
            [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
    examples: "kubectl create role reader --verb=get,list,watch --resource=pods",
    flags: kind_flags!(ROLE_FLAGS),
    required: &[],
    run: |context| role(context).boxed_local(),
};

pub(in super::super) const CLUSTER_ROLE: Command = Command {
    name: "create clusterrole",
    aliases: &[],
    about: "Create a cluster role.",
    usage: "create clusterrole NAME --verb=verb --resource=resource.group \
            [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
    examples: "kubectl create clusterrole reader --verb=get,list,watch --resource=pods",
    flags: kind_flags!(ROLE_FLAGS, CLUSTER_FLAGS),
    required: &[],
    run: |context| cluster_role(context).boxed_local(),
};

pub(in super::super) const ROLE_BINDING: Command = Command {
    name: "create rolebinding",
    aliases: &[],
    about: "Create a role binding for a particular role or cluster role.",
    usage: "create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] \
            [--group=groupname] [--serviceaccount=namespace:serviceaccountname] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create rolebinding ann-reads --role=reader --user=ann",
    flags: kind_flags!(SUBJECTS, BINDING_FLAGS),
    required: &[],
    run: |context| role_binding(context).boxed_local(),
};

pub(in super::super) const CLUSTER_ROLE_BINDING: Command = Command {
    name: "create clusterrolebinding",
    aliases: &[],
    about: "Create a cluster role binding for a particular cluster role.",
    usage: "create clusterrolebinding NAME --clusterrole=NAME [--user=username] \
            [--group=groupname] [--serviceaccount=namespace:serviceaccountname] \
            [--dry-run=server|client|none] [options]",
    examples: "kubectl create clusterrolebinding admins --clusterrole=cluster-admin --group=ops",
    flags: kind_flags!(SUBJECTS),
    required: &["clusterrole"],
    run: |context| cluster_role_binding(context).boxed_local(),
};

const ROLE_FLAGS: &[Flag] = &[
    Flag::value("verb", "").about("What may be done: get, list, watch, create, …"),
    Flag::value("resource", "").about("With what: pods, deployments.apps, pods/log, …"),
    Flag::value("resource-name", "").about("With which objects; may be repeated"),
];

const CLUSTER_FLAGS: &[Flag] = &[
    Flag::value("non-resource-url", "").about("A path that is no resource, such as /healthz"),
    Flag::value("aggregation-rule", "").about("The labels of the roles that it sums up"),
];

const SUBJECTS: &[Flag] = &[
    Flag::value("clusterrole", "").about("The ClusterRole that is given"),
    Flag::value("user", "").about("A user; may be repeated"),
    Flag::value("group", "").about("A group; may be repeated"),
    Flag::value("serviceaccount", "").about("A ServiceAccount: NAMESPACE:NAME; may be repeated"),
];

const BINDING_FLAGS: &[Flag] = &[Flag::value("role", "").about("The Role that is given")];

const GROUP: &str = "rbac.authorization.k8s.io";

async fn role(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let verbs = verbs(context)?;
    let rules = rules(context, &verbs).await?;
    if rules.is_empty() {
        return Err(Failure::message("at least one resource must be specified"));
    }
    let object = json!({"apiVersion": format!("{GROUP}/v1"), "kind": "Role",
        "metadata": {"creationTimestamp": null, "name": name}, "rules": rules});
    let resource = resources::resource(context, "roles.rbac.authorization.k8s.io").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn cluster_role(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let mut object = json!({"apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRole",
        "metadata": {"creationTimestamp": null, "name": name}, "rules": null});
    let aggregated = arguments.list("aggregation-rule");
    if aggregated.is_empty() {
        let verbs = verbs(context)?;
        let mut rules = rules(context, &verbs).await?;
        let paths = arguments.list("non-resource-url");
        if paths.iter().any(|path| *path != "*" && !path.starts_with('/')) {
            return Err(Failure::message("nonResourceURL should start with /"));
        }
        if !paths.is_empty() {
            rules.push(json!({"nonResourceURLs": paths, "verbs": verbs}));
        }
        if rules.is_empty() {
            return Err(Failure::message("one of resource or nonResourceURL must be specified"));
        }
        object["rules"] = rules.into();
    } else {
        let pairs = aggregated.iter().filter_map(|pair| pair.split_once('='));
        let labels: Value =
            pairs.map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        object["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchLabels": labels}]});
    }
    let resource = resources::resource(context, "clusterroles.rbac.authorization.k8s.io").await?;
    create(context, resource, object, "kubectl-create").await
}

fn verbs(context: &Context<'_>) -> Result<Vec<String>, Failure> {
    let mut verbs: Vec<String> = Vec::new();
    for verb in context.arguments.list("verb") {
        if verb == "*" {
            verbs = vec![verb];
            break;
        }
        if !verbs.contains(&verb) {
            verbs.push(verb);
        }
    }
    if verbs.is_empty() {
        return Err(Failure::message("at least one verb must be specified"));
    }
    Ok(verbs)
}

/// One rule for each API group of the resources, in the order of the groups.
async fn rules(context: &Context<'_>, verbs: &[String]) -> Result<Vec<Value>, Failure> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for word in context.arguments.list("resource") {
        let (group, plural) = known(context, &word).await?;
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, resources)) if resources.contains(&plural) => {}
            Some((_, resources)) => resources.push(plural),
            None => groups.push((group, vec![plural])),
        }
    }
    groups.sort();
    let names = context.arguments.list("resource-name");
    let rule = |(group, resources): (String, Vec<String>)| {
        let mut rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        rule
    };
    Ok(groups.into_iter().map(rule).collect())
}

/// Group and plural of a word such as `deploy.apps/scale`.
async fn known(context: &Context<'_>, word: &str) -> Result<(String, String), Failure> {
    if word == "*" {
        return Ok(("*".to_owned(), "*".to_owned()));
    }
    let (kind, part) = word.split_once('/').unwrap_or((word, ""));
    let resource = context.discovery().await?.find(kind).ok_or_else(|| {
        // One of several failures, and so without the word "error".
        let why = Failure::message(format!("the server doesn't have a resource type {kind:?}"));
        Failure::Several(vec![why])
    })?;
    let plural = &resource.plural;
    let plural = if part.is_empty() { plural.clone() } else { format!("{plural}/{part}") };
    Ok((resource.group.clone(), plural))
}

async fn role_binding(context: &Context<'_>) -> Outcome {
    let arguments = &context.arguments;
    let name = the_name(context)?;
    let (role, cluster_role) = (arguments.get("role"), arguments.get("clusterrole"));
    if role.is_empty() == cluster_role.is_empty() {
        return Err(Failure::message("exactly one of clusterrole or role must be specified"));
    }
    let to = if role.is_empty() { ("ClusterRole", cluster_role) } else { ("Role", role) };
    let object = binding("RoleBinding", name, to, subjects(context)?);
    let resource = resources::resource(context, "rolebindings.rbac.authorization.k8s.io").await?;
    create(context, resource, object, "kubectl-create").await
}

async fn cluster_role_binding(context: &Context<'_>) -> Outcome {
    let name = the_name(context)?;
    let to = ("ClusterRole", context.arguments.get("clusterrole"));
    let object = binding("ClusterRoleBinding", name, to, subjects(context)?);
    let plural = "clusterrolebindings.rbac.authorization.k8s.io";
    let resource = resources::resource(context, plural).await?;
    create(context, resource, object, "kubectl-create").await
}

fn binding(kind: &str, name: &str, (to, role): (&str, &str), subjects: Vec<Value>) -> Value {
    let mut object = json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind,
        "metadata": {"creationTimestamp": null, "name": name},
        "roleRef": {"apiGroup": GROUP, "kind": to, "name": role}});
    if !subjects.is_empty() {
        object["subjects"] = subjects.into();
    }
    object
}

fn subjects(context: &Context<'_>) -> Result<Vec<Value>, Failure> {
    let arguments = &context.arguments;
    let mut subjects = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        let names = arguments.list(flag);
        subjects.extend(
            names.iter().map(|name| json!({"apiGroup": GROUP, "kind": kind, "name": name})),
        );
    }
    for account in arguments.list("serviceaccount") {
        let pair = account.split_once(':').filter(|(a, b)| !a.is_empty() && !b.is_empty());
        let (namespace, name) =
            pair.ok_or_else(|| Failure::message("serviceaccount must be <namespace>:<name>"))?;
        subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    Ok(subjects)
}
