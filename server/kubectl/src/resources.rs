//! Which objects a command is about: those that its words name, those that a selector finds, those
//! in its manifests.

mod files;
mod words;

use serde_json::Value;

use crate::client::Query;
use crate::context::Context;
use crate::discovery::Resource;
use crate::failure::Failure;
use crate::fields::{array, name_of, namespace_of, str_at, text};

pub(crate) use files::{file_names, from_files};
pub(crate) use words::{Names, of_words};

/// An object and what is known about where it is.
#[derive(Debug, Clone)]
pub(crate) struct Info {
    pub(crate) resource: Resource,
    /// "" for what belongs to no namespace.
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// As the manifest has it, or as the server last answered.
    pub(crate) object: Value,
    /// The manifest's file.
    pub(crate) source: String,
}

impl Info {
    pub(crate) fn of(resource: &Resource, object: Value) -> Info {
        Info {
            resource: resource.clone(),
            namespace: namespace_of(&object).to_owned(),
            name: name_of(&object).to_owned(),
            object,
            source: String::new(),
        }
    }

    pub(crate) fn path(&self) -> String {
        self.resource.object_path(&self.namespace, &self.name)
    }

    pub(crate) fn collection_path(&self) -> String {
        self.resource.path(&self.namespace)
    }

    /// `deployment.apps/web`.
    pub(crate) fn printed_name(&self) -> String {
        format!("{}/{}", self.resource.printed_kind(), self.name)
    }
}

/// Every object of one collection, page by page. Items say their own kind.
pub(crate) async fn list(
    context: &Context<'_>,
    resource: &Resource,
    namespace: &str,
    query: &Query,
) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    let mut query = query.clone();
    query.push(("limit", "500".to_owned()));
    loop {
        let page = context
            .client
            .get(&resource.path(namespace), &query)
            .await
            .map_err(|failure| list_failure(failure, resource, &query))?;
        for item in array(&page, "items") {
            let mut item = item.clone();
            item["apiVersion"] = resource.api_version().into();
            item["kind"] = resource.kind.clone().into();
            items.push(item);
        }
        let next = str_at(&page, "/metadata/continue");
        if next.is_empty() {
            return Ok(items);
        }
        query.retain(|(name, _)| *name != "continue");
        query.push(("continue", next.to_owned()));
    }
}

/// kubectl says what it was listing when a list is refused.
pub(crate) fn list_failure(failure: Failure, resource: &Resource, query: &Query) -> Failure {
    if !matches!(failure.reason(), "BadRequest" | "NotFound") {
        return failure;
    }
    let of = |name: &str| {
        let value = query.iter().find(|(known, _)| *known == name);
        value.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (label, field) = (of("labelSelector"), of("fieldSelector"));
    let subject = resource.in_errors();
    failure.wrap(|message| {
        if label.is_empty() && field.is_empty() {
            format!("Unable to list {subject:?}: {message}")
        } else {
            format!(
                "Unable to find {subject:?} that match label selector {label:?}, \
                 field selector {field:?}: {message}"
            )
        }
    })
}

/// The selectors of the line as a query.
pub(crate) fn selectors(context: &Context<'_>) -> Query {
    let mut query = Query::new();
    for (flag, name) in [("selector", "labelSelector"), ("field-selector", "fieldSelector")] {
        let value = context.arguments.get(flag);
        if !value.is_empty() {
            query.push((name, value.to_owned()));
        }
    }
    query
}

/// The objects that the line means, as the server has them now: from manifests, by name, or by
/// selector. Each is an object or why it could not be had.
pub(crate) async fn live(
    context: &Context<'_>,
    words: &[String],
    whole: Whole,
) -> Result<Vec<Result<Info, Failure>>, Failure> {
    if !file_names(context).is_empty() {
        let mut infos = Vec::new();
        for info in from_files(context).await? {
            infos.push(match info {
                Ok(info) => fetch(context, info).await,
                Err(failure) => Err(failure),
            });
        }
        return Ok(infos);
    }
    let names = of_words(context, words).await?;
    let mut infos = Vec::new();
    match names {
        Names::Each(targets) => {
            by_name_is_possible(context)?;
            for target in targets {
                let info = target.info(context.namespace());
                infos.push(fetch(context, info).await);
            }
        }
        Names::Kinds(resources) => {
            if whole == Whole::OnlyWithSelector && selectors(context).is_empty() {
                return Err(Failure::message(
                    "resource(s) were provided, but no name was specified",
                ));
            }
            for resource in &resources {
                infos.extend(of_kind(context, resource).await);
            }
        }
    }
    Ok(infos)
}

/// Whether a kind without names means all of its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Yes,
    OnlyWithSelector,
}

async fn of_kind(context: &Context<'_>, resource: &Resource) -> Vec<Result<Info, Failure>> {
    let namespace = if context.all_namespaces() { "" } else { context.namespace() };
    match list(context, resource, namespace, &selectors(context)).await {
        Ok(items) => items.into_iter().map(|item| Ok(Info::of(resource, item))).collect(),
        Err(failure) => vec![Err(failure)],
    }
}

/// Names are of one namespace and exclude selectors.
pub(crate) fn by_name_is_possible(context: &Context<'_>) -> Result<(), Failure> {
    if !selectors(context).is_empty() {
        return Err(Failure::message("name cannot be provided when a selector is specified"));
    }
    if context.all_namespaces() {
        return Err(Failure::message(
            "a resource cannot be retrieved by name across all namespaces",
        ));
    }
    Ok(())
}

/// The object as the server has it now.
pub(crate) async fn fetch(context: &Context<'_>, mut info: Info) -> Result<Info, Failure> {
    let found = context.client.get(&info.path(), &Query::new()).await;
    info.object = match found {
        Ok(object) => object,
        Err(failure) => return Err(missing_namespace(context, &info, failure).await),
    };
    if text(&info.object, "kind").is_empty() {
        info.object["apiVersion"] = info.resource.api_version().into();
        info.object["kind"] = info.resource.kind.clone().into();
    }
    Ok(info)
}

/// What is not found because its whole namespace is not there is told as that.
pub(crate) async fn missing_namespace(
    context: &Context<'_>,
    info: &Info,
    failure: Failure,
) -> Failure {
    if !failure.is_not_found() || matches!(info.namespace.as_str(), "" | "default") {
        return failure;
    }
    let path = format!("/api/v1/namespaces/{}", info.namespace);
    match context.client.get(&path, &Query::new()).await {
        Err(missing) if missing.is_not_found() => missing,
        _ => failure,
    }
}

/// The resource of a kind that this program itself needs, such as `pods`.
pub(crate) async fn resource<'c>(
    context: &'c Context<'_>,
    name: &str,
) -> Result<&'c Resource, Failure> {
    let discovery = context.discovery().await?;
    discovery.find(name).ok_or_else(|| no_such_type(name))
}

pub(crate) fn no_such_type(name: &str) -> Failure {
    Failure::message(format!("the server doesn't have a resource type {name:?}"))
}
