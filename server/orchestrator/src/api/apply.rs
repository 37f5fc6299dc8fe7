//! Server-side apply: a client says all that it wants of an object, and owns that.
//! <https://kubernetes.io/docs/reference/using-api/server-side-apply/>

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::Value;

use super::asked::Asked;
use super::body::{Body, Validation};
use super::create;
use super::custom::Type;
use super::decode::Decoded;
use super::draft::Draft;
use super::fields::{self, FieldSet, Path};
use super::managed::{self, APPLY, Owner};
use super::status::{Cause, Status};
use super::tree::Tree;
use super::update::{self, Part};
use crate::kinds::quoted;
use crate::object::{Key, Object};

/// An object and whether it is new.
pub(super) struct Applied {
    pub(super) object: Object,
    pub(super) created: bool,
}

/// Applies a body to an object, which it creates where there is none.
///
/// # Errors
/// 400, 409 (fields of others) or 422.
pub(super) fn apply(
    draft: &mut Draft<'_>,
    asked: &Asked<'_>,
    key: &Key,
    part: Part,
    body: &mut Body<'_>,
) -> Result<Applied, Status> {
    if asked.query.get("fieldManager").is_none() {
        return Err(Status::bad_request(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required \
             for apply patch",
        ));
    }
    let applied = decoded(asked, key, body)?;
    let owner = Owner {
        manager: draft.manager.name.clone(),
        operation: APPLY,
        subresource: part.subresource(),
    };
    let of = asked.type_of(key.kind);
    let shape = of.shape();
    let wanted = FieldSet::of(&applied, &shape);
    let Some(live) = draft.store.objects().get(key) else {
        return create_applied(draft, of, key, applied, &owner, &wanted);
    };
    let before = live.to_json();
    let mut json = before.clone();
    let mut entries = managed::entries(live);
    let conflicts = conflicts(&entries, &owner, &wanted, &applied, &json);
    if !conflicts.is_empty() && !asked.query.flag("force") {
        return Err(refuse(&conflicts));
    }
    let lost = FieldSet(conflicts.into_iter().map(|conflict| conflict.path).collect());
    managed::take_from_others(&mut entries, &owner, &lost);
    fields::merge(&mut json, &applied, &shape);
    for path in given_up(&entries, &owner, &wanted) {
        fields::remove(&mut json, &path);
    }
    managed::set_fields(&mut entries, &owner, &wanted, live, draft.clock);
    if json != before {
        managed::touch(&mut entries, &owner, draft.clock);
    }
    let object = of.object(of.decode(json.into()).json);
    let mut object = object.map_err(|error| Status::bad_request(error.to_string()))?;
    let meta = object.metadata_mut();
    meta.managed_fields = Some(entries);
    let given = |name: &str| applied["metadata"][name].as_str().map(str::to_owned);
    meta.resource_version = given("resourceVersion");
    meta.uid = given("uid");
    let object = update::update_owned(draft, key, object, part)?;
    Ok(Applied { object, created: false })
}

/// The body as JSON of the kind, with the name of the path.
fn decoded(asked: &Asked<'_>, key: &Key, body: &mut Body<'_>) -> Result<Value, Status> {
    let given = |outer: &str, inner: &str| {
        let tree = body.tree().get(outer)?;
        let tree = if inner.is_empty() { tree } else { tree.get(inner)? };
        tree.as_str().map(str::to_owned)
    };
    let of = asked.type_of(key.kind);
    let expected = [("apiVersion", of.api_version()), ("kind", of.name().to_owned())];
    for (field, value) in &expected {
        if given(field, "").as_ref() != Some(value) {
            let message = format!(
                "error decoding patch: {field} must be {} but is {}",
                quoted(value),
                quoted(&given(field, "").unwrap_or_default())
            );
            return Err(Status::bad_request(message));
        }
    }
    if let Some(name) = given("metadata", "name").filter(|name| name != key.name()) {
        let message = format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            key.name()
        );
        return Err(Status::bad_request(message));
    }
    let meta = body.tree().get("metadata");
    if meta.and_then(|meta| meta.get("managedFields")).is_some_and(|fields| *fields != Tree::Null) {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    let Decoded { json, findings, error } = of.decode(body.tree().clone());
    if let Some(error) = error {
        return Err(failed(of, key, &error));
    }
    match Validation::of(asked) {
        Validation::Strict if !findings.is_empty() => {
            return Err(failed(
                of,
                key,
                &format!("strict decoding error: {}", findings.join(", ")),
            ));
        }
        Validation::Warn => body.warn(findings),
        _ => {}
    }
    Ok(json)
}

fn failed(of: Type<'_>, key: &Key, error: &str) -> Status {
    let (namespace, name, version) = (key.namespace(), key.name(), of.api_version());
    let kind = of.name();
    Status::bad_request(format!(
        "failed to create typed patch object ({namespace}/{name}; {version}, Kind={kind}): {error}"
    ))
}

fn create_applied(
    draft: &mut Draft<'_>,
    of: Type<'_>,
    key: &Key,
    applied: Value,
    owner: &Owner,
    wanted: &FieldSet,
) -> Result<Applied, Status> {
    let object = of.object(applied);
    let mut object = object.map_err(|error| Status::bad_request(error.to_string()))?;
    if object.metadata().uid.is_some() {
        return Err(Status::not_found(key));
    }
    update::fit_key(&mut object, key)?;
    let mut entries = Vec::new();
    managed::set_fields(&mut entries, owner, wanted, &object, draft.clock);
    object.metadata_mut().managed_fields = Some(entries);
    let object = create::create_owned(draft, object)?;
    Ok(Applied { object, created: true })
}

/// A field that another owns and that is wanted otherwise.
struct Conflict {
    owner: String,
    path: Path,
}

fn conflicts(
    entries: &[ManagedFieldsEntry],
    owner: &Owner,
    wanted: &FieldSet,
    applied: &Value,
    live: &Value,
) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for entry in entries.iter().filter(|entry| !owner.owns(entry)) {
        let theirs = managed::fields_of(entry);
        let both = wanted.0.intersection(&theirs.0).filter(|path| managed::is_leaf(path, wanted));
        for path in both {
            if fields::get(applied, path) != fields::get(live, path) {
                conflicts.push(Conflict { owner: show_owner(entry), path: path.clone() });
            }
        }
    }
    conflicts
}

fn show_owner(entry: &ManagedFieldsEntry) -> String {
    let mut shown = quoted(entry.manager.as_deref().unwrap_or_default());
    if let Some(part) = entry.subresource.as_deref().filter(|part| !part.is_empty()) {
        shown.push_str(&format!(" with subresource {}", quoted(part)));
    }
    if entry.operation.as_deref() == Some(managed::UPDATE) {
        shown.push_str(&format!(" using {}", entry.api_version.as_deref().unwrap_or_default()));
    }
    shown
}

fn refuse(conflicts: &[Conflict]) -> Status {
    let causes = conflicts.iter().map(|conflict| Cause {
        reason: "FieldManagerConflict",
        message: format!("conflict with {}", conflict.owner),
        field: fields::show(&conflict.path),
    });
    let message = match conflicts {
        [only] => format!(
            "Apply failed with 1 conflict: conflict with {}: {}",
            only.owner,
            fields::show(&only.path)
        ),
        several => {
            let mut by_owner: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for conflict in several {
                let shown = format!("- {}", fields::show(&conflict.path));
                by_owner.entry(&conflict.owner).or_default().push(shown);
            }
            let lines = by_owner
                .into_iter()
                .map(|(owner, fields)| format!("conflicts with {owner}:\n{}", fields.join("\n")));
            let lines: Vec<String> = lines.collect();
            format!("Apply failed with {} conflicts: {}", several.len(), lines.join("\n"))
        }
    };
    Status::apply_conflict(message, causes.collect())
}

/// What the owner had applied before, wants no more, and nobody else owns. The items of lists come
/// before their fields, among which are the keys that they are found by.
fn given_up(entries: &[ManagedFieldsEntry], owner: &Owner, wanted: &FieldSet) -> Vec<Path> {
    let own = entries.iter().find(|entry| owner.owns(entry)).map(managed::fields_of);
    let others: Vec<FieldSet> =
        entries.iter().filter(|entry| !owner.owns(entry)).map(managed::fields_of).collect();
    let below = |set: &FieldSet, path: &Path| {
        set.0.range(path.clone()..).next().is_some_and(|next| next.starts_with(path))
    };
    let free = |path: &Path| !below(wanted, path) && !others.iter().any(|set| below(set, path));
    own.unwrap_or_default().0.into_iter().filter(free).collect()
}
