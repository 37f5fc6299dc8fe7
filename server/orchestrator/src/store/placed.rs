//! Where Pods are and whose they are: kept beside the objects, so that nobody has to go through all
//! of them for it.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use k8s_openapi::api::core::v1::Pod;

use crate::object::{Name, Object};
use crate::resources::Resources;

/// Pods by node and by controller.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    by_node: OrdMap<Arc<str>, OnNode>,
    by_controller: OrdMap<Arc<str>, OrdSet<Name>>,
}

/// The Pods of a node.
#[derive(Clone, Debug, Default)]
struct OnNode {
    pods: OrdSet<Name>,
    requested: Resources,
}

/// What of a Pod decides about its place here.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place<'a> {
    node: Option<&'a str>,
    controller: Option<&'a str>,
    ended: bool,
    generation: Option<i64>,
}

impl<'a> Place<'a> {
    fn of(pod: &'a Pod) -> Place<'a> {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
        let controller = owners.iter().find(|owner| owner.controller == Some(true));
        Place {
            node: pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()),
            controller: controller.map(|owner| owner.uid.as_str()),
            ended: matches!(phase, Some("Succeeded" | "Failed")),
            generation: pod.metadata.generation,
        }
    }
}

impl Placed {
    /// Takes a change of an object in.
    pub(super) fn change(&mut self, before: Option<&Object>, after: Option<&Object>) {
        let pod = |object: Option<&Object>| match object {
            Some(Object::Pod(pod)) => Some(Arc::clone(pod)),
            _ => None,
        };
        let (before, after) = (pod(before), pod(after));
        if before.as_deref().map(Place::of) == after.as_deref().map(Place::of) {
            return;
        }
        if let Some(pod) = &before {
            self.remove(pod);
        }
        if let Some(pod) = &after {
            self.insert(pod);
        }
    }

    fn insert(&mut self, pod: &Pod) {
        let (place, name) = (Place::of(pod), name(pod));
        if let Some(node) = place.node {
            let on_node = self.by_node.entry(node.into()).or_default();
            on_node.pods.insert(name.clone());
            if !place.ended {
                on_node.requested += Resources::of_pod(pod);
            }
        }
        if let Some(controller) = place.controller {
            self.by_controller.entry(controller.into()).or_default().insert(name);
        }
    }

    fn remove(&mut self, pod: &Pod) {
        let (place, name) = (Place::of(pod), name(pod));
        if let Some(node) = place.node
            && let Some(on_node) = self.by_node.get_mut(node)
        {
            on_node.pods.remove(&name);
            if !place.ended {
                on_node.requested -= Resources::of_pod(pod);
            }
            if on_node.pods.is_empty() {
                self.by_node.remove(node);
            }
        }
        if let Some(controller) = place.controller
            && let Some(names) = self.by_controller.get_mut(controller)
        {
            names.remove(&name);
            if names.is_empty() {
                self.by_controller.remove(controller);
            }
        }
    }

    pub(super) fn on_node(&self, node: &str) -> impl Iterator<Item = &Name> {
        self.by_node.get(node).into_iter().flat_map(|on_node| &on_node.pods)
    }

    pub(super) fn requested(&self, node: &str) -> Resources {
        self.by_node.get(node).map(|on_node| on_node.requested).unwrap_or_default()
    }

    pub(super) fn controlled_by(&self, uid: &str) -> impl Iterator<Item = &Name> {
        self.by_controller.get(uid).into_iter().flatten()
    }
}

fn name(pod: &Pod) -> Name {
    let text = |field: &Option<String>| field.as_deref().unwrap_or_default().into();
    Name { namespace: text(&pod.metadata.namespace), name: text(&pod.metadata.name) }
}
