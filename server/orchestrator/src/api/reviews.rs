//! Reviews: who am I, what may I do, what may he do?
//! <https://kubernetes.io/docs/reference/access-authn-authz/authorization/>

use k8s_openapi::api::rbac::v1::PolicyRule;
use serde_json::{Map, Value, json};

use super::identity::Identity;
use super::rbac::{self, Attributes, MASTERS, Verdict};
use super::status::Status;
use super::token;
use crate::store::Objects;
use crate::time::Clock;

/// What can be asked. Nothing of it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Review {
    SelfSubject,
    Token,
    SelfSubjectAccess,
    SubjectAccess,
    LocalSubjectAccess,
    SelfSubjectRules,
}

impl Review {
    pub(super) const ALL: [Review; 6] = [
        Review::SelfSubject,
        Review::Token,
        Review::LocalSubjectAccess,
        Review::SelfSubjectAccess,
        Review::SelfSubjectRules,
        Review::SubjectAccess,
    ];

    pub(super) const fn group(self) -> &'static str {
        match self {
            Review::SelfSubject | Review::Token => "authentication.k8s.io",
            _ => "authorization.k8s.io",
        }
    }

    pub(super) const fn kind(self) -> &'static str {
        match self {
            Review::SelfSubject => "SelfSubjectReview",
            Review::Token => "TokenReview",
            Review::SelfSubjectAccess => "SelfSubjectAccessReview",
            Review::SubjectAccess => "SubjectAccessReview",
            Review::LocalSubjectAccess => "LocalSubjectAccessReview",
            Review::SelfSubjectRules => "SelfSubjectRulesReview",
        }
    }

    pub(super) const fn singular(self) -> &'static str {
        match self {
            Review::SelfSubject => "selfsubjectreview",
            Review::Token => "tokenreview",
            Review::SelfSubjectAccess => "selfsubjectaccessreview",
            Review::SubjectAccess => "subjectaccessreview",
            Review::LocalSubjectAccess => "localsubjectaccessreview",
            Review::SelfSubjectRules => "selfsubjectrulesreview",
        }
    }

    pub(super) const fn plural(self) -> &'static str {
        match self {
            Review::SelfSubject => "selfsubjectreviews",
            Review::Token => "tokenreviews",
            Review::SelfSubjectAccess => "selfsubjectaccessreviews",
            Review::SubjectAccess => "subjectaccessreviews",
            Review::LocalSubjectAccess => "localsubjectaccessreviews",
            Review::SelfSubjectRules => "selfsubjectrulesreviews",
        }
    }

    pub(super) const fn namespaced(self) -> bool {
        matches!(self, Review::LocalSubjectAccess)
    }

    /// The review of a path below its group.
    pub(super) fn of_path(group: &str, version: &str, plural: &str) -> Option<Review> {
        let known = Review::ALL.into_iter().filter(|_| version == "v1");
        known.into_iter().find(|review| review.group() == group && review.plural() == plural)
    }
}

/// Who asks, and what is known.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) user: &'a Identity,
    pub(super) objects: &'a Objects,
    pub(super) clock: Clock,
}

/// Answers a review.
///
/// # Errors
/// 400 where it asks nothing.
pub(super) fn answer(
    review: Review,
    namespace: &str,
    asked: &Value,
    around: Around<'_>,
) -> Result<Value, Status> {
    let spec = &asked["spec"];
    let status = match review {
        Review::SelfSubject => json!({"userInfo": around.user.to_json()}),
        Review::Token => token_status(spec, around),
        Review::SelfSubjectAccess => access(review, around.user, spec, around)?,
        Review::SubjectAccess | Review::LocalSubjectAccess => {
            if review == Review::LocalSubjectAccess
                && spec["resourceAttributes"]["namespace"] != namespace
            {
                let message =
                    format!("spec.resourceAttributes.namespace must match namespace: {namespace}");
                return Err(Status::bad_request(message));
            }
            access(review, &subject(spec), spec, around)?
        }
        Review::SelfSubjectRules => {
            all_rules(around, spec["namespace"].as_str().unwrap_or_default())
        }
    };
    let mut answer = json!({
        "kind": review.kind(),
        "apiVersion": format!("{}/v1", review.group()),
        "metadata": {"creationTimestamp": null},
        "spec": {},
        "status": status,
    });
    match review {
        Review::SelfSubject => {
            answer["metadata"]["creationTimestamp"] = json!(around.clock.time());
            if let Some(answer) = answer.as_object_mut() {
                answer.remove("spec");
            }
        }
        Review::SelfSubjectRules => {}
        _ => answer["spec"] = spec.clone(),
    }
    Ok(answer)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Whom a SubjectAccessReview asks about.
fn subject(spec: &Value) -> Identity {
    let groups = spec["groups"].as_array().into_iter().flatten();
    let groups = groups.filter_map(|group| group.as_str().map(str::to_owned)).collect();
    Identity { uid: text(spec, "uid").to_owned(), ..Identity::new(text(spec, "user"), groups) }
}

fn access(
    review: Review,
    user: &Identity,
    spec: &Value,
    around: Around<'_>,
) -> Result<Value, Status> {
    let (of, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    if of.is_null() == path.is_null() {
        let detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        let message = format!(
            "{}.{} \"\" is invalid: spec.resourceAttributes: Invalid value: null: {detail}",
            review.kind(),
            review.group()
        );
        return Err(Status::bad_request(message));
    }
    let wanted = if of.is_null() {
        Attributes { verb: text(path, "verb"), path: text(path, "path"), ..Attributes::default() }
    } else {
        Attributes {
            verb: text(of, "verb"),
            group: text(of, "group"),
            resource: text(of, "resource"),
            subresource: text(of, "subresource"),
            namespace: text(of, "namespace"),
            name: text(of, "name"),
            path: "",
        }
    };
    let Verdict { allowed, reason } = rbac::judge(user, &wanted, around.objects);
    let mut status = json!({"allowed": allowed});
    if !reason.is_empty() {
        status["reason"] = reason.into();
    }
    Ok(status)
}

fn token_status(spec: &Value, around: Around<'_>) -> Value {
    match token::authenticate(text(spec, "token"), around.objects, around.clock) {
        Some(user) => json!({
            "authenticated": true,
            "user": user.to_json(),
            "audiences": ["https://kubernetes.default.svc.cluster.local"],
        }),
        None => json!({"user": {}, "error": "[invalid bearer token]"}),
    }
}

/// All that the asking user may do in a namespace.
fn all_rules(around: Around<'_>, namespace: &str) -> Value {
    let mut resources: Vec<Value> = Vec::new();
    let mut paths: Vec<Value> = Vec::new();
    if around.user.groups.iter().any(|group| group == MASTERS) {
        resources.push(json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}));
        paths.push(json!({"verbs": ["*"], "nonResourceURLs": ["*"]}));
    }
    let grants = rbac::grants(around.user, namespace, around.objects);
    for rule in grants.filter_map(|grant| grant.rules.ok()).flatten() {
        if rule.non_resource_urls.as_ref().is_some_and(|urls| !urls.is_empty()) {
            paths.push(json!({"verbs": rule.verbs, "nonResourceURLs": rule.non_resource_urls}));
        }
        if rule.resources.as_ref().is_some_and(|resources| !resources.is_empty()) {
            resources.push(resource_rule(rule));
        }
    }
    json!({"resourceRules": resources, "nonResourceRules": paths, "incomplete": false})
}

fn resource_rule(rule: &PolicyRule) -> Value {
    let mut shown = Map::new();
    shown.insert("verbs".to_owned(), json!(rule.verbs));
    let lists = [
        ("apiGroups", &rule.api_groups),
        ("resources", &rule.resources),
        ("resourceNames", &rule.resource_names),
    ];
    for (name, list) in lists {
        if let Some(list) = list.as_ref().filter(|list| !list.is_empty()) {
            shown.insert(name.to_owned(), json!(list));
        }
    }
    Value::Object(shown)
}
