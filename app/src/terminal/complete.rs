//! Completion of the word at the end of a line: commands, kinds, names, flags and their values, files.

mod tables;

use tables::{FLAGS, FLAGS_OF_ALL, KINDS, ONLY, Row, SHELL, SUBCOMMANDS, VALUES, VERBS};

/// What can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vocabulary {
    pub(super) objects: Vec<Named>,
    pub(super) files: Vec<String>,
}

/// An object that can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) kind: String,
    /// Empty where it is in none.
    pub(super) namespace: String,
    pub(super) name: String,
    /// The names of a Pod's containers.
    pub(super) containers: Vec<String>,
}

/// What the last word of the line can become, each as the whole word, sorted.
pub(super) fn candidates(line: &str, words: &Vocabulary) -> Vec<String> {
    let before: Vec<&str> = line.split_whitespace().collect();
    let (before, word) = match before.split_last() {
        Some((last, before)) if !line.ends_with(char::is_whitespace) => (before, *last),
        _ => (before.as_slice(), ""),
    };
    let scope = Scope { words, namespace: namespace_of(before) };
    let mut fitting: Vec<String> = options(before, word, scope)
        .into_iter()
        .filter(|option| option.starts_with(word))
        .collect();
    fitting.sort();
    fitting.dedup();
    fitting
}

/// What can be named, in the namespace that the line names.
#[derive(Clone, Copy)]
struct Scope<'a> {
    words: &'a Vocabulary,
    /// None: all of them.
    namespace: Option<&'a str>,
}

impl Scope<'_> {
    fn objects(&self, kind: &str) -> impl Iterator<Item = &Named> {
        let here = |it: &&Named| {
            it.namespace.is_empty() || self.namespace.is_none_or(|own| own == it.namespace)
        };
        self.words.objects.iter().filter(move |it| it.kind == kind).filter(here)
    }

    fn names(&self, kind: &str) -> Vec<String> {
        self.objects(kind).map(|it| it.name.clone()).collect()
    }
}

fn namespace_of<'a>(before: &[&'a str]) -> Option<&'a str> {
    if before.contains(&"-A") || before.contains(&"--all-namespaces") {
        return None;
    }
    let given = before.iter().enumerate().find_map(|(index, word)| match *word {
        "-n" | "--namespace" => before.get(index + 1).copied(),
        word => word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n=")),
    });
    Some(given.unwrap_or("default"))
}

fn options(before: &[&str], word: &str, scope: Scope<'_>) -> Vec<String> {
    match (before, before.last().copied().unwrap_or_default()) {
        ([], _) => owned(SHELL),
        (["cat", ..], _) | (_, "-f" | "--filename") => scope.words.files.clone(),
        (["kubectl"], _) => owned(VERBS),
        (["kubectl", ..], "-n" | "--namespace") => scope.names("Namespace"),
        (["kubectl", ..], "-o" | "--output") => owned(table(VALUES, "--output")),
        (["kubectl", ..], "-c" | "--container") => containers(before, scope),
        (["kubectl", verb, ..], _) if word.starts_with('-') => flags(verb, word),
        (["kubectl", verb, rest @ ..], _) => arguments(verb, rest, word, scope),
        _ => Vec::new(),
    }
}

/// Flags of a command; after `=`, what their value can be.
fn flags(verb: &str, word: &str) -> Vec<String> {
    if let Some((flag, _)) = word.split_once('=') {
        let values = table(VALUES, flag).iter();
        return values.map(|value| format!("{flag}={value}")).collect();
    }
    let all = table(FLAGS, verb).iter().chain(FLAGS_OF_ALL);
    all.map(|flag| (*flag).to_owned()).collect()
}

/// The containers of the Pod that the line names, or of any.
fn containers(before: &[&str], scope: Scope<'_>) -> Vec<String> {
    let named = |pod: &&Named| {
        before.iter().any(|word| word.strip_prefix("pod/").unwrap_or(word) == pod.name)
    };
    let of = |pod: &Named| pod.containers.clone();
    let own: Vec<String> = scope.objects("Pod").filter(named).flat_map(of).collect();
    if own.is_empty() { scope.objects("Pod").flat_map(of).collect() } else { own }
}

/// What may follow `kubectl VERB`.
fn arguments(verb: &str, rest: &[&str], word: &str, scope: Scope<'_>) -> Vec<String> {
    let rest = positional(rest);
    let only = table(ONLY, verb);
    match (verb, rest.as_slice()) {
        ("logs" | "exec" | "attach", []) => match word.contains('/') {
            true => slashed(word, scope, &[]),
            false => scope.names("Pod"),
        },
        ("port-forward", []) => match word.contains('/') {
            true => slashed(word, scope, only),
            false => [scope.names("Pod"), slashed(word, scope, &only[1..])].concat(),
        },
        ("cordon" | "uncordon" | "drain", []) | ("top", ["node" | "nodes"]) => scope.names("Node"),
        (_, []) if !table(SUBCOMMANDS, verb).is_empty() => owned(table(SUBCOMMANDS, verb)),
        ("top", ["pod" | "pods"]) => scope.names("Pod"),
        ("rollout" | "set", [_]) | ("scale" | "autoscale" | "expose", []) => {
            slashed(word, scope, only)
        }
        ("auth", ["can-i"]) => {
            owned(&["create", "delete", "get", "list", "patch", "update", "watch"])
        }
        ("auth", ["can-i", _]) => slashed("", scope, &[]),
        (
            "get" | "describe" | "delete" | "label" | "annotate" | "patch" | "wait" | "taint"
            | "explain",
            [],
        ) => slashed(word, scope, &[]),
        ("create" | "run" | "config" | "explain", _) => Vec::new(),
        ("rollout" | "set", [_, kind]) | (_, [kind, ..]) => named(kind, scope),
        _ => Vec::new(),
    }
}

fn named(kind: &str, scope: Scope<'_>) -> Vec<String> {
    kind_of(kind).map(|kind| scope.names(kind)).unwrap_or_default()
}

/// The words that are neither flags nor the values of such as take one.
fn positional<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    let takes = ["-n", "--namespace", "-o", "--output", "-l", "--selector", "-c", "--container"];
    let is_value = |index: usize| index > 0 && takes.contains(&rest[index - 1]);
    let words = rest.iter().enumerate();
    words.filter(|(n, word)| !word.starts_with('-') && !is_value(*n)).map(|(_, w)| *w).collect()
}

/// Kinds; after a slash, names of that kind.
fn slashed(word: &str, scope: Scope<'_>, only: &[&str]) -> Vec<String> {
    if let Some((prefix, _)) = word.split_once('/') {
        let Some(kind) = kind_of(prefix) else { return Vec::new() };
        return scope.names(kind).iter().map(|name| format!("{prefix}/{name}")).collect();
    }
    let kinds = KINDS.iter().filter(|(kind, _)| only.is_empty() || only.contains(kind));
    let word = |(_, words): &Row| match only.is_empty() {
        true => words[0].to_owned(),
        false => format!("{}/", words[1]),
    };
    kinds.map(word).collect()
}

fn kind_of(word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, words)| words.contains(&word)).map(|(kind, _)| *kind)
}

fn table(rows: &[Row], key: &str) -> &'static [&'static str] {
    rows.iter().find(|(name, _)| *name == key).map_or(&[], |(_, words)| words)
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The line with its last word completed as far as all candidates agree; a blank follows a word that
/// is whole.
pub(super) fn completed(line: &str, candidates: &[String]) -> Option<String> {
    let first = candidates.first()?;
    let common = candidates.iter().fold(first.len(), |length, candidate| {
        first.bytes().zip(candidate.bytes()).take(length).take_while(|(a, b)| a == b).count()
    });
    let stem = line.trim_end_matches(|c: char| !c.is_whitespace());
    let whole = candidates.len() == 1 && !first.ends_with(['=', '/']);
    Some(format!("{stem}{}{}", &first[..common], if whole { " " } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected_candidates: &str, expected_line: &str) {
        let object = |kind: &str, namespace: &str, name: &str| Named {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            containers: if kind == "Pod" { owned(&["app", name]) } else { Vec::new() },
        };
        let words = Vocabulary {
            objects: vec![
                object("Pod", "default", "web-1"),
                object("Pod", "default", "web-2"),
                object("Pod", "kube-system", "coredns-1"),
                object("Deployment", "default", "web"),
                object("Service", "default", "web-svc"),
                object("Node", "", "node-1"),
                object("Namespace", "", "default"),
                object("Namespace", "", "kube-system"),
            ],
            files: owned(&["pod.yaml", "web.yaml"]),
        };
        let found = candidates(line, &words);
        assert_eq!(found.join(" "), expected_candidates, "{line:?}");
        assert_eq!(completed(line, &found).unwrap_or_default(), expected_line, "{line:?}");
    }

    #[test]
    fn words_are_completed_by_where_they_stand() {
        check("ku", "kubectl", "kubectl ");
        check("kubectl de", "debug delete describe", "kubectl de");
        check("kubectl des", "describe", "kubectl describe ");
        check(
            "kubectl get persistentvolumec",
            "persistentvolumeclaims",
            "kubectl get persistentvolumeclaims ",
        );
        check("kubectl get pods ", "web-1 web-2", "kubectl get pods web-");
        check("kubectl delete po web-2", "web-2", "kubectl delete po web-2 ");
        check("kubectl logs web-1", "web-1", "kubectl logs web-1 ");
        check("kubectl scale d", "deployment/", "kubectl scale deployment/");
        check("kubectl scale deployment/", "deployment/web", "kubectl scale deployment/web ");
        check("kubectl rollout u", "undo", "kubectl rollout undo ");
        check(
            "kubectl rollout status deployment ",
            "web",
            "kubectl rollout status deployment web ",
        );
        check("kubectl drain ", "node-1", "kubectl drain node-1 ");
        check("kubectl exec web-", "web-1 web-2", "kubectl exec web-");
        check(
            "kubectl port-forward service/",
            "service/web-svc",
            "kubectl port-forward service/web-svc ",
        );
        check("kubectl top p", "pod", "kubectl top pod ");
        check("cat ", "pod.yaml web.yaml", "cat ");
        check("kubectl get nothing x", "", "");
        check("unknown ", "", "");
    }

    #[test]
    fn names_are_those_of_the_namespace() {
        check("kubectl get pods -n k", "kube-system", "kubectl get pods -n kube-system ");
        check("kubectl -n kube-system logs ", "", "");
        check(
            "kubectl logs -n kube-system ",
            "coredns-1",
            "kubectl logs -n kube-system coredns-1 ",
        );
        check("kubectl describe pod -A c", "coredns-1", "kubectl describe pod -A coredns-1 ");
        check("kubectl logs web-2 -c ", "app web-2", "kubectl logs web-2 -c ");
    }

    #[test]
    fn flags_and_their_values_are_known() {
        check("kubectl get pods -o w", "wide", "kubectl get pods -o wide ");
        check("kubectl get pods --show-l", "--show-labels", "kubectl get pods --show-labels ");
        check("kubectl apply --dry-run=s", "--dry-run=server", "kubectl apply --dry-run=server ");
        check("kubectl apply -f w", "web.yaml", "kubectl apply -f web.yaml ");
        check(
            "kubectl scale deployment/web --r",
            "--replicas= --request-timeout=",
            "kubectl scale deployment/web --re",
        );
        check("kubectl run x --restart=N", "--restart=Never", "kubectl run x --restart=Never ");
    }
}
