//! The attach/detach controller: asks for each volume at the node whose Pods need it.
//!
//! A disk that one node alone may use is not asked for elsewhere while it is still attached
//! (`Multi-Attach error`). A node that is silent cannot say that it has let go: its disks are
//! taken away by force after six minutes.
//! <https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/volume/attachdetach>

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Node, PersistentVolume, PersistentVolumeClaim, Pod};
use k8s_openapi::api::storage::v1::{
    VolumeAttachment, VolumeAttachmentSource, VolumeAttachmentSpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use crate::call::{Call, EventRecord, Regarding};
use crate::component::{ComponentRow, Host, Interest, Note, Outcome, View};
use crate::components::pods;
use crate::object::{Key, Kind, Object};
use crate::time::Millis;

use super::{attacher, attachment_name, claim_names, is_bound, uses, volume_name};

pub(in crate::components) static ROW: ComponentRow = ComponentRow {
    name: "attachdetach-controller",
    host: Host::ControllerManager,
    watches: &[
        Kind::Pod,
        Kind::Node,
        Kind::PersistentVolume,
        Kind::PersistentVolumeClaim,
        Kind::VolumeAttachment,
    ],
    interest: |_| Interest::All,
    keys,
    starts_with: |view| {
        let pods = view.cache.all::<Pod>().filter(|pod| claim_names(pod).next().is_some());
        let pods = pods.map(|pod| Object::Pod(Arc::clone(pod)).key());
        pods.chain(view.cache.of_kind(Kind::VolumeAttachment).map(Object::key)).collect()
    },
    serial: false,
    decide,
};

/// `maxWaitForUnmountDuration`
const FORCE_MS: Millis = 6 * 60_000;
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

fn keys(view: &View<'_>, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else { return Vec::new() };
    match object {
        Object::Pod(pod) if claim_names(pod).next().is_some() => {
            let mut keys = vec![object.key()];
            if after.is_none() || pods::is_terminal(pod) {
                keys.extend(attachments_of(view, pod));
            }
            keys
        }
        Object::Node(_) => {
            let here = view.cache.all::<VolumeAttachment>();
            let here = here.filter(|attachment| attachment.spec.node_name == object.name());
            here.map(|one| Object::VolumeAttachment(Arc::clone(one)).key()).collect()
        }
        Object::VolumeAttachment(attachment) => {
            let volume = attachment.spec.source.persistent_volume_name.as_deref();
            let users = volume.map(|volume| users(view, volume)).unwrap_or_default();
            let keys = users.into_iter().map(|pod| Object::Pod(Arc::clone(pod)).key());
            std::iter::once(object.key()).chain(keys).collect()
        }
        Object::PersistentVolumeClaim(claim) => {
            let was = before.and_then(|object| object.as_typed::<PersistentVolumeClaim>());
            let newly = is_bound(claim) && !was.is_some_and(is_bound);
            let name = volume_name(claim).filter(|_| newly).unwrap_or_default();
            let users = users(view, name).into_iter();
            users.map(|pod| Object::Pod(Arc::clone(pod)).key()).collect()
        }
        _ => Vec::new(),
    }
}

fn attachments_of(view: &View<'_>, pod: &Pod) -> Vec<Key> {
    let Some(node) = pods::node(pod) else { return Vec::new() };
    let names = volumes(view, pod).into_iter().filter_map(|volume| attachment_name(volume, node));
    names.map(|name| Key::new(Kind::VolumeAttachment, "", &name)).collect()
}

/// The volumes that a Pod uses, where its claims are bound.
fn volumes<'a>(view: &'a View<'_>, pod: &Pod) -> Vec<&'a PersistentVolume> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let volume = |name: String| {
        let claim = view.cache.get_typed::<PersistentVolumeClaim>(namespace, &name)?;
        let volume = volume_name(claim).filter(|_| is_bound(claim))?;
        view.cache.get_typed::<PersistentVolume>("", volume).map(AsRef::as_ref)
    };
    claim_names(pod).filter_map(volume).collect()
}

/// The Pods that use a volume and have not ended.
fn users<'a>(view: &'a View<'_>, volume: &str) -> Vec<&'a Arc<Pod>> {
    let volume = view.cache.get_typed::<PersistentVolume>("", volume);
    let of = volume.and_then(|volume| volume.spec.as_ref()?.claim_ref.as_ref());
    let Some(of) = of else { return Vec::new() };
    let claim = of.name.as_deref().unwrap_or_default();
    let namespace = of.namespace.as_deref().unwrap_or_default();
    let pods = view.cache.all_in::<Pod>(namespace);
    pods.filter(|pod| !pods::is_terminal(pod) && uses(pod, claim)).collect()
}

fn decide(view: &View<'_>, key: &Key) -> Outcome {
    let forget = || Outcome { remember: view.memory.get(key).map(|_| None), ..Outcome::nothing() };
    match view.cache.get(key) {
        Some(object @ Object::Pod(pod)) if !pods::is_terminal(pod) => match pods::node(pod) {
            Some(node) => attach(view, object, pod, node),
            None => forget(),
        },
        Some(object @ Object::VolumeAttachment(attachment)) => {
            detach(view, object, attachment).unwrap_or_else(forget)
        }
        _ => forget(),
    }
}

/// What a Pod's volumes lack at its node.
fn attach(view: &View<'_>, object: &Object, pod: &Pod, node: &str) -> Outcome {
    let mut outcome = Outcome::nothing();
    let known = view.memory.get(&object.key()).map(|memory| (**memory).clone());
    let mut said = known.clone().unwrap_or_else(|| json!({}));
    for volume in volumes(view, pod) {
        let Some(name) = attachment_name(volume, node) else { continue };
        let shown = volume.metadata.name.clone().unwrap_or_default();
        let (event_type, reason, message) =
            match view.cache.get_typed::<VolumeAttachment>("", &name) {
                Some(attachment) if is_attached(attachment) => (
                    "Normal",
                    "SuccessfulAttachVolume",
                    format!("AttachVolume.Attach succeeded for volume \"{shown}\" "),
                ),
                Some(_) => continue,
                None => match elsewhere(view, volume, node) {
                    Some(others) => {
                        let message = format!("Multi-Attach error for volume \"{shown}\" {others}");
                        ("Warning", "FailedAttachVolume", message)
                    }
                    None => {
                        outcome = outcome.call(Call::Create(attachment(volume, node, name).into()));
                        continue;
                    }
                },
            };
        if said[&shown] != message.as_str() {
            said[&shown] = Value::from(message.clone());
            let regarding = Regarding::object(object);
            let reason = reason.to_owned();
            outcome = outcome.event(EventRecord { regarding, event_type, reason, message });
        }
    }
    if Some(&said) != known.as_ref() && said != json!({}) {
        outcome.remember = Some(Some(Arc::new(said)));
    }
    outcome
}

fn is_attached(attachment: &VolumeAttachment) -> bool {
    attachment.status.as_ref().is_some_and(|status| status.attached)
}

/// Who keeps a volume that only one node may have, in the words of the event.
fn elsewhere(view: &View<'_>, volume: &PersistentVolume, node: &str) -> Option<String> {
    let spec = volume.spec.as_ref()?;
    let shared = |mode: &String| matches!(mode.as_str(), "ReadWriteMany" | "ReadOnlyMany");
    if spec.access_modes.iter().flatten().any(shared) {
        return None;
    }
    let name = volume.metadata.name.as_deref();
    let taken = view.cache.all::<VolumeAttachment>().any(|attachment| {
        attachment.spec.source.persistent_volume_name.as_deref() == name
            && attachment.spec.node_name != node
    });
    if !taken {
        return None;
    }
    let others = users(view, name.unwrap_or_default());
    let others = others.iter().filter(|pod| pods::node(pod).is_some_and(|other| other != node));
    let names: Vec<&str> = others.filter_map(|pod| pod.metadata.name.as_deref()).collect();
    Some(match names.is_empty() {
        true => {
            "Volume is already exclusively attached to one node and can't be attached to another"
                .to_owned()
        }
        false => format!("Volume is already used by pod(s) {}", names.join(", ")),
    })
}

fn attachment(volume: &PersistentVolume, node: &str, name: String) -> VolumeAttachment {
    VolumeAttachment {
        metadata: ObjectMeta { name: Some(name), ..ObjectMeta::default() },
        spec: VolumeAttachmentSpec {
            attacher: attacher(volume).unwrap_or_default().to_owned(),
            node_name: node.to_owned(),
            source: VolumeAttachmentSource {
                persistent_volume_name: volume.metadata.name.clone(),
                ..VolumeAttachmentSource::default()
            },
        },
        status: None,
    }
}

/// Takes a volume from a node where nobody needs it any more.
fn detach(view: &View<'_>, object: &Object, attachment: &VolumeAttachment) -> Option<Outcome> {
    let volume = attachment.spec.source.persistent_volume_name.as_deref()?;
    let node = attachment.spec.node_name.as_str();
    let needed = users(view, volume).iter().any(|pod| pods::node(pod) == Some(node));
    if needed || object.is_deleting() {
        return None;
    }
    if is_silent(view, node) {
        let since = view.memory.get(&object.key()).and_then(|memory| memory["since"].as_i64());
        let now = view.clock.now.0;
        let left = since.unwrap_or(now) + FORCE_MS - now;
        if left > 0 {
            let note = Note::new("WaitForUnmount", format!("{node} cannot say that it let go"))
                .with("node", node);
            let outcome = Outcome::nothing().note(note).requeue_after(left);
            let begun = since.is_none().then(|| Some(Arc::new(json!({"since": now}))));
            return Some(Outcome { remember: begun, ..outcome });
        }
    }
    let note = Note::new("Detach", format!("no Pod on {node} uses it")).with("node", node);
    Some(Outcome::nothing().note(note).call(Call::delete(object)))
}

/// Whether a node does not answer, and nobody has said that it is out of service.
fn is_silent(view: &View<'_>, node: &str) -> bool {
    let Some(node) = view.cache.get_typed::<Node>("", node) else { return false };
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref());
    let mut conditions = conditions.unwrap_or_default().iter();
    let ready =
        conditions.any(|condition| condition.type_ == "Ready" && condition.status == "True");
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    !ready && !taints.iter().any(|taint| taint.key == OUT_OF_SERVICE)
}
