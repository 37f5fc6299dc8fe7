//! The API server's own controllers of CustomResourceDefinitions: names are given to who comes first,
//! then the kind is served; with its definition all its objects go.
//! <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/>

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionCondition, CustomResourceDefinitionNames,
    CustomResourceDefinitionStatus,
};

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::kinds::definition_is;
use crate::object::{Key, Kind, Object};
use crate::time::Clock;

pub(super) static NAMING: ComponentRow = ComponentRow {
    name: "naming-condition-controller",
    host: Host::ApiServer,
    watches: &[Kind::CustomResourceDefinition],
    interest: |_| Interest::All,
    keys: |view, before, after| {
        let group = after.or(before).and_then(Object::as_typed::<CustomResourceDefinition>);
        let Some(group) = group.map(|definition| &definition.spec.group) else { return Vec::new() };
        // What one gives back another may have waited for.
        let of_group = view.cache.all::<CustomResourceDefinition>();
        let of_group = of_group.filter(|one| one.spec.group == *group && !is_named(one));
        of_group.map(|one| Object::CustomResourceDefinition(Arc::clone(one)).key()).collect()
    },
    starts_with: |view| {
        view.cache.of_kind(Kind::CustomResourceDefinition).map(Object::key).collect()
    },
    // It takes one at a time, so that no name is given twice.
    serial: true,
    decide: name,
};

pub(super) static ESTABLISHING: ComponentRow = ComponentRow {
    name: "establishing-controller",
    host: Host::ApiServer,
    watches: &[Kind::CustomResourceDefinition],
    interest: |_| Interest::All,
    keys: |_, _, after| after.map(Object::key).into_iter().collect(),
    starts_with: |view| {
        view.cache.of_kind(Kind::CustomResourceDefinition).map(Object::key).collect()
    },
    serial: false,
    decide: establish,
};

pub(super) static FINALIZER: ComponentRow = ComponentRow {
    name: "crd-finalizer",
    host: Host::ApiServer,
    watches: &[Kind::CustomResourceDefinition, Kind::Custom],
    interest: |_| Interest::All,
    keys: |view, before, after| match (before, after) {
        (_, Some(object @ Object::CustomResourceDefinition(_))) if object.is_deleting() => {
            vec![object.key()]
        }
        (Some(Object::Custom(gone)), None) => {
            let key = Key::new(Kind::CustomResourceDefinition, "", gone.served.resource());
            let ending = view.cache.get(&key).is_some_and(Object::is_deleting);
            ending.then_some(key).into_iter().collect()
        }
        _ => Vec::new(),
    },
    starts_with: |view| {
        let all = view.cache.of_kind(Kind::CustomResourceDefinition);
        all.filter(|object| object.is_deleting()).map(Object::key).collect()
    },
    serial: false,
    decide: finish,
};

/// Holds a definition until its objects are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

fn definition<'a>(view: &View<'a>, key: &Key) -> Option<&'a Arc<CustomResourceDefinition>> {
    match view.cache.get(key) {
        Some(Object::CustomResourceDefinition(definition)) => Some(definition),
        _ => None,
    }
}

fn is_named(definition: &CustomResourceDefinition) -> bool {
    let accepted = definition.status.as_ref().and_then(|it| it.accepted_names.as_ref());
    accepted == Some(&definition.spec.names)
}

/// A condition of a definition, set; the time changes with the status.
pub(crate) fn set_condition(
    status: &mut CustomResourceDefinitionStatus,
    (type_, is_so, reason, message): (&str, bool, &str, &str),
    clock: Clock,
) {
    let conditions = status.conditions.get_or_insert_default();
    let known = conditions.iter().position(|one| one.type_ == type_);
    let value = if is_so { "True" } else { "False" };
    let since = known.filter(|at| conditions[*at].status == value);
    let since = since.and_then(|at| conditions[at].last_transition_time.clone());
    let condition = CustomResourceDefinitionCondition {
        type_: type_.to_owned(),
        status: value.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_transition_time: since.or_else(|| Some(clock.time())),
        observed_generation: None,
    };
    match known {
        Some(at) => conditions[at] = condition,
        None => conditions.push(condition),
    }
}

/// Names that other definitions of the group have.
struct Taken<'a> {
    resources: BTreeSet<&'a str>,
    kinds: BTreeSet<&'a str>,
}

impl<'a> Taken<'a> {
    fn by_others(view: &View<'a>, own: &CustomResourceDefinition) -> Taken<'a> {
        let mut taken = Taken { resources: BTreeSet::new(), kinds: BTreeSet::new() };
        for other in view.cache.all::<CustomResourceDefinition>() {
            if other.spec.group != own.spec.group || other.metadata.uid == own.metadata.uid {
                continue;
            }
            let Some(names) = other.status.as_ref().and_then(|it| it.accepted_names.as_ref())
            else {
                continue;
            };
            taken.resources.extend([names.plural.as_str()]);
            taken.resources.extend(names.singular.as_deref());
            taken.resources.extend(names.short_names.iter().flatten().map(String::as_str));
            taken.kinds.extend([names.kind.as_str()]);
            taken.kinds.extend(names.list_kind.as_deref());
        }
        taken.resources.remove("");
        taken.kinds.remove("");
        taken
    }
}

fn in_use(name: &str) -> String {
    format!("\"{name}\" is already in use")
}

fn name(view: &View<'_>, key: &Key) -> Outcome {
    let Some(definition) = definition(view, key) else { return Outcome::nothing() };
    if is_named(definition) {
        return Outcome::nothing();
    }
    let (accepted, conflict) = accept(definition, &Taken::by_others(view, definition));
    let mut status = definition.status.clone().unwrap_or_default();
    status.accepted_names = Some(accepted);
    match &conflict {
        None => set_condition(
            &mut status,
            ("NamesAccepted", true, "NoConflicts", "no conflicts found"),
            view.clock,
        ),
        Some((reason, message)) => {
            set_condition(&mut status, ("NamesAccepted", false, reason, message), view.clock);
        }
    }
    if !definition_is(definition, "Established") {
        let (reason, message) = match &conflict {
            None => ("Installing", "the initial names have been accepted"),
            Some(_) => ("NotAccepted", "not all names are accepted"),
        };
        set_condition(&mut status, ("Established", false, reason, message), view.clock);
    }
    if definition.status.as_ref() == Some(&status) {
        return Outcome::nothing();
    }
    let said = conflict.map_or_else(|| "no conflicts found".to_owned(), |(_, message)| message);
    let note = Note::new("Names", said).with("definition", key.name());
    Outcome::nothing().note(note).call(with_status(definition, status))
}

/// The names that the definition gets, and what keeps it from the others.
fn accept(
    definition: &CustomResourceDefinition,
    taken: &Taken<'_>,
) -> (CustomResourceDefinitionNames, Option<(&'static str, String)>) {
    let asked = &definition.spec.names;
    let has = definition.status.as_ref().and_then(|status| status.accepted_names.clone());
    let mut names = has.unwrap_or_default();
    let mut conflict = None;
    if taken.resources.contains(asked.plural.as_str()) {
        conflict = Some(("PluralConflict", in_use(&asked.plural)));
    } else {
        names.plural.clone_from(&asked.plural);
    }
    let singular = asked.singular.as_deref().unwrap_or_default();
    if taken.resources.contains(singular) {
        conflict = Some(("SingularConflict", in_use(singular)));
    } else {
        names.singular.clone_from(&asked.singular);
    }
    let short = asked.short_names.iter().flatten();
    let used: Vec<String> = short
        .filter(|name| taken.resources.contains(name.as_str()))
        .map(|name| in_use(name))
        .collect();
    match &*used {
        [] => names.short_names.clone_from(&asked.short_names),
        [only] => conflict = Some(("ShortNamesConflict", only.clone())),
        several => conflict = Some(("ShortNamesConflict", format!("[{}]", several.join(", ")))),
    }
    if taken.kinds.contains(asked.kind.as_str()) {
        conflict = Some(("KindConflict", in_use(&asked.kind)));
    } else {
        names.kind.clone_from(&asked.kind);
    }
    let list_kind = asked.list_kind.as_deref().unwrap_or_default();
    if taken.kinds.contains(list_kind) {
        conflict = Some(("ListKindConflict", in_use(list_kind)));
    } else {
        names.list_kind.clone_from(&asked.list_kind);
    }
    names.categories.clone_from(&asked.categories);
    (names, conflict)
}

fn with_status(
    definition: &CustomResourceDefinition,
    status: CustomResourceDefinitionStatus,
) -> Call {
    let changed = CustomResourceDefinition { status: Some(status), ..definition.clone() };
    Call::UpdateStatus(changed.into())
}

/// What has its names is served.
fn establish(view: &View<'_>, key: &Key) -> Outcome {
    let Some(definition) = definition(view, key) else { return Outcome::nothing() };
    if !definition_is(definition, "NamesAccepted") || definition_is(definition, "Established") {
        return Outcome::nothing();
    }
    let mut status = definition.status.clone().unwrap_or_default();
    let message = "the initial names have been accepted";
    set_condition(&mut status, ("Established", true, "InitialNamesAccepted", message), view.clock);
    let note = Note::new("Established", format!("{} is served", key.name()))
        .with("definition", key.name());
    Outcome::nothing().note(note).call(with_status(definition, status))
}

/// A definition that is deleted takes its objects along.
fn finish(view: &View<'_>, key: &Key) -> Outcome {
    let Some(definition) = definition(view, key) else { return Outcome::nothing() };
    let finalizers = definition.metadata.finalizers.as_deref().unwrap_or_default();
    if definition.metadata.deletion_timestamp.is_none() || !finalizers.iter().any(|f| f == CLEANUP)
    {
        return Outcome::nothing();
    }
    let content: Vec<&Object> = view.cache.of_definition(key.name()).collect();
    let mut status = definition.status.clone().unwrap_or_default();
    let (is_so, reason, message) = match (definition_is(definition, "Established"), &*content) {
        (false, _) => (false, "NeverEstablished", "resource was never established"),
        (true, []) => (false, "InstanceDeletionCompleted", "removed all instances"),
        (true, _) => (true, "InstanceDeletionInProgress", "CustomResource deletion is in progress"),
    };
    set_condition(&mut status, ("Terminating", is_so, reason, message), view.clock);
    let mut outcome = Outcome::nothing();
    if definition.status.as_ref() != Some(&status) {
        outcome = outcome.call(with_status(definition, status));
    }
    if !is_so {
        let uid = definition.metadata.uid.clone().unwrap_or_default();
        return outcome.call(Call::Unfinalize {
            key: key.clone(),
            uid,
            finalizer: CLEANUP.to_owned(),
        });
    }
    let note = Note::new("CustomContent", format!("{} objects are left of it", content.len()))
        .with("definition", key.name())
        .with("left", content.len());
    let deletions = content.iter().filter(|object| !object.is_deleting()).map(|o| Call::delete(o));
    outcome.note(note).calls(deletions)
}
