//! Controllers and what they own: keys from owner references, adoption and release.

use std::sync::Arc;

use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};

use crate::object::{Key, Kind, Object, Typed};
use crate::selector;
use crate::store::Objects;

/// The owner reference by which a controller owns what it makes.
pub fn controlled_by(owner: &Object) -> OwnerReference {
    OwnerReference {
        api_version: owner.api_version().into_owned(),
        kind: owner.kind_name().to_owned(),
        name: owner.name().to_owned(),
        uid: owner.uid().to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// The controlling owner, if it is of this kind.
pub fn controller_key(object: &Object, kind: Kind) -> Option<Key> {
    let owner = object.controller().filter(|owner| owner.kind == kind.name())?;
    Some(Key::new(kind, object.namespace(), &owner.name))
}

/// The UID of the controlling owner.
pub fn controller_uid(metadata: &ObjectMeta) -> Option<&str> {
    let owners = metadata.owner_references.as_deref().unwrap_or_default();
    owners.iter().find(|owner| owner.controller == Some(true)).map(|owner| owner.uid.as_str())
}

/// Dependents of a controller, as a `ControllerRefManager` of Kubernetes sorts them.
#[derive(Debug)]
pub struct Claimed<T> {
    pub owned: Vec<Arc<T>>,
    /// Orphans that match the selector: to be adopted.
    pub adopt: Vec<Object>,
    /// Owned ones that match no longer: to be released.
    pub release: Vec<Object>,
}

/// Sorts the objects of a type in the owner's namespace. `adoptable` says which orphans may be.
pub fn claim<T>(
    cache: &Objects,
    owner: &Object,
    selector: &LabelSelector,
    adoptable: fn(&T) -> bool,
) -> Claimed<T>
where
    T: Typed + Metadata<Ty = ObjectMeta> + Clone + 'static,
    Object: From<T>,
{
    let mut claimed = Claimed { owned: Vec::new(), adopt: Vec::new(), release: Vec::new() };
    let orphans = cache.uncontrolled_in::<T>(owner.namespace());
    for object in cache.controlled_by::<T>(owner.uid()).chain(orphans) {
        let metadata = object.metadata();
        let fits = selector::matches(selector, metadata.labels.as_ref());
        match controller_uid(metadata) {
            Some(uid) if uid == owner.uid() => {
                if fits || metadata.deletion_timestamp.is_some() || owner.is_deleting() {
                    claimed.owned.push(Arc::clone(object));
                } else {
                    claimed.release.push(released(object.as_ref(), owner));
                }
            }
            None if fits && !owner.is_deleting() && adoptable(object) => {
                claimed.adopt.push(adopted(object.as_ref(), owner));
            }
            _ => {}
        }
    }
    claimed
}

fn adopted<T>(object: &T, owner: &Object) -> Object
where
    T: Metadata<Ty = ObjectMeta> + Clone,
    Object: From<T>,
{
    let mut object = Object::from(object.clone());
    let owners = object.metadata_mut().owner_references.get_or_insert_default();
    owners.push(controlled_by(owner));
    object
}

fn released<T>(object: &T, owner: &Object) -> Object
where
    T: Metadata<Ty = ObjectMeta> + Clone,
    Object: From<T>,
{
    let mut object = Object::from(object.clone());
    let metadata = object.metadata_mut();
    if let Some(owners) = &mut metadata.owner_references {
        owners.retain(|reference| reference.uid != owner.uid());
    }
    object
}
