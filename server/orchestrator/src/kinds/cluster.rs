//! Namespaces, service accounts and leases.

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Namespace, NamespaceStatus, ServiceAccount};
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, names};
use crate::time::Clock;

pub(super) const NAMESPACE_COLUMNS: &[Column] =
    &[NAME, Column::text("Status", "The status of the namespace"), AGE];

/// What keeps a namespace until its content is gone.
const FINALIZER: &str = "kubernetes";
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl Particulars for Namespace {
    fn default_fields(&mut self) {
        // Its name is known as a label, for selectors of namespaces.
        if let Some(name) = self.metadata.name.clone().filter(|name| !name.is_empty()) {
            self.metadata.labels.get_or_insert_default().insert(NAME_LABEL.to_owned(), name);
        }
    }

    fn begin(&mut self) {
        let finalizers = self.spec.get_or_insert_default().finalizers.get_or_insert_default();
        if !finalizers.iter().any(|one| one == FINALIZER) {
            finalizers.push(FINALIZER.to_owned());
        }
        self.status =
            Some(NamespaceStatus { phase: Some("Active".to_owned()), ..Default::default() });
    }

    fn keep(&mut self, old: &Namespace) {
        self.spec.clone_from(&old.spec);
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &Namespace) {
        self.status.clone_from(&from.status);
    }

    fn name_rule() -> names::Rule {
        names::label_1123
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let spec = self.spec.as_ref();
        for finalizer in spec.and_then(|spec| spec.finalizers.as_ref()).into_iter().flatten() {
            errors.check("spec.finalizers", finalizer, names::qualified_name);
        }
    }

    fn field(&self, name: &str) -> String {
        match name {
            "status.phase" => phase(self).to_owned(),
            _ => String::new(),
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let name = self.metadata.name.clone().unwrap_or_default();
        let age = age::since(self.metadata.creation_timestamp.as_ref(), clock);
        vec![name.into(), phase(self).into(), age.into()]
    }
}

fn phase(namespace: &Namespace) -> &str {
    namespace.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default()
}

pub(super) const SERVICE_ACCOUNT_COLUMNS: &[Column] =
    &[NAME, Column::field("Secrets", "io.k8s.api.core.v1.ServiceAccount", "secrets"), AGE];

impl Particulars for ServiceAccount {
    fn cells(&self, clock: Clock) -> Vec<Value> {
        let name = self.metadata.name.clone().unwrap_or_default();
        let age = age::since(self.metadata.creation_timestamp.as_ref(), clock);
        vec![name.into(), self.secrets.iter().flatten().count().into(), age.into()]
    }
}

pub(super) const LEASE_COLUMNS: &[Column] =
    &[NAME, Column::field("Holder", "io.k8s.api.coordination.v1.LeaseSpec", "holderIdentity"), AGE];

impl Particulars for Lease {
    fn validate(&self, errors: &mut FieldErrors) {
        let Some(spec) = &self.spec else { return };
        if let Some(seconds) = spec.lease_duration_seconds.filter(|seconds| *seconds <= 0) {
            errors.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0");
        }
        if let Some(count) = spec.lease_transitions.filter(|count| *count < 0) {
            let detail = "must be greater than or equal to 0";
            errors.invalid("spec.leaseTransitions", count, detail);
        }
        if spec.holder_identity.as_deref() == Some("") {
            errors.invalid("spec.holderIdentity", "\"\"", "must not be empty");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let name = self.metadata.name.clone().unwrap_or_default();
        let holder = self.spec.as_ref().and_then(|spec| spec.holder_identity.clone());
        let age = age::since(self.metadata.creation_timestamp.as_ref(), clock);
        vec![name.into(), holder.unwrap_or_default().into(), age.into()]
    }
}
