//! Aggregated ClusterRoles: their rules are those of all roles that their selectors choose.
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles>

use std::sync::Arc;

use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule};

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::object::{Key, Kind, Object};
use crate::selector;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "clusterrole-aggregation-controller",
    host: Host::ControllerManager,
    watches: &[Kind::ClusterRole],
    interest: |_| Interest::All,
    keys: |view, _, _| aggregated(view),
    starts_with: aggregated,
    serial: false,
    decide,
};

fn aggregated(view: &View<'_>) -> Vec<Key> {
    let roles = view.cache.all::<ClusterRole>().filter(|role| role.aggregation_rule.is_some());
    roles.map(|role| Object::ClusterRole(Arc::clone(role)).key()).collect()
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(Object::ClusterRole(role)) = view.cache.get(key) else { return Outcome::nothing() };
    let Some(rule) = &role.aggregation_rule else { return Outcome::nothing() };
    let mut rules: Vec<PolicyRule> = Vec::new();
    for chosen in rule.cluster_role_selectors.iter().flatten() {
        for other in view.cache.all::<ClusterRole>() {
            let itself = other.metadata.name.as_deref() == Some(key.name());
            if itself || !selector::matches(chosen, other.metadata.labels.as_ref()) {
                continue;
            }
            for rule in other.rules.iter().flatten() {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
    }
    if role.rules.as_deref().unwrap_or_default() == rules {
        return Outcome::nothing();
    }
    let note = Note::new("Aggregate", format!("{} rules together", rules.len()));
    let updated = ClusterRole { rules: Some(rules), ..(**role).clone() };
    Outcome::nothing().note(note).call(Call::Update(updated.into()))
}
