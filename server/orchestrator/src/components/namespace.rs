//! The namespace controller: a namespace that is deleted takes its content along.
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/>

use k8s_openapi::api::core::v1::Namespace;

use crate::call::Call;
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::object::{Key, Kind, Object};

pub(super) static ROW: ComponentRow = ComponentRow {
    name: "namespace-controller",
    host: Host::ControllerManager,
    watches: Kind::EVERY,
    interest: |_| Interest::All,
    keys,
    starts_with: |view| view.cache.of_kind(Kind::Namespace).map(Object::key).collect(),
    serial: false,
    decide,
};

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match (before, after) {
        (_, Some(object @ Object::Namespace(_))) if object.is_deleting() => vec![object.key()],
        (Some(gone), None) => {
            let key = Key::new(Kind::Namespace, "", gone.namespace());
            let ending = view.cache.get(&key).is_some_and(Object::is_deleting);
            if ending { vec![key] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let Some(object @ Object::Namespace(namespace)) = view.cache.get(key) else {
        return Outcome::nothing();
    };
    if !object.is_deleting() {
        return Outcome::nothing();
    }
    let namespaced = Kind::EVERY.iter().filter(|kind| kind.is_namespaced());
    let content: Vec<&Object> =
        namespaced.flat_map(|kind| view.cache.in_namespace(*kind, key.name())).collect();
    if content.is_empty() {
        return Outcome::nothing().call(Call::Finalize(finalized(namespace).into()));
    }
    let deletions: Vec<Call> =
        content.iter().filter(|object| !object.is_deleting()).map(|o| Call::delete(o)).collect();
    let note = Note::new("NamespaceContent", format!("{} objects are left in it", content.len()))
        .with("namespace", key.name())
        .with("left", content.len());
    Outcome::nothing().note(note).calls(deletions)
}

fn finalized(namespace: &Namespace) -> Namespace {
    let mut namespace = namespace.clone();
    if let Some(finalizers) = namespace.spec.as_mut().and_then(|spec| spec.finalizers.as_mut()) {
        finalizers.retain(|finalizer| finalizer != "kubernetes");
    }
    namespace
}
