//! Volumes: what is in them, and whether it is there yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{
    ConfigMap, Container, DownwardAPIVolumeFile, KeyToPath, Pod, Secret, Service, Volume,
};

use crate::components::storage;
use crate::machine::{MachineAct, Names, Space, VolumeFile, VolumeMount, VolumeSource};
use crate::network::dns;
use crate::object::Kind;
use crate::time::Millis;

use super::claims;
use super::environment::{of_field, of_resource};
use super::memory::Backoff;
use super::plan::Plan;
use super::security;

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
    if let Some(source) = &volume.config_map {
        let wanted = (source.items.as_deref(), source.optional);
        return lacks_config_map(plan, &source.name, wanted);
    }
    if let Some(source) = &volume.secret {
        let name = source.secret_name.as_deref().unwrap_or_default();
        return lacks_secret(plan, name, (source.items.as_deref(), source.optional));
    }
    let mut sources = volume.projected.iter().flat_map(|all| all.sources.iter().flatten());
    sources.find_map(|source| match (&source.config_map, &source.secret) {
        (Some(one), _) => lacks_config_map(plan, &one.name, (one.items.as_deref(), one.optional)),
        (None, Some(one)) => lacks_secret(plan, &one.name, (one.items.as_deref(), one.optional)),
        (None, None) => None,
    })
}

/// The keys that become files, and whether all of it may be missing.
type Wanted<'a> = (Option<&'a [KeyToPath]>, Option<bool>);

fn lacks_config_map(plan: &Plan<'_>, name: &str, wanted: Wanted<'_>) -> Option<String> {
    let found = plan.view.cache.get_typed::<ConfigMap>(plan.key.namespace(), name);
    let keys = found.map(|found| {
        let texts = found.data.iter().flat_map(BTreeMap::keys);
        texts.chain(found.binary_data.iter().flat_map(BTreeMap::keys)).collect()
    });
    lack(("configmap", "config"), name, keys, wanted)
}

fn lacks_secret(plan: &Plan<'_>, name: &str, wanted: Wanted<'_>) -> Option<String> {
    let found = plan.view.cache.get_typed::<Secret>(plan.key.namespace(), name);
    let keys = found.map(|found| found.data.iter().flat_map(BTreeMap::keys).collect());
    lack(("secret", "secret"), name, keys, wanted)
}

/// What is missing of an object with those keys, or of one that is not there.
fn lack(
    (kind, of): (&str, &str),
    name: &str,
    keys: Option<Vec<&String>>,
    (items, optional): Wanted<'_>,
) -> Option<String> {
    if optional == Some(true) {
        return None;
    }
    let Some(keys) = keys else { return Some(format!("{kind} \"{name}\" not found")) };
    let absent = items?.iter().find(|item| !keys.contains(&&item.key))?;
    Some(format!("references non-existent {of} key: {}", absent.key))
}

/// What a container's programs find around them: its volumes above all.
pub(super) fn space(plan: &Plan<'_>, container: &Container) -> Space {
    let mounts = container.volume_mounts.iter().flatten().filter_map(|mount| {
        let volume = plan.spec.volumes.iter().flatten().find(|volume| volume.name == mount.name)?;
        Some(VolumeMount {
            path: mount.mount_path.clone(),
            volume: mount.name.clone(),
            sub_path: mount.sub_path.clone().unwrap_or_default(),
            read_only: mount.read_only == Some(true),
            source: source(plan, volume),
        })
    });
    let own = container.security_context.as_ref();
    Space {
        mounts: mounts.collect(),
        run_as: security::run_as(plan, container),
        fs_group: security::fs_group(plan),
        read_only_root: own.and_then(|one| one.read_only_root_filesystem) == Some(true),
        stdin: container.stdin == Some(true),
        stdin_once: container.stdin_once == Some(true),
        tty: container.tty == Some(true),
        folder: container.working_dir.clone().unwrap_or_default(),
        names: names(plan),
    }
}

/// A Pod on its node's network has its node's name.
fn names(plan: &Plan<'_>) -> Names {
    let own = plan.spec.hostname.as_deref().filter(|name| !name.is_empty());
    let hostname = match plan.spec.host_network {
        Some(true) => &plan.machine.node,
        _ => own.unwrap_or(plan.key.name()),
    };
    let namespace = plan.key.namespace();
    let domain = plan.spec.subdomain.as_deref().filter(|name| !name.is_empty());
    let full = domain.map(|domain| format!("{hostname}.{domain}.{namespace}.svc.cluster.local"));
    let is_whole = plan.spec.set_hostname_as_fqdn == Some(true);
    let hostname = full.as_deref().filter(|_| is_whole).unwrap_or(hostname);
    let dns = plan.view.cache.get_typed::<Service>("kube-system", "kube-dns");
    let server = dns.and_then(|service| service.spec.as_ref()?.cluster_ip.as_deref());
    let aliases = plan.spec.host_aliases.iter().flatten();
    let aliases = aliases.map(|one| (one.ip.clone(), one.hostnames.clone().unwrap_or_default()));
    Names {
        hostname: hostname.to_owned(),
        full: full.clone(),
        resolv_conf: dns::resolv_conf(plan.pod, server.unwrap_or(dns::SERVER)),
        aliases: aliases.collect(),
    }
}

fn source(plan: &Plan<'_>, volume: &Volume) -> VolumeSource {
    if let Some(path) = &volume.host_path {
        return VolumeSource::Host(path.path.clone());
    }
    if let Some(claim) = storage::claim_name(plan.pod, volume) {
        let disk = claims::volume_of(plan, &claim);
        let spec = disk.and_then(|disk| disk.spec.as_ref());
        let on_node = spec.and_then(|spec| match (&spec.host_path, &spec.local) {
            (Some(source), _) => Some(&source.path),
            (None, local) => local.as_ref().map(|source| &source.path),
        });
        if let Some(path) = on_node {
            return VolumeSource::Host(path.clone());
        }
        let name = disk.and_then(|disk| disk.metadata.name.as_deref());
        return name.map_or(VolumeSource::Empty, |name| VolumeSource::Disk(name.into()));
    }
    content(plan, volume).map_or(VolumeSource::Empty, |files| VolumeSource::Files(Arc::new(files)))
}

/// Has files written anew whose objects have changed.
pub(super) fn refresh(plan: &mut Plan<'_>) {
    let Some(runtime) = plan.runtime else { return };
    for volume in plan.spec.volumes.iter().flatten() {
        // Tokens are renewed in time; nobody looks at them.
        let from_api = volume.config_map.is_some() || volume.secret.is_some();
        let changes = from_api || volume.downward_api.is_some();
        let Some(known) = runtime.projected(&volume.name).filter(|_| changes) else { continue };
        let Some(files) = content(plan, volume).filter(|files| *files != **known) else { continue };
        plan.acts.push(MachineAct::Refresh {
            uid: plan.uid.clone(),
            volume: volume.name.clone(),
            files: Arc::new(files),
        });
    }
}

/// Whether a Pod has a volume of a ConfigMap or a Secret.
pub(super) fn uses(pod: &Pod, kind: Kind, name: &str) -> bool {
    let volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
    volumes.into_iter().any(|volume| match kind {
        Kind::ConfigMap => volume.config_map.as_ref().is_some_and(|source| source.name == name),
        _ => volume.secret.as_ref().is_some_and(|s| s.secret_name.as_deref() == Some(name)),
    })
}

type Files = BTreeMap<String, VolumeFile>;

/// The mode of files for which none is said.
const MODE: i32 = 0o644;

/// The files of a volume that is made from the API. None: it is not.
fn content(plan: &Plan<'_>, volume: &Volume) -> Option<Files> {
    if let Some(source) = &volume.config_map {
        let items = (source.items.as_deref(), source.default_mode);
        return Some(config_map(plan, &source.name, items));
    }
    if let Some(source) = &volume.secret {
        let name = source.secret_name.as_deref().unwrap_or_default();
        return Some(secret(plan, name, (source.items.as_deref(), source.default_mode)));
    }
    if let Some(source) = &volume.downward_api {
        return Some(downward(plan, source.items.as_deref(), source.default_mode));
    }
    let projected = volume.projected.as_ref()?;
    let (sources, mode) = (projected.sources.iter().flatten(), projected.default_mode);
    let mut files = Files::new();
    for source in sources {
        if let Some(source) = &source.config_map {
            files.extend(config_map(plan, &source.name, (source.items.as_deref(), mode)));
        }
        if let Some(source) = &source.secret {
            files.extend(secret(plan, &source.name, (source.items.as_deref(), mode)));
        }
        if let Some(source) = &source.downward_api {
            files.extend(downward(plan, source.items.as_deref(), mode));
        }
        if let Some(source) = &source.service_account_token {
            files.insert(source.path.clone(), file(token(plan).into_bytes(), mode));
        }
    }
    Some(files)
}

/// Which keys become files, and the mode of those that have none of their own.
type Items<'a> = (Option<&'a [KeyToPath]>, Option<i32>);

fn file(bytes: Vec<u8>, mode: Option<i32>) -> VolumeFile {
    VolumeFile { bytes, mode: mode.unwrap_or(MODE).unsigned_abs() & 0o777 }
}

fn config_map(plan: &Plan<'_>, name: &str, items: Items<'_>) -> Files {
    let found = plan.view.cache.get_typed::<ConfigMap>(plan.key.namespace(), name);
    let texts = found.iter().flat_map(|found| found.data.iter().flatten());
    let bytes = found.iter().flat_map(|found| found.binary_data.iter().flatten());
    let all = texts.map(|(key, text)| (key.clone(), text.clone().into_bytes()));
    chosen(&all.chain(bytes.map(|(key, bytes)| (key.clone(), bytes.0.clone()))).collect(), items)
}

fn secret(plan: &Plan<'_>, name: &str, items: Items<'_>) -> Files {
    let found = plan.view.cache.get_typed::<Secret>(plan.key.namespace(), name);
    let bytes = found.iter().flat_map(|found| found.data.iter().flatten());
    chosen(&bytes.map(|(key, bytes)| (key.clone(), bytes.0.clone())).collect(), items)
}

fn downward(plan: &Plan<'_>, items: Option<&[DownwardAPIVolumeFile]>, mode: Option<i32>) -> Files {
    let made = |item: &DownwardAPIVolumeFile| {
        let value = match (&item.field_ref, &item.resource_field_ref) {
            (Some(field), _) => of_field(plan, field),
            (None, field) => of_resource(plan, plan.spec.containers.first()?, field.as_ref()?),
        };
        Some((item.path.clone(), file(value.into_bytes(), item.mode.or(mode))))
    };
    items.unwrap_or_default().iter().filter_map(made).collect()
}

/// A token of the Pod's ServiceAccount: a JSON Web Token that nobody has signed.
fn token(plan: &Plan<'_>) -> String {
    let namespace = plan.key.namespace();
    let account = plan.spec.service_account_name.as_deref().unwrap_or("default");
    let claims = serde_json::json!({
        "aud": ["https://kubernetes.default.svc.cluster.local"],
        "iss": "https://kubernetes.default.svc.cluster.local",
        "kubernetes.io": {"namespace": namespace, "pod": {"name": plan.key.name(), "uid": &*plan.uid}},
        "sub": format!("system:serviceaccount:{namespace}:{account}"),
    });
    let encode = |text: &str| {
        let json = serde_json::to_value(ByteString(text.as_bytes().to_vec())).unwrap_or_default();
        let text = json.as_str().unwrap_or_default().replace('+', "-").replace('/', "_");
        text.trim_end_matches('=').to_owned()
    };
    let head = encode(r#"{"alg":"RS256","kid":"model"}"#);
    let body = encode(&claims.to_string());
    let signature = encode(&crate::digest::Digest::of([body.as_bytes()]).to_string());
    format!("{head}.{body}.{signature}")
}

fn chosen(data: &BTreeMap<String, Vec<u8>>, (items, mode): Items<'_>) -> Files {
    let all = || data.iter().map(|(key, bytes)| (key.clone(), file(bytes.clone(), mode)));
    let item = |item: &KeyToPath| {
        let bytes = data.get(&item.key)?.clone();
        Some((item.path.clone(), file(bytes, item.mode.or(mode))))
    };
    match items {
        None | Some([]) => all().collect(),
        Some(items) => items.iter().filter_map(item).collect(),
    }
}
