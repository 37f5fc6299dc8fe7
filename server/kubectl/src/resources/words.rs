//! Objects named by words: `pods`, `pods,services`, `pod a b`, `pod/a deploy/b`, `all`.

use serde_json::Value;

use super::{Info, no_such_type};
use crate::context::Context;
use crate::discovery::{Discovery, Resource};
use crate::failure::Failure;

/// One object that is named.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) resource: Resource,
    pub(crate) name: String,
}

impl Target {
    /// The object as far as its name tells.
    pub(crate) fn info(self, namespace: &str) -> Info {
        let namespace = if self.resource.namespaced { namespace } else { "" };
        Info {
            namespace: namespace.to_owned(),
            name: self.name,
            object: Value::Null,
            source: String::new(),
            resource: self.resource,
        }
    }
}

/// What words name.
#[derive(Debug, Clone)]
pub(crate) enum Names {
    /// Whole kinds.
    Kinds(Vec<Resource>),
    /// Single objects.
    Each(Vec<Target>),
}

/// Reads the words of a command that name objects.
pub(crate) async fn of_words(context: &Context<'_>, words: &[String]) -> Result<Names, Failure> {
    let slashes = words.iter().filter(|word| word.contains('/')).count();
    if slashes > 0 && slashes < words.len() {
        return Err(Failure::message(
            "there is no need to specify a resource type as a separate argument when passing \
             arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead \
             of 'kubectl get resource resource/<resource_name>'",
        ));
    }
    let discovery = context.discovery().await?;
    if slashes > 0 {
        let targets = words.iter().map(|word| of_pair(discovery, word));
        return Ok(Names::Each(targets.collect::<Result<_, _>>()?));
    }
    let Some((kinds, names)) = words.split_first() else {
        return Ok(Names::Kinds(Vec::new()));
    };
    let resources = of_kinds(discovery, kinds)?;
    if names.is_empty() {
        return Ok(Names::Kinds(resources));
    }
    if names.iter().any(String::is_empty) {
        return Err(Failure::message("resource name may not be empty"));
    }
    let of_resource = |resource: &Resource| -> Vec<Target> {
        let target = |name: &String| Target { resource: resource.clone(), name: name.clone() };
        names.iter().map(target).collect()
    };
    Ok(Names::Each(resources.iter().flat_map(of_resource).collect()))
}

fn of_pair(discovery: &Discovery, word: &str) -> Result<Target, Failure> {
    let parts: Vec<&str> = word.split('/').collect();
    let &[kind, name] = parts.as_slice() else {
        return Err(Failure::message(
            "arguments in resource/name form may not have more than one slash",
        ));
    };
    if kind.is_empty() || name.is_empty() || kind.contains(',') {
        return Err(Failure::message(
            "arguments in resource/name form must have a single resource and name",
        ));
    }
    let resource = discovery.find(kind).ok_or_else(|| no_such_type(kind))?;
    Ok(Target { resource: resource.clone(), name: name.to_owned() })
}

fn of_kinds(discovery: &Discovery, kinds: &str) -> Result<Vec<Resource>, Failure> {
    let mut resources: Vec<Resource> = Vec::new();
    for kind in kinds.split(',') {
        let members = discovery.category(kind);
        let found = match discovery.find(kind) {
            Some(resource) => vec![resource],
            None if members.is_empty() => return Err(no_such_type(kind)),
            None => members,
        };
        for resource in found {
            if !resources.contains(resource) {
                resources.push(resource.clone());
            }
        }
    }
    Ok(resources)
}
