//! Who makes a request: the sandbox's user, somebody he speaks for, or a service account.
//! <https://kubernetes.io/docs/reference/access-authn-authz/authentication/>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rbac::{self, Attributes};
use super::status::Status;
use super::token;
use crate::input::ApiRequest;
use crate::scenario::User;
use crate::store::Objects;
use crate::time::Clock;

const AUTHENTICATED: &str = "system:authenticated";
const ACCOUNT: &str = "system:serviceaccount:";

/// A user, as the API server knows him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) groups: Vec<String>,
    pub(super) extra: BTreeMap<String, Vec<String>>,
}

impl Identity {
    pub(super) fn new(name: &str, groups: Vec<String>) -> Identity {
        Identity { name: name.to_owned(), groups, ..Identity::default() }
    }

    /// The user of a scenario.
    pub(super) fn of_user(user: &User) -> Identity {
        Identity { uid: user.uid.clone(), ..Identity::new(&user.name, user.groups.clone()) }
    }

    /// A service account, with the groups that it is in by itself.
    pub(super) fn account(namespace: &str, name: &str) -> Identity {
        let groups = vec![
            "system:serviceaccounts".to_owned(),
            format!("system:serviceaccounts:{namespace}"),
            AUTHENTICATED.to_owned(),
        ];
        Identity::new(&format!("{ACCOUNT}{namespace}:{name}"), groups)
    }

    /// As reviews tell of him.
    pub(super) fn to_json(&self) -> Value {
        let mut info = json!({"username": self.name});
        if !self.uid.is_empty() {
            info["uid"] = self.uid.clone().into();
        }
        if !self.groups.is_empty() {
            info["groups"] = json!(self.groups);
        }
        if !self.extra.is_empty() {
            info["extra"] = json!(self.extra);
        }
        info
    }
}

/// Who makes a request, where `user` is whoever names nobody else.
///
/// # Errors
/// 401 for a token that is none; 403 for one who may not speak for another.
pub(super) fn of(
    request: &ApiRequest,
    user: &Identity,
    objects: &Objects,
    clock: Clock,
) -> Result<Identity, Status> {
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let own = match bearer {
        Some(bearer) => {
            token::authenticate(bearer.trim(), objects, clock).ok_or_else(Status::unauthorized)?
        }
        None => user.clone(),
    };
    match impersonated(request)? {
        Some(wanted) => {
            may_impersonate(&own, &wanted, objects)?;
            Ok(complete(wanted))
        }
        None => Ok(own),
    }
}

/// Whom a request wants to be made for.
fn impersonated(request: &ApiRequest) -> Result<Option<Identity>, Status> {
    let named = |prefix: &str| {
        let prefix = prefix.to_owned();
        request.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(&prefix))
    };
    let name = named("impersonate-user").next().map(|(_, value)| value.clone());
    let groups: Vec<String> = named("impersonate-group").map(|(_, value)| value.clone()).collect();
    let uid = named("impersonate-uid").next().map(|(_, value)| value.clone());
    let mut extra: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in &request.headers {
        let key = key.to_ascii_lowercase();
        if let Some(key) = key.strip_prefix("impersonate-extra-") {
            extra.entry(key.to_owned()).or_default().push(value.clone());
        }
    }
    match name.filter(|name| !name.is_empty()) {
        Some(name) => Ok(Some(Identity { name, uid: uid.unwrap_or_default(), groups, extra })),
        None if groups.is_empty() && uid.is_none() && extra.is_empty() => Ok(None),
        None => {
            let message = "requested impersonation without impersonating a user";
            Err(Status::internal(message))
        }
    }
}

/// # Errors
/// 403
fn may_impersonate(own: &Identity, wanted: &Identity, objects: &Objects) -> Result<(), Status> {
    let (namespace, resource, name) = match account(&wanted.name) {
        Some((namespace, name)) => (namespace, "serviceaccounts", name),
        None => ("", "users", wanted.name.as_str()),
    };
    let of = |group, resource, namespace, name| Attributes {
        verb: "impersonate",
        group,
        resource,
        subresource: "",
        namespace,
        name,
        path: "",
    };
    let mut all = vec![of("", resource, namespace, name)];
    all.extend(wanted.groups.iter().map(|group| of("", "groups", "", group.as_str())));
    if !wanted.uid.is_empty() {
        all.push(of("authentication.k8s.io", "uids", "", &wanted.uid));
    }
    all.iter().try_for_each(|attributes| rbac::authorize(own, attributes, objects))
}

/// The namespace and name of a service account, from its user name.
fn account(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(ACCOUNT)?.split_once(':')
}

/// With the groups that everybody is in.
fn complete(mut wanted: Identity) -> Identity {
    if let Some((namespace, name)) = account(&wanted.name)
        && wanted.groups.is_empty()
    {
        wanted.groups = Identity::account(namespace, name).groups;
    }
    let everybody =
        if wanted.name == "system:anonymous" { "system:unauthenticated" } else { AUTHENTICATED };
    if !wanted.groups.iter().any(|group| group == everybody) {
        wanted.groups.push(everybody.to_owned());
    }
    wanted
}
