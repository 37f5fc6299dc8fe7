//! `metadata.managedFields`: who has last set which fields.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry};
use serde_json::Value;

use super::custom;
use super::draft::Manager;
use super::fields::{self, FieldSet};
use super::update::Part;
use crate::object::Object;
use crate::time::Clock;

mod unwritten;

pub(super) use unwritten::{entries, shown};

pub(super) const APPLY: &str = "Apply";
pub(super) const UPDATE: &str = "Update";

/// Whose entry it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) manager: String,
    pub(super) operation: &'static str,
    pub(super) subresource: Option<&'static str>,
}

impl Owner {
    pub(super) fn updating(manager: &Manager, part: Part) -> Owner {
        let subresource = part.subresource();
        Owner { manager: manager.name.clone(), operation: UPDATE, subresource }
    }

    pub(super) fn owns(&self, entry: &ManagedFieldsEntry) -> bool {
        entry.manager.as_deref() == Some(&*self.manager)
            && entry.operation.as_deref() == Some(self.operation)
            && entry.subresource.as_deref().filter(|part| !part.is_empty()) == self.subresource
    }
}

/// The fields of an entry.
pub(super) fn fields_of(entry: &ManagedFieldsEntry) -> FieldSet {
    entry.fields_v1.as_ref().map(|fields| FieldSet::read(&fields.0)).unwrap_or_default()
}

/// Sets an owner's fields. An entry that stays the same keeps its time: see [`touch`].
pub(super) fn set_fields(
    entries: &mut Vec<ManagedFieldsEntry>,
    owner: &Owner,
    fields: &FieldSet,
    object: &Object,
    clock: Clock,
) {
    let known = entries.iter().position(|entry| owner.owns(entry));
    if fields.0.is_empty() {
        entries.retain(|entry| !owner.owns(entry));
        return;
    }
    if known.is_some_and(|at| fields_of(&entries[at]) == *fields) {
        return;
    }
    let entry = ManagedFieldsEntry {
        manager: Some(owner.manager.clone()),
        operation: Some(owner.operation.to_owned()),
        api_version: Some(object.api_version().into_owned()),
        time: Some(clock.time()),
        fields_type: Some("FieldsV1".to_owned()),
        fields_v1: Some(FieldsV1(fields.write())),
        subresource: owner.subresource.map(str::to_owned),
    };
    match known {
        Some(at) => entries[at] = entry,
        None => entries.push(entry),
    }
}

/// Notes that an owner has changed something now, and puts the entries into their order: who applies
/// comes first, then who was first.
pub(super) fn touch(entries: &mut [ManagedFieldsEntry], owner: &Owner, clock: Clock) {
    for entry in entries.iter_mut().filter(|entry| owner.owns(entry)) {
        entry.time = Some(clock.time());
    }
    let time = |entry: &ManagedFieldsEntry| entry.time.as_ref().map(|time| time.0.as_second());
    entries.sort_by(|one, other| {
        let by_operation = one.operation.cmp(&other.operation);
        by_operation.then(time(one).cmp(&time(other))).then(one.manager.cmp(&other.manager))
    });
}

/// Takes fields from all other owners. Those who have none left are forgotten.
pub(super) fn take_from_others(
    entries: &mut Vec<ManagedFieldsEntry>,
    owner: &Owner,
    taken: &FieldSet,
) {
    for entry in entries.iter_mut().filter(|entry| !owner.owns(entry)) {
        let mut fields = fields_of(entry);
        let before = fields.0.len();
        fields.remove(taken);
        if fields.0.len() != before {
            entry.fields_v1 = Some(FieldsV1(fields.write()));
        }
    }
    entries.retain(|entry| owner.owns(entry) || !fields_of(entry).0.is_empty());
}

/// Notes whose a new object's fields are.
pub(super) fn created(object: &mut Object, manager: &Manager, clock: Clock) {
    let json = object.to_json();
    let mut fields = FieldSet::of(&json, &custom::shape_of(object));
    fields.0.retain(|path| path.first().is_none_or(|first| first != "f:status"));
    add_new_parents(&mut fields, &Value::Null);
    let owner = Owner::updating(manager, Part::Main);
    let mut entries = Vec::new();
    set_fields(&mut entries, &owner, &fields, object, clock);
    object.metadata_mut().managed_fields = Some(entries).filter(|entries| !entries.is_empty());
}

/// Notes whose the fields are that a change has set. What no client has ever changed needs no notes.
pub(super) fn updated(new: &mut Object, old: &Object, manager: &Manager, part: Part, clock: Clock) {
    if !manager.is_followed && old.metadata().managed_fields.is_none() {
        return;
    }
    let (before, after) = (old.to_json(), new.to_json());
    let shape = custom::shape_of(new);
    let (had, has) = (FieldSet::of(&before, &shape), FieldSet::of(&after, &shape));
    let differs = |path: &&Vec<String>| fields::get(&before, path) != fields::get(&after, path);
    // An item that was there before stays whose it was, whatever changes in it.
    let is_new = |path: &&Vec<String>| is_leaf(path, &has) || fields::get(&before, path).is_none();
    let changed = has.0.iter().filter(differs).filter(is_new).cloned().collect();
    let mut changed = FieldSet(changed);
    add_new_parents(&mut changed, &before);
    // What was empty and is not any more is told by what is in it, and not gone.
    let is_gone = |path: &&Vec<String>| fields::get(&after, path).is_none();
    let gone = FieldSet(had.0.difference(&has.0).filter(is_gone).cloned().collect());
    if changed.0.is_empty() && gone.0.is_empty() {
        return;
    }
    let owner = Owner::updating(manager, part);
    let given = new.metadata().managed_fields.clone();
    let mut entries = given.unwrap_or_else(|| self::entries(old));
    // What only leads to a changed field is shared; the field itself has one owner.
    let leaves = FieldSet(changed.0.iter().filter(|path| is_leaf(path, &has)).cloned().collect());
    take_from_others(&mut entries, &owner, &leaves);
    take_from_others(&mut entries, &owner, &gone);
    let own = entries.iter().find(|entry| owner.owns(entry)).map(fields_of).unwrap_or_default();
    let mut own = FieldSet(own.0.union(&changed.0).cloned().collect());
    own.remove(&gone);
    set_fields(&mut entries, &owner, &own, new, clock);
    touch(&mut entries, &owner, clock);
    new.metadata_mut().managed_fields = Some(entries).filter(|entries| !entries.is_empty());
}

/// Fields that Go writes also where there is nothing in them: nobody brings them.
const ALWAYS: [&str; 12] = [
    "f:metadata",
    "f:spec",
    "f:status",
    "f:template",
    "f:containers",
    "f:strategy",
    "f:updateStrategy",
    "f:jobTemplate",
    "f:scaleTargetRef",
    "f:loadBalancer",
    "f:source",
    "f:involvedObject",
];

/// Who brings the first field of a map, a list or a structure brings that, too.
fn add_new_parents(fields: &mut FieldSet, before: &Value) {
    let is_new = |parent: &[String]| {
        let (Some(name), inside) =
            (parent.last(), parent.iter().any(|part| part.starts_with("k:")))
        else {
            return false;
        };
        let always = ALWAYS.contains(&&**name) && !inside;
        // A claim's resources are a structure of its own.
        let claims = parent.len() == 2 && name == "f:resources";
        let known = fields::get(before, parent).is_some_and(|value| !value.is_null());
        name.starts_with("f:") && !always && !claims && !known
    };
    let parents: Vec<Vec<String>> = fields
        .0
        .iter()
        .flat_map(|path| (1..path.len()).map(|end| path[..end].to_vec()))
        .filter(|parent| is_new(parent))
        .collect();
    fields.0.extend(parents);
}

/// Whether no other field lies below.
pub(super) fn is_leaf(path: &[String], of: &FieldSet) -> bool {
    let mut after = of.0.range(path.to_vec()..);
    after.nth(1).is_none_or(|next| !next.starts_with(path))
}
