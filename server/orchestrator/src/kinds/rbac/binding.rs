//! RoleBindings and ClusterRoleBindings.

use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding, RoleRef, Subject};
use serde_json::Value;

use super::super::{
    AGE, Column, FieldErrors, KindRow, NAME, Particulars, Rules, age, names, quoted,
};
use super::GROUP;
use crate::object::Kind;
use crate::time::Clock;

const BINDING: &str = "io.k8s.api.rbac.v1.RoleBinding";
const CLUSTER_BINDING: &str = "io.k8s.api.rbac.v1.ClusterRoleBinding";

pub(in crate::kinds) const ROW: KindRow = KindRow {
    kind: Kind::RoleBinding,
    singular: "rolebinding",
    short_names: &[],
    categories: &[],
    namespaced: true,
    subresources: &[],
    fields: &[],
    columns: &[
        NAME,
        Column::field("Role", BINDING, "roleRef"),
        AGE,
        Column::text("Users", "Users in the roleBinding").wide(),
        Column::text("Groups", "Groups in the roleBinding").wide(),
        Column::text("ServiceAccounts", "ServiceAccounts in the roleBinding").wide(),
    ],
    rules: Rules::of::<RoleBinding>(),
};

pub(in crate::kinds) const CLUSTER: KindRow = KindRow {
    kind: Kind::ClusterRoleBinding,
    singular: "clusterrolebinding",
    short_names: &[],
    categories: &[],
    namespaced: false,
    subresources: &[],
    fields: &[],
    columns: &[
        NAME,
        Column::field("Role", CLUSTER_BINDING, "roleRef"),
        AGE,
        Column::text("Users", "Users in the clusterRoleBinding").wide(),
        Column::text("Groups", "Groups in the clusterRoleBinding").wide(),
        Column::text("ServiceAccounts", "ServiceAccounts in the clusterRoleBinding").wide(),
    ],
    rules: Rules::of::<ClusterRoleBinding>(),
};

/// A binding of either scope.
macro_rules! binding {
    ($type:ty, $roles:expr, $namespaced:expr) => {
        impl Particulars for $type {
            fn default_fields(&mut self) {
                default_fields(&mut self.role_ref, self.subjects.as_deref_mut());
            }

            fn name_rule() -> names::Rule {
                names::path_segment
            }

            fn validate(&self, errors: &mut FieldErrors) {
                validate_role(&self.role_ref, $roles, errors);
                for (index, subject) in self.subjects.iter().flatten().enumerate() {
                    validate_subject(subject, $namespaced, &format!("subjects[{index}]"), errors);
                }
            }

            fn validate_update(&self, old: &$type, errors: &mut FieldErrors) {
                if self.role_ref != old.role_ref {
                    errors.invalid("roleRef", go_value(&self.role_ref), "cannot change roleRef");
                }
            }

            fn cells(&self, clock: Clock) -> Vec<Value> {
                let subjects = self.subjects.as_deref().unwrap_or_default();
                vec![
                    self.metadata.name.clone().unwrap_or_default().into(),
                    format!("{}/{}", self.role_ref.kind, self.role_ref.name).into(),
                    age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
                    named(subjects, "User").into(),
                    named(subjects, "Group").into(),
                    named(subjects, "ServiceAccount").into(),
                ]
            }
        }
    };
}

binding!(RoleBinding, &["ClusterRole", "Role"], true);
binding!(ClusterRoleBinding, &["ClusterRole"], false);

fn default_fields(role: &mut RoleRef, subjects: Option<&mut [Subject]>) {
    if role.api_group.as_deref().unwrap_or_default().is_empty() {
        role.api_group = Some(GROUP.to_owned());
    }
    for subject in subjects.into_iter().flatten() {
        let person = matches!(&*subject.kind, "User" | "Group");
        if person && subject.api_group.as_deref().unwrap_or_default().is_empty() {
            subject.api_group = Some(GROUP.to_owned());
        }
    }
}

fn validate_role(role: &RoleRef, kinds: &[&str], errors: &mut FieldErrors) {
    let group = role.api_group.as_deref().unwrap_or_default();
    if group != GROUP {
        errors.not_supported("roleRef.apiGroup", group, &[GROUP]);
    }
    if !kinds.contains(&&*role.kind) {
        errors.not_supported("roleRef.kind", &role.kind, kinds);
    }
    if role.name.is_empty() {
        errors.required("roleRef.name", "");
    } else {
        errors.check("roleRef.name", &role.name, names::path_segment);
    }
}

fn validate_subject(subject: &Subject, namespaced: bool, path: &str, errors: &mut FieldErrors) {
    if subject.name.is_empty() {
        errors.required(format!("{path}.name"), "");
    }
    let group = subject.api_group.as_deref().unwrap_or_default();
    match &*subject.kind {
        "ServiceAccount" => {
            if !subject.name.is_empty() {
                errors.check(format!("{path}.name"), &subject.name, names::subdomain);
            }
            if !group.is_empty() {
                errors.not_supported(format!("{path}.apiGroup"), group, &[""]);
            }
            if !namespaced && subject.namespace.as_deref().unwrap_or_default().is_empty() {
                errors.required(format!("{path}.namespace"), "");
            }
        }
        "User" | "Group" if group != GROUP => {
            errors.not_supported(format!("{path}.apiGroup"), group, &[GROUP]);
        }
        "User" | "Group" => {}
        other => {
            let known = ["ServiceAccount", "User", "Group"];
            errors.not_supported(format!("{path}.kind"), other, &known);
        }
    }
}

fn go_value(role: &RoleRef) -> String {
    let RoleRef { api_group, kind, name } = role;
    format!(
        "rbac.RoleRef{{APIGroup:{}, Kind:{}, Name:{}}}",
        quoted(api_group.as_deref().unwrap_or_default()),
        quoted(kind),
        quoted(name)
    )
}

/// The subjects of a kind; service accounts with their namespaces.
fn named(subjects: &[Subject], kind: &str) -> String {
    let name = |subject: &Subject| match kind {
        "ServiceAccount" => {
            format!("{}/{}", subject.namespace.as_deref().unwrap_or_default(), subject.name)
        }
        _ => subject.name.clone(),
    };
    let names: Vec<String> = subjects.iter().filter(|one| one.kind == kind).map(name).collect();
    names.join(", ")
}
