//! The garbage collector: what has no owner any more goes too.
//! <https://kubernetes.io/docs/concepts/architecture/garbage-collection/>

use crate::call::{Call, Propagation};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::object::{Key, Kind, Object, Served};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "garbage-collector-controller",
    host: Host::ControllerManager,
    watches: Kind::EVERY,
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        view.cache.iter().filter(|object| has_owners(object)).map(Object::key).collect()
    },
    serial: false,
    decide,
};

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";
/// Kinds that own nothing: their end need not be followed up.
const CHILDLESS: [Kind; 3] = [Kind::Event, Kind::Lease, Kind::EndpointSlice];

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match (before, after) {
        (_, Some(object)) => {
            let mut keys = Vec::new();
            let finalizing = waits_for(object, FOREGROUND) || waits_for(object, ORPHAN);
            let owners_changed = before.is_none_or(|before| {
                before.metadata().owner_references != object.metadata().owner_references
            });
            if finalizing || (has_owners(object) && owners_changed) {
                keys.push(object.key());
            }
            let newly = before.is_none_or(|before| !waits_for(before, FOREGROUND));
            if waits_for(object, FOREGROUND) && newly {
                keys.extend(dependents(view, object).map(Object::key));
            }
            keys
        }
        (Some(gone), None) if !CHILDLESS.contains(&gone.kind()) => {
            let mut keys: Vec<Key> = dependents(view, gone).map(Object::key).collect();
            keys.extend(owners(gone).iter().filter_map(|owner| key_of(view, owner, gone)));
            keys
        }
        _ => Vec::new(),
    }
}

fn owners(object: &Object) -> &[OwnerReference] {
    object.metadata().owner_references.as_deref().unwrap_or_default()
}

fn has_owners(object: &Object) -> bool {
    !owners(object).is_empty()
}

/// Whether its deletion waits for this finalizer.
fn waits_for(object: &Object, finalizer: &str) -> bool {
    let finalizers = object.metadata().finalizers.as_deref().unwrap_or_default();
    object.is_deleting() && finalizers.iter().any(|found| found == finalizer)
}

/// What an object owns. Owners are of the same namespace, or of none.
fn dependents<'a>(view: &View<'a>, owner: &'a Object) -> impl Iterator<Item = &'a Object> {
    let everywhere = owner.namespace().is_empty();
    let near = move |found: &&Object| everywhere || found.namespace() == owner.namespace();
    view.cache.owned_by(owner.uid()).filter(near)
}

/// The key of an owner, if its kind is known.
fn key_of(view: &View<'_>, owner: &OwnerReference, dependent: &Object) -> Option<Key> {
    let own = Kind::ALL.iter().copied().find(|kind| {
        kind.name() == owner.kind && same_group(kind.api_version(), &owner.api_version)
    });
    if let Some(kind) = own {
        let namespace = if kind.is_namespaced() { dependent.namespace() } else { "" };
        return Some(Key::new(kind, namespace, &owner.name));
    }
    let definition = view.cache.all::<CustomResourceDefinition>().find(|definition| {
        definition.spec.names.kind == owner.kind
            && owner.api_version.split('/').next() == Some(&definition.spec.group)
    })?;
    let served = Served::storage(definition)?;
    let namespace = if served.is_namespaced() { dependent.namespace() } else { "" };
    Some(Key::new(Kind::Custom, namespace, &served.key_name(&owner.name)))
}

fn same_group(a: &str, b: &str) -> bool {
    let group = |version: &str| version.split_once('/').map(|(group, _)| group.to_owned());
    group(a) == group(b)
}

enum Owner<'a> {
    Alive(&'a Object),
    Gone,
    /// Of a kind that the model does not have: nobody can say.
    Unknown,
}

fn find<'a>(view: &View<'a>, owner: &OwnerReference, dependent: &Object) -> Owner<'a> {
    let Some(key) = key_of(view, owner, dependent) else { return Owner::Unknown };
    match view.cache.get(&key) {
        Some(object) if object.uid() == owner.uid => Owner::Alive(object),
        _ => Owner::Gone,
    }
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object) = view.cache.get(key) else { return Outcome::nothing() };
    if waits_for(object, ORPHAN) {
        return orphan(view, object);
    }
    if waits_for(object, FOREGROUND) {
        return finish_foreground(view, object);
    }
    if object.is_deleting() {
        return Outcome::nothing();
    }
    collect(view, object)
}

/// Deletes what has no owner left, and forgets owners that are gone.
fn collect(view: &View<'_>, object: &Object) -> Outcome {
    let (mut alive, mut gone, mut in_foreground) = (0, Vec::new(), false);
    for owner in owners(object) {
        match find(view, owner, object) {
            Owner::Alive(found) => {
                alive += 1;
                in_foreground |=
                    waits_for(found, FOREGROUND) && owner.block_owner_deletion == Some(true);
            }
            Owner::Gone => gone.push(owner),
            Owner::Unknown => alive += 1,
        }
    }
    if in_foreground && alive == 1 {
        let note = note("OwnerDeleting", object, &owners(object)[0].name);
        return Outcome::nothing().note(note).call(delete_along(view, object));
    }
    let Some(first) = gone.first() else { return Outcome::nothing() };
    if alive == 0 {
        let note = note("OwnerGone", object, &first.name);
        return Outcome::nothing().note(note).call(Call::delete(object));
    }
    let gone: Vec<String> = gone.into_iter().map(|owner| owner.uid.clone()).collect();
    Outcome::nothing().call(Call::Update(without_owners(object, &gone)))
}

/// The owner waits for the dependent, and the dependent for its own.
fn delete_along(view: &View<'_>, object: &Object) -> Call {
    let has_dependents = dependents(view, object).next().is_some();
    Call::Delete {
        key: object.key(),
        uid: Some(object.uid().to_owned()),
        grace_s: None,
        propagation: if has_dependents { Propagation::Foreground } else { Propagation::Background },
    }
}

fn note(reason: &'static str, object: &Object, owner: &str) -> Note {
    Note::new(reason, format!("{} belonged to {owner}", object.name()))
        .with("kind", object.kind_name().to_owned())
        .with("name", object.name())
        .with("owner", owner)
}

fn without_owners(object: &Object, uids: &[String]) -> Object {
    let mut object = object.clone();
    let metadata = object.metadata_mut();
    if let Some(owners) = &mut metadata.owner_references {
        owners.retain(|owner| !uids.contains(&owner.uid));
    }
    object
}

fn without_finalizer(object: &Object, finalizer: &str) -> Object {
    let mut object = object.clone();
    if let Some(finalizers) = &mut object.metadata_mut().finalizers {
        finalizers.retain(|found| found != finalizer);
    }
    object
}

/// `--cascade=orphan`: dependents forget the owner, then it may go.
fn orphan(view: &View<'_>, object: &Object) -> Outcome {
    let uid = [object.uid().to_owned()];
    let releases: Vec<Call> = dependents(view, object)
        .map(|dependent| Call::Update(without_owners(dependent, &uid)))
        .collect();
    let outcome = Outcome::nothing().calls(releases);
    outcome.call(Call::Update(without_finalizer(object, ORPHAN)))
}

/// `--cascade=foreground`: the owner goes when nothing that blocks it is left.
fn finish_foreground(view: &View<'_>, object: &Object) -> Outcome {
    let blocks = |dependent: &Object| {
        owners(dependent)
            .iter()
            .any(|owner| owner.uid == object.uid() && owner.block_owner_deletion == Some(true))
    };
    if dependents(view, object).any(blocks) {
        return Outcome::nothing();
    }
    Outcome::nothing().call(Call::Update(without_finalizer(object, FOREGROUND)))
}
