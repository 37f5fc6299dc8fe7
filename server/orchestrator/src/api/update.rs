//! Changing objects.

use k8s_openapi::api::core::v1::{Namespace, Pod, PodCondition};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::draft::Draft;
use super::status::Status;
use super::{admission, allotment, managed};
use crate::kinds::{self, FieldErrors, Subresource, metadata};
use crate::object::{Key, Kind, Object, Typed};

/// Which part of an object a request may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All but the status.
    Main,
    Status,
    /// How many there shall be.
    Scale,
    /// A Pod's ephemeral containers.
    EphemeralContainers,
    /// What the containers of a Pod ask for.
    Resize,
    /// The finalizers of a namespace's spec.
    Finalizers,
}

impl Part {
    pub(super) fn of(subresource: Option<Subresource>) -> Part {
        match subresource {
            Some(Subresource::Status) => Part::Status,
            Some(Subresource::Scale) => Part::Scale,
            Some(Subresource::EphemeralContainers) => Part::EphemeralContainers,
            Some(Subresource::Resize) => Part::Resize,
            Some(Subresource::Finalize) => Part::Finalizers,
            _ => Part::Main,
        }
    }

    /// As `managedFields` name it.
    pub(super) fn subresource(self) -> Option<&'static str> {
        match self {
            Part::Status => Some("status"),
            Part::Scale => Some("scale"),
            Part::EphemeralContainers => Some("ephemeralcontainers"),
            Part::Resize => Some("resize"),
            Part::Main | Part::Finalizers => None,
        }
    }
}

/// Gives an object the name and namespace of the path.
///
/// # Errors
/// 400 where it has others.
pub(super) fn fit_key(object: &mut Object, key: &Key) -> Result<(), Status> {
    let meta = object.metadata_mut();
    let name = meta.name.get_or_insert_with(|| key.name().to_owned());
    if name != key.name() {
        let message = format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            key.name()
        );
        return Err(Status::bad_request(message));
    }
    match meta.namespace.as_deref().unwrap_or_default() {
        "" => meta.namespace = Some(key.namespace().to_owned()).filter(|name| !name.is_empty()),
        namespace if namespace == key.namespace() => {}
        namespace => {
            let message = format!(
                "the namespace of the object ({namespace}) does not match the namespace on the \
                 URL ({})",
                key.namespace()
            );
            return Err(Status::bad_request(message));
        }
    }
    Ok(())
}

/// Defaults, checks and stores a change. What changes nothing is not stored.
///
/// # Errors
/// 404, 409 (by revision or UID) or 422.
pub(super) fn update(
    draft: &mut Draft<'_>,
    key: &Key,
    given: Object,
    part: Part,
) -> Result<Object, Status> {
    let old = draft.get(key)?;
    let mut new = prepare(key, given, old, part)?;
    managed::updated(&mut new, old, &draft.manager, part, draft.clock);
    finish(draft, key, new, part)
}

/// The same, where `managedFields` are settled.
///
/// # Errors
/// 404, 409 (by revision or UID) or 422.
pub(super) fn update_owned(
    draft: &mut Draft<'_>,
    key: &Key,
    given: Object,
    part: Part,
) -> Result<Object, Status> {
    let managed = given.metadata().managed_fields.clone();
    let mut new = prepare(key, given, draft.get(key)?, part)?;
    new.metadata_mut().managed_fields = managed;
    finish(draft, key, new, part)
}

fn prepare(key: &Key, given: Object, old: &Object, part: Part) -> Result<Object, Status> {
    check_preconditions(key, given.metadata(), old)?;
    Ok(match part {
        Part::Main | Part::Scale => replace(given, old),
        Part::Status => with_status(&given, old),
        Part::EphemeralContainers => with_ephemeral_containers(&given, old),
        Part::Resize => with_resources(&given, old),
        Part::Finalizers => with_finalizers(&given, old),
    })
}

fn finish(draft: &mut Draft<'_>, key: &Key, mut new: Object, part: Part) -> Result<Object, Status> {
    let old = draft.get(key)?;
    if matches!(part, Part::Main | Part::Scale) {
        admission::on_update(draft, &mut new, old)?;
        validate(&new, old, new.kind().row().rules.validate_update)?;
        admission::quota::charge(draft, &new, Some(old))?;
        allotment::allot(draft, &mut new, Some(old))?;
    }
    if part == Part::EphemeralContainers {
        validate(&new, old, |new, old, errors| {
            if let (Some(new), Some(old)) = (new.as_typed(), old.as_typed()) {
                kinds::validate_ephemeral_update(new, old, errors);
            }
        })?;
    }
    if part == Part::Resize {
        validate(&new, old, |new, old, errors| {
            if let (Some(new), Some(old)) = (new.as_typed(), old.as_typed()) {
                kinds::validate_resize(new, old, errors);
            }
        })?;
        admission::quota::charge(draft, &new, Some(old))?;
    }
    Ok(store(draft, new, old))
}

/// Stores a change, if it is one; removes what only waited for its last finalizer.
pub(super) fn store(draft: &mut Draft<'_>, new: Object, old: &Object) -> Object {
    if new == *old {
        return new;
    }
    if is_released(&new) { draft.remove(new) } else { draft.put(new) }
}

/// # Errors
/// 409
pub(super) fn check_preconditions(
    key: &Key,
    given: &ObjectMeta,
    old: &Object,
) -> Result<(), Status> {
    let meta = old.metadata();
    let differs = |wanted: &Option<String>, has: &Option<String>| {
        wanted.as_ref().is_some_and(|wanted| !wanted.is_empty() && Some(wanted) != has.as_ref())
    };
    if differs(&given.uid, &meta.uid) {
        let why = format!(
            "Precondition failed: UID in precondition: {}, UID in object meta: {}",
            given.uid.as_deref().unwrap_or_default(),
            old.uid()
        );
        return Err(Status::conflict(key, &why));
    }
    if differs(&given.resource_version, &meta.resource_version) {
        return Err(Status::modified(key));
    }
    Ok(())
}

/// The given object, with what a client may not change as it was.
fn replace(mut given: Object, old: &Object) -> Object {
    let rules = &old.kind().row().rules;
    (rules.default_fields)(&mut given);
    (rules.keep)(&mut given, old);
    let meta = given.metadata_mut();
    let was = old.metadata();
    meta.uid.clone_from(&was.uid);
    meta.creation_timestamp.clone_from(&was.creation_timestamp);
    meta.deletion_timestamp.clone_from(&was.deletion_timestamp);
    meta.deletion_grace_period_seconds = was.deletion_grace_period_seconds;
    meta.generate_name.clone_from(&was.generate_name);
    meta.resource_version.clone_from(&was.resource_version);
    meta.self_link = None;
    if meta.managed_fields.is_none() {
        meta.managed_fields.clone_from(&was.managed_fields);
    }
    meta.generation = was.generation;
    drop_empty(meta);
    if rules.generation && !(rules.same_spec)(&given, old) {
        let meta = given.metadata_mut();
        meta.generation = Some(meta.generation.unwrap_or(0) + 1);
    }
    given
}

/// Empty maps and lists are as good as none, and are not told apart in storage.
fn drop_empty(meta: &mut ObjectMeta) {
    meta.labels = meta.labels.take().filter(|labels| !labels.is_empty());
    meta.annotations = meta.annotations.take().filter(|annotations| !annotations.is_empty());
    meta.finalizers = meta.finalizers.take().filter(|finalizers| !finalizers.is_empty());
    meta.owner_references = meta.owner_references.take().filter(|owners| !owners.is_empty());
}

fn with_status(given: &Object, old: &Object) -> Object {
    let mut new = old.clone();
    (old.kind().row().rules.take_status)(&mut new, given);
    new
}

/// A Pod with the ephemeral containers of another.
fn with_ephemeral_containers(given: &Object, old: &Object) -> Object {
    let mut new = old.clone();
    if let (Some(given), Some(pod)) = (Pod::of(given), Pod::of_mut(&mut new)) {
        let containers = given.spec.as_ref().and_then(|spec| spec.ephemeral_containers.clone());
        pod.spec.get_or_insert_default().ephemeral_containers = containers;
    }
    replace(new, old)
}

/// A Pod whose containers ask for what those of another do.
fn with_resources(given: &Object, old: &Object) -> Object {
    let mut new = old.clone();
    if let (Some(given), Some(pod)) = (Pod::of(given), Pod::of_mut(&mut new)) {
        kinds::take_resources(pod, given);
    }
    replace(new, old)
}

fn with_finalizers(given: &Object, old: &Object) -> Object {
    let mut new = old.clone();
    let finalizers = Namespace::of(given).and_then(|given| given.spec.clone());
    if let Some(namespace) = Namespace::of_mut(&mut new) {
        namespace.spec = finalizers;
    }
    new
}

fn validate(
    new: &Object,
    old: &Object,
    own_rules: fn(&Object, &Object, &mut FieldErrors),
) -> Result<(), Status> {
    let row = new.kind().row();
    let mut errors = FieldErrors::default();
    let namespaced = new.is_namespaced();
    metadata::validate(new.metadata(), namespaced, (row.rules.name_rule)(), &mut errors);
    metadata::validate_update(new.metadata(), old.metadata(), &mut errors);
    (row.rules.validate)(new, &mut errors);
    own_rules(new, old, &mut errors);
    if errors.is_empty() {
        return Ok(());
    }
    Err(Status::invalid_object(new, errors))
}

/// Whether nothing holds a deleted object any more.
pub(super) fn is_released(object: &Object) -> bool {
    let meta = object.metadata();
    let held = meta.finalizers.as_ref().is_some_and(|finalizers| !finalizers.is_empty());
    let in_spec = |namespace: &Namespace| {
        let spec = namespace.spec.as_ref().and_then(|spec| spec.finalizers.as_ref());
        spec.is_some_and(|finalizers| !finalizers.is_empty())
    };
    meta.deletion_timestamp.is_some()
        && !held
        && meta.deletion_grace_period_seconds.is_none_or(|seconds| seconds == 0)
        && !object.as_typed::<Namespace>().is_some_and(in_spec)
}

/// Puts a Pod on a node.
///
/// # Errors
/// 404, or 409 where it has a node already or is being deleted.
pub(super) fn bind(
    draft: &mut Draft<'_>,
    key: &Key,
    uid: &str,
    node: &str,
) -> Result<Object, Status> {
    debug_assert_eq!(key.kind, Kind::Pod, "only Pods are bound");
    let old = draft.get(key)?;
    let refuse = |why: String| {
        let mut refused = Status::conflict(key, &why);
        let message =
            format!("Operation cannot be fulfilled on pods/binding \"{}\": {why}", key.name());
        refused.message = message;
        refused
    };
    let given = ObjectMeta { uid: Some(uid.to_owned()), ..ObjectMeta::default() };
    check_preconditions(key, &given, old)?;
    let mut new = old.clone();
    let Some(pod) = Pod::of_mut(&mut new) else { return Err(Status::not_found(key)) };
    if old.is_deleting() {
        let name = key.name();
        return Err(refuse(format!("pod {name} is being deleted, cannot be assigned to a host")));
    }
    let spec = pod.spec.get_or_insert_default();
    if let Some(bound) = spec.node_name.as_deref().filter(|bound| !bound.is_empty()) {
        let name = key.name();
        return Err(refuse(format!("pod {name} is already assigned to node \"{bound}\"")));
    }
    spec.node_name = Some(node.to_owned());
    let scheduled = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "True".to_owned(),
        last_transition_time: Some(draft.clock.time()),
        observed_generation: pod.metadata.generation,
        ..PodCondition::default()
    };
    let status = pod.status.get_or_insert_default();
    status.nominated_node_name = None;
    let conditions = status.conditions.get_or_insert_default();
    conditions.retain(|condition| condition.type_ != "PodScheduled");
    conditions.push(scheduled);
    Ok(store(draft, new, old))
}
