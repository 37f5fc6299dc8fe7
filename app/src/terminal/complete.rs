//! Completion of the word at the end of a line: commands, kinds, names, files.

/// What can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vocabulary {
    /// Kind and name.
    pub(super) objects: Vec<(String, String)>,
    pub(super) namespaces: Vec<String>,
    pub(super) files: Vec<String>,
}

const SHELL: &[&str] = &["cat", "clear", "help", "history", "kubectl", "ls"];
const VERBS: &[&str] = &[
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "auth",
    "cluster-info",
    "config",
    "cordon",
    "create",
    "delete",
    "describe",
    "drain",
    "events",
    "explain",
    "expose",
    "get",
    "label",
    "logs",
    "patch",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "uncordon",
    "version",
    "wait",
];
/// Plural, short and singular names of a kind.
const KINDS: &[(&str, &[&str])] = &[
    ("Pod", &["pods", "pod", "po"]),
    ("Deployment", &["deployments", "deployment", "deploy"]),
    ("ReplicaSet", &["replicasets", "replicaset", "rs"]),
    ("Service", &["services", "service", "svc"]),
    ("Node", &["nodes", "node", "no"]),
    ("ConfigMap", &["configmaps", "configmap", "cm"]),
    ("Secret", &["secrets", "secret"]),
    ("Namespace", &["namespaces", "namespace", "ns"]),
    ("EndpointSlice", &["endpointslices", "endpointslice"]),
    ("ServiceAccount", &["serviceaccounts", "serviceaccount", "sa"]),
    ("Event", &["events", "event", "ev"]),
];
const SUBCOMMANDS: &[(&str, &[&str])] = &[
    ("auth", &["can-i", "whoami"]),
    ("config", &["current-context", "get-contexts", "view"]),
    ("create", &["configmap", "deployment", "namespace", "secret", "service"]),
    ("rollout", &["history", "pause", "restart", "resume", "status", "undo"]),
    ("set", &["env", "image", "resources"]),
];
const FLAGS: &[(&str, &[&str])] = &[
    ("apply", &["--dry-run=server", "--filename", "--namespace"]),
    ("delete", &["--all", "--force", "--grace-period=", "--now", "--wait=false"]),
    (
        "get",
        &["--all-namespaces", "--namespace", "--output", "--selector", "--show-labels", "--watch"],
    ),
    ("logs", &["--follow", "--previous", "--tail=", "--timestamps"]),
    ("scale", &["--replicas="]),
];

/// What the last word of the line can become, each as the whole word, sorted.
pub(super) fn candidates(line: &str, words: &Vocabulary) -> Vec<String> {
    let before: Vec<&str> = line.split_whitespace().collect();
    let (before, word) = match before.split_last() {
        Some((last, before)) if !line.ends_with(char::is_whitespace) => (before, *last),
        _ => (before.as_slice(), ""),
    };
    let mut fitting: Vec<String> = options(before, word, words)
        .into_iter()
        .filter(|option| option.starts_with(word))
        .collect();
    fitting.sort();
    fitting.dedup();
    fitting
}

fn options(before: &[&str], word: &str, words: &Vocabulary) -> Vec<String> {
    match (before, before.last().copied().unwrap_or_default()) {
        ([], _) => owned(SHELL),
        (["cat", ..], _) | (_, "-f" | "--filename") => words.files.clone(),
        (["kubectl"], _) => owned(VERBS),
        (["kubectl", ..], "-n" | "--namespace") => words.namespaces.clone(),
        (["kubectl", ..], "-o" | "--output") => owned(&["json", "name", "wide", "yaml"]),
        (["kubectl", verb, ..], _) if word.starts_with('-') => owned(table(FLAGS, verb)),
        (["kubectl", verb, rest @ ..], _) => arguments(verb, rest, word, words),
        _ => Vec::new(),
    }
}

/// What may follow `kubectl VERB`.
fn arguments(verb: &str, rest: &[&str], word: &str, words: &Vocabulary) -> Vec<String> {
    let rest: Vec<&str> = rest.iter().copied().filter(|word| !word.starts_with('-')).collect();
    match (verb, rest.as_slice()) {
        ("logs", []) => names("Pod", words),
        ("cordon" | "uncordon" | "drain", []) => names("Node", words),
        ("rollout" | "set" | "auth" | "config" | "create", []) => owned(table(SUBCOMMANDS, verb)),
        ("rollout" | "set", [_]) => slashed(word, words, &["Deployment"]),
        ("scale", []) => slashed(word, words, &["Deployment", "ReplicaSet"]),
        (
            "get" | "describe" | "delete" | "label" | "annotate" | "patch" | "expose" | "wait"
            | "taint" | "explain",
            [],
        ) => slashed(word, words, &[]),
        (_, [kind, ..]) => kind_of(kind).map(|kind| names(kind, words)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Kinds; after a slash, names of that kind.
fn slashed(word: &str, words: &Vocabulary, only: &[&str]) -> Vec<String> {
    if let Some((prefix, _)) = word.split_once('/') {
        let Some(kind) = kind_of(prefix) else { return Vec::new() };
        return names(kind, words).iter().map(|name| format!("{prefix}/{name}")).collect();
    }
    KINDS
        .iter()
        .filter(|(kind, _)| only.is_empty() || only.contains(kind))
        .map(
            |(_, words)| {
                if only.is_empty() { words[0].to_owned() } else { format!("{}/", words[1]) }
            },
        )
        .collect()
}

fn kind_of(word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, words)| words.contains(&word)).map(|(kind, _)| *kind)
}

fn names(kind: &str, words: &Vocabulary) -> Vec<String> {
    words.objects.iter().filter(|(of, _)| of == kind).map(|(_, name)| name.clone()).collect()
}

fn table<'a>(rows: &'a [(&str, &'a [&'a str])], key: &str) -> &'a [&'a str] {
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
        let object = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        let words = Vocabulary {
            objects: vec![
                object("Pod", "web-1"),
                object("Pod", "web-2"),
                object("Deployment", "web"),
                object("Node", "node-1"),
            ],
            namespaces: owned(&["default", "kube-system"]),
            files: owned(&["pod.yaml", "web.yaml"]),
        };
        let found = candidates(line, &words);
        assert_eq!(found.join(" "), expected_candidates, "{line:?}");
        assert_eq!(completed(line, &found).unwrap_or_default(), expected_line, "{line:?}");
    }

    #[test]
    fn words_are_completed_by_where_they_stand() {
        check("ku", "kubectl", "kubectl ");
        check("kubectl de", "delete describe", "kubectl de");
        check("kubectl des", "describe", "kubectl describe ");
        check("kubectl get p", "pods", "kubectl get pods ");
        check("kubectl get pods ", "web-1 web-2", "kubectl get pods web-");
        check("kubectl delete po web-2", "web-2", "kubectl delete po web-2 ");
        check("kubectl get pods -n k", "kube-system", "kubectl get pods -n kube-system ");
        check("kubectl get pods -o w", "wide", "kubectl get pods -o wide ");
        check("kubectl apply -f w", "web.yaml", "kubectl apply -f web.yaml ");
        check("kubectl logs web-1", "web-1", "kubectl logs web-1 ");
        check("kubectl scale d", "deployment/", "kubectl scale deployment/");
        check("kubectl scale deployment/", "deployment/web", "kubectl scale deployment/web ");
        check(
            "kubectl scale deployment/web --r",
            "--replicas=",
            "kubectl scale deployment/web --replicas=",
        );
        check("kubectl rollout u", "undo", "kubectl rollout undo ");
        check("kubectl drain ", "node-1", "kubectl drain node-1 ");
        check("cat ", "pod.yaml web.yaml", "cat ");
        check("kubectl get nothing x", "", "");
        check("unknown ", "", "");
    }
}
