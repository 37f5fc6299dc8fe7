//! A request, understood: target, verb, parameters, and the form in which it wants its answer.

use super::answer::Answer;
use super::custom::{self, Type};
use super::draft::Manager;
use super::path::{self, Query, Target};
use crate::call::Verb;
use crate::input::ApiRequest;
use crate::kinds::Subresource;
use crate::object::{Key, Kind, Object, Served};
use crate::scenario::Scenario;
use crate::store::Objects;

/// A request.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) request: &'a ApiRequest,
    pub(super) target: Target,
    /// The defined kind that it is about.
    pub(super) custom: Option<Served>,
    pub(super) verb: Verb,
    /// Whether the method may be used on the target.
    pub(super) allowed: bool,
    pub(super) query: Query,
    /// None where no form that we know is acceptable.
    pub(super) form: Option<Form>,
    /// Whether `metrics.k8s.io` is served.
    pub(super) measured: bool,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Yaml,
    Table,
    /// `PartialObjectMetadata`
    Metadata,
    /// `APIGroupDiscoveryList`, of this version.
    Discovery(&'static str),
}

impl<'a> Asked<'a> {
    pub(super) fn of(request: &'a ApiRequest, objects: &Objects) -> Asked<'a> {
        let (path, query) = request.uri.split_once('?').unwrap_or((&request.uri, ""));
        let (target, custom) = match path::target(path) {
            Target::NoResource => match custom::target(path, objects) {
                Some((target, served)) => (target, Some(served)),
                None => (Target::NoResource, None),
            },
            target => (target, None),
        };
        let query = Query::parse(query);
        let verb = path::verb(&request.method, &target, &query);
        let form = negotiate(request.header("accept").unwrap_or_default());
        let allowed = verb.is_some();
        let verb = verb.unwrap_or(Verb::Get);
        Asked { request, target, custom, verb, allowed, query, form, measured: true }
    }

    /// The same in a cluster of a scenario: without a metrics-server its group does not exist.
    pub(super) fn within(self, scenario: &Scenario) -> Asked<'a> {
        if scenario.has_metrics() {
            return self;
        }
        let target = match self.target {
            Target::Metrics(_) => Target::NoResource,
            target => target,
        };
        Asked { target, measured: false, ..self }
    }

    /// A kind, as the one that is asked for.
    pub(super) fn type_of(&self, kind: Kind) -> Type<'_> {
        Type::of(kind, self.custom.as_ref())
    }

    pub(super) fn subresource(&self) -> Option<Subresource> {
        match &self.target {
            Target::Object { subresource, .. } => *subresource,
            _ => None,
        }
    }

    /// The object or collection that it is about. What was created is known from the answer.
    pub(super) fn key(&self, answer: Option<&Answer>) -> Option<Key> {
        match &self.target {
            Target::Object { key, .. } => Some(key.clone()),
            Target::Collection(scope) => Some(match answer {
                Some(Answer::Object { object, .. }) => Object::key(object),
                _ => scope.key(""),
            }),
            _ => None,
        }
    }

    /// The program that asks: `kubectl`, `curl`, …
    pub(super) fn agent(&self) -> &'a str {
        let agent = self.request.header("user-agent").unwrap_or_default();
        let end = agent.find(['/', ' ']).unwrap_or(agent.len());
        if end == 0 { "unknown" } else { &agent[..end] }
    }

    pub(super) fn manager(&self) -> Manager {
        let name = self.query.get("fieldManager").unwrap_or_else(|| self.agent());
        Manager { name: name.to_owned(), is_followed: true }
    }

    /// Whether a person reads the answer.
    pub(super) fn pretty(&self) -> bool {
        match self.query.get("pretty") {
            Some(_) => self.query.flag("pretty"),
            None => ["curl", "Wget", "Mozilla"].contains(&self.agent()),
        }
    }

    /// The body's media type, without parameters. A missing one is JSON.
    pub(super) fn content_type(&self) -> &'a str {
        let given = self.request.header("content-type").unwrap_or_default();
        match given.split(';').next().unwrap_or_default().trim() {
            "" => "application/json",
            given => given,
        }
    }
}

/// The first form of `Accept` that we know.
fn negotiate(accept: &str) -> Option<Form> {
    if accept.trim().is_empty() {
        return Some(Form::Json);
    }
    accept.split(',').find_map(form)
}

fn form(range: &str) -> Option<Form> {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let parameters: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
    let parameter =
        |name: &str| parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    match (media, parameter("as"), parameter("v")) {
        ("application/json", Some("Table"), Some("v1")) => Some(Form::Table),
        ("application/json", Some("PartialObjectMetadata" | "PartialObjectMetadataList"), _) => {
            Some(Form::Metadata)
        }
        ("application/json", Some("APIGroupDiscoveryList"), Some("v2")) => {
            Some(Form::Discovery("v2"))
        }
        ("application/json", Some("APIGroupDiscoveryList"), Some("v2beta1")) => {
            Some(Form::Discovery("v2beta1"))
        }
        ("application/json" | "application/*" | "*/*", None, _) => Some(Form::Json),
        ("application/yaml", None, _) => Some(Form::Yaml),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_acceptable_form_is_taken() {
        let cases = [
            ("", Some(Form::Json)),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Some(Form::Table)),
            ("application/vnd.kubernetes.protobuf,application/json", Some(Form::Json)),
            ("application/vnd.kubernetes.protobuf, */*", Some(Form::Json)),
            (
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
                Some(Form::Discovery("v2")),
            ),
            ("application/yaml", Some(Form::Yaml)),
            ("text/html", None),
        ];
        for (accept, expected) in cases {
            assert_eq!(negotiate(accept), expected, "{accept}");
        }
    }
}
