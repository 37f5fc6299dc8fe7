//! What must be well when nothing has been wrong for a while.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Node, PersistentVolumeClaim, Pod, PodSpec};

use super::{Violation, label};
use crate::components::{pods, storage};
use crate::object::Object;
use crate::resources::Resources;
use crate::world::World;

impl World {
    /// What is ill although it could be well: nodes that are not ready, Pods that do not run or do
    /// not go, Deployments that lack Pods. What asks for an image that is not there, or for more
    /// room than any node has, cannot be well.
    pub fn illnesses(&self) -> Vec<Violation> {
        let mut ill: Vec<String> = Vec::new();
        for node in self.store().objects().all::<Node>() {
            if !is_ready(node) {
                let name = node.metadata.name.clone().unwrap_or_default();
                ill.push(format!("node {name} is not ready"));
            }
        }
        for pod in self.store().objects().all::<Pod>() {
            if let Some(why) = self.illness_of(pod) {
                ill.push(format!("{} {why}", label(&Object::Pod(pod.clone()))));
            }
        }
        for deployment in self.store().objects().all::<Deployment>() {
            if let Some(why) = self.lack_of(deployment) {
                ill.push(format!("{} {why}", label(&Object::Deployment(deployment.clone()))));
            }
        }
        ill.into_iter().map(Violation::Ill).collect()
    }

    fn illness_of(&self, pod: &Pod) -> Option<&'static str> {
        if pod.metadata.deletion_timestamp.is_some() {
            return Some("does not go");
        }
        let spec = pod.spec.as_ref()?;
        let serves = spec.restart_policy.as_deref() == Some("Always") && self.images_serve(spec);
        if !serves || pods::is_ready(pod) || pods::is_terminal(pod) {
            return None;
        }
        match pods::node(pod) {
            None if self.fits_somewhere(pod) => Some("is not scheduled, and there is room"),
            None => None,
            Some(node) if self.lacks_volume(pod, node) => None,
            Some(_) => Some("does not become ready"),
        }
    }

    /// Whether a Pod of another node keeps a volume that only one node may have.
    fn lacks_volume(&self, pod: &Pod, node: &str) -> bool {
        let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
        let objects = self.store().objects();
        let claims: Vec<String> = storage::claim_names(pod)
            .filter(|name| {
                let claim = objects.get_typed::<PersistentVolumeClaim>(namespace, name);
                let modes = claim.and_then(|claim| claim.spec.as_ref()?.access_modes.as_deref());
                modes.unwrap_or_default().iter().all(|mode| mode.starts_with("ReadWriteOnce"))
            })
            .collect();
        objects.all_in::<Pod>(namespace).any(|other| {
            pods::node(other).is_some_and(|its| its != node)
                && !pods::is_terminal(other)
                && storage::claim_names(other).any(|name| claims.contains(&name))
        })
    }

    /// Whether all that its containers run are servers that stay.
    fn images_serve(&self, spec: &PodSpec) -> bool {
        let serves =
            |image: &str| self.images.get(image).is_some_and(|image| image.application.is_steady());
        spec.init_containers.as_ref().is_none_or(Vec::is_empty)
            && spec.containers.iter().all(|container| {
                container.command.is_none() && container.image.as_deref().is_some_and(serves)
            })
    }

    /// Whether a worker has room for a Pod that has no other wishes.
    fn fits_somewhere(&self, pod: &Pod) -> bool {
        let objects = self.store().objects();
        let asked = Resources::of_pod(pod);
        let spec = pod.spec.as_ref();
        let plain = spec.is_some_and(|spec| {
            spec.affinity.is_none()
                && spec.node_selector.is_none()
                && spec
                    .volumes
                    .iter()
                    .flatten()
                    .all(|volume| volume.persistent_volume_claim.is_none())
                && spec.scheduling_gates.is_none()
        });
        plain
            && objects.all::<Node>().any(|node| {
                let free = node.spec.as_ref().is_none_or(|spec| {
                    spec.taints.as_ref().is_none_or(Vec::is_empty)
                        && spec.unschedulable != Some(true)
                });
                let used = objects.requested_on(node.metadata.name.as_deref().unwrap_or_default());
                let has = Resources::allocatable(node);
                free && used.pods < has.pods
                    && asked.cpu_milli <= has.cpu_milli - used.cpu_milli
                    && asked.memory_bytes <= has.memory_bytes - used.memory_bytes
            })
    }

    fn lack_of(&self, deployment: &Deployment) -> Option<&'static str> {
        let spec = deployment.spec.as_ref()?;
        if deployment.metadata.deletion_timestamp.is_some() {
            return Some("does not go");
        }
        let template = spec.template.spec.as_ref()?;
        if spec.paused == Some(true) || !self.images_serve(template) {
            return None;
        }
        let status = deployment.status.as_ref();
        if status.and_then(|status| status.observed_generation) != deployment.metadata.generation {
            return Some("was not looked at");
        }
        let replicas = status.and_then(|status| status.replicas).unwrap_or_default();
        (replicas < spec.replicas.unwrap_or(1)).then_some("lacks Pods")
    }
}

fn is_ready(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref());
    let mut conditions = conditions.unwrap_or_default().iter();
    conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}
