//! How the lists and maps of Kubernetes' own kinds merge: the `patchStrategy` and `patchMergeKey`
//! tags of the types, by the place of a field.

/// How a patch treats a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// Maps merge; lists are replaced.
    Usual,
    /// Items with the same key are the same item.
    Merge { key: &'static str, retain_keys: bool },
    /// A list that is a set.
    MergeScalars,
    /// A map that is replaced.
    Replace,
    /// A map whose keys are listed, so that others go.
    RetainKeys,
}

/// Lists of a Pod's spec.
const OF_POD_SPEC: &[(&str, &str)] = &[
    ("containers", "name"),
    ("ephemeralContainers", "name"),
    ("hostAliases", "ip"),
    ("imagePullSecrets", "name"),
    ("initContainers", "name"),
    ("resourceClaims", "name"),
    ("schedulingGates", "name"),
    ("topologySpreadConstraints", "topologyKey"),
    ("volumes", "name"),
];

/// Lists of a container.
const OF_CONTAINER: &[(&str, &str)] = &[
    ("env", "name"),
    ("ports", "containerPort"),
    ("volumeDevices", "devicePath"),
    ("volumeMounts", "mountPath"),
];

/// Lists of one kind: kind, path, key.
const OF_KIND: &[(&str, &[&str], &str)] = &[
    ("Service", &["spec", "ports"], "port"),
    ("ServiceAccount", &["secrets"], "name"),
    ("Node", &["status", "addresses"], "type"),
    ("CSINode", &["spec", "drivers"], "name"),
    ("Pod", &["status", "hostIPs"], "ip"),
    ("Pod", &["status", "podIPs"], "ip"),
    ("Pod", &["status", "resourceClaimStatuses"], "name"),
];

/// The strategy of the field at `path` (names only, no positions) of an object of `kind`.
pub(crate) fn strategy(kind: &str, path: &[&str]) -> Strategy {
    let merge = |key| Strategy::Merge { key, retain_keys: false };
    if let Some((_, _, key)) = OF_KIND.iter().find(|(k, place, _)| *k == kind && *place == path) {
        return merge(key);
    }
    match (kind, path) {
        (_, ["status", "conditions"]) => return merge("type"),
        (_, [.., "metadata", "ownerReferences"]) => return merge("uid"),
        (_, [.., "metadata", "finalizers"]) | ("Node", ["spec", "podCIDRs"]) => {
            return Strategy::MergeScalars;
        }
        ("Deployment", ["spec", "strategy"]) => return Strategy::RetainKeys,
        ("PodDisruptionBudget", ["spec", "selector"]) => return Strategy::Replace,
        _ => {}
    }
    match path {
        [.., "containers" | "initContainers" | "ephemeralContainers", name] => {
            of_list(OF_CONTAINER, name)
        }
        [.., "volumes"] if is_pod_spec(kind, path) => {
            Strategy::Merge { key: "name", retain_keys: true }
        }
        [.., name] if is_pod_spec(kind, path) => of_list(OF_POD_SPEC, name),
        _ => Strategy::Usual,
    }
}

fn of_list(list: &'static [(&str, &str)], name: &str) -> Strategy {
    match list.iter().find(|(known, _)| *known == name) {
        Some((_, key)) => {
            Strategy::Merge { key, retain_keys: *key == "name" && name == "resourceClaims" }
        }
        None => Strategy::Usual,
    }
}

/// Whether the path leads to a field of a Pod's spec, its own or that of a template.
fn is_pod_spec(kind: &str, path: &[&str]) -> bool {
    match path {
        ["spec", _] => kind == "Pod",
        [.., "template", "spec", _] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_by_its_place() {
        let check = |kind, path: &[&str], key: Option<&str>| {
            let found = match strategy(kind, path) {
                Strategy::Merge { key, .. } => Some(key),
                _ => None,
            };
            assert_eq!(found, key, "{kind} {path:?}");
        };
        check("Pod", &["spec", "containers"], Some("name"));
        check("Deployment", &["spec", "template", "spec", "volumes"], Some("name"));
        check("Pod", &["spec", "containers", "ports"], Some("containerPort"));
        check("Service", &["spec", "ports"], Some("port"));
        check("EndpointSlice", &["ports"], None);
        check("Pod", &["spec", "tolerations"], None);
        check("Pod", &["spec", "containers", "args"], None);
    }
}
