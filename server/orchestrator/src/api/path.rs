//! What a request asks for, read from its method, path and query.

use super::metrics;
use super::reviews::Review;
use crate::call::Verb;
use crate::kinds::Subresource;
use crate::object::{Key, Kind, Object, Served};

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/`: which paths there are.
    Paths,
    /// A probe, and the one check that is asked for, or all.
    Health(Probe, String),
    /// `/metrics`
    Counts,
    Version,
    /// `/api` and `/apis`: which groups there are.
    Groups {
        core: bool,
    },
    Group(String),
    /// `/api/v1`, `/apis/apps/v1`: which resources there are.
    Resources {
        group: String,
        version: String,
    },
    /// `metrics.k8s.io`
    Metrics(metrics::Wanted),
    OpenApiIndex,
    OpenApiDocument(String),
    OpenApiV2,
    Collection(Scope),
    Object {
        key: Key,
        subresource: Option<Subresource>,
    },
    /// Asked, answered, and not stored; of a namespace, or of none.
    Review(Review, String),
    /// An unknown path below `/api` or `/apis`.
    NoResource,
    /// An unknown path elsewhere.
    Nowhere,
}

/// What asks whether the API server is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    Healthz,
    Livez,
    Readyz,
}

impl Probe {
    pub(crate) const ALL: [Probe; 3] = [Probe::Healthz, Probe::Livez, Probe::Readyz];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Probe::Healthz => "healthz",
            Probe::Livez => "livez",
            Probe::Readyz => "readyz",
        }
    }
}

/// The objects of a kind, of one namespace or of all (then empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) kind: Kind,
    pub(crate) namespace: String,
    /// Of what is defined: by which definition.
    pub(crate) custom: Option<Served>,
}

impl Scope {
    pub(super) fn own(kind: Kind, namespace: &str) -> Scope {
        Scope { kind, namespace: namespace.to_owned(), custom: None }
    }

    pub(crate) fn is_namespaced(&self) -> bool {
        self.custom.as_ref().map_or(self.kind.row().namespaced, Served::is_namespaced)
    }

    /// The key of an object in it.
    pub(crate) fn key(&self, name: &str) -> Key {
        let name = self.custom.as_ref().map_or(name.to_owned(), |served| served.key_name(name));
        Key::new(self.kind, &self.namespace, &name)
    }

    /// Whether objects of a key are of its kind.
    pub(crate) fn is_of(&self, object: &Object) -> bool {
        match (&self.custom, object) {
            (Some(served), Object::Custom(object)) => served.resource() == object.served.resource(),
            _ => object.kind() == self.kind,
        }
    }
}

/// Reads a path. Segments may be percent-encoded.
pub(crate) fn target(path: &str) -> Target {
    let segments: Vec<String> =
        path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match &*segments {
        [] => Target::Paths,
        ["healthz", check @ ..] => Target::Health(Probe::Healthz, check.join("/")),
        ["livez", check @ ..] => Target::Health(Probe::Livez, check.join("/")),
        ["readyz", check @ ..] => Target::Health(Probe::Readyz, check.join("/")),
        ["metrics"] => Target::Counts,
        ["version"] => Target::Version,
        ["api"] => Target::Groups { core: true },
        ["apis"] => Target::Groups { core: false },
        ["openapi", "v2"] => Target::OpenApiV2,
        ["openapi", "v3"] => Target::OpenApiIndex,
        ["openapi", "v3", rest @ ..] => Target::OpenApiDocument(rest.join("/")),
        ["api", version, rest @ ..] => in_group("", version, rest),
        ["apis", group] => Target::Group((*group).to_owned()),
        ["apis", metrics::GROUP, metrics::VERSION, first, rest @ ..] => {
            let rest: Vec<&str> = [*first].into_iter().chain(rest.iter().copied()).collect();
            metrics::wanted(&rest).map_or(Target::NoResource, Target::Metrics)
        }
        ["apis", group, version, rest @ ..] => in_group(group, version, rest),
        _ => Target::Nowhere,
    }
}

fn in_group(group: &str, version: &str, rest: &[&str]) -> Target {
    if let Some(target) = review(group, version, rest) {
        return target;
    }
    let found = match rest {
        [] => {
            let (group, version) = (group.to_owned(), version.to_owned());
            return Target::Resources { group, version };
        }
        // A namespace's own subresources look like the collections in it.
        ["namespaces", name, part @ ("status" | "finalize")] if group.is_empty() => {
            object(Some(Kind::Namespace), "", name, Some(part))
        }
        ["namespaces", namespace, plural] => {
            let kind = Kind::of_path(group, version, plural);
            kind.filter(|kind| kind.row().namespaced)
                .map(|kind| Target::Collection(Scope::own(kind, namespace)))
        }
        ["namespaces", namespace, plural, name, subresource @ ..] if subresource.len() < 2 => {
            let kind = Kind::of_path(group, version, plural).filter(|kind| kind.row().namespaced);
            object(kind, namespace, name, subresource.first())
        }
        [plural] => Kind::of_path(group, version, plural)
            .map(|kind| Target::Collection(Scope::own(kind, ""))),
        [plural, name, subresource @ ..] if subresource.len() < 2 => {
            let kind = Kind::of_path(group, version, plural).filter(|kind| !kind.row().namespaced);
            object(kind, "", name, subresource.first())
        }
        _ => None,
    };
    found.unwrap_or(Target::NoResource)
}

fn review(group: &str, version: &str, rest: &[&str]) -> Option<Target> {
    let (namespace, plural) = match rest {
        [plural] => ("", plural),
        ["namespaces", namespace, plural] => (*namespace, plural),
        _ => return None,
    };
    let review = Review::of_path(group, version, plural)?;
    (review.namespaced() != namespace.is_empty())
        .then(|| Target::Review(review, namespace.to_owned()))
}

fn object(
    kind: Option<Kind>,
    namespace: &str,
    name: &str,
    subresource: Option<&&str>,
) -> Option<Target> {
    let kind = kind?;
    let subresource = match subresource {
        None => None,
        Some(name) => Some(*kind.row().subresources.iter().find(|known| known.name() == *name)?),
    };
    Some(Target::Object { key: Key::new(kind, namespace, name), subresource })
}

/// The verb that a method on a target stands for, if it is allowed.
pub(crate) fn verb(method: &str, target: &Target, query: &Query) -> Option<Verb> {
    let whole = matches!(target, Target::Collection(_));
    match (method, target) {
        ("GET" | "HEAD", Target::Collection(_)) if query.flag("watch") => Some(Verb::Watch),
        ("GET" | "HEAD", Target::Collection(_)) => Some(Verb::List),
        ("DELETE", Target::Collection(_)) => Some(Verb::DeleteCollection),
        ("POST", Target::Collection(_) | Target::Review(..)) => Some(Verb::Create),
        (_, Target::Review(..)) => None,
        ("GET" | "HEAD", Target::Metrics(wanted)) if wanted.is_list() => Some(Verb::List),
        ("GET" | "HEAD", _) => Some(Verb::Get),
        (_, Target::Object { subresource: Some(part), .. }) => subresource_verb(method, *part),
        ("PUT", Target::Object { .. }) => Some(Verb::Update),
        ("PATCH", Target::Object { .. }) => Some(Verb::Patch),
        ("DELETE", Target::Object { .. }) => Some(Verb::Delete),
        ("POST", Target::Object { .. }) => None,
        _ if whole => None,
        _ => None,
    }
}

fn subresource_verb(method: &str, part: Subresource) -> Option<Verb> {
    match (method, part) {
        (
            "POST",
            Subresource::Binding
            | Subresource::Eviction
            | Subresource::Exec
            | Subresource::Attach
            | Subresource::PortForward
            | Subresource::Token,
        ) => Some(Verb::Create),
        (
            "PUT",
            Subresource::Status
            | Subresource::Scale
            | Subresource::EphemeralContainers
            | Subresource::Resize
            | Subresource::Finalize,
        ) => Some(Verb::Update),
        (
            "PATCH",
            Subresource::Status
            | Subresource::Scale
            | Subresource::EphemeralContainers
            | Subresource::Resize,
        ) => Some(Verb::Patch),
        _ => None,
    }
}

/// The parameters of a request, decoded, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Query {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        });
        Query(decoded.collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether it is there, with or without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// As Kubernetes reads booleans: absent, `0` and `false` are false, anything else is true.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// A number, or None if it is absent or none.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }
}

/// Undoes percent-encoding. What is malformed stays as it is.
pub(super) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_targets() {
        let pods = |namespace: &str| Target::Collection(Scope::own(Kind::Pod, namespace));
        let object = |kind, namespace: &str, name: &str, subresource| Target::Object {
            key: Key::new(kind, namespace, name),
            subresource,
        };
        let cases = [
            ("/api/v1/pods", pods("")),
            ("/api/v1/namespaces/a/pods", pods("a")),
            ("/api/v1/namespaces/a/pods/", pods("a")),
            ("/api/v1/namespaces/a/pods/p%2D1", object(Kind::Pod, "a", "p-1", None)),
            ("/api/v1/namespaces/a", object(Kind::Namespace, "", "a", None)),
            (
                "/api/v1/namespaces/a/status",
                object(Kind::Namespace, "", "a", Some(Subresource::Status)),
            ),
            (
                "/apis/apps/v1/namespaces/a/deployments/d/scale",
                object(Kind::Deployment, "a", "d", Some(Subresource::Scale)),
            ),
            ("/api/v1/namespaces/a/nodes", Target::NoResource),
            ("/api/v1/namespaces/a/pods/p/nope", Target::NoResource),
            ("/apis/apps/v1/pods", Target::NoResource),
            ("/version/", Target::Version),
            ("/", Target::Paths),
            ("/readyz/etcd", Target::Health(Probe::Readyz, "etcd".to_owned())),
            ("/nope", Target::Nowhere),
        ];
        for (path, expected) in cases {
            assert_eq!(target(path), expected, "{path}");
        }
    }

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("a=b%3Dc&watch=True&x=1+2&stdin=False&bad=%zz&n=");
        assert_eq!(query.get("a"), Some("b=c"));
        assert_eq!(query.get("x"), Some("1 2"));
        assert_eq!(query.get("bad"), Some("%zz"));
        assert_eq!(query.get("n"), None);
        assert!(query.flag("watch") && !query.flag("stdin") && !query.flag("none"));
    }
}
