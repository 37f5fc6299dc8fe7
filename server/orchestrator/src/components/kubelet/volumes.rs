//! Volumes made of ConfigMaps, Secrets and the downward API. Others are empty.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ConfigMap, Container, KeyToPath, Secret, Volume};

use crate::time::Millis;

use super::claims;
use super::environment::{of_field, texts};
use super::memory::Backoff;
use super::plan::Plan;

/// How often a mount is tried again: 500 ms, doubling, at most 2 m 2 s.
const BACKOFF_MS: (Millis, Millis) = (500, 122_000);

/// Whether all of the Pod's volumes are there. If one is not, says so and tries again later.
pub(super) fn are_mounted(plan: &mut Plan<'_>) -> bool {
    if !claims::are_attached(plan) {
        return false;
    }
    let missing: Vec<(String, String)> = plan
        .spec
        .volumes
        .iter()
        .flatten()
        .filter_map(|volume| Some((volume.name.clone(), missing(plan, volume)?)))
        .collect();
    if missing.is_empty() {
        plan.memory.mounts = None;
        return true;
    }
    let last = plan.memory.mounts;
    let left = last.map_or(0, |last| last.at + last.delay_ms - plan.now());
    if left > 0 {
        plan.look_after(left);
        return false;
    }
    let next = Backoff::next(last, BACKOFF_MS, plan.now());
    plan.memory.mounts = Some(next);
    plan.look_after(next.delay_ms);
    for (volume, reason) in missing {
        let message = format!("MountVolume.SetUp failed for volume \"{volume}\" : {reason}");
        plan.warning("", "FailedMount", message);
    }
    false
}

fn missing(plan: &Plan<'_>, volume: &Volume) -> Option<String> {
    let namespace = plan.key.namespace();
    if let Some(source) = &volume.config_map {
        let found = plan.view.cache.get_typed::<ConfigMap>(namespace, &source.name);
        if source.optional != Some(true) && found.is_none() {
            return Some(format!("configmap \"{}\" not found", source.name));
        }
    }
    if let Some(source) = &volume.secret {
        let name = source.secret_name.as_deref().unwrap_or_default();
        let found = plan.view.cache.get_typed::<Secret>(namespace, name);
        if source.optional != Some(true) && found.is_none() {
            return Some(format!("secret \"{name}\" not found"));
        }
    }
    None
}

/// The files that a container finds in its volumes, by path.
pub(super) fn files(plan: &Plan<'_>, container: &Container) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for mount in container.volume_mounts.iter().flatten() {
        let volumes = plan.spec.volumes.iter().flatten();
        let Some(volume) = volumes.into_iter().find(|volume| volume.name == mount.name) else {
            continue;
        };
        let folder = mount.mount_path.trim_end_matches('/');
        for (path, text) in content(plan, volume) {
            match mount.sub_path.as_deref().filter(|sub_path| !sub_path.is_empty()) {
                Some(sub_path) if sub_path == path => files.insert(folder.to_owned(), text),
                Some(_) => None,
                None => files.insert(format!("{folder}/{path}"), text),
            };
        }
    }
    files
}

fn content(plan: &Plan<'_>, volume: &Volume) -> Vec<(String, String)> {
    let namespace = plan.key.namespace();
    if let Some(source) = &volume.config_map {
        let found = plan.view.cache.get_typed::<ConfigMap>(namespace, &source.name);
        let data = found.and_then(|found| found.data.clone()).unwrap_or_default();
        return chosen(data, source.items.as_deref());
    }
    if let Some(source) = &volume.secret {
        let name = source.secret_name.as_deref().unwrap_or_default();
        let found = plan.view.cache.get_typed::<Secret>(namespace, name);
        let data = found.map(|found| texts(found).collect()).unwrap_or_default();
        return chosen(data, source.items.as_deref());
    }
    let items = volume.downward_api.iter().flat_map(|source| source.items.iter().flatten());
    items
        .filter_map(|item| Some((item.path.clone(), of_field(plan, item.field_ref.as_ref()?))))
        .collect()
}

fn chosen(data: BTreeMap<String, String>, items: Option<&[KeyToPath]>) -> Vec<(String, String)> {
    match items {
        None | Some([]) => data.into_iter().collect(),
        Some(items) => items
            .iter()
            .filter_map(|item| Some((item.path.clone(), data.get(&item.key)?.clone())))
            .collect(),
    }
}
