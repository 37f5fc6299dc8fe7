//! Creating objects.

use super::draft::Draft;
use super::path::Scope;
use super::status::Status;
use super::{admission, allotment, custom, managed};
use crate::kinds::{FieldErrors, metadata};
use crate::object::Object;

/// The longest beginning of a generated name that is kept.
const PREFIX_MAX: usize = 58;

/// Puts an object into the namespace of the path.
///
/// # Errors
/// 400 where it names another.
pub(super) fn fit_namespace(object: &mut Object, scope: &Scope) -> Result<(), Status> {
    let namespaced = scope.is_namespaced();
    if namespaced && scope.namespace.is_empty() {
        return Err(Status::method_not_allowed());
    }
    let meta = object.metadata_mut();
    match meta.namespace.as_deref() {
        None | Some("") => {
            meta.namespace = Some(scope.namespace.clone()).filter(|name| !name.is_empty());
            Ok(())
        }
        Some(namespace) if namespace == scope.namespace => Ok(()),
        Some(_) if !namespaced => {
            meta.namespace = None;
            Ok(())
        }
        Some(_) => {
            let message = "the namespace of the provided object does not match the namespace sent \
                           on the request";
            Err(Status::bad_request(message))
        }
    }
}

/// Defaults, admits, names, checks and stores a new object.
///
/// # Errors
/// 403, 404 (its namespace), 409 or 422.
pub(super) fn create(draft: &mut Draft<'_>, mut object: Object) -> Result<Object, Status> {
    if draft.manager.is_followed {
        // Owned is what was given and its defaults, not what admission adds.
        (object.kind().row().rules.default_fields)(&mut object);
        managed::created(&mut object, &draft.manager, draft.clock);
    }
    create_owned(draft, object)
}

/// The same, where `managedFields` are settled.
///
/// # Errors
/// 403, 404 (its namespace), 409 or 422.
pub(super) fn create_owned(draft: &mut Draft<'_>, mut object: Object) -> Result<Object, Status> {
    (object.kind().row().rules.default_fields)(&mut object);
    custom::admit(&object, draft.store.objects())?;
    admission::on_create(draft, &mut object)?;
    begin(draft, &mut object);
    validate(&object)?;
    admission::quota::charge(draft, &object, None)?;
    let key = object.key();
    if let Some(existing) = draft.store.objects().get(&key) {
        return Err(Status::already_exists(&key, existing.is_deleting()));
    }
    allotment::allot(draft, &mut object, None)?;
    Ok(draft.put(object))
}

/// Sets what only the API server may set in a new object.
fn begin(draft: &mut Draft<'_>, object: &mut Object) {
    let rules = &object.kind().row().rules;
    (rules.begin)(object);
    let meta = object.metadata_mut();
    let prefix = meta.generate_name.as_deref().unwrap_or_default();
    if meta.name.as_deref().unwrap_or_default().is_empty() && !prefix.is_empty() {
        let prefix: String = prefix.chars().take(PREFIX_MAX).collect();
        meta.name = Some(format!("{prefix}{}", draft.random.name_suffix()));
    }
    meta.uid = Some(draft.random.uid());
    meta.creation_timestamp = Some(draft.clock.time());
    meta.deletion_timestamp = None;
    meta.deletion_grace_period_seconds = None;
    meta.self_link = None;
    meta.resource_version = None;
    meta.generation = rules.generation.then_some(1);
    (rules.named)(object);
    // The label that carries a namespace's name follows a generated one.
    if object.kind() == crate::object::Kind::Namespace {
        (rules.default_fields)(object);
    }
}

fn validate(object: &Object) -> Result<(), Status> {
    let row = object.kind().row();
    let mut errors = FieldErrors::default();
    let namespaced = object.is_namespaced();
    metadata::validate(object.metadata(), namespaced, (row.rules.name_rule)(), &mut errors);
    (row.rules.validate)(object, &mut errors);
    (row.rules.validate_new)(object, &mut errors);
    if errors.is_empty() {
        return Ok(());
    }
    Err(Status::invalid_object(object, errors))
}
