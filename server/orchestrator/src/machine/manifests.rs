//! Static Pods: manifests in a folder on the node, which its kubelet runs by itself, whether or not
//! there is an API server. <https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Pod, PodStatus, Toleration};

use crate::digest::Digest;
use crate::object::{Key, Kind, Object, Typed};
use crate::time::Clock;

use super::{Happened, Machine};

/// Says which version of the manifest a static Pod was made of; the Pod's UID on its node.
pub const CONFIG_HASH: &str = "kubernetes.io/config.hash";
const CONFIG_SEEN: &str = "kubernetes.io/config.seen";
const CONFIG_SOURCE: &str = "kubernetes.io/config.source";

impl Machine {
    /// Puts a Pod's manifest into the kubelet's folder (`staticPodPath`), in place of the one that
    /// makes a Pod of the same namespace and name. The kubelet is to be told of the keys to wake.
    pub fn place_manifest(&mut self, manifest: &Pod, clock: Clock) -> Happened {
        let pod = complete(manifest, &self.node, clock);
        let key = Object::from(pod.clone()).key();
        self.manifests.insert(key.clone(), Arc::new(pod));
        Happened::default().waking(key)
    }

    /// Takes a manifest away: its Pod is stopped. `name` is the Pod's, with the node's appended.
    pub fn remove_manifest(&mut self, namespace: &str, name: &str) -> Happened {
        let key = Key::new(Kind::Pod, namespace, name);
        self.manifests.remove(&key);
        Happened::default().waking(key)
    }

    /// The static Pod that a manifest makes, by the Pod's key.
    pub fn manifest(&self, key: &Key) -> Option<&Arc<Pod>> {
        self.manifests.get(key)
    }

    /// The keys of all static Pods.
    pub fn manifests(&self) -> impl Iterator<Item = &Key> {
        self.manifests.keys()
    }
}

/// What the kubelet makes of a manifest.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/config/common.go>
fn complete(manifest: &Pod, node: &str, clock: Clock) -> Pod {
    let mut pod = manifest.clone();
    let text = serde_json::to_string(manifest).unwrap_or_default();
    let hash = Digest::of([node.as_bytes(), text.as_bytes()]).to_string()[..32].to_owned();
    let meta = &mut pod.metadata;
    let name = meta.name.clone().unwrap_or_default();
    meta.name = Some(format!("{name}-{}", node.to_lowercase()));
    meta.namespace.get_or_insert_with(|| "default".to_owned());
    meta.uid = Some(hash.clone());
    let annotations = meta.annotations.get_or_insert_default();
    annotations.insert(CONFIG_HASH.to_owned(), hash);
    annotations.insert(CONFIG_SEEN.to_owned(), clock.timestamp_at(clock.now).to_string());
    annotations.insert(CONFIG_SOURCE.to_owned(), "file".to_owned());
    let spec = pod.spec.get_or_insert_default();
    spec.node_name = Some(node.to_owned());
    spec.tolerations.get_or_insert_default().push(Toleration {
        operator: Some("Exists".to_owned()),
        effect: Some("NoExecute".to_owned()),
        ..Toleration::default()
    });
    pod.status = Some(PodStatus { phase: Some("Pending".to_owned()), ..PodStatus::default() });
    let mut object = Object::from(pod);
    (Kind::Pod.row().rules.default_fields)(&mut object);
    Pod::of(&object).map(|pod| Pod::clone(pod)).unwrap_or_default()
}
