//! Which objects are drawn: those of a namespace, with certain labels. And finding one by name.

use protocol::{ObjectRef, ObjectView};

use crate::player::Cluster;

/// The namespaces that are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Namespaces {
    /// All but those of the cluster itself, whose Pods are drawn as what they are: the control
    /// plane.
    #[default]
    Learners,
    All,
    One(String),
}

/// What an object must be to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub namespaces: Namespaces,
    /// Labels that it must have; any value where none is given.
    pub labels: Vec<(String, Option<String>)>,
}

impl Filter {
    pub(crate) fn shows(&self, object: &ObjectView) -> bool {
        let namespace = &object.object.namespace;
        let here = match &self.namespaces {
            Namespaces::Learners => !is_of_cluster(namespace),
            Namespaces::All => true,
            Namespaces::One(name) => namespace.is_empty() || namespace == name,
        };
        here && self.labels.iter().all(|(key, value)| match (object.labels.get(key), value) {
            (Some(has), Some(value)) => has == value,
            (has, None) => has.is_some(),
            (None, Some(_)) => false,
        })
    }

    /// Labels as a person writes them: `app=web,tier`.
    pub(crate) fn parse_labels(text: &str) -> Vec<(String, Option<String>)> {
        // As in YAML, too: a blank after the colon.
        let text = text.replace(": ", ":");
        let terms = text.split([',', ' ']).map(str::trim).filter(|term| !term.is_empty());
        let term = |term: &str| match term.split_once(['=', ':']) {
            Some((key, value)) => (key.trim().to_owned(), Some(value.trim_matches('=').to_owned())),
            None => (term.to_owned(), None),
        };
        terms.map(term).collect()
    }
}

/// Namespaces that the cluster needs for itself.
pub(crate) fn is_of_cluster(namespace: &str) -> bool {
    matches!(namespace, "kube-system" | "kube-public" | "kube-node-lease" | "ingress-nginx")
}

/// The namespaces that there are.
pub(crate) fn namespaces(cluster: &Cluster) -> Vec<String> {
    cluster.of_kind("Namespace").map(|object| object.object.name.clone()).collect()
}

/// Finds are listed so far.
const FOUND_MAX: usize = 12;

/// The objects whose name, kind or labels contain all words; those that begin with them first.
pub(crate) fn find(cluster: &Cluster, words: &str) -> Vec<ObjectRef> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let fits = |object: &ObjectView| {
        let own = &object.object;
        let labels = object.labels.iter().map(|(key, value)| format!("{key}={value}"));
        let text = [own.kind.to_lowercase(), own.name.to_lowercase(), own.namespace.clone()];
        let text = text.into_iter().chain(labels).collect::<Vec<_>>().join(" ");
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let listed = |object: &ObjectView| !matches!(&*object.object.kind, "Event" | "Lease");
    let found = cluster.objects().filter(|object| listed(object) && fits(object));
    let mut found: Vec<_> = found.map(|object| object.object.clone()).collect();
    found.sort_by_key(|object| {
        let begins = words.iter().any(|word| object.name.to_lowercase().starts_with(word.as_str()));
        (is_of_cluster(&object.namespace), !begins, rank(&object.kind), object.clone())
    });
    found.truncate(FOUND_MAX);
    found
}

/// What is looked for most often comes first.
fn rank(kind: &str) -> usize {
    let order = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "Service", "Node", "ReplicaSet"];
    order.iter().position(|it| *it == kind).unwrap_or(order.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::fabricate::{node, object, pod, snapshot};
    use protocol::Detail;

    fn labelled(name: &str, namespace: &str, labels: &[(&str, &str)]) -> ObjectView {
        let mut view = pod(name, Some("node-1"));
        namespace.clone_into(&mut view.object.namespace);
        let labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into()));
        view.labels = labels.collect();
        view
    }

    #[test]
    fn the_clusters_own_pods_are_shown_on_request_alone() {
        let own = labelled("coredns-1", "kube-system", &[]);
        let shows = |namespaces| Filter { namespaces, labels: Vec::new() }.shows(&own);
        assert!(!shows(Namespaces::Learners));
        assert!(shows(Namespaces::All));
        assert!(shows(Namespaces::One("kube-system".to_owned())));
        assert!(!shows(Namespaces::One("default".to_owned())));
    }

    #[test]
    fn labels_are_written_as_for_kubectl() {
        let web = labelled("web-1", "default", &[("app", "web"), ("tier", "front")]);
        let shows = |text: &str| {
            let labels = Filter::parse_labels(text);
            Filter { labels, ..Filter::default() }.shows(&web)
        };
        for (text, expected) in [
            ("", true),
            ("app=web", true),
            ("app==web", true),
            ("app: web", true),
            ("tier", true),
            ("app=web,tier=back", false),
            ("zone", false),
        ] {
            assert_eq!(shows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_begins_with_the_words_is_found_first() {
        let data = Detail::Data { keys: Vec::new() };
        let cluster = Cluster::new(&snapshot(vec![
            node("node-1"),
            labelled("my-web", "default", &[]),
            labelled("web-1", "default", &[]),
            labelled("db", "default", &[("app", "web")]),
            labelled("web-x", "kube-system", &[]),
            object("ConfigMap", "web", data),
        ]));
        let names = |words| -> Vec<String> {
            find(&cluster, words).into_iter().map(|it| format!("{} {}", it.kind, it.name)).collect()
        };
        assert_eq!(
            names("web"),
            ["Pod web-1", "ConfigMap web", "Pod db", "Pod my-web", "Pod web-x"]
        );
        assert_eq!(names("config web"), ["ConfigMap web"]);
        assert!(names("").is_empty());
    }
}
