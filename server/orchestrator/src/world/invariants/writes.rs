//! What must be so of each write, whatever the state of the world.

use k8s_openapi::api::core::v1::{Pod, PodStatus};

use super::Violation;
use crate::components::pods;
use crate::object::{Key, Object};

/// All that is wrong with a change of an object.
pub(super) fn check(
    key: &Key,
    rev: u64,
    before: Option<&Object>,
    after: Option<&Object>,
) -> Vec<Violation> {
    let Some(after) = after else { return Vec::new() };
    let name = format!("{} {}/{}", key.kind.name(), key.namespace(), key.name());
    let wrong = |rule: &'static str| Violation::Rule(name.clone(), rule);
    let mut violations = Vec::new();
    if after.rev() != rev {
        violations.push(wrong("carries the revision of its write"));
    }
    let Some(before) = before.filter(|before| before.uid() == after.uid()) else {
        return violations;
    };
    let (old, new) = (before.metadata(), after.metadata());
    if old.deletion_timestamp.is_some() && new.deletion_timestamp.is_none() {
        violations.push(wrong("is not brought back once its deletion was asked for"));
    }
    if old.generation > new.generation {
        violations.push(wrong("has a generation that never goes back"));
    }
    if old.creation_timestamp != new.creation_timestamp {
        violations.push(wrong("keeps the time of its creation"));
    }
    if let (Some(old), Some(new)) = (before.as_typed::<Pod>(), after.as_typed::<Pod>()) {
        violations.extend(of_pod(old, new).into_iter().map(wrong));
    }
    violations
}

fn of_pod(old: &Pod, new: &Pod) -> Vec<&'static str> {
    let mut broken = Vec::new();
    if pods::node(old).is_some() && pods::node(old) != pods::node(new) {
        broken.push("is bound once");
    }
    if pods::is_terminal(old) && pods::phase(old) != pods::phase(new) {
        broken.push("has ended for good");
    }
    if let (Some(old), Some(new)) = (&old.status, &new.status)
        && restarts_go_back(old, new)
    {
        broken.push("has containers whose restarts are never fewer");
    }
    broken
}

fn restarts_go_back(old: &PodStatus, new: &PodStatus) -> bool {
    let count = |status: &PodStatus, name: &str| {
        let mut all = status.container_statuses.iter().flatten();
        all.find(|one| one.name == name).map(|one| one.restart_count)
    };
    let mut names = old.container_statuses.iter().flatten().map(|one| one.name.as_str());
    names.any(|name| count(new, name).is_some_and(|now| Some(now) < count(old, name)))
}
