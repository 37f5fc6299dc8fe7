//! Claims, volumes and classes of storage as the page draws them, and what Pods use of them.

use k8s_openapi::api::{
    core::v1::{PersistentVolume, PersistentVolumeClaim, PodSpec, Volume},
    storage::v1::StorageClass,
};
use orchestrator::kinds::quantity;
use protocol::{ClaimView, ObjectRef, StorageClassView, UseView, VolumeView};

use super::scale::referred;

const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

pub(super) fn claim(claim: &PersistentVolumeClaim) -> ClaimView {
    let Some(spec) = &claim.spec else { return ClaimView::default() };
    let requests = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    let storage = requests.and_then(|requests| requests.get("storage"));
    ClaimView {
        phase: claim.status.as_ref().and_then(|it| it.phase.clone()).unwrap_or_default(),
        class: spec.storage_class_name.clone(),
        volume: spec.volume_name.clone().filter(|name| !name.is_empty()),
        requested_bytes: storage.map(quantity::value).unwrap_or_default(),
        modes: spec.access_modes.clone().unwrap_or_default(),
    }
}

pub(super) fn volume(volume: &PersistentVolume) -> VolumeView {
    let Some(spec) = &volume.spec else { return VolumeView::default() };
    let storage = spec.capacity.as_ref().and_then(|capacity| capacity.get("storage"));
    let claim = spec.claim_ref.as_ref().map(referred);
    VolumeView {
        phase: volume.status.as_ref().and_then(|it| it.phase.clone()).unwrap_or_default(),
        claim: claim.map(|claim| ObjectRef { kind: "PersistentVolumeClaim".to_owned(), ..claim }),
        class: spec.storage_class_name.clone(),
        capacity_bytes: storage.map(quantity::value).unwrap_or_default(),
        reclaim: spec.persistent_volume_reclaim_policy.clone().unwrap_or_default(),
    }
}

pub(super) fn class(class: &StorageClass) -> StorageClassView {
    let annotations = class.metadata.annotations.as_ref();
    StorageClassView {
        provisioner: class.provisioner.clone(),
        waits_for_pod: class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer"),
        default: annotations
            .and_then(|annotations| annotations.get(DEFAULT_CLASS))
            .is_some_and(|is| is == "true"),
    }
}

/// What a Pod uses: its volumes, but for the one of its service account, and its environment.
pub(super) fn uses(spec: &PodSpec) -> Vec<UseView> {
    let volumes = spec.volumes.iter().flatten().filter_map(of_volume);
    let containers = spec.init_containers.iter().flatten().chain(&spec.containers);
    let sources = containers.clone().flat_map(|it| it.env_from.iter().flatten());
    let whole = sources.flat_map(|source| {
        let map = source.config_map_ref.as_ref().map(|it| ("ConfigMap", it.name.clone()));
        let secret = source.secret_ref.as_ref().map(|it| ("Secret", it.name.clone()));
        map.into_iter().chain(secret)
    });
    let values = containers.flat_map(|it| it.env.iter().flatten());
    let single = values.filter_map(|env| env.value_from.as_ref()).flat_map(|source| {
        let map = source.config_map_key_ref.as_ref().map(|it| ("ConfigMap", it.name.clone()));
        let secret = source.secret_key_ref.as_ref().map(|it| ("Secret", it.name.clone()));
        map.into_iter().chain(secret)
    });
    let env =
        whole.chain(single).map(|(kind, name)| UseView { kind: kind.to_owned(), name, env: true });
    let mut uses: Vec<UseView> = Vec::new();
    for used in volumes.chain(env) {
        if !uses.contains(&used) {
            uses.push(used);
        }
    }
    uses
}

fn of_volume(volume: &Volume) -> Option<UseView> {
    let of = |kind: &str, name: Option<String>| UseView {
        kind: kind.to_owned(),
        name: name.unwrap_or_default(),
        env: false,
    };
    if let Some(claim) = &volume.persistent_volume_claim {
        return Some(of("PersistentVolumeClaim", Some(claim.claim_name.clone())));
    }
    if let Some(map) = &volume.config_map {
        return Some(of("ConfigMap", Some(map.name.clone())));
    }
    if let Some(secret) = &volume.secret {
        return Some(of("Secret", secret.secret_name.clone()));
    }
    if let Some(path) = &volume.host_path {
        return Some(of("hostPath", Some(path.path.clone())));
    }
    volume.empty_dir.as_ref().map(|_| of("emptyDir", Some(volume.name.clone())))
}
