//! The names that rules have for the lists of objects: one for each kind that the model knows.

use std::sync::LazyLock;

use orchestrator::Kind;

/// Variable and kind, for all kinds: `replicaSets`, `networkPolicies`, `ingresses`.
static LISTS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    // Made once for the life of the program, so that all evidence can share the names.
    let name = |kind: &Kind| (&*Box::leak(variable(*kind).into_boxed_str()), kind.name());
    Kind::ALL.iter().map(name).collect()
});

/// All names of lists.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|(name, _)| *name)
}

/// The name of the list of a kind.
pub(super) fn of_kind(kind: &str) -> Option<&'static str> {
    LISTS.iter().find(|(_, of)| *of == kind).map(|(name, _)| *name)
}

/// The kind whose list has this name.
pub(super) fn kind_of(variable: &str) -> Option<&'static str> {
    LISTS.iter().find(|(name, _)| *name == variable).map(|(_, kind)| *kind)
}

/// The plural as Go clients spell it: the kind's own letters, as far as the plural agrees.
fn variable(kind: Kind) -> String {
    let (name, plural) = (kind.name(), kind.plural());
    let same = name.bytes().zip(plural.bytes());
    let same = same.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count();
    let spelled = format!("{}{}", &name[..same], &plural[same..]);
    // Of an abbreviation at the beginning all but its last letter belong together: `csiNodes`.
    let capitals = spelled.bytes().take_while(u8::is_ascii_uppercase).count();
    let lowered = if capitals > 1 { capitals - 1 } else { capitals };
    format!("{}{}", spelled[..lowered].to_ascii_lowercase(), &spelled[lowered..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_list_of_its_own() {
        let all: std::collections::BTreeSet<&str> = names().collect();
        assert_eq!(all.len(), Kind::ALL.len());
        for (kind, name) in [
            ("Pod", "pods"),
            ("ReplicaSet", "replicaSets"),
            ("NetworkPolicy", "networkPolicies"),
            ("Ingress", "ingresses"),
            ("StorageClass", "storageClasses"),
            ("HorizontalPodAutoscaler", "horizontalPodAutoscalers"),
        ] {
            assert_eq!(of_kind(kind), Some(name));
            assert_eq!(kind_of(name), Some(kind));
        }
    }
}
