//! Roles and bindings: who may do what.
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>

use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule, Role};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::{Column, FieldErrors, KindRow, META, NAME, Particulars, Rules, names, selectors};
use crate::object::Kind;
use crate::time::Clock;

pub(super) mod binding;

/// The group of the kinds here, and of users and groups in bindings.
pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) const ROLE: KindRow = KindRow {
    kind: Kind::Role,
    singular: "role",
    short_names: &[],
    categories: &[],
    namespaced: true,
    subresources: &[],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<Role>(),
};

pub(super) const CLUSTER_ROLE: KindRow = KindRow {
    kind: Kind::ClusterRole,
    singular: "clusterrole",
    short_names: &[],
    categories: &[],
    namespaced: false,
    subresources: &[],
    fields: &[],
    columns: COLUMNS,
    rules: Rules::of::<ClusterRole>(),
};

const COLUMNS: &[Column] = &[NAME, Column::field("Created At", META, "creationTimestamp").date()];

/// Its name, and when it was made.
pub(super) fn created_cells(meta: &ObjectMeta) -> Vec<Value> {
    let created = serde_json::to_value(&meta.creation_timestamp).unwrap_or_default();
    vec![meta.name.clone().unwrap_or_default().into(), created]
}

impl Particulars for Role {
    fn name_rule() -> names::Rule {
        names::path_segment
    }

    fn validate(&self, errors: &mut FieldErrors) {
        for (index, rule) in self.rules.iter().flatten().enumerate() {
            validate_rule(rule, true, &format!("rules[{index}]"), errors);
        }
    }

    fn cells(&self, _: Clock) -> Vec<Value> {
        created_cells(&self.metadata)
    }
}

impl Particulars for ClusterRole {
    fn name_rule() -> names::Rule {
        names::path_segment
    }

    fn validate(&self, errors: &mut FieldErrors) {
        for (index, rule) in self.rules.iter().flatten().enumerate() {
            validate_rule(rule, false, &format!("rules[{index}]"), errors);
        }
        let Some(aggregation) = &self.aggregation_rule else { return };
        let chosen = aggregation.cluster_role_selectors.as_deref().unwrap_or_default();
        if chosen.is_empty() {
            let detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
            errors.required("aggregationRule.clusterRoleSelectors", detail);
        }
        for (index, selector) in chosen.iter().enumerate() {
            let path = format!("aggregationRule.clusterRoleSelectors[{index}]");
            selectors::validate(selector, &path, errors);
        }
    }

    fn cells(&self, _: Clock) -> Vec<Value> {
        created_cells(&self.metadata)
    }
}

fn validate_rule(rule: &PolicyRule, namespaced: bool, path: &str, errors: &mut FieldErrors) {
    let is_empty = |list: &Option<Vec<String>>| list.as_ref().is_none_or(Vec::is_empty);
    if rule.verbs.is_empty() {
        errors.required(format!("{path}.verbs"), "verbs must contain at least one value");
    }
    if !is_empty(&rule.non_resource_urls) {
        let given = serde_json::to_string(&rule.non_resource_urls).unwrap_or_default();
        let field = format!("{path}.nonResourceURLs");
        if namespaced {
            let detail = "namespaced rules cannot apply to non-resource URLs";
            errors.invalid(field.clone(), &given, detail);
        }
        let of_resources =
            [&rule.api_groups, &rule.resources, &rule.resource_names].iter().any(|l| !is_empty(l));
        if of_resources {
            let detail = "rules cannot apply to both regular resources and non-resource URLs";
            errors.invalid(field, &given, detail);
        }
        return;
    }
    if is_empty(&rule.api_groups) {
        let detail = "resource rules must supply at least one api group";
        errors.required(format!("{path}.apiGroups"), detail);
    }
    if is_empty(&rule.resources) {
        let detail = "resource rules must supply at least one resource";
        errors.required(format!("{path}.resources"), detail);
    }
}
