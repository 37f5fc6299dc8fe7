//! How the nodes differ from what the cache shows: Pods that were bound a moment ago, Pods for which
//! others were preempted, and, while preemption is being tried out, Pods that would be gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;

use crate::component::View;
use crate::components::pods;
use crate::resources::Resources;

/// The differences.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumed<'a> {
    by_node: BTreeMap<&'a str, Vec<&'a Pod>>,
    /// UIDs of Pods that count as gone.
    gone: BTreeSet<&'a str>,
}

impl<'a> Assumed<'a> {
    /// Those but the Pod itself, whose binding may have failed. A nominated Pod holds its place
    /// against all that are not more important.
    pub(super) fn of(view: &View<'a>, but: &Pod) -> Assumed<'a> {
        let mut by_node: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
        for (key, memory) in view.memory {
            let bound = memory.get("node").and_then(|node| node.as_str());
            let nominated = memory.get("nominated").and_then(|node| node.as_str());
            let Some(node) = bound.or(nominated) else { continue };
            let Some(pod) = view.cache.get(key).and_then(|object| object.as_typed::<Pod>()) else {
                continue;
            };
            let counts = bound.is_some() || priority(pod) >= priority(but);
            let itself = pod.metadata.uid == but.metadata.uid;
            if counts && !itself && pods::node(pod).is_none() {
                by_node.entry(node).or_default().push(pod);
            }
        }
        Assumed { by_node, gone: BTreeSet::new() }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&'a str, &'a Pod)> {
        self.by_node.iter().flat_map(|(node, pods)| pods.iter().map(move |pod| (*node, *pod)))
    }

    /// The Pods of a node that have not ended.
    pub(super) fn pods_on<'b>(
        &'b self,
        view: &View<'a>,
        node: &'b str,
    ) -> impl Iterator<Item = &'a Pod> + use<'a, 'b> {
        let added = self.by_node.get(node).map(Vec::as_slice).unwrap_or_default();
        let bound = view.cache.pods_on(node).map(Arc::as_ref);
        bound
            .filter(|pod| !pods::is_terminal(pod) && !self.is_gone(pod))
            .chain(added.iter().copied())
    }

    /// What the Pods of a node request together.
    pub(super) fn requested_on(&self, view: &View<'a>, node: &str) -> Resources {
        let mut requested = view.cache.requested_on(node);
        for pod in self.by_node.get(node).into_iter().flatten() {
            requested += Resources::of_pod(pod);
        }
        if !self.gone.is_empty() {
            for pod in view.cache.pods_on(node).filter(|pod| self.is_gone(pod)) {
                requested -= Resources::of_pod(pod);
            }
        }
        requested
    }

    pub(super) fn is_gone(&self, pod: &Pod) -> bool {
        pod.metadata.uid.as_deref().is_some_and(|uid| self.gone.contains(uid))
    }

    /// The same without some Pods.
    pub(super) fn without(&self, gone: impl IntoIterator<Item = &'a Pod>) -> Assumed<'a> {
        let mut less = self.clone();
        less.gone.extend(gone.into_iter().filter_map(|pod| pod.metadata.uid.as_deref()));
        less
    }

    /// The same with one of them back.
    pub(super) fn with(&self, back: &Pod) -> Assumed<'a> {
        let mut more = self.clone();
        if let Some(uid) = back.metadata.uid.as_deref() {
            more.gone.retain(|gone| *gone != uid);
        }
        more
    }
}

/// How important a Pod is.
pub(super) fn priority(pod: &Pod) -> i32 {
    pod.spec.as_ref().and_then(|spec| spec.priority).unwrap_or(0)
}
