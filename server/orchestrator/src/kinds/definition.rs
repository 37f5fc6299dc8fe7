//! CustomResourceDefinitions.
//! <https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go>

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceConversion, CustomResourceDefinition, CustomResourceDefinitionNames,
    CustomResourceDefinitionSpec, CustomResourceDefinitionStatus, CustomResourceDefinitionVersion,
};
use serde_json::Value;

use super::custom::json_path;
use super::{
    Column, FieldErrors, KindRow, META, NAME, Particulars, Rules, Subresource, names, quoted,
};
use crate::object::Kind;
use crate::time::Clock;

mod structure;

pub(super) const ROW: KindRow = KindRow {
    kind: Kind::CustomResourceDefinition,
    singular: "customresourcedefinition",
    short_names: &["crd", "crds"],
    categories: &["api-extensions"],
    namespaced: false,
    subresources: &[Subresource::Status],
    fields: &[],
    columns: &[NAME, Column::field("Created At", META, "creationTimestamp").date()],
    rules: Rules::of::<CustomResourceDefinition>(),
};

/// Whether a condition of a definition is true.
pub fn is_so(definition: &CustomResourceDefinition, condition: &str) -> bool {
    let status = definition.status.as_ref();
    let mut conditions = status.and_then(|status| status.conditions.as_ref()).into_iter().flatten();
    conditions.any(|one| one.type_ == condition && one.status == "True")
}

/// Groups of the Kubernetes project itself.
const PROTECTED: [&str; 2] = ["k8s.io", "kubernetes.io"];
const APPROVED: &str = "api-approved.kubernetes.io";
const SCOPES: &[&str] = &["Cluster", "Namespaced"];

impl Particulars for CustomResourceDefinition {
    const GENERATION: bool = true;

    fn default_fields(&mut self) {
        let names = &mut self.spec.names;
        names.singular.get_or_insert_with(|| names.kind.to_lowercase());
        names.list_kind.get_or_insert_with(|| format!("{}List", names.kind));
        self.spec.conversion.get_or_insert_with(|| CustomResourceConversion {
            strategy: "None".to_owned(),
            webhook: None,
        });
    }

    fn begin(&mut self) {
        self.status = Some(CustomResourceDefinitionStatus {
            accepted_names: Some(CustomResourceDefinitionNames::default()),
            ..CustomResourceDefinitionStatus::default()
        });
        note_storage(self);
    }

    fn keep(&mut self, old: &CustomResourceDefinition) {
        self.status.clone_from(&old.status);
        note_storage(self);
    }

    fn take_status(&mut self, from: &CustomResourceDefinition) {
        self.status.clone_from(&from.status);
    }

    fn same_spec(&self, old: &CustomResourceDefinition) -> bool {
        self.spec == old.spec
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let wanted = format!("{}.{}", self.spec.names.plural, self.spec.group);
        let name = self.metadata.name.as_deref().unwrap_or_default();
        if name != wanted {
            let detail = "must be spec.names.plural+\".\"+spec.group";
            errors.invalid("metadata.name", quoted(name), detail);
        }
        approval(self, errors);
        validate_spec(&self.spec, errors);
    }

    fn validate_update(&self, old: &CustomResourceDefinition, errors: &mut FieldErrors) {
        let (new, was) = (&self.spec, &old.spec);
        let mut fixed = vec![
            ("spec.group", &new.group, &was.group),
            ("spec.names.plural", &new.names.plural, &was.names.plural),
        ];
        if is_so(old, "Established") {
            fixed.push(("spec.scope", &new.scope, &was.scope));
            fixed.push(("spec.names.kind", &new.names.kind, &was.names.kind));
        }
        for (field, value, was) in fixed {
            if value != was {
                errors.invalid(field, quoted(value), "field is immutable");
            }
        }
        let stored = self.status.as_ref().and_then(|status| status.stored_versions.as_deref());
        for (index, version) in stored.unwrap_or_default().iter().enumerate() {
            if !new.versions.iter().any(|one| one.name == *version) {
                let detail = format!(
                    "missing from spec.versions; {version} was previously a storage version, and \
                     must remain in spec.versions until a storage migration ensures no data \
                     remains persisted in {version} and removes {version} from \
                     status.storedVersions"
                );
                errors.invalid(format!("status.storedVersions[{index}]"), quoted(version), detail);
            }
        }
    }

    fn cells(&self, _clock: Clock) -> Vec<Value> {
        let created = self.metadata.creation_timestamp.as_ref();
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            created.map(|time| time.0.to_string()).unwrap_or_default().into(),
        ]
    }
}

/// Versions that objects were ever stored in.
fn note_storage(definition: &mut CustomResourceDefinition) {
    let storage = definition.spec.versions.iter().find(|version| version.storage);
    let Some(name) = storage.map(|version| version.name.clone()) else { return };
    let stored = &mut definition.status.get_or_insert_default().stored_versions;
    let stored = stored.get_or_insert_default();
    if !stored.contains(&name) {
        stored.push(name);
    }
}

fn approval(definition: &CustomResourceDefinition, errors: &mut FieldErrors) {
    let group = &definition.spec.group;
    let protected = PROTECTED
        .iter()
        .any(|one| group == one || group.strip_suffix(one).is_some_and(|rest| rest.ends_with('.')));
    let annotations = definition.metadata.annotations.as_ref();
    if protected && !annotations.is_some_and(|all| all.contains_key(APPROVED)) {
        let detail = format!(
            "protected groups must have approval annotation \"{APPROVED}\", see \
             https://github.com/kubernetes/enhancements/pull/1111"
        );
        errors.required(format!("metadata.annotations[{APPROVED}]"), &detail);
    }
}

fn validate_spec(spec: &CustomResourceDefinitionSpec, errors: &mut FieldErrors) {
    if spec.group.is_empty() {
        errors.required("spec.group", "");
    } else if !names::subdomain(&spec.group).is_empty() {
        errors.check("spec.group", &spec.group, names::subdomain);
    } else if !spec.group.contains('.') {
        let detail = "should be a domain with at least one dot";
        errors.invalid("spec.group", quoted(&spec.group), detail);
    }
    errors.one_of("spec.scope", Some(&spec.scope), SCOPES);
    validate_names(&spec.names, errors);
    let storage = spec.versions.iter().filter(|version| version.storage).count();
    let shown = || serde_json::to_string(&spec.versions).unwrap_or_default();
    if storage != 1 {
        let detail = "must have exactly one version marked as storage version";
        errors.invalid("spec.versions", shown(), detail);
    }
    for (index, version) in spec.versions.iter().enumerate() {
        if spec.versions[..index].iter().any(|before| before.name == version.name) {
            errors.invalid("spec.versions", shown(), "must contain unique version names");
        }
        validate_version(version, &format!("spec.versions[{index}]"), errors);
    }
}

fn validate_names(asked: &CustomResourceDefinitionNames, errors: &mut FieldErrors) {
    let singular = asked.singular.as_deref().unwrap_or_default();
    let list_kind = asked.list_kind.as_deref().unwrap_or_default();
    for (field, name) in [("plural", asked.plural.as_str()), ("singular", singular)] {
        label(&format!("spec.names.{field}"), name, errors);
    }
    for (field, name) in [("kind", asked.kind.as_str()), ("listKind", list_kind)] {
        let path = format!("spec.names.{field}");
        if name.is_empty() {
            errors.required(path, "");
            continue;
        }
        for detail in names::label_1035(&name.to_lowercase()) {
            let detail = format!("may have mixed case, but should otherwise match: {detail}");
            errors.invalid(path.clone(), quoted(name), detail);
        }
    }
    for (field, list) in [("shortNames", &asked.short_names), ("categories", &asked.categories)] {
        for (index, name) in list.iter().flatten().enumerate() {
            errors.check(format!("spec.names.{field}[{index}]"), name, names::label_1035);
        }
    }
    if !asked.kind.is_empty() && asked.kind == list_kind {
        let detail = "kind and listKind may not be the same";
        errors.invalid("spec.names.listKind", quoted(list_kind), detail);
    }
}

fn label(path: &str, name: &str, errors: &mut FieldErrors) {
    if name.is_empty() {
        errors.required(path, "");
    } else {
        errors.check(path, name, names::label_1035);
    }
}

fn validate_version(
    version: &CustomResourceDefinitionVersion,
    path: &str,
    errors: &mut FieldErrors,
) {
    errors.check(format!("{path}.name"), &version.name, names::label_1035);
    match version.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref()) {
        Some(schema) => {
            structure::validate(schema, &format!("{path}.schema.openAPIV3Schema"), errors)
        }
        None => errors.required(format!("{path}.schema.openAPIV3Schema"), "schemas are required"),
    }
    for (index, column) in version.additional_printer_columns.iter().flatten().enumerate() {
        let path = format!("{path}.additionalPrinterColumns[{index}]");
        if column.name.is_empty() {
            errors.required(format!("{path}.name"), "");
        }
        let known = &["boolean", "date", "integer", "number", "string"];
        errors.one_of(format!("{path}.type"), Some(&column.type_), known);
        if column.json_path.is_empty() {
            errors.required(format!("{path}.jsonPath"), "");
        } else if !json_path::is_path(&column.json_path) {
            let detail = "is not a simple JSON path";
            errors.invalid(format!("{path}.jsonPath"), quoted(&column.json_path), detail);
        }
    }
    let scale = version.subresources.as_ref().and_then(|parts| parts.scale.as_ref());
    for (field, value, below) in scale.into_iter().flat_map(|scale| {
        [
            ("specReplicasPath", &scale.spec_replicas_path, ".spec."),
            ("statusReplicasPath", &scale.status_replicas_path, ".status."),
        ]
    }) {
        let path = format!("{path}.subresources.scale.{field}");
        if value.is_empty() {
            errors.required(path, "");
        } else if !value.starts_with(below) || json_path::fields(value).is_none() {
            let detail = format!("should be a json path under {}", below.trim_end_matches('.'));
            errors.invalid(path, quoted(value), detail);
        }
    }
}
