//! The roles and bindings that every cluster begins with.

use serde_json::{Value, json};

use crate::object::{Kind, Object};

use super::object;

const ROLES: &str = include_str!("roles.txt");
const GROUP: &str = "rbac.authorization.k8s.io";

/// Whom which role is given: the binding's name, the role, and the subjects.
const BINDINGS: &[(&str, &str, &str, &[&str])] = &[
    ("cluster-admin", "cluster-admin", "Group", &["system:masters"]),
    ("kubeadm:cluster-admins", "cluster-admin", "Group", &["kubeadm:cluster-admins"]),
    ("system:discovery", "system:discovery", "Group", &["system:authenticated"]),
    ("system:basic-user", "system:basic-user", "Group", &["system:authenticated"]),
    (
        "system:public-info-viewer",
        "system:public-info-viewer",
        "Group",
        &["system:authenticated", "system:unauthenticated"],
    ),
    ("system:monitoring", "system:monitoring", "Group", &["system:monitoring"]),
    ("system:kube-scheduler", "system:kube-scheduler", "User", &["system:kube-scheduler"]),
    ("system:volume-scheduler", "system:volume-scheduler", "User", &["system:kube-scheduler"]),
    (
        "system:kube-controller-manager",
        "system:kube-controller-manager",
        "User",
        &["system:kube-controller-manager"],
    ),
    ("system:node-proxier", "system:node-proxier", "User", &["system:kube-proxy"]),
    ("system:node", "system:node", "User", &[]),
];

/// All of them.
pub(super) fn objects() -> Vec<Object> {
    let mut roles: Vec<Value> = Vec::new();
    for line in ROLES.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("  "), roles.last_mut()) {
            (Some(rule), Some(role)) => {
                if let Some(rules) = role["rules"].as_array_mut() {
                    rules.push(self::rule(rule));
                }
            }
            _ => roles.push(role(line)),
        }
    }
    let roles = roles.into_iter().map(|role| object(Kind::ClusterRole, role));
    let bindings = BINDINGS.iter().map(|(name, role, kind, subjects)| {
        let subject = |name: &&str| json!({"apiGroup": GROUP, "kind": kind, "name": name});
        let binding = json!({
            "metadata": metadata(name),
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
            "subjects": subjects.iter().map(subject).collect::<Vec<Value>>(),
        });
        object(Kind::ClusterRoleBinding, binding)
    });
    roles.chain(bindings).collect()
}

fn metadata(name: &str) -> Value {
    // kubeadm's own binding is not the API server's.
    if name.starts_with("kubeadm:") {
        return json!({"name": name});
    }
    json!({
        "name": name,
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
        "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
    })
}

/// `edit admin < edit`: its name, what it adds to, and what it is made of.
fn role(line: &str) -> Value {
    let (own, from) = line.split_once('<').unwrap_or((line, ""));
    let mut words = own.split_whitespace();
    let name = words.next().unwrap_or_default();
    let mut role = json!({"metadata": metadata(name), "rules": []});
    let label = |to: &str| format!("{GROUP}/aggregate-to-{to}");
    for to in words {
        role["metadata"]["labels"][label(to)] = json!("true");
    }
    let selectors: Vec<Value> =
        from.split_whitespace().map(|from| json!({"matchLabels": {label(from): "true"}})).collect();
    if !selectors.is_empty() {
        role["aggregationRule"] = json!({"clusterRoleSelectors": selectors});
    }
    role
}

fn rule(line: &str) -> Value {
    let mut parts = line.split('|').map(str::trim);
    let (verbs, groups) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let list = |text: Option<&str>| -> Vec<String> {
        text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let verbs: Vec<&str> = verbs.split(',').flat_map(spelled_out).copied().collect();
    let of = list(parts.next());
    if groups == "url" {
        return json!({"verbs": verbs, "nonResourceURLs": of});
    }
    let groups: Vec<&str> =
        groups.split_whitespace().map(|group| group.trim_matches('"')).collect();
    let mut rule = json!({"verbs": verbs, "apiGroups": groups, "resources": of});
    let names = list(parts.next());
    if !names.is_empty() {
        rule["resourceNames"] = json!(names);
    }
    rule
}

fn spelled_out(verb: &str) -> &[&str] {
    const KNOWN: &[(&str, &[&str])] = &[
        ("read", &["get", "list", "watch"]),
        ("write", &["create", "delete", "deletecollection", "patch", "update"]),
        ("*", &["*"]),
        ("create", &["create"]),
        ("delete", &["delete"]),
        ("get", &["get"]),
        ("impersonate", &["impersonate"]),
        ("list", &["list"]),
        ("patch", &["patch"]),
        ("update", &["update"]),
        ("watch", &["watch"]),
    ];
    let known = KNOWN.iter().find(|(name, _)| *name == verb);
    known.map(|(_, verbs)| *verbs).unwrap_or_default()
}
